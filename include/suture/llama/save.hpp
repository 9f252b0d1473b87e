// Saving a Llama-shaped model as a Hugging Face directory: `config.json` and `model.safetensors`, with the names
// of transformers. Law: `llama::load` of the directory gives the model, bit for bit. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/decoder/detail/rotary_fields.hpp"
#include "suture/decoder/detail/save_decoder.hpp"
#include "suture/llama/config_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::detail {

/// query_pre_attn_scalar, whose root divides the scores: a whole number as far as the scale says one.
inline nlohmann::ordered_json scalar_of(double score_scale) {
    const double scalar = 1 / (score_scale * score_scale), whole = std::round(scalar);
    if (whole > 0 && whole < 1 << 30 && 1 / std::sqrt(whole) == score_scale) return static_cast<Index>(whole);
    return scalar;
}

/// The fields that say which keys a query meets.
inline void write_windows(nlohmann::ordered_json& fields, const LlamaFamily& family, const DecoderConfig& c) {
    if (family.type == "llama") return;
    Index widest = 0;
    std::vector<std::string> types;
    for (Index layer = 0; layer < c.layers; ++layer) {
        widest = std::max(widest, c.window(layer));
        types.emplace_back(c.window(layer) > 0 ? "sliding_attention" : "full_attention");
    }
    const bool is_qwen = family.type.starts_with("qwen");
    if (is_qwen) fields["use_sliding_window"] = widest > 0;
    if (is_qwen || family.is_gemma) {
        fields["sliding_window"] = widest > 0 ? widest : 4096;  // which no layer has
        fields["layer_types"] = types;
    } else {
        fields["sliding_window"] = widest > 0 ? nlohmann::ordered_json(widest) : nullptr;
    }
}

inline nlohmann::ordered_json llama_fields(const LlamaFamily& family, const DecoderConfig& c) {
    nlohmann::ordered_json fields{{"model_type", c.family},
                                  {"architectures", {family.architecture}},
                                  {"hidden_size", c.width},
                                  {"num_attention_heads", c.heads},
                                  {"num_key_value_heads", c.key_heads},
                                  {"intermediate_size", c.inner},
                                  {"num_hidden_layers", c.layers},
                                  {"max_position_embeddings", c.positions},
                                  {"vocab_size", c.vocabulary},
                                  {family.is_gemma ? "hidden_activation" : "hidden_act", activation_name(c.activation)},
                                  {"rms_norm_eps", c.norm_epsilon},
                                  {"tie_word_embeddings", c.is_tied},
                                  {"bos_token_id", nullptr},
                                  {"eos_token_id", nullptr},
                                  {"pad_token_id", nullptr}};
    if (family.head_width != 0 || c.head_width * c.heads != c.width) fields["head_dim"] = c.head_width;
    if (!family.has_qkv_bias) fields["attention_bias"] = c.has_qkv_bias;
    if (family.type == "llama") fields["mlp_bias"] = c.has_mlp_bias;
    write_windows(fields, family, c);
    if (family.is_gemma) {
        const auto cap = [](double value) {
            return value == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
        };
        fields["query_pre_attn_scalar"] = scalar_of(c.score_scale);
        fields["attn_logit_softcapping"] = cap(c.score_cap);
        fields["final_logit_softcapping"] = cap(c.logit_cap);
    }
    if (family.type == "phi3" && c.rotary->original_positions > 0)
        fields["original_max_position_embeddings"] = c.rotary->original_positions;
    fields["rope_parameters"] = rotary_fields(*c.rotary, c.head_width);
    if (c.window_rotary)
        fields["rope_parameters"] = {{"full_attention", rotary_fields(*c.rotary, c.head_width)},
                                     {"sliding_attention", rotary_fields(*c.window_rotary, c.head_width)}};
    return fields;
}
}  // namespace suture::detail

namespace suture::llama {

/// The text of a `config.json`. @post read_config of it gives the same configuration
/// @throws ModelError if it is not the configuration of a model of this room, or one that the family's config.json cannot say
inline std::string config_json(const DecoderConfig& c) {
    const detail::LlamaFamily* const family = detail::llama_family(c.family);
    if (!family || !c.rotary)
        throw ModelError("the model is not one of llama/ but a " + c.family +
                         " model: save it with pretrained::save, which knows all families");
    return detail::checked_config_json(
        detail::llama_fields(*family, c), c, family->title,
        [&](const detail::ConfigReader& config) { return detail::read_llama_fields(config, *family); });
}

/// Writes the model to a directory, which is created if it does not exist, and with it the text files `beside`, by
/// name, for example its tokenizer.json. Files are renamed only after all have been written, so a failure leaves the old
/// files of the directory as they were.
/// @throws ModelError if the model is empty or not one of this room, ValueError if the name of a text file is invalid, FileError if
///         a file cannot be written
/// @post load(directory) == model, bit for bit, if its weights are float32
inline void save(const std::filesystem::path& directory, const Decoder& model,
                 const std::map<std::string, std::string>& beside = {}) {
    detail::save_decoder(
        directory, model, [](const DecoderConfig& c) { return config_json(c); }, beside);
}

template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write llama::save(directory, model)", save(...));
template <class...>
SUTURE_REJECTED("a configuration is written as text: write llama::config_json(config)", config_json(...));

}  // namespace suture::llama

#include "suture/core/end_refuse.hpp"
