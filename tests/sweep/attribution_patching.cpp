#include "suture/sweep/attribution_patching.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <ATen/ops/randn.h>

#include <memory>
#include <vector>

namespace {
using namespace sweeping;
using suture_test::message_of;
using suture_test::says;

/// A model in which everything is linear: logits = sites(embedding(ids)) @ weight.
struct linear_model {
    HookPoint<Gpt2Qkv<48, 3>> qkv{"qkv"};
    at::Tensor embedding = at::randn({vocabulary, 144}, at::kDouble),
               weight = at::randn({144, vocabulary}, at::kDouble);
    at::Tensor forward(const at::Tensor& ids) {
        return qkv(embedding.index_select(0, ids.flatten()).view({ids.size(0), -1, 144})).matmul(weight);
    }
};

/// One recipe per token: the queries move this far along a fixed direction.
Grid pushes(const Model& m, double length) {
    torch::manual_seed(13);
    const at::Tensor direction = at::randn({48}, at::kDouble).mul(length);
    const auto recipes = ranges::views::iota(0, int(sweeping::length)) |
                         ranges::views::transform([direction](int t) { return on<Q>(token(t)).add(direction); });
    return Grid::of_recipes(sites<Qkv>(m, "h.*.attn.c_attn"), recipes);
}
}  // namespace

TEST_CASE("in a linear model the estimate equals the effect of the patch, whatever is patched") {
    torch::manual_seed(4);
    linear_model m;
    const Pairs p = pairs(3, 1);
    const Metric sum = metric_of([](const at::Tensor& logits) { return logits.select(-1, 3).sum(-1); });
    for (const Patching& patching : {denoising(p.clean, p.corrupted), noising(p.clean, p.corrupted),
                                     zero_ablation(p.clean), mean_ablation(p.clean, p.corrupted)})
        for (const Grid& grid : {Grid::of<Q, K, V>(m.qkv).by_head(), Grid::of<V>(m.qkv).all_positions(),
                                 Grid::of<Qkv>(m.qkv).at(token(2))}) {
            const SweepResult estimate = attribution_patching(m, patching, grid, sum),
                              exact = sweep(m, patching, grid, sum);
            CHECK(distance(estimate.values, exact.values) < 1e-10);
            CHECK(distance(estimate.baseline, exact.baseline) < 1e-12);
            CHECK(exact.effects().abs().max().item<double>() > 1e-2);
            CHECK_FALSE(estimate.ran.any().item<bool>());
            CHECK(estimate.is_complete());
        }
}

TEST_CASE("the estimate is of first order: a tenth of the distance gives a hundredth of the error") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    std::vector<double> errors;
    for (const double length : {1e-3, 1e-4}) {
        const SweepResult estimate =
            attribution_patching(m, editing(p.clean), pushes(m, length), logit_difference(3, 4));
        const SweepResult exact = sweep(m, editing(p.clean), pushes(m, length), logit_difference(3, 4));
        errors.push_back(distance(estimate.values, exact.values));
    }
    CHECK(errors[0] > 50 * errors[1]);
    CHECK(errors[0] < 200 * errors[1]);
}

TEST_CASE("unpatched runs have the same metrics as in a sweep") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    for (const Metric& metric : {next_token_loss(), kl_divergence(), Metric(logit(3))})
        for (const Patching& patching : {denoising(p.clean, p.corrupted), noising(p.clean, p.corrupted)}) {
            const SweepResult estimate = attribution_patching(m, patching, grids(m)[0].second, metric);
            const SweepResult exact = sweep(m, patching, grids(m)[0].second, metric);
            CHECK(distance(estimate.baseline, exact.baseline) < 1e-12);
            CHECK(distance(estimate.source, exact.source) < 1e-12);
        }
}

TEST_CASE("a model whose parameters need no gradients gets the same estimate, and no parameter gets a gradient") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    const Grid grid = grids(m)[1].second;
    const SweepResult before = attribution_patching(m, denoising(p.clean, p.corrupted), grid, loss(2));
    for (at::Tensor& parameter : m->parameters()) parameter.requires_grad_(false);
    const SweepResult frozen = attribution_patching(m, denoising(p.clean, p.corrupted), grid, loss(2));
    CHECK(distance(before.values, frozen.values) < 1e-12);
    for (const at::Tensor& parameter : m->parameters()) CHECK_FALSE(parameter.grad().defined());
}

TEST_CASE("a sweep with attribution has both, and their correlation") {
    Model m = model();
    const Pairs p = pairs(2, 1);
    const Grid grid = grids(m)[1].second;
    SweepOptions options;
    CHECK(says(message_of<ValueError>(
                   [&] { (void)attribution_correlation(sweep(m, zero_ablation(p.clean), grid, logit(1))); }),
               "ask for it with the option 'attribution'"));
    options.attribution = true;
    const SweepResult both = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    CHECK(both.attribution.equal(
        attribution_patching(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4)).values));
    const double found = attribution_correlation(both);
    CHECK(found > 0.2);
    CHECK(found < 1);

    linear_model linear;
    const Metric sum = metric_of([](const at::Tensor& logits) { return logits.select(-1, 3).sum(-1); });
    const SweepResult same =
        sweep(linear, denoising(p.clean, p.corrupted), Grid::of<Q>(linear.qkv).by_head(), sum, options);
    CHECK(attribution_correlation(same) == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("the share of the cells with the largest estimates is run; the others are NaN") {
    Model m = model();
    const Pairs p = pairs(2, 3);
    const Grid grid = grids(m)[1].second;
    const SweepResult whole = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4));
    SweepOptions options;
    options.share = 0.1;
    const SweepResult part = sweep(m, denoising(p.clean, p.corrupted), grid, logit_difference(3, 4), options);
    const at::Tensor size = part.attribution.flatten(1).sub(part.baseline.unsqueeze(1)).abs().view(part.values.sizes());
    const Index count = std::llround(0.1 * static_cast<double>(whole.values.numel()));
    CHECK(part.ran.sum().item<Index>() == count);
    CHECK(size.masked_select(part.ran).min().item<double>() >=
          size.masked_select(whole.ran.logical_and(part.ran.logical_not())).max().item<double>());
    CHECK(distance(part.values.masked_select(part.done), whole.values.masked_select(part.done)) < 1e-10);
    CHECK(part.values.isnan().equal(part.done.logical_not()));
    CHECK_FALSE(part.is_complete());
    // The gradient of a divergence is zero at a divergence of zero: it cannot choose a share.
    CHECK(says(
        message_of<ValueError>([&] { (void)sweep(m, noising(p.clean, p.corrupted), grid, kl_divergence(), options); }),
        "so it cannot choose a share of the cells"));
    options.share = 0;
    CHECK(
        says(message_of<ValueError>([&] { (void)sweep(m, denoising(p.clean, p.corrupted), grid, logit(1), options); }),
             "give more than 0 and at most 1"));
}

TEST_CASE("a metric without a gradient is refused") {
    Model m = model();
    const Pairs p = pairs(1, 2);
    const Metric best =
        metric_of([](const at::Tensor& logits) { return logits.select(1, -1).argmax(-1); }, "best token");
    CHECK(says(message_of<ValueError>(
                   [&] { (void)attribution_patching(m, zero_ablation(p.clean), grids(m)[0].second, best); }),
               "the gradient of the metric 'best token', which has none"));
    CHECK(sweep(m, zero_ablation(p.clean), grids(m)[0].second, best).is_complete());
}
