// The files of a page: those of an earlier run go, those of others stay.
#include "../../../examples/shared/page_files.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <filesystem>

using examples::PageFiles;
namespace fs = std::filesystem;

TEST_CASE("files that are not written again are deleted once the page is there, and those of others never") {
    const files::Folder folder;
    const fs::path page = folder / "report.html", beside = folder / "report_files";
    fs::create_directories(beside);
    const auto run = [&](std::initializer_list<const char*> names) {
        PageFiles page_files(page);
        for (const char* name : names) files::write_bytes(page_files.add(name), name);
        return page_files;
    };
    run({"a.csv", "b.csv"}).finish();
    files::write_bytes(beside / "mine.csv", "mine");
    const PageFiles second = run({"b.csv", "c.csv"});
    CHECK(fs::exists(beside / "a.csv"));
    second.finish();
    CHECK_FALSE(fs::exists(beside / "a.csv"));
    for (const char* name : {"b.csv", "c.csv", "mine.csv"}) CHECK(fs::exists(beside / name));
}

TEST_CASE("a run that is interrupted deletes nothing, and the next one knows its files no less") {
    const files::Folder folder;
    const fs::path beside = folder / "report_files";
    fs::create_directories(beside);
    {
        PageFiles first(folder / "report.html");
        files::write_bytes(first.add("a.csv"), "a");
        first.finish();
    }
    { const PageFiles interrupted(folder / "report.html"); }
    CHECK(fs::exists(beside / "a.csv"));
    PageFiles(folder / "report.html").finish();
    CHECK_FALSE(fs::exists(beside / "a.csv"));
}

TEST_CASE("a list that names files elsewhere deletes none of them") {
    const files::Folder folder;
    fs::create_directories(folder / "report_files");
    files::write_bytes(folder / "report_files/files.txt", "../other.csv\n");
    files::write_bytes(folder / "other.csv", "other");
    PageFiles(folder / "report.html").finish();
    CHECK(fs::exists(folder / "other.csv"));
}
