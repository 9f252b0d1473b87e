#include "suture/pictures/values.hpp"

#include "suture/tensor/owned.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <string>
#include <utility>

using namespace suture::pictures;

TEST_CASE("the numbers of a picture are the tensor that they are made from") {
    const at::Tensor t = at::tensor({1.0, 2.0});
    Values values = t;
    CHECK(values.is_same(t));
    values = at::zeros({2});
    CHECK(values.size(0) == 2);
    CHECK(!Values().defined());
}

TEST_CASE("the numbers of a picture can be those that an Owned gives up") {
    auto mine = suture::borrow<suture::Resid<2>>(at::tensor({1.0, 2.0})).clone();
    const Values values = std::move(mine);
    CHECK(values.equal(at::tensor({1.0, 2.0})));
}

TEST_CASE("the words of a picture are a string") {
    const Words title = "Logit lens";
    CHECK(title == "Logit lens");
    CHECK(Words(std::string("a") + "b") == "ab");
    CHECK(Words().empty());
}
