// GPT-2 as LibTorch modules whose activations pass typed sites. Parameters and sites have the names of Hugging Face's
// implementation (transformers, models/gpt2/modeling_gpt2.py).
//
// Layouts are known at compile time, but a model's width only when its config.json is read. So the modules are
// templates on width and heads: `Gpt2<768, 12>` is GPT-2 small. `visit_gpt2` (gpt2/load.hpp) chooses the instantiation
// for a directory among those that were compiled.
#pragma once

#include "suture/core/catalogue.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/gpt2/config.hpp"
#include "suture/gpt2/detail/module_pointer.hpp"
#include "suture/gpt2/detail/refused_on_models.hpp"
#include "suture/gpt2/layers.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/sites.hpp"
#include "suture/model/causal_positions.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mish.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tanh.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
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

// The checks of a model are functions of their own and not members, so that they are compiled once and not per width.

/// @throws ModelError unless Gpt2<width, heads> is the type for this configuration
inline void check_type(const Gpt2Config& config, Index width, Index heads) {
    const auto type = [](Index w, Index h) { return "Gpt2<" + std::to_string(w) + ", " + std::to_string(h) + ">"; };
    if (config.width != width || config.heads != heads)
        throw ModelError("the model has width " + std::to_string(config.width) + " in " + std::to_string(config.heads) +
                         " heads but " + type(width, heads) + " was compiled: use " + type(config.width, config.heads));
    if (config.inner < 1)
        throw ModelError("the model's MLP has " + std::to_string(config.inner) +
                         " neurons: set inner to the number of neurons, usually 4 x width");
}

/// @throws ValueError if a token id is outside the vocabulary
inline void check_vocabulary(const at::Tensor& ids, Index vocabulary) {
    if (ids.numel() == 0) return;
    const Index low = ids.min().item<Index>(), high = ids.max().item<Index>();
    if (low < 0 || high >= vocabulary)
        throw ValueError("token id " + std::to_string(low < 0 ? low : high) + " is outside the vocabulary of " +
                         std::to_string(vocabulary) + ": give ids from 0");
}

/// @throws TypeError, ShapeError or ValueError unless these are token ids [batch, tokens] of the model
inline void check_ids(const at::Tensor& ids, const Gpt2Config& config) {
    if (!ids.defined() || !at::isIntegralType(ids.scalar_type(), false))
        throw TypeError("token ids are " + tensor_text(ids) + ": give integers");
    if (ids.dim() != 2) throw ShapeError("token ids have shape " + shape_text(ids.sizes()) + ": give [batch, tokens]");
    if (ids.size(1) > config.positions)
        throw ShapeError(std::to_string(ids.size(1)) + " tokens exceed the model's " +
                         std::to_string(config.positions) + " positions: shorten the prompt");
    check_vocabulary(ids, config.vocabulary);
}
}  // namespace detail

namespace detail {
/// What the heads of an attention read, where hooks gave some of them something else than the residual stream: the
/// normalised inputs of queries, keys and values, [..., heads, width], and where they differ from the stream's,
/// [..., heads, 1]. Undefined where nothing was changed.
struct HeadReads {
    struct Part {
        at::Tensor normalized, changed;
    };
    std::array<Part, 3> parts;
    std::string site{};  ///< for messages
    bool is_empty() const {
        return std::none_of(parts.begin(), parts.end(), [](const Part& part) { return part.normalized.defined(); });
    }
    /// Whether one of them would hide what hooks did with `plain`, which all heads read otherwise: an edit at the same
    /// position, or in a graph, which has one of the two paths only, anything. @param used what they left of it
    bool hides(const at::Tensor& plain, const at::Tensor& used) const {
        const at::Tensor both_lost = used.isnan().logical_and(plain.isnan());
        const at::Tensor edited = used.ne(plain).logical_and(both_lost.logical_not()).any(-1);
        return std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
            return part.normalized.defined() &&
                   (part.normalized.requires_grad() ||
                    part.changed.flatten(-2).any(-1).logical_and(edited).any().template item<bool>());
        });
    }
};

[[noreturn]] inline void refuse_two_norms(const std::string& heads, const std::string& all) {
    throw HookError(heads + ": hooks change what heads read, or wait for its gradient, and so do hooks at " + all +
                    ", which is for the norm of the whole stream, while these heads have norms of their own: hook one "
                    "of them");
}
}  // namespace detail

/// Attention of one block. Sites: `c_attn` (the fused query, key and value), `scores` and `pattern` (before and after
/// the softmax, [batch, heads, queries, keys], without a layout), `z` (the values mixed by each head), `result` (what each
/// head adds to the residual stream, computed only where something waits there) and `c_proj` (the output, which is added
/// to the residual stream).
template <Index Width, Index Heads>
class Gpt2AttentionImpl : public torch::nn::Cloneable<Gpt2AttentionImpl<Width, Heads>>,
                          public HasSites,
                          public detail::ModulesNamedElsewhere {
public:
    using Qkv = Gpt2Qkv<Width, Heads>;

    Gpt2AttentionImpl(const Gpt2Config& config, Index layer) : config_(config), layer_(layer) { reset(); }
    void reset() override {
        c_attn = this->register_module("c_attn", Hooked<Conv1D, Qkv>(Width, 3 * Width));
        c_proj = this->register_module(
            "c_proj", Hooked<Conv1D, AttnOut<Width>>(Width, Width, 0.02 / std::sqrt(2.0 * config_.layers)));
    }
    void visit_sites(const SiteVisitor& visit) override {
        visit("scores", scores);
        visit("pattern", pattern);
        visit("z", z);
        visit("result", result);
    }
    /// [batch, tokens, width] -> the same.
    /// @param x what all heads read
    /// @param own what heads read instead of x
    at::Tensor forward(const at::Tensor& x, const detail::HeadReads& own = {}) {
        const auto [queries, keys, values] = split(borrow<Qkv>(projected(x, own)));
        const auto by_head = [](const auto& part) { return by_heads(part).transpose(1, 2); };
        const at::Tensor later = at::ones({x.size(-2), x.size(-2)}, x.options().dtype(at::kBool)).triu(1);
        const at::Tensor scored = scores(detail::causal_scores(by_head(queries), by_head(keys), later, scale()));
        const at::Tensor attended = pattern(scored.softmax(-1));
        return output(z(attended.matmul(by_head(values)).transpose(1, 2).reshape(x.sizes())));
    }
    /// [positions, width] -> [kept positions, width]. The sites `scores` and `pattern` are not passed.
    at::Tensor forward_at(const at::Tensor& x, CausalPositions& positions, const detail::HeadReads& own = {}) {
        const auto [queries, keys, values] = split(borrow<Qkv>(projected(x, own)));
        return output(z(positions.attend(by_heads(queries), by_heads(keys), by_heads(values), scale()).flatten(-2)));
    }

    Hooked<Conv1D, Qkv> c_attn{nullptr};
    HookPoint<AnyLayout> scores, pattern;
    HookPoint<Z<Width, Heads>> z;
    HookPoint<HeadOut<Heads * Width, Heads>> result;
    Hooked<Conv1D, AttnOut<Width>> c_proj{nullptr};

private:
    /// [..., heads * n] -> [..., heads, n]
    static at::Tensor by_heads(const at::Tensor& channels) {
        const std::array<Index, 2> heads{Heads, channels.size(-1) / Heads};
        return channels.unflatten(-1, at::IntArrayRef(heads));
    }
    static at::Tensor by_heads(const Readable auto& part) { return by_heads(part.unsafe_tensor()); }

    /// The queries, keys and values. [..., width] -> [..., 3 * width]
    at::Tensor projected(const at::Tensor& x, const detail::HeadReads& own) {
        if (own.is_empty()) return c_attn(x);
        const at::Tensor read = c_attn->input(x);
        if (!read.is_same(x) && own.hides(x, read)) detail::refuse_two_norms(own.site, c_attn->input.name());
        std::vector<at::Tensor> parts = c_attn->Conv1DImpl::forward(read).chunk(3, -1);
        const std::vector<at::Tensor> weights = c_attn->weight.chunk(3, -1), biases = c_attn->bias.chunk(3, -1);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& [normalized, changed] = own.parts[i];
            if (!normalized.defined()) continue;
            const at::Tensor weight = by_heads(weights[i]).transpose(0, 1);  // [heads, width, head width]
            const at::Tensor each = normalized.unsqueeze(-2).matmul(weight).squeeze(-2).add(by_heads(biases[i]));
            parts[i] = detail::where_changed(changed, each, by_heads(parts[i])).flatten(-2);
        }
        return c_attn->output(at::cat(parts, -1));
    }
    /// What the heads' values z, [..., width], add to the residual stream.
    at::Tensor output(const at::Tensor& mixed) {
        if (!result.is_hooked()) return c_proj(mixed);
        const std::array<Index, 3> sizes{Heads, Width / Heads, Width};
        const at::Tensor weight = c_proj->weight.view(at::IntArrayRef(sizes));
        const at::Tensor read = c_proj->input(mixed), fused = c_proj->Conv1DImpl::forward(read);
        const at::Tensor each = by_heads(read).unsqueeze(-2).matmul(weight).squeeze(-2).flatten(-2);
        const at::Tensor passed = result(each);
        if (passed.is_same(each)) return c_proj->output(fused);
        const at::Tensor changed = passed.ne(each).any(-1, true);
        return c_proj->output(detail::where_changed(changed, by_heads(passed).sum(-2).add(c_proj->bias), fused));
    }
    double scale() const {
        const double scale = config_.scale_attention ? 1.0 / std::sqrt(static_cast<double>(Width / Heads)) : 1.0;
        return config_.scale_attention_by_layer ? scale / static_cast<double>(layer_ + 1) : scale;
    }
    Gpt2Config config_;
    Index layer_;
};

/// The MLP of one block. Sites: `c_fc` (before the nonlinearity), `act` (after it) and `c_proj`. How many neurons it has, only
/// the configuration says: its sites are found as those of `Mlp<3072>` as well as of `Mlp<dynamic>`.
template <Index Width>
class Gpt2MlpImpl : public torch::nn::Cloneable<Gpt2MlpImpl<Width>>,
                    public HasSites,
                    public detail::ModulesNamedElsewhere {
public:
    explicit Gpt2MlpImpl(const Gpt2Config& config) : config_(config) { reset(); }
    void reset() override {
        c_fc = this->register_module("c_fc", Hooked<Conv1D, Mlp<dynamic>>(Width, config_.inner));
        c_proj = this->register_module(
            "c_proj", Hooked<Conv1D, MlpOut<Width>>(config_.inner, Width, 0.02 / std::sqrt(2.0 * config_.layers)));
        const Extents<Mlp<dynamic>> inner(config_.inner);
        c_fc->output.bind(inner);
        act.bind(inner);
    }
    void visit_sites(const SiteVisitor& visit) override { visit("act", act); }
    at::Tensor forward(const at::Tensor& x) { return c_proj(act(detail::activate(c_fc(x), config_.activation))); }

    Hooked<Conv1D, Mlp<dynamic>> c_fc{nullptr};
    HookPoint<Mlp<dynamic>> act;
    Hooked<Conv1D, MlpOut<Width>> c_proj{nullptr};

private:
    Gpt2Config config_;
};

/// One transformer block. Sites: the residual stream before the block, between attention and MLP, and after it, the
/// outputs of the layer normalisations, and what is read of the stream, without changing the stream itself: `mlp_in` by
/// the MLP, and by each head of the attention `attn_in` and after it, separately for queries, keys and values, `q_input`,
/// `k_input` and `v_input`. Those by head are computed only where something waits at them.
template <Index Width, Index Heads>
class Gpt2BlockImpl : public torch::nn::Cloneable<Gpt2BlockImpl<Width, Heads>>,
                      public HasSites,
                      public detail::ModulesNamedElsewhere {
public:
    Gpt2BlockImpl(const Gpt2Config& config, Index layer) : config_(config), layer_(layer) { reset(); }
    void reset() override {
        ln_1 = this->register_module("ln_1", Hooked<Gpt2Norm<Width>, Norm<Width>>(config_.layer_norm_epsilon));
        attn = this->register_module("attn", std::make_shared<Gpt2AttentionImpl<Width, Heads>>(config_, layer_));
        ln_2 = this->register_module("ln_2", Hooked<Gpt2Norm<Width>, Norm<Width>>(config_.layer_norm_epsilon));
        mlp = this->register_module("mlp", std::make_shared<Gpt2MlpImpl<Width>>(config_));
    }
    void visit_sites(const SiteVisitor& visit) override {
        visit("resid_pre", resid_pre);
        visit("attn_in", attn_in);
        visit("q_input", q_input);
        visit("k_input", k_input);
        visit("v_input", v_input);
        visit("resid_mid", resid_mid);
        visit("mlp_in", mlp_in);
        visit("resid_post", resid_post);
    }
    /// [batch, tokens, width] -> the same
    at::Tensor forward(const at::Tensor& x) {
        const at::Tensor before = resid_pre(x);
        const auto [normalized, own] = attention_reads(before);
        return after_attention(before.add(attn->forward(normalized, own)));
    }
    /// [positions, width] -> [kept positions, width]
    at::Tensor forward_at(const at::Tensor& x, CausalPositions& positions) {
        const at::Tensor before = resid_pre(x);
        const auto [normalized, own] = attention_reads(before);
        const at::Tensor attended = attn->forward_at(normalized, positions, own);
        return after_attention(positions.kept(before).add(attended));
    }

    Hooked<Gpt2Norm<Width>, Norm<Width>> ln_1{nullptr}, ln_2{nullptr};
    detail::ModulePointer<Gpt2AttentionImpl<Width, Heads>> attn;
    detail::ModulePointer<Gpt2MlpImpl<Width>> mlp;
    HookPoint<Resid<Width>> resid_pre, resid_mid, resid_post, mlp_in;
    HookPoint<HeadIn<Heads * Width, Heads>> attn_in, q_input, k_input, v_input;

private:
    at::Tensor after_attention(const at::Tensor& x) {
        const at::Tensor between = resid_mid(x);
        return resid_post(between.add(mlp->forward(ln_2(mlp_in(between)))));
    }
    /// The norm of the residual stream [..., width], and what heads read in its place.
    /// @throws HookError if hooks at the one would hide those at the other
    std::pair<at::Tensor, detail::HeadReads> attention_reads(const at::Tensor& stream) {
        if (!attn_in.is_hooked() && !q_input.is_hooked() && !k_input.is_hooked() && !v_input.is_hooked())
            return {ln_1(stream), {}};
        bool is_replaced = false;
        const at::Tensor read = ln_1->input(stream), inner = ln_1->through_sites(read, is_replaced);
        const at::Tensor normalized = ln_1->output(inner);
        is_replaced = is_replaced || !read.is_same(stream) || !normalized.is_same(inner);
        const detail::HeadReads own = head_reads(stream);
        if (is_replaced && own.hides(ln_1->without_sites(stream), normalized))
            detail::refuse_two_norms(own.site, ln_1->output.name());
        return {normalized, own};
    }
    /// What heads read in place of the residual stream [..., width].
    detail::HeadReads head_reads(const at::Tensor& stream) {
        detail::HeadReads reads{{}, attn_in.name()};
        detail::Shape sizes(stream.sizes().begin(), stream.sizes().end());
        sizes.insert(sizes.end() - 1, Heads);
        const at::Tensor by_head = stream.unsqueeze(-2).expand(sizes), each = by_head.flatten(-2);
        const at::Tensor read = attn_in(each);
        const std::array<at::Tensor, 3> passed{q_input(read), k_input(read), v_input(read)};
        for (std::size_t i = 0; i < passed.size(); ++i) {
            if (passed[i].is_same(each)) continue;
            const at::Tensor own = passed[i].view(sizes);
            reads.parts[i] = {ln_1->without_sites(own), own.ne(by_head).any(-1, true)};
        }
        return reads;
    }
    Gpt2Config config_;
    Index layer_;
};

/// The blocks of a model, in order.
template <Index Width, Index Heads>
class Gpt2BlocksImpl : public torch::nn::Cloneable<Gpt2BlocksImpl<Width, Heads>> {
public:
    explicit Gpt2BlocksImpl(const Gpt2Config& config) : config_(config) { reset(); }
    void reset() override {
        blocks.clear();
        for (Index i = 0; i < config_.layers; ++i)
            blocks.push_back(
                this->register_module(std::to_string(i), std::make_shared<Gpt2BlockImpl<Width, Heads>>(config_, i)));
    }
    std::vector<detail::ModulePointer<Gpt2BlockImpl<Width, Heads>>> blocks;

private:
    Gpt2Config config_;
};

/// The holder of the blocks, as a sequence.
template <Index Width, Index Heads>
class Gpt2Blocks : public torch::nn::ModuleHolder<Gpt2BlocksImpl<Width, Heads>> {
public:
    using torch::nn::ModuleHolder<Gpt2BlocksImpl<Width, Heads>>::ModuleHolder;
    std::size_t size() const { return this->get()->blocks.size(); }
    auto begin() const { return this->get()->blocks.begin(); }
    auto end() const { return this->get()->blocks.end(); }
    /// @throws PositionError if there is no such layer
    const auto& operator[](std::size_t layer) const {
        if (layer >= size())
            throw PositionError("layer " + std::to_string(layer) + " is outside the model, which has " +
                                std::to_string(size()) + ": count from 0");
        return this->get()->blocks[layer];
    }
    template <class...>
    SUTURE_REJECTED("a block goes by its number: write model->h[1]", at(...) const);
    template <class...>
    SUTURE_REJECTED("a block goes by its number: write model->h[1]", operator()(...) const);
    template <class I>
        requires(!std::convertible_to<const I&, std::size_t>)
    SUTURE_REJECTED("a block goes by its number: write model->h[1]", operator[](const I&) const);
};

/// A GPT-2 language model. `h[3]->attn->c_attn` is the site of layer 3's fused query, key and value.
template <Index Width, Index Heads>
class Gpt2Impl : public torch::nn::Cloneable<Gpt2Impl<Width, Heads>>, public detail::RefusedOnModels {
public:
    /// The layout of every layer's `c_attn` output.
    using Qkv = Gpt2Qkv<Width, Heads>;

    /// A model with random weights, drawn as GPT-2's were.
    /// @throws ModelError if the configuration has another width or heads than this type
    explicit Gpt2Impl(const Gpt2Config& config) : config_(config) {
        detail::check_type(config, Width, Heads);
        reset();
    }
    void reset() override {
        wte = this->register_module("wte", Hooked<Gpt2Embedding, Resid<Width>>(config_.vocabulary, Width));
        wpe = this->register_module("wpe", Hooked<Gpt2Embedding, Resid<Width>>(config_.positions, Width));
        h = this->register_module("h", Gpt2Blocks<Width, Heads>(config_));
        ln_f = this->register_module("ln_f", Hooked<Gpt2Norm<Width>, Norm<Width>>(config_.layer_norm_epsilon));
        lm_head = config_.tied ? Gpt2Embedding(nullptr)
                               : this->register_module("lm_head", Gpt2Embedding(config_.vocabulary, Width));
        name_sites(*this);
    }

    /// Token ids [batch, tokens], integers of any dtype -> logits [batch, tokens, vocabulary].
    /// @throws ShapeError, TypeError or ValueError if these are not token ids of this model
    at::Tensor forward(const at::Tensor& ids) {
        at::Tensor x = embed(ids);
        for (const auto& block : h) x = block->forward(x);
        return unembed(x);
    }

    // The stages of a forward pass, which make this a StagedModel (model/staged_model.hpp).

    Index layers() const { return config_.layers; }
    /// Token ids [batch, tokens] -> the residual stream before the first block, [batch, tokens, width].
    /// @throws as forward
    at::Tensor embed(const at::Tensor& given) {
        detail::check_ids(given, config_);
        // An embedding takes indices of these two dtypes only.
        const at::Tensor ids = given.scalar_type() == at::kInt ? given : given.to(at::kLong);
        return wte(ids).add(wpe(positions_of(ids)));
    }
    /// [batch, tokens, width] -> the same. @throws PositionError if there is no such layer
    at::Tensor block(Index layer, const at::Tensor& x) { return h[static_cast<std::size_t>(layer)]->forward(x); }
    /// [positions, width] -> [kept positions, width]. @throws PositionError if there is no such layer
    at::Tensor block(Index layer, const at::Tensor& x, CausalPositions& positions) {
        return h[static_cast<std::size_t>(layer)]->forward_at(x, positions);
    }
    /// The residual stream after the last block, [..., width] -> logits [..., vocabulary].
    at::Tensor unembed(const at::Tensor& x) { return at::linear(ln_f(x), unembedding()); }
    /// Only the logits of these token ids [n]: [..., n]. @throws ValueError if one is outside the vocabulary
    at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids) { return at::linear(ln_f(x), unembedding(ids)); }

    template <class...>
    SUTURE_REJECTED("embed takes token ids: write model->embed(ids)", embed(...) const);
    template <class...>
    SUTURE_REJECTED("a block has a number and an input: write model->block(3, x)", block(...) const);
    template <class...>
    SUTURE_REJECTED("unembed takes the residual stream: write model->unembed(x)", unembed(...) const);

    using torch::nn::Module::save;
    using torch::nn::Module::to;
    SUTURE_REJECTED("a device is named by its constant: write model->to(torch::kCUDA)", to(const char*, bool = false));
    SUTURE_REJECTED("a device is named by its constant: write model->to(torch::kCUDA)",
                    to(const std::string&, bool = false));
    SUTURE_REJECTED("a model is saved by a function: write save_gpt2(directory, model)", save(const char*) const);
    SUTURE_REJECTED("a model is saved by a function: write save_gpt2(directory, model)",
                    save(const std::string&) const);

    /// The unembedding matrix: [vocabulary, width].
    const at::Tensor& unembedding() const { return config_.tied ? wte->weight : lm_head->weight; }
    /// The rows of the unembedding for these token ids [n]: [n, width]. @throws ValueError if one is outside the
    /// vocabulary
    at::Tensor unembedding(const at::Tensor& ids) const {
        detail::check_vocabulary(ids, config_.vocabulary);
        return unembedding().index_select(0, ids.to(unembedding().device(), at::kLong));
    }

    /// A deep copy, with its own parameters and sites, under the same names.
    std::shared_ptr<torch::nn::Module> clone(const detail::clone_device& device = {}) const override {
        auto copy = torch::nn::Cloneable<Gpt2Impl>::clone(device);
        name_sites(*copy);
        return copy;
    }

    const Gpt2Config& config() const { return config_; }

    Hooked<Gpt2Embedding, Resid<Width>> wte{nullptr}, wpe{nullptr};
    Gpt2Blocks<Width, Heads> h{nullptr};
    Hooked<Gpt2Norm<Width>, Norm<Width>> ln_f{nullptr};
    Gpt2Embedding lm_head{nullptr};

private:
    /// One row serves all prompts, unless something waits where each prompt has its own.
    at::Tensor positions_of(const at::Tensor& ids) const {
        const at::Tensor positions = at::arange(ids.size(1), ids.options());
        return wpe->output.is_hooked() || wpe->input.is_hooked() ? positions.expand_as(ids) : positions;
    }
    Gpt2Config config_;
};

/// A holder of a GPT-2 model. @see Gpt2Impl
template <Index Width, Index Heads = 0>
class Gpt2 : public torch::nn::ModuleHolder<Gpt2Impl<Width, Heads>>, public detail::RefusedOnHolders {
public:
    using torch::nn::ModuleHolder<Gpt2Impl<Width, Heads>>::ModuleHolder;
    using detail::RefusedOnHolders::operator[];

    /// @see Gpt2Impl::forward
    at::Tensor operator()(const at::Tensor& ids) { return this->get()->forward(ids); }

    // Calls that must not compile.
    template <class...>
    SUTURE_REJECTED("a model takes token ids: write model(ids), an integer tensor [batch, tokens]", operator()(...)
                                                                                                        const);
    explicit SUTURE_REJECTED_FROM("a model is made from its configuration: write Gpt2<768, 12> model(Gpt2Config{})",
                                  Gpt2, int, int, int);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write load_gpt2<768, 12>(directory)", Gpt2,
                                  const char*);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write load_gpt2<768, 12>(directory)", Gpt2,
                                  const std::string&);
    // A closer match for a text that has a name than the constructor of a holder, which takes anything.
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write load_gpt2<768, 12>(directory)", Gpt2,
                                  std::string&);
};

namespace detail {
template <Index Width>
inline constexpr bool no_heads = false;
}  // namespace detail
template <Index Width>
class Gpt2<Width, 0> {
    static_assert(detail::no_heads<Width>, "a Gpt2 has a width and heads: write Gpt2<768, 12> model(config)");
};
// Without numbers, for the sentence of the specialisation.
template <class... Given>
Gpt2(Given...) -> Gpt2<0, 0>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
