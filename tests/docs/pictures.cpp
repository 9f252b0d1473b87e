// Draws the pictures that README.md and docs/ show, from the names model: docs_pictures DIRECTORY. To refresh them, run
// it on docs/pictures and keep the SVG files.
#include <suture/gpt2/load.hpp>
#include <suture/lens/decoder_logit_lens.hpp>
#include <suture/lens/direct_logit_attribution.hpp>
#include <suture/pictures/pictures.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>
#include <suture/tokenizer/tokenizer.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <cstddef>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

using namespace suture;
namespace pictures = suture::pictures;
using Qkv = Gpt2Qkv<64, 4>;

namespace {

const auto tokenizer = Tokenizer::open(SUTURE_NAMES_MODEL);
auto model = gpt2::load(SUTURE_NAMES_MODEL);

/// Token ids [1, tokens].
at::Tensor ids_of(const std::string& prompt) { return at::tensor(tokenizer.encode(prompt)).unsqueeze(0); }

std::vector<std::string> words_of(const at::Tensor& ids) {
    std::vector<std::string> words;
    for (Index i = 0; i < ids.size(1); ++i) words.push_back(tokenizer.token_text(ids[0][i].item<Index>()));
    return words;
}

/// The residual stream before the first block and after each.
pictures::Axis stream_axis(Index layers) {
    pictures::Axis axis{"residual stream", {"embedding"}};
    for (Index layer = 0; layer < layers; ++layer) axis.names.push_back("after layer " + std::to_string(layer));
    return axis;
}

pictures::Axis layer_axis(Index layers) { return pictures::numbers("layer", static_cast<std::size_t>(layers)); }

/// Keys after the query, which a causal model cannot see, in grey.
at::Tensor without_future(const at::Tensor& pattern) {
    const at::Tensor future = at::full(pattern.sizes(), 1.0, at::kDouble).triu(1).to(at::kBool);
    return pattern.to(at::kDouble).masked_fill(future, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

int main(int count, char** arguments) try {
    if (count != 2) throw std::runtime_error("docs_pictures DIRECTORY");
    const std::filesystem::path directory = arguments[1];
    const auto draw = [&](const auto& picture, const std::string& name) {
        const pictures::Saved saved = pictures::save(picture, directory, name);
        if (!saved.drawn) std::cout << saved.remedy() << "\n";
    };

    const at::Tensor ids = ids_of("When Mary and John went to the store , John gave a drink to");
    const at::Tensor twin = ids_of("When Mary and John went to the store , Mary gave a drink to");
    const Index mary = tokenizer.id_of("Mary"), john = tokenizer.id_of("John"), layers = model->layers();
    const pictures::Axis tokens = pictures::tokens(words_of(ids));

    Latest<Qkv> qkv;
    Latest<AnyLayout> patterns;
    Latest<Resid<64>> stream;
    HookSet hooks;
    auto along_the_stream = sites<Resid<64>>(model, "h.*.resid_post");
    along_the_stream.insert(along_the_stream.begin(), site<Resid<64>>(model, "h.0.resid_pre"));
    hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), qkv);
    hooks.add(sites(model, "h.*.attn.pattern"), patterns);
    hooks.add(along_the_stream, stream);
    run_with_hooks(model, hooks, ids);

    draw(pictures::HeatMap{.title = "Correlation of tokens",
                           .caption = "Pearson correlation of their queries in layer 1.",
                           .metric = "Pearson correlation",
                           .values = correlation_matrix(qkv[1][on<Q>()])[0],
                           .rows = tokens,
                           .columns = tokens,
                           .scale = pictures::Scale::diverging,
                           .limit = 1,
                           .write_values = false},
         "correlation");

    const at::Tensor lengths = norms(stream).select(1, 0);  // [layers + 1, tokens]
    const std::vector<Index> some{0, 1, 3, 9, 13};
    pictures::Axis lines{"token", {}};
    for (const Index token : some) {
        const auto i = static_cast<std::size_t>(token);
        lines.names.push_back(pictures::token_name(i, tokens.names[i]));
    }
    draw(pictures::Lines{.title = "Norm of the residual stream",
                         .caption = "Five tokens of the prompt.",
                         .metric = "Euclidean norm",
                         .values = lengths.index_select(1, at::tensor(some)).t(),
                         .series = lines,
                         .points = stream_axis(layers),
                         .logarithmic = true},
         "norms");

    const Histogram counted = histogram_of(qkv[1][on<Q>()], 40);
    draw(pictures::Histogram{.title = "Histogram of the queries in layer 1",
                             .caption = "All tokens and channels of one prompt.",
                             .metric = "activation",
                             .edges = counted.edges,
                             .counts = counted.counts,
                             .counted = "count"},
         "histogram");

    RunningMoments neurons;
    HookSet watching;
    const auto watch = watching.add(model->blocks[1]->mlp->act, [&](const auto& view) { neurons.add(view); });
    for (const at::Tensor& prompt : {ids, twin}) run_with_hooks(model, watching, prompt);
    draw(pictures::Scatter{.title = "Mean and spread of the MLP's neurons",
                           .caption = "Layer 1, over two prompts; a point is a neuron.",
                           .x_label = "mean activation",
                           .y_label = "standard deviation",
                           .x = neurons.mean(),
                           .y = neurons.stddev(),
                           .points = "neurons"},
         "moments");

    draw(pictures::Patterns{.title = "Attention patterns in layer 1",
                            .caption = "Keys after the query are grey.",
                            .metric = "attention probability",
                            .values = without_future(patterns[1][0]),
                            .panels = pictures::numbers("head", 4),
                            .rows = pictures::tokens(words_of(ids), "query"),
                            .columns = pictures::tokens(words_of(ids), "key"),
                            .scale = pictures::Scale::sequential,
                            .limit = 1},
         "attention");

    const at::Tensor lens = logit_lens_by_layer(model, ids[0], {mary, john});
    draw(pictures::HeatMap{.title = "Logit lens",
                           .caption = "The logit of \"Mary\" minus that of \"John\".",
                           .metric = "logit difference (logits)",
                           .values = lens.select(-1, 0) - lens.select(-1, 1),
                           .rows = stream_axis(layers),
                           .columns = tokens,
                           .scale = pictures::Scale::diverging,
                           .limit = 10},
         "logit-lens");

    const auto parts = direct_logit_attribution(model, ids[0], logit_difference(mary, john));
    pictures::Axis columns = pictures::numbers("head / MLP", 4);
    columns.names.push_back("MLP");
    draw(
        pictures::HeatMap{.title = "Direct logit attribution",
                          .caption = "Contributions to the logit of \"Mary\" minus that of \"John\" at the last token.",
                          .metric = "contribution (logits)",
                          .values = at::cat({parts.heads, parts.mlps.unsqueeze(-1)}, -1),
                          .rows = layer_axis(layers),
                          .columns = columns,
                          .scale = pictures::Scale::diverging,
                          .limit = 5},
        "attribution");

    std::vector<std::string> pairs = words_of(ids);
    pairs[9] = "John/Mary";  // where the two prompts differ
    const SweepResult map =
        sweep(model, denoising(ids, twin), Grid::of<Resid>(sites<Resid<64>>(model, "h.*.resid_pre")),
              logit_difference(mary, john));
    draw(pictures::HeatMap{.title = "Activation patching",
                           .caption =
                               "The clean run's residual stream, patched into the corrupted run before each layer.",
                           .metric = "logit difference recovered",
                           .values = map.mean_recovered(),
                           .rows = layer_axis(layers),
                           .columns = pictures::tokens(pairs),
                           .scale = pictures::Scale::diverging,
                           .limit = 1},
         "patching");
} catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
