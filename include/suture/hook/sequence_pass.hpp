// How a model says where its pass stands in the sequences of its rows. While it does, `token(4)` in edits, boards, recorders
// and callbacks means position 4 of each row's own sequence, whatever column holds it; without it, that is column 4.
#pragma once

#include "suture/hook/detail/running_pass.hpp"
#include "suture/tensor/sequence_positions.hpp"

#include <memory>
#include <utility>

namespace suture {

/// Says, for as long as it lives, where the pass of this thread stands:
///
///     at::Tensor forward(const at::Tensor& ids, const at::Tensor& cached) {
///         const SequencePass here({.columns = ids.size(1), .first = ..., .length = ...});
class [[nodiscard("a pass stands there while this lives: give it a name")]] SequencePass {
public:
    /// A pass whose columns are the positions, inside one that stands elsewhere: another model's, in a callback.
    SequencePass() : running_(nullptr) {}
    /// @throws ShapeError as SequencePositions::check
    explicit SequencePass(SequencePositions positions) : running_(told(std::move(positions))) {}

private:
    static std::shared_ptr<const SequencePositions> told(SequencePositions positions) {
        positions.check();
        return positions.is_plain() ? nullptr : std::make_shared<const SequencePositions>(std::move(positions));
    }
    detail::RunningPass running_;
};

}  // namespace suture
