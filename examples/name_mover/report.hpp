// The report: one page with the finding and its heat maps, and beside it the numbers of every picture, the prompts, and
// all cells of all sweeps.
#pragma once

#include "shared/illustrator.hpp"
#include "text.hpp"

#include <suture/pictures/csv.hpp>
#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/histogram.hpp>
#include <suture/pictures/patterns.hpp>
#include <suture/pictures/report.hpp>
#include <suture/stats/histogram.hpp>
#include <suture/sweep/files.hpp>

#include <fmt/format.h>

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace name_mover {
namespace pictures = suture::pictures;

namespace detail {
inline constexpr const char* share_of_difference = "recovered share of the logit difference";

inline pictures::Axis head_axis() { return pictures::numbers("head", static_cast<std::size_t>(heads)); }
inline pictures::Axis layer_axis(const at::Tensor& by_layer) {
    return pictures::numbers("layer", static_cast<std::size_t>(by_layer.size(0)));
}

/// The name of a contrast in file names.
inline std::string file_name(const Contrast& contrast) {
    return contrast.corrupted == &Triple::twin ? "repeated" : "answer";
}

inline void tell_heads(examples::Illustrator& pictures_, const Finding& finding) {
    pictures_.page()
        .section("Which heads")
        .paragraph(
            fmt::format("The model runs a clean prompt, and one that differs from it in one word and has another "
                        "answer. Then the output of one head at the last token of the clean run is patched into the "
                        "other run (denoising). 1 means that this head alone restores the clean answer; a negative "
                        "number means that it leads further away. Means over {} prompts with pairs of names that "
                        "never met in training, and their standard errors.",
                        finding.triples.size()))
        .table(table_of_heads(finding));
    for (const Contrast& contrast : finding.contrasts) {
        const at::Tensor mean = recovered(contrast.heads).mean;
        pictures_.draw(pictures::HeatMap{.title = "Heads that carry " + contrast.differs,
                                         .caption = "Outputs at the last token, patched from the clean run.",
                                         .metric = share_of_difference,
                                         .values = mean,
                                         .rows = layer_axis(mean),
                                         .columns = head_axis(),
                                         .scale = pictures::Scale::diverging,
                                         .limit = 1},
                       "heads-" + file_name(contrast));
    }
}

inline void tell_stream(examples::Illustrator& pictures_, const Finding& finding) {
    pictures_.page()
        .section("From where to where")
        .paragraph(
            "The same for the residual stream, layer by layer and token by token, over prompts of one pattern. Where "
            "the colour leaves the word and appears at the last token, the word is moved.");
    for (const Contrast& contrast : finding.contrasts) {
        const at::Tensor mean = recovered(contrast.stream).mean;
        pictures_.draw(pictures::HeatMap{.title = "Where the residual stream carries " + contrast.differs,
                                         .caption = fmt::format("Means over {} prompts of one pattern.",
                                                                contrast.stream.values.size(0)),
                                         .metric = share_of_difference,
                                         .values = mean,
                                         .rows = examples::stream_axis(mean.size(0)),
                                         .columns = pictures::tokens(words_alike()),
                                         .scale = pictures::Scale::diverging,
                                         .limit = 1},
                       "stream-" + file_name(contrast));
    }
}

inline void tell_components(examples::Illustrator& pictures_, const Finding& finding) {
    pictures_.page()
        .section("By which component")
        .paragraph(
            "The same for the query, key and value of each head, at all tokens. A word that acts through a query or a "
            "key determines where a head attends; through a value, what it finds there.");
    for (const Contrast& contrast : finding.contrasts) {
        const at::Tensor mean = recovered(contrast.components).mean;
        pictures_.draw(pictures::Patterns{.title = "Components that carry " + contrast.differs,
                                          .caption = "",
                                          .metric = share_of_difference,
                                          .values = mean,
                                          .panels = {"", {"query", "key", "value"}},
                                          .rows = layer_axis(mean[0]),
                                          .columns = head_axis(),
                                          .scale = pictures::Scale::diverging,
                                          .limit = 1},
                       "components-" + file_name(contrast));
    }
}

inline void tell_evidence(examples::Illustrator& pictures_, const Evidence& evidence) {
    pictures_.page()
        .section("What the heads do with a name")
        .paragraph(
            "Where each head attends from the last token of a clean prompt, and what its output alone would say if it "
            "attended to one name only: 1 if that name is then the likeliest of all people in every prompt, -1 if it "
            "is always the least likely.");
    pictures_.draw(
        pictures::Patterns{
            .title = "Attention from the last token",
            .caption = "To the answer, and to the subject where it first occurs and where it is repeated.",
            .metric = "attention probability",
            .values = evidence.attention,
            .panels = {"", {evidence.places.begin(), evidence.places.end()}},
            .rows = layer_axis(evidence.attention[0]),
            .columns = head_axis(),
            .scale = pictures::Scale::sequential,
            .limit = 1},
        "attention");
    pictures_.draw(pictures::HeatMap{.title = "Names that are raised and lowered",
                                     .caption = "By the output of each head alone, if it attended only to them.",
                                     .metric = "likeliest minus least likely (share of prompts)",
                                     .values = evidence.raises.sub(evidence.lowers),
                                     .rows = layer_axis(evidence.raises),
                                     .columns = head_axis(),
                                     .scale = pictures::Scale::diverging,
                                     .limit = 1},
                   "copying");
}

/// The share of right answers without each head: [layers, heads].
inline at::Tensor right_without_each(const Finding& finding) {
    std::vector<double> right;
    for (const Removal& removal : finding.single) right.push_back(removal.right);
    return at::tensor(right).view({-1, heads});
}

inline void tell_ablations(examples::Illustrator& pictures_, const Finding& finding) {
    pictures_.page()
        .section("Ablating them")
        .paragraph(fmt::format(
            "To test the finding, heads are ablated in {} prompts that were not used to find them: at the last token "
            "their output is replaced by its mean over the first prompts.",
            finding.triples.size()))
        .table(table_of_removals(finding));
    const at::Tensor right = right_without_each(finding);
    pictures_.draw(pictures::HeatMap{.title = "Right answers without one head",
                                     .caption = "The answer has the highest logit of the whole vocabulary.",
                                     .metric = "share of prompts",
                                     .values = right,
                                     .rows = layer_axis(right),
                                     .columns = head_axis(),
                                     .scale = pictures::Scale::sequential,
                                     .limit = 1},
                   "right-without");
    std::vector<double> shares{std::ranges::find(finding.removals, finding.found, &Removal::heads)->right};
    for (const Removal& removal : finding.random) shares.push_back(removal.right);
    const suture::Histogram counted = suture::histogram_of(at::tensor(shares), 20, suture::HistogramRange{0, 1});
    pictures_.draw(pictures::Histogram{.title = fmt::format("Right answers without {} heads", finding.found.size()),
                                       .caption = fmt::format("{} random sets of other heads; without heads {}: {}.",
                                                              finding.random.size(), to_string(finding.found),
                                                              percent(shares.front())),
                                       .metric = "share of prompts answered correctly",
                                       .edges = counted.edges,
                                       .counts = counted.counts,
                                       .counted = "sets of heads"},
                   "random-sets");
}

/// Each clean prompt with its twin and its stranger.
inline pictures::Table table_of_prompts(const std::vector<Triple>& triples) {
    pictures::Table table{{"prompt", "clean", "answer", "twin", "its answer", "stranger", "its answer"}, {}};
    for (std::size_t i = 0; i < triples.size(); ++i) {
        table.rows.push_back({std::to_string(i)});
        for (Prompt Triple::*which : {&Triple::clean, &Triple::twin, &Triple::stranger})
            table.rows.back().insert(table.rows.back().end(), {(triples[i].*which).text(), (triples[i].*which).answer});
    }
    return table;
}
/// Writes the prompts, and all cells of each sweep.
inline void save_data(examples::Illustrator& pictures_, const Finding& finding) {
    pictures_.page().section("Data").paragraph(
        fmt::format("In the folder {}: prompts.csv has the prompts by number; sweep-*.csv and sweep-*.safetensors have "
                    "all cells of each sweep, by prompt. Only sweep-stream-* has other prompts.",
                    examples::folder_name));
    for (const Contrast& contrast : finding.contrasts) {
        const auto save = [&](const SweepResult& result, const std::string& of) {
            const std::string name = "sweep-" + of + "-" + file_name(contrast);
            suture::save_csv(pictures_.add(name + ".csv"), result);
            suture::save_sweep(pictures_.add(name + ".safetensors"), result);
        };
        save(contrast.heads, "heads"), save(contrast.components, "components"), save(contrast.stream, "stream");
    }
    pictures::save_csv(pictures_.add("prompts.csv"), table_of_prompts(finding.triples));
}
}  // namespace detail

/// Writes the page and, in a folder beside it, its pictures, the prompts and the sweeps.
/// @throws suture::FileError if a file cannot be written or gnuplot fails
inline examples::WrittenReport write_report(const std::filesystem::path& directory, const std::string& model,
                                            const Finding& finding, const examples::Provenance& provenance) {
    examples::Illustrator pictures_(directory, "name_mover", "Which heads move the name?",
                                    "The indirect-object task; model: " + model, 10);
    pictures_.page().section("The finding");
    for (const std::string& sentence : sentences_of(finding)) pictures_.page().paragraph(sentence);
    detail::tell_heads(pictures_, finding);
    detail::tell_stream(pictures_, finding);
    detail::tell_components(pictures_, finding);
    detail::tell_evidence(pictures_, finding.evidence);
    detail::tell_ablations(pictures_, finding);
    detail::save_data(pictures_, finding);
    return pictures_.finish(provenance);
}

}  // namespace name_mover
