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
using suture::detail::module_part;
using suture::detail::ScriptInstrumenter;
using suture::detail::ScriptSites;
using suture_test::message_of;

namespace {
std::string reason(const Module& model, const std::string& asked, bool is_frozen = false) {
    const auto copy = ScriptInstrumenter::instrumented(model, std::make_shared<ScriptSites>());
    return message_of<HookError>([&] { explain_no_site(*copy, is_frozen, asked); });
}
}  // namespace

TEST_CASE("the module is what remains of a path without the kind and the number of its site") {
    CHECK(module_part("h.0.attn") == "h.0.attn");
    CHECK(module_part("h.0.attn.input") == "h.0.attn");
    CHECK(module_part("h.0.attn.input.1") == "h.0.attn");
    CHECK(module_part("h.0.attn.output.2") == "h.0.attn");
    CHECK(module_part("h.0") == "h.0");
    CHECK(module_part("input").empty());
    CHECK(module_part("output.1").empty());
    CHECK(module_part("").empty());
}

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
