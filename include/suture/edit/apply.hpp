// Applying a recipe: `view | recipe` clones and edits the clone; `std::move(owned) | recipe` edits in place and passes
// the Owned on; `owned |= recipe` edits in place. Everything is checked before the first write.
#pragma once

#include "suture/edit/edit.hpp"
#include "suture/tensor/view.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace suture {

namespace detail {
/// Applies the recipe to a contiguous tensor packed like L that nobody else holds. An empty tensor stays as it is.
/// @throws Error, with the edit in front of the message
template <Layout L, AnyRecipe R>
void edit_in_place(const at::Tensor& packed, const R& recipe) {
    if (packed.numel() == 0) return;
    check_writable(packed);
    std::array<Step, R::count> steps;
    std::size_t at = 0;
    try {
        recipe.for_each([&](const auto& edit, std::size_t i) { edit.template prepare<L>(packed, &steps[at = i]); });
        recipe.for_each([&](const auto& edit, std::size_t i) { edit.write(packed, &steps[at = i]); });
    } catch (Error& e) {
        recipe.for_each([&](const auto& edit, std::size_t i) {
            if (i == at) e.add_place(to_string(edit));
        });
        throw;
    }
}

/// Applies the recipe to an Owned. If it throws, the Owned is unchanged.
template <class X, Index Groups, AnyRecipe R>
void edit_owned(Owned<X, Groups>& owned, const R& recipe) {
    using L = host_layout<X, Groups>;
    const at::Tensor packed = Access::packed(owned);
    if constexpr (R::calls_back) {
        const at::Tensor before = packed.clone();
        try {
            edit_in_place<L>(packed, recipe);
        } catch (...) {
            packed.copy_(before);
            throw;
        }
    } else {
        edit_in_place<L>(packed, recipe);
    }
}

/// What is wrong with piping a Readable into R.
template <class Held, AnyRecipe R>
inline constexpr Fault pipe_fault = Fault::none;
template <template <class, Index> class Held, class X, Index Groups, AnyRecipe R>
inline constexpr Fault pipe_fault<Held<X, Groups>, R> = recipe_fault<R, host_layout<X, Groups>>;
}  // namespace detail

/// An edited clone of the view. @post the viewed storage has the same bytes and version as before
/// @throws Error, which names the edit and its component, what was expected and what came
template <class X, Index Groups, AnyRecipe R>
    requires(detail::recipe_fault<R, detail::host_layout<X, Groups>> == detail::Fault::none)
Owned<X, Groups>
operator|(const View<X, Groups>& source, const R& recipe) {
    Owned<X, Groups> result = source.clone();
    detail::edit_in_place<detail::host_layout<X, Groups>>(detail::Access::packed(result), recipe);
    return result;
}

/// Edits in place and passes the Owned on. If it throws, the Owned is unchanged.
template <class X, Index Groups, AnyRecipe R>
    requires(detail::recipe_fault<R, detail::host_layout<X, Groups>> == detail::Fault::none)
Owned<X, Groups>
operator|(Owned<X, Groups>&& owned, const R& recipe) {
    detail::edit_owned(owned, recipe);
    return std::move(owned);
}

/// Edits in place. If it throws an Error, the Owned is unchanged. (If LibTorch runs out of memory, some of the edits
/// may have been made.)
template <class X, Index Groups, AnyRecipe R>
    requires(detail::recipe_fault<R, detail::host_layout<X, Groups>> == detail::Fault::none)
Owned<X, Groups>
&operator|=(Owned<X, Groups>& owned, const R& recipe) {
    detail::edit_owned(owned, recipe);
    return owned;
}

// Calls that must not compile.

template <Readable T, AnyRecipe R, detail::Fault suture_fault = detail::pipe_fault<T, R>>
    requires(suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, operator|(const T&, const R&));
template <class X, Index Groups, AnyRecipe R,
          detail::Fault suture_fault = detail::recipe_fault<R, detail::host_layout<X, Groups>>>
    requires(suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, operator|=(const Owned<X, Groups>&, const R&));

template <class X, Index Groups, AnyRecipe R>
    requires(detail::recipe_fault<R, detail::host_layout<X, Groups>> == detail::Fault::none)
SUTURE_REJECTED("a pipe consumes the Owned: write std::move(x) | edit, or x |= edit", operator|(const Owned<X, Groups>&,
                                                                                                const R&));
template <class X, Index Groups, AnyRecipe R>
SUTURE_REJECTED(
    "a View is read-only: write view | edit, which clones, or clone() it", operator|=(const View<X, Groups>&,
                                                                                      const R&));
template <class X, Index Groups, AnyRecipe R>
    requires(detail::recipe_fault<R, detail::host_layout<X, Groups>> == detail::Fault::none)
SUTURE_REJECTED("a const Owned is read-only: write x.view() | edit, which clones", operator|=(const Owned<X, Groups>&,
                                                                                              const R&));
template <AnyRecipe R, Readable T>
SUTURE_REJECTED("the activation comes first: write view | edit", operator|(const R&, const T&));
template <class T, AnyRecipe R>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write borrow<Layout>(tensor) | edit", operator|(const T&, const R&));
template <class T, AnyRecipe R>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write borrow<Layout>(tensor) | edit", operator|=(const T&, const R&));

}  // namespace suture
