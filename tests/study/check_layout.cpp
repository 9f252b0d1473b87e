// Layout checks: on one attention that is packed in turn as every layout of queries, keys and values, and declared as
// every other one of its width; then on suture's GPT-2.
#include "suture/study/check_layout.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hooked.hpp"
#include "suture/model/gpt2.hpp"
#include "suture/tensor/view.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/Context.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/repeat_interleave.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

/// Causal attention whose projection is packed like Real and said to be packed like Declared. D channels a head.
template <Layout Real, Layout Declared, extent D>
struct AttentionImpl : torch::nn::Module {
    static constexpr extent query_width = suture::detail::resolution<family<Q>, Real>::type::width * Real::groups;

    AttentionImpl() {
        qkv = register_module("query_key_value", Hooked<torch::nn::Linear, Declared>(8, Real::width));
        qkv->output.rename("query_key_value");
    }
    /// [batch, tokens, 8] -> [batch, tokens, query_width]
    at::Tensor forward(const at::Tensor& x) {
        const View<Real> packed = borrow<Real>(qkv(x));
        const at::Tensor q = by_head(packed.template get<Q>(), x), k = by_head(packed.template get<K>(), x),
                         v = by_head(packed.template get<V>(), x);
        const extent shared_by = q.size(1) / k.size(1), tokens = x.size(1);
        const auto spread = [shared_by](const at::Tensor& t) { return t.repeat_interleave(shared_by, 1); };
        at::Tensor scores = q.matmul(spread(k).transpose(-2, -1));
        if (causal) {
            const at::Tensor later = at::ones({tokens, tokens}, at::kBool).triu(1);
            scores = scores.masked_fill(later, -std::numeric_limits<double>::infinity());
        }
        const at::Tensor probabilities = scores.softmax(-1);
        const at::Tensor attended = backwards ? pattern(probabilities.flip(1)).flip(1) : pattern(probabilities);
        at::Tensor mixed = z(attended.matmul(spread(v)).transpose(1, 2).reshape({x.size(0), tokens, query_width}));
        return noisy ? mixed + at::rand({1}) : mixed;
    }
    Hooked<torch::nn::Linear, Declared> qkv{nullptr};
    HookPoint<AnyLayout> pattern{"pattern"};
    HookPoint<Whole<Z<query_width>>> z{"z"};
    bool causal = true, noisy = false, backwards = false;  ///< backwards: the pattern has the heads in reverse

private:
    /// [batch, tokens, (groups,) width] -> [batch, heads, tokens, D]
    static at::Tensor by_head(const Readable auto& part, const at::Tensor& x) {
        return part.read([&x](const at::Tensor& t) {
            return t.reshape({x.size(0), x.size(1), -1, D}).transpose(1, 2).clone();
        });
    }
};

template <Layout Real, Layout Declared, extent D>
std::shared_ptr<AttentionImpl<Real, Declared, D>> attention() {
    at::manual_seed(5);
    return std::make_shared<AttentionImpl<Real, Declared, D>>();
}
const at::Tensor& input() {
    static const at::Tensor x = [] {
        at::manual_seed(6);
        return at::randn({2, 6, 8});
    }();
    return x;
}

template <Layout Real, Layout Declared, extent D>
LayoutReport report_of() {
    const auto a = attention<Real, Declared, D>();
    return check_layout(a, a->qkv, input());
}

/// What each channel is: layouts with the same answer cannot be told apart.
template <Layout L>
std::string roles() {
    std::string all(static_cast<std::size_t>(L::width), '-');
    [&]<class... Cs>(type_list<Cs...>) {
        const auto put = [&](const run& r, char name) {
            for (extent i = 0; i < r.channels(); ++i) all[static_cast<std::size_t>(r.channel(i))] = name;
        };
        (put(run_of<L, Cs>, Cs::name[0]), ...);
    }(typename L::components{});
    return all;
}

// Layouts of 48 channels: four heads of 4, and six query heads of 4 with three key/value heads.
using Gpt2Like = Gpt2Qkv<16, 4>;
using NeoXLike = NeoXQkv<4, 4>;
using CodeGenLike = CodeGenQkv<16, 8>;  // groups of two heads of 2: the same channels as groups of one head of 4
using PhiLike = Phi3Qkv<6, 3, 4>;
using FalconLike = FalconQkv<6, 3, 4>;
using OutOfOrder = Fused<48, K<16, 4>, V<16, 4>, Q<16, 4>>;
using multi_head = std::tuple<Gpt2Like, NeoXLike, CodeGenLike, OutOfOrder>;
using grouped_query = std::tuple<PhiLike, FalconLike>;

template <class... Ls, class F>
void for_each(std::type_identity<std::tuple<Ls...>>, const F& f) { (f(std::type_identity<Ls>{}), ...); }
using every = decltype(std::tuple_cat(multi_head{}, grouped_query{}));

bool names(const LayoutReport& report, const std::string& layout) {
    return std::any_of(report.consistent.begin(), report.consistent.end(),
                       [&](const std::string& found) { return found.find(layout) != std::string::npos; });
}
const LayoutCheck& check_of(const LayoutReport& report, const std::string& asked) {
    for (const LayoutCheck& c : report.checks)
        if (c.asked.find(asked) != std::string::npos) return c;
    throw std::out_of_range(asked);
}
template <class S>
concept checkable = requires(std::shared_ptr<AttentionImpl<NeoXLike, NeoXLike, 4>> a, const S& site, at::Tensor x) {
    check_layout(a, site, x);
};

using Small = Gpt2<48, 3>;
Small small_model(extent layers) {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = layers, c.positions = 16, c.vocabulary = 7;
    return Small(c);
}
}  // namespace

TEST_CASE("a declared layout passes if it names every channel as the attention reads it, and fails otherwise") {
    int passed = 0, failed = 0;
    for_each(std::type_identity<every>{}, [&]<class Real>(std::type_identity<Real>) {
        for_each(std::type_identity<every>{}, [&]<class Declared>(std::type_identity<Declared>) {
            const LayoutReport report = report_of<Real, Declared, 4>();
            INFO("is " << layout_text(facts_of<Real>) << "\n" << to_string(report));
            CHECK(report.passed() == (roles<Real>() == roles<Declared>()));
            ++(report.passed() ? passed : failed);
        });
    });
    CHECK(passed == 6);
    CHECK(failed == 30);
}

TEST_CASE("where a check fails, the catalogue's layout that the attention has is the one that is named") {
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

TEST_CASE("a GPT-NeoX activation that is declared as GPT-2's is caught, and the reverse") {
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

TEST_CASE("an attention that no layout of the catalogue describes is told so") {
    const LayoutReport report = report_of<OutOfOrder, Gpt2Like, 4>();
    CHECK(report.consistent.empty());
    CHECK(says(to_string(report), "it behaves like no layout of the catalogue that has this width\n"));
}

TEST_CASE("a query, key or value that reaches into its neighbour is caught, by a head or by a channel") {
    const auto found = [](const LayoutReport& report, const char* asked) { return check_of(report, asked).found; };
    using QueryTooNarrow = Fused<48, Q<12, 3>, K<20, 5>, V<16, 4>>;
    CHECK(found(report_of<Gpt2Like, QueryTooNarrow, 4>(), "K at token 0") == "no row changed by its first channel");
    using KeyTooNarrow = Fused<48, Q<16, 4>, K<15>, V<17>>;
    CHECK(found(report_of<Gpt2Like, KeyTooNarrow, 4>(), "V at token 0") ==
          "rows 1, 2, 3, 4, 5 changed by its first channel");
    // Between the value's first and last head: only a head by itself shows that it is a query's.
    using AllElse = Fused<48, Q<4>, K<4>, V<40, 10>>;
    CHECK(found(report_of<NeoXLike, AllElse, 4>(), "V at token 0") == "no row changed by head 1");
}

TEST_CASE("keys and values that change places are caught without a site of the pattern") {
    using Swapped = Fused<48, Q<16, 4>, V<16, 4>, K<16, 4>>;
    const LayoutReport report = report_of<Gpt2Like, Swapped, 4>();
    CHECK(check_of(report, "editing Q at token 0").passed);
    CHECK_FALSE(check_of(report, "K at token 0").passed);
    CHECK_FALSE(check_of(report, "V at token 0").passed);
}

TEST_CASE("with the attention's own sites, its single rows and its pattern are checked too") {
    using Swapped = Fused<48, Q<16, 4>, V<16, 4>, K<16, 4>>;
    const auto good = attention<Gpt2Like, Gpt2Like, 4>();
    const auto bad = attention<Gpt2Like, Swapped, 4>();
    const auto report = [](const auto& a) {
        return check_layout(a, a->qkv, AttentionSites().output(a->z).pattern(a->pattern), input());
    };
    CHECK(report(good).passed());
    CHECK(check_of(report(good), "editing Q at token 3 changes that row and no other").passed);
    CHECK(check_of(report(good), "editing V leaves the pattern").passed);
    CHECK(check_of(report(bad), "editing V leaves the pattern").found == "it changed");
    CHECK_THROWS_AS(check_of(check_layout(good, good->qkv, input()), "the pattern"), std::out_of_range);
}

TEST_CASE("with the pattern's site, a wrong number of heads is caught, and heads in another order") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const auto sites = AttentionSites().pattern(a->pattern);
    const char* const heads = "editing a head of Q";
    CHECK(check_of(check_layout(a, a->qkv, sites, input()), heads).passed);
    const LayoutReport wrong = check_layout<Gpt2Qkv<16, 2>>(a, a->qkv, sites, input());
    CHECK(check_of(wrong, heads).found == "Q has 2 heads, the pattern 4");
    CHECK_FALSE(wrong.looked_for_others);
    a->backwards = true;
    CHECK(check_of(check_layout(a, a->qkv, sites, input()), heads).found == "head 3 changed by head 0");
    const auto shared = attention<FalconLike, FalconLike, 4>();
    CHECK(check_of(check_layout(shared, shared->qkv, AttentionSites().pattern(shared->pattern), input()), heads).passed);
}

TEST_CASE("suture's GPT-2 passes, in every layer, by its logits and by its own sites") {
    Small model = small_model(2);
    const at::Tensor ids = at::randint(7, {2, 5}, at::kLong);
    for (const auto& block : model->h) {
        const auto& a = *block->attn;
        const LayoutReport by_logits = check_layout(model, a.c_attn, ids);
        INFO(to_string(by_logits));
        CHECK(by_logits.passed());
        CHECK(by_logits.checks.size() == 7);
        const LayoutReport by_sites =
            check_layout(model, a.c_attn, AttentionSites().output(a.z).pattern(a.pattern), ids);
        INFO(to_string(by_sites));
        CHECK(by_sites.passed());
        CHECK(by_sites.checks.size() == 9);
        CHECK(check_layout(model, a.c_attn, AttentionSites().output(a.c_proj), ids).passed());
    }
}

TEST_CASE("suture's GPT-2 declared as GPT-NeoX's is caught, at a site found by its path") {
    Small model = small_model(2);
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong);
    const LayoutReport report = check_layout<NeoXQkv<3, 16>>(model, model->h[1]->attn->c_attn, ids);
    CHECK(report.site == "h.1.attn.c_attn");
    CHECK_FALSE(report.passed());
    CHECK(names(report, "Gpt2Qkv<48, 3>"));
    CHECK(check_layout<Gpt2Qkv<48, 3>>(model, site(model, "h.0.attn.c_attn"), ids).passed());
}

TEST_CASE("checking leaves the model as it is and draws no random numbers") {
    Small model = small_model(1);
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::randint(7, {1, 5}, at::kLong), before = model->forward(ids);
    const auto number_after = [](const auto& run) {
        at::manual_seed(3);
        run();
        return at::rand({2});
    };
    CHECK(number_after([] {}).equal(number_after([&] { (void)check_layout(model, model->h[0]->attn->c_attn, ids); })));
    CHECK(model->forward(ids).equal(before));
    CHECK(model->h[0]->attn->c_attn->weight.requires_grad());
}

TEST_CASE("attention that looks ahead is not causal, and a model that draws numbers cannot be judged") {
    const auto ahead = attention<Gpt2Like, Gpt2Like, 4>();
    ahead->causal = false;
    const LayoutReport report = check_layout(ahead, ahead->qkv, input());
    CHECK_FALSE(check_of(report, "editing K at token 3 changes no row before").passed);
    CHECK(check_of(report, "setting the activation").passed);
    const auto drawing = attention<Gpt2Like, Gpt2Like, 4>();
    drawing->noisy = true;
    const LayoutReport noise = check_layout(drawing, drawing->qkv, input());
    REQUIRE(noise.checks.size() == 1);
    CHECK(noise.checks[0].found == "the numbers change from run to run: call eval()");
    CHECK_FALSE(noise.looked_for_others);
}

TEST_CASE("a projection of queries alone, or of keys and values, is checked as far as it goes") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const LayoutReport halves = check_layout<Fused<48, Q<16, 4>, Gate<32>>>(a, a->qkv, input());
    CHECK(halves.passed());
    CHECK(halves.checks.size() == 3);
    CHECK_FALSE(check_layout<Fused<48, Gate<32>, Q<16, 4>>>(a, a->qkv, input()).passed());
}

TEST_CASE("models that cannot be checked are refused") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const HookPoint<Gpt2Like> elsewhere{"elsewhere"};
    CHECK(says(message_of<HookError>([&] { (void)check_layout(a, elsewhere, input()); }), "never fired: elsewhere"));
    CHECK(says(message_of<ShapeError>([&] { (void)check_layout(a, a->qkv, at::randn({1, 2, 8})); }),
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
    static_assert(!checkable<HookPoint<Whole<Resid<8>>>>);
}

TEST_CASE("the report is a line a check") {
    LayoutReport report{"h.0", "Fused<...>", {{"a", true, ""}, {"b", false, "row 1 changed"}}, true, {"X"}};
    std::ostringstream out;
    out << report;
    CHECK(out.str() ==
          "h.0 is declared Fused<...> and behaves otherwise:\n  ok      a\n  FAILED  b: row 1 changed\n"
          "  it behaves like X\n");
    report.checks.pop_back(), report.consistent.clear(), report.looked_for_others = false;
    CHECK(to_string(report) == "h.0 is declared Fused<...> and behaves accordingly:\n  ok      a\n");
}
