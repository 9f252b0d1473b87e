// The law of the pipeline on the grouped layouts. These edits are used by the recipes of every other law.
#include "laws/draw_recipe.hpp"
#include "laws/idiom.hpp"

std::vector<laws::layout_under_test> laws::grouped_under_test() { return all_under_test<grouped_layouts>(); }

TEST_CASE("on grouped layouts a recipe equals split, clone, edit and cat by hand, bit for bit") {
    for (const laws::layout_under_test& l : laws::grouped_under_test()) laws::check_idiom(l);
}
