#include "suture/sweep/detail/records.hpp"

#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "sweep/fixture.hpp"

#include <map>
#include <string>

namespace {
using namespace sweeping;
using suture::detail::KeptOfRun;
using suture::detail::record_run;
using suture::detail::StagedRun;
using suture::detail::StagedTask;
using suture::detail::SweepSites;
using suture::detail::SweepTask;

/// A grid with every kind of site, one after the other.
Grid all_sites(const Model& m) {
    const auto is_joinable = [](const Grid& grid) {
        return grid.layers() == static_cast<std::size_t>(layers) && grid.recipes().empty() && !grid.has_heads() &&
               grid.has_positions() && grid.positions() == Position<Axis::token>();
    };
    Grid all = Grid::of<Z>(sites<Z<48, 3>>(m, "h.*.attn.z"));
    for (const auto& [name, grid] : grids(m))
        if (is_joinable(grid)) all = all.with(grid);
    return all;
}
}  // namespace

TEST_CASE("a run in stages, by position or by whole prompts, records the same as a forward pass") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Pairs p = pairs(2, 2);
    const Patching patching = denoising(p.clean, p.corrupted);
    const SweepSites sites(all_sites(m));
    const Metric all_logits = metric_of([](const at::Tensor& logits) { return logits.sum({1, 2}); });
    Latest<AnyLayout> seen;
    HookSet hooks;
    hooks.add(sites.sites(), seen);
    const at::Tensor logits = run_with_hooks(m, hooks, p.clean);
    const SweepTask task(patching, all_sites(m), all_logits);
    for (const bool by_position : {true, false}) {
        const StagedTask staged{task, task.reads, {}, layers, by_position};
        const StagedRun run = record_run(*m, staged, p.clean, KeptOfRun::residual);
        CHECK(distance(run.logits, logits) < 1e-12);
        REQUIRE(run.residual.size() == static_cast<std::size_t>(layers) + 1);
        CHECK(run.keys.size() == (by_position ? static_cast<std::size_t>(layers) : 0));
        for (std::size_t i = 0; i < sites.size(); ++i) {
            CAPTURE(sites.sites()[i].name());
            CHECK(distance(run.sites[i].activation, seen[i]) < 1e-12);
            CHECK(run.sites[i].times == 1);
        }
    }
}

TEST_CASE("a record says in which block a site is passed, and whether that is after the attention") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Pairs p = pairs(1, 2);
    const std::map<std::string, bool> after{
        {"resid_pre", false}, {"ln_1", false}, {"attn.c_attn", false}, {"attn.z", true},     {"attn.c_proj", true},
        {"resid_mid", true},  {"ln_2", true},  {"mlp.act", true},      {"mlp.c_proj", true}, {"resid_post", true}};
    const Patching patching = zero_ablation(p.clean);
    const SweepTask task(patching, all_sites(m), logit(1)), last(patching, Grid::of<Norm>(m->final_norm), logit(1));
    const SweepSites& sites = task.sites;
    const auto recorded = [&](const SweepTask& of) {
        return record_run(*m, StagedTask{of, of.reads.of_read_ids(), {}, layers, true}, p.clean, KeptOfRun::nothing);
    };
    const StagedRun run = recorded(task);
    for (std::size_t i = 0; i < sites.size(); ++i) {
        const std::string& name = sites.sites()[i].name();
        CAPTURE(name);
        CHECK(run.sites[i].stage == name[2] - '0');
        CHECK(run.sites[i].after_attention == after.at(name.substr(4)));
    }
    CHECK(recorded(last).sites[0].stage == layers);
}

TEST_CASE("runs of the same tokens agree bit for bit, which exact zeros rely on") {
    const at::NoGradGuard no_gradients;
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
        Model m = model(dtype);
        constexpr Index differ = 3;
        const Pairs p = pairs(4, differ);
        const Patching patching = denoising(p.clean, p.corrupted);
        const SweepTask task(patching, all_sites(m), logit(1));
        const StagedTask staged{task, task.reads.of_read_ids(), {}, layers, true};
        const StagedRun a = record_run(*m, staged, p.clean, KeptOfRun::nothing);
        const StagedRun b = record_run(*m, staged, p.corrupted, KeptOfRun::nothing);
        for (std::size_t i = 0; i < task.sites.size(); ++i) {
            CHECK(a.sites[i].activation.narrow(1, 0, differ).equal(b.sites[i].activation.narrow(1, 0, differ)));
            CHECK_FALSE(a.sites[i].activation.equal(b.sites[i].activation));
        }
    }
}
