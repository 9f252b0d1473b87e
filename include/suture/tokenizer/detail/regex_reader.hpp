// Reads an expression in Oniguruma's syntax, as tokenizer.json has it, into one for PCRE2. Law: what PCRE2 makes of it is what
// Oniguruma makes of the expression; syntax for which that does not hold is refused with its position. Sources: doc/RE of
// https://github.com/kkos/oniguruma, and https://www.pcre.org.
#pragma once

#include "suture/tokenizer/detail/characters.hpp"
#include "suture/tokenizer/detail/regex_sets.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// Reads an expression in Oniguruma's syntax into one of PCRE2's, in which sets of characters are still to be filled in.
///
/// The expression calls its matcher, by a callout, wherever matching can branch or go far: around each repeated atom, at the end
/// of each alternative of a group, and in long rows of atoms or alternatives. So the matcher can count what a text takes.
class RegexReader : RegexSetReader {
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
        if (reader.text_.size() > longest) reader.refuse("is longer than 20000 characters");
        Parts parts;
        reader.alternatives({}, parts, 0);
        if (!reader.at_end()) reader.refuse("has a parenthesis that nothing opens");
        return parts;
    }

private:
    using RegexSetReader::RegexSetReader;
    static constexpr std::size_t longest = 20000;
    static constexpr const char* callout = "(?C)";

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
    void alternatives(RegexOptions options, Parts& parts, int depth) {
        if (depth > deepest) refuse("is nested more than 200 deep");
        constexpr std::size_t many = 128;  // atoms in a row, or alternatives, of which none calls
        char32_t literal_before = 0;
        for (std::size_t atoms = 0, bars = 0;;) {
            if (options.extended && skip_comment()) continue;
            const bool is_last = at_end() || front() == U')';
            if (depth > 0 && (is_last || front() == U'|')) append(parts, callout);
            if (is_last) return;
            if (take(U"|")) {
                append(parts, "|");
                if (++bars % many == 0) append(parts, callout);
                literal_before = 0, atoms = 0;
                continue;
            }
            if (++atoms % many == 0) append(parts, callout);
            Parts atom;
            char32_t literal = 0;
            bool repeatable = true;
            if (!one_atom(options, atom, literal, repeatable, parts, depth)) {
                literal_before = 0;
                continue;
            }
            const Repeated repeated = quantifiers(options, atom, repeatable);
            const bool is_repeated = repeated != Repeated::no;
            if (options.ignore_case) check_pair(is_repeated ? U'\0' : literal_before, is_repeated ? U'\0' : literal);
            literal_before = is_repeated ? U'\0' : literal;
            // Nothing to count where the whole match ends; and where it begins, a callout would hide the set to look for.
            const bool may_branch = is_repeated && (depth > 0 || !(at_end() || front() == U'|'));
            const bool is_first = depth == 0 && atoms == 1;
            if (may_branch && !is_first) append(parts, callout);
            append(parts, std::move(atom));
            if (may_branch && !(is_first && repeated == Repeated::at_most_once)) append(parts, callout);
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
    bool one_atom(const RegexOptions& options, Parts& atom, char32_t& literal, bool& repeatable, Parts& parts,
                  int depth) {
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
    bool group(const RegexOptions& options, Parts& atom, bool& repeatable, Parts& parts, int depth) {
        const char* opening = "(?:";
        RegexOptions inner = options;
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
    bool group_options(RegexOptions& options) {
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

    enum class Repeated { no, at_most_once, otherwise };
    Repeated quantifiers(const RegexOptions& options, Parts& atom, bool repeatable) {
        Repeated repeated = Repeated::no;
        for (int count = 0;;) {
            while (options.extended && skip_comment()) {}
            std::string quantifier;
            bool is_interval = false, is_fixed = false;
            if (front() == U'*' || front() == U'+' || front() == U'?')
                quantifier = static_cast<char>(next());
            else if (const auto read = interval(is_fixed))
                quantifier = *read, is_interval = true;
            else
                return repeated;
            if (!repeatable) refuse("repeats what has no length");
            repeated = count == 0 && quantifier == "?" ? Repeated::at_most_once : Repeated::otherwise;
            // After an interval, Oniguruma's "+" repeats it again, and "?" behind one number makes it optional.
            if (front() == U'?' && !is_fixed)
                ++at_, quantifier += '?';
            else if (front() == U'+' && !is_interval)
                ++at_, quantifier += '+';
            append(atom, quantifier);
            atom = grouped(std::move(atom));
            if (++count > deepest) refuse("repeats one atom more than 200 times over");
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
        if (std::stoi("0" + low) > 1000) refuse("repeats an atom at least " + low + " times, and not at most 1000,");
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

    bool escape(const RegexOptions& options, Parts& atom, char32_t& literal, bool& repeatable) {
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
};

}  // namespace suture::detail
