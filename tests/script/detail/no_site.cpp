// The reasons why a path has no site.
#include "suture/script/detail/no_site.hpp"

#include "suture/script/detail/graph.hpp"

#include "doctest.hpp"
#include "message.hpp"
#include "script/modules.hpp"

#include <memory>
#include <string>

using namespace suture;
using namespace script_modules;
using suture::detail::explain_no_site;
using suture::detail::ScriptInstrumenter;
using suture::detail::ScriptSites;
using suture_test::message_of;

namespace {
std::string reason(const Module& model, const std::string& asked, bool is_frozen = false) {
    const auto copy = ScriptInstrumenter::instrumented(model, std::make_shared<ScriptSites>());
    return message_of<HookError>([&] { explain_no_site(*copy, is_frozen, asked); });
}
}  // namespace

TEST_CASE("a path without a site is explained by the submodules that there are") {
    const Module shared = doubling();
    const Module model = module({{"a", shared}, {"b", shared}, {"c", doubling()}}, "return self.a.forward(x)\n");
    CHECK(reason(model, "b.input") == "no site matches 'b.input': 'b' is the same module as 'a': use that path");
    CHECK(
        reason(model, "c") ==
        "no site matches 'c': 'c' is never called by forward, as far as the model's code shows: hook a module that is "
        "called, inside it or around it");
    CHECK(reason(model, "c", true) ==
          "no site matches 'c': 'c' is never called by forward, as far as the model's code shows: it was frozen or "
          "optimised for inference; save it unfrozen");
    CHECK(
        reason(model, "a.output.1") ==
        "no site matches 'a.output.1': 'a' takes (Tensor) and returns Tensor: sites are the Tensors in these, alone or "
        "in tuples, lists, dictionaries and optionals. Hook a module before or after it");
}

TEST_CASE("a model without submodules says so, and a path that fits no submodule is left unexplained") {
    CHECK(reason(doubling(), "l") ==
          "no site matches 'l': this TorchScript model has no submodules: hook its result '' or its argument 'input'");
    const auto copy = ScriptInstrumenter::instrumented(module({{"a", doubling()}}, "return self.a.forward(x)\n"),
                                                       std::make_shared<ScriptSites>());
    CHECK_NOTHROW(explain_no_site(*copy, false, "z"));
}

TEST_CASE("a path of a method, or of an attribute that is not a module, says what it is") {
    Module inner = module({}, "def forward(self, x):\n  return self.scaled(x)\ndef scaled(self, x):\n  return x * 2\n");
    inner.register_attribute("size", c10::IntType::get(), 3);
    inner.register_parameter("weight", x, false);
    const Module model = module({{"a", inner}}, "return self.a.forward(x)\n");
    CHECK(reason(model, "a.scaled") ==
          "no site matches 'a.scaled': a.scaled is a method: only the forward of a submodule has sites; hook a module "
          "that "
          "the method calls");
    CHECK(reason(model, "a.forward") ==
          "no site matches 'a.forward': a.forward is a method, whose result is the site of a: write 'a'");
    CHECK(reason(model, "a.size") ==
          "no site matches 'a.size': a.size is an attribute of type int and not a module: hook the module that "
          "computes with "
          "it, a");
    CHECK(reason(model, "a.weight") ==
          "no site matches 'a.weight': a.weight is an attribute of type Tensor and not a module: hook the module that "
          "computes "
          "with it, a");
}
