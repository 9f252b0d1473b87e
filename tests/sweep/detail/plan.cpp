#include "suture/sweep/detail/plan.hpp"

#include "doctest.hpp"
#include "sweep/fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;

/// A planner of a denoising sweep of one prompt that differs from a token on, and what it plans.
std::vector<PlannedCell> plan(Model& m, const Grid& grid, const Metric& metric, Index differ, bool by_rows,
                              Optimisations optimisations = {}) {
    const at::NoGradGuard no_gradients;
    const Pairs p = pairs(1, differ);
    const Patching patching = denoising(p.clean, p.corrupted);
    const CellSpace space(grid, 1, length);
    const SweepSites sites(grid);
    const LogitReads reads(metric, patching, true);
    RecordedGroup group{
        0, p.corrupted, record_run(*m, p.corrupted, sites, reads, by_rows, kept_of_run::residual), {}, {}};
    for (SitePass& site : record_run(*m, p.clean, sites, reads, by_rows, kept_of_run::nothing).sites)
        group.sources.push_back(site.activation);
    return SweepPlanner(space, sites, reads, optimisations, layers, by_rows).cells_of(group, std::int64_t{1} << 40);
}
bool is_at(const PlannedCell& c, Index layer, Index token) {
    return static_cast<Index>(c.what.layer) == layer && c.what.tokens.begin == token;
}
}  // namespace

TEST_CASE("a cell begins at the block where it is patched, those that begin early first, and the longest of these") {
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

TEST_CASE("a patch is its own row where no other row of the block reads it: queries, and all behind the attention") {
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
            CHECK(c.what.tokens.begin >= differ);
            CHECK(c.end <= read + 1);
            CHECK((static_cast<Index>(c.what.layer) < layers - 1 || c.what.tokens.begin == read));
        }
    }
    // Keys of the last layer reach later rows.
    const auto keys = plan(m, grids(m)[3].second, logit(1), differ, true);
    CHECK(std::any_of(keys.begin(), keys.end(), [](const PlannedCell& c) { return is_at(c, layers - 1, 3); }));
    // By whole prompts nothing is known of who reads what: the differences alone count.
    CHECK(static_cast<Index>(plan(m, grids(m)[0].second, logit(1), differ, false).size()) ==
          layers * (length - differ));
    // Without the saving all are planned that causality leaves.
    Optimisations all;
    all.skip_unchanged = false;
    CHECK(static_cast<Index>(plan(m, grids(m)[0].second, logit(1), differ, false, all).size()) == layers * length);
    CHECK(static_cast<Index>(plan(m, grids(m)[0].second, logit(1), differ, true, all).size()) ==
          (layers - 1) * length + 1);
}

TEST_CASE("a patch of all tokens has the rows between the first that changes and the last") {
    Model m = model();
    for (const PlannedCell& c : plan(m, grids(m)[5].second, next_token_loss(), 2, true)) {
        CHECK(c.first == 2);
        CHECK(c.end == length - 1);
    }
    for (const PlannedCell& c : plan(m, grids(m)[15].second, logit(1), 2, true)) {
        CHECK(c.rows.size(0) == c.end - c.first);
        CHECK(c.first == static_cast<Index>(c.what.recipe));
    }
}
