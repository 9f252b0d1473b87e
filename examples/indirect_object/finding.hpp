// The investigation: two sweeps of an exported LLaMA say where the answer is, layer by layer, and which heads bring it to
// the last token.
#pragma once

#include "shared/map_text.hpp"
#include "task.hpp"

#include <suture/exported/exported.hpp>
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace indirect_object {
using examples::Stretch, examples::stretches_of;
using suture::Exported, suture::SweepOptions, suture::SweepResult;

// The widths are those of the file.
using Stream = suture::Resid<suture::dynamic>;
using Z = suture::Z<suture::dynamic, suture::dynamic>;

namespace detail {
/// A weight of the model. @throws suture::ModelError if it has none of this name
inline const at::Tensor& weight_of(const Exported& model, const std::string& name) {
    const auto found = model.tensors().find(name);
    if (found == model.tensors().end())
        throw suture::ModelError("the model has no " + name + ": give a LLaMA exported from transformers");
    return found->second;
}
}  // namespace detail

/// The width of the residual stream. @throws suture::ModelError if the model is not a LLaMA
inline Index width_of(const Exported& model) { return detail::weight_of(model, "model.norm.weight").size(0); }

/// The residual stream that enters each layer. @throws suture::ModelError if the model is not a LLaMA
inline std::vector<suture::SiteRef<Stream>> stream_sites(const Exported& model) {
    (void)width_of(model);
    return suture::sites<Stream>(model, "model.layers.*.input");
}
/// The outputs of the heads of each layer, which its output projection takes.
/// @throws suture::ShapeError if they cannot be of this number of heads
inline std::vector<suture::SiteRef<Z>> z_sites(const Exported& model, Index heads) {
    const Index width = detail::weight_of(model, "model.layers.0.self_attn.o_proj.weight").size(1);
    return suture::sites<Z>(model, "model.layers.*.self_attn.o_proj.input", suture::Extents<Z>(width, heads));
}

/// layer x position
inline suture::Grid stream_grid(const Exported& model) { return suture::Grid::of<Stream>(stream_sites(model)); }
/// layer x head, at the last token
inline suture::Grid heads_grid(const Exported& model, Index heads) {
    return suture::Grid::of<Z>(z_sites(model, heads)).by_head().at(suture::token(-1));
}

/// The logit of the clean answer minus that of the corrupted one.
inline suture::Metric difference_of(const Task& task) { return suture::logit_difference(task.answers, task.others); }

/// Patches activations of the clean runs into the corrupted ones, cell by cell.
inline SweepResult swept(const Exported& model, const Task& task, const suture::Grid& grid,
                         const SweepOptions& options = {}) {
    return suture::sweep(model, suture::denoising(task.clean, task.corrupted), grid, difference_of(task), options);
}

/// A head whose output at the last token recovers much of the difference, or leads away from it.
struct Head {
    Index layer = 0, head = 0;
    double recovered = 0;
    /// The attention from the last token of the clean prompts: to the answer, to the other name where the two prompts
    /// of a pair agree, and to the tokens where they differ, which say who gives.
    double to_answer = 0, to_other = 0, to_giver = 0;
};

struct Finding {
    SweepResult stream, heads;
    at::Tensor by_position, by_head;  ///< mean shares recovered: [layers, positions], [layers, heads]
    std::vector<Stretch> stretches;
    std::vector<Head> found;     ///< by what they recover, the largest first
    bool has_attention = false;  ///< whether the file has attention patterns as operators
    double together = 0;         ///< the share that the found heads with positive shares recover when patched at once
};

/// The heads of a map [layers, heads] whose share is at least this far from 0, the largest share first.
inline std::vector<Head> heads_beyond(const at::Tensor& map, double least) {
    std::vector<Head> found;
    for (const examples::MapCell& cell : examples::cells_beyond(map, least))
        found.push_back({cell.row, cell.column, cell.share});
    return found;
}

namespace detail {
/// The share of the difference that these heads recover if their outputs at the last token are patched at once.
inline double recovered_together(const Exported& model, const Task& task, const std::vector<Head>& heads,
                                 const SweepResult& one_by_one) {
    const auto sites = z_sites(model, task.heads);
    const auto [clean, cache] = suture::run_with_cache(model, sites, task.clean);
    suture::HookSet hooks;
    for (const Head& h : heads) {
        const auto layer = static_cast<std::size_t>(h.layer);
        hooks.add(sites[layer], suture::on<suture::Z>(suture::token(-1), suture::head(h.head)).set(cache[layer]));
    }
    const at::Tensor logits = suture::run_with_hooks(model, hooks, task.corrupted).select(1, -1).to(at::kDouble);
    const auto of = [&](const at::Tensor& ids) { return logits.gather(1, ids.unsqueeze(1)).squeeze(1); };
    const at::Tensor patched = of(task.answers).sub(of(task.others));
    return patched.sub(one_by_one.baseline)
        .mean()
        .div(one_by_one.source.sub(one_by_one.baseline).mean())
        .item<double>();
}

/// Fills in the attention of the heads.
inline void look_at_attention(const Exported& model, const Task& task, std::vector<Head>& heads) {
    suture::HookSet hooks;
    suture::Latest<suture::AnyLayout> patterns;
    hooks.add(suture::sites(model, "model.layers.*.self_attn:softmax"), patterns);
    suture::run_with_hooks(model, hooks, task.clean);
    const at::Tensor giver = task.clean.ne(task.corrupted),
                     answer = task.clean.eq(task.answers.unsqueeze(1)).logical_and(giver.logical_not()),
                     other = task.clean.eq(task.others.unsqueeze(1)).logical_and(giver.logical_not());
    for (Head& h : heads) {
        const at::Tensor pattern = patterns[static_cast<std::size_t>(h.layer)].clone();
        const at::Tensor from_last = pattern.select(1, h.head).select(1, -1);  // [pairs, keys]
        const auto to = [&](const at::Tensor& tokens) { return from_last.mul(tokens).sum(1).mean().item<double>(); };
        h.to_answer = to(answer), h.to_other = to(other), h.to_giver = to(giver);
    }
}
}  // namespace detail

/// Whether the attention patterns are sites: the model was exported with eager attention.
inline bool has_attention(const Exported& model) {
    return std::ranges::any_of(model.operator_paths(),
                               [](const std::string& path) { return path.ends_with(".self_attn:softmax"); });
}

/// @param least a head is found if it recovers at least this share of the difference, or leads as far away from it
/// @throws suture::HookError if the model is not a LLaMA; as suture::sweep
inline Finding investigate(const Exported& model, const Task& task, double least = 0.1) {
    const at::NoGradGuard no_gradients;
    Finding finding;
    finding.stream = swept(model, task, stream_grid(model));
    finding.heads = swept(model, task, heads_grid(model, task.heads));
    finding.by_position = finding.stream.mean_recovered();
    finding.by_head = finding.heads.mean_recovered();
    finding.stretches = stretches_of(finding.by_position);
    finding.found = heads_beyond(finding.by_head, least);
    finding.has_attention = has_attention(model);
    if (finding.has_attention) detail::look_at_attention(model, task, finding.found);
    std::vector<Head> carriers = finding.found;
    std::erase_if(carriers, [](const Head& h) { return h.recovered < 0; });
    if (!carriers.empty()) finding.together = detail::recovered_together(model, task, carriers, finding.heads);
    return finding;
}

}  // namespace indirect_object
