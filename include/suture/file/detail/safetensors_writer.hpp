// Writes the header of a safetensors file: which tensors it can hold, in which order, and the text.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/safetensors_format.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail::safetensors {

using NamedTensor = std::pair<const std::string, at::Tensor>;

/// Why the tensor cannot be stored and what to do; empty if it can.
inline std::string fault_of(const NamedTensor& named) {
    const auto& [name, tensor] = named;
    if (name == metadata_key) return "has the name that the format reserves for metadata: rename it";
    if (!tensor.defined()) return "is undefined: leave it out";
    if (tensor.is_nested() || tensor.layout() != at::kStrided) return "is not dense: call to_dense() on it first";
    if (tensor.is_meta()) return "is on the meta device and has no values: move it to another device first";
    if (!find_dtype(tensor.scalar_type()))
        return "has dtype " + dtype_text(tensor.scalar_type()) + ", which the file cannot hold: convert it first";
    return "";
}

/// The tensors in the order of the reference writer: by dtype, widest alignment first, then by name.
/// @throws FileError if one cannot be stored
inline std::vector<const NamedTensor*> writing_order(const std::map<std::string, at::Tensor>& tensors) {
    std::vector<const NamedTensor*> order;
    for (const NamedTensor& named : tensors) {
        if (const std::string fault = fault_of(named); !fault.empty())
            throw FileError("tensor " + in_quotes(named.first) + " " + fault);
        order.push_back(&named);
    }
    std::stable_sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
        return find_dtype(a->second.scalar_type()) < find_dtype(b->second.scalar_type());
    });
    return order;
}

/// The text as a JSON string, with quotes.
inline std::string json_string(const std::string& text) {
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        refuse_file("a name or metadata is not UTF-8: " + in_quotes(text), "encode it as UTF-8");
    }
}

inline std::string metadata_json(const std::map<std::string, std::string>& metadata) {
    const auto member = [](const auto& item) { return json_string(item.first) + ":" + json_string(item.second); };
    return json_string(metadata_key) + ":{" + joined(metadata, ",", member) + "}";
}

inline std::string entry_json(const NamedTensor& named, std::uint64_t begin) {
    const auto& [name, tensor] = named;
    const std::string sizes = joined(tensor.sizes(), ",", [](std::int64_t size) { return std::to_string(size); });
    const std::string dtype(find_dtype(tensor.scalar_type())->name);
    const std::string range = std::to_string(begin) + "," + std::to_string(begin + tensor.nbytes());
    return json_string(name) + R"(:{"dtype":")" + dtype + R"(","shape":[)" + sizes + R"(],"data_offsets":[)" + range +
           "]}";
}

/// The header's text, padded so that the data after it begins at a multiple of 8.
inline std::string encode_header(const std::vector<const NamedTensor*>& order,
                                 const std::map<std::string, std::string>& metadata) {
    std::string text = "{";
    if (!metadata.empty()) text += metadata_json(metadata);
    std::uint64_t position = 0;
    for (const NamedTensor* named : order) {
        if (text.size() > 1) text += ",";
        text += entry_json(*named, position);
        position += named->second.nbytes();
    }
    text += "}";
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > longest_header)
        refuse_file("would need a header of " + bytes_text(text.size()) + ", but 100 MB are the limit",
                    "write several files");
    return text;
}

}  // namespace suture::detail::safetensors
