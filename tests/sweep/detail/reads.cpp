// What a metric reads: the ids that a model computes, the positions, and prompts with answers of their own.
#include "suture/sweep/detail/reads.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include <set>
#include <string>

namespace {
using namespace suture;
using suture::detail::LogitReads;
using suture_test::message_of;
using suture_test::says;

constexpr Index prompts = 3, length = 5, vocabulary = 9;
const at::Tensor tokens_run = at::ones({prompts, length}, at::kLong);
const at::Tensor logits = at::randn({prompts, length, vocabulary}, at::kDouble);

/// A metric that reads these ids and gives their sum.
Metric sum_of(const at::Tensor& ids) {
    Metric metric("the sum", [](const MetricInput& in) { return in.logits.sum({1, 2}); });
    metric.ids = ids;
    return metric;
}
/// Runs of the prompts in this order, with the logits of the requested ids alone, or of all.
at::Tensor value(const Metric& metric, const at::Tensor& order, bool only_these) {
    const LogitReads whole(metric, editing(tokens_run)), reads = only_these ? whole.of_read_ids() : whole;
    const at::Tensor runs = reads.at_positions(logits).index_select(0, order);
    const at::Tensor computed = reads.ids().defined() ? runs.index_select(-1, reads.ids()) : runs;
    return reads(computed, {}, tokens_run.index_select(0, order), order);
}
}  // namespace

TEST_CASE("the numbers are the same whether all logits are computed or only those that are read") {
    const at::Tensor answers = at::tensor({8, 2, 8}, at::kLong), others = at::tensor({2, 0, 5}, at::kLong);
    for (const Metric& metric : {Metric(logit(4)), Metric(logit_difference(4, 1)), answer_logit(answers),
                                 logit_difference(answers, others), sum_of(at::tensor({7, 7, 1}, at::kLong))})
        for (const at::Tensor& order : {at::tensor({0, 1, 2}, at::kLong), at::tensor({2, 0, 0, 1, 2}, at::kLong)}) {
            CAPTURE(metric.name);
            CHECK(value(metric, order, true).equal(value(metric, order, false)));
            CHECK((value(metric, order, true).sizes() == order.sizes()));
        }
}

TEST_CASE("each id that prompts read is computed once, and a metric that reads all ids names none") {
    const LogitReads reads =
        LogitReads(logit_difference(at::tensor({8, 2, 8}, at::kLong), at::tensor({2, 0, 5}, at::kLong)),
                   editing(tokens_run))
            .of_read_ids();
    CHECK(reads.ids().equal(at::tensor({0, 2, 5, 8}, at::kLong)));
    CHECK_FALSE(LogitReads(loss(3), editing(tokens_run)).of_read_ids().ids().defined());
    CHECK_FALSE(LogitReads(logit(3), editing(tokens_run)).ids().defined());
}

TEST_CASE("ids [ids] belong to every prompt, and rows of [prompts, ids] to one each, of any integer dtype") {
    const at::Tensor order = at::arange(prompts, at::kLong),
                     rows = at::tensor({1, 2, 3, 4, 5, 6}, at::kLong).view({3, 2});
    const at::Tensor last = logits.select(1, length - 1);
    for (const at::ScalarType dtype : {at::kLong, at::kInt, at::kByte}) {
        CHECK(value(sum_of(at::tensor({1, 5}, at::kLong).to(dtype)), order, false)
                  .equal(last.select(1, 1).add(last.select(1, 5))));
        CHECK(value(sum_of(rows.to(dtype)), order, false).equal(last.gather(1, rows).sum(1)));
        CHECK(value(sum_of(rows.to(dtype)), order, true).equal(last.gather(1, rows).sum(1)));
    }
}

TEST_CASE("the positions are those of the metric, counted in the prompt") {
    const auto positions = [](const Position<Axis::token>& where) {
        const LogitReads reads(Metric(logit(1)).at(where), editing(tokens_run));
        CHECK(reads.end() == reads.first() + reads.positions());
        CHECK(reads.at_positions(logits).equal(logits.narrow(1, reads.first(), reads.positions())));
        return std::pair(reads.first(), reads.positions());
    };
    CHECK(positions(token(-1)) == std::pair<Index, Index>(4, 1));
    CHECK(positions(token(1)) == std::pair<Index, Index>(1, 1));
    CHECK(positions(tokens(1, -1)) == std::pair<Index, Index>(1, 3));
    CHECK(positions(tokens(0, to_end)) == std::pair<Index, Index>(0, 5));
}

TEST_CASE(
    "a metric is given the first of its positions, its tokens and prompts, and the clean run only if it needs it") {
    MetricInput seen;
    Metric metric("mine", [&seen](const MetricInput& in) {
        seen = in;
        return in.logits.sum({1, 2});
    });
    const at::Tensor order = at::tensor({2, 0}, at::kLong), tokens_of = tokens_run.narrow(0, 0, 2);
    const auto run = [&](const Metric& m) {
        const LogitReads reads(m.at(tokens(2, 4)), editing(tokens_run));
        (void)reads(reads.at_positions(logits.narrow(0, 0, 2)), reads.at_positions(logits.narrow(0, 1, 2)), tokens_of,
                    order);
    };
    run(metric);
    CHECK(seen.first == 2);
    CHECK(seen.tokens.is_same(tokens_of));
    CHECK(seen.prompt.is_same(order));
    CHECK_FALSE(seen.clean.defined());
    metric.needs_clean = true;
    run(metric);
    CHECK(seen.clean.equal(logits.narrow(0, 1, 2).narrow(1, 2, 2)));
    metric.ids = at::tensor({5, 3}, at::kLong);
    run(metric);
    CHECK(seen.clean.equal(logits.narrow(0, 1, 2).narrow(1, 2, 2).index_select(-1, metric.ids)));
}

TEST_CASE("the numbers are float64 outside the graph, and the differentiable ones stay in it") {
    const at::Tensor leaf = logits.to(at::kFloat).requires_grad_();
    const LogitReads reads(logit(1), editing(tokens_run));
    const at::Tensor order = at::arange(prompts, at::kLong);
    const at::Tensor numbers = reads(reads.at_positions(leaf), {}, tokens_run, order);
    CHECK(numbers.scalar_type() == at::kDouble);
    CHECK(numbers.is_contiguous());
    CHECK_FALSE(numbers.requires_grad());
    CHECK(reads.differentiable(reads.at_positions(leaf), {}, tokens_run, order).requires_grad());
}

TEST_CASE("a metric that does not fit the prompts is refused by name before anything runs") {
    const auto refusal = [](auto kind, const Metric& metric) {
        return message_of<typename decltype(kind)::type>([&] { LogitReads(metric, editing(tokens_run)); });
    };
    const std::type_identity<ShapeError> shape;
    CHECK(says(refusal(shape, loss(at::tensor({1, 2}, at::kLong))),
               "the metric 'loss' has answers for 2 prompts but 3 are swept", "one answer per prompt"));
    CHECK(says(refusal(shape, sum_of(at::ones({2, 4}, at::kLong))),
               "the metric 'the sum' reads token ids [2, 4] of 3 prompts", "give [ids], or [prompts, ids]"));
    for (const at::Tensor& ids : {at::ones({1, 4}, at::kLong), at::ones({}, at::kLong), at::ones({0}, at::kLong),
                                  at::ones({3, 1, 1}, at::kLong)})
        CHECK(says(refusal(shape, sum_of(ids)), shape_text(ids.sizes()), "give [ids], or [prompts, ids]"));
    CHECK(says(refusal(std::type_identity<TypeError>(), sum_of(at::ones({3}))), "'the sum' reads float32 [3] on cpu",
               "give token ids, integers"));
}

TEST_CASE("a position outside the prompts is refused with the metric's name") {
    const auto refusal = [](const Position<Axis::token>& where) {
        return message_of<PositionError>([&] { LogitReads(loss(1).at(where), editing(tokens_run)); });
    };
    CHECK(refusal(token(5)) ==
          "token 5 is outside a prompt, where the metric 'loss' is read, which has 5 tokens: count from 0, or from -1 "
          "for the last");
    CHECK(says(refusal(token(-6)), "token -6 is outside"));
    CHECK(says(refusal(tokens(3, 9)), "from 3 to 9 reaches beyond a prompt, where the metric 'loss' is read"));
    CHECK(says(refusal(tokens(3, 3)), "selects nothing"));
}
