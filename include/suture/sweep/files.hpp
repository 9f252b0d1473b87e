// Results of sweeps in files: CSV for spreadsheets and plots, safetensors with all bits for whoever reads them again.
// Law: what was saved is loaded bit for bit. Needs nlohmann-json, as suture/file/safetensors.hpp does.
#pragma once

#include "suture/file/safetensors.hpp"
#include "suture/sweep/result.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace suture {

/// Writes the result as `csv_text` gives it: complete, or not at all.
/// @throws FileError, with the path, if the disk refuses; what was there before is then still there
inline void save_csv(const std::filesystem::path& path, const SweepResult& result) {
    const std::string text = csv_text(result);
    detail::safetensors::naming(path.string(), [&] {
        detail::safetensors::NewFile file(path);
        file.write(text.data(), text.size());
        file.publish();
    });
}

/// Writes the tensors of the result under the names of its members, the axes and texts into the file's metadata: complete,
/// or not at all. @throws FileError, with the path, if the disk refuses
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
                      {"how", result.how}});
}

namespace detail {
/// The axes that a file's metadata has. @throws FileError if these are none
inline std::vector<SweepAxis> sweep_axes_of(const std::string& path, const std::string& text) {
    const nlohmann::json all = nlohmann::json::parse(text, nullptr, false);
    std::vector<SweepAxis> axes;
    try {
        for (const nlohmann::json& axis : all)
            axes.push_back({axis.at("name").get<std::string>(), axis.at("labels").get<std::vector<std::string>>()});
    } catch (const nlohmann::json::exception&) {
        throw FileError(path + ": the metadata 'axes' are no axes of a sweep: give a file that save_sweep wrote");
    }
    return axes;
}

/// @throws FileError unless the tensor is of this dtype and has these axes
inline at::Tensor sweep_tensor(const Safetensors& file, const std::string& path, const std::string& name,
                               at::ScalarType dtype, const std::vector<Index>& sizes) {
    at::Tensor tensor = file.load(name);
    if (tensor.scalar_type() != dtype || tensor.sizes() != at::IntArrayRef(sizes))
        throw FileError(path + ": the tensor '" + name + "' is " + tensor_text(tensor) + " but the axes make it " +
                        dtype_text(dtype) + " " + shape_text(sizes) + ": give a file that save_sweep wrote");
    return tensor;
}
}  // namespace detail

/// Reads what `save_sweep` wrote. @throws FileError if the file is no such file, or was damaged
inline SweepResult load_sweep(const std::filesystem::path& path) {
    const Safetensors file = Safetensors::open(path);
    std::map<std::string, std::string> texts = file.metadata();
    if (texts["format"] != "suture sweep 1")
        throw FileError(path.string() + ": the file has no result of a sweep: give one that save_sweep wrote");
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
    result.how = std::move(texts["how"]);
    return result;
}

}  // namespace suture
