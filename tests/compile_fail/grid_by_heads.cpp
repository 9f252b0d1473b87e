// expect: this has another name: write Grid::of<Q>(sites).by_head()
// The result then has an axis of heads.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    auto grid = Grid::of<Q>(c_attn).by_heads();
#else
    auto grid = Grid::of<Q>(c_attn).by_head();
#endif
}
