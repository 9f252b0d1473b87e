// Reading a GPT-2 configuration from a Hugging Face `config.json`.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/gpt2/config.hpp"
#include "suture/tensor/error.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The fields of a config.json. Messages name the file and the field.
class ConfigReader {
public:
    explicit ConfigReader(const std::filesystem::path& file) : file_(file.string()) {
        std::ifstream in(file);
        if (!in) throw FileError(file_ + " cannot be opened: give the directory of a Hugging Face GPT-2 model");
        try {
            fields_ = nlohmann::json::parse(in, nullptr, false);
        } catch (const std::ios_base::failure&) {
            throw FileError(file_ + " cannot be read: give the config.json of a Hugging Face GPT-2 model");
        }
        if (!fields_.is_object())
            throw FileError(file_ + " is not a JSON object: give the config.json of a Hugging Face GPT-2 model");
    }

    bool has(const char* name) const { return fields_.contains(name) && !fields_[name].is_null(); }

    Index count(const char* name) const {
        const nlohmann::json& field = required(name);
        if (!field.is_number_integer() || field < 1 || field > largest)
            refuse(name, "is " + json_text(field) + " but must be an integer from 1 to " + std::to_string(largest));
        return field.get<Index>();
    }
    double positive(const char* name, double otherwise) const {
        if (!has(name)) return otherwise;
        if (!fields_[name].is_number() || !(fields_[name].get<double>() > 0))
            refuse(name, "is " + json_text(fields_[name]) + " but must be a positive number");
        return fields_[name].get<double>();
    }
    bool flag(const char* name, bool otherwise) const {
        if (!has(name)) return otherwise;
        if (!fields_[name].is_boolean()) refuse(name, "is " + json_text(fields_[name]) + " but must be true or false");
        return fields_[name].get<bool>();
    }
    std::string word(const char* name, const char* otherwise) const {
        if (!has(name)) return otherwise;
        if (!fields_[name].is_string()) refuse(name, "is " + json_text(fields_[name]) + " but must be a string");
        return fields_[name].get<std::string>();
    }
    [[noreturn]] void refuse(const char* name, const std::string& why) const {
        throw ModelError(file_ + ": " + name + " " + why + ": use a GPT-2 model's config.json");
    }

private:
    static constexpr Index largest = 1 << 30;
    const nlohmann::json& required(const char* name) const {
        if (!has(name)) refuse(name, "is missing");
        return fields_[name];
    }
    std::string file_;
    nlohmann::json fields_;
};

inline ActivationFunction read_activation(const ConfigReader& config) {
    const std::string name = config.word("activation_function", "gelu_new");
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") return ActivationFunction::gelu_tanh;
    if (name == "gelu") return ActivationFunction::gelu_erf;
    if (name == "relu") return ActivationFunction::relu;
    config.refuse("activation_function", "is \"" + name + "\" but suture has gelu_new, gelu and relu");
}
}  // namespace detail

/// Reads the `config.json` of a Hugging Face GPT-2 model.
/// @throws FileError if it cannot be read; ModelError if it describes a model that suture's GPT-2 does not implement
inline Gpt2Config read_gpt2_config(const std::filesystem::path& file) {
    const detail::ConfigReader config(file);
    if (const std::string type = config.word("model_type", "gpt2"); type != "gpt2")
        config.refuse("model_type", "is \"" + type + "\"");
    if (config.flag("add_cross_attention", false)) config.refuse("add_cross_attention", "is true");
    Gpt2Config c;
    c.width = config.count("n_embd");
    c.heads = config.count("n_head");
    if (c.width % c.heads != 0)
        config.refuse("n_head",
                      "is " + std::to_string(c.heads) + ", which does not divide n_embd " + std::to_string(c.width));
    c.inner = config.has("n_inner") ? config.count("n_inner") : 4 * c.width;
    c.layers = config.count("n_layer");
    c.positions = config.count(config.has("n_positions") ? "n_positions" : "n_ctx");
    c.vocabulary = config.count("vocab_size");
    c.layer_norm_epsilon = config.positive("layer_norm_epsilon", c.layer_norm_epsilon);
    c.activation = detail::read_activation(config);
    c.tied = config.flag("tie_word_embeddings", true);
    c.scale_attention = config.flag("scale_attn_weights", true);
    c.scale_attention_by_layer = config.flag("scale_attn_by_inverse_layer_idx", false);
    return c;
}

template <class...>
SUTURE_REJECTED("a configuration is read from its file: write read_gpt2_config(path)", read_gpt2_config(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
