// Pieces: what reading a place of a View gives.
#include <suture/tensor/piece.hpp>

#include <suture/edit/on.hpp>
#include <suture/tensor/owned.hpp>
#include <suture/tensor/view.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <type_traits>
#include <utility>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;
using ByHead = Grouped<4, Q<2>, K<1>, V<1>>;

namespace {
const at::Tensor x = at::arange(80, at::kFloat).reshape({2, 5, 8});

template <class T>
concept can_write = requires(const T& t) {
    t += 1;
};
template <class T>
concept can_fill = requires(const T& t) {
    t.fill_(1);
};
}  // namespace

TEST_CASE("a piece has the shape, dtype and reductions of its values") {
    const auto piece = borrow<Qkv>(x)[on<Q>(token(1), head<1>)];
    const at::Tensor values = x.select(1, 1).narrow(-1, 2, 2);
    CHECK(piece.sizes() == values.sizes());
    CHECK(piece.size(-1) == 2);
    CHECK(piece.dim() == 2);
    CHECK(piece.numel() == 4);
    CHECK(piece.dtype() == at::kFloat);
    CHECK(piece.sum().equal(values.sum()));
    CHECK(piece.mean(-1).equal(values.mean(-1)));
    CHECK(piece.norm().equal(values.norm()));
    CHECK(piece.max().equal(values.max()));
    CHECK(piece.clone().equal(values));
}

TEST_CASE("a piece of a component in groups has the shape of the selection") {
    const at::Tensor packed = at::arange(96, at::kFloat).reshape({2, 3, 16});
    const at::Tensor q = packed.reshape({2, 3, 4, 4}).narrow(-1, 0, 2);
    const auto view = borrow<ByHead>(packed);
    static_assert(std::is_same_v<decltype(view[on<Q>(token(0))]), Piece<part<ByHead, Q>>>);
    CHECK(view[on<Q>(token(1))].clone().equal(q.select(1, 1).reshape({2, 8})));
    CHECK(view[on<Q>(token(1))].sizes() == at::IntArrayRef({2, 8}));
    CHECK(view[on<Q>(heads(1, 3))].clone().equal(q.narrow(2, 1, 2)));
    CHECK(view[on<Q>(token(1))].sum(-1).equal(q.select(1, 1).reshape({2, 8}).sum(-1)));
    CHECK(view[on<Q>(token(1))].clone().is_contiguous());
}

TEST_CASE("a piece shows the storage of its View, and a clone of it does not") {
    const at::Tensor source = x.clone();
    const auto piece = borrow<Qkv>(source)[on<Q>(token(0))];
    const at::Tensor copy = piece.clone();
    source.fill_(7);
    CHECK(piece.clone().eq(7).all().item<bool>());
    CHECK(copy.equal(x.select(1, 0).narrow(-1, 0, 4)));
    copy.fill_(3);
    CHECK(source.eq(7).all().item<bool>());
}

TEST_CASE("a function that a piece is lent to must not write it") {
    const at::Tensor source = x.clone();
    const auto piece = borrow<Qkv>(source)[on<Q>(token(0))];
    CHECK(says(message_of<OwnershipError>([&] { piece.read([](const at::Tensor& t) { t.zero_(); }); }), "wrote"));
    CHECK_FALSE(borrow<Qkv>(x)[on<Q>(token(0))].read([](const at::Tensor& t) { return t; }).is_alias_of(x));
}

TEST_CASE("gradients flow through a piece") {
    const at::Tensor leaf = at::ones({5, 8}).requires_grad_();
    borrow<Qkv>(leaf)[on<K>(token(2))].clone().sum().backward();
    CHECK(leaf.grad().sum().item<float>() == 2);
    CHECK(leaf.grad()[2].narrow(0, 4, 2).equal(at::ones({2})));
}

TEST_CASE("a piece is a value: it is copied, moved and assigned, and read-only") {
    using P = Piece<Q<4, 2>>;
    static_assert(std::is_copy_constructible_v<P> && std::is_nothrow_move_constructible_v<P>);
    static_assert(std::is_copy_assignable_v<P&>);
    static_assert(!std::is_assignable_v<P, P>);
    static_assert(!std::is_assignable_v<P, int>);
    static_assert(!std::is_constructible_v<P, at::Tensor>);
    static_assert(!std::is_convertible_v<P, at::Tensor>);
    static_assert(!can_write<P>);
    CHECK_FALSE(can_fill<P>);
    auto piece = borrow<Qkv>(x)[on<Q>(token(0))];
    const auto copy = piece;
    piece = borrow<Qkv>(x)[on<Q>(token(1))];
    CHECK(copy.clone().equal(x.select(1, 0).narrow(-1, 0, 4)));
    CHECK(piece.clone().equal(x.select(1, 1).narrow(-1, 0, 4)));
}

TEST_CASE("a piece that was moved from says so") {
    auto piece = borrow<Qkv>(x)[on<Q>(token(0))];
    const auto there = std::move(piece);
    CHECK(there.numel() == 8);
    CHECK(says(message_of<OwnershipError>([&] { (void)piece.sum(); }), "moved from"));
}
