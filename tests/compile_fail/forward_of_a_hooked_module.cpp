// expect: a holder points to its module: write module->forward(...)
#include <suture/hook/hooked.hpp>

#include <torch/nn/modules/linear.h>

using namespace suture;

[[maybe_unused]] void use(Hooked<torch::nn::Linear>& module, const at::Tensor& x) {
#ifdef SUTURE_BAD
    at::Tensor y = module.forward(x);
#else
    at::Tensor y = module->forward(x);
#endif
}
