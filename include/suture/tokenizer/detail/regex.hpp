// Finds an expression of a tokenizer.json in a text, with PCRE2. Law: matches are those of Python's `tokenizers`, whatever
// Unicode this PCRE2 has, and what they take is bounded for the whole text.
//
// An expression can only tell characters apart by the sets that it names. So every character is replaced by a symbol of one
// byte that says in which of these sets it is, and PCRE2 matches bytes. Source: https://www.pcre.org.
#pragma once

#include "suture/tensor/error.hpp"
#include "suture/text/utf8.hpp"
#include "suture/text/visible_text.hpp"
#include "suture/tokenizer/detail/characters.hpp"
#include "suture/tokenizer/detail/regex_reader.hpp"
#include "suture/tokenizer/detail/text_work.hpp"

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

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
    static constexpr std::uint32_t most_memory = 1 << 20;  ///< for one match, in KiB

    /// Cuts a text into matches and what is between them, as `find_matches` of the Rust crate does. @pre the text is UTF-8
    /// @param work what matching may take for the whole text of which this is a part
    /// @throws ValueError, with the expression, if it takes more than that, or PCRE2 gives up
    std::vector<Piece> pieces(std::string_view text, TextWork& work) const {
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
        Search search(*code_, symbols, work);
        std::optional<std::size_t> last_end;
        for (std::size_t at = 0; at <= symbols.size();) {
            const int result = search.next(at);
            if (result == PCRE2_ERROR_NOMATCH) break;
            if (result < 0) refuse(result, offset(at), text.size(), work);
            const auto [begin, end] = search.bounds();
            // Like the crate onig: an empty match right behind a match is none.
            if (begin == end && last_end == end) {
                ++at;
                continue;
            }
            if (before != begin) found.push_back({offset(before), offset(begin), false});
            found.push_back({offset(begin), offset(end), true});
            before = at = end;
            last_end = end;
        }
        if (before != symbols.size()) found.push_back({offset(before), text.size(), false});
        return found;
    }

private:
    /// Matches one text of symbols, and counts the steps.
    class Search {
    public:
        Search(const pcre2_code_8& code, const std::string& symbols, TextWork& work)
            : code_(code),
              symbols_(symbols),
              work_(work),
              match_(pcre2_match_data_create_from_pattern_8(&code, nullptr)),
              context_(pcre2_match_context_create_8(nullptr)) {
            if (!match_ || !context_) throw std::bad_alloc();
            pcre2_set_match_limit_8(context_.get(), std::numeric_limits<std::uint32_t>::max());  // steps are counted
            pcre2_set_heap_limit_8(context_.get(), most_memory);
            pcre2_set_callout_8(context_.get(), count, this);
        }
        Search(const Search&) = delete;
        Search& operator=(const Search&) = delete;

        /// What PCRE2 returns for the first match that begins at an offset or behind it.
        int next(std::size_t from) {
            start_ = last_ = from;
            const int found = run(from, 0);
            return found == PCRE2_ERROR_JIT_STACKLIMIT ? run(from, PCRE2_NO_JIT) : found;
        }
        std::pair<std::size_t, std::size_t> bounds() const {
            const PCRE2_SIZE* const bounds = pcre2_get_ovector_pointer_8(match_.get());
            return {bounds[0], bounds[1]};
        }

    private:
        struct FreeMatch {
            void operator()(pcre2_match_data_8* match) const { pcre2_match_data_free_8(match); }
        };
        struct FreeContext {
            void operator()(pcre2_match_context_8* context) const { pcre2_match_context_free_8(context); }
        };

        int run(std::size_t from, std::uint32_t options) {
            const auto text = reinterpret_cast<PCRE2_SPTR8>(symbols_.data());
            return pcre2_match_8(&code_, text, symbols_.size(), from, options, match_.get(), context_.get());
        }
        /// Called from within the expression.
        static int count(pcre2_callout_block_8* at, void* data) noexcept {
            Search& search = *static_cast<Search*>(data);
            if (at->start_match != search.start_) search.start_ = search.last_ = at->start_match;
            const std::size_t here = at->current_position;
            const std::size_t moved = here > search.last_ ? here - search.last_ : search.last_ - here;
            search.last_ = here;
            return search.work_.add_steps(TextWork::branch + moved) ? 0 : PCRE2_ERROR_CALLOUT;
        }

        const pcre2_code_8& code_;
        const std::string& symbols_;
        TextWork& work_;
        std::unique_ptr<pcre2_match_data_8, FreeMatch> match_;
        std::unique_ptr<pcre2_match_context_8, FreeContext> context_;
        std::size_t start_ = 0, last_ = 0;  ///< where this attempt began, and where the last call was
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

    [[noreturn]] void refuse(int error, std::size_t at, std::size_t bytes, const TextWork& work) const {
        std::string why = reason(error);
        if (error == PCRE2_ERROR_CALLOUT) why = "more than " + std::to_string(work.most_steps()) + " steps";
        if (error == PCRE2_ERROR_HEAPLIMIT) why = "more than " + std::to_string(most_memory >> 10) + " MB";
        throw ValueError("the expression " + in_quotes(expression_) + " takes too much on this text (" + why +
                         ", at byte " + std::to_string(at) + " of " + std::to_string(bytes) +
                         "): give a shorter text, or an expression that can match it in fewer ways");
    }

    std::string expression_;
    std::shared_ptr<const Symbols> symbols_;
    std::shared_ptr<pcre2_code_8> code_;
};

}  // namespace suture::detail
