// The checks of a layout: which misplaced channels they find, and what stays inconclusive because nothing shows it.
#include "suture/inspect/detail/layout_checks.hpp"

#include "doctest.hpp"
#include "inspect/attention.hpp"
#include "message.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <stdexcept>

namespace {
using namespace suture;
using namespace suture_test;
using enum LayoutCheck::Outcome;

bool open(const LayoutReport& report) { return !report.passed() && !report.contradicted(); }
/// What the report says about the single channels of a component.
const std::string& of_channels(const LayoutReport& report, const std::string& component) {
    return check_of(report, "single channels of " + component).found;
}
/// A correct layout, after something was done to the attention.
template <Layout L = Gpt2Like, class Change>
LayoutReport after(const Change& change) {
    const auto a = attention<L, L, 4>();
    change(*a);
    const LayoutReport report = check_layout(a, a->qkv, input());
    INFO(to_string(report));
    CHECK_FALSE(report.looked_for_others);
    return report;
}
}  // namespace

TEST_CASE("a query, key or value that reaches into its neighbour is caught by a channel") {
    using QueryTooNarrow = Fused<48, Q<12, 3>, K<20, 5>, V<16, 4>>;
    CHECK(of_channels(report_of<Gpt2Like, QueryTooNarrow, 4>(), "K") ==
          "channel 12 acts as a query, which no row sees at token 0");
    using KeyTooNarrow = Fused<48, Q<16, 4>, K<15>, V<17>>;
    CHECK(of_channels(report_of<Gpt2Like, KeyTooNarrow, 4>(), "V") ==
          "channel 31 acts as a key, which row 0 does not see");
    using ValueTooNarrow = Fused<48, Q<16, 4>, K<17>, V<15>>;
    CHECK(check_of(report_of<Gpt2Like, ValueTooNarrow, 4>(), "editing K at token 0").found ==
          "it acts as a value, which row 0 sees");
}

TEST_CASE("values do not hide the queries and keys beside them, whatever their declared heads") {
    using In40 = Fused<48, Q<4>, K<4>, V<40, 10>>;
    using In2 = Fused<48, Q<4>, K<4>, V<40, 2>>;
    using Whole40 = Fused<48, Q<4>, K<4>, V<40>>;
    using Groups = Grouped<2, Q<4>, K<4>, V<16>>;
    const auto caught = []<class Declared>(std::type_identity<Declared>) {
        const LayoutReport report = report_of<NeoXLike, Declared, 4>();
        INFO(to_string(report));
        CHECK(of_channels(report, "V") == "channel 12 acts as a query, which no row sees at token 0");
        CHECK(report.contradicted());
        CHECK(names(report, "NeoXQkv<4, 4>"));
        CHECK(report.consistent.size() == 1);
    };
    caught(std::type_identity<In40>{});
    caught(std::type_identity<In2>{});
    caught(std::type_identity<Whole40>{});
    caught(std::type_identity<Groups>{});
}

TEST_CASE("queries that are few among the values of a wide projection are caught") {
    using Real = NeoXQkv<12, 64>;
    using Declared = Fused<2304, Q<64>, K<64>, V<2176, 2>>;
    using Keys = Fused<2304, Q<640, 10>, K<896>, V<768, 12>>;  // two heads of queries among the keys
    CHECK(of_channels(report_of<Real, Declared, 64>(), "V").find(" acts as a ") != std::string::npos);
    CHECK(of_channels(report_of<Gpt2Qkv<768, 12>, Keys, 64>(), "K").find(" acts as a query") != std::string::npos);
}

TEST_CASE("swapped keys and values are caught without the pattern's site") {
    using Swapped = Fused<48, Q<16, 4>, V<16, 4>, K<16, 4>>;
    const LayoutReport report = report_of<Gpt2Like, Swapped, 4>();
    CHECK(check_of(report, "editing Q at token 0").outcome == passed);
    CHECK(check_of(report, "editing K at token 0").outcome == contradicted);
    CHECK(check_of(report, "editing V at token 0").outcome == contradicted);
}

TEST_CASE("with the attention's own sites, its single rows and its pattern are checked too") {
    using Swapped = Fused<48, Q<16, 4>, V<16, 4>, K<16, 4>>;
    const auto good = attention<Gpt2Like, Gpt2Like, 4>();
    const auto bad = attention<Gpt2Like, Swapped, 4>();
    const auto report = [](const auto& a) {
        return check_layout(a, a->qkv, AttentionSites().output(a->z).pattern(a->pattern), input());
    };
    CHECK(report(good).passed());
    CHECK(check_of(report(good), "editing Q at token 3 changes that row and no other").outcome == passed);
    CHECK(check_of(report(good), "editing V leaves the pattern").outcome == passed);
    CHECK(check_of(report(bad), "editing V leaves the pattern").found == "it changed");
    CHECK_THROWS_AS(check_of(check_layout(good, good->qkv, input()), "the pattern"), std::out_of_range);
}

TEST_CASE("a pruned head or a dead channel makes a right layout inconclusive, not contradicted") {
    const LayoutReport pruned = after([](auto& a) { a.after.narrow(0, 4, 4).zero_(); });
    CHECK(open(pruned));
    CHECK(says(of_channels(pruned, "K"), "channel 20 (and 3 more) changes nothing: it is dead or pruned"));
    CHECK(says(of_channels(pruned, "V"), "channel 36 (and 3 more) changes nothing"));
    CHECK(says(to_string(pruned), " is inconclusive:\n", "  ?       single channels of K do the same: channel 20"));
    const LayoutReport dead = after([](auto& a) { a.seen_of_query[0].zero_(); });
    CHECK(open(dead));
    CHECK(says(of_channels(dead, "K"), "channel 16 (and 3 more) changes nothing"));
    CHECK(check_of(dead, "single channels of V").outcome == passed);
}

TEST_CASE("a dead head of the query leaves its pattern inconclusive") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    a->seen_of_query = at::ones({4, 1, 4});
    a->seen_of_query[2].zero_();
    const LayoutReport report = check_layout(a, a->qkv, AttentionSites().pattern(a->pattern), input());
    CHECK(open(report));
    CHECK(says(check_of(report, "editing a head of Q").found, "head 2 changes nothing"));
}

TEST_CASE("channels pruned after the attention's own output are seen there") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    a->after.narrow(0, 4, 4).zero_();
    CHECK(check_layout(a, a->qkv, AttentionSites().output(a->z), input()).passed());
    a->after.zero_();
    CHECK(check_layout(a, a->qkv, AttentionSites().output(a->z), input()).passed());
}

TEST_CASE("a wrong layout is contradicted, and the right one named, even if a head is pruned") {
    const auto a = attention<NeoXLike, Gpt2Like, 4>();
    a->after.narrow(0, 4, 4).zero_();
    const LayoutReport report = check_layout(a, a->qkv, input());
    CHECK(report.contradicted());
    CHECK(names(report, "NeoXQkv<4, 4>"));
}

TEST_CASE("an attention followed by a projection of zeros shows nothing, and the report says so") {
    const LayoutReport report = after([](auto& a) { a.after.zero_(); });
    CHECK(open(report));
    REQUIRE(report.checks.size() == 3);
    CHECK(says(to_string(report), "  ?       editing all of token 0 changes something: it changes nothing: ",
               "an untrained output projection", "AttentionSites().output(site)"));
}

TEST_CASE("attention that looks ahead is recognised: the laws of causal attention do not apply to it") {
    const auto a = attention<Gpt2Like, NeoXLike, 4>();  // if the laws were checked, they would contradict the layout
    a->causal = false;
    const LayoutReport report = check_layout(a, a->qkv, input());
    CHECK(open(report));
    CHECK(
        report.checks.back().found ==
        "the model looks ahead: the laws of causal attention do not apply, unless AttentionSites().output(site) shows "
        "that this attention does not");
    const LayoutReport by_site = check_layout(a, a->qkv, AttentionSites().output(a->z), input());
    CHECK(by_site.checks.back().found == "this attention looks ahead: the laws of causal attention do not apply");
    CHECK(by_site.consistent.empty());
}

TEST_CASE("a causal attention before one that looks ahead passes by its own output") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    const auto mixes_rows = [&](const at::Tensor& x) {
        const at::Tensor z = a->forward(x);
        return z + z.mean(1, true);
    };
    CHECK(open(check_layout(mixes_rows, a->qkv, input())));
    CHECK(check_layout(mixes_rows, a->qkv, AttentionSites().output(a->z), input()).passed());
}

TEST_CASE("a model that draws random numbers, or keeps state between its runs, cannot be judged") {
    const LayoutReport drawing = after([](auto& a) { a.noisy = true; });
    CHECK(open(drawing));
    REQUIRE(drawing.checks.size() == 1);
    CHECK(says(drawing.checks[0].found, "call eval()", "cached keys"));
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    at::Tensor kept = at::zeros({2, 0, 16});
    const auto keeps = [&](const at::Tensor& x) { return kept = at::cat({kept, a->forward(x)}, 1); };
    CHECK(says(message_of<ShapeError>([&] { (void)check_layout(keeps, a->qkv, input()); }),
               "the output has shape [2, 12, 16] and had [2, 6, 16] in the run before", "cached keys"));
    kept = at::zeros({2, 0, 16});
    const auto newest = [&](const at::Tensor& x) { return keeps(x).cumsum(1).narrow(1, kept.size(1) - 6, 6); };
    CHECK(says(check_layout(newest, a->qkv, input()).checks.back().found, "cached keys"));
}

TEST_CASE("an almost certain softmax does not make keys look like queries") {
    const auto a = attention<Gpt2Like, Gpt2Like, 4>();
    for (const double scale : {10., 100., 1000.}) {
        a->seen_of_query.fill_(scale);
        const LayoutReport report = check_layout(a, a->qkv, AttentionSites().output(a->z), input());
        INFO(to_string(report));
        CHECK_FALSE(report.contradicted());
    }
}

TEST_CASE("the model is run a number of times that does not grow with its width") {
    const auto slices_of = []<class Real, class Declared>(std::type_identity<Real>, std::type_identity<Declared>,
                                                          double scale) {
        const auto a = attention<Real, Declared, 16>();
        a->after.narrow(0, 16, a->query_width - 16).mul_(scale);
        int runs = 0;
        (void)check_layout([&](const at::Tensor& x) { return ++runs, a->forward(x); }, a->qkv, input());
        return runs;
    };
    using Narrow = Gpt2Qkv<64, 4>;
    using Wide = Gpt2Qkv<512, 32>;
    const int narrow = slices_of(std::type_identity<Narrow>{}, std::type_identity<Narrow>{}, 1);
    CHECK(narrow <= 10 + 2 * 32);
    CHECK(narrow == slices_of(std::type_identity<Wide>{}, std::type_identity<Wide>{}, 1));
    CHECK(slices_of(std::type_identity<Wide>{}, std::type_identity<Wide>{}, 0) <= 2 * narrow);
    const int failing = slices_of(std::type_identity<Wide>{}, std::type_identity<NeoXQkv<32, 16>>{}, 1);
    CHECK(failing <= 5 * narrow);
}
