// The names of Llama-shaped models' modules in Hugging Face's implementations (transformers, models/llama/modeling_llama.py).
#pragma once

#include "suture/decoder/config.hpp"

namespace suture::llama {

/// Llama, Mistral, Qwen 2 and 3.
inline constexpr DecoderNames names{
    .family = "Llama",
    .layers_field = "num_hidden_layers",
    .positions_field = "max_position_embeddings",
    .inner_field = "intermediate_size",
    .token_embedding = "embed_tokens",
    .blocks = "layers",
    .final_norm = "norm",
    .head = "lm_head",
    .prefix = "model.",
    .attn_norm = "input_layernorm",
    .attn = "self_attn",
    .mlp_norm = "post_attention_layernorm",
    .mlp = "mlp",
    .q = "q_proj",
    .k = "k_proj",
    .v = "v_proj",
    .q_norm = "q_norm",
    .k_norm = "k_norm",
    .attn_out = "o_proj",
    .gate = "gate_proj",
    .up = "up_proj",
    .mlp_out = "down_proj",
};

/// Phi-3 and Phi-4, which fuse projections (models/phi3/modeling_phi3.py).
inline constexpr DecoderNames phi3_names = [] {
    DecoderNames phi3 = names;
    phi3.family = "Phi-3";
    phi3.qkv = "qkv_proj";
    phi3.gate_up = "gate_up_proj";
    return phi3;
}();

/// Gemma 2 and 3, which normalise what attention and MLP add to the stream (models/gemma2/modeling_gemma2.py).
inline constexpr DecoderNames gemma_names = [] {
    DecoderNames gemma = names;
    gemma.family = "Gemma";
    gemma.attn_post_norm = "post_attention_layernorm";
    gemma.mlp_norm = "pre_feedforward_layernorm";
    gemma.mlp_post_norm = "post_feedforward_layernorm";
    return gemma;
}();

}  // namespace suture::llama
