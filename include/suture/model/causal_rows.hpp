// Rows: the positions of several runs that a block computes at once, one under another. All that a transformer's block
// does to a position it does to that position alone, but for attention; so a block that leaves its attention to
// `CausalRows` can be run on any positions of any runs.
// Law: a position's row is what the block gives it in a pass over the whole prompt, up to rounding.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/arange.h>

#include <limits>
#include <string>

namespace suture {

/// The rows that a block is given beside them. A block is three lines with it:
///
///     at::Tensor block(Index layer, const at::Tensor& x, CausalRows& rows) {      // x [rows, width]
///         auto [q, k, v] = projections(norm(x));                                  // [rows, heads, head width] each
///         at::Tensor mid = rows.kept(x) + output(rows.attend(q, k, v, scale).flatten(-2));
///         return mid + mlp(norm(mid));
///     }
class CausalRows {
public:
    CausalRows() = default;
    CausalRows(const CausalRows&) = delete;
    CausalRows& operator=(const CausalRows&) = delete;
    virtual ~CausalRows() = default;

    /// Causal attention: each row's query meets the keys of its run up to its own position, those of rows that are not
    /// computed included. Queries [rows, heads, head width]; keys and values [rows, key heads, head width], of which each
    /// serves heads / key heads heads in turn; `scale` multiplies the scores. To be called once a block.
    /// @return the mixed values of the rows that are kept: [kept rows, heads, head width]
    /// @throws ShapeError if these are other shapes
    virtual at::Tensor attend(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                              double scale) = 0;

    /// Of what passes by attention, [rows, ...], the rows that are kept: in the last block those that somebody reads.
    virtual at::Tensor kept(const at::Tensor& rows) const = 0;

    /// The position of each row in its prompt: [rows], int64. For rotary embeddings.
    virtual at::Tensor positions() const = 0;
};

namespace detail {
/// @throws ShapeError unless these are [rows, heads, head width] of so many rows
inline void check_rows(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Index rows) {
    const bool fit = q.dim() == 3 && k.dim() == 3 && v.sizes() == k.sizes() && q.size(0) == rows && k.size(0) == rows &&
                     q.size(2) == k.size(2) && k.size(1) > 0 && q.size(1) % k.size(1) == 0;
    if (!fit)
        throw ShapeError("attend() was given queries " + shape_text(q.sizes()) + ", keys " + shape_text(k.sizes()) +
                         " and values " + shape_text(v.sizes()) + " for " + std::to_string(rows) +
                         " rows: give [rows, heads, head width], with heads a multiple of the key heads");
}

/// @throws HookError if the block has let its rows attend before: the keys and values of one attention are recorded
inline void check_first_call(bool attended) {
    if (attended)
        throw HookError(
            "a block called attend() twice: rows are for blocks of one attention; give the model block(layer, x) "
            "alone");
}

/// [runs, tokens, key heads, head width] -> [runs, heads, tokens, head width].
inline at::Tensor by_query_head(const at::Tensor& t, Index heads) {
    const at::Tensor by_head = t.transpose(1, 2);
    return t.size(2) == heads ? by_head : by_head.repeat_interleave(heads / t.size(2), 1);
}

/// Queries [runs, queries, heads, head width] at positions first[run] + 0, 1, 2, ... mix the values [runs, tokens, key
/// heads, head width] of the positions up to their own: [runs, queries, heads, head width].
inline at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const at::Tensor& first, double scale) {
    const at::TensorOptions count = first.options();
    const at::Tensor own = first.unsqueeze(1).add(at::arange(q.size(1), count));  // [runs, queries]
    const at::Tensor later =
        at::arange(k.size(1), count).gt(own.unsqueeze(-1)).unsqueeze(1);  // [runs, 1, queries, tokens]
    const at::Tensor keys = by_query_head(k, q.size(2)), values = by_query_head(v, q.size(2));
    const at::Tensor scores = q.transpose(1, 2).matmul(keys.transpose(-2, -1)).mul_(scale);
    return scores.masked_fill_(later, -std::numeric_limits<double>::infinity())
        .softmax(-1)
        .matmul(values)
        .transpose(1, 2);
}
}  // namespace detail

}  // namespace suture
