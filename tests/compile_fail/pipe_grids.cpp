// expect: a grid is joined with another: write with(Grid::of<C>(sites))
// Grids of different sites, and as many layers.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    auto grid = Grid::of<Q>(c_attn) | Grid::of<K>(c_attn);
#else
    auto grid = Grid::of<Q>(c_attn).with(Grid::of<K>(c_attn));
#endif
}
