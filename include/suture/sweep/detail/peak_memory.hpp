// Peak memory: the most bytes that LibTorch held while something ran, as its allocators report them.
#pragma once

#include "suture/tensor/torch.hpp"

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace suture::detail {

/// The type of the totals that LibTorch reports to a memory profiler: signed before 2.2.
template <class Reporter, class Total>
Total reported_total(void (Reporter::*)(void*, std::int64_t, Total, Total, c10::Device));
using AllocatedTotal = decltype(reported_total(&c10::MemoryReportingInfoBase::reportMemoryUsage));

/// While it lives, counts the bytes that this thread's tensors take beyond those allocated before. Allocations are passed
/// on to an active profiler, but operations are not recorded meanwhile: the profiler would take the counter for its own
/// state.
class PeakMemory {
public:
    PeakMemory()
        : counted_(std::make_shared<Counter>()),
          operations_(!counted_->outer && at::isRecordFunctionEnabled()),
          active_(c10::DebugInfoKind::PROFILER_STATE, counted_) {}

    std::int64_t bytes() const { return counted_->peak; }

private:
    struct Counter final : c10::MemoryReportingInfoBase {
        void reportMemoryUsage(void* at, std::int64_t size, AllocatedTotal allocated, AllocatedTotal reserved,
                               c10::Device device) override {
            held += size;
            peak = std::max(peak, held);
            if (outer && outer->memoryProfilingEnabled())
                outer->reportMemoryUsage(at, size, allocated, reserved, device);
        }
        bool memoryProfilingEnabled() const override { return true; }

        c10::MemoryReportingInfoBase* outer = static_cast<c10::MemoryReportingInfoBase*>(
            c10::ThreadLocalDebugInfo::get(c10::DebugInfoKind::PROFILER_STATE));
        std::int64_t held = 0, peak = 0;
    };
    std::shared_ptr<Counter> counted_;
    at::RecordFunctionGuard operations_;
    c10::DebugInfoGuard active_;
};

}  // namespace suture::detail
