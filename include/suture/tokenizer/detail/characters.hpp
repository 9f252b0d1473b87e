// Texts as characters, sets of characters, and what Python's `tokenizers` knows of Unicode as such sets and as mappings.
#pragma once

#include "suture/text/utf8.hpp"
#include "suture/tokenizer/detail/unicode_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace suture::detail {

inline constexpr char32_t characters_end = 0x110000;

/// The characters of a text. @pre it is UTF-8
inline std::u32string characters_of(std::string_view text) {
    std::u32string characters;
    while (!text.empty()) {
        const Utf8Front front = utf8_front(text);
        characters += front.character;
        text.remove_prefix(front.bytes);
    }
    return characters;
}

inline void append_utf8(std::string& text, char32_t c) {
    if (c < 0x80) {
        text += static_cast<char>(c);
        return;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    text += static_cast<char>((0xFFu << (7 - more)) | (c >> (6 * more)));
    for (int left = more - 1; left >= 0; --left) text += static_cast<char>(0x80 | ((c >> (6 * left)) & 0x3F));
}

inline std::string utf8_text(std::u32string_view characters) {
    std::string text;
    for (const char32_t c : characters) append_utf8(text, c);
    return text;
}

/// Characters, as the bounds of their ranges: those from bounds[0] up to bounds[1], from bounds[2] up to bounds[3], ...
class CharacterSet {
public:
    CharacterSet() = default;
    CharacterSet(char32_t first, char32_t last) : bounds_{first, last + 1} {}

    static CharacterSet of(std::u32string_view characters) {
        CharacterSet set;
        for (const char32_t c : characters) set = set | CharacterSet(c, c);
        return set;
    }
    /// @pre the bounds rise
    static CharacterSet with_bounds(std::vector<char32_t> bounds) {
        CharacterSet set;
        set.bounds_ = std::move(bounds);
        return set;
    }
    static CharacterSet all() { return {0, characters_end - 1}; }

    const std::vector<char32_t>& bounds() const { return bounds_; }
    bool contains(char32_t c) const {
        return (std::upper_bound(bounds_.begin(), bounds_.end(), c) - bounds_.begin()) % 2 == 1;
    }

    friend CharacterSet operator|(const CharacterSet& a, const CharacterSet& b) {
        return combined(a, b, [](bool x, bool y) { return x || y; });
    }
    friend CharacterSet operator&(const CharacterSet& a, const CharacterSet& b) {
        return combined(a, b, [](bool x, bool y) { return x && y; });
    }
    friend CharacterSet operator^(const CharacterSet& a, const CharacterSet& b) {
        return combined(a, b, [](bool x, bool y) { return x != y; });
    }
    CharacterSet operator~() const { return *this ^ all(); }
    bool operator==(const CharacterSet&) const = default;

private:
    template <class Rule>
    static CharacterSet combined(const CharacterSet& a, const CharacterSet& b, Rule rule) {
        CharacterSet result;
        std::size_t i = 0, j = 0;
        bool inside = false;
        while (i < a.bounds_.size() || j < b.bounds_.size()) {
            const bool from_a = j == b.bounds_.size() || (i < a.bounds_.size() && a.bounds_[i] <= b.bounds_[j]);
            const char32_t at = from_a ? a.bounds_[i] : b.bounds_[j];
            if (i < a.bounds_.size() && a.bounds_[i] == at) ++i;
            if (j < b.bounds_.size() && b.bounds_[j] == at) ++j;
            if (rule(i % 2 == 1, j % 2 == 1) != inside) {
                result.bounds_.push_back(at);
                inside = !inside;
            }
        }
        return result;
    }

    std::vector<char32_t> bounds_;
};

namespace tables {

/// Reads the numbers of a table from its beginning: in base 36, or in base 10.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}
    bool at_end() const { return at_ == text_.size(); }
    char front() const { return at_end() ? '\0' : text_[at_]; }
    char take() { return text_[at_++]; }
    char32_t number(char32_t base = 36) {
        char32_t value = 0;
        while (!at_end()) {
            const auto c = static_cast<char32_t>(text_[at_]);
            const char32_t digit = c >= U'0' && c <= U'9' ? c - U'0' : c >= U'a' && c <= U'z' ? c - U'a' + 10 : base;
            if (digit >= base) break;
            value = value * base + digit;
            ++at_;
        }
        return value;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

inline CharacterSet set_of(std::string_view runs) {
    std::vector<char32_t> bounds;
    char32_t at = 0;
    for (Reader reader(runs); !reader.at_end();) {
        bounds.push_back(at += reader.number());
        if (!reader.at_end()) reader.take();
    }
    return CharacterSet::with_bounds(std::move(bounds));
}

using Mapping = std::unordered_map<char32_t, std::u32string>;

inline Mapping mapping_of(std::string_view text) {
    Mapping mapping;
    char32_t at = 0;
    for (Reader reader(text); !reader.at_end();) {
        at += reader.number();
        std::u32string& target = mapping[at];
        while (!reader.at_end() && reader.take() != ' ') target += reader.number();
    }
    return mapping;
}

}  // namespace tables

/// Unicode's categories and properties, as Oniguruma has them in `tokenizers`.
class Unicode {
public:
    /// Read from the tables once.
    static const Unicode& data() {
        static const Unicode unicode;
        return unicode;
    }

    /// A category of one or two letters in lower case: "l", "lu".
    CharacterSet category(std::string_view name) const {
        CharacterSet set;
        for (std::size_t i = 0; i < categories_.size(); ++i)
            if (tables::category_names[i].substr(0, name.size()) == name) set = set | categories_[i];
        return set;
    }
    CharacterSet categories(std::initializer_list<std::string_view> names) const {
        CharacterSet set;
        for (const std::string_view name : names) set = set | category(name);
        return set;
    }
    CharacterSet alphabetic() const {
        return categories({"l", "nl"}) ^ tables::set_of(tables::alphabetic_beyond_letters);
    }
    CharacterSet upper() const { return category("lu") ^ tables::set_of(tables::upper_beyond_letters); }
    CharacterSet lower() const { return category("ll") ^ tables::set_of(tables::lower_beyond_letters); }
    /// \w in a class of Oniguruma's, and \w alone, which has superscripts and fractions of Latin-1 as well.
    CharacterSet word_in_class() const { return alphabetic() | categories({"m", "nd", "pc"}); }
    CharacterSet word() const { return word_in_class() ^ tables::set_of(tables::word_beyond_alphabetic); }
    CharacterSet posix_punctuation() const { return category("p") ^ tables::set_of(tables::posix_punctuation); }
    CharacterSet white_space() const { return tables::set_of(tables::white_space); }

    /// What Rust and the crates of `tokenizers` say.
    CharacterSet rust_numeric() const { return category("n") ^ tables::set_of(tables::rust_numeric); }
    CharacterSet rust_word() const { return word() ^ tables::set_of(tables::rust_word); }
    CharacterSet rust_punctuation() const {
        return (category("p") | CharacterSet::of(U"$+<=>^`|~")) ^ tables::set_of(tables::rust_punctuation);
    }
    CharacterSet combining_marks() const { return category("m") ^ tables::set_of(tables::combining_marks); }

    /// The characters of a property or script, by its name without spaces, hyphens and underscores, in lower case; none if
    /// there is no such name, or if it is not among the tables.
    std::optional<CharacterSet> property(const std::string& name) const {
        static const std::unordered_map<std::string, std::string_view> long_names{{"letter", "l"},
                                                                                  {"uppercaseletter", "lu"},
                                                                                  {"lowercaseletter", "ll"},
                                                                                  {"titlecaseletter", "lt"},
                                                                                  {"modifierletter", "lm"},
                                                                                  {"otherletter", "lo"},
                                                                                  {"mark", "m"},
                                                                                  {"combiningmark", "m"},
                                                                                  {"nonspacingmark", "mn"},
                                                                                  {"spacingmark", "mc"},
                                                                                  {"enclosingmark", "me"},
                                                                                  {"number", "n"},
                                                                                  {"decimalnumber", "nd"},
                                                                                  {"letternumber", "nl"},
                                                                                  {"othernumber", "no"},
                                                                                  {"punctuation", "p"},
                                                                                  {"punct", "p"},
                                                                                  {"connectorpunctuation", "pc"},
                                                                                  {"dashpunctuation", "pd"},
                                                                                  {"openpunctuation", "ps"},
                                                                                  {"closepunctuation", "pe"},
                                                                                  {"initialpunctuation", "pi"},
                                                                                  {"finalpunctuation", "pf"},
                                                                                  {"otherpunctuation", "po"},
                                                                                  {"symbol", "s"},
                                                                                  {"mathsymbol", "sm"},
                                                                                  {"currencysymbol", "sc"},
                                                                                  {"modifiersymbol", "sk"},
                                                                                  {"othersymbol", "so"},
                                                                                  {"separator", "z"},
                                                                                  {"spaceseparator", "zs"},
                                                                                  {"lineseparator", "zl"},
                                                                                  {"paragraphseparator", "zp"},
                                                                                  {"other", "c"},
                                                                                  {"control", "cc"},
                                                                                  {"cntrl", "cc"},
                                                                                  {"format", "cf"},
                                                                                  {"privateuse", "co"},
                                                                                  {"surrogate", "cs"},
                                                                                  {"unassigned", "cn"},
                                                                                  {"digit", "nd"}};
        if (name == "any") return CharacterSet::all();
        if (name == "assigned") return ~category("cn");
        if (name == "alpha" || name == "alphabetic") return alphabetic();
        if (name == "alnum") return alphabetic() | category("nd");
        if (name == "upper" || name == "uppercase") return upper();
        if (name == "lower" || name == "lowercase") return lower();
        if (name == "word") return word();
        if (name == "space" || name == "whitespace") return white_space();
        if (name == "ascii") return CharacterSet(0, 0x7F);
        if (name == "blank") return category("zs") | CharacterSet(U'\t', U'\t');
        if (name == "xdigit") return CharacterSet(U'0', U'9') | CharacterSet(U'a', U'f') | CharacterSet(U'A', U'F');
        if (const auto known = long_names.find(name); known != long_names.end()) return category(known->second);
        for (const tables::ScriptRuns& script : tables::scripts)
            if (script.name == name) return tables::set_of(script.runs);
        if (name == "c" || (name.size() <= 2 && !name.empty() && category(name) != CharacterSet()))
            return category(name);
        return std::nullopt;
    }

    /// A set with all characters that equal one of it when case is ignored.
    CharacterSet without_case(const CharacterSet& set) const {
        CharacterSet closed = set;
        for (const std::vector<char32_t>& equal : case_classes_)
            if (std::any_of(equal.begin(), equal.end(), [&](char32_t c) { return set.contains(c); }))
                for (const char32_t c : equal)
                    if (!closed.contains(c)) closed = closed | CharacterSet(c, c);
        return closed;
    }
    /// Whether a character equals several others when case is ignored, such as U+00DF and "ss".
    bool equals_several(char32_t c) const { return several_.contains(c); }
    const CharacterSet& several() const { return several_; }

private:
    Unicode() : categories_(tables::category_names.size()), several_(tables::set_of(tables::several_when_folded)) {
        std::vector<std::vector<char32_t>> bounds(categories_.size());
        char32_t at = 0;
        for (tables::Reader reader(tables::category_runs); !reader.at_end();) {
            const char letter = reader.take();
            auto& of_category = bounds[static_cast<std::size_t>(letter >= 'a' ? letter - 'a' + 26 : letter - 'A')];
            const char32_t length = reader.front() >= '0' && reader.front() <= '9' ? reader.number(10) : 1;
            of_category.push_back(at);
            of_category.push_back(at += length);
        }
        for (std::size_t i = 0; i < bounds.size(); ++i)
            categories_[i] = CharacterSet::with_bounds(std::move(bounds[i]));
        std::unordered_map<char32_t, std::vector<char32_t>> classes;
        for (const auto& [c, smallest] : tables::mapping_of(tables::case_classes)) {
            auto& equal = classes[smallest.front()];
            if (equal.empty()) equal.push_back(smallest.front());
            equal.push_back(c);
        }
        for (auto& [smallest, equal] : classes) case_classes_.push_back(std::move(equal));
    }

    std::vector<CharacterSet> categories_;
    CharacterSet several_;
    std::vector<std::vector<char32_t>> case_classes_;
};

}  // namespace suture::detail
