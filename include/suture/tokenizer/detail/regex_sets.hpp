// The sets of characters that an expression in Oniguruma's syntax names: a letter, an escape, a property, a class in brackets.
// Source: doc/RE and doc/UNICODE_PROPERTIES of https://github.com/kkos/oniguruma.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/characters.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace suture::detail {

/// What holds for a part of an expression.
struct RegexOptions {
    bool ignore_case = false, dot_matches_all = false, extended = false;
};

/// Reads an expression from its beginning, set by set.
class RegexSetReader {
public:
    explicit RegexSetReader(std::string_view expression) : text_(characters_of(expression)), expression_(expression) {}

protected:
    static constexpr int deepest = 200;

    bool at_end() const { return at_ == text_.size(); }
    char32_t front(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : U'\0'; }
    bool starts_with(std::u32string_view word) const { return text_.compare(at_, word.size(), word) == 0; }
    bool take(std::u32string_view word) {
        if (!starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    char32_t next() {
        if (at_end()) refuse("ends too early");
        return text_[at_++];
    }
    [[noreturn]] void refuse(const std::string& what) const {
        throw FileError("the expression " + in_quotes(expression_) + " " + what + " at character " +
                        std::to_string(at_) + ": split with what Oniguruma and PCRE2 both have");
    }

    CharacterSet literal_set(const RegexOptions& options, char32_t c) const {
        if (!options.ignore_case) return {c, c};
        if (Unicode::data().equals_several(c) || c == 0x2BC || Unicode::data().category("m").contains(c))
            refuse("ignores the case of a character that several can equal,");
        return Unicode::data().without_case({c, c});
    }

    /// \s, \p{L} and so on, behind the backslash; none if it is something else.
    std::optional<CharacterSet> shorthand_set(bool in_class = false) {
        const Unicode& unicode = Unicode::data();
        const char32_t c = front();
        std::optional<CharacterSet> set;
        switch (c) {
            case U's':
            case U'S':
                set = unicode.white_space();
                break;
            case U'd':
            case U'D':
                set = unicode.category("nd");
                break;
            case U'w':
            case U'W':
                set = in_class ? unicode.word_in_class() : unicode.word();
                break;
            case U'h':
            case U'H':
                set = unicode.property("xdigit");
                break;
            case U'p':
            case U'P':
                ++at_;
                return property_set(c == U'P', in_class);
            default:
                return std::nullopt;
        }
        ++at_;
        return c >= U'A' && c <= U'Z' ? ~*set : *set;
    }
    CharacterSet property_set(bool negated, bool in_class) {
        if (!take(U"{")) refuse("has \\p without braces");
        if (take(U"^")) negated = !negated;
        std::string name, shown;
        for (char32_t c = next(); c != U'}'; c = next()) {
            append_utf8(shown, c);
            if (c == U' ' || c == U'-' || c == U'_') continue;
            append_utf8(name, c >= U'A' && c <= U'Z' ? c + 32 : c);
        }
        const auto set = in_class && name == "word" ? Unicode::data().word_in_class() : Unicode::data().property(name);
        if (!set) refuse("has the property " + in_quotes(shown) + ", which is not known here,");
        return negated ? ~*set : *set;
    }
    char32_t escaped_character() {
        const char32_t c = next();
        switch (c) {
            case U't':
                return U'\t';
            case U'n':
                return U'\n';
            case U'r':
                return U'\r';
            case U'f':
                return U'\f';
            case U'v':
                return U'\v';
            case U'a':
                return U'\a';
            case U'e':
                return 0x1B;
            case U'0':
                return number(8, 2);
            case U'u':
                return number(16, 4, 4);
            case U'x':
                if (take(U"{")) {
                    const char32_t code = number(16, 8, 1);
                    if (!take(U"}")) refuse("has several characters in \\x{}");
                    return code;
                } else {
                    const char32_t code = number(16, 2, 1);
                    if (code > 0x7F) refuse("names a single byte");
                    return code;
                }
            default:
                if ((c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z')) {
                    --at_;
                    refuse("has the escape \\" + utf8_text({&c, 1}) + ", which is not known here,");
                }
                return c;
        }
    }
    char32_t number(char32_t base, int most, int least = 0) {
        char32_t value = 0;
        int digits = 0;
        for (; digits < most; ++digits, ++at_) {
            const char32_t c = front() >= U'A' && front() <= U'F' ? front() + 32 : front();
            const char32_t digit = c >= U'0' && c <= U'9' ? c - U'0' : c >= U'a' && c <= U'f' ? c - U'a' + 10 : base;
            if (digit >= base) break;
            value = value * base + digit;
        }
        if (digits < least || value >= characters_end) refuse("has a number that is no character");
        return value;
    }

    /// A class in brackets, behind the opening one: unions, ranges, classes within, and && between such.
    CharacterSet class_set(const RegexOptions& options, int depth) {
        if (depth > deepest) refuse("is nested more than 200 deep");
        const bool negated = take(U"^");
        std::optional<CharacterSet> intersection;
        CharacterSet set;
        bool is_first = true;
        for (;; is_first = false) {
            if (at_end()) refuse("has a bracket that nothing closes");
            if (front() == U']' && !(is_first && text_.find(U']', at_ + 1) != text_.npos)) {
                ++at_;
                break;
            }
            if (take(U"&&")) {
                intersection = intersection ? *intersection & set : set;
                set = CharacterSet();
                continue;
            }
            if (starts_with(U"[:")) {
                if (auto posix = posix_set()) {
                    set = set | *posix;
                    continue;
                }
            }
            if (take(U"[")) {
                set = set | class_set(options, depth + 1);
                continue;
            }
            char32_t first = next();
            if (first == U'\\') {
                if (front() == U'b') {
                    ++at_, first = U'\b';
                } else if (front() == U'R' || front() == U'N' || front() == U'O' || front() == U'X') {
                    refuse("has an escape in a class that means none");
                } else if (auto shorthand = shorthand_set(true)) {
                    set = set | *shorthand;
                    if (front() == U'-' && front(1) != U']') refuse("has a range that begins with a set");
                    continue;
                } else {
                    first = escaped_character();
                }
            }
            if (front() != U'-' || front(1) == U']' || front(1) == U'\0' || (front(1) == U'&' && front(2) == U'&')) {
                set = set | CharacterSet(first, first);
                continue;
            }
            ++at_;
            char32_t last = next();
            if (last == U'[') refuse("has a range that ends with a class");
            if (last == U'\\') {
                if (shorthand_set(true)) refuse("has a range that ends with a set");
                last = escaped_character();
            }
            if (last < first) refuse("has a range that does not rise");
            set = set | CharacterSet(first, last);
        }
        if (intersection) set = *intersection & set;
        if (options.ignore_case) {
            if (!negated && (set & Unicode::data().several()) != CharacterSet())
                refuse("ignores the case of a class with characters that several can equal,");
            set = Unicode::data().without_case(set);
        }
        return negated ? ~set : set;
    }
    /// [:alpha:] and [:^alpha:]; none if it is a class that begins with a colon.
    std::optional<CharacterSet> posix_set() {
        const std::size_t end = text_.find(U":]", at_);
        if (end == text_.npos) return std::nullopt;
        std::string name = utf8_text(std::u32string_view(text_).substr(at_ + 2, end - at_ - 2));
        const bool negated = name.starts_with('^');
        if (negated) name.erase(0, 1);
        const Unicode& unicode = Unicode::data();
        std::optional<CharacterSet> set;
        for (const char* known :
             {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "lower", "space", "upper", "xdigit"})
            if (name == known) set = unicode.property(name);
        if (name == "word") set = unicode.word_in_class();
        if (name == "punct") set = unicode.posix_punctuation();
        if (!set) return std::nullopt;
        at_ = end + 2;
        return negated ? ~*set : *set;
    }

    std::u32string text_;
    std::size_t at_ = 0;

private:
    std::string_view expression_;
};

}  // namespace suture::detail
