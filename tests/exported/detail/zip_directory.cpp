// The directory of a zip archive: what is found in it, and every lie of a damaged or hostile one.
#include "suture/exported/detail/zip_directory.hpp"

#include "exported/archives.hpp"

#include <random>
#include <string>
#include <vector>

using namespace archives;
namespace zip = suture::detail::zip;

namespace {

const std::vector<ZipEntry> two{{"m/a", "first"}, {"m/b/c", "the second"}};

std::string refusal_of_zip(const std::string& bytes) {
    return error_of([&] { zip::read_records(bytes); });
}

std::string refusal_of_zip(std::vector<ZipEntry> entries, const ZipStyle& style = {}) {
    return refusal_of_zip(zip_of(entries, style));
}

ZipEntry changed(ZipEntry entry, void (*change)(ZipEntry&)) {
    change(entry);
    return entry;
}

}  // namespace

TEST_CASE("a zip archive gives its records where their bytes are") {
    for (const ZipStyle& style :
         {ZipStyle{}, ZipStyle{.zip64 = true}, ZipStyle{.alignment = 1}, ZipStyle{.comment = "a remark"},
          ZipStyle{.zip64 = true, .comment = std::string(0xFFFF, 'c')}}) {
        const std::string file = zip_of(two, style);
        const auto records = zip::read_records(file);
        REQUIRE(records.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK(records[i].name == two[i].name);
            CHECK(file.substr(records[i].begin, records[i].size) == two[i].bytes);
            CHECK_FALSE(records[i].compressed);
        }
    }
}

TEST_CASE("a zip archive may be without records, and a record without bytes") {
    CHECK(zip::read_records(zip_of({})).empty());
    const auto records = zip::read_records(zip_of({{"a", ""}, {"b", ""}}));
    REQUIRE(records.size() == 2);
    CHECK(records[1].size == 0);
}

TEST_CASE("an end within the comment is not the end") {
    ZipStyle style;
    style.comment = std::string(zip::end_signature) + std::string(18, '\0') + "more";
    CHECK(zip::read_records(zip_of(two, style)).size() == 2);
}

TEST_CASE("a compressed record is named as one") {
    const auto records =
        zip::read_records(zip_of({changed({"a", "squeezed"}, [](ZipEntry& e) { e.method = 8, e.size = 1'000'000; })}));
    CHECK(records.at(0).compressed);
    CHECK(records[0].size == 8);
}

TEST_CASE("a zip archive that is cut short is refused at every length") {
    for (const ZipStyle& style : {ZipStyle{}, ZipStyle{.zip64 = true}}) {
        const std::string file = zip_of(two, style);
        for (std::size_t length = 0; length < file.size(); ++length) {
            CAPTURE(length);
            CHECK(contains(refusal_of_zip(file.substr(0, length)), "cut short: download or write the file again"));
        }
    }
}

TEST_CASE("bytes before a zip archive shift its offsets, which is noticed") {
    CHECK(contains(refusal_of_zip("#!/bin/sh\n" + zip_of(two)), "zip"));
}

TEST_CASE("a directory that lies about itself is refused") {
    CHECK(contains(refusal_of_zip(two, {.count = 1}), "the zip directory is damaged (3 records in 100 bytes at"));
    CHECK(contains(refusal_of_zip(two, {.count = std::uint64_t(-1)}), "more bytes than its entries"));
    CHECK(contains(refusal_of_zip(two, {.count = 1000}), "the zip directory is damaged (1002 records in"));
    CHECK(contains(refusal_of_zip(two, {.begin = 1}), "the zip directory is damaged ("));
    CHECK(contains(refusal_of_zip(two, {.begin = 0xFFFFFF}), "the zip directory is damaged ("));
    CHECK(contains(refusal_of_zip(two, {.begin = std::uint64_t(-1)}), "the zip directory is damaged (no entry"));
    CHECK(contains(refusal_of_zip(two, {.zip64 = true, .end64_count = 1}), "its two ends disagree"));
}

TEST_CASE("an entry that lies about its record is refused") {
    const auto refused = [](void (*change)(ZipEntry&)) { return refusal_of_zip({two[0], changed(two[1], change)}); };
    CHECK(contains(refused([](ZipEntry& e) { e.flags = 1; }), "record \"m/b/c\" is encrypted"));
    CHECK(contains(refused([](ZipEntry& e) { e.size = 11; }), "has 11 bytes, but 10 bytes are stored"));
    CHECK(contains(refused([](ZipEntry& e) { e.size = e.stored = 11; }), "points outside"));
    CHECK(contains(refused([](ZipEntry& e) { e.size = e.stored = 0xFFFFFFF0; }), "points outside"));
    CHECK(contains(refused([](ZipEntry& e) { e.header = 1; }), "not the one that the zip directory describes"));
    CHECK(contains(refused([](ZipEntry& e) { e.header = 0xFFFFFF; }), "points outside"));
    CHECK(contains(refused([](ZipEntry& e) { e.local_name = "m/b/d"; }), "not the one that"));
    CHECK(contains(refused([](ZipEntry& e) { e.name = "m/b"; }), "not the one that"));
    CHECK(contains(refused([](ZipEntry& e) { e.name = e.local_name = "m/a"; }),
                   "record \"m/a\" is in the zip archive twice"));
}

TEST_CASE("the numbers of a zip64 entry are checked as well") {
    const auto refused = [](void (*change)(ZipEntry&)) {
        return refusal_of_zip({two[0], changed(two[1], change)}, {.zip64 = true});
    };
    CHECK(contains(refused([](ZipEntry& e) { e.size = e.stored = std::uint64_t(-1); }), "points outside"));
    CHECK(contains(refused([](ZipEntry& e) { e.size = e.stored = std::uint64_t(1) << 63; }), "points outside"));
    CHECK(contains(refused([](ZipEntry& e) { e.header = std::uint64_t(1) << 62; }), "points outside"));
}

TEST_CASE("records that share bytes are refused") {
    // The second record lies within the bytes of the first.
    const std::string inner = zip_of({{"b", "inner"}}, {.alignment = 1});
    const std::string local = inner.substr(0, inner.find(zip::entry_signature));
    std::string file = zip_of({{"a", local}, {"b", "inner"}}, {.alignment = 1});
    const std::uint64_t inside = file.find(local);
    const std::uint64_t entry = file.rfind(zip::entry_signature);
    file.replace(entry + 42, 4, encoded32(inside));
    CHECK(contains(refusal_of_zip(file), "two records of the zip archive overlap at byte " + std::to_string(inside)));
}

TEST_CASE("whatever byte of a zip archive changes, it is read or refused") {
    std::mt19937 random(1);
    for (const ZipStyle& style : {ZipStyle{.alignment = 1}, ZipStyle{.zip64 = true, .alignment = 1}}) {
        const std::string file = zip_of(two, style);
        for (std::size_t at = 0; at < file.size(); ++at)
            for (int repeat = 0; repeat < 8; ++repeat) {
                std::string bad = file;
                bad[at] = static_cast<char>(repeat == 0 ? 0xFF : repeat == 1 ? 0 : random());
                try {
                    for (const auto& record : zip::read_records(bad)) CHECK(record.begin + record.size <= bad.size());
                } catch (const FileError& error) {
                    CHECK(contains(error.what(), ": "));
                }
            }
    }
}
