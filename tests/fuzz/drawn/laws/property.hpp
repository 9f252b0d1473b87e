// In place of tests/laws/property.hpp: the laws' cases drawn from the bytes that libFuzzer gives.
#pragma once

#include "suture/tensor/torch.hpp"

#define DOCTEST_CONFIG_DISABLE
#include "doctest.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#define RC_ASSERT(condition) ((condition) ? void() : ::laws::fail(#condition))
#define RC_ASSERT_THROWS_AS(expression, error) ((void)(expression))
#define RC_LOG() ::laws::unread()

namespace laws {

[[noreturn]] inline void fail(const std::string& what) {
    std::cerr << what << "\n";
    std::abort();
}

/// A stream that nobody reads.
inline std::ostream& unread() {
    static std::ostream nowhere(nullptr);
    return nowhere;
}

/// What is left of the bytes of the case.
struct Bytes {
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
};
inline Bytes& numbers_to_draw() {
    static Bytes bytes;
    return bytes;
}

/// An integer of [low, high), from the next bytes; the lowest once they are used up.
inline std::int64_t draw(std::int64_t low, std::int64_t high) {
    Bytes& bytes = numbers_to_draw();
    const auto range = static_cast<std::uint64_t>(high - low);
    std::uint64_t number = 0;
    for (std::uint64_t most = range - 1; most > 0 && bytes.size > 0; most >>= 8) {
        number = number << 8 | *bytes.data;
        ++bytes.data, --bytes.size;
    }
    return low + static_cast<std::int64_t>(number % range);
}

inline bool once_in(int times) { return draw(0, times) == times - 1; }

template <class T>
T one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(choices.size())))];
}

/// The laws themselves are not run here.
inline void for_all(const std::string&, int, const std::function<void()>&) {}

}  // namespace laws
