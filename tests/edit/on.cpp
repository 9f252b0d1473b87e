#include <suture/edit/on.hpp>

#include <suture/edit/apply.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <cstddef>
#include <string>
#include <type_traits>

using namespace suture;
using namespace suture::detail;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;

namespace {

using PlaceSelection = decltype(on<Q<4, 2>>());
using AnyQuery = decltype(on<Q>());

template <class S, class V>
concept can_set = requires(const S& s, const V& v) {
    s.set(v);
};
template <class S, class V>
concept can_add = requires(const S& s, const V& v) {
    s.add(v);
};
template <class S, class V>
concept can_multiply = requires(const S& s, const V& v) {
    s.multiply(v);
};
template <class S, class... Axes>
concept can_average = requires(const S& s, Axes... axes) {
    s.mean_over(axes...);
};
template <class S, class F>
concept can_apply = requires(const S& s, F f) {
    s.apply(f);
};
template <class C, class... Ws>
concept can_select = requires(Ws... wheres) {
    on<C>(wheres...);
};

}  // namespace

TEST_CASE("set, add and multiply accept numbers, tensors, slots and Views of the component") {
    static_assert(can_set<PlaceSelection, int> && can_add<PlaceSelection, double> &&
                  can_multiply<PlaceSelection, float>);
    static_assert(can_set<PlaceSelection, at::Tensor>);
    static_assert(can_set<PlaceSelection, Slot>);
    static_assert(can_set<PlaceSelection, View<Q<4, 2>>>);
    static_assert(can_set<AnyQuery, View<Q<4, 2>>>);
    CHECK(can_set<AnyQuery, View<Q<2>>>);
}

TEST_CASE("set, add and multiply accept nothing else") {
    static_assert(!can_set<PlaceSelection, View<K<4, 2>>>);
    static_assert(!can_add<PlaceSelection, View<K<4, 2>>>);
    static_assert(!can_multiply<PlaceSelection, View<K<4, 2>>>);
    static_assert(!can_set<PlaceSelection, View<Q<2>>>);
    static_assert(!can_set<PlaceSelection, View<Qkv>>);
    static_assert(!can_set<PlaceSelection, Owned<Q<4, 2>>>);
    static_assert(can_select<Q<4, 2>, suture::Position<Axis::token>>);
    static_assert(!can_select<Q<4, 2>, suture::Position<Axis::token>, suture::Position<Axis::token>>);
    static_assert(!can_set<PlaceSelection, std::nullptr_t>);
    static_assert(!can_set<PlaceSelection, const char*>);
    static_assert(!can_set<PlaceSelection, std::string>);
    static_assert(!can_set<PlaceSelection, Axis>);
    CHECK_FALSE(can_set<PlaceSelection, PlaceSelection>);
}

TEST_CASE("a character is not a number") {
    CHECK_FALSE(can_set<PlaceSelection, char>);
    CHECK_FALSE(can_set<PlaceSelection, wchar_t>);
}

TEST_CASE("unsigned and long numbers are numbers") {
    const auto q = [](const auto& recipe) {
        return (borrow<Qkv>(at::zeros({1, 8})) | recipe).unsafe_tensor()[0][0].template item<float>();
    };
    CHECK(q(on<Q>().set(3u)) == 3);
    CHECK(q(on<Q>().set(std::size_t{3})) == 3);
    CHECK(q(on<Q>().set(3ll)) == 3);
    CHECK(q(on<Q>().set(3.5L)) == 3.5f);
}

TEST_CASE("mean_over takes at least one axis") {
    static_assert(can_average<PlaceSelection, Axis>);
    static_assert(can_average<PlaceSelection, Axis, Axis>);
    static_assert(!can_average<PlaceSelection>);
    CHECK_FALSE(can_average<PlaceSelection, int>);
}

TEST_CASE("apply accepts callables from a tensor to a tensor") {
    static_assert(can_apply<PlaceSelection, at::Tensor (*)(at::Tensor)>);
    static_assert(can_apply<PlaceSelection, at::Tensor (*)(const at::Tensor&)>);
    static_assert(!can_apply<PlaceSelection, int (*)(at::Tensor)>);
    static_assert(!can_apply<PlaceSelection, void (*)(at::Tensor)>);
    static_assert(!can_apply<PlaceSelection, at::Tensor (*)(int)>);
    CHECK_FALSE(can_apply<PlaceSelection, int>);
}

TEST_CASE("dims beyond the component, or beyond a head of it, are refused before any layout is known") {
    static_assert(can_select<Q<4, 2>, decltype(dims<0, 4>)>);
    static_assert(!can_select<Q<4, 2>, decltype(dims<0, 5>)>);
    static_assert(can_select<Q<4, 2>, decltype(head<0>), decltype(dims<0, 2>)>);
    static_assert(!can_select<Q<4, 2>, decltype(head<0>), decltype(dims<0, 3>)>);
    static_assert(can_select<Qkv, decltype(dims<0, 8>)>);
    static_assert(!can_select<Qkv, decltype(dims<0, 9>)>);
    static_assert(!can_select<Qkv, decltype(head<0>)>);
    static_assert(!can_select<Q<4, 2>, bool>);
    CHECK_FALSE(can_select<Q<4, 2>, int>);
}

TEST_CASE("selectors that restrict the same axis are known to be incompatible") {
    using Token = decltype(token(1));
    static_assert(compatible<Token, decltype(batch(0)), decltype(head<0>), decltype(dims<0, 1>)>());
    static_assert(!compatible<Token, decltype(tokens(0, 2))>());
    static_assert(!compatible<decltype(head<0>), decltype(heads<0, 2>)>());
    static_assert(!compatible<decltype(mask(at::Tensor())), Token>());
    static_assert(!compatible<decltype(mask(at::Tensor())), decltype(batch(0))>());
    CHECK(compatible<>());
}

TEST_CASE("the order of the selectors does not matter") {
    const at::Tensor x = at::ones({2, 5, 8});
    const auto one = borrow<Qkv>(x) | on<Q>(token(1), batch(0), head<1>, dims<0, 1>).zero();
    const auto other = borrow<Qkv>(x) | on<Q>(dims<0, 1>, head<1>, batch(0), token(1)).zero();
    CHECK(one.equal(other));
    CHECK(one.sum().item<float>() == 79);
}

TEST_CASE("a selection can be kept and used for several operations") {
    const auto here = on<Q>(token(0));
    const auto result = borrow<Qkv>(at::ones({1, 8})) | here.add(1) | here.multiply(3);
    CHECK(result.unsafe_tensor()[0][0].item<float>() == 6);
}
