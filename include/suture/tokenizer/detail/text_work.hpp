// What encoding or decoding one text may take. Files come from others: an expression can try a text in more ways than there are
// seconds, and ten steps that each double a text make a thousand of it.
#pragma once

#include "suture/tensor/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace suture::detail {

/// Counts for a text as a whole, so that neither one slow place nor many places that are a little slow take long.
class TextWork {
public:
    /// @param bytes the size of the text
    explicit TextWork(std::size_t bytes) : bytes_(bytes), most_steps_(400'000'000 + std::uint64_t{300} * bytes) {}

    /// Steps of matching: one for each character that a match moves over, and `branch` for each place where it may go on in
    /// another way. Published tokenizers take up to 40 for a byte; 400 million take some 0.7 s.
    static constexpr std::uint64_t branch = 16;
    /// False if that is too much.
    bool add_steps(std::uint64_t steps) {
        steps_ += steps;
        return steps_ <= most_steps_;
    }
    std::uint64_t steps() const { return steps_; }
    std::uint64_t most_steps() const { return most_steps_; }

    /// @throws ValueError if a step made more than 256 bytes of each byte, and a MiB
    void check_bytes(std::size_t bytes, const char* part) const {
        if (bytes <= most_bytes()) return;
        throw ValueError(std::string(part) + " makes " + std::to_string(bytes) + " bytes of a text of " +
                         std::to_string(bytes_) + ", and at most " + std::to_string(most_bytes()) +
                         " are made: remove the steps that lengthen it, or give a shorter text");
    }
    std::size_t most_bytes() const { return (std::size_t{1} << 20) + 256 * bytes_; }

private:
    std::size_t bytes_;
    std::uint64_t most_steps_, steps_ = 0;
};

}  // namespace suture::detail
