// Small configurations of decoders that differ in what a family may choose.
#pragma once

#include "suture/decoder/decoder.hpp"
#include "suture/gpt2/config.hpp"
#include "suture/llama/config_file.hpp"
#include "suture/neox/config_file.hpp"

#include <ATen/ops/randn_like.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

namespace tiny {
using namespace suture;

inline DecoderConfig gpt2() {
    Gpt2Config config;
    config.width = 24, config.heads = 4, config.inner = 20, config.layers = 2, config.positions = 16,
    config.vocabulary = 13;
    return config;
}
inline DecoderConfig llama() {
    DecoderConfig c;
    c.family = "llama", c.names = &suture::llama::names;
    c.width = 24, c.heads = 4, c.key_heads = 2, c.head_width = 6, c.inner = 20, c.layers = 2, c.positions = 16;
    c.vocabulary = 13;
    c.has_gate = true;
    c.score_scale = 1 / std::sqrt(6.0);
    c.rotary = Rotary{.width = 6};
    c.norm = NormKind::rms;
    c.is_tied = false;
    return c;
}
inline DecoderConfig phi3() {
    DecoderConfig c = llama();
    c.family = "phi3", c.names = &suture::llama::phi3_names;
    c.packing = QkvPacking::fused, c.is_gate_fused = true;
    return c;
}
inline DecoderConfig gemma() {
    DecoderConfig c = llama();
    c.family = "gemma2", c.names = &suture::llama::gemma_names;
    c.has_post_norms = true, c.has_qk_norms = true, c.norm_offset = 1, c.score_cap = 5, c.logit_cap = 4;
    c.windows = {3, 0}, c.window_rotary = Rotary{.base = 100, .width = 6};
    c.embedding_scale = std::sqrt(24.0);
    c.is_tied = true;
    return c;
}
inline DecoderConfig neox() {
    DecoderConfig c = llama();
    c.family = "gpt_neox", c.names = &suture::neox::names;
    c.key_heads = 4, c.packing = QkvPacking::interleaved, c.has_gate = false, c.has_mlp_bias = true;
    c.has_qkv_bias = c.has_attn_out_bias = true, c.norm = NormKind::layer, c.has_norm_bias = true, c.is_parallel = true;
    c.rotary->width = 2;
    c.activation = ActivationFunction::gelu_erf;
    return c;
}
inline std::vector<DecoderConfig> all() { return {gpt2(), llama(), phi3(), gemma(), neox()}; }

/// A model in float64 in which every parameter matters.
inline Decoder model(const DecoderConfig& config) {
    torch::manual_seed(3);
    Decoder made(config);
    const at::NoGradGuard no_gradients;
    for (at::Tensor& p : made->parameters()) p.add_(at::randn_like(p), 0.2);
    made->to(at::kDouble);
    return made;
}
}  // namespace tiny
