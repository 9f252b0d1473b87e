// Layouts that name their axes and leave numbers to run time: they mean what the layouts with these numbers mean.
#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/inspect/audit.hpp"
#include "suture/record/latest.hpp"
#include "suture/stats/attention_pattern.hpp"
#include "suture/tensor/cat.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Qkv = Gpt2Qkv<dynamic, dynamic>;
using Ahead = Ordered<Qkv, Axis::token, Axis::batch>;
using Twin = Ordered<Gpt2Qkv<4, 2>, Axis::token, Axis::batch>;
const at::Tensor x = at::arange(4 * 3 * 12, at::kFloat).reshape({4, 3, 12});
const Extents<Ahead> extents({{4, 2}, {4, 2}, {4, 2}});
}  // namespace

TEST_CASE("an ordered layout of dynamic numbers reads and edits as its twin does") {
    const View<Ahead> view = borrow(x, extents);
    const View<Twin> twin = borrow<Twin>(x);
    CHECK(view[on<K>(token(1), head(1))].clone().equal(twin[on<K>(token(1), head(1))].clone()));
    CHECK(at::Tensor(view | on<V>(batch(2), heads({1, 0}), dims(0, 1)).zero())
              .equal(at::Tensor(twin | on<V>(batch(2), heads({1, 0}), dims(0, 1)).zero())));
    CHECK(at::Tensor(view | on<K>(token(2)).set(twin[on<K>()])).equal(x));
    const auto [q, k, v] = split(view);
    CHECK(cat<Ahead>(q, k, v).unsafe_tensor().equal(x));
    CHECK(to_string(audit(view, view | on<Q>(token(3), head(1)).zero())) ==
          to_string(audit(twin, twin | on<Q>(token(3), head(1)).zero())));
    CHECK_THROWS_AS((void)borrow(x[0], extents), ShapeError);
    CHECK(layout_text(extents.facts()) == layout_text(facts_of<Twin>));
    CHECK(layout_text(extents.of_part<Q<dynamic, dynamic>>().facts()) == "Ordered<Q<4, 2>, Axis::token, Axis::batch>");
    CHECK(suture::detail::part_fault<Qkv, Ahead> == suture::detail::Fault::other_axes);
    CHECK(suture::detail::part_fault<Gpt2Qkv<4, 2>, Ahead> == suture::detail::Fault::other_axes);
    CHECK(suture::detail::part_fault<Twin, Ahead> == suture::detail::Fault::none);
}

TEST_CASE("a pattern has as many keys as its activation shows") {
    using Weights = AttentionPattern<dynamic>;
    const at::Tensor weights = at::ones({2, 3, 5, 5}).softmax(-1);
    const View<Weights> view = borrow<Weights>(weights);
    CHECK(view[on<AttnPattern>(head(2), token(-1))].clone().equal(weights.select(1, 2).select(1, 4)));
    CHECK(attention_to_self(view).equal(attention_to_self(weights)));
    const at::Tensor no_first = weights.clone();
    no_first.select(1, 1).select(-1, 0).zero_();
    CHECK(at::Tensor(view | on<AttnPattern>(head<1>, dims(0, 1)).zero()).equal(no_first));
    CHECK_THROWS_AS((void)(view | on<AttnPattern>(head(3)).zero()), PositionError);
    CHECK_THROWS_AS((void)(view | on<AttnPattern>(dims(0, 6)).zero()), PositionError);
    CHECK_THROWS_AS((void)borrow<Weights>(weights[0]), ShapeError);

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
    CHECK(edited.select(1, 1).eq(3).all().item<bool>());
    CHECK(edited.select(1, 2).eq(2).all().item<bool>());
    CHECK(at::Tensor(borrow<Weights>(edited) | on<AttnPattern>(token(4)).set(last[0])).equal(edited));
    CHECK(pattern(at::ones({1, 3, 7, 7})).size(-1) == 7);  // another prompt
}

TEST_CASE("a site tells layouts apart by their axes, whatever numbers are open") {
    const HookPoint<Ahead> site("h.0");
    CHECK(site.may_have_layout<Ahead>());
    CHECK(site.may_have_layout<Twin>());
    CHECK_FALSE(site.may_have_layout<Qkv>());
    CHECK_FALSE(site.may_have_layout<Gpt2Qkv<4, 2>>());
}
