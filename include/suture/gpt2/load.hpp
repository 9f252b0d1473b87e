// Loading a Hugging Face GPT-2 directory: `config.json`, and `model.safetensors` or several files with their index. Names
// may have a prefix. 16-bit weights are widened to the model's float32, and 64-bit weights are rounded to it.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/gpt2/config_file.hpp"
#include "suture/gpt2/detail/weights.hpp"

#include <c10/core/GradMode.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// Copies every parameter from the file. If it throws, no parameter has been written, but for a disk that fails.
inline void load_parameters(torch::nn::Module& model, const Safetensors& file, const Gpt2Weights& weights) {
    std::vector<std::pair<at::Tensor, std::string>> found;
    for (const auto& parameter : model.named_parameters())
        found.emplace_back(parameter.value(), weights.find(parameter.key(), parameter.value().sizes()));
    const at::NoGradGuard no_gradients;
    for (auto& [parameter, name] : found) parameter.copy_(file.load(name));
}
}  // namespace detail

namespace gpt2 {

/// How a model is loaded.
struct LoadOptions {
    /// Modules of the file that a GPT-2 lacks and that are read past, by their names there: {"score"}, {"v_head"}.
    std::vector<std::string> skip = {};
};

/// The tensors in a directory's weights that a GPT-2 has no place for, by their names: the heads of other tasks, for
/// example. `load` refuses them unless they are skipped.
/// @throws FileError and ModelError like `load`, but not for these tensors
inline std::vector<std::string> extra_weights(const std::filesystem::path& directory) {
    const Gpt2Config config = read_config(directory / "config.json");
    const std::filesystem::path path = detail::weights_in(directory);
    const Safetensors file = Safetensors::open(path);
    return detail::Gpt2Weights(file, path.string(), config).extra();
}

/// Loads a model from a directory: `Decoder model = gpt2::load("gpt2")`. The parameters are float32, on the CPU, and do not
/// require gradients (`requires_grad_` changes that).
/// @throws FileError if a file cannot be read, ModelError if it is not a GPT-2
inline Decoder load(const std::filesystem::path& directory, const LoadOptions& options = {}) {
    const Gpt2Config config = read_config(directory / "config.json");
    const std::filesystem::path path = detail::weights_in(directory);
    const Safetensors file = Safetensors::open(path);
    const detail::Gpt2Weights weights(file, path.string(), config);
    weights.check_all_used(options.skip);
    Decoder model(config, DecoderWeights::unset);
    detail::load_parameters(*model, file, weights);
    for (at::Tensor& parameter : model->parameters()) parameter.requires_grad_(false);
    return model;
}

template <class...>
SUTURE_REJECTED("a model is loaded from a directory: write gpt2::load(directory)", load(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a model's files tell its sizes: write gpt2::load(directory)", load(...));
template <Sentence>
SUTURE_REJECTED("a model is loaded from a directory: write gpt2::load(directory)", load(...));

}  // namespace gpt2

// As models were loaded when their sizes were template arguments.
template <auto...>
SUTURE_REJECTED("models of all sizes are loaded by one function: write gpt2::load(directory)", load_gpt2(...));
template <class...>
SUTURE_REJECTED("models of all sizes are loaded by one function: write gpt2::load(directory)", visit_gpt2(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
