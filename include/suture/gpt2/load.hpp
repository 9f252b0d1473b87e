// Loading a Hugging Face GPT-2 directory: `config.json` and `model.safetensors`. Names may have the prefix
// "transformer.". 16-bit weights are widened to the model's float32, and 64-bit weights are rounded to it.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/file/safetensors.hpp"
#include "suture/gpt2/config_file.hpp"
#include "suture/gpt2/gpt2.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>
#include <concepts>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The name of a parameter in the file, with or without the prefix of GPT2LMHeadModel; empty if the file has neither.
inline std::string name_in_file(const Safetensors& file, const std::string& parameter) {
    for (const std::string& name : {parameter, "transformer." + parameter})
        if (file.contains(name)) return name;
    return {};
}

/// The names in a file of the weights that config.json describes.
class WeightNames {
public:
    WeightNames(const Safetensors& file, std::string where, bool tied)
        : file_(file), where_(std::move(where)), tied_(tied) {}

    /// The name of a parameter in the file.
    /// @throws ModelError if the file lacks it, or if its shape differs or its dtype is not floating point
    std::string find(const std::string& parameter, at::IntArrayRef sizes) const {
        const std::string name = name_in_file(file_, parameter);
        if (name.empty()) refuse_missing(parameter);
        check_floating(name);
        if (at::IntArrayRef(file_.sizes(name)) != sizes)
            throw ModelError(where_ + ": \"" + name + "\" has shape " + shape_text(file_.sizes(name)) +
                             " but config.json requires " + shape_text(sizes) +
                             ": use the config.json of these weights");
        return name;
    }

    /// @throws ModelError if the file has a weight that is not in `used`
    void check_all_used(std::vector<std::string> used) const {
        std::sort(used.begin(), used.end());
        for (const std::string& name : file_.names())
            if (!std::binary_search(used.begin(), used.end(), name) && !is_ignored(name))
                throw ModelError(where_ + " has a tensor \"" + name +
                                 "\" that the model of config.json lacks: use the config.json of these weights");
    }

    /// @throws ModelError if the model ties its unembedding to the embedding but the two differ in the file
    void check_tied_head() const {
        const std::string head = name_in_file(file_, "lm_head.weight");
        if (!tied_ || head.empty()) return;
        check_floating(head);
        const auto values = [this](const std::string& name) { return file_.load(name).to(at::kFloat); };
        const std::string embedding = name_in_file(file_, "wte.weight");
        if (!values(head).equal(values(embedding)))
            throw ModelError(where_ + ": \"" + head + "\" differs from \"" + embedding +
                             "\" but config.json ties them: set tie_word_embeddings to false");
    }

private:
    void check_floating(const std::string& name) const {
        if (const at::ScalarType dtype = file_.dtype(name); !at::isFloatingType(dtype))
            throw ModelError(where_ + ": \"" + name + "\" is " + dtype_text(dtype) +
                             " but weights are floating-point numbers: use weights that are not quantized");
    }
    [[noreturn]] void refuse_missing(const std::string& parameter) const {
        const std::string missing = where_ + " has no tensor \"" + parameter + "\"";
        if (parameter == "lm_head.weight")
            throw ModelError(missing + ", which config.json requires: set tie_word_embeddings to true");
        const std::vector<std::string> names = file_.names();
        const std::string there = names.empty() ? " and no other" : " but " + safetensors::names_like(parameter, names);
        throw ModelError(missing + there +
                         ": use a GPT-2 with the layers of its config.json and no prefix other than \"transformer.\"");
    }
    /// Whether a tensor of a checkpoint is not a weight of the model: the causal mask of older versions, or the
    /// unembedding of a model that ties it to the embedding.
    bool is_ignored(const std::string& name) const {
        return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") ||
               (tied_ && name == name_in_file(file_, "lm_head.weight"));
    }

    const Safetensors& file_;
    std::string where_;
    bool tied_;
};

/// Compares the shapes that determine a model's size with the file, whose header has been checked against its size. So
/// a wrong config.json cannot make the model take more than a few times the memory of the file.
/// @throws ModelError like WeightNames::find
inline void check_sizes(const Gpt2Config& config, const WeightNames& weights) {
    (void)weights.find("wte.weight", {config.vocabulary, config.width});
    (void)weights.find("wpe.weight", {config.positions, config.width});
    for (Index layer = 0; layer < config.layers; ++layer)
        (void)weights.find("h." + std::to_string(layer) + ".mlp.c_fc.weight", {config.width, config.inner});
}

/// Copies every parameter from the file. If it throws, no parameter has been written.
/// @throws ModelError if a weight is missing or left over, has another shape or dtype, or if a tied unembedding differs
inline void load_parameters(torch::nn::Module& model, const Safetensors& file, const WeightNames& weights) {
    std::vector<std::pair<at::Tensor, std::string>> found;
    std::vector<std::string> used;
    for (const auto& parameter : model.named_parameters()) {
        used.push_back(weights.find(parameter.key(), parameter.value().sizes()));
        found.emplace_back(parameter.value(), used.back());
    }
    weights.check_all_used(std::move(used));
    weights.check_tied_head();
    const at::NoGradGuard no_gradients;
    for (auto& [parameter, name] : found) parameter.copy_(file.load(name));
}
}  // namespace detail

/// Loads a model of this width from a directory: `auto model = load_gpt2<768, 12>("gpt2")`. The parameters are float32,
/// on the CPU, and do not require gradients (`requires_grad_` changes that).
/// @throws FileError if a file cannot be read, ModelError if it is not a GPT-2 of this width
template <Index Width, Index Heads>
Gpt2<Width, Heads> load_gpt2(const std::filesystem::path& directory) {
    const Gpt2Config config = read_gpt2_config(directory / "config.json");
    const std::filesystem::path weights = directory / "model.safetensors";
    const Safetensors file = Safetensors::open(weights);
    const detail::WeightNames names(file, weights.string(), config.tied);
    detail::check_sizes(config, names);
    Gpt2<Width, Heads> model(config);
    detail::load_parameters(*model, file, names);
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
void visit_gpt2(const std::filesystem::path& directory, Visitor&& visitor) {
    const Gpt2Config config = read_gpt2_config(directory / "config.json");
    bool visited = false;
    std::string known;
    const auto offer = [&]<Index Width, Index Heads>(Gpt2Size<Width, Heads>) {
        static_assert(std::invocable<Visitor&, Gpt2<Width, Heads>>,
                      "the function is called with a Gpt2 of any size: write [](auto model) { ... }");
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
