// cat: the inverse of split. The compiler checks that each part of the layout is given once and in order, so a query
// cannot end up where the keys belong.
#pragma once

#include "suture/tensor/view.hpp"

#include <ATen/ops/_unsafe_view.h>

#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
template <class T>
struct HeldBy {
    using type = void;
    static constexpr Index groups = 0;
};
template <template <class, Index> class Holder, class X, Index Groups>
struct HeldBy<Holder<X, Groups>> {
    using type = X;
    static constexpr Index groups = Groups;
};
template <class T>
using held_type = typename HeldBy<std::remove_cvref_t<T>>::type;

/// What is wrong with parts of these types for layout L.
template <Layout L, class... Xs>
consteval Fault cat_fault() {
    return []<class... Cs>(TypeList<Cs...>) {
        if constexpr (std::is_same_v<TypeList<Xs...>, TypeList<Cs...>>)
            return Fault::none;
        else if constexpr (((count_of<Xs, Cs...> == 0) || ...))
            return Fault::cat_foreign;
        else if constexpr (!all_distinct<Xs...>)
            return Fault::cat_doubled;
        else if constexpr (((count_of<Cs, Xs...> == 0) || ...))
            return Fault::cat_missing;
        else
            return Fault::cat_order;
    }(typename L::components{});
}
template <Layout L, class... Parts>
inline constexpr Fault cat_why = ((HeldBy<std::remove_cvref_t<Parts>>::groups != L::groups) || ...)
                                     ? Fault::cat_groups
                                     : cat_fault<L, held_type<Parts>...>();

/// @throws ShapeError or TypeError unless all parts have the leading axes, dtype and device of the first
template <class First, class... Rest>
void check_parts(const First& first, const Rest&... rest) {
    const Index channel_axes = HeldBy<First>::groups == 1 ? 1 : 2;
    [[maybe_unused]] const auto check = [&](const auto& part) {
        const at::IntArrayRef a = first.sizes(), b = part.sizes();
        if (a.slice(0, a.size() - channel_axes) != b.slice(0, b.size() - channel_axes))
            throw ShapeError("the parts given to cat have shapes " + shape_text(a) + " and " + shape_text(b) +
                             ": give them the same axes before the channels");
        if (first.dtype() != part.dtype() || first.device() != part.device())
            throw TypeError("the parts given to cat are " + tensor_text(plain(first)) + " and " +
                            tensor_text(plain(part)) + ": give them the same dtype and device");
    };
    (check(rest), ...);
}
}  // namespace detail

/// Joins the parts of a layout, like `at::cat` along the last axis (per group in a grouped layout). The parts are Views
/// or Owneds, one for each component, in the layout's order.
/// @post `split` of the result gives the parts back, bit for bit
/// @throws ShapeError or TypeError if the parts differ in their leading axes, dtype or device
template <Layout L, Readable... Parts>
    requires(detail::cat_why<L, Parts...> == detail::Fault::none)
Owned<L> cat(const Parts&... parts) {
    detail::check_parts(parts...);
    at::Tensor whole = at::cat({detail::plain(parts)...}, -1);
    if (L::groups > 1) {
        detail::Shape sizes(whole.sizes().begin(), whole.sizes().end() - 1);
        sizes.back() = L::width;
        whole = at::_unsafe_view(whole, sizes);  // no view of another tensor: the result is held once
    }
    return detail::Access::make<Owned<L>>(std::move(whole));
}
template <Layout L, Readable... Parts, detail::Fault suture_fault = detail::cat_why<L, Parts...>>
    requires(suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, cat(const Parts&...));

}  // namespace suture
