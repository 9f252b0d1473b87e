// Random draws that are the same on every machine: the standard fixes what std::mt19937_64 gives, but not what its
// distributions make of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace names_task {

/// A source of random draws. Law: the same seed gives the same draws, everywhere.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : engine_(seed) {}

    /// One of 0 ... count - 1, each as often as the others; count is above 0.
    std::size_t below(std::size_t count) {
        const std::uint64_t all = count, uneven = (0 - all) % all;  // 2^64 % count numbers would favour the small ones
        for (;;)
            if (const std::uint64_t number = engine_(); number >= uneven) return static_cast<std::size_t>(number % all);
    }

    /// One of the elements of a range that is not empty.
    template <class Range>
    const auto& from(const Range& range) {
        return range[below(range.size())];
    }

    /// Puts the elements into a random order (Fisher and Yates).
    template <class Range>
    void shuffle(Range& range) {
        for (std::size_t left = range.size(); left > 1; --left) std::swap(range[left - 1], range[below(left)]);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace names_task
