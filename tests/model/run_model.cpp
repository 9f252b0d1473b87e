#include "suture/model/run_model.hpp"

#include "doctest.hpp"

#include <memory>
#include <utility>

namespace {
using suture::detail::run_model;

struct adder {
    int forward(int a, int b) { return a + b; }
    int operator()(int, int) { return -1; }
};
struct holder {
    adder* operator->() { return &held; }
    int forward(int, int) { return -2; }
    adder held;
};
}  // namespace

TEST_CASE("a model is run by the forward behind its pointer, its own forward, or as a function, in this order") {
    holder behind;
    adder own;
    CHECK(run_model(behind, 2, 3) == 5);
    CHECK(run_model(own, 2, 3) == 5);
    const auto shared = std::make_shared<adder>();
    CHECK(run_model(shared, 2, 3) == 5);
    const auto same = [](int a) { return a; };
    CHECK(run_model(same, 4) == 4);
}

TEST_CASE("inputs are handed on as they are given, and the result may be move-only") {
    const auto take = [](std::unique_ptr<int> p) { return p; };
    CHECK(*run_model(take, std::make_unique<int>(3)) == 3);
    int seen = 0;
    const auto by_reference = [](int& n) { return ++n; };
    CHECK(run_model(by_reference, seen) == 1);
    CHECK(seen == 1);
}
