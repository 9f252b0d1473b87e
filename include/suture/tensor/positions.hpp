// Positions that differ from one batch row to the next, and masks: selectors whose values are tensors.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/torch.hpp"

#include <utility>

namespace suture {

/// Positions that differ from row to row, given by a tensor. @see token(at::Tensor) @see tokens(at::Tensor) @see mask
struct row_positions {
    enum class kind : unsigned char { one_a_row, several, where_true };
    kind what;
    at::Tensor given;

    static constexpr restriction restricts = the_positions;
    static constexpr void restrict_channels(channel_where&) {}
};

/// One token a row: `index` is [batch] integers, row b means token index[b]; negative counts from the end. The token
/// axis is dropped, as with `token(4)`.
inline row_positions token(at::Tensor index) { return {row_positions::kind::one_a_row, std::move(index)}; }
/// These tokens of every row (`index` is [k] integers), or of each row its own ([batch, k]), none twice.
inline row_positions tokens(at::Tensor index) { return {row_positions::kind::several, std::move(index)}; }
/// The positions where `mask` is true: bool [batch, tokens], or [tokens] for all rows. What it selects has the
/// shape [positions, channels], as PyTorch's `x[mask]` has.
inline row_positions mask(at::Tensor mask) { return {row_positions::kind::where_true, std::move(mask)}; }

}  // namespace suture
