// The safetensors format: its dtypes, its limits, and what a header holds.
// Source: https://huggingface.co/docs/safetensors.
#pragma once

#include "suture/tensor/torch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace suture::detail::safetensors {

struct Dtype {
    std::string_view name;
    at::ScalarType type;
};

/// In the order in which the reference writer stores tensors: the widest alignment first.
inline constexpr std::array<Dtype, 10> dtypes{{{"I64", at::kLong},
                                               {"F64", at::kDouble},
                                               {"F32", at::kFloat},
                                               {"I32", at::kInt},
                                               {"BF16", at::kBFloat16},
                                               {"F16", at::kHalf},
                                               {"I16", at::kShort},
                                               {"I8", at::kChar},
                                               {"U8", at::kByte},
                                               {"BOOL", at::kBool}}};

/// The dtype of that name, or null.
inline const Dtype* find_dtype(std::string_view name) {
    const auto* found = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.name == name; });
    return found == dtypes.end() ? nullptr : found;
}

/// The dtype that stores these scalars, or null.
inline const Dtype* find_dtype(at::ScalarType type) {
    const auto* found = std::find_if(dtypes.begin(), dtypes.end(), [&](const Dtype& d) { return d.type == type; });
    return found == dtypes.end() ? nullptr : found;
}

inline constexpr std::uint64_t length_bytes = 8;              ///< the little-endian length before the header
inline constexpr std::uint64_t longest_header = 100'000'000;  ///< the format's own limit
inline constexpr std::uint64_t largest_number = std::numeric_limits<std::int64_t>::max();
inline constexpr const char* metadata_key = "__metadata__";

struct Entry {
    std::string dtype;
    std::vector<std::int64_t> sizes;
    std::uint64_t begin = 0, end = 0;  ///< in bytes from the start of the data
};

struct Header {
    std::map<std::string, Entry, std::less<>> tensors;
    std::map<std::string, std::string> metadata;
};

}  // namespace suture::detail::safetensors
