// expect: a site has a layout: write Hooked<torch::nn::Linear, Gpt2Qkv<768, 12>>
#include <suture/hook/hooked.hpp>
#include <suture/suture.hpp>

#include <torch/nn/modules/linear.h>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    Hooked<torch::nn::Linear, at::Tensor> module(768, 2304);
#else
    Hooked<torch::nn::Linear, Gpt2Qkv<768, 12>> module(768, 2304);
#endif
}
