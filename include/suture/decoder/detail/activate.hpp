// The nonlinearities of MLPs as transformers computes them (activations.py).
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tanh.h>

#include <cmath>

namespace suture::detail {

inline at::Tensor activate(const at::Tensor& x, ActivationFunction f) {
    switch (f) {
        case ActivationFunction::gelu_tanh:
            return at::gelu(x, "tanh");
        case ActivationFunction::gelu_erf:
            return at::gelu(x);
        case ActivationFunction::relu:
            return at::relu(x);
        case ActivationFunction::silu:
            return at::silu(x);
        case ActivationFunction::tanh:
            return at::tanh(x);
        case ActivationFunction::quick_gelu:
            return x.mul(x.mul(1.702).sigmoid());
        case ActivationFunction::gelu_clipped:
            return at::gelu(x).clamp(-10, 10);
        case ActivationFunction::relu_squared:
            return at::relu(x).square();
        case ActivationFunction::relu6:
            return at::relu6(x);
        case ActivationFunction::leaky_relu:
            return at::leaky_relu(x);
        case ActivationFunction::sigmoid:
            return at::sigmoid(x);
        case ActivationFunction::hardswish:
            return at::hardswish(x);
        case ActivationFunction::mish:
            return at::mish(x);
        case ActivationFunction::laplace:
            return x.sub(0.707107).div(0.282095 * std::sqrt(2.0)).erf().add(1).mul(0.5);
        case ActivationFunction::sqrt_softplus:
            return at::softplus(x).sqrt();
        case ActivationFunction::linear:
            break;
    }
    return x;
}

}  // namespace suture::detail
