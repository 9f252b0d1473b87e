// The layers of GPT-2, with the parameter names and shapes of Hugging Face's implementation.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/strided_slice.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/addmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/where.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace suture {

namespace detail {
/// What a model goes on with after a site that it computes only on request: step by step where the hooks there changed
/// something, and elsewhere the bits that it has without hooks. A graph goes through the site as a whole.
inline at::Tensor where_changed(const at::Tensor& changed, const at::Tensor& in_steps, const at::Tensor& fused) {
    return in_steps.requires_grad() ? in_steps : at::where(changed, in_steps, fused);
}
}  // namespace detail

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

/// Layer normalisation over the channels, with weight and bias. Sites, both computed only where something waits at them:
/// `scale`, the square root of variance + epsilon, by which the centred channels are divided, and `normalized`, what that
/// gives, before weight and bias.
template <Index Width>
class Gpt2NormImpl : public torch::nn::Cloneable<Gpt2NormImpl<Width>>, public HasSites {
public:
    explicit Gpt2NormImpl(double epsilon) : epsilon_(epsilon) { reset(); }
    void reset() override {
        weight = this->register_parameter("weight", at::ones({Width}));
        bias = this->register_parameter("bias", at::zeros({Width}));
    }
    void visit_sites(const SiteVisitor& visit) override {
        visit("scale", scale);
        visit("normalized", normalized);
    }
    /// [..., width] -> the same
    at::Tensor forward(const at::Tensor& x) {
        bool ignored = false;
        return through_sites(x, ignored);
    }
    /// The same.
    /// @param x [..., width]
    /// @param is_replaced becomes true if hooks replaced what passed one of the sites
    at::Tensor through_sites(const at::Tensor& x, bool& is_replaced) {
        if (!scale.is_hooked() && !normalized.is_hooked()) return without_sites(x);
        const at::Tensor centred = x.sub(x.mean(-1, true));
        const at::Tensor size = centred.square().mean(-1, true).add(epsilon_).sqrt(), used = scale(size);
        const at::Tensor divided = centred.div(used), result = normalized(divided);
        if (used.is_same(size) && result.is_same(divided)) return without_sites(x);
        is_replaced = true;
        return detail::where_changed(used.ne(size).logical_or(result.ne(divided).any(-1, true)),
                                     result.mul(weight).add(bias), without_sites(x));
    }
    /// The same without passing the sites.
    at::Tensor without_sites(const at::Tensor& x) const { return at::layer_norm(x, {Width}, weight, bias, epsilon_); }
    at::Tensor weight, bias;
    HookPoint<NormScale<>> scale;
    HookPoint<Norm<Width>> normalized;

private:
    double epsilon_;
};
/// @see Gpt2NormImpl
template <Index Width>
class Gpt2Norm : public torch::nn::ModuleHolder<Gpt2NormImpl<Width>> {
public:
    using torch::nn::ModuleHolder<Gpt2NormImpl<Width>>::ModuleHolder;
};

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
