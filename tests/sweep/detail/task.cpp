#include "suture/sweep/detail/task.hpp"

#include "doctest.hpp"
#include "sweep/fixture.hpp"

#include <set>
#include <string>

namespace {
using namespace sweeping;
using suture::detail::empty_result;
using suture::detail::SweepTask;
}  // namespace

TEST_CASE("two sweeps have the same text only if they differ in the model alone") {
    Model m = model();
    const Pairs p = pairs(2, 2), q = pairs(2, 3);
    const auto c_attn = sites<Qkv>(m, "h.*.attn.c_attn");
    const auto text = [](const Patching& patching, const Grid& grid, const Metric& metric) {
        return SweepTask(patching, grid, metric).text();
    };
    const Patching patching = denoising(p.clean, p.corrupted);
    const std::string first = text(patching, Grid::of<Q>(c_attn), logit(1));
    CHECK(text(denoising(p.clean.clone(), p.corrupted.clone()), Grid::of<Q>(c_attn), logit(1)) == first);
    CHECK(first.find('\n') == first.npos);
    const std::set<std::string> others{
        first,
        text(noising(p.clean, p.corrupted), Grid::of<Q>(c_attn), logit(1)),
        text(denoising(p.clean, q.corrupted), Grid::of<Q>(c_attn), logit(1)),
        text(zero_ablation(p.clean), Grid::of<Q>(c_attn), logit(1)),
        text(zero_ablation(q.corrupted), Grid::of<Q>(c_attn), logit(1)),
        text(patching, Grid::of<Q>(c_attn).at(tokens(1, 4)), logit(1)),
        text(patching, Grid::of<Q>(c_attn).at(token(1)), logit(1)),
        text(patching, Grid::of<Q>(c_attn).at(token(2)), logit(1)),
        text(patching, Grid::of<Q>(c_attn).all_positions(), logit(1)),
        text(patching, Grid::of<K>(c_attn), logit(1)),
        text(patching, Grid::of<Q>(c_attn).by_head(), logit(1)),
        text(patching, Grid::of<Resid>(sites<Resid<48>>(m, "h.*.resid_pre")), logit(1)),
        text(patching, Grid::of<Resid>(sites<Resid<48>>(m, "h.*.resid_post")), logit(1)),
        text(patching, Grid::of<Q>(c_attn), logit(2)),
        text(patching, Grid::of<Q>(c_attn), Metric(logit(1)).at(token(3))),
        text(patching, Grid::of<Q>(c_attn), probability(1)),
        text(patching, Grid::of<Q>(c_attn), probability(2)),
        text(patching, Grid::of<Q>(c_attn), probability(at::tensor({1, 2}))),
    };
    CHECK(others.size() == 18);
}

TEST_CASE("equal weights have one key, whatever holds them; other weights have another, and a function has none") {
    using suture::detail::weights_text;
    Model m = model();
    const std::string first = weights_text(m);
    CHECK(weights_text(*m) == first);
    CHECK(weights_text(m.ptr()) == first);
    CHECK(weights_text(model()) == first);
    std::set<std::string> keys{first, weights_text(model(at::kFloat)), weights_text(model(at::kBFloat16))};
    const at::NoGradGuard no_gradients;
    for (at::Tensor& parameter : m->parameters()) {
        parameter.view({-1})[0].add_(1e-9);
        keys.insert(weights_text(m));
    }
    CHECK(keys.size() == 3 + m->parameters().size());
    CHECK(weights_text([] {}).empty());
}

TEST_CASE("an empty result says that nothing is known") {
    Model m = model();
    const Pairs p = pairs(2, 2);
    const SweepResult result = empty_result(SweepTask(denoising(p.clean, p.corrupted), grids(m)[1].second, logit(1)));
    CHECK(result.values.isnan().all().item<bool>());
    CHECK_FALSE(result.done.any().item<bool>());
    CHECK_FALSE(result.is_complete());
    CHECK(result.source.defined());
    CHECK_FALSE(empty_result(SweepTask(zero_ablation(p.clean), grids(m)[1].second, logit(1))).source.defined());
}
