// cat: the inverse of split. The parts are checked against the layout by the compiler, every one once and in
// order, so a query can't end up where the keys belong.
#pragma once

#include "suture/tensor/view.hpp"

#include <ATen/ops/_unsafe_view.h>

#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
template <class T>
struct held_by {
    using type = void;
    static constexpr extent groups = 0;
};
template <template <class, extent> class Holder, class X, extent Groups>
struct held_by<Holder<X, Groups>> {
    using type = X;
    static constexpr extent groups = Groups;
};
template <class T>
using held_type = typename held_by<std::remove_cvref_t<T>>::type;

/// What is wrong with these parts for layout L.
template <Layout L, class... Xs>
consteval fault cat_fault() {
    return []<class... Cs>(type_list<Cs...>) {
        if constexpr (std::is_same_v<type_list<Xs...>, type_list<Cs...>>)
            return fault::none;
        else if constexpr (((count_of<Xs, Cs...> == 0) || ...))
            return fault::cat_foreign;
        else if constexpr (!all_distinct<Xs...>)
            return fault::cat_doubled;
        else if constexpr (((count_of<Cs, Xs...> == 0) || ...))
            return fault::cat_missing;
        else
            return fault::cat_order;
    }(typename L::components{});
}
template <Layout L, class... Parts>
inline constexpr fault cat_why = ((held_by<std::remove_cvref_t<Parts>>::groups != L::groups) || ...)
                                     ? fault::cat_groups
                                     : cat_fault<L, held_type<Parts>...>();

/// @throws ShapeError or TypeError unless all parts have the leading axes, dtype and device of the first
template <class First, class... Rest>
void check_parts(const First& first, const Rest&... rest) {
    const extent behind = held_by<First>::groups == 1 ? 1 : 2;
    [[maybe_unused]] const auto check = [&](const auto& part) {
        const at::IntArrayRef a = first.sizes(), b = part.sizes();
        if (a.slice(0, a.size() - behind) != b.slice(0, b.size() - behind))
            throw ShapeError("the parts given to cat have shapes " + shape_text(a) + " and " + shape_text(b) +
                             ": give them the same axes before the channels");
        if (first.dtype() != part.dtype() || first.device() != part.device())
            throw TypeError("the parts given to cat are " + tensor_text(plain(first)) + " and " +
                            tensor_text(plain(part)) + ": give them one dtype and device");
    };
    (check(rest), ...);
}
}  // namespace detail

/// Puts the parts of a layout back together, as `at::cat` along the last axis (per group, for grouped layouts).
/// Parts are Views or Owneds, one for every component, in the layout's order.
/// @post `split` of the result gives the parts back, bit for bit
/// @throws ShapeError or TypeError if the parts differ in their leading axes, dtype or device
template <Layout L, Readable... Parts>
    requires(detail::cat_why<L, Parts...> == fault::none)
Owned<L> cat(const Parts&... parts) {
    detail::check_parts(parts...);
    at::Tensor whole = at::cat({detail::plain(parts)...}, -1);
    if (L::groups > 1) {
        detail::shape sizes(whole.sizes().begin(), whole.sizes().end() - 1);
        sizes.back() = L::width;
        whole = at::_unsafe_view(whole, sizes);  // no view of another tensor: the result is held once
    }
    return detail::access::make<Owned<L>>(std::move(whole));
}
template <Layout L, Readable... Parts, fault suture_fault = detail::cat_why<L, Parts...>>
    requires(suture_fault != fault::none)
SUTURE_REJECTED_FOR(suture_fault, cat(const Parts&...));

}  // namespace suture
