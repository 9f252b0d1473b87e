// The numbers by which an exported file names dtypes, layouts and memory formats, and what it says about a tensor.
// Source: torch/_export/serde/schema.py, whose numbers are not those of c10.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace suture::detail {

inline constexpr const char* export_other_dtype =
    "convert the model before the export, for example model.float(), or use a newer LibTorch";

/// A number of the file with the name that c10 gives to the same thing.
struct ExportedName {
    std::int64_t number;
    std::string_view name;
};

inline constexpr std::array<ExportedName, 21> exported_dtypes{{{1, "Byte"},
                                                               {2, "Char"},
                                                               {3, "Short"},
                                                               {4, "Int"},
                                                               {5, "Long"},
                                                               {6, "Half"},
                                                               {7, "Float"},
                                                               {8, "Double"},
                                                               {9, "ComplexHalf"},
                                                               {10, "ComplexFloat"},
                                                               {11, "ComplexDouble"},
                                                               {12, "Bool"},
                                                               {13, "BFloat16"},
                                                               {28, "UInt16"},
                                                               {29, "Float8_e4m3fn"},
                                                               {30, "Float8_e5m2"},
                                                               {31, "Float8_e4m3fnuz"},
                                                               {32, "Float8_e5m2fnuz"},
                                                               {33, "Float8_e8m0fnu"},
                                                               {34, "UInt32"},
                                                               {35, "UInt64"}}};

/// A whole number of the file. @throws FileError if the value is something else, or does not fit into 64 bits
inline std::int64_t exported_int(const nlohmann::json& value, const std::string& what) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return static_cast<std::int64_t>(number);
    } else if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    refuse_file(what + " must be a whole number of 64 bits, got " + json_text(value));
}

/// This LibTorch's dtype for a number of the file. @throws FileError if there is none, by its name
inline at::ScalarType exported_scalar_type(std::int64_t number) {
    const auto known = std::find_if(exported_dtypes.begin(), exported_dtypes.end(),
                                    [&](const ExportedName& d) { return d.number == number; });
    if (known == exported_dtypes.end())
        refuse_file("dtype number " + std::to_string(number) + " is unknown", export_other_dtype);
    for (int i = 0; i < static_cast<int>(at::ScalarType::NumOptions); ++i)
        if (const auto type = static_cast<at::ScalarType>(i); known->name == c10::toString(type)) return type;
    refuse_file("dtype " + std::string(known->name) + " is not in this LibTorch", export_other_dtype);
}

/// @throws FileError for a number without a layout
inline at::Layout exported_layout(std::int64_t number) {
    constexpr std::array layouts{at::kSparse,    at::kSparseCsr, at::kSparseCsc, at::kSparseBsr,
                                 at::kSparseBsc, at::kMkldnn,    at::kStrided};
    if (number < 1 || number > static_cast<std::int64_t>(layouts.size()))
        refuse_file("layout number " + std::to_string(number) + " is unknown", "export dense tensors");
    return layouts[static_cast<std::size_t>(number - 1)];
}

/// @throws FileError for a number without a memory format
inline at::MemoryFormat exported_memory_format(std::int64_t number) {
    constexpr std::array formats{at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast,
                                 at::MemoryFormat::ChannelsLast3d, at::MemoryFormat::Preserve};
    if (number < 1 || number > static_cast<std::int64_t>(formats.size()))
        refuse_file("memory format number " + std::to_string(number) + " is unknown",
                    "leave memory_format out of the model");
    return formats[static_cast<std::size_t>(number - 1)];
}

/// A size, stride or offset: a number, or a symbol's text such as "Symbol('s72', positive=True, integer=True)".
using SymbolicSize = std::variant<std::int64_t, std::string>;

/// What a file says about a tensor.
struct TensorMeta {
    std::vector<SymbolicSize> sizes, strides;
    SymbolicSize storage_offset;  ///< in elements
    at::ScalarType dtype = at::kFloat;
    at::Device device = at::kCPU;
    bool requires_grad = false;
    at::Layout layout = at::kStrided;
};

inline constexpr std::size_t highest_rank = 64;  ///< what LibTorch's own kernels take

/// The member of an object. @throws FileError if the value is not an object or lacks it
inline const nlohmann::json& member(const nlohmann::json& object, const char* key, std::string_view whose) {
    if (!object.is_object()) refuse_file(std::string(whose) + " must be an object, got " + json_text(object));
    const auto found = object.find(key);
    if (found == object.end()) refuse_file(std::string(whose) + " lacks " + in_quotes(key));
    return *found;
}

inline bool member_bool(const nlohmann::json& object, const char* key, std::string_view whose) {
    const nlohmann::json& value = member(object, key, whose);
    if (!value.is_boolean())
        refuse_file(std::string(key) + " of " + std::string(whose) + " must be true or false, got " + json_text(value));
    return value.get<bool>();
}

inline const std::string& member_text(const nlohmann::json& object, const char* key, std::string_view whose) {
    const nlohmann::json& value = member(object, key, whose);
    if (!value.is_string())
        refuse_file(std::string(key) + " of " + std::string(whose) + " must be text, got " + json_text(value));
    return value.get_ref<const std::string&>();
}

/// `{"as_int": 5}` or `{"as_expr": {"expr_str": "...", ...}}`. @throws FileError for anything else, and below 0
inline SymbolicSize read_symbolic_size(const nlohmann::json& value, const std::string& what) {
    if (!value.is_object() || value.size() != 1)
        refuse_file(what + " must be one as_int or as_expr, got " + json_text(value));
    if (const auto number = value.find("as_int"); number != value.end()) {
        const std::int64_t size = exported_int(*number, what);
        if (size < 0) refuse_file(what + " must not be negative, got " + std::to_string(size));
        return size;
    }
    if (const auto symbol = value.find("as_expr"); symbol != value.end()) return member_text(*symbol, "expr_str", what);
    refuse_file(what + " must be one as_int or as_expr, got " + in_quotes(value.begin().key()));
}

inline std::vector<SymbolicSize> read_symbolic_sizes(const nlohmann::json& meta, const char* key) {
    const nlohmann::json& list = member(meta, key, "tensor_meta");
    if (!list.is_array()) refuse_file(std::string(key) + " must be an array, got " + json_text(list));
    if (list.size() > highest_rank)
        refuse_file(std::string(key) + " has " + std::to_string(list.size()) + " numbers, but a tensor has at most " +
                    std::to_string(highest_rank) + " axes");
    std::vector<SymbolicSize> sizes;
    for (const nlohmann::json& size : list)
        sizes.push_back(read_symbolic_size(size, "number " + std::to_string(sizes.size()) + " of " + key));
    return sizes;
}

/// A device's number. LibTorch stores it in 8 bits, and does not notice when it is larger.
inline std::int64_t checked_index(const nlohmann::json& value) {
    const std::int64_t index = exported_int(value, "index of device");
    if (index < 0 || index > std::numeric_limits<std::int8_t>::max())
        refuse_file("index of device must be from 0 to 127, got " + std::to_string(index));
    return index;
}

/// `{"type": "cpu", "index": null}`. @throws FileError unless it is a device that LibTorch knows
inline at::Device read_device(const nlohmann::json& value) {
    std::string text = member_text(value, "type", "device");
    if (const nlohmann::json& index = member(value, "index", "device"); !index.is_null())
        text += ":" + std::to_string(checked_index(index));
    try {
        return at::Device(text);
    } catch (const std::exception&) {
        refuse_file("device " + in_quotes(text) + " is unknown to this LibTorch",
                    "move the model to the CPU, export it again");
    }
}

/// A `TensorMeta` of the file's schema.
/// @throws FileError, without the tensor's name, unless every field is there and sound
inline TensorMeta read_tensor_meta(const nlohmann::json& value) {
    const auto number = [&](const char* key) { return exported_int(member(value, key, "tensor_meta"), key); };
    TensorMeta meta;
    meta.sizes = read_symbolic_sizes(value, "sizes");
    meta.strides = read_symbolic_sizes(value, "strides");
    if (meta.sizes.size() != meta.strides.size())
        refuse_file("the tensor has " + std::to_string(meta.sizes.size()) + " sizes, but " +
                    std::to_string(meta.strides.size()) + " strides");
    meta.storage_offset = read_symbolic_size(member(value, "storage_offset", "tensor_meta"), "storage_offset");
    meta.dtype = exported_scalar_type(number("dtype"));
    meta.device = read_device(member(value, "device", "tensor_meta"));
    meta.requires_grad = member_bool(value, "requires_grad", "tensor_meta");
    meta.layout = exported_layout(number("layout"));
    return meta;
}

}  // namespace suture::detail
