// Positions: the places of several runs that a block computes at once, one below another. Everything that a transformer's
// block does to a position it does to that position alone, except attention; so a block that leaves its attention to
// `CausalPositions` can be run on any positions of any runs.
// Law: a position gets what the block gives it in a pass over the whole prompt, up to rounding.
#pragma once

#include "suture/core/strided_slice.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/arange.h>

#include <limits>
#include <string>

namespace suture {

/// What a block is given beside the residual stream at its positions. With it a block is three lines:
///
///     at::Tensor block(Index layer, const at::Tensor& x, CausalPositions& positions) {   // x [positions, width]
///         auto [q, k, v] = projections(norm(x));                          // [positions, heads, head width] each
///         at::Tensor mid = positions.kept(x) + output(positions.attend(q, k, v, scale).flatten(-2));
///         return mid + mlp(norm(mid));
///     }
class CausalPositions {
public:
    CausalPositions() = default;
    CausalPositions(const CausalPositions&) = delete;
    CausalPositions& operator=(const CausalPositions&) = delete;
    virtual ~CausalPositions() = default;

    /// Causal attention: the query of each position meets the keys of its run up to that position, including the keys of
    /// positions that are not computed. Queries are [positions, heads, head width]; keys and values are [positions, key
    /// heads, head width], and each key head serves heads / key heads consecutive query heads; `scale` multiplies the
    /// scores. Call it once per block.
    /// @return the mixed values of the kept positions: [kept positions, heads, head width]
    /// @throws ShapeError if the shapes differ from these
    virtual at::Tensor attend(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                              double scale) = 0;

    /// Selects, from a tensor that bypasses attention, [positions, ...], the kept positions: in the last block only those
    /// whose logits are read.
    virtual at::Tensor kept(const at::Tensor& all) const = 0;

    /// Where each position lies in its prompt: [positions], int64. For rotary embeddings.
    virtual at::Tensor indices() const = 0;
};

namespace detail {
/// @throws ShapeError unless these are [count, heads, head width]
inline void check_attention_inputs(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Index count) {
    const bool fit = q.dim() == 3 && k.dim() == 3 && v.sizes() == k.sizes() && q.size(0) == count &&
                     k.size(0) == count && q.size(2) == k.size(2) && k.size(1) > 0 && q.size(1) % k.size(1) == 0;
    if (!fit)
        throw ShapeError("attend() was given queries " + shape_text(q.sizes()) + ", keys " + shape_text(k.sizes()) +
                         " and values " + shape_text(v.sizes()) + " for " + std::to_string(count) +
                         " positions: give [positions, heads, head width], with heads a multiple of the key heads");
}

/// @throws HookError if the block has called attend() before: the keys and values of only one attention are recorded
inline void check_first_call(bool attended) {
    if (attended)
        throw HookError(
            "a block called attend() twice, but only blocks with one attention can be run by position: give the model "
            "block(layer, x) alone");
}

/// [runs, positions, key heads, head width] -> [runs, heads, positions, head width].
inline at::Tensor by_query_head(const at::Tensor& t, Index heads) {
    const at::Tensor by_head = t.transpose(1, 2);
    return t.size(2) == heads ? by_head : by_head.repeat_interleave(heads / t.size(2), 1);
}

/// The scaled scores of queries and keys, [..., heads, positions, head width]: [..., heads, queries, keys], with minus
/// infinity where `later`, which broadcasts to that shape, says that the key comes after the query.
inline at::Tensor causal_scores(const at::Tensor& q, const at::Tensor& k, const at::Tensor& later, double scale) {
    return q.matmul(k.transpose(-2, -1)).mul_(scale).masked_fill_(later, -std::numeric_limits<double>::infinity());
}

/// Queries [runs, queries, heads, head width] at the positions first[run] + 0, 1, 2, ... mix the values [runs, positions,
/// key heads, head width] up to their own position: [runs, queries, heads, head width].
inline at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const at::Tensor& first, double scale) {
    const at::TensorOptions count = first.options();
    const at::Tensor own = first.unsqueeze(1).add(at::arange(q.size(1), count));  // [runs, queries]
    const at::Tensor later =
        at::arange(k.size(1), count).gt(own.unsqueeze(-1)).unsqueeze(1);  // [runs, 1, queries, positions]
    const at::Tensor keys = by_query_head(k, q.size(2)), values = by_query_head(v, q.size(2));
    return causal_scores(q.transpose(1, 2), keys, later, scale).softmax(-1).matmul(values).transpose(1, 2);
}
}  // namespace detail

}  // namespace suture
