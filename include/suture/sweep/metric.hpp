// Metrics: the number that a run is judged by, taken from its logits. A metric says what it reads, the positions and
// the token ids, so that nothing else needs to be computed.
#pragma once

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

namespace suture {

struct Metric;

/// A token's logit, or how far it is above that of another.
struct LogitTarget {
    Index token = 0;
    std::optional<Index> against{};

    /// The metric at these positions: `logit_difference(mary, john).at(tokens(2, 5))`.
    Metric at(const Position<Axis::token>& positions) const;
};
constexpr LogitTarget logit(Integer auto token) { return {detail::counted(token), {}}; }
constexpr LogitTarget logit_difference(Integer auto token, Integer auto against) {
    return {detail::counted(token), detail::counted(against)};
}

/// What a metric is given: some runs, each of one of the prompts.
struct MetricInput {
    at::Tensor logits;  ///< [runs, positions, ids], of what the metric reads; float32 of a model of 16 bits
    at::Tensor clean;   ///< the same of the clean run of each one's prompt; undefined unless the metric needs it
    at::Tensor tokens;  ///< [runs, tokens]: the token ids that were run
    at::Tensor prompt;  ///< [runs], int64: which of the prompts each is of
    Index first = 0;    ///< the first of the positions, counted in the prompt
};

/// A number for each run:
///
///     const Metric one = logit_difference(mary, john);           // a LogitTarget will do: both at the last token
///     const Metric both = logit_difference(answers, others);     // [prompts] each: every prompt has its own
///     const Metric mine = metric_of([](const at::Tensor& logits) { return logits.select(-1, 7).mean(-1); });
///
/// Those that look at one position give the mean over several.
struct Metric {
    std::string name;
    std::function<at::Tensor(const MetricInput&)> of;  ///< -> [runs]
    Position<Axis::token> where = token(-1);           ///< the positions that are read
    at::Tensor ids{};          ///< the token ids that are read, [ids] or [prompts, ids]; undefined: all that there are
    at::Tensor answers{};      ///< the token ids that `of` picks from the whole vocabulary, [1] or [prompts]
    Index prompts = 0;         ///< how many prompts it has answers for; 0: one answer for all
    bool needs_clean = false;  ///< whether it compares with the clean run

    Metric(std::string called, std::function<at::Tensor(const MetricInput&)> f)
        : name(std::move(called)), of(std::move(f)) {}
    Metric(const LogitTarget& target);

    /// The same read at other positions: `loss(answer).at(token(4))`.
    Metric at(const Position<Axis::token>& positions) const {
        Metric metric = *this;
        metric.where = positions;
        return metric;
    }
};

/// Any function of the logits: [runs, positions, vocabulary] -> [runs]. All positions, unless `at` names some. Give it
/// a name: by their names a journal tells such metrics apart.
template <class F>
    requires std::convertible_to<std::invoke_result_t<const F&, const at::Tensor&>, at::Tensor> Metric
    metric_of(F f, std::string name = "metric") {
        return Metric(std::move(name), [f = std::move(f)](const MetricInput& in) -> at::Tensor { return f(in.logits); })
            .at(tokens(0, to_end));
    }

namespace detail {
/// @throws ValueError if one of the token ids, on the CPU, is none of so many
inline void check_ids(const at::Tensor& ids, Index vocabulary) {
    const Index least = ids.min().item<Index>(), most = ids.max().item<Index>();
    if (least < 0) throw ValueError("a metric reads the token id " + std::to_string(least) + ": ids count from 0");
    if (most >= vocabulary)
        throw ValueError("a metric reads the token id " + std::to_string(most) + " but the model's logits are of " +
                         std::to_string(vocabulary) + ": give ids of the model's own vocabulary");
}

/// The answers to the prompts, one for all or [prompts] of them, as int64 [1] or [prompts] on the CPU.
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
                         ": give one a prompt, [prompts]");
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

/// The logit of each prompt's own answer: [prompts] token ids.
inline Metric answer_logit(const at::Tensor& answers) {
    const at::Tensor ids = detail::answers_of(answers);
    return detail::metric_of_ids("logit", ids.unsqueeze(-1), ids.size(0));
}
/// How far each prompt's answer is above another token: [prompts] ids each. Wang et al. 2022
/// (https://arxiv.org/abs/2211.00593).
/// @throws ShapeError unless there are as many of both
inline Metric logit_difference(const at::Tensor& tokens, const at::Tensor& against) {
    const at::Tensor answers = detail::answers_of(tokens), others = detail::answers_of(against);
    if (answers.sizes() != others.sizes())
        throw ShapeError("the logit difference is between " + std::to_string(answers.size(0)) + " tokens and " +
                         std::to_string(others.size(0)) + ": give one of each a prompt");
    return detail::metric_of_ids("logit difference", at::stack({answers, others}, -1), answers.size(0));
}

/// The probability of the answer, one token id for all prompts or [prompts] of them.
template <detail::Answers A>
Metric probability(const A& answer) {
    return detail::metric_of_answers("probability", answer, [](const at::Tensor& log_p) { return log_p.exp(); });
}
/// The loss of the answer, as `probability` takes it: cross entropy, in nats.
template <detail::Answers A>
Metric loss(const A& answer) {
    return detail::metric_of_answers("loss", answer, [](const at::Tensor& log_p) { return log_p.neg(); });
}

/// The language model's loss: the cross entropy of each prompt's own next tokens, in nats, mean over all positions but
/// the last. `at` names other positions; that it reads the last one, which has no next token, is a PositionError.
inline Metric next_token_loss() {
    return Metric("next-token loss",
                  [](const MetricInput& in) {
                      const Index end = in.first + in.logits.size(1);
                      if (end == in.tokens.size(1))
                          throw PositionError("the next-token loss is read at token " + std::to_string(end - 1) +
                                              ", the last, which no token follows: read it at those before");
                      const at::Tensor next =
                          in.tokens.narrow(1, in.first + 1, in.logits.size(1)).to(in.logits.device(), at::kLong);
                      return in.logits.log_softmax(-1).gather(-1, next.unsqueeze(-1)).squeeze(-1).mean(-1).neg();
                  })
        .at(tokens(0, -1));
}

/// The Kullback-Leibler divergence of a run's next-token distribution from that of the clean run, in nats:
/// sum of p log(p / q), p being the clean one; 0 where p is 0.
inline Metric kl_divergence() {
    Metric metric("KL divergence", [](const MetricInput& in) {
        const at::Tensor p = in.clean.log_softmax(-1), q = in.logits.log_softmax(-1);
        return p.exp().mul(p.sub(q)).masked_fill(p.isneginf(), 0).sum(-1).mean(-1);
    });
    metric.needs_clean = true;
    return metric;
}

namespace detail {
/// One number a run, [runs], on the device of the logits.
/// @throws ShapeError if the metric's function gives another shape, OwnershipError if it writes what it is lent
inline at::Tensor evaluate(const Metric& metric, const MetricInput& in) {
    const std::array<WriteWatch, 4> lent{WriteWatch(in.logits), WriteWatch(in.clean), WriteWatch(in.tokens),
                                         WriteWatch(in.prompt)};
    at::Tensor numbers = metric.of(in);
    for (const WriteWatch& watch : lent) watch.check(("the metric '" + metric.name + "'").c_str());
    if (!numbers.defined() || numbers.sizes() != in.logits.sizes().slice(0, 1))
        throw ShapeError("the metric '" + metric.name + "' gave " + tensor_text(numbers) + " for logits " +
                         shape_text(in.logits.sizes()) + " of [runs, positions, ids]: give one number a run, [" +
                         std::to_string(in.logits.size(0)) + "]");
    return numbers;
}
}  // namespace detail

}  // namespace suture
