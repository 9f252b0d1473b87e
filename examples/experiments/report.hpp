// The report on the experiments: one page with their table and pictures of the model's activations, and the numbers of
// every picture beside it.
#pragma once

#include "harvest.hpp"
#include "shared/illustrator.hpp"
#include "shared/prompt.hpp"
#include "table.hpp"

#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/histogram.hpp>
#include <suture/pictures/lines.hpp>
#include <suture/pictures/patterns.hpp>
#include <suture/pictures/report.hpp>
#include <suture/pictures/scatter.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>

#include <fmt/format.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace experiments {
namespace pictures = suture::pictures;

/// The text of the page.
struct ReportText {
    std::string model;     ///< its directory, or "the names model"
    std::string asked;     ///< the logit difference: "Mary" - "John"
    std::string damage;    ///< the audit of the mistake
    std::string sentence;  ///< the compiler's error
};

/// The result of `first_token_and_rest`, and a description of the prompts: "48 prompts of ...".
struct FirstToken {
    at::Tensor means;
    std::string prompts;
};

namespace detail {
inline pictures::Axis layer_axis(Index layers) { return pictures::numbers("layer", static_cast<std::size_t>(layers)); }

inline void tell_experiments(pictures::Report& page, const ReportText& text, const std::vector<Row>& rows) {
    page.section("The mistake")
        .paragraph(
            "Experiment 1 writes a part of a split activation. With LibTorch alone nothing raises, but the clean "
            "activation to compare with is no longer clean: " +
            text.damage + ".")
        .paragraph("In suture a split part is a View, and writing it does not compile. The compiler says:")
        .code(text.sentence);
    pictures::Table table{{"experiment", "edit", "predictions", "logit difference"}, {}};
    for (const Row& row : rows) table.rows.push_back({row.name, row.sentence, row.predictions, row.difference});
    page.section("The other five")
        .paragraph(
            "Each edits only activations, during a forward pass: the weights do not change, and the next clean run "
            "gives the first row again. The logit difference is " +
            text.asked + " after the last token.")
        .table(table);
}

/// What the cells of the attribution add up to, and the rest of the logit difference.
inline std::string attribution_caption(const DirectLogitAttribution& parts) {
    const double all = parts.total().item<double>();
    const double cells = parts.heads.sum().item<double>() + parts.mlps.sum().item<double>();
    return fmt::format(
        "Direct contributions at the last token. Heads and MLPs add up to {:.2f}, embedding and biases to {:.2f}: "
        "{:.2f} in total.",
        cells, all - cells, all);
}

/// What the residual stream says about the answer, and which parts wrote it.
inline void tell_answer(pictures::Report& page, examples::Illustrator& pictures_, const Prompt& prompt,
                        const Harvest& h, const std::string& asked) {
    page.section("Where the answer comes from")
        .paragraph(
            "The logit lens reads the residual stream after every layer as if it were the last. Direct logit "
            "attribution "
            "splits the final difference into the direct contributions of each head and each MLP; the embedding and "
            "the "
            "biases contribute the rest.");
    pictures_.draw(pictures::HeatMap{.title = "Logit lens",
                                     .caption = "The logit difference read from the residual stream of each layer and "
                                                "token.",
                                     .metric = asked + " (logits)",
                                     .values = h.lens,
                                     .rows = examples::stream_axis(h.lens.size(0)),
                                     .columns = pictures::tokens(prompt.words()),
                                     .scale = pictures::Scale::diverging},
                   "logit-lens");
    const at::Tensor parts = at::cat({h.of_answer.heads, h.of_answer.mlps.unsqueeze(-1)}, -1);
    pictures::Axis columns = pictures::numbers("head / MLP", static_cast<std::size_t>(parts.size(-1) - 1));
    columns.names.push_back("MLP");
    pictures_.draw(pictures::HeatMap{.title = "Direct logit attribution",
                                     .caption = attribution_caption(h.of_answer),
                                     .metric = "contribution to " + asked + " (logits)",
                                     .values = parts,
                                     .rows = layer_axis(parts.size(0)),
                                     .columns = columns,
                                     .scale = pictures::Scale::diverging},
                   "attribution");
}

inline void tell_attention(pictures::Report& page, examples::Illustrator& pictures_, const Prompt& prompt,
                           const Harvest& h) {
    page.section("Attention")
        .paragraph(
            "One picture per layer and one panel per head. Each row is a query, with its probabilities over the keys "
            "up to its own token.");
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
                               .limit = 1,
                               .causal = true},
            "attention-" + std::to_string(layer));
}

/// One sentence on whether the first token differs from the others.
inline std::string first_token_sentence(const FirstToken& first) {
    const at::Tensor lower = first.means.select(-1, 0).lt(first.means.select(-1, 1));
    return fmt::format(
        "In {} of {} cases, one per layer and prompt, the first token correlates less with the other tokens than they "
        "do with one another ({}).",
        lower.sum().item<Index>(), lower.numel(), first.prompts);
}

inline void tell_tokens(pictures::Report& page, examples::Illustrator& pictures_, const Prompt& prompt,
                        const Harvest& h, const Target& at, const FirstToken& first) {
    page.section("Correlation of tokens").paragraph(first_token_sentence(first));
    pictures_.draw(pictures::Lines{.title = "The first token and the others",
                                   .caption = fmt::format("Mean correlation of a token's fused query, key and value "
                                                          "with those of the other tokens, over {}.",
                                                          first.prompts),
                                   .metric = "Pearson correlation",
                                   .values = first.means.mean(0).t(),
                                   .series = {"", {"the first token", "the other tokens"}},
                                   .points = layer_axis(first.means.size(1))},
                   "first-token");
    const at::Tensor correlations = correlation_matrix(h.qkv);
    pictures_.draw(
        pictures::Patterns{.title = "Correlation of tokens",
                           .caption = "Correlation of the tokens' fused query, key and value channels, by layer.",
                           .metric = "Pearson correlation",
                           .values = correlations,
                           .panels = layer_axis(correlations.size(0)),
                           .rows = pictures::tokens(prompt.words()),
                           .columns = pictures::tokens(prompt.words()),
                           .scale = pictures::Scale::diverging,
                           .limit = 1},
        "correlation");
    const auto layer = static_cast<Index>(at.layer), last = h.qkv.size(1) - 1;
    const auto scatter = [&](Index a, Index b) {
        const auto label = [&](Index token) {
            return fmt::format("activation at token {} {}", token,
                               prompt.quoted(prompt.ids()[static_cast<std::size_t>(token)]));
        };
        pictures_.draw(pictures::Scatter{.title = fmt::format("Tokens {} and {} in layer {}", a, b, layer),
                                         .caption = "One point per channel of the fused query, key and value.",
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

inline void tell_activations(pictures::Report& page, examples::Illustrator& pictures_, const Prompt& prompt,
                             const Harvest& h, const Target& at) {
    page.section("Size of activations");
    pictures_.draw(pictures::HeatMap{.title = "Norm of the residual stream",
                                     .caption = "",
                                     .metric = "Euclidean norm",
                                     .values = h.norms,
                                     .rows = examples::stream_axis(h.norms.size(0)),
                                     .columns = pictures::tokens(prompt.words()),
                                     .scale = pictures::Scale::sequential},
                   "norms");
    const std::vector<at::Tensor> qkv = h.qkv[static_cast<Index>(at.layer)].chunk(3, -1);
    const char* const names[] = {"query", "key", "value"};
    for (std::size_t i = 0; i < qkv.size(); ++i) {
        const suture::Histogram counted = histogram_of(qkv[i], 40);
        pictures_.draw(pictures::Histogram{.title = fmt::format("Histogram of the {} in layer {}", names[i], at.layer),
                                           .caption = "Over all tokens and channels of the prompt.",
                                           .metric = "activation",
                                           .edges = counted.edges,
                                           .counts = counted.counts,
                                           .counted = "count"},
                       std::string("histogram-") + names[i]);
    }
}
}  // namespace detail

/// Writes the page, and the files of its pictures into a folder beside it. Only one run at a time may write to a
/// directory.
/// @throws suture::FileError if a file cannot be written or gnuplot fails
inline examples::WrittenReport write_report(const std::filesystem::path& directory, const ReportText& text,
                                            const Prompt& prompt, const Target& at, const std::vector<Row>& rows,
                                            const Harvest& h, const FirstToken& first) {
    const std::filesystem::path file = std::filesystem::absolute(directory) / "report.html";
    pictures::Report page(file, "Six experiments on a transformer's activations",
                          "“" + prompt.text() + "”; model: " + text.model);
    examples::Illustrator illustrator(file, page, static_cast<std::size_t>(h.patterns.size(0)) + 10);
    detail::tell_experiments(page, text, rows);
    detail::tell_answer(page, illustrator, prompt, h, text.asked);
    detail::tell_attention(page, illustrator, prompt, h);
    detail::tell_tokens(page, illustrator, prompt, h, at, first);
    detail::tell_activations(page, illustrator, prompt, h, at);
    return illustrator.finish(fmt::format("experiments --layer {} --token {}", at.layer, at.token));
}

}  // namespace experiments
