// History: every pass appended, by layer, stacked, and in pipelines.
#include "suture/record/history.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <range/v3/algorithm/max_element.hpp>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/chunk_by.hpp>
#include <range/v3/view/enumerate.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/reverse.hpp>
#include <range/v3/view/stride.hpp>
#include <range/v3/view/take.hpp>
#include <range/v3/view/transform.hpp>
#include <range/v3/view/zip.hpp>

#include <algorithm>
#include <ranges>
#include <string>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Small = Fused<6, Q<2>, K<2>, V<2>>;

struct fixture {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    History<Small> history;
    HookKey key = hooks.add(sites, history);

    /// Layer i sees 10 * value + i.
    void pass(float value, Index tokens = 3) const {
        const auto scope = hooks.activate();
        float at = 10 * value;
        for (const auto& site : sites) (void)site(at::full({tokens, 6}, at++));
    }
};

const auto first_number = [](const auto& entry) { return entry.view().unsafe_tensor()[0][0].template item<float>(); };

static_assert(ranges::random_access_range<const History<Small>>);
static_assert(ranges::sized_range<const History<Small>>);
static_assert(ranges::view_<LayerHistory<Small>>);
static_assert(ranges::viewable_range<LayerHistory<Small>> && ranges::viewable_range<const History<Small>&>);
static_assert(ranges::contiguous_range<LayerHistory<Small>>);
static_assert(std::ranges::view<LayerHistory<Small>>);

}  // namespace

TEST_CASE_FIXTURE(fixture, "every pass is appended and counted by layer") {
    pass(1), pass(2), pass(3);
    CHECK(history.size() == 6);
    CHECK(history.bytes_held() == 6 * 3 * 6 * sizeof(float));
    std::vector<std::string> seen;
    for (const auto& entry : history.of(1))
        seen.push_back(entry.name() + " " + std::to_string(entry.layer()) + " " + std::to_string(entry.pass()) + " " +
                       std::to_string(int(first_number(entry))));
    CHECK(seen == std::vector<std::string>{"h.1 1 0 11", "h.1 1 1 21", "h.1 1 2 31"});
    CHECK(first_number(history.of("h.1").front()) == 11);
    CHECK(history.stack("h.1").equal(history.stack(1)));
    CHECK(says(message_of<PositionError>([&] { (void)history.of("h.7"); }), "no site h.7", "1 (h.1)"));
    static_assert(std::is_same_v<decltype((*history.begin()).view()), View<Small>>);
}

TEST_CASE_FIXTURE(fixture, "the entries of a layer are a snapshot that outlives the history's") {
    pass(1);
    const auto entries = history.of(0);
    pass(2);
    history.clear();
    CHECK(entries.size() == 1);
    CHECK(first_number(entries.front()) == 10);
}

TEST_CASE_FIXTURE(fixture, "stack() lays the passes side by side along a new first axis") {
    pass(1), pass(2);
    const Owned<Small> stacked = history.stack(1);
    CHECK(stacked.unsafe_tensor().equal(at::stack({at::full({3, 6}, 11.0), at::full({3, 6}, 21.0)})));
    const View<K<2>> k = stacked.view()[on<K>()];
    CHECK(k.sizes() == at::IntArrayRef({2, 3, 2}));
    CHECK(stacked.mean(0)[0][0].item<float>() == 16);
}

TEST_CASE_FIXTURE(fixture, "entries of different shapes or dtypes do not stack") {
    pass(1), pass(2, 4);
    CHECK(says(message_of<ShapeError>([&] { (void)history.stack(1); }), "pass 1 of h.1", "[4, 6]", "[3, 6]",
               "token(-1)"));
    history.clear();
    pass(1);
    {
        const auto scope = hooks.activate();
        for (const auto& site : sites) (void)site(at::zeros({3, 6}, at::kDouble));
    }
    CHECK(says(message_of<TypeError>([&] { (void)history.stack(1); }), "float64", "float32", "dtype"));
}

TEST_CASE_FIXTURE(fixture, "one token of every prompt stacks, whatever the prompts' lengths") {
    History<Q<2>> last(RecordOptions{.tokens = token(-1)});
    hooks.add(sites, last);
    pass(1, 3), pass(2, 5), pass(3, 1);
    const at::Tensor rows = last.stack(0).take();
    CHECK(rows.equal(at::tensor({10.f, 10.f, 20.f, 20.f, 30.f, 30.f}).reshape({3, 2})));
}

TEST_CASE_FIXTURE(fixture, "asking for a missing layer is an error that lists the layers there are") {
    CHECK(says(message_of<HookError>([&] { (void)history.of(1); }), "layer 1 (h.1)", "nothing yet"));
    CHECK(says(message_of<PositionError>([&] { (void)history.stack(2); }), "layer 2", "0 (h.0), 1 (h.1)"));
}

TEST_CASE_FIXTURE(fixture, "gradients flow from a stacked history into the passes that made it") {
    History<Q<2>> tracked(RecordOptions{.keep_graph = true});
    hooks.add(sites[0], tracked);
    const at::Tensor x = at::ones({3, 6}).requires_grad_();
    {
        const auto scope = hooks.activate();
        for (const float scale : {2.f, 3.f})
            for (const auto& site : sites) (void)site(x * scale);
    }
    tracked.stack(0).take().sum().backward();
    CHECK(x.grad().narrow(1, 0, 2).equal(at::full({3, 2}, 5.0)));
    CHECK(x.grad().narrow(1, 2, 4).equal(at::zeros({3, 4})));
    CHECK_FALSE(history.stack(0).requires_grad());
}

TEST_CASE_FIXTURE(fixture, "a history goes through range-v3 pipelines") {
    namespace views = ranges::views;
    pass(1), pass(2), pass(3);
    const auto numbers = [](auto&& entries) {
        return entries | views::transform(first_number) | ranges::to<std::vector>();
    };
    using floats = std::vector<float>;
    CHECK(numbers(history) == floats{10, 11, 20, 21, 30, 31});
    CHECK(numbers(history | views::reverse | views::take(3)) == floats{31, 30, 21});
    CHECK(numbers(history | views::stride(2)) == floats{10, 20, 30});
    CHECK(numbers(history | views::filter([](const auto& entry) { return entry.pass() > 0 && entry.layer() == 1; })) ==
          floats{21, 31});
    CHECK(numbers(history.of(1) | views::reverse) == floats{31, 21, 11});
    const auto query = [](const auto& entry) { return entry.view()[on<Q>()]; };
    const auto queries = history.of(0) | views::transform(query);
    const auto sums = queries | views::transform([](const View<Q<2>>& q) { return q.sum().item<float>(); });
    CHECK(ranges::accumulate(sums, 0.f) == (10 + 20 + 30) * 6);
    CHECK((*ranges::max_element(history, {}, first_number)).layer() == 1);
}

TEST_CASE_FIXTURE(fixture, "the entries of a layer go through a pipeline as a temporary, and keep their values") {
    pass(1), pass(2);
    const auto sizes = history.of(1) | ranges::views::transform([](const auto& entry) { return entry.view().size(0); });
    auto numbers = history.of(1) | ranges::views::transform(first_number);
    history.clear();
    CHECK((sizes | ranges::to<std::vector>()) == std::vector<Index>{3, 3});
    CHECK((numbers | ranges::to<std::vector>()) == std::vector<float>{11, 21});
    CHECK(history.empty());
}

TEST_CASE_FIXTURE(fixture, "entries are grouped by pass, filtered by layer and labelled by site, prompt and value") {
    namespace views = ranges::views;
    pass(1), pass(2), pass(3);
    const auto same_pass = [](const auto& a, const auto& b) { return a.pass() == b.pass(); };
    const auto sum = [](auto&& entries) { return ranges::accumulate(entries | views::transform(first_number), 0.f); };
    CHECK((history | views::chunk_by(same_pass) | views::transform(sum) | ranges::to<std::vector>()) ==
          std::vector<float>{21, 41, 61});

    const std::vector<std::string> prompts{"one", "two", "three"};
    const auto label = [&](const auto& entry) {
        return entry.name() + " " + prompts[entry.pass()] + " " + std::to_string(int(first_number(entry)));
    };
    const auto in_layer_1 = [](const auto& entry) { return entry.layer() == 1; };
    CHECK((history | views::filter(in_layer_1) | views::transform(label) | ranges::to<std::vector>()) ==
          std::vector<std::string>{"h.1 one 11", "h.1 two 21", "h.1 three 31"});

    std::vector<std::string> zipped;
    for (const auto& [prompt, entry] : views::zip(prompts, history.of(0)))
        zipped.push_back(prompt + " " + entry.name() + " " + std::to_string(int(first_number(entry))));
    CHECK(zipped == std::vector<std::string>{"one h.0 10", "two h.0 20", "three h.0 30"});
    for (const auto& [i, entry] : history | views::enumerate) CHECK(entry.pass() == i / sites.size());
}

// Clang below 16 cannot compile the views of GCC's library, whatever the range.
#if !defined(__clang__) || __clang_major__ >= 16
TEST_CASE_FIXTURE(fixture, "a history goes through the standard library's ranges") {
    pass(1), pass(2);
    std::vector<float> seen;
    const auto add = [&seen](auto&& entries) {
        for (const float value : entries | std::views::transform(first_number)) seen.push_back(value);
    };
    add(history | std::views::reverse);
    add(history.of(1));
    CHECK(seen == std::vector<float>{21, 20, 11, 10, 11, 21});
    CHECK(std::ranges::count_if(history, [](const auto& entry) { return entry.layer() == 0; }) == 2);
}
#endif

TEST_CASE("batches of unequal size are joined along the axis in which they differ") {
    const std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    History<Q<2>> history;
    hooks.add(std::vector{SiteRef<Small>(sites[0]), SiteRef<Small>(sites[1])}, history);
    std::vector<at::Tensor> all;
    for (const Index rows : {4, 4, 3}) {
        all.push_back(at::randn({rows, 5, 6}));
        const auto scope = hooks.activate();
        for (const auto& site : sites) (void)site(all.back());
    }
    const at::Tensor queries = at::cat(all).narrow(-1, 0, 2);
    CHECK(history.cat(1).take().equal(queries));
    CHECK(history.cat("h.1").sizes() == at::IntArrayRef({11, 5, 2}));
    CHECK(history.cat(0, 0).take().equal(queries));
    CHECK(says(message_of<ShapeError>([&] { (void)history.stack(1); }), "pass 2 of h.1 recorded float32 [3, 5, 2]",
               "the first pass float32 [4, 5, 2]",
               "write cat() for batches of unequal size, padded() for unequal lengths"));
    CHECK(says(message_of<ShapeError>([&] { (void)history.cat(1, 1); }), "pass 2 of h.1 recorded float32 [3, 5, 2]",
               "differ in other axes as well"));
    CHECK(says(message_of<ShapeError>([&] { (void)history.cat(1, 2); }), "has no axis 2 before its channels"));
}

TEST_CASE("prompts of unequal length are padded, with their lengths, or joined token after token") {
    const std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    History<V<2>> history;
    hooks.add(sites[0], history);
    std::vector<at::Tensor> all;
    for (const Index tokens : {3, 5, 1}) {
        all.push_back(at::randn({2, tokens, 6}));
        const auto scope = hooks.activate();
        (void)sites[0](all.back());
    }
    const PaddedEntries padded = history.padded(0);
    CHECK(padded.values.sizes() == at::IntArrayRef({6, 5, 2}));
    CHECK(padded.lengths.equal(at::tensor({3, 3, 5, 5, 1, 1}, at::kLong)));
    CHECK(padded.mask().sum().item<Index>() == 18);
    for (std::size_t pass = 0; pass < all.size(); ++pass)
        for (Index row = 0; row < 2; ++row) {
            const at::Tensor own = padded.values[static_cast<Index>(2 * pass) + row],
                             from = all[pass][row].narrow(-1, 4, 2);
            CHECK(own.narrow(0, 0, from.size(0)).equal(from));
            CHECK(own.narrow(0, from.size(0), 5 - from.size(0)).eq(0).all().item<bool>());
        }
    CHECK(history.cat(0).take().equal(at::cat(all, 1).narrow(-1, 4, 2)));  // along the tokens
    // Batches of unequal size as well: only padded() joins these.
    {
        const auto scope = hooks.activate();
        (void)sites[0](at::ones({1, 4, 6}));
    }
    CHECK(history.padded("h.0").values.sizes() == at::IntArrayRef({7, 5, 2}));
    CHECK(says(message_of<ShapeError>([&] { (void)history.cat(0); }), "differ in other axes as well: write padded()"));
    // One number for each row of the batch has no tokens.
    History<V<2>> last(RecordOptions{.tokens = token(-1)});
    HookSet others;
    others.add(sites[1], last);
    for (const at::Tensor& x : all) {
        const auto scope = others.activate();
        (void)sites[1](x);
    }
    CHECK(last.cat(0).sizes() == at::IntArrayRef({6, 2}));
}

TEST_CASE("positions by a function are asked for in each pass") {
    const std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    at::Tensor lengths = at::tensor({2, 5});
    History<Q<2>> history(on<Q>(token([&] { return lengths - 1; })));
    hooks.add(sites[0], history);
    const HookKey edit = hooks.add(sites[1], on<K>(tokens([&] { return lengths.unsqueeze(-1) - 1; })).zero());
    const HookKey masking =
        hooks.add(sites[1], on<V>(mask([&] { return at::arange(5).ge(lengths.unsqueeze(-1)); })).zero());
    const at::Tensor x = at::randn({2, 5, 6});
    const auto pass = [&] {
        const auto scope = hooks.activate();
        (void)sites[0](x);
        return sites[1](x);
    };
    const auto expect = [&](const at::Tensor& edited, Index entry, Index first, Index second) {
        const at::Tensor rows = at::stack({x[0][first], x[1][second]});
        CHECK(history.of(0).begin()[entry].view().equal(borrow<Q<2>>(rows.narrow(-1, 0, 2).contiguous())));
        const at::Tensor zero = edited.narrow(-1, 2, 2).eq(0).all(-1);
        CHECK(zero.sum().item<Index>() == 2);
        CHECK((zero[0][first].item<bool>() && zero[1][second].item<bool>()));
        CHECK(edited.narrow(-1, 4, 2).eq(0).all(-1).sum(-1).equal(at::tensor({4 - first, 4 - second}, at::kLong)));
    };
    expect(pass(), 0, 1, 4);
    lengths = at::tensor({4, 1});
    expect(pass(), 1, 3, 0);
    CHECK(to_string(on<Q>(token([&] { return lengths; })).zero()) == "Q[token by a function] = 0");
    lengths = at::tensor({9, 1});
    CHECK(says(message_of<PositionError>([&] { pass(); }), "h.0: ", "token"));
}

TEST_CASE("gradients reach what is recorded with its graph") {
    const std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1")};
    HookSet hooks;
    const at::Tensor x = at::randn({2, 5, 6}).requires_grad_(true), weight = at::randn({2, 5, 6});
    const auto gradient_at = [&](RecordOptions options) {
        options.keep_graph = true;
        Latest<K<2>> latest(std::move(options));
        HookSet set;
        set.add(sites[0], latest);
        const auto scope = set.activate();
        const at::Tensor goal = sites[0](x).pow(2).mul(weight).sum();
        return torch::autograd::grad({goal}, {latest[0].unsafe_tensor()})[0];
    };
    const at::Tensor all = x.detach().mul(weight).mul(2).narrow(-1, 2, 2);
    CHECK(gradient_at({}).allclose(all));
    CHECK(gradient_at({.tokens = tokens(1, 3)}).allclose(all.narrow(1, 1, 2)));
    CHECK(gradient_at({.tokens = token(-1), .batches = batch(1)}).allclose(all[1][4]));
    CHECK(gradient_at({.tokens = token(at::tensor({2, 0}))}).allclose(at::stack({all[0][2], all[1][0]})));
    CHECK(gradient_at({.when = RecordPhase::before_edits}).allclose(all));
    // What passes on has the same bits, and is no alias of what is kept.
    Latest<Small> kept(RecordOptions{.keep_graph = true});
    HookSet set;
    set.add(sites[0], kept);
    const auto scope = set.activate();
    const at::Tensor passed = sites[0](x);
    CHECK(passed.equal(x));
    CHECK_FALSE(passed.is_alias_of(kept[0].unsafe_tensor()));
    // A copy of another dtype lies beside the path.
    CHECK_THROWS_AS(gradient_at({.dtype = at::kDouble}), c10::Error);
}
