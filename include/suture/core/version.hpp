// The version of suture, for the preprocessor and as a constant.
#pragma once

// CMake reads the version from these three lines.
#define SUTURE_VERSION_MAJOR 0
#define SUTURE_VERSION_MINOR 1
#define SUTURE_VERSION_PATCH 0

#include <compare>

namespace suture {

/// A version by its three numbers, compared in that order: semantic versioning, https://semver.org.
struct Version {
    int major_number = 0, minor_number = 0, patch_number = 0;
    constexpr auto operator<=>(const Version&) const = default;
};

/// The version of these headers: `static_assert(suture::version >= suture::Version{0, 1, 0});`
inline constexpr Version version{SUTURE_VERSION_MAJOR, SUTURE_VERSION_MINOR, SUTURE_VERSION_PATCH};

}  // namespace suture
