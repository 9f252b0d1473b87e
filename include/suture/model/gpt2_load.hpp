// Loading a Hugging Face GPT-2 directory: `config.json` and `model.safetensors`. Names may carry the "transformer."
// prefix; weights of 16 bits are widened to the model's float32.
#pragma once

#include "suture/model/gpt2.hpp"
#include "suture/record/safetensors.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
/// The file's name of a parameter, with or without the prefix of GPT2LMHeadModel; empty if it has neither.
inline std::string name_in_file(const Safetensors& file, const std::string& parameter) {
    for (const std::string& name : {parameter, "transformer." + parameter})
        if (file.contains(name)) return name;
    return {};
}

/// True for what GPT-2 checkpoints carry beside weights: the causal mask of older versions, and the unembedding of
/// a model that ties it to the embedding.
inline bool is_no_weight(std::string_view name, bool tied) {
    return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") || (tied && name.ends_with("lm_head.weight"));
}

/// Copies every parameter from the file, or throws before the first is written.
/// @throws ModelError if a weight is missing, of another shape, or left over
inline void load_parameters(torch::nn::Module& model, const Safetensors& file, const std::string& where, bool tied) {
    std::vector<std::pair<at::Tensor, std::string>> found;
    std::vector<std::string> used;
    for (const auto& parameter : model.named_parameters()) {
        const std::string name = name_in_file(file, parameter.key());
        if (name.empty())
            throw ModelError(where + " has no tensor \"" + parameter.key() + "\": use a GPT-2 with the layers of its config.json");
        if (at::IntArrayRef(file.sizes(name)) != parameter.value().sizes())
            throw ModelError(where + ": \"" + name + "\" has shape " + shape_text(file.sizes(name)) + " but config.json asks for " +
                             shape_text(parameter.value().sizes()) + ": use the config.json of these weights");
        found.emplace_back(parameter.value(), name);
        used.push_back(name);
    }
    std::sort(used.begin(), used.end());
    for (const std::string& name : file.names())
        if (!std::binary_search(used.begin(), used.end(), name) && !is_no_weight(name, tied))
            throw ModelError(where + " has a tensor \"" + name + "\" that the model of config.json lacks: use the config.json of these weights");
    const at::NoGradGuard no_gradients;
    for (auto& [parameter, name] : found) parameter.copy_(file.load(name));
}
}  // namespace detail

/// Loads a directory into a model of this width: `auto model = load_gpt2<768, 12>("gpt2")`. Float32, on the CPU,
/// parameters without gradients (`requires_grad_` turns them on).
/// @throws FileError if a file cannot be read, ModelError if it is no GPT-2 of this width
template <extent Width, extent Heads>
Gpt2<Width, Heads> load_gpt2(const std::filesystem::path& directory) {
    const Gpt2Config config = Gpt2Config::read(directory / "config.json");
    const std::filesystem::path weights = directory / "model.safetensors";
    const Safetensors file = Safetensors::open(weights);
    Gpt2<Width, Heads> model(config);
    detail::load_parameters(*model, file, weights.string(), config.tied);
    for (at::Tensor& parameter : model->parameters()) parameter.requires_grad_(false);
    return model;
}

/// A width and number of heads that `visit_gpt2` compiles a model for.
template <extent Width, extent Heads>
struct Gpt2Size {
    static constexpr extent width = Width;
    static constexpr extent heads = Heads;
};
/// GPT-2 small, medium, large and XL, distilgpt2, and small models for teaching and tests.
using Gpt2Sizes = std::tuple<Gpt2Size<48, 3>, Gpt2Size<64, 4>, Gpt2Size<96, 4>, Gpt2Size<128, 4>, Gpt2Size<768, 12>,
                             Gpt2Size<1024, 16>, Gpt2Size<1280, 20>, Gpt2Size<1600, 25>>;

/// Loads a directory whose width is only known now, and calls `visitor(model)` with the `Gpt2<width, heads>` that
/// it is; the visitor's body is compiled once for each of `Sizes`.
///
///     visit_gpt2(directory, []<extent W, extent H>(Gpt2<W, H> model) { ... });
///
/// @throws ModelError if the width is none of `Sizes`, FileError and ModelError as `load_gpt2`
template <class Sizes = Gpt2Sizes, class Visitor>
void visit_gpt2(const std::filesystem::path& directory, Visitor&& visitor) {
    const Gpt2Config config = Gpt2Config::read(directory / "config.json");
    bool visited = false;
    std::string known;
    const auto offer = [&]<extent Width, extent Heads>(Gpt2Size<Width, Heads>) {
        known += (known.empty() ? "" : ", ") + std::to_string(Width) + " x " + std::to_string(Heads);
        if (visited || config.width != Width || config.heads != Heads) return;
        visited = true;
        visitor(load_gpt2<Width, Heads>(directory));
    };
    std::apply([&](auto... sizes) { (offer(sizes), ...); }, Sizes{});
    if (!visited)
        throw ModelError("no model of width " + std::to_string(config.width) + " with " + std::to_string(config.heads) +
                         " heads was compiled (" + known + "): add Gpt2Size<" + std::to_string(config.width) + ", " +
                         std::to_string(config.heads) + "> to the sizes of visit_gpt2");
}

}  // namespace suture
