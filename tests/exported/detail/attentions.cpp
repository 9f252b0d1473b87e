#include "suture/exported/detail/attentions.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <cmath>
#include <functional>

using namespace suture::detail;
using namespace suture_test;

namespace {
const Json stream{"b", "t", 4}, heads{"b", 2, "t", 2}, keys{"b", 2, 2, "t"}, scores{"b", 2, "t", "t"};

/// One block: queries, keys and values of x in two heads, then what `between` adds, then "z" back into the stream.
struct Block {
    Block() {
        text.input("ids", {"b", "t"}, 5).parameter("wte", {10, 4}).parameter("root", Json::array());
        text.size("t", "sym_size.int", {{"self", tensor("ids")}, {"dim", number(1)}});
        text.node("mask", "ones.default", {{"size", {{"as_sym_ints", {{{"as_name", "t"}}, {{"as_name", "t"}}}}}}},
                  {"t", "t"});
        text.node("x0", "embedding.default", {{"weight", tensor("p_wte")}, {"indices", tensor("ids")}}, stream, "wte");
        for (const char* name : {"q", "k", "v"}) {
            const std::string view = std::string(name) + "_view";
            text.node(view, "unflatten.int",
                      {{"self", tensor("x0")}, {"dim", number(2)}, {"sizes", {{"as_ints", {2, 2}}}}}, {"b", "t", 2, 2},
                      "h;h.0");
            text.node(name, "transpose.int", {{"self", tensor(view)}, {"dim0", number(1)}, {"dim1", number(2)}}, heads,
                      "h;h.0");
        }
        text.node("kt", "transpose.int", {{"self", tensor("k")}, {"dim0", number(2)}, {"dim1", number(3)}}, keys,
                  "h;h.0");
        text.node("s", "matmul.default", {{"self", tensor("q")}, {"other", tensor("kt")}}, scores, "h;h.0");
    }
    Block& then(const std::string& name, const std::string& target, const GraphText::Arguments& arguments) {
        text.node(name, target, arguments, scores, "h;h.0");
        return *this;
    }
    std::map<std::size_t, ExportedAttention> mixed(const std::string& pattern) {
        text.node("z", "matmul.default", {{"self", tensor(pattern)}, {"other", tensor("v")}}, heads, "h;h.0");
        return found();
    }
    std::map<std::size_t, ExportedAttention> found() {
        text.node("zt", "transpose.int", {{"self", tensor("z")}, {"dim0", number(1)}, {"dim1", number(2)}},
                  {"b", "t", 2, 2}, "h;h.0");
        text.node("x1", "flatten.using_ints", {{"self", tensor("zt")}, {"start_dim", number(2)}}, stream, "h;h.0");
        RunningGraph graph(text.output("x1"), {{"wte", at::ones({10, 4})}, {"root", at::full({}, 4.0)}});
        ExportedBlocks blocks;
        std::string why;
        REQUIRE(BlockFinder(graph.model.graph(), graph.model.uses(), graph.model.aliases()).find(blocks, why));
        auto all = AttentionFinder(graph.model.graph(), blocks, graph.model.weights()).find();
        for (auto& [node, attention] : all) CHECK(graph.model.graph().values[attention.query].name == "q");
        return all;
    }
    GraphText text;
};
const Json last{{"as_int", -1}};
}  // namespace

TEST_CASE("softmax(q k^T / c + mask) v is an attention, with the product of its factors as scale") {
    Block block;
    block.then("d", "div.Tensor", {{"self", tensor("s")}, {"other", {{"as_float", 4.0}}}});
    block.then("m", "mul.Tensor", {{"self", tensor("d")}, {"other", number(2)}});
    block.then("a", "add.Tensor", {{"self", tensor("m")}, {"other", tensor("mask")}});
    block.then("p", "softmax.int", {{"self", tensor("a")}, {"dim", last}});
    block.then("drop", "dropout.default",
               {{"input", tensor("p")}, {"p", {{"as_float", 0.1}}}, {"train", {{"as_bool", false}}}});
    const auto all = block.mixed("drop");
    REQUIRE(all.size() == 1);
    CHECK(all.begin()->second.scale == 0.5);
    CHECK(all.begin()->second.is_key_transposed);
}

TEST_CASE("a mask may be filled in or chosen, and the factor may be a buffer") {
    Block filled;
    filled.then("d", "div.Tensor", {{"self", tensor("s")}, {"other", tensor("p_root")}});
    filled.then("a", "where.ScalarOther",
                {{"condition", tensor("mask")}, {"self", tensor("d")}, {"other", {{"as_float", "-Infinity"}}}});
    filled.then("p", "softmax.int", {{"self", tensor("a")}, {"dim", last}});
    const auto all = filled.mixed("p");
    REQUIRE(all.size() == 1);
    CHECK(all.begin()->second.scale == 0.25);
}

TEST_CASE("scaled_dot_product_attention is one, with its own scale") {
    Block block;
    block.text.node(
        "z", "scaled_dot_product_attention.default",
        {{"query", tensor("q")}, {"key", tensor("k")}, {"value", tensor("v")}, {"is_causal", {{"as_bool", true}}}},
        heads, "h;h.0");
    const auto all = block.found();
    REQUIRE(all.size() == 1);
    CHECK(all.begin()->second.scale == doctest::Approx(1 / std::sqrt(2.0)));
    CHECK_FALSE(all.begin()->second.is_key_transposed);
}

TEST_CASE("scores that are changed otherwise, or that meet what follows the ids, are no such attention") {
    Block capped;
    capped.then("t1", "tanh.default", {{"self", tensor("s")}})
        .then("p", "softmax.int", {{"self", tensor("t1")}, {"dim", last}});
    CHECK(capped.mixed("p").empty());
    Block biased;
    biased.then("a", "add.Tensor", {{"self", tensor("s")}, {"other", tensor("s")}});
    biased.then("p", "softmax.int", {{"self", tensor("a")}, {"dim", last}});
    CHECK(biased.mixed("p").empty());
    Block linear;  // no softmax
    linear.then("r", "relu.default", {{"self", tensor("s")}});
    CHECK(linear.mixed("r").empty());
}
