// Descriptors are closed once.
#include "suture/file/detail/descriptor.hpp"

#include "doctest.hpp"

#include <fcntl.h>

#include <cerrno>
#include <type_traits>

using suture::detail::Descriptor;

namespace {
bool is_open(int number) { return ::fcntl(number, F_GETFD) != -1; }
}  // namespace

static_assert(!std::is_copy_constructible_v<Descriptor> && !std::is_move_assignable_v<Descriptor>);

TEST_CASE("a descriptor is closed when it is destroyed, or earlier, and then not again") {
    int number = -1;
    {
        const Descriptor file(::open("/dev/null", O_RDONLY));
        number = file.number;
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
    Descriptor early(::open("/dev/null", O_RDONLY));
    number = early.number;
    CHECK(early.close());
    CHECK_FALSE(is_open(number));
    CHECK(early.number == -1);
    CHECK_FALSE(early.close());
    CHECK(errno == EBADF);
}

TEST_CASE("the names of a directory are flushed, if there is one, and no descriptor stays open") {
    const auto next_number = [] { return Descriptor(::open("/dev/null", O_RDONLY)).number; };
    const int before = next_number();
    for (const char* file : {"a", "./a", "/dev/null", "/tmp/a", "/nowhere/a", ""})
        CHECK_NOTHROW(suture::detail::flush_name_of(file));
    CHECK(next_number() == before);
}
