// Sweeping by the forward alone: every cell is a forward pass with its patch, written by hand here.
#include "suture/sweep/detail/plain.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <algorithm>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

SweepResult swept(Model& m, const Patching& patching, const Grid& grid, const Metric& metric,
                  const SweepOptions& options = {}) {
    const at::NoGradGuard no_gradients;
    const SweepTask task(patching, grid, metric);
    SweepResult result = empty_result(task);
    Ledger ledger(result, options);
    SweepPlanner planner(task, options, ledger);
    WholePasses<Model> passes(m);
    PlainSweep(passes, task, options, planner, ledger, result).run();
    return result;
}
}  // namespace

TEST_CASE("a cell is the metric of a run in which its activation alone was replaced by hand") {
    const at::NoGradGuard no_gradients;
    Model m = model();
    const Pairs p = pairs(2, 1);
    const SweepResult result =
        swept(m, denoising(p.clean, p.corrupted), Grid::of<Q>(sites<Qkv>(m, "h.*.attn.c_attn")), logit(4));
    CHECK(result.method == SweepMethod::forward_passes);
    CHECK(result.is_complete());
    CHECK(result.ran.all().item<bool>());
    for (Index layer = 0; layer < layers; ++layer) {
        const SiteRef<AnyLayout> site(site_ref(m->blocks[static_cast<std::size_t>(layer)]->attn->qkv).site());
        at::Tensor clean;
        HookSet hooks;
        hooks.add(site, [&](const at::Tensor& t) { clean = t.clone(); });
        (void)run_with_hooks(m, hooks, p.clean);
        for (Index t = 0; t < length; ++t) {
            HookSet patches;
            const auto patch = patches.add(site, [&](const at::Tensor& activation) {
                at::Tensor copy = activation.clone();
                copy.narrow(1, t, 1).narrow(2, 0, 48).copy_(clean.narrow(1, t, 1).narrow(2, 0, 48));
                return copy;
            });
            const at::Tensor logits = run_with_hooks(m, patches, p.corrupted).select(1, length - 1).select(1, 4);
            CHECK(distance(result.values.select(1, layer).select(1, t), logits) < 1e-12);
        }
    }
    CHECK(distance(result.source, m->forward(p.clean).select(1, length - 1).select(1, 4)) < 1e-12);
    CHECK(distance(result.baseline, m->forward(p.corrupted).select(1, length - 1).select(1, 4)) < 1e-12);
}

TEST_CASE(
    "prompts run together as far as the memory allows, with the same numbers, and one that does not fit is refused") {
    Model m = model();
    const Pairs p = pairs(4, 0);
    const Grid grid = grids(m)[6].second;
    const SweepResult together = swept(m, zero_ablation(p.clean), grid, loss(2));
    for (const std::size_t kilobytes : {200u, 400u, 800u}) {
        SweepOptions options;
        options.memory = kilobytes << 10;
        check_same(swept(m, zero_ablation(p.clean), grid, loss(2), options), together, 1e-12);
    }
    SweepOptions tiny;
    tiny.memory = 100;
    CHECK(says(message_of<MemoryError>([&] { (void)swept(m, zero_ablation(p.clean), grid, loss(2), tiny); }),
               "a forward pass of the sweep needs", "allow more with the option 'memory'"));
}
