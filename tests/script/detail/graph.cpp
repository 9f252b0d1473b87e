// The statements that TorchScript allows in a forward, and what hooks see of them.
#include "suture/script/detail/graph.hpp"

#include "suture/hook/hook_set.hpp"
#include "suture/script/script.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"
#include "script/modules.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using namespace script_modules;
using suture_test::message_of;
using suture_test::says;

namespace {

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

TEST_CASE("asking for the number of a call outside of a hook is refused") {
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

TEST_CASE("modules of one class that share their code are distinguished") {
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
    hooks.add(site(model, "b.input"), note);
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
    const Script list(
        module({{"a", module({}, "return [x, x * 2]\n")}}, "y = self.a.forward(x)\n  return y[0] * 10 + y[1]\n"));
    CHECK(hooked(list, "a", add_one).equal(filled(23)));
    const Script dict(module({{"a", module({}, "return {'one': x, 'two': x * 2}\n")}},
                             "y = self.a.forward(x)\n  return y['one'] * 10 + y['two']\n"));
    CHECK(hooked(dict, "a", add_one).equal(filled(23)));
}

TEST_CASE("a list that is edited on its way into a submodule stays unchanged elsewhere") {
    const Script model(module({{"a", module({}, "def forward(self, x: List[Tensor]):\n  return x[0]\n")}},
                              "y = [x]\n  z = self.a.forward(y)\n  return z * 10 + y[0]\n"));
    CHECK(hooked(model, "a.input", add_one).equal(filled(21)));
}

TEST_CASE("a list that a submodule writes is written where nothing was edited") {
    const Module appending = module({}, "def forward(self, x: List[Tensor]):\n  x.append(x[0])\n  return x[0]\n");
    const Script model(module({{"a", appending}}, "y = [x]\n  z = self.a.forward(y)\n  return z * len(y)\n"));
    CHECK(hooked(model, "a.input", look).equal(filled(2)));
}

TEST_CASE("an optional argument has a site, where hooks do not run for None") {
    const Script model(module({{"a", module({},
                                            "def forward(self, x, y: Optional[Tensor]=None):\n"
                                            "  if y is not None:\n    x = x + y\n  return x\n")}},
                              "return self.a.forward(self.a.forward(x), x)\n"));
    std::size_t seen = 0;
    CHECK(hooked(model, "a.input.1", [&](const at::Tensor& t) { return ++seen, t * 10; }).equal(filled(11)));
    CHECK(seen == 1);
}

TEST_CASE("a method that is not forward is part of what calls it") {
    const Script model(module({{"a", module({},
                                            "def more(self, x):\n  return x * 3\ndef forward_features(self, x):\n"
                                            "  return x * 5\ndef forward(self, x):\n  return self.more(x)\n")}},
                              "return self.a.forward(x) + self.a.forward_features(x)\n"));
    CHECK(hooked(model, "a", add_one).equal(filled(9)));
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

TEST_CASE("an overloaded forward has sites, whichever of its kinds is called") {
    const Module two = module({},
                              "def forward__0(self, x):\n  return x * 2\n"
                              "def forward__1(self, x, factor: float):\n  return x * factor\n");
    const Script model(module({{"a", two}}, "return self.a.forward__0(x) + self.a.forward__1(x, 5.0)\n"));
    CHECK(hooked(model, "a", add_one).equal(filled(9)));
    CHECK(hooked(model, "a.input", add_one).equal(filled(14)));
}

TEST_CASE("a scripted method called forward1 is part of the forward that it serves") {
    const Module serving = module({},
                                  "def forward2(self, x):\n  return x * 2\ndef forward1(self, x):\n"
                                  "  return self.forward2(x) * 3\ndef forward(self, x):\n  return self.forward1(x)\n");
    const Module named = module({}, "def forward3(self, x):\n  return x * 2\ndef forward(self, x):\n  return x\n");
    for (const auto& [inner, expected] : {std::pair(serving, 7.0), std::pair(named, 2.0)}) {
        const Script model(module({{"a", inner}}, "return self.a.forward(x)\n"));
        CHECK(hooked(model, "a", add_one).equal(filled(expected)));
    }
    const Script bare(module({{"a", named}}, "return self.a.forward3(x)\n"));
    CHECK(says(message_of<HookError>([&] { (void)site(bare, "a"); }), "'a' is never called by forward"));
}

TEST_CASE("a trace numbers its forwards from the inside out, and each is a call") {
    const Module recursive = module({},
                                    "def forward(self, x):\n  return x * 2\n"
                                    "def forward1(self, x):\n  return self.forward(x) * 2\n");
    const Script model(module({{"a", recursive}}, "return self.a.forward1(x)\n"));
    std::vector<std::pair<std::string, std::int64_t>> calls;
    const auto note = [&](const at::Tensor&, const Site& at) { calls.emplace_back(at.name(), script::call_number()); };
    HookSet hooks;
    hooks.add(site(model, "a"), note);
    hooks.add(site(model, "a.input"), note);
    const auto scope = hooks.activate();
    (void)model(x);
    CHECK(calls == decltype(calls){{"a.input", 0}, {"a.input", 1}, {"a", 1}, {"a", 0}});
}

TEST_CASE("a submodule that another one of its class takes the place of keeps its hooks") {
    const Module first = module({{"inner", doubling()}}, "return self.inner.forward(x)\n"), second = first.deepcopy();
    Module outer = module({{"a", first}}, "return self.a.forward(x)\n");
    const Script model(outer);
    CHECK(hooked(model, "a.inner", add_one).equal(filled(3)));
    HookSet hooks;
    const auto key = hooks.add(site(model, "a.inner"), add_one);
    const auto scope = hooks.activate();
    outer.setattr("a", second._ivalue());
    CHECK(model(x).equal(filled(3)));
    CHECK(key.fired() == 1);
}

TEST_CASE("a module without forward has no sites") {
    const Script model(Module("__torch__.Empty"));
    CHECK(says(message_of<HookError>([&] { (void)site(model, ""); }), "no forward"));
}
