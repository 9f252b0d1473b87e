// Patchings: which runs a sweep changes, and what it puts into them. Denoising puts clean activations into corrupted
// runs and asks what is enough to restore the answer; noising does the reverse and asks what is needed (Heimersheim and
// Nanda 2024, "How to use and interpret activation patching", https://arxiv.org/abs/2404.15255). Ablations put zeros,
// means or another prompt's activations into clean runs.
#pragma once

#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randint.h>

#include <cstdint>
#include <string>
#include <utility>

namespace suture {

/// Made by `denoising`, `noising`, `zero_ablation`, `mean_ablation`, `resample_ablation` and `editing`. Token ids are
/// [prompts, tokens], or [tokens] for one prompt.
class Patching {
public:
    /// What is put in.
    enum class with : unsigned char { activations, zeros, means, edits };

    with what() const { return what_; }
    /// In a few words: "denoising".
    const std::string& name() const { return name_; }
    /// The prompts whose runs are changed: [prompts, tokens].
    const at::Tensor& base() const { return base_; }
    /// The prompts that activations or means are taken from: [prompts, tokens]; undefined for zeros and edits.
    const at::Tensor& source() const { return source_; }
    /// The clean prompts, of the same shape as `base`.
    const at::Tensor& clean() const { return base_is_clean_ ? base_ : source_; }
    bool base_is_clean() const { return base_is_clean_; }

private:
    Patching(std::string name, with what, at::Tensor base, at::Tensor source, bool base_is_clean)
        : name_(std::move(name)),
          what_(what),
          base_(std::move(base)),
          source_(std::move(source)),
          base_is_clean_(base_is_clean) {}
    /// A copy of the ids, [prompts, tokens]. @throws TypeError or ShapeError if they are none
    static at::Tensor prompts(const at::Tensor& ids, const char* name) {
        if (!ids.defined() || !at::isIntegralType(ids.scalar_type(), false))
            throw TypeError(std::string(name) + " are " + tensor_text(ids) + ": give token ids, integers");
        if (ids.dim() < 1 || ids.dim() > 2 || ids.numel() == 0)
            throw ShapeError(std::string(name) + " have shape " + shape_text(ids.sizes()) +
                             ": give [prompts, tokens], or [tokens] for one prompt");
        return (ids.dim() == 1 ? ids.unsqueeze(0) : ids).clone();
    }
    static void check_alike(const at::Tensor& a, const at::Tensor& b, const char* names) {
        if (a.scalar_type() != b.scalar_type() || a.device() != b.device())
            throw TypeError(std::string(names) + " are " + tensor_text(a) + " and " + tensor_text(b) +
                            ": the model runs both, so give them one dtype and device");
        if (a.size(1) != b.size(1))
            throw ShapeError(std::string(names) + " have " + std::to_string(a.size(1)) + " and " +
                             std::to_string(b.size(1)) +
                             " tokens: a token is patched at its own position, so give prompts of one length");
    }
    static Patching between(const char* name, const at::Tensor& clean, const at::Tensor& corrupted,
                            bool base_is_clean) {
        const at::Tensor a = prompts(clean, "the clean prompts"), b = prompts(corrupted, "the corrupted prompts");
        check_alike(a, b, "the clean and the corrupted prompts");
        if (a.size(0) != b.size(0))
            throw ShapeError("there are " + std::to_string(a.size(0)) + " clean and " + std::to_string(b.size(0)) +
                             " corrupted prompts: give one corrupted prompt to each clean one");
        return {name, with::activations, base_is_clean ? a : b, base_is_clean ? b : a, base_is_clean};
    }

    friend Patching denoising(const at::Tensor&, const at::Tensor&);
    friend Patching noising(const at::Tensor&, const at::Tensor&);
    friend Patching zero_ablation(const at::Tensor&);
    friend Patching mean_ablation(const at::Tensor&, const at::Tensor&);
    friend Patching resample_ablation(const at::Tensor&, const at::Tensor&, std::uint64_t);
    friend Patching editing(const at::Tensor&);

    std::string name_;
    with what_;
    at::Tensor base_, source_;
    bool base_is_clean_;
};

/// Clean activations are put into the corrupted runs.
/// @throws ShapeError unless there are as many of both, of one length; TypeError if they are no token ids, or of two
///         dtypes or devices
inline Patching denoising(const at::Tensor& clean, const at::Tensor& corrupted) {
    return Patching::between("denoising", clean, corrupted, false);
}
/// Corrupted activations are put into the clean runs. @throws as denoising
inline Patching noising(const at::Tensor& clean, const at::Tensor& corrupted) {
    return Patching::between("noising", clean, corrupted, true);
}
/// Zeros are put into the runs. @throws ShapeError or TypeError if these are no token ids
inline Patching zero_ablation(const at::Tensor& prompts) {
    return {"zero ablation", Patching::with::zeros, Patching::prompts(prompts, "the prompts"), {}, true};
}
/// What passes in runs of the reference prompts [references, tokens], averaged over them token by token, is put into
/// the runs of the prompts. @throws ShapeError unless all are of one length; TypeError as denoising
inline Patching mean_ablation(const at::Tensor& prompts, const at::Tensor& reference) {
    const at::Tensor base = Patching::prompts(prompts, "the prompts");
    const at::Tensor from = Patching::prompts(reference, "the reference prompts");
    Patching::check_alike(base, from, "the prompts and the reference prompts");
    return {"mean ablation", Patching::with::means, base, from, true};
}
/// What passes in the run of another prompt is put into the run of each: one of the reference prompts, each drawn at
/// random by the seed. @throws as mean_ablation
inline Patching resample_ablation(const at::Tensor& prompts, const at::Tensor& reference, std::uint64_t seed) {
    const at::Tensor base = Patching::prompts(prompts, "the prompts");
    const at::Tensor from = Patching::prompts(reference, "the reference prompts");
    Patching::check_alike(base, from, "the prompts and the reference prompts");
    const at::Tensor drawn = at::randint(0, from.size(0), {base.size(0)}, at::detail::createCPUGenerator(seed),
                                         at::TensorOptions(at::kLong));
    const at::Tensor source = from.index_select(0, drawn.to(from.device()));
    return {"resample ablation", Patching::with::activations, base, source, true};
}
/// Nothing but what the grid's own recipes do is put into the runs. @throws as zero_ablation
inline Patching editing(const at::Tensor& prompts) {
    return {"editing", Patching::with::edits, Patching::prompts(prompts, "the prompts"), {}, true};
}

}  // namespace suture
