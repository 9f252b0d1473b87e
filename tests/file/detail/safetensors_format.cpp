// The dtypes of the safetensors format.
#include "suture/file/detail/safetensors_format.hpp"

#include "doctest.hpp"

namespace format = suture::detail::safetensors;

TEST_CASE("each dtype is found by its name and by its scalar type, and others are not") {
    for (const format::Dtype& dtype : format::dtypes) {
        CHECK(format::find_dtype(dtype.name) == &dtype);
        CHECK(format::find_dtype(dtype.type) == &dtype);
    }
    CHECK(format::find_dtype("F8_E4M3") == nullptr);
    CHECK(format::find_dtype("f32") == nullptr);
    CHECK(format::find_dtype(at::kComplexFloat) == nullptr);
}

TEST_CASE("dtypes are ordered by alignment, the widest first") {
    for (std::size_t i = 1; i < format::dtypes.size(); ++i)
        CHECK(c10::elementSize(format::dtypes[i - 1].type) >= c10::elementSize(format::dtypes[i].type));
}
