// Suggestions for messages: the words most similar to a given one, within a fraction of a second among millions.
#pragma once

#include "suture/tensor/joined.hpp"
#include "suture/text/visible_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
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

/// How many bytes the two texts have in common at their beginning.
inline std::size_t common_beginning(std::string_view a, std::string_view b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t same = 0;
    for (std::uint64_t left = 0, right = 0; same + sizeof left <= most; same += sizeof left) {
        std::memcpy(&left, a.data() + same, sizeof left);
        std::memcpy(&right, b.data() + same, sizeof right);
        if (left != right) break;
    }
    while (same < most && a[same] == b[same]) ++same;
    return same;
}

/// The same at their end.
inline std::size_t common_end(std::string_view a, std::string_view b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t same = 0;
    for (std::uint64_t left = 0, right = 0; same + sizeof left <= most; same += sizeof left) {
        std::memcpy(&left, a.data() + a.size() - same - sizeof left, sizeof left);
        std::memcpy(&right, b.data() + b.size() - same - sizeof right, sizeof right);
        if (left != right) break;
    }
    while (same < most && a[a.size() - 1 - same] == b[b.size() - 1 - same]) ++same;
    return same;
}

/// A bound of the distance that looks at each byte once: all between the common beginning and the common end differs.
/// @post bytes_apart(a, b) <= bytes_apart_at_most(a, b)
inline std::size_t bytes_apart_at_most(std::string_view a, std::string_view b) {
    const std::size_t beginning = common_beginning(a, b);
    a.remove_prefix(beginning);
    b.remove_prefix(beginning);
    return std::max(a.size(), b.size()) - common_end(a, b);
}

/// `"a", "b", "c"`: the three words, or fewer, with the least `distance(word)`, a std::optional number that is empty for
/// words to leave out. Of more than 500 words the distance is taken of the 500 with the least `bound(word)`, which has to
/// be quick: a distance takes a microsecond and more, and a file may have a million names.
template <class Bound, class Distance>
std::string nearest_words(const std::vector<std::string>& words, Bound bound, Distance distance) {
    constexpr std::size_t most_shown = 3, most_compared = 500;
    using Ranked = std::pair<std::size_t, std::string_view>;
    std::vector<Ranked> candidates, near;
    std::size_t worst = std::numeric_limits<std::size_t>::max();  // a word beyond it has enough better ones
    const auto keep_best = [&] {
        if (candidates.size() <= most_compared) return;
        const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(most_compared) - 1;
        std::nth_element(candidates.begin(), last, candidates.end());
        candidates.resize(most_compared);
        worst = candidates.back().first;
    };
    for (const std::string& word : words) {
        const std::size_t at_most = words.size() > most_compared ? bound(word) : 0;
        if (at_most > worst) continue;
        candidates.emplace_back(at_most, word);
        if (candidates.size() == 8 * most_compared) keep_best();
    }
    keep_best();
    for (const auto& [at_most, word] : candidates)
        if (const std::optional<std::size_t> apart = distance(word)) near.emplace_back(*apart, word);
    std::sort(near.begin(), near.end());
    near.resize(std::min(most_shown, near.size()));
    return joined(near, ", ", [](const auto& ranked) { return in_quotes(ranked.second); });
}

/// ` (similar: "a", "b", "c")`: at most three words, the most similar first, whose distance is at most half the length
/// of the wanted word. Empty if there are none.
inline std::string near_words(std::string_view wanted, const std::vector<std::string>& words) {
    constexpr std::size_t longest = 100;
    if (wanted.size() > longest) return "";
    const auto bound = [wanted](std::string_view word) { return bytes_apart_at_most(wanted, word); };
    const std::string near = nearest_words(words, bound, [&](std::string_view word) -> std::optional<std::size_t> {
        if (word.size() > longest) return {};
        const std::size_t apart = bytes_apart(wanted, word);
        return 2 * apart <= wanted.size() ? std::optional(apart) : std::nullopt;
    });
    return near.empty() ? "" : " (similar: " + near + ")";
}

}  // namespace suture::detail
