// Random recipes, with the types of their layouts erased: the same edits as suture runs them and as steps of the
// literal idiom. The types are instantiated once, in idiom_*.cpp; every other law about recipes loops over them.
#pragma once

#include "laws/oracle.hpp"
#include "laws/tensors.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace laws {

/// One edit as a step of the literal idiom.
struct step {
    std::size_t segment;
    chosen_part where;
    std::function<at::Tensor(const at::Tensor&, const selected&)> change;
};

/// The ways to apply a recipe: `view | recipe`; `std::move(owned) | recipe` and `owned |= recipe` of a clone.
enum class way { pipe, consume, assign };

/// Calls a task, under conditions of its own.
using surroundings = std::function<void(const std::function<void()>&)>;

/// A recipe with drawn places and values.
struct drawn_recipe {
    std::string text;
    std::vector<step> steps;
    std::vector<at::Tensor> injected;  ///< leaves, which require gradients if asked to
    std::vector<at::Tensor> given;     ///< the tensors that selectors were made from
    std::function<at::Tensor(const at::Tensor&, way)> run;
    /// Edits an Owned, by the ways `consume` or `assign`, within `around`, which may catch what the recipe throws. Returns
    /// the tensor that the Owned holds then: edited, or as it was left.
    std::function<at::Tensor(const at::Tensor&, way, const surroundings& around)> run_within;
    std::function<at::Tensor(const at::Tensor&, way)>
        run_twin;  ///< in the dynamic twin of the layout; for some layouts

    /// Whether a place asks for a position on an axis of size 0.
    bool is_impossible() const {
        return std::any_of(steps.begin(), steps.end(), [](const step& s) { return s.where.is_nowhere; });
    }
};

/// What a recipe requires of its activation.
struct needs {
    Index leading = 0;      ///< axes before the channels
    bool floats = false;    ///< a floating-point dtype
    bool elements = false;  ///< no axis of size 0: a place is read while the recipe is drawn
};

/// The activation and mode for which a recipe is drawn.
struct conditions {
    extents leading;
    at::ScalarType dtype;
    bool gradients;  ///< injected tensors collect gradients
    random_numbers& random;
};

/// A layout with recipes of every operation, alone and composed.
struct layout_under_test {
    std::string name;
    definition packed;
    std::vector<needs> recipes;
    std::function<drawn_recipe(std::size_t recipe, const conditions&)> draw;
};

std::vector<layout_under_test> fused_under_test();
std::vector<layout_under_test> grouped_under_test();
std::vector<layout_under_test> irregular_under_test();
std::vector<layout_under_test> lone_under_test();

inline std::vector<layout_under_test> every_layout_under_test() {
    std::vector<layout_under_test> all = fused_under_test();
    for (layout_under_test& l : grouped_under_test()) all.push_back(std::move(l));
    for (layout_under_test& l : irregular_under_test()) all.push_back(std::move(l));
    for (layout_under_test& l : lone_under_test()) all.push_back(std::move(l));
    return all;
}

/// Split, clone, edit and cat by hand.
inline at::Tensor literal_idiom(const at::Tensor& packed, const definition& d, const std::vector<step>& steps) {
    taken_apart parts(packed, d);
    for (const step& s : steps) parts.edit(s.segment, s.where, s.change);
    return parts.cat();
}

/// An activation and a recipe that fits it.
struct drawn_case {
    activation source;
    drawn_recipe recipe;
};
inline drawn_case draw_case(const layout_under_test& l, bool gradients = false) {
    const auto which = static_cast<std::size_t>(draw(0, static_cast<Index>(l.recipes.size())));
    const needs& need = l.recipes[which];
    const at::ScalarType dtype = gradients ? at::kDouble : one_of(need.floats ? float_dtypes() : every_dtype());
    const extents leading = draw_leading(need.leading, !gradients && !need.elements);
    random_numbers random = draw_numbers();
    const bool specials = !gradients && once_in(3);
    drawn_case c{draw_activation(leading, l.packed.width(), dtype, random, specials, gradients), {}};
    c.recipe = l.draw(which, {leading, dtype, gradients, random});
    RC_LOG() << l.name << " " << c.source.text << ": " << c.recipe.text << "\n";
    return c;
}

}  // namespace laws
