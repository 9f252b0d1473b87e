// The tensors of an exported model: its parameters, buffers and constants, on the mapped file.
// Law: every tensor lies inside its record, and two that share a record share storage.
#pragma once

#include "suture/exported/detail/archive.hpp"
#include "suture/exported/detail/record_json.hpp"
#include "suture/exported/detail/scalar_types.hpp"
#include "suture/file/detail/file_errors.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/visible_text.hpp"

#include <c10/core/Storage.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace suture::detail {

/// A tensor's sizes and strides as numbers, and the elements from the start of its storage to behind its last one.
struct TensorExtent {
    std::vector<std::int64_t> sizes, strides;
    std::int64_t offset = 0, end = 0;
    bool empty = false;
};

inline std::int64_t fixed_size(const SymbolicSize& size) {
    if (const auto* symbol = std::get_if<std::string>(&size))
        refuse_file("its shape depends on " + in_quotes(*symbol) + ", but stored values have a fixed one");
    return std::get<std::int64_t>(size);
}

/// @throws FileError if a size is a symbol, or a number of elements or bytes is beyond 2^63 - 1
inline TensorExtent extent_of(const TensorMeta& meta) {
    TensorExtent extent;
    for (const SymbolicSize& size : meta.sizes) extent.sizes.push_back(fixed_size(size));
    for (const SymbolicSize& stride : meta.strides) extent.strides.push_back(fixed_size(stride));
    extent.offset = fixed_size(meta.storage_offset);
    extent.empty = std::count(extent.sizes.begin(), extent.sizes.end(), 0) > 0;
    std::int64_t last = extent.offset, bytes = static_cast<std::int64_t>(c10::elementSize(meta.dtype)), reach = 0;
    bool overflow = false;
    for (std::size_t i = 0; i < extent.sizes.size(); ++i) {
        if (extent.sizes[i] == 0) continue;  // a size of 0 does not excuse the others
        overflow |= __builtin_mul_overflow(bytes, extent.sizes[i], &bytes);
        overflow |= __builtin_mul_overflow(extent.sizes[i] - 1, extent.strides[i], &reach);
        overflow |= __builtin_add_overflow(last, reach, &last);
    }
    overflow |= __builtin_add_overflow(last, 1, &extent.end);
    overflow |= __builtin_mul_overflow(extent.end, static_cast<std::int64_t>(c10::elementSize(meta.dtype)), &reach);
    if (overflow) refuse_file("its shape or strides multiply to more than 2^63 - 1 bytes");
    return extent;
}

/// Reads the tensors that a configuration lists, and remembers the storages of their records.
class WeightReader {
public:
    explicit WeightReader(const ExportedArchive& archive) : archive_(archive) {}

    /// Reads the configuration in this folder: "data/weights/", "model_weights_config.json".
    void read(const std::string& folder, const std::string& configuration) {
        const nlohmann::json root = record_json(archive_, folder + configuration);
        const nlohmann::json& payloads = member(root, "config", folder + configuration);
        if (!payloads.is_object()) refuse_file(folder + configuration + ": config must be an object");
        for (auto payload = payloads.begin(); payload != payloads.end(); ++payload)
            naming("tensor " + in_quotes(payload.key()), [&] { add(folder, payload.key(), payload.value()); });
    }

    std::map<std::string, at::Tensor> take() { return std::move(tensors_); }

private:
    struct StoredRecord {
        c10::Storage storage;
        bool bools_checked = false;
    };
    /// Everything by which two entries are the same tensor, as tied weights are the same parameter.
    using Same = std::tuple<std::string, at::ScalarType, bool, std::int64_t, std::vector<std::int64_t>,
                            std::vector<std::int64_t>>;

    void add(const std::string& folder, const std::string& name, const nlohmann::json& payload) {
        if (tensors_.contains(name)) refuse_file("it is among the weights and among the constants");
        if (member_bool(payload, "use_pickle", "its entry"))
            refuse_file("it is stored as a pickle, which is never read",
                        "export the model with plain tensors, without custom objects or tensor subclasses");
        const TensorMeta meta = read_tensor_meta(member(payload, "tensor_meta", "its entry"));
        member_bool(payload, "is_param", "its entry");
        check_meta(meta);
        const TensorExtent extent = extent_of(meta);
        const std::string record = folder + path_name(payload);
        const Same same{record, meta.dtype, meta.requires_grad, extent.offset, extent.sizes, extent.strides};
        at::Tensor& tensor = made_[same];
        if (!tensor.defined()) tensor = make(record, meta, extent);
        tensors_.emplace(name, tensor);
    }

    static const std::string& path_name(const nlohmann::json& payload) {
        const std::string& name = member_text(payload, "path_name", "its entry");
        if (name.empty() || name.find_first_of("/\\") != name.npos || name.starts_with("."))
            refuse_file("its path_name " + in_quotes(name) + " must be the name of a record beside the configuration");
        return name;
    }

    static void check_meta(const TensorMeta& meta) {
        if (meta.layout != at::kStrided) refuse_file("it is not dense", "call to_dense() on it before the export");
        if (!meta.device.is_cpu())
            refuse_file("it is on " + meta.device.str() + ", but a file is read to the CPU",
                        "move the model there before the export: model.cpu()");
        if (meta.requires_grad && !at::isFloatingType(meta.dtype) && !at::isComplexType(meta.dtype))
            refuse_file("it has dtype " + dtype_text(meta.dtype) + " and cannot require gradients");
    }

    at::Tensor make(const std::string& record, const TensorMeta& meta, const TensorExtent& extent) {
        StoredRecord& stored = stored_record(record);
        const auto element = static_cast<std::int64_t>(c10::elementSize(meta.dtype));
        const auto held = static_cast<std::int64_t>(stored.storage.nbytes());
        if (!extent.empty && extent.end > held / element) refuse_short(record, extent, element, held);
        if (meta.dtype == at::kBool && !std::exchange(stored.bools_checked, true)) check_bools(record);
        const at::TensorOptions options = at::TensorOptions().dtype(meta.dtype).device(at::kCPU);
        at::Tensor tensor = at::empty({0}, options);
        try {
            tensor.set_(stored.storage, extent.empty ? 0 : extent.offset, extent.sizes, extent.strides);
        } catch (const std::exception&) {
            refuse_file("LibTorch cannot make a tensor of shape " + shape_text(extent.sizes) + " and strides " +
                        shape_text(extent.strides));
        }
        return tensor.requires_grad_(meta.requires_grad);
    }

    [[noreturn]] static void refuse_short(const std::string& record, const TensorExtent& extent, std::int64_t element,
                                          std::int64_t held) {
        const std::string what = "the record " + in_quotes(record) + " has " +
                                 bytes_text(static_cast<std::uint64_t>(held)) + ", but its shape " +
                                 shape_text(extent.sizes) + ", strides and offset need " +
                                 bytes_text(static_cast<std::uint64_t>(extent.end * element));
        if (held == 0) refuse_file(what, "load real weights before the export (fake tensors have no values)");
        refuse_file(what);
    }

    StoredRecord& stored_record(const std::string& record) {
        const auto found = records_.find(record);
        if (found != records_.end()) return found->second;
        return records_.emplace(record, StoredRecord{archive_.storage(record)}).first->second;
    }

    /// @throws FileError if a byte is neither 0 nor 1: LibTorch must not see such a bool
    void check_bools(const std::string& record) const {
        const std::string_view bytes = archive_.bytes(record);
        const auto bad = std::find_if(bytes.begin(), bytes.end(), [](char byte) { return byte != 0 && byte != 1; });
        if (bad != bytes.end())
            refuse_file("the bool at element " + std::to_string(bad - bytes.begin()) + " of its record is the byte " +
                        std::to_string(static_cast<unsigned char>(*bad)) + ", not 0 or 1");
    }

    const ExportedArchive& archive_;
    std::map<std::string, StoredRecord> records_;
    std::map<Same, at::Tensor> made_;
    std::map<std::string, at::Tensor> tensors_;
};

/// Every parameter, buffer and constant by its name in the signature: "h.0.attn.c_attn.weight". They lie on the mapped
/// file: no byte is read before it is used, and what is written stays in this program. Entries that describe the same
/// values of the same record (tied weights) are one tensor; views of one record share storage. What required gradients in
/// Python requires them.
/// @throws FileError, without the path, unless every entry is sound
inline std::map<std::string, at::Tensor> read_weights(const ExportedArchive& archive) {
    const c10::InferenceMode parameters_outlive_it(false);
    const std::string model = model_name(archive);
    WeightReader reader(archive);
    reader.read("data/weights/", model + "_weights_config.json");
    reader.read("data/constants/", model + "_constants_config.json");
    return reader.take();
}

}  // namespace suture::detail
