// expect: a site goes by its name: write module->output.name()
#include <suture/hook/hooked.hpp>

#include <torch/nn/modules/linear.h>

using namespace suture;

[[maybe_unused]] void use(Hooked<torch::nn::Linear>& module) {
#ifdef SUTURE_BAD
    std::string path = module.path();
#else
    std::string path = module->output.name();
#endif
}
