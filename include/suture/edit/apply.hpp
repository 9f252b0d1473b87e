// Applying a recipe: `view | recipe` clones and edits the clone; `std::move(owned) | recipe` edits in place and passes
// the Owned on; `owned |= recipe` edits in place. Everything is checked before the first write.
#pragma once

#include "suture/edit/edit.hpp"
#include "suture/tensor/view.hpp"

#include <c10/util/SmallVector.h>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
using Steps = c10::SmallVector<Step, 2>;

/// Prepares the steps of a recipe on a tensor packed like L that holds these positions of an activation. Writes nothing.
/// @pre the recipe outlives the steps
/// @throws Error, with the edit in front of the message
template <Layout L, AnyRecipe R>
void prepare_steps(Steps& steps, const at::Tensor& packed, const R& recipe, const Extents<L>& extents,
                   const std::shared_ptr<const Cut>& cut) {
    steps.resize(recipe.size());
    std::size_t at = 0;
    try {
        recipe.for_each(
            [&](const auto& edit, std::size_t i) { edit.template prepare<L>(packed, &steps[at = i], extents, cut); });
    } catch (Error& e) {
        e.add_place(steps[at].text());
        throw;
    }
}

/// Writes the steps of one recipe.
/// @param before if it is given, and a step may fail after another has written, for want of memory: it becomes a copy of
///        the tensor as it was before the first write. If a single step fails, it has written nothing
/// @throws Error, with the edit in front of the message
inline void write_steps(const at::Tensor& packed, const Steps& steps, at::Tensor* before) {
    std::size_t at = 0;
    try {
        bool may_fail_half_way = false;
        for (std::size_t i = 1; before && i < steps.size(); ++i) may_fail_half_way |= steps[i].may_fail();
        if (may_fail_half_way) *before = fresh_copy(packed);
        for (; at < steps.size(); ++at) steps[at].write();
    } catch (Error& e) {
        e.add_place(steps[at].text());
        throw;
    }
}

/// What becomes of an edit whose positions another pass holds.
enum class IfElsewhere : bool { refuse, skip };

/// Applies the recipe to a contiguous tensor packed like L that nobody else holds. @see write_steps
/// @return whether any of its positions are there
template <Layout L, AnyRecipe R>
bool edit_in_place(const at::Tensor& packed, const R& recipe, const Extents<L>& extents,
                   const std::shared_ptr<const Cut>& cut, IfElsewhere elsewhere = IfElsewhere::refuse,
                   at::Tensor* before = nullptr) {
    check_writable(packed);
    Steps steps;
    prepare_steps<L>(steps, packed, recipe, extents, cut);
    bool is_there = false;
    for (const Step& step : steps) {
        is_there |= !step.is_elsewhere;
        if (step.is_elsewhere && elsewhere == IfElsewhere::refuse)
            throw PositionError(
                step.text() +
                ": no row of this pass holds these positions, but an earlier or a later one: add the edit "
                "to a hook, which waits for them");
    }
    write_steps(packed, steps, before);
    return is_there;
}

/// Whether LibTorch has every operator that an edit uses for this dtype.
inline bool has_every_operator(at::ScalarType dtype) { return dtype != at::kComplexHalf && !at::isQIntType(dtype); }

/// Applies the recipe to an Owned. If it throws, the Owned is unchanged. @return as edit_in_place
template <Layout X, AnyRecipe R>
bool edit_owned(Owned<X>& owned, const R& recipe, IfElsewhere elsewhere = IfElsewhere::refuse) {
    if (!R::calls_back && has_every_operator(owned.dtype())) {
        at::Tensor before;
        try {
            return edit_in_place<X>(Access::own(owned), recipe, owned.extents(), Access::cut(owned), elsewhere,
                                    &before);
        } catch (...) {
            if (before.defined()) Access::replace(owned, std::move(before));
            throw;
        }
    }
    // What may throw after a write for any reason, or reach the Owned meanwhile, edits a copy.
    const at::Tensor before = owned.unsafe_tensor();
    const auto lasts = Access::watch(owned);
    at::Tensor edited = fresh_copy(before);
    const bool is_there = edit_in_place<X>(edited, recipe, owned.extents(), Access::cut(owned), elsewhere);
    if (lasts.expired() || !Access::tensor(owned).is_same(before))
        throw OwnershipError(
            "a function given to apply() wrote, moved or destroyed the Owned that is being edited: return the new "
            "values instead");
    Access::replace(owned, std::move(edited));
    return is_there;
}

/// The tensor of an edited clone; undefined if another pass holds all of the recipe's positions.
template <Layout X, AnyRecipe R>
at::Tensor edited_where_there(const View<X>& source, const R& recipe) {
    Owned<X> result = source.clone();
    const bool is_there =
        edit_in_place<X>(Access::own(result), recipe, result.extents(), Access::cut(result), IfElsewhere::skip);
    return is_there ? std::move(result).take() : at::Tensor();
}

/// What is wrong with piping a Readable into R.
template <class Held, class R>
inline constexpr Fault pipe_fault = Fault::none;
template <class X, class R>
inline constexpr Fault pipe_fault<View<X>, R> = recipe_fault<R, X>;
template <class X, class R>
inline constexpr Fault pipe_fault<Owned<X>, R> = recipe_fault<R, X>;
}  // namespace detail

/// An edited clone of the view. @post the viewed storage has the same bytes and version as before
/// @throws Error, which names the edit and its component, what was expected and what came
template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
Owned<X>
operator|(const View<X>& source, R&& recipe) {
    Owned<X> result = source.clone();
    detail::edit_in_place<X>(detail::Access::own(result), detail::as_recipe(std::forward<R>(recipe)), result.extents(),
                             detail::Access::cut(result));
    return result;
}

/// Edits in place and passes the Owned on. If it throws, the Owned is unchanged.
template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
Owned<X>
operator|(Owned<X>&& owned, R&& recipe) {
    detail::edit_owned(owned, detail::as_recipe(std::forward<R>(recipe)));
    return std::move(owned);
}

/// Edits in place. If it throws, the Owned is unchanged.
template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
Owned<X>
&operator|=(Owned<X>& owned, R&& recipe) {
    detail::edit_owned(owned, detail::as_recipe(std::forward<R>(recipe)));
    return owned;
}

// Calls that must not compile.

template <Readable T, Applicable R, detail::Fault suture_fault = detail::pipe_fault<T, R>>
    requires(suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, operator|(const T&, R&&));
template <Layout X, Applicable R, detail::Fault suture_fault = detail::recipe_fault<R, X>>
    requires(suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, operator|=(const Owned<X>&, R&&));

template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
SUTURE_REJECTED("a pipe consumes the Owned: write std::move(x) | edit, or x |= edit", operator|(Owned<X>&, R&&));
template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
SUTURE_REJECTED("a const Owned is read-only: write x.view() | edit, which clones", operator|(const Owned<X>&, R&&));
template <Layout X, Applicable R>
SUTURE_REJECTED("a View is read-only: write view | edit, which clones, or clone() it", operator|=(const View<X>&, R&&));
template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
SUTURE_REJECTED("a const Owned is read-only: write x.view() | edit, which clones", operator|=(const Owned<X>&, R&&));
template <Layout X, Applicable R>
    requires(detail::recipe_fault<R, X> == detail::Fault::none)
SUTURE_REJECTED("this Owned is gone at the end of the line: write | edit instead of |= edit", operator|=(Owned<X>&&,
                                                                                                         R&&));
template <class P, Applicable R>
    requires(Readable<P>&& std::is_void_v<detail::held_type<P>>)
SUTURE_REJECTED("a place is not piped: pipe the View, view | on<C>(token(4)).set(value)", operator|(const P&, R&&));
template <class P, Applicable R>
    requires(Readable<P>&& std::is_void_v<detail::held_type<P>>)
SUTURE_REJECTED("a place is written by assignment: write x[place] = value, or x |= edit", operator|=(const P&, R&&));
template <Readable T, class R>
    requires(!Applicable<R> && !detail::is_place<std::remove_cvref_t<R>> && !Readable<R>)
SUTURE_REJECTED("a pipe takes an edit or a recipe: write view | on<C>().set(value)", operator|(const T&, R&&));
template <Readable T, class R>
    requires(!Applicable<R> && !detail::is_place<std::remove_cvref_t<R>>)
SUTURE_REJECTED("a pipe takes an edit or a recipe: write x |= on<C>().set(value)", operator|=(const T&, R&&));
template <Readable T, AnyRecipe R>
SUTURE_REJECTED("a pipe applies a recipe: write view | recipe", operator+(const T&, const R&));
template <Readable T, AnyRecipe R>
SUTURE_REJECTED("a pipe applies a recipe: write view | recipe", operator>>(const T&, const R&));
template <Readable T, AnyRecipe R>
SUTURE_REJECTED("a pipe applies a recipe: write view | recipe", operator&(const T&, const R&));
template <Applicable R, Readable T>
SUTURE_REJECTED("the activation comes first: write view | edit", operator|(R&&, const T&));
template <class T, Applicable R>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write borrow<Layout>(tensor) | edit", operator|(const T&, R&&));
template <class T, Applicable R>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write borrow<Layout>(tensor) | edit", operator|=(const T&, R&&));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
