// Suggestions for messages: the words most similar to a given one.
#pragma once

#include "suture/tensor/joined.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
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

/// `"a", "b", "c"`: the three words, or fewer, with the least `distance(word)`, a std::optional number that is empty for
/// words to leave out.
template <class Distance>
std::string nearest_words(const std::vector<std::string>& words, Distance distance) {
    constexpr std::size_t most_shown = 3;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string& word : words)
        if (const std::optional<std::size_t> apart = distance(word)) near.emplace_back(*apart, word);
    const auto shown = static_cast<std::ptrdiff_t>(std::min(most_shown, near.size()));
    std::partial_sort(near.begin(), near.begin() + shown, near.end());
    near.resize(static_cast<std::size_t>(shown));
    return joined(near, ", ", [](const auto& ranked) { return in_quotes(ranked.second); });
}

/// ` (similar: "a", "b", "c")`: at most three words, the most similar first, whose distance is at most half the length
/// of the wanted word. Empty if there are none.
inline std::string near_words(std::string_view wanted, const std::vector<std::string>& words) {
    constexpr std::size_t longest = 100;
    const std::string near = nearest_words(words, [&](std::string_view word) -> std::optional<std::size_t> {
        if (std::max(wanted.size(), word.size()) > longest) return {};
        const std::size_t apart = bytes_apart(wanted, word);
        return 2 * apart <= wanted.size() ? std::optional(apart) : std::nullopt;
    });
    return near.empty() ? "" : " (similar: " + near + ")";
}

}  // namespace suture::detail
