// run_with_cache: the model's result, and a cache of its sites.
#include "suture/record/run_with_cache.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/sites.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using NeoX = Grouped<3, Q<1>, K<1>>;

/// Adds 1 in front of each of its sites: site i sees x + i + 1.
struct ModelImpl : torch::nn::Module, HasSites {
    void visit_sites(const SiteVisitor& visit) override {
        for (std::size_t i = 0; i < layers.size(); ++i) visit("h." + std::to_string(i), layers[i]);
        visit("grouped", grouped), visit("any", any), visit("never", never);
    }
    at::Tensor forward(at::Tensor x) {
        for (const auto& layer : layers) x = layer(x.add(1));
        return any(grouped(x));
    }
    std::vector<HookPoint<Qkv>> layers = std::vector<HookPoint<Qkv>>(3);
    HookPoint<NeoX> grouped;
    HookPoint<AnyLayout> any;
    HookPoint<Resid<6>> never;
};

struct fixture {
    std::shared_ptr<ModelImpl> model = std::make_shared<ModelImpl>();
    at::Tensor x = at::arange(12, at::kFloat).reshape({2, 6});
};

template <class M, class S>
concept can_cache = requires(M& model, const S& sites, const at::Tensor& x) {
    run_with_cache(model, sites, x);
};
static_assert(can_cache<ModelImpl, std::vector<SiteRef<Qkv>>>);
static_assert(can_cache<ModelImpl, SiteRef<AnyLayout>>);
static_assert(!can_cache<ModelImpl, int>);

}  // namespace

TEST_CASE_FIXTURE(fixture, "one run gives the model's result and a typed cache, read by path or by index") {
    auto [result, cache] = run_with_cache(model, sites<Qkv>(model, "h.*"), x);
    static_assert(std::is_same_v<decltype(result), at::Tensor>);
    static_assert(std::is_same_v<decltype(cache), Latest<Qkv>>);
    CHECK(result.equal(x + 3));
    CHECK(cache.size() == 3);
    CHECK(cache["h.1"].unsafe_tensor().equal(x + 2));
    CHECK(cache[2].unsafe_tensor().equal(x + 3));
    CHECK(cache["h.0"][on<K>()].equal(borrow<Qkv>(x + 1)[on<K>()]));
    CHECK(model->forward(x).equal(x + 3));  // nothing stays behind
    CHECK(cache["h.1"].unsafe_tensor().equal(x + 2));
}

TEST_CASE_FIXTURE(fixture, "the cache of one site, of one component, of a component in groups and of any activation") {
    const auto [of_one, one] = run_with_cache(model, site<Qkv>(model, "h.2"), x);
    CHECK(one["h.2"].unsafe_tensor().equal(x + 3));
    const auto [of_queries, queries] = run_with_cache<Q<2>>(model, sites<Qkv>(model, "h.*"), x);
    CHECK(queries["h.0"].unsafe_tensor().equal((x + 1).narrow(-1, 0, 2)));
    CHECK(queries.bytes_held() == 3 * 2 * 2 * sizeof(float));
    const auto [of_keys, keys] = run_with_cache<part<NeoX, K>>(*model, site<NeoX>(*model, "grouped"), x);
    CHECK(keys[0].equal(borrow<NeoX>(x + 3)[on<K>()]));
    const auto [of_any, any] = run_with_cache(model, sites(model, "any"), x);
    static_assert(std::is_same_v<decltype(any["any"]), at::Tensor>);
    CHECK(any["any"].equal(x + 3));
    CHECK(of_one.equal(of_any));
}

TEST_CASE_FIXTURE(fixture, "options select what the cache keeps") {
    const auto [result, cache] =
        run_with_cache(model, sites<Qkv>(model, "h.*"), {.tokens = token(-1), .dtype = at::kDouble}, x);
    CHECK(result.equal(x + 3));
    CHECK(cache["h.1"].unsafe_tensor().equal((x + 2)[1].to(at::kDouble)));
    const RecordOptions first{.tokens = token(0)};
    CHECK(run_with_cache(model, sites<Qkv>(model, "h.*"), first, x).second[0].unsafe_tensor().equal((x + 1)[0]));
}

TEST_CASE_FIXTURE(fixture, "hooks that are active run as well, and the cache holds what they leave") {
    HookSet hooks;
    hooks.add(site<Qkv>(model, "h.0"), on<Qkv>().zero());
    const auto scope = hooks.activate();
    const auto [result, cache] = run_with_cache(model, sites<Qkv>(model, "h.*"), x);
    CHECK(result.equal(at::full({2, 6}, 2.0f)));
    CHECK(cache["h.0"].unsafe_tensor().equal(at::zeros({2, 6})));
}

TEST_CASE_FIXTURE(fixture, "a cached activation patches another run, at the same path") {
    const auto [clean, cache] = run_with_cache(model, sites<Qkv>(model, "h.*"), x);
    HookSet hooks;
    Board<Qkv> board;
    hooks.add(sites<Qkv>(model, "h.*"), board);
    board[1] = cache["h.1"];
    const at::Tensor patched = run_with_hooks(model, hooks, at::zeros({2, 6}));
    CHECK(patched.equal(clean));
}

TEST_CASE_FIXTURE(fixture, "a site that was not passed, a path that is not cached and an empty model are refused") {
    CHECK(says(message_of<HookError>([&] { (void)run_with_cache(model, sites<Resid<6>>(model, "never"), x); }),
               "these hooks never fired: never (a recorder of Resid<6>)"));
    const auto [result, cache] = run_with_cache(model, sites<Qkv>(model, "h.*"), x);
    CHECK(says(message_of<PositionError>([&, &cached = cache] { (void)cached["h.7"]; }), "no site h.7", "2 (h.2)"));
    const std::shared_ptr<ModelImpl> nothing;
    CHECK(says(message_of<ModelError>([&] { (void)run_with_cache(nothing, sites<Qkv>(model, "h.*"), x); }), "empty"));
}

TEST_CASE_FIXTURE(fixture, "what a run gives is a pair, to be unpacked, tied and applied") {
    auto run = run_with_cache(model, sites<Qkv>(model, "h.*"), x);
    CHECK(run.second["h.0"].unsafe_tensor().equal(x + 1));
    at::Tensor result;
    Latest<Qkv> cache;
    std::tie(result, cache) = std::move(run);
    CHECK(cache.size() == 3);
    const auto sizes = std::apply(
        [](const at::Tensor& logits, const Latest<Qkv>& kept) { return logits.numel() + Index(kept.size()); },
        run_with_cache(model, sites<Qkv>(model, "h.*"), x));
    CHECK(sizes == result.numel() + 3);
    const auto& [first, second] = run_with_cache(model, sites<Qkv>(model, "h.*"), x);
    CHECK(first.equal(result));
    CHECK(second.size() == 3);
    CHECK_FALSE([]<class Run>(Run*) {
        return requires(Run & r) { r[0]; };
    }(&run));
}
