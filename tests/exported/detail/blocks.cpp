#include "suture/exported/detail/blocks.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <string>

using namespace suture::detail;
using namespace suture_test;

namespace {
const Json stream{"b", "t", 4}, sizes{"b", "t"};

/// ids -> embedding -> two blocks that add a value which follows from the shape alone -> logits.
GraphText two_blocks() {
    GraphText text;
    text.input("ids", sizes, 5).parameter("wte", {10, 4});
    text.size("t", "sym_size.int", {{"self", tensor("ids")}, {"dim", number(1)}});
    text.node("places", "arange.default", {{"end", size_value("t")}}, {"t"});
    text.node("bias", "unsqueeze.default", {{"self", tensor("places")}, {"dim", number(-1)}}, {"t", 1});
    text.node("x0", "embedding.default", {{"weight", tensor("p_wte")}, {"indices", tensor("ids")}}, stream, "wte");
    text.node("x1", "add.Tensor", {{"self", tensor("x0")}, {"other", tensor("bias")}}, stream, "h;h.0");
    text.node("x2", "mul.Tensor", {{"self", tensor("x1")}, {"other", tensor("bias")}}, stream, "h;h.1");
    return text;
}
struct Found {
    explicit Found(const GraphText& text) : graph(text, {{"wte", at::ones({10, 4})}}) {
        has = BlockFinder(graph.model.graph(), graph.model.uses(), graph.model.aliases()).find(blocks, why);
    }
    std::string name(ValueIndex value) const { return graph.model.graph().values[value].name; }
    RunningGraph graph;
    ExportedBlocks blocks;
    std::string why;
    bool has = false;
};
}  // namespace

TEST_CASE("blocks are the modules of a list through which one stream runs") {
    const Found found(two_blocks().node("y", "relu.default", {{"self", tensor("x2")}}, stream, "head").output("y"));
    REQUIRE(found.has);
    CHECK(found.why.empty());
    CHECK(found.blocks.path == "h");
    CHECK(found.blocks.batch == "b");
    CHECK(found.blocks.positions == "t");
    REQUIRE(found.blocks.streams.size() == 3);
    CHECK(found.name(found.blocks.streams[0]) == "x0");
    CHECK(found.name(found.blocks.streams[1]) == "x1");
    CHECK(found.name(found.blocks.streams[2]) == "x2");
    CHECK(found.name(found.blocks.logits) == "y");
}

TEST_CASE("what follows from the shape of the ids alone does not follow the ids") {
    const Found found(two_blocks().output("x2"));
    REQUIRE(found.has);
    for (ValueIndex value = 0; value < found.blocks.follows_ids.size(); ++value) {
        const std::string name = found.name(value);
        CAPTURE(name);
        CHECK(found.blocks.follows_ids[value] == (name == "ids" || name[0] == 'x'));
    }
}

TEST_CASE("a model has no blocks if something else crosses them: an earlier stream, or the ids") {
    GraphText skip = two_blocks();
    CHECK_FALSE(
        Found(skip.node("y", "add.Tensor", {{"self", tensor("x2")}, {"other", tensor("x0")}}, stream).output("y")).has);
    GraphText ids = two_blocks();
    ids.node("again", "embedding.default", {{"weight", tensor("p_wte")}, {"indices", tensor("ids")}}, stream);
    const Found found(
        ids.node("y", "add.Tensor", {{"self", tensor("x2")}, {"other", tensor("again")}}, stream).output("y"));
    CHECK_FALSE(found.has);
    CHECK(found.why.find("one stream") != std::string::npos);
}

TEST_CASE("a model has no blocks if its sizes are fixed, or if it takes or gives something else") {
    GraphText fixed;
    fixed.input("ids", {1, 6}, 5).node("y", "relu.default", {{"self", tensor("ids")}}, {1, 6}).output("y");
    CHECK(Found(fixed).why.find("dynamic_shapes") != std::string::npos);
    GraphText mask = two_blocks();
    mask.input("mask", sizes).output("x2");
    CHECK(Found(mask).why.find("more inputs") != std::string::npos);
    GraphText pooled = two_blocks();
    pooled.node("y", "mean.dim", {{"self", tensor("x2")}, {"dim", {{"as_ints", {1}}}}}, {"b", 4}).output("y");
    CHECK(Found(pooled).why.find("not logits") != std::string::npos);
}

TEST_CASE("of several lists the longest that is accepted is taken") {
    GraphText text = two_blocks();
    text.node("e1", "relu.default", {{"self", tensor("x2")}}, stream, "out;out.0");
    text.node("e2", "relu.default", {{"self", tensor("e1")}}, stream, "out;out.1");
    text.node("e3", "relu.default", {{"self", tensor("e2")}}, stream, "out;out.2");
    RunningGraph graph(text.output("e3"), {{"wte", at::ones({10, 4})}});
    const auto found = [&](const auto& accepts) {
        ExportedBlocks blocks;
        std::string why;
        BlockFinder(graph.model.graph(), graph.model.uses(), graph.model.aliases()).find(blocks, why, accepts);
        return std::pair(blocks, why);
    };
    CHECK(found([](const ExportedBlocks&) { return true; }).first.path == "out");
    const auto second = found([](const ExportedBlocks& b) { return b.path == "h"; }).first;
    CHECK(second.path == "h");
    CHECK(second.streams.size() == 3);
    const std::string why = found([](const ExportedBlocks&) { return false; }).second;
    CHECK(why.find("every position by itself") != std::string::npos);
}

TEST_CASE("the shape of what follows the ids may depend on which they are") {
    GraphText text = two_blocks();
    text.node("ones", "ones_like.default", {{"self", tensor("x2")}}, stream);
    const Found found(
        text.node("y", "add.Tensor", {{"self", tensor("x2")}, {"other", tensor("ones")}}, stream).output("y"));
    REQUIRE(found.has);
    for (ValueIndex value = 0; value < found.blocks.follows_ids.size(); ++value)
        if (found.name(value) == "ones") CHECK(found.blocks.follows_ids[value]);
}

TEST_CASE("a write of what follows the ids marks all that shares the storage") {
    GraphText text = two_blocks();
    text.node("board", "zeros_like.default", {{"self", tensor("x2")}}, stream);
    text.node("view", "view.default",
              {{"self", tensor("board")},
               {"size", {{"as_sym_ints", {{{"as_int", -1}}, {{"as_name", "t"}}, {{"as_int", 4}}}}}}},
              stream);
    text.node("copy_", "copy_.default", {{"self", tensor("view")}, {"src", tensor("x2")}}, stream);
    const Found found(text.node("y", "relu.default", {{"self", tensor("board")}}, stream).output("y"));
    REQUIRE(found.has);
    for (ValueIndex value = 0; value < found.blocks.follows_ids.size(); ++value)
        if (found.name(value) == "board") CHECK(found.blocks.follows_ids[value]);
}
