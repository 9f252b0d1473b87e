// Numbers: what statistics are taken from, whatever holds them, as rows of float64.
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/reading.hpp"

#include <concepts>
#include <string>

namespace suture {

/// What statistics are taken from: a View or an Owned, or a tensor where there is no layout to tell. Of any real dtype:
/// all is computed in float64, without gradients.
template <class T>
concept Numbers = Readable<T> || std::same_as<T, at::Tensor>;

namespace detail {
/// The tensor as rows [..., channels] in float64, on the CPU if its device has none. It may be the tensor itself: it is
/// not to be written.
/// @throws TypeError or ShapeError if these are no rows of real numbers
inline at::Tensor in_float64(const at::Tensor& t) {
    const auto expected = [] { return std::string("statistics need real numbers [..., channels]"); };
    check_has_channels(t, expected);
    if (t.is_complex()) throw TypeError(expected() + " but the tensor is " + tensor_text(t) + ": take its abs()");
    if (t.is_meta())
        throw TypeError(expected() + " but the tensor is " + tensor_text(t) + ", which has none: use another device");
    const at::Tensor detached = t.detach();
    return (t.device().is_mps() ? detached.cpu() : detached).to(at::kDouble);  // Apple's GPUs have no float64
}
/// The rows of a component in groups go through all of its groups.
template <template <class, Index> class Held, class X, Index Groups>
    requires Readable<Held<X, Groups>> at::Tensor in_float64(const Held<X, Groups>& held) {
        const at::Tensor rows = in_float64(held.unsafe_tensor());
        return Groups == 1 ? rows : rows.flatten(-2);
    }
}  // namespace detail

}  // namespace suture
