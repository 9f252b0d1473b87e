// The laws over layouts whose numbers only run time knows. Each layout is paired with its dynamic twin: split, cat, places,
// edits and writes of both give the same bits, also when one of them is injected into the other.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/tensor/cat.hpp"

#include "laws/layouts.hpp"
#include "laws/places.hpp"
#include "laws/tensors.hpp"
#include "laws/twins.hpp"

#include <tuple>
#include <vector>

namespace {

using namespace laws;

/// Calls f with drawn activations of every layout, the given number of times.
template <class F>
void for_twins(int cases, F&& f) {
    for_each_layout<every_layout>([&]<class L>(std::type_identity<L> layout) {
        for_all(layout_text(facts_of<L>), cases, [&] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(1, false), L::width, one_of(every_dtype()), random);
            RC_LOG() << a.text << "\n";
            f(layout, a, random);
        });
    });
}

extents with_width(extents leading, Index width) {
    leading.push_back(width);
    return leading;
}

/// Everything that a place does, in both layouts.
template <Layout L, class C, class Place>
void check_place(const activation& a, const Place& place, random_numbers& random) {
    const View<L> fixed = borrow<L>(a.view);
    const View<twin<L>> view = borrow<twin<L>>(a.view, twin_extents<L>());
    RC_LOG() << to_string(place.zero()) << "\n";
    const std::vector<char> before = storage_bytes(a.base);
    const at::Tensor read = fixed[place].clone().contiguous();
    RC_ASSERT(same_bits(view[place].clone().contiguous(), read));

    const at::Tensor v = numbers({read.sizes().begin(), read.sizes().end()}, a.view.scalar_type(), random);
    const at::Tensor expected = (fixed | place.set(v)).take();
    RC_ASSERT(same_bits((view | place.set(v)).take(), expected));
    // Set what was read; read what was set; the second of two remains.
    Owned<twin<L>> mine = view.clone();
    mine[place] = view[place];
    RC_ASSERT(same_bits(mine.unsafe_tensor(), a.view));
    mine[place] = v.mul(0);
    mine[place] = v;
    RC_ASSERT(same_bits(mine[place].clone().contiguous(), v));
    RC_ASSERT(same_bits(mine.unsafe_tensor(), expected));
    mine |= place.add(v);
    RC_ASSERT(same_bits(mine.unsafe_tensor(), (fixed | place.set(v) | place.add(v)).take()));
    // Values of one injected into the other.
    const Owned<L> other =
        borrow<L>(numbers(with_width(leading_of(a.view), L::width), a.view.scalar_type(), random)).clone();
    const View<twin<L>> other_twin = borrow<twin<L>>(other.unsafe_tensor(), twin_extents<L>());
    const at::Tensor patched = (fixed | place.set(other[on<C>()])).take();
    RC_ASSERT(same_bits((view | place.set(other[on<C>()])).take(), patched));
    RC_ASSERT(same_bits((fixed | place.set(other_twin[on<C>()])).take(), patched));
    RC_ASSERT(same_bits((view | place.set(other_twin[place])).take(), patched));
    RC_ASSERT(storage_bytes(a.base) == before);
}

template <Layout L, class C, channel_form Form>
void check_drawn_place(const activation& a, random_numbers& random) {
    chosen_part told;
    std::vector<at::Tensor> given;
    const extents leading = leading_of(a.view);
    const place_drawer drawer{leading, random, false, told, given};
    const auto wheres = channel_wheres<L, C, Form>::draw(drawer);
    const Index tokens = leading.back(), at = draw(-tokens, tokens);
    std::apply([&](const auto&... ws) { check_place<L, C>(a, on<C>(token(at), ws...), random); }, wheres);
}

}  // namespace

TEST_CASE("a twin has the slices, heads and text of its layout") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        const Extents<twin<L>> extents = twin_extents<L>();
        CHECK(layout_text(extents.facts()).size() > 0);
        CHECK(extents == Extents<L>());
        CHECK(extents.width() == L::width);
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
            CHECK(extents.template slice<C>() == slice_of<L, C>);
            CHECK(extents.template heads<C>() == head_count<L, C>);
            CHECK(
                extents
                    .template of_part<typename suture::detail::Resolution<suture::detail::Exactly<C>, twin<L>>::type>()
                    .facts()
                    .groups == suture::detail::groups_of<part_of<L, C>>);
        });
    });
}

TEST_CASE("split and cat of a twin equal those of its layout, bit for bit") {
    for_twins(25, []<class L>(std::type_identity<L>, const activation& a, random_numbers&) {
        const auto parts = split(borrow<twin<L>>(a.view, twin_extents<L>()));
        const auto fixed = split(borrow<L>(a.view));
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            RC_ASSERT((same_bits(std::get<I>(parts).clone().take(), std::get<I>(fixed).clone().take()) && ...));
            RC_ASSERT(same_bits(cat<twin<L>>(std::get<I>(parts)...).take(), a.view));
            RC_ASSERT(same_bits(cat<twin<L>>(std::get<I>(parts).clone()...).take(), a.view));
            RC_ASSERT(same_bits(cat<L>(std::get<I>(parts)...).take(), a.view));
            RC_ASSERT(same_bits(cat<twin<L>>(std::get<I>(fixed)...).take(), a.view));
        }
        (std::make_index_sequence<suture::detail::components_of<L>::size>{});
    });
}

TEST_CASE("places that run time chooses read, edit and write a twin as they do its layout") {
    for_twins(15, []<class L>(std::type_identity<L>, const activation& a, random_numbers& random) {
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
            check_drawn_place<L, C, channel_form::drawn_dims_of_heads>(a, random);
        });
    });
}

TEST_CASE("places that the compiler knows read, edit and write a twin as they do its layout") {
    using some_layouts = std::tuple<Gpt2Qkv<12, 3>, Phi3Qkv<4, 2, 3>, NeoXQkv<3, 4>, FalconQkv<6, 2, 3>, Packed, Woven,
                                    Resid<6, 2>, part<FalconQkv<6, 2, 3>, Q>>;
    for_each_layout<some_layouts>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 15, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(1, false), L::width, at::kFloat, random);
            for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
                check_drawn_place<L, C, channel_form::one_head>(a, random);
                check_drawn_place<L, C, channel_form::dims_of_heads>(a, random);
            });
            check_drawn_place<L, L, channel_form::listed_dims>(a, random);
        });
    });
}

TEST_CASE("a place that the compiler refuses in a layout is refused in its twin at run time") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        const at::Tensor x = at::zeros({2, L::width});
        const View<twin<L>> view = borrow<twin<L>>(x, twin_extents<L>());
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
            constexpr Index heads = head_count<L, C>;
            if constexpr (!suture::detail::is_static<twin<L>>) {
                CHECK_THROWS_AS((void)(view | on<C>(head(heads)).zero()), PositionError);
                CHECK_THROWS_AS((void)(view | on<C>(dims(0, channel_count<L, C> + 1)).zero()), PositionError);
            }
        });
        CHECK_THROWS_AS((void)borrow<twin<L>>(at::zeros({2, L::width + 1}), twin_extents<L>()), ShapeError);
    });
}
