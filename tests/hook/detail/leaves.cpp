#include <suture/hook/detail/leaves.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using at::Tensor;
using suture::detail::for_each_leaf;
using suture::detail::leaves_in;

TEST_CASE("the places for tensors are counted in tuples, pairs, optionals and vectors of any depth") {
    static_assert(leaves_in<Tensor> == 1);
    static_assert(leaves_in<int> == 0 && leaves_in<std::string> == 0 && leaves_in<std::vector<int>> == 0);
    static_assert(leaves_in<std::optional<Tensor>> == 1);
#ifndef C10_NODEPRECATED  // then LibTorch 2 has no optional of its own
    static_assert(leaves_in<c10::optional<Tensor>> == 1);
#endif
    static_assert(leaves_in<std::vector<Tensor>> == 1);
    static_assert(leaves_in<std::tuple<Tensor, std::tuple<Tensor, Tensor>>> == 3);  // what an LSTM gives
    static_assert(leaves_in<std::pair<int, std::optional<std::vector<Tensor>>>> == 1);
    static_assert(leaves_in<std::tuple<>> == 0);
    CHECK(leaves_in<std::map<int, Tensor>> == 0);
}

TEST_CASE("every defined tensor is visited with its place, and can be replaced") {
    std::tuple<Tensor, std::vector<Tensor>, int, std::optional<Tensor>, std::pair<Tensor, Tensor>> value{
        at::zeros({1}), {at::zeros({1}), at::zeros({1})}, 7, std::nullopt, {Tensor(), at::zeros({1})}};
    std::vector<std::size_t> places;
    for_each_leaf(value, 0, [&](Tensor& t, std::size_t place) {
        places.push_back(place);
        t = at::full({1}, static_cast<double>(place));
    });
    CHECK(places == std::vector<std::size_t>{0, 1, 1, 4});
    CHECK(std::get<1>(value)[1].item<double>() == 1);
    CHECK(std::get<4>(value).second.item<double>() == 4);
    CHECK_FALSE(std::get<4>(value).first.defined());
}
