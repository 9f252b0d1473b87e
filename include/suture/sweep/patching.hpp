// Patchings: which runs a sweep changes, and what it puts into them. Denoising puts clean activations into corrupted
// runs and asks what suffices to restore the answer; noising does the reverse and asks what is necessary (Heimersheim and
// Nanda 2024, "How to use and interpret activation patching", https://arxiv.org/abs/2404.15255). Ablations put zeros,
// means or another prompt's activations into clean runs.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randint.h>

#include <cstdint>
#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// Made by `denoising`, `noising`, `zero_ablation`, `mean_ablation`, `resample_ablation` and `editing`. Token ids are
/// [prompts, length], or [length] for one prompt.
class Patching {
public:
    /// Where the values that are put in come from: the runs of other prompts, zeros, means over reference prompts, or the
    /// edits of the grid's own recipes.
    enum class Source : unsigned char { activations, zeros, means, edits };

    Source puts_in() const { return puts_in_; }
    /// "denoising"
    const std::string& name() const { return name_; }
    /// The prompts whose runs are patched: [prompts, length].
    const at::Tensor& base() const { return base_; }
    /// The prompts that activations or means are taken from: [prompts, length]; undefined for zeros and edits.
    const at::Tensor& source() const { return source_; }
    /// The clean prompts, of the same shape as `base`.
    const at::Tensor& clean() const { return base_is_clean_ ? base_ : source_; }
    bool base_is_clean() const { return base_is_clean_; }
    /// Whether there is a corrupted prompt for each clean one, between whose metrics those of the cells lie.
    bool is_pair() const { return is_pair_; }

    SUTURE_REJECTED_DEFAULT("a patching is made by a function: write denoising(clean, corrupted)", Patching);
    SUTURE_REJECTED_FROM("a patching is made by a function: write denoising(clean, corrupted)", Patching,
                         const at::Tensor&);
    SUTURE_REJECTED_FROM("a patching is made by a function: write denoising(clean, corrupted)", Patching,
                         const at::Tensor&, const at::Tensor&);

private:
    Patching(std::string name, Source puts_in, at::Tensor base, at::Tensor source, bool base_is_clean)
        : name_(std::move(name)),
          puts_in_(puts_in),
          base_(std::move(base)),
          source_(std::move(source)),
          base_is_clean_(base_is_clean) {}
    /// A copy of the ids, [prompts, length]. @throws TypeError or ShapeError if these are not token ids
    static at::Tensor prompts(const at::Tensor& ids, const char* name) {
        if (!ids.defined() || !at::isIntegralType(ids.scalar_type(), false))
            throw TypeError(std::string(name) + " are " + tensor_text(ids) + ": give token ids, integers");
        if (ids.dim() < 1 || ids.dim() > 2 || ids.numel() == 0)
            throw ShapeError(std::string(name) + " have shape " + shape_text(ids.sizes()) +
                             ": give [prompts, length], or [length] for one prompt");
        return (ids.dim() == 1 ? ids.unsqueeze(0) : ids).clone();
    }
    static void check_alike(const at::Tensor& a, const at::Tensor& b, const char* names) {
        if (a.scalar_type() != b.scalar_type() || a.device() != b.device())
            throw TypeError(std::string(names) + " are " + tensor_text(a) + " and " + tensor_text(b) +
                            ": the model runs both, so give them one dtype and device");
        if (a.size(1) != b.size(1))
            throw ShapeError(std::string(names) + " have " + std::to_string(a.size(1)) + " and " +
                             std::to_string(b.size(1)) +
                             " tokens: activations are patched position by position, so give prompts of one length");
    }
    static Patching between(const char* name, const at::Tensor& clean, const at::Tensor& corrupted,
                            bool base_is_clean) {
        const at::Tensor a = prompts(clean, "the clean prompts"), b = prompts(corrupted, "the corrupted prompts");
        check_alike(a, b, "the clean and the corrupted prompts");
        if (a.size(0) != b.size(0))
            throw ShapeError("there are " + std::to_string(a.size(0)) + " clean and " + std::to_string(b.size(0)) +
                             " corrupted prompts: give one corrupted prompt to each clean one");
        const at::Tensor same = a.eq(b).all(1);
        if (same.any().item<bool>())
            throw ValueError("the clean and the corrupted prompt " +
                             std::to_string(same.nonzero()[0][0].item<Index>()) +
                             " are the same, so that patching changes nothing: give prompts that differ");
        Patching patching(name, Source::activations, base_is_clean ? a : b, base_is_clean ? b : a, base_is_clean);
        patching.is_pair_ = true;
        return patching;
    }

    friend Patching denoising(const at::Tensor&, const at::Tensor&);
    friend Patching noising(const at::Tensor&, const at::Tensor&);
    friend Patching zero_ablation(const at::Tensor&);
    friend Patching mean_ablation(const at::Tensor&, const at::Tensor&);
    friend Patching resample_ablation(const at::Tensor&, const at::Tensor&, std::uint64_t);
    friend Patching editing(const at::Tensor&);

    std::string name_;
    Source puts_in_;
    at::Tensor base_, source_;
    bool base_is_clean_, is_pair_ = false;
};

/// Puts clean activations into the corrupted runs.
/// @throws ShapeError unless there are as many prompts of both kinds, of one length; TypeError if they are not token ids,
///         or differ in dtype or device; ValueError if a clean prompt and its corrupted one are the same
inline Patching denoising(const at::Tensor& clean, const at::Tensor& corrupted) {
    return Patching::between("denoising", clean, corrupted, false);
}
/// Puts corrupted activations into the clean runs. @throws as denoising
inline Patching noising(const at::Tensor& clean, const at::Tensor& corrupted) {
    return Patching::between("noising", clean, corrupted, true);
}
/// Puts zeros into the runs. @throws ShapeError or TypeError if these are not token ids
inline Patching zero_ablation(const at::Tensor& prompts) {
    return {"zero ablation", Patching::Source::zeros, Patching::prompts(prompts, "the prompts"), {}, true};
}
/// Puts the mean activations of the reference prompts [references, length], position by position, into the runs of the
/// prompts. @throws ShapeError unless all are of one length; TypeError as denoising
inline Patching mean_ablation(const at::Tensor& prompts, const at::Tensor& reference) {
    const at::Tensor base = Patching::prompts(prompts, "the prompts");
    const at::Tensor from = Patching::prompts(reference, "the reference prompts");
    Patching::check_alike(base, from, "the prompts and the reference prompts");
    return {"mean ablation", Patching::Source::means, base, from, true};
}
/// Puts the activations of one reference prompt, drawn at random with the seed, into the run of each prompt. @throws as mean_ablation
inline Patching resample_ablation(const at::Tensor& prompts, const at::Tensor& reference, std::uint64_t seed) {
    const at::Tensor base = Patching::prompts(prompts, "the prompts");
    const at::Tensor from = Patching::prompts(reference, "the reference prompts");
    Patching::check_alike(base, from, "the prompts and the reference prompts");
    const at::Tensor drawn = at::randint(0, from.size(0), {base.size(0)}, at::detail::createCPUGenerator(seed),
                                         at::TensorOptions(at::kLong));
    const at::Tensor source = from.index_select(0, drawn.to(from.device()));
    return {"resample ablation", Patching::Source::activations, base, source, true};
}
/// Applies the grid's own recipes to the runs. @throws as zero_ablation
inline Patching editing(const at::Tensor& prompts) {
    return {"editing", Patching::Source::edits, Patching::prompts(prompts, "the prompts"), {}, true};
}

template <class...>
SUTURE_REJECTED("patching takes the prompts of both runs: write denoising(clean, corrupted)", denoising(...));
template <class...>
SUTURE_REJECTED("patching takes the prompts of both runs: write noising(clean, corrupted)", noising(...));
template <class...>
SUTURE_REJECTED("an ablation takes the prompts, as token ids: write zero_ablation(prompts)", zero_ablation(...));
template <class...>
SUTURE_REJECTED("the means are those of other prompts: write mean_ablation(prompts, reference)", mean_ablation(...));
template <class...>
SUTURE_REJECTED("a resample is drawn by a seed: write resample_ablation(prompts, reference, 1)",
                resample_ablation(...));

template <class...>
SUTURE_REJECTED("the edits are those of the grid: write editing(prompts)", editing(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
