// Results of sweeps in files: CSV for spreadsheets and plots, safetensors to read them again bit for bit.
// Law: what was saved is loaded bit for bit. Needs nlohmann-json, as suture/file/safetensors.hpp does.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/new_file.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/sweep/result.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// Writes `csv_text(result)`: completely, or not at all.
/// @throws FileError, with the path, if the disk refuses; an older file is then still there
inline void save_csv(const std::filesystem::path& path, const SweepResult& result) {
    save_text(path, csv_text(result));
}

/// Writes the tensors of the result under the names of its members, and its axes and texts into the file's metadata:
/// completely, or not at all. @throws FileError, with the path, if the disk refuses
/// @post load_sweep(path) is the result, bit for bit
inline void save_sweep(const std::filesystem::path& path, const SweepResult& result) {
    std::map<std::string, at::Tensor> tensors{
        {"values", result.values}, {"baseline", result.baseline}, {"done", result.done}, {"ran", result.ran}};
    if (result.source.defined()) tensors["source"] = result.source;
    if (result.attribution.defined()) tensors["attribution"] = result.attribution;
    nlohmann::json axes = nlohmann::json::array();
    for (const SweepAxis& axis : result.axes) axes.push_back({{"name", axis.name}, {"labels", axis.labels}});
    save_safetensors(path, tensors,
                     {{"format", "suture sweep 1"},
                      {"axes", axes.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)},
                      {"metric", result.metric},
                      {"patching", result.patching},
                      {"method", to_string(result.method)}});
}

namespace detail {
/// The axes in a file's metadata. @throws FileError if the text has another form
inline std::vector<SweepAxis> sweep_axes_of(const std::string& path, const std::string& text) {
    const nlohmann::json all = nlohmann::json::parse(text, nullptr, false);
    std::vector<SweepAxis> axes;
    try {
        for (const nlohmann::json& axis : all)
            axes.push_back({axis.at("name").get<std::string>(), axis.at("labels").get<std::vector<std::string>>()});
    } catch (const nlohmann::json::exception&) {
        throw FileError(path + ": the metadata 'axes' does not list a sweep's axes: give a file that save_sweep wrote");
    }
    return axes;
}

/// @throws FileError unless the tensor has this dtype and these sizes
inline at::Tensor sweep_tensor(const Safetensors& file, const std::string& path, const std::string& name,
                               at::ScalarType dtype, const std::vector<Index>& sizes) {
    at::Tensor tensor = file.load(name);
    if (tensor.scalar_type() != dtype || tensor.sizes() != at::IntArrayRef(sizes))
        throw FileError(path + ": the tensor '" + name + "' is " + tensor_text(tensor) + " but the axes need " +
                        dtype_text(dtype) + " " + shape_text(sizes) + ": give a file that save_sweep wrote");
    return tensor;
}
}  // namespace detail

/// Reads what `save_sweep` wrote. @throws FileError if the file is another kind of file, or is damaged
inline SweepResult load_sweep(const std::filesystem::path& path) {
    const Safetensors file = Safetensors::open(path);
    std::map<std::string, std::string> texts = file.metadata();
    if (texts["format"] != "suture sweep 1")
        throw FileError(path.string() +
                        ": the file does not hold the result of a sweep: give one that save_sweep wrote");
    SweepResult result;
    result.axes = detail::sweep_axes_of(path.string(), texts["axes"]);
    std::vector<Index> sizes;
    for (const SweepAxis& axis : result.axes) sizes.push_back(axis.size());
    if (sizes.empty()) throw FileError(path.string() + ": the result has no axes: give a file that save_sweep wrote");
    const std::vector<Index> prompts(1, sizes.front());
    const auto read = [&](const char* name, at::ScalarType dtype, const std::vector<Index>& shape) {
        return detail::sweep_tensor(file, path.string(), name, dtype, shape);
    };
    result.values = read("values", at::kDouble, sizes);
    result.done = read("done", at::kBool, sizes);
    result.ran = read("ran", at::kBool, sizes);
    result.baseline = read("baseline", at::kDouble, prompts);
    if (file.contains("source")) result.source = read("source", at::kDouble, prompts);
    if (file.contains("attribution")) result.attribution = read("attribution", at::kDouble, sizes);
    result.metric = std::move(texts["metric"]);
    result.patching = std::move(texts["patching"]);
    const std::optional<SweepMethod> method = sweep_method_of(texts["method"]);
    if (!method)
        throw FileError(path.string() + ": the metadata 'method' is '" + texts["method"] +
                        "', which is not a method of sweeping: give a file that save_sweep wrote");
    result.method = *method;
    return result;
}

template <class...>
SUTURE_REJECTED("a result is read from its file: write load_sweep(path)", load_sweep(...));
template <class...>
SUTURE_REJECTED("the path comes first, then the result: write save_csv(path, result)", save_csv(...));
template <class...>
SUTURE_REJECTED("the path comes first, then the result: write save_sweep(path, result)", save_sweep(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
