#include <suture/core/version.hpp>

#include <doctest/doctest.h>

using suture::Version;

TEST_CASE("the version is that of the macros, which CMake reads") {
    CHECK(suture::version.major_number == SUTURE_VERSION_MAJOR);
    CHECK(suture::version.minor_number == SUTURE_VERSION_MINOR);
    CHECK(suture::version.patch_number == SUTURE_VERSION_PATCH);
}

TEST_CASE("versions are ordered by major, then minor, then patch number") {
    CHECK(Version{0, 1, 0} < Version{0, 1, 1});
    CHECK(Version{0, 1, 9} < Version{0, 2, 0});
    CHECK(Version{0, 9, 9} < Version{1, 0, 0});
    CHECK(Version{1, 2, 3} == Version{1, 2, 3});
}

TEST_CASE("a program can require a version at compile time") { static_assert(suture::version >= Version{0, 1, 0}); }
