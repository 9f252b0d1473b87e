// Files that grow: each piece is on the disk, or the file ends where it ended before.
#include "suture/file/detail/append_file.hpp"

#include "file/files.hpp"
#include "message.hpp"

#include <sys/resource.h>

#include <csignal>
#include <string>

namespace {
using files::bytes_of;
using files::Folder;
using files::write_bytes;
using suture::FileError;
using suture::detail::AppendFile;
using suture_test::message_of;
using suture_test::says;
}  // namespace

TEST_CASE("a file is created, or grows where it ended") {
    const Folder folder;
    AppendFile file(folder / "new");
    CHECK(file.size() == 0);
    file.append("one\n");
    file.append("");
    file.append("two\n");
    CHECK(bytes_of(folder / "new") == "one\ntwo\n");
    CHECK(file.size() == 8);
    AppendFile again(folder / "new");
    again.append("three");
    CHECK(bytes_of(folder / "new") == "one\ntwo\nthree");
    CHECK(file.size() == 13);  // as the disk has it, whoever wrote it
}

TEST_CASE("what is cut off is gone, and the file grows from there") {
    const Folder folder;
    write_bytes(folder / "f", "abcdef");
    AppendFile file(folder / "f");
    file.truncate(3);
    CHECK(bytes_of(folder / "f") == "abc");
    file.append("x");
    CHECK(bytes_of(folder / "f") == "abcx");
}

TEST_CASE("when the disk is full nothing of the piece stays, and the file can still grow") {
    const Folder folder;
    AppendFile file(folder / "f");
    file.append("before");
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{100, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const std::string said = message_of<FileError>([&] { file.append(std::string(1000, 'x')); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, handler);
    CHECK(says(said, "cannot be written (File too large)", "check the space on the disk"));
    CHECK(bytes_of(folder / "f") == "before");
    file.append(" and after");
    CHECK(bytes_of(folder / "f") == "before and after");
}

TEST_CASE("a file that cannot be opened is refused with the system's reason") {
    const Folder folder;
    CHECK(says(message_of<FileError>([&] { AppendFile file(folder / "nowhere/f"); }),
               "cannot be opened (No such file or directory)", "check the path"));
    CHECK(says(message_of<FileError>([&] { AppendFile file(folder.path()); }), "cannot be opened (Is a directory)"));
}
