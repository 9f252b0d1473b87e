// expect: one layer at a time: write history.cat(3), or history.cat(site.name())
// The entries of one layer are joined; those of another are another tensor.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void join(const History<Qkv>& history) {
#ifdef SUTURE_BAD
    (void)history.cat({0, 1});
#else
    (void)history.cat(0);
#endif
}
