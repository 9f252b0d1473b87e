// The report on the experiments: one page with their table and pictures of what passed through the model, and the
// numbers of every picture beside it.
#pragma once

#include "harvest.hpp"
#include "shared/illustrator.hpp"
#include "shared/prompt.hpp"
#include "suture/pictures/heat_map.hpp"
#include "suture/pictures/histogram.hpp"
#include "suture/pictures/lines.hpp"
#include "suture/pictures/patterns.hpp"
#include "suture/pictures/report.hpp"
#include "suture/pictures/scatter.hpp"
#include "table.hpp"

#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>

#include <fmt/format.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace examples {
namespace pictures = suture::pictures;

/// What the page says beside numbers.
struct ReportText {
    std::string model;     ///< its directory
    std::string asked;     ///< "Mary over John"
    std::string damage;    ///< what the mistake did, as an audit
    std::string sentence;  ///< what the compiler says of it
};

/// What `first_token_and_rest` found, and over which prompts: "48 prompts of ...".
struct FirstToken {
    at::Tensor means;
    std::string prompts;
};

namespace detail {
inline pictures::Axis layer_axis(Index layers) { return pictures::numbers("layer", static_cast<std::size_t>(layers)); }

inline void tell_experiments(pictures::Report& page, const ReportText& text, const std::vector<Row>& rows) {
    page.section("The mistake")
        .paragraph(
            "Experiment 1 writes a part of a split activation. With LibTorch alone nothing raises, and the clean "
            "activation that the result was to be compared with is not clean any more: " +
            text.damage + ".")
        .paragraph("With suture a split part is a View, and writing it does not compile. This compiler says:")
        .code(text.sentence);
    pictures::Table table{{"experiment", "what is done", "predicts", "logit difference"}, {}};
    for (const Row& row : rows) table.rows.push_back({row.name, row.sentence, row.predictions, row.difference});
    page.section("The other five, which compile")
        .paragraph(
            "Each edits the model's activations in mid-flight, and nothing else: the weights stay, and the next "
            "clean run gives the first row again. The difference is the logit of " +
            text.asked + ", after the last token.")
        .table(table);
}

/// What the residual stream holds of the answer, and who put it there.
inline void tell_answer(pictures::Report& page, Illustrator& pictures_, const Prompt& prompt, const Harvest& h,
                        const std::string& asked) {
    page.section("Where the answer comes from")
        .paragraph(
            "The logit lens reads the residual stream of every layer as if it were the last one. Direct logit "
            "attribution splits the final difference into what each head and each MLP wrote themselves; what is "
            "left is the embedding's and the biases'.");
    pictures_.draw(pictures::HeatMap{.title = "Logit lens",
                                     .caption = "The logit of " + asked +
                                                ", read from the residual stream of each layer and token.",
                                     .metric = "logit difference (logits)",
                                     .values = h.lens,
                                     .rows = stream_axis(h.lens.size(0)),
                                     .columns = pictures::tokens(prompt.words()),
                                     .scale = pictures::Scale::diverging},
                   "logit-lens");
    const at::Tensor parts = at::cat({h.of_answer.heads, h.of_answer.mlps.unsqueeze(-1)}, -1);
    pictures::Axis columns = pictures::numbers("head, and MLP", static_cast<std::size_t>(parts.size(-1) - 1));
    columns.names.push_back("MLP");
    pictures_.draw(
        pictures::HeatMap{.title = "Direct logit attribution",
                          .caption = "What each part wrote towards the logit of " + asked + " at the last token.",
                          .metric = "contribution to the logit difference (logits)",
                          .values = parts,
                          .rows = layer_axis(parts.size(0)),
                          .columns = columns,
                          .scale = pictures::Scale::diverging},
        "attribution");
}

inline void tell_attention(pictures::Report& page, Illustrator& pictures_, const Prompt& prompt, const Harvest& h) {
    page.section("Where the heads look")
        .paragraph(
            "One picture a layer, one panel a head: each row is a query's token, and its probabilities over the "
            "tokens up to it.");
    const pictures::Axis tokens = pictures::tokens(prompt.words(), "query");
    for (Index layer = 0; layer < h.patterns.size(0); ++layer)
        pictures_.draw(
            pictures::Patterns{.title = "Attention in layer " + std::to_string(layer),
                               .caption = "",
                               .metric = "attention probability",
                               .values = h.patterns[layer],
                               .panels = pictures::numbers("head", static_cast<std::size_t>(h.patterns.size(1))),
                               .rows = tokens,
                               .columns = pictures::tokens(prompt.words(), "key"),
                               .scale = pictures::Scale::sequential,
                               .limit = 1},
            "attention-" + std::to_string(layer));
}

/// One sentence on whether the first token stands apart.
inline std::string first_token_sentence(const FirstToken& first) {
    const at::Tensor lower = first.means.select(-1, 0).lt(first.means.select(-1, 1));
    return fmt::format(
        "Over {}, the first token correlates less with the others than they do with one another in {} of {} "
        "cases, of a layer and a prompt each.",
        first.prompts, lower.sum().item<Index>(), lower.numel());
}

inline void tell_tokens(pictures::Report& page, Illustrator& pictures_, const Prompt& prompt, const Harvest& h,
                        const experiments::Place& at, const FirstToken& first) {
    page.section("How alike the tokens are").paragraph(first_token_sentence(first));
    pictures_.draw(pictures::Lines{.title = "The first token and the rest",
                                   .caption = fmt::format("Mean correlation with the other tokens' queries, keys and "
                                                          "values, over {}.",
                                                          first.prompts),
                                   .metric = "Pearson correlation",
                                   .values = first.means.mean(0).t(),
                                   .series = {"", {"the first token", "the other tokens"}},
                                   .points = layer_axis(first.means.size(1))},
                   "first-token");
    const at::Tensor correlations = correlation_matrix(h.qkv);
    for (Index layer = 0; layer < correlations.size(0); ++layer)
        pictures_.draw(pictures::HeatMap{.title = "Tokens against tokens in layer " + std::to_string(layer),
                                         .caption = "Correlation of their queries, keys and values.",
                                         .metric = "Pearson correlation",
                                         .values = correlations[layer],
                                         .rows = pictures::tokens(prompt.words()),
                                         .columns = pictures::tokens(prompt.words()),
                                         .scale = pictures::Scale::diverging,
                                         .limit = 1,
                                         .write_values = false},
                       "correlation-" + std::to_string(layer));
    const auto layer = static_cast<Index>(at.layer), last = h.qkv.size(1) - 1;
    const auto scatter = [&](Index a, Index b) {
        const auto label = [&](Index token) {
            return "activation at " + pictures::token_name(static_cast<std::size_t>(token),
                                                           prompt.words()[static_cast<std::size_t>(token)]);
        };
        pictures_.draw(pictures::Scatter{.title = fmt::format("Token {} against token {} in layer {}", a, b, layer),
                                         .caption = "A point is a channel of the fused query, key and value.",
                                         .x_label = label(a),
                                         .y_label = label(b),
                                         .x = h.qkv[layer][a],
                                         .y = h.qkv[layer][b],
                                         .points = "channels"},
                       fmt::format("scatter-{}-{}", a, b));
    };
    if (last > 0) scatter(0, last);
    if (last > 1) scatter(last - 1, last);
}

inline void tell_activations(pictures::Report& page, Illustrator& pictures_, const Prompt& prompt, const Harvest& h,
                             const experiments::Place& at) {
    page.section("How large the activations are");
    pictures_.draw(pictures::HeatMap{.title = "Length of the residual stream",
                                     .caption = "By layer and token.",
                                     .metric = "Euclidean norm",
                                     .values = h.norms,
                                     .rows = stream_axis(h.norms.size(0)),
                                     .columns = pictures::tokens(prompt.words()),
                                     .scale = pictures::Scale::sequential},
                   "norms");
    const std::vector<at::Tensor> qkv = h.qkv[static_cast<Index>(at.layer)].chunk(3, -1);
    const char* const names[] = {"query", "key", "value"};
    for (std::size_t i = 0; i < qkv.size(); ++i) {
        const suture::Histogram counted = histogram_of(qkv[i], 40);
        pictures_.draw(pictures::Histogram{.title = fmt::format("The {} in layer {}", names[i], at.layer),
                                           .caption = "All tokens and channels of this prompt.",
                                           .metric = "activation",
                                           .edges = counted.edges,
                                           .counts = counted.counts,
                                           .counted = "values"},
                       std::string("histogram-") + names[i]);
    }
}
}  // namespace detail

/// Writes the page and, in a folder beside it, the pictures' files. One run at a time may write to a directory.
/// @throws suture::FileError if the disk refuses or gnuplot fails
inline WrittenReport write_report(const std::filesystem::path& directory, const ReportText& text, const Prompt& prompt,
                                  const experiments::Place& at, const std::vector<Row>& rows, const Harvest& h,
                                  const FirstToken& first) {
    const std::filesystem::path file = std::filesystem::absolute(directory) / "report.html";
    pictures::Report page(file, "Six experiments on a transformer's activations",
                          "“" + prompt.text() + "”, in the model " + text.model);
    const auto layers = static_cast<std::size_t>(h.patterns.size(0));
    Illustrator illustrator(page, emptied_folder(file), 2 * layers + 9);
    detail::tell_experiments(page, text, rows);
    detail::tell_answer(page, illustrator, prompt, h, text.asked);
    detail::tell_attention(page, illustrator, prompt, h);
    detail::tell_tokens(page, illustrator, prompt, h, at, first);
    detail::tell_activations(page, illustrator, prompt, h, at);
    page.save();
    return {file, illustrator.remedy()};
}

}  // namespace examples
