// The configuration of a GPT-2 model: the fields of GPT2Config in Hugging Face's transformers
// (https://huggingface.co/docs/transformers/model_doc/gpt2).
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"
#include "suture/decoder/config.hpp"
#include "suture/tensor/error.hpp"

#include <cmath>
#include <ostream>

#include "suture/core/refuse.hpp"

namespace suture {

namespace gpt2 {
/// The names of modules: transformers, models/gpt2/modeling_gpt2.py.
inline constexpr DecoderNames names{
    .family = "GPT-2",
    .layers_field = "n_layer",
    .positions_field = "n_positions",
    .inner_field = "n_inner",
    .token_embedding = "wte",
    .position_embedding = "wpe",
    .blocks = "h",
    .final_norm = "ln_f",
    .head = "lm_head",
    .prefix = "transformer.",
    .attn_norm = "ln_1",
    .attn = "attn",
    .mlp_norm = "ln_2",
    .mlp = "mlp",
    .qkv = "c_attn",
    .attn_out = "c_proj",
    .up = "c_fc",
    .mlp_out = "c_proj",
};

}  // namespace gpt2

/// The configuration of a GPT-2 model. The defaults are those of GPT-2 small.
struct Gpt2Config {
    Index width = 768;         ///< n_embd
    Index heads = 12;          ///< n_head
    Index inner = 3072;        ///< n_inner, the neurons of each MLP; 4 * n_embd if that is null
    Index layers = 12;         ///< n_layer
    Index positions = 1024;    ///< n_positions
    Index vocabulary = 50257;  ///< vocab_size
    double layer_norm_epsilon = 1e-5;
    ActivationFunction activation = ActivationFunction::gelu_tanh;
    bool tied = true;                       ///< tie_word_embeddings: the unembedding is the embedding
    bool scale_attention = true;            ///< scale_attn_weights: scores / sqrt(head width)
    bool scale_attention_by_layer = false;  ///< scale_attn_by_inverse_layer_idx: scores / (layer + 1)

    bool operator==(const Gpt2Config&) const = default;

    /// The same as the configuration of a decoder: `Decoder model(Gpt2Config{.layers = 2})`.
    operator DecoderConfig() const {
        DecoderConfig c;
        c.family = "gpt2";
        c.names = &gpt2::names;
        c.width = width, c.heads = heads, c.key_heads = heads;
        c.head_width = heads > 0 ? width / heads : 0;
        c.inner = inner, c.layers = layers, c.positions = positions, c.vocabulary = vocabulary;
        c.activation = activation;
        c.has_mlp_bias = true;
        c.packing = QkvPacking::fused;
        c.has_qkv_bias = true, c.has_attn_out_bias = true;
        c.is_transposed = true;
        c.score_scale = scale_attention ? 1 / std::sqrt(static_cast<double>(c.head_width)) : 1;
        c.is_score_scaled_by_layer = scale_attention_by_layer;
        c.norm_epsilon = layer_norm_epsilon;
        c.has_norm_bias = true;
        c.is_tied = tied;
        return c;
    }

    // Names that others have for these, and what is done by functions.
#define SUTURE_NAMED_ELSEWHERE(name) \
    SUTURE_ABSENT("the fields have plain names: write config.layers, heads, width, positions", name);
    SUTURE_NAMED_ELSEWHERE(n_layer)
    SUTURE_NAMED_ELSEWHERE(n_layers)
    SUTURE_NAMED_ELSEWHERE(n_head)
    SUTURE_NAMED_ELSEWHERE(n_heads)
    SUTURE_NAMED_ELSEWHERE(n_embd)
    SUTURE_NAMED_ELSEWHERE(n_inner)
    SUTURE_NAMED_ELSEWHERE(n_positions)
    SUTURE_NAMED_ELSEWHERE(n_ctx)
    SUTURE_NAMED_ELSEWHERE(d_model)
    SUTURE_NAMED_ELSEWHERE(d_head)
    SUTURE_NAMED_ELSEWHERE(d_mlp)
    SUTURE_NAMED_ELSEWHERE(d_vocab)
    SUTURE_NAMED_ELSEWHERE(vocab_size)
    SUTURE_NAMED_ELSEWHERE(hidden_size)
    SUTURE_NAMED_ELSEWHERE(num_layers)
    SUTURE_NAMED_ELSEWHERE(num_heads)
    SUTURE_NAMED_ELSEWHERE(act_fn)
    SUTURE_NAMED_ELSEWHERE(activation_function)
#undef SUTURE_NAMED_ELSEWHERE
    SUTURE_ABSENT("a configuration is read from its file: write gpt2::read_config(path)", from_pretrained);
    SUTURE_ABSENT("a configuration is read from its file: write gpt2::read_config(path)", from_json);
    SUTURE_ABSENT("a configuration is read from its file: write gpt2::read_config(path)", load);
    template <class I>
    SUTURE_REJECTED("the fields have plain names: write config.layers, heads, width, positions", operator[](const I&)
                                                                                                     const);
};

namespace gpt2 {
/// The configuration of a decoder as that of a GPT-2. @throws ModelError if it is not one
inline Gpt2Config config_of(const DecoderConfig& c) {
    Gpt2Config config;
    config.width = c.width, config.heads = c.heads, config.inner = c.inner, config.layers = c.layers;
    config.positions = c.positions, config.vocabulary = c.vocabulary;
    config.layer_norm_epsilon = c.norm_epsilon;
    config.activation = c.activation;
    config.tied = c.is_tied;
    config.scale_attention = c.score_scale != 1 || c.head_width == 1;
    config.scale_attention_by_layer = c.is_score_scaled_by_layer;
    if (!(static_cast<DecoderConfig>(config) == c))
        throw ModelError("the model is not a GPT-2 but a " + c.family + " model: give one made from a Gpt2Config");
    return config;
}
}  // namespace gpt2

/// "GPT-2 of 12 layers, 12 heads, width 768, 1024 positions and 50257 tokens"
inline std::ostream& operator<<(std::ostream& out, const Gpt2Config& config) {
    return out << "GPT-2 of " << config.layers << " layers, " << config.heads << " heads, width " << config.width
               << ", " << config.positions << " positions and " << config.vocabulary << " tokens";
}

}  // namespace suture

#include "suture/core/end_refuse.hpp"
