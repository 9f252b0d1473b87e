// The dtypes of the safetensors format.
#include "suture/file/detail/safetensors_format.hpp"

#include "doctest.hpp"

#include <cstddef>

namespace format = suture::detail::safetensors;

TEST_CASE("each dtype is found by its name and by its scalar type, and others are not") {
    for (const format::Dtype& dtype : format::dtypes) {
        CHECK(format::find_dtype(dtype.name) == &dtype);
        const auto type = format::scalar_type_of(dtype.name);
        if (!type) continue;
        CHECK(format::find_dtype(*type) == &dtype);
        CHECK(8 * c10::elementSize(*type) == dtype.bits);
    }
    CHECK(format::find_dtype("f32") == nullptr);
    CHECK(format::find_dtype("F8") == nullptr);
    CHECK(format::find_dtype(at::kComplexDouble) == nullptr);
    CHECK(format::find_dtype(at::kQInt8) == nullptr);
    CHECK_FALSE(format::scalar_type_of("f32"));
    CHECK_FALSE(format::scalar_type_of("F4"));
    CHECK(format::scalar_type_of("BF16") == at::kBFloat16);
    CHECK(format::scalar_type_of("C64") == at::kComplexFloat);
}

TEST_CASE("dtypes are ordered by alignment, the widest first, and bools are the last") {
    for (std::size_t i = 1; i + 1 < format::dtypes.size(); ++i)
        CHECK(format::dtypes[i - 1].bits >= format::dtypes[i].bits);
    CHECK(format::dtypes.back().name == "BOOL");
}
