// The configuration of a decoder: a transformer that predicts the next token, as GPT-2, Llama, Gemma and GPT-NeoX are. The
// families differ in a few choices, which are fields here, and in the names of their modules.
#pragma once

#include "suture/core/component.hpp"
#include "suture/core/diagnostics.hpp"

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The nonlinearity of an MLP. Source: transformers, activations.py.
enum class ActivationFunction {
    gelu_tanh,      ///< x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): GPT-2's own
    gelu_erf,       ///< x/2 (1 + erf(x / sqrt(2)))
    relu,           ///< max(x, 0)
    silu,           ///< x sigmoid(x), also called swish
    tanh,           ///< tanh(x)
    quick_gelu,     ///< x sigmoid(1.702 x)
    gelu_clipped,   ///< gelu_erf, between -10 and 10
    relu_squared,   ///< relu(x)^2
    relu6,          ///< min(max(x, 0), 6)
    leaky_relu,     ///< x, or x/100 if it is negative
    sigmoid,        ///< 1 / (1 + exp(-x))
    hardswish,      ///< x relu6(x + 3) / 6
    mish,           ///< x tanh(softplus(x))
    laplace,        ///< (1 + erf((x - 0.707107) / (0.282095 sqrt(2)))) / 2
    sqrt_softplus,  ///< sqrt(softplus(x))
    linear          ///< x
};

/// What a norm divides by.
enum class NormKind {
    layer,  ///< the standard deviation, after the mean was subtracted (Ba et al. 2016)
    rms     ///< the root mean square (Zhang and Sennrich 2019)
};

/// How the projections of queries, keys and values are packed.
enum class QkvPacking {
    separate,    ///< three modules: LlamaQ, LlamaK, LlamaV
    fused,       ///< one, side by side: Gpt2Qkv, Phi3Qkv
    interleaved  ///< one, head by head: NeoXQkv
};

/// How rotary angles are stretched for prompts longer than those of training. Source: transformers, modeling_rope_utils.py.
enum class RotaryScaling {
    none,
    linear,       ///< all angles are divided by the factor
    dynamic_ntk,  ///< the base grows with the prompt, beyond the original positions (NTK-aware)
    llama3,       ///< low frequencies are divided by the factor, with a smooth transition (Llama 3.1)
    yarn,         ///< the same by a ramp over the channels, and scores are scaled (Peng et al. 2023)
    longrope      ///< each frequency has a factor of its own, from one of two lists (Phi-3)
};

/// A rotary position embedding (Su et al. 2021): pairs of channels of each query and key are rotated by angles that grow
/// with the position. Channel i and channel i + width/2 are a pair.
struct Rotary {
    double base = 10000;  ///< rope_theta
    Index width = 0;      ///< channels of each head that are rotated: the first of them
    RotaryScaling scaling = RotaryScaling::none;
    double factor = 1;                 ///< of linear, dynamic, llama3 and yarn
    double low_frequency_factor = 1;   ///< of llama3
    double high_frequency_factor = 4;  ///< of llama3
    Index original_positions = 0;      ///< original_max_position_embeddings: of dynamic, llama3, yarn and longrope
    double beta_fast = 32;             ///< of yarn
    double beta_slow = 1;              ///< of yarn
    bool truncate = true;              ///< of yarn: the ends of its ramp are whole channels
    double attention_factor = 1;       ///< multiplies cosines and sines: of yarn and longrope
    std::vector<double> short_factors = {}, long_factors = {};  ///< of longrope, one for each pair

    /// Whether the angles depend on the length of the prompt, beyond `original_positions`.
    bool depends_on_length() const {
        return scaling == RotaryScaling::dynamic_ntk || scaling == RotaryScaling::longrope;
    }
    bool operator==(const Rotary&) const = default;
};

/// The names of a family: of its modules, as Hugging Face's implementation has them, where those that it lacks are empty, and
/// of what messages mention.
struct DecoderNames {
    const char* family = "";           ///< "GPT-2"
    const char* layers_field = "";     ///< of config.json: "n_layer"
    const char* positions_field = "";  ///< of the learned positions: "n_positions"
    const char* inner_field = "";      ///< "n_inner"
    const char* token_embedding = "";
    const char* position_embedding = "";
    const char* blocks = "";
    const char* final_norm = "";
    const char* head = "";
    const char* prefix = "";  ///< of the modules but the head, in a file of weights: "transformer."
    // In a block.
    const char* attn_norm = "";
    const char* attn = "";
    const char* attn_post_norm = "";
    const char* mlp_norm = "";
    const char* mlp = "";
    const char* mlp_post_norm = "";
    // In an attention.
    const char* qkv = "";
    const char* q = "";
    const char* k = "";
    const char* v = "";
    const char* q_norm = "";
    const char* k_norm = "";
    const char* attn_out = "";
    // In an MLP.
    const char* gate = "";
    const char* up = "";
    const char* gate_up = "";
    const char* mlp_out = "";
};

/// The configuration of a decoder. Those of a family are read by its room: `gpt2/`, `llama/`, `neox/`.
struct DecoderConfig {
    std::string family = {};  ///< model_type of config.json: "gpt2", "qwen3"
    const DecoderNames* names = nullptr;

    Index width = 0;       ///< channels of the residual stream
    Index heads = 0;       ///< query heads
    Index key_heads = 0;   ///< key/value heads, each for heads / key_heads consecutive query heads
    Index head_width = 0;  ///< channels of one head
    Index inner = 0;       ///< neurons of each MLP
    Index layers = 0;
    Index positions = 0;  ///< of the longest prompt in training; learned positions go no further
    Index vocabulary = 0;

    ActivationFunction activation = ActivationFunction::silu;
    bool has_gate = false;       ///< the MLP is activation(gate) * up, and otherwise activation(up)
    bool is_gate_fused = false;  ///< gate and up are one module: Phi3GateUp
    bool has_mlp_bias = false;

    QkvPacking packing = QkvPacking::separate;
    bool has_qkv_bias = false;
    bool has_attn_out_bias = false;
    bool is_transposed = false;  ///< linear weights are [in, out], as those of GPT-2's Conv1D, and not [out, in]
    double score_scale = 1;      ///< multiplies the scores
    bool is_score_scaled_by_layer = false;  ///< and divides them by layer + 1
    double score_cap = 0;                   ///< scores are cap * tanh(score / cap); 0 for none
    std::vector<Index> windows = {};        ///< of each layer: how many keys a query meets, its own the last; 0 for all
    std::optional<Rotary> rotary = {};      ///< without it, positions are embedded and added to the tokens
    std::optional<Rotary> window_rotary = {};  ///< of the layers that have a window, where it is another

    NormKind norm = NormKind::layer;
    double norm_epsilon = 1e-5;
    double norm_offset = 0;  ///< added to the weights of norms: 1 in Gemma
    bool has_norm_bias = false;
    bool has_qk_norms = false;    ///< queries and keys are normalised head by head
    bool has_post_norms = false;  ///< what attention and MLP add to the stream is normalised first (Gemma 2)
    bool is_parallel = false;     ///< attention and MLP read the same stream (GPT-NeoX)

    double embedding_scale = 1;  ///< multiplies the embedded tokens: sqrt(width) in Gemma
    bool is_tied = true;         ///< the unembedding is the embedding
    double logit_cap = 0;        ///< logits are cap * tanh(logit / cap); 0 for none

    /// How many keys a query of this layer meets; 0 for all.
    Index window(Index layer) const { return windows.empty() ? 0 : windows.at(static_cast<std::size_t>(layer)); }
    /// The rotary embedding of a layer, or null.
    const Rotary* rotary_of(Index layer) const {
        if (window_rotary && window(layer) > 0) return &*window_rotary;
        return rotary ? &*rotary : nullptr;
    }
    bool operator==(const DecoderConfig&) const = default;
};

/// "llama of 30 layers, 9 heads (3 of keys and values), width 576, 2048 positions and 49152 tokens"
inline std::ostream& operator<<(std::ostream& out, const DecoderConfig& config) {
    out << config.family << " of " << config.layers << " layers, " << config.heads << " heads";
    if (config.key_heads != config.heads) out << " (" << config.key_heads << " of keys and values)";
    return out << ", width " << config.width << ", " << config.positions << " positions and " << config.vocabulary
               << " tokens";
}

}  // namespace suture

#include "suture/core/end_refuse.hpp"
