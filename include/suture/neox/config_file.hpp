// Reading the configuration of a GPT-NeoX or Pythia from a Hugging Face `config.json`.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/decoder/detail/rotary_config.hpp"

#include <cmath>
#include <filesystem>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture::neox {

/// The names of modules: transformers, models/gpt_neox/modeling_gpt_neox.py.
inline constexpr DecoderNames names{
    .family = "GPT-NeoX",
    .layers_field = "num_hidden_layers",
    .positions_field = "max_position_embeddings",
    .inner_field = "intermediate_size",
    .token_embedding = "embed_in",
    .blocks = "layers",
    .final_norm = "final_layer_norm",
    .head = "embed_out",
    .prefix = "gpt_neox.",
    .attn_norm = "input_layernorm",
    .attn = "attention",
    .mlp_norm = "post_attention_layernorm",
    .mlp = "mlp",
    .qkv = "query_key_value",
    .attn_out = "dense",
    .up = "dense_h_to_4h",
    .mlp_out = "dense_4h_to_h",
};

}  // namespace suture::neox

namespace suture::detail {
/// @throws ModelError, naming the field, if it describes a model that a Decoder is not
inline DecoderConfig read_neox_fields(const ConfigReader& config) {
    if (const std::string type = config.word("model_type", "gpt_neox"); type != "gpt_neox")
        config.refuse("model_type", "is " + in_quotes(type) + ", not \"gpt_neox\"", by_export);
    check_causal_and_uniform(config);
    check_not_quantized(config);
    DecoderConfig c;
    c.family = "gpt_neox";
    c.names = &neox::names;
    c.width = config.count("hidden_size", 6144);
    c.heads = config.count("num_attention_heads", 64);
    if (c.width % c.heads != 0)
        config.refuse("num_attention_heads", "is " + std::to_string(c.heads) + ", which does not divide hidden_size " +
                                                 std::to_string(c.width));
    c.key_heads = c.heads;
    c.head_width = c.width / c.heads;
    c.inner = config.count("intermediate_size", 24576);
    c.layers = config.count("num_hidden_layers", 44);
    c.positions = config.count("max_position_embeddings", 2048);
    c.vocabulary = config.count("vocab_size", 50432);
    c.activation = read_activation(config, "hidden_act", "gelu");
    c.has_mlp_bias = true;
    c.packing = QkvPacking::interleaved;
    c.has_qkv_bias = c.has_attn_out_bias = config.flag("attention_bias", true);
    c.score_scale = 1 / std::sqrt(static_cast<double>(c.head_width));
    c.rotary = read_rotary_of(config, {.head_width = c.head_width, .positions = c.positions, .share = 0.25},
                              "rotary_emb_base", "rotary_pct");
    c.norm_epsilon = config.not_negative("layer_norm_eps", 1e-5);
    c.has_norm_bias = true;
    c.is_parallel = config.flag("use_parallel_residual", true);
    c.is_tied = config.flag("tie_word_embeddings", false);
    return c;
}
}  // namespace suture::detail

namespace suture::neox {

/// Reads the `config.json` of a GPT-NeoX or Pythia as transformers 5 does: absent fields have GPTNeoXConfig's defaults, and the
/// rotary embedding may be described as in transformers 4 (rotary_pct, rotary_emb_base) or 5 (rope_parameters).
/// @throws FileError if it cannot be read; ModelError, naming the field, if it describes a model that a Decoder is not
inline DecoderConfig read_config(const std::filesystem::path& file) {
    return detail::read_neox_fields(detail::ConfigReader(file, names.family));
}

template <class...>
SUTURE_REJECTED("a configuration is read from its file: write neox::read_config(path)", read_config(...));

}  // namespace suture::neox

#include "suture/core/end_refuse.hpp"
