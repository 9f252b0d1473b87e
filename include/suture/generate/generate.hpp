// Generation: a decoder goes on with prompts, token by token, with hooks, boards and recorders active at each step.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/generate/options.hpp"
#include "suture/generate/sampling.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// What was generated.
struct Generation {
    at::Tensor ids;             ///< the prompts, padded on the left, and the new tokens: [batch, prompt + new], int64
    at::Tensor attention_mask;  ///< which of them are no padding: bool, of the same shape
    std::vector<Index> prompt_lengths, lengths;  ///< of each row: the tokens of its prompt, and all of them
    at::Tensor logits;             ///< of each new token, [batch, new, vocabulary]; undefined if not asked for
    at::Tensor log_probabilities;  ///< that the model gave each new token, [batch, new]; undefined if not asked for
    KeyValueCache cache;           ///< of all tokens but the last

    /// The tokens of one row, without padding.
    std::vector<Index> row(Index r) const {
        const at::Tensor own = ids[r].masked_select(attention_mask[r]).to(at::kCPU).contiguous();
        return {own.data_ptr<Index>(), own.data_ptr<Index>() + own.numel()};
    }
    /// The new tokens of one row, without padding.
    std::vector<Index> new_tokens(Index r) const {
        std::vector<Index> all = row(r);
        const auto at = static_cast<std::size_t>(r);
        all.erase(all.begin(),
                  all.begin() + (static_cast<std::ptrdiff_t>(all.size()) - (lengths[at] - prompt_lengths[at])));
        return all;
    }
};

namespace detail {
/// Prompts with their padding on the left. @pre the mask is that of prompts, [batch, tokens]
inline void pad_on_the_left(at::Tensor& ids, at::Tensor& is_token) {
    std::vector<at::Tensor> rows, masks;
    for (Index r = 0; r < ids.size(0); ++r) {
        const at::Tensor tokens = is_token[r].nonzero().reshape({-1});
        const Index last = tokens.numel() > 0 ? tokens[-1].item<Index>() : ids.size(1) - 1;
        rows.push_back(at::roll(ids[r], ids.size(1) - 1 - last, 0));
        masks.push_back(at::roll(is_token[r], ids.size(1) - 1 - last, 0));
    }
    ids = at::stack(rows), is_token = at::stack(masks);
}

/// One generation, as it goes on.
class GenerationRun {
public:
    GenerationRun(Decoder model, const at::Tensor& prompts, const GenerateOptions& options)
        : model_(std::move(model)), options_(options), random_(at::make_generator<at::CPUGeneratorImpl>(options.seed)) {
        options.check();
        check_ids_alone(prompts, model_->config());
        if (prompts.numel() == 0)
            throw ShapeError("the prompts have shape " + shape_text(prompts.sizes()) +
                             ": give at least one token each");
        made_.ids = prompts.to(at::kLong);
        read_mask();
        if (options.cache) made_.cache = *options.cache;
        const std::vector<Index> cached = made_.cache.lengths();
        if (!cached.empty() && static_cast<Index>(cached.size()) != prompts.size(0))
            throw ShapeError("the cache holds " + std::to_string(cached.size()) + " rows, but there are " +
                             std::to_string(prompts.size(0)) + " prompts: repeat the cache, cache.repeated(n)");
        const at::Tensor own = made_.attention_mask.sum(-1);
        for (Index r = 0; r < prompts.size(0); ++r)
            made_.prompt_lengths.push_back(own[r].item<Index>() +
                                           (cached.empty() ? 0 : cached[static_cast<std::size_t>(r)]));
        made_.lengths = made_.prompt_lengths;
        const Index longest = *std::max_element(made_.lengths.begin(), made_.lengths.end());
        const DecoderConfig& config = model_->config();
        if (!config.rotary && longest + options.max_new_tokens - 1 > config.positions)
            throw ShapeError("a prompt of " + std::to_string(longest) + " tokens and " +
                             std::to_string(options.max_new_tokens) + " new ones exceed the model's " +
                             std::to_string(config.positions) + " positions: give at most " +
                             std::to_string(std::max<Index>(config.positions - longest + 1, 0)) +
                             " as max_new_tokens, or a shorter prompt");
        has_ended_.assign(made_.prompt_lengths.size(), false);
        new_tokens_.resize(has_ended_.size());
        for (const Index eos : options.eos_token_ids)
            check_vocabulary(at::full({1}, eos, at::kLong), model_->config().vocabulary);
        pad_ = options.pad_token_id >= 0       ? options.pad_token_id
               : options.eos_token_ids.empty() ? 0
                                               : options.eos_token_ids[0];
        check_vocabulary(at::full({1}, pad_, at::kLong), model_->config().vocabulary);
    }
    Generation go_on() {
        at::Tensor ids = made_.ids, is_token = made_.attention_mask;
        for (Index i = 0; i < options_.max_new_tokens; ++i) {
            const at::Tensor logits = model_
                                          ->forward(ids, {.attention_mask = is_token,
                                                          .cache = &made_.cache,
                                                          .logits_to_keep = 1,
                                                          .prompt_lengths = made_.prompt_lengths})
                                          .select(1, 0);
            const at::Tensor tokens = add(logits);
            if (options_.on_token && !options_.on_token(tokens)) break;
            if (std::all_of(has_ended_.begin(), has_ended_.end(), [](bool ended) { return ended; })) break;
            ids = tokens.unsqueeze(1), is_token = made_.attention_mask.slice(1, -1);
        }
        if (!logits_.empty()) made_.logits = at::stack(logits_, 1);
        if (!log_probabilities_.empty()) made_.log_probabilities = at::stack(log_probabilities_, 1);
        return std::move(made_);
    }

private:
    void read_mask() {
        const at::Tensor& given = options_.attention_mask;
        if (!given.defined()) {
            made_.attention_mask = at::ones_like(made_.ids, at::kBool);
            return;
        }
        if (given.sizes() != made_.ids.sizes())
            throw ShapeError("the attention mask has shape " + shape_text(given.sizes()) + " for prompts of " +
                             shape_text(made_.ids.sizes()) + ": give 1 for each token and 0 for padding");
        made_.attention_mask = PassPlan::as_bools(given).to(made_.ids.device());
        pad_on_the_left(made_.ids, made_.attention_mask);
    }
    /// Adds the next token of each row. @return [batch]
    at::Tensor add(const at::Tensor& logits) {
        const at::Tensor scores = processed_scores(logits, made_.ids, made_.attention_mask, options_);
        at::Tensor tokens = next_tokens(scores, options_, random_);
        std::vector<Index> ended(has_ended_.begin(), has_ended_.end());
        const at::Tensor is_over = index_tensor(ended).to(at::kBool).to(tokens.device());
        tokens = tokens.masked_fill(is_over, pad_);
        if (options_.output_logits) logits_.push_back(logits);
        if (options_.output_log_probabilities)
            log_probabilities_.push_back((logits.element_size() < 4 ? logits.to(at::kFloat) : logits)
                                             .log_softmax(-1)
                                             .gather(1, tokens.unsqueeze(1))
                                             .squeeze(1));
        made_.ids = at::cat({made_.ids, tokens.unsqueeze(1)}, 1);
        made_.attention_mask = at::cat({made_.attention_mask, is_over.logical_not().unsqueeze(1)}, 1);
        for (std::size_t r = 0; r < has_ended_.size(); ++r) {
            if (has_ended_[r]) continue;
            new_tokens_[r].push_back(tokens[static_cast<Index>(r)].item<Index>());
            ++made_.lengths[r];
            has_ended_[r] = ends(new_tokens_[r]);
        }
        return tokens;
    }
    bool ends(const std::vector<Index>& tokens) const {
        const auto& eos = options_.eos_token_ids;
        if (std::find(eos.begin(), eos.end(), tokens.back()) != eos.end()) return true;
        return std::any_of(options_.stop_sequences.begin(), options_.stop_sequences.end(), [&](const auto& stop) {
            return stop.size() <= tokens.size() && std::equal(stop.rbegin(), stop.rend(), tokens.rbegin());
        });
    }

    Decoder model_;
    const GenerateOptions& options_;
    at::Generator random_;
    Generation made_;
    Index pad_ = 0;
    std::vector<bool> has_ended_;
    std::vector<std::vector<Index>> new_tokens_;
    std::vector<at::Tensor> logits_, log_probabilities_;
};
}  // namespace detail

/// Goes on with prompts, [batch, tokens] of token ids.
///
///     HookSet hooks;
///     hooks.add(model->blocks[3]->resid_post, on<Resid>(generated()).add(direction));
///     const Generation made = generate(model, ids, {.max_new_tokens = 40, .eos_token_ids = {0}, .hooks = &hooks});
///     std::cout << tokenizer.decode(made.new_tokens(0)) << '\n';
///
/// Places mean positions of each row's own sequence: token(4) is the same token in every pass, and acts in the one that holds it.
/// Hooks, boards and recorders of scopes that are active around the call work as well.
/// @throws Error if the options contradict the prompts, the model or one another; HookError if a hook of `hooks` never fired
inline Generation generate(Decoder model, const at::Tensor& prompts, const GenerateOptions& options = {}) {
    const at::AutoGradMode mode(options.with_gradients && at::GradMode::is_enabled());
    detail::GenerationRun run(model, prompts, options);
    if (!options.hooks) return run.go_on();
    const auto scope = options.hooks->activate();
    Generation made = run.go_on();
    detail::ScopeOfRun::end(scope, model);
    return made;
}

template <class...>
SUTURE_REJECTED("generate takes a model and token ids: write generate(model, ids, {.max_new_tokens = 40})",
                generate(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
