// Audits, dry runs, tables and checks of layouts whose numbers only run time knows say what they say of static ones.
#include "suture/inspect/audit.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/gpt2/gpt2.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/inspect/check_layout.hpp"
#include "suture/inspect/dry_run.hpp"
#include "suture/inspect/site_table.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <sstream>
#include <string>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Static = Gpt2Qkv<12, 3>;
using Dynamic = Gpt2Qkv<dynamic, dynamic>;
const Extents<Dynamic> extents({{12, 3}, {12, 3}, {12, 3}});
const at::Tensor x = at::rand({2, 4, 36}).add(1);

template <class T>
std::string text_of(const T& t) {
    std::ostringstream text;
    text << t;
    return text.str();
}
template <class L>
concept AuditsTensors = requires(const at::Tensor& t) {
    { audit<L>(t, t) } -> std::same_as<AuditReport>;
};
}  // namespace

TEST_CASE("an audit of a dynamic layout is that of the static one") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    const View<Static> fixed = borrow<Static>(x);
    const auto recipe = on<Q>(token(1), head(2)).zero() | on<V>(dims(0, 5)).zero();
    const std::string expected = text_of(audit(fixed, fixed | recipe));
    CHECK(text_of(audit(view, view | recipe)) == expected);
    CHECK(text_of(audit(fixed, view | recipe)) == expected);
    CHECK(text_of(audit<Dynamic>(x, (view | recipe).take(), extents)) == expected);
    CHECK(text_of(audit<Dynamic>(view, (view | recipe).take())) == expected);
    CHECK(text_of(dry_run(recipe, view)) == text_of(dry_run(recipe, fixed)));
    CHECK_THROWS_AS((void)dry_run(on<Q>(head(3)).zero(), view), PositionError);
    CHECK_THROWS_AS((void)dry_run(on<Q>(head<3>).zero(), view), PositionError);
    static_assert(AuditsTensors<Static> && AuditsTensors<Resid<dynamic>> && !AuditsTensors<Dynamic>);
}

TEST_CASE("activations of other numbers are not audited together") {
    const View<Dynamic> by_four = borrow<Dynamic>(x, Extents<Dynamic>({{12, 4}, {12, 4}, {12, 4}}));
    CHECK(says(message_of<TypeError>([&] { (void)audit(borrow<Static>(x), by_four); }), "Q<12, 3>", "Q<12, 4>"));
    CHECK_THROWS_AS((void)audit<Dynamic>(x, at::zeros({2, 4, 35}), extents), ShapeError);
}

TEST_CASE("a table shows the numbers of a site, or that they are not known") {
    HookPoint<Dynamic> qkv("qkv");
    HookPoint<Resid<dynamic>> stream("stream");
    const auto model = [&](const at::Tensor& t) { return stream(qkv(t)); };
    CHECK(site_table(model, x).sites[0].layout ==
          "Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>>");
    qkv.bind(extents);
    CHECK(site_table(model, x).sites[0].layout == "Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>");
    CHECK(site_table(model, x).sites[1].layout == "Resid<dynamic>");
}

TEST_CASE("a layout with dynamic numbers is checked with those of the site") {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = 1, c.positions = 16, c.vocabulary = 7;
    Decoder model(c);
    model->eval();
    const at::Tensor ids = at::randint(7, {1, 6}, at::kLong);
    const auto found = site<Dynamic>(model, "h.0.attn.c_attn");
    CHECK(text_of(check_layout(model, found, ids)) ==
          text_of(check_layout(model, site<Gpt2Qkv<48, 3>>(model, "h.0.attn.c_attn"), ids)));
    HookPoint<Dynamic> unbound("unbound");
    CHECK_THROWS_AS((void)check_layout<Dynamic>(model, SiteRef<AnyLayout>(unbound), ids), HookError);
}
