// Regular expressions over UTF-8 with Unicode's character classes, by PCRE2 (https://www.pcre.org).
// PCRE2's functions are called by their full names, so that a program can use PCRE2 for other widths as well.
#pragma once

#include "suture/tensor/error.hpp"

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>

namespace suture::detail {

/// Unicode's White_Space as part of a character class: \s of Python and Rust. PCRE2's \s also contains U+180E.
inline constexpr const char* white_space = R"(\p{Z}\x09-\x0D\x85)";

/// A compiled expression. Copies share it; several threads can match with it at once.
class Pattern {
public:
    /// @throws Error if PCRE2 cannot compile it, for example because it was built without Unicode support
    explicit Pattern(const std::string& expression) {
        int error = 0;
        PCRE2_SIZE at = 0;
        code_.reset(pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(expression.data()), expression.size(),
                                    PCRE2_UTF | PCRE2_UCP, &error, &at, nullptr),
                    pcre2_code_free_8);
        if (!code_) refuse("compile " + expression, error);
        // Without a JIT, matching is only slower. The JIT of PCRE2 10.42 misses matches of atomic groups that are repeated;
        // no file's expression comes here, and the library's only one, `words_and_marks`, has no groups.
        pcre2_jit_compile_8(code_.get(), PCRE2_JIT_COMPLETE);
    }

    /// Calls `take(match)` for each match in turn, and skips the text between matches.
    /// @pre the text is UTF-8, and the expression does not match the empty text
    template <class Take>
    void for_each_match(std::string_view text, Take take) const {
        const std::unique_ptr<pcre2_match_data_8, FreeMatch> match(
            pcre2_match_data_create_from_pattern_8(code_.get(), nullptr));
        if (!match) throw std::bad_alloc();
        const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer_8(match.get());
        for (std::size_t at = 0; at < text.size() && find(text, at, *match); at = bounds[1])
            take(text.substr(bounds[0], bounds[1] - bounds[0]));
    }

private:
    struct FreeMatch {
        void operator()(pcre2_match_data_8* match) const { pcre2_match_data_free_8(match); }
    };

    bool find(std::string_view text, std::size_t from, pcre2_match_data_8& match) const {
        const int found = pcre2_match_8(code_.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(), from,
                                        PCRE2_NO_UTF_CHECK, &match, nullptr);
        if (found < 0 && found != PCRE2_ERROR_NOMATCH) refuse("search a text", found);
        return found >= 0;
    }
    [[noreturn]] static void refuse(const std::string& task, int error) {
        PCRE2_UCHAR8 reason[256] = {};
        pcre2_get_error_message_8(error, reason, sizeof reason);
        throw Error("PCRE2 cannot " + task + " (" + reinterpret_cast<const char*>(reason) +
                    "): use a PCRE2 with Unicode support");
    }

    std::shared_ptr<pcre2_code_8> code_;
};

}  // namespace suture::detail
