#include "suture/exported/detail/no_site.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

using namespace suture;
using namespace suture_test;

namespace {
GraphText model() {
    GraphText text;
    text.input("x", {4}).node("cos", "cos.default", {{"self", tensor("x")}}, {4}, "h;h.0;h.0.rotary");
    text.node("sin", "sin.default", {{"self", tensor("x")}}, {4}, "h;h.0;h.0.rotary");
    text.node("sum", "add.Tensor", {{"self", tensor("cos")}, {"other", tensor("sin")}}, {4}, "h;h.0").output("sum");
    text.paths.push_back("h.0.nothing");
    return text;
}
std::string why(const std::string& asked) {
    RunningGraph graph(model());
    return message_of<HookError>([&] { suture::detail::explain_no_site(graph.model, asked); });
}
}  // namespace

TEST_CASE("a module of several results says how to export it again") {
    CHECK(says(why("h.0.rotary"), "h.0.rotary", "several of its tensors",
               "preserve_module_call_signature=(\"h.0.rotary\",)"));
    CHECK(says(why("h.*.rotary"), "h.0.rotary", "several"));
}

TEST_CASE("a further call of a module of several results says the same") {
    GraphText text = model();
    text.outputs.clear();
    text.output_specs.clear();
    text.node("cos_1", "cos.default", {{"self", tensor("sum")}}, {4}, "h;h.0;h.0.rotary@1");
    text.node("sin_1", "sin.default", {{"self", tensor("sum")}}, {4}, "h;h.0;h.0.rotary@1");
    text.node("last", "add.Tensor", {{"self", tensor("cos_1")}, {"other", tensor("sin_1")}}, {4}, "h").output("last");
    RunningGraph graph(text);
    const std::string why =
        message_of<HookError>([&] { suture::detail::explain_no_site(graph.model, "h.0.rotary@1"); });
    CHECK(says(why, "h.0.rotary@1 has no site", "several of its tensors",
               "preserve_module_call_signature=(\"h.0.rotary\",)"));
}

TEST_CASE("a module without a node says so") {
    CHECK(says(why("h.0.nothing"), "left no operator", "Identity"));
    CHECK(says(why("h.0.nothing.input"), "left no operator"));
}

TEST_CASE("operators that are not there are answered with those that are") {
    CHECK(says(why("h.0:softmax"), "h.0 has the operators add, add.input, add.input.1"));
    CHECK(says(why("h.0.nothing:softmax"), "no operators of its own"));
    CHECK(says(why("h.*:softmax"), "add"));
}

TEST_CASE("an input or output that a module has not is answered with those that it has") {
    CHECK(says(why("h.0.input.3"), "the sites of h.0 are h.0, h.0.input"));
}

TEST_CASE("what names no module is left to the words for all models") {
    CHECK(why("g.0") == "nothing was thrown");
    CHECK(why("g:softmax") == "nothing was thrown");
    RunningGraph graph(model());
    CHECK(suture::detail::known_modules(graph.model).size() == 5);
}
