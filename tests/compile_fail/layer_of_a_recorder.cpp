// expect: entries go by their sites: write recorder[3], or filter by entry.layer()
// The index counts the sites that the recorder is attached to.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto activation = latest.layer(2);
#else
    auto activation = latest[2];
#endif
}
