// The layers that decoders are made of. Their parameters have the names and shapes of Hugging Face's implementations.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/strided_slice.hpp"
#include "suture/decoder/config.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/addmm.h>
#include <ATen/ops/addmv.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mv.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <array>
#include <utility>

namespace suture {

/// What the weights of a new model are.
enum class DecoderWeights {
    drawn,  ///< at random, as GPT-2's were: normal with standard deviation 0.02, norms and biases of ones and zeros
    unset,  ///< whatever the memory holds: for weights that are read from a file
    without_memory  ///< on LibTorch's meta device: the parameters have sizes and no values
};

namespace detail {
/// A new parameter. @param draw gives its values, if they are drawn
template <class Draw>
at::Tensor new_parameter(at::IntArrayRef sizes, DecoderWeights weights, const Draw& draw) {
    if (weights == DecoderWeights::drawn) return draw();
    return at::empty(sizes, at::TensorOptions().device(weights == DecoderWeights::unset ? at::kCPU : at::kMeta));
}

/// x [..., in] times a weight [out, in], and a bias [out] if it is defined: [..., out]. A single row, as in a step of a generation,
/// is a product of a matrix and a vector, which reads the weight once: OpenBLAS's product of matrices takes 2 to 3 times as long.
inline at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {}) {
    const bool is_one_row = x.numel() == x.size(-1) && x.device().is_cpu() &&
                            (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble) && x.numel() > 0;
    if (!is_one_row) return at::linear(x, weight, bias);
    Shape sizes(x.sizes().begin(), x.sizes().end());
    sizes.back() = weight.size(0);
    const at::Tensor row = x.reshape({-1});
    return (bias.defined() ? at::addmv(bias, weight, row) : at::mv(weight, row)).reshape(sizes);
}

/// What a model goes on with after a site that it computes only on request: step by step where the hooks there changed
/// something, and elsewhere the bits that it has without hooks. A graph goes through the site as a whole.
inline at::Tensor where_changed(const at::Tensor& changed, const at::Tensor& in_steps, const at::Tensor& fused) {
    return in_steps.requires_grad() ? in_steps : at::where(changed, in_steps, fused);
}
}  // namespace detail

/// How a Projection is made.
struct ProjectionOptions {
    bool has_bias = true;
    bool is_transposed = false;  ///< the weight is [in, out], as in GPT-2's Conv1D (transformers, pytorch_utils.py)
    double deviation = 0.02;     ///< the standard deviation of the weights that are drawn
    DecoderWeights weights = DecoderWeights::drawn;
};

/// A linear layer.
class ProjectionImpl : public torch::nn::Cloneable<ProjectionImpl> {
public:
    ProjectionImpl(Index in, Index out, const ProjectionOptions& options = {}) : in_(in), out_(out), options_(options) {
        reset();
    }
    void reset() override {
        const std::array<Index, 2> sizes{options_.is_transposed ? in_ : out_, options_.is_transposed ? out_ : in_};
        const auto parameter = [&](const char* name, at::IntArrayRef of, const auto& draw) {
            return this->register_parameter(name, detail::new_parameter(of, options_.weights, draw));
        };
        weight = parameter("weight", sizes, [&] { return at::randn(sizes).mul_(options_.deviation); });
        if (options_.has_bias) bias = parameter("bias", {out_}, [&] { return at::zeros({out_}); });
    }
    /// [..., in] -> [..., out]
    at::Tensor forward(const at::Tensor& x) {
        if (!options_.is_transposed || !bias.defined() || x.numel() == in_) return detail::linear(x, by_output(), bias);
        detail::Shape sizes(x.sizes().begin(), x.sizes().end());
        sizes.back() = out_;
        return at::addmm(bias, x.reshape({-1, in_}), weight).reshape(sizes);
    }
    /// The weight as [in, out].
    at::Tensor by_input() const { return options_.is_transposed ? weight : weight.t(); }
    /// The weight as [out, in].
    at::Tensor by_output() const { return options_.is_transposed ? weight.t() : weight; }

    at::Tensor weight, bias;  ///< the bias is undefined where the layer has none

private:
    Index in_, out_;
    ProjectionOptions options_;
};
/// @see ProjectionImpl
TORCH_MODULE(Projection);

namespace detail {
/// x divided by its root mean square, in float32 at least, as Llama's and Gemma's norms compute it.
inline at::Tensor over_root_mean_square(const at::Tensor& x, double epsilon) {
    const at::Tensor wide = x.element_size() < 4 ? x.to(at::kFloat) : x;
    return wide.mul(wide.square().mean(-1, true).add(epsilon).rsqrt());
}
}  // namespace detail

/// How a norm is made.
struct DecoderNormOptions {
    NormKind kind = NormKind::layer;
    double epsilon = 1e-5;
    double offset = 0;  ///< added to the weight
    bool has_bias = true;
    DecoderWeights weights = DecoderWeights::drawn;

    explicit DecoderNormOptions(const DecoderConfig& config, DecoderWeights filled = DecoderWeights::drawn)
        : kind(config.norm),
          epsilon(config.norm_epsilon),
          offset(config.norm_offset),
          has_bias(config.has_norm_bias),
          weights(filled) {}
};

namespace detail {
/// The parameters of a norm over the last axis, and what it computes.
template <class Self>
class NormBase : public torch::nn::Cloneable<Self> {
public:
    NormBase(Index width, const DecoderNormOptions& options) : width_(width), options_(options) { reset(); }
    void reset() override {
        const auto parameter = [&](const char* name, double value) {
            return this->register_parameter(
                name, new_parameter({width_}, options_.weights, [&] { return at::full({width_}, value); }));
        };
        weight = parameter("weight", 1 - options_.offset);
        if (options_.has_bias) bias = parameter("bias", 0);
    }
    /// [..., width] -> the same, without passing sites.
    at::Tensor without_sites(const at::Tensor& x) const {
        if (options_.kind == NormKind::layer) return at::layer_norm(x, {width_}, weight, bias, options_.epsilon);
        return weighed(over_root_mean_square(x, options_.epsilon), x.scalar_type());
    }
    const DecoderNormOptions& options() const { return options_; }
    at::Tensor weight, bias;  ///< the bias is undefined where the norm has none

protected:
    /// What is normalised, times the weight and plus the bias. Llama rounds to 16 bits before it multiplies, and Gemma,
    /// whose weights have an offset, after it.
    at::Tensor weighed(const at::Tensor& normalized, at::ScalarType dtype) const {
        if (options_.offset != 0)
            return normalized.mul(weight.to(normalized.scalar_type()).add(options_.offset)).to(dtype);
        const at::Tensor result = normalized.to(dtype).mul(weight);
        return bias.defined() ? result.add(bias) : result;
    }
    /// What the channels are divided by, and what is divided.
    std::pair<at::Tensor, at::Tensor> size_and_centred(const at::Tensor& x) const {
        const at::Tensor wide = x.element_size() < 4 ? x.to(at::kFloat) : x;
        const at::Tensor centred = options_.kind == NormKind::layer ? wide.sub(wide.mean(-1, true)) : wide;
        return {centred.square().mean(-1, true).add(options_.epsilon).sqrt(), centred};
    }

private:
    Index width_;
    DecoderNormOptions options_;
};
}  // namespace detail

/// A norm of each head's query or key.
class HeadNormImpl : public detail::NormBase<HeadNormImpl> {
public:
    using NormBase::NormBase;
    /// [..., heads, head width] -> the same
    at::Tensor forward(const at::Tensor& x) const { return without_sites(x); }
};
/// @see HeadNormImpl
TORCH_MODULE(HeadNorm);

/// A norm of the residual stream. Sites, both computed only where something waits at them: `scale`, the standard deviation
/// or the root mean square by which the channels are divided, and `normalized`, what that gives, before weight and bias.
class DecoderNormImpl : public detail::NormBase<DecoderNormImpl>, public HasSites {
public:
    using NormBase::NormBase;
    void visit_sites(const SiteVisitor& visit) override {
        visit("scale", scale);
        visit("normalized", normalized);
    }
    /// [..., width] -> the same
    at::Tensor forward(const at::Tensor& x) const {
        bool ignored = false;
        return through_sites(x, ignored);
    }
    /// The same.
    /// @param x [..., width]
    /// @param is_replaced becomes true if hooks replaced what passed one of the sites
    at::Tensor through_sites(const at::Tensor& x, bool& is_replaced) const {
        if (!scale.is_hooked() && !normalized.is_hooked()) return without_sites(x);
        const auto [size, centred] = size_and_centred(x);
        const at::Tensor used = scale(size);
        const at::Tensor divided = centred.div(used), result = normalized(divided);
        if (used.is_same(size) && result.is_same(divided)) return without_sites(x);
        is_replaced = true;
        return detail::where_changed(used.ne(size).logical_or(result.ne(divided).any(-1, true)),
                                     weighed(result, x.scalar_type()), without_sites(x));
    }

    HookPoint<NormScale<>> scale;
    HookPoint<Norm<dynamic>> normalized;
};
/// @see DecoderNormImpl
TORCH_MODULE(DecoderNorm);

/// A table with one row per token or position.
class EmbeddingTableImpl : public torch::nn::Cloneable<EmbeddingTableImpl> {
public:
    /// `scale` multiplies what the table gives, as in Gemma.
    EmbeddingTableImpl(Index rows, Index width, DecoderWeights weights = DecoderWeights::drawn, double scale = 1)
        : rows_(rows), width_(width), weights_(weights), scale_(scale) {
        reset();
    }
    void reset() override {
        const std::array<Index, 2> sizes{rows_, width_};
        weight = register_parameter(
            "weight", detail::new_parameter(sizes, weights_, [&] { return at::randn(sizes).mul_(0.02); }));
    }
    at::Tensor forward(const at::Tensor& ids) {
        const at::Tensor rows = at::embedding(weight, ids);
        // The factor is rounded to the dtype of the stream.
        return scale_ == 1 ? rows : rows.mul(at::scalar_tensor(scale_, rows.options()));
    }
    at::Tensor weight;

private:
    Index rows_, width_;
    DecoderWeights weights_;
    double scale_;
};
/// @see EmbeddingTableImpl
TORCH_MODULE(EmbeddingTable);

}  // namespace suture
