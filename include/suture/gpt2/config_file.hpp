// Reading a GPT-2 configuration from a Hugging Face `config.json`.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/gpt2/config.hpp"
#include "suture/gpt2/detail/config_text.hpp"
#include "suture/gpt2/detail/model_directory.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The fields of a config.json. Messages name the file and the field.
class ConfigReader {
public:
    explicit ConfigReader(const std::filesystem::path& file) : file_(file.string()) {
        const char* const remedy = "give the config.json of a Hugging Face GPT-2 model";
        std::ifstream in(file, std::ios::binary);
        if (!in) {
            const std::string link = broken_link_text(file);
            const Finding why = link.empty() ? without_config(file.parent_path())
                                             : Finding{link.substr(2, link.size() - 3), "download the model again"};
            throw FileError(file_ + " cannot be opened" + (why.what.empty() ? "" : " (" + why.what + ")") + ": " +
                            why.remedy);
        }
        std::string text;
        try {
            in.exceptions(std::ios::badbit);
            text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        } catch (const std::ios_base::failure&) {
            throw FileError(file_ + " cannot be read: " + remedy);
        }
        try {
            text_ = read_config_text(std::move(text));
        } catch (const FileError& error) {
            throw FileError(file_ + " " + error.what());
        }
    }

    bool has(const char* name) const { return text_.fields.contains(name); }
    bool is_null(const char* name) const { return has(name) && text_.fields[name].is_null(); }

    Index count(const char* name, Index otherwise) const {
        if (!has(name)) return otherwise;
        const nlohmann::json& field = given(name, number_wanted);
        if (!field.is_number_integer() || field < 1 || field > largest)
            refuse(name, "is " + json_text(field) + " but must be " + number_wanted);
        return field.get<Index>();
    }
    /// Under the name that transformers has for all models, which wins, or under GPT-2's own.
    Index count(const char* common, const char* name, Index otherwise) const {
        return has(common) ? count(common, otherwise) : count(name, otherwise);
    }
    double not_negative(const char* name, double otherwise) const {
        const char* const wanted = "a number from 0";
        if (!has(name)) return otherwise;
        const nlohmann::json& field = given(name, wanted);
        if (!field.is_number() || !(field.get<double>() >= 0))
            refuse(name, "is " + json_text(field) + " but must be " + wanted);
        return field.get<double>();
    }
    bool flag(const char* name, bool otherwise) const {
        if (!has(name)) return otherwise;
        const nlohmann::json& field = given(name, "true or false");
        if (!field.is_boolean()) refuse(name, "is " + json_text(field) + " but must be true or false");
        return field.get<bool>();
    }
    std::string word(const char* name, const char* otherwise) const {
        if (!has(name)) return otherwise;
        const nlohmann::json& field = given(name, "a string");
        if (!field.is_string()) refuse(name, "is " + json_text(field) + " but must be a string");
        return field.get<std::string>();
    }
    /// The member of an object that is a field, as a message shows it, or an empty text.
    std::string word_in(const char* name, const char* inner) const {
        const auto found = text_.fields.find(name);
        if (found == text_.fields.end() || !found->is_object() || !found->contains(inner)) return "";
        return json_text((*found)[inner]);
    }
    [[noreturn]] void refuse(const std::string& name, const std::string& why,
                             const std::string& remedy = "use a GPT-2 model's config.json") const {
        throw ModelError(file_ + ": " + name + " " + why + ": " + remedy);
    }

private:
    static constexpr Index largest = 1 << 30;
    static constexpr const char* number_wanted = "an integer from 1 to 1073741824";

    /// @throws ModelError if the field holds a number that JSON lacks
    const nlohmann::json& given(const char* name, const std::string& wanted) const {
        if (const auto word = text_.not_json.find(name); word != text_.not_json.end())
            refuse(name, "is " + word->second + " but must be " + wanted);
        return text_.fields[name];
    }
    std::string file_;
    ConfigText text_;
};

/// A name of transformers' ACT2FN.
struct ActivationName {
    std::string_view name;
    ActivationFunction function;
};
/// The first name of a function is the one that is written.
inline constexpr std::array<ActivationName, 22> activation_names{{{"gelu_new", ActivationFunction::gelu_tanh},
                                                                  {"gelu_pytorch_tanh", ActivationFunction::gelu_tanh},
                                                                  {"gelu_python_tanh", ActivationFunction::gelu_tanh},
                                                                  {"gelu_fast", ActivationFunction::gelu_tanh},
                                                                  {"gelu_accurate", ActivationFunction::gelu_tanh},
                                                                  {"gelu", ActivationFunction::gelu_erf},
                                                                  {"gelu_python", ActivationFunction::gelu_erf},
                                                                  {"relu", ActivationFunction::relu},
                                                                  {"silu", ActivationFunction::silu},
                                                                  {"swish", ActivationFunction::silu},
                                                                  {"tanh", ActivationFunction::tanh},
                                                                  {"quick_gelu", ActivationFunction::quick_gelu},
                                                                  {"gelu_10", ActivationFunction::gelu_clipped},
                                                                  {"relu2", ActivationFunction::relu_squared},
                                                                  {"relu6", ActivationFunction::relu6},
                                                                  {"leaky_relu", ActivationFunction::leaky_relu},
                                                                  {"sigmoid", ActivationFunction::sigmoid},
                                                                  {"hardswish", ActivationFunction::hardswish},
                                                                  {"mish", ActivationFunction::mish},
                                                                  {"laplace", ActivationFunction::laplace},
                                                                  {"sqrtsoftplus", ActivationFunction::sqrt_softplus},
                                                                  {"linear", ActivationFunction::linear}}};

inline ActivationFunction read_activation(const ConfigReader& config) {
    const std::string name = config.word("activation_function", "gelu_new");
    std::string known;
    for (const ActivationName& activation : activation_names) {
        if (activation.name == name) return activation.function;
        known += (known.empty() ? "" : ", ") + std::string(activation.name);
    }
    if (name == "prelu" || name == "xielu")
        config.refuse("activation_function",
                      "is \"" + name + "\", which has weights of its own that suture's GPT-2 lacks",
                      "export the model with torch.export and load it with exported::load");
    config.refuse("activation_function", "is " + in_quotes(name), "give one of transformers' names: " + known);
}

/// @throws ModelError if the file describes a model that is not a plain GPT-2
inline void check_plain_gpt2(const ConfigReader& config) {
    const char* const by_export = "export the model with torch.export and load it with exported::load";
    if (const std::string type = config.word("model_type", "gpt2"); type != "gpt2")
        config.refuse("model_type", "is " + in_quotes(type) + ", not \"gpt2\"", by_export);
    if (config.flag("add_cross_attention", false))
        config.refuse("add_cross_attention",
                      "is true: the model also attends to an encoder, which suture's GPT-2 lacks", by_export);
    if (config.has("quantization_config") && !config.is_null("quantization_config")) {
        const std::string method = config.word_in("quantization_config", "quant_method");
        config.refuse("quantization_config",
                      "says that the weights are quantized" + (method.empty() ? "" : " (" + method + ")"),
                      "use the weights from before, or save those of model.dequantize()");
    }
}
}  // namespace detail

namespace gpt2 {

/// Reads the `config.json` of a Hugging Face GPT-2 model as transformers does: fields that are absent have GPT2Config's
/// defaults, unknown fields do not matter, and hidden_size, num_attention_heads, num_hidden_layers and
/// max_position_embeddings stand for n_embd, n_head, n_layer and n_positions. Without either name of the positions, n_ctx
/// gives them, as in the first checkpoints.
/// @throws FileError if it cannot be read; ModelError if it describes a model that a Decoder does not implement
inline Gpt2Config read_config(const std::filesystem::path& file) {
    const detail::ConfigReader config(file);
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
    c.activation = detail::read_activation(config);
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
