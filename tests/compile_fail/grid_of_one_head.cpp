// expect: a grid takes all heads: write by_head(), and select in the result
// One head is an edit: a grid of recipes has it.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of<Q>(c_attn).by_head(3);
#else
    return Grid::of<Q>(c_attn).by_head();
#endif
}
