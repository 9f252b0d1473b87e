// The merges of a byte pair encoding: which adjacent tokens are joined, and in which order. Source: Sennrich et al.
// 2016. The file is the `merges.txt` of a Hugging Face tokenizer: one pair per line, and earlier lines are merged
// first.
#pragma once

#include "suture/core/component.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tokenizer/detail/vocabulary.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace suture::detail {

/// Two adjacent tokens as one number.
using TokenPair = std::uint64_t;
inline TokenPair pair_of(Index left, Index right) {
    return static_cast<TokenPair>(left) << 32 | static_cast<TokenPair>(right);
}

/// A merge: its place in the order, and the token that a pair becomes.
struct Merge {
    std::uint32_t rank = 0;
    Index result = 0;
};

/// Merges by pair. Pairs are looked up for every two bytes of a text, so they lie in one array, each at the first free place
/// from its hash on.
class PairTable {
public:
    const Merge* find(TokenPair pair) const {
        if (places_.empty()) return nullptr;
        for (std::size_t at = hash(pair);; at = (at + 1) & (places_.size() - 1)) {
            if (places_[at].pair == pair) return &places_[at].merge;
            if (places_[at].pair == no_pair) return nullptr;
        }
    }
    /// False if the pair is there already.
    bool emplace(TokenPair pair, Merge merge) {
        if ((count_ + 1) * 2 > places_.size()) grow();
        std::size_t at = hash(pair);
        for (; places_[at].pair != no_pair; at = (at + 1) & (places_.size() - 1))
            if (places_[at].pair == pair) return false;
        places_[at] = {pair, merge};
        ++count_;
        return true;
    }
    std::size_t size() const { return count_; }

private:
    static constexpr TokenPair no_pair = ~TokenPair{0};
    struct Place {
        TokenPair pair = no_pair;
        Merge merge;
    };

    std::size_t hash(TokenPair pair) const {
        return static_cast<std::size_t>((pair * 0x9E3779B97F4A7C15) >> 32) & (places_.size() - 1);
    }
    void grow() {
        std::vector<Place> before(std::max<std::size_t>(16, places_.size() * 2));
        std::swap(before, places_);
        count_ = 0;
        for (const Place& place : before)
            if (place.pair != no_pair) emplace(place.pair, place.merge);
    }

    std::vector<Place> places_;
    std::size_t count_ = 0;
};

/// All merges of a tokenizer.
class MergeTable {
public:
    MergeTable() = default;

    /// Entries are as the vocabulary has them. The first line may begin with "#version"; empty lines are skipped.
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

    /// "a b"
    void add(std::string_view line, const Vocabulary& tokens) {
        const std::size_t space = line.find(' ');
        if (space == line.npos || space == 0 || space + 1 == line.size() || line.find(' ', space + 1) != line.npos)
            throw FileError(in_quotes(line) + " is not a pair: write two tokens with one space between them");
        add(std::string(line.substr(0, space)), line.substr(space + 1), tokens);
    }
    /// @param prefix how many bytes of the right token are left out where they are joined
    void add(const std::string& left, std::string_view right, const Vocabulary& tokens, std::size_t prefix = 0) {
        if (right.size() < prefix)
            throw FileError(in_quotes(right) +
                            " is shorter than continuing_subword_prefix: use the files of one tokenizer");
        const Index first = id_of(left, tokens), second = id_of(right, tokens);
        const Index both = id_of(left + std::string(right.substr(prefix)), tokens);
        const auto rank = static_cast<std::uint32_t>(merges_.size());
        if (!merges_.emplace(pair_of(first, second), Merge{rank, both}))
            throw FileError(in_quotes(left + " " + std::string(right)) +
                            " is in the file twice: remove one of the lines");
    }

    /// Merges a word: the merge of lowest rank first, of equal ones the leftmost, until no pair has a merge. This takes
    /// O(n log n) steps for any word of n tokens.
    std::vector<Index> merged(std::vector<Index> ids) const {
        if (ids.size() < 2) return ids;
        // Each token has a place that does not move, and knows its neighbours.
        std::vector<Place> places(ids.size());
        std::vector<Candidate> waiting;
        for (std::size_t i = 0; i < ids.size(); ++i) places[i] = {ids[i], i - 1, i + 1};
        const auto merge_at = [&](std::size_t place) {
            return place < places.size() && places[place].id != merged_away && places[place].after < places.size()
                       ? merges_.find(pair_of(places[place].id, places[places[place].after].id))
                       : nullptr;
        };
        for (std::size_t place = 0; place + 1 < ids.size(); ++place)
            if (const Merge* const merge = merge_at(place)) waiting.push_back({merge->rank, place, merge->result});
        if (waiting.empty()) return ids;
        std::make_heap(waiting.begin(), waiting.end(), std::greater<>());
        const auto offer = [&](std::size_t place) {
            if (const Merge* const merge = merge_at(place)) {
                waiting.push_back({merge->rank, place, merge->result});
                std::push_heap(waiting.begin(), waiting.end(), std::greater<>());
            }
        };
        while (!waiting.empty()) {
            std::pop_heap(waiting.begin(), waiting.end(), std::greater<>());
            const Candidate top = waiting.back();
            waiting.pop_back();
            // A neighbour may have been merged in the meantime. As in the Rust crate, the candidate holds for any pair that
            // stands there now and becomes the same token.
            const Merge* const merge = merge_at(top.place);
            if (!merge || merge->result != top.result) continue;
            Place& left = places[top.place];
            Place& right = places[left.after];
            left.id = top.result;
            right.id = merged_away;
            left.after = right.after;
            if (left.after < places.size()) places[left.after].before = top.place;
            offer(left.before);
            offer(top.place);
        }
        ids.clear();
        for (std::size_t i = 0; i < places.size(); i = places[i].after) ids.push_back(places[i].id);
        return ids;
    }

private:
    static constexpr Index merged_away = -1;
    struct Place {
        Index id;
        std::size_t before, after;  ///< the places of the neighbours; past the end if there is none
    };
    struct Candidate {
        std::uint32_t rank;
        std::size_t place;
        Index result;
        bool operator>(const Candidate& other) const {
            return std::tie(rank, place) > std::tie(other.rank, other.place);
        }
    };

    static std::string_view take_line(std::string_view& text) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }
    static Index id_of(std::string_view entry, const Vocabulary& tokens) {
        const std::optional<Index> id = tokens.find(entry);
        if (!id) throw FileError(in_quotes(entry) + " is not in vocab.json: use the two files of one tokenizer");
        return *id;
    }

    PairTable merges_;
};

}  // namespace suture::detail
