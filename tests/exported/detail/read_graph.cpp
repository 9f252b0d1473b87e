#include "suture/exported/detail/read_graph.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

#include <functional>
#include <limits>
#include <string>

using namespace suture::detail;
using namespace suture_test;
using suture::FileError;

namespace {
/// x -> relu -> mul by 2, in modules.
GraphText small() {
    GraphText graph;
    graph.input("x", {"s0", 4});
    graph.trace = "  File \"/lib/python/torch/nn/functional.py\", line 12, in relu\n    return f(x)\n";
    graph.node("relu", "relu.default", {{"self", tensor("x")}}, {"s0", 4}, "act");
    graph.trace.clear();
    graph.node("mul", "mul.Tensor", {{"self", tensor("relu")}, {"other", number(2)}}, {"s0", 4});
    graph.output("mul");
    return graph;
}
std::string refusal(Json json) {
    return message_of<FileError>([&] { GraphReader::read(json.dump()); });
}
std::string refusal(const GraphText& text) { return refusal(text.json()); }
/// The refusal of the small graph after it has been spoilt.
std::string spoilt(const std::function<void(Json&)>& spoil) {
    Json json = small().json();
    spoil(json);
    return refusal(json);
}
Json& first_node(Json& json) { return json["graph_module"]["graph"]["nodes"][0]; }
}  // namespace

TEST_CASE("a graph has its values, nodes, modules and lines of Python") {
    const ExportedGraph graph = small().read();
    CHECK(graph.torch_version == "2.13.0");
    REQUIRE(graph.nodes.size() == 2);
    CHECK(graph.nodes[0].text() == "node relu (torch.ops.aten.relu.default) of act, functional.py:12");
    CHECK(graph.nodes[1].modules.empty());
    REQUIRE(graph.values.size() == 3);
    CHECK(graph.values[0].name == "x");
    CHECK(graph.values[0].defined_by == no_node);
    CHECK(graph.values[1].defined_by == 0);
    CHECK(graph.modules == std::vector<std::string>{"act"});
    REQUIRE(graph.inputs.size() == 1);
    CHECK(graph.inputs[0].name == "x");
    CHECK(graph.outputs[0].name == "output");
    CHECK(graph.nodes[1].arguments[1].items[0].constant.toInt() == 2);
}

TEST_CASE("infinities and the largest integer are numbers in arguments") {
    GraphText text = small();
    text.node("where", "where.ScalarOther",
              {{"condition", tensor("mul")}, {"self", tensor("mul")}, {"other", {{"as_float", "-Infinity"}}}},
              {"s0", 4});
    text.node("slice", "slice.Tensor",
              {{"self", tensor("mul")}, {"end", number(std::numeric_limits<std::int64_t>::max())}}, {"s0", 4});
    const ExportedGraph graph = text.read();
    CHECK(graph.nodes[2].arguments[2].items[0].constant.toDouble() == -std::numeric_limits<double>::infinity());
    CHECK(graph.nodes[3].arguments[1].items[0].constant.toInt() == std::numeric_limits<std::int64_t>::max());
    text.node("bad", "mul.Tensor", {{"self", tensor("mul")}, {"other", {{"as_float", "huge"}}}}, {"s0", 4});
    CHECK(says(refusal(text), "huge", "not a number"));
}

TEST_CASE("a value that is used before it is defined, or defined twice, is refused by its name") {
    CHECK(says(spoilt([](Json& json) {
                   std::swap(json["graph_module"]["graph"]["nodes"][0], json["graph_module"]["graph"]["nodes"][1]);
               }),
               "mul", "relu", "nothing before it defines"));
    CHECK(says(spoilt([](Json& json) { first_node(json)["outputs"][0]["as_tensor"]["name"] = "x"; }), "x",
               "defined twice"));
    // A circle.
    CHECK(says(spoilt([](Json& json) { first_node(json)["inputs"][0]["arg"]["as_tensor"]["name"] = "mul"; }), "mul",
               "nothing before it defines"));
    CHECK(
        says(spoilt([](Json& json) { json["graph_module"]["graph"]["outputs"][0]["as_tensor"]["name"] = "y"; }), "y"));
}

TEST_CASE("another major version of the format, and what is not a model, are refused") {
    CHECK(says(spoilt([](Json& json) { json["schema_version"]["major"] = 9; }), "version 9", "PyTorch 2.9"));
    CHECK(says(spoilt([](Json& json) { json.erase("graph_module"); }), "graph_module"));
    CHECK(says(refusal(Json::array()), "JSON object"));
    CHECK(says(message_of<FileError>([] { GraphReader::read("{"); }), "not JSON"));
    for (const char* key : {"signature", "graph", "module_call_graph"})
        CHECK(says(spoilt([key](Json& json) { json["graph_module"].erase(key); }), key));
    for (const char* key : {"outputs", "nodes", "tensor_values"})
        CHECK(says(spoilt([key](Json& json) { json["graph_module"]["graph"][key] = 3; }), "export"));
}

TEST_CASE("kinds of arguments, inputs and outputs that cannot be run are refused by name, with the node") {
    for (const char* kind : {"as_custom_obj", "as_operator", "as_complex", "as_nested_tensors", "as_int_lists",
                             "as_string_to_argument", "as_new_kind"})
        CHECK(says(spoilt([kind](Json& json) {
                       first_node(json)["inputs"][0]["arg"] = {{kind, 1}};
                   }),
                   "relu", kind, "cannot be run"));
    CHECK(says(spoilt([](Json& json) {
                   first_node(json)["inputs"][0]["arg"] = {{"as_int", 1}, {"as_none", true}};
               }),
               "union"));
    CHECK(says(spoilt([](Json& json) {
                   first_node(json)["outputs"][0] = {{"as_custom_obj", 1}};
               }),
               "result", "as_custom_obj"));
    CHECK(says(spoilt([](Json& json) {
                   json["graph_module"]["signature"]["input_specs"][0] = {{"custom_obj", {{"arg", 1}}}};
               }),
               "custom_obj", "cannot be run"));
    CHECK(says(spoilt([](Json& json) {
                   json["graph_module"]["signature"]["output_specs"][0] = {{"buffer_mutation", {{"arg", 1}}}};
               }),
               "buffer_mutation", "run_decompositions"));
    CHECK(says(spoilt([](Json& json) { first_node(json)["target"] = "torch.ops.higher_order.cond"; }), "cond",
               "sub-graph", "torch.where"));
}

TEST_CASE("a module stack that does not name modules of the model is refused") {
    for (const char* stack : {"L__self__a,b,c", "no commas", "L__self__act,act,x,Module", "k,act.other,Module"})
        CHECK(says(spoilt([stack](Json& json) { first_node(json)["metadata"]["nn_module_stack"] = stack; }),
                   "not among the modules"));
    // A merged size has this instead of a stack.
    Json json = small().json();
    first_node(json)["metadata"]["nn_module_stack"] =
        "_empty_nn_module_stack_from_metadata_hook,_empty_nn_module_stack_from_metadata_hook,x";
    CHECK(GraphReader::read(json.dump()).nodes[0].modules.empty());
}

TEST_CASE("a second call of a module is told by the mark on its key") {
    GraphText text;
    text.input("x", {4}).node("a", "relu.default", {{"self", tensor("x")}}, {4}, "act");
    text.node("b", "relu.default", {{"self", tensor("a")}}, {4}, "act@1").output("b");
    const ExportedGraph graph = text.read();
    CHECK(graph.nodes[0].modules.back() == ModuleCall{"act", 0});
    CHECK(graph.nodes[1].modules.back() == ModuleCall{"act", 1});
    CHECK(graph.modules == std::vector<std::string>{"act"});
}

TEST_CASE("a sub-graph that switches gradients off is inlined, and its names are its own") {
    GraphText inner;
    inner.describe("relu", {4}, 7);
    inner.node("relu", "relu.default", {{"self", tensor("y")}}, {4}, "act");
    const Json graph{{"inputs", {tensor("y")}},
                     {"outputs", {tensor("relu")}},
                     {"nodes", inner.nodes},
                     {"tensor_values", inner.tensor_values}};
    GraphText text;
    text.paths = {"act"};
    text.input("x", {4}).node("relu", "relu.default", {{"self", tensor("x")}}, {4});
    text.describe("out", {4}, 7);
    text.add("wrapped", "torch.ops.higher_order.wrap_with_set_grad_enabled",
             {{"", {{"as_bool", false}}},
              {"", {{"as_graph", {{"name", "submod"}, {"graph", graph}}}}},
              {"", tensor("relu")}},
             Json::array({tensors({"out"})}), "");
    text.output("out");
    const ExportedGraph read = text.read();
    REQUIRE(read.nodes.size() == 2);
    CHECK(read.nodes[1].mode.grad == false);
    CHECK_FALSE(read.nodes[0].mode.grad.has_value());
    CHECK(read.nodes[1].arguments[0].items[0].value == 1);
    CHECK(read.outputs[0].item.value == 2);

    Json spoilt_graph = text.json();
    spoilt_graph["graph_module"]["graph"]["nodes"][1]["inputs"].push_back({{"name", ""}, {"arg", tensor("x")}});
    CHECK(says(refusal(spoilt_graph), "takes 1 values and is given 2"));
}

TEST_CASE("a sub-graph under autocast gives its nodes the dtype") {
    GraphText inner;
    inner.node("relu", "relu.default", {{"self", tensor("y")}}, {4});
    const Json graph{{"inputs", {tensor("y")}},
                     {"outputs", {tensor("relu")}},
                     {"nodes", inner.nodes},
                     {"tensor_values", inner.tensor_values}};
    GraphText text;
    text.input("x", {4});
    text.describe("out", {4}, 7);
    text.add("wrapped", "torch.ops.higher_order.wrap_with_autocast",
             {{"", {{"as_string", "cpu"}}},
              {"", {{"as_scalar_type", 13}}},
              {"", {{"as_bool", true}}},
              {"", {{"as_bool", true}}},
              {"", {{"as_graph", {{"name", "submod"}, {"graph", graph}}}}},
              {"", tensor("x")}},
             Json::array({tensor("out")}), "");
    const ExportedGraph read = text.output("out").read();
    REQUIRE(read.nodes[0].mode.autocast.has_value());
    CHECK(read.nodes[0].mode.autocast->dtype == at::kBFloat16);
    CHECK(read.nodes[0].mode.autocast->is_enabled);
}

TEST_CASE("arguments that are no tensors are fixed, and ranges of sizes are read") {
    GraphText text = small();
    text.constant("use_cache", {{"as_bool", false}});
    text.ranges = {{"s0", {{"min_val", 2}, {"max_val", 64}}}, {"s1", {{"min_val", 3}, {"max_val", nullptr}}}};
    const ExportedGraph graph = text.read();
    CHECK(graph.inputs[1].kind == ExportedInput::Kind::constant);
    CHECK(graph.inputs[1].constant.toBool() == false);
    CHECK(graph.ranges.at("s0").most == 64);
    CHECK_FALSE(graph.ranges.at("s1").most.has_value());
}
