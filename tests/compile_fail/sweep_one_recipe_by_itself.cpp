// expect: recipes come in a range: write of_recipes(sites, std::vector{recipe})
// A grid runs each recipe of a range separately; a single recipe needs a range of one.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

auto places(const HookPoint<Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>>& c_attn) {
    const auto recipe = on<Q>(token(4)).zero();
#ifdef SUTURE_BAD
    return Grid::of_recipes(c_attn, recipe);
#else
    return Grid::of_recipes(c_attn, std::vector{recipe});
#endif
}
