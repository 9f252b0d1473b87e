#include "suture/tensor/detail/cut.hpp"

#include <ATen/ops/zeros.h>

#include "doctest.hpp"
#include "message.hpp"

#include <memory>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

// What follows for Views and edits is tested in tests/laws/recordings.cpp.

namespace {
Positions held_at(std::optional<Position<Axis::batch>> batch, std::optional<Position<Axis::token>> token) {
    return {batch, token, {}};
}
PlaceValue place(Positions positions) {
    PlaceValue p;
    p.positions = std::move(positions);
    return p;
}
}  // namespace

TEST_CASE("a dropped token axis is put back, of size one, where a place is looked for") {
    const Cut cut{held_at({}, token(-1)), {2, 6}};
    PlaceValue asked = place(held_at(batch(1), {}));
    at::Tensor t = at::zeros({2, 4});
    CHECK(look_within(cut, asked, t));
    CHECK(t.sizes() == at::IntArrayRef({2, 1, 4}));
    CHECK(asked.positions.token == token(0));
    CHECK(asked.positions.batch == batch(1));
}

TEST_CASE("positions that a cut does not tell apart are refused, with both named") {
    const Cut cut{held_at(batch(0), token(-1)), {2, 6}};
    at::Tensor t = at::zeros({4});
    PlaceValue other = place(held_at({}, token(2)));
    CHECK(message_of<PositionError>([&] { (void)look_within(cut, other, t); }) ==
          "this holds batch 0, token -1 of an activation, but the place names token 2: name no position in it, or keep "
          "more of the activation");
    PlaceValue row = place(held_at(batch(1), {}));
    CHECK_THROWS_AS((void)look_within(cut, row, t), PositionError);
    PlaceValue same = place(held_at(batch(0), token(-1)));
    CHECK(look_within(cut, same, t));
}

TEST_CASE("two tensors of the same positions are combined, those of others are not") {
    const auto cut = [](Positions p) { return std::make_shared<const Cut>(Cut{std::move(p), {2, 6}}); };
    const auto last = cut(held_at({}, token(-1))), fifth = cut(held_at({}, token(5))),
               first = cut(held_at({}, token(0)));
    CHECK(joined_cut(last, fifth) == last);
    CHECK(joined_cut(nullptr, first) == first);
    CHECK(joined_cut(first, nullptr) == first);
    CHECK(joined_cut(nullptr, nullptr) == nullptr);
    CHECK_THROWS_AS((void)joined_cut(last, first), PositionError);
}

TEST_CASE("a value is injected at the positions of the activation, whatever of it is held") {
    const auto cut = std::make_shared<const Cut>(Cut{held_at({}, tokens(2, 5)), {2, 6}});
    CHECK(injected_at(cut, {}, at::zeros({2, 3, 4})).asked.positions.token == tokens(2, 5));
    CHECK(injected_at(cut, {}, at::zeros({2, 3, 4})).leading.size() == 2);
    CHECK(injected_at(nullptr, {}, at::zeros({2, 3, 4})).asked.positions.is_everywhere());
}
