// A module that a callback splices into a model: its own sites are passed with the hooks that wait there.
#include <suture/edit/on.hpp>
#include <suture/hook/callback.hpp>
#include <suture/hook/hook_point.hpp>
#include <suture/hook/hook_set.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <memory>
#include <optional>
#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
struct Feature : ComponentBase<4> {
    static constexpr const char* name = "Feature";
};
/// A dictionary of four features, spliced into a stream of two channels.
struct Dictionary {
    HookPoint<Feature> features{"features"};
    at::Tensor in = at::tensor({1.f, 0.f, 2.f, 0.f, 0.f, 1.f, 0.f, 3.f}).view({2, 4});
    at::Tensor out = at::tensor({1.f, 0.f, 1.f, 0.f, 0.f, 1.f, 0.f, 1.f}).view({4, 2});
    at::Tensor operator()(const at::Tensor& x) const { return features(x.matmul(in)).matmul(out); }
};
/// [1, 2] -> features 1, 2, 2, 6 -> [3, 8]
const at::Tensor x = at::tensor({1.f, 2.f}).view({1, 2});
struct Stream {
    HookPoint<Resid<2>> resid{"resid"}, later{"later"};
    at::Tensor forward(const at::Tensor& t) { return later(resid(t)); }
};
}  // namespace

TEST_CASE("hooks inside a spliced module fire, in the set of the splice and in others") {
    Stream model;
    const Dictionary dictionary;
    HookSet hooks, outer;
    hooks.add(model.resid, spliced([&](const View<Resid<2>>& t) { return dictionary(t.unsafe_tensor()); }));
    CHECK(run_with_hooks(model, hooks, x).equal(at::tensor({3.f, 8.f}).view({1, 2})));
    const HookKey inside = hooks.add(dictionary.features, on<Feature>(dims<2, 4>).zero());
    CHECK(run_with_hooks(model, hooks, x).equal(at::tensor({3.f, 0.f}).view({1, 2})));
    CHECK(inside.fired() == 1);
    inside.remove();
    outer.add(dictionary.features, on<Feature>(dims<0, 2>).zero());
    const auto scope = outer.activate();
    CHECK(run_with_hooks(model, hooks, x).equal(at::tensor({0.f, 8.f}).view({1, 2})));
}

TEST_CASE("a callback that is not spliced suspends hooks, and the error says so") {
    Stream model;
    const Dictionary dictionary;
    HookSet hooks;
    hooks.add(model.resid, [&](const View<Resid<2>>& t) { return dictionary(t.unsafe_tensor()); });
    hooks.add(dictionary.features, on<Feature>(dims<2, 4>).zero());
    CHECK(says(message_of<HookError>([&] { run_with_hooks(model, hooks, x); }),
               "these hooks never fired: features (Feature[dims 2:4] = 0)",
               "passed inside another hook, which suspends them: add that one as spliced(f)"));
}

TEST_CASE("a spliced function that comes back to its own site is refused") {
    Stream model;
    HookSet hooks;
    hooks.add(model.resid, spliced([&](const View<Resid<2>>& t) { return model.forward(t.unsafe_tensor()); }));
    CHECK(says(
        message_of<HookError>([&] { run_with_hooks(model, hooks, x); }), "resid: ",
        "a spliced function passes the site that it is spliced into: run the module there, and not the whole model"));
}

TEST_CASE("a spliced function may change the sets whose hooks run, and end their scopes") {
    Stream model;
    const Dictionary dictionary;
    auto hooks = std::make_unique<HookSet>();
    std::optional<HookKey> more;
    int times = 0;
    hooks->add(model.resid, spliced([&](const View<Resid<2>>& t) {
                   more = hooks->add(dictionary.features, on<Feature>(dims<2, 4>).zero());
                   const at::Tensor out = dictionary(t.unsafe_tensor());
                   more->remove();
                   return out;
               }));
    hooks->add(model.resid, [&](const View<Resid<2>>&) { ++times; });
    for (int pass = 0; pass < 3; ++pass)
        CHECK(run_with_hooks(model, *hooks, x).equal(at::tensor({3.f, 0.f}).view({1, 2})));
    CHECK(times == 3);

    HookSet ending;
    std::unique_ptr<const Scope> scope;
    ending.add(model.resid, spliced([&](const View<Resid<2>>& t) {
                   scope->end();
                   return dictionary(t.unsafe_tensor());
               }));
    scope.reset(new Scope(ending.activate()));
    CHECK(model.forward(x).equal(at::tensor({3.f, 8.f}).view({1, 2})));
    CHECK(model.forward(x).equal(x));
}

TEST_CASE("a spliced function that throws leaves the scopes as they were") {
    Stream model;
    HookSet hooks;
    hooks.add(model.resid, spliced([](const View<Resid<2>>&) -> at::Tensor { throw ValueError("no features"); }));
    const HookKey later = hooks.add(model.later, on<Resid>().zero()).may_be_idle();
    CHECK(message_of<ValueError>([&] { run_with_hooks(model, hooks, x); }) == "resid: no features");
    CHECK(later.fired() == 0);
    CHECK(model.forward(x).equal(x));
}
