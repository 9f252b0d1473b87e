// How well a model does the indirect-object task, on pairs of names that never occur together in training, in both
// orders. Every prompt comes with its corrupted twin, so that a model that relies on the order or the position of the
// names is right half of the time, and never on both a prompt and its twin.
#pragma once

#include "names_model.hpp"
#include "names_task.hpp"
#include "shared/one_thread.hpp"
#include "training.hpp"
#include "vocabulary.hpp"

#include <suture/suture.hpp>

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace names {

/// The seed of the prompts for evaluation.
inline constexpr std::uint64_t evaluation_seed = 48;

/// `count` prompts, an even number: each is followed by its corrupted twin, and patterns and variants alternate.
inline std::vector<Prompt> evaluation_prompts(std::size_t count) {
    Draw draw(evaluation_seed);
    std::vector<Prompt> prompts;
    for (std::size_t pair = 0; pair < count / 2; ++pair) {
        const Variant variant = variants[pair / patterns.size() % variants.size()];
        prompts.push_back(held_out_prompt(draw, pair % patterns.size(), variant, Order::abba));
        prompts.push_back(corrupted(prompts.back()));
    }
    return prompts;
}

/// The prediction of a model after a prompt.
struct Outcome {
    Index predicted = 0;          ///< the token with the highest logit of the whole vocabulary
    bool correct = false;         ///< whether it is the answer
    double logit_difference = 0;  ///< the answer's logit minus the subject's
    double loss = 0;              ///< cross-entropy of the answer, in nats
};

namespace detail {
/// The indices of the prompts in the list, by length.
inline std::map<std::size_t, std::vector<std::size_t>> by_length(const std::vector<Prompt>& prompts) {
    std::map<std::size_t, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < prompts.size(); ++i) places[prompts[i].words.size()].push_back(i);
    return places;
}

inline Outcome outcome_of(const Prompt& prompt, const at::Tensor& logits, const Vocabulary& vocabulary) {
    const Index answer = vocabulary.id_of(prompt.answer), subject = vocabulary.id_of(prompt.subject);
    const Index predicted = logits.argmax().item<Index>();
    return {predicted, predicted == answer, logits[answer].sub(logits[subject]).item<double>(),
            -logits.log_softmax(0)[answer].item<double>()};
}
}  // namespace detail

/// The outcomes of the prompts, in their order. `run` maps token ids [prompts, tokens] to logits: a forward pass with
/// or without hooks. Prompts of one length run together, so that token -1 is the last of each.
template <class Run>
std::vector<Outcome> outcomes_of(const std::vector<Prompt>& prompts, const Vocabulary& vocabulary, Run&& run) {
    const at::NoGradGuard no_gradients;
    std::vector<Outcome> outcomes(prompts.size());
    for (const auto& [length, places] : detail::by_length(prompts)) {
        std::vector<at::Tensor> rows;
        for (const std::size_t i : places) rows.push_back(at::tensor(vocabulary.ids_of(prompts[i].words), at::kLong));
        const at::Tensor last = run(at::stack(rows)).select(1, -1);
        for (std::size_t row = 0; row < places.size(); ++row)
            outcomes[places[row]] = detail::outcome_of(prompts[places[row]], last[static_cast<Index>(row)], vocabulary);
    }
    return outcomes;
}

/// Means over prompts.
struct Figures {
    std::size_t prompts = 0;
    double accuracy = 0, logit_difference = 0, loss = 0;
};

/// The means over the prompts for which `wanted` is true.
template <class Wanted>
Figures figures_of(const std::vector<Prompt>& prompts, const std::vector<Outcome>& outcomes, Wanted&& wanted) {
    Figures sum;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        if (!wanted(prompts[i])) continue;
        ++sum.prompts;
        sum.accuracy += outcomes[i].correct ? 1 : 0;
        sum.logit_difference += outcomes[i].logit_difference;
        sum.loss += outcomes[i].loss;
    }
    const auto n = static_cast<double>(sum.prompts);
    return {sum.prompts, sum.accuracy / n, sum.logit_difference / n, sum.loss / n};
}
inline Figures figures_of(const std::vector<Prompt>& prompts, const std::vector<Outcome>& outcomes) {
    return figures_of(prompts, outcomes, [](const Prompt&) { return true; });
}
inline Figures figures_of(const std::vector<Prompt>& prompts, const std::vector<Outcome>& outcomes, Order order) {
    return figures_of(prompts, outcomes, [order](const Prompt& prompt) { return prompt.order == order; });
}

/// The share of pairs, each a prompt followed by its corrupted twin, that are both answered correctly.
inline double accuracy_of_pairs(const std::vector<Outcome>& outcomes) {
    std::size_t right = 0;
    for (std::size_t i = 0; i + 1 < outcomes.size(); i += 2) right += outcomes[i].correct && outcomes[i + 1].correct;
    return static_cast<double>(right) / static_cast<double>(outcomes.size() / 2);
}

/// The mean cross-entropy, in nats, of all tokens of whole sentences except the first.
inline double token_loss(Model& model, const Vocabulary& vocabulary, const std::vector<Prompt>& prompts) {
    const at::NoGradGuard no_gradients;
    return losses_of(model, batch_of(prompts, vocabulary, model->config().positions)).tokens.item<double>();
}

/// The figures recorded for a model.
struct Report {
    Figures all, abba, baba;
    double accuracy_of_pairs = 0;
    double token_loss = 0;
};

/// Evaluates the model on `count` held-out prompts, an even number. In one thread, so that the record is reproducible.
inline Report evaluate(NamesModel& loaded, std::size_t count) {
    const examples::OneThread one_thread;
    const std::vector<Prompt> prompts = evaluation_prompts(count);
    const std::vector<Outcome> outcomes =
        outcomes_of(prompts, loaded.vocabulary, [&](const at::Tensor& ids) { return loaded.model->forward(ids); });
    return {figures_of(prompts, outcomes), figures_of(prompts, outcomes, Order::abba),
            figures_of(prompts, outcomes, Order::baba), accuracy_of_pairs(outcomes),
            token_loss(loaded.model, loaded.vocabulary, prompts)};
}

/// The logits of a model in which the query of one layer is zero at the last token.
inline at::Tensor without_last_query(Model& model, std::size_t layer, const at::Tensor& ids) {
    suture::HookSet hooks;
    hooks.add(model->blocks[layer]->attn->qkv, suture::on<suture::Q>(suture::token(-1)).zero());
    return run_with_hooks(model, hooks, ids);
}

}  // namespace names
