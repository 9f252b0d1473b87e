// New files appear together, those of an earlier run go, and those of others stay.
#include "../../../examples/shared/new_files.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "full_disk.hpp"
#include "message.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <string>
#include <thread>

using examples::NewFiles;
namespace fs = std::filesystem;

namespace {
std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
/// Every file, link and directory below a folder, with what is in it.
std::map<std::string, std::string> contents_of(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        all[entry.path().lexically_relative(folder).string()] =
            entry.is_regular_file() ? bytes_of(entry.path()) : "not a file";
    return all;
}
/// A run that makes these files: each name with its content.
void run(const fs::path& folder, const std::map<std::string, std::string>& made) {
    NewFiles files(folder, "program");
    for (const auto& [name, content] : made) files::write_bytes(files.add(name), content);
    files.publish();
}
}  // namespace

TEST_CASE("files that are not made again are deleted once the new ones are there, and those of others never") {
    const files::Folder folder;
    run(folder.path(), {{"page.html", "1"}, {"files/a.csv", "a"}, {"files/b.csv", "b"}});
    for (const char* mine : {"files/mine.csv", "files/a-annotated.csv", "notes.txt", ".hidden"})
        files::write_bytes(folder / mine, "mine");
    fs::create_directory(folder / "files/folder");
    run(folder.path(), {{"page.html", "2"}, {"files/b.csv", "b"}, {"files/c.csv", "c"}});
    CHECK(bytes_of(folder / "page.html") == "2");
    CHECK_FALSE(fs::exists(folder / "files/a.csv"));
    for (const char* there : {"files/b.csv", "files/c.csv", "files/mine.csv", "files/a-annotated.csv", "notes.txt",
                              ".hidden", "files/folder"})
        CHECK_MESSAGE(fs::exists(folder / there), there);
}

TEST_CASE("until the files are put in place the directory is what it was, or is not there") {
    const files::Folder folder;
    run(folder.path(), {{"page.html", "1"}, {"files/a.csv", "a"}});
    const auto before = contents_of(folder.path());
    {
        NewFiles files(folder.path(), "program");
        files::write_bytes(files.add("page.html"), "2");
        files::write_bytes(files.add("files/b.csv"), "b");
        CHECK(contents_of(folder.path()) == before);
    }
    CHECK(contents_of(folder.path()) == before);
    { NewFiles files(folder / "new/deep", "program"); }
    CHECK_FALSE(fs::exists(folder / "new"));
}

TEST_CASE("a file of somebody else is not replaced, and nothing else changes") {
    const files::Folder folder;
    run(folder.path(), {{"page.html", "1"}, {"files/a.csv", "a"}});
    std::string because;
    SUBCASE("one that no run wrote") {
        files::write_bytes(folder / "files/b.csv", "mine");
        because = "files/b.csv is not a file of an earlier run of program";
    }
    SUBCASE("one that was changed") {
        files::write_bytes(folder / "files/a.csv", "a, annotated");
        because = "files/a.csv was changed since an earlier run wrote it";
    }
    SUBCASE("a directory") {
        fs::create_directory(folder / "files/b.csv");
        because = "files/b.csv is not a file";
    }
    SUBCASE("a link") {
        fs::create_symlink("/etc/hostname", folder / "files/b.csv");
        because = "files/b.csv is not a file";
    }
    SUBCASE("a link that leads nowhere") {
        fs::create_symlink("nowhere", folder / "files/b.csv");
        because = "files/b.csv is not a file";
    }
    SUBCASE("the file of another program") {
        NewFiles other(folder.path(), "other");
        files::write_bytes(other.add("files/b.csv"), "other");
        other.publish();
        because = "files/b.csv is not a file of an earlier run of program";
    }
    const auto before = contents_of(folder.path());
    CHECK_THROWS_AS(examples::check_replaceable(folder.path(), "program", {"files/a.csv", "files/b.csv"}),
                    suture::FileError);
    CHECK_NOTHROW(examples::check_replaceable(folder.path(), "program", {"page.html", "files/c.csv"}));
    const std::string said = suture_test::message_of<suture::FileError>([&] {
        run(folder.path(), {{"page.html", "2"}, {"files/a.csv", "2"}, {"files/b.csv", "2"}});
    });
    CHECK_MESSAGE(said.find(because) != std::string::npos, said);
    CHECK_MESSAGE(said.find("move it away, or give another directory") != std::string::npos, said);
    CHECK(contents_of(folder.path()) == before);
}

TEST_CASE("a file that was changed is not deleted either") {
    const files::Folder folder;
    run(folder.path(), {{"a.csv", "a"}, {"b.csv", "b"}});
    files::write_bytes(folder / "a.csv", "a, annotated");
    run(folder.path(), {{"b.csv", "b"}});
    CHECK(bytes_of(folder / "a.csv") == "a, annotated");
}

TEST_CASE("what was added but not made may be made later, and belongs to the program then") {
    const files::Folder folder;
    {
        NewFiles files(folder.path(), "program");
        (void)files.add("a.svg");
        files::write_bytes(files.add("a.gp"), "a");
        files.publish();
    }
    CHECK_FALSE(fs::exists(folder / "a.svg"));
    files::write_bytes(folder / "a.svg", "drawn by hand");
    run(folder.path(), {{"a.svg", "2"}, {"a.gp", "a"}});
    CHECK(bytes_of(folder / "a.svg") == "2");
}

TEST_CASE("on a full disk nothing changes") {
    const files::Folder folder;
    run(folder.path(), {{"page.html", "1"}});
    const auto before = contents_of(folder.path());
    NewFiles files(folder.path(), "program");
    files::write_bytes(files.add("page.html"), std::string(5000, '2'));
    files::write_bytes(files.add("files/a.csv"), std::string(5000, '2'));
    std::string said;
    {
        const suture_test::FullDisk full(1000);
        said = suture_test::message_of<suture::FileError>([&] { files.publish(); });
    }
    CHECK_MESSAGE(said.find("cannot be written") != std::string::npos, said);
    CHECK(contents_of(folder.path()) == before);
}

TEST_CASE("Ctrl-C before the files are put in place leaves the directory as it was") {
    const files::Folder folder;
    run(folder.path(), {{"page.html", "1"}});
    const auto before = contents_of(folder.path());
    NewFiles files(folder.path(), "program");
    files::write_bytes(files.add("page.html"), "2");
    examples::detail::interrupted = SIGTERM;
    CHECK_THROWS_AS(files.publish(), examples::Interrupted);
    CHECK(examples::Interrupted::exit_code() == 143);
    examples::detail::interrupted = 0;
    CHECK(contents_of(folder.path()) == before);
}

TEST_CASE("a list that names files elsewhere deletes none of them") {
    const files::Folder folder;
    fs::create_directories(folder / "out");
    files::write_bytes(folder / "other.csv", "other");
    const std::string any(16, '-');
    files::write_bytes(
        folder / "out/.program-files",
        any + " ../other.csv\n" + any + " " + (folder / "other.csv").string() + "\n" + any + " a/../../other.csv\n");
    run(folder / "out", {{"a.csv", "a"}});
    CHECK(fs::exists(folder / "other.csv"));
}

TEST_CASE("what a killed run left while it copied is deleted by the next one") {
    const files::Folder folder;
    fs::create_directories(folder / ".program-new-abcdef");
    fs::create_directories(folder / ".other-new-abcdef");
    run(folder.path(), {{"a.csv", "a"}});
    CHECK_FALSE(fs::exists(folder / ".program-new-abcdef"));
    CHECK(fs::exists(folder / ".other-new-abcdef"));
}

TEST_CASE("what only looks like the remains of a killed run stays") {
    const files::Folder folder;
    fs::create_directory(folder / ".program-new-theses");  // six letters, as a temporary directory has
    for (const char* mine : {".program-new-ideas.txt", ".program-new-theses/first.txt", ".program-new-theses/1.new"})
        files::write_bytes(folder / mine, "mine");
    fs::create_directory(folder / ".program-new-year");
    run(folder.path(), {{"page.html", "1"}});
    for (const char* mine :
         {".program-new-ideas.txt", ".program-new-theses/first.txt", ".program-new-theses/1.new", ".program-new-year"})
        CHECK_MESSAGE(fs::exists(folder / mine), mine);
}

TEST_CASE("runs that write into one directory at the same time leave the files of one of them") {
    const files::Folder folder;
    const fs::path place = folder / "two words/gr\u00fc\u00dfe/";
    const std::map<std::string, std::string> one{{"page.html", "one"}, {"files/a.csv", "one"}},
        other{{"page.html", "other"}, {"files/b.csv", "other"}};
    const auto runs = [&place](const auto& made) {
        return suture_test::message_of<suture::Error>([&] {
            for (int i = 0; i < 20; ++i) {
                run(place, made);
                examples::check_replaceable(place, "program", {"page.html"});
            }
        });
    };
    std::string message;
    std::thread second([&] { message = runs(other); });
    CHECK(runs(one) == "nothing was thrown");
    second.join();
    CHECK(message == "nothing was thrown");
    const bool was_one = bytes_of(place / "page.html") == "one";
    CHECK(fs::exists(place / "files/a.csv") == was_one);
    CHECK(fs::exists(place / "files/b.csv") == !was_one);
    CHECK(contents_of(place).size() == 4);  // the list, the page, the folder and one file in it
}

TEST_CASE("without a directory for temporary files the error names TMPDIR") {
    const files::Folder folder;
    const char* const given = std::getenv("TMPDIR");
    const std::string before = given ? given : "";
    ::setenv("TMPDIR", (folder / "absent").c_str(), 1);
    const std::string message = suture_test::message_of<suture::FileError>([&] { NewFiles(folder.path(), "program"); });
    given ? ::setenv("TMPDIR", before.c_str(), 1) : ::unsetenv("TMPDIR");
    CHECK(suture_test::says(message, "temporary files cannot be made", "let TMPDIR name a directory"));
}
