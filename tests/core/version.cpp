#include "suture/core/version.hpp"

#include <doctest/doctest.h>

using suture::Version;

TEST_CASE("versions are compared by their numbers, the major one first") {
    static_assert(Version{0, 1, 0} < Version{0, 1, 1});
    static_assert(Version{0, 1, 9} < Version{0, 2, 0});
    static_assert(Version{0, 9, 9} < Version{1, 0, 0});
    CHECK(Version{1, 2, 3} == Version{1, 2, 3});
}

TEST_CASE("the macros and the constant give one version") {
    CHECK(suture::version == Version{SUTURE_VERSION_MAJOR, SUTURE_VERSION_MINOR, SUTURE_VERSION_PATCH});
    CHECK(suture::version >= Version{0, 1, 0});
}
