// The report on the experiments: one page with their table and pictures of the model's activations, and the numbers of
// every picture beside it.
#pragma once

#include "attribution_map.hpp"
#include "harvest.hpp"
#include "patching.hpp"
#include "shared/illustrator.hpp"
#include "shared/prompt.hpp"
#include "table.hpp"

#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/histogram.hpp>
#include <suture/pictures/lines.hpp>
#include <suture/pictures/patterns.hpp>
#include <suture/pictures/report.hpp>
#include <suture/pictures/scatter.hpp>
#include <suture/pictures/sweep_map.hpp>
#include <suture/stats/correlation.hpp>
#include <suture/stats/histogram.hpp>

#include <fmt/format.h>

#include <ATen/ops/stack.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace experiments {
namespace pictures = suture::pictures;
using examples::Illustrator;

/// The text of the page.
struct ReportText {
    std::string model;     ///< its directory, or "the names model"
    std::string asked;     ///< the logit difference: "Mary" - "John"
    std::string damage;    ///< the audit of the mistake
    std::string sentence;  ///< the compiler's error
    std::size_t tokens;    ///< of the prompt
};

/// The result of `first_token_and_rest`, and a description of the prompts: "48 prompts of ...".
struct FirstToken {
    at::Tensor means;
    std::string prompts;
};

namespace detail {
inline const std::vector<std::string> qkv_names{"query", "key", "value"};

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
    const auto offset_row = [&](std::size_t i) { return rows[i].difference; };
    page.paragraph("Experiments 2 to 4 make the same edit in three ways, and agree: " + offset_row(1) + ", " +
                   offset_row(3) + " and " + offset_row(4) +
                   ". The second row of experiment 2 is the same code with the offset of the key, as a slip gives it: "
                   "another edit, "
                   "another number (" +
                   offset_row(2) + "), and no error.");
    if (text.tokens == 1)
        page.paragraph(
            "This prompt has a single token, which attends only to itself whatever its query and key are. So no edit "
            "of them can change anything: give a prompt of two tokens or more to see their effect.");
}

/// What the residual stream says about the answer, and which parts wrote it.
inline void tell_answer(Illustrator& pictures_, const Prompt& prompt, const Harvest& h, const std::string& asked) {
    pictures_.page()
        .section("Where the answer comes from")
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
    pictures_.draw(attribution_map(h.of_answer, asked), "attribution");
    const auto number = [](const at::Tensor& part) { return fmt::format("{:+.2f}", part.sum().item<double>()); };
    const DirectLogitAttribution& of = h.of_answer;
    pictures_.page().table({{"part", "contribution to " + asked},
                            {{"heads", number(of.heads)},
                             {"MLPs", number(of.mlps)},
                             {"embedding", number(of.embedding)},
                             {"biases of attention", number(of.attention_biases)},
                             {"bias of the final norm", number(of.norm_bias)},
                             {"sum", number(of.total())}}});
}

/// The sentence and the picture that a paper begins with: where the answer is, layer by layer and token by token.
inline void tell_patching(Illustrator& pictures_, const Prompt& prompt, const PatchingMap& map,
                          const std::string& asked) {
    const bool patches = map.heads.has_value();
    pictures_.page()
        .section(patches ? "Activation patching" : "Ablation map")
        .paragraph(patches ? "The residual stream of one layer and token of this prompt is put into a run of the "
                             "corrupted prompt, “" +
                                 map.corrupted +
                                 "”. 1 means that this place alone restores the logit difference; 0 that it changes "
                                 "nothing."
                           : "The output of one layer's attention or MLP is set to zero at one token. Give "
                             "--corrupted a prompt of the same length with another answer to see activation patching "
                             "instead.");
    pictures::HeatMap picture = pictures::heat_map_of(map.result, map.numbers(), prompt.words());
    picture.title = patches ? "Activation patching of the residual stream" : "Effect of removing an output";
    picture.caption = patches ? "Before each layer, at each token." : "Of attention (AttnOut) and MLP, by layer.";
    picture.metric = patches ? "recovered share of " + asked : "change of " + asked + " (logits)";
    pictures_.draw(picture, "patching");
    if (!patches) return;
    pictures_.page().paragraph(sentence_of_stream(map, prompt.words()) + " " + sentence_of_heads(map));
    pictures::HeatMap heads = pictures::heat_map_of(*map.heads, map.heads->recovered());
    heads.title = "Activation patching of heads";
    heads.caption = "The output of one head, at the last token.";
    heads.metric = "recovered share of " + asked;
    pictures_.draw(heads, "patching-heads");
}

inline void tell_attention(Illustrator& pictures_, const Prompt& prompt, const Harvest& h) {
    pictures_.page()
        .section("Attention")
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

/// The standard errors of the means over prompts, [series, layers]; undefined for a single prompt, which has none.
inline at::Tensor standard_errors(const FirstToken& first) {
    const auto count = static_cast<double>(first.means.size(0));
    return count < 2 ? at::Tensor() : first.means.std(0).div(std::sqrt(count)).t();
}

/// One sentence on whether the first token differs from the others.
inline std::string first_token_sentence(const FirstToken& first) {
    const at::Tensor lower = first.means.select(-1, 0).lt(first.means.select(-1, 1));
    return fmt::format(
        "In {} of {} (layer, prompt) pairs the first token's mean correlation with the other tokens is lower than "
        "theirs with each other ({}).",
        lower.sum().item<Index>(), lower.numel(), first.prompts);
}

inline void tell_tokens(Illustrator& pictures_, const Prompt& prompt, const Harvest& h, const Target& at,
                        const FirstToken& first) {
    pictures_.page().section("Correlation of tokens");
    if (h.qkv.size(1) < 2) {
        pictures_.page().paragraph("This prompt has a single token, and no others that it could correlate with.");
        return;
    }
    pictures_.page().paragraph(first_token_sentence(first));
    pictures_.draw(
        pictures::Lines{.title = "The first token and the others",
                        .caption = fmt::format("Mean correlation of a token's fused query, key and value "
                                               "with those of the other tokens, over {}. {}",
                                               first.prompts,
                                               first.means.size(0) < 2 ? "One prompt has no standard error."
                                                                       : "Bars are standard errors of the mean."),
                        .metric = "Pearson correlation",
                        .values = first.means.mean(0).t(),
                        .series = {"", {"the first token", "the other tokens"}},
                        .points = layer_axis(first.means.size(1)),
                        .errors = standard_errors(first)},
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
    const at::Tensor centred = h.qkv[layer].sub(h.qkv[layer].mean(0));
    std::vector<at::Tensor> each_correlation;
    for (const at::Tensor& part : h.components_of(centred)) each_correlation.push_back(correlation_matrix(part));
    if (last > 0)
        pictures_.draw(
            pictures::Patterns{.title = fmt::format("Correlation of tokens in layer {}, by component", layer),
                               .caption = "Each channel less its mean over the tokens, so that a bias that all tokens "
                                          "share does not count.",
                               .metric = "Pearson correlation",
                               .values = at::stack(each_correlation),
                               .panels = {"", qkv_names},
                               .rows = pictures::tokens(prompt.words()),
                               .columns = pictures::tokens(prompt.words()),
                               .scale = pictures::Scale::diverging,
                               .limit = 1},
            "correlation-by-component");
    const auto scatter = [&](Index a, Index b, const char* which) {
        const auto label = [&](Index token) {
            return fmt::format("activation at token {} {}", token,
                               prompt.quoted(prompt.ids()[static_cast<std::size_t>(token)]));
        };
        std::vector<std::string> components;
        for (const std::string& name : qkv_names)
            components.insert(components.end(),
                              static_cast<std::size_t>(name == qkv_names[0] ? h.of_queries : h.of_keys), name);
        pictures_.draw(pictures::Scatter{.title = fmt::format("Tokens {} and {} in layer {}", a, b, layer),
                                         .caption = fmt::format(
                                             "{}: one point per channel of their fused query, key and value.", which),
                                         .x_label = label(a),
                                         .y_label = label(b),
                                         .x = h.qkv[layer][a],
                                         .y = h.qkv[layer][b],
                                         .points = "channels",
                                         .groups = components},
                       fmt::format("scatter-{}-{}", a, b));
    };
    if (last > 0) scatter(0, last, "The first token and the last");
    if (last > 1) scatter(last - 1, last, "The last two tokens");
}

inline void tell_activations(Illustrator& pictures_, const Prompt& prompt, const Harvest& h, const Target& at) {
    pictures_.page().section("Size of activations");
    pictures_.draw(pictures::HeatMap{.title = "Norm of the residual stream",
                                     .caption = "",
                                     .metric = "Euclidean norm",
                                     .values = h.norms,
                                     .rows = examples::stream_axis(h.norms.size(0)),
                                     .columns = pictures::tokens(prompt.words()),
                                     .scale = pictures::Scale::sequential},
                   "norms");
    const at::Tensor qkv = h.qkv[static_cast<Index>(at.layer)];
    suture::HistogramRange range{qkv.min().item<double>(), qkv.max().item<double>()};
    if (range.low == range.high) range.low -= 0.5, range.high += 0.5;
    std::vector<at::Tensor> counts;
    at::Tensor edges;
    for (const at::Tensor& part : h.components_of(qkv)) {
        const suture::Histogram counted = histogram_of(part, 40, range);
        edges = counted.edges, counts.push_back(counted.counts);
    }
    pictures_.draw(pictures::Histogram{.title = fmt::format("Histograms of query, key and value in layer {}", at.layer),
                                       .caption = "Over all tokens and channels of the prompt.",
                                       .metric = "activation",
                                       .edges = edges,
                                       .counts = at::stack(counts),
                                       .counted = "count",
                                       .series = {"", qkv_names}},
                   "histogram");
}
}  // namespace detail

/// Writes the page, and the files of its pictures into a folder beside it.
/// @throws suture::FileError if a file cannot be written or gnuplot fails
inline examples::WrittenReport write_report(const std::filesystem::path& directory, const ReportText& text,
                                            const Prompt& prompt, const Target& at, const std::vector<Row>& rows,
                                            const Harvest& h, const FirstToken& first, const PatchingMap& patching,
                                            const examples::Provenance& provenance) {
    Illustrator pictures_(directory, "experiments", "Six experiments on a transformer's activations",
                          "“" + prompt.text() + "”; model: " + text.model,
                          static_cast<std::size_t>(h.patterns.size(0)) + 13);
    detail::tell_experiments(pictures_.page(), text, rows);
    detail::tell_answer(pictures_, prompt, h, text.asked);
    detail::tell_patching(pictures_, prompt, patching, text.asked);
    detail::tell_attention(pictures_, prompt, h);
    detail::tell_tokens(pictures_, prompt, h, at, first);
    detail::tell_activations(pictures_, prompt, h, at);
    return pictures_.finish(provenance);
}

}  // namespace experiments
