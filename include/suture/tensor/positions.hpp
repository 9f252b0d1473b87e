// Positions that differ from one batch row to the next, and masks: selectors whose values are tensors.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/torch.hpp"

#include <utility>

namespace suture {

/// Positions that differ from row to row, given by a tensor. @see token(at::Tensor) @see tokens(at::Tensor) @see mask
struct RowPositions {
    enum class kind : unsigned char { one_a_row, several, where_true };
    kind what;
    at::Tensor given;

    static constexpr restriction restricts = the_positions;
    static constexpr void restrict_channels(ChannelWhere&) {}
};

/// One token a row: `index` is [batch] integers, row b means token index[b]; negative counts from the end. The token
/// axis is dropped, as with `token(4)`.
inline RowPositions token(at::Tensor index) { return {RowPositions::kind::one_a_row, std::move(index)}; }
/// These tokens of every row (`index` is [k] integers), or of each row its own ([batch, k]), none twice.
inline RowPositions tokens(at::Tensor index) { return {RowPositions::kind::several, std::move(index)}; }
/// The positions where `mask` is true: bool [batch, tokens], or [tokens] for all rows. What it selects has the
/// shape [positions, channels], as PyTorch's `x[mask]` has.
inline RowPositions mask(at::Tensor mask) { return {RowPositions::kind::where_true, std::move(mask)}; }

}  // namespace suture
