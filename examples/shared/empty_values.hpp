// Options without a value, as a script gives them whose variable is not set.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace examples {

/// Refuses an empty text for any option: it must not silently mean the default. Call it after all options are added.
inline void refuse_empty_values(CLI::App& app) {
    const CLI::Validator not_empty(
        [](const std::string& given) { return given.empty() ? "is empty: give a value" : std::string(); }, "");
    for (CLI::Option* option : app.get_options()) option->check(not_empty);
}

}  // namespace examples
