#include "suture/exported/detail/position_wise.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"

#include <string>

using namespace suture::detail;
using namespace suture_test;

namespace {
const Json stream{"b", "t", 4};

/// Whether one node behind the embedding of the ids, x [b, t, 4], treats every position by itself.
bool is_position_wise(const std::string& target, const GraphText::Arguments& arguments, const Json& sizes = stream) {
    GraphText text;
    text.input("ids", {"b", "t"}, 5).parameter("wte", {10, 4}).parameter("w", {4, 4});
    text.size("t", "sym_size.int", {{"self", tensor("ids")}, {"dim", number(1)}});
    text.node("x", "embedding.default", {{"weight", tensor("p_wte")}, {"indices", tensor("ids")}}, stream, "wte");
    text.node("xt", "transpose.int", {{"self", tensor("x")}, {"dim0", number(1)}, {"dim1", number(2)}}, {"b", 4, "t"});
    text.node("y", target, arguments, sizes).output("y");
    const ExportedGraph graph = text.read();
    ExportedBlocks blocks;
    blocks.follows_ids.assign(graph.values.size(), true);
    return PositionWise(graph, blocks)(graph.nodes.back());
}
const std::pair<std::string, Json> self{"self", tensor("x")};
std::pair<std::string, Json> dim(const Json& which) { return {"dim", which}; }
Json ints(const std::vector<int>& all) { return {{"as_ints", all}}; }
}  // namespace

TEST_CASE("what works on each value, or along channels, treats every position by itself") {
    CHECK(is_position_wise("relu.default", {self}));
    CHECK(is_position_wise("add_.Tensor", {self, {"other", tensor("x")}}));
    CHECK(is_position_wise("linear.default", {{"input", tensor("x")}, {"weight", tensor("p_w")}}));
    CHECK(is_position_wise("matmul.default", {self, {"other", tensor("p_w")}}));
    CHECK(is_position_wise("layer_norm.default", {{"input", tensor("x")}, {"normalized_shape", ints({4})}}));
    for (const char* target : {"mean.dim", "sum.dim_IntList", "amax.default"})
        CHECK(is_position_wise(target, {self, dim(ints({-1}))}, {"b", "t"}));
    CHECK(is_position_wise("softmax.int", {self, dim(number(2))}));
    CHECK(is_position_wise("cumsum.default", {self, dim(number(-1))}));
    CHECK(is_position_wise("split.Tensor", {self, {"split_size", number(2)}, dim(number(2))}));
    CHECK(is_position_wise("view.default", {self, {"size", ints({-1, 4})}}));
}

TEST_CASE("what works along positions does not") {
    for (const char* target : {"mean.dim", "sum.dim_IntList", "amax.default"})
        CHECK_FALSE(is_position_wise(target, {self, dim(ints({1}))}));
    for (const char* target : {"softmax.int", "cumsum.default", "sort.default"})
        CHECK_FALSE(is_position_wise(target, {self, dim(number(1))}));
    CHECK_FALSE(is_position_wise("mean.default", {self}));
    CHECK_FALSE(is_position_wise("cat.default", {{"tensors", tensors({"x", "x"})}, dim(number(1))}));
    CHECK_FALSE(is_position_wise("matmul.default", {{"self", tensor("xt")}, {"other", tensor("x")}}));
    CHECK_FALSE(is_position_wise("matmul.default", {{"self", tensor("x")}, {"other", tensor("xt")}}));
    CHECK_FALSE(is_position_wise("slice.Tensor", {self, dim(number(1)), {"start", number(1)}}));
}

TEST_CASE("a slice that takes all, and one of channels, are position-wise") {
    CHECK(is_position_wise("slice.Tensor",
                           {self, dim(number(1)), {"start", number(0)}, {"end", number(9223372036854775807)}}));
    CHECK(is_position_wise("slice.Tensor", {self, dim(number(2)), {"start", number(1)}}));
    CHECK_FALSE(is_position_wise("slice.Tensor", {self, dim(number(1)), {"end", size_value("t")}}));
}

TEST_CASE("a size that takes part as a number, and an operator that is not known, are not trusted") {
    CHECK_FALSE(is_position_wise("mul.Tensor", {self, {"other", size_value("t")}}));
    for (const char* target :
         {"roll.default", "conv1d.default", "flip.default", "index.Tensor", "new_operator.default"})
        CHECK_FALSE(is_position_wise(target, {self}));
}
