// Mean ablation of heads of the names model at the last token, to see whether the task needs them: the output of each
// is replaced by its mean over other prompts, which carries no name.
#pragma once

#include "names/evaluation.hpp"
#include "sweep.hpp"

#include <ATen/ops/stack.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace name_mover {

/// The mean output of the heads at the last token of the clean prompts: [layers, width].
inline at::Tensor mean_outputs(NamesModel& loaded, const std::vector<Triple>& triples) {
    const auto sites = z_sites(loaded.model);
    std::vector<suture::RunningMoments> moments(sites.size());
    suture::HookSet hooks;
    for (std::size_t layer = 0; layer < sites.size(); ++layer)
        hooks.add(sites[layer], [&of_layer = moments[layer]](const suture::View<Z>& z) {
            of_layer.add(z[suture::on<Z>(suture::token(-1))]);
        });
    for (const auto& run : by_length(triples))
        suture::run_with_hooks(loaded.model, hooks, ids_of(run, &Triple::clean, loaded.vocabulary));
    std::vector<at::Tensor> means;
    for (const suture::RunningMoments& of_layer : moments) means.push_back(of_layer.mean().to(at::kFloat));
    return at::stack(means);
}

/// The logits of a run in which the output of some heads is replaced by these means at the last token.
inline at::Tensor logits_without(Model& model, const std::vector<Head>& removed, const at::Tensor& means,
                                 const at::Tensor& ids) {
    const auto sites = z_sites(model);
    suture::HookSet hooks;
    for (const Head& h : removed) {
        const auto mean = suture::borrow<Z>(means[h.layer])[suture::on<Z>(suture::head(h.head))];
        hooks.add(sites[static_cast<std::size_t>(h.layer)],
                  suture::on<Z>(suture::token(-1), suture::head(h.head)).set(mean));
    }
    return suture::run_with_hooks(model, hooks, ids);
}

/// How well the task is done without some heads.
struct Removal {
    std::vector<Head> heads;
    double right = 0;       ///< the share of prompts where the answer has the highest logit of all words
    double subject = 0;     ///< the share where the subject has it, the other name
    double difference = 0;  ///< the mean logit of the answer minus that of the subject
};

inline Removal removal_of(NamesModel& loaded, const std::vector<Prompt>& prompts, const std::vector<Head>& heads,
                          const at::Tensor& means) {
    const auto outcomes = names::outcomes_of(prompts, loaded.vocabulary, [&](const at::Tensor& ids) {
        return logits_without(loaded.model, heads, means, ids);
    });
    const names::Figures figures = names::figures_of(prompts, outcomes);
    std::size_t subjects = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i)
        subjects += outcomes[i].predicted == loaded.vocabulary.id_of(prompts[i].subject);
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

/// Different sets of `size` of these heads, drawn by the seed: `most` of them, or as many as there are.
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
    names::Draw(seed).shuffle(sets);
    sets.resize(std::min(most, sets.size()));
    return sets;
}

}  // namespace name_mover
