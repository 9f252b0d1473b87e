// What a recipe was given is kept as a copy: later writes to a tensor, to the source of a View, or to an index or mask do
// not change it. Only a Slot does.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/recipes.hpp"
#include "laws/tensors.hpp"

namespace {

using namespace laws;

template <class First, class... Rest>
std::type_identity<First> first_of(suture::detail::TypeList<First, Rest...>);

}  // namespace

TEST_CASE("a recipe does not change when what it was made from is written") {
    for (const layout_under_test& l : every_layout_under_test())
        for_all(l.name, 150, [&l] {
            const drawn_case c = draw_case(l);
            if (c.recipe.is_impossible()) return;
            const at::Tensor before = c.recipe.run(c.source.view, way::pipe);
            for (const at::Tensor& t : c.recipe.injected) t.fill_(11);
            for (const at::Tensor& t : c.recipe.given) t.fill_(0);
            for (way how : {way::pipe, way::consume, way::assign})
                RC_ASSERT(same_numbers(c.recipe.run(c.source.view, how), before));
        });
}

TEST_CASE("a recipe with a Slot changes when the Slot is assigned, and not when its tensor is written") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 20, [] {
            using C = typename decltype(first_of(suture::detail::components_of<L>{}))::type;
            random_numbers random = draw_numbers();
            const at::ScalarType dtype = one_of(every_dtype());
            const activation a = draw_activation(draw_leading(0, false), L::width, dtype, random);
            RC_LOG() << a.text << "\n";
            const at::Tensor one = numbers({channel_count<L, C>}, dtype, random), other = numbers({1}, dtype, random);
            const auto set = [&](const at::Tensor& t) { return (borrow<L>(a.view) | on<C>().set(t)).take(); };
            const at::Tensor with_one = set(one), with_other = set(other);
            Slot slot = one;
            const auto recipe = on<C>().set(slot);
            RC_ASSERT(same_bits((borrow<L>(a.view) | recipe).take(), with_one));
            one.fill_(11);
            slot.get().fill_(11);
            RC_ASSERT(same_bits((borrow<L>(a.view) | recipe).take(), with_one));
            slot = other;
            other.fill_(11);
            RC_ASSERT(same_bits((borrow<L>(a.view) | recipe).take(), with_other));
        });
    });
}
