// Passes without gradients. A third of the nodes of a transformer make masks and positions out of the sizes of the inputs
// alone: what they give is kept for the next pass over inputs of these sizes.
// Law: a pass gives the bits that it would give without what is kept.
#pragma once

#include "suture/exported/detail/copies.hpp"
#include "suture/exported/detail/following.hpp"
#include "suture/exported/detail/graph.hpp"
#include "suture/exported/detail/modes.hpp"
#include "suture/exported/detail/plan.hpp"
#include "suture/exported/detail/run.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace suture::detail {

/// What the nodes that read no numbers depend on.
class ExportedSizes {
public:
    explicit ExportedSizes(const std::vector<c10::IValue>& inputs) {
        for (const c10::IValue& input : inputs)
            if (input.isTensor()) tensors_.push_back(describe(input.toTensor()));
    }
    bool fits(const std::vector<c10::IValue>& inputs) const {
        if (modes_ != ExportedModes()) return false;
        std::size_t next = 0;
        for (const c10::IValue& input : inputs)
            if (input.isTensor() && (next == tensors_.size() || !is_like(input.toTensor(), tensors_[next++])))
                return false;
        return next == tensors_.size();
    }

private:
    struct Described {
        std::vector<std::int64_t> sizes, strides;
        c10::Device device;
        c10::DispatchKeySet keys;
    };
    static Described describe(const at::Tensor& t) {
        return {t.sizes().vec(), t.strides().vec(), t.device(), t.key_set()};
    }
    static bool is_like(const at::Tensor& t, const Described& known) {
        return t.sizes() == known.sizes && t.strides() == known.strides && t.device() == known.device &&
               t.key_set() == known.keys;
    }
    ExportedModes modes_;
    std::vector<Described> tensors_;
};

/// Runs a plan, with the hooks of the thread if it has sites. Several threads may use it at once.
class ExportedRuns {
public:
    ExportedRuns(const ExportedGraph& graph, std::shared_ptr<const ExportedPlan> plan, const ExportedAliases& aliases)
        : graph_(graph), plan_(std::move(plan)) {
        for (const PlanStep& step : plan_->steps)
            if (step.port) sites_.push_back(&step.port->site);
        if (FollowingFinder::is_random(*plan_)) return;
        part_ = FollowingFinder(graph, *plan_, aliases).find_what_reads_numbers();
        saves_work_ = part_.steps.size() < plan_->steps.size();
    }
    const std::shared_ptr<const ExportedPlan>& plan() const { return plan_; }
    /// Whether something waits at a site of the plan. If nothing does, nothing will: only hooks that run add others.
    bool is_hooked() const {
        return std::any_of(sites_.begin(), sites_.end(), [](const Site* site) { return !has_nothing_at(*site); });
    }

    /// Tells the scopes of other threads that this one, which has none, passes all sites.
    void note_passes() const {
        for (const Site* site : sites_) ScopesOfAllThreads::note_pass(*site);
    }

    /// The bytes of what is kept.
    std::size_t kept_bytes() {
        const std::shared_ptr<const Kept> kept = this->kept();
        return kept ? bytes_of(kept->record) : 0;
    }

    /// @param inputs by input of the graph
    std::vector<c10::IValue> run(std::vector<c10::IValue> inputs) {
        ExportedPass pass(*plan_);
        if (!may_keep()) {
            pass.give(graph_, std::move(inputs));
            return pass.run();
        }
        if (const std::shared_ptr<const Kept> kept = this->kept(); kept && kept->sizes.fits(inputs)) {
            pass.give(graph_, std::move(inputs));
            return pass.run(part_, kept->record);
        }
        auto made = std::make_shared<Kept>(Kept{ExportedSizes(inputs), {}});
        made->record.is_kept.resize(plan_->slots);
        for (const std::size_t slot : part_.taken) made->record.is_kept[slot] = true;
        pass.give(graph_, std::move(inputs));
        std::vector<c10::IValue> results = pass.run(made->record);
        for (std::size_t i = 0; i < results.size(); ++i)
            if (part_.shares[i] && results[i].isTensor()) results[i] = copy_as_it_lies(results[i].toTensor());
        if (bytes_of(made->record) <= most_bytes) keep(std::move(made));
        return results;
    }

private:
    /// What saves a millisecond is not worth the memory of a mask of thousands of tokens.
    static constexpr std::size_t most_bytes = std::size_t{1} << 20;

    struct Kept {
        ExportedSizes sizes;
        ExportedRecord record;
    };
    std::shared_ptr<const Kept> kept() {
        const std::lock_guard lock(guard_);
        return kept_;
    }
    void keep(std::shared_ptr<const Kept> made) {
        const std::lock_guard lock(guard_);
        kept_ = std::move(made);
    }
    bool may_keep() const {
        return saves_work_ && !at::GradMode::is_enabled() && !c10::InferenceMode::is_enabled() &&
               !ExportedModes().casts();
    }
    static std::size_t bytes_of(const ExportedRecord& record) {
        std::size_t bytes = 0;
        for (const c10::IValue& value : record.values)
            if (value.isTensor() && value.toTensor().has_storage()) bytes += value.toTensor().storage().nbytes();
        return bytes;
    }
    const ExportedGraph& graph_;
    std::shared_ptr<const ExportedPlan> plan_;
    std::vector<const Site*> sites_;
    ExportedFollowing part_;
    bool saves_work_ = false;
    std::mutex guard_;
    std::shared_ptr<const Kept> kept_;
};

}  // namespace suture::detail
