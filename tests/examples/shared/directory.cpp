// Directories of results are checked before the work, and nothing is made too early.
#include "../../../examples/shared/directory.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>

namespace fs = std::filesystem;

TEST_CASE("a directory that can be made is not made by the check") {
    const files::Folder folder;
    examples::check_writable(folder / "a/b/c", "--out");
    CHECK(folder.entries() == 0);
    examples::make_writable(folder / "a/b/c", "--out");
    CHECK(fs::is_directory(folder / "a/b/c"));
    examples::check_writable(folder / "a/b/c", "--out");
}

TEST_CASE("a directory that cannot be written is refused, with the option") {
    const files::Folder folder;
    files::write_bytes(folder / "file", "text");
    const auto said = [](const fs::path& directory) {
        return suture_test::message_of<suture::FileError>([&] { examples::check_writable(directory, "--out"); });
    };
    for (const char* below : {"file", "file/a", "file/a/b"}) {
        const std::string path = (folder / below).string();
        CHECK(said(path) == path + " cannot be written, because " + (folder / "file").string() +
                                " is not a directory: give another directory to --out");
    }
    if (::geteuid() == 0) return;  // root may write anywhere
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    CHECK(said(folder / "a") == (folder / "a").string() + " cannot be written: give another directory to --out");
    fs::permissions(folder.path(), fs::perms::owner_all);
}
