#include <suture/hook/detail/running_pass.hpp>

#include <suture/edit/on.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <thread>

using namespace suture;
using namespace suture::detail;

TEST_CASE("a pass runs in its thread, inside others, and ends with its brace") {
    const auto outer = std::make_shared<const SequencePositions>(SequencePositions{2, {1}, {3}});
    CHECK(pass_now() == nullptr);
    {
        const RunningPass first(outer);
        CHECK(pass_now() == outer);
        {
            const RunningPass plain(nullptr);
            CHECK(pass_now() == nullptr);
        }
        CHECK(pass_now() == outer);
        bool is_elsewhere_too = true;
        std::thread([&] { is_elsewhere_too = pass_now() != nullptr; }).join();
        CHECK_FALSE(is_elsewhere_too);
    }
    CHECK(pass_now() == nullptr);
}

TEST_CASE("a View of an activation knows where its pass stands") {
    const at::Tensor x = at::arange(6, at::kFloat).reshape({1, 2, 3});
    const View<Q<3>> plain = at_positions(borrow<Q<3>>(x));
    CHECK(plain[on<Q>(token(1))].clone().equal(x.select(1, 1)));
    const RunningPass pass(std::make_shared<const SequencePositions>(SequencePositions{2, {-1}, {1}}));
    CHECK(at_positions(borrow<Q<3>>(x))[on<Q>(token(0))].clone().equal(x.select(1, 1)));
    CHECK(cut_of_pass(at::Tensor()) == nullptr);
}
