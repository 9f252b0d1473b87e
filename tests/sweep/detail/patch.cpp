// Where patches lie and what they can change.
#include "suture/sweep/detail/patch.hpp"

#include "doctest.hpp"
#include "sweep/fixture.hpp"

#include <memory>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;

/// One prompt that differs from position 2 on, as a sweep records it.
struct Located {
    Model m;
    Patching patching;
    SweepTask task;
    StagedTask staged;
    RecordedGroup group;

    Located(Model of, const Grid& grid, const Metric& metric, bool by_position, Optimisations optimisations = {})
        : m(of),
          patching(denoising(pairs(1, 2).clean, pairs(1, 2).corrupted)),
          task(patching, grid, metric),
          staged{task, task.reads.of_read_ids(), optimisations, layers, by_position},
          group{0, patching.base(), record_run(*m, staged, patching.base(), KeptOfRun::residual), {}, {}} {
        group.sources = activations_of(record_run(*m, staged, patching.source(), KeptOfRun::nothing).sites);
    }
    std::vector<PlannedCell> all() const {
        PatchLocator locator(staged, group);
        std::vector<PlannedCell> cells;
        for (Index i = 0; i < task.space.size(); ++i) cells.push_back(locator.locate(task.space.at(i)));
        return cells;
    }
    bool has_effect(const PlannedCell& cell) const { return PatchLocator(staged, group).has_effect(cell); }
};
}  // namespace

TEST_CASE("a patch is located in its block, and where the prompts are equal it changes no position") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Located located(m, grids(m)[0].second, logit(1), true);
    for (const PlannedCell& cell : located.all()) {
        CHECK(cell.stage == static_cast<Index>(cell.what.layer));
        CHECK(cell.start == cell.stage);
        CHECK(located.task.sites.sites()[cell.site].name() == "h." + std::to_string(cell.stage) + ".attn.c_attn");
        const Index position = cell.what.positions.begin;
        CHECK((cell.first < cell.end) == (position >= 2));
        if (position >= 2) CHECK(cell.first == position);
        CHECK(located.has_effect(cell) == (position >= 2 && (cell.stage < layers - 1 || position == length - 1)));
    }
}

TEST_CASE("only early positions can change a metric that is read early") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Located located(m, grids(m)[6].second, logit(1).at(token(3)), true);
    CHECK(located.staged.end_of_positions() == 4);
    for (const PlannedCell& cell : located.all())
        CHECK(located.has_effect(cell) == (cell.what.positions.begin == 2 || cell.what.positions.begin == 3));
}

TEST_CASE("without skip_unchanged a patch covers all of its positions, and by whole prompts it never stands alone") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    Optimisations all;
    all.skip_unchanged = false;
    const Located located(m, grids(m)[5].second, next_token_loss(), false, all);
    CHECK(located.staged.end_of_positions() == length);
    for (const PlannedCell& cell : located.all()) {
        CHECK(cell.first == 0);
        CHECK(cell.end == length);
        CHECK_FALSE(cell.by_itself);
    }
}
