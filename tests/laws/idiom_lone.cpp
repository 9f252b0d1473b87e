// The law of the pipeline on components alone and on the parts of grouped layouts. These edits are used by the recipes of
// every other law.
#include "laws/draw_recipe.hpp"
#include "laws/idiom.hpp"

std::vector<laws::layout_under_test> laws::lone_under_test() { return all_under_test<lone_layouts>(); }

TEST_CASE("on components alone a recipe equals split, clone, edit and cat by hand, bit for bit") {
    for (const laws::layout_under_test& l : laws::lone_under_test()) laws::check_idiom(l);
}
