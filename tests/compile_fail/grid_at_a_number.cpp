// expect: positions are selectors: write at(tokens(2, 5)) or at(token(-1))
// As in a place.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of<Q>(c_attn).at(4);
#else
    return Grid::of<Q>(c_attn).at(token(4));
#endif
}
