// Writing the header of a safetensors file.
#include "suture/file/detail/safetensors_writer.hpp"

#include "suture/file/detail/safetensors_reader.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>

#include <map>
#include <string>

namespace format = suture::detail::safetensors;
using suture::FileError;
using suture_test::message_of;
using suture_test::says;

namespace {
const std::map<std::string, at::Tensor> tensors{
    {"b", at::ones({2}, at::kHalf)}, {"a", at::ones({}, at::kHalf)}, {"i", at::ones({2, 3}, at::kLong)}};
}

TEST_CASE("a header is JSON in the reference writer's order, padded to a multiple of eight") {
    const std::string text = format::encode_header(format::writing_order(tensors), {});
    CHECK(text.size() % 8 == 0);
    CHECK(text.starts_with(R"({"i":{"dtype":"I64","shape":[2,3],"data_offsets":[0,48]},)"
                           R"("a":{"dtype":"F16","shape":[],"data_offsets":[48,50]},)"
                           R"("b":{"dtype":"F16","shape":[2],"data_offsets":[50,54]}})"));
}

TEST_CASE("the reader reads what the writer writes, metadata included") {
    const std::map<std::string, std::string> metadata{{"format", "pt"}, {"note", "\"quoted\"\n"}};
    const format::Header header = format::parse_header(format::encode_header(format::writing_order(tensors), metadata));
    CHECK(header.metadata == metadata);
    CHECK(format::names_in_order(header, 54) == std::vector<std::string>{"i", "a", "b"});
}

TEST_CASE("a tensor that the format cannot hold is refused by name") {
    const auto refusal = [](const std::string& name, const at::Tensor& t) {
        return message_of<FileError>([&] { (void)format::writing_order({{name, t}}); });
    };
    CHECK(says(refusal("x", at::Tensor()), "tensor \"x\" is undefined: leave it out"));
    CHECK(says(refusal("x", at::ones({1}, at::kComplexDouble)), "complex128", "convert it first"));
    CHECK(says(refusal("__metadata__", at::ones({1})), "reserves for metadata: rename it"));
}
