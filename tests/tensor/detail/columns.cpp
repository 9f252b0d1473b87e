#include <suture/tensor/detail/columns.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;

namespace {
const std::string in = "the activation";
const at::Tensor activation = at::zeros({2, 4, 3});

/// What the columns of an activation [2, 4, 3] hold of these positions.
Positions columns(Positions at, const SequencePositions& pass, bool* is_there = nullptr) {
    const bool found = in_columns(at, pass, leading_axes(activation), {}, activation, in);
    if (is_there) *is_there = found;
    return at;
}
Positions positions(const Position<Axis::token>& token) {
    Positions p;
    p.token = token;
    return p;
}
Positions positions(const RowPositions& rows) {
    Positions p;
    p.rows = rows;
    return p;
}
const SequencePositions left{4, {-1, 0}, {3, 4}};
}  // namespace

TEST_CASE("positions in one column of all rows stay a range, and others become flat positions") {
    const Positions last = columns(positions(token(-1)), left);
    CHECK(last.token == Position<Axis::token>{3, 3, true});
    CHECK_FALSE(last.flat.defined());
    CHECK(columns(positions(tokens(-3, to_end)), left).token == Position<Axis::token>{1, 4, false});
    CHECK(columns(positions(token(0)), left).flat.equal(at::tensor(std::vector<Index>{1, 4})));
    CHECK(
        columns(positions(tokens(0, 2)), left).flat.equal(at::tensor(std::vector<Index>{1, 2, 4, 5}).reshape({2, 2})));
    CHECK(columns({}, left).is_everywhere());
}

TEST_CASE("rows with different numbers of positions are ragged, one below another") {
    const Positions all = columns(positions(tokens(1, to_end)), left);
    CHECK(all.flat.equal(at::tensor(std::vector<Index>{2, 3, 5, 6, 7})));
    CHECK(all.is_ragged);
    CHECK_FALSE(columns(positions(tokens(0, 2)), left).is_ragged);
}

TEST_CASE("a pass that may be continued holds only some of the positions, and says whether it holds any") {
    const SequencePositions growing{4, {3, 5}, {7, 9}, {}, true};
    bool is_there = true;
    columns(positions(token(2)), growing, &is_there);
    CHECK_FALSE(is_there);
    columns(positions(token(9)), growing, &is_there);
    CHECK_FALSE(is_there);
    const Positions some = columns(positions(token(8)), growing, &is_there);
    CHECK(is_there);
    CHECK(some.flat.equal(at::tensor(std::vector<Index>{7})));
    CHECK(some.is_ragged);
    const SequencePositions ending{4, {3, 3}, {7, 7}};
    CHECK(message_of<PositionError>([&] { columns(positions(token(2)), ending); }) ==
          "token 2 of row 0 is not in this pass of the activation, which begins at token 3: an earlier pass held it");
}

TEST_CASE("lists and masks of positions are checked for each row") {
    CHECK(columns(positions(tokens({2, 0})), left)
              .flat.equal(at::tensor(std::vector<Index>{3, 1, 6, 4}).reshape({2, 2})));
    CHECK(columns(positions(token(at::tensor(std::vector<Index>{1, -1}))), left)
              .flat.equal(at::tensor(std::vector<Index>{2, 7})));
    const at::Tensor m = at::tensor(std::vector<Index>{1, 0, 0, 0, 0, 0, 0, 1}).reshape({2, 4}).to(at::kBool);
    CHECK(columns(positions(mask(m)), left).flat.equal(at::tensor(std::vector<Index>{1, 7})));
    CHECK(message_of<ShapeError>([&] {
              columns(positions(mask(at::ones({3, 4}, at::kBool))), left);
          }) == "the mask has shape [3, 4] for 2 rows of the activation: give a list of positions, or one per row");
    CHECK(message_of<TypeError>([&] {
              columns(positions(mask(at::ones({2, 4}))), left);
          }) == "the mask is float32 [2, 4] on cpu: give a bool tensor, for example scores > 0");
    CHECK(message_of<TypeError>([&] { columns(positions(token(at::ones({2}))), left); }) ==
          "the token index is float32 [2] on cpu: give integers, as argmax does");
}

TEST_CASE("an activation without the axes of the pass has no positions of sequences") {
    Positions at = positions(token(0));
    const at::Tensor other = at::zeros({2, 5, 3});
    CHECK(message_of<ShapeError>([&] { in_columns(at, left, leading_axes(other), {}, other, in); }) ==
          "the activation has the axes [2, 5] before its channels, but the pass holds [2, 4] positions of sequences: "
          "name no "
          "token there, or give that site [batch, tokens, channels]");
}
