// Random recipes on random strided tensors of every dtype, against the idiom by hand. The cases are those of the laws; libFuzzer
// chooses the numbers that draw them, see drawn/laws/property.hpp.
#include "laws/idiom.hpp"

#include "suture/tensor/error.hpp"

#include <iostream>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<laws::layout_under_test> layouts = laws::every_layout_under_test();
    laws::numbers_to_draw() = {data, size};
    const auto& layout = layouts[static_cast<std::size_t>(laws::draw(0, static_cast<std::int64_t>(layouts.size())))];
    const laws::drawn_case c = laws::draw_case(layout);
    const at::Tensor before = c.source.base.clone();
    for (const laws::way how : {laws::way::pipe, laws::way::consume, laws::way::assign}) {
        if (c.recipe.is_impossible()) {
            try {
                (void)c.recipe.run(c.source.view, how);
            } catch (const suture::PositionError&) {
                continue;
            }
            laws::fail(layout.name + " " + c.source.text + ": " + c.recipe.text + " was not refused");
        }
        const at::Tensor expected = c.source.view.numel() == 0
                                        ? c.source.view.clone()
                                        : laws::literal_idiom(c.source.view, layout.packed, c.recipe.steps);
        if (!laws::same_numbers(c.recipe.run(c.source.view, how), expected))
            laws::fail(layout.name + " " + c.source.text + ": " + c.recipe.text + " differs from the idiom by hand");
        if (!laws::same_numbers(c.source.base, before))
            laws::fail(layout.name + " " + c.source.text + ": " + c.recipe.text + " wrote its source");
    }
    return 0;
}
