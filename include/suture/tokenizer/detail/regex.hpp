// Regular expressions as tokenizer.json writes them: in Oniguruma's syntax, with Oniguruma's Unicode, matched by PCRE2.
// Law: matches are those of Python's `tokenizers`, whatever Unicode this PCRE2 has; what cannot be matched so is refused.
//
// An expression can only tell characters apart by the sets that it names. So every character is replaced by a symbol of one
// byte that says in which of these sets it is, and PCRE2 matches bytes. Sources: doc/RE of https://github.com/kkos/oniguruma,
// and https://www.pcre.org.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/text/utf8.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/characters.hpp"

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

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

/// Reads an expression in Oniguruma's syntax into one of PCRE2's, in which sets of characters are still to be filled in.
class RegexReader {
public:
    /// A part of PCRE2's expression: its text, or a set of characters.
    struct Part {
        std::string text;
        std::optional<CharacterSet> set;
    };
    using Parts = std::vector<Part>;

    /// @throws FileError, with the position, for syntax that Oniguruma refuses or that means something else here
    static Parts read(std::string_view expression) {
        RegexReader reader(expression);
        Parts parts;
        reader.alternatives({}, parts, 0);
        if (!reader.at_end()) reader.refuse("has a parenthesis that nothing opens");
        return parts;
    }

private:
    struct Options {
        bool ignore_case = false, dot_matches_all = false, extended = false;
    };
    static constexpr int deepest = 200;

    explicit RegexReader(std::string_view expression) : expression_(expression), text_(characters_of(expression)) {}

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

    static void append(Parts& parts, std::string text) { parts.push_back({std::move(text), std::nullopt}); }
    static void append(Parts& parts, CharacterSet set) { parts.push_back({"", std::move(set)}); }
    static void append(Parts& parts, Parts more) {
        for (Part& part : more) parts.push_back(std::move(part));
    }
    static Parts grouped(Parts inner, const char* opening = "(?:") {
        Parts parts;
        append(parts, opening);
        append(parts, std::move(inner));
        append(parts, ")");
        return parts;
    }

    /// Up to the end, or up to the parenthesis that closes the group.
    void alternatives(Options options, Parts& parts, int depth) {
        if (depth > deepest) refuse("is nested more than 200 deep");
        char32_t literal_before = 0;
        for (;;) {
            if (options.extended && skip_comment()) continue;
            if (at_end() || front() == U')') return;
            if (take(U"|")) {
                append(parts, "|");
                literal_before = 0;
                continue;
            }
            Parts atom;
            char32_t literal = 0;
            bool repeatable = true;
            if (!one_atom(options, atom, literal, repeatable, parts, depth)) {
                literal_before = 0;
                continue;
            }
            const bool is_repeated = quantifiers(options, atom, repeatable);
            if (options.ignore_case) check_pair(is_repeated ? U'\0' : literal_before, is_repeated ? U'\0' : literal);
            literal_before = is_repeated ? U'\0' : literal;
            append(parts, std::move(atom));
        }
    }
    bool skip_comment() {
        if (front() == U'#' && !at_end()) {
            while (!at_end() && front() != U'\n') ++at_;
            return true;
        }
        if (at_end() || std::u32string_view(U" \t\n\r\f\v").find(front()) == std::u32string_view::npos) return false;
        ++at_;
        return true;
    }
    /// Two characters that equal one when case is ignored, as "ss" and U+00DF do: Oniguruma matches that one as well.
    void check_pair(char32_t a, char32_t b) const {
        const auto small = [](char32_t c) { return c >= U'A' && c <= U'Z' ? c + 32 : c; };
        const std::u32string pair{small(a), small(b)};
        for (const char32_t* several : {U"ss", U"st", U"ff", U"fi", U"fl"})
            if (pair == several)
                refuse("ignores the case of \"" + utf8_text(pair) + "\", which one character can equal,");
    }

    /// One atom, without its quantifiers. False if it is an option that changed what follows.
    bool one_atom(const Options& options, Parts& atom, char32_t& literal, bool& repeatable, Parts& parts, int depth) {
        const char32_t c = next();
        switch (c) {
            case U'(':
                return group(options, atom, repeatable, parts, depth);
            case U'[':
                append(atom, class_set(options, depth));
                return true;
            case U'.':
                append(atom, options.dot_matches_all ? CharacterSet::all() : ~CharacterSet(U'\n', U'\n'));
                return true;
            case U'^':
                append(atom, line_begin()), repeatable = false;
                return true;
            case U'$':
                append(atom, line_end()), repeatable = false;
                return true;
            case U'*':
            case U'+':
            case U'?':
                --at_;
                refuse("repeats nothing");
            case U'\\':
                return escape(options, atom, literal, repeatable);
            default:
                literal = c;
                append(atom, literal_set(options, c));
                return true;
        }
    }
    CharacterSet literal_set(const Options& options, char32_t c) const {
        if (!options.ignore_case) return {c, c};
        if (Unicode::data().equals_several(c) || c == 0x2BC || Unicode::data().category("m").contains(c))
            refuse("ignores the case of a character that several can equal,");
        return Unicode::data().without_case({c, c});
    }

    bool group(const Options& options, Parts& atom, bool& repeatable, Parts& parts, int depth) {
        const char* opening = "(?:";
        Options inner = options;
        if (take(U"?")) {
            if (take(U"#")) {
                while (next() != U')') {}
                return false;
            }
            if (take(U":")) {
            } else if (take(U"=")) {
                opening = "(?=";
            } else if (take(U"!")) {
                opening = "(?!";
            } else if (take(U">")) {
                opening = "(?>";
            } else if (take(U"<=")) {
                opening = "(?<=";
            } else if (take(U"<!")) {
                opening = "(?<!";
            } else if (take(U"<") || take(U"'")) {
                const char32_t closing = text_[at_ - 1] == U'<' ? U'>' : U'\'';
                while (next() != closing) {}  // a name, which only what is refused could use
            } else if (group_options(inner)) {
                // Oniguruma lets an option without a group hold for all that follows in this one, alternatives included.
                Parts rest;
                alternatives(inner, rest, depth + 1);
                append(parts, grouped(std::move(rest)));
                return false;
            }
            repeatable = std::string_view(opening) == "(?:" || std::string_view(opening) == "(?>";
        } else if (front() == U'*') {
            refuse("has a callout");
        }
        Parts content;
        alternatives(inner, content, depth + 1);
        if (!take(U")")) refuse("has a parenthesis that nothing closes");
        atom = grouped(std::move(content), opening);
        return true;
    }
    /// The options of `(?imx-imx:` or `(?imx-imx)`. True for the second.
    bool group_options(Options& options) {
        bool value = true;
        for (;;) {
            switch (next()) {
                case U'-':
                    value = false;
                    break;
                case U'i':
                    options.ignore_case = value;
                    break;
                case U'm':
                    options.dot_matches_all = value;
                    break;
                case U'x':
                    options.extended = value;
                    break;
                case U':':
                    return false;
                case U')':
                    return true;
                default:
                    --at_;
                    refuse("has a group of an unknown kind");
            }
        }
    }

    /// True if there was one.
    bool quantifiers(const Options& options, Parts& atom, bool repeatable) {
        bool any = false;
        for (;;) {
            while (options.extended && skip_comment()) {}
            std::string quantifier;
            bool is_interval = false, is_fixed = false;
            if (front() == U'*' || front() == U'+' || front() == U'?')
                quantifier = static_cast<char>(next());
            else if (const auto read = interval(is_fixed))
                quantifier = *read, is_interval = true;
            else
                return any;
            if (!repeatable) refuse("repeats what has no length");
            // After an interval, Oniguruma's "+" repeats it again, and "?" behind one number makes it optional.
            if (front() == U'?' && !is_fixed)
                ++at_, quantifier += '?';
            else if (front() == U'+' && !is_interval)
                ++at_, quantifier += '+';
            append(atom, quantifier);
            atom = grouped(std::move(atom));
            any = true;
        }
    }
    /// "{2,3}", with Oniguruma's "{,3}" written as "{0,3}"; nothing if it is not an interval but a brace.
    std::optional<std::string> interval(bool& is_fixed) {
        if (front() != U'{') return std::nullopt;
        std::size_t end = at_ + 1;
        std::string low, high;
        while (end < text_.size() && text_[end] >= U'0' && text_[end] <= U'9') low += static_cast<char>(text_[end++]);
        const bool has_comma = end < text_.size() && text_[end] == U',';
        if (has_comma) ++end;
        while (has_comma && end < text_.size() && text_[end] >= U'0' && text_[end] <= U'9')
            high += static_cast<char>(text_[end++]);
        if (end >= text_.size() || text_[end] != U'}' || (low.empty() && high.empty())) return std::nullopt;
        if (low.size() > 5 || high.size() > 5 || (!high.empty() && std::stoi("0" + low) > std::stoi(high)))
            refuse("has an interval that does not rise");
        at_ = end + 1;
        is_fixed = !has_comma;
        return "{" + (low.empty() ? "0" : low) + (has_comma ? "," : "") + high + "}";
    }

    // ^ also holds after each line feed but the last one of the text, $ also before each.
    static Parts line_begin() {
        Parts parts;
        append(parts, "(?:\\A|(?<=");
        append(parts, CharacterSet(U'\n', U'\n'));
        append(parts, ")(?!\\z))");
        return parts;
    }
    static Parts line_end() {
        Parts parts;
        append(parts, "(?:\\z|(?=");
        append(parts, CharacterSet(U'\n', U'\n'));
        append(parts, "))");
        return parts;
    }
    static Parts last_line_end() {
        Parts parts;
        append(parts, "(?:\\z|(?=");
        append(parts, CharacterSet(U'\n', U'\n'));
        append(parts, "\\z))");
        return parts;
    }
    /// Between a word's character and another one, or not between such.
    static Parts word_bound(bool is_one) {
        const CharacterSet word = Unicode::data().word();
        Parts parts;
        const auto look = [&](const char* opening) {
            append(parts, opening);
            append(parts, word);
            append(parts, ")");
        };
        append(parts, "(?:");
        look("(?<="), look(is_one ? "(?!" : "(?=");
        append(parts, "|");
        look("(?<!"), look(is_one ? "(?=" : "(?!");
        append(parts, ")");
        return parts;
    }
    static Parts any_line_end() {
        Parts parts;
        append(parts, "(?>");
        append(parts, CharacterSet(U'\r', U'\r'));
        append(parts, CharacterSet(U'\n', U'\n'));
        append(parts, "|");
        append(parts, CharacterSet::of(U"\n\v\f\r\u0085\u2028\u2029"));
        append(parts, ")");
        return parts;
    }

    bool escape(const Options& options, Parts& atom, char32_t& literal, bool& repeatable) {
        switch (front()) {
            case U'A':
                append(atom, "\\A"), repeatable = false;
                break;
            case U'z':
                append(atom, "\\z"), repeatable = false;
                break;
            case U'Z':
                append(atom, last_line_end()), repeatable = false;
                break;
            case U'b':
                append(atom, word_bound(true)), repeatable = false;
                break;
            case U'B':
                append(atom, word_bound(false)), repeatable = false;
                break;
            case U'R':
                append(atom, any_line_end());
                break;
            case U'N':
                append(atom, ~CharacterSet(U'\n', U'\n'));
                break;
            case U'O':
                append(atom, CharacterSet::all());
                break;
            default:
                if (auto shorthand = shorthand_set()) {
                    append(atom, std::move(*shorthand));
                } else {
                    literal = escaped_character();
                    append(atom, literal_set(options, literal));
                }
                return true;
        }
        ++at_;
        return true;
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
    CharacterSet class_set(const Options& options, int depth) {
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

    std::string_view expression_;
    std::u32string text_;
    std::size_t at_ = 0;
};

/// For every character, the symbol that says in which of several sets it is.
class Symbols {
public:
    /// @throws FileError if the sets cut the characters into more than 256 kinds
    explicit Symbols(const std::vector<CharacterSet>& sets) : members_(sets.size()) {
        struct Bound {
            char32_t at;
            std::size_t set;
        };
        std::vector<Bound> bounds;
        for (std::size_t i = 0; i < sets.size(); ++i)
            for (const char32_t at : sets[i].bounds())
                if (at < characters_end) bounds.push_back({at, i});
        std::sort(bounds.begin(), bounds.end(), [](const Bound& a, const Bound& b) { return a.at < b.at; });
        std::map<std::vector<bool>, std::uint8_t> known;
        std::vector<bool> inside(sets.size(), false);
        char32_t from = 0;
        for (std::size_t next = 0; from < characters_end;) {
            for (; next < bounds.size() && bounds[next].at == from; ++next)
                inside[bounds[next].set] = !inside[bounds[next].set];
            const char32_t to = next < bounds.size() ? bounds[next].at : characters_end;
            const auto [symbol, is_new] = known.emplace(inside, static_cast<std::uint8_t>(known.size()));
            if (known.size() > 256)
                throw FileError("an expression tells more than 256 kinds of characters apart: use fewer sets");
            if (is_new)
                for (std::size_t i = 0; i < sets.size(); ++i)
                    if (inside[i]) members_[i].push_back(symbol->second);
            fill(from, to, symbol->second);
            from = to;
        }
    }

    std::uint8_t of(char32_t c) const { return blocks_[block_of_[c >> 8]][c & 0xFF]; }

    /// A set in PCRE2's syntax.
    std::string expression(std::size_t set) const {
        const std::vector<std::uint8_t>& members = members_[set];
        if (members.empty()) return "(?!)";
        std::string text = members.size() == 1 ? "" : "[";
        for (const std::uint8_t symbol : members) text += "\\x" + hex_text(symbol);
        return members.size() == 1 ? text : text + "]";
    }

private:
    using Block = std::array<std::uint8_t, 256>;

    /// Blocks of one symbol are shared.
    void fill(char32_t from, char32_t to, std::uint8_t symbol) {
        while (from < to) {
            const char32_t block = from >> 8, end = std::min<char32_t>(to, (block + 1) << 8);
            if ((from & 0xFF) == 0 && end == (block + 1) << 8) {
                const auto [shared, is_new] = uniform_.emplace(symbol, blocks_.size());
                if (is_new) blocks_.emplace_back().fill(symbol);
                block_of_[block] = static_cast<std::uint16_t>(shared->second);
            } else {
                if ((from & 0xFF) == 0) {
                    block_of_[block] = static_cast<std::uint16_t>(blocks_.size());
                    blocks_.emplace_back();
                }
                std::fill(blocks_[block_of_[block]].begin() + (from & 0xFF),
                          blocks_[block_of_[block]].begin() + ((end - 1) & 0xFF) + 1, symbol);
            }
            from = end;
        }
    }

    std::vector<std::vector<std::uint8_t>> members_;
    std::map<std::uint8_t, std::size_t> uniform_;
    std::vector<Block> blocks_;
    std::vector<std::uint16_t> block_of_ = std::vector<std::uint16_t>(characters_end >> 8);
};

/// A compiled expression. Copies share it; several threads can match with it at once.
class Regex {
public:
    /// @throws FileError, with the expression and the position, unless it can be matched as `tokenizers` matches it
    explicit Regex(std::string_view expression) : expression_(expression) {
        const RegexReader::Parts parts = RegexReader::read(expression);
        std::vector<CharacterSet> sets;
        std::vector<std::size_t> index;
        for (const auto& part : parts) {
            if (!part.set) continue;
            const auto found = std::find(sets.begin(), sets.end(), *part.set);
            index.push_back(static_cast<std::size_t>(found - sets.begin()));
            if (found == sets.end()) sets.push_back(*part.set);
        }
        symbols_ = std::make_shared<const Symbols>(sets);
        std::string translated;
        std::size_t next = 0;
        for (const auto& part : parts) translated += part.set ? symbols_->expression(index[next++]) : part.text;
        compile(translated);
    }

    /// A match, or the text between two: where it begins and ends.
    struct Piece {
        std::size_t begin, end;
        bool is_match;
    };

    /// Cuts a text into matches and what is between them, as `find_matches` of the Rust crate does. @pre the text is UTF-8
    /// @throws ValueError if PCRE2 gives up
    std::vector<Piece> pieces(std::string_view text) const {
        if (text.empty()) return {{0, 0, false}};
        std::string symbols;
        symbols.reserve(text.size());
        std::vector<std::size_t> offsets;
        const bool is_ascii =
            std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        for (std::size_t at = 0; at < text.size();) {
            const Utf8Front front = utf8_front(text.substr(at, 4));
            symbols += static_cast<char>(symbols_->of(front.character));
            if (!is_ascii) offsets.push_back(at);
            at += front.bytes;
        }
        if (!is_ascii) offsets.push_back(text.size());
        const auto offset = [&](std::size_t symbol) { return is_ascii ? symbol : offsets[symbol]; };

        std::vector<Piece> found;
        std::size_t before = 0;
        for_each_match(symbols, [&](std::size_t begin, std::size_t end) {
            if (before != begin) found.push_back({offset(before), offset(begin), false});
            found.push_back({offset(begin), offset(end), true});
            before = end;
        });
        if (before != symbols.size()) found.push_back({offset(before), text.size(), false});
        return found;
    }

private:
    struct FreeMatch {
        void operator()(pcre2_match_data_8* match) const { pcre2_match_data_free_8(match); }
    };
    struct FreeContext {
        void operator()(pcre2_match_context_8* context) const { pcre2_match_context_free_8(context); }
    };

    void compile(const std::string& translated) {
        int error = 0;
        PCRE2_SIZE at = 0;
        code_.reset(pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(translated.data()), translated.size(), 0, &error, &at,
                                    nullptr),
                    pcre2_code_free_8);
        if (!code_)
            throw FileError("the expression " + in_quotes(expression_) + " cannot be compiled by PCRE2 (" +
                            reason(error) + "): split with what Oniguruma and PCRE2 both have");
        // Without a JIT, matching is only slower.
        if (is_safe_for_jit(translated)) pcre2_jit_compile_8(code_.get(), PCRE2_JIT_COMPLETE);
    }
    /// PCRE2 10.42's JIT misses matches of `(?>1|[^z]+?a{1,2}[A-Z]?+ {0,2}[^\s]+|.{1,3}?$){1,2}\z` that its interpreter finds.
    /// So it gets no atomic group and no group that is repeated. The expressions of published tokenizers have neither.
    static bool is_safe_for_jit(std::string_view translated) {
        if (translated.find("(?>") != translated.npos) return false;
        for (std::size_t at = translated.find(')'); at != translated.npos; at = translated.find(')', at + 1))
            if (at + 1 < translated.size() &&
                std::string_view("*+{").find(translated[at + 1]) != std::string_view::npos)
                return false;
        return true;
    }
    static std::string reason(int error) {
        PCRE2_UCHAR8 text[256] = {};
        pcre2_get_error_message_8(error, text, sizeof text);
        return reinterpret_cast<const char*>(text);
    }

    /// Like the crate onig: an empty match right behind a match is none.
    template <class Take>
    void for_each_match(const std::string& symbols, Take take) const {
        const std::unique_ptr<pcre2_match_data_8, FreeMatch> match(
            pcre2_match_data_create_from_pattern_8(code_.get(), nullptr));
        const std::unique_ptr<pcre2_match_context_8, FreeContext> context(pcre2_match_context_create_8(nullptr));
        if (!match || !context) throw std::bad_alloc();
        pcre2_set_match_limit_8(context.get(), 1'000'000'000);
        const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer_8(match.get());
        std::optional<std::size_t> last_end;
        for (std::size_t at = 0; at <= symbols.size() && find(symbols, at, *match, *context);) {
            if (bounds[0] == bounds[1] && last_end == bounds[1]) {
                ++at;
                continue;
            }
            take(bounds[0], bounds[1]);
            last_end = at = bounds[1];
        }
    }
    bool find(const std::string& symbols, std::size_t from, pcre2_match_data_8& match,
              pcre2_match_context_8& context) const {
        const auto text = reinterpret_cast<PCRE2_SPTR8>(symbols.data());
        int found = pcre2_match_8(code_.get(), text, symbols.size(), from, 0, &match, &context);
        if (found == PCRE2_ERROR_JIT_STACKLIMIT)
            found = pcre2_match_8(code_.get(), text, symbols.size(), from, PCRE2_NO_JIT, &match, &context);
        if (found < 0 && found != PCRE2_ERROR_NOMATCH)
            throw ValueError("the text cannot be split by " + in_quotes(expression_) + " (" + reason(found) +
                             "): give a shorter text");
        return found >= 0;
    }

    std::string expression_;
    std::shared_ptr<const Symbols> symbols_;
    std::shared_ptr<pcre2_code_8> code_;
};

}  // namespace suture::detail
