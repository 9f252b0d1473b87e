// What passes through a GPT-2 model that runs a prompt, as plain tensors for pictures: queries, keys and values, the
// residual stream, attention patterns, and what each part says of an answer.
#pragma once

#include <suture/lens/direct_logit_attribution.hpp>
#include <suture/lens/gpt2_logit_lens.hpp>
#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/norms.hpp>
#include <suture/suture.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include <cstddef>
#include <vector>

namespace examples {
using namespace suture;

/// What a prompt is asked: how far the logit of one token id is above that of another, at the last token.
struct Question {
    Index answer = 0, other = 0;
};

/// One pass of one prompt.
struct Harvest {
    at::Tensor qkv;       ///< [layers, tokens, 3 * width]: all that c_attn emits
    at::Tensor norms;     ///< [layers + 1, tokens]: of the residual stream, before the first block and after each
    at::Tensor patterns;  ///< [layers, heads, queries, keys]
    at::Tensor lens;      ///< [layers + 1, tokens]: the logit difference that the residual stream holds already
    DirectLogitAttribution of_answer;  ///< of the logit difference at the last token, to heads and MLPs
};

/// Runs the model on one prompt [1, tokens]. The whole run is observed by three recorders.
template <Index Width, Index Heads>
Harvest harvest(Gpt2<Width, Heads>& model, const at::Tensor& ids, const Question& question) {
    using Qkv = Gpt2Qkv<Width, Heads>;
    HookSet hooks;
    Latest<Qkv> qkv;
    Latest<AnyLayout> patterns;
    Latest<Resid<Width>> stream;
    const auto first = hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), qkv);
    const auto second = hooks.add(sites(model, "h.*.attn.pattern"), patterns);
    auto along_the_stream = sites<Whole<Resid<Width>>>(model, "h.*.resid_post");
    along_the_stream.insert(along_the_stream.begin(), site<Whole<Resid<Width>>>(model, "h.0.resid_pre"));
    const auto third = hooks.add(along_the_stream, stream);
    run_with_hooks(model, hooks, ids);

    const auto stacked = [](const auto& recorder, const auto& tensor_of) {
        std::vector<at::Tensor> layers;
        for (const auto& entry : recorder) layers.push_back(tensor_of(entry.view())[0]);
        return at::stack(layers);
    };
    const at::Tensor lens = logit_lens_by_layer(model, ids, {question.answer, question.other}).select(1, 0);
    return {stacked(qkv, [](const auto& view) { return view.unsafe_tensor(); }), norms(stream).select(1, 0),
            stacked(patterns, [](const at::Tensor& pattern) { return pattern; }),
            lens.select(-1, 0).sub(lens.select(-1, 1)),
            direct_logit_attribution(model, ids[0], logit_difference(question.answer, question.other))};
}

/// For each prompt and layer, how much each token's queries, keys and values correlate with those of the others, on
/// average: the first token, and the mean of the rest. [prompts, layers, 2]; prompts are ids [1, tokens] of two or more.
template <Index Width, Index Heads>
at::Tensor first_token_and_rest(Gpt2<Width, Heads>& model, const std::vector<at::Tensor>& prompts) {
    using Qkv = Gpt2Qkv<Width, Heads>;
    HookSet hooks;
    History<Qkv> history;
    const auto handle = hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), history);
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

}  // namespace examples
