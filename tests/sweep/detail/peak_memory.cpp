// Peak memory: what tensors take at most, in bytes that can be counted by hand.
#include "suture/sweep/detail/peak_memory.hpp"

#include "doctest.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <torch/csrc/autograd/profiler_legacy.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <thread>

namespace {
using suture::detail::PeakMemory;

constexpr std::int64_t kibi = 1024;
at::Tensor bytes(std::int64_t count) { return at::empty({count}, at::kByte); }
}  // namespace

TEST_CASE("tensors held at the same time add up, and freed ones make room") {
    const PeakMemory peak;
    CHECK(peak.bytes() == 0);
    {
        const at::Tensor a = bytes(64 * kibi), b = bytes(32 * kibi);
        CHECK(peak.bytes() == 96 * kibi);
    }
    CHECK(peak.bytes() == 96 * kibi);
    const at::Tensor c = bytes(80 * kibi);
    CHECK(peak.bytes() == 96 * kibi);
    const at::Tensor d = bytes(80 * kibi);
    CHECK(peak.bytes() == 160 * kibi);
}

TEST_CASE("views and handles take nothing, and an operation's temporaries count") {
    const at::Tensor a = at::ones({16 * kibi});
    const PeakMemory peak;
    const at::Tensor view = a.view({4, -1}).transpose(0, 1), handle = a;
    CHECK(peak.bytes() == 0);
    CHECK(a.add(1).mul(2).sum().item<float>() == 4 * 16 * kibi);
    CHECK(peak.bytes() >= 2 * 64 * kibi);
    CHECK(peak.bytes() < 3 * 64 * kibi);
}

TEST_CASE("a nested count is part of the outer one, and ends on its own") {
    const PeakMemory outer;
    {
        const PeakMemory inner;
        const at::Tensor a = bytes(64 * kibi);
        CHECK(inner.bytes() == 64 * kibi);
    }
    CHECK(outer.bytes() == 64 * kibi);
    const at::Tensor b = bytes(96 * kibi);
    CHECK(outer.bytes() == 96 * kibi);
}

TEST_CASE("an active profiler continues after the count") {
    std::ostringstream table;
    {
        const torch::autograd::profiler::RecordProfile profile(table);
        (void)at::ones({3}).cos();
        {
            const PeakMemory peak;
            const at::Tensor a = bytes(64 * kibi), b = a.neg();
            CHECK(peak.bytes() == 2 * 64 * kibi);
        }
        (void)at::ones({3}).abs();
    }
    CHECK(table.str().find("aten::cos") != std::string::npos);
    CHECK(table.str().find("aten::abs") != std::string::npos);
}

TEST_CASE("nothing is counted after the end of a count, and tensors of other threads never are") {
    std::int64_t counted = 0;
    {
        const PeakMemory peak;
        std::thread([] { (void)bytes(1 << 20); }).join();
        counted = peak.bytes();
    }
    const at::Tensor later = bytes(1 << 20);
    CHECK(counted == 0);
    CHECK_FALSE(c10::memoryProfilingEnabled());
}
