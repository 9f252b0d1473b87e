// Saving a GPT-2 as a Hugging Face directory: `config.json` and `model.safetensors`, with the names of
// GPT2LMHeadModel. Law: `gpt2::load` of the directory gives the model, bit for bit. Needs POSIX.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/gpt2/config.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
inline std::string activation_name(ActivationFunction f) {
    const auto found = std::find_if(activation_names.begin(), activation_names.end(),
                                    [f](const ActivationName& a) { return a.function == f; });
    return std::string(found->name);
}

/// Text files of one directory, first written under temporary names and then renamed together.
class TextFiles {
public:
    explicit TextFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// @throws FileError if a file cannot be written
    void write(const std::string& name, const std::string& text) {
        const std::filesystem::path path = directory_ / name;
        written_.try_emplace(path, path).first->second.write(text);
    }
    /// @throws FileError if a file cannot be written
    void publish() {
        for (auto& [path, file] : written_) file.publish();
    }

private:
    std::filesystem::path directory_;
    std::map<std::filesystem::path, NewFile> written_;
};

/// The weights by their names in a file, without a tied unembedding.
inline std::map<std::string, at::Tensor> weights_by_name(const torch::nn::Module& model) {
    std::map<std::string, at::Tensor> weights;
    for (const auto& parameter : model.named_parameters()) {
        const bool head = parameter.key() == "lm_head.weight";
        weights.emplace((head ? "" : "transformer.") + parameter.key(), parameter.value());
    }
    return weights;
}

inline void make_directory(const std::filesystem::path& directory) {
    std::error_code refused;
    std::filesystem::create_directories(directory, refused);
    if (!std::filesystem::is_directory(directory))
        throw FileError(directory.string() + " is not a directory" + (refused ? " (" + refused.message() + ")" : "") +
                        ": name a directory, or a path where one can be created");
}

inline void check_extra_name(const std::string& name) {
    const bool plain = !name.empty() && name != "." && name != ".." && name.find('/') == name.npos;
    if (!plain || name == "config.json" || name == "model.safetensors")
        throw ValueError("a file beside the model cannot be named '" + name +
                         "': give a name without a directory that the model does not use itself");
}
}  // namespace detail

namespace gpt2 {

/// The text of a `config.json`. @post read_config of it gives the same configuration
inline std::string config_json(const Gpt2Config& c) {
    const nlohmann::ordered_json fields{{"model_type", "gpt2"},
                                        {"architectures", {"GPT2LMHeadModel"}},
                                        {"n_embd", c.width},
                                        {"n_head", c.heads},
                                        {"n_inner", c.inner},
                                        {"n_layer", c.layers},
                                        {"n_positions", c.positions},
                                        {"vocab_size", c.vocabulary},
                                        {"layer_norm_epsilon", c.layer_norm_epsilon},
                                        {"activation_function", detail::activation_name(c.activation)},
                                        {"tie_word_embeddings", c.tied},
                                        {"scale_attn_weights", c.scale_attention},
                                        {"scale_attn_by_inverse_layer_idx", c.scale_attention_by_layer},
                                        {"bos_token_id", nullptr},
                                        {"eos_token_id", nullptr}};
    return fields.dump(2) + "\n";
}
/// @throws ModelError if it is not the configuration of a GPT-2
inline std::string config_json(const DecoderConfig& c) { return config_json(config_of(c)); }

/// Writes the model to a directory, which is created if it does not exist, and with it the text files `beside`, by
/// name, for example its vocab.json. Files are renamed only after all have been written, so a failure leaves the old
/// files of the directory as they were.
/// @throws ModelError if the model is empty or not a GPT-2, ValueError if the name of a text file is invalid, FileError if a file
///         cannot
///         be written
/// @post load(directory) == model, bit for bit, if its weights are float32
inline void save(const std::filesystem::path& directory, const Decoder& model,
                 const std::map<std::string, std::string>& beside = {}) {
    if (model.is_empty()) throw ModelError(directory.string() + ": this model is empty: construct it before saving it");
    for (const auto& [name, text] : beside) detail::check_extra_name(name);
    detail::make_directory(directory);
    detail::TextFiles texts(directory);
    texts.write("config.json", config_json(model->config()));
    for (const auto& [name, text] : beside) texts.write(name, text);
    save_safetensors(directory / "model.safetensors", detail::weights_by_name(*model), {{"format", "pt"}});
    texts.publish();
}

template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write gpt2::save(directory, model)", save(...));

template <class...>
SUTURE_REJECTED("a configuration is written as text: write gpt2::config_json(config)", config_json(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("the directory comes first, then the model: write gpt2::save(directory, model)", save(...));

}  // namespace gpt2

// As models were saved when their sizes were template arguments.
template <class...>
SUTURE_REJECTED("the directory comes first, then the model: write gpt2::save(directory, model)", save_gpt2(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
