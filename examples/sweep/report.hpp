// The result of a sweep in words, as a picture and in files.
#pragma once

#include "command.hpp"
#include "prompts.hpp"
#include "shared/hundredths.hpp"
#include "shared/illustrator.hpp"
#include "table.hpp"
#include "together.hpp"

#include <suture/pictures/heat_map.hpp>
#include <suture/pictures/save.hpp>
#include <suture/pictures/sweep_map.hpp>
#include <suture/sweep/files.hpp>
#include <suture/sweep/result.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace sweep_program {
namespace pictures = suture::pictures;

/// A finished sweep.
struct SweepReport {
    const SweepCommand& command;
    const PromptPairs& pairs;
    Answers answers;
    std::string model;  ///< its shape: "4 layers, 4 heads of 16"
    SharedSweep sweep;

    /// Whether the sweep compares two runs, rather than a run with its ablations.
    bool recovers() const { return command.direction == "denoise" || command.direction == "noise"; }
    /// The numbers to show, one per cell in the axes of the result.
    at::Tensor numbers() const { return recovers() ? sweep.result.recovered() : sweep.result.effects(); }
    pictures::HeatMap heat_map() const { return pictures::heat_map_of(sweep.result, numbers(), words_of(pairs)); }
    /// The metric with its tokens: logit difference "Mary" - "John"
    std::string metric() const;
    /// The meaning of `numbers`.
    std::string meaning() const;
};

namespace detail {
inline std::string mean_text(const at::Tensor& numbers) { return hundredths(numbers.mean().item<double>()); }

/// The first prompt, and the number of others.
inline std::string first_of(const std::vector<Prompt>& prompts) {
    return prompts.front().text() + (prompts.size() > 1 ? fmt::format("  (and {} more)", prompts.size() - 1) : "");
}
inline std::string activations_text(const SweepCommand& c) {
    const std::string tokens = c.tokens == "each"       ? "each token"
                               : c.tokens == "together" ? "all tokens together"
                                                        : "token " + c.tokens;
    return fmt::format("{}: {}, each layer{}, {}", c.direction, fmt::join(c.what, ", "), c.by_head ? ", each head" : "",
                       tokens);
}
/// The number of cells, and how they were computed.
inline std::string cells_text(const SharedSweep& s) {
    const Index all = s.result.values.numel(), done = s.result.done.sum().item<Index>();
    const Index same = s.result.done.logical_and(s.result.ran.logical_not()).sum().item<Index>();
    std::string text =
        fmt::format("{}: {} run in {:.2f} s ({:.0f}/s)", all, s.ran, s.seconds, static_cast<double>(s.ran) / s.seconds);
    if (s.processes > 1) text += fmt::format(" by {} processes, {} of them here", s.processes, s.ran_here);
    if (s.known > 0) text += fmt::format("; {} from journals", s.known);
    if (same > 0) text += fmt::format("; {} where the patch changes nothing", same);
    if (done < all) text += fmt::format("; {} skipped", all - done);
    if (same == all)
        text +=
            " (every patch puts in the value that was there already: are the prompts the same, or is the mean taken "
            "over the prompt itself?)";
    return text + "; " + to_string(s.result.method);
}
}  // namespace detail

inline std::string SweepReport::metric() const {
    if (answers.answers.empty()) return sweep.result.metric + " from the clean run";
    const auto quoted = [&](Index id) { return pairs.clean.front().quoted(id); };
    const std::string tokens = answers.others.empty()
                                   ? " of " + quoted(answers.answers.front())
                                   : " " + quoted(answers.answers.front()) + " - " + quoted(answers.others.front());
    const auto differ = [](const std::vector<Index>& ids) {
        return std::ranges::adjacent_find(ids, std::ranges::not_equal_to()) != ids.end();
    };
    const bool each_has_its_own = differ(answers.answers) || differ(answers.others);
    return sweep.result.metric + tokens + (each_has_its_own ? " (each prompt has its own)" : "");
}
inline std::string SweepReport::meaning() const {
    const std::string mean = pairs.clean.size() > 1 ? fmt::format(", mean over {} prompts", pairs.clean.size()) : "";
    if (!recovers()) return fmt::format("change of the {}{}", sweep.result.metric, mean);
    const bool denoises = command.direction == "denoise";
    return fmt::format("share of the way from the {} run (0) to the {} run (1){}", denoises ? "corrupted" : "clean",
                       denoises ? "clean" : "corrupted", mean);
}

namespace detail {
/// The model, the prompts and the metric.
inline std::string question_text(const SweepReport& r) {
    const suture::SweepResult& result = r.sweep.result;
    const bool denoises = r.command.direction == "denoise";
    const at::Tensor &clean = denoises ? result.source : result.baseline,
                     &other = denoises ? result.baseline : result.source;
    std::string text = fmt::format("model      {}: {}\nclean      {}\n",
                                   examples::model_name({r.command.model, "", ""}), r.model, first_of(r.pairs.clean));
    if (!r.pairs.corrupted.empty()) text += fmt::format("corrupted  {}\n", first_of(r.pairs.corrupted));
    text += fmt::format("patched    {}\nmetric     {}: clean {}", activations_text(r.command), r.metric(),
                        mean_text(clean));
    return text + (other.defined() ? ", corrupted " + mean_text(other) : "") + "\n";
}
}  // namespace detail

/// The summary that the program prints.
inline std::string summary_text(const SweepReport& r) {
    const std::string table = table_text(r.heat_map());
    std::string text = detail::question_text(r) + fmt::format("cells      {}\n", detail::cells_text(r.sweep));
    if (r.sweep.result.attribution.defined())
        text += fmt::format("estimate   attribution patching correlates with the cells that were run: {:.3f}\n",
                            attribution_correlation(r.sweep.result));
    text += fmt::format("\n{}\n\n{}", r.meaning(), table.empty() ? "" : table + "\n");
    for (const std::string& line : largest_cells(r.sweep.result, r.numbers(), words_of(r.pairs))) text += line + "\n";
    return text;
}

/// Puts the results and the picture into the output directory. Returns the names of the files, and how to draw the
/// picture if it was not drawn.
/// @throws suture::FileError if a file cannot be written
inline std::string save_report(const SweepReport& r) {
    examples::NewFiles files(r.command.out, "sweep");
    suture::save_csv(files.add("sweep.csv"), r.sweep.result);
    suture::save_sweep(files.add("sweep.safetensors"), r.sweep.result);
    pictures::HeatMap map = r.heat_map();
    map.title = detail::activations_text(r.command);
    map.caption = fmt::format("The {}. Clean prompt: “{}”.", r.metric(), r.pairs.clean.front().text());
    if (!r.pairs.corrupted.empty())
        map.caption += fmt::format(" Corrupted prompt: “{}”.", r.pairs.corrupted.front().text());
    map.metric = r.meaning();
    pictures::Saved saved = examples::save_picture(map, files, "", "heat-map");
    files.publish();
    saved.script = files.place_of("heat-map.gp");
    return fmt::format("{}: sweep.csv, sweep.safetensors, {}", r.command.out.string(),
                       saved.drawn ? "heat-map.svg, heat-map.png" : "heat-map.gp; " + saved.remedy());
}

}  // namespace sweep_program
