// A file in memory: its bytes, and that writing to them never reaches it.
#include "suture/file/detail/mapped_file.hpp"

#include "file/files.hpp"

#include <unistd.h>

#include <string>
#include <utility>

using namespace files;
using suture::detail::MappedFile;

TEST_CASE("a mapped file has the bytes of the file") {
    const Folder folder;
    std::string bytes = "abc";
    bytes.resize(10'000, 'x');
    write_bytes(folder / "some", bytes);
    CHECK(MappedFile(folder / "some").bytes() == bytes);
}

TEST_CASE("a write into the memory is seen there, and neither in the file nor in another mapping") {
    const Folder folder;
    write_bytes(folder / "some", "abc");
    const MappedFile file(folder / "some"), other(folder / "some");
    *file.at(1) = 'X';
    CHECK(file.bytes() == "aXc");
    CHECK(other.bytes() == "abc");
    CHECK(bytes_of(folder / "some") == "abc");
}

TEST_CASE("a mapping outlives the file's name and its permissions") {
    const Folder folder;
    write_bytes(folder / "some", "abc");
    fs::permissions(folder / "some", fs::perms::owner_read);
    const MappedFile file(folder / "some");
    fs::remove(folder / "some");
    *file.at(0) = 'X';
    CHECK(file.bytes() == "Xbc");
}

TEST_CASE("what is not a regular file with bytes is refused with its reason") {
    const Folder folder;
    const auto error = [](const fs::path& path) { return error_of([&] { MappedFile file(path); }); };
    CHECK(error(folder / "none") == "cannot be opened (No such file or directory): check the path");
    CHECK(error(folder.path()) == "is a directory: name the .pt2 file in it");
    CHECK(error("/dev/null") == "is not a regular file: copy it to the disk first");
    write_bytes(folder / "empty", "");
    CHECK(error(folder / "empty") == "is empty: download or write the file again");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(error(folder / "pipe") == "is not a regular file: copy it to the disk first");
}

TEST_CASE("a file may be larger than the memory") {
    const Folder folder;
    write_bytes(folder / "some", "abc");
    fs::resize_file(folder / "some", std::uintmax_t(1) << 40);  // takes no space on the disk
    const MappedFile file(folder / "some");
    CHECK(file.bytes().substr(0, 4) == std::string_view("abc\0", 4));
    CHECK(file.bytes()[file.bytes().size() - 1] == '\0');
}
