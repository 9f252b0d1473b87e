// Batches: cells that start at different blocks and have different positions, against whole passes.
#include "suture/sweep/detail/batch.hpp"

#include "suture/sweep/sweep.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <algorithm>
#include <random>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;
}  // namespace

TEST_CASE("any cells in the order of their blocks give the numbers of whole passes, whichever cells run with them") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Pairs p = pairs(2, 1);
    const Patching patching = denoising(p.clean, p.corrupted);
    std::mt19937 random(3);
    for (const std::size_t which : {1u, 5u, 6u, 8u, 12u, 15u})
        for (const bool by_position : {true, false})
            for (const Metric& metric : {Metric(logit(3)), kl_divergence().at(tokens(2, 5))}) {
                const Grid grid = grids(m)[which].second;
                CAPTURE(which);
                CAPTURE(by_position);
                CAPTURE(metric.name);
                const SweepTask task(patching, grid, metric);
                const StagedTask staged{task, task.reads.of_read_ids(), {}, layers, by_position};
                RecordedGroup group{0, p.corrupted, record_run(*m, staged, p.corrupted, KeptOfRun::residual), {}, {}};
                StagedRun clean = record_run(*m, staged, p.clean, KeptOfRun::nothing);
                if (task.needs_clean()) group.clean_logits = clean.logits;
                group.sources = activations_of(std::move(clean.sites));
                const SweepResult plain = sweep(m, patching, grid, metric, with(Optimisations::none()));

                SweepResult nothing = empty_result(task);
                const SweepOptions options;
                const Ledger ledger(nothing, options);
                std::vector<PlannedCell> cells =
                    SweepPlanner(task, options, ledger).of_group(staged, group, 1 << 30).to_run;
                SweepBatch batch(*m, staged, group);
                for (int round = 0; round < 3 && !cells.empty(); ++round) {
                    std::vector<PlannedCell> some;
                    for (const PlannedCell& cell : cells)
                        if (round == 0 || random() % 3 == 0) some.push_back(cell);
                    if (some.empty()) continue;
                    const at::Tensor values = batch.run(some);
                    REQUIRE(values.numel() == static_cast<Index>(some.size()));
                    for (std::size_t i = 0; i < some.size(); ++i)
                        CHECK(values[static_cast<Index>(i)].item<double>() ==
                              doctest::Approx(plain.values.flatten()[some[i].what.index].item<double>()).epsilon(1e-9));
                }
            }
}

TEST_CASE("a write goes to the positions that pass, all or only the kept ones, and refuses any other number of them") {
    PatchWrite write;
    write.computed = {3, {1, 2}, {at::ones({2, 2})}};
    write.kept = {2, {1}, {at::ones({1, 2}).mul(5)}};
    const at::Tensor x = at::zeros({3, 2});
    CHECK(write(x)->equal(at::tensor({0., 0., 1., 1., 1., 1.}).view({3, 2}).to(at::kFloat)));
    CHECK(write(at::zeros({2, 2}))->equal(at::tensor({0., 0., 5., 5.}).view({2, 2}).to(at::kFloat)));
    CHECK(x.equal(at::zeros({3, 2})));
    CHECK(says(message_of<ShapeError>([&] {
                   (void)write(at::zeros({1, 2}));
               }),
               "gave the block 3 positions", "of which it keeps 2", "positions.kept()"));
    write.kept = {2, {}, {}};
    CHECK_FALSE(write(at::zeros({2, 2})).has_value());
}
