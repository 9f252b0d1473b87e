// How a model says where its pass stands in the sequences of its rows. While it does, `token(4)` in edits, boards, recorders
// and callbacks means position 4 of each row's own sequence, whatever column holds it; without it, that is column 4.
#pragma once

#include "suture/hook/detail/running_pass.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/sequence_positions.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace suture {

/// Says, for as long as it lives, where the pass of this thread stands:
///
///     at::Tensor forward(const at::Tensor& ids, const at::Tensor& cached) {
///         const SequencePass here({.columns = ids.size(1), .first = ..., .length = ...});
class [[nodiscard("a pass stands there while this lives: give it a name")]] SequencePass {
public:
    /// @throws ShapeError if the numbers of rows differ, or a row is longer than its columns reach
    explicit SequencePass(SequencePositions positions) : running_(checked(std::move(positions))) {}

private:
    static std::shared_ptr<const SequencePositions> checked(SequencePositions positions) {
        const auto rows = positions.first.size();
        const bool fits =
            positions.length.size() == rows && (positions.prompt.empty() || positions.prompt.size() == rows);
        if (!fits)
            throw ShapeError("a pass was said to stand at " + std::to_string(rows) + " first positions, " +
                             std::to_string(positions.length.size()) + " lengths and " +
                             std::to_string(positions.prompt.size()) +
                             " lengths of prompts: give one of each for each row of the batch");
        for (std::size_t r = 0; r < rows; ++r)
            if (positions.length[r] < 0 || positions.length[r] > positions.first[r] + positions.columns)
                throw ShapeError(
                    "row " + std::to_string(r) + " was said to have " + std::to_string(positions.length[r]) +
                    " positions, but its " + std::to_string(positions.columns) + " columns begin at position " +
                    std::to_string(positions.first[r]) + ": give the positions up to the last one that is no padding");
        return positions.is_plain() ? nullptr : std::make_shared<const SequencePositions>(std::move(positions));
    }
    detail::RunningPass running_;
};

}  // namespace suture
