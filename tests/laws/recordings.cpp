// What holds only some positions of an activation: places, edits, arithmetic and injections never take another position
// for the one that was recorded, and rows of a batch never for tokens.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"
#include "suture/tensor/cat.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Qkv = Fused<12, Q<4, 2>, K<4, 2>, V<4, 2>>;

/// Two rows of the batch, six tokens.
const at::Tensor x = at::arange(144, at::kFloat).reshape({2, 6, 12});
const HookPoint<Qkv> site("h.0.attn.c_attn");

template <class X, class... Options>
Latest<X> recorded(const Options&... options) {
    Latest<X> latest(options...);
    HookSet hooks;
    hooks.add(site, latest);
    const auto scope = hooks.activate();
    (void)site(x);
    return latest;
}
}  // namespace

TEST_CASE("a place in a recording of one token never means rows of the batch") {
    const auto last = recorded<Q<4, 2>>(on<Q>(token(-1)));
    const at::Tensor values = x.select(1, 5).narrow(-1, 0, 4);
    CHECK(last[0].sizes() == at::IntArrayRef({2, 4}));
    CHECK(last[0][on<Q>(token(-1))].clone().equal(values));
    CHECK(last[0][on<Q>(head(1))].clone().equal(values.narrow(-1, 2, 2)));
    CHECK(last[0][on<Q>(batch(1))].clone().equal(values[1]));
    for (const Index other : {0, 1, 5, -2})
        CHECK(says(message_of<PositionError>([&] { (void)last[0][on<Q>(token(other))]; }),
                   "this holds token -1 of an activation"));
    CHECK_THROWS_AS((void)(last[0] | on<Q>(token(1)).zero()), PositionError);
    CHECK_THROWS_AS((void)(last[0] | on<Q>().mean_over(Axis::token)), ValueError);
    CHECK(at::Tensor(last[0] | on<Q>(token(-1)).zero()).equal(at::zeros({2, 4})));
    CHECK(at::Tensor(last[0] | on<Q>(batch(1)).zero()).equal(at::stack({values[0], at::zeros({4})})));
    CHECK(at::Tensor(last[0] | on<Q>().mean_over(Axis::batch)).equal(values.mean(0, true).expand({2, 4})));
    Owned<Q<4, 2>> mine = last[0].clone();
    mine[on<Q>(batch(0), head(1))] = 7;
    CHECK(mine.unsafe_tensor()[0].equal(at::tensor({60.0f, 61.0f, 7.0f, 7.0f})));
    CHECK_THROWS_AS((mine[on<Q>(token(0))] = 1), PositionError);
}

TEST_CASE("a recording of one batch row has no batch axis, and says so") {
    const auto row = recorded<Q<4, 2>>(RecordOptions{.batches = batch(1)});
    CHECK(row[0][on<Q>(token(2))].clone().equal(x[1][2].narrow(-1, 0, 4)));
    CHECK(row[0][on<Q>(batch(1), token(2))].clone().equal(x[1][2].narrow(-1, 0, 4)));
    CHECK_THROWS_AS((void)row[0][on<Q>(batch(0))], PositionError);
}

TEST_CASE("what a mask recorded is read as a whole") {
    const at::Tensor chosen = at::arange(12).remainder(3).eq(0).reshape({2, 6});
    const auto masked = recorded<Q<4, 2>>(on<Q>(mask(chosen)));
    CHECK(masked[0][on<Q>(head(0))].sizes() == at::IntArrayRef({4, 2}));
    CHECK_THROWS_AS((void)masked[0][on<Q>(token(2))], PositionError);
    CHECK_THROWS_AS((void)(masked[0] | on<Q>(token(2)).zero()), PositionError);
}

TEST_CASE("copies and arithmetic remember the positions: a recording is injected where it was made") {
    const auto some = recorded<Q<4, 2>>(on<Q>(tokens(2, 5))), same = recorded<Q<4, 2>>(on<Q>(tokens(2, 5)));
    const auto others = recorded<Q<4, 2>>(on<Q>(tokens(1, 4)));
    const View<Qkv> view = borrow<Qkv>(x);
    const auto here = [&](const auto& value) { return at::Tensor(view | on<Q>(tokens(2, 5)).add(value)); };
    const at::Tensor expected = x.clone();
    expected.narrow(1, 2, 3).narrow(-1, 0, 4).mul_(3);
    CHECK(here(some[0] * 2).equal(expected));
    CHECK(here(some[0] + same[0]).equal(expected));
    const Owned<Q<4, 2>> copy = some[0].clone();
    CHECK(here(copy * 2).equal(expected));
    CHECK(here((copy * 2).view()).equal(expected));
    for (const auto& refused : {message_of<PositionError>([&] { (void)(view | on<Q>(token(1)).set(some[0] * 1)); }),
                                message_of<PositionError>([&] { (void)(view | on<Q>(tokens(0, 3)).set(copy)); }),
                                message_of<PositionError>([&] { (void)(view | on<Q>().set(-some[0])); })}) {
        CAPTURE(refused);
        CHECK(says(refused, "the injected View holds tokens 2:5 but the edit is at"));
    }
    CHECK(says(message_of<PositionError>([&] { (void)(some[0] - others[0]); }),
               "these hold tokens 2:5 and tokens 1:4 of an activation"));
    CHECK((some[0] - at::ones({4})).equal(borrow<Q<4, 2>>(some[0].unsafe_tensor().sub(1))));
}

TEST_CASE("parts of one recording are joined again, and keep its positions") {
    const auto all = recorded<Qkv>(on<Qkv>(tokens(2, 5)));
    const auto [q, k, v] = split(all[0]);
    const Owned<Qkv> whole = cat<Qkv>(q, k, v);
    CHECK(whole.equal(all[0]));
    CHECK_THROWS_AS((void)(borrow<Qkv>(x) | on<Qkv>(tokens(0, 3)).set(whole)), PositionError);
    CHECK(at::Tensor(borrow<Qkv>(x) | on<Qkv>(tokens(2, 5)).set(whole)).equal(x));
    CHECK_THROWS_AS((void)cat<Qkv>(recorded<Q<4, 2>>(on<Q>(tokens(1, 4)))[0], k, v), PositionError);
}

TEST_CASE("what is recorded at the same positions goes into a copy of a recording") {
    const auto some = recorded<Q<4, 2>>(on<Q>(tokens(2, 5))), others = recorded<Q<4, 2>>(on<Q>(tokens(1, 4)));
    Owned<Q<4, 2>> mine = some[0].clone();
    mine[on<Q>()] = 0;
    mine[on<Q>()] = some[0];
    CHECK(mine.equal(some[0]));
    mine[on<Q>()] = borrow<Qkv>(x)[on<Q>()];
    CHECK(mine.equal(some[0]));
    CHECK_THROWS_AS((mine[on<Q>()] = others[0]), PositionError);
}

TEST_CASE("a named place is injected in its own shape: rows of the batch are not spread over tokens") {
    const View<Qkv> view = borrow<Qkv>(x);
    const auto named = view[on<Q>(token(3))];
    CHECK(says(message_of<ShapeError>([&] { (void)(view | on<Q>(tokens(0, 2)).set(named)); }),
               "the injected place has shape [2, 4] but the edited one has [2, 2, 4]"));
    CHECK_THROWS_AS((void)(view | on<Q>().set(named)), ShapeError);
    Owned<Qkv> mine = view.clone();
    CHECK_THROWS_AS((mine[on<Q>(tokens(0, 2))] = named), ShapeError);
    mine[on<Q>(token(0))] = named;
    CHECK(mine[on<Q>(token(0))].equal(named));
    const at::Tensor vector = x[1][3].narrow(-1, 0, 4);
    CHECK(at::Tensor(view | on<Q>().set(view[on<Q>(batch(1), token(3))]))
              .equal(at::cat({vector.expand({2, 6, 4}), x.narrow(-1, 4, 8)}, -1)));
    CHECK(at::Tensor(view | on<Q>(tokens(0, 2)).set(view[on<Q>(tokens(3, 4))]))
              .narrow(1, 0, 2)
              .narrow(-1, 0, 4)
              .equal(x.narrow(1, 3, 1).narrow(-1, 0, 4).expand({2, 2, 4})));
}
