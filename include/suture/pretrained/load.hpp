// Loading a Hugging Face directory of any family that the library knows.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/decoder/decoder.hpp"
#include "suture/gpt2/load.hpp"
#include "suture/llama/load.hpp"
#include "suture/neox/load.hpp"
#include "suture/tensor/error.hpp"

#include <filesystem>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture::pretrained {

/// Loads a GPT-2, Llama, Mistral, Qwen 2 or 3, Gemma 2 or 3, Phi-3 or 4, GPT-NeoX or Pythia, whichever the directory's config.json
/// says it is: `Decoder model = pretrained::load("SmolLM2-135M")`.
/// @throws FileError if a file cannot be read, ModelError if it is a model of another family
inline Decoder load(const std::filesystem::path& directory, const LoadOptions& options = {}) {
    const detail::ConfigReader config(directory / "config.json", "transformer");
    if (!config.says("model_type"))
        config.refuse("model_type", "is absent, so the family is not known",
                      "call gpt2::load, llama::load or neox::load");
    const std::string type = config.word("model_type", "");
    if (type == "gpt2") return gpt2::load(directory, options);
    if (type == "gpt_neox") return neox::load(directory, options);
    if (llama::reads(type)) return llama::load(directory, options);
    std::string known = "gpt2, gpt_neox, gemma3";
    for (const detail::LlamaFamily& family : detail::llama_families) known += ", " + std::string(family.type);
    config.refuse("model_type", "is " + detail::in_quotes(type) + ", but pretrained::load reads " + known,
                  detail::by_export);
}

template <class...>
SUTURE_REJECTED("a model is loaded from a directory: write pretrained::load(directory)", load(...));

}  // namespace suture::pretrained

#include "suture/core/end_refuse.hpp"
