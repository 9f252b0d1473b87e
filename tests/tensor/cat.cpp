#include <suture/tensor/cat.hpp>

#include <suture/edit/on.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <optional>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using ByHead = Grouped<3, Q<2>, K<1>, V<1>>;

namespace {
template <class L, class... Parts>
concept can_cat = requires(const Parts&... parts) {
    cat<L>(parts...);
};
using Query = View<Q<2>>;
using Key = View<K<2>>;
using Value = View<V<2>>;

const at::Tensor x = at::arange(18, at::kFloat).reshape({3, 6});
const at::Tensor packed = at::arange(24, at::kFloat).reshape({2, 12});
}  // namespace

TEST_CASE("cat puts an edited part back between views of the others") {
    const auto [q, k, v] = split(borrow<Qkv>(x));
    auto k2 = k.clone();
    k2[on<K>(token(1))] = -1;
    const at::Tensor whole = cat<Qkv>(q, k2, v).take();
    const at::Tensor expected = x.clone();
    expected[1].narrow(0, 2, 2).fill_(-1);
    CHECK(whole.equal(expected));
    CHECK_FALSE(whole.is_alias_of(x));
    CHECK(cat<Qkv>(q, std::move(k2), v).unsafe_tensor().equal(expected));
}

TEST_CASE("cat interleaves the parts of a grouped layout by group") {
    const auto [q, k, v] = split(borrow<ByHead>(packed));
    const auto whole = cat<ByHead>(q, k.clone(), v);
    CHECK(whole.sizes() == at::IntArrayRef({2, 12}));
    CHECK(whole.unsafe_tensor().equal(packed));
}

TEST_CASE("cat of a single part is a copy") {
    const at::Tensor one = at::ones({3, 2});
    CHECK_FALSE(cat<Q<2>>(borrow<Q<2>>(one)).unsafe_tensor().is_alias_of(one));
}

TEST_CASE("cat refuses parts of different leading axes with both shapes") {
    const auto q = borrow<Q<2>>(at::zeros({3, 2}));
    const auto k = borrow<K<2>>(at::zeros({4, 2}));
    const auto v = borrow<V<2>>(at::zeros({3, 2}));
    CHECK(message_of<ShapeError>([&] { (void)cat<Qkv>(q, k, v); }) ==
          "the parts given to cat have shapes [3, 2] and [4, 2]: give them the same axes before the channels");
    CHECK_THROWS_AS((void)cat<Qkv>(q, borrow<K<2>>(at::zeros({1, 3, 2})), v), ShapeError);
    CHECK_THROWS_AS((void)cat<Qkv>(q, borrow<K<2>>(at::zeros({2})), v), ShapeError);
}

TEST_CASE("cat refuses parts of different dtypes or devices with both") {
    const auto q = borrow<Q<2>>(at::zeros({3, 2}));
    const auto v = borrow<V<2>>(at::zeros({3, 2}));
    CHECK(message_of<TypeError>([&] {
              (void)cat<Qkv>(q, borrow<K<2>>(at::zeros({3, 2}, at::kDouble)), v);
          }) ==
          "the parts given to cat are float32 [3, 2] on cpu and float64 [3, 2] on cpu: give them the same dtype and "
          "device");
    CHECK(says(message_of<TypeError>([&] {
                   (void)cat<Qkv>(q, borrow<K<2>>(at::zeros({3, 2}, at::kMeta)), v);
               }),
               "on cpu", "on meta"));
}

TEST_CASE("cat of parts without tokens has no tokens") {
    const auto [q, k, v] = split(borrow<Qkv>(at::zeros({0, 6})));
    CHECK(cat<Qkv>(q, k, v).sizes() == at::IntArrayRef({0, 6}));
    const auto [gq, gk, gv] = split(borrow<ByHead>(at::zeros({0, 12})));
    CHECK(cat<ByHead>(gq, gk, gv).sizes() == at::IntArrayRef({0, 12}));
}

TEST_CASE("a cat made under no_grad can be edited with gradients") {
    std::optional<Owned<ByHead>> whole;
    {
        const at::NoGradGuard no_grad;
        const auto [q, k, v] = split(borrow<ByHead>(packed));
        whole = cat<ByHead>(q, k, v);
    }
    const at::Tensor leaf = at::ones({12}).requires_grad_();
    CHECK_NOTHROW((*whole)[on<ByHead>()] += leaf);
}

TEST_CASE("gradients flow through cat to every part") {
    const at::Tensor leaf = at::ones({2, 12}).requires_grad_();
    const auto [q, k, v] = split(borrow<ByHead>(leaf));
    (cat<ByHead>(q, k * 3, v)).sum().backward();
    CHECK(leaf.grad().sum().item<float>() == 2 * (3 * (2 + 3 + 1)));
}

TEST_CASE("missing, doubled, foreign, misordered or differently grouped parts do not compile") {
    static_assert(can_cat<Qkv, Query, Key, Value>);
    static_assert(can_cat<Qkv, Query, Owned<K<2>>, Value>);
    static_assert(!can_cat<Qkv, Query, Key>);
    static_assert(!can_cat<Qkv, Query, Key, Key>);
    static_assert(!can_cat<Qkv, Query, Key, Value, Value>);
    static_assert(!can_cat<Qkv, Query, Key, View<Gate<2>>>);
    static_assert(!can_cat<Qkv, Key, Query, Value>);
    static_assert(!can_cat<Qkv, View<Q<4>>, Key, Value>);
    static_assert(!can_cat<Qkv, View<Qkv>>);
    static_assert(!can_cat<Qkv, at::Tensor, at::Tensor, at::Tensor>);
    static_assert(!can_cat<Qkv>);
    static_assert(can_cat<ByHead, View<part<ByHead, Q>>, View<part<ByHead, K>>, View<part<ByHead, V>>>);
    static_assert(!can_cat<ByHead, View<Q<2>>, View<K<1>>, View<V<1>>>);
    static_assert(!can_cat<ByHead, View<part<ByHead, Q>>, View<Grouped<2, K<1>>>, View<part<ByHead, V>>>);
    static_assert(can_cat<Fused<2, Q<2>>, Query>);
    CHECK(can_cat<Q<2>, Query>);
}
