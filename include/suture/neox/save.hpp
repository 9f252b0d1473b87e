// Saving a GPT-NeoX or Pythia as a Hugging Face directory: `config.json` and `model.safetensors`, with the names
// of transformers. Law: `neox::load` of the directory gives the model, bit for bit. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/decoder/detail/rotary_fields.hpp"
#include "suture/decoder/detail/save_decoder.hpp"
#include "suture/neox/config_file.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture::neox {

/// The text of a `config.json`. @post read_config of it gives the same configuration
/// @throws ModelError if it is not the configuration of a GPT-NeoX, or one that its config.json cannot say
inline std::string config_json(const DecoderConfig& c) {
    if (c.family != "gpt_neox" || !c.rotary)
        throw ModelError("the model is not a GPT-NeoX but a " + c.family +
                         " model: save it with pretrained::save, which knows all families");
    const nlohmann::ordered_json fields{{"model_type", c.family},
                                        {"architectures", {"GPTNeoXForCausalLM"}},
                                        {"hidden_size", c.width},
                                        {"num_attention_heads", c.heads},
                                        {"intermediate_size", c.inner},
                                        {"num_hidden_layers", c.layers},
                                        {"max_position_embeddings", c.positions},
                                        {"vocab_size", c.vocabulary},
                                        {"hidden_act", detail::activation_name(c.activation)},
                                        {"attention_bias", c.has_qkv_bias},
                                        {"rope_parameters", detail::rotary_fields(*c.rotary, c.head_width, 0.25)},
                                        {"layer_norm_eps", c.norm_epsilon},
                                        {"use_parallel_residual", c.is_parallel},
                                        {"tie_word_embeddings", c.is_tied},
                                        {"bos_token_id", nullptr},
                                        {"eos_token_id", nullptr}};
    return detail::checked_config_json(fields, c, names.family, detail::read_neox_fields);
}

/// Writes the model to a directory, which is created if it does not exist, and with it the text files `beside`, by
/// name, for example its tokenizer.json. Files are renamed only after all have been written, so a failure leaves the old
/// files of the directory as they were.
/// @throws ModelError if the model is empty or not a GPT-NeoX, ValueError if the name of a text file is invalid, FileError if
///         a file cannot be written
/// @post load(directory) == model, bit for bit, if its weights are float32
inline void save(const std::filesystem::path& directory, const Decoder& model,
                 const std::map<std::string, std::string>& beside = {}) {
    detail::save_decoder(
        directory, model, [](const DecoderConfig& c) { return config_json(c); }, beside);
}

template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write neox::save(directory, model)", save(...));
template <class...>
SUTURE_REJECTED("a configuration is written as text: write neox::config_json(config)", config_json(...));

}  // namespace suture::neox

#include "suture/core/end_refuse.hpp"
