// What a directory holds in place of config.json and model.safetensors is named, with what to do.
#include "suture/decoder/detail/model_directory.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using files::contains;

namespace {
std::string text(const suture::detail::Finding& found) { return found.what + ": " + found.remedy; }
}  // namespace

TEST_CASE("a directory without config.json says what it is") {
    const files::Folder folder;
    const auto why = [&] { return text(suture::detail::without_config(folder.path())); };
    CHECK(why() == ": give the directory of a Hugging Face model");
    CHECK(contains(text(suture::detail::without_config(folder / "x")),
                   "the directory " + (folder / "x").string() + " does not exist"));
    files::write_bytes(folder / "model.safetensors", "");
    CHECK(contains(text(suture::detail::without_config(folder / "model.safetensors")),
                   "model.safetensors is a file: give the directory that it is in"));
    files::write_bytes(folder / "gpt2.Q4_K_M.gguf", "");
    CHECK(contains(why(), "the directory holds gpt2.Q4_K_M.gguf: download"));
    std::filesystem::create_directory(folder / "checkpoint-500");
    files::write_bytes(folder / "checkpoint-500/config.json", "{}");
    CHECK(contains(why(), "its directory checkpoint-500 has one: give " + (folder / "checkpoint-500").string()));
    std::filesystem::create_directories(folder / "snapshots/abc");
    std::filesystem::create_directories(folder / "snapshots/def");
    CHECK(contains(why(), "it is a cache of the Hub: give " + (folder / "snapshots/abc").string()));
    std::filesystem::create_directory(folder / "refs");
    files::write_bytes(folder / "refs/main", "def");
    CHECK(contains(why(), "it is a cache of the Hub: give " + (folder / "snapshots/def").string()));
    files::write_bytes(folder / "adapter_config.json", R"({"base_model_name_or_path": "gpt2"})");
    CHECK(contains(why(), "holds an adapter (adapter_config.json), which changes its base model \"gpt2\": merge it"));
    files::write_bytes(folder / "adapter_config.json", "[");
    CHECK(contains(why(), "which changes its base model: merge it"));
}

TEST_CASE("a directory without safetensors names the weights that it has, and what to do with them") {
    const std::vector<std::pair<std::string, std::string>> files_and_words{
        {"pytorch_model.bin",
         "holds pytorch_model.bin, whose pickles suture does not read): convert it with python3 -c "},
        {"pytorch_model-00002-of-00002.bin", "holds pytorch_model-00002-of-00002.bin, whose pickles"},
        {"pytorch_model.bin.index.json", "holds pytorch_model.bin.index.json, and none of the files that it lists"},
        {"adapter_config.json", "holds an adapter"},
        {"adapter_model.safetensors", "holds adapter_model.safetensors): merge the adapter"},
        {"model-00001-of-00002.safetensors", "but not model.safetensors.index.json): download the index as well"},
        {"model.fp16.safetensors", "holds model.fp16.safetensors): rename it"},
        {"tf_model.h5", "holds tf_model.h5, weights of TensorFlow): convert it with transformers 4"},
        {"flax_model.msgpack", "holds flax_model.msgpack, weights of Flax): convert it with transformers 4"},
        {"gpt2.gguf", "holds gpt2.gguf, weights of llama.cpp"},
        {"model.onnx", "holds model.onnx, a model of ONNX"},
        {"__0_0.distcp", "holds __0_0.distcp, a distributed checkpoint"},
        {"zero_to_fp32.py", "holds zero_to_fp32.py, the script that joins a checkpoint of DeepSpeed): run it"},
        {"model.safetensors.abc.incomplete", "a download that was interrupted"},
        {".suture-12-3.part", "a file that was not written to its end"},
        {"ckpt.pt", "holds ckpt.pt, whose pickles suture does not read): convert it with"},
        {"training_args.bin", "the directory holds no weights): download model.safetensors"},
        {"README.md", "the directory holds no weights"}};
    for (const auto& one : files_and_words) {
        const std::string &name = one.first, &words = one.second;
        const files::Folder folder;
        files::write_bytes(folder / "config.json", "{}");
        files::write_bytes(folder / name.c_str(), "");
        CAPTURE(words);
        const std::string message = files::error_of([&] { suture::detail::weights_in(folder.path()); });
        CAPTURE(message);
        CHECK(contains(message, (folder / "model.safetensors").string() + " cannot be opened (the directory holds "));
        CHECK(contains(message, words));
    }
}

TEST_CASE("links of the Hub's cache are followed, and a broken one is named with its target") {
    const files::Folder folder;
    std::filesystem::create_symlink("../blobs/a1", folder / "model.safetensors");
    CHECK(contains(files::error_of([&] { suture::detail::weights_in(folder.path()); }),
                   "cannot be opened (it is a symbolic link to \"../blobs/a1\", which does not exist): download"));
    std::filesystem::remove(folder / "model.safetensors");
    files::write_bytes(folder / "blob", "");
    std::filesystem::create_symlink("blob", folder / "model.safetensors");
    CHECK(suture::detail::weights_in(folder.path()) == folder / "model.safetensors");
}

TEST_CASE("model.safetensors is taken before an index, and an index before anything else") {
    const files::Folder folder;
    files::write_bytes(folder / "pytorch_model.bin", "");
    files::write_bytes(folder / "model.safetensors.index.json", "");
    CHECK(suture::detail::weights_in(folder.path()) == folder / "model.safetensors.index.json");
    files::write_bytes(folder / "model.safetensors", "");
    CHECK(suture::detail::weights_in(folder.path()) == folder / "model.safetensors");
}
