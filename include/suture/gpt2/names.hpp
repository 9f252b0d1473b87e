// The names of GPT-2's modules in Hugging Face's implementation (transformers, models/gpt2/modeling_gpt2.py).
#pragma once

#include "suture/decoder/config.hpp"

namespace suture::gpt2 {

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

}  // namespace suture::gpt2
