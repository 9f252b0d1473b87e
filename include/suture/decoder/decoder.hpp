// A decoder as a LibTorch module whose activations pass typed sites: GPT-2, Llama, Gemma, GPT-NeoX and their like. Parameters
// and the paths of sites have the names of Hugging Face's implementation of the family, members have one name in all:
// `model->blocks[3]->attn->z` is the site "h.3.attn.z" of a GPT-2 and "layers.3.self_attn.z" of a Llama.
//
// A model is not a template: what its sizes are, only its configuration says. Its sites know them, so a layout with static
// numbers is checked once, when a site is looked up: `site<Gpt2Qkv<768, 12>>(model, "h.3.attn.c_attn")`.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/block.hpp"
#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/check_config.hpp"
#include "suture/decoder/detail/pass_plan.hpp"
#include "suture/decoder/detail/refused_on_models.hpp"
#include "suture/decoder/forward_options.hpp"
#include "suture/decoder/key_value_cache.hpp"
#include "suture/decoder/layers.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/hook/sequence_pass.hpp"
#include "suture/hook/sites.hpp"
#include "suture/model/causal_positions.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/arange.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// A language model. @see DecoderBlockImpl, DecoderAttentionImpl and DecoderMlpImpl for the sites
class DecoderImpl : public torch::nn::Cloneable<DecoderImpl>, public detail::RefusedOnModels {
public:
    /// @throws ModelError if the numbers of the configuration contradict one another
    explicit DecoderImpl(const DecoderConfig& config, DecoderWeights weights = DecoderWeights::drawn)
        : config_(config), weights_(weights) {
        detail::check_config(config);
        reset();
    }
    void reset() override {
        const DecoderNames& names = *config_.names;
        const Index width = config_.width;
        token_embedding = add_table(names.token_embedding, config_.vocabulary, config_.embedding_scale);
        if (!config_.rotary) position_embedding = add_table(names.position_embedding, config_.positions);
        blocks = this->register_module(names.blocks, DecoderBlocks(config_, weights_));
        final_norm = this->register_module(
            names.final_norm, Hooked<DecoderNorm, Norm<dynamic>>(width, DecoderNormOptions(config_, weights_)));
        const Extents<Norm<dynamic>> extents(width);
        final_norm->output.bind(extents), final_norm->normalized.bind(extents);
        head = config_.is_tied ? EmbeddingTable(nullptr)
                               : this->register_module(names.head, EmbeddingTable(config_.vocabulary, width, weights_));
        name_sites(*this);
    }

    /// Token ids [batch, tokens], integers of any dtype -> logits [batch, tokens, vocabulary].
    /// @throws ShapeError, TypeError or ValueError if these are not token ids of this model
    at::Tensor forward(const at::Tensor& ids) {
        const SequencePass plain;
        at::Tensor x = embed(ids);
        const detail::DecoderPass pass(config_, x);
        for (const auto& block : blocks) x = block->forward(x, pass);
        return unembed(x);
    }

    /// The same with padding, positions of its own, a cache, or the last logits alone: `forward(ids, {.attention_mask = mask})`.
    /// Each row gets what its tokens get alone; what columns of padding hold is finite and means nothing.
    /// @throws Error also if the options contradict the ids, the cache or one another; then nothing was computed, and the cache is
    ///         as it was
    at::Tensor forward(const at::Tensor& ids, const ForwardOptions& options) {
        const bool is_plain = !options.attention_mask.defined() && !options.position_ids.defined() && !options.cache &&
                              options.prompt_lengths.empty();
        if (options.logits_to_keep < 0)
            throw ValueError("logits_to_keep is " + std::to_string(options.logits_to_keep) +
                             ": give a number of positions, or 0 for all");
        if (is_plain && options.logits_to_keep == 0) return forward(ids);
        detail::check_ids_alone(ids, config_);
        const detail::PassPlan plan(ids, options, config_);
        const SequencePass here(plan.sequence);
        at::Tensor x = embed_at(ids, plan.positions);
        const detail::DecoderPass pass(config_, x, plan, options.cache);
        for (const auto& block : blocks) x = block->forward(x, pass);
        const Index kept = options.logits_to_keep == 0 ? x.size(1) : std::min(options.logits_to_keep, x.size(1));
        const SequencePass last(plan.last_columns(kept));
        const at::Tensor logits = unembed(x.narrow(1, x.size(1) - kept, kept));
        pass.fill_cache();
        return logits;
    }

    // The stages of a forward pass, which make this a StagedModel (model/staged_model.hpp).

    Index layers() const { return config_.layers; }
    /// Token ids [batch, tokens] -> the residual stream before the first block, [batch, tokens, width].
    /// @throws as forward
    at::Tensor embed(const at::Tensor& given) {
        detail::check_ids(given, config_);
        return embed_at(given, {});
    }
    /// [batch, tokens, width] -> the same. @throws PositionError if the model has fewer layers
    at::Tensor block(Index layer, const at::Tensor& x) { return blocks[static_cast<std::size_t>(layer)]->forward(x); }
    /// [positions, width] -> [kept positions, width]. @throws PositionError if the model has fewer layers
    at::Tensor block(Index layer, const at::Tensor& x, CausalPositions& positions) {
        return blocks[static_cast<std::size_t>(layer)]->forward_at(x, positions);
    }
    /// Whether positions of such prompts can be computed alone: rotary angles may depend on the length of the prompt.
    bool computes_positions(const at::Tensor& ids) const {
        const auto depends = [&](const std::optional<Rotary>& rotary) {
            return rotary && rotary->depends_on_length() && ids.size(-1) > rotary->original_positions;
        };
        return !depends(config_.rotary) && !depends(config_.window_rotary);
    }
    /// The residual stream after the last block, [..., width] -> logits [..., vocabulary].
    at::Tensor unembed(const at::Tensor& x) { return logits_of(final_norm(x), unembedding()); }
    /// Only the logits of these token ids [n]: [..., n]. @throws ValueError if one is outside the vocabulary
    at::Tensor unembed(const at::Tensor& x, const at::Tensor& ids) {
        return logits_of(final_norm(x), unembedding(ids));
    }

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
    SUTURE_REJECTED("a model is saved by a function: write gpt2::save(directory, model)", save(const char*) const);
    SUTURE_REJECTED("a model is saved by a function: write gpt2::save(directory, model)",
                    save(const std::string&) const);

    /// The logits of the final norm's output [..., width] and some rows of the unembedding [n, width]: [..., n].
    at::Tensor logits_of(const at::Tensor& normalized, const at::Tensor& unembedding) const {
        const at::Tensor logits = detail::linear(normalized, unembedding);
        return config_.logit_cap == 0 ? logits : logits.div(config_.logit_cap).tanh().mul(config_.logit_cap);
    }
    /// The unembedding matrix: [vocabulary, width].
    const at::Tensor& unembedding() const { return config_.is_tied ? token_embedding->weight : head->weight; }
    /// The rows of the unembedding for these token ids [n]: [n, width]. @throws ValueError if one is outside the
    /// vocabulary
    at::Tensor unembedding(const at::Tensor& ids) const {
        detail::check_vocabulary(ids, config_.vocabulary);
        return unembedding().index_select(0, ids.to(unembedding().device(), at::kLong));
    }

    /// A deep copy, with its own parameters and sites, under the same names.
    std::shared_ptr<torch::nn::Module> clone(const detail::clone_device& device = {}) const override {
        auto copy = torch::nn::Cloneable<DecoderImpl>::clone(device);
        name_sites(*copy);
        return copy;
    }

    const DecoderConfig& config() const { return config_; }
    /// The queries, keys and values of every layer, side by side, before norms and rotation, however the family packs them.
    std::vector<SiteRef<DecoderAttentionImpl::Qkv>> qkv_sites() const {
        std::vector<SiteRef<DecoderAttentionImpl::Qkv>> found;
        for (const auto& block : blocks) found.push_back(block->attn->qkv_site());
        return found;
    }

    Hooked<EmbeddingTable, Resid<dynamic>> token_embedding{nullptr};
    Hooked<EmbeddingTable, Resid<dynamic>> position_embedding{nullptr};  ///< without a rotary embedding
    DecoderBlocks blocks{nullptr};
    Hooked<DecoderNorm, Norm<dynamic>> final_norm{nullptr};
    EmbeddingTable head{nullptr};  ///< the unembedding, where it is not the embedding

private:
    Hooked<EmbeddingTable, Resid<dynamic>> add_table(const char* name, Index rows, double scale = 1) {
        auto table =
            this->register_module(name, Hooked<EmbeddingTable, Resid<dynamic>>(rows, config_.width, weights_, scale));
        table->output.bind(Extents<Resid<dynamic>>(config_.width));
        return table;
    }
    /// @param at the positions, [tokens] or [batch, tokens] int64; undefined for those of whole prompts
    at::Tensor embed_at(const at::Tensor& given, const at::Tensor& at) {
        // An embedding takes indices of these two dtypes only.
        const at::Tensor ids = given.scalar_type() == at::kInt ? given : given.to(at::kLong);
        const at::Tensor tokens = token_embedding(ids);
        if (position_embedding.is_empty()) return tokens;
        return tokens.add(
            position_embedding(positions_of(ids, at.defined() ? at : at::arange(ids.size(1), ids.options()))));
    }
    /// One row serves all prompts, unless something waits where each prompt has its own.
    at::Tensor positions_of(const at::Tensor& ids, const at::Tensor& positions) const {
        const auto& table = *position_embedding;
        return table.output.is_hooked() || table.input.is_hooked() ? positions.expand_as(ids) : positions;
    }
    DecoderConfig config_;
    DecoderWeights weights_;
};

/// How `gpt2::load`, `llama::load`, `neox::load` and `pretrained::load` load a model.
struct LoadOptions {
    /// Modules of the file that the model lacks and that are read past, by their names there: {"score"}, {"v_head"}.
    std::vector<std::string> skip = {};
    /// The dtype of the parameters. What the file has in this dtype is mapped into memory and not copied: while the model
    /// lives, the file must stay as it is (a new file that is renamed to its name does no harm). The rest is converted: 16-bit
    /// weights are widened to float32 by default, and 64-bit weights are rounded to it.
    at::ScalarType dtype = at::kFloat;
};

/// A holder of a decoder. @see DecoderImpl
class Decoder : public torch::nn::ModuleHolder<DecoderImpl>, public detail::RefusedOnHolders {
public:
    using torch::nn::ModuleHolder<DecoderImpl>::ModuleHolder;
    using detail::RefusedOnHolders::operator[];

    /// @see DecoderImpl::forward
    at::Tensor operator()(const at::Tensor& ids) { return this->get()->forward(ids); }
    at::Tensor operator()(const at::Tensor& ids, const ForwardOptions& options) {
        return this->get()->forward(ids, options);
    }

    // Calls that must not compile.
    template <class...>
    SUTURE_REJECTED("a model takes token ids: write model(ids), an integer tensor [batch, tokens]", operator()(...)
                                                                                                        const);
    explicit SUTURE_REJECTED_FROM("a model is made from its configuration: write Decoder model(Gpt2Config{})", Decoder,
                                  int, int, int);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write pretrained::load(directory)", Decoder,
                                  const char*);
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write pretrained::load(directory)", Decoder,
                                  const std::string&);
    // A closer match for a text that has a name than the constructor of a holder, which takes anything.
    explicit SUTURE_REJECTED_FROM("a model is loaded by a function: write pretrained::load(directory)", Decoder,
                                  std::string&);
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
