// Saving a model of any family as a Hugging Face directory, which transformers loads. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/gpt2/save.hpp"
#include "suture/llama/save.hpp"
#include "suture/neox/save.hpp"

#include <filesystem>
#include <map>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture::pretrained {

/// The text of a `config.json`, of whichever family. @throws ModelError if its family's config.json cannot say it
inline std::string config_json(const DecoderConfig& config) {
    if (config.family == "gpt2") return gpt2::config_json(config);
    if (config.family == "gpt_neox") return neox::config_json(config);
    return llama::config_json(config);
}

/// Writes the model to a directory, as the room of its family does: `pretrained::save("edited", model)`. Of a Gemma 3 that
/// was read from a model with images, its text model is written. Text files `beside` go with it, by name: give the
/// tokenizer.json and generation_config.json of the original, which a Decoder does not hold.
/// @throws ModelError if the model is empty, or if its family's config.json cannot say what it is; ValueError if the name of a
///         text file is invalid; FileError if a file cannot be written
/// @post pretrained::load(directory) == model, bit for bit, if its weights are float32
inline void save(const std::filesystem::path& directory, const Decoder& model,
                 const std::map<std::string, std::string>& beside = {}) {
    detail::save_decoder(
        directory, model, [](const DecoderConfig& c) { return config_json(c); }, beside);
}

template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write pretrained::save(directory, model)", save(...));
template <class...>
SUTURE_REJECTED("a configuration is written as text: write pretrained::config_json(config)", config_json(...));

}  // namespace suture::pretrained

#include "suture/core/end_refuse.hpp"
