// Selectors given by tensors: positions that differ from one batch row to the next, and masks.
#pragma once

#include "suture/core/where.hpp"
#include "suture/tensor/torch.hpp"

#include <utility>

namespace suture {

/// Positions given by a tensor, which may differ from row to row. @see token(at::Tensor) @see tokens(at::Tensor) @see
/// mask
struct RowPositions {
    enum class Kind : unsigned char { one_per_row, several, where_true };
    Kind what;
    at::Tensor given;

    static constexpr detail::Restriction restricts = detail::the_positions;
    static constexpr void restrict_channels(detail::ChannelWhere&) {}
};

/// One token per row: `index` holds [batch] integers, and row b selects token index[b]; negative ones count from the
/// end. The token axis is dropped, as with `token(4)`.
inline RowPositions token(at::Tensor index) { return {RowPositions::Kind::one_per_row, std::move(index)}; }
/// Several tokens: the same ones in every row (`index` is [k] integers), or each row's own ([batch, k]); none twice.
inline RowPositions tokens(at::Tensor index) { return {RowPositions::Kind::several, std::move(index)}; }
/// The positions where `mask` is true: bool [batch, tokens], or [tokens] for all rows. The selection has the shape
/// [positions, channels], like PyTorch's `x[mask]`.
inline RowPositions mask(at::Tensor mask) { return {RowPositions::Kind::where_true, std::move(mask)}; }

}  // namespace suture
