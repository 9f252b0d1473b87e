// What a decoder checks: that the numbers of its configuration agree, and that what it is given are token ids.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail {

inline void check_rotary(const Rotary& rotary, const DecoderConfig& config) {
    if (rotary.width < 2 || rotary.width % 2 != 0 || rotary.width > config.head_width)
        throw ModelError("the rotary embedding turns " + std::to_string(rotary.width) + " channels of heads of " +
                         std::to_string(config.head_width) + ": give an even number of at most that many");
    const auto pairs = static_cast<std::size_t>(rotary.width / 2);
    if (rotary.scaling == RotaryScaling::longrope &&
        (rotary.short_factors.size() != pairs || rotary.long_factors.size() != pairs))
        throw ModelError("longrope has " + std::to_string(rotary.short_factors.size()) + " and " +
                         std::to_string(rotary.long_factors.size()) + " factors for " + std::to_string(pairs) +
                         " pairs of channels: give one for each pair in both lists");
}

/// @throws ModelError unless the numbers of the configuration agree
inline void check_config(const DecoderConfig& config) {
    if (!config.names)
        throw ModelError("the configuration has no names of modules: take one of gpt2/, llama/ or neox/ as a start");
    const std::array<std::pair<const char*, Index>, 8> numbers{{{"width", config.width},
                                                                {"heads", config.heads},
                                                                {"key_heads", config.key_heads},
                                                                {"head_width", config.head_width},
                                                                {"inner", config.inner},
                                                                {"layers", config.layers},
                                                                {"positions", config.positions},
                                                                {"vocabulary", config.vocabulary}}};
    for (const auto& [name, number] : numbers)
        if (number < 1 && (number < 0 || name != std::string_view("layers")))
            throw ModelError(std::string("the configuration's ") + name + " is " + std::to_string(number) +
                             ": give at least 1");
    if (config.heads % config.key_heads != 0)
        throw ModelError("the model has " + std::to_string(config.heads) + " heads for " +
                         std::to_string(config.key_heads) +
                         " key/value heads: give a number of heads that these divide");
    if (config.packing == QkvPacking::interleaved && config.heads != config.key_heads)
        throw ModelError("heads whose projections are interleaved have keys of their own, but the model has " +
                         std::to_string(config.key_heads) + " key/value heads for " + std::to_string(config.heads) +
                         " heads: set key_heads to " + std::to_string(config.heads));
    if (!config.windows.empty() && config.windows.size() != static_cast<std::size_t>(config.layers))
        throw ModelError("the configuration has " + std::to_string(config.windows.size()) + " windows for " +
                         std::to_string(config.layers) + " layers: give one for each layer, or none");
    if (config.rotary) check_rotary(*config.rotary, config);
    if (config.window_rotary) check_rotary(*config.window_rotary, config);
}

/// @throws ValueError if a token id is outside the vocabulary
inline void check_vocabulary(const at::Tensor& ids, Index vocabulary) {
    if (ids.numel() == 0) return;
    const Index low = ids.min().item<Index>(), high = ids.max().item<Index>();
    if (low < 0 || high >= vocabulary)
        throw ValueError("token id " + std::to_string(low < 0 ? low : high) + " is outside the vocabulary of " +
                         std::to_string(vocabulary) + ": give ids from 0");
}

/// @throws TypeError, ShapeError or ValueError unless these are token ids [batch, tokens] of the model
inline void check_ids_alone(const at::Tensor& ids, const DecoderConfig& config) {
    if (!ids.defined() || !at::isIntegralType(ids.scalar_type(), false))
        throw TypeError("token ids are " + tensor_text(ids) + ": give integers");
    if (ids.dim() != 2) throw ShapeError("token ids have shape " + shape_text(ids.sizes()) + ": give [batch, tokens]");
    check_vocabulary(ids, config.vocabulary);
}
/// @throws also ShapeError if the prompts are longer than the model's positions
inline void check_ids(const at::Tensor& ids, const DecoderConfig& config) {
    check_ids_alone(ids, config);
    if (!config.rotary && ids.size(1) > config.positions)  // rotary angles go on beyond the prompts of training
        throw ShapeError(std::to_string(ids.size(1)) + " tokens exceed the model's " +
                         std::to_string(config.positions) + " positions: shorten the prompt");
}

}  // namespace suture::detail
