// Loading a Hugging Face GPT-2 directory: `config.json`, and `model.safetensors` or several files with their index. Names
// may have a prefix.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/load_weights.hpp"
#include "suture/gpt2/config_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace gpt2 {

/// The tensors in a directory's weights that a GPT-2 has no place for, by their names: the heads of other tasks, for
/// example. `load` refuses them unless they are skipped.
/// @throws FileError and ModelError like `load`, but not for these tensors
inline std::vector<std::string> extra_weights(const std::filesystem::path& directory) {
    return detail::extra_weights(directory, read_config(directory / "config.json"));
}

/// Loads a model from a directory: `Decoder model = gpt2::load("gpt2")`. The parameters are on the CPU and do not require
/// gradients (`requires_grad_` changes that).
/// @throws FileError if a file cannot be read, ModelError if it is not a GPT-2
inline Decoder load(const std::filesystem::path& directory, const LoadOptions& options = {}) {
    return detail::load_decoder(directory, read_config(directory / "config.json"), options);
}

template <class...>
SUTURE_REJECTED("a model is loaded from a directory: write gpt2::load(directory)", load(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("the files of a model tell its sizes: write gpt2::load(directory)", load(...));
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
