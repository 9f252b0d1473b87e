// The directory of a zip archive, as far as PyTorch writes it: which records there are and where their bytes lie.
// Nothing is copied or unpacked, so no claim of a file can cost more memory than the file has bytes.
// Law: the records lie inside the file, before its directory, and share no byte; two names are never equal.
// Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7 to 4.5.3.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail::zip {

static_assert(std::endian::native == std::endian::little, "zip archives are little-endian: swap bytes on this host");

struct Record {
    std::string name;
    std::uint64_t begin = 0;  ///< the offset of its bytes in the file
    std::uint64_t size = 0;   ///< of them, as they are stored
    bool compressed = false;
};

inline constexpr std::string_view local_signature = "PK\3\4", entry_signature = "PK\1\2", end_signature = "PK\5\6",
                                  end64_signature = "PK\6\6", locator_signature = "PK\6\7";
inline constexpr std::uint64_t local_bytes = 30, entry_bytes = 46, end_bytes = 22, end64_bytes = 56, locator_bytes = 20;
inline constexpr std::uint64_t longest_comment = 0xFFFF;
inline constexpr std::uint16_t zip64_field = 1;
inline constexpr std::uint16_t saturated16 = 0xFFFF;      ///< "the number is in the zip64 part"
inline constexpr std::uint32_t saturated32 = 0xFFFFFFFF;  ///< the same

/// The part of the bytes from `begin` on. @throws FileError if it does not lie within them
inline std::string_view part(std::string_view bytes, std::uint64_t begin, std::uint64_t size) {
    if (begin > bytes.size() || size > bytes.size() - begin)
        refuse_file("the zip directory points outside the file, which has " + bytes_text(bytes.size()));
    return bytes.substr(begin, size);
}

/// The number of this type at an offset.
template <class Number>
Number number_at(std::string_view bytes, std::uint64_t offset) {
    Number number{};
    std::memcpy(&number, part(bytes, offset, sizeof number).data(), sizeof number);
    return number;
}

/// Where the directory of a zip archive lies.
struct Span {
    std::uint64_t count = 0, size = 0, begin = 0;
};

/// The offset of the record that ends the archive. @throws FileError if there is none: the file was cut short
inline std::uint64_t find_end(std::string_view file) {
    if (file.size() >= end_bytes) {
        const std::uint64_t last = file.size() - end_bytes;
        const std::uint64_t first = last - std::min(last, longest_comment);
        for (std::uint64_t at = last + 1; at-- > first;)
            if (file.substr(at, 4) == end_signature && number_at<std::uint16_t>(file, at + 20) == last - at) return at;
    }
    refuse_file("begins as a zip archive, but its end is missing: it was cut short");
}

/// The numbers of the zip64 end, which the plain end repeats as far as they fit into it.
inline Span read_end64(std::string_view file, std::uint64_t locator, const Span& plain) {
    const auto at = number_at<std::uint64_t>(file, locator + 8);
    const std::string_view end = part(file, at, end64_bytes);
    if (end.substr(0, 4) != end64_signature || at > locator - end64_bytes)
        refuse_file("the zip directory is damaged (no zip64 end where there should be one)");
    const Span span{number_at<std::uint64_t>(end, 32), number_at<std::uint64_t>(end, 40),
                    number_at<std::uint64_t>(end, 48)};
    const auto agree = [](std::uint64_t small, std::uint64_t large, std::uint64_t saturated) {
        return small == saturated || small == large;
    };
    if (!agree(plain.count, span.count, saturated16) || !agree(plain.size, span.size, saturated32) ||
        !agree(plain.begin, span.begin, saturated32))
        refuse_file("the zip directory is damaged (its two ends disagree)");
    if (number_at<std::uint64_t>(end, 24) != span.count) refuse_file("is one of several zip files", "join them first");
    return span;
}

/// @throws FileError unless the directory lies inside the file
inline Span find_directory(std::string_view file) {
    const std::uint64_t at = find_end(file);
    const std::string_view end = file.substr(at, end_bytes);
    Span span{number_at<std::uint16_t>(end, 10), number_at<std::uint32_t>(end, 12), number_at<std::uint32_t>(end, 16)};
    std::uint64_t limit = at;
    const bool has_end64 = at >= locator_bytes + end64_bytes && file.substr(at - locator_bytes, 4) == locator_signature;
    if (has_end64) {
        limit = at - locator_bytes;
        span = read_end64(file, limit, span);
    }
    if (span.begin > limit || span.size > limit - span.begin || span.count > span.size / entry_bytes)
        refuse_file("the zip directory is damaged (" + std::to_string(span.count) + " records in " +
                    bytes_text(span.size) + " at offset " + std::to_string(span.begin) + ")");
    return span;
}

/// An entry of the directory, as it stands there.
struct Entry {
    std::string_view name;
    std::uint16_t flags = 0, method = 0;
    std::uint64_t size = 0, stored = 0, header = 0;  ///< `header`: the offset of the local header
    std::uint64_t length = 0;                        ///< of the entry itself
};

/// Replaces the saturated numbers of an entry by those of its zip64 field.
inline void read_zip64(std::string_view extra, Entry& entry) {
    std::uint64_t at = 0;
    while (extra.size() - at >= 4) {
        const auto id = number_at<std::uint16_t>(extra, at);
        const std::string_view field = part(extra, at + 4, number_at<std::uint16_t>(extra, at + 2));
        at += 4 + field.size();
        if (id != zip64_field) continue;
        std::uint64_t next = 0;
        for (std::uint64_t* number : {&entry.size, &entry.stored, &entry.header})
            if (*number == saturated32) {
                *number = number_at<std::uint64_t>(field, next);
                next += 8;
            }
        return;
    }
}

inline Entry read_entry(std::string_view directory, std::uint64_t at) {
    const std::string_view fixed = part(directory, at, entry_bytes);
    if (fixed.substr(0, 4) != entry_signature)
        refuse_file("the zip directory is damaged (no entry at byte " + std::to_string(at) + " of it)");
    const auto name_length = number_at<std::uint16_t>(fixed, 28);
    const auto extra_length = number_at<std::uint16_t>(fixed, 30);
    const auto comment_length = number_at<std::uint16_t>(fixed, 32);
    Entry entry;
    entry.name = part(directory, at + entry_bytes, name_length);
    entry.flags = number_at<std::uint16_t>(fixed, 8);
    entry.method = number_at<std::uint16_t>(fixed, 10);
    entry.stored = number_at<std::uint32_t>(fixed, 20);
    entry.size = number_at<std::uint32_t>(fixed, 24);
    entry.header = number_at<std::uint32_t>(fixed, 42);
    entry.length = entry_bytes + name_length + extra_length + comment_length;
    read_zip64(part(directory, at + entry_bytes + name_length, extra_length), entry);
    return entry;
}

/// The record of an entry. Its bytes begin behind the local header, whose length the directory does not know: PyTorch
/// pads it there, so that the bytes begin at a multiple of 64.
inline Record locate(std::string_view before_directory, const Entry& entry) {
    const std::string name = "record " + in_quotes(entry.name);
    if (entry.flags & 1) refuse_file(name + " is encrypted", "write the archive without a password");
    if (entry.method == 0 && entry.size != entry.stored)
        refuse_file(name + " has " + bytes_text(entry.size) + ", but " + bytes_text(entry.stored) + " are stored");
    const std::string_view local = part(before_directory, entry.header, local_bytes);
    const auto name_length = number_at<std::uint16_t>(local, 26);
    const auto extra_length = number_at<std::uint16_t>(local, 28);
    if (local.substr(0, 4) != local_signature || number_at<std::uint16_t>(local, 8) != entry.method ||
        part(before_directory, entry.header + local_bytes, name_length) != entry.name)
        refuse_file("the header before " + name + " is not the one that the zip directory describes");
    const std::uint64_t begin = entry.header + local_bytes + name_length + extra_length;
    part(before_directory, begin, entry.stored);
    return {std::string(entry.name), begin, entry.stored, entry.method != 0};
}

/// @throws FileError if two headers with their records share a byte; sorts the spans, which are [begin, end)
inline void check_apart(std::vector<std::pair<std::uint64_t, std::uint64_t>>& spans) {
    std::sort(spans.begin(), spans.end());
    for (std::size_t i = 1; i < spans.size(); ++i)
        if (spans[i].first < spans[i - 1].second)
            refuse_file("two records of the zip archive overlap at byte " + std::to_string(spans[i].first));
}

/// The records of the archive that these bytes are, in the order of its directory.
/// @throws FileError, without the path, unless the law above holds
inline std::vector<Record> read_records(std::string_view file) {
    const Span span = find_directory(file);
    const std::string_view directory = file.substr(span.begin, span.size);
    std::vector<Record> records;
    std::set<std::string_view> names;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i < span.count; ++i) {
        const Entry entry = read_entry(directory, at);
        at += entry.length;
        if (!names.insert(entry.name).second)
            refuse_file("record " + in_quotes(entry.name) + " is in the zip archive twice");
        records.push_back(locate(file.substr(0, span.begin), entry));
        spans.emplace_back(entry.header, records.back().begin + records.back().size);
    }
    if (at != span.size) refuse_file("the zip directory is damaged (it has more bytes than its entries)");
    check_apart(spans);
    return records;
}

}  // namespace suture::detail::zip
