// The packed activations of published models, as layouts. Each was taken from the model's implementation
// (Hugging Face transformers' modelling files unless another source is named); tests/core/catalogue.cpp asserts
// the widths, tests/laws/layout_goldens.cpp compares the channels with what the models' own modules do, and tests/laws
// checks the laws for every layout of this file. published_layouts.hpp has them as values.
//
// E hidden width, N query heads, G key/value heads, D head width, I intermediate width. Each may be `dynamic`:
// `Gpt2Qkv<dynamic, dynamic>` is the layout of every GPT-2.
#pragma once

#include "suture/core/layout.hpp"

namespace suture {

namespace detail {
template <Index>
struct HeadCount;
/// This many heads, in groups of equal size.
template <Index Heads, Index Groups>
inline constexpr Extent grouped_heads = [] {
    static_assert(Divides<GroupCount<Groups>, HeadCount<Heads>>,
                  "the groups do not divide the heads: give each group the same number of heads");
    return Extent{Heads};
}();
/// The heads of one group.
template <Index Heads, Index Groups>
inline constexpr Extent heads_per_group = grouped_heads<Heads, Groups> / Groups;
}  // namespace detail

// Attention, query, key and value side by side.

/// GPT-2 `h.i.attn.c_attn`; also the first GPT, ImageGPT, Decision Transformer, minGPT, nanoGPT and Qwen-1 `c_attn`, MPT
/// and ModernBERT `Wqkv`, Baichuan and Baichuan 2 `W_pack`, Bark `att_proj`, and `qkv` of vision transformers: timm's,
/// BLIP's, BLIP-2's, SAM's, ViTDet's, Qwen2-VL's.
template <Index E, Index N>
using Gpt2Qkv = Fused<3 * detail::Extent{E}, Q<E, N>, K<E, N>, V<E, N>>;
/// GPT-2 with cross-attention, `crossattention.c_attn`: keys and values of the encoder's states.
template <Index E, Index N>
using Gpt2CrossKv = Fused<2 * detail::Extent{E}, K<E, N>, V<E, N>>;
/// GPT-BigCode with multi-query attention (StarCoder) `attn.c_attn`: one key and one value head.
template <Index E, Index N>
using BigCodeMqaQkv = Fused<detail::Extent{E} + 2 * detail::Extent{detail::quotient_of(E, N)}, Q<E, N>,
                            K<detail::quotient_of(E, N)>, V<detail::quotient_of(E, N)>>;
/// Falcon-7B `self_attention.query_key_value` (multi-query).
template <Index N, Index D>
using Falcon7bQkv = Fused<(detail::Extent{N} + 2) * D, Q<detail::Extent{N} * D, N>, K<D>, V<D>>;
/// Phi-3 and Phi-4 `self_attn.qkv_proj`.
template <Index N, Index G, Index D>
using Phi3Qkv = Fused<(detail::Extent{N} + 2 * detail::Extent{G}) * D, Q<detail::grouped_heads<N, G> * D, N>,
                      K<detail::Extent{G} * D, G>, V<detail::Extent{G} * D, G>>;
/// ChatGLM2, ChatGLM3 and GLM-4 `self_attention.query_key_value`, as their authors publish them; the models `glm` and
/// `glm4` of transformers have three projections, @see LlamaQ.
template <Index N, Index G, Index D>
using ChatGlmQkv = Phi3Qkv<N, G, D>;
/// Baichuan-M1 `self_attn.W_pack`: grouped queries, which `W_pack` of the other Baichuans lacks, @see Gpt2Qkv.
template <Index N, Index G, Index D>
using BaichuanM1Qkv = Phi3Qkv<N, G, D>;
/// DBRX `norm_attn_norm.attn.Wqkv`. The model clamps it after the projection: edits made at the module's output
/// are made before the clamp.
template <Index N, Index G, Index D>
using DbrxQkv = Phi3Qkv<N, G, D>;

// Attention, interleaved by head or by key/value group.

/// GPT-NeoX, Pythia and GPT-NeoX-Japanese `attention.query_key_value`, Persimmon `self_attn.query_key_value`, DeBERTa
/// `in_proj`: query, key and value of head 0, then of head 1, ...
template <Index N, Index D>
using NeoXQkv = Grouped<N, Q<D>, K<D>, V<D>>;
/// BLOOM `self_attention.query_key_value`.
template <Index N, Index D>
using BloomQkv = NeoXQkv<N, D>;
/// GPT-BigCode without multi-query attention `attn.c_attn`.
template <Index N, Index D>
using BigCodeMhaQkv = NeoXQkv<N, D>;
/// Falcon-RW `self_attention.query_key_value`.
template <Index N, Index D>
using FalconRwQkv = NeoXQkv<N, D>;
/// ChatGLM2 `self_attention.query_key_value` if its configuration says `multi_query_attention: false`.
template <Index N, Index D>
using ChatGlmMhaQkv = NeoXQkv<N, D>;
/// Falcon-40B, 180B and 11B `self_attention.query_key_value`: each key/value head follows its N / G query heads.
template <Index N, Index G, Index D>
using FalconQkv = Grouped<G, Q<detail::heads_per_group<N, G> * D, detail::heads_per_group<N, G>>, K<D>, V<D>>;
/// InternLM2 `attention.wqkv`.
template <Index N, Index G, Index D>
using InternLm2Qkv = FalconQkv<N, G, D>;
/// CodeGen `attn.qkv_proj`: four groups (one per TPU core that it was trained on) in the order query, value, key.
template <Index E, Index N>
using CodeGenQkv = Grouped<4, Q<detail::Extent{E} / 4, detail::heads_per_group<N, 4>>,
                           V<detail::Extent{E} / 4, detail::heads_per_group<N, 4>>,
                           K<detail::Extent{E} / 4, detail::heads_per_group<N, 4>>>;
/// Qwen3-Next and Qwen3.5 full attention `self_attn.q_proj`: each head's query, then its output gate.
template <Index N, Index D>
using Qwen3NextQGate = Grouped<N, Q<D>, Gate<D>>;

// Attention that is not fused: each projection emits one component, which is a layout by itself.

/// `q_proj` of LLaMA, SmolLM3, Mistral, Qwen2, Qwen3, Gemma, Granite, GraniteMoE, Cohere, Cohere 2, OLMo, StableLM,
/// StarCoder2, gpt-oss, Phi-1 and 2, Nemotron, OPT, GPT-J, GPT-Neo, and of GLM and GLM-4 in transformers; also of ViT,
/// DINOv2, CLIP and SigLIP; BERT, RoBERTa and ELECTRA `query`, DistilBERT `q_lin`. Query head h reads key/value head h / (N
/// / G). OLMo-2 and OLMo-3 normalise q_proj and k_proj over all heads together, so that an edit of one head changes the
/// scores of all.
template <Index N, Index D>
using LlamaQ = Q<detail::Extent{N} * D, N>;
/// `k_proj` of the same models, BERT, RoBERTa and ELECTRA `key`, DistilBERT `k_lin`.
template <Index G, Index D>
using LlamaK = K<detail::Extent{G} * D, G>;
/// `v_proj` of the same models, BERT, RoBERTa and ELECTRA `value`, DistilBERT `v_lin`.
template <Index G, Index D>
using LlamaV = V<detail::Extent{G} * D, G>;

// What attention computes with, after the split into heads.

/// [batch, head, token, head width]: a query, key or value of most implementations, before or after the rotary embedding;
/// `SplitHeads<Q<64>>`.
template <class C>
using SplitHeads = Ordered<C, Axis::batch, Axis::head, Axis::token>;
/// [batch, head, query, key], before or after the softmax: `token(q)` is the query, `head(h)` the head, and `dims(b, e)`
/// are the keys, of which there are `Keys`.
template <Index Keys>
using AttentionPattern = SplitHeads<AttnPattern<Keys>>;

// Linear attention (Qwen3-Next, gated delta net). The group of a key head has Hv / Hk value heads.

/// Qwen3-Next `linear_attn.in_proj_qkvz`, Hk key heads of width Dk and Hv value heads of width Dv.
template <Index Hk, Index Hv, Index Dk, Index Dv>
using Qwen3NextQkvz =
    Grouped<Hk, Q<Dk>, K<Dk>, V<detail::heads_per_group<Hv, Hk> * Dv, detail::heads_per_group<Hv, Hk>>,
            Z<detail::heads_per_group<Hv, Hk> * Dv, detail::heads_per_group<Hv, Hk>>>;
/// The write strength ("beta") and the decay ("alpha") of a gated delta net, one channel per head.
template <Index Width, Index Heads = 1>
struct Beta : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Beta";
};
/// @see Beta
template <Index Width, Index Heads = 1>
struct Alpha : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Alpha";
};
/// Qwen3-Next `linear_attn.in_proj_ba`.
template <Index Hk, Index Hv>
using Qwen3NextBa = Grouped<Hk, Beta<detail::heads_per_group<Hv, Hk>, detail::heads_per_group<Hv, Hk>>,
                            Alpha<detail::heads_per_group<Hv, Hk>, detail::heads_per_group<Hv, Hk>>>;

// Multi-head latent attention (DeepSeek V2 and V3).

/// The part of a query or key without a position.
template <Index Width, Index Heads = 1>
struct NoPe : ComponentBase<Width, Heads> {
    static constexpr const char* name = "NoPe";
};
/// The part of a query or key that the rotary embedding rotates.
template <Index Width, Index Heads = 1>
struct Rope : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Rope";
};
/// The compressed keys and values, which are cached.
template <Index Width, Index Heads = 1>
struct Latent : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Latent";
};
/// DeepSeek, MiniCPM3 and Youtu `self_attn.q_b_proj` (DeepSeek-V2-Lite: `q_proj`).
template <Index N, Index Nope, Index RopeWidth>
using DeepSeekQ = Grouped<N, NoPe<Nope>, Rope<RopeWidth>>;
/// DeepSeek, MiniCPM3 and Youtu `self_attn.kv_a_proj_with_mqa`.
template <Index Rank, Index RopeWidth>
using DeepSeekKvA = Fused<detail::Extent{Rank} + RopeWidth, Latent<Rank>, Rope<RopeWidth>>;
/// DeepSeek, MiniCPM3 and Youtu `self_attn.kv_b_proj`: each head's position-free key, then its value.
template <Index N, Index Nope, Index D>
using DeepSeekKvB = Grouped<N, NoPe<Nope>, V<D>>;

// Gated MLPs.

/// Phi-3, Phi-4, GLM and GLM-4 `mlp.gate_up_proj`; ModernBERT and its decoder `mlp.Wi`; Granite 4
/// `shared_mlp.input_linear`. Gate is the half that passes the nonlinearity, which ModernBERT's code calls `input`.
template <Index I>
using Phi3GateUp = Fused<2 * detail::Extent{I}, Gate<I>, Up<I>>;
// `experts.gate_up_proj` is packed in two ways. It is a parameter, and no module's output.
/// Mixtral, Qwen2-MoE, Qwen3-MoE, OLMoE, Phi-3.5-MoE, MiniMax, DeepSeek-V3, Jamba and Llama 4 `experts.gate_up_proj`: all
/// gates, then all ups.
template <Index I>
using MixtralGateUp = Phi3GateUp<I>;
/// gpt-oss `experts.gate_up_proj`: even channels gate, odd channels up.
template <Index I>
using GptOssGateUp = Grouped<I, Gate<1>, Up<1>>;

/// State-space models. Components have single letters, as in the papers, and hence a namespace of their own.
namespace ssm {
/// The input of the convolution and the scan.
template <Index Width, Index Heads = 1>
struct X : ComponentBase<Width, Heads> {
    static constexpr const char* name = "X";
};
/// How the input enters the state.
template <Index Width, Index Heads = 1>
struct B : ComponentBase<Width, Heads> {
    static constexpr const char* name = "B";
};
/// How the state is read.
template <Index Width, Index Heads = 1>
struct C : ComponentBase<Width, Heads> {
    static constexpr const char* name = "C";
};
/// The step size.
template <Index Width, Index Heads = 1>
struct Dt : ComponentBase<Width, Heads> {
    static constexpr const char* name = "Dt";
};
}  // namespace ssm

/// Mamba and Falcon-Mamba `mixer.in_proj`.
template <Index I>
using MambaIn = Fused<2 * detail::Extent{I}, ssm::X<I>, Gate<I>>;
/// Mamba and Falcon-Mamba `mixer.x_proj`, R the rank of the step size and S the size of the state.
template <Index R, Index S>
using MambaX = Fused<detail::Extent{R} + 2 * detail::Extent{S}, ssm::Dt<R>, ssm::B<S>, ssm::C<S>>;
/// Mamba-2 `mixer.in_proj` (with d_mlp = 0) and Bamba and Granite 4 `mamba.in_proj`, Ng groups of state S, H heads.
template <Index I, Index Ng, Index S, Index H>
using Mamba2In = Fused<2 * detail::Extent{I} + 2 * detail::Extent{Ng} * S + H, Gate<I, H>, ssm::X<I, H>,
                       ssm::B<detail::Extent{Ng} * S, Ng>, ssm::C<detail::Extent{Ng} * S, Ng>, ssm::Dt<H, H>>;

}  // namespace suture
