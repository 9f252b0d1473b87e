// Training the names model, on sentences that are drawn as they are needed.
// Law: the same options give the same weights, bit for bit, on the same machine.
#pragma once

#include "names_model.hpp"
#include "names_task.hpp"
#include "shared/one_thread.hpp"
#include "vocabulary.hpp"

#include <ATen/Context.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace names_task {
using suture::Index;

/// Sentences as a model learns them.
struct Batch {
    at::Tensor ids;      ///< [sentences, positions], filled up with the end of the text
    at::Tensor targets;  ///< what follows each token, or `no_target` behind the sentence's end
    at::Tensor answers;  ///< the places of the answers among all targets, counted row by row

    static constexpr Index no_target = -100;
};

inline Batch batch_of(const std::vector<Prompt>& prompts, const Vocabulary& vocabulary, Index positions) {
    const Index end = vocabulary.id_of(std::string(end_of_text));
    const auto rows = static_cast<Index>(prompts.size());
    const auto filled_with = [&](Index id) { return at::full({rows, positions}, id, at::kLong); };
    Batch batch{filled_with(end), filled_with(Batch::no_target), {}};
    std::vector<Index> answers;
    for (Index row = 0; row < rows; ++row) {
        const Prompt& prompt = prompts[static_cast<std::size_t>(row)];
        std::vector<Index> ids = vocabulary.ids_of(prompt.sentence());
        const auto tokens = static_cast<Index>(ids.size());
        ids.push_back(end);
        const at::Tensor sentence = at::tensor(ids, at::kLong);
        batch.ids[row].narrow(0, 0, tokens).copy_(sentence.narrow(0, 0, tokens));
        batch.targets[row].narrow(0, 0, tokens).copy_(sentence.narrow(0, 1, tokens));
        answers.push_back(row * positions + static_cast<Index>(prompt.words.size()) - 1);
    }
    batch.answers = at::tensor(answers, at::kLong);
    return batch;
}

/// Mean cross-entropies in nats.
struct Losses {
    at::Tensor tokens;   ///< of every token that follows another
    at::Tensor answers;  ///< of the answers
};

inline Losses losses_of(Model& model, const Batch& batch) {
    const at::Tensor logits = model->forward(batch.ids).flatten(0, 1), targets = batch.targets.flatten();
    return {at::cross_entropy_loss(logits, targets),
            at::cross_entropy_loss(logits.index_select(0, batch.answers), targets.index_select(0, batch.answers))};
}

struct TrainingOptions {
    Index steps = 2500;
    std::uint64_t seed = 1;
};

/// Sentences of one step.
inline constexpr std::size_t batch_size = 64;

/// A warm-up from 0 to the highest rate, then half a cosine down to a tenth of it.
inline double learning_rate(Index step, Index steps) {
    constexpr double highest = 2e-3, lowest = highest / 10;
    const double warm_up = 0.05 * static_cast<double>(steps), now = static_cast<double>(step);
    if (now < warm_up) return highest * (now + 1) / (warm_up + 1);
    const double done = (now - warm_up) / (static_cast<double>(steps) - warm_up);
    return lowest + (highest - lowest) * (1 + std::cos(std::numbers::pi * done)) / 2;
}

inline Batch training_batch(Draw& draw, const Vocabulary& vocabulary, Index positions) {
    std::vector<Prompt> prompts;
    for (std::size_t i = 0; i < batch_size; ++i) prompts.push_back(training_prompt(draw));
    return batch_of(prompts, vocabulary, positions);
}

/// Trains a model, in one thread. `after_step(step, loss)` is called after each step and says whether to go on.
/// The loss is that of every token plus that of the answers: else the one token that the task is about would weigh as
/// much as any comma.
template <class AfterStep>
Model train(const Vocabulary& vocabulary, const TrainingOptions& options, AfterStep&& after_step) {
    const OneThread one_thread;
    at::manual_seed(options.seed);
    Draw draw(options.seed);
    Model model(model_config(vocabulary));
    torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions().weight_decay(0.01));
    for (Index step = 0; step < options.steps; ++step) {
        const Losses losses = losses_of(model, training_batch(draw, vocabulary, model->config().positions));
        const at::Tensor loss = losses.tokens.add(losses.answers);
        optimizer.zero_grad();
        loss.backward();
        torch::nn::utils::clip_grad_norm_(model->parameters(), 1.0);
        for (auto& group : optimizer.param_groups()) group.options().set_lr(learning_rate(step, options.steps));
        optimizer.step();
        if (!after_step(step, loss.item<double>())) break;
    }
    return model;
}

}  // namespace names_task
