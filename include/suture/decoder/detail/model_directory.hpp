// What a model's directory holds in place of what is looked for: LoRA adapters, pickles, the Hub's cache, shards without
// their index. Messages name the files that are there and not a guess.
#pragma once

#include "suture/file/detail/file_errors.hpp"
#include "suture/file/detail/other_formats.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/visible_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace suture::detail {

/// The names in a directory, in order; at most the first 10,000, and none if it cannot be read.
inline std::vector<std::string> names_in_directory(const std::filesystem::path& directory) {
    constexpr std::size_t most = 10'000;
    std::vector<std::string> names;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end && names.size() < most;
         at.increment(failed))
        names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

inline bool is_there(const std::filesystem::path& path) {
    std::error_code failed;
    return std::filesystem::exists(path, failed);
}

/// " (it is a symbolic link to ../blobs/a1, which does not exist)", or nothing.
inline std::string broken_link_text(const std::filesystem::path& path) {
    std::error_code failed;
    if (!std::filesystem::is_symlink(path, failed) || is_there(path)) return "";
    return " (it is a symbolic link to " + in_quotes(std::filesystem::read_symlink(path, failed).string()) +
           ", which does not exist)";
}

/// What was found, and what to do about it.
struct Finding {
    std::string what, remedy;

    explicit operator bool() const { return !remedy.empty(); }
};

/// A LoRA adapter, by its own configuration.
inline Finding adapter_in(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / "adapter_config.json";
    if (!is_there(path)) return {};
    std::ifstream in(path);
    const nlohmann::json config = nlohmann::json::parse(in, nullptr, false);
    std::string base = "its base model";
    if (config.is_object() && config.contains("base_model_name_or_path") &&
        config["base_model_name_or_path"].is_string())
        base += " " + in_quotes(config["base_model_name_or_path"].get<std::string>());
    return {"the directory holds an adapter (adapter_config.json), which changes " + base,
            "merge it with merge_and_unload() of peft in Python, and save the result with save_pretrained()"};
}

/// The Hub's cache: models--gpt2 with refs, blobs and snapshots.
inline Finding cache_in(const std::filesystem::path& directory) {
    std::error_code failed;
    if (!std::filesystem::is_directory(directory / "snapshots", failed)) return {};
    std::string revision;
    std::ifstream(directory / "refs" / "main") >> revision;
    if (revision.empty() || !is_there(directory / "snapshots" / revision)) {
        const std::vector<std::string> there = names_in_directory(directory / "snapshots");
        revision = there.empty() ? "" : there.front();
    }
    if (revision.empty()) return {"it is a cache of the Hub without a snapshot", "download the model again"};
    return {"it is a cache of the Hub", "give " + (directory / "snapshots" / revision).string()};
}

/// Why a directory has no config.json, and what to do.
inline Finding without_config(const std::filesystem::path& directory) {
    const std::string usual = "give the directory of a Hugging Face model";
    const std::string shown = directory.empty() ? "." : directory.string();
    std::error_code failed;
    if (!directory.empty() && !is_there(directory)) return {"the directory " + shown + " does not exist", usual};
    if (!directory.empty() && !std::filesystem::is_directory(directory, failed))
        return {shown + " is a file", "give the directory that it is in"};
    for (const Finding& found : {adapter_in(directory), cache_in(directory)})
        if (found) return found;
    for (const std::string& name : names_in_directory(directory.empty() ? "." : directory)) {
        if (is_there(directory / name / "config.json"))
            return {"its directory " + name + " has one", "give " + (directory / name).string()};
        if (name.ends_with(".gguf"))
            return {"the directory holds " + name, "download the model's config.json and model.safetensors"};
    }
    return {"", usual};
}

/// A file with weights that is not read, by its name.
struct OtherWeights {
    std::string_view begins, ends, what, remedy;
};
inline constexpr std::array<OtherWeights, 15> other_weights{
    {{"pytorch_model.fsdp", "", "sharded weights of FSDP", "save a full state dict, and convert that"},
     {"pytorch_model_fsdp", "", "sharded weights of FSDP", "merge them with accelerate merge-weights"},
     {"", ".distcp", "a distributed checkpoint", "convert it with torch.distributed.checkpoint.format_utils"},
     {"zero_to_fp32.py", "", "the script that joins a checkpoint of DeepSpeed", "run it with --safe_serialization"},
     {"tf_model.h5", "", "weights of TensorFlow",
      "convert it with transformers 4 in Python: AutoModelForCausalLM.from_pretrained(directory, "
      "from_tf=True).save_pretrained(directory)"},
     {"", ".h5", "weights of TensorFlow", "download the model's model.safetensors"},
     {"flax_model", ".msgpack", "weights of Flax",
      "convert it with transformers 4 in Python: AutoModelForCausalLM.from_pretrained(directory, "
      "from_flax=True).save_pretrained(directory)"},
     {"", ".ckpt.index", "weights of TensorFlow", "download the model's model.safetensors"},
     {"", ".gguf", "weights of llama.cpp", "download the model's model.safetensors"},
     {"", ".ggml", "weights of llama.cpp", "download the model's model.safetensors"},
     {"", ".onnx", "a model of ONNX", "download the model's model.safetensors"},
     {"", ".ot", "weights for Rust", "download the model's model.safetensors"},
     {"", ".incomplete", "a download that was interrupted", "download it again"},
     {"", ".part", "a file that was not written to its end", "download or save the model again"},
     {"", ".msgpack", "weights of Flax", "download the model's model.safetensors"}}};

/// Why a directory has neither model.safetensors nor its index, and what to do.
inline Finding without_weights(const std::filesystem::path& directory) {
    const std::string link = broken_link_text(directory / "model.safetensors");
    if (!link.empty()) return {link.substr(2, link.size() - 3), "download the model again"};
    const std::vector<std::string> names = names_in_directory(directory);
    const auto convert = [&](const std::string& pattern) {
        return "convert it with " +
               conversion_command((directory / pattern).string(), (directory / "model.safetensors").string());
    };
    const auto has = [&](std::string_view begins, std::string_view ends) {
        return std::find_if(names.begin(), names.end(), [&](const std::string& name) {
            return name.size() >= begins.size() + ends.size() && name.starts_with(begins) && name.ends_with(ends);
        });
    };
    if (const auto bin = has("pytorch_model", ".bin"); bin != names.end())
        return {"the directory holds " + *bin + ", whose pickles suture does not read", convert("pytorch_model*.bin")};
    if (is_there(directory / "pytorch_model.bin.index.json"))
        return {"the directory holds pytorch_model.bin.index.json, and none of the files that it lists",
                "download them, or the model's model.safetensors"};
    if (const Finding adapter = adapter_in(directory)) return adapter;
    if (has("adapter_model", "") != names.end())
        return {"the directory holds " + *has("adapter_model", ""), "merge the adapter into its base model first"};
    if (const auto shard = has("model-0", ".safetensors"); shard != names.end())
        return {"the directory holds " + *shard + " but not model.safetensors.index.json",
                "download the index as well"};
    if (const auto other = has("", ".safetensors"); other != names.end())
        return {"the directory holds " + *other, "rename it if it holds the model's weights"};
    for (const OtherWeights& other : other_weights)
        if (const auto found = has(other.begins, other.ends); found != names.end())
            return {"the directory holds " + *found + ", " + std::string(other.what), std::string(other.remedy)};
    for (const char* const ending : {".bin", ".pt", ".pth", ".ckpt"})
        if (const auto found = has("", ending); found != names.end() && *found != "training_args.bin")
            return {"the directory holds " + *found + ", whose pickles suture does not read", convert(*found)};
    return {"the directory holds no weights", "download model.safetensors into it"};
}

/// The file with the weights: model.safetensors, or the index of several, in the order in which transformers looks.
/// @throws FileError if there is neither, naming what there is
inline std::filesystem::path weights_in(const std::filesystem::path& directory) {
    for (const char* const name : {"model.safetensors", "model.safetensors.index.json"})
        if (is_there(directory / name)) return directory / name;
    const Finding why = without_weights(directory);
    throw FileError((directory / "model.safetensors").string() + " cannot be opened (" + why.what + "): " + why.remedy);
}

}  // namespace suture::detail
