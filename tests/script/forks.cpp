// The forks of a TorchScript model run in other threads, with the hooks of the thread that runs the model.
#include <suture/hook/hook_set.hpp>
#include <suture/script/script.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"
#include "script/modules.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

using namespace suture;
using namespace script_modules;
using suture_test::message_of;
using suture_test::says;

namespace {

/// x -> 2 x at `a`, but only after a while.
Module slow() {
    return module({{"a", doubling()}},
                  "y = torch.ones([1000])\n  for i in range(3000):\n    y = torch.sin(y)\n"
                  "  return self.a.forward(x) + y[0] * 0\n");
}
/// `slow` in a fork, meanwhile `b`, and both at `c`: 2 (2 x + 2 x).
Module late() {
    return module(
        {{"slow", slow()}, {"b", doubling()}, {"c", doubling()}},
        "f = fork(self.slow.forward, x)\n  y = self.b.forward(x)\n  return self.c.forward(y + torch.wait(f))\n");
}
/// Four forks of `a`, and `b` meanwhile.
Module wide() {
    return module({{"a", doubling()}, {"b", doubling()}},
                  "futures = [fork(self.a.forward, x), fork(self.a.forward, x), fork(self.a.forward, x),\n"
                  "    fork(self.a.forward, x)]\n  y = self.b.forward(x)\n  for f in futures:\n"
                  "    y = y + torch.wait(f)\n  return y\n");
}

}  // namespace

TEST_CASE("hooks of the calling thread run in the model's forks, and take turns") {
    const Script model(module({{"a", doubling()}, {"b", doubling()}},
                              "futures = [fork(self.a.forward, x), fork(self.a.forward, x),\n"
                              "    fork(self.a.forward, x)]\n  y = self.b.forward(x)\n"
                              "  for f in futures:\n    y = y + torch.wait(f)\n  return self.b.forward(y)\n"));
    CHECK(model(x).equal(filled(16)));
    std::multiset<std::int64_t> calls;  // unguarded: hooks take turns
    const auto note_and_add = [&](const at::Tensor& t) { return calls.insert(script::call_number()), t + 1; };
    CHECK(hooked(model, "a", note_and_add).equal(filled(22)));
    CHECK(calls == std::multiset<std::int64_t>{0, 1, 2});
    CHECK(hooked(model, "b", add_one).equal(filled(19)));  // after the waits, in whatever thread
    for (int i = 0; i < 50; ++i) CHECK(hooked(model, "a.input", look).equal(filled(16)));
}

TEST_CASE("the exception of a hook in a fork reaches the caller") {
    const Script model(module({{"a", doubling()}}, "return torch.wait(fork(self.a.forward, x))\n"));
    const auto cut = [](const at::Tensor& t) { return t.narrow(0, 0, 1); };
    CHECK(says(message_of<ShapeError>([&] { (void)hooked(model, "a", cut); }), "a: the hook returned shape [1]"));
}

TEST_CASE("gradients go through an edit in a fork") {
    const Script model(module({{"a", doubling()}}, "return torch.wait(fork(self.a.forward, x))\n"));
    const at::Tensor leaf = at::ones({2}).requires_grad_();
    HookSet hooks;
    hooks.add(site(model, "a"), [](const at::Tensor& t) { return t * t; });
    const auto scope = hooks.activate();
    for (int run = 0; run < 5; ++run) {  // a fork's code is specialised after its first runs
        model(leaf).sum().backward();
        CHECK(leaf.grad().equal(filled(8)));
        leaf.grad().zero_();
    }
}

TEST_CASE("hooks in forks do not run at the same time") {
    const Script model(module({{"a", doubling()}},
                              "futures = [fork(self.a.forward, x), fork(self.a.forward, x)]\n"
                              "  y = self.a.forward(x)\n"
                              "  for f in futures:\n    y = y + torch.wait(f)\n  return y\n"));
    std::atomic<int> running{0}, most{0};
    (void)hooked(model, "a", [&](const at::Tensor&) {
        if (const int now = ++running; now > most) most = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        --running;
    });
    CHECK(most == 1);
}

TEST_CASE("a fork that outlives its pass runs without hooks from then on") {
    const Script model(module({{"slow", slow()}}, "return x, fork(self.slow.forward, x)\n"));
    std::size_t seen = 0;
    HookSet hooks;
    hooks.add(site(model, "slow.a"), [&](const at::Tensor&) { ++seen; }).may_be_idle();
    const auto scope = hooks.activate();
    const c10::IValue result = model.forward(x);
    const std::size_t seen_in_pass = seen;
    const auto future = result.toTuple()->elements()[1].toFuture();
    future->wait();
    CHECK(future->value().toTensor().equal(filled(2)));
    CHECK(seen == seen_in_pass);
}

TEST_CASE("a Script may be destroyed while its forks still run") {
    for (int i = 0; i < 20; ++i) {
        std::optional<Script> failing(late());
        CHECK_THROWS_AS(hooked(*failing, "b", [](const at::Tensor&) { throw 7; }), int);
        failing.reset();
        std::optional<Script> leaving(module({{"slow", slow()}}, "return x, fork(self.slow.forward, x)\n"));
        HookSet hooks;
        hooks.add(site(*leaving, "slow.a"), look).may_be_idle();
        const auto scope = hooks.activate();
        const c10::IValue result = leaving->forward(x);
        leaving.reset();
        const auto future = result.toTuple()->elements()[1].toFuture();
        future->wait();
        CHECK(future->value().toTensor().equal(filled(2)));
    }
}

TEST_CASE("a callback may run a model that forks, from a fork and from the thread that forked") {
    const Script model(wide());
    HookSet hooks;
    std::size_t runs = 0;
    hooks.add(sites(model, "[ab]"), [&](const at::Tensor&) { runs += model(x).equal(filled(10)); });
    const auto scope = hooks.activate();
    for (int i = 0; i < 10; ++i) CHECK(model(x).equal(filled(10)));
    CHECK(runs == 50);
}

TEST_CASE("a callback may run a model that forks with hooks of its own") {
    const Script model(wide());
    std::size_t inner = 0;
    const auto count = [&](const at::Tensor&) { ++inner; };
    CHECK(hooked(model, "a", [&](const at::Tensor& t) {
              return (void)hooked(Script(wide()), "a", count), t;
          }).equal(filled(10)));
    CHECK(inner == 16);
}

TEST_CASE("the arguments and the result of a call in a fork have one number") {
    const Script model(module({{"a", doubling()}},
                              "f = fork(self.a.forward, x * 3)\n  g = fork(self.a.forward, x * 5)\n"
                              "  return self.a.forward(x) + torch.wait(f) + torch.wait(g)\n"));
    for (int i = 0; i < 50; ++i) {
        std::map<std::int64_t, float> taken, given;
        HookSet hooks;
        const auto input = hooks.add(site(model, "a.input"), [&](const at::Tensor& t) {
            taken[script::call_number()] = 2 * t[0].item<float>();
        });
        hooks.add(site(model, "a"), [&](const at::Tensor& t) { given[script::call_number()] = t[0].item<float>(); });
        const auto scope = hooks.activate();
        (void)model(x);
        CHECK(taken.size() == 3);
        CHECK(taken == given);
    }
}

TEST_CASE("a scope that a hook ends while the model forks is ended in the forks too") {
    const Script model(late());
    for (int i = 0; i < 10; ++i) {
        HookSet hooks;
        bool ended = false, ran_later = false;
        std::unique_ptr<Scope> scope;
        hooks.add(site(model, "b"), [&](const at::Tensor&) {
            scope.reset();
            ended = true;
        });
        const auto note = [&](const at::Tensor&) { ran_later |= ended; };
        hooks.add(sites(model, "slow.a*"), note).may_be_idle();
        hooks.add(site(model, "c"), note).may_be_idle();
        scope.reset(new Scope(hooks.activate()));
        CHECK(model(x).equal(filled(8)));
        CHECK_FALSE(ran_later);
    }
}

TEST_CASE("a scope that another thread ends while the model forks is left alone by the forks, and swept at home") {
    const Script model(late());
    HookSet hooks;
    std::atomic<bool> in_hook{false}, ended{false}, ran_later{false};
    hooks.add(site(model, "b"), [&](const at::Tensor&) {
        in_hook = true;
        while (!ended) std::this_thread::yield();
    });
    const auto note = [&](const at::Tensor&) { ran_later = ran_later || ended; };
    hooks.add(site(model, "slow.a"), note).may_be_idle();
    hooks.add(site(model, "c"), note).may_be_idle();
    const std::unique_ptr<Scope> scope(new Scope(hooks.activate()));
    std::thread other([&] {
        while (!in_hook) std::this_thread::yield();
        CHECK_THROWS_AS(scope->end(), HookError);
        ended = true;
    });
    CHECK(model(x).equal(filled(8)));
    other.join();
    CHECK_FALSE(ran_later);
    CHECK(model(x).equal(filled(8)));
    const HookPoint<AnyLayout> point("home");
    (void)point(x);
    CHECK(suture::detail::innermost_scope == nullptr);
}

TEST_CASE("a hook in a fork that ends the scope learns where to end it") {
    const Script model(late());
    HookSet hooks;
    std::string said;
    std::unique_ptr<Scope> scope;
    hooks.add(site(model, "slow.a"), [&](const at::Tensor&) { said = message_of<HookError>([&] { scope->end(); }); });
    scope.reset(new Scope(hooks.activate()));
    CHECK(model(x).equal(filled(8)));
    CHECK(says(said, "another thread", "end it there"));
}
