// The names model: a GPT-2 with 4 layers, 4 heads, width 64 and its own vocabulary. See docs/names-model.md.
#pragma once

#include "vocabulary.hpp"

#include <suture/gpt2/load.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace names {

using Model = suture::Decoder;

/// The configuration of a model with this vocabulary. 32 positions hold the longest sentence.
inline suture::Gpt2Config model_config(const Vocabulary& vocabulary) {
    suture::Gpt2Config config;
    config.width = 64;
    config.heads = 4;
    config.inner = 4 * config.width;
    config.layers = 4;
    config.positions = 32;
    config.vocabulary = static_cast<suture::Index>(vocabulary.size());
    return config;
}

/// A trained model and its vocabulary.
struct NamesModel {
    Model model;
    Vocabulary vocabulary;
};

/// @throws suture::FileError if a file of the directory cannot be read, suture::ModelError if the model does not fit
inline NamesModel load_names_model(const std::filesystem::path& directory) {
    NamesModel loaded{suture::gpt2::load(directory), Vocabulary::read(directory / "vocab.json")};
    const auto words = loaded.vocabulary.size(), ids = static_cast<std::size_t>(loaded.model->config().vocabulary);
    if (words != ids)
        throw suture::ModelError(directory.string() + ": vocab.json has " + std::to_string(words) +
                                 " words but the model has " + std::to_string(ids) +
                                 ": use the vocab.json of this model");
    return loaded;
}

}  // namespace names
