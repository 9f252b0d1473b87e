// A connection to c10d's TCPStore, for LibTorch 1.13 and 2.
#pragma once

#include "place.hpp"

#include <c10/util/Exception.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace distributed::detail {
using StorePtr = c10::intrusive_ptr<c10d::Store>;
using Bytes = std::vector<std::uint8_t>;

/// Texts are stored with their final zero, because LibTorch 1.13 takes 0.2 s to send an empty value.
inline Bytes bytes_of(const std::string& text) { return {text.c_str(), text.c_str() + text.size() + 1}; }
inline std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end() - 1}; }

/// The first line of an error of LibTorch, without the backtrace.
inline std::string words_of(const std::exception& e) {
    const auto* const torch = dynamic_cast<const c10::Error*>(&e);
    const std::string words = torch ? torch->what_without_backtrace() : e.what();
    return words.substr(0, words.find('\n'));
}

/// LibTorch 2 uses libuv by default, but Debian builds it without.
template <class Options>
void do_without_libuv(Options& options) {
    if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

/// A new connection to the group's keys.
inline StorePtr connect(const Place& place, bool as_host, std::chrono::milliseconds limit) {
    c10d::TCPStoreOptions options;
    options.port = place.port;
    options.isServer = as_host;
    options.waitWorkers = false;
    options.timeout = limit;
    do_without_libuv(options);
    return c10::make_intrusive<c10d::PrefixStore>(place.prefix,
                                                  c10::make_intrusive<c10d::TCPStore>(place.host, options));
}

}  // namespace distributed::detail
