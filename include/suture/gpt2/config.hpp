// The configuration of a GPT-2 model: the fields of GPT2Config in Hugging Face's transformers
// (https://huggingface.co/docs/transformers/model_doc/gpt2).
#pragma once

#include "suture/core/component.hpp"

#include <ostream>

namespace suture {

/// The nonlinearity between the two layers of the MLP.
enum class ActivationFunction { gelu_tanh, gelu_erf, relu };

/// The configuration of a GPT-2 model. The defaults are those of GPT-2 small.
struct Gpt2Config {
    Index width = 768;         ///< n_embd
    Index heads = 12;          ///< n_head
    Index inner = 3072;        ///< n_inner; 4 * n_embd if that is null
    Index layers = 12;         ///< n_layer
    Index positions = 1024;    ///< n_positions
    Index vocabulary = 50257;  ///< vocab_size
    double layer_norm_epsilon = 1e-5;
    ActivationFunction activation = ActivationFunction::gelu_tanh;
    bool tied = true;                       ///< tie_word_embeddings: the unembedding is the embedding
    bool scale_attention = true;            ///< scale_attn_weights: scores / sqrt(head width)
    bool scale_attention_by_layer = false;  ///< scale_attn_by_inverse_layer_idx: scores / (layer + 1)
};

/// "GPT-2 of 12 layers, 12 heads, width 768, 1024 positions and 50257 tokens"
inline std::ostream& operator<<(std::ostream& out, const Gpt2Config& config) {
    return out << "GPT-2 of " << config.layers << " layers, " << config.heads << " heads, width " << config.width
               << ", " << config.positions << " positions and " << config.vocabulary << " tokens";
}

}  // namespace suture
