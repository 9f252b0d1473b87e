#include "suture/exported/detail/operators.hpp"

#include "doctest.hpp"
#include "exported/graphs.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture_test;
using suture::FileError;

namespace {
/// What one operator gives for x, which is [2, 3].
at::Tensor result_of(const std::string& target, const GraphText::Arguments& arguments, const at::Tensor& x) {
    GraphText text;
    text.input("x", {2, 3}).node("y", target, arguments, {2, 3}).output("y");
    return RunningGraph(text)({x});
}
std::string refusal(const std::string& target, const GraphText::Arguments& arguments) {
    return message_of<FileError>([&] { result_of(target, arguments, at::ones({2, 3})); });
}
const at::Tensor x = at::arange(6, at::kFloat).view({2, 3});
}  // namespace

TEST_CASE("a number stands for a tensor and does not take part in the promotion of dtypes") {
    const at::Tensor halves = x.to(at::kBFloat16);
    for (const Json& two : {number(2), Json{{"as_float", 2.0}}}) {
        const at::Tensor product = result_of("mul.Tensor", {{"self", tensor("x")}, {"other", two}}, halves);
        CHECK(product.scalar_type() == at::kBFloat16);
        CHECK(product.equal(halves * 2));
    }
    const at::Tensor whole = result_of("add.Tensor", {{"self", tensor("x")}, {"other", number(1)}}, x.to(at::kInt));
    CHECK(whole.scalar_type() == at::kInt);
    CHECK(result_of("div.Tensor", {{"self", tensor("x")}, {"other", number(2)}}, x.to(at::kLong)).scalar_type() ==
          at::kFloat);
}

TEST_CASE("sizes stand for integers, numbers, floats and tensors") {
    GraphText text;
    text.input("x", {"s0", 3});
    text.size("n", "sym_size.int", {{"self", tensor("x")}, {"dim", number(0)}});
    text.node("v", "view.default",
              {{"self", tensor("x")}, {"size", {{"as_sym_ints", {{{"as_int", 3}}, {{"as_name", "n"}}}}}}}, {3, "s0"});
    text.node("m", "mul.Tensor", {{"self", tensor("v")}, {"other", size_value("n")}}, {3, "s0"});
    text.node("c", "clamp.default", {{"self", tensor("m")}, {"max", size_value("n")}}, {3, "s0"}).output("c");
    CHECK(RunningGraph(text)({x}).equal((x.view({3, 2}) * 2).clamp_max(2)));
}

TEST_CASE("one integer stands for a list of them, and what is not given has its default") {
    CHECK(result_of("sum.dim_IntList", {{"self", tensor("x")}, {"dim", {{"as_ints", {1}}}}}, x).equal(x.sum(1)));
    CHECK(result_of("softmax.int", {{"self", tensor("x")}, {"dim", number(-1)}}, x).equal(x.softmax(-1)));
    CHECK(result_of("mean.dim", {{"self", tensor("x")}, {"dim", number(1)}}, x).equal(x.mean(1)));
}

TEST_CASE("tensors are given in lists, also where some may be missing") {
    CHECK(
        result_of("cat.default", {{"tensors", tensors({"x", "x"})}, {"dim", number(1)}}, x).equal(at::cat({x, x}, 1)));
    GraphText text;
    text.input("x", {2, 3}).input("i", {2}, 5);
    text.node("y", "index.Tensor",
              {{"self", tensor("x")},
               {"indices", {{"as_optional_tensors", {{{"as_none", true}}, {{"as_tensor", {{"name", "i"}}}}}}}}},
              {2, 2});
    text.output("y");
    const at::Tensor i = at::tensor({2, 0}, at::kLong);
    CHECK(RunningGraph(text)({x, i}).equal(x.index_select(1, i)));
}

TEST_CASE("dtypes, devices and layouts are given by the file's numbers") {
    const at::Tensor doubles = result_of("to.dtype_layout",
                                         {{"self", tensor("x")},
                                          {"dtype", {{"as_scalar_type", 8}}},
                                          {"layout", {{"as_layout", 7}}},
                                          {"device", {{"as_device", {{"type", "cpu"}, {"index", nullptr}}}}}},
                                         x);
    CHECK(doubles.scalar_type() == at::kDouble);
    CHECK(result_of("clone.default", {{"self", tensor("x")}, {"memory_format", {{"as_memory_format", 1}}}}, x.t())
              .is_contiguous());
}

TEST_CASE("operators that open files, move storage, or trust sizes are refused") {
    for (const char* target :
         {"from_file.default", "set_.source_Tensor", "resize_.default", "torch.ops.prim.NumToTensor.default",
          "torch.ops.inductor._reinterpret_tensor.default", "torch.ops.quantized.linear.default"})
        CHECK(says(refusal(target, {{"self", tensor("x")}}), "node y", "reaches past the tensors"));
    for (const char* target : {"torch.ops.aten._reshape_alias.default",
                               "torch.ops.aten._sparse_coo_tensor_unsafe.default", "torch.ops.aten._cudnn_rnn.default"})
        CHECK(says(refusal(target, {{"self", tensor("x")}}), "node y", "keeps this operator to itself"));
}

TEST_CASE("an operator that there is not, and arguments that do not fit, are refused with the node") {
    CHECK(says(refusal("new_operator.default", {}), "node y", "no such operator", "newer LibTorch"));
    CHECK(says(refusal("torch.ops.transformers.grouped_mm_fallback.default", {}), "batched_mm"));
    CHECK(says(refusal("torch.ops.mine.op.default", {}), "load the library"));
    CHECK(says(refusal("torch.ops", {}), "no such operator"));
    CHECK(says(refusal("_operator.matmul", {}), "no such operator", "write the module in Python without it"));
    CHECK(says(refusal("relu.default", {{"other", tensor("x")}}), "no argument \"other\""));
    CHECK(says(refusal("relu.default", {}), "\"self\" is missing"));
    CHECK(says(refusal("relu.default", {{"self", tensor("x")}, {"self", tensor("x")}}), "given twice"));
    CHECK(says(refusal("relu.default", {{"self", tensors({"x"})}}), "\"self\" is a Tensor", "as_tensors"));
    CHECK(says(refusal("softmax.int", {{"self", tensor("x")}, {"dim", {{"as_float", 1.0}}}}), "\"dim\"", "as_float"));
    CHECK(says(refusal("softmax.int", {{"self", tensor("x")}, {"dim", tensor("x")}}), "\"dim\"", "as_tensor"));
    CHECK(says(refusal("split.Tensor", {{"self", tensor("x")}, {"split_size", number(1)}}), "a list"));
    CHECK(says(refusal("max.dim", {{"self", tensor("x")}, {"dim", number(1)}}), "1 results", "gives 2"));
}
