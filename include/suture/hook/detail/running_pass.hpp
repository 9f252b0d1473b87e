// The pass that runs in this thread, where it has said where it stands in the sequences of its rows.
#pragma once

#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/reading.hpp"
#include "suture/tensor/sequence_positions.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/tensor/view.hpp"

#include <memory>
#include <utility>

namespace suture::detail {

/// Null if the columns of the pass are its positions, or if its model has not said where it stands.
[[gnu::visibility(
    "default")]] inline constinit thread_local const std::shared_ptr<const SequencePositions>* running_pass = nullptr;

/// Makes a pass the running one; null makes it one whose columns are the positions.
class RunningPass {
public:
    explicit RunningPass(std::shared_ptr<const SequencePositions> pass)
        : pass_(std::move(pass)), outer_(std::exchange(running_pass, pass_ ? &pass_ : nullptr)) {}
    RunningPass(const RunningPass&) = delete;
    RunningPass& operator=(const RunningPass&) = delete;
    ~RunningPass() { running_pass = outer_; }

private:
    std::shared_ptr<const SequencePositions> pass_;
    const std::shared_ptr<const SequencePositions>* outer_;
};

/// The running pass, to be kept.
inline std::shared_ptr<const SequencePositions> pass_now() { return running_pass ? *running_pass : nullptr; }

/// What an activation of the running pass holds: all of itself, at the positions of the pass. Null without one.
inline std::shared_ptr<const Cut> cut_of_pass(const at::Tensor& activation) {
    if (!running_pass || !activation.defined() || activation.dim() == 0) return nullptr;
    const at::IntArrayRef leading = leading_axes(activation);
    return std::make_shared<const Cut>(Cut{{}, Shape(leading.begin(), leading.end()), false, *running_pass});
}

/// A View of an activation of the running pass, which knows where its columns stand.
template <class L>
View<L> at_positions(View<L> view) {
    const at::Tensor& t = Access::tensor(view);
    auto cut = cut_of_pass(t);
    return cut ? Access::make<View<L>>(at::Tensor(t), view.extents(), std::move(cut)) : view;
}

/// Set by a hook whose positions are not in the running pass: it did nothing, and does not count as one that fired.
[[gnu::visibility("default")]] inline constinit thread_local bool is_hook_elsewhere = false;

}  // namespace suture::detail
