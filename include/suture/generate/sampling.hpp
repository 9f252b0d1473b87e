// From logits to the next token. Definitions and order are those of transformers (generation/logits_process.py).
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/generate/options.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/Generator.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <limits>

namespace suture {

/// The scores from which the next token is taken: the logits after the repetition penalty and, if tokens are drawn, temperature,
/// top_k, top_p and min_p, in this order; minus infinity for tokens that are left out.
/// @param logits [batch, vocabulary]
/// @param ids the tokens so far, [batch, n]
/// @param is_token which of them are no padding, bool [batch, n]: padding is not penalised
/// @param options of the generation
inline at::Tensor processed_scores(const at::Tensor& logits, const at::Tensor& ids, const at::Tensor& is_token,
                                   const GenerateOptions& options) {
    constexpr double none = -std::numeric_limits<double>::infinity();
    at::Tensor scores = logits.to(logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
    if (options.repetition_penalty != 1) {
        // Every token that a row holds, marked; padding marks nothing.
        const at::Tensor counts = at::zeros_like(scores, at::kFloat).scatter_add(1, ids, is_token.to(at::kFloat));
        const at::Tensor penalised =
            at::where(scores.lt(0), scores.mul(options.repetition_penalty), scores.div(options.repetition_penalty));
        scores = at::where(counts.gt(0), penalised, scores);
    }
    if (!options.do_sample) return scores;
    scores = scores.div(options.temperature);
    const Index vocabulary = scores.size(-1);
    if (options.top_k > 0 && options.top_k < vocabulary) {
        const at::Tensor least = std::get<0>(scores.topk(options.top_k)).slice(-1, -1);
        scores = scores.masked_fill(scores.lt(least), none);
    }
    if (options.top_p < 1) {
        const auto [ascending, order] = scores.sort(-1);
        at::Tensor left_out = ascending.softmax(-1).cumsum(-1).le(1 - options.top_p);
        left_out.slice(-1, -1).fill_(false);  // the likeliest stays
        scores = scores.masked_fill(left_out.scatter(-1, order, left_out), none);
    }
    if (options.min_p > 0) {
        const at::Tensor probabilities = scores.softmax(-1);
        scores = scores.masked_fill(probabilities.lt(probabilities.amax(-1, true).mul(options.min_p)), none);
    }
    return scores;
}

/// The next token of each row, [batch]: the likeliest, or one that is drawn.
/// @param scores as processed_scores
/// @param options of the generation: whether tokens are drawn
/// @param generator of the draws
/// @throws ValueError if a row has no number to go by: all of its scores are NaN or minus infinity
inline at::Tensor next_tokens(const at::Tensor& scores, const GenerateOptions& options, at::Generator& generator) {
    const at::Tensor best = scores.amax(-1);  // NaN if one is
    if (const at::Tensor bad = best.isfinite().logical_not(); bad.any().item<bool>())
        throw ValueError("the scores of row " + std::to_string(bad.nonzero()[0][0].item<Index>()) + " hold " +
                         (best.isnan().any().item<bool>() ? "NaN" : "no finite number") +
                         ": look for the edit, or the weights, that the model cannot bear");
    if (!options.do_sample) return scores.argmax(-1);
    const at::Tensor sums = scores.to(at::kCPU, at::kDouble).softmax(-1).cumsum(-1);
    const at::Tensor drawn = at::rand({sums.size(0), 1}, generator, sums.options()).mul(sums.slice(-1, -1));
    // The first token whose sum exceeds the draw has a probability above zero.
    return sums.le(drawn).sum(-1).clamp_max(sums.size(-1) - 1).to(scores.device());
}

}  // namespace suture
