// cat: the inverse of split. The compiler checks that each part of the layout is given once and in order, so a query
// cannot end up where the keys belong.
#pragma once

#include "suture/tensor/owned.hpp"

#include <ATen/ops/_unsafe_view.h>

#include <array>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// Whether X is one of these parts, but in other groups, or with other axes.
template <Fault Why, class X, class... Parts>
inline constexpr bool is_packed_otherwise = ((part_fault<X, Parts> == Why) || ...);
/// How many of these parts X can be.
template <class X, class... Parts>
inline constexpr int possible_parts = (0 + ... + int(can_be_same<X, Parts>));

template <class Xs, class Parts>
inline constexpr bool are_possible_parts = false;
template <class... Xs, class... Parts>
    requires(sizeof...(Xs) == sizeof...(Parts))
inline constexpr bool are_possible_parts<TypeList<Xs...>, TypeList<Parts...>> = (can_be_same<Xs, Parts> && ...);

/// What is wrong with parts that hold these for layout L.
template <Layout L, class... Xs>
consteval Fault cat_fault() {
    return []<class... Cs>(TypeList<Cs...>) {
        if constexpr (are_possible_parts<TypeList<Xs...>, TypeList<part_of<L, Cs>...>>)
            return Fault::none;
        else if constexpr (((is_packed_otherwise<Fault::other_groups, Xs, part_of<L, Cs>...>) || ...))
            return Fault::cat_groups;
        else if constexpr (((is_packed_otherwise<Fault::other_axes, Xs, part_of<L, Cs>...>) || ...))
            return Fault::cat_axes;
        else if constexpr (((possible_parts<Xs, part_of<L, Cs>...> == 0) || ...))
            return Fault::cat_foreign;
        else if constexpr (!all_distinct<Xs...>)
            return Fault::cat_doubled;
        else if constexpr (((possible_parts<part_of<L, Cs>, Xs...> == 0) || ...))
            return Fault::cat_missing;
        else
            return Fault::cat_order;
    }(components_of<L>{});
}
template <Layout L, class... Parts>
inline constexpr Fault cat_why = cat_fault<L, held_type<Parts>...>();

/// @throws ShapeError or TypeError unless all parts have the leading axes, dtype and device of the first
template <class First, class... Rest>
void check_parts(const First& first, const Rest&... rest) {
    [[maybe_unused]] const auto check = [&](const auto& part) {
        const at::IntArrayRef a = first.sizes(), b = part.sizes();
        if (a.slice(0, a.size() - 1) != b.slice(0, b.size() - 1))
            throw ShapeError("the parts given to cat have shapes " + shape_text(a) + " and " + shape_text(b) +
                             ": give them the same axes before the channels");
        if (first.dtype() != part.dtype() || first.device() != part.device())
            throw TypeError("the parts given to cat are " + tensor_text(plain(first)) + " and " +
                            tensor_text(plain(part)) + ": give them the same dtype and device");
    };
    (check(rest), ...);
}

/// The numbers of the layout that has these parts.
/// @throws ShapeError if they contradict the type of the layout, or are in different groups
template <Layout L, class First, class... Rest>
Extents<L> extents_of_parts(const First& first, const Rest&... rest) {
    if constexpr (is_static<L> && (is_static<held_type<First>> && ... && is_static<held_type<Rest>>)) {
        return {};
    } else {
        const LayoutFacts& of_first = Access::extents(first).facts();
        std::vector<ComponentExtents> numbers;
        const auto add = [&](const LayoutFacts& part) {
            numbers.push_back({part.begin()->width, part.begin()->heads});
            if (part.groups != of_first.groups)
                throw ShapeError(std::string(sentence_of(Fault::cat_groups)) + " (" + layout_text(of_first) + " and " +
                                 layout_text(part) + ")");
        };
        add(of_first);
        (add(Access::extents(rest).facts()), ...);
        return Extents<L>(numbers, of_first.groups);
    }
}

/// A part with the groups of the layout as an axis of its own.
template <class Part>
at::Tensor in_groups(const Part& part, Index groups) {
    const at::Tensor t = part.unsafe_tensor();
    if (groups == 1 || t.dim() > part.dim()) return t;
    const std::array<Index, 2> split{groups, t.size(-1) / groups};
    return t.unflatten(-1, at::IntArrayRef(split));
}
}  // namespace detail

/// Joins the parts of a layout, like `at::cat` along the last axis (per group in a grouped layout). The parts are Views
/// or Owneds, one for each component, in the layout's order.
/// @post `split` of the result gives the parts back, bit for bit
/// @throws ShapeError or TypeError if the parts differ in their leading axes, dtype or device; ShapeError if their numbers
///         are not those of the layout, where the types do not say them
template <Layout L, Readable... Parts>
    requires(detail::cat_why<L, Parts...> == detail::Fault::none)
Owned<L> cat(const Parts&... parts) {
    detail::check_parts(parts...);
    const Extents<L> extents = detail::extents_of_parts<L>(parts...);
    at::Tensor whole = at::cat({detail::in_groups(parts, extents.groups())...}, -1);
    if (extents.groups() > 1) {
        detail::Shape sizes(whole.sizes().begin(), whole.sizes().end() - 1);
        sizes.back() = extents.width();
        whole = at::_unsafe_view(whole, sizes);  // no view of another tensor: the result is held once
    }
    std::shared_ptr<const detail::Cut> cut;
    ((cut = detail::joined_cut(cut, detail::cut_of(parts), detail::axes_of<L>)), ...);
    return detail::Access::make<Owned<L>>(std::move(whole), extents, std::move(cut));
}
template <Layout L, Readable... Parts, detail::Fault suture_fault = detail::cat_why<L, Parts...>>
    requires(suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, cat(const Parts&...));
template <Layout L, class... Parts>
    requires(std::same_as<Parts, at::Tensor> || ...)
SUTURE_REJECTED("cat joins typed parts: write borrow<Component>(tensor) for each", cat(const Parts&...));
template <class...>
SUTURE_REJECTED("cat takes a layout and its parts, one by one: write cat<Layout>(q, k, v)", cat(...));
template <class...>
SUTURE_REJECTED("cat takes a layout and its parts, one by one: write cat<Layout>(q, k, v)", cat(InBraces, Index = -1));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("cat takes a layout and its parts, one by one: write cat<Layout>(q, k, v)", cat(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
