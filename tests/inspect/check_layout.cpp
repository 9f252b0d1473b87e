// Layout checks: of one attention, packed in turn as every layout of queries, keys and values and declared as every
// other one of its width; then of suture's GPT-2.
#include "suture/inspect/check_layout.hpp"

#include "suture/gpt2/gpt2.hpp"

#include "doctest.hpp"
#include "inspect/attention.hpp"
#include "message.hpp"

#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include <memory>
#include <tuple>
#include <type_traits>

namespace {
using namespace suture;
using namespace suture_test;

using multi_head = std::tuple<Gpt2Like, NeoXLike, CodeGenLike, OutOfOrder>;
using grouped_query = std::tuple<PhiLike, FalconLike>;

template <class... Ls, class F>
void for_each(std::type_identity<std::tuple<Ls...>>, const F& f) {
    (f(std::type_identity<Ls>{}), ...);
}
using every = decltype(std::tuple_cat(multi_head{}, grouped_query{}));

template <class S>
concept checkable = requires(std::shared_ptr<AttentionImpl<NeoXLike, NeoXLike, 4>> a, const S& site, at::Tensor x) {
    check_layout(a, site, x);
};

using Small = Decoder;
Small small_model(Index layers) {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = layers, c.positions = 16, c.vocabulary = 7;
    return Small(c);
}
}  // namespace

TEST_CASE("a declared layout passes if it names every channel as the attention uses it, and fails otherwise") {
    int passed = 0, failed = 0;
    for_each(std::type_identity<every>{}, [&]<class Real>(std::type_identity<Real>) {
        for_each(std::type_identity<every>{}, [&]<class Declared>(std::type_identity<Declared>) {
            const LayoutReport report = report_of<Real, Declared, 4>();
            INFO("is " << layout_text(facts_of<Real>) << "\n" << to_string(report));
            CHECK(report.passed() == (roles<Real>() == roles<Declared>()));
            CHECK(report.contradicted() != report.passed());
            ++(report.passed() ? passed : failed);
        });
    });
    CHECK(passed == 6);
    CHECK(failed == 30);
}

TEST_CASE("if a check fails, the report names the catalogue's layout that the attention has") {
    for_each(std::type_identity<std::tuple<Gpt2Like, NeoXLike, PhiLike, FalconLike>>{},
             []<class Real>(std::type_identity<Real>) {
                 for_each(std::type_identity<std::tuple<Gpt2Like, NeoXLike, PhiLike, FalconLike>>{},
                          []<class Declared>(std::type_identity<Declared>) {
                              if constexpr (!std::is_same_v<Real, Declared>) {
                                  const LayoutReport report = report_of<Real, Declared, 4>();
                                  INFO("is " << layout_text(facts_of<Real>) << "\n" << to_string(report));
                                  CHECK(report.consistent.size() == 1);
                                  CHECK(names(report, " = " + layout_text(facts_of<Real>)));
                              }
                          });
             });
}

TEST_CASE("a GPT-NeoX activation declared as GPT-2's is caught, and the reverse") {
    const LayoutReport neox = report_of<NeoXQkv<3, 4>, Gpt2Qkv<12, 3>, 4>();
    CHECK_FALSE(neox.passed());
    CHECK(says(to_string(neox),
               "query_key_value is declared Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>> and behaves otherwise:",
               "  ok      setting the activation to its own value changes nothing\n",
               "  FAILED  editing Q at token 0 changes nothing: rows 0, 1, 2, 3, 4, 5 changed\n",
               "  it behaves like NeoXQkv<3, 4> = Grouped<3, Q<4>, K<4>, V<4>>\n"));
    const LayoutReport gpt2 = report_of<Gpt2Qkv<12, 3>, NeoXQkv<3, 4>, 4>();
    CHECK_FALSE(gpt2.passed());
    CHECK(says(to_string(gpt2), "it behaves like Gpt2Qkv<12, 3> = Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>\n"));
}

TEST_CASE("a layout that is declared without heads is compared with any grouping") {
    const LayoutReport report = report_of<NeoXQkv<3, 4>, Fused<36, Q<12>, K<12>, V<12>>, 4>();
    CHECK(names(report, "NeoXQkv<3, 4>"));
    CHECK(report.consistent.size() == 1);
}

TEST_CASE("the report says so if no layout of the catalogue describes the attention") {
    const LayoutReport report = report_of<OutOfOrder, Gpt2Like, 4>();
    CHECK(report.consistent.empty());
    CHECK(says(to_string(report), "no layout of the catalogue with this width fits its behaviour\n"));
}

TEST_CASE("with the pattern's site, a wrong number of heads is caught, and heads in another order") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const auto sites = AttentionSites().pattern(a->pattern);
    const char* const heads = "editing a head of Q";
    CHECK(check_of(check_layout(a, a->qkv, sites, input()), heads).outcome == LayoutCheck::Outcome::passed);
    const LayoutReport wrong = check_layout<Gpt2Qkv<16, 2>>(a, a->qkv, sites, input());
    CHECK(check_of(wrong, heads).found == "Q has 2 heads, the pattern 4");
    CHECK_FALSE(wrong.looked_for_others);
    a->backwards = true;
    CHECK(check_of(check_layout(a, a->qkv, sites, input()), heads).found == "head 3 changed by head 0");
    const auto shared = attention<FalconLike, FalconLike, 4>();
    CHECK(check_layout(shared, shared->qkv, AttentionSites().pattern(shared->pattern), input()).passed());
}

TEST_CASE("suture's GPT-2 passes, in every layer, by its logits and by its own sites") {
    Small model = small_model(2);
    const at::Tensor ids = at::randint(7, {2, 5}, at::kLong);
    for (const auto& block : model->blocks) {
        const auto& a = *block->attn;
        const LayoutReport by_logits = check_layout(model, a.qkv, ids);
        INFO(to_string(by_logits));
        CHECK(by_logits.passed());
        CHECK(by_logits.checks.size() == 10);
        const LayoutReport by_sites = check_layout(model, a.qkv, AttentionSites().output(a.z).pattern(a.pattern), ids);
        INFO(to_string(by_sites));
        CHECK(by_sites.passed());
        CHECK(by_sites.checks.size() == 12);
        CHECK(check_layout(model, a.qkv, AttentionSites().output(a.out), ids).passed());
    }
}

TEST_CASE("suture's GPT-2 declared as GPT-NeoX's is caught, at a site found by its path") {
    Small model = small_model(2);
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong);
    const LayoutReport report = check_layout<NeoXQkv<3, 16>>(model, model->blocks[1]->attn->qkv, ids);
    CHECK(report.site == "h.1.attn.c_attn");
    CHECK_FALSE(report.passed());
    CHECK(names(report, "Gpt2Qkv<48, 3>"));
    CHECK(check_layout<Gpt2Qkv<48, 3>>(model, site(model, "h.0.attn.c_attn"), ids).passed());
}

TEST_CASE("checking leaves the model unchanged and draws no random numbers") {
    Small model = small_model(1);
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong), before = model->forward(ids);
    const auto number_after = [](const auto& run) {
        at::manual_seed(3);
        run();
        return at::rand({2});
    };
    CHECK(
        number_after([] {}).equal(number_after([&] { (void)check_layout(model, model->blocks[0]->attn->qkv, ids); })));
    CHECK(model->forward(ids).equal(before));
    CHECK(model->blocks[0]->attn->qkv->weight.requires_grad());
}

TEST_CASE("a projection of queries alone, or of keys and values, is checked as far as it goes") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const LayoutReport halves = check_layout<Fused<48, Q<16, 4>, Gate<32>>>(a, a->qkv, input());
    CHECK(halves.passed());
    CHECK(halves.checks.size() == 4);
    CHECK_FALSE(check_layout<Fused<48, Gate<32>, Q<16, 4>>>(a, a->qkv, input()).passed());
}

TEST_CASE("models that cannot be checked are refused") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const HookPoint<Gpt2Like> elsewhere{"elsewhere"};
    CHECK(says(message_of<HookError>([&] { (void)check_layout(a, elsewhere, input()); }), "never fired: elsewhere"));
    CHECK(says(message_of<ShapeError>([&] {
                   (void)check_layout(a, a->qkv, at::randn({1, 2, 8}));
               }),
               "query_key_value: the projection is float32 [1, 2, 48] on cpu", "three tokens"));
    CHECK(says(message_of<ShapeError>([&] { (void)check_layout<Gpt2Qkv<12, 3>>(a, a->qkv, input()); }),
               "query_key_value: ", "36", "48"));
    const auto last_row = [&](const at::Tensor& x) { return a->forward(x).select(1, -1); };
    CHECK(says(message_of<ShapeError>([&] { (void)check_layout(last_row, a->qkv, input()); }), "[2, 16]",
               "[..., 6, channels]", "AttentionSites().output(site)"));
    CHECK(check_layout(last_row, a->qkv, AttentionSites().output(a->z), input()).passed());
    const auto pair = [&](const at::Tensor& x) { return std::make_tuple(a->forward(x), 3); };
    CHECK(check_layout(pair, a->qkv, input()).passed());
}

TEST_CASE("sites without a layout and layouts without attention do not compile") {
    static_assert(checkable<HookPoint<NeoXLike>>);
    static_assert(!checkable<HookPoint<AnyLayout>>);
    static_assert(!checkable<HookPoint<Resid<8>>>);
}
