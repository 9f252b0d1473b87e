// The first law of layouts: the slices of the components partition the channels, as counting shows, and the View of a
// component equals index_select of those channels.
#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "laws/tensors.hpp"

namespace {

using namespace laws;

template <Layout L, class C>
extents channels_of_run() {
    extents channels;
    for (Index i = 0; i < slice_of<L, C>.channels(); ++i) channels.push_back(slice_of<L, C>.channel(i));
    return channels;
}

/// The channels of a component in the shape of its View: [..., width].
template <Layout L>
at::Tensor slice_by_hand(const at::Tensor& packed, std::size_t segment_at) {
    return packed.index_select(-1, as_tensor(definition_of<L>().channels(segment_at)));
}

}  // namespace

TEST_CASE("the slices of a layout are disjoint and cover its channels") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        CAPTURE(layout_text(facts_of<L>));
        CHECK(disjoint(slices_of<L>, L::width));
        CHECK(covers(slices_of<L>, L::width));
        for (const StridedSlice& r : slices_of<L>) CHECK(r.inside(L::width));
    });
}

TEST_CASE("every channel belongs to the component found by counting through the groups") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        const definition counted = definition_of<L>();
        CAPTURE(layout_text(facts_of<L>));
        CHECK(counted.width() == L::width);
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t segment_at) {
            CAPTURE(C::name);
            CHECK(channels_of_run<L, C>() == counted.channels(segment_at));
        });
    });
}

TEST_CASE("the View of a component equals index_select of its channels") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 100, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(0), L::width, one_of(every_dtype()), random, once_in(2));
            RC_LOG() << a.text << "\n";
            const View<L> view = borrow<L>(a.view);
            for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t segment_at) {
                const at::Tensor expected = slice_by_hand<L>(a.view, segment_at);
                const View<part_of<L, C>> component = view[on<C>()];
                RC_ASSERT(component.sizes() == expected.sizes());
                RC_ASSERT(same_bits(component.clone().take(), expected));
                // The tensor itself has the groups as an axis, because no view has the shape without it.
                extents sizes = leading_of(a.view);
                if (constexpr Index groups = suture::detail::groups_of<L>; groups > 1) sizes.push_back(groups);
                sizes.push_back(C::width);
                RC_ASSERT(same_bits(component.unsafe_tensor(), expected.reshape(sizes)));
                RC_ASSERT(component.unsafe_tensor().is_alias_of(a.base));
            });
        });
    });
}

TEST_CASE("a component that fills the last axis can be borrowed by itself") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
            const at::Tensor alone = at::zeros({2, C::width});
            CHECK(same_bits(borrow<C>(alone).unsafe_tensor(), alone));
            CHECK_THROWS_AS((void)borrow<C>(at::zeros({2, C::width + 1})), ShapeError);
        });
    });
}
