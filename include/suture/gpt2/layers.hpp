// The layers of GPT-2, with the parameter names and shapes of Hugging Face's implementation.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/addmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/ones.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace suture {

/// A linear layer with a weight of shape [in, out]: GPT-2's `Conv1D` (transformers, pytorch_utils.py).
class Conv1DImpl : public torch::nn::Cloneable<Conv1DImpl> {
public:
    /// Weights are drawn from a normal distribution with this standard deviation; biases are zero.
    Conv1DImpl(Index in, Index out, double stddev = 0.02) : in_(in), out_(out), stddev_(stddev) { reset(); }
    void reset() override {
        weight = register_parameter("weight", at::randn({in_, out_}).mul_(stddev_));
        bias = register_parameter("bias", at::zeros({out_}));
    }
    /// [..., in] -> [..., out]
    at::Tensor forward(const at::Tensor& x) {
        detail::Shape sizes(x.sizes().begin(), x.sizes().end());
        sizes.back() = out_;
        return at::addmm(bias, x.reshape({-1, in_}), weight).reshape(sizes);
    }
    at::Tensor weight, bias;

private:
    Index in_, out_;
    double stddev_;
};
/// @see Conv1DImpl
TORCH_MODULE(Conv1D);

/// Layer normalisation over the channels, with weight and bias.
class Gpt2NormImpl : public torch::nn::Cloneable<Gpt2NormImpl> {
public:
    Gpt2NormImpl(Index width, double epsilon) : width_(width), epsilon_(epsilon) { reset(); }
    void reset() override {
        weight = register_parameter("weight", at::ones({width_}));
        bias = register_parameter("bias", at::zeros({width_}));
    }
    at::Tensor forward(const at::Tensor& x) { return at::layer_norm(x, {width_}, weight, bias, epsilon_); }
    at::Tensor weight, bias;

private:
    Index width_;
    double epsilon_;
};
TORCH_MODULE(Gpt2Norm);

/// A table with one row per token or position.
class Gpt2EmbeddingImpl : public torch::nn::Cloneable<Gpt2EmbeddingImpl> {
public:
    Gpt2EmbeddingImpl(Index rows, Index width) : rows_(rows), width_(width) { reset(); }
    void reset() override { weight = register_parameter("weight", at::randn({rows_, width_}).mul_(0.02)); }
    at::Tensor forward(const at::Tensor& ids) { return at::embedding(weight, ids); }
    at::Tensor weight;

private:
    Index rows_, width_;
};
TORCH_MODULE(Gpt2Embedding);

}  // namespace suture
