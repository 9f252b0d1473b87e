// Input files are read at any offset.
#include "suture/file/detail/input_file.hpp"

#include "file/files.hpp"

#include <string>

using namespace files;
using suture::detail::InputFile;

TEST_CASE("a file is read at any offset, in any order") {
    const Folder folder;
    write_bytes(folder / "x", "0123456789");
    const InputFile file(folder / "x");
    CHECK(file.size() == 10);
    const auto read = [&](std::uint64_t offset, std::size_t bytes) {
        std::string text(bytes, ' ');
        file.read(offset, text.data(), bytes);
        return text;
    };
    CHECK(read(4, 3) == "456");
    CHECK(read(0, 2) == "01");
    CHECK(read(10, 0).empty());
    CHECK(error_of([&] { read(8, 5); }) ==
          "ends 3 bytes too early (it was cut short after it was opened): download or write the file again");
}

TEST_CASE("only regular files are opened") {
    const Folder folder;
    CHECK(error_of([&] { InputFile file(folder / "x"); }) ==
          "cannot be opened (No such file or directory): check the path");
    CHECK(contains(error_of([&] { InputFile file(folder.path()); }), "is a directory"));
    CHECK(contains(error_of([&] { InputFile file("/dev/null"); }), "is not a regular file"));
}
