#include "suture/exported/detail/copies.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

using suture::detail::copy_as_it_lies;

TEST_CASE("a copy has the numbers and the strides, and storage of its own") {
    const at::Tensor x = at::arange(24).view({4, 6});
    for (const at::Tensor& t :
         {x, x.t(), x.slice(1, 1, 6, 2), x.narrow(0, 1, 2), x.select(1, 3), x.slice(0, 2, 3).expand({5, 6}),
          at::arange(3).expand({2, 2, 3}), at::scalar_tensor(2), at::empty({0, 3}), x.as_strided({3, 3}, {1, 1}, 4)}) {
        const at::Tensor copy = copy_as_it_lies(t);
        CHECK(copy.equal(t));
        if (t.numel() > 0) CHECK(copy.strides() == t.strides());
        CHECK_FALSE(copy.is_alias_of(t));
    }
}
