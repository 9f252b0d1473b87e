// expect: the layout lacks the component: name one that it has
// A sweep patches what its sites have: a fused attention projection has queries, but no MLP neurons.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const std::vector<SiteRef<Qkv>>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of<Mlp>(c_attn);
#else
    return Grid::of<Q>(c_attn);
#endif
}
