// Latest: typed access by layer and name, overwriting, and what a model's passes have in common.
#include "suture/record/latest.hpp"

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/gpt2/gpt2.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include <string>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Small = Fused<6, Q<2>, K<2>, V<2>>;

struct fixture {
    std::vector<HookPoint<Small>> sites{HookPoint<Small>("h.0"), HookPoint<Small>("h.1"), HookPoint<Small>("h.2")};
    HookSet hooks;
    Latest<Small> latest;
    HookKey key = hooks.add(sites, latest);

    /// Layer i sees 10 * value + i.
    void pass(float value) const {
        const auto scope = hooks.activate();
        float at = 10 * value;
        for (const auto& site : sites) (void)site(at::full({4, 6}, at++));
    }
};

at::Tensor full(float value, Index width = 6) { return at::full({4, width}, value); }

}  // namespace

TEST_CASE_FIXTURE(fixture, "an entry is a typed View, found by layer or by the site's name") {
    pass(1);
    static_assert(std::is_same_v<decltype(latest[1]), View<Small>>);
    CHECK(latest[1].unsafe_tensor().equal(full(11)));
    CHECK(latest["h.2"].unsafe_tensor().equal(full(12)));
    const View<Q<2>> q = latest[1][on<Q>()];
    CHECK(q.unsafe_tensor().equal(full(11, 2)));
    CHECK(latest.contains(2));
    CHECK_FALSE(latest.contains(3));
}

TEST_CASE_FIXTURE(fixture, "asking for a missing layer is an error that lists the layers there are") {
    CHECK(says(message_of<HookError>([&] { (void)latest[1]; }), "layer 1 (h.1)", "nothing yet", "run the model"));
    CHECK(says(message_of<HookError>([&] { (void)latest["h.1"]; }), "layer 1 (h.1)"));
    pass(1);
    CHECK(says(message_of<PositionError>([&] { (void)latest[3]; }), "layer 3 is not recorded here", "0 (h.0), 1 (h.1)",
               "2 (h.2)"));
    CHECK(says(message_of<PositionError>([&] { (void)latest["h.7"]; }),
               "no site h.7 is recorded here (similar: \"h.0\"", "2 (h.2)"));
    CHECK(says(message_of<PositionError>([] { (void)Latest<Small>()[0]; }), "attached to no site", "hook set"));

    std::vector<HookPoint<Small>> unnamed(2);
    Latest<Small> other;
    hooks.add(unnamed, other);
    CHECK(says(message_of<HookError>([&] { (void)other["an unnamed site"]; }), "several layers", "by its number"));
}

TEST_CASE_FIXTURE(fixture, "the next pass overwrites an entry, and an existing View keeps its values") {
    pass(1);
    const View<Small> before = latest[1];
    pass(2);
    CHECK(latest.size() == 3);
    CHECK(latest[1].unsafe_tensor().equal(full(21)));
    CHECK(before.unsafe_tensor().equal(full(11)));
    CHECK(latest.bytes_held() == 3 * 4 * 6 * sizeof(float));
}

TEST_CASE_FIXTURE(fixture, "entries are iterated with layer, name, pass and view") {
    pass(1), pass(2);
    const auto words = latest | ranges::views::transform([](const auto& entry) {
                           return std::to_string(entry.layer()) + " " + entry.name() + " " +
                                  std::to_string(entry.pass()) + " " +
                                  std::to_string(entry.view().max().template item<float>());
                       }) |
                       ranges::to<std::vector>();
    CHECK(words == std::vector<std::string>{"0 h.0 1 20.000000", "1 h.1 1 21.000000", "2 h.2 1 22.000000"});
}

static_assert(ranges::random_access_range<const Latest<Small>> && ranges::sized_range<const Latest<Small>>);

TEST_CASE_FIXTURE(fixture, "the largest layers are named by a pipeline over the newest pass") {
    pass(1), pass(2);
    const auto beyond_20 = [](const auto& entry) { return entry.view().max().template item<float>() > 20; };
    const auto name = [](const auto& entry) { return entry.name(); };
    const auto names =
        latest | ranges::views::filter(beyond_20) | ranges::views::transform(name) | ranges::to<std::vector>();
    CHECK(names == std::vector<std::string>{"h.1", "h.2"});
}

TEST_CASE_FIXTURE(fixture, "clear() forgets the entries and keeps the hooks") {
    pass(1);
    latest.clear();
    CHECK(latest.empty());
    CHECK(latest.bytes_held() == 0);
    CHECK(says(message_of<HookError>([&] { (void)latest[1]; }), "nothing yet"));
    pass(3);
    CHECK((*latest.begin()).pass() == 0);
    CHECK(latest[0].unsafe_tensor().equal(full(30)));
}

TEST_CASE_FIXTURE(fixture, "an entry patches another pass") {
    pass(1);
    HookSet patch;
    const auto edit = patch.add(sites[2], on<Q>(token(0)).set(latest[1][on<Q>()]));
    const auto scope = patch.activate();
    const at::Tensor passed = sites[2](full(0));
    CHECK(passed[0].narrow(0, 0, 2).equal(at::full({2}, 11.0)));
    CHECK(passed.sum().item<float>() == 22);
}

TEST_CASE("prompts that share a prefix have equal rows for it at every layer") {
    Gpt2Config config;
    config.width = 24, config.heads = 3, config.inner = 96, config.layers = 4, config.positions = 16;
    config.vocabulary = 11;
    at::manual_seed(7);
    const at::NoGradGuard no_gradients;
    Decoder model(config);
    for (const at::Tensor& parameter : model->parameters()) parameter.normal_(0, 0.3);  // so that tokens matter
    constexpr Index shared = 5;

    Latest<Gpt2Qkv<24, 3>> latest;
    Latest<Q<24, 3>> last(RecordOptions{.tokens = token(shared - 1), .batches = batch(0)});
    HookSet hooks;
    const auto sites = model->blocks | ranges::views::transform([](const auto& block) { return block->attn->qkv; });
    hooks.add(sites, latest);
    hooks.add(sites, last);
    const auto run = [&](const std::vector<Index>& ids) {
        const auto scope = hooks.activate();
        (void)model->forward(at::tensor(ids).unsqueeze(0));
        std::vector<at::Tensor> rows;
        for (const auto& entry : latest) rows.push_back(entry.view().unsafe_tensor().squeeze(0));
        for (const auto& entry : last) rows.push_back(entry.view().unsafe_tensor().unsqueeze(0));
        return rows;
    };
    const auto one = run({3, 1, 4, 1, 5, 9, 2, 6}), two = run({3, 1, 4, 1, 5, 8, 7});

    REQUIRE(one.size() == 8);
    for (std::size_t layer = 0; layer < 4; ++layer) {
        CAPTURE(layer);
        const at::Tensor a = one[layer], b = two[layer];
        CHECK((a.narrow(0, 0, shared) - b.narrow(0, 0, shared)).abs().max().item<double>() <= 1e-6);
        CHECK((a[shared] - b[shared]).abs().max().item<double>() > 1e-3);
        CHECK((one[4 + layer] - two[4 + layer]).abs().max().item<double>() <= 1e-6);
        CHECK(one[4 + layer].squeeze(0).equal(a[shared - 1].narrow(0, 0, 24)));
    }
}

TEST_CASE_FIXTURE(fixture, "a place says which positions a recorder keeps") {
    Latest<Q<2>> last(on<Q>(token(-1)));
    Latest<Small> rows(on<Small>(tokens(1, 3)), RecordOptions{.dtype = at::kDouble});
    Latest<V<2>> picked(on<V>(tokens({0, 3})));
    Latest<K<2>> all(on<K>());
    for (auto* recorder : {&rows}) hooks.add(sites, *recorder);
    hooks.add(sites, last), hooks.add(sites, picked), hooks.add(sites, all);
    pass(1);
    CHECK(last[1].sizes() == at::IntArrayRef({2}));
    CHECK(rows[1].unsafe_tensor().equal(at::full({2, 6}, 11, at::kDouble)));
    CHECK(picked[2].sizes() == at::IntArrayRef({2, 2}));
    CHECK(all[0].sizes() == at::IntArrayRef({4, 2}));
    static_assert(!std::is_constructible_v<Latest<Q<2>>, decltype(on<Small>(token(0)))>);
    static_assert(!std::is_constructible_v<Latest<Q<2>>, decltype(on<Q>(head(0)))>);
    static_assert(!std::is_constructible_v<Latest<Q<2>>, decltype(on<K>(token(0)))>);
    CHECK(says(message_of<ValueError>([] { Latest<Q<2>> twice(on<Q>(token(0)), RecordOptions{.tokens = token(1)}); }),
               "the positions are named twice"));
}

TEST_CASE_FIXTURE(fixture, "a function of positions is asked once for each activation, and may read the recorder") {
    Index calls = 0;
    const Latest<Q<2>>* recorder = nullptr;
    Latest<Q<2>> last(on<Q>(tokens([&] { return at::full({1}, calls++ + static_cast<Index>(recorder->size() * 0)); })));
    recorder = &last;
    hooks.add(sites, last);
    pass(1);
    CHECK(calls == 3);
    // What is kept knows where it stood: put back there, it changes nothing, and elsewhere it is refused.
    for (Index layer = 0; layer < 3; ++layer) {
        const at::Tensor whole = at::full({4, 6}, 10.F + static_cast<float>(layer));
        const View<Q<2>> kept = last[static_cast<std::size_t>(layer)];
        CHECK((borrow<Small>(whole) | on<Q>(tokens({layer})).set(kept)).equal(borrow<Small>(whole)));
        CHECK_THROWS_AS((void)(borrow<Small>(whole) | on<Q>(tokens({3})).set(kept)), PositionError);
    }
}
