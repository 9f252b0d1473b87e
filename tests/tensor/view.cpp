#include <suture/tensor/view.hpp>

#include <suture/edit/on.hpp>
#include <suture/tensor/owned.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <sstream>
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
template <class T, class Place>
concept can_read = requires(const T& v, Place place) {
    v[place];
};
template <class T, class Place>
concept can_write = requires(const T& v, Place place) {
    v[place] = 0;
};
template <class T, class Place>
concept can_write_to = requires(const T& v, Place place) {
    v[place] += 0;
};
template <class T>
concept can_split = requires(T t) {
    split(t);
};

}  // namespace

TEST_CASE("borrowing copies nothing and keeps any leading axes") {
    CHECK(borrow<Qkv>(x).unsafe_tensor().is_alias_of(x));
    CHECK(borrow<Qkv>(x).unsafe_tensor().data_ptr() == x.data_ptr());
    CHECK(borrow<Qkv>(x[0][0]).sizes() == at::IntArrayRef({8}));
    CHECK(borrow<Qkv>(at::zeros({2, 3, 4, 5, 8})).dim() == 5);
    CHECK(borrow<Qkv>(at::zeros({0, 5, 8})).numel() == 0);
    CHECK(borrow<Q<4, 2>>(x.narrow(-1, 0, 4)).sizes() == at::IntArrayRef({2, 5, 4}));
}

TEST_CASE("borrowing accepts any strides") {
    const at::Tensor turned = at::arange(80, at::kFloat).reshape({8, 5, 2}).permute({2, 1, 0});
    const auto k = borrow<Qkv>(turned)[on<K>()];
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

TEST_CASE("a part of a grouped layout has the shape of its channels, and its tensor the groups as an axis") {
    const at::Tensor packed = at::arange(32).reshape({2, 16});
    const auto [q, k, v] = split(borrow<ByHead>(packed));
    static_assert(std::is_same_v<decltype(q), const View<part<ByHead, Q>>>);
    static_assert(std::is_same_v<decltype(q), const View<Grouped<4, Q<2>>>>);
    CHECK(q.sizes() == at::IntArrayRef({2, 8}));
    CHECK(q.unsafe_tensor().sizes() == at::IntArrayRef({2, 4, 2}));
    CHECK(k.unsafe_tensor().equal(packed.reshape({2, 4, 4}).narrow(-1, 2, 1)));
    CHECK(v.unsafe_tensor().is_alias_of(packed));
    CHECK(q.clone().unsafe_tensor().equal(packed.reshape({2, 4, 4}).narrow(-1, 0, 2).reshape({2, 8})));
    CHECK(q.read([](const at::Tensor& t) { return t; }).sizes() == at::IntArrayRef({2, 8}));
    CHECK(q.sum(-1).sizes() == at::IntArrayRef({2}));
}

TEST_CASE("a part in groups is read again: its component, its heads, and as the layout that it is") {
    const at::Tensor packed = at::arange(32).reshape({2, 16});
    const auto q = borrow<ByHead>(packed)[on<Q>()];
    CHECK(q[on<Q>()].equal(q));
    CHECK(q[on<part<ByHead, Q>>()].equal(q));
    CHECK(q[on<part<ByHead, Q>>(heads())].clone().equal(packed.reshape({2, 4, 4}).narrow(-1, 0, 2)));
    CHECK(q[on<Q>(head(2))].clone().equal(packed.narrow(-1, 8, 2)));
    CHECK(q[on<Q>(dims(1, 4))].clone().equal(q.clone().unsafe_tensor().narrow(-1, 1, 3)));
    const auto alone = borrow<part<ByHead, Q>>(q.clone().unsafe_tensor());
    CHECK(alone.equal(q));
    CHECK(alone[on<Q>(head<3>)].equal(q[on<Q>(head(3))]));
}

TEST_CASE("a component alone is a layout: it is borrowed, read and split") {
    const at::Tensor alone = x.narrow(-1, 0, 4);
    const auto q = borrow<Q<4, 2>>(alone);
    CHECK(q[on<Q>()].equal(q));
    CHECK(q[on<Q<4, 2>>()].unsafe_tensor().is_alias_of(x));
    CHECK(q[on<Q>(head(1), token(0))].clone().equal(x.select(1, 0).narrow(-1, 2, 2)));
    CHECK(std::get<0>(split(q)).equal(q));
}

TEST_CASE("a place is read in the shape of PyTorch's indexing, with heads as an axis") {
    const auto view = borrow<Qkv>(x);
    const auto here = view[on<Q>(token(4), head(1))];
    static_assert(std::is_same_v<decltype(here), const Piece<Q<4, 2>>>);
    CHECK(here.sizes() == at::IntArrayRef({2, 2}));
    CHECK(here.clone().equal(x.select(1, 4).narrow(-1, 2, 2)));
    CHECK(here.norm().equal(x.select(1, 4).narrow(-1, 2, 2).norm()));
    CHECK(view[on<Q>(heads())].sizes() == at::IntArrayRef({2, 5, 2, 2}));
    CHECK(view[on<Q>(tokens(1, 3), batch(0))].sizes() == at::IntArrayRef({2, 4}));
    CHECK(view[on<Qkv>(dims(3, 6))].clone().equal(x.narrow(-1, 3, 3)));
    CHECK(view[on<Q>(tokens({4, 0}))].clone().equal(x.index_select(1, at::tensor({4, 0}, at::kLong)).narrow(-1, 0, 4)));
    CHECK(view[on<Q>(token(0))].read([](const at::Tensor& t) { return t; }).sizes() == at::IntArrayRef({2, 4}));
}

TEST_CASE("a place that is outside the View is refused with the View") {
    const auto view = borrow<Qkv>(x);
    CHECK(
        says(message_of<PositionError>([&] { (void)view[on<Q>(token(5))]; }), "token 5 is outside the View", "has 5"));
    CHECK(says(message_of<PositionError>([&] { (void)view[on<Q>(head(2))]; }), "head 2 is outside Q", "has 2 heads"));
    CHECK(
        says(message_of<ShapeError>([&] { (void)borrow<Qkv>(x[0])[on<Q>(batch(0))]; }), "the View has no batch axis"));
}

TEST_CASE("the shape of a View is its own: it does not follow its source") {
    at::Tensor source = at::arange(40, at::kFloat).reshape({1, 5, 8});
    const auto view = borrow<Qkv>(source);
    const auto k = view[on<K>()];
    const auto piece = view[on<K>(token(1))];
    const at::Tensor expected = at::arange(40, at::kFloat).reshape({1, 5, 8});
    source.transpose_(1, 2);
    CHECK(view.sizes() == at::IntArrayRef({1, 5, 8}));
    CHECK(view.clone().unsafe_tensor().equal(expected));
    CHECK(k.clone().unsafe_tensor().equal(expected.narrow(-1, 4, 2)));
    CHECK(piece.clone().equal(expected.select(1, 1).narrow(-1, 4, 2)));
    source.transpose_(1, 2);
    source.resize_({1, 2, 8});
    CHECK(view.sizes() == at::IntArrayRef({1, 5, 8}));
    CHECK(view.clone().unsafe_tensor().equal(expected));
    // A write to the storage does show.
    source.fill_(-1);
    CHECK(view[on<Q>(token(0))].clone().equal(at::full({1, 4}, -1.0f)));
}

TEST_CASE("a View of a tensor with gradients keeps them, and its version is that of its source") {
    const at::Tensor leaf = at::ones({3, 8}).requires_grad_();
    const auto view = borrow<Qkv>(leaf);
    CHECK(view.requires_grad());
    view[on<Q>(token(1))].clone().sum().backward();
    CHECK(leaf.grad().sum().item<float>() == 4);
    const at::Tensor plain = at::ones({3, 8});
    const auto before = borrow<Qkv>(plain).unsafe_tensor()._version();
    const auto seen = borrow<Qkv>(plain);
    plain.add_(1);
    CHECK(seen.unsafe_tensor()._version() == before + 1);
}

TEST_CASE("a View, a piece and an Owned are printed as what they are, with their values") {
    std::ostringstream out;
    const auto k = borrow<Qkv>(at::ones({1, 8}))[on<K>()];
    out << k << '|' << borrow<Qkv>(at::ones({1, 8}))[on<K>(token(0))] << '|' << k.clone();
    CHECK(says(out.str(), "View<K<2>>", "a piece of K<2>", "Owned<K<2>>", " 1  1"));
}

TEST_CASE("splitting an Owned gives Views") {
    const auto owned = borrow<Qkv>(x).clone();
    CHECK(std::get<1>(split(owned)).equal(borrow<Qkv>(x)[on<K>()]));
}

TEST_CASE("a view keeps the storage alive") {
    const auto k = [] { return borrow<Qkv>(at::full({3, 8}, 2.0f))[on<K>()]; }();
    CHECK(k.sum().item<float>() == 12);
}

TEST_CASE("a component is found by its type or by its family") {
    const auto view = borrow<Qkv>(x);
    CHECK(view[on<K<2>>()].equal(view[on<K>()]));
    CHECK(borrow<TwoQueries>(x.narrow(-1, 0, 6))[on<Q<2>>()].sizes() == at::IntArrayRef({2, 5, 2}));
    static_assert(can_read<View<Qkv>, decltype(on<K<2>>())>);
    static_assert(!can_read<View<Qkv>, decltype(on<K<4>>())>);
    static_assert(!can_read<View<Qkv>, decltype(on<Gate<2>>())>);
    static_assert(can_read<View<Qkv>, decltype(on<Q>())>);
    static_assert(!can_read<View<Qkv>, decltype(on<Gate>())>);
    static_assert(!can_read<View<TwoQueries>, decltype(on<Q>())>);
}

TEST_CASE("a clone shares nothing with the view") {
    auto copy = borrow<Qkv>(x).clone();
    copy[on<Qkv>()] = 0;
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
    static_assert(!can_write<Viewed, decltype(on<Q>())>);
    static_assert(!can_write<Viewed, decltype(on<Q>(token(4)))>);
    static_assert(!can_write_to<Viewed, decltype(on<Q>())>);
    static_assert(!can_write_to<Viewed, decltype(on<Q>(token(4)))>);
    static_assert(!std::is_assignable_v<Viewed, Viewed> && std::is_assignable_v<Viewed&, Viewed>);
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
