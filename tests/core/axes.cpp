#include <suture/core/axes.hpp>

#include <doctest/doctest.h>

namespace {
using namespace suture;
using namespace suture::detail;
}  // namespace

TEST_CASE("without names the last axis is the token and, of two or more, the first is the batch") {
    constexpr AxisOrder free;
    CHECK(free.is_free());
    CHECK(free.is_batch_first());
    CHECK(free.among(0) == AxisOrder{0, -1, -1, -1});
    CHECK(free.among(1) == AxisOrder{1, -1, 0, -1});
    CHECK(free.among(2) == AxisOrder{2, 0, 1, -1});
    CHECK(free.among(3) == AxisOrder{3, 0, 2, -1});
    CHECK(free.has(Axis::token));
    CHECK(free.has(Axis::batch));
    CHECK_FALSE(free.has(Axis::head));
}

TEST_CASE("named axes stand where they are named") {
    constexpr AxisOrder order = order_of<Axis::token, Axis::other, Axis::batch>;
    CHECK(order == AxisOrder{3, 2, 0, -1});
    CHECK(order.among(3) == order);
    CHECK(order.name(0) == Axis::token);
    CHECK(order.name(1) == Axis::other);
    CHECK(order.name(2) == Axis::batch);
    CHECK(order.has(Axis::batch));
    CHECK_FALSE(order.has(Axis::head));
    CHECK_FALSE(order.is_batch_first());
    CHECK(order_of<Axis::batch, Axis::token>.is_batch_first());
    CHECK_FALSE(order_of<Axis::batch, Axis::other, Axis::token>.is_batch_first());
    CHECK_FALSE(order_of<Axis::token>.is_batch_first());
}

TEST_CASE("an axis that is dropped moves those behind it") {
    constexpr AxisOrder order = order_of<Axis::batch, Axis::head, Axis::token>;
    CHECK(order.without(Axis::head) == order_of<Axis::batch, Axis::token>);
    CHECK(order.without(Axis::batch) == order_of<Axis::head, Axis::token>);
    CHECK(order.without(Axis::token) == order_of<Axis::batch, Axis::head>);
    CHECK(order.without(Axis::batch).without(Axis::batch) == order_of<Axis::head, Axis::token>);
}

TEST_CASE("an axis is named once, others as often as they are there") {
    CHECK(distinct_axes<Axis::batch, Axis::token>);
    CHECK_FALSE(distinct_axes<Axis::batch, Axis::token, Axis::batch>);
    CHECK(distinct_axes<Axis::other, Axis::other, Axis::token>);
}
