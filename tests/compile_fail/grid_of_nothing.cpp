// expect: a grid is made of sites: write Grid::of<Q>(sites<Layout>(model, pattern))
// One site, or one for each layer.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of<Q>();
#else
    return Grid::of<Q>(c_attn);
#endif
}
