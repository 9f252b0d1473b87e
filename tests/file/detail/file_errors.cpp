// Messages about files.
#include "suture/file/detail/file_errors.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <cerrno>
#include <stdexcept>

using suture::FileError;
using suture::detail::bytes_text;
using suture::detail::naming;
using suture::detail::refuse_file;
using suture_test::message_of;

TEST_CASE("a refusal says what is wrong and what to do") {
    CHECK(message_of<FileError>([] { refuse_file("is empty"); }) == "is empty: download or write the file again");
    CHECK(message_of<FileError>([] { refuse_file("is empty", "name another"); }) == "is empty: name another");
}

TEST_CASE("naming puts the place in front of a FileError, outermost first, and leaves other exceptions alone") {
    CHECK(naming("x", [] { return 3; }) == 3);
    const auto nested = [] { naming("a.txt", [] { naming("line 2", [] { refuse_file("is empty", "fill it"); }); }); };
    CHECK(message_of<FileError>(nested) == "a.txt: line 2: is empty: fill it");
    CHECK(message_of<FileError>([] { naming("", [] { refuse_file("is empty"); }); }).starts_with("\"\": is empty"));
    CHECK_THROWS_WITH_AS(naming("a.txt", [] { throw std::runtime_error("other"); }), "other", std::runtime_error);
}

TEST_CASE("numbers of bytes and the system's reasons are put in words") {
    CHECK(bytes_text(0) == "0 bytes");
    CHECK(bytes_text(1) == "1 byte");
    CHECK(suture::detail::system_reason(ENOSPC) == " (No space left on device)");
}
