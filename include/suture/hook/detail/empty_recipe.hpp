// Empty recipes: a range of edits that turned out empty would let the activation pass as it is, without a word.
#pragma once

#include "suture/edit/edit.hpp"
#include "suture/tensor/error.hpp"

#include <concepts>

namespace suture::detail {

/// `Recipe<>`, which nobody writes by accident, may be empty.
/// @throws ValueError if the recipe is a range without edits
template <AnyRecipe R>
void check_has_edits(const R& recipe) {
    if constexpr (!std::same_as<R, Recipe<>>)
        if (recipe.size() == 0) throw ValueError("the range of edits is empty: give at least one edit");
}

}  // namespace suture::detail
