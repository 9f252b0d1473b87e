// The names of GPT-NeoX's modules in Hugging Face's implementation (transformers, models/gpt_neox/modeling_gpt_neox.py).
#pragma once

#include "suture/decoder/config.hpp"

namespace suture::neox {

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
