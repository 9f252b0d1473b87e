// Maps of the places that the answer depends on, by layer and token and by layer and head, and what they say.
#pragma once

#include "harvest.hpp"
#include "shared/map_text.hpp"

#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <range/v3/view/transform.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace experiments {

/// The maps of one prompt.
struct PatchingMap {
    SweepResult result;                ///< by layer (or component and layer) and token
    std::optional<SweepResult> heads;  ///< by layer and head, at the last token
    std::string corrupted;             ///< the prompt whose run is mended; empty if outputs are removed instead

    /// [layers or components, tokens]
    at::Tensor numbers() const { return heads ? result.recovered() : result.effects(); }
};

/// Activation patching from the clean into the corrupted run: the residual stream before each layer, at each token, and the
/// output of each head at the last token. Both prompts are ids [1, tokens].
inline PatchingMap patching_map(Decoder& model, const at::Tensor& clean, const at::Tensor& corrupted,
                                const std::string& text, const Question& question, const SweepOptions& options) {
    const auto swept = [&](const Grid& grid) {
        return sweep(model, denoising(clean, corrupted), grid, logit_difference(question.answer, question.other),
                     options);
    };
    const Grid stream =
        Grid::of<Resid>(model->blocks | transform([](const auto& block) { return site_ref(block->resid_pre); }));
    const Grid heads =
        Grid::of<Z>(model->blocks | transform([](const auto& block) { return site_ref(block->attn->z); }));
    return {swept(stream), swept(heads.by_head().at(token(-1))), text};
}

/// For a prompt that has no other to compare with: the output of each layer's attention and MLP is removed, at each
/// token.
inline PatchingMap ablation_map(Decoder& model, const at::Tensor& ids, const Question& question,
                                const SweepOptions& options) {
    const Grid attention = Grid::of<AttnOut>(
        model->blocks | transform([](const auto& block) { return site_ref(block->attn->out->output); }));
    const Grid mlps = Grid::of<MlpOut>(model->blocks |
                                       transform([](const auto& block) { return site_ref(block->mlp->down->output); }));
    return {sweep(model, zero_ablation(ids), attention.with(mlps), logit_difference(question.answer, question.other),
                  options),
            {},
            ""};
}

/// At which token the answer is, layer by layer. `words` are those of the prompt.
inline std::string sentence_of_stream(const PatchingMap& map, const std::vector<std::string>& words) {
    return examples::stretches_text(examples::stretches_of(map.result.mean_recovered()), [&](Index position) {
        const std::string& word = words.at(static_cast<std::size_t>(position));
        return fmt::format("token {} ({})", position, word.substr(word.size() > 1 && word.starts_with(' ') ? 1 : 0));
    });
}

/// The heads whose output at the last token recovers at least a tenth of the difference, or leads as far away from it.
inline std::string sentence_of_heads(const PatchingMap& map) {
    const at::Tensor shares = map.heads->mean_recovered();
    std::vector<std::string> towards, away;
    for (const examples::MapCell& cell : examples::cells_beyond(shares, 0.1))
        (cell.share > 0 ? towards : away).push_back(examples::head_text(cell.row, cell.column, cell.share));
    std::string text =
        towards.empty()
            ? fmt::format("None of {} heads recovers a tenth of it at the last token.", shares.numel())
            : fmt::format("{} of {} heads recover{} at least a tenth of it at the last token: {}.", towards.size(),
                          shares.numel(), towards.size() > 1 ? "" : "s", fmt::join(towards, ", "));
    if (!away.empty())
        text += fmt::format(" {} lead{} at least as far away from it: {}.", away.size(), away.size() > 1 ? "" : "s",
                            fmt::join(away, ", "));
    return text;
}

}  // namespace experiments
