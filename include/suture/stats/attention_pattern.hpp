// Attention patterns: where the heads look. A pattern has no layout; its last axes are queries and keys, as in the
// [batch, heads, queries, keys] that passes an attention's `pattern` site.
// Law: the rows of a pattern are probabilities. What has other rows is refused, and never measured.
#pragma once

#include "suture/stats/numbers.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/xlogy.h>
#include <c10/util/StringUtil.h>

#include <string>
#include <vector>

namespace suture {

namespace detail {
/// Names the first row of which `wrong` [..., queries] is true, and its sum.
[[noreturn]] inline void throw_no_probabilities(const at::Tensor& wrong, const at::Tensor& sums) {
    const at::Tensor place = wrong.nonzero()[0];
    std::vector<Index> row;
    for (Index axis = 0; axis < place.numel(); ++axis) row.push_back(place[axis].item<Index>());
    throw ValueError("row " + shape_text(row) + " of the pattern sums to " +
                     c10::str(sums.masked_select(wrong)[0].item<double>()) +
                     ", or has a negative number: give probabilities, after the softmax");
}

/// The pattern in float64. @throws as check_pattern
inline at::Tensor checked_pattern(const at::Tensor& given) {
    const at::Tensor pattern = in_float64(given);
    if (pattern.dim() < 2)
        throw ShapeError("the pattern has shape " + shape_text(pattern.sizes()) + ": give [..., queries, keys]");
    const double rounding = given.element_size() < 4 ? 1e-2 : 1e-3;
    const at::Tensor sums = pattern.sum(-1);
    const at::Tensor fits = sums.sub(1).abs().le(rounding).logical_and(pattern.ge(0).all(-1));
    if (!fits.all().item<bool>()) throw_no_probabilities(fits.logical_not(), sums);
    return pattern;
}
/// The same of a pattern whose queries are its keys.
inline at::Tensor checked_self_attention(const at::Tensor& given) {
    const at::Tensor pattern = checked_pattern(given);
    if (pattern.size(-1) != pattern.size(-2))
        throw ShapeError("the pattern has shape " + shape_text(pattern.sizes()) +
                         ": give one with a key for every query, or name the key: attention_to_key(pattern, 2)");
    return pattern;
}
}  // namespace detail

/// Checks that this is a pattern: [..., queries, keys] of numbers from 0, each row of which sums to 1 (to a thousandth,
/// or to a hundredth in a dtype of 16 bits).
/// @throws ShapeError if it has no queries and keys, ValueError if a row is no probabilities, TypeError if these are no
///         real numbers
inline void check_pattern(const at::Tensor& pattern) { (void)detail::checked_pattern(pattern); }

// All below throw as check_pattern, and give float64.

/// How spread each query's attention is, in nats: 0 on a single key, log(n) on n keys alike. [..., queries]
inline at::Tensor attention_entropy(const at::Tensor& pattern) {
    const at::Tensor p = detail::checked_pattern(pattern);
    return at::xlogy(p, p).sum(-1).neg();
}

/// How much of each query's attention goes to one key; -1 is the last. [..., queries]
/// @throws PositionError if there is no such key
inline at::Tensor attention_to_key(const at::Tensor& pattern, Index key) {
    const at::Tensor p = detail::checked_pattern(pattern);
    if (key < -p.size(-1) || key >= p.size(-1))
        throw PositionError("key " + std::to_string(key) + " is outside the pattern, which has " +
                            std::to_string(p.size(-1)) + " keys: count from 0, or from -1 at the end");
    return p.select(-1, key).clone();
}

/// How much of each query's attention goes to the first token. [..., queries]
inline at::Tensor attention_to_first(const at::Tensor& pattern) { return attention_to_key(pattern, 0); }

/// How much of each query's attention goes to its own token. [..., queries]
/// @throws ShapeError if there are not as many keys as queries
inline at::Tensor attention_to_self(const at::Tensor& pattern) {
    return detail::checked_self_attention(pattern).diagonal(0, -2, -1).clone();
}

/// How much of each query's attention goes to the token before it. [..., queries - 1]: the first token has none
/// before it, so that number i is of query i + 1.
/// @throws ShapeError if there are not as many keys as queries
inline at::Tensor attention_to_previous(const at::Tensor& pattern) {
    return detail::checked_self_attention(pattern).diagonal(-1, -2, -1).clone();
}

}  // namespace suture
