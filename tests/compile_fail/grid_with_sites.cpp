// expect: a grid is joined with another: write with(Grid::of<C>(sites))
// The other grid says which component of its sites.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const HookPoint<Qkv>& c_attn, const HookPoint<Mlp<3072>>& mlp) {
#ifdef SUTURE_BAD
    return Grid::of<Q>(c_attn).with(mlp);
#else
    return Grid::of<Q>(c_attn).with(Grid::of<Mlp>(mlp));
#endif
}
