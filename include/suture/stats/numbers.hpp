// Numbers: the input of statistics, in a View, an Owned or a tensor, read as rows of float64.
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/reading.hpp"

#include <concepts>
#include <string>

namespace suture {

/// The input of statistics: a View, an Owned or, without a layout, a tensor. Any real dtype: statistics are computed in
/// float64, without gradients.
template <class T>
concept Numbers = Readable<T> || std::same_as<T, at::Tensor>;

namespace detail {
/// The tensor as rows [..., channels] in float64, on the CPU if its device lacks float64. It may be the tensor itself and
/// must not be written.
/// @throws TypeError or ShapeError if these are not rows of real numbers
inline at::Tensor in_float64(const at::Tensor& t) {
    const auto expected = [] { return std::string("statistics need real numbers [..., channels]"); };
    check_has_channels(t, expected);
    if (t.is_complex()) throw TypeError(expected() + " but the tensor is " + tensor_text(t) + ": take its abs()");
    if (t.is_meta())
        throw TypeError(expected() + " but the tensor is " + tensor_text(t) +
                        ", which has no values: use another device");
    const at::Tensor detached = t.detach();
    return (t.device().is_mps() ? detached.cpu() : detached).to(at::kDouble);  // Apple's GPUs have no float64
}
/// A row of a component covers all of its groups.
at::Tensor in_float64(const Readable auto& held) { return in_float64(plain(held)); }

/// Whether the axis before the channels is that of the tokens, by name or by default.
template <class T>
inline constexpr bool has_tokens_last = true;
template <class T>
    requires(is_ordered<held_type<T>>)
inline constexpr bool has_tokens_last<T> =
    axes_of<held_type<T>>.token >= 0 && axes_of<held_type<T>>.token + 1 == axes_of<held_type<T>>.count;
}  // namespace detail

}  // namespace suture
