// Reading the configuration of a Llama-shaped model from a Hugging Face `config.json`: Llama, Mistral, Qwen 2 and 3, Gemma 2 and
// 3 (text), Phi-3 and Phi-4.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/decoder/detail/rotary_config.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace llama {
/// The names of modules in Llama, Mistral, Qwen 2 and 3: transformers, models/llama/modeling_llama.py.
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

}  // namespace llama

namespace detail {
/// What a family's configuration has where the file says nothing: transformers' configuration classes.
struct LlamaFamily {
    std::string_view type;     ///< model_type
    const char* title;         ///< for messages
    const char* architecture;  ///< the class of transformers
    const DecoderNames* names;
    Index vocabulary, width, inner, layers, heads;
    Index key_heads;   ///< 0: as many as heads
    Index head_width;  ///< 0: width / heads
    Index positions;
    double epsilon;
    bool is_tied;
    bool has_qkv_bias;  ///< whatever attention_bias says
    bool is_gemma, has_qk_norms, is_fused;
};
inline constexpr std::array<LlamaFamily, 7> llama_families{{
    {"llama", "Llama", "LlamaForCausalLM", &llama::names, 32000, 4096, 11008, 32, 32, 0, 0, 2048, 1e-6, false, false,
     false, false, false},
    {"mistral", "Mistral", "MistralForCausalLM", &llama::names, 32000, 4096, 14336, 32, 32, 8, 0, 131072, 1e-6, false,
     false, false, false, false},
    {"qwen2", "Qwen2", "Qwen2ForCausalLM", &llama::names, 151936, 4096, 22016, 32, 32, 32, 0, 32768, 1e-6, false, true,
     false, false, false},
    {"qwen3", "Qwen3", "Qwen3ForCausalLM", &llama::names, 151936, 4096, 22016, 32, 32, 32, 128, 32768, 1e-6, false,
     false, false, true, false},
    {"gemma2", "Gemma 2", "Gemma2ForCausalLM", &llama::gemma_names, 256000, 2304, 9216, 26, 8, 4, 256, 8192, 1e-6, true,
     false, true, false, false},
    {"gemma3_text", "Gemma 3", "Gemma3ForCausalLM", &llama::gemma_names, 262208, 2304, 9216, 26, 8, 4, 256, 131072,
     1e-6, true, false, true, true, false},
    {"phi3", "Phi-3", "Phi3ForCausalLM", &llama::phi3_names, 32064, 3072, 8192, 32, 32, 0, 0, 4096, 1e-5, false, false,
     false, false, true},
}};

inline const LlamaFamily* llama_family(std::string_view type) {
    for (const LlamaFamily& family : llama_families)
        if (family.type == type) return &family;
    return nullptr;
}

/// Reads what is a null or absent as a number, or the other.
inline Index count_or(const ConfigReader& config, const char* name, Index otherwise) {
    return config.says(name) ? config.count(name, otherwise) : otherwise;
}

/// How many keys a query of each layer meets; empty if all layers meet all keys.
inline std::vector<Index> read_windows(const ConfigReader& config, const LlamaFamily& family, Index layers) {
    const bool is_qwen = family.type.starts_with("qwen"), is_llama = family.type == "llama";
    const bool uses_window = !is_llama && (!is_qwen || config.flag("use_sliding_window", false));
    Index window = 0;
    if (uses_window && !config.is_null("sliding_window"))
        window = config.count("sliding_window", family.type == "phi3" ? 0 : 4096);
    if (family.is_gemma && window == 0)
        config.refuse("sliding_window", "is null, but some of the layers have a window", "give a number");
    std::vector<Index> windows(static_cast<std::size_t>(layers), 0);
    if (config.says("layer_types") && (is_qwen || family.is_gemma)) {
        const std::vector<std::string> types = config.words("layer_types");
        if (types.size() != windows.size())
            config.refuse("layer_types",
                          "has " + std::to_string(types.size()) + " entries for " + std::to_string(layers) + " layers");
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (types[i] == "full_attention") continue;
            if (types[i] != "sliding_attention")
                config.refuse("layer_types",
                              "has " + in_quotes(types[i]) + ", which suture's " + config.family() + " lacks",
                              by_export);
            if (window == 0 && is_qwen && !uses_window)
                config.refuse("use_sliding_window", "is not true, but layer_types has sliding_attention");
            if (window == 0) config.refuse("sliding_window", "is absent, but layer_types has sliding_attention");
            windows[i] = window;
        }
    } else if (window > 0) {
        const Index pattern = family.type == "gemma2" ? 2 : count_or(config, "sliding_window_pattern", 6);
        const Index first = is_qwen ? config.whole("max_window_layers", 28) : 0;
        for (Index i = 0; i < layers; ++i) {
            const bool slides = family.is_gemma ? (i + 1) % pattern != 0 : i >= first;
            if (slides) windows[static_cast<std::size_t>(i)] = window;
        }
    }
    for (const Index of_layer : windows)
        if (of_layer > 0) return windows;
    return {};
}

/// The rotary embeddings of Gemma 3, whose layers with a window have their own.
inline void read_gemma3_rotary(const ConfigReader& config, DecoderConfig& c) {
    const RotaryDefaults all{
        .head_width = c.head_width, .positions = c.positions, .base = 1e6, .is_of_some_layers = true},
        near{.head_width = c.head_width, .positions = c.positions, .base = 1e4, .is_of_some_layers = true};
    const auto with_base = [&](RotaryDefaults defaults, const char* field) {
        if (config.says(field)) defaults.base = config.positive(field, defaults.base);
        return defaults;
    };
    const RotaryDefaults of_all = with_base(all, "rope_theta"), of_near = with_base(near, "rope_local_base_freq");
    c.rotary = plain_rotary(config, of_all);
    c.window_rotary = plain_rotary(config, of_near);
    if (config.says("rope_parameters")) {
        const ConfigReader parameters = config.in("rope_parameters");
        if (parameters.says("full_attention")) c.rotary = read_rotary(parameters.in("full_attention"), of_all);
        if (parameters.says("sliding_attention"))
            c.window_rotary = read_rotary(parameters.in("sliding_attention"), of_near);
    }
    if (!config.says_more("rope_scaling")) return;
    if (config.says_more("rope_parameters"))
        config.refuse("rope_scaling", "is given beside rope_parameters", "remove one of them");
    RotaryDefaults by_its_new_name = of_all;  // transformers has put "rope_type": "default" beside it by then
    by_its_new_name.reads_type = false;
    c.rotary = read_rotary(config.in("rope_scaling"), by_its_new_name);
}

/// @throws ModelError if the model does something that a Decoder does not
inline void check_plain_llama(const ConfigReader& config) {
    check_causal_and_uniform(config);
    check_not_quantized(config);
    for (const char* const name : {"num_local_experts", "num_experts", "n_routed_experts"})
        if (config.says(name))
            config.refuse(name,
                          "is " + config.shown(name) + ": the MLP is a mixture of experts, which suture's " +
                              config.family() + " lacks",
                          by_export);
}

inline DecoderConfig read_llama_fields(const ConfigReader& config, const LlamaFamily& family) {
    check_plain_llama(config);
    if (family.type == "mistral" && config.says("layer_types"))
        config.refuse("layer_types", "is given, which makes the model a Ministral", by_export);
    DecoderConfig c;
    c.family = family.type;
    c.names = family.names;
    c.width = config.count("hidden_size", family.width);
    c.heads = config.count("num_attention_heads", family.heads);
    c.key_heads = count_or(config, "num_key_value_heads", family.key_heads == 0 ? c.heads : family.key_heads);
    if (config.is_null("num_key_value_heads")) c.key_heads = c.heads;
    if (c.heads % c.key_heads != 0)
        config.refuse("num_key_value_heads", "is " + std::to_string(c.key_heads) +
                                                 ", which does not divide num_attention_heads " +
                                                 std::to_string(c.heads));
    if (config.says("head_dim") || family.head_width != 0) {
        c.head_width = count_or(config, "head_dim", family.head_width);
    } else {
        if (c.width % c.heads != 0)
            config.refuse("num_attention_heads", "is " + std::to_string(c.heads) +
                                                     ", which does not divide hidden_size " + std::to_string(c.width));
        c.head_width = c.width / c.heads;
    }
    c.inner = config.count("intermediate_size", family.inner);
    c.layers = config.count("num_hidden_layers", family.layers);
    constexpr Index most_layers = 100'000;  // each has an entry in the list of windows
    if (c.layers > most_layers)
        config.refuse("num_hidden_layers",
                      "is " + std::to_string(c.layers) + " but must be at most " + std::to_string(most_layers));
    c.positions = config.count("max_position_embeddings", family.positions);
    c.vocabulary = config.count("vocab_size", family.vocabulary);

    c.activation = family.is_gemma ? read_activation(config, "hidden_activation", "gelu_pytorch_tanh")
                                   : read_activation(config, "hidden_act", "silu");
    c.has_gate = true;
    c.is_gate_fused = family.is_fused;
    c.has_mlp_bias = family.type == "llama" && config.flag("mlp_bias", false);

    c.packing = family.is_fused ? QkvPacking::fused : QkvPacking::separate;
    const bool reads_bias = family.type == "llama" || family.type == "qwen3" || family.is_gemma;
    const bool has_bias = reads_bias && config.flag("attention_bias", false);
    c.has_qkv_bias = family.has_qkv_bias || has_bias;
    c.has_attn_out_bias = has_bias;
    const double scaled_by =
        family.is_gemma ? config.positive("query_pre_attn_scalar", 256) : static_cast<double>(c.head_width);
    c.score_scale = 1 / std::sqrt(scaled_by);
    c.windows = read_windows(config, family, c.layers);

    c.norm = NormKind::rms;
    c.norm_epsilon = config.not_negative("rms_norm_eps", family.epsilon);
    c.has_qk_norms = family.has_qk_norms;
    if (family.is_gemma) {
        c.norm_offset = 1;
        c.has_post_norms = true;
        c.embedding_scale = std::sqrt(static_cast<double>(c.width));
        const auto cap = [&](const char* name, double otherwise) {
            return config.is_null(name) ? 0 : config.positive(name, otherwise);
        };
        // transformers' Gemma 3 does not read attn_logit_softcapping.
        if (family.type == "gemma2") c.score_cap = cap("attn_logit_softcapping", 50);
        if (family.type == "gemma2" || config.says("final_logit_softcapping"))
            c.logit_cap = cap("final_logit_softcapping", 30);
    }
    c.is_tied = config.flag("tie_word_embeddings", family.is_tied);

    if (family.type == "gemma3_text") {
        read_gemma3_rotary(config, c);
    } else {
        RotaryDefaults defaults{.head_width = c.head_width, .positions = c.positions};
        defaults.can_be_partial = family.type == "phi3";
        if (family.type == "phi3") defaults.original_positions = 4096, defaults.is_always_longrope = true;
        c.rotary = read_rotary_of(config, defaults, "rope_theta", "partial_rotary_factor");
    }
    return c;
}
}  // namespace detail

namespace llama {

/// Whether a model_type is of this room.
inline bool reads(std::string_view model_type) {
    return model_type == "gemma3" || detail::llama_family(model_type) != nullptr;
}

/// Reads the `config.json` of a Llama-shaped model as transformers 5 does: fields that are absent have the defaults of the
/// family's configuration class, unknown fields do not matter, and the rotary embedding may be described as in transformers 4
/// (rope_theta, rope_scaling) or 5 (rope_parameters). Of a Gemma 3 with images, its text model is read.
/// @throws FileError if it cannot be read; ModelError, naming the field, if it describes a model that a Decoder is not
inline DecoderConfig read_config(const std::filesystem::path& file) {
    detail::ConfigReader config(file, names.family);
    const std::string type = config.word("model_type", "llama");
    if (type == "gemma3") {
        if (!config.says("text_config"))
            config.refuse("text_config", "is absent, but a gemma3 model keeps its text model there");
        detail::check_not_quantized(config);
        detail::ConfigReader text = config.in("text_config");
        const detail::LlamaFamily& family = *detail::llama_family("gemma3_text");
        text.rename(family.title);
        DecoderConfig c = detail::read_llama_fields(text, family);
        c.is_tied = config.flag("tie_word_embeddings", true);  // of the whole model, whatever its text model says
        return c;
    }
    const detail::LlamaFamily* family = detail::llama_family(type);
    if (!family) {
        std::string known;
        for (const detail::LlamaFamily& each : detail::llama_families)
            known += (known.empty() ? "" : ", ") + std::string(each.type);
        config.refuse("model_type", "is " + detail::in_quotes(type) + ", but llama::load reads " + known,
                      detail::by_export);
    }
    config.rename(family->title);
    return detail::read_llama_fields(config, *family);
}

template <class...>
SUTURE_REJECTED("a configuration is read from its file: write llama::read_config(path)", read_config(...));

}  // namespace llama

}  // namespace suture

#include "suture/core/end_refuse.hpp"
