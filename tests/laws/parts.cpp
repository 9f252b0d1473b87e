// A component taken out of a layout is read, written and edited like the component in the layout: with the same places,
// in the same shapes, whether it is a View of the whole's storage or a tensor of its own.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/places.hpp"
#include "laws/tensors.hpp"

#include <utility>
#include <vector>

namespace {

using namespace laws;

/// Calls f with drawn activations of every layout, each of its components, and a drawn place of that: heads and dims, and
/// a token.
template <class F>
void for_places(int cases, F&& f) {
    for_each_layout<every_layout>([&]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), cases, [&] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(1, false), L::width, one_of(every_dtype()), random);
            RC_LOG() << a.text << "\n";
            for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
                chosen_part told;
                std::vector<at::Tensor> given;
                const extents leading = leading_of(a.view);
                const place_drawer drawer{leading, random, false, told, given};
                const auto wheres = channel_wheres<L, C, channel_form::drawn_dims_of_heads>::draw(drawer);
                const Index tokens = leading.back(), at = draw(-tokens, tokens);
                const auto place = std::apply([&](const auto&... ws) { return on<C>(token(at), ws...); }, wheres);
                RC_LOG() << to_string(place.zero()) << "\n";
                f.template operator()<L, C>(a.view, place, random);
            });
        });
    });
}

struct read_alike {
    template <Layout L, class C>
    void operator()(const at::Tensor& x, const auto& place, random_numbers&) const {
        const View<L> whole = borrow<L>(x);
        const View<part_of<L, C>> component = whole[on<C>()];
        const Owned<part_of<L, C>> own = component.clone();
        const at::Tensor expected = whole[place].clone().contiguous();
        RC_ASSERT(same_bits(component[place].clone().contiguous(), expected));
        RC_ASSERT(same_bits(own[place].clone().contiguous(), expected));
        RC_ASSERT(same_bits(borrow<part_of<L, C>>(own.unsafe_tensor())[place].clone().contiguous(), expected));
        // What it is packed like names it as well.
        RC_ASSERT(same_bits(component[on<part_of<L, C>>(heads())].clone(), whole[on<C>(heads())].clone()));
    }
};

struct edited_alike {
    template <Layout L, class C>
    void operator()(const at::Tensor& x, const auto& place, random_numbers& random) const {
        const View<L> whole = borrow<L>(x);
        const auto here = whole[place];
        const at::Tensor v = numbers({here.sizes().begin(), here.sizes().end()}, x.scalar_type(), random);
        Owned<L> edited = whole | place.set(v);
        const at::Tensor expected = edited[on<C>()].clone();
        RC_ASSERT(same_bits((whole[on<C>()] | place.set(v)).take(), expected));
        Owned<part_of<L, C>> own = whole[on<C>()].clone();
        own[place] = v;
        RC_ASSERT(same_bits(std::as_const(own).clone().take(), expected));
        // And the part goes back into the whole.
        Owned<L> again = whole.clone();
        again[on<C>()] = own;
        RC_ASSERT(again.equal(edited));
        RC_ASSERT(same_bits((whole | on<C>().set(own)).take(), edited.unsafe_tensor()));
        RC_ASSERT(same_bits((whole | on<C>().set(std::move(own))).take(), edited.unsafe_tensor()));
    }
};

}  // namespace

TEST_CASE("a place of a component reads the same in the layout, in a View of the component, and in a copy of it") {
    for_places(25, read_alike{});
}

TEST_CASE("a component edited by itself equals the component of the edited layout, and can be put back") {
    for_places(25, edited_alike{});
}
