// expect: a hooked module is a site itself: write hooks.add(module, recipe)
#include <suture/hook/hooked.hpp>
#include <suture/suture.hpp>

#include <torch/nn/modules/linear.h>

using namespace suture;

[[maybe_unused]] void use(Hooked<torch::nn::Linear, Q<768, 12>>& module, HookSet& hooks) {
#ifdef SUTURE_BAD
    hooks.add(module.site(), on<Q>().zero());
#else
    hooks.add(module, on<Q>().zero());
#endif
}
