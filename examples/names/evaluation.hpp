// How well a model does the indirect-object task: on pairs of names that training never showed together, in both
// orders. Every prompt comes with its corrupted twin, so that a model which goes by the order of the names, or by their
// place, is right half of the time and never for a prompt and its twin.
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

namespace names_task {

/// As many prompts, an even number: each is followed by its corrupted twin, and patterns and variants take turns.
inline std::vector<Prompt> evaluation_prompts(std::size_t count) {
    constexpr std::uint64_t seed = 48;
    Draw draw(seed);
    std::vector<Prompt> prompts;
    for (std::size_t pair = 0; pair < count / 2; ++pair) {
        const Variant variant = variants[pair / patterns.size() % variants.size()];
        prompts.push_back(held_out_prompt(draw, pair % patterns.size(), variant, Order::abba));
        prompts.push_back(corrupted(prompts.back()));
    }
    return prompts;
}

/// What a model says after a prompt.
struct Outcome {
    Index predicted = 0;          ///< the token of the highest logit, among the whole vocabulary
    bool correct = false;         ///< that it is the answer
    double logit_difference = 0;  ///< the answer's logit less the subject's
    double loss = 0;              ///< cross-entropy of the answer, in nats
};

namespace detail {
/// The prompts' places in the list, by length.
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

/// The outcomes of prompts, in their order. `run` gives the logits of token ids [prompts, tokens]: a model's forward,
/// with or without hooks. Prompts of one length are run together, so that token -1 is the last one in each.
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

/// Means over some prompts.
struct Figures {
    std::size_t prompts = 0;
    double accuracy = 0, logit_difference = 0, loss = 0;
};

/// The means over the prompts of which `wanted` is true.
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

/// The share of prompts, each followed by its corrupted twin, that are answered rightly together with the twin.
inline double accuracy_of_pairs(const std::vector<Outcome>& outcomes) {
    std::size_t right = 0;
    for (std::size_t i = 0; i + 1 < outcomes.size(); i += 2) right += outcomes[i].correct && outcomes[i + 1].correct;
    return static_cast<double>(right) / static_cast<double>(outcomes.size() / 2);
}

/// Mean cross-entropy, in nats, of every token of whole sentences that follows another.
inline double token_loss(Model& model, const Vocabulary& vocabulary, const std::vector<Prompt>& prompts) {
    const at::NoGradGuard no_gradients;
    return losses_of(model, batch_of(prompts, vocabulary, model->config().positions)).tokens.item<double>();
}

/// What is recorded of a model.
struct Report {
    Figures all, abba, baba;
    double accuracy_of_pairs = 0;
    double token_loss = 0;
};

/// Asks the model as many held-out prompts, an even number. In one thread, so that the record is the same each time.
inline Report evaluate(NamesModel& names, std::size_t count) {
    const OneThread one_thread;
    const std::vector<Prompt> prompts = evaluation_prompts(count);
    const std::vector<Outcome> outcomes =
        outcomes_of(prompts, names.vocabulary, [&](const at::Tensor& ids) { return names.model->forward(ids); });
    return {figures_of(prompts, outcomes), figures_of(prompts, outcomes, Order::abba),
            figures_of(prompts, outcomes, Order::baba), accuracy_of_pairs(outcomes),
            token_loss(names.model, names.vocabulary, prompts)};
}

/// The logits of a model in which one layer does not ask at the last token: its query there is zero.
inline at::Tensor without_last_query(Model& model, std::size_t layer, const at::Tensor& ids) {
    suture::HookSet hooks;
    const auto handle = hooks.add(model->h[layer]->attn->c_attn, suture::on<suture::Q>(suture::token(-1)).zero());
    return run_with_hooks(model, hooks, ids);
}

}  // namespace names_task
