// Metrics: the number that a run is judged by, taken from its logits. A metric declares which positions and token ids it
// reads, so that nothing else needs to be computed.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/core/where.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/write_watch.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>

#include <array>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

struct Metric;

/// A token's logit, or how far it is above that of another token. Converts to a Metric.
struct LogitTarget {
    Index token = 0;
    std::optional<Index> against{};

    /// The metric at these positions: `logit_difference(mary, john).at(tokens(2, 5))`.
    Metric at(const Position<Axis::token>& positions) const;

    SUTURE_REJECTED(
        "a difference of logits has a name: write logit_difference(answer, other)", operator-(const LogitTarget&)
                                                                                        const);
    template <class...>
    SUTURE_REJECTED("a metric is read at positions: write at(token(4)), or at(tokens(2, 5))", at(...) const);
    template <class...>
    SUTURE_REJECTED("a metric is read by a sweep: write sweep(model, patching, grid, metric)", operator()(...) const);
};
constexpr LogitTarget logit(Integer auto token) { return {detail::counted(token), {}}; }
constexpr LogitTarget logit_difference(Integer auto token, Integer auto against) {
    return {detail::counted(token), detail::counted(against)};
}

/// What a metric is given: some runs, each of one prompt.
struct MetricInput {
    at::Tensor logits;  ///< [runs, positions, ids] that the metric reads; float32 if the model has 16 bits
    at::Tensor clean;   ///< the same of the clean run of each prompt; undefined unless the metric needs it
    at::Tensor tokens;  ///< [runs, length]: the token ids that were run
    at::Tensor prompt;  ///< [runs], int64: the number of each run's prompt
    Index first = 0;    ///< the first of the positions, counted in the prompt
};

/// A number for each run:
///
///     const Metric one = logit_difference(mary, john);           // a LogitTarget; both read the last position
///     const Metric both = logit_difference(answers, others);     // [prompts] each: one pair per prompt
///     const Metric mine = metric_of([](const at::Tensor& logits) { return logits.select(-1, 7).mean(-1); });
///
/// A metric of single positions gives their mean if it reads several.
struct Metric {
    std::string name;
    std::function<at::Tensor(const MetricInput&)> of;  ///< -> [runs]
    Position<Axis::token> where = token(-1);           ///< the positions that are read
    at::Tensor ids{};          ///< the token ids that are read, [ids] or [prompts, ids]; undefined for all
    at::Tensor answers{};      ///< the token ids that `of` picks from the whole vocabulary, [1] or [prompts]
    Index prompts = 0;         ///< the number of prompts that it has answers for; 0 if one answer serves all
    bool needs_clean = false;  ///< whether it compares with the clean run

    Metric(std::string called, std::function<at::Tensor(const MetricInput&)> f)
        : name(std::move(called)), of(std::move(f)) {}
    Metric(const LogitTarget& target);

    SUTURE_REJECTED_DEFAULT("a metric is made by a function: write logit(5335), or metric_of(f)", Metric);
    SUTURE_REJECTED_FROM("a metric is made by a function: write logit(5335), or metric_of(f)", Metric, double);
    SUTURE_REJECTED_FROM("a metric is made by a function: write logit(5335), or metric_of(f)", Metric, const char*);
    explicit SUTURE_REJECTED_FROM("a metric is made by a function: write logit(5335), or metric_of(f)", Metric,
                                  InBraces);
    /// The same read at other positions: `loss(answer).at(token(4))`.
    Metric at(const Position<Axis::token>& positions) const {
        Metric metric = *this;
        metric.where = positions;
        return metric;
    }
    template <class...>
    SUTURE_REJECTED("a metric is read at positions: write at(token(4)), or at(tokens(2, 5))", at(...) const);
    template <class...>
    SUTURE_REJECTED("a metric is read by a sweep: write sweep(model, patching, grid, metric)", operator()(...) const);
};

/// Any function of the logits: [runs, positions, vocabulary] -> [runs]. It reads all positions unless `at` names some.
/// Give it a name: a journal tells such metrics apart by their names.
template <class F>
    requires std::convertible_to<std::invoke_result_t<const F&, const at::Tensor&>, at::Tensor> Metric
    metric_of(F f, std::string name = "metric") {
        return Metric(std::move(name), [f = std::move(f)](const MetricInput& in) -> at::Tensor { return f(in.logits); })
            .at(tokens(0, to_end));
    }

namespace detail {
/// @throws ValueError if an id is outside [0, vocabulary); the ids must be on the CPU
inline void check_ids(const at::Tensor& ids, Index vocabulary) {
    const Index least = ids.min().item<Index>(), most = ids.max().item<Index>();
    if (least < 0) throw ValueError("a metric reads the token id " + std::to_string(least) + ": ids count from 0");
    if (most >= vocabulary)
        throw ValueError("a metric reads the token id " + std::to_string(most) + " but the model has only " +
                         std::to_string(vocabulary) + " logits: give ids of the model's own vocabulary");
}

/// The answers to the prompts, one for all or one each, as int64 [1] or [prompts] on the CPU.
/// @throws ValueError if one is negative
inline at::Tensor answers_of(Integer auto answer) {
    const at::Tensor ids = at::full({1}, counted(answer), at::kLong);
    check_ids(ids, to_end);
    return ids;
}
/// @throws TypeError or ShapeError unless these are token ids [prompts]; ValueError if one is negative
inline at::Tensor answers_of(const at::Tensor& answers) {
    if (!answers.defined() || !at::isIntegralType(answers.scalar_type(), false))
        throw TypeError("a metric's answers are " + tensor_text(answers) + ": give token ids, integers");
    if (answers.dim() != 1 || answers.size(0) == 0)
        throw ShapeError("a metric's answers have shape " + shape_text(answers.sizes()) +
                         ": give one per prompt, [prompts]");
    const at::Tensor ids = at::empty(answers.sizes(), at::kLong).copy_(answers);
    check_ids(ids, to_end);
    return ids;
}
inline Index prompts_of(Integer auto) { return 0; }
inline Index prompts_of(const at::Tensor& answers) { return answers.size(0); }

template <class A>
concept Answers = requires(const A& answer) {
    answers_of(answer);
};

/// The log probabilities of each run's answer: [runs, positions].
inline at::Tensor log_probabilities(const MetricInput& in, const at::Tensor& answers) {
    const at::Tensor all = in.logits.log_softmax(-1);
    check_ids(answers, all.size(-1));
    const at::Tensor own =
        answers.size(0) == 1 ? answers.expand({all.size(0)}) : answers.index_select(0, in.prompt.cpu());
    return all.gather(-1, own.to(all.device()).view({-1, 1, 1}).expand({-1, all.size(1), 1})).squeeze(-1);
}

/// The mean over positions of a function of the answer's log probability.
template <Answers A, class F>
Metric metric_of_answers(std::string name, const A& answer, F f) {
    const at::Tensor answers = answers_of(answer);
    Metric metric(std::move(name),
                  [answers, f](const MetricInput& in) { return f(log_probabilities(in, answers)).mean(-1); });
    metric.answers = answers;
    metric.prompts = prompts_of(answer);
    return metric;
}

inline Metric metric_of_ids(std::string name, at::Tensor ids, Index prompts) {
    Metric metric(std::move(name), [](const MetricInput& in) {
        const at::Tensor first = in.logits.select(-1, 0);
        return (in.logits.size(-1) == 1 ? first : first.sub(in.logits.select(-1, 1))).mean(-1);
    });
    metric.ids = std::move(ids);
    metric.prompts = prompts;
    return metric;
}
}  // namespace detail

inline Metric::Metric(const LogitTarget& target)
    : Metric(target.against ? detail::metric_of_ids(
                                  "logit difference",
                                  at::cat({detail::answers_of(target.token), detail::answers_of(*target.against)}), 0)
                            : detail::metric_of_ids("logit", detail::answers_of(target.token), 0)) {}
inline Metric LogitTarget::at(const Position<Axis::token>& positions) const { return Metric(*this).at(positions); }

/// The logit of each prompt's own answer: [prompts] token ids. Not called `logit`, because LibTorch's own `logit` takes a
/// tensor too.
inline Metric answer_logit(const at::Tensor& answers) {
    const at::Tensor ids = detail::answers_of(answers);
    return detail::metric_of_ids("logit", ids.unsqueeze(-1), ids.size(0));
}
/// How far each prompt's answer is above another token, in logits: [prompts] ids each. Wang et al. 2022
/// (https://arxiv.org/abs/2211.00593).
/// @throws ShapeError if their numbers differ
inline Metric logit_difference(const at::Tensor& tokens, const at::Tensor& against) {
    const at::Tensor answers = detail::answers_of(tokens), others = detail::answers_of(against);
    if (answers.sizes() != others.sizes())
        throw ShapeError("the logit difference is between " + std::to_string(answers.size(0)) + " tokens and " +
                         std::to_string(others.size(0)) + ": give one of each per prompt");
    return detail::metric_of_ids("logit difference", at::stack({answers, others}, -1), answers.size(0));
}

/// The probability of the answer: one token id for all prompts, or [prompts] ids.
template <detail::Answers A>
Metric probability(const A& answer) {
    return detail::metric_of_answers("probability", answer, [](const at::Tensor& log_p) { return log_p.exp(); });
}
/// The loss of the answer: cross entropy, in nats. Takes the same arguments as `probability`.
template <detail::Answers A>
Metric loss(const A& answer) {
    return detail::metric_of_answers("loss", answer, [](const at::Tensor& log_p) { return log_p.neg(); });
}

/// The language model's loss: the cross entropy of each prompt's own next tokens, in nats, averaged over all positions
/// but the last. `at` names other positions; the last one has no next token, and reading it is a PositionError.
inline Metric next_token_loss() {
    return Metric("next-token loss",
                  [](const MetricInput& in) {
                      const Index end = in.first + in.logits.size(1);
                      if (end == in.tokens.size(1))
                          throw PositionError("the next-token loss is read at position " + std::to_string(end - 1) +
                                              ", the last, which no token follows: read it at earlier positions");
                      const at::Tensor next =
                          in.tokens.narrow(1, in.first + 1, in.logits.size(1)).to(in.logits.device(), at::kLong);
                      return in.logits.log_softmax(-1).gather(-1, next.unsqueeze(-1)).squeeze(-1).mean(-1).neg();
                  })
        .at(tokens(0, -1));
}

/// The Kullback-Leibler divergence of a run's next-token distribution q from that of the clean run, p, in nats: the sum
/// of p log(p / q), 0 where p is 0.
inline Metric kl_divergence() {
    Metric metric("KL divergence", [](const MetricInput& in) {
        const at::Tensor p = in.clean.log_softmax(-1), q = in.logits.log_softmax(-1);
        return p.exp().mul(p.sub(q)).masked_fill(p.isneginf(), 0).sum(-1).mean(-1);
    });
    metric.needs_clean = true;
    return metric;
}

namespace detail {
/// One number per run, [runs], on the device of the logits.
/// @throws ShapeError if the metric's function gives another shape, OwnershipError if it writes its input
inline at::Tensor evaluate(const Metric& metric, const MetricInput& in) {
    const std::array<WriteWatch, 4> lent{WriteWatch(in.logits), WriteWatch(in.clean), WriteWatch(in.tokens),
                                         WriteWatch(in.prompt)};
    at::Tensor numbers = metric.of(in);
    for (const WriteWatch& watch : lent) watch.check(("the metric '" + metric.name + "'").c_str());
    if (!numbers.defined() || numbers.sizes() != in.logits.sizes().slice(0, 1))
        throw ShapeError("the metric '" + metric.name + "' gave " + tensor_text(numbers) + " for logits " +
                         shape_text(in.logits.sizes()) + " of [runs, positions, ids]: give one number per run, [" +
                         std::to_string(in.logits.size(0)) + "]");
    return numbers;
}
}  // namespace detail

template <class...>
SUTURE_REJECTED("a metric gives one number per run, as a tensor [runs]: return that", metric_of(...));
template <class...>
SUTURE_REJECTED("a token is named by its id: write logit(5335)", logit(...));
template <class...>
SUTURE_REJECTED("two tokens are compared, by their ids: write logit_difference(answer, other)", logit_difference(...));
template <class...>
SUTURE_REJECTED("the answer is a token id, or a tensor of one per prompt: write probability(5335)", probability(...));
template <class...>
SUTURE_REJECTED("the answer is a token id, or a tensor with one per prompt: write loss(5335)", loss(...));

template <class...>
SUTURE_REJECTED("the clean run is known to a sweep: write kl_divergence()", kl_divergence(...));
template <class...>
SUTURE_REJECTED("the next tokens are known to a sweep: write next_token_loss()", next_token_loss(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
