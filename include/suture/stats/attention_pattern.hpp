// Attention patterns: where the heads look. The last axes of a pattern are queries and keys, like the [batch, heads,
// queries, keys] that passes an attention's `pattern` site. It is given as a tensor, or as the View or Owned of an
// `AttentionPattern<keys>`:
//
//     Latest<AnyLayout> patterns;                                   // at sites(model, "h.*.attn.pattern")
//     at::Tensor spread = attention_entropy(patterns[3]);           // [batch, heads, queries]
//     at::Tensor back = attention_to_previous(patterns[3]).mean(-1);  // [batch, heads]: large for a previous-token head
//
// Law: the rows of a pattern are probabilities. Anything else is refused and never measured.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/stats/numbers.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/reading.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/ops/take_along_dim.h>
#include <ATen/ops/xlogy.h>
#include <c10/util/StringUtil.h>

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// Whether P holds a pattern whose queries are the last axis before the keys: the predicate twin of the assertions in
/// `GivenPattern`.
template <class P>
inline constexpr bool holds_pattern = !std::is_void_v<held_type<P>> && has_tokens_last<P>;

/// A pattern as it is given: its values, and what its layout says of its axes.
struct GivenPattern {
    GivenPattern(const at::Tensor& given) : values(given) {}
    template <Readable P>
    GivenPattern(const P& given)
        : values(plain(given)), cut(cut_of(given)), axes(axes_held(cut.get(), axes_of_numbers<P>)) {
        static_assert(!std::is_void_v<held_type<P>>,
                      "a place of a pattern is given as a tensor: write view[place].clone()");
        static_assert(std::is_void_v<held_type<P>> || holds_pattern<P>,
                      "a pattern has its queries last before the keys: name the token axis last");
    }
    // Anything else, such as a recorder. Not an overload of the functions, so that their names remain values.
    template <class P>
        requires(!Readable<P> && !std::convertible_to<const P&, at::Tensor>)
    GivenPattern(const P&) {
        static_assert(Readable<P>, "this takes the pattern of one layer: write attention_entropy(latest[3])");
    }

    at::Tensor values;
    std::shared_ptr<const Cut> cut;  ///< the positions that it holds of an activation; null if all
    AxisOrder axes = {};
};

/// Names the first row where `wrong` [..., queries] is true, and its sum.
[[noreturn]] inline void throw_no_probabilities(const at::Tensor& wrong, const at::Tensor& sums) {
    const at::Tensor place = wrong.nonzero()[0];
    std::vector<Index> row;
    for (Index axis = 0; axis < place.numel(); ++axis) row.push_back(place[axis].item<Index>());
    throw ValueError("row " + shape_text(row) + " of the pattern sums to " +
                     c10::str(sums.masked_select(wrong)[0].item<double>()) +
                     " or has a negative number: give probabilities, after the softmax");
}

/// The pattern in float64, checked to be one: [..., queries, keys] of numbers from 0, with rows that sum to 1 (to a
/// thousandth, or to a hundredth in a dtype of 16 bits).
/// @throws ShapeError if it has no queries and keys, ValueError if a row does not hold probabilities, TypeError if these
///         are not real numbers
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
/// The same for a pattern with one key for each query.
inline at::Tensor checked_self_attention(const GivenPattern& given) {
    if (given.cut && is_one_token(*given.cut))
        throw ShapeError("this pattern holds " + positions_text(given.cut->positions) +
                         " of an activation: record all queries to compare them with their own keys");
    const at::Tensor pattern = checked_pattern(given.values);
    if (pattern.size(-1) != pattern.size(-2))
        throw ShapeError("the pattern has shape " + shape_text(pattern.sizes()) +
                         ": give one with a key for every query, or name the key: attention_to_key(pattern, 2)");
    return pattern;
}

/// @throws PositionError unless every one of these keys is among `count`
inline void check_keys(Index first, Index last, Index count) {
    const Index outside = first < -count ? first : last;
    if (first >= -count && last < count) return;
    throw PositionError("key " + std::to_string(outside) + " is outside the pattern, which has " +
                        std::to_string(count) + " keys: count from 0, or from -1 at the end");
}
}  // namespace detail

// All of these return float64.
// They throw ShapeError if the pattern is not [..., queries, keys], ValueError if a row does not hold probabilities (its
// sum differs from 1 by more than a thousandth, or a hundredth in a dtype of 16 bits), TypeError if the numbers are not
// real.

namespace detail {
// Objects and not functions, so that a call with anything else is refused and the names are still values.
struct AttentionEntropy {
    at::Tensor operator()(const GivenPattern& pattern) const {
        const at::Tensor p = checked_pattern(pattern.values);
        return at::xlogy(p, p).sum(-1).neg();
    }
    template <class...>
    SUTURE_REJECTED("this takes one pattern: write attention_entropy(latest[3])", operator()(...) const);
};
}  // namespace detail

/// How spread each query's attention is, in nats: 0 for a single key, log(n) for n equal keys. [..., queries]
inline constexpr detail::AttentionEntropy attention_entropy{};

/// The share of each query's attention that goes to one key; -1 is the last. [..., queries]
/// @throws PositionError if there is no such key
inline at::Tensor attention_to_key(const detail::GivenPattern& pattern, Index key) {
    const at::Tensor p = detail::checked_pattern(pattern.values);
    detail::check_keys(key, key, p.size(-1));
    return p.select(-1, key).clone();
}

/// The share of each query's attention that goes to each of n keys: [..., queries, n]. The keys are integers, [n] or, for
/// different keys in each prompt of a batch, [batch, n] with the pattern's first axis; -1 is the last key.
///
///     at::Tensor names = attention_to_keys(patterns[9], places);   // places [batch, 2]: where the names stand
///
/// @throws PositionError if there is no such key, ShapeError if the keys have other axes, TypeError if they are
///         not integers
inline at::Tensor attention_to_keys(const detail::GivenPattern& pattern, const at::Tensor& keys) {
    const at::Tensor p = detail::checked_pattern(pattern.values);
    if (!keys.defined() || !at::isIntegralType(keys.scalar_type(), /*includeBool=*/false))
        throw TypeError("the keys are " + tensor_text(keys) + ": give their indices as integers");
    const bool begins_with_batch = pattern.axes.is_free() || pattern.axes.batch == 0;
    const bool by_prompt = keys.dim() == 2 && p.dim() >= 3 && keys.size(0) == p.size(0) && begins_with_batch;
    if (keys.dim() != 1 && !by_prompt)
        throw ShapeError("the keys have shape " + shape_text(keys.sizes()) + " and the pattern " +
                         shape_text(p.sizes()) + ": give keys [n], or [batch, n] with the pattern's batch");
    std::vector<Index> sizes(p.sizes().begin(), p.sizes().end() - 1);
    if (keys.numel() == 0) return p.new_zeros(sizes).unsqueeze(-1).narrow(-1, 0, 0);
    detail::check_keys(keys.min().item<Index>(), keys.max().item<Index>(), p.size(-1));

    std::vector<Index> axes(static_cast<std::size_t>(p.dim()), 1);
    if (by_prompt) axes.front() = keys.size(0);
    axes.back() = keys.size(-1);
    const at::Tensor from_0 = keys.to(p.device(), at::kLong).remainder(p.size(-1)).reshape(axes);
    return at::take_along_dim(p, from_0, -1);
}

namespace detail {
struct AttentionToFirst {
    at::Tensor operator()(const GivenPattern& pattern) const { return attention_to_key(pattern, 0); }
    template <class...>
    SUTURE_REJECTED("this takes one pattern: write attention_to_first(latest[3])", operator()(...) const);
};
struct AttentionToSelf {
    at::Tensor operator()(const GivenPattern& pattern) const {
        return checked_self_attention(pattern).diagonal(0, -2, -1).clone();
    }
    template <class...>
    SUTURE_REJECTED("this takes one pattern: write attention_to_self(latest[3])", operator()(...) const);
};
struct AttentionToPrevious {
    at::Tensor operator()(const GivenPattern& pattern) const {
        return checked_self_attention(pattern).diagonal(-1, -2, -1).clone();
    }
    template <class...>
    SUTURE_REJECTED("this takes one pattern: write attention_to_previous(latest[3])", operator()(...) const);
};
}  // namespace detail

/// The share of each query's attention that goes to the first token. [..., queries]
inline constexpr detail::AttentionToFirst attention_to_first{};

/// The share of each query's attention that goes to its own token. [..., queries]
/// @throws ShapeError also if the numbers of queries and keys differ
inline constexpr detail::AttentionToSelf attention_to_self{};

/// The share of each query's attention that goes to the token before it. [..., queries - 1]: the first token has none
/// before it, so element i belongs to query i + 1.
/// @throws ShapeError also if the numbers of queries and keys differ
inline constexpr detail::AttentionToPrevious attention_to_previous{};

template <class...>
SUTURE_REJECTED("name a pattern and a key: write attention_to_key(latest[3], 2)", attention_to_key(...));
template <class...>
SUTURE_REJECTED("the keys are a tensor: write attention_to_keys(latest[3], at::tensor({1, 2}))",
                attention_to_keys(...));
template <class...>
SUTURE_REJECTED("the keys are a tensor: write attention_to_keys(latest[3], at::tensor({1, 2}))",
                attention_to_keys(const detail::GivenPattern&, InBraces));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
