// Sweeping a model by its forward: one pass a cell. What every other way is measured against.
#pragma once

#include "suture/study/sweep_forward.hpp"
#include "suture/study/sweep_ledger.hpp"
#include "suture/study/sweep_task.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// Sweeps prompt by prompt.
template <class Model>
class plain_sweep {
public:
    plain_sweep(Model& model, const sweep_task& task, SweepResult& result, ledger& book)
        : model_(model), task_(task), result_(result), book_(book) {}

    void run() {
        result_.how = "one forward pass a cell";
        shared_ = shared_sources(task_, [&](const at::Tensor& ids) { return record_forward(model_, ids, task_.sites).sites; });
        for (extent prompt = 0; prompt < task_.prompts(); ++prompt) run_prompt(prompt);
    }

private:
    void run_prompt(extent prompt) {
        ids_ = task_.patching.base().narrow(0, prompt, 1);
        which_ = task_.prompt_indices(prompt, 1, ids_.device());
        const at::Tensor logits = task_.reads.at_positions(record_forward(model_, ids_, task_.sites).logits);
        clean_ = logits;
        sources_ = shared_;
        if (task_.has_source()) run_source(prompt);
        std::vector<planned_cell> cells(static_cast<std::size_t>(task_.space.cells_a_prompt()));
        for (std::size_t i = 0; i < cells.size(); ++i)
            cells[i].what = task_.space.at(prompt * task_.space.cells_a_prompt() + static_cast<extent>(i));
        book_.begin(prompt, task_.reads(logits, clean_, ids_, which_), cells);
        for (const planned_cell& cell : cells) {
            const std::span<const planned_cell> one(&cell, 1);
            if (book_.claims(one)) book_.add(one, run_cell(cell.what));
        }
    }
    void run_source(extent prompt) {
        const at::Tensor ids = task_.patching.source().narrow(0, prompt, 1);
        forward_record run = record_forward(model_, ids, task_.sites);
        sources_ = std::move(run.sites);
        const at::Tensor logits = task_.reads.at_positions(run.logits);
        if (!task_.patching.base_is_clean()) clean_ = logits;
        result_.source[prompt] = task_.reads(logits, clean_, ids, which_)[0];
    }
    at::Tensor run_cell(const cell& c) {
        const std::size_t site = task_.sites.of(c.part, c.layer);
        HookSet hooks;
        const auto handle = hooks.add(task_.sites.sites()[site], [&](const at::Tensor& activation) {
            const at::Tensor by_token = by_prompt(activation, ids_.sizes(), task_.sites.width(site));
            return task_.space.edited(by_token, sources_.empty() ? at::Tensor() : sources_[site], c).view(activation.sizes());
        });
        Scope scope = hooks.activate();
        const at::Tensor logits = task_.reads.at_positions(forward_of(model_, ids_));
        scope.end();
        return task_.reads(logits, clean_, ids_, which_);
    }

    Model& model_;
    const sweep_task& task_;
    SweepResult& result_;
    ledger& book_;
    std::vector<at::Tensor> shared_, sources_;
    at::Tensor ids_, which_, clean_;  ///< of the prompt that is swept: [1, tokens], its number, the clean logits
};

}  // namespace suture::detail
