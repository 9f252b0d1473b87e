// expect: the sites come first: write Grid::of_recipes(sites, recipes)
// As in HookSet::add.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

auto places(const HookPoint<Qkv>& c_attn) {
#ifdef SUTURE_BAD
    return Grid::of_recipes(std::vector{on<Q>().zero()}, c_attn);
#else
    return Grid::of_recipes(c_attn, std::vector{on<Q>().zero()});
#endif
}
