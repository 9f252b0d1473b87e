// Reading a GPT-2 configuration from a Hugging Face `config.json`.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/gpt2/config.hpp"
#include "suture/text/visible_text.hpp"

#include <filesystem>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// @throws ModelError if the file describes a model that is not a plain GPT-2
inline void check_plain_gpt2(const ConfigReader& config) {
    if (const std::string type = config.word("model_type", "gpt2"); type != "gpt2")
        config.refuse("model_type", "is " + in_quotes(type) + ", not \"gpt2\"", by_export);
    if (config.flag("add_cross_attention", false))
        config.refuse("add_cross_attention",
                      "is true: the model also attends to an encoder, which suture's GPT-2 lacks", by_export);
    check_causal_and_uniform(config);
    check_not_quantized(config);
}
}  // namespace detail

namespace gpt2 {

/// Reads the `config.json` of a Hugging Face GPT-2 model as transformers does: fields that are absent have GPT2Config's
/// defaults, unknown fields do not matter, and hidden_size, num_attention_heads, num_hidden_layers and
/// max_position_embeddings stand for n_embd, n_head, n_layer and n_positions. Without either name of the positions, n_ctx
/// gives them, as in the first checkpoints.
/// @throws FileError if it cannot be read; ModelError if it describes a model that a Decoder does not implement
inline Gpt2Config read_config(const std::filesystem::path& file) {
    const detail::ConfigReader config(file, gpt2::names.family);
    detail::check_plain_gpt2(config);
    Gpt2Config c;
    c.width = config.count("hidden_size", "n_embd", c.width);
    c.heads = config.count("num_attention_heads", "n_head", c.heads);
    if (c.width % c.heads != 0)
        config.refuse("n_head",
                      "is " + std::to_string(c.heads) + ", which does not divide n_embd " + std::to_string(c.width));
    c.inner = config.is_null("n_inner") ? 4 * c.width : config.count("n_inner", 4 * c.width);
    c.layers = config.count("num_hidden_layers", "n_layer", c.layers);
    const bool has_positions = config.has("max_position_embeddings") || config.has("n_positions");
    c.positions = has_positions || config.is_null("n_ctx")
                      ? config.count("max_position_embeddings", "n_positions", c.positions)
                      : config.count("n_ctx", c.positions);
    c.vocabulary = config.count("vocab_size", c.vocabulary);
    c.layer_norm_epsilon = config.not_negative("layer_norm_epsilon", c.layer_norm_epsilon);
    c.activation = detail::read_activation(config, "activation_function", "gelu_new");
    c.tied = config.flag("tie_word_embeddings", true);
    c.scale_attention = config.flag("scale_attn_weights", true);
    c.scale_attention_by_layer = config.flag("scale_attn_by_inverse_layer_idx", false);
    return c;
}

template <class...>
SUTURE_REJECTED("a configuration is read from its file: write gpt2::read_config(path)", read_config(...));

}  // namespace gpt2

}  // namespace suture

#include "suture/core/end_refuse.hpp"
