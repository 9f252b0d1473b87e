// A block of a decoder: attention and MLP, each with a norm before it, around the residual stream.
#pragma once

#include "suture/core/catalogue.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/decoder/attention.hpp"
#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/head_reads.hpp"
#include "suture/decoder/detail/module_pointer.hpp"
#include "suture/decoder/detail/pass.hpp"
#include "suture/decoder/detail/refused_on_models.hpp"
#include "suture/decoder/layers.hpp"
#include "suture/decoder/mlp.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/sites.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/extents.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// One transformer block. Sites: the residual stream before the block, `resid_pre`, between attention and MLP, `resid_mid`
/// (unless the two are parallel), and after it, `resid_post`; the norms, by the paths of their family; and what is read of the
/// stream, without changing the stream itself: `mlp_in` by the MLP, and by each head of the attention `attn_in` (where all
/// heads have keys of their own) and after it, separately for queries, keys and values, `q_input`, `k_input` and `v_input`.
/// Those by head are computed only where something waits at them.
class DecoderBlockImpl : public torch::nn::Cloneable<DecoderBlockImpl>,
                         public HasSites,
                         public detail::ModulesNamedElsewhere {
public:
    DecoderBlockImpl(const DecoderConfig& config, Index layer, DecoderWeights weights)
        : config_(config), layer_(layer), weights_(weights) {
        reset();
    }
    void reset() override {
        const DecoderNames& names = *config_.names;
        const Extents<Resid<dynamic>> stream(config_.width);
        attn_norm = add_norm(names.attn_norm);
        attn = this->register_module(names.attn, std::make_shared<DecoderAttentionImpl>(config_, layer_, weights_));
        if (config_.has_post_norms) attn_post_norm = add_norm(names.attn_post_norm);
        mlp_norm = add_norm(names.mlp_norm);
        mlp = this->register_module(names.mlp, std::make_shared<DecoderMlpImpl>(config_, weights_));
        if (config_.has_post_norms) mlp_post_norm = add_norm(names.mlp_post_norm);
        for (HookPoint<Resid<dynamic>>* point : {&resid_pre, &resid_mid, &resid_post, &mlp_in}) point->bind(stream);
        const Extents<HeadIn<dynamic, dynamic>> queries(config_.heads * config_.width, config_.heads),
            keys(config_.key_heads * config_.width, config_.key_heads);
        attn_in.bind(queries), q_input.bind(queries), k_input.bind(keys), v_input.bind(keys);
    }
    void visit_sites(const SiteVisitor& visit) override {
        visit("resid_pre", resid_pre);
        if (has_attn_in()) visit("attn_in", attn_in);
        visit("q_input", q_input);
        visit("k_input", k_input);
        visit("v_input", v_input);
        if (!config_.is_parallel) visit("resid_mid", resid_mid);
        visit("mlp_in", mlp_in);
        visit("resid_post", resid_post);
    }
    /// [batch, tokens, width] -> the same
    at::Tensor forward(const at::Tensor& x, const detail::DecoderPass& pass) {
        const at::Tensor before = resid_pre(x);
        const auto [normalized, own] = attention_reads(before);
        return after_attention(before, attn->forward(normalized, pass, own));
    }
    at::Tensor forward(const at::Tensor& x) { return forward(x, detail::DecoderPass(config_, x)); }
    /// [positions, width] -> [kept positions, width]
    at::Tensor forward_at(const at::Tensor& x, CausalPositions& positions) {
        const at::Tensor before = resid_pre(x);
        const auto [normalized, own] = attention_reads(before);
        const detail::DecoderPass pass(config_, x, positions);
        const at::Tensor attended = attn->forward_at(normalized, pass, positions, own);
        return after_attention(positions.kept(before), attended);
    }
    const DecoderConfig& config() const { return config_; }

    Hooked<DecoderNorm, Norm<dynamic>> attn_norm{nullptr}, mlp_norm{nullptr};
    /// Of what attention and MLP add to the stream, where a family has them.
    Hooked<DecoderNorm, Norm<dynamic>> attn_post_norm{nullptr}, mlp_post_norm{nullptr};
    detail::ModulePointer<DecoderAttentionImpl> attn;
    detail::ModulePointer<DecoderMlpImpl> mlp;
    HookPoint<Resid<dynamic>> resid_pre, resid_mid, resid_post, mlp_in;
    HookPoint<HeadIn<dynamic, dynamic>> attn_in, q_input, k_input, v_input;

private:
    Hooked<DecoderNorm, Norm<dynamic>> add_norm(const char* name) {
        auto norm = this->register_module(
            name, Hooked<DecoderNorm, Norm<dynamic>>(config_.width, DecoderNormOptions(config_, weights_)));
        const Extents<Norm<dynamic>> width(config_.width);
        norm->output.bind(width), norm->normalized.bind(width);
        return norm;
    }
    bool has_attn_in() const { return config_.heads == config_.key_heads; }

    /// @param before the stream at the kept positions @param attended what attention adds to it
    at::Tensor after_attention(const at::Tensor& before, const at::Tensor& attended) {
        const at::Tensor added = config_.has_post_norms ? attn_post_norm(attended) : attended;
        const at::Tensor with_attention = before.add(added);
        const at::Tensor between = config_.is_parallel ? with_attention : resid_mid(with_attention);
        const at::Tensor read = mlp_in(config_.is_parallel ? before : between);
        const at::Tensor computed = mlp->forward(mlp_norm(read));
        return resid_post(between.add(config_.has_post_norms ? mlp_post_norm(computed) : computed));
    }
    /// The norm of the residual stream [..., width], and what heads read in its place.
    /// @throws HookError if hooks at the one would hide those at the other
    std::pair<at::Tensor, detail::HeadReads> attention_reads(const at::Tensor& stream) {
        if (!(has_attn_in() && attn_in.is_hooked()) && !q_input.is_hooked() && !k_input.is_hooked() &&
            !v_input.is_hooked())
            return {attn_norm(stream), {}};
        bool is_replaced = false;
        const at::Tensor read = attn_norm->input(stream), inner = attn_norm->through_sites(read, is_replaced);
        const at::Tensor normalized = attn_norm->output(inner);
        is_replaced = is_replaced || !read.is_same(stream) || !normalized.is_same(inner);
        const detail::HeadReads own = head_reads(stream);
        if (is_replaced && own.hides(attn_norm->without_sites(stream), normalized))
            detail::refuse_two_norms(own.site, attn_norm->output.name());
        return {normalized, own};
    }
    /// What heads read in place of the residual stream [..., width].
    detail::HeadReads head_reads(const at::Tensor& stream) {
        detail::HeadReads reads{{}, has_attn_in() ? attn_in.name() : q_input.name()};
        const auto for_heads = [&](Index heads) {
            detail::Shape sizes(stream.sizes().begin(), stream.sizes().end());
            sizes.insert(sizes.end() - 1, heads);
            return stream.unsqueeze(-2).expand(sizes);
        };
        const at::Tensor by_query = for_heads(config_.heads), each_query = by_query.flatten(-2);
        const at::Tensor by_key = has_attn_in() ? by_query : for_heads(config_.key_heads);
        const at::Tensor each_key = has_attn_in() ? each_query : by_key.flatten(-2);
        const at::Tensor read = has_attn_in() ? attn_in(each_query) : each_query;
        const at::Tensor of_keys = has_attn_in() ? read : each_key;
        const std::array<at::Tensor, 3> passed{q_input(read), k_input(of_keys), v_input(of_keys)};
        for (std::size_t i = 0; i < passed.size(); ++i) {
            if (passed[i].is_same(i == 0 ? each_query : each_key)) continue;
            const at::Tensor& by_head = i == 0 ? by_query : by_key;
            const at::Tensor own = passed[i].view(by_head.sizes());
            reads.parts[i] = {attn_norm->without_sites(own), own.ne(by_head).any(-1, true)};
        }
        return reads;
    }
    DecoderConfig config_;
    Index layer_;
    DecoderWeights weights_;
};

/// The blocks of a model, in order.
class DecoderBlocksImpl : public torch::nn::Cloneable<DecoderBlocksImpl> {
public:
    DecoderBlocksImpl(const DecoderConfig& config, DecoderWeights weights) : config_(config), weights_(weights) {
        reset();
    }
    void reset() override {
        blocks.clear();
        for (Index i = 0; i < config_.layers; ++i)
            blocks.push_back(
                this->register_module(std::to_string(i), std::make_shared<DecoderBlockImpl>(config_, i, weights_)));
    }
    std::vector<detail::ModulePointer<DecoderBlockImpl>> blocks;

private:
    DecoderConfig config_;
    DecoderWeights weights_;
};

/// The holder of the blocks, as a sequence.
class DecoderBlocks : public torch::nn::ModuleHolder<DecoderBlocksImpl> {
public:
    using torch::nn::ModuleHolder<DecoderBlocksImpl>::ModuleHolder;
    std::size_t size() const { return this->get()->blocks.size(); }
    auto begin() const { return this->get()->blocks.begin(); }
    auto end() const { return this->get()->blocks.end(); }
    /// @throws PositionError if the model has fewer layers
    const detail::ModulePointer<DecoderBlockImpl>& operator[](std::size_t layer) const {
        if (layer >= size())
            throw PositionError("layer " + std::to_string(layer) + " is outside the model, which has " +
                                std::to_string(size()) + ": count from 0");
        return this->get()->blocks[layer];
    }
    template <class...>
    SUTURE_REJECTED("a block goes by its number: write model->blocks[1]", at(...) const);
    template <class...>
    SUTURE_REJECTED("a block goes by its number: write model->blocks[1]", operator()(...) const);
    template <class I>
        requires(!std::convertible_to<const I&, std::size_t>)
    SUTURE_REJECTED("a block goes by its number: write model->blocks[1]", operator[](const I&) const);
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
