// Memory that runs out when a test wants it to: LibTorch's CPU allocator is replaced while a MemoryRunsOut lives.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <torch/version.h>

#include <atomic>
#include <cstddef>
#include <limits>
#include <new>

namespace suture_test {

/// LibTorch's own allocator, which grants as many allocations as it is told and refuses the others.
class LimitedAllocator final : public c10::Allocator {
public:
    explicit LimitedAllocator(c10::Allocator* memory) : memory_(memory) {}

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
    at::DataPtr allocate(std::size_t bytes) override { return granted(bytes); }
    void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }
#else
    at::DataPtr allocate(std::size_t bytes) const override { return granted(bytes); }
#endif
    at::DeleterFnPtr raw_deleter() const override { return memory_->raw_deleter(); }

private:
    friend class MemoryRunsOut;
    at::DataPtr granted(std::size_t bytes) const {
        if (left_.fetch_sub(1) <= 0) {
            has_refused_ = true;
            throw std::bad_alloc();
        }
        return memory_->allocate(bytes);
    }

    c10::Allocator* memory_;
    mutable std::atomic<long> left_{0};
    mutable std::atomic<bool> has_refused_{false};
};

/// While it lives, `granted` more tensors can be allocated on the CPU, and the next one throws std::bad_alloc.
class MemoryRunsOut {
public:
    explicit MemoryRunsOut(long granted) : before_(c10::GetCPUAllocator()), limited_(before_) {
        limited_.left_ = granted;
        c10::SetCPUAllocator(&limited_, most_important);
    }
    ~MemoryRunsOut() { c10::SetCPUAllocator(before_, most_important); }
    MemoryRunsOut(const MemoryRunsOut&) = delete;
    MemoryRunsOut& operator=(const MemoryRunsOut&) = delete;

    bool has_refused() const { return limited_.has_refused_; }

private:
    static constexpr unsigned char most_important = std::numeric_limits<unsigned char>::max();
    c10::Allocator* before_;
    LimitedAllocator limited_;
};

/// Runs `task` with memory for 0, 1, 2, ... tensors until it has enough. After each failure `check_failed(n)` is called.
/// @return how many allocations were granted in the end
template <class Task, class Check>
long run_out_of_memory(const Task& task, const Check& check_failed) {
    constexpr long most = 10'000;  // a task that always throws would never end
    for (long granted = 0; granted < most; ++granted) {
        bool failed = false;
        {
            const MemoryRunsOut memory(granted);
            try {
                task();
            } catch (...) {
                if (!memory.has_refused()) throw;
                failed = true;
            }
        }
        if (!failed) return granted;
        check_failed(granted);
    }
    return most;
}

}  // namespace suture_test
