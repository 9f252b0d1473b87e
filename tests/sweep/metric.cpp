// Metrics: each against its formula, written out number by number in float64; then what they are given and refuse.
#include "suture/sweep/metric.hpp"

#include "suture/sweep/detail/reads.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using suture::detail::LogitReads;
using suture_test::message_of;
using suture_test::says;

constexpr Index prompts = 3, length = 5, vocabulary = 7;
const at::Tensor tokens_run = at::randint(0, vocabulary, {prompts, length}, at::kLong);
const at::Tensor logits = at::randn({prompts, length, vocabulary}, at::kDouble).mul(3);
const at::Tensor clean = at::randn({prompts, length, vocabulary}, at::kDouble).mul(3);
const at::Tensor answers = at::tensor({4, 0, 6}, at::kLong), others = at::tensor({1, 5, 2}, at::kLong);

/// A metric of one run of each prompt, as sweeps read it.
at::Tensor value(const Metric& metric, const at::Tensor& of = logits) {
    const LogitReads reads(metric, editing(tokens_run));
    return reads(reads.at_positions(of), reads.at_positions(clean), tokens_run, at::arange(prompts, at::kLong));
}
double logit_of(const at::Tensor& all, Index prompt, Index token, Index id) {
    return all[prompt][token][id].item<double>();
}
Index token_at(Index prompt, Index token) { return tokens_run[prompt][token].item<Index>(); }
Index answer_of(const at::Tensor& given, Index prompt) { return given[prompt].item<Index>(); }
double log_probability(const at::Tensor& all, Index prompt, Index token, Index id) {
    double sum = 0;
    for (Index i = 0; i < vocabulary; ++i) sum += std::exp(logit_of(all, prompt, token, i));
    return logit_of(all, prompt, token, id) - std::log(sum);
}

/// The numbers of the prompts are those of the formula, f(prompt).
template <class F>
void check_each(const at::Tensor& numbers, F&& f) {
    CHECK(numbers.scalar_type() == at::kDouble);
    REQUIRE((numbers.sizes() == at::IntArrayRef({prompts})));
    for (Index p = 0; p < prompts; ++p) CHECK(numbers[p].item<double>() == doctest::Approx(f(p)).epsilon(1e-12));
}
}  // namespace

TEST_CASE("a logit is read at the last token, and a difference is that of two logits") {
    check_each(value(logit(2)), [](Index p) { return logit_of(logits, p, length - 1, 2); });
    check_each(value(logit_difference(2, 5)),
               [](Index p) { return logit_of(logits, p, length - 1, 2) - logit_of(logits, p, length - 1, 5); });
}

TEST_CASE("every prompt has answers of its own") {
    check_each(value(answer_logit(answers)),
               [](Index p) { return logit_of(logits, p, length - 1, answer_of(answers, p)); });
    check_each(value(logit_difference(answers, others)), [](Index p) {
        return logit_of(logits, p, length - 1, answer_of(answers, p)) -
               logit_of(logits, p, length - 1, answer_of(others, p));
    });
    check_each(value(loss(answers)),
               [](Index p) { return -log_probability(logits, p, length - 1, answer_of(answers, p)); });
    check_each(value(probability(answers)),
               [](Index p) { return std::exp(log_probability(logits, p, length - 1, answer_of(answers, p))); });
}

TEST_CASE("a loss is minus the log of a probability, and the probabilities of all ids sum to 1") {
    check_each(value(loss(3)), [](Index p) { return -log_probability(logits, p, length - 1, 3); });
    check_each(value(loss(3)).neg().exp(), [](Index p) { return value(probability(3))[p].item<double>(); });
    at::Tensor sum = at::zeros({prompts}, at::kDouble);
    for (Index id = 0; id < vocabulary; ++id) sum += value(probability(id));
    check_each(sum, [](Index) { return 1.0; });
}

TEST_CASE("the next-token loss is the mean loss of the prompt's own next tokens") {
    check_each(value(next_token_loss()), [](Index p) {
        double sum = 0;
        for (Index t = 0; t + 1 < length; ++t) sum -= log_probability(logits, p, t, token_at(p, t + 1));
        return sum / (length - 1);
    });
}

TEST_CASE("at other positions, the next-token loss is that of the tokens after them") {
    check_each(value(next_token_loss().at(tokens(2, 4))), [](Index p) {
        return -(log_probability(logits, p, 2, token_at(p, 3)) + log_probability(logits, p, 3, token_at(p, 4))) / 2;
    });
    check_each(value(next_token_loss().at(token(1))),
               [](Index p) { return -log_probability(logits, p, 1, token_at(p, 2)); });
    for (const auto& where : {token(-1), tokens(2, to_end)})
        CHECK(says(message_of<PositionError>([&] { (void)value(next_token_loss().at(where)); }),
                   "read at position 4, the last", "no token follows"));
}

TEST_CASE("a divergence is the sum of p log(p / q) with p from the clean run, and is 0 between a run and itself") {
    check_each(value(kl_divergence()), [](Index p) {
        double sum = 0;
        for (Index i = 0; i < vocabulary; ++i) {
            const double clean_log = log_probability(clean, p, length - 1, i);
            sum += std::exp(clean_log) * (clean_log - log_probability(logits, p, length - 1, i));
        }
        return sum;
    });
    CHECK(value(kl_divergence(), clean).equal(at::zeros({prompts}, at::kDouble)));
    CHECK(value(kl_divergence()).gt(0).all().item<bool>());
}

TEST_CASE("ids with a logit of minus infinity add nothing to a divergence") {
    const auto without_last = [](const at::Tensor& t) {
        at::Tensor ruled_out = t.clone();
        ruled_out.select(-1, vocabulary - 1).fill_(-std::numeric_limits<double>::infinity());
        return ruled_out;
    };
    const LogitReads reads(kl_divergence(), editing(tokens_run));
    const auto diverge = [&](const at::Tensor& q, const at::Tensor& p) {
        return reads(reads.at_positions(q), reads.at_positions(p), tokens_run, at::arange(prompts, at::kLong));
    };
    const at::Tensor kept = diverge(logits.narrow(-1, 0, vocabulary - 1), clean.narrow(-1, 0, vocabulary - 1));
    CHECK(diverge(without_last(logits), without_last(clean)).allclose(kept, 1e-12, 1e-12));

    const at::Tensor leaf = without_last(logits).requires_grad_();
    reads
        .differentiable(reads.at_positions(leaf), reads.at_positions(without_last(clean)), tokens_run,
                        at::arange(prompts, at::kLong))
        .sum()
        .backward();
    CHECK(leaf.grad().isfinite().all().item<bool>());
}

TEST_CASE("over several positions every metric is the mean of its values at each") {
    const std::vector<Metric> all{logit(2),
                                  logit_difference(2, 5),
                                  answer_logit(answers),
                                  logit_difference(answers, others),
                                  probability(3),
                                  probability(answers),
                                  loss(3),
                                  loss(answers),
                                  next_token_loss(),
                                  kl_divergence()};
    for (const Metric& metric : all) {
        CAPTURE(metric.name);
        at::Tensor sum = at::zeros({prompts}, at::kDouble);
        for (Index t = 1; t < 4; ++t) sum += value(metric.at(token(t)));
        CHECK(value(metric.at(tokens(1, 4))).allclose(sum.div(3), 1e-12, 1e-12));
    }
}

TEST_CASE("at() only sets the positions, its last call counts, and the metric that it is called on does not change") {
    const Metric metric = loss(answers);
    CHECK(value(metric.at(token(0)).at(token(2))).equal(value(metric.at(token(2)))));
    CHECK(value(metric).equal(value(metric.at(token(-1)))));
    CHECK(value(logit_difference(2, 5).at(tokens(1, 3))).equal(value(Metric(logit_difference(2, 5)).at(tokens(1, 3)))));
}

TEST_CASE("a user's metric gets the logits of all positions, or of those that it names") {
    const auto shape_of = [](Metric (*place)(const Metric&)) {
        std::vector<Index> seen;
        const Metric mine = metric_of([&seen](const at::Tensor& all) {
            seen = all.sizes().vec();
            return all.select(-1, 3).sum(-1);
        });
        (void)value(place(mine));
        return seen;
    };
    CHECK((shape_of([](const Metric& m) { return m; }) == std::vector<Index>{prompts, length, vocabulary}));
    CHECK((shape_of([](const Metric& m) { return m.at(token(2)); }) == std::vector<Index>{prompts, 1, vocabulary}));
    const Metric sum = metric_of([](const at::Tensor& all) { return all.select(-1, 3).sum(-1); }, "the sum");
    CHECK(sum.name == "the sum");
    CHECK(value(sum).allclose(logits.select(-1, 3).sum(-1), 1e-12, 1e-12));
}

TEST_CASE("a user's metric may return integers or bools") {
    CHECK(value(metric_of([](const at::Tensor& all) {
              return all.select(1, 4).argmax(-1);
          })).equal(logits.select(1, 4).argmax(-1).to(at::kDouble)));
    CHECK(value(metric_of([](const at::Tensor& all) {
              return all.select(1, 4).argmax(-1).eq(3);
          })).equal(logits.select(1, 4).argmax(-1).eq(3).to(at::kDouble)));
}

TEST_CASE("a metric that is NaN stays NaN") {
    CHECK(value(logit(2), at::full_like(logits, std::nan(""))).isnan().all().item<bool>());
    CHECK(value(kl_divergence(), at::full_like(logits, std::nan(""))).isnan().all().item<bool>());
}

TEST_CASE("gradients flow through every metric") {
    const auto gradient = [](const Metric& metric) {
        const at::Tensor leaf = logits.clone().requires_grad_();
        const LogitReads reads(metric, editing(tokens_run));
        reads
            .differentiable(reads.at_positions(leaf), reads.at_positions(clean), tokens_run,
                            at::arange(prompts, at::kLong))
            .sum()
            .backward();
        return leaf.grad();
    };
    at::Tensor expected = at::zeros_like(logits);
    expected.select(1, 4).select(-1, 2).fill_(1);
    expected.select(1, 4).select(-1, 5).fill_(-1);
    CHECK(gradient(logit_difference(2, 5)).equal(expected));

    // Of cross entropy: the predicted probabilities minus the true ones.
    expected.zero_().select(1, 4).copy_(logits.select(1, 4).softmax(-1));
    for (Index p = 0; p < prompts; ++p) expected[p][4][answer_of(answers, p)].sub_(1);
    CHECK(gradient(loss(answers)).allclose(expected, 1e-12, 1e-12));

    for (const Metric& metric : {answer_logit(answers), probability(3), next_token_loss(), kl_divergence()}) {
        CAPTURE(metric.name);
        const at::Tensor slope = gradient(metric), step = at::randn_like(logits).mul(1e-6);
        const at::Tensor moved = value(metric, logits.add(step)).sub(value(metric, logits.sub(step))).sum().div(2);
        CHECK(slope.mul(step).sum().item<double>() == doctest::Approx(moved.item<double>()).epsilon(1e-5));
    }
}

TEST_CASE("answers may have any integer dtype, and later changes to them do not reach the metric") {
    at::Tensor mine = answers.to(at::kInt);
    const std::vector<Metric> kept{answer_logit(mine), logit_difference(mine, others), loss(mine), probability(mine)};
    mine.fill_(1);
    const std::vector<Metric> wanted{answer_logit(answers), logit_difference(answers, others), loss(answers),
                                     probability(answers)};
    for (std::size_t i = 0; i < kept.size(); ++i) CHECK(value(kept[i]).equal(value(wanted[i])));
    at::Tensor same_dtype = answers.clone();
    const Metric metric = loss(same_dtype);
    same_dtype.fill_(1);
    CHECK(value(metric).equal(value(loss(answers))));
}

TEST_CASE("the metric of a 16-bit model is computed in 32 bits") {
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
        const at::Tensor narrow = logits.to(dtype);
        CHECK(value(logit_difference(2, 5), narrow).equal(value(logit_difference(2, 5), narrow.to(at::kFloat))));
        CHECK(value(loss(answers), narrow).equal(value(loss(answers), narrow.to(at::kFloat))));
    }
    CHECK(value(loss(answers), logits.to(at::kFloat)).allclose(value(loss(answers)), 1e-5, 1e-6));
}

TEST_CASE("answers that are not token ids are refused, with the remedy") {
    const auto refusal = [](const at::Tensor& given) {
        return std::vector<std::string>{message_of<TypeError>([&] { (void)loss(given); }),
                                        message_of<TypeError>([&] { (void)answer_logit(given); }),
                                        message_of<TypeError>([&] { (void)logit_difference(answers, given); })};
    };
    for (const std::string& text : refusal(at::ones({3})))
        CHECK(says(text, "float32 [3] on cpu", "give token ids, integers"));
    for (const std::string& text : refusal(at::Tensor())) CHECK(says(text, "an undefined tensor", "give token ids"));
    for (const at::Tensor& given : {at::ones({}, at::kLong), at::ones({3, 1}, at::kLong), at::ones({0}, at::kLong)})
        for (const std::string& text : {message_of<ShapeError>([&] { (void)probability(given); }),
                                        message_of<ShapeError>([&] { (void)answer_logit(given); })})
            CHECK(says(text, "have shape " + shape_text(given.sizes()), "give one per prompt, [prompts]"));
    CHECK(says(message_of<ShapeError>([] { (void)logit_difference(answers, at::ones({2}, at::kLong)); }),
               "between 3 tokens and 2", "one of each per prompt"));
}

TEST_CASE(
    "ids that no vocabulary has are refused at once, and those that the model's lacks when its logits are there") {
    for (const std::string& text :
         {message_of<ValueError>([] { (void)loss(-3); }),
          message_of<ValueError>([] { (void)Metric(logit_difference(1, -3)); }), message_of<ValueError>([] {
              (void)answer_logit(at::tensor({1, -3, 2}, at::kLong));
          })})
        CHECK(says(text, "the token id -3", "ids count from 0"));
    for (const Metric& metric : {Metric(logit(7)), loss(7), probability(7), Metric(logit_difference(7, 0)),
                                 answer_logit(at::tensor({0, 7, 1}, at::kLong))})
        CHECK(says(message_of<ValueError>([&] { (void)value(metric); }), "the token id 7",
                   "the model has only 7 logits", "the model's own vocabulary"));
}

TEST_CASE("a metric that does not return one number per run is refused by name") {
    const auto refusal = [](auto f) { return message_of<ShapeError>([&] { (void)value(metric_of(f, "mine")); }); };
    CHECK(says(refusal([](const at::Tensor& all) { return all.sum(-1); }), "the metric 'mine' gave float64 [3, 5]",
               "one number per run, [3]"));
    CHECK(says(refusal([](const at::Tensor& all) {
                   return all.sum({1, 2}).unsqueeze(-1);
               }),
               "gave float64 [3, 1]", "[3]"));
    CHECK(says(refusal([](const at::Tensor& all) { return all.sum(); }), "gave float64 []", "[3]"));
    CHECK(says(refusal([](const at::Tensor&) { return at::Tensor(); }), "gave an undefined tensor", "[3, 5, 7]"));
}

TEST_CASE("arguments that are not answers do not satisfy `requires`") {
    static_assert(suture::detail::Answers<int> && suture::detail::Answers<at::Tensor> &&
                  suture::detail::Answers<std::uint64_t>);
    static_assert(!suture::detail::Answers<double> && !suture::detail::Answers<bool> &&
                  !suture::detail::Answers<std::string>);
}
