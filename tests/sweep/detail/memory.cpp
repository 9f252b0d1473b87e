// The memory of a sweep: its sums against tensors of known sizes, and what follows from a limit.
#include "suture/sweep/detail/memory.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace {
using namespace sweeping;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

/// A recorded group of a denoising sweep, and cells for it.
struct Recorded {
    Model m = model();
    Pairs p = pairs(2, 0);
    Patching patching = denoising(p.clean, p.corrupted);
    SweepTask task{patching, grids(m)[0].second, logit(1)};
    StagedTask staged{task, task.reads, {}, layers, true};
    RecordedGroup group{0, p.corrupted, record_run(*m, staged, p.corrupted, KeptOfRun::residual), {}, {}};
    std::vector<PlannedCell> cells = std::vector<PlannedCell>(10);

    std::size_t at_once(std::size_t bytes, Index batch = 1000, bool together = true) const {
        SweepOptions options;
        options.memory = bytes;
        options.batch = batch;
        options.optimisations.batch = together;
        return GroupMemory(staged, options, group, cells).cells_at_once(cells);
    }
};
}  // namespace

TEST_CASE("a record takes the bytes of its tensors, and undefined tensors take none") {
    CHECK(bytes_of(at::Tensor()) == 0);
    StagedRun run;
    run.logits = at::zeros({2, 3}, at::kDouble);
    run.residual = {at::zeros({4}), at::zeros({5}, at::kBool)};
    run.keys = {at::zeros({1})}, run.values = {at::zeros({1})};
    run.sites.resize(2);
    run.sites[1].activation = at::zeros({7}, at::kHalf);
    CHECK(bytes_of(run) == 48 + 16 + 5 + 4 + 4 + 14);
    RecordedGroup group;
    group.base = run;
    group.sources = {at::zeros({10})};
    CHECK(bytes_of(group) == bytes_of(run) + 40);
    group.clean_logits = at::zeros({1}, at::kDouble);
    CHECK(bytes_of(group) == bytes_of(run) + 48);
    std::vector<PlannedCell> cells(3);
    cells[1].edited = at::zeros({2, 2});
    CHECK(bytes_of(cells) == 16);
}

TEST_CASE("a metric's copies have at least 32 bits, and more if the model's logits have more") {
    CHECK(bytes_of_metric(at::zeros({10}, at::kHalf)) == bytes_of_metric(at::zeros({10})));
    CHECK(bytes_of_metric(at::zeros({10}, at::kDouble)) == 2 * bytes_of_metric(at::zeros({10})));
}

TEST_CASE("an unbounded limit does not overflow in sums") {
    SweepOptions options;
    options.memory = std::numeric_limits<std::size_t>::max();
    CHECK(allowed_bytes(options) == std::int64_t{1} << 62);
    options.memory = 5;
    CHECK(allowed_bytes(options) == 5);
}

TEST_CASE(
    "plain passes run as many prompts as fit, one at a time without the optimisation, and none that does not fit") {
    const Recorded r;
    const at::Tensor logits = at::zeros({1, length, vocabulary});
    const std::int64_t one = 2 * 1000 + bytes_of_metric(logits);
    SweepOptions options;
    options.memory = static_cast<std::size_t>(one);
    CHECK(prompts_in_a_pass(r.task, options, 1000, logits) == 1);
    options.memory = static_cast<std::size_t>(10 * one);
    CHECK(prompts_in_a_pass(r.task, options, 1000, logits) == 2);  // all that there are
    options.optimisations.batch = false;
    CHECK(prompts_in_a_pass(r.task, options, 1000, logits) == 1);
    options.memory = static_cast<std::size_t>(one - 1);
    CHECK(says(message_of<MemoryError>([&] { (void)prompts_in_a_pass(r.task, options, 1000, logits); }),
               "needs " + std::to_string(one) + " bytes but may hold " + std::to_string(one - 1)));
}

TEST_CASE("a group has as many prompts as fit into half of the memory, and at least one") {
    const at::NoGradGuard no_gradients;
    const Recorded r;
    SweepOptions options;
    CHECK(prompts_in_a_group(r.task, options, r.group.base) == 2);
    options.memory = 1;
    CHECK(prompts_in_a_group(r.task, options, r.group.base) == 1);
}

TEST_CASE("more memory lets more cells run together, up to the batch size, and the longest cell decides") {
    const at::NoGradGuard no_gradients;
    Recorded r;
    std::size_t before = 0;
    for (const std::size_t kilobytes : {300u, 400u, 500u, 800u, 4000u}) {
        std::size_t now = 0;
        try {
            now = r.at_once(kilobytes << 10);
        } catch (const MemoryError&) {}
        CHECK(now >= before);
        before = now;
    }
    CHECK(before == 10);
    CHECK(r.at_once(std::size_t{1} << 40, 3) == 3);
    CHECK(r.at_once(std::size_t{1} << 40, 3, false) == 1);
    CHECK(says(message_of<MemoryError>([&] { (void)r.at_once(1000); }), "a cell of the sweep needs", "of 2 prompts",
               "allow more with the option 'memory'"));
    const auto most_of = [&](Index first) {
        for (PlannedCell& cell : r.cells) cell.first = first;
        std::size_t bytes = 1 << 10;
        for (;; bytes += 1 << 10) try {
                if (r.at_once(bytes) == 10) return bytes;
            } catch (const MemoryError&) {}
    };
    CHECK(most_of(length - 1) < most_of(0));
}
