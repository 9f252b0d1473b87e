// How results were made, so that they can be made again.
#pragma once

#include <suture/core/version.hpp>
#include <suture/pictures/table.hpp>
#include <suture/text/visible_text.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <torch/version.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

namespace examples {

/// What made a result.
struct Provenance {
    std::string command;        ///< as it was typed: "experiments --layer 1"
    std::uint64_t weights = 0;  ///< `weights_fingerprint` of the model
    std::string seed = "none";  ///< of the random numbers in it
};

namespace detail {
/// An argument as a shell takes it: characters that cannot be seen are escaped between $' and '.
inline std::string shell_word(std::string_view argument) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:@%+";
    if (!argument.empty() && argument.find_first_not_of(plain) == argument.npos) return std::string(argument);
    const std::string visible = suture::visible_text(argument);
    const bool escapes = visible != argument;
    std::string word = escapes ? "$'" : "'";
    for (const char c : escapes ? std::string_view(visible) : argument)
        word += c != '\'' ? std::string(1, c) : escapes ? "\\'" : "'\\''";
    return word + "'";
}
/// The time now, or the one that SOURCE_DATE_EPOCH asks for. @see https://reproducible-builds.org/specs/source-date-epoch
inline std::time_t time_of_making() {
    const char* const given = std::getenv("SOURCE_DATE_EPOCH");
    const std::string_view text = given ? given : "";
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool valid = !text.empty() && error == std::errc() && end == text.data() + text.size();
    return valid ? static_cast<std::time_t>(seconds) : std::time(nullptr);
}
}  // namespace detail

/// A command line that a shell takes, with the program's name instead of its path.
inline std::string command_of(const std::string& program, int argc, const char* const* argv) {
    std::string command = program;
    for (int i = 1; i < argc; ++i) command += " " + detail::shell_word(argv[i]);
    return command;
}

/// The table for the end of a page.
inline suture::pictures::Table table_of(const Provenance& p) {
    return {{"what", "value"},
            {{"command", p.command},
             {"date", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(detail::time_of_making()))},
             {"suture", fmt::format("{}.{}.{}", suture::version.major_number, suture::version.minor_number,
                                    suture::version.patch_number)},
             {"LibTorch", TORCH_VERSION},
             {"weights", fmt::format("fingerprint {:016x}", p.weights)},
             {"seed", p.seed}}};
}

}  // namespace examples
