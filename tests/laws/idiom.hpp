// The law of the pipeline: `view | recipe`, `std::move(owned) | recipe` and `owned |= recipe` all equal split, clone,
// edit and cat written by hand; in the dynamic twin of a layout, too.
#pragma once

#include "laws/recipes.hpp"

namespace laws {

/// A position on an axis of size 0 is refused like any other that is not there.
inline void check_refused(const drawn_case& c) {
    for (way how : {way::pipe, way::consume, way::assign})
        RC_ASSERT_THROWS_AS(c.recipe.run(c.source.view, how), PositionError);
    if (c.recipe.run_twin) RC_ASSERT_THROWS_AS(c.recipe.run_twin(c.source.view, way::pipe), PositionError);
}

inline void check_idiom(const layout_under_test& l) {
    for_all(l.name, 600, [&l] {
        const drawn_case c = draw_case(l);
        if (c.recipe.is_impossible()) return check_refused(c);
        const at::Tensor expected =
            c.source.view.numel() == 0 ? c.source.view.clone() : literal_idiom(c.source.view, l.packed, c.recipe.steps);
        RC_ASSERT(same_numbers(c.recipe.run(c.source.view, way::pipe), expected));
        RC_ASSERT(same_numbers(c.recipe.run(c.source.view, way::consume), expected));
        RC_ASSERT(same_numbers(c.recipe.run(c.source.view, way::assign), expected));
        if (!c.recipe.run_twin) return;
        for (way how : {way::pipe, way::consume, way::assign})
            RC_ASSERT(same_numbers(c.recipe.run_twin(c.source.view, how), expected));
    });
}

}  // namespace laws
