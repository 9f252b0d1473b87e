// A handle of one's own: the same storage, in a shape that nobody else can change.
#include <suture/tensor/detail/handle.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

using suture::detail::is_dense_on_cpu;
using suture::detail::is_viewed_plainly;
using suture::detail::own_handle;
using suture::detail::own_part;

TEST_CASE("a handle of its own shares storage and version, and copies nothing") {
    const at::Tensor t = at::arange(6, at::kFloat).reshape({2, 3});
    const at::Tensor mine = own_handle(t);
    CHECK_FALSE(mine.is_same(t));
    CHECK(mine.data_ptr() == t.data_ptr());
    CHECK(mine.is_alias_of(t));
    CHECK(mine.equal(t));
    const auto before = mine._version();
    t.add_(1);
    CHECK(mine._version() == before + 1);
    CHECK(mine.equal(t));
}

TEST_CASE("a handle of its own keeps its shape when the tensor changes its own") {
    at::Tensor t = at::arange(6, at::kFloat).reshape({2, 3});
    const at::Tensor mine = own_handle(t);
    t.transpose_(0, 1);
    t.resize_({1, 2});
    CHECK(mine.sizes() == at::IntArrayRef({2, 3}));
    CHECK(mine.equal(at::arange(6, at::kFloat).reshape({2, 3})));
}

TEST_CASE("a handle of its own keeps strides, dtype and device") {
    const at::Tensor turned = at::arange(6).reshape({2, 3}).t();
    CHECK(own_handle(turned).strides() == turned.strides());
    CHECK(own_handle(turned).scalar_type() == at::kLong);
    CHECK(own_handle(at::empty({2}, at::kMeta)).is_meta());
    const at::Tensor conjugated = at::complex(at::ones({2}), at::ones({2})).conj();
    CHECK(own_handle(conjugated).equal(conjugated));
}

TEST_CASE("gradients flow through a handle of its own") {
    const at::Tensor leaf = at::ones({3}).requires_grad_();
    own_handle(leaf).mul(2).sum().backward();
    CHECK(leaf.grad().equal(at::full({3}, 2.0f)));
}

TEST_CASE("gradients flow through a handle that was made under no_grad, outside of it") {
    const at::Tensor leaf = at::ones({3}).requires_grad_();
    const at::Tensor mine = [&] {
        const at::NoGradGuard no_grad;
        const at::Tensor handle = own_handle(leaf);
        CHECK(handle.is_alias_of(leaf));
        CHECK_FALSE(handle.mul(2).requires_grad());
        return handle;
    }();
    CHECK(mine.requires_grad());
    mine.mul(2).sum().backward();
    CHECK(leaf.grad().equal(at::full({3}, 2.0f)));
}

TEST_CASE("a handle of its own can be made and read in inference mode") {
    const at::Tensor leaf = at::ones({3}).requires_grad_();
    const c10::InferenceMode inference;
    const at::Tensor mine = own_handle(leaf);
    CHECK(mine.is_alias_of(leaf));
    CHECK(mine.clone().equal(at::ones({3})));
    CHECK(own_handle(at::ones({2})).equal(at::ones({2})));
}

TEST_CASE("a leaf can be stepped by an optimizer while there are handles of it") {
    const at::Tensor leaf = at::ones({3}).requires_grad_();
    const at::Tensor mine = own_handle(leaf);
    {
        const at::NoGradGuard no_grad;
        leaf.sub_(0.5);
    }
    CHECK(mine.detach().equal(at::full({3}, 0.5f)));
    mine.mul(2).sum().backward();
    CHECK(leaf.grad().equal(at::full({3}, 2.0f)));
}

TEST_CASE("an inference tensor has handles inside and outside of inference mode") {
    const at::Tensor made = [] {
        const c10::InferenceMode inference;
        at::Tensor t = at::ones({3});
        CHECK(own_handle(t).equal(t));
        return t;
    }();
    CHECK(own_handle(made).is_alias_of(made));
    CHECK(own_handle(made).equal(at::ones({3})));
}

TEST_CASE("a part under a handle of its own is what as_strided makes, with the version of the whole") {
    const at::Tensor t = at::arange(24, at::kFloat).reshape({4, 6});
    const at::Tensor part = own_part(t, {4, 2}, {6, 1}, 3);
    CHECK(part.equal(t.narrow(1, 3, 2)));
    CHECK(part.strides() == t.narrow(1, 3, 2).strides());
    CHECK(part.is_alias_of(t));
    CHECK_FALSE(part.is_contiguous());
    CHECK(own_part(t, {2, 6}, {6, 1}, 12).is_contiguous());
    const auto before = part._version();
    t.add_(1);
    CHECK(part._version() == before + 1);
    CHECK(part.equal(t.narrow(1, 3, 2)));
    CHECK(t.sizes() == at::IntArrayRef({4, 6}));
}

TEST_CASE("only dense memory of the CPU that nothing follows is viewed without the dispatcher") {
    CHECK(is_dense_on_cpu(at::ones({2, 3})));
    CHECK(is_dense_on_cpu(at::ones({2, 3}, at::kHalf).t()));
    CHECK_FALSE(is_dense_on_cpu(at::empty({2}, at::kMeta)));
    CHECK_FALSE(is_dense_on_cpu(at::ones({2, 2}).to_sparse()));
    CHECK_FALSE(is_dense_on_cpu(at::complex(at::ones({2}), at::ones({2})).conj()));
    CHECK_FALSE(is_dense_on_cpu(at::_efficientzerotensor({2}, at::kFloat)));
    CHECK(is_viewed_plainly(at::ones({2})));
    const at::Tensor leaf = at::ones({2}).requires_grad_();
    CHECK_FALSE(is_viewed_plainly(leaf));
    const at::NoGradGuard no_grad;
    CHECK_FALSE(is_viewed_plainly(leaf));
    const c10::InferenceMode inference;
    CHECK_FALSE(is_viewed_plainly(at::ones({2})));
}
