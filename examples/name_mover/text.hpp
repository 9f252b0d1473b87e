// What examples/name_mover/name_mover.cpp found, in words and tables. Nothing here knows what the finding should be.
#pragma once

#include "finding.hpp"
#include "suture/pictures/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace name_mover {
namespace pictures = suture::pictures;

inline std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// In two digits behind the point; never "-0.00".
inline std::string hundredths(double number) { return fmt::format("{:.2f}", std::round(100 * number) / 100 + 0.0); }

/// A head, and a number of it.
struct Most {
    Head head;
    double number = 0;
};
/// The greatest of some numbers [layers, heads].
inline Most most_of(const at::Tensor& numbers) {
    const auto place = numbers.flatten().argmax().item<Index>();
    return {{place / heads, place % heads}, numbers.max().item<double>()};
}

/// The heads that were found, and the one that comes next: what they make up for, and what they are seen to do.
inline pictures::Table table_of_heads(const Finding& finding) {
    const auto& [again, answer] = finding.contrasts;
    const Recovered of_again = recovered(again.heads), of_answer = recovered(answer.heads);
    pictures::Table table{{"head", again.differs, answer.differs, "looks at: answer", "subject", "subject again",
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

/// What happens to the task without some heads.
inline pictures::Table table_of_removals(const Finding& finding) {
    pictures::Table table{{"removed", "right", "says the subject", "answer over subject"}, {}};
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

/// The table as a terminal shows it, the numbers to the right.
inline std::string terminal_text(const pictures::Table& table) {
    const auto columns = [](const std::string& cell) {  // all but the bytes that go on with a character of UTF-8
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
            return "at both names alike, where they stand first";
        case Looks::at_the_answer:
            return "at the answer";
        case Looks::at_the_subject:
            return "at the subject, where it stands first";
        case Looks::at_the_subject_again:
            return "at the name that is said again";
        default:
            return "at no name in particular";
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
    return fmt::format("{} {} look{} {}, and {} a name that is looked at.", several ? "Heads" : "Head",
                       to_string(heads), s, text_of(role.looks), text_of(role.does, s));
}

inline std::string sentence_of_removals(const Finding& finding) {
    const auto right_without = [&](const std::vector<Head>& heads) {
        return percent(std::ranges::find(finding.removals, heads, &Removal::heads)->right);
    };
    const double worst = std::ranges::min(finding.random, {}, &Removal::right).right;
    return fmt::format(
        "Without {} the model is right in {} of new prompts; without as many others, drawn {} times, never in "
        "less than {}; without all the others in {}.",
        to_string(finding.found), right_without(finding.found), finding.random.size(), percent(worst),
        right_without(finding.others));
}

/// Which component of a head carries the word: the best of each kind.
inline std::string sentence_of_components(const Contrast& contrast) {
    const at::Tensor share = recovered(contrast.components).mean;
    const auto best = [&](Index component) {
        const Most most = most_of(share[component]);
        return fmt::format("{} (head {})", hundredths(most.number), to_string(most.head));
    };
    return fmt::format(
        "Patched by component, as to {} the best value makes up for {}, the best query for {}, the best key "
        "for {}.",
        contrast.differs, best(2), best(0), best(1));
}

/// How near a head comes to what Wang et al. call a name mover.
inline std::string sentence_of_wang(const Finding& finding) {
    const at::Tensor& attention = finding.evidence.attention;
    const Head head = most_of(attention[0].sub(attention[1])).head;
    const auto number = [&](const at::Tensor& t) { return t[head.layer][head.head].item<double>(); };
    return fmt::format(
        "The name movers of Wang et al. look at the answer and not at the subject. Head {} does so most ({:.2f} "
        "and {:.2f} of its attention); it makes up for {:.2f}.",
        to_string(head), number(attention[0]), number(attention[1]),
        number(recovered(finding.contrasts[1].heads).mean));
}

/// Whether the roles of the heads make up this way of doing the task.
inline bool proposes_and_takes_away(const Finding& finding) {
    return finding.roles.contains({Looks::at_both_names, Does::raise}) &&
           finding.roles.contains({Looks::at_the_subject_again, Does::lower});
}
}  // namespace detail

/// The finding in plain sentences.
inline std::vector<std::string> sentences_of(const Finding& finding) {
    std::vector<std::string> sentences;
    for (const auto& [role, heads] : finding.roles) sentences.push_back(detail::sentence_of_role(role, heads));
    if (detail::proposes_and_takes_away(finding))
        sentences.push_back("So both names are proposed, and the one that is said again is taken away.");
    sentences.push_back(detail::sentence_of_removals(finding));
    for (const Contrast& contrast : finding.contrasts) sentences.push_back(detail::sentence_of_components(contrast));
    sentences.push_back(detail::sentence_of_wang(finding));
    return sentences;
}

}  // namespace name_mover
