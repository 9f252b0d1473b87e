// Writing a decoder as a Hugging Face directory: `config.json`, in the words of its family, and `model.safetensors`. The
// reverse of load_weights.hpp, with the same names.
#pragma once

#include "suture/decoder/config.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/decoder/detail/config_reader.hpp"
#include "suture/file/new_file.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/tensor/error.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>

namespace suture::detail {

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
inline std::map<std::string, at::Tensor> weights_by_name(const DecoderImpl& model) {
    const DecoderNames& names = *model.config().names;
    std::map<std::string, at::Tensor> weights;
    for (const auto& parameter : model.named_parameters()) {
        const bool is_head = parameter.key() == std::string(names.head) + ".weight";
        weights.emplace((is_head ? "" : names.prefix) + parameter.key(), parameter.value());
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

/// The fields in which two configurations differ: "norm_epsilon, activation".
inline std::string differences(const DecoderConfig& a, const DecoderConfig& b) {
    std::string names;
    const auto compare = [&](const char* name, const auto& field) {
        if (!(a.*field == b.*field)) names += (names.empty() ? "" : ", ") + std::string(name);
    };
    using C = DecoderConfig;
    compare("family", &C::family), compare("names", &C::names), compare("width", &C::width);
    compare("heads", &C::heads), compare("key_heads", &C::key_heads), compare("head_width", &C::head_width);
    compare("inner", &C::inner), compare("layers", &C::layers), compare("positions", &C::positions);
    compare("vocabulary", &C::vocabulary), compare("activation", &C::activation), compare("has_gate", &C::has_gate);
    compare("is_gate_fused", &C::is_gate_fused), compare("has_mlp_bias", &C::has_mlp_bias);
    compare("packing", &C::packing), compare("has_qkv_bias", &C::has_qkv_bias);
    compare("has_attn_out_bias", &C::has_attn_out_bias), compare("is_transposed", &C::is_transposed);
    compare("score_scale", &C::score_scale), compare("is_score_scaled_by_layer", &C::is_score_scaled_by_layer);
    compare("score_cap", &C::score_cap), compare("windows", &C::windows), compare("rotary", &C::rotary);
    compare("window_rotary", &C::window_rotary), compare("norm", &C::norm);
    compare("norm_epsilon", &C::norm_epsilon), compare("norm_offset", &C::norm_offset);
    compare("has_norm_bias", &C::has_norm_bias), compare("has_qk_norms", &C::has_qk_norms);
    compare("has_post_norms", &C::has_post_norms), compare("is_parallel", &C::is_parallel);
    compare("embedding_scale", &C::embedding_scale), compare("is_tied", &C::is_tied);
    compare("logit_cap", &C::logit_cap);
    return names;
}

/// The text of a config.json of these fields, which `read` has read back as `again`.
/// @throws ModelError, naming what a config.json of the family cannot say, unless that is the configuration
template <class Read>
std::string checked_config_json(const nlohmann::ordered_json& fields, const DecoderConfig& config,
                                const std::string& title, const Read& read) {
    const DecoderConfig again = read(ConfigReader(fields, "the configuration of this model", title));
    if (!(again == config))
        throw ModelError("the config.json of a " + title + " cannot say what this model has as " +
                         differences(config, again) + ": save a model whose configuration differs from one that was " +
                         "read only in what the family's config.json has");
    return fields.dump(2) + "\n";
}

/// Writes the model and the text files `beside`, by name. Files are renamed only after all have been written, so a failure
/// leaves the old files of the directory as they were.
/// @param config_json gives the text of the config.json. @throws as gpt2::save
template <class ConfigJson>
void save_decoder(const std::filesystem::path& directory, const Decoder& model, const ConfigJson& config_json,
                  const std::map<std::string, std::string>& beside) {
    if (model.is_empty()) throw ModelError(directory.string() + ": this model is empty: construct it before saving it");
    for (const auto& [name, text] : beside) check_extra_name(name);
    const std::string config = config_json(model->config());
    make_directory(directory);
    TextFiles texts(directory);
    texts.write("config.json", config);
    for (const auto& [name, text] : beside) texts.write(name, text);
    save_safetensors(directory / "model.safetensors", weights_by_name(*model), {{"format", "pt"}});
    texts.publish();
}

}  // namespace suture::detail
