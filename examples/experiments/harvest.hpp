// Activations of a model that runs a prompt, as plain tensors for pictures: queries, keys and values, the
// residual stream, attention patterns, and the contribution of each part to an answer.
#pragma once

#include "experiments.hpp"

#include <suture/lens/decoder_logit_lens.hpp>
#include <suture/lens/direct_logit_attribution.hpp>
#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/norms.hpp>
#include <suture/suture.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <range/v3/view/transform.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace experiments {
using namespace suture;
using ranges::views::transform;

/// The logit difference that is measured at the last token: of the answer's token id and of another.
struct Question {
    Index answer = 0, other = 0;
};

/// The activations of one pass of one prompt.
struct Harvest {
    at::Tensor qkv;                     ///< [layers, tokens, channels]: queries, keys and values side by side
    Index of_queries = 0, of_keys = 0;  ///< channels of the queries, and of the keys, of which values have as many
    at::Tensor norms;     ///< [layers + 1, tokens]: of the residual stream, before the first block and after each
    at::Tensor patterns;  ///< [layers, heads, queries, keys]
    at::Tensor lens;      ///< [layers + 1, tokens]: the logit difference read from the residual stream
    DirectLogitAttribution of_answer;  ///< of the logit difference at the last token, to heads and MLPs

    /// The queries, keys and values of some activations [..., channels].
    std::vector<at::Tensor> components_of(const at::Tensor& channels) const {
        return channels.split_with_sizes({of_queries, of_keys, of_keys}, -1);
    }
};

/// Runs the model on one prompt [1, tokens], observed by three recorders.
inline Harvest harvest(Decoder& model, const at::Tensor& ids, const Question& question) {
    HookSet hooks;
    Latest<Qkv> qkv;
    Latest<AnyLayout> patterns;
    Latest<Resid<dynamic>> stream;
    const std::vector<SiteRef<Qkv>> packed = projections(model);
    hooks.add(packed, qkv);
    hooks.add(model->blocks | transform([](const auto& block) { return site_ref(block->attn->pattern); }), patterns);
    std::vector along_the_stream{site_ref(model->blocks[0]->resid_pre)};
    for (const auto& block : model->blocks) along_the_stream.push_back(site_ref(block->resid_post));
    hooks.add(along_the_stream, stream);
    run_with_hooks(model, hooks, ids);

    const auto stacked = [](const auto& recorder, const auto& tensor_of) {
        std::vector<at::Tensor> layers;
        for (const auto& entry : recorder) layers.push_back(tensor_of(entry.view()));
        return at::stack(layers);
    };
    const at::Tensor lens = logit_lens_by_layer(model, ids, {question.answer, question.other}).select(1, 0);
    const Index of_queries = packed.front().extents().offset<K>();
    return {stacked(qkv, [](const View<Qkv>& view) { return view[on<Qkv>(batch(0))].clone(); }),
            of_queries,
            packed.front().extents().offset<V>() - of_queries,
            norms(stream).select(1, 0),
            stacked(patterns, [](const at::Tensor& pattern) { return pattern[0]; }),
            lens.select(-1, 0).sub(lens.select(-1, 1)),
            direct_logit_attribution(model, ids[0], logit_difference(question.answer, question.other))};
}

/// For each prompt and layer, the mean correlation of a token's query, key and value with those of the other tokens: of
/// the first token, and the mean of the rest. [prompts, layers, 2]; prompts are ids [1, tokens] with two tokens or
/// more.
inline at::Tensor first_token_and_rest(Decoder& model, const std::vector<at::Tensor>& prompts) {
    HookSet hooks;
    History<Qkv> history;
    hooks.add(projections(model), history);
    for (const at::Tensor& prompt : prompts) run_with_hooks(model, hooks, prompt);

    std::vector<std::vector<at::Tensor>> found(prompts.size());
    for (const auto& entry : history) {
        const at::Tensor means = mean_correlation_with_others(correlation_matrix(entry.view()))[0];
        found[entry.pass()].push_back(at::stack({means[0], means.slice(0, 1).mean()}));
    }
    std::vector<at::Tensor> all;
    for (const std::vector<at::Tensor>& layers : found) all.push_back(at::stack(layers));
    return at::stack(all);
}

}  // namespace experiments
