// The recorder of a sweep. `Latest` and `History` do not do its job: a sweep must know how often a site is passed, in which
// block, and whether after its attention, and it needs all activations in one shape and may have to replace them by leaves
// of a graph.
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/sweep/detail/segments.hpp"
#include "suture/sweep/detail/sites.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// What passed a site in a run, and when.
struct SitePass {
    at::Tensor activation;         ///< [prompts, positions, width]
    Index stage = -1;              ///< the block; the number of blocks for the unembedding, -1 for the embedding
    bool after_attention = false;  ///< what passes here at one position is read at no other position in this block
    int times = 0;                 ///< how often the site was passed
};

/// What a recorder demands of the sites, and what it records of them.
enum class SiteRecording : unsigned char {
    in_stages,  ///< any number of passes, each with its stage; the last one is kept
    once,       ///< exactly one pass in a forward pass
    in_graph    ///< exactly one pass, which stays a part of the autograd graph, or begins one
};

/// Records what passes the sites of a grid while its scope is active.
class SiteRecorder {
public:
    SiteRecorder(const SiteRecorder&) = delete;
    SiteRecorder& operator=(const SiteRecorder&) = delete;
    /// @param ids the shape of the token ids that are run
    SiteRecorder(const SweepSites& sites, at::IntArrayRef ids, SiteRecording how)
        : how_(how), ids_{ids[0], ids[1]}, passes_(sites.size()) {
        for (std::size_t i = 0; i < sites.size(); ++i) add_hook(sites, i);
    }

    /// @throws HookError when the scope ends if a site was not passed, unless it records in stages
    Scope activate() const { return hooks_.activate(); }

    /// What passes from here on belongs to this stage.
    void enter(Index stage) { enter(stage, nullptr); }
    /// What passes from here on belongs to this block, which lets these positions attend; they must outlive the block.
    void enter(Index stage, const WholeRuns* positions) { stage_ = stage, positions_ = positions; }

    bool has_seen_all() const {
        for (const SitePass& pass : passes_)
            if (pass.times == 0) return false;
        return true;
    }
    std::vector<SitePass> take() { return std::move(passes_); }

private:
    void add_hook(const SweepSites& sites, std::size_t i) {
        const SiteRef<AnyLayout>& site = sites.sites()[i];
        if (how_ == SiteRecording::in_graph) {
            hooks_.add(site, [this, i](const at::Tensor& activation) {
                // Where no parameter needs gradients, they begin here.
                note(i, activation.requires_grad() ? activation.clone() : activation.detach().clone().requires_grad_());
                return passes_[i].activation;
            });
            return;
        }
        const HookKey key = hooks_.add(site, [this, i, width = sites.width(i)](const at::Tensor& activation) {
            note(i, by_prompt(activation, ids_, width).detach().clone(at::MemoryFormat::Contiguous));
        });
        if (how_ == SiteRecording::in_stages) key.may_be_idle();
    }
    /// @throws HookError, to which the hook adds the site
    void note(std::size_t i, at::Tensor activation) {
        SitePass& pass = passes_[i];
        if (++pass.times > 1 && how_ != SiteRecording::in_stages)
            throw HookError(
                "this site is passed more than once in a forward pass, but a sweep patches one activation at a time: "
                "give each pass a site of its own");
        check_numbers(activation);
        pass.activation = std::move(activation);
        pass.stage = stage_;
        pass.after_attention = positions_ && positions_->attended();
    }

    /// @throws ValueError, to which the hook adds the site
    static void check_numbers(const at::Tensor& activation) {
        if (!activation.is_floating_point() || activation.numel() == 0) return;
        const at::Tensor lost = activation.isnan();
        if (!lost.any().item<bool>()) return;
        const at::Tensor first = lost.nonzero()[0];
        std::string place;
        for (Index axis = 0; axis < first.size(0); ++axis)
            place += (axis ? ", " : "") + std::to_string(first[axis].item<Index>());
        throw ValueError("the activation " + tensor_text(activation) + " of an unpatched run has NaN, first at [" +
                         place + "]: check the model's weights and its inputs");
    }

    SiteRecording how_;
    std::array<Index, 2> ids_;
    Index stage_ = -1;
    const WholeRuns* positions_ = nullptr;
    std::vector<SitePass> passes_;
    HookSet hooks_;
};

/// The activations of all passes.
inline std::vector<at::Tensor> activations_of(std::vector<SitePass> passes) {
    std::vector<at::Tensor> all;
    all.reserve(passes.size());
    for (SitePass& pass : passes) all.push_back(std::move(pass.activation));
    return all;
}

}  // namespace suture::detail
