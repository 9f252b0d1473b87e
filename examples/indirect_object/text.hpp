// The finding as a terminal shows it: a table of the stream, a table of heads, and what they say in plain sentences.
#pragma once

#include "finding.hpp"
#include "shared/hundredths.hpp"
#include "shared/map_text.hpp"

#include <suture/pictures/axis.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace indirect_object {
using examples::hundredths;

/// "23.3" is head 3 of layer 23, both counted from 0.
inline std::string head_name(const Head& h) { return fmt::format("{}.{}", h.layer, h.head); }

/// "9 John/Mary …"
inline std::string position_name(const Task& task, Index position) {
    const auto at = static_cast<std::size_t>(position);
    return suture::pictures::token_name(at, position_names(task)[at]);
}

/// The model, the first pair, and the metric.
inline std::string task_text(const Exported& model, const Task& task, const Finding& finding) {
    const auto line = [&](const char* what, const at::Tensor& ids, const at::Tensor& answer) {
        return fmt::format("{:<10} {} ->{}{}\n", what, task.text(ids), task.word(answer).starts_with(' ') ? "" : " ",
                           task.word(answer));
    };
    const auto mean = [](const at::Tensor& numbers) { return numbers.mean().item<double>(); };
    const at::Tensor &clean = finding.heads.source, &corrupted = finding.heads.baseline;
    return fmt::format("model      {}: {} layers of {} heads, width {}\n", task.model, finding.by_head.size(0),
                       task.heads, width_of(model)) +
           line("clean", task.clean[0], task.answers[0]) + line("corrupted", task.corrupted[0], task.others[0]) +
           fmt::format(
               "logit of the clean answer - logit of the other: {:+.2f} clean, {:+.2f} corrupted; mean of {} "
               "pairs: {:+.2f}, {:+.2f}\n",
               mean(clean[0]), mean(corrupted[0]), task.pairs(), mean(clean), mean(corrupted));
}

/// A line for each position that recovers at least a tenth in some layer; some of the layers as columns.
inline std::string stream_table(const Task& task, const Finding& finding) {
    constexpr Index most_columns = 12;
    const at::Tensor& map = finding.by_position;
    const Index layers = map.size(0), step = (layers + most_columns - 1) / most_columns;
    std::string text = fmt::format("{:<22}", "entering layer");
    for (Index layer = 0; layer < layers; layer += step) text += fmt::format("{:>6}", layer);
    text += "\n";
    for (Index position = 0; position < map.size(1); ++position) {
        if (map.select(1, position).abs().max().item<double>() < 0.1) continue;
        const std::string name = position_name(task, position);
        text += fmt::format("{:<22}", name);
        for (Index layer = 0; layer < layers; layer += step)
            text += fmt::format("{:>6}", hundredths(map[layer][position].item<double>()));
        text += "\n";
    }
    return text;
}

/// A line for each head that was found.
inline std::string heads_table(const Finding& finding) {
    std::string text = fmt::format("{:<6}{:>10}", "head", "recovers");
    if (finding.has_attention)
        text += fmt::format("{:>25}{:>16}{:>11}", "attends to: the answer", "the other name", "the giver");
    text += "\n";
    for (const Head& h : finding.found) {
        text += fmt::format("{:<6}{:>10}", head_name(h), hundredths(h.recovered));
        if (finding.has_attention)
            text += fmt::format("{:>25}{:>16}{:>11}", hundredths(h.to_answer), hundredths(h.to_other),
                                hundredths(h.to_giver));
        text += "\n";
    }
    return text;
}

namespace detail {
inline std::string names_text(const std::vector<Head>& heads) {
    std::vector<std::string> names;
    for (const Head& h : heads) names.push_back(examples::head_text(h.layer, h.head, h.recovered));
    return fmt::format("{}", fmt::join(names, ", "));
}
/// "token 9 (John/Mary)"
inline std::string token_text(const Task& task, Index position) {
    const std::string word = word_at(task, position);
    return fmt::format("token {} ({})", position, word.substr(word.starts_with(' ') ? 1 : 0));
}
/// "heads 23.3 and 20.0 attend mostly to the giver"; empty if none does.
inline std::string attention_text(const Finding& finding, double Head::*to, const char* what) {
    std::vector<std::string> names;
    for (const Head& h : finding.found)
        if (h.*to > 0.5) names.push_back(head_name(h));
    if (names.empty()) return "";
    return fmt::format("{} {} attend{} mostly to {}", names.size() > 1 ? "heads" : "head", fmt::join(names, ", "),
                       names.size() > 1 ? "" : "s", what);
}
}  // namespace detail

/// Where the answer is, layer by layer.
inline std::string sentence_of_stream(const Task& task, const Finding& finding) {
    return examples::stretches_text(finding.stretches, [&](Index p) { return detail::token_text(task, p); });
}

/// Which heads bring it to the last token.
inline std::string sentence_of_heads(const Finding& finding) {
    std::vector<Head> carriers, opponents;
    for (const Head& h : finding.found) (h.recovered > 0 ? carriers : opponents).push_back(h);
    std::string text;
    if (carriers.empty())
        text = fmt::format("None of {} heads recovers a tenth of the difference at the last token.",
                           finding.by_head.numel());
    else
        text = fmt::format("{} of {} heads recover{} at least a tenth of it at the last token: {}{}.", carriers.size(),
                           finding.by_head.numel(), carriers.size() > 1 ? "" : "s", detail::names_text(carriers),
                           carriers.size() > 1 ? "; patched together, " + hundredths(finding.together) : "");
    if (!opponents.empty())
        text += fmt::format(" {} lead{} at least as far away from it: {}.", opponents.size(),
                            opponents.size() > 1 ? "" : "s", detail::names_text(opponents));
    return text;
}

/// Where the heads attend to; empty if the patterns are not known, or if no place gets more than half of the attention.
inline std::string sentence_of_attention(const Finding& finding) {
    std::vector<std::string> parts;
    for (const auto& [to, what] : {std::pair(&Head::to_giver, "the giver"), std::pair(&Head::to_answer, "the answer"),
                                   std::pair(&Head::to_other, "the other name")})
        if (const std::string part = detail::attention_text(finding, to, what); !part.empty()) parts.push_back(part);
    return parts.empty() ? "" : fmt::format("From the last token, {}.", fmt::join(parts, ", and "));
}

/// All that was found, in plain sentences.
inline std::vector<std::string> sentences_of(const Task& task, const Finding& finding) {
    std::vector<std::string> sentences{sentence_of_stream(task, finding), sentence_of_heads(finding)};
    if (std::string attention = sentence_of_attention(finding); !attention.empty())
        sentences.push_back(std::move(attention));
    return sentences;
}

}  // namespace indirect_object
