// expect: the layout lacks the component: name one that it has
// What is swept must pass at the sites: a fused projection of attention has queries, and no neurons of an MLP.
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const std::vector<SiteRef<Qkv>>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of<Mlp>(c_attn);
#else
    return Grid::of<Q>(c_attn);
#endif
}
