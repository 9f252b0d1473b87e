// Where the activations of one pass stand in the sequences of their rows: behind padding, or under a cache, where a pass
// holds the newest positions alone. Positions are those of the sequence: `token(4)` is the fifth token of each row.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/error.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace suture {

/// The positions of one pass [batch, columns]. Column c of row r holds the position first[r] + c of that row's sequence; it
/// is padding unless that lies in [0, length[r]).
struct SequencePositions {
    Index columns = 0;          ///< token positions of the pass
    std::vector<Index> first;   ///< of each row: the position in its first column; negative behind left padding
    std::vector<Index> length;  ///< of each row: how many positions its sequence has after this pass
    std::vector<Index> prompt =
        {};  ///< of each row: how many of these are its prompt; empty where nothing is generated
    bool is_growing =
        false;  ///< later passes may bring later positions: to name one that is not there yet is not a mistake

    Index rows() const { return static_cast<Index>(first.size()); }
    /// Whether a position of the sequences is the index of a column, and no column is padding.
    bool is_plain() const {
        return !is_growing && prompt.empty() && std::ranges::all_of(first, [](Index f) { return f == 0; }) &&
               std::ranges::all_of(length, [this](Index n) { return n == columns; });
    }
    /// @throws ShapeError if the numbers of rows differ, or a sequence is longer than its columns reach
    void check() const {
        const std::size_t all = first.size();
        if (length.size() != all || (!prompt.empty() && prompt.size() != all))
            throw ShapeError("a pass stands at " + std::to_string(all) + " first positions, " +
                             std::to_string(length.size()) + " lengths and " + std::to_string(prompt.size()) +
                             " lengths of prompts: give one of each for each row of the batch");
        for (std::size_t r = 0; r < all; ++r)
            if (length[r] < 0 || length[r] > first[r] + columns)
                throw ShapeError("row " + std::to_string(r) + " has " + std::to_string(length[r]) +
                                 " positions, but its " + std::to_string(columns) + " columns begin at position " +
                                 std::to_string(first[r]) +
                                 ": count the positions up to the last one that is not padding");
    }
    bool operator==(const SequencePositions&) const = default;
};

}  // namespace suture
