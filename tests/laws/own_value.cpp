// Activation patching from a run onto itself changes no bit and no gradient. And an injected View provides the same
// part of its own run, counted in its own axes.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/draw_recipe.hpp"
#include "laws/layouts.hpp"
#include "laws/tensors.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <cmath>

namespace {

using namespace laws;

template <class First, class... Rest>
std::type_identity<First> first_of(suture::detail::TypeList<First, Rest...>);
template <Layout L>
using first_component = typename decltype(first_of(suture::detail::components_of<L>{}))::type;

/// Replaces everything by its own value: component by component, at drawn tokens, then the layout as a whole.
template <Layout L>
Owned<L> patched_with_itself(const View<L>& view, Index tokens) {
    Owned<L> result = view.clone();
    for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t) {
        result |= on<C>().set(view[on<C>()]);
        result |= on<C>(token(draw(-tokens, tokens)), head<head_count<L, C> - 1>).set(view[on<C>()]);
    });
    return std::move(result) | on<L>().set(view);
}

/// The same at positions that differ from row to row.
template <Layout L>
Owned<L> patched_with_itself_at(const View<L>& view, const RowPositions& rows) {
    using C = typename edit_kind<L, 0>::X;
    return view | on<C>(rows).set(view[on<C>()]);
}

template <class F>
void for_activations(int cases, bool gradients, F&& f) {
    for_each_layout<every_layout>([&]<class L>(std::type_identity<L> layout) {
        for_all(layout_text(facts_of<L>), cases, [&] {
            random_numbers random = draw_numbers();
            const at::ScalarType dtype = gradients ? at::kDouble : one_of(every_dtype());
            const bool specials = !gradients && once_in(2);
            const activation a = draw_activation(draw_leading(1, false), L::width, dtype, random, specials, gradients);
            RC_LOG() << a.text << "\n";
            f(layout, a, random);
        });
    });
}

}  // namespace

TEST_CASE("a run patched with its own values is unchanged, bit for bit") {
    for_activations(40, false, []<class L>(std::type_identity<L>, const activation& a, random_numbers&) {
        const View<L> view = borrow<L>(a.view);
        RC_ASSERT(same_bits(patched_with_itself(view, a.view.size(-2)).take(), a.view));
    });
}

TEST_CASE("a run patched with its own values in inference mode is unchanged, bit for bit") {
    for_activations(20, false, []<class L>(std::type_identity<L>, const activation& a, random_numbers&) {
        const c10::InferenceMode inference;
        const View<L> view = borrow<L>(a.view);
        RC_ASSERT(same_bits(patched_with_itself(view, a.view.size(-2)).take(), a.view));
    });
}

TEST_CASE("a run patched with its own values at row positions is unchanged, bit for bit") {
    for_activations(20, false, []<class L>(std::type_identity<L>, const activation& a, random_numbers& random) {
        chosen_part told;
        std::vector<at::Tensor> given;
        const extents leading = leading_of(a.view);
        const RowPositions rows = laws::detail::draw_rows(place_drawer{leading, random, false, told, given});
        RC_ASSERT(same_bits(patched_with_itself_at(borrow<L>(a.view), rows).take(), a.view));
    });
}

TEST_CASE("a run patched with its own values has the gradients of the run") {
    for_activations(20, true, []<class L>(std::type_identity<L>, const activation& a, random_numbers&) {
        const at::Tensor patched = patched_with_itself(borrow<L>(a.view), a.view.size(-2)).take();
        RC_ASSERT(same_bits(patched, a.view));
        patched.sum().backward();
        const at::Tensor found = a.base.grad().clone();
        a.base.mutable_grad().reset();
        a.view.clone().sum().backward();
        RC_ASSERT(same_bits(found, a.base.grad()));
    });
}

TEST_CASE("an Owned edited with Views of itself uses its values from before the recipe") {
    for_activations(10, false, []<class L>(std::type_identity<L>, const activation& a, random_numbers&) {
        using C = first_component<L>;
        Owned<L> owned = borrow<L>(a.view).clone();
        owned |= on<C>().zero() | on<C>().set(owned.view()[on<C>()]);
        RC_ASSERT(same_bits(owned.view().unsafe_tensor(), a.view));
    });
}

TEST_CASE("a direction that lies in the edited Owned is read before the recipe writes") {
    using L = Fused<4, Q<2>, K<2>>;
    Owned<L> owned = borrow<L>(at::ones({1, 4})).clone();
    const at::Tensor direction = owned.view()[on<Q<2>>()].unsafe_tensor();
    owned |= on<Q<2>>().zero() | on<K<2>>().steer(direction, std::sqrt(2.0));
    CHECK(at::allclose(owned.view()[on<K<2>>()].unsafe_tensor(), at::full({1, 2}, 2.0)));
}

TEST_CASE("a View of an Owned keeps its values through every later edit, including one that calls a function") {
    using L = Fused<4, Q<2>, K<2>>;
    Owned<L> owned = borrow<L>(at::zeros({1, 4})).clone();
    const View<L> before = owned.view();
    owned |= on<Q<2>>().set(1);
    CHECK(same_bits(before.unsafe_tensor(), at::zeros({1, 4})));
    const View<L> between = owned.view();
    owned |= on<Q<2>>().apply([](at::Tensor t) { return t.add(5); });
    CHECK(same_bits(before.unsafe_tensor(), at::zeros({1, 4})));
    CHECK(same_bits(between.unsafe_tensor(), at::tensor({1.0f, 1.0f, 0.0f, 0.0f}).view({1, 4})));
    CHECK(same_bits(owned.unsafe_tensor(), at::tensor({6.0f, 6.0f, 0.0f, 0.0f}).view({1, 4})));
}

TEST_CASE("a View of another run is counted in its own tokens") {
    for_activations(20, false, []<class L>(std::type_identity<L>, const activation& a, random_numbers& random) {
        // The last token of a longer run replaces the last token here.
        extents longer = leading_of(a.view);
        longer.back() += 2;
        const activation other = draw_activation(longer, L::width, a.view.scalar_type(), random);
        const at::Tensor edited = (borrow<L>(a.view) | on<L>(token(-1)).set(borrow<L>(other.view))).take();
        at::Tensor expected = a.view.clone();
        expected.select(-2, -1).copy_(other.view.select(-2, -1));
        RC_ASSERT(same_bits(edited, expected));
    });
}
