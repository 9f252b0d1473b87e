#include <suture/tensor/describe.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <sstream>
#include <string>

using namespace suture;

using Qkv = Fused<12, Q<6, 3>, K<3>, V<3>>;
using ByHead = Grouped<3, Q<2>, K<1>, V<1>>;

TEST_CASE("a shape is written as in PyTorch") {
    CHECK(shape_text({1, 5, 2304}) == "[1, 5, 2304]");
    CHECK(shape_text({0}) == "[0]");
    CHECK(shape_text({}) == "[]");
}

TEST_CASE("a dtype has PyTorch's name") {
    CHECK(dtype_text(at::kByte) == "uint8");
    CHECK(dtype_text(at::kChar) == "int8");
    CHECK(dtype_text(at::kShort) == "int16");
    CHECK(dtype_text(at::kInt) == "int32");
    CHECK(dtype_text(at::kLong) == "int64");
    CHECK(dtype_text(at::kHalf) == "float16");
    CHECK(dtype_text(at::kFloat) == "float32");
    CHECK(dtype_text(at::kDouble) == "float64");
    CHECK(dtype_text(at::kBFloat16) == "bfloat16");
    CHECK(dtype_text(at::kBool) == "bool");
    CHECK(dtype_text(at::kComplexFloat) == "complex64");
    CHECK(dtype_text(at::kComplexDouble) == "complex128");
}

TEST_CASE("a tensor is described by dtype, shape and device") {
    CHECK(tensor_text(at::zeros({1, 5, 12})) == "float32 [1, 5, 12] on cpu");
    CHECK(tensor_text(at::empty({2}, at::TensorOptions(at::kMeta).dtype(at::kHalf))) == "float16 [2] on meta");
    CHECK(tensor_text(at::Tensor()) == "an undefined tensor");
}

TEST_CASE("a layout is written as it is in C++") {
    CHECK(layout_text(facts_of<Qkv>) == "Fused<12, Q<6, 3>, K<3>, V<3>>");
    CHECK(layout_text(facts_of<ByHead>) == "Grouped<3, Q<2>, K<1>, V<1>>");
    CHECK(layout_text(facts_of<Resid<8>>) == "Resid<8>");
    CHECK(layout_text(facts_of<Q<768, 12>>) == "Q<768, 12>");
    CHECK(layout_text(facts_of<Fused<8, Resid<8>>>) == "Fused<8, Resid<8>>");
    CHECK(layout_text(facts_of<part<ByHead, Q>>) == "Grouped<3, Q<2>>");
}

TEST_CASE("the map of a fused layout shows each component's share, channels and heads") {
    CHECK(describe<Qkv>() ==
          "Fused<12, Q<6, 3>, K<3>, V<3>>: 12 channels\n"
          "|           Q            |     K      |     V      |\n"
          "   0 ..  5  Q<6, 3>: 3 heads of 2\n"
          "   6 ..  8  K<3>\n"
          "   9 .. 11  V<3>\n");
}

TEST_CASE("the map of a grouped layout shows one group and says where the others begin") {
    const std::string map = describe<ByHead>();
    CHECK(map ==
          "Grouped<3, Q<2>, K<1>, V<1>>: 12 channels, 3 groups of 4; group g begins at 4 g and holds\n"
          "|           Q            |     K      |     V      |\n"
          "  0 .. 1  Q<2>\n"
          "  2 .. 2  K<1>\n"
          "  3 .. 3  V<1>\n");
}

TEST_CASE("a narrow component still has room for its name") {
    CHECK(describe<Fused<1001, Q<1000>, Resid<1>>>().find("|Resid|") != std::string::npos);
}

TEST_CASE("a layout is printed as its type is written") {
    std::ostringstream text;
    text << Qkv() << "; " << Q<6, 3>() << "; " << ByHead();
    CHECK(text.str() == "Fused<12, Q<6, 3>, K<3>, V<3>>; Q<6, 3>; Grouped<3, Q<2>, K<1>, V<1>>");
}
