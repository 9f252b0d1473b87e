#include <suture/tensor/view.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <tuple>
#include <type_traits>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;
using ByHead = Grouped<4, Q<2>, K<1>, V<1>>;
using TwoQueries = Fused<6, Q<4, 2>, Q<2>>;

namespace {

const at::Tensor x = at::arange(80, at::kFloat).reshape({2, 5, 8});

#define CAN(name)                                      \
    template <class T, class... Args>                  \
    concept can_##name = requires(T v, Args... args) { \
        v.name(args...);                               \
    }
CAN(fill_);
CAN(zero_);
CAN(copy_);
CAN(add_);
CAN(sub_);
CAN(mul_);
CAN(div_);
CAN(clamp_);
CAN(normal_);
CAN(uniform_);
CAN(masked_fill_);
CAN(index_put_);
CAN(at);
CAN(take);
CAN(clone);
#undef CAN
template <class T>
concept can_add_to = requires(T v) {
    v += 1;
};
template <class T>
concept can_multiply_to = requires(T v) {
    v *= v;
};
template <class T>
concept can_index = requires(T v) {
    v[0];
};
template <class T, class C>
concept can_get = requires(const T& v) {
    v.template get<C>();
};
template <class T, template <Index, Index> class Family>
concept can_get_family = requires(const T& v) {
    v.template get<Family>();
};
template <class T>
concept can_split = requires(T t) {
    split(t);
};

}  // namespace

TEST_CASE("borrowing copies nothing and keeps any leading axes") {
    CHECK(borrow<Qkv>(x).unsafe_tensor().is_same(x));
    CHECK(borrow<Qkv>(x[0][0]).sizes() == at::IntArrayRef({8}));
    CHECK(borrow<Qkv>(at::zeros({2, 3, 4, 5, 8})).dim() == 5);
    CHECK(borrow<Qkv>(at::zeros({0, 5, 8})).numel() == 0);
    CHECK(borrow<Q<4, 2>>(x.narrow(-1, 0, 4)).sizes() == at::IntArrayRef({2, 5, 4}));
}

TEST_CASE("borrowing accepts any strides") {
    const at::Tensor turned = at::arange(80, at::kFloat).reshape({8, 5, 2}).permute({2, 1, 0});
    const auto k = borrow<Qkv>(turned).get<K>();
    CHECK(k.unsafe_tensor().equal(turned.narrow(-1, 4, 2)));
    CHECK(k.unsafe_tensor().is_alias_of(turned));
    CHECK(borrow<Qkv>(x[0][0].expand({3, 8})).clone().unsafe_tensor().is_contiguous());
}

TEST_CASE("a tensor of another width is refused with the layout, its parts and the tensor") {
    CHECK(message_of<ShapeError>([] {
              (void)borrow<Qkv>(at::zeros({1, 5, 7}));
          }) ==
          "Fused<8, Q<4, 2>, K<2>, V<2>> needs [..., 8] (Q 4 + K 2 + V 2) but the tensor is float32 [1, 5, 7] on cpu: "
          "pass the activation that this layout describes");
    CHECK(says(message_of<ShapeError>([] { (void)borrow<ByHead>(at::zeros({12})); }),
               "Grouped<4, Q<2>, K<1>, V<1>> needs [..., 16] (4 x (Q 2 + K 1 + V 1))", "float32 [12] on cpu"));
    CHECK(says(message_of<ShapeError>([] { (void)borrow<Q<4, 2>>(at::zeros({8})); }), "needs [..., 4]"));
    CHECK_THROWS_AS((void)borrow<Qkv>(at::zeros({5, 0})), ShapeError);
}

TEST_CASE("a tensor without axes is refused") {
    CHECK(says(message_of<ShapeError>([] { (void)borrow<Qkv>(at::scalar_tensor(1)); }), "needs [..., 8]", "no axes"));
}

TEST_CASE("a tensor that is not dense is refused with the way to convert it") {
    CHECK(says(message_of<TypeError>([] { (void)borrow<Qkv>(at::Tensor()); }), "needs [..., 8]", "undefined"));
    CHECK(says(message_of<TypeError>([] {
                   (void)borrow<Qkv>(at::zeros({5, 8}).to_sparse());
               }),
               "Sparse", "to_dense()"));
    CHECK(says(message_of<TypeError>([] {
                   (void)borrow<Qkv>(at::quantize_per_tensor(at::zeros({5, 8}), 1.0, 0, at::kQInt8));
               }),
               "quantized", "dequantize()"));
    const at::Tensor nested = at::_nested_tensor_from_mask(at::zeros({2, 5, 8}), at::ones({2, 5}, at::kBool));
    CHECK(says(message_of<TypeError>([&] { (void)borrow<Qkv>(nested); }), "nested", "to_padded_tensor()"));
}

TEST_CASE("split gives true views of every component in order") {
    const auto [q, k, v] = split(borrow<Qkv>(x));
    static_assert(std::is_same_v<decltype(k), const View<K<2>>>);
    CHECK(q.unsafe_tensor().equal(x.narrow(-1, 0, 4)));
    CHECK(k.unsafe_tensor().equal(x.narrow(-1, 4, 2)));
    CHECK(v.unsafe_tensor().equal(x.narrow(-1, 6, 2)));
    CHECK(v.unsafe_tensor().is_alias_of(x));
}

TEST_CASE("split keeps the groups of a grouped layout as an axis") {
    const at::Tensor packed = at::arange(32).reshape({2, 16});
    const auto [q, k, v] = split(borrow<ByHead>(packed));
    static_assert(std::is_same_v<decltype(q), const View<Q<2>, 4>>);
    CHECK(q.sizes() == at::IntArrayRef({2, 4, 2}));
    CHECK(k.unsafe_tensor().equal(packed.reshape({2, 4, 4}).narrow(-1, 2, 1)));
    CHECK(v.unsafe_tensor().is_alias_of(packed));
}

TEST_CASE("splitting an Owned gives Views") {
    const auto owned = borrow<Qkv>(x).clone();
    CHECK(std::get<1>(split(owned)).equal(borrow<Qkv>(x).get<K>()));
}

TEST_CASE("a view keeps the storage alive") {
    const auto k = [] { return borrow<Qkv>(at::full({3, 8}, 2.0f)).get<K>(); }();
    CHECK(k.sum().item<float>() == 12);
}

TEST_CASE("a component is found by its type or by its family") {
    const auto view = borrow<Qkv>(x);
    CHECK(view.get<K<2>>().equal(view.get<K>()));
    CHECK(borrow<TwoQueries>(x.narrow(-1, 0, 6)).get<Q<2>>().sizes() == at::IntArrayRef({2, 5, 2}));
    static_assert(can_get<View<Qkv>, K<2>>);
    static_assert(!can_get<View<Qkv>, K<4>>);
    static_assert(!can_get<View<Qkv>, Gate<2>>);
    static_assert(can_get_family<View<Qkv>, Q>);
    static_assert(!can_get_family<View<Qkv>, Gate>);
    static_assert(!can_get_family<View<TwoQueries>, Q>);
}

TEST_CASE("a clone shares nothing with the view") {
    auto copy = borrow<Qkv>(x).clone();
    copy.at().fill_(0);
    CHECK(x.equal(at::arange(80, at::kFloat).reshape({2, 5, 8})));
}

TEST_CASE("no writing method of a View can be called") {
    using Viewed = View<Q<4, 2>>;
    static_assert(can_clone<Viewed>);
    static_assert(!can_fill_<Viewed, int>);
    static_assert(!can_zero_<Viewed>);
    static_assert(!can_copy_<Viewed, at::Tensor>);
    static_assert(!can_add_<Viewed, int>);
    static_assert(!can_sub_<Viewed, at::Tensor>);
    static_assert(!can_mul_<Viewed, double>);
    static_assert(!can_div_<Viewed, double>);
    static_assert(!can_clamp_<Viewed, int, int>);
    static_assert(!can_normal_<Viewed>);
    static_assert(!can_uniform_<Viewed>);
    static_assert(!can_masked_fill_<Viewed, at::Tensor, int>);
    static_assert(!can_index_put_<Viewed, at::Tensor, int>);
    static_assert(!can_at<Viewed>);
    static_assert(!can_at<Viewed, decltype(token(4))>);
    static_assert(!can_take<Viewed>);
    static_assert(!can_add_to<Viewed>);
    static_assert(!can_multiply_to<Viewed>);
    static_assert(!can_index<Viewed>);
    CHECK(can_clone<const Viewed&>);
}

TEST_CASE("a raw tensor cannot be split without a layout") {
    static_assert(can_split<View<Qkv>>);
    static_assert(!can_split<at::Tensor>);
    static_assert(!can_split<const at::Tensor&>);
    CHECK(can_split<Owned<Qkv>&>);
}
