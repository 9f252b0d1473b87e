// expect: a grid is made by a function: write Grid::of<Q>(sites)
// The component that is swept is a template argument.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    Grid grid(c_attn);
#else
    Grid grid = Grid::of<Q>(c_attn);
#endif
}
