// Reading a Hugging Face `config.json`, whatever the family.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/detail/config_text.hpp"
#include "suture/decoder/detail/model_directory.hpp"
#include "suture/file/detail/json_text.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace suture::detail {

/// What to do with a model that a Decoder cannot be.
inline constexpr const char* by_export = "export the model with torch.export and load it with exported::load";

/// The fields of a config.json, or of an object in it. Messages name the file and the field.
class ConfigReader {
public:
    /// @param family for messages: "GPT-2"
    ConfigReader(const std::filesystem::path& file, std::string family)
        : file_(file.string()), family_(std::move(family)) {
        const std::string remedy = "give the config.json of a Hugging Face " + family_ + " model";
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

    /// The fields of an object that is in no file. @param what for messages
    ConfigReader(const nlohmann::json& fields, std::string what, std::string family)
        : file_(std::move(what)), family_(std::move(family)), text_{fields, {}} {}

    /// The family's name becomes known from the file.
    void rename(std::string family) { family_ = std::move(family); }
    const std::string& family() const { return family_; }
    bool has(const char* name) const { return text_.fields.contains(name); }
    bool is_null(const char* name) const { return has(name) && text_.fields[name].is_null(); }
    /// Whether the field has a value.
    bool says(const char* name) const { return has(name) && !text_.fields[name].is_null(); }
    /// Whether the field is an object with members, or anything else but null.
    bool says_more(const char* name) const {
        return says(name) && !(text_.fields[name].is_object() && text_.fields[name].empty());
    }
    /// The object that is a field.
    /// @throws ModelError if it is not one, or holds a number that JSON lacks
    ConfigReader in(const char* name) const {
        const nlohmann::json& field = given(name, "an object");
        if (!field.is_object()) refuse(name, "is " + json_text(field) + " but must be an object");
        ConfigReader inner = *this;
        inner.text_ = {field, {}};
        inner.above_ = above_ + name + ".";
        return inner;
    }
    /// The field as a message shows it.
    std::string shown(const char* name) const { return json_text(text_.fields[name]); }
    std::vector<std::string> words(const char* name) const {
        const nlohmann::json& field = given(name, "a list of strings");
        std::vector<std::string> all;
        if (!field.is_array()) refuse(name, "is " + json_text(field) + " but must be a list of strings");
        for (const nlohmann::json& item : field) {
            if (!item.is_string()) refuse(name, "holds " + json_text(item) + " but must be a list of strings");
            all.push_back(item.get<std::string>());
        }
        return all;
    }
    std::vector<double> numbers(const char* name) const {
        const nlohmann::json& field = given(name, "a list of positive numbers");
        std::vector<double> all;
        if (!field.is_array()) refuse(name, "is " + json_text(field) + " but must be a list of positive numbers");
        for (const nlohmann::json& item : field) {
            if (!item.is_number() || !(item.get<double>() > 0))
                refuse(name, "holds " + json_text(item) + " but must be a list of positive numbers");
            all.push_back(item.get<double>());
        }
        return all;
    }

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
    /// An integer from 0.
    Index whole(const char* name, Index otherwise) const {
        const char* const wanted = "an integer from 0 to 1073741824";
        if (!has(name)) return otherwise;
        const nlohmann::json& field = given(name, wanted);
        if (!field.is_number_integer() || field < 0 || field > largest)
            refuse(name, "is " + json_text(field) + " but must be " + wanted);
        return field.get<Index>();
    }
    double not_negative(const char* name, double otherwise) const {
        const char* const wanted = "a number from 0";
        if (!has(name)) return otherwise;
        const nlohmann::json& field = given(name, wanted);
        if (!field.is_number() || !(field.get<double>() >= 0))
            refuse(name, "is " + json_text(field) + " but must be " + wanted);
        return field.get<double>();
    }
    double positive(const char* name, double otherwise) const {
        const double value = not_negative(name, otherwise);
        if (value == 0) refuse(name, "is 0 but must be a positive number");
        return value;
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
    [[noreturn]] void refuse(const std::string& name, const std::string& why, const std::string& remedy = "") const {
        throw ModelError(file_ + ": " + above_ + name + " " + why + ": " +
                         (remedy.empty() ? "use a " + family_ + " model's config.json" : remedy));
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
    std::string file_, family_, above_ = {};
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

inline std::string activation_name(ActivationFunction f) {
    const auto found = std::find_if(activation_names.begin(), activation_names.end(),
                                    [f](const ActivationName& a) { return a.function == f; });
    return std::string(found->name);
}

/// @param field its name @param otherwise the function if the field is absent
inline ActivationFunction read_activation(const ConfigReader& config, const char* field, const char* otherwise) {
    const std::string name = config.word(field, otherwise);
    std::string known;
    for (const ActivationName& activation : activation_names) {
        if (activation.name == name) return activation.function;
        known += (known.empty() ? "" : ", ") + std::string(activation.name);
    }
    if (name == "prelu" || name == "xielu")
        config.refuse(field,
                      "is \"" + name + "\", which has weights of its own that suture's " + config.family() + " lacks",
                      by_export);
    config.refuse(field, "is " + in_quotes(name), "give one of transformers' names: " + known);
}

/// @throws ModelError if the layers differ, or see later tokens
inline void check_causal_and_uniform(const ConfigReader& config) {
    if (config.says("is_causal") && !config.flag("is_causal", true))
        config.refuse("is_causal", "is false: the model is an encoder, not a decoder", by_export);
    if (config.says("use_bidirectional_attention") && config.flag("use_bidirectional_attention", false))
        config.refuse("use_bidirectional_attention", "is true: the model is an encoder, not a decoder", by_export);
    if (config.says_more("per_layer_config"))
        config.refuse("per_layer_config", "is given: the layers differ, which suture's " + config.family() + " lacks",
                      by_export);
}

/// @throws ModelError if the weights are quantized
inline void check_not_quantized(const ConfigReader& config) {
    if (!config.says("quantization_config")) return;
    const std::string method = config.word_in("quantization_config", "quant_method");
    config.refuse("quantization_config",
                  "says that the weights are quantized" + (method.empty() ? "" : " (" + method + ")"),
                  "use the weights from before, or save those of model.dequantize()");
}

}  // namespace suture::detail
