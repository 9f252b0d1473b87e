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

/// The axes before the channels of a View, an Owned, or a place of one; a tensor names none.
template <class T>
inline constexpr AxisOrder axes_of_numbers{};
template <template <class> class Holder, class X>
inline constexpr AxisOrder axes_of_numbers<Holder<X>> = axes_of<X>;
/// Whether the axis before the channels is that of the tokens, by name or by default.
template <class T>
inline constexpr bool has_tokens_last = axes_of_numbers<T>.is_free() ||
                                        (axes_of_numbers<T>.token >= 0 &&
                                         axes_of_numbers<T>.token + 1 == axes_of_numbers<T>.count);
/// Whether the rows of both stand in the same order, as far as the types say.
template <class A, class B>
inline constexpr bool has_same_rows = !Readable<A> || !Readable<B> || axes_of_numbers<A> == axes_of_numbers<B> ||
                                      (axes_of_numbers<A>.is_batch_first() && axes_of_numbers<B>.is_batch_first());
}  // namespace detail

}  // namespace suture
