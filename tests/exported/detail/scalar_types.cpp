// The numbers of the file's schema, and what it says about tensors.
#include "suture/exported/detail/scalar_types.hpp"

#include "exported/archives.hpp"

#include <string>
#include <vector>

using namespace archives;
using namespace suture::detail;

namespace {
std::string refusal_of_meta(const Json& changes) {
    return error_of([&] { read_tensor_meta(payload(meta(changes)).at("tensor_meta")); });
}
}  // namespace

TEST_CASE("the numbers of dtypes are those of torch/_export/serde/schema.py") {
    const std::vector<at::ScalarType> first{
        at::kByte,   at::kChar,        at::kShort,        at::kInt,           at::kLong, at::kHalf,    at::kFloat,
        at::kDouble, at::kComplexHalf, at::kComplexFloat, at::kComplexDouble, at::kBool, at::kBFloat16};
    for (std::size_t i = 0; i < first.size(); ++i)
        CHECK(exported_scalar_type(static_cast<std::int64_t>(i + 1)) == first[i]);
    for (const std::int64_t unknown : {-1, 0, 14, 27, 36, 1 << 30})
        CHECK(contains(error_of([&] { exported_scalar_type(unknown); }),
                       "dtype number " + std::to_string(unknown) + " is unknown: convert the model before the export"));
}

TEST_CASE("a dtype that this LibTorch lacks is refused by its name") {
    for (const ExportedName& dtype : exported_dtypes) {
        const std::string error =
            error_of([&] { CHECK(c10::toString(exported_scalar_type(dtype.number)) == dtype.name); });
        if (!error.empty())
            CHECK(contains(error, "dtype " + std::string(dtype.name) + " is not in this LibTorch: convert the model"));
    }
}

TEST_CASE("the numbers of layouts and memory formats are those of the schema") {
    CHECK(exported_layout(1) == at::kSparse);
    CHECK(exported_layout(3) == at::kSparseCsc);
    CHECK(exported_layout(6) == at::kMkldnn);
    CHECK(exported_layout(7) == at::kStrided);
    CHECK(exported_memory_format(1) == at::MemoryFormat::Contiguous);
    CHECK(exported_memory_format(2) == at::MemoryFormat::ChannelsLast);
    CHECK(exported_memory_format(3) == at::MemoryFormat::ChannelsLast3d);
    CHECK(exported_memory_format(4) == at::MemoryFormat::Preserve);
    for (const std::int64_t unknown : {-1, 0, 8}) {
        CHECK(contains(error_of([&] { exported_layout(unknown); }), "layout number " + std::to_string(unknown)));
        CHECK(contains(error_of([&] { exported_memory_format(unknown); }), "memory format number "));
    }
}

TEST_CASE("a tensor's meta is read field by field") {
    const TensorMeta read = read_tensor_meta(payload().at("tensor_meta"));
    CHECK((read.sizes == std::vector<SymbolicSize>{2, 3}));
    CHECK((read.strides == std::vector<SymbolicSize>{3, 1}));
    CHECK((read.storage_offset == SymbolicSize(0)));
    CHECK(read.dtype == at::kFloat);
    CHECK(read.device == at::Device(at::kCPU));
    CHECK(read.layout == at::kStrided);
    CHECK(read.requires_grad);
    const Json device{{"device", {{"type", "cuda"}, {"index", 1}}}};
    CHECK(read_tensor_meta(payload(meta(device)).at("tensor_meta")).device == at::Device(at::kCUDA, 1));
}

TEST_CASE("a symbolic size is its text") {
    const Json tokens = Json::parse(R"json({"as_expr": {"expr_str": "Symbol('s70')", "hint": {"as_int": 6}}})json");
    const Json changes = meta({{"sizes", {tokens, {{"as_int", 3}}}}});
    const TensorMeta read = read_tensor_meta(payload(changes).at("tensor_meta"));
    CHECK((read.sizes == std::vector<SymbolicSize>{"Symbol('s70')", 3}));
}

TEST_CASE("every tensor of PyTorch's archives has a sound meta") {
    for (const std::string& name : pytorch_archives) {
        CAPTURE(name);
        const Json model = record_json(ExportedArchive(written_by_pytorch(name)), "models/model.json");
        const Json& values = model.at("graph_module").at("graph").at("tensor_values");
        for (auto value = values.begin(); value != values.end(); ++value)
            CHECK(error_of([&] { read_tensor_meta(value.value()); }) == "");
    }
}

TEST_CASE("a field that is missing or of another kind is refused by its name") {
    for (const char* field : {"sizes", "strides", "storage_offset", "dtype", "device", "requires_grad", "layout"}) {
        CAPTURE(field);
        CHECK(contains(refusal_of_meta({{field, nullptr}}), "tensor_meta lacks \"" + std::string(field) + "\": "));
        Json object = payload().at("tensor_meta");
        for (const Json& wrong :
             {Json(-1.5), Json("text"), Json::array({1}), Json{{"as_text", "x"}}, Json{{"as_int", "x"}}}) {
            object[field] = wrong;
            CHECK(contains(error_of([&] { read_tensor_meta(object); }), ": "));
        }
    }
    CHECK(contains(error_of([&] { read_tensor_meta(Json::array()); }), "tensor_meta must be an object, got an array"));
}

TEST_CASE("numbers that no tensor can have are refused") {
    CHECK(refusal_of_meta({{"sizes", ints({2, -1})}}) ==
          "number 1 of sizes must not be negative, got -1: download or write the file again");
    CHECK(contains(refusal_of_meta({{"strides", ints({-3, 1})}}), "number 0 of strides must not be negative"));
    CHECK(contains(refusal_of_meta({{"storage_offset", {{"as_int", -1}}}}), "storage_offset must not be negative"));
    CHECK(contains(refusal_of_meta({{"sizes", ints({2})}}), "has 1 sizes, but 2 strides"));
    CHECK(contains(refusal_of_meta({{"sizes", ints(std::vector<std::int64_t>(65, 1))}}),
                   "sizes has 65 numbers, but a tensor has at most 64"));
    Json huge = payload().at("tensor_meta");
    huge["storage_offset"]["as_int"] = std::uint64_t(1) << 63;
    CHECK(contains(error_of([&] { read_tensor_meta(huge); }),
                   "must be a whole number of 64 bits, got 9223372036854775808"));
    huge["storage_offset"]["as_int"] = 1.5;
    CHECK(contains(error_of([&] { read_tensor_meta(huge); }), "must be a whole number of 64 bits, got 1.5"));
}

TEST_CASE("a device that LibTorch does not know is refused") {
    for (const char* type : {"", "gpu", "cpu:x", "\xFF"})
        CHECK(contains(refusal_of_meta({{"device", {{"type", type}}}}),
                       "is unknown to this LibTorch: move the model to the CPU"));
    CHECK(contains(refusal_of_meta({{"device", {{"type", "cuda"}, {"index", -7}}}}), "from 0 to 127, got -7"));
    CHECK(contains(refusal_of_meta({{"device", {{"type", "cuda"}, {"index", 256}}}}), "from 0 to 127, got 256"));
}
