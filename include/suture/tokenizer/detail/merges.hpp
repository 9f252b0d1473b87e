// The merges of a byte pair encoding: which adjacent tokens are joined, and in which order. Source: Sennrich et al.
// 2016. The file is the `merges.txt` of a Hugging Face tokenizer: one pair per line, and earlier lines are merged
// first.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tokenizer/detail/byte_alphabet.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace suture::detail {

/// Two adjacent tokens as one number.
using TokenPair = std::uint64_t;
inline constexpr TokenPair no_pair = ~TokenPair{0};
inline TokenPair pair_of(Index left, Index right) {
    return static_cast<TokenPair>(left) << 32 | static_cast<TokenPair>(right);
}

/// A word during merging: a list of tokens linked to their neighbours, in places that do not move.
class TokenRow {
public:
    explicit TokenRow(const std::vector<Index>& ids) {
        places_.reserve(ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i) places_.push_back({ids[i], i - 1, i + 1});
    }

    /// The pair that begins at a place; `no_pair` if the place was merged away or is the last.
    TokenPair pair_at(std::size_t place) const {
        if (place >= places_.size() || places_[place].id == merged_away || places_[place].after >= places_.size())
            return no_pair;
        return pair_of(places_[place].id, places_[places_[place].after].id);
    }
    std::size_t before(std::size_t place) const { return places_[place].before; }

    /// Replaces the pair that begins at a place by one token.
    void merge(std::size_t place, Index id) {
        auto& gone = places_[places_[place].after];
        gone.id = merged_away;
        places_[place].id = id;
        places_[place].after = gone.after;
        if (gone.after < places_.size()) places_[gone.after].before = place;
    }
    std::vector<Index> ids() const {
        std::vector<Index> ids;
        for (std::size_t i = 0; i < places_.size(); i = places_[i].after) ids.push_back(places_[i].id);
        return ids;
    }

private:
    static constexpr Index merged_away = -1;
    struct Place {
        Index id;
        std::size_t before, after;  ///< the places of the neighbours; past the end if there is none
    };
    std::vector<Place> places_;
};

/// All merges of a tokenizer.
class MergeTable {
public:
    /// Entries are written in the byte alphabet. The first line may begin with "#version"; empty lines are skipped.
    /// @throws FileError, with the line, unless each line has two tokens that join to a third, and no line is repeated
    static MergeTable read(const std::filesystem::path& file, const Vocabulary& tokens) {
        MergeTable table;
        const std::string text = read_text(file);
        std::string_view rest = text;
        for (std::size_t number = 1; !rest.empty(); ++number) {
            const std::string_view line = take_line(rest);
            if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
            try {
                table.add(line, tokens);
            } catch (FileError& error) {
                error.add_place(file.string() + " line " + std::to_string(number));
                throw;
            }
        }
        return table;
    }

    /// Merges a word: the merge of lowest rank first, of equal ones the leftmost, until no pair has a merge. This takes
    /// O(n log n) steps for any word of n bytes.
    std::vector<Index> merged(const std::vector<Index>& ids) const {
        TokenRow row(ids);
        std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> waiting;
        const auto offer = [&](std::size_t place) {
            const auto found = merges_.find(row.pair_at(place));
            if (found != merges_.end()) waiting.emplace(found->second.rank, place, found->first);
        };
        for (std::size_t place = 0; place < ids.size(); ++place) offer(place);
        while (!waiting.empty()) {
            const auto [rank, place, pair] = waiting.top();
            waiting.pop();
            if (row.pair_at(place) != pair) continue;  // a neighbour has been merged in the meantime
            row.merge(place, merges_.at(pair).result);
            offer(row.before(place));
            offer(place);
        }
        return row.ids();
    }

private:
    struct Merge {
        std::size_t rank;
        Index result;
    };
    using Candidate = std::tuple<std::size_t, std::size_t, TokenPair>;  // rank, place, pair

    static std::string_view take_line(std::string_view& text) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }
    void add(std::string_view line, const Vocabulary& tokens) {
        const std::size_t space = line.find(' ');
        if (space == line.npos || space == 0 || space + 1 == line.size() || line.find(' ', space + 1) != line.npos)
            throw FileError(in_quotes(line) + " is not a pair: write two tokens with one space between them");
        const std::string left(line.substr(0, space)), right(line.substr(space + 1));
        const Index first = id_of(left, tokens), second = id_of(right, tokens), both = id_of(left + right, tokens);
        if (!merges_.emplace(pair_of(first, second), Merge{merges_.size(), both}).second)
            throw FileError(in_quotes(line) + " is in the file twice: remove one of the lines");
    }
    static Index id_of(const std::string& entry, const Vocabulary& tokens) {
        const std::optional<std::string> bytes = alphabet_bytes(entry);
        const std::optional<Index> id = bytes ? tokens.find(*bytes) : std::nullopt;
        if (!id) throw FileError(in_quotes(entry) + " is not in vocab.json: use the two files of one tokenizer");
        return *id;
    }

    std::unordered_map<TokenPair, Merge> merges_;
};

}  // namespace suture::detail
