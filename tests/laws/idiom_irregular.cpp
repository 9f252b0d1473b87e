// What a pipeline means, on the irregular layouts: the edits that the recipes of every other law are made of.
#include "laws/draw_recipe.hpp"
#include "laws/idiom.hpp"

std::vector<laws::layout_under_test> laws::irregular_under_test() { return all_under_test<irregular_layouts>(); }

TEST_CASE("on irregular layouts a recipe equals split, clone, edit and cat by hand, bit for bit") {
    for (const laws::layout_under_test& l : laws::irregular_under_test()) laws::check_idiom(l);
}
