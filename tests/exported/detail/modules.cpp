#include "suture/exported/detail/modules.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <string>

using namespace suture::detail;
using namespace suture_test;

namespace {
const ModuleUse& use_of(const std::vector<ModuleUse>& uses, const std::string& path) {
    for (const ModuleUse& use : uses)
        if (path_of_call(use.call) == path) return use;
    throw std::runtime_error("no use of " + path);
}
std::string names(const ExportedGraph& graph, const std::vector<ValueIndex>& values) {
    std::string all;
    for (const ValueIndex value : values) all += (all.empty() ? "" : " ") + graph.values[value].name;
    return all;
}
/// A norm whose first node returns the stream that it is given, and a sum outside of it that reads the stream by the name
/// that this node took over.
GraphText norm_and_stream() {
    GraphText text;
    text.input("x", {2, 4}).node("relu", "relu.default", {{"self", tensor("x")}}, {2, 4});
    text.node("to", "to.dtype", {{"self", tensor("relu")}, {"dtype", {{"as_scalar_type", 7}}}}, {2, 4},
              "block;block.norm");
    text.node("norm", "softmax.int", {{"self", tensor("to")}, {"dim", number(-1)}}, {2, 4}, "block;block.norm");
    text.node("mlp", "exp.default", {{"self", tensor("norm")}}, {2, 4}, "block;block.mlp");
    text.node("sum", "add.Tensor", {{"self", tensor("to")}, {"other", tensor("mlp")}}, {2, 4}, "block");
    return text.output("sum");
}
}  // namespace

TEST_CASE("the output of a module is the tensor of it that is used outside, and its inputs come from outside") {
    ExportedGraph graph = norm_and_stream().read();
    const auto uses = ModuleReader(graph).read();
    CHECK(names(graph, use_of(uses, "block.norm").outputs) == "norm");
    CHECK(names(graph, use_of(uses, "block.mlp").inputs) == "norm");
    CHECK(names(graph, use_of(uses, "block").outputs) == "sum");
    CHECK(names(graph, use_of(uses, "block").inputs) == "relu");
}

TEST_CASE("what reads an identity of a module from outside reads its source") {
    ExportedGraph graph = norm_and_stream().read();
    const auto uses = ModuleReader(graph).read();
    CHECK(names(graph, use_of(uses, "block.norm").inputs) == "relu");
    CHECK(graph.values[graph.nodes.back().arguments[0].items[0].value].name == "relu");
}

TEST_CASE("an identity that is the module's output stays what is read") {
    GraphText text;
    text.input("x", {4}).node("lin", "exp.default", {{"self", tensor("x")}}, {4}, "attn;attn.proj");
    text.node("drop", "dropout.default",
              {{"input", tensor("lin")}, {"p", {{"as_float", 0.1}}}, {"train", {{"as_bool", false}}}}, {4},
              "attn;attn.drop");
    text.node("sum", "add.Tensor", {{"self", tensor("drop")}, {"other", tensor("x")}}, {4}).output("sum");
    ExportedGraph graph = text.read();
    const auto uses = ModuleReader(graph).read();
    CHECK(names(graph, use_of(uses, "attn").outputs) == "drop");
    CHECK(names(graph, use_of(uses, "attn.drop").outputs) == "drop");
    CHECK(names(graph, use_of(uses, "attn.drop").inputs) == "lin");
    CHECK(graph.values[graph.nodes.back().arguments[0].items[0].value].name == "drop");
}

TEST_CASE("a block that begins with a dropout does not change what is read outside of it") {
    const auto dropout = [](const std::string& given) -> GraphText::Arguments {
        return {{"input", tensor(given)}, {"p", {{"as_float", 0.1}}}, {"train", {{"as_bool", false}}}};
    };
    GraphText text;
    text.input("x", {4}).node("stream", "exp.default", {{"self", tensor("x")}}, {4});
    text.node("drop", "dropout.default", dropout("stream"), {4}, "block;block.drop");
    text.node("pattern", "softmax.int", {{"self", tensor("drop")}, {"dim", number(-1)}}, {4}, "block");
    text.node("seen", "dropout.default", dropout("pattern"), {4}, "block;block.attn_drop");
    text.node("out", "cos.default", {{"self", tensor("seen")}}, {4}, "block");
    text.node("sum", "add.Tensor", {{"self", tensor("drop")}, {"other", tensor("out")}}, {4});
    ExportedGraph graph = text.output("sum").output("seen").read();
    const auto uses = ModuleReader(graph).read();
    CHECK(graph.values[graph.nodes.back().arguments[0].items[0].value].name == "stream");
    CHECK(names(graph, use_of(uses, "block.drop").outputs) == "drop");
    CHECK(names(graph, use_of(uses, "block").inputs) == "stream");
    CHECK(graph.values[graph.outputs[1].item.value].name == "seen");  // the block returns it beside its output
}

TEST_CASE("a conversion that changes the dtype is no identity") {
    GraphText text;
    text.input("x", {4}, 13);
    text.node("to", "to.dtype", {{"self", tensor("x")}, {"dtype", {{"as_scalar_type", 7}}}}, {4}, "norm");
    text.node("norm", "exp.default", {{"self", tensor("to")}}, {4}, "norm");
    text.node("sum", "add.Tensor", {{"self", tensor("to")}, {"other", tensor("norm")}}, {4}).output("sum");
    ExportedGraph graph = text.read();
    const auto uses = ModuleReader(graph).read();
    CHECK(use_of(uses, "norm").outputs.empty());
    CHECK(use_of(uses, "norm").no_output.find("several") == 0);
}

TEST_CASE("a module of several results has an output only if its signature was preserved") {
    GraphText text;
    text.input("x", {4}).node("cos", "cos.default", {{"self", tensor("x")}}, {4}, "rotary");
    text.node("sin", "sin.default", {{"self", tensor("x")}}, {4}, "rotary");
    text.node("sum", "add.Tensor", {{"self", tensor("cos")}, {"other", tensor("sin")}}, {4}).output("sum");
    ExportedGraph graph = text.read();
    CHECK(use_of(ModuleReader(graph).read(), "rotary").no_output.find("several") == 0);

    Json json = text.json();
    json["graph_module"]["module_call_graph"][1]["signature"] = {{"inputs", {tensor("x"), {{"as_bool", true}}}},
                                                                 {"outputs", {tensor("sin"), tensor("cos")}}};
    ExportedGraph preserved = GraphReader::read(json.dump());
    const auto uses = ModuleReader(preserved).read();
    CHECK(names(preserved, use_of(uses, "rotary").outputs) == "sin cos");
    CHECK(names(preserved, use_of(uses, "rotary").inputs) == "x");
}

TEST_CASE("activations are inputs before positions and masks, whatever is read first") {
    GraphText text;
    text.input("positions", {4}, 5).input("x", {4}).input("mask", {4}, 12).input("y", {4});
    text.node("at", "mul.Tensor", {{"self", tensor("positions")}, {"other", tensor("mask")}}, {4}, "gate");
    text.node("z", "mul.Tensor", {{"self", tensor("y")}, {"other", tensor("at")}}, {4}, "gate");
    text.node("out", "mul.Tensor", {{"self", tensor("z")}, {"other", tensor("x")}}, {4}, "gate").output("out");
    ExportedGraph graph = text.read();
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "gate").inputs) == "y x positions mask");
}

TEST_CASE("ids by which a module looks up embeddings are an input like activations") {
    GraphText text;
    text.input("mask", {4}, 5).input("ids", {4}, 5).input("states", {4}).parameter("w", {9, 4});
    text.node("seen", "mul.Tensor", {{"self", tensor("mask")}, {"other", tensor("mask")}}, {4}, "decoder");
    text.describe("rows", {1, 4}, 5);
    text.add("rows", "unsqueeze.default", {{"self", tensor("ids")}, {"dim", number(0)}}, Json::array({tensor("rows")}),
             "decoder");
    text.node("at", "embedding.default", {{"weight", tensor("p_w")}, {"indices", tensor("rows")}}, {1, 4, 4},
              "decoder");
    text.node("out", "add.Tensor", {{"self", tensor("at")}, {"other", tensor("states")}}, {1, 4, 4}, "decoder");
    text.output("out").output("seen");
    ExportedGraph graph = text.read();
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "decoder").inputs) == "ids states mask");
}

TEST_CASE("an argument of a preserved signature that the module does not read is no input") {
    GraphText text;
    text.input("mask", {4}).input("x", {4}).input("positions", {4});
    text.node("a", "mul.Tensor", {{"self", tensor("positions")}, {"other", tensor("x")}}, {4}, "attn").output("a");
    Json json = text.json();
    json["graph_module"]["module_call_graph"][1]["signature"] = {
        {"inputs", {tensor("mask"), tensor("x"), tensor("positions")}}, {"outputs", {tensor("a")}}};
    ExportedGraph graph = GraphReader::read(json.dump());
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "attn").inputs) == "x positions");
}

TEST_CASE("an input of a preserved signature may have the name of an identity in another module") {
    GraphText text = norm_and_stream();
    text.outputs.clear();
    text.output_specs.clear();
    text.node("last", "exp.default", {{"self", tensor("to")}}, {2, 4}, "block;block.last").output("last");
    Json json = text.json();
    for (Json& call : json["graph_module"]["module_call_graph"])
        if (call["fqn"] == "block.last")
            call["signature"] = {{"inputs", {tensor("to")}}, {"outputs", {tensor("last")}}};
    ExportedGraph graph = GraphReader::read(json.dump());
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "block.last").inputs) == "relu");
}

TEST_CASE("an identity that a preserved signature names as a result stays what is read") {
    GraphText text;
    text.input("x", {4}).node("a", "cos.default", {{"self", tensor("x")}}, {4}, "rotary");
    text.node("b", "sin.default", {{"self", tensor("x")}}, {4}, "rotary");
    for (const char* const name : {"a", "b"})
        text.node(std::string("to_") + name, "to.dtype", {{"self", tensor(name)}, {"dtype", {{"as_scalar_type", 7}}}},
                  {4}, "rotary");
    text.node("sum", "add.Tensor", {{"self", tensor("to_a")}, {"other", tensor("to_b")}}, {4}).output("sum");
    Json json = text.json();
    json["graph_module"]["module_call_graph"][1]["signature"] = {{"inputs", {tensor("x")}},
                                                                 {"outputs", {tensor("to_a"), tensor("to_b")}}};
    ExportedGraph graph = GraphReader::read(json.dump());
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "rotary").outputs) == "to_a to_b");
    CHECK(graph.values[graph.nodes.back().arguments[0].items[0].value].name == "to_a");
    CHECK(graph.values[graph.nodes.back().arguments[1].items[0].value].name == "to_b");
}

TEST_CASE("a preserved signature may name a result by an identity in a module within") {
    GraphText text = norm_and_stream();
    text.output("to");
    Json json = text.json();
    for (Json& call : json["graph_module"]["module_call_graph"]) {
        if (call["fqn"] == "block")
            call["signature"] = {{"inputs", {tensor("relu")}}, {"outputs", {tensor("sum"), tensor("to")}}};
        if (call["fqn"] == "block.norm")
            call["signature"] = {{"inputs", {tensor("relu")}}, {"outputs", {tensor("norm")}}};
    }
    ExportedGraph graph = GraphReader::read(json.dump());
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "block").outputs) == "sum relu");
    CHECK(graph.values[graph.outputs[1].item.value].name == "relu");
}

TEST_CASE("a result of the model under the name of an identity in a module is its source") {
    GraphText text = norm_and_stream();
    text.output("to");
    ExportedGraph graph = text.read();
    ModuleReader(graph).read();
    CHECK(graph.values[graph.outputs[0].item.value].name == "sum");
    CHECK(graph.values[graph.outputs[1].item.value].name == "relu");
}

TEST_CASE("a result that nothing uses is the last tensor that the module makes") {
    GraphText text;
    text.input("x", {4}).node("a", "cos.default", {{"self", tensor("x")}}, {4}, "pooler");
    text.node("b", "sin.default", {{"self", tensor("a")}}, {4}, "pooler");
    text.node("sum", "exp.default", {{"self", tensor("x")}}, {4}).output("sum");
    ExportedGraph graph = text.read();
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "pooler").outputs) == "b");
}

TEST_CASE("each call of a module is a use of its own, and weights are no inputs") {
    GraphText text;
    text.input("x", {4}).parameter("same.weight", {4});
    text.node("a", "mul.Tensor", {{"self", tensor("x")}, {"other", tensor("p_same_weight")}}, {4}, "same");
    text.node("b", "mul.Tensor", {{"self", tensor("a")}, {"other", tensor("p_same_weight")}}, {4}, "same@1");
    ExportedGraph graph = text.output("b").read();
    const auto uses = ModuleReader(graph).read();
    CHECK(names(graph, use_of(uses, "same").outputs) == "a");
    CHECK(names(graph, use_of(uses, "same").inputs) == "x");
    CHECK(names(graph, use_of(uses, "same@1").outputs) == "b");
    CHECK(names(graph, use_of(uses, "same@1").inputs) == "a");
}

TEST_CASE("a weight that an operator has written into is still no input") {
    GraphText text;
    text.input("x", {4}).parameter("value.weight", {4});
    text.node("div_", "div_.Scalar", {{"self", tensor("p_value_weight")}, {"other", number(2)}}, {4});
    text.node("a", "mul.Tensor", {{"self", tensor("div_")}, {"other", tensor("x")}}, {4}, "value");
    ExportedGraph graph = text.output("a").read();
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "value").inputs) == "x");
}

TEST_CASE("what is written in place and is no weight is an input") {
    GraphText text;
    text.input("x", {4}).node("a", "exp.default", {{"self", tensor("x")}}, {4});
    text.node("div_", "div_.Scalar", {{"self", tensor("a")}, {"other", number(2)}}, {4});
    text.node("b", "relu.default", {{"self", tensor("div_")}}, {4}, "act").output("b");
    ExportedGraph graph = text.read();
    CHECK(names(graph, use_of(ModuleReader(graph).read(), "act").inputs) == "div_");
}
