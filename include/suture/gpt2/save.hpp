// Saving a GPT-2 as a Hugging Face directory: `config.json` and `model.safetensors`, with the names of
// GPT2LMHeadModel. Law: `gpt2::load` of the directory gives the model, bit for bit. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/decoder/detail/save_decoder.hpp"
#include "suture/gpt2/config.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

namespace gpt2 {

/// The text of a `config.json`. @post read_config of it gives the same configuration
inline std::string config_json(const Gpt2Config& c) {
    const nlohmann::ordered_json fields{{"model_type", "gpt2"},
                                        {"architectures", {"GPT2LMHeadModel"}},
                                        {"n_embd", c.width},
                                        {"n_head", c.heads},
                                        {"n_inner", c.inner},
                                        {"n_layer", c.layers},
                                        {"n_positions", c.positions},
                                        {"vocab_size", c.vocabulary},
                                        {"layer_norm_epsilon", c.layer_norm_epsilon},
                                        {"activation_function", detail::activation_name(c.activation)},
                                        {"tie_word_embeddings", c.tied},
                                        {"scale_attn_weights", c.scale_attention},
                                        {"scale_attn_by_inverse_layer_idx", c.scale_attention_by_layer},
                                        {"bos_token_id", nullptr},
                                        {"eos_token_id", nullptr}};
    return fields.dump(2) + "\n";
}
/// @throws ModelError if it is not the configuration of a GPT-2
inline std::string config_json(const DecoderConfig& c) { return config_json(config_of(c)); }

/// Writes the model to a directory, which is created if it does not exist, and with it the text files `beside`, by
/// name, for example its vocab.json. Files are renamed only after all have been written, so a failure leaves the old
/// files of the directory as they were.
/// @throws ModelError if the model is empty or not a GPT-2, ValueError if the name of a text file is invalid, FileError if
///         a file cannot be written
/// @post load(directory) == model, bit for bit, if its weights are float32
inline void save(const std::filesystem::path& directory, const Decoder& model,
                 const std::map<std::string, std::string>& beside = {}) {
    detail::save_decoder(
        directory, model, [](const DecoderConfig& c) { return config_json(c); }, beside);
}

template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write gpt2::save(directory, model)", save(...));

template <class...>
SUTURE_REJECTED("a configuration is written as text: write gpt2::config_json(config)", config_json(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("the directory comes first, then the model: write gpt2::save(directory, model)", save(...));

}  // namespace gpt2

// As models were saved when their sizes were template arguments.
template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write gpt2::save(directory, model)", save_gpt2(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
