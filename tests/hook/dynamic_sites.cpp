// Sites whose sizes only run time knows: they are bound once, found by layouts of both kinds, and hooks, boards and
// callbacks meet their numbers.
#include "suture/hook/sites.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/tensor/owned.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Static = Gpt2Qkv<12, 3>;
using Dynamic = Gpt2Qkv<dynamic, dynamic>;
const Extents<Dynamic> extents({{12, 3}, {12, 3}, {12, 3}});
const Extents<Dynamic> wider({{24, 3}, {24, 3}, {24, 3}});
const at::Tensor x = at::arange(2 * 36, at::kFloat).reshape({2, 36}).add(1);

/// A model with sites of every kind, under the paths "qkv", "fixed", "stream" and "any".
struct Model {
    HookPoint<Dynamic> qkv;
    HookPoint<Static> fixed;
    HookPoint<Resid<dynamic>> stream;
    HookPoint<AnyLayout> any;

    void visit_sites(const SiteVisitor& visit) {
        visit("qkv", qkv), visit("fixed", fixed), visit("stream", stream), visit("any", any);
    }
};

template <class S, class... Hooks>
at::Tensor passed(const S& point, const at::Tensor& activation, const HookSet& hooks) {
    const auto scope = hooks.activate();
    return point(activation);
}
}  // namespace

TEST_CASE("a site is bound to its numbers once") {
    HookPoint<Dynamic> point("h.0.attn");
    const Site& site = point;
    CHECK_FALSE(site.knows_numbers());
    CHECK(layout_text(*site.layout()) ==
          "Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>>");
    point.bind(extents);
    CHECK(point.knows_numbers());
    CHECK(layout_text(*site.layout()) == "Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>");
    CHECK_NOTHROW(point.bind(extents));
    CHECK_NOTHROW(point.bind(Extents<Static>()));
    CHECK(message_of<HookError>([&] { point.bind(wider); }) ==
          "h.0.attn is packed as Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>> and cannot be bound to Fused<72, Q<24, 3>, "
          "K<24, "
          "3>, V<24, 3>>: bind a site once, when its model knows its sizes");
    CHECK(HookPoint<Dynamic>("h.1.attn", extents).knows_numbers());
    // A copy is another site with the same numbers.
    const HookPoint<Dynamic> copy = point;
    CHECK(copy.knows_numbers());
    HookPoint<Dynamic> assigned;
    assigned = point;
    CHECK(assigned.knows_numbers());
    CHECK(HookPoint<Static>().knows_numbers());
    CHECK_FALSE(HookPoint<AnyLayout>().knows_numbers());
}

TEST_CASE("a hook at a site that was not bound is an error that says how to bind it") {
    HookPoint<Dynamic> point("h.0.attn");
    HookSet hooks;
    const std::string unbound =
        "h.0.attn is packed as Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>>, whose "
        "numbers are not known: call bind(extents) of the HookPoint first";
    CHECK(message_of<HookError>([&] { hooks.add(point, on<Q>().zero()); }) == unbound);
    CHECK(message_of<HookError>([&] { hooks.add(point, [](const View<Dynamic>&) {}); }) == unbound);
    CHECK(message_of<HookError>([&] { (void)site_ref(point); }) == unbound);
    CHECK(message_of<HookError>([&] { (void)SiteRef<Static>(point); }) == unbound);
    Board<Dynamic> board;
    CHECK(message_of<HookError>([&] { hooks.add(point, board); }) == unbound);
    CHECK_NOTHROW((void)SiteRef<AnyLayout>(point));
}

TEST_CASE("places of a recipe are checked when the hook is added, whoever chose them") {
    const HookPoint<Dynamic> point("h.0.attn", extents);
    HookSet hooks;
    const std::string beyond =
        "h.0.attn: head 3 is outside Q, which has 3 heads: count from 0 over all groups, or from -1 for the last";
    CHECK(message_of<PositionError>([&] { hooks.add(point, on<Q>(head<3>).zero()); }) == beyond);
    CHECK(message_of<PositionError>([&] { hooks.add(point, on<Q>(head(3)).zero()); }) == beyond);
    CHECK(says(message_of<ShapeError>([&] { hooks.add(point, on<Q<24, 3>>().zero()); }), "h.0.attn: the layout lacks",
               "Q<24, 3>"));
    hooks.add(point, on<Q<12, 3>>(head<2>).zero() | on<K>(head(0)).multiply(2));
    CHECK(
        passed(point, x, hooks).equal((borrow<Static>(x) | on<Q>(head(2)).zero() | on<K>(head(0)).multiply(2)).take()));
    CHECK(message_of<ShapeError>([&] {
              (void)passed(point, at::zeros({2, 35}), hooks);
          }) ==
          "h.0.attn: Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>> needs [..., 36] (Q 12 + K 12 + V 12) but the tensor is "
          "float32 "
          "[2, 35] on cpu: pass the activation that this layout describes");
}

TEST_CASE("a callback is lent a View with the numbers of the site") {
    const HookPoint<Dynamic> point("h.0.attn", extents);
    HookSet hooks;
    std::string seen;
    hooks.add(point, [&seen](const View<Dynamic>& view) {
        seen = layout_text(view.extents().facts());
        return view | on<V>().zero();
    });
    CHECK(passed(point, x, hooks).equal((borrow<Static>(x) | on<V>().zero()).take()));
    CHECK(seen == "Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>");
}

TEST_CASE("a site whose activations tell their width needs no binding, and meets each") {
    const HookPoint<Resid<dynamic>> stream("h.0.resid");
    HookSet hooks;
    std::vector<Index> widths;
    hooks.add(stream, on<Resid>(dims(0, 3)).zero());
    hooks.add(stream, [&widths](const View<Resid<dynamic>>& view) { widths.push_back(view.extents().width()); });
    CHECK(passed(stream, at::ones({2, 5}), hooks).sum().item<float>() == 4);
    CHECK(passed(stream, at::ones({2, 7}), hooks).sum().item<float>() == 8);
    CHECK(widths == std::vector<Index>{5, 7});
    CHECK(message_of<PositionError>([&] {
              (void)passed(stream, at::ones({2, 2}), hooks);
          }) ==
          "h.0.resid: Resid[dims 0:3] = 0: the dims from 0 to 3 are outside Resid, which has 2 channels: count from 0, "
          "or from -1 "
          "for "
          "the last, and write begin below end");
    CHECK(message_of<HookError>([&] { (void)site_ref(stream).extents(); }) ==
          "h.0.resid is packed as Resid<dynamic>, whose numbers each activation tells: give them, "
          "site<Layout>(model, path, extents)");
}

TEST_CASE("a static layout is checked once against the site that it finds") {
    Model model;
    CHECK(says(message_of<HookError>([&] { (void)site<Static>(model, "qkv"); }), "qkv is packed as Fused<dynamic",
               "bind(extents)"));
    model.qkv.bind(extents);
    const SiteRef<Static> found = site<Static>(model, "qkv");
    HookSet hooks;
    hooks.add(found, on<Q>(head<2>).zero());
    CHECK(passed(model.qkv, x, hooks).equal((borrow<Static>(x) | on<Q>(head(2)).zero()).take()));
    CHECK(message_of<TypeError>([&] { (void)site<Gpt2Qkv<24, 3>>(model, "qkv"); }) ==
          "qkv is packed as Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>> but was requested as Fused<72, Q<24, 3>, K<24, 3>, "
          "V<24, "
          "3>>: ask for its own layout");
    CHECK_THROWS_AS((void)(site<NeoXQkv<3, 4>>(model, "qkv")), TypeError);
    CHECK_NOTHROW((void)site<Resid<36>>(model, "stream"));
    CHECK_THROWS_AS((void)site<Mlp<36>>(model, "stream"), TypeError);
}

TEST_CASE("a dynamic layout takes the numbers of the site that it finds") {
    Model model;
    const SiteRef<Dynamic> found = site<Dynamic>(model, "fixed");
    CHECK(found.extents() == extents);
    std::ostringstream text;
    text << found;
    CHECK(text.str() == "fixed: Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>");
    HookSet hooks;
    hooks.add(found, on<K>(head(1)).zero());
    CHECK(passed(model.fixed, x, hooks).equal((borrow<Static>(x) | on<K>(head(1)).zero()).take()));
    CHECK_THROWS_AS((void)(site<Gpt2CrossKv<dynamic, dynamic>>(model, "fixed")), TypeError);
    CHECK_THROWS_AS((void)(site<Fused<dynamic, K<dynamic>, Q<dynamic>, V<dynamic>>>(model, "fixed")), TypeError);
}

TEST_CASE("a site without a layout of its own is given one with its numbers") {
    Model model;
    CHECK(message_of<HookError>([&] { (void)site<Dynamic>(model, "any"); }) ==
          "any was requested as Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>>, whose "
          "numbers "
          "are not known: write site<Layout>(model, path, extents)");
    const SiteRef<Dynamic> found = site<Dynamic>(model, "any", extents);
    HookSet hooks;
    hooks.add(found, on<V>(head<1>).zero());
    CHECK(passed(model.any, x, hooks).equal((borrow<Static>(x) | on<V>(head(1)).zero()).take()));
    CHECK(sites<Dynamic>(model, "an*", extents).size() == 1);
    CHECK_NOTHROW((void)site<Resid<dynamic>>(model, "any"));
    // At a site with numbers, they have to agree.
    CHECK(site<Dynamic>(model, "fixed", extents).extents() == extents);
    CHECK(says(message_of<TypeError>([&] { (void)site<Dynamic>(model, "fixed", wider); }),
               "fixed is packed as Fused<36", "requested as Fused<72"));
    // An untyped reference is given the layout when the hook is added.
    HookSet more;
    CHECK(says(message_of<HookError>([&] { more.add<Dynamic>(model.any, on<Q>().zero()); }), "numbers are not known"));
    more.add<Dynamic>(site(model, "fixed"), on<Q>().zero());
    CHECK(passed(model.fixed, x, more).equal((borrow<Static>(x) | on<Q>().zero()).take()));
}

TEST_CASE("sites of one range may have numbers of their own") {
    const std::vector<HookPoint<Dynamic>> points{HookPoint<Dynamic>("h.0", extents), HookPoint<Dynamic>("h.1", wider)};
    HookSet hooks;
    hooks.add(points, on<Q>(head(2), dims(0, 4)).zero());
    {
        const auto scope = hooks.activate();
        CHECK(points[0](at::ones({36})).sum().item<float>() == 32);
        CHECK(points[1](at::ones({72})).sum().item<float>() == 68);
    }
    CHECK(says(message_of<PositionError>([&] { hooks.add(points, on<Q>(head(0), dims(0, 5)).zero()); }), "h.0: "));
}

TEST_CASE("a hooked module is bound at its output, and its clone has the same numbers") {
    Hooked<torch::nn::Linear, Dynamic> c_attn(4, 36);
    c_attn->output.bind(extents);
    HookSet hooks;
    hooks.add(c_attn, on<Q>(head(1)).zero());
    const auto copy = std::dynamic_pointer_cast<decltype(c_attn)::Impl>(c_attn->clone());
    CHECK(copy->output.knows_numbers());
    const auto scope = hooks.activate();
    CHECK(c_attn(at::ones({2, 4})).narrow(-1, 4, 4).eq(0).all().item<bool>());
}

TEST_CASE("a board takes the numbers of its site, or is given them") {
    const HookPoint<Dynamic> point("h.0.attn", extents), other("h.1.attn", wider);
    const at::Tensor vector = at::full({4}, 5.0);
    HookSet hooks;
    Board<Dynamic> board;
    board[0][on<Q>(head(1))] = 1.0;
    board[0][on<Q>(head(1))] = vector;  // the same place: the second remains
    board[0][on<K>(head<2>)] = 0.0;
    hooks.add(point, board);
    CHECK(
        passed(point, x, hooks).equal((borrow<Static>(x) | on<Q>(head(1)).set(vector) | on<K>(head(2)).zero()).take()));
    board[0][on<Q>(dims(4, 8))] = 2.0;  // the same channels
    CHECK(passed(point, x, hooks).equal((borrow<Static>(x) | on<K>(head(2)).zero() | on<Q>(head(1)).set(2)).take()));
    CHECK(
        says(message_of<PositionError>([&] { board[0][on<Q>(head<3>)] = 0.0; }), "board layer 0: head 3 is outside Q"));
    CHECK(says(message_of<ShapeError>([&] { board[0] = at::zeros({35}); }), "needs [..., 36]"));
    board[0] = at::zeros({36});
    CHECK(passed(point, x, hooks).eq(0).all().item<bool>());
    CHECK(message_of<HookError>([&] { hooks.add(std::vector{other}, board); }).find("h.1.attn is packed as Fused<72") ==
          0);
}

TEST_CASE("a board that is refused at one site does not keep the numbers of the others") {
    const HookPoint<Dynamic> point("h.0.attn", extents), other("h.1.attn", wider);
    HookSet hooks;
    Board<Dynamic> board;
    CHECK(says(message_of<HookError>([&] { hooks.add(std::vector{point, other}, board); }), "use another board"));
    board[0] = at::zeros({72});
    hooks.add(other, board);
    CHECK(passed(other, at::ones({2, 72}), hooks).eq(0).all().item<bool>());
    CHECK(says(message_of<HookError>([&] { hooks.add(std::vector{other, point}, board); }), "use another board"));
}

TEST_CASE("an entry that was made before the numbers were known is checked when the board is attached") {
    const HookPoint<Dynamic> point("h.0.attn", extents);
    HookSet hooks;
    Board<Dynamic> board;
    board[0][on<Q>(head(7))] = 0.0;
    CHECK(
        message_of<PositionError>([&] { hooks.add(point, board); }) ==
        "board layer 0: head 7 is outside Q, which has 3 heads: count from 0 over all groups, or from -1 for the last");
    Board<Dynamic> given(extents);
    CHECK_THROWS_AS((given[0][on<Q>(head(7))] = 0.0), PositionError);
    HookPoint<AnyLayout> any("any");
    given[0] = at::zeros({36});
    hooks.add<Dynamic>(any, given);
    CHECK(passed(any, x, hooks).eq(0).all().item<bool>());
}
