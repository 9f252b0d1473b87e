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

using Chosen = decltype(on<Q<4, 2>>());
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
template <class S, class V>
concept can_subtract = requires(const S& s, const V& v) {
    s.subtract(v);
};
template <class S, class V>
concept can_divide = requires(const S& s, const V& v) {
    s.divide(v);
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
    static_assert(can_set<Chosen, int> && can_add<Chosen, double> && can_multiply<Chosen, float>);
    static_assert(can_set<Chosen, at::Tensor>);
    static_assert(can_set<Chosen, Slot>);
    static_assert(can_set<Chosen, View<Q<4, 2>>>);
    static_assert(can_set<AnyQuery, View<Q<4, 2>>>);
    CHECK(can_set<AnyQuery, View<Q<2>>>);
}

TEST_CASE("set, add and multiply accept nothing else") {
    static_assert(!can_set<Chosen, View<K<4, 2>>>);
    static_assert(!can_add<Chosen, View<K<4, 2>>>);
    static_assert(!can_multiply<Chosen, View<K<4, 2>>>);
    static_assert(!can_set<Chosen, View<Q<2>>>);
    static_assert(!can_set<Chosen, View<Qkv>>);
    static_assert(can_set<Chosen, Owned<Q<4, 2>>>);
    static_assert(can_set<Chosen, Piece<Q<4, 2>>> && can_set<Chosen, Region<Q<4, 2>>>);
    static_assert(!can_set<Chosen, Owned<K<4, 2>>>);
    static_assert(!can_set<Chosen, Piece<K<4, 2>>>);
    static_assert(!can_set<Chosen, Region<K<4, 2>>>);
    static_assert(can_select<Q<4, 2>, suture::Position<Axis::token>>);
    static_assert(!can_select<Q<4, 2>, suture::Position<Axis::token>, suture::Position<Axis::token>>);
    static_assert(!can_set<Chosen, std::nullptr_t>);
    static_assert(!can_set<Chosen, const char*>);
    static_assert(!can_set<Chosen, std::string>);
    static_assert(!can_set<Chosen, Axis>);
    CHECK_FALSE(can_set<Chosen, Chosen>);
}

TEST_CASE("subtract and divide accept what add and multiply accept") {
    static_assert(can_subtract<Chosen, int> && can_subtract<Chosen, at::Tensor> && can_subtract<Chosen, Slot>);
    static_assert(can_divide<Chosen, double> && can_divide<Chosen, View<Q<4, 2>>> && can_divide<AnyQuery, Slot>);
    static_assert(!can_subtract<Chosen, View<K<4, 2>>>);
    static_assert(!can_subtract<Chosen, const char*>);
    static_assert(!can_divide<Chosen, View<Q<2>>>);
    CHECK_FALSE(can_divide<Chosen, Axis>);
}

TEST_CASE("a place is a value: it edits, reads and writes") {
    const auto here = on<Q>(token(0), head(1));
    const auto copy = here;
    const at::Tensor x = at::arange(16, at::kFloat).reshape({2, 8});
    CHECK(borrow<Qkv>(x)[copy].clone().equal(at::tensor({2.0f, 3.0f})));
    Owned<Qkv> owned = borrow<Qkv>(x) | here.set(7);
    CHECK(owned[here].clone().equal(at::full({2}, 7.0f)));
    owned[here] = 9;
    CHECK(owned.equal(borrow<Qkv>(x) | here.set(9)));
    CHECK(sizeof(on<Q>(head<1>, dims<0, 1>)) == 1);
}

TEST_CASE("heads and dims are named at compile time and at run time through the same names") {
    const at::Tensor x = at::arange(16, at::kFloat).reshape({2, 8});
    const auto same = [&](const auto& a, const auto& b) { return borrow<Qkv>(x)[a].equal(borrow<Qkv>(x)[b]); };
    CHECK(same(on<Q>(head<1>), on<Q>(head(1))));
    CHECK(same(on<Q>(head<1>), on<Q>(head(-1))));
    CHECK(same(on<Q>(heads<0, 2>), on<Q>(heads(0, 2))));
    CHECK(same(on<Q>(heads<0, 2>), on<Q>(heads())));
    CHECK(same(on<Q>(heads<0, 2>), on<Q>(heads({0, 1}))));
    CHECK(same(on<Q>(dims<1, 3>), on<Q>(dims(1, 3))));
    CHECK(same(on<Q>(dims<1, 3>), on<Q>(dims({1, 2}))));
    CHECK(same(on<Q>(head<1>, dims<1, 2>), on<Q>(dims({1}), head(1))));
    CHECK(same(on<Qkv>(dims<3, 6>), on<Qkv>(dims(3, 6))));
}

TEST_CASE("a character is not a number") {
    CHECK_FALSE(can_set<Chosen, char>);
    CHECK_FALSE(can_set<Chosen, wchar_t>);
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
    static_assert(can_average<Chosen, Axis>);
    static_assert(can_average<Chosen, Axis, Axis>);
    static_assert(!can_average<Chosen>);
    CHECK_FALSE(can_average<Chosen, int>);
}

TEST_CASE("apply accepts callables from a tensor to a tensor") {
    static_assert(can_apply<Chosen, at::Tensor (*)(at::Tensor)>);
    static_assert(can_apply<Chosen, at::Tensor (*)(const at::Tensor&)>);
    static_assert(!can_apply<Chosen, int (*)(at::Tensor)>);
    static_assert(!can_apply<Chosen, void (*)(at::Tensor)>);
    static_assert(!can_apply<Chosen, at::Tensor (*)(int)>);
    CHECK_FALSE(can_apply<Chosen, int>);
}

TEST_CASE("dims beyond a head, or beyond a layout, are refused before any layout is known") {
    static_assert(can_select<Q<4, 2>, decltype(&dims<0, 4>)>);
    // In a grouped layout Q<4, 2> has more channels than 4.
    static_assert(can_select<Q<4, 2>, decltype(&dims<0, 5>)>);
    static_assert(can_select<Q<4, 2>, decltype(&head<0>), decltype(&dims<0, 2>)>);
    static_assert(!can_select<Q<4, 2>, decltype(&head<0>), decltype(&dims<0, 3>)>);
    static_assert(can_select<Qkv, decltype(&dims<0, 8>)>);
    static_assert(!can_select<Qkv, decltype(&dims<0, 9>)>);
    static_assert(!can_select<Qkv, decltype(&head<0>)>);
    static_assert(!can_select<Q<4, 2>, bool>);
    static_assert(can_select<Q<4, 2>, Heads, Dims>);
    static_assert(can_select<Q<4, 2>, HeadList, DimList, RowPositions>);
    static_assert(!can_select<Q<4, 2>, Heads, decltype(&head<0>)>);
    static_assert(!can_select<Q<4, 2>, Heads, HeadList>);
    static_assert(!can_select<Q<4, 2>, Heads, decltype(&dims<0, 3>)>);
    static_assert(!can_select<Qkv, Heads>);
    static_assert(!can_select<Qkv, HeadList>);
    CHECK_FALSE(can_select<Q<4, 2>, int>);
}

TEST_CASE("selectors that restrict the same axis are known to be incompatible") {
    using Token = decltype(token(1));
    static_assert(compatible<Token, decltype(batch(0)), selector_type<decltype(&head<0>)>,
                             selector_type<decltype(&dims<0, 1>)>>());
    static_assert(!compatible<Token, decltype(tokens(0, 2))>());
    static_assert(!compatible<selector_type<decltype(&head<0>)>, selector_type<decltype(&heads<0, 2>)>>());
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

TEST_CASE("gradients reach an injected tensor although the edit was made where gradients are disabled") {
    using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
    const at::Tensor vector = at::ones({2}).requires_grad_();
    const auto add = [&] {
        const at::NoGradGuard no_grad;
        return on<Q>().add(vector);
    }();
    const at::Tensor edited = borrow<Qkv>(at::zeros({3, 6})) | add;
    edited.sum().backward();
    CHECK(vector.grad().equal(at::full({2}, 3.0f)));
}
