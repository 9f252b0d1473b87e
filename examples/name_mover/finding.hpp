// The investigation that examples/name_mover/name_mover.cpp makes: heads are found by sweeps on some prompts, and tested by
// removing them on others.
// Law: the same options give the same finding, bit for bit, on the same machine with one thread.
#pragma once

#include "ablation.hpp"
#include "evidence.hpp"
#include "sweep.hpp"

#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <ATen/ops/maximum.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace name_mover {

struct Options {
    std::size_t prompts = 240;     ///< to find the heads with, and as many others to test them
    std::uint64_t seed = 1;        ///< of the prompts and of the random sets
    double least = 0.1;            ///< a head is found if it makes up for this share of the difference, or more
    std::size_t random_sets = 50;  ///< of other heads, which are removed for comparison
};

/// Is told how far the work is, between two steps of it; what it throws ends the work.
using Tell = std::function<void(const std::string& what, std::size_t done, std::size_t all)>;

/// What is learnt from runs that differ in one word.
struct Contrast {
    std::string differs;  ///< which word: "who is said again"
    Corrupted corrupted;
    SweepResult heads;       ///< prompt x layer x head: outputs at the last token
    SweepResult components;  ///< prompt x component x layer x head: queries, keys and values, at all tokens
    SweepResult stream;      ///< prompt x layer x token, over prompts that are built alike
};

struct Finding {
    std::vector<Triple> triples;
    std::array<Contrast, 2> contrasts{Contrast{"who is said again", &Triple::twin, {}, {}, {}},
                                      Contrast{"who the answer is", &Triple::stranger, {}, {}, {}}};
    Evidence evidence;
    std::vector<Head> found, others;
    std::map<Role, std::vector<Head>> roles;  ///< of the heads that were found
    std::vector<Removal> removals;  ///< of nothing, of the heads of each role, of all that were found, of all others
    std::vector<Removal> random;    ///< of as many of the others as were found, at random
    std::vector<Removal> single;    ///< of each head of the model by itself
};

/// "1.1, 1.2, 1.3"
inline std::string to_string(const std::vector<Head>& heads) {
    std::string text;
    for (const Head& h : heads) text += (text.empty() ? "" : ", ") + to_string(h);
    return text;
}

namespace detail {
inline std::vector<Prompt> clean_prompts(const std::vector<Triple>& triples) {
    std::vector<Prompt> prompts;
    for (const Triple& triple : triples) prompts.push_back(triple.clean);
    return prompts;
}

/// @throws suture::ModelError if there is nothing to explain
inline void check_does_the_task(const Removal& of_nothing) {
    if (of_nothing.right < 0.9)
        throw suture::ModelError(fmt::format(
            "the model answers {:.1f} % of the prompts rightly: give one that does the task", 100 * of_nothing.right));
}

/// Fills in what the sweeps say.
inline void sweep_all(Finding& finding, NamesModel& names, const Options& o, const Tell& tell) {
    constexpr std::size_t alike = 64, sweeps = 6;
    std::size_t done = 0;
    SweepOptions options;
    options.progress = [&](const suture::SweepProgress&) { tell("sweep", done, sweeps); };
    const std::vector<Triple> same_build = draw_alike(alike, o.seed);
    for (Contrast& contrast : finding.contrasts) {
        const auto sweep_of = [&](const std::vector<Triple>& triples, const suture::Grid& grid) {
            SweepResult result = swept(names, triples, contrast.corrupted, grid, options);
            ++done;
            return result;
        };
        contrast.heads = sweep_of(finding.triples, heads_at_the_end(names.model));
        contrast.components = sweep_of(finding.triples, components(names.model));
        contrast.stream = sweep_of(same_build, stream(names.model));
    }
}

/// The heads that carry one of the two words to the end, and what they are seen to do.
/// @throws suture::ModelError if there are none, or too many to be compared with others
inline void find_heads(Finding& finding, NamesModel& names, double least) {
    const auto reach = [](const Contrast& contrast) { return recovered(contrast.heads).mean.abs(); };
    finding.found = heads_beyond(at::maximum(reach(finding.contrasts[0]), reach(finding.contrasts[1])), least);
    const std::vector<Head> all = all_heads(names.model);
    finding.others = others_than(finding.found, all);
    if (finding.found.empty() || finding.found.size() > finding.others.size())
        throw suture::ModelError(
            fmt::format("{} of {} heads make up for {:.0f} % of the difference or more: this model's "
                        "heads cannot be told apart so, give another",
                        finding.found.size(), all.size(), 100 * least));
    finding.evidence = evidence_of(names, finding.triples);
    for (const Head& head : finding.found) finding.roles[role_of(finding.evidence, head)].push_back(head);
}

/// Removes sets of heads, and fills in how the task is done without them.
inline void remove_all(Finding& finding, NamesModel& names, const Options& o, const std::vector<Prompt>& fresh,
                       const at::Tensor& means, const Tell& tell) {
    const auto random = sets_of(finding.others, finding.found.size(), o.random_sets, o.seed);
    const std::vector<Head> all = all_heads(names.model);
    const std::size_t sets = random.size() + all.size() + finding.roles.size() + 2;
    std::size_t done = 0;
    const auto remove = [&](std::vector<Removal>& to, const std::vector<Head>& removed) {
        tell("set of heads", done++, sets);
        to.push_back(removal_of(names, fresh, removed, means));
    };
    if (finding.roles.size() > 1)
        for (const auto& [role, of_role] : finding.roles) remove(finding.removals, of_role);
    remove(finding.removals, finding.found);
    remove(finding.removals, finding.others);
    for (const std::vector<Head>& set : random) remove(finding.random, set);
    for (const Head& head : all) remove(finding.single, {head});
}
}  // namespace detail

/// @throws suture::ModelError if the model does not do the task, or if no heads stand out; what `tell` throws
inline Finding investigate(NamesModel& names, const Options& o, const Tell& tell) {
    const at::NoGradGuard no_gradients;
    Finding finding;
    finding.triples = draw_triples(o.prompts, o.seed);
    const std::vector<Prompt> fresh = detail::clean_prompts(draw_triples(o.prompts, o.seed + 1));
    const at::Tensor means = mean_outputs(names, finding.triples);
    finding.removals.push_back(removal_of(names, fresh, {}, means));
    detail::check_does_the_task(finding.removals.front());
    detail::sweep_all(finding, names, o, tell);
    detail::find_heads(finding, names, o.least);
    detail::remove_all(finding, names, o, fresh, means, tell);
    return finding;
}

}  // namespace name_mover
