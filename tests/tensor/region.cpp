// Regions: places of an Owned, to be written.
#include <suture/tensor/region.hpp>

#include <suture/edit/on.hpp>
#include <suture/tensor/owned.hpp>
#include <suture/tensor/view.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;
using ByHead = Grouped<4, Q<2>, K<1>, V<1>>;
using Query = Region<Q<4, 2>>;

namespace {
at::Tensor counting() { return at::arange(24, at::kFloat).reshape({3, 8}); }
Owned<Qkv> owned_counting() { return borrow<Qkv>(counting()).clone(); }

template <class T, class V>
concept can_set = requires(const T& t, const V& v) {
    t = v;
};
template <class T, class V>
concept can_add = requires(const T& t, const V& v) {
    t += v;
};
template <class T>
concept can_fill = requires(const T& t) {
    t.fill_(1);
};
}  // namespace

TEST_CASE("a place takes numbers of every type") {
    auto owned = owned_counting();
    const auto q = [&] { return owned[on<Q>(token(1))].clone()[0].item<float>(); };
    owned[on<Q>(token(1))] = 3;
    CHECK(q() == 3);
    owned[on<Q>(token(1))] = 2.5;
    CHECK(q() == 2.5f);
    owned[on<Q>(token(1))] += std::size_t{2};
    CHECK(q() == 4.5f);
    owned[on<Q>(token(1))] -= short{1};
    CHECK(q() == 3.5f);
    owned[on<Q>(token(1))] *= 2u;
    CHECK(q() == 7);
    owned[on<Q>(token(1))] /= 2.0f;
    CHECK(q() == 3.5f);
    CHECK(owned.unsafe_tensor()[0].equal(counting()[0]));
    CHECK(owned.unsafe_tensor()[1].narrow(0, 4, 4).equal(counting()[1].narrow(0, 4, 4)));
}

TEST_CASE("a place takes a tensor that broadcasts to the selection, whatever the layout") {
    auto fused = owned_counting();
    fused[on<Q>(heads())] = at::tensor({-1.0f, -2.0f});
    CHECK(fused.unsafe_tensor()[2].narrow(0, 0, 4).equal(at::tensor({-1.0f, -2.0f, -1.0f, -2.0f})));
    auto grouped = borrow<ByHead>(at::zeros({3, 16})).clone();
    grouped[on<Q>()] = at::arange(8, at::kFloat);
    CHECK(grouped.view()[on<Q>(token(1))].clone().equal(at::arange(8, at::kFloat)));
    CHECK(grouped.unsafe_tensor()[0].reshape({4, 4}).narrow(1, 0, 2).equal(at::arange(8, at::kFloat).reshape({4, 2})));
    grouped[on<Q>(heads({2, 0}))] = at::tensor({-1.0f, -2.0f}).unsqueeze(-1);
    CHECK(grouped.unsafe_tensor()[1].equal(
        at::tensor({-2.0f, -2.0f, 0.f, 0.f, 2.0f, 3.0f, 0.f, 0.f, -1.0f, -1.0f, 0.f, 0.f, 6.0f, 7.0f, 0.f, 0.f})));
}

TEST_CASE("a place takes the same component of a View, an Owned, or a place of either") {
    const at::Tensor run = counting() + 100;
    const auto other = borrow<Qkv>(run);
    auto owned = owned_counting();
    owned[on<Q>(token(0))] = other[on<Q>()];  // the same place of a View
    CHECK(owned.unsafe_tensor()[0].narrow(0, 0, 4).equal(run[0].narrow(0, 0, 4)));
    owned[on<Q>(token(1))] = other[on<Q>(token(2))];  // a place that was named
    CHECK(owned.unsafe_tensor()[1].narrow(0, 0, 4).equal(run[2].narrow(0, 0, 4)));
    owned[on<K>()] = other[on<K>()].clone();
    CHECK(owned.unsafe_tensor().narrow(-1, 4, 2).equal(run.narrow(-1, 4, 2)));
    owned[on<V>(token(0))] = owned[on<V>(token(2))];
    CHECK(owned.unsafe_tensor()[0].narrow(0, 6, 2).equal(counting()[2].narrow(0, 6, 2)));
    owned[on<Q>(head(0))] += other[on<Q>(head(1))];
    owned[on<Qkv>(token(2))] = other;
    CHECK(owned.unsafe_tensor()[2].equal(run[2]));
}

TEST_CASE("places of one Owned that overlap are read before they are written") {
    auto owned = owned_counting();
    owned[on<Qkv>(tokens(1, 3))] = owned[on<Qkv>(tokens(0, 2))];
    CHECK(owned.unsafe_tensor().narrow(0, 1, 2).equal(counting().narrow(0, 0, 2)));
    owned[on<Q>()] = owned[on<Q>()];
    owned[on<Q>(head(1))] += owned[on<Q>(head(1))];
    CHECK(owned.unsafe_tensor()[0].equal(at::tensor({0.f, 1.f, 4.f, 6.f, 4.f, 5.f, 6.f, 7.f})));
}

TEST_CASE("assigning one place to another writes: a named place is never reseated") {
    auto owned = owned_counting();
    const auto first = owned[on<Q>(token(0))], second = owned[on<Q>(token(1))];
    first = second;
    CHECK(owned.unsafe_tensor()[0].narrow(0, 0, 4).equal(counting()[1].narrow(0, 0, 4)));
    second = 0;
    CHECK(owned.unsafe_tensor()[0].narrow(0, 0, 4).equal(counting()[1].narrow(0, 0, 4)));
    const auto& same = first;
    same = -1;
    static_assert(!std::is_copy_constructible_v<std::remove_const_t<decltype(first)>>);
    CHECK(first.sum().item<float>() == -4);
}

TEST_CASE("a place reads as a piece does, of an Owned that may since have been written") {
    auto owned = owned_counting();
    const auto place = owned[on<Q>(token(1), head(1))];
    CHECK(place.sizes() == at::IntArrayRef({2}));
    CHECK(place.sum().item<float>() == 10 + 11);
    owned[on<Qkv>()] = 2;
    CHECK(place.sum().item<float>() == 4);
    CHECK(place.clone().equal(at::full({2}, 2.0f)));
    CHECK((place + 1).equal(at::full({2}, 3.0f)));
    CHECK(place.equal(owned[on<Q>(token(0), head(1))]));
    CHECK_FALSE(place.clone().is_alias_of(owned.unsafe_tensor()));
}

TEST_CASE("what a place cannot take is refused before anything is written") {
    auto owned = owned_counting();
    const auto check = [&](const std::string& message, const char* words) {
        CHECK(says(message, words));
        CHECK(owned.unsafe_tensor().equal(counting()));
    };
    const auto q = owned[on<Q>(token(0))];
    check(message_of<ShapeError>([&] { q = at::ones({5}); }), "[5] but the part to edit has [4]");
    check(message_of<TypeError>([&] { q = at::ones({4}, at::kDouble); }), "float64");
    check(message_of<TypeError>([&] { q = at::Tensor(); }), "undefined");
    check(message_of<ValueError>([&] { q = 1e300; }), "does not fit float32");
    check(message_of<ShapeError>([&] { q = borrow<Q<4, 2>>(at::ones({2, 3, 4})); }), "axes before the channels");
    check(message_of<PositionError>([&] { (void)owned[on<Q>(head(2))]; }), "head 2 is outside Q, which has 2 heads");
    check(message_of<PositionError>([&] { (void)owned[on<Q>(token(3))]; }), "token 3 is outside");
    const auto shorter = borrow<Q<4, 2>>(at::ones({2, 4}));
    check(message_of<PositionError>([&] { owned[on<Q>(token(2))] = shorter; }), "token 2 is outside the injected View");
}

TEST_CASE("gradients reach a tensor that was assigned, and what it replaced gets none") {
    const at::Tensor leaf = at::ones({3, 8}).requires_grad_(), value = at::ones({4}).requires_grad_();
    Owned<Qkv> owned = borrow<Qkv>(leaf).clone();
    owned[on<Q>(token(0))] = value;
    owned[on<K>()] *= 3;
    std::move(owned).take().sum().backward();
    CHECK(value.grad().equal(at::ones({4})));
    CHECK(leaf.grad()[0].narrow(0, 0, 4).equal(at::zeros({4})));
    CHECK(leaf.grad().narrow(-1, 4, 2).equal(at::full({3, 2}, 3.0f)));
}

TEST_CASE("a place takes numbers, tensors and its own component, and nothing else") {
    static_assert(can_set<Query, int> && can_set<Query, double> && can_set<Query, at::Tensor>);
    static_assert(can_set<Query, View<Q<4, 2>>> && can_set<Query, Owned<Q<4, 2>>>);
    static_assert(can_set<Query, Piece<Q<4, 2>>> && can_set<Query, Query>);
    static_assert(can_add<Query, Query> && can_add<Query, std::uint8_t>);
    static_assert(!can_set<Query, View<K<4, 2>>>);
    static_assert(!can_set<Query, Region<K<4, 2>>>);
    static_assert(!can_set<Query, View<Grouped<2, Q<4, 2>>>>);
    static_assert(!can_set<Region<part<ByHead, Q>>, View<Q<2>>>);
    static_assert(can_set<Region<part<ByHead, Q>>, View<part<ByHead, Q>>>);
    static_assert(!can_set<Query, View<Qkv>>);
    static_assert(!can_set<Query, const char*> && !can_set<Query, char> && !can_set<Query, std::nullptr_t>);
    static_assert(!can_fill<Query>);
    CHECK(Injectable<at::Tensor, Q<4, 2>>);
    CHECK_FALSE(Injectable<std::string, Q<4, 2>>);
}

TEST_CASE("two places are swapped by their values") {
    using Qk = Fused<4, Q<2>, K<2>>;
    Owned<Qk> mine = borrow<Qk>(at::arange(8, at::kFloat).reshape({2, 4})).clone();
    {
        const auto a = mine[on<Qk>(token(0))], b = mine[on<Qk>(token(1))];
        swap(a, b);
    }
    CHECK(mine.unsafe_tensor().equal(at::tensor({4.0f, 5.0f, 6.0f, 7.0f, 0.0f, 1.0f, 2.0f, 3.0f}).view({2, 4})));
    swap(mine[on<Q>(token(0))], mine[on<Q>(token(1))]);
    CHECK(mine.unsafe_tensor().equal(at::tensor({0.0f, 1.0f, 6.0f, 7.0f, 4.0f, 5.0f, 2.0f, 3.0f}).view({2, 4})));
}

TEST_CASE("a swap that is refused changes neither place") {
    Owned<Qkv> mine = owned_counting(), other = owned_counting();
    CHECK(message_of<ShapeError>([&] { swap(mine[on<Q>()], mine[on<Q>(token(0))]); }) ==
          "places of shapes [3, 4] and [4] cannot be swapped: name two places of one shape");
    Owned<Qkv> made_in_inference = [] {
        const c10::InferenceMode inference;
        return owned_counting();
    }();
    CHECK_THROWS_AS(swap(mine[on<Q>(token(0))], made_in_inference[on<Q>(token(1))]), OwnershipError);
    Owned<Qkv> in_double = borrow<Qkv>(counting().to(at::kDouble)).clone();
    CHECK_THROWS_AS(swap(mine[on<Q>(token(0))], in_double[on<Q>(token(1))]), TypeError);
    CHECK(mine.unsafe_tensor().equal(counting()));
    swap(mine[on<Q>(token(0))], other[on<Q>(token(1))]);
    CHECK(mine[on<Q>(token(0))].clone().equal(counting()[1].narrow(0, 0, 4)));
    CHECK(other[on<Q>(token(1))].clone().equal(counting()[0].narrow(0, 0, 4)));
}
