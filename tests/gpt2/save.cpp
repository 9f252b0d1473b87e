// Saving Hugging Face GPT-2 directories: a saved model is loaded bit for bit, and a failure changes nothing.
#include "suture/gpt2/save.hpp"

#include "suture/gpt2/load.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ops/full.h>

#include <map>
#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Tiny = Decoder;

Gpt2Config tiny(bool tied = true) {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = 2, c.positions = 8, c.vocabulary = 5, c.tied = tied;
    return c;
}
files::Tensors weights_of(const Tiny& model) {
    files::Tensors weights;
    for (const auto& p : model->named_parameters()) weights[p.key()] = p.value().detach();
    return weights;
}
bool same_fields(const Gpt2Config& a, const Gpt2Config& b) {
    return a.width == b.width && a.heads == b.heads && a.inner == b.inner && a.layers == b.layers &&
           a.positions == b.positions && a.vocabulary == b.vocabulary && a.layer_norm_epsilon == b.layer_norm_epsilon &&
           a.activation == b.activation && a.tied == b.tied && a.scale_attention == b.scale_attention &&
           a.scale_attention_by_layer == b.scale_attention_by_layer;
}
/// The bytes of every file in a folder, by name.
std::map<std::string, std::string> contents(const files::Folder& folder) {
    std::map<std::string, std::string> bytes;
    for (const auto& entry : files::fs::directory_iterator(folder.path()))
        bytes[entry.path().filename().string()] = files::bytes_of(entry.path());
    return bytes;
}
}  // namespace

TEST_CASE("a saved model is loaded bit for bit, tied or untied") {
    for (const bool tied : {true, false}) {
        CAPTURE(tied);
        const files::Folder folder;
        const Tiny model(tiny(tied));
        gpt2::save(folder.path(), model);
        const Tiny loaded = gpt2::load(folder.path());
        CHECK(files::same_bits(weights_of(loaded), weights_of(model)));
        CHECK(loaded->config() == model->config());
    }
}

TEST_CASE("every field of a configuration survives writing and reading") {
    const files::Folder folder;
    const auto read_back = [&](const Gpt2Config& c) {
        files::write_bytes(folder / "config.json", gpt2::config_json(c));
        return same_fields(gpt2::read_config(folder / "config.json"), c);
    };
    for (int f = 0; f <= static_cast<int>(ActivationFunction::linear); ++f)
        for (const bool flag : {true, false}) {
            Gpt2Config c = tiny(flag);
            c.activation = static_cast<ActivationFunction>(f), c.scale_attention = flag,
            c.scale_attention_by_layer = !flag;
            c.layer_norm_epsilon = 0.1 + 0.2, c.inner = 100;
            CHECK(read_back(c));
        }
    CHECK(read_back(Gpt2Config{}));
}

TEST_CASE("weights have the names and the metadata that Hugging Face's GPT2LMHeadModel reads") {
    const files::Folder folder;
    gpt2::save(folder.path(), Tiny(tiny(false)));
    const Safetensors file = Safetensors::open(folder / "model.safetensors");
    for (const char* name :
         {"transformer.wte.weight", "transformer.h.1.attn.c_attn.bias", "transformer.ln_f.weight", "lm_head.weight"})
        CHECK(file.contains(name));
    CHECK(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}});
    const files::Folder tied;
    gpt2::save(tied.path(), Tiny(tiny(true)));
    CHECK_FALSE(Safetensors::open(tied / "model.safetensors").contains("lm_head.weight"));
}

TEST_CASE("further text files are written with the model, and the directory is created") {
    const files::Folder folder;
    gpt2::save(folder / "new" / "model", Tiny(tiny()), {{"vocab.json", "{}"}, {"training.json", "[1]"}});
    CHECK(files::bytes_of(folder / "new" / "model" / "vocab.json") == "{}");
    CHECK(files::bytes_of(folder / "new" / "model" / "training.json") == "[1]");
    CHECK_NOTHROW((void)gpt2::load(folder / "new" / "model"));
}

TEST_CASE("saving over another model replaces it and leaves no temporary files") {
    const files::Folder folder;
    gpt2::save(folder.path(), Tiny(tiny(false)), {{"vocab.json", "old"}});
    const Tiny model(tiny(true));
    gpt2::save(folder.path(), model, {{"vocab.json", "new"}});
    CHECK(files::same_bits(weights_of(gpt2::load(folder.path())), weights_of(model)));
    CHECK(files::bytes_of(folder / "vocab.json") == "new");
    CHECK(folder.entries() == 3);
}

TEST_CASE("a failed save leaves the directory unchanged") {
    const files::Folder folder;
    gpt2::save(folder.path(), Tiny(tiny()), {{"vocab.json", "old"}});
    const auto before = contents(folder);

    CHECK(says(message_of<ModelError>([&] { gpt2::save(folder.path(), Tiny(nullptr)); }),
               "this model is empty: construct it"));
    for (const char* name : {"", ".", "..", "a/b", "config.json", "model.safetensors"})
        CHECK(says(message_of<ValueError>([&] {
                       gpt2::save(folder.path(), Tiny(tiny()), {{name, "x"}});
                   }),
                   "cannot be named '" + std::string(name) + "': give a name"));
    Tiny damaged(tiny());
    damaged->token_embedding->weight.set_data(at::full({5, 48}, 1, at::kComplexDouble));
    CHECK(says(message_of<FileError>([&] {
                   gpt2::save(folder.path(), damaged, {{"vocab.json", "new"}});
               }),
               "model.safetensors", "transformer.wte.weight", "which the file cannot hold"));
    CHECK(contents(folder) == before);
}

TEST_CASE("a directory that cannot be created is refused by name") {
    const files::Folder folder;
    files::write_bytes(folder / "taken", "a file");
    for (const auto& path : {folder / "taken", folder / "taken" / "below"})
        CHECK(says(message_of<FileError>([&] { gpt2::save(path, Tiny(tiny())); }),
                   path.string() + " is not a directory"));
    CHECK(files::bytes_of(folder / "taken") == "a file");
}
