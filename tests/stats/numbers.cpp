// Numbers: rows of float64 from Views, Owneds and tensors, and what is refused.
#include "suture/stats/numbers.hpp"

#include "suture/edit/on.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

namespace {
using namespace suture;
using suture::detail::in_float64;
using suture_test::message_of;
using suture_test::says;

template <class Kind>
std::string refusal(const at::Tensor& t) {
    return message_of<Kind>([&] { (void)in_float64(t); });
}
}  // namespace

TEST_CASE("every real dtype is read as float64, and the values stay") {
    const at::Tensor whole = at::arange(6).reshape({2, 3});
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kBFloat16, at::kHalf, at::kLong, at::kByte})
        CHECK(in_float64(whole.to(dtype)).equal(whole.to(at::kDouble)));
    CHECK(in_float64(whole.gt(2)).equal(whole.gt(2).to(at::kDouble)));
}

TEST_CASE("the rows have no gradients") {
    CHECK_FALSE(in_float64(at::ones({2, 3}).requires_grad_(true).mul(2)).requires_grad());
    CHECK_FALSE(in_float64(at::ones({2, 3}, at::kDouble).requires_grad_(true)).requires_grad());
}

TEST_CASE("a View, an Owned and a tensor are read alike, and a component in groups through all groups") {
    using Grouped3 = Grouped<3, Q<2>, K<1>>;
    const at::Tensor t = at::arange(18, at::kFloat).reshape({2, 9});
    const View<Grouped3> view = borrow<Grouped3>(t);
    static_assert(Numbers<View<Grouped3>> && Numbers<Owned<Grouped<3, Q<2>>>> && Numbers<Piece<Q<2>>> &&
                  Numbers<at::Tensor> && !Numbers<double>);
    CHECK(in_float64(view).equal(t.to(at::kDouble)));
    CHECK(in_float64(view.clone()).equal(t.to(at::kDouble)));
    const at::Tensor queries = at::tensor({0, 1, 3, 4, 6, 7});
    CHECK(in_float64(view[on<Q>()]).equal(t.index_select(-1, queries).to(at::kDouble)));
    CHECK(in_float64(view[on<K>(token(-1))]).equal(at::tensor({11, 14, 17}, at::kDouble)));
}

TEST_CASE("input without rows of real numbers is refused with a remedy") {
    CHECK(says(refusal<TypeError>(at::Tensor()), "real numbers [..., channels]", "undefined", "run its module"));
    CHECK(says(refusal<TypeError>(at::ones({2, 2}, at::kComplexFloat)), "complex64 [2, 2]", "take its abs()"));
    CHECK(says(refusal<TypeError>(at::ones({2, 2}).to_sparse()), "Sparse", "to_dense()"));
    CHECK(says(refusal<TypeError>(at::ones({2, 2}, at::kMeta)), "on meta, which has no values", "another device"));
    CHECK(says(refusal<ShapeError>(at::scalar_tensor(1)), "no axes", "at least the channels"));
}

TEST_CASE("rows are tokens by default, and where the token is named last") {
    using Ahead = Ordered<Resid<4>, Axis::token, Axis::batch>;
    CHECK(suture::detail::has_tokens_last<at::Tensor>);
    CHECK(suture::detail::has_tokens_last<View<Resid<4>>>);
    CHECK(suture::detail::has_tokens_last<Owned<Ordered<Resid<4>, Axis::head, Axis::token>>>);
    CHECK_FALSE(suture::detail::has_tokens_last<View<Ahead>>);
    CHECK_FALSE(suture::detail::has_tokens_last<Piece<Ahead>>);
    CHECK_FALSE(suture::detail::has_tokens_last<View<Ordered<Resid<4>, Axis::batch>>>);
    CHECK(suture::detail::has_same_rows<View<Ahead>, Piece<Ahead>>);
    CHECK(suture::detail::has_same_rows<View<Ahead>, at::Tensor>);
    CHECK(suture::detail::has_same_rows<View<Resid<4>>, View<Ordered<Resid<4>, Axis::batch, Axis::token>>>);
    CHECK_FALSE(suture::detail::has_same_rows<View<Ahead>, View<Resid<4>>>);
}
