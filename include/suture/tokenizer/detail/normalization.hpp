// The normalization forms NFC, NFD, NFKC and NFKD, as the Rust crate of Python's `tokenizers` has them. Source: Unicode
// Standard Annex 15 (https://unicode.org/reports/tr15). A library would bring a Unicode of its own: of characters that are
// newer than the crate's, ICU and utf8proc make something else.
#pragma once

#include "suture/tokenizer/detail/characters.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace suture::detail {

class Normalization {
public:
    enum class Form { nfc, nfd, nfkc, nfkd };

    static std::u32string normalized(std::u32string_view text, Form form) {
        const Normalization& data = tables();
        std::u32string result;
        for (const char32_t c : text) data.decompose(c, form == Form::nfkc || form == Form::nfkd, result);
        data.order(result);
        return form == Form::nfc || form == Form::nfkc ? data.composed(result) : result;
    }

private:
    // Hangul syllables are composed by arithmetic: 19 leading consonants, 21 vowels, 27 trailing consonants or none.
    static constexpr char32_t syllables = 0xAC00, leading = 0x1100, vowels = 0x1161, trailing = 0x11A7;
    static constexpr char32_t leading_count = 19, vowel_count = 21, trailing_count = 28;
    static constexpr char32_t syllable_count = leading_count * vowel_count * trailing_count;

    static const Normalization& tables() {
        static const Normalization data;
        return data;
    }
    Normalization()
        : canonical_(tables::mapping_of(tables::canonical_decompositions)),
          compatible_(tables::mapping_of(tables::compatible_decompositions)) {
        for (const auto& [c, pair] : tables::mapping_of(tables::compositions))
            composed_.emplace(key(pair[0], pair[1]), c);
        char32_t at = 0;
        for (tables::Reader reader(tables::combining_classes); !reader.at_end();) {
            at += reader.number();
            reader.take();
            const char32_t count = reader.number();
            reader.take();
            const auto combining_class = static_cast<std::uint8_t>(reader.number());
            for (char32_t i = 0; i < count; ++i) classes_.emplace(at + i, combining_class);
            if (!reader.at_end()) reader.take();
        }
    }
    static std::uint64_t key(char32_t a, char32_t b) { return static_cast<std::uint64_t>(a) << 32 | b; }

    void decompose(char32_t c, bool compatible, std::u32string& result) const {
        if (c < 0xA0) {
            result += c;
            return;
        }
        if (c - syllables < syllable_count) {
            const char32_t syllable = c - syllables;
            result += static_cast<char32_t>(leading + syllable / (vowel_count * trailing_count));
            result += static_cast<char32_t>(vowels + syllable % (vowel_count * trailing_count) / trailing_count);
            if (syllable % trailing_count) result += static_cast<char32_t>(trailing + syllable % trailing_count);
            return;
        }
        if (compatible)
            if (const auto found = compatible_.find(c); found != compatible_.end()) {
                result += found->second;
                return;
            }
        const auto found = canonical_.find(c);
        if (found == canonical_.end())
            result += c;
        else
            result += found->second;
    }
    std::uint8_t combining_class(char32_t c) const {
        if (c < 0x300) return 0;
        const auto found = classes_.find(c);
        return found == classes_.end() ? std::uint8_t{0} : found->second;
    }
    /// Orders the marks behind each character by their class.
    void order(std::u32string& text) const {
        for (std::size_t begin = 0; begin < text.size();) {
            std::size_t end = begin;
            while (end < text.size() && combining_class(text[end]) != 0) ++end;
            if (end - begin > 1)
                std::stable_sort(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                 text.begin() + static_cast<std::ptrdiff_t>(end),
                                 [this](char32_t a, char32_t b) { return combining_class(a) < combining_class(b); });
            begin = end + 1;
        }
    }
    /// What two characters become; 0 if they stay two.
    char32_t composition(char32_t a, char32_t b) const {
        if (a - leading < leading_count && b - vowels < vowel_count)
            return syllables + ((a - leading) * vowel_count + (b - vowels)) * trailing_count;
        if (a - syllables < syllable_count && (a - syllables) % trailing_count == 0 &&
            b - trailing - 1 < trailing_count - 1)
            return a + (b - trailing);
        const auto found = composed_.find(key(a, b));
        return found == composed_.end() ? U'\0' : found->second;
    }
    std::u32string composed(const std::u32string& text) const {
        std::u32string result;
        std::size_t starter = text.npos;
        std::uint8_t last_class = 0;
        for (const char32_t c : text) {
            const std::uint8_t combining = combining_class(c);
            if (starter != text.npos) {
                const bool is_adjacent = starter + 1 == result.size();
                if (is_adjacent || (last_class != 0 && last_class < combining)) {
                    if (const char32_t both = composition(result[starter], c)) {
                        result[starter] = both;
                        continue;
                    }
                }
            }
            if (combining == 0) starter = result.size();
            last_class = combining;
            result += c;
        }
        return result;
    }

    tables::Mapping canonical_, compatible_;
    std::unordered_map<std::uint64_t, char32_t> composed_;
    std::unordered_map<char32_t, std::uint8_t> classes_;
};

}  // namespace suture::detail
