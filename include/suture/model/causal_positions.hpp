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
#include <vector>

namespace suture {

/// What becomes of the products of queries and keys before the softmax.
struct CausalScores {
    double scale;  ///< multiplies them
    double cap;    ///< then they are cap * tanh(score / cap), as in Gemma 2; 0 for none
    Index window;  ///< how many keys a query meets, its own the last of them; 0 for all
    CausalScores(double by, double capped_at = 0, Index keys = 0) : scale(by), cap(capped_at), window(keys) {}
};

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
    /// heads, head width], and each key head serves heads / key heads consecutive query heads. Call it once per block.
    /// @return the mixed values of the kept positions: [kept positions, heads, head width]
    /// @throws ShapeError if the shapes differ from these
    virtual at::Tensor attend(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                              const CausalScores& scores) = 0;

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

/// [..., heads, positions, n] -> [..., key heads, heads / key heads * positions, n]: the rows of all heads that read one
/// key head, one below another.
inline at::Tensor by_key_head(const at::Tensor& t, Index key_heads) {
    if (t.size(-3) == key_heads) return t;
    std::vector<Index> sizes = t.sizes().vec();
    sizes[sizes.size() - 2] *= sizes[sizes.size() - 3] / key_heads;
    sizes[sizes.size() - 3] = key_heads;
    return t.reshape(sizes);
}
/// The inverse. [..., key heads, heads / key heads * positions, n] -> [..., heads, positions, n]
inline at::Tensor by_query_head(const at::Tensor& t, Index heads) {
    if (t.size(-3) == heads) return t;
    std::vector<Index> sizes = t.sizes().vec();
    sizes[sizes.size() - 2] /= heads / sizes[sizes.size() - 3];
    sizes[sizes.size() - 3] = heads;
    return t.reshape(sizes);
}

/// The scores of queries [..., heads, queries, head width] and keys [..., key heads, positions, head width]: [..., heads,
/// queries, positions], with minus infinity where `hidden`, which broadcasts to that shape, says that the query does not
/// meet the key.
inline at::Tensor causal_scores(const at::Tensor& q, const at::Tensor& k, const at::Tensor& hidden,
                                const CausalScores& how) {
    at::Tensor scores =
        by_query_head(by_key_head(q, k.size(-3)).matmul(k.transpose(-2, -1)), q.size(-3)).mul_(how.scale);
    if (how.cap != 0) scores = scores.div(how.cap).tanh().mul(how.cap);
    return scores.masked_fill_(hidden, -std::numeric_limits<double>::infinity());
}
/// The softmax over the keys, computed in float32 at least.
inline at::Tensor attention_pattern(const at::Tensor& scores) {
    return scores.element_size() < 4 ? scores.softmax(-1, at::kFloat).to(scores.scalar_type()) : scores.softmax(-1);
}
/// The same, where queries that meet no key mix nothing: zeros, and no NaN in gradients.
/// @param blind which queries these are, [..., queries, 1]; undefined if each query meets a key
inline at::Tensor attention_pattern(const at::Tensor& scores, const at::Tensor& blind) {
    if (!blind.defined()) return attention_pattern(scores);
    return attention_pattern(scores.masked_fill(blind, 0)).masked_fill(blind, 0);
}
/// The values [..., key heads, positions, n] mixed by a pattern [..., heads, queries, positions]: [..., heads, queries, n].
inline at::Tensor mixed_values(const at::Tensor& pattern, const at::Tensor& v) {
    return by_query_head(by_key_head(pattern, v.size(-3)).matmul(v), pattern.size(-3));
}
/// Which keys queries at these positions do not meet: the later ones, and those before the window.
/// @param own the positions of the queries, [..., queries]
/// @param keys the positions of the keys, [positions]
inline at::Tensor hidden_keys(const at::Tensor& own, const at::Tensor& keys, Index window) {
    const at::Tensor later = keys.gt(own.unsqueeze(-1));
    return window == 0 ? later : later.logical_or(keys.le(own.unsqueeze(-1).sub(window)));
}

/// Queries [runs, queries, heads, head width] at the positions first[run] + 0, 1, 2, ... mix the values [runs, positions,
/// key heads, head width] of the keys that they meet: [runs, queries, heads, head width].
inline at::Tensor causal_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const at::Tensor& first, const CausalScores& how) {
    const at::TensorOptions count = first.options();
    const at::Tensor own = first.unsqueeze(1).add(at::arange(q.size(1), count));  // [runs, queries]
    const at::Tensor hidden =
        hidden_keys(own, at::arange(k.size(1), count), how.window).unsqueeze(1);  // [runs, 1, queries, positions]
    const at::Tensor scores = causal_scores(q.transpose(1, 2), k.transpose(1, 2), hidden, how);
    return mixed_values(attention_pattern(scores), v.transpose(1, 2)).transpose(1, 2);
}
}  // namespace detail

}  // namespace suture
