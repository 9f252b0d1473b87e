#include "suture/sweep/detail/plan.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

/// The cells that a denoising sweep runs for one prompt that differs from a given position on.
std::vector<PlannedCell> plan(Model& m, const Grid& grid, const Metric& metric, Index differ, bool by_position,
                              Optimisations optimisations = {}) {
    const at::NoGradGuard no_gradients;
    const Pairs p = pairs(1, differ);
    const Patching patching = denoising(p.clean, p.corrupted);
    const SweepTask task(patching, grid, metric);
    const StagedTask staged{task, task.reads.of_read_ids(), optimisations, layers, by_position};
    RecordedGroup group{0, p.corrupted, record_run(*m, staged, p.corrupted, KeptOfRun::residual), {}, {}};
    group.sources = activations_of(record_run(*m, staged, p.clean, KeptOfRun::nothing).sites);
    SweepResult nothing = empty_result(task);
    const SweepOptions options;
    const Ledger ledger(nothing, options);
    const SweepPlan planned = SweepPlanner(task, options, ledger).of_group(staged, group, std::int64_t{1} << 40);
    CHECK(static_cast<Index>(planned.to_run.size() + planned.unchanged.size()) == task.space.size());
    CHECK(planned.left_out == 0);
    return planned.to_run;
}
bool is_at(const PlannedCell& c, Index layer, Index token) {
    return static_cast<Index>(c.what.layer) == layer && c.what.positions.begin == token;
}
}  // namespace

TEST_CASE("a cell starts at the block where it is patched; early starters come first, and the longest of them") {
    Model m = model();
    for (const auto& [captured, grid] : grids(m)) {
        if (!grid.recipes().empty()) continue;
        const std::string& name = captured;  // clang 14 cannot capture a structured binding
        CAPTURE(name);
        std::pair<Index, Index> before;
        for (const PlannedCell& c : plan(m, grid, next_token_loss(), 0, true)) {
            CHECK(c.start == c.stage);
            CHECK((std::pair(c.start, c.first) >= before));
            before = {c.start, c.first};
        }
    }
    Optimisations whole;
    whole.prefix = false;
    for (const PlannedCell& c : plan(m, grids(m)[0].second, logit(1), 0, true, whole)) CHECK(c.start == 0);
}

TEST_CASE(
    "a patch keeps to its own position where no other position of the block reads it: queries, and all after the "
    "attention") {
    Model m = model();
    const auto by_itself = [&](std::size_t grid) {
        return plan(m, grids(m)[grid].second, logit(1), 0, true).front().by_itself;
    };
    for (const std::size_t grid : {0u, 5u, 7u, 8u, 9u, 11u, 13u, 14u}) CHECK(by_itself(grid));
    for (const std::size_t grid : {2u, 3u, 6u, 15u}) CHECK_FALSE(by_itself(grid));
    for (const PlannedCell& c : plan(m, grids(m)[1].second, logit(1), 0, true))
        CHECK(c.by_itself == (c.what.part == 0));
    for (const PlannedCell& c : plan(m, grids(m)[0].second, logit(1), 0, false)) CHECK_FALSE(c.by_itself);
}

TEST_CASE("cells that cannot change what is read are not planned") {
    Model m = model();
    constexpr Index differ = 2;
    // Queries: from the first difference on, in the last layer at the position that is read.
    for (const Index read : {5, 4, 3}) {
        const auto cells = plan(m, grids(m)[0].second, Metric(logit(1)).at(token(read)), differ, true);
        CHECK(static_cast<Index>(cells.size()) == (layers - 1) * (read - differ + 1) + 1);
        for (const PlannedCell& c : cells) {
            CHECK(c.what.positions.begin >= differ);
            CHECK(c.end <= read + 1);
            CHECK((static_cast<Index>(c.what.layer) < layers - 1 || c.what.positions.begin == read));
        }
    }
    // Keys of the last layer reach later positions.
    const auto keys = plan(m, grids(m)[3].second, logit(1), differ, true);
    CHECK(std::any_of(keys.begin(), keys.end(), [](const PlannedCell& c) { return is_at(c, layers - 1, 3); }));
    // By whole prompts it is unknown who reads which position: only the differences count.
    CHECK(static_cast<Index>(plan(m, grids(m)[0].second, logit(1), differ, false).size()) ==
          layers * (length - differ));
    // Without the optimisation, every cell that causality allows is planned.
    Optimisations all;
    all.skip_unchanged = false;
    CHECK(static_cast<Index>(plan(m, grids(m)[0].second, logit(1), differ, false, all).size()) == layers * length);
    CHECK(static_cast<Index>(plan(m, grids(m)[0].second, logit(1), differ, true, all).size()) ==
          (layers - 1) * length + 1);
}

TEST_CASE("a patch of all positions covers those from the first that changes to the last") {
    Model m = model();
    for (const PlannedCell& c : plan(m, grids(m)[5].second, next_token_loss(), 2, true)) {
        CHECK(c.first == 2);
        CHECK(c.end == length - 1);
    }
    for (const PlannedCell& c : plan(m, grids(m)[15].second, logit(1), 2, true)) {
        CHECK(c.edited.size(0) == c.end - c.first);
        CHECK(c.first == static_cast<Index>(c.what.recipe));
    }
}

namespace {
/// A planner of whole passes over two prompts of four cells: layers 0 and 1, positions 0 and 1.
struct Planned {
    Model m = model();
    Patching patching = zero_ablation(pairs(2, 0).clean);
    SweepTask task{
        patching,
        Grid::of<Q>(std::vector{site_ref(m->blocks[0]->attn->qkv), site_ref(m->blocks[1]->attn->qkv)}).at(tokens(0, 2)),
        logit(1)};
    SweepResult result = empty_result(task);
    SweepOptions options;
    Ledger ledger{result, options};
    SweepPlanner planner{task, options, ledger};
};
std::vector<Index> indices_of(const std::vector<PlannedCell>& planned) {
    std::vector<Index> indices;
    for (const PlannedCell& cell : planned) indices.push_back(cell.what.index);
    return indices;
}
std::vector<PlannedCell> cells(const std::vector<Index>& indices) {
    std::vector<PlannedCell> all(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) all[i].what.index = indices[i];
    return all;
}
at::Tensor flags(const std::vector<Index>& set) {
    at::Tensor all = at::zeros({8}, at::kBool);
    for (const Index i : set) all[i].fill_(true);
    return all;
}
}  // namespace

TEST_CASE("whole passes run every cell, place by place, and the prompts of each place together") {
    const Planned p;
    CHECK((indices_of(p.planner.of_places(0, 2).to_run) == std::vector<Index>{0, 4, 1, 5, 2, 6, 3, 7}));
    CHECK((indices_of(p.planner.of_places(1, 1).to_run) == std::vector<Index>{4, 5, 6, 7}));
    CHECK(p.planner.of_places(0, 2).unchanged.empty());
}

TEST_CASE("with a share, cells that were not chosen are left out unless they are known") {
    Planned p;
    p.planner.choose(flags({1, 6}));
    const SweepPlan share = p.planner.of_places(0, 2);
    CHECK((indices_of(share.to_run) == std::vector<Index>{1, 6}));
    CHECK(share.left_out == 6);
    p.ledger.add({{3, 0.5}});
    const SweepPlan resumed = p.planner.of_places(0, 2);
    CHECK((indices_of(resumed.to_run) == std::vector<Index>{1, 6, 3}));
    CHECK(resumed.left_out == 5);
    CHECK_FALSE(p.planner.claims(cells({3})));
}

TEST_CASE("a batch runs if some of its cells are unknown, and its number decides in which process") {
    Planned p;
    std::vector<std::size_t> asked;
    p.options.claim = [&asked](std::size_t batch) {
        asked.push_back(batch);
        return batch % 2 == 0;
    };
    const auto first = cells({0, 1}), second = cells({2}), third = cells({1, 3});
    CHECK(p.planner.claims(first));
    p.ledger.add({{0, 1}, {1, 2}});
    CHECK_FALSE(p.planner.claims(second));
    CHECK(p.planner.claims(third));
    // A known batch is not claimed but has a number: other processes count it too.
    CHECK_FALSE(p.planner.claims(first));
    CHECK(p.planner.claims(second));
    CHECK((asked == std::vector<std::size_t>{0, 1, 2, 4}));
}

TEST_CASE("cells in a journal are neither run again nor dropped from a share") {
    const files::Folder folder;
    {
        SweepJournal journal(folder / "j");
        journal.begin("a");
        journal.add({{1, 10}, {6, 60}});
    }
    Planned p;
    p.options.journal = std::make_shared<SweepJournal>(folder / "j");
    p.ledger.open("a");
    p.planner.choose(flags({}));
    const SweepPlan plan = p.planner.of_places(0, 2);
    CHECK((indices_of(plan.to_run) == std::vector<Index>{1, 6}));
    CHECK_FALSE(p.planner.claims(plan.to_run));
}

TEST_CASE(
    "a share has the largest estimated effects and at least one cell, and an estimate without any effect is refused") {
    Planned p;
    SweepResult estimate = empty_result(p.task);
    estimate.baseline.fill_(1);
    estimate.values = at::tensor({1.0, 3.0, 1.5, 1.0, -2.0, 1.0, 1.1, 1.0}, at::kDouble).view({2, 2, 2});
    CHECK(most_effective(estimate, 0.25).equal(flags({1, 4})));
    CHECK(most_effective(estimate, 1e-9).equal(flags({4})));
    CHECK(most_effective(estimate, 0.375).equal(flags({1, 2, 4})));
    estimate.values.fill_(1);
    CHECK(says(message_of<ValueError>([&] { (void)most_effective(estimate, 0.5); }), "expects no effect anywhere",
               "the gradient of 'logit'", "or the share 1"));
}

TEST_CASE("recipes whose results exceed the memory are refused before any cell runs") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Pairs p = pairs(1, 0);
    const Patching patching = editing(p.clean);
    const SweepTask task(patching, grids(m)[15].second, logit(1));
    const StagedTask staged{task, task.reads, {}, layers, true};
    const RecordedGroup group{0, p.clean, record_run(*m, staged, p.clean, KeptOfRun::residual), {}, {}};
    SweepResult result = empty_result(task);
    const SweepOptions options;
    const Ledger ledger(result, options);
    const SweepPlanner planner(task, options, ledger);
    CHECK_FALSE(planner.of_group(staged, group, 1 << 30).to_run.empty());
    CHECK(says(message_of<MemoryError>([&] { (void)planner.of_group(staged, group, 1000); }),
               "the activations that the recipes make for 1 prompts do not fit"));
}
