// expect: a layer goes by its number or its site: write latest[3], latest[path]
// `at` takes the name of a site.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void look(const Latest<Qkv>& latest) {
#ifdef SUTURE_BAD
    auto activation = latest.at(0);
#else
    auto activation = latest[0];
#endif
}
