// The investigation: sweeps over some prompts find the heads, and ablations on other prompts test them.
// Law: with one thread on one machine, the same options give the same finding, bit for bit.
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
    std::size_t prompts = 240;     ///< to find the heads, and the same number of others to test them
    std::uint64_t seed = 1;        ///< of the prompts and of the random sets
    double least = 0.1;            ///< a head is found if it recovers at least this share of the difference
    std::size_t random_sets = 50;  ///< of other heads, ablated for comparison
};

/// Called with the progress between two steps. Throwing from it ends the work.
using Tell = std::function<void(const std::string& what, std::size_t done, std::size_t all)>;

/// The sweeps between runs that differ in one word.
struct Contrast {
    std::string differs;  ///< the word: "who is repeated"
    Corrupted corrupted;
    SweepResult heads;       ///< prompt x layer x head: outputs at the last token
    SweepResult components;  ///< prompt x component x layer x head: queries, keys and values, at all tokens
    SweepResult stream;      ///< prompt x layer x token, over prompts of one pattern
};

struct Finding {
    std::vector<Triple> triples;
    std::array<Contrast, 2> contrasts{Contrast{"who is repeated", &Triple::twin, {}, {}, {}},
                                      Contrast{"who the answer is", &Triple::stranger, {}, {}, {}}};
    Evidence evidence;
    std::vector<Head> found, others;
    std::map<Role, std::vector<Head>> roles;  ///< the heads that were found, by role
    std::vector<Removal> removals;            ///< of nothing, of each role, of all heads found, of all others
    std::vector<Removal> random;              ///< of random sets of other heads, as many as were found
    std::vector<Removal> single;              ///< of each head of the model alone
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

/// @throws suture::ModelError if the model does not do the task
inline void check_does_the_task(const Removal& of_nothing) {
    if (of_nothing.right < 0.9)
        throw suture::ModelError(
            fmt::format("the model answers {:.1f} % of the prompts correctly: give a model that does the task",
                        100 * of_nothing.right));
}

/// Runs the sweeps.
inline void sweep_all(Finding& finding, NamesModel& loaded, const Options& o, const Tell& tell) {
    constexpr std::size_t alike = 64, sweeps = 6;
    std::size_t done = 0;
    SweepOptions options;
    options.progress = [&](const suture::SweepProgress&) { tell("sweep", done, sweeps); };
    const std::vector<Triple> same_build = draw_alike(alike, o.seed);
    for (Contrast& contrast : finding.contrasts) {
        const auto sweep_of = [&](const std::vector<Triple>& triples, const suture::Grid& grid) {
            SweepResult result = swept(loaded, triples, contrast.corrupted, grid, options);
            ++done;
            return result;
        };
        contrast.heads = sweep_of(finding.triples, heads_at_the_end(loaded.model));
        contrast.components = sweep_of(finding.triples, components(loaded.model));
        contrast.stream = sweep_of(same_build, stream(loaded.model));
    }
}

/// Finds the heads that carry one of the two words to the last token, and their roles.
/// @throws suture::ModelError if there are none, or too many to be compared with others
inline void find_heads(Finding& finding, NamesModel& loaded, double least) {
    const auto reach = [](const Contrast& contrast) { return recovered(contrast.heads).mean.abs(); };
    finding.found = heads_beyond(at::maximum(reach(finding.contrasts[0]), reach(finding.contrasts[1])), least);
    const std::vector<Head> all = all_heads(loaded.model);
    finding.others = others_than(finding.found, all);
    if (finding.found.empty() || finding.found.size() > finding.others.size())
        throw suture::ModelError(
            fmt::format("{} of {} heads recover at least {:.0f} % of the difference, which does not single "
                        "out any: give another model",
                        finding.found.size(), all.size(), 100 * least));
    finding.evidence = evidence_of(loaded, finding.triples);
    for (const Head& head : finding.found) finding.roles[role_of(finding.evidence, head)].push_back(head);
}

/// Ablates sets of heads, and measures how well the task is done without them.
inline void remove_all(Finding& finding, NamesModel& loaded, const Options& o, const std::vector<Prompt>& fresh,
                       const at::Tensor& means, const Tell& tell) {
    const auto random = sets_of(finding.others, finding.found.size(), o.random_sets, o.seed);
    const std::vector<Head> all = all_heads(loaded.model);
    const std::size_t sets = random.size() + all.size() + finding.roles.size() + 2;
    std::size_t done = 0;
    const auto remove = [&](std::vector<Removal>& to, const std::vector<Head>& removed) {
        tell("set of heads", done++, sets);
        to.push_back(removal_of(loaded, fresh, removed, means));
    };
    if (finding.roles.size() > 1)
        for (const auto& [role, of_role] : finding.roles) remove(finding.removals, of_role);
    remove(finding.removals, finding.found);
    remove(finding.removals, finding.others);
    for (const std::vector<Head>& set : random) remove(finding.random, set);
    for (const Head& head : all) remove(finding.single, {head});
}
}  // namespace detail

/// @throws suture::ModelError if the model does not do the task, or if no heads stand out; and as `tell`
inline Finding investigate(NamesModel& loaded, const Options& o, const Tell& tell) {
    const at::NoGradGuard no_gradients;
    Finding finding;
    finding.triples = draw_triples(o.prompts, o.seed);
    const std::vector<Prompt> fresh = detail::clean_prompts(draw_triples(o.prompts, o.seed + 1));
    const at::Tensor means = mean_outputs(loaded, finding.triples);
    finding.removals.push_back(removal_of(loaded, fresh, {}, means));
    detail::check_does_the_task(finding.removals.front());
    detail::sweep_all(finding, loaded, o, tell);
    detail::find_heads(finding, loaded, o.least);
    detail::remove_all(finding, loaded, o, fresh, means, tell);
    return finding;
}

}  // namespace name_mover
