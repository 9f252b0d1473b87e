// Recordings, hooks and boards at sites whose layout names its axes: a place that is recorded is put back where it was,
// and nothing takes prompts for tokens, although the shapes may agree. Here there are as many tokens as prompts.
#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/history.hpp"
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
using Kv = Fused<8, K<4, 2>, V<4, 2>>;
using Ahead = Ordered<Kv, Axis::token, Axis::batch>;
using Keys = part<Ahead, K>;

/// Four tokens of four prompts, and of three.
const at::Tensor square = at::arange(4 * 4 * 8, at::kFloat).reshape({4, 4, 8});
const at::Tensor x = at::arange(4 * 3 * 8, at::kFloat).reshape({4, 3, 8});
const HookPoint<Ahead> site("h.0.attn.kv");

template <class X, class... Options>
Latest<X> recorded(const at::Tensor& of, const Options&... options) {
    Latest<X> latest(options...);
    HookSet hooks;
    hooks.add(site, latest);
    const auto scope = hooks.activate();
    (void)site(of);
    return latest;
}
at::Tensor keys_of(const at::Tensor& t) { return t.narrow(-1, 0, 4); }
}  // namespace

TEST_CASE("a tensor of another rank is refused, with the axes that the layout names") {
    CHECK(message_of<ShapeError>([] { (void)borrow<Ahead>(x[0]); }) ==
          "Ordered<Fused<8, K<4, 2>, V<4, 2>>, Axis::token, Axis::batch> needs [token, batch, 8] (K 4 + V 4) but the "
          "tensor is float32 [3, 8] on cpu: pass the activation that this layout describes");
    CHECK_THROWS_AS((void)borrow<Ahead>(x.unsqueeze(0)), ShapeError);
    CHECK_THROWS_AS((void)adopt<Ahead>(x[0].clone()), ShapeError);
    HookSet hooks;
    hooks.add(site, on<K>(token(0)).zero());
    const auto scope = hooks.activate();
    CHECK_THROWS_AS((void)site(x[0]), ShapeError);
    CHECK_THROWS_AS((void)(borrow<Ahead>(x) + at::ones({2, 4, 3, 8})), ShapeError);
}

TEST_CASE("sequence first, token is the first axis and batch the second; negative ones count from the end") {
    const View<Ahead> view = borrow<Ahead>(x);
    CHECK(view[on<K>(token(-1))].clone().equal(keys_of(x[3])));
    CHECK(view[on<K>(batch(-1))].clone().equal(keys_of(x.select(1, 2))));
    CHECK(view[on<V>(token(1), batch(2), head(1))].clone().equal(x[1][2].narrow(-1, 6, 2)));
    CHECK(view[on<K>(tokens({3, 0}))].clone().equal(keys_of(at::stack({x[3], x[0]}))));
    CHECK(view[on<K>(token(at::tensor({0, 1, 3})))].clone().equal(keys_of(at::stack({x[0][0], x[1][1], x[3][2]}))));
    const at::Tensor each = at::tensor({0, 1, 2, 3, 2, 1}).reshape({2, 3});  // [k, batch]
    CHECK(view[on<K>(tokens(each))].sizes() == at::IntArrayRef({2, 3, 4}));
    CHECK(view[on<K>(tokens(each))].clone()[1][2].equal(keys_of(x[1][2])));
    CHECK(says(message_of<PositionError>([&] { (void)view[on<K>(token(4))]; }),
               "token 4 is outside the View, which has 4"));
    CHECK(says(message_of<PositionError>([&] { (void)view[on<K>(batch(3))]; }), "batch row 3 is outside", "has 3"));
}

TEST_CASE("a mask has the axes of the activation; in the wrong order it is refused") {
    const View<Ahead> view = borrow<Ahead>(x);
    const at::Tensor chosen = at::zeros({4, 3}, at::kBool);
    chosen[2][1].fill_(true);
    CHECK(view[on<K>(mask(chosen))].clone().equal(keys_of(x[2][1]).unsqueeze(0)));
    CHECK(view[on<K>(mask(at::tensor({0, 0, 1, 0}).to(at::kBool)))].clone().equal(keys_of(x[2])));
    CHECK(says(message_of<ShapeError>([&] { (void)view[on<K>(mask(chosen.t()))]; }), "the mask has shape [3, 4]",
               "[4, 3]"));
    CHECK(says(message_of<ShapeError>([&] {
                   (void)view[on<K>(token(at::tensor({0, 1, 2, 3})))];
               }),
               "the token index has shape [4] but the rows of the View have [3]"));
    CHECK_THROWS_AS((void)view[on<K>(tokens(at::zeros({3, 2}, at::kLong)))], ShapeError);
}

TEST_CASE("a recorded token is put back at that token, and nowhere else") {
    const auto last = recorded<Keys>(square, on<K>(token(-1)));
    CHECK(last[0].sizes() == at::IntArrayRef({4, 4}));
    CHECK(last[0].unsafe_tensor().equal(keys_of(square[3])));
    CHECK(last[0][on<K>(token(-1))].clone().equal(keys_of(square[3])));
    CHECK(last[0][on<K>(batch(1), head(1))].clone().equal(square[3][1].narrow(-1, 2, 2)));
    CHECK_THROWS_AS((void)last[0][on<K>(token(1))], PositionError);

    const View<Ahead> other = borrow<Ahead>(square.mul(2));
    const at::Tensor expected = square.mul(2);
    keys_of(expected[3]).copy_(keys_of(square[3]));
    CHECK(at::Tensor(other | on<K>(token(3)).set(last[0])).equal(expected));
    CHECK(at::Tensor(other | on<K>(token(-1)).set(last[0] * 1)).equal(expected));
    CHECK_THROWS_AS((void)(other | on<K>(token(0)).set(last[0])), PositionError);
    CHECK_THROWS_AS((void)(other | on<K>().set(last[0])), PositionError);
    CHECK_THROWS_AS((void)(other | on<K>(batch(3)).set(last[0])), PositionError);

    Owned<Keys> mine = last[0].clone();
    mine[on<K>(batch(1))] = 0;
    CHECK(mine.unsafe_tensor()[1].eq(0).all().item<bool>());
    CHECK(mine.unsafe_tensor()[0].equal(keys_of(square[3][0])));
    mine[on<K>()] = other[on<K>()];
    CHECK(mine.unsafe_tensor().equal(keys_of(square[3].mul(2))));
    CHECK_THROWS_AS((mine[on<K>(token(0))] = 1), PositionError);
    CHECK_THROWS_AS((void)(last[0] | on<K>().mean_over(Axis::token)), ValueError);
    CHECK(at::Tensor(last[0] | on<K>().mean_over(Axis::batch)).equal(keys_of(square[3]).mean(0, true).expand({4, 4})));
}

TEST_CASE("a recorded batch row keeps its tokens, and a mask its positions") {
    const auto row = recorded<Keys>(square, RecordOptions{.batches = batch(1)});
    CHECK(row[0].unsafe_tensor().equal(keys_of(square.select(1, 1))));
    CHECK(row[0][on<K>(token(2))].clone().equal(keys_of(square[2][1])));
    CHECK_THROWS_AS((void)row[0][on<K>(batch(0))], PositionError);
    const View<Ahead> other = borrow<Ahead>(square.mul(2));
    const at::Tensor expected = square.mul(2);
    keys_of(expected.select(1, 1)).copy_(keys_of(square.select(1, 1)));
    CHECK(at::Tensor(other | on<K>(batch(1)).set(row[0])).equal(expected));
    CHECK_THROWS_AS((void)(other | on<K>(token(1)).set(row[0])), PositionError);

    const auto one = recorded<Keys>(square, RecordOptions{.tokens = token(2), .batches = batch(-1)});
    CHECK(one[0].unsafe_tensor().equal(keys_of(square[2][3])));
    CHECK(
        at::Tensor(other | on<K>(token(2), batch(3)).set(one[0]))[2][3].narrow(-1, 0, 4).equal(keys_of(square[2][3])));

    const at::Tensor chosen = at::arange(16).remainder(5).eq(0).reshape({4, 4});
    const auto masked = recorded<Keys>(square, on<K>(mask(chosen)));
    CHECK(masked[0].unsafe_tensor().equal(keys_of(square.flatten(0, 1)).index_select(0, at::tensor({0, 5, 10, 15}))));
    CHECK_THROWS_AS((void)masked[0][on<K>(token(2))], PositionError);
    CHECK(at::Tensor(borrow<Ahead>(square) | on<K>(mask(chosen)).set(masked[0])).equal(square));
    CHECK_THROWS_AS((void)(other | on<K>(mask(chosen.logical_not())).set(masked[0])), PositionError);
}

TEST_CASE("one token per prompt is recorded and put back") {
    const at::Tensor index = at::tensor({3, 0, 2});
    const auto each = recorded<Keys>(x, on<K>(token(index)));
    CHECK(each[0].unsafe_tensor().equal(keys_of(at::stack({x[3][0], x[0][1], x[2][2]}))));
    CHECK(each[0][on<K>(batch(1))].clone().equal(keys_of(x[0][1])));
    CHECK(at::Tensor(borrow<Ahead>(x) | on<K>(token(index)).set(each[0])).equal(x));
    CHECK_THROWS_AS((void)(borrow<Ahead>(x) | on<K>(token(at::tensor({0, 0, 2}))).set(each[0])), PositionError);
}

TEST_CASE("parts of one recording are joined again; a history of ordered layouts stacks to a tensor") {
    const auto all = recorded<Ahead>(square, on<Ahead>(tokens(1, 3)));
    const auto [k, v] = split(all[0]);
    CHECK(cat<Ahead>(k, v).equal(all[0]));
    CHECK(at::Tensor(borrow<Ahead>(square) | on<Ahead>(tokens(1, 3)).set(cat<Ahead>(k, v))).equal(square));
    CHECK_THROWS_AS((void)(borrow<Ahead>(square) | on<Kv>(tokens(0, 2)).set(all[0])), PositionError);
    History<Keys> history;
    HookSet hooks;
    hooks.add(site, history);
    const auto scope = hooks.activate();
    (void)site(x), (void)site(x);
    const at::Tensor stacked = history.stack(0);
    CHECK(stacked.sizes() == at::IntArrayRef({2, 4, 3, 4}));
}

TEST_CASE("a recorder of any activation finds the tokens where the site names them") {
    const auto any = recorded<AnyLayout>(square, RecordOptions{.tokens = token(1)});
    CHECK(any[0].equal(square[1]));
}

TEST_CASE("a board replaces ordered parts, and tells places apart") {
    Board<Ahead> board;
    HookSet hooks;
    hooks.add(site, board);
    board[0][on<K>(token(1))] = 0;
    board[0][on<K>(batch(1))] = 1;
    board[0][on<K>(token(1))] = 2;  // replaces the first
    const auto scope = hooks.activate();
    const at::Tensor expected = square.clone();
    keys_of(expected.select(1, 1)).fill_(1);
    keys_of(expected[1]).fill_(2);
    CHECK(site(square).equal(expected));
    board[0] = borrow<Ahead>(square.mul(3));
    CHECK(site(square).equal(square.mul(3)));
    board[0] = on<V>(token(-1)).zero();
    CHECK(site(square)[3].narrow(-1, 4, 4).eq(0).all().item<bool>());
}

TEST_CASE("without a batch the first axis is the token") {
    using Stream = Ordered<Resid<4>, Axis::token>;
    const at::Tensor stream = at::arange(12, at::kFloat).reshape({3, 4});
    const View<Stream> view = borrow<Stream>(stream);
    CHECK(view[on<Resid>(token(-1))].clone().equal(stream[2]));
    CHECK(view[on<Resid>(token(at::scalar_tensor(1, at::kLong)))].clone().equal(stream[1]));
    CHECK_THROWS_AS((void)borrow<Stream>(stream.unsqueeze(0)), ShapeError);
    const HookPoint<Stream> point("stream");
    Latest<Stream> rows(RecordOptions{.batches = batch(0)});
    HookSet hooks;
    hooks.add(point, rows);
    const auto scope = hooks.activate();
    CHECK_THROWS_AS((void)point(stream), ShapeError);
}

TEST_CASE("a site is known by the order of its axes as well") {
    CHECK_FALSE(site.may_have_layout<Kv>());
    CHECK(site.may_have_layout<Ahead>());
    CHECK(says(message_of<TypeError>([] { (void)SiteRef<Kv>(site); }),
               "h.0.attn.kv is packed as Ordered<Fused<8, K<4, 2>, V<4, 2>>, Axis::token, Axis::batch> but was"));
}

TEST_CASE("in an attention pattern, token is the query, head the head, and dims are the keys") {
    using Weights = AttentionPattern<5>;
    const at::Tensor weights = at::arange(2 * 3 * 5 * 5, at::kFloat).reshape({2, 3, 5, 5});
    const View<Weights> view = borrow<Weights>(weights);
    CHECK(view[on<AttnPattern>(head(2))].clone().equal(weights.select(1, 2)));
    CHECK(view[on<AttnPattern>(token(4), head<1>)].clone().equal(weights.select(2, 4).select(1, 1)));
    CHECK(view[on<AttnPattern>(heads({2, 0}), token(-1))].clone().equal(
        weights.select(2, 4).index_select(1, at::tensor({2, 0}))));
    CHECK(view[on<AttnPattern>(batch(1), heads(0, 2), dims(0, 1))].clone().equal(
        weights[1].narrow(0, 0, 2).narrow(-1, 0, 1)));
    CHECK(says(message_of<PositionError>([&] { (void)view[on<AttnPattern>(head(3))]; }),
               "head 3 is outside the View, which has 3 heads"));
    CHECK_THROWS_AS((void)view[on<AttnPattern>(heads({0, 0}))], PositionError);
    const at::Tensor no_first = weights.clone();
    no_first.select(1, 1).select(-1, 0).zero_();
    CHECK(at::Tensor(view | on<AttnPattern>(head(1), dims(0, 1)).zero()).equal(no_first));
    CHECK(at::Tensor(view | on<AttnPattern>(heads({1}), dims({0})).zero()).equal(no_first));
    CHECK(at::Tensor(view | on<AttnPattern>().mean_over(Axis::head)).equal(weights.mean(1, true).expand_as(weights)));
    CHECK_THROWS_AS((void)(view | on<AttnPattern>(head(1)).mean_over(Axis::head)), ValueError);
    CHECK_THROWS_AS((void)(view | on<AttnPattern>().mean_over(Axis::other)), ValueError);
    const auto some = on<AttnPattern>(mask(at::tensor({1, 0, 1, 0, 0}).to(at::kBool)));
    CHECK_THROWS_AS((void)(view | some.mean_over(Axis::batch, Axis::token)), ValueError);
    CHECK(at::Tensor(view | some.mean_over(Axis::batch, Axis::token, Axis::head))
              .select(2, 2)
              .equal(weights.index_select(2, at::tensor({0, 2})).mean({0, 1, 2}).expand({2, 3, 5})));

    const HookPoint<Weights> pattern("pattern");
    Latest<Weights> last(on<AttnPattern>(token(-1)));
    Board<Weights> board;
    HookSet hooks;
    hooks.add(pattern, last), hooks.add(pattern, board);
    board[0][on<AttnPattern>(head(1))] = 1;
    board[0][on<AttnPattern>(head(2))] = 2;
    board[0][on<AttnPattern>(head(1))] = 3;
    const auto scope = hooks.activate();
    const at::Tensor edited = pattern(weights);
    CHECK(edited.select(1, 0).equal(weights.select(1, 0)));
    CHECK(edited.select(1, 1).eq(3).all().item<bool>());
    CHECK(edited.select(1, 2).eq(2).all().item<bool>());
    CHECK(last[0].sizes() == at::IntArrayRef({2, 3, 5}));
    CHECK(last[0][on<AttnPattern>(head(0))].clone().equal(weights.select(2, 4).select(1, 0)));
    CHECK(at::Tensor(borrow<Weights>(edited) | on<AttnPattern>(token(4), head(1)).set(last[0])).equal(edited));
    CHECK_THROWS_AS((void)(borrow<Weights>(edited) | on<AttnPattern>(token(3)).set(last[0])), PositionError);
}

TEST_CASE("heads in channels have a mean as well") {
    const at::Tensor z = at::arange(24, at::kFloat).reshape({2, 3, 4});
    const at::Tensor mean = z.reshape({2, 3, 2, 2}).mean(-2, true).expand({2, 3, 2, 2}).reshape({2, 3, 4});
    CHECK(at::Tensor(borrow<Z<4, 2>>(z) | on<Z>(heads()).mean_over(Axis::head)).equal(mean));
    CHECK_THROWS_AS((void)(borrow<Z<4, 2>>(z) | on<Z>().mean_over(Axis::head)), ValueError);
}
