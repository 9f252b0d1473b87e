// Loading a Hugging Face directory of a Llama-shaped model: `config.json`, and `model.safetensors` or several files with their index.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/load_weights.hpp"
#include "suture/llama/config_file.hpp"

#include <filesystem>

#include "suture/core/refuse.hpp"

namespace suture::llama {

/// Loads a model from a directory. The parameters are on the CPU and do not require gradients (`requires_grad_` changes
/// that).
/// @throws FileError if a file cannot be read, ModelError if it is not a model of this room
inline Decoder load(const std::filesystem::path& directory, const LoadOptions& options = {}) {
    return detail::load_decoder(directory, read_config(directory / "config.json"), options);
}

template <class...>
SUTURE_REJECTED("a model is loaded from a directory: write llama::load(directory)", load(...));

}  // namespace suture::llama

#include "suture/core/end_refuse.hpp"
