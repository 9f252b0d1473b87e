// The finding in words and tables. Nothing here presumes what the finding is.
#pragma once

#include "finding.hpp"
#include "shared/hundredths.hpp"

#include <suture/pictures/table.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace name_mover {
namespace pictures = suture::pictures;
using examples::hundredths;

inline std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// A head and its number.
struct Most {
    Head head;
    double number = 0;
};
/// The largest of the numbers [layers, heads].
inline Most most_of(const at::Tensor& numbers) {
    const auto place = numbers.flatten().argmax().item<Index>();
    return {{place / heads, place % heads}, numbers.max().item<double>()};
}

/// The heads that were found and the next one: what they recover, and what they are seen to do.
inline pictures::Table table_of_heads(const Finding& finding) {
    const auto& [again, answer] = finding.contrasts;
    const Recovered of_again = recovered(again.heads), of_answer = recovered(answer.heads);
    pictures::Table table{{"head", again.differs, answer.differs, "attends to: answer", "subject", "repeated subject",
                           "raises a name", "lowers it"},
                          {}};
    const auto add = [&](const Head& h) {
        const auto number = [&](const at::Tensor& t) { return t[h.layer][h.head].item<double>(); };
        const auto share = [&](const Recovered& r) {
            return fmt::format("{} ± {:.3f}", hundredths(number(r.mean)), number(r.error));
        };
        std::vector<std::string> row{to_string(h), share(of_again), share(of_answer)};
        for (Index place = 0; place < finding.evidence.attention.size(0); ++place)
            row.push_back(hundredths(number(finding.evidence.attention[place])));
        for (const at::Tensor& deed : {finding.evidence.raises, finding.evidence.lowers})
            row.push_back(fmt::format("{:.0f} %", 100 * number(deed)));
        table.rows.push_back(row);
    };
    for (const Head& head : finding.found) add(head);
    const at::Tensor reach = at::maximum(of_again.mean.abs(), of_answer.mean.abs());
    for (const Head& head : finding.found) reach[head.layer][head.head] = 0;
    add(most_of(reach).head);
    return table;
}

/// How the task is done without some heads.
inline pictures::Table table_of_removals(const Finding& finding) {
    pictures::Table table{{"removed", "right", "says the subject", "answer - subject"}, {}};
    const auto add = [&](const std::string& what, const Removal& r) {
        table.rows.push_back({what, percent(r.right), percent(r.subject), fmt::format("{:+.2f}", r.difference)});
    };
    for (const Removal& r : finding.removals)
        add(r.heads.empty()             ? "nothing"
            : r.heads == finding.others ? fmt::format("all {} others", r.heads.size())
                                        : to_string(r.heads),
            r);
    const auto goodness = [](const Removal& r) { return std::pair(r.right, r.difference); };
    const auto [worst, best] = std::ranges::minmax_element(finding.random, {}, goodness);
    const std::string sets = fmt::format(" of {} sets of {} others", finding.random.size(), finding.found.size());
    add("the worst" + sets, *worst);
    add("the best" + sets, *best);
    return table;
}

/// The table as a terminal shows it, with numbers aligned to the right.
inline std::string terminal_text(const pictures::Table& table) {
    const auto columns = [](const std::string& cell) {  // counts no continuation bytes of UTF-8
        return static_cast<std::size_t>(std::ranges::count_if(cell, [](char c) { return (c & 0xC0) != 0x80; }));
    };
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < table.header.size(); ++column) {
        widths.push_back(columns(table.header[column]));
        for (const auto& row : table.rows) widths.back() = std::max(widths.back(), columns(row[column]));
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text = fmt::format("   {:<{}}", cells[0], widths[0]);
        for (std::size_t column = 1; column < cells.size(); ++column)
            text += fmt::format("  {:>{}}", cells[column], widths[column]);
        return text + "\n";
    };
    std::string text = line(table.header);
    for (const auto& row : table.rows) text += line(row);
    return text;
}

namespace detail {
inline std::string text_of(Looks looks) {
    switch (looks) {
        case Looks::at_both_names:
            return "to both names alike, where they first occur";
        case Looks::at_the_answer:
            return "to the answer";
        case Looks::at_the_subject:
            return "to the subject, where it first occurs";
        case Looks::at_the_subject_again:
            return "to the repeated name";
        default:
            return "to no name in particular";
    }
}
inline std::string text_of(Does does, const char* s) {
    switch (does) {
        case Does::raise:
            return fmt::format("raise{}", s);
        case Does::lower:
            return fmt::format("lower{}", s);
        default:
            return fmt::format("neither raise{0} nor lower{0}", s);
    }
}
inline std::string sentence_of_role(const Role& role, const std::vector<Head>& heads) {
    const bool several = heads.size() > 1;
    const char* const s = several ? "" : "s";
    return fmt::format("{} {} attend{} {}, and {} the names that {} attend{} to.", several ? "Heads" : "Head",
                       to_string(heads), s, text_of(role.looks), text_of(role.does, s), several ? "they" : "it", s);
}

inline std::string sentence_of_removals(const Finding& finding) {
    const auto right_without = [&](const std::vector<Head>& heads) {
        return percent(std::ranges::find(finding.removals, heads, &Removal::heads)->right);
    };
    const double worst = std::ranges::min(finding.random, {}, &Removal::right).right;
    return fmt::format(
        "Without heads {} the model is right on {} of new prompts; without {} other heads ({} random draws) on at "
        "least {}; without all other heads on {}.",
        to_string(finding.found), right_without(finding.found), finding.found.size(), finding.random.size(),
        percent(worst), right_without(finding.others));
}

/// The component of a head that carries the word: the best of each kind.
inline std::string sentence_of_components(const Contrast& contrast) {
    const at::Tensor share = recovered(contrast.components).mean;
    const auto best = [&](Index component) {
        const Most most = most_of(share[component]);
        return fmt::format("{} (head {})", hundredths(most.number), to_string(most.head));
    };
    return fmt::format(
        "Patched by component, for {} the best value recovers {}, the best query {}, and the best key {}.",
        contrast.differs, best(2), best(0), best(1));
}

/// How close a head comes to a name mover in the sense of Wang et al.
inline std::string sentence_of_wang(const Finding& finding) {
    const at::Tensor& attention = finding.evidence.attention;
    const Head head = most_of(attention[0].sub(attention[1])).head;
    const auto number = [&](const at::Tensor& t) { return t[head.layer][head.head].item<double>(); };
    return fmt::format(
        "The name movers of Wang et al. attend to the answer and not to the subject. Head {} does so most ({:.2f} "
        "and {:.2f} of its attention); it recovers {:.2f}.",
        to_string(head), number(attention[0]), number(attention[1]),
        number(recovered(finding.contrasts[1].heads).mean));
}

/// Whether the roles of the heads amount to this mechanism.
inline bool promotes_and_suppresses(const Finding& finding) {
    return finding.roles.contains({Looks::at_both_names, Does::raise}) &&
           finding.roles.contains({Looks::at_the_subject_again, Does::lower});
}
}  // namespace detail

/// The finding in plain sentences.
inline std::vector<std::string> sentences_of(const Finding& finding) {
    std::vector<std::string> sentences;
    for (const auto& [role, heads] : finding.roles) sentences.push_back(detail::sentence_of_role(role, heads));
    if (detail::promotes_and_suppresses(finding))
        sentences.push_back("Together they promote both names and suppress the repeated one.");
    sentences.push_back(detail::sentence_of_removals(finding));
    for (const Contrast& contrast : finding.contrasts) sentences.push_back(detail::sentence_of_components(contrast));
    sentences.push_back(detail::sentence_of_wang(finding));
    return sentences;
}

}  // namespace name_mover
