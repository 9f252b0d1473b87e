// The paths and sites of a TorchScript model's submodules, and whether a copy of it is current.
#include "suture/script/detail/copy.hpp"

#include "suture/script/detail/graph.hpp"

#include "doctest.hpp"
#include "script/modules.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace suture;
using namespace script_modules;
using suture::detail::script_site_path;
using suture::detail::ScriptCopy;
using suture::detail::ScriptInstrumenter;
using suture::detail::ScriptSites;

namespace {
std::shared_ptr<const ScriptCopy> copy_of(const Module& model) {
    return ScriptInstrumenter::instrumented(model, std::make_shared<ScriptSites>());
}
}  // namespace

TEST_CASE("the path of a module is the site of its first output; others say what they are") {
    CHECK(script_site_path("h.0", false, 0) == "h.0");
    CHECK(script_site_path("h.0", false, 2) == "h.0.output.2");
    CHECK(script_site_path("h.0", true, 0) == "h.0.input");
    CHECK(script_site_path("h.0", true, 1) == "h.0.input.1");
    CHECK(script_site_path("", false, 0).empty());
    CHECK(script_site_path("", false, 1) == "output.1");
    CHECK(script_site_path("", true, 0) == "input");
}

TEST_CASE("a path has one site, which stays the same, however many others are asked for") {
    ScriptSites sites;
    const Site& first = sites.at("h.0", false, 0);
    const std::uint64_t id = first.id();
    for (std::size_t i = 0; i < 100; ++i) (void)sites.at("h." + std::to_string(i), true, i);
    CHECK(&sites.at("h.0", false, 0) == &first);
    CHECK(first.id() == id);
    CHECK(first.name() == "h.0");
    CHECK(sites.at("h.0", true, 0).id() != id);
    CHECK(sites.at("", false, 0).name() == "the model's output");
}

TEST_CASE("a copy lists the model and its submodules in order, with their sites and types") {
    const auto copy = copy_of(module({{"a", doubling()}, {"b", doubling()}}, "return self.a.forward(x)\n"));
    REQUIRE(copy->modules.size() == 3);
    CHECK(copy->modules[0].path.empty());
    CHECK(copy->modules[1].path == "a");
    CHECK(copy->modules[1].called);
    CHECK(copy->modules[1].takes == "Tensor");
    CHECK(copy->modules[1].gives == "Tensor");
    REQUIRE(copy->modules[1].inputs.size() == 1);
    CHECK(copy->modules[1].inputs[0]->name() == "a.input");
    CHECK_FALSE(copy->modules[2].called);
    CHECK(copy->modules[2].inputs.empty());
    CHECK(copy->index.at(copy->modules[2].object.get()) == 2);
}

TEST_CASE("a module that stands under two paths is listed under the first") {
    const Module shared = doubling();
    const auto copy = copy_of(module({{"a", shared}, {"b", shared}}, "return self.b.forward(x)\n"));
    REQUIRE(copy->modules.size() == 2);
    CHECK(copy->modules[1].path == "a");
    CHECK(copy->other_paths.at("b") == "a");
}

TEST_CASE("a copy is current until a module whose code it took is replaced") {
    const Module a = doubling(), b = a.copy(), other = a.copy();  // of one type, as an attribute's values must be
    Module model = module({{"a", a}, {"b", b}}, "return self.a.forward(x)\n");
    const auto copy = copy_of(model);
    CHECK(copy->is_current());
    model.setattr("b", other._ivalue());
    CHECK(copy->is_current());  // no code was taken from b
    model.setattr("a", b._ivalue());
    CHECK_FALSE(copy->is_current());
    model.setattr("a", a._ivalue());
    CHECK(copy->is_current());
}
