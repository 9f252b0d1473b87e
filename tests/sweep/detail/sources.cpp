// Sources that all prompts share: means over reference prompts, and zeros.
#include "suture/sweep/detail/sources.hpp"

#include "doctest.hpp"
#include "sweep/fixture.hpp"

#include <vector>

namespace {
using namespace sweeping;
using suture::detail::mean_activations;
using suture::detail::shared_sources;
using suture::detail::SweepTask;
}  // namespace

TEST_CASE("the mean over prompts is taken of all activations in float64, and has their dtype") {
    torch::manual_seed(2);
    const at::Tensor all = at::randn({5, 4, 3}).mul(1000);
    const auto record = [&](const at::Tensor& ids) {
        return std::vector<at::Tensor>{all[ids.item<Index>()].unsqueeze(0)};
    };
    const std::vector<at::Tensor> means = mean_activations(at::arange(5).unsqueeze(1), record);
    REQUIRE(means.size() == 1);
    CHECK(means[0].equal(all.to(at::kDouble).mean(0, true).to(at::kFloat)));
}

TEST_CASE(
    "zeros have the shape of one prompt's activations, means come from the reference prompts, and others share none") {
    Model m = model();
    const Pairs p = pairs(3, 2);
    const Grid grid = grids(m)[0].second;
    std::vector<at::Tensor> run;
    const auto record = [&](const at::Tensor& ids) {
        run.push_back(ids);
        return std::vector<at::Tensor>{ids.unsqueeze(-1).to(at::kDouble).add(1)};
    };
    const auto shared = [&](const Patching& patching) {
        run.clear();
        return shared_sources(SweepTask(patching, grid, logit(1)), record);
    };
    const auto zeros = shared(zero_ablation(p.clean));
    REQUIRE(zeros.size() == 1);
    CHECK(zeros[0].equal(at::zeros({1, length, 1}, at::kDouble)));
    CHECK(run.size() == 1);
    const auto means = shared(mean_ablation(p.clean, p.corrupted));
    REQUIRE(means.size() == 1);
    CHECK(distance(means[0], p.corrupted.to(at::kDouble).mean(0, true).unsqueeze(-1).add(1)) < 1e-12);
    REQUIRE(run.size() == 3);
    CHECK(run[2].equal(p.corrupted.narrow(0, 2, 1)));
    CHECK(shared(denoising(p.clean, p.corrupted)).empty());
    CHECK(run.empty());
}
