// Saving models of every family: what was saved is loaded bit for bit. saved_models.py compares with transformers.
#include "suture/pretrained/save.hpp"

#include "suture/pretrained/load.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;
namespace fs = std::filesystem;

namespace {
const fs::path stored = fs::path(SUTURE_SOURCE_DIR) / "tests/pretrained/data";

/// The directories of the stored models, and of those that make_models.py has just made.
std::vector<fs::path> all_models() {
    std::vector<fs::path> found;
    const char* const made = std::getenv("SUTURE_PRETRAINED_MODELS");
    for (const fs::path& folder : {stored, made ? fs::path(made) : fs::path()})
        if (fs::is_directory(folder))
            for (const auto& entry : fs::directory_iterator(folder))
                if (fs::exists(entry.path() / "expected.safetensors")) found.push_back(entry.path());
    return found;
}
files::Tensors weights_of(const Decoder& model) {
    files::Tensors weights;
    for (const auto& p : model->named_parameters()) weights[p.key()] = p.value().detach();
    return weights;
}
}  // namespace

TEST_CASE("a saved model of any family is loaded bit for bit, with its configuration") {
    std::size_t saved = 0;
    // Where it is given, the models are kept there for saved_models.py.
    const char* const kept = std::getenv("SUTURE_SAVED_MODELS");
    for (const fs::path& directory : all_models()) {
        CAPTURE(directory.string());
        const files::Folder folder;
        const Decoder model = pretrained::load(directory);
        const fs::path into =
            kept && directory.parent_path() != stored ? fs::path(kept) / directory.filename() : folder / "saved";
        pretrained::save(into, model);
        const Decoder again = pretrained::load(into);
        CHECK(again->config() == model->config());
        CHECK(files::same_bits(weights_of(again), weights_of(model)));
        ++saved;
    }
    CHECK(saved >= 13);
    MESSAGE(saved << " models");
}

TEST_CASE(
    "a configuration that the family's config.json cannot say is refused, field by field, and nothing is written") {
    const auto refused = [&](const char* name, const std::function<void(DecoderConfig&)>& change) {
        DecoderConfig config = pretrained::load(stored / name)->config();
        change(config);
        const files::Folder folder;
        const std::string message = message_of<ModelError>([&] { pretrained::save(folder / "new", Decoder(config)); });
        CHECK_FALSE(fs::exists(folder / "new"));
        return message;
    };
    CHECK(says(refused("llama", [](auto& c) { c.logit_cap = 30; }),
               "the config.json of a Llama cannot say what this model has as logit_cap", "save a model whose"));
    CHECK(says(refused("llama", [](auto& c) { c.windows = {4, 4}, c.norm_offset = 1; }), "as windows, norm_offset:"));
    CHECK(says(refused("qwen3", [](auto& c) { c.windows = {4, 5}; }), "as windows:"));
    CHECK(
        says(refused("neox", [](auto& c) { c.score_scale = 1; }), "the config.json of a GPT-NeoX", "as score_scale:"));
    CHECK(says(refused("neox", [](auto& c) { c.has_mlp_bias = false; }), "as has_mlp_bias:"));
    CHECK(says(refused("gemma2", [](auto& c) { c.embedding_scale = 1; }), "as embedding_scale:"));
    CHECK(says(refused("llama", [](auto& c) { c.rotary->width = 2; }), "partial_rotary_factor"));
    CHECK(says(refused("llama", [](auto& c) { c.family = "mine"; }), "a mine model"));
}

TEST_CASE("what can be changed in a configuration survives saving") {
    const auto survives = [&](const char* name, const std::function<void(DecoderConfig&)>& change) {
        DecoderConfig config = pretrained::load(stored / name)->config();
        change(config);
        const files::Folder folder;
        files::write_bytes(folder / "config.json", pretrained::config_json(config));
        return llama::read_config(folder / "config.json") == config;
    };
    for (int f = 0; f <= static_cast<int>(ActivationFunction::linear); ++f)
        CHECK(survives("qwen3", [f](auto& c) { c.activation = static_cast<ActivationFunction>(f); }));
    CHECK(survives("gemma2", [](auto& c) { c.score_scale = 0.1, c.score_cap = 0, c.logit_cap = 0; }));
    CHECK(survives("gemma2", [](auto& c) { c.windows = {}; }));
    CHECK(survives("gemma3_v4", [](auto& c) { c.logit_cap = 12.5, c.window_rotary->base = 77; }));
    CHECK(survives("qwen3", [](auto& c) { c.windows = {0, 3}, c.is_tied = !c.is_tied; }));
    CHECK(survives("mistral_window", [](auto& c) { c.windows = {}, c.norm_epsilon = 0.1 + 0.2; }));
}

TEST_CASE("an empty model and names of files that the model uses are refused") {
    const files::Folder folder;
    CHECK(says(message_of<ModelError>([&] { pretrained::save(folder.path(), Decoder(nullptr)); }),
               "this model is empty: construct it"));
    const Decoder model = pretrained::load(stored / "neox");
    CHECK(says(message_of<ValueError>([&] {
                   pretrained::save(folder.path(), model, {{"config.json", ""}});
               }),
               "cannot be named 'config.json'"));
    CHECK(folder.entries() == 0);
}
