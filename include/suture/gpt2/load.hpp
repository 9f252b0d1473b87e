// Loading a Hugging Face GPT-2 directory: `config.json`, and `model.safetensors` or several files with their index. Names
// may have a prefix. 16-bit weights are widened to the model's float32, and 64-bit weights are rounded to it.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/gpt2/config_file.hpp"
#include "suture/gpt2/detail/weights.hpp"
#include "suture/gpt2/gpt2.hpp"

#include <c10/core/GradMode.h>

#include <concepts>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// How a model is loaded.
struct Gpt2LoadOptions {
    /// Modules of the file that a Gpt2 lacks and that are read past, by their names there: {"score"}, {"v_head"}.
    std::vector<std::string> skip = {};
};

/// The tensors in a directory's weights that a Gpt2 has no place for, by their names: the heads of other tasks, for
/// example. load_gpt2 refuses them unless they are skipped.
/// @throws FileError and ModelError like load_gpt2, but not for these tensors
inline std::vector<std::string> gpt2_extra_weights(const std::filesystem::path& directory) {
    const Gpt2Config config = read_gpt2_config(directory / "config.json");
    const std::filesystem::path path = detail::weights_in(directory);
    const Safetensors file = Safetensors::open(path);
    return detail::Gpt2Weights(file, path.string(), config).extra();
}

namespace detail {
/// Copies every parameter from the file. If it throws, no parameter has been written, but for a disk that fails.
inline void load_parameters(torch::nn::Module& model, const Safetensors& file, const Gpt2Weights& weights) {
    std::vector<std::pair<at::Tensor, std::string>> found;
    for (const auto& parameter : model.named_parameters())
        found.emplace_back(parameter.value(), weights.find(parameter.key(), parameter.value().sizes()));
    const at::NoGradGuard no_gradients;
    for (auto& [parameter, name] : found) parameter.copy_(file.load(name));
}
}  // namespace detail

/// Loads a model of this width from a directory: `auto model = load_gpt2<768, 12>("gpt2")`. The parameters are float32,
/// on the CPU, and do not require gradients (`requires_grad_` changes that).
/// @throws FileError if a file cannot be read, ModelError if it is not a GPT-2 of this width
template <Index Width, Index Heads>
Gpt2<Width, Heads> load_gpt2(const std::filesystem::path& directory, const Gpt2LoadOptions& options = {}) {
    const Gpt2Config config = read_gpt2_config(directory / "config.json");
    const std::filesystem::path path = detail::weights_in(directory);
    const Safetensors file = Safetensors::open(path);
    const detail::Gpt2Weights weights(file, path.string(), config);
    weights.check_all_used(options.skip);
    Gpt2<Width, Heads> model(config);
    detail::load_parameters(*model, file, weights);
    for (at::Tensor& parameter : model->parameters()) parameter.requires_grad_(false);
    return model;
}

/// A width and number of heads for which `visit_gpt2` compiles a model.
template <Index Width, Index Heads>
struct Gpt2Size {
    static constexpr Index width = Width;
    static constexpr Index heads = Heads;
};
/// GPT-2 small, medium, large and XL, distilgpt2, and small models for teaching and tests.
using Gpt2Sizes = std::tuple<Gpt2Size<48, 3>, Gpt2Size<64, 4>, Gpt2Size<96, 4>, Gpt2Size<128, 4>, Gpt2Size<768, 12>,
                             Gpt2Size<1024, 16>, Gpt2Size<1280, 20>, Gpt2Size<1600, 25>>;

/// Loads a model whose width is only known at run time, and calls `visitor(model)` with its `Gpt2<width, heads>`. The
/// visitor is compiled once for each of `Sizes`.
///
///     visit_gpt2(directory, []<Index W, Index H>(Gpt2<W, H> model) { ... });
///
/// @throws ModelError if the width and heads are not in `Sizes`; FileError and ModelError like `load_gpt2`
template <class Sizes = Gpt2Sizes, class Visitor>
void visit_gpt2(const std::filesystem::path& directory, Visitor&& visitor, const Gpt2LoadOptions& options = {}) {
    const Gpt2Config config = read_gpt2_config(directory / "config.json");
    bool visited = false;
    std::string known;
    const auto offer = [&]<Index Width, Index Heads>(Gpt2Size<Width, Heads>) {
        static_assert(std::invocable<Visitor&, Gpt2<Width, Heads>>,
                      "the function is called with a Gpt2 of any size: write [](auto model) { ... }");
        known += (known.empty() ? "" : ", ") + std::to_string(Width) + " x " + std::to_string(Heads);
        if (visited || config.width != Width || config.heads != Heads) return;
        visited = true;
        visitor(load_gpt2<Width, Heads>(directory, options));
    };
    std::apply([&](auto... sizes) { (offer(sizes), ...); }, Sizes{});
    if (!visited)
        throw ModelError("no model of width " + std::to_string(config.width) + " with " + std::to_string(config.heads) +
                         " heads was compiled (" + known + "): add Gpt2Size<" + std::to_string(config.width) + ", " +
                         std::to_string(config.heads) + "> to the sizes of visit_gpt2");
}

template <class...>
SUTURE_REJECTED("a model has a width and heads: write load_gpt2<768, 12>(directory)", load_gpt2(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a model is loaded from a directory: write load_gpt2<768, 12>(directory)", load_gpt2(...));
template <class...>
SUTURE_REJECTED("the directory comes first, then a function: write visit_gpt2(directory, f)", visit_gpt2(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("visit_gpt2 finds the width itself: write visit_gpt2(directory, f)", visit_gpt2(...));
template <Sentence>
SUTURE_REJECTED("a model is loaded from a directory: write load_gpt2<768, 12>(directory)", load_gpt2(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
