// The safetensors format: its dtypes, its limits, and what a header holds.
// Source: https://huggingface.co/docs/safetensors.
#pragma once

#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace suture::detail::safetensors {

struct Dtype {
    std::string_view name;
    unsigned bits;           ///< of one value; the format packs values without padding
    std::string_view torch;  ///< c10's name of the scalar type, which an older LibTorch may lack; empty if all lack it
};

/// Every dtype of the format (safetensors 0.8), in the order in which the reference writer stores tensors: the widest
/// alignment first. LibTorch's float4 holds two values, which would be another shape.
inline constexpr std::array<Dtype, 22> dtypes{{{"U64", 64, "UInt64"},
                                               {"I64", 64, "Long"},
                                               {"F64", 64, "Double"},
                                               {"C64", 64, "ComplexFloat"},
                                               {"F32", 32, "Float"},
                                               {"U32", 32, "UInt32"},
                                               {"I32", 32, "Int"},
                                               {"BF16", 16, "BFloat16"},
                                               {"F16", 16, "Half"},
                                               {"U16", 16, "UInt16"},
                                               {"I16", 16, "Short"},
                                               {"F8_E5M2FNUZ", 8, "Float8_e5m2fnuz"},
                                               {"F8_E4M3FNUZ", 8, "Float8_e4m3fnuz"},
                                               {"F8_E8M0", 8, "Float8_e8m0fnu"},
                                               {"F8_E4M3", 8, "Float8_e4m3fn"},
                                               {"F8_E5M2", 8, "Float8_e5m2"},
                                               {"I8", 8, "Char"},
                                               {"U8", 8, "Byte"},
                                               {"F6_E3M2", 6, ""},
                                               {"F6_E2M3", 6, ""},
                                               {"F4", 4, ""},
                                               {"BOOL", 8, "Bool"}}};

/// The dtype of that name, or null.
inline const Dtype* find_dtype(std::string_view name) {
    const auto* found = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.name == name; });
    return found == dtypes.end() ? nullptr : found;
}

/// The dtype that stores these scalars, or null.
inline const Dtype* find_dtype(at::ScalarType type) {
    const std::string_view torch = c10::toString(type);
    const auto* found = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.torch == torch; });
    return found == dtypes.end() ? nullptr : found;
}

/// This LibTorch's scalar type for the dtype of that name; empty if it has none, or if the format lacks the dtype.
inline std::optional<at::ScalarType> scalar_type_of(std::string_view name) {
    const Dtype* const dtype = find_dtype(name);
    if (!dtype || dtype->torch.empty()) return {};
    for (int i = 0; i < static_cast<int>(at::ScalarType::NumOptions); ++i)
        if (const auto type = static_cast<at::ScalarType>(i); dtype->torch == c10::toString(type)) return type;
    return {};
}

inline constexpr std::uint64_t length_bytes = 8;              ///< the little-endian length before the header
inline constexpr std::uint64_t longest_header = 100'000'000;  ///< the format's own limit
inline constexpr std::uint64_t largest_number = std::numeric_limits<std::int64_t>::max();
inline constexpr const char* metadata_key = "__metadata__";

struct Entry {
    std::string dtype;
    std::vector<std::int64_t> sizes;
    std::uint64_t begin = 0, end = 0;  ///< in bytes from the start of the data
    std::size_t file = 0;              ///< which of the files, if an index lists several

    std::uint64_t bytes() const { return end - begin; }
};

struct Header {
    std::map<std::string, Entry, std::less<>> tensors;
    std::map<std::string, std::string> metadata;
};

}  // namespace suture::detail::safetensors
