// What TorchScript can say in a forward, and what hooks see of it. The models are small enough to be told in a line.
#include <suture/hook/hook_set.hpp>
#include <suture/hook/script.hpp>

#include <ATen/ATen.h>
#include <torch/csrc/jit/frontend/resolver.h>
#include <torch/csrc/jit/frontend/sugared_value.h>

#include "doctest.hpp"
#include "message.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {

using torch::jit::Module;

/// What a forward may say beside "torch": `fork` starts a method in another thread, `torch.wait` waits for it.
struct forking : torch::jit::Resolver {
    std::shared_ptr<torch::jit::SugaredValue> resolveValue(const std::string& name, torch::jit::GraphFunction& in,
                                                           const torch::jit::SourceRange& at) override {
        if (name == "fork") return torch::jit::SpecialFormValue::create(c10::prim::fork);
        return torch::jit::nativeResolver()->resolveValue(name, in, at);
    }
};

/// A module with children and a forward: the body of "def forward(self, x):", or definitions in full.
Module module(const std::vector<std::pair<std::string, Module>>& children, const std::string& code) {
    Module made("__torch__.Made");
    for (const auto& [name, child] : children) made.register_module(name, child);
    const bool in_full = code.rfind("def ", 0) == 0;
    made.define(in_full ? code : "def forward(self, x):\n  " + code, std::make_shared<forking>());
    return made;
}
/// x -> 2 x
Module doubling() { return module({}, "return x * 2\n"); }

const at::Tensor x = at::ones({2});
at::Tensor filled(double value) { return at::full({2}, value); }

/// What a model gives while a callback is at one of its sites.
template <class Callback>
at::Tensor hooked(const Script& model, const std::string& path, Callback callback) {
    HookSet hooks;
    const auto handle = hooks.add(site(model, path), callback);
    const auto scope = hooks.activate();
    return model(x);
}

const auto add_one = [](const at::Tensor& t) { return t + 1; };
const auto look = [](const at::Tensor&) {};

std::vector<std::string> paths_of(const Script& model) {
    std::vector<std::string> paths;
    for_each_site(model, [&](const std::string& path, const Site&) { paths.push_back(path); });
    return paths;
}

}  // namespace

TEST_CASE("sites have the paths of their submodules, the model itself the empty one") {
    const Module h = module({{"a", doubling()}}, "def forward(self, x, y):\n  return self.a.forward(x) + y, x\n");
    const Script model(module({{"h", h}}, "y, z = self.h.forward(x, x)\n  return y\n"));
    CHECK(paths_of(model) ==
          std::vector<std::string>{"", "input", "h", "h.output.1", "h.input", "h.input.1", "h.a", "h.a.input"});
}

TEST_CASE("the model's own input and output can be edited") {
    const Script model(doubling());
    CHECK(hooked(model, "", add_one).equal(filled(3)));
    CHECK(hooked(model, "input", add_one).equal(filled(4)));
}

TEST_CASE("a submodule called 'input' is not confused with the input") {
    const Script model(module({{"input", doubling()}}, "return self.input.forward(x) + x\n"));
    CHECK(hooked(model, "input", add_one).equal(filled(4)));
    CHECK(hooked(model, "input.input", add_one).equal(filled(5)));
}

TEST_CASE("a submodule that is called several times has one site, and its hooks know which call it is") {
    const Script model(module({{"a", doubling()}}, "return self.a.forward(self.a.forward(x) + 1)\n"));
    std::vector<std::int64_t> calls;
    for (const char* path : {"a", "a.input"}) {
        calls.clear();
        for (int pass = 0; pass < 2; ++pass)
            (void)hooked(model, path, [&](const at::Tensor&) { calls.push_back(script::call_number()); });
        CHECK(calls == std::vector<std::int64_t>{0, 1, 0, 1});
    }
    const auto edit_first = [](const at::Tensor& t) { return script::call_number() == 0 ? t * 10 : t; };
    CHECK(hooked(model, "a", edit_first).equal(filled(42)));
}

TEST_CASE("the number of a call is refused where there is none") {
    CHECK(says(message_of<HookError>([] { (void)script::call_number(); }), "outside of a hook"));
    const Script model(doubling());
    std::int64_t inner = -1, outer = -1;
    (void)hooked(model, "", [&](const at::Tensor&) {
        (void)hooked(Script(doubling()), "", [&](const at::Tensor&) { inner = script::call_number(); });
        outer = script::call_number();
    });
    CHECK(inner == 0);
    CHECK(outer == 0);
    CHECK(says(message_of<HookError>([] { (void)script::call_number(); }), "outside of a hook"));
}

TEST_CASE("a module under two names has its site under the first, whichever is called") {
    const Module shared = doubling();
    const Script model(module({{"a", shared}, {"b", shared}}, "return self.b.forward(x)\n"));
    CHECK(hooked(model, "a", add_one).equal(filled(3)));
    CHECK(says(message_of<HookError>([&] { (void)site(model, "b"); }), "'b' is the same module as 'a'"));
}

TEST_CASE("modules of one class that share their code are told apart") {
    const Module one = doubling(), other = one.deepcopy();
    REQUIRE(one.type() == other.type());
    const Script model(module({{"a", one}, {"b", other}}, "return self.b.forward(self.a.forward(x))\n"));
    CHECK(hooked(model, "a", add_one).equal(filled(6)));
    CHECK(hooked(model, "b", add_one).equal(filled(5)));
}

TEST_CASE("a hook in a loop runs in each turn and can edit one of them") {
    const Script model(module({{"a", doubling()}}, "for i in range(4):\n    x = self.a.forward(x)\n  return x\n"));
    std::size_t turns = 0;
    const at::Tensor result = hooked(model, "a", [&](const at::Tensor& t) {
        ++turns;
        return script::call_number() == 2 ? t * 0 + 1 : t;
    });
    CHECK(turns == 4);
    CHECK(result.equal(filled(2)));
}

TEST_CASE("a hook in a branch runs when the branch does") {
    const Script model(module({{"a", doubling()}, {"b", doubling()}},
                              "if bool(x.sum() > 0):\n    y = self.a.forward(x)\n"
                              "  else:\n    y = self.b.forward(x)\n  return y\n"));
    CHECK(hooked(model, "a", add_one).equal(filled(3)));
    CHECK(says(message_of<HookError>([&] { (void)hooked(model, "b", look); }), "never fired", "b (a callback)"));
}

TEST_CASE("calls that the optimiser would merge, drop or fold are seen, each in its turn") {
    const Script model(module({{"a", doubling()}, {"b", doubling()}},
                              "unused = self.b.forward(x)\n  c = self.b.forward(torch.ones([2]))\n"
                              "  return self.a.forward(x) + self.a.forward(x)\n"));
    std::string order;
    HookSet hooks;
    const auto note = [&](const at::Tensor&, const Site& at) { order += at.name() + " "; };
    const auto a = hooks.add(sites(model, "[ab]"), note);
    const auto inputs = hooks.add(site(model, "b.input"), note);
    const auto scope = hooks.activate();
    (void)model(x);
    CHECK(order == "b.input b b.input b a a ");
}

TEST_CASE("each tensor in a tuple has a site of its own") {
    const Script model(module({{"a", module({}, "return x * 2, (x * 3, 1, x * 5)\n")}},
                              "y, z = self.a.forward(x)\n  return y * 100 + z[0] * 10 + z[2]\n"));
    CHECK(model(x).equal(filled(235)));
    CHECK(hooked(model, "a", add_one).equal(filled(335)));
    CHECK(hooked(model, "a.output.1", add_one).equal(filled(245)));
    CHECK(hooked(model, "a.output.2", add_one).equal(filled(236)));
}

TEST_CASE("the tensors of a list and of a dictionary share a site") {
    const Script list(module({{"a", module({}, "return [x, x * 2]\n")}},
                             "y = self.a.forward(x)\n  return y[0] * 10 + y[1]\n"));
    CHECK(hooked(list, "a", add_one).equal(filled(23)));
    const Script dict(module({{"a", module({}, "return {'one': x, 'two': x * 2}\n")}},
                             "y = self.a.forward(x)\n  return y['one'] * 10 + y['two']\n"));
    CHECK(hooked(dict, "a", add_one).equal(filled(23)));
}

TEST_CASE("a list that is edited on its way into a submodule stays what it is elsewhere") {
    const Script model(module({{"a", module({}, "def forward(self, x: List[Tensor]):\n  return x[0]\n")}},
                              "y = [x]\n  z = self.a.forward(y)\n  return z * 10 + y[0]\n"));
    CHECK(hooked(model, "a.input", add_one).equal(filled(21)));
}

TEST_CASE("a list that a submodule writes is written where nothing was edited") {
    const Module appending = module({}, "def forward(self, x: List[Tensor]):\n  x.append(x[0])\n  return x[0]\n");
    const Script model(module({{"a", appending}}, "y = [x]\n  z = self.a.forward(y)\n  return z * len(y)\n"));
    CHECK(hooked(model, "a.input", look).equal(filled(2)));
}

TEST_CASE("an optional argument has a site, which is passed over where there is none") {
    const Script model(module({{"a", module({}, "def forward(self, x, y: Optional[Tensor]=None):\n"
                                                "  if y is not None:\n    x = x + y\n  return x\n")}},
                              "return self.a.forward(self.a.forward(x), x)\n"));
    std::size_t seen = 0;
    CHECK(hooked(model, "a.input.1", [&](const at::Tensor& t) { return ++seen, t * 10; }).equal(filled(11)));
    CHECK(seen == 1);
}

TEST_CASE("a method that is not forward is part of what calls it") {
    const Script model(module({{"a", module({}, "def more(self, x):\n  return x * 3\ndef forward_features(self, x):\n"
                                                "  return x * 5\ndef forward(self, x):\n  return self.more(x)\n")}},
                              "return self.a.forward(x) + self.a.forward_features(x)\n"));
    CHECK(hooked(model, "a", add_one).equal(filled(9)));
}

TEST_CASE("hooks of the calling thread run in what the model forks, and take turns") {
    const Script model(module({{"a", doubling()}, {"b", doubling()}},
                              "futures = [fork(self.a.forward, x), fork(self.a.forward, x),\n"
                              "    fork(self.a.forward, x)]\n  y = self.b.forward(x)\n"
                              "  for f in futures:\n    y = y + torch.wait(f)\n  return self.b.forward(y)\n"));
    CHECK(model(x).equal(filled(16)));
    std::multiset<std::int64_t> calls;  // unguarded: hooks take turns
    const auto note_and_add = [&](const at::Tensor& t) { return calls.insert(script::call_number()), t + 1; };
    CHECK(hooked(model, "a", note_and_add).equal(filled(22)));
    CHECK(calls == std::multiset<std::int64_t>{0, 1, 2});
    CHECK(hooked(model, "b", add_one).equal(filled(19)));  // behind the waits, in whatever thread
    for (int i = 0; i < 50; ++i) CHECK(hooked(model, "a.input", look).equal(filled(16)));
}

TEST_CASE("what a hook in a fork throws arrives as it was thrown") {
    const Script model(module({{"a", doubling()}}, "return torch.wait(fork(self.a.forward, x))\n"));
    const auto cut = [](const at::Tensor& t) { return t.narrow(0, 0, 1); };
    CHECK(says(message_of<ShapeError>([&] { (void)hooked(model, "a", cut); }), "a: the hook returned shape [1]"));
}

TEST_CASE("gradients go through an edit in a fork") {
    const Script model(module({{"a", doubling()}}, "return torch.wait(fork(self.a.forward, x))\n"));
    const at::Tensor leaf = at::ones({2}).requires_grad_();
    HookSet hooks;
    const auto handle = hooks.add(site(model, "a"), [](const at::Tensor& t) { return t * t; });
    const auto scope = hooks.activate();
    for (int run = 0; run < 5; ++run) {  // a fork's code is specialised after its first runs
        model(leaf).sum().backward();
        CHECK(leaf.grad().equal(filled(8)));
        leaf.grad().zero_();
    }
}

TEST_CASE("hooks in forks do not run at the same time") {
    const Script model(module({{"a", doubling()}}, "futures = [fork(self.a.forward, x), fork(self.a.forward, x)]\n"
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
    const Module slow = module({{"a", doubling()}}, "y = torch.ones([1000])\n  for i in range(3000):\n"
                                                    "    y = torch.sin(y)\n  return self.a.forward(x) + y[0] * 0\n");
    const Script model(module({{"slow", slow}}, "return x, fork(self.slow.forward, x)\n"));
    std::size_t seen = 0;
    HookSet hooks;
    const auto handle = hooks.add(site(model, "slow.a"), [&](const at::Tensor&) { ++seen; }).may_be_idle();
    const auto scope = hooks.activate();
    const c10::IValue result = model.forward(x);
    const std::size_t seen_in_pass = seen;
    const auto future = result.toTuple()->elements()[1].toFuture();
    future->wait();
    CHECK(future->value().toTensor().equal(filled(2)));
    CHECK(seen == seen_in_pass);
}

TEST_CASE("a replacement in another order of memory does for a view that follows") {
    const Script model(module({{"a", module({}, "return x.unsqueeze(0).expand(3, 2).contiguous()\n")}},
                              "return self.a.forward(x).view([6])\n"));
    const at::Tensor numbers = at::arange(6, at::kFloat).view({2, 3});
    CHECK(hooked(model, "a", [&](const at::Tensor&) { return numbers.t(); }).equal(numbers.t().reshape({6})));
}

TEST_CASE("attributes that a model changes while it runs stay the model's own") {
    Module counting("__torch__.Counting");
    counting.register_attribute("n", c10::IntType::get(), 0);
    counting.define("def forward(self, x):\n  self.n = self.n + 1\n  return x * self.n\n");
    const Script model(module({{"a", counting}}, "return self.a.forward(x)\n"));
    CHECK(model(x).equal(filled(1)));
    CHECK(hooked(model, "a", add_one).equal(filled(3)));
    CHECK(model(x).equal(filled(3)));
    CHECK(counting.attr("n").toInt() == 3);
}
