// Random draws that are the same on every machine: the standard specifies the output of std::mt19937_64, but not that
// of its distributions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace names {

/// A source of random draws. Law: the same seed gives the same draws on every machine.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : engine_(seed) {}

    /// One of 0 ... count - 1, all equally likely. @pre count > 0
    std::size_t below(std::size_t count) {
        const std::uint64_t all = count, uneven = (0 - all) % all;  // 2^64 % count numbers would favour small results
        for (;;)
            if (const std::uint64_t number = engine_(); number >= uneven) return static_cast<std::size_t>(number % all);
    }

    /// One of the elements of a range. @pre the range is not empty
    template <class Range>
    const auto& from(const Range& range) {
        return range[below(range.size())];
    }

    /// Shuffles the elements (Fisher and Yates).
    template <class Range>
    void shuffle(Range& range) {
        for (std::size_t left = range.size(); left > 1; --left) std::swap(range[left - 1], range[below(left)]);
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace names
