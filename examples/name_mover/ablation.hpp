// Removing heads of the names model at the last token, to see whether the task needs them: each then hands on its mean
// over other prompts, which knows no names, instead of what it found in this one (mean ablation).
#pragma once

#include "names/evaluation.hpp"
#include "sweep.hpp"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace name_mover {

/// The mean of what the heads hand on at the last token of the clean prompts: [layers, width].
inline at::Tensor mean_outputs(NamesModel& names, const std::vector<Triple>& triples) {
    const auto sites = z_sites(names.model);
    std::vector<suture::RunningMoments> moments(sites.size());
    suture::HookSet hooks;
    std::vector<suture::HookHandle> handles;
    for (std::size_t layer = 0; layer < sites.size(); ++layer)
        handles.push_back(
            hooks.add(sites[layer], [&of_layer = moments[layer]](const suture::View<suture::Whole<Z>>& z) {
                of_layer.add(z.unsafe_tensor().select(-2, -1));
            }));
    for (const auto& run : by_length(triples))
        suture::run_with_hooks(names.model, hooks, ids_of(run, &Triple::clean, names.vocabulary));
    std::vector<at::Tensor> means;
    for (const suture::RunningMoments& of_layer : moments) means.push_back(of_layer.mean().to(at::kFloat));
    return at::stack(means);
}

/// The logits of a run without some heads, which hand on these means at the last token.
inline at::Tensor logits_without(Model& model, const std::vector<Head>& removed, const at::Tensor& means,
                                 const at::Tensor& ids) {
    const at::Tensor kept = at::ones_like(means);
    for (const Head& h : removed) kept[h.layer].narrow(0, h.head * (width / heads), width / heads).zero_();
    const at::Tensor instead = means.mul(kept.neg().add(1));
    const auto sites = z_sites(model);
    suture::HookSet hooks;
    std::vector<suture::HookHandle> handles;
    for (std::size_t layer = 0; layer < sites.size(); ++layer) {
        const auto last = suture::on<Z>(suture::token(-1));
        const auto of_layer = static_cast<Index>(layer);
        handles.push_back(hooks.add(sites[layer], last.multiply(kept[of_layer]) | last.add(instead[of_layer])));
    }
    return suture::run_with_hooks(model, hooks, ids);
}

/// How the task is done without some heads.
struct Removal {
    std::vector<Head> heads;
    double right = 0;       ///< the share of prompts of which the answer has the highest logit of all words
    double subject = 0;     ///< the share of which the subject has it, the other name
    double difference = 0;  ///< the mean logit of the answer less that of the subject
};

inline Removal removal_of(NamesModel& names, const std::vector<Prompt>& prompts, const std::vector<Head>& heads,
                          const at::Tensor& means) {
    const auto outcomes = names_task::outcomes_of(prompts, names.vocabulary, [&](const at::Tensor& ids) {
        return logits_without(names.model, heads, means, ids);
    });
    const names_task::Figures figures = names_task::figures_of(prompts, outcomes);
    std::size_t subjects = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i)
        subjects += outcomes[i].predicted == names.vocabulary.id_of(prompts[i].subject);
    return {heads, figures.accuracy, static_cast<double>(subjects) / static_cast<double>(prompts.size()),
            figures.logit_difference};
}

inline std::vector<Head> all_heads(const Model& model) {
    std::vector<Head> all;
    for (Index layer = 0; layer < model->layers(); ++layer)
        for (Index head = 0; head < heads; ++head) all.push_back({layer, head});
    return all;
}
inline std::vector<Head> others_than(const std::vector<Head>& some, std::vector<Head> all) {
    std::erase_if(all, [&](const Head& h) { return std::ranges::find(some, h) != some.end(); });
    return all;
}

/// Different sets of so many of these heads, drawn by the seed: `most` of them, or all that there are.
inline std::vector<std::vector<Head>> sets_of(const std::vector<Head>& from, std::size_t size, std::size_t most,
                                              std::uint64_t seed) {
    std::vector<bool> chosen(from.size(), false);
    std::fill_n(chosen.begin(), size, true);
    std::vector<std::vector<Head>> sets;
    do {
        sets.emplace_back();
        for (std::size_t i = 0; i < from.size(); ++i)
            if (chosen[i]) sets.back().push_back(from[i]);
    } while (std::prev_permutation(chosen.begin(), chosen.end()));
    names_task::Draw(seed).shuffle(sets);
    sets.resize(std::min(most, sets.size()));
    return sets;
}

}  // namespace name_mover
