// The nano-sort model, if the checkout has it: a small trained GPT whose publisher recorded its activations.
#pragma once

#include "doctest.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>

/// The directory of the nano-sort model; empty, with a message in the test's output, if there is none.
inline std::optional<std::filesystem::path> nano_sort() {
    const char* named = std::getenv("SUTURE_SHARED_DATA");
    const std::filesystem::path data =
        named ? std::filesystem::path(named) : std::filesystem::path(SUTURE_SOURCE_DIR) / "../shared/data";
    if (std::filesystem::exists(data / "nano-sort" / "config.json")) return data / "nano-sort";
    MESSAGE("skipped: ", data.string(), " has no nano-sort model; name its directory in SUTURE_SHARED_DATA");
    return std::nullopt;
}
