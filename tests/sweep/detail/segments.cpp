// Segments: positions of runs, where they lie in what is recorded, and causal attention over them against a loop.
#include "suture/sweep/detail/segments.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <vector>

namespace {
using namespace suture;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

const Segments some{{1, 2, 4}, {0, 0, 3}, {1, 3, 4}};
constexpr Index length = 4, heads = 2, key_heads = 1, width = 3;
constexpr double scale = 0.5;

/// What position `at` of a run attends to, by the definition: queries [heads, width] of the position, keys and values
/// [length, key heads, width] of the run.
at::Tensor attended(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Index at) {
    std::vector<at::Tensor> mixed;
    for (Index h = 0; h < heads; ++h) {
        const at::Tensor keys = k.narrow(0, 0, at + 1).select(1, h * key_heads / heads);
        const at::Tensor values = v.narrow(0, 0, at + 1).select(1, h * key_heads / heads);
        mixed.push_back(keys.matmul(q[h]).mul(scale).softmax(0).matmul(values));
    }
    return at::stack(mixed);
}
}  // namespace

TEST_CASE("segments count their positions, in order") {
    CHECK(positions_in(some) == 6);
    CHECK(positions_in({}) == 0);
    CHECK(for_positions(some, at::kCPU, [](std::size_t segment, Index position) {
              return 10 * static_cast<Index>(segment) + position;
          }).equal(at::tensor({2, 3, 10, 11, 12, 23}, at::kLong)));
    CHECK(prompts_of(some, at::kCPU).equal(at::tensor({1, 0, 1}, at::kLong)));
}

TEST_CASE("recorded tensors of prompts are read at the positions of segments") {
    const at::Tensor recorded = at::arange(16).view({2, 4, 2});
    CHECK(recorded_at(recorded, some)
              .equal(at::cat({recorded[1].narrow(0, 2, 2), recorded[0].narrow(0, 0, 3), recorded[1].narrow(0, 3, 1)})));
}

TEST_CASE("positions attend to earlier ones of their own run, which are recorded unless they are computed") {
    const at::Tensor q = at::randn({2, length, heads, width}, at::kDouble),
                     k = at::randn({2, length, key_heads, width}, at::kDouble), v = at::randn_like(k);
    WholeRuns whole(2, length, at::kCPU);
    CHECK_FALSE(whole.attended());
    const at::Tensor all = whole.attend(q.flatten(0, 1), k.flatten(0, 1), v.flatten(0, 1), scale);
    CHECK(whole.attended());
    CHECK(whole.attended_channels() == heads * width);
    CHECK(whole.keys().equal(k));
    CHECK(whole.values().equal(v));
    for (Index run = 0; run < 2; ++run)
        for (Index i = 0; i < length; ++i)
            CHECK(all[run * length + i].sub(attended(q[run][i], k[run], v[run], i)).abs().max().item<double>() < 1e-12);

    // Computed positions get other keys and values; the others keep the recorded ones.
    const at::Tensor new_q = at::randn({6, heads, width}, at::kDouble),
                     new_k = at::randn({6, key_heads, width}, at::kDouble), new_v = at::randn_like(new_k);
    const Segments kept{{1, 3, 4}, {0, 0, 3}, {1, 3, 4}};
    RunSegments segments(some, kept, k, v);
    const at::Tensor mixed = segments.attend(new_q, new_k, new_v, scale);
    REQUIRE(mixed.size(0) == positions_in(kept));
    CHECK(segments.kept(new_q).equal(new_q.index_select(0, at::tensor({1, 2, 3, 4, 5}))));
    CHECK(segments.indices().equal(at::tensor({2, 3, 0, 1, 2, 3}, at::kLong)));
    Index row = 0, own = 0;
    for (std::size_t s = 0; s < some.size(); own += some[s++].size()) {
        const Segment& segment = some[s];
        at::Tensor keys = k[segment.prompt].clone(), values = v[segment.prompt].clone();
        keys.narrow(0, segment.first, segment.size()).copy_(new_k.narrow(0, own, segment.size()));
        values.narrow(0, segment.first, segment.size()).copy_(new_v.narrow(0, own, segment.size()));
        for (Index i = kept[s].first; i < kept[s].end; ++i, ++row) {
            const at::Tensor query = new_q[own + i - segment.first];
            CHECK(mixed[row].sub(attended(query, keys, values, i)).abs().max().item<double>() < 1e-12);
        }
    }
}

TEST_CASE("only one attention of a block can be recorded") {
    const at::Tensor q = at::randn({4, 1, 2});
    WholeRuns whole(1, 4, at::kCPU);
    (void)whole.attend(q, q, q, 1);
    CHECK(says(message_of<HookError>([&] { (void)whole.attend(q, q, q, 1); }), "a block called attend() twice"));
    RunSegments segments({{0, 0, 4}}, {{0, 0, 4}}, at::randn({1, 4, 1, 2}), at::randn({1, 4, 1, 2}));
    (void)segments.attend(q, q, q, 1);
    CHECK(says(message_of<HookError>([&] { (void)segments.attend(q, q, q, 1); }), "a block called attend() twice"));
}
