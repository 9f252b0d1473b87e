// expect: this grid names no component: write Grid::of<Q>(sites), or the layout
// A grid names what is patched at its sites: individual components, or the whole layout.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const std::vector<SiteRef<Qkv>>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of(c_attn);
#else
    return Grid::of<Qkv>(c_attn);
#endif
}
