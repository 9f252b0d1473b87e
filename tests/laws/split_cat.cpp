// split and cat are inverses of each other, and split copies nothing.
#include "suture/tensor/cat.hpp"
#include "suture/tensor/view.hpp"

#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "laws/tensors.hpp"

#include <ATen/ops/allclose.h>

#include <tuple>

namespace {

using namespace laws;

template <Layout L, class Parts>
at::Tensor cat_of(const Parts& parts) {
    return std::apply([](const auto&... each) { return cat<L>(each...).take(); }, parts);
}

/// Calls f with drawn activations of every layout, the given number of times.
template <class F>
void for_activations(int cases, F&& f) {
    for_each_layout<every_layout>([&]<class L>(std::type_identity<L> layout) {
        for_all(layout_text(facts_of<L>), cases, [&] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(0), L::width, one_of(every_dtype()), random, once_in(2));
            RC_LOG() << a.text << "\n";
            f(layout, a);
        });
    });
}

}  // namespace

TEST_CASE("cat of the parts of split is the whole, bit for bit") {
    for_activations(100, []<class L>(std::type_identity<L>, const activation& a) {
        RC_ASSERT(same_bits(cat_of<L>(split(borrow<L>(a.view))), a.view));
    });
}

TEST_CASE("cat of clones of the parts is the whole, bit for bit") {
    for_activations(50, []<class L>(std::type_identity<L>, const activation& a) {
        const auto clones =
            std::apply([](const auto&... part) { return std::tuple(part.clone()...); }, split(borrow<L>(a.view)));
        RC_ASSERT(same_bits(cat_of<L>(clones), a.view));
    });
}

TEST_CASE("split of a cat gives the parts, bit for bit") {
    for_activations(50, []<class L>(std::type_identity<L>, const activation& a) {
        const auto parts = split(borrow<L>(a.view));
        const auto again = std::apply([](const auto&... each) { return cat<L>(each...); }, parts);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            const auto back = split(again);
            RC_ASSERT((same_bits(std::get<I>(back).unsafe_tensor(), std::get<I>(parts).unsafe_tensor()) && ...));
        }
        (std::make_index_sequence<suture::detail::components_of<L>::size>{});
    });
}

TEST_CASE("the parts of split are views of the storage: a write to the source shows in them") {
    for_activations(50, []<class L>(std::type_identity<L>, const activation& a) {
        const auto parts = split(borrow<L>(a.view));
        a.base.fill_(7);
        std::apply(
            [&](const auto&... part) {
                RC_ASSERT((part.unsafe_tensor().is_alias_of(a.base) && ...));
                RC_ASSERT((part.unsafe_tensor().eq(7).all().template item<bool>() && ...));
            },
            parts);
    });
}

TEST_CASE("cat gives storage of its own: a write to the source does not show in it") {
    for_activations(50, []<class L>(std::type_identity<L>, const activation& a) {
        const at::Tensor before = a.view.clone();
        const at::Tensor whole = cat_of<L>(split(borrow<L>(a.view)));
        RC_ASSERT(!whole.is_alias_of(a.base));
        a.base.fill_(7);
        RC_ASSERT(same_bits(whole, before));
    });
}

TEST_CASE("a clone is contiguous and has the same bits as its source") {
    for_activations(50, []<class L>(std::type_identity<L>, const activation& a) {
        const at::Tensor copy = borrow<L>(a.view).clone().take();
        RC_ASSERT(copy.is_contiguous());
        RC_ASSERT(!copy.is_alias_of(a.base));
        RC_ASSERT(same_bits(copy, a.view));
    });
}

TEST_CASE("split and cat keep gradients") {
    for_each_layout<every_layout>([]<class L>(std::type_identity<L>) {
        for_all(layout_text(facts_of<L>), 10, [] {
            random_numbers random = draw_numbers();
            const activation a = draw_activation(draw_leading(0, false), L::width, at::kDouble, random, false, true);
            RC_LOG() << a.text << "\n";
            const at::Tensor weights = numbers({a.view.sizes().begin(), a.view.sizes().end()}, at::kDouble, random);
            cat_of<L>(split(borrow<L>(a.view))).mul(weights).sum().backward();
            const at::Tensor found = a.base.grad().clone();
            a.base.mutable_grad().reset();
            a.view.clone().mul(weights).sum().backward();
            RC_ASSERT(at::allclose(found, a.base.grad(), 1e-12, 1e-12));
        });
    });
}
