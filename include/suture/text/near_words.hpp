// Suggestions for messages: the words most similar to a given one.
#pragma once

#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// The Levenshtein distance in bytes: how many must be inserted, deleted or replaced to turn one text into the other.
inline std::size_t bytes_apart(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() +
                                 1);  // row[j]: the distance from the part of a read so far to the first j bytes of b
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t exchanged = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            exchanged += a[i] != b[j];
            exchanged = std::exchange(row[j + 1], std::min({exchanged, row[j] + 1, row[j + 1] + 1}));
        }
    }
    return row.back();
}

/// ` (similar: "a", "b", "c")`: at most three words, the most similar first, whose distance is at most half the length
/// of the wanted word. Empty if there are none.
inline std::string near_words(std::string_view wanted, const std::vector<std::string>& words) {
    constexpr std::size_t shown = 3, longest = 100;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string& word : words) {
        if (std::max(wanted.size(), word.size()) > longest) continue;
        const std::size_t apart = bytes_apart(wanted, word);
        if (2 * apart <= wanted.size()) near.emplace_back(apart, word);
    }
    std::sort(near.begin(), near.end());
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, near.size()); ++i)
        text += (i ? ", " : " (similar: ") + in_quotes(near[i].second);
    return text.empty() ? text : text + ")";
}

}  // namespace suture::detail
