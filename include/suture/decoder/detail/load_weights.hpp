// Loading the weights of a model whose configuration was read.
#pragma once

#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/model_directory.hpp"
#include "suture/decoder/detail/weights.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <c10/core/GradMode.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// A tensor of the file as a parameter: mapped where the file has it in this dtype.
inline at::Tensor parameter_from(const Safetensors& file, const std::string& name, at::ScalarType dtype) {
    return file.dtype(name) == dtype ? file.map(name) : file.load(name).to(dtype);
}

/// A model with the weights in a directory, which do not require gradients.
/// @throws FileError if a file cannot be read, ModelError if it does not have the parameters of the configuration
inline Decoder load_decoder(const std::filesystem::path& directory, const DecoderConfig& config,
                            const LoadOptions& options) {
    if (!at::isFloatingType(options.dtype))
        throw TypeError("weights cannot be loaded as " + dtype_text(options.dtype) +
                        ": give at::kFloat, at::kBFloat16, at::kHalf or at::kDouble");
    check_config(config);
    const std::filesystem::path path = weights_in(directory);
    const Safetensors file = Safetensors::open(path);
    const CheckpointWeights weights(file, path.string(), config);
    weights.check_all_used(options.skip);
    Decoder model(config, DecoderWeights::unset);
    const at::NoGradGuard no_gradients;
    for (const auto& parameter : model->named_parameters()) {
        at::Tensor into = parameter.value();
        into.set_data(parameter_from(file, weights.find(parameter.key(), into.sizes()), options.dtype));
        into.requires_grad_(false);
    }
    return model;
}

/// The tensors in a directory's weights that a model of this configuration has no place for.
inline std::vector<std::string> extra_weights(const std::filesystem::path& directory, const DecoderConfig& config) {
    const std::filesystem::path path = weights_in(directory);
    const Safetensors file = Safetensors::open(path);
    return CheckpointWeights(file, path.string(), config).extra();
}

}  // namespace suture::detail
