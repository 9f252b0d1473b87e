// How a model is loaded.
#pragma once

#include "suture/tensor/torch.hpp"

#include <string>
#include <vector>

namespace suture {

/// How `gpt2::load`, `llama::load`, `neox::load` and `pretrained::load` load a model.
struct LoadOptions {
    /// Modules of the file that the model lacks and that are read past, by their names there: {"score"}, {"v_head"}.
    std::vector<std::string> skip = {};
    /// The dtype of the parameters. What the file has in this dtype is mapped into memory and not copied; the rest is
    /// converted: 16-bit weights are widened to float32 by default, and 64-bit weights are rounded to it.
    at::ScalarType dtype = at::kFloat;
};

}  // namespace suture
