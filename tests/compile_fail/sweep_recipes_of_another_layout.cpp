// expect: the layout lacks the component: name one that it has
// Each recipe is applied to the activations at the sites, so it must fit their layout.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

auto places(const HookPoint<Fused<3072, Mlp<3072>>>& neurons) {
#ifdef SUTURE_BAD
    return Grid::of_recipes(neurons, std::vector{on<Q>(token(4)).zero()});
#else
    return Grid::of_recipes(neurons, std::vector{on<Mlp>(token(4)).zero()});
#endif
}
