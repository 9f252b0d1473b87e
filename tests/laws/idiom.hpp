// The law of the pipeline: `view | recipe`, `std::move(owned) | recipe` and `owned |= recipe` all equal split, clone,
// edit and cat written by hand.
#pragma once

#include "laws/recipes.hpp"

namespace laws {

inline void check_idiom(const layout_under_test& l) {
    for_all(l.name, 600, [&l] {
        const drawn_case c = draw_case(l);
        const at::Tensor expected =
            c.source.view.numel() == 0 ? c.source.view.clone() : literal_idiom(c.source.view, l.packed, c.recipe.steps);
        RC_ASSERT(same_numbers(c.recipe.run(c.source.view, way::pipe), expected));
        RC_ASSERT(same_numbers(c.recipe.run(c.source.view, way::consume), expected));
        RC_ASSERT(same_numbers(c.recipe.run(c.source.view, way::assign), expected));
    });
}

}  // namespace laws
