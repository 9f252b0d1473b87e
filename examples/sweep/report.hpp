// What a sweep found, in words, as a picture and in files.
#pragma once

#include "command.hpp"
#include "plane.hpp"
#include "prompts.hpp"
#include "suture/pictures/heat_map.hpp"
#include "suture/pictures/save.hpp"
#include "together.hpp"

#include <suture/sweep/files.hpp>
#include <suture/sweep/result.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <string>
#include <vector>

namespace examples {
namespace pictures = suture::pictures;

/// A sweep that is done.
struct SweepReport {
    const SweepCommand& command;
    const PromptPairs& pairs;
    Answers answers;
    std::string model;  ///< its shape, in words
    SharedSweep sweep;

    /// Whether two runs are compared, and not one with its ablations.
    bool recovers() const { return command.direction == "denoise" || command.direction == "noise"; }
    SweepPlane plane() const {
        const suture::SweepResult& result = sweep.result;
        return plane_of(result, recovers() ? result.recovered() : result.effects(), words_of(pairs));
    }
    /// "logit difference of Mary over John"
    std::string metric() const;
    /// What the numbers of `plane` are.
    std::string meaning() const;
};

namespace detail {
inline std::string mean_text(const at::Tensor& numbers) { return hundredths(numbers.mean().item<double>()); }

/// The first prompt, and how many come with it.
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
/// How many cells there are, and what became of them.
inline std::string cells_text(const SharedSweep& s) {
    const Index all = s.result.values.numel(), done = s.result.done.sum().item<Index>();
    const Index same = s.result.done.logical_and(s.result.ran.logical_not()).sum().item<Index>();
    std::string text =
        fmt::format("{}: {} run in {:.2f} s ({:.0f}/s)", all, s.ran, s.seconds, static_cast<double>(s.ran) / s.seconds);
    if (s.processes > 1) text += fmt::format(" by {} processes, {} of them here", s.processes, s.ran_here);
    if (s.known > 0) text += fmt::format("; {} from journals", s.known);
    if (same > 0) text += fmt::format("; {} where the patch changes nothing", same);
    if (done < all) text += fmt::format("; {} left out", all - done);
    if (same == all)
        text +=
            " (what is put in is what was there: are the prompts the same, or is a mean taken over the prompt itself?)";
    return text + "; " + s.result.how;
}
}  // namespace detail

inline std::string SweepReport::metric() const {
    if (answers.answers.empty()) return sweep.result.metric + " from the clean run";
    const auto word = [&](Index id) { return pairs.clean.front().word(id); };
    const std::string other = answers.others.empty() ? "" : " over " + word(answers.others.front());
    return fmt::format("{} of {}{}{}", sweep.result.metric, word(answers.answers.front()), other,
                       pairs.clean.size() > 1 ? " (of each prompt its own)" : "");
}
inline std::string SweepReport::meaning() const {
    const std::string mean = pairs.clean.size() > 1 ? fmt::format(", mean over {} prompts", pairs.clean.size()) : "";
    if (!recovers()) return fmt::format("change of the {}{}", sweep.result.metric, mean);
    const bool denoises = command.direction == "denoise";
    return fmt::format("part of the way from the {} run (0) to the {} run (1){}", denoises ? "corrupted" : "clean",
                       denoises ? "clean" : "corrupted", mean);
}

namespace detail {
/// What was asked.
inline std::string question_text(const SweepReport& r) {
    const suture::SweepResult& result = r.sweep.result;
    const bool denoises = r.command.direction == "denoise";
    const at::Tensor &clean = denoises ? result.source : result.baseline,
                     &other = denoises ? result.baseline : result.source;
    std::string text =
        fmt::format("model      {}: {}\nclean      {}\n", r.command.model, r.model, first_of(r.pairs.clean));
    if (!r.pairs.corrupted.empty()) text += fmt::format("corrupted  {}\n", first_of(r.pairs.corrupted));
    text += fmt::format("patched    {}\nmetric     {}: clean {}", activations_text(r.command), r.metric(),
                        mean_text(clean));
    return text + (other.defined() ? ", corrupted " + mean_text(other) : "") + "\n";
}
}  // namespace detail

/// What is printed of it.
inline std::string summary_text(const SweepReport& r) {
    const SweepPlane plane = r.plane();
    const std::string table = table_text(plane);
    std::string text = detail::question_text(r) + fmt::format("cells      {}\n", detail::cells_text(r.sweep));
    if (r.sweep.result.attribution.defined())
        text += fmt::format("estimate   attribution correlates with what was run: {:.3f}\n",
                            attribution_correlation(r.sweep.result));
    text += fmt::format("\n{}\n\n{}", r.meaning(), table.empty() ? "" : table + "\n");
    for (const std::string& line : largest_places(plane)) text += line + "\n";
    return text;
}

/// Writes the results and the picture into the directory of the command line. Gives their names, and what to do if the
/// picture was not drawn.
/// @throws suture::FileError if the disk refuses
inline std::string save_report(const SweepReport& r) {
    suture::save_csv(r.command.out / "sweep.csv", r.sweep.result);
    suture::save_sweep(r.command.out / "sweep.safetensors", r.sweep.result);
    const SweepPlane plane = r.plane();
    const pictures::HeatMap map{.title = detail::activations_text(r.command),
                                .caption = "The " + r.metric() + ", after: " + r.pairs.clean.front().text(),
                                .metric = r.meaning(),
                                .values = plane.numbers,
                                .rows = plane.rows,
                                .columns = plane.columns,
                                .scale = pictures::Scale::diverging};
    const pictures::Saved saved = pictures::save(map, r.command.out, "heat-map");
    return fmt::format("{}: sweep.csv, sweep.safetensors, {}", r.command.out.string(),
                       saved.drawn ? "heat-map.svg, heat-map.png" : "heat-map.gp, " + saved.remedy());
}

}  // namespace examples
