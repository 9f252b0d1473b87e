// ExportedRerun: passes of one model over the same inputs that differ in what hooks do, of which each computes only what
// follows its hooks.
//
//     ExportedRerun rerun = model.rerun();
//     for (const auto& layer : sites<Resid<768>>(model, "transformer.h.*")) {
//         HookSet hooks;
//         hooks.add(layer, on<Resid>(token(4)).zero());
//         const auto scope = hooks.activate();
//         at::Tensor logits = rerun(ids);       // what comes before the hook is remembered
//     }
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/exported/detail/copies.hpp"
#include "suture/exported/detail/following.hpp"
#include "suture/exported/detail/inputs.hpp"
#include "suture/exported/detail/model.hpp"
#include "suture/exported/detail/modes.hpp"
#include "suture/exported/detail/run.hpp"
#include "suture/exported/outputs.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/signbit.h>
#include <ATen/ops/view_as_real.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

class Exported;

/// Runs a model again and again. The first pass over some inputs, and the first one with hooks at other sites than before,
/// is preceded by a whole pass without hooks, which keeps what the following ones need. A pass then runs only the nodes that
/// read, directly or through others, what the hooks leave; the results are those of a whole pass with the same hooks.
///
/// Whole passes run where gradients are wanted, and where the model draws random numbers. What is kept is forgotten when
/// other inputs come, and when a weight has been written. One thread at a time may use it.
class ExportedRerun {
public:
    /// With the hooks of this thread's scopes.
    /// @return the first tensor of the model's results. @throws as a call of the model
    template <class... Inputs>
        requires(std::constructible_from<c10::IValue, Inputs>&&...)
    at::Tensor operator()(Inputs&&... inputs) { return run(std::forward<Inputs>(inputs)...).first(); }
    /// The same with all results. @throws as a call of the model
    template <class... Inputs>
        requires(std::constructible_from<c10::IValue, Inputs>&&...)
    ExportedOutputs run(Inputs&&... inputs) {
        return ExportedOutputs(model_->graph().output_names(),
                               pass(sorted(std::forward<Inputs>(inputs)...), /*needs_results=*/true));
    }
    /// Runs what leads to the hooks, and nothing for the sake of the results. @throws as a call of the model
    template <class... Inputs>
        requires(std::constructible_from<c10::IValue, Inputs>&&...)
    void run_hooks(Inputs&&... inputs) { pass(sorted(std::forward<Inputs>(inputs)...), /*needs_results=*/false); }

    /// Hooks will be at these sites, at one of them in each pass, and at others in every pass: the first pass keeps what all
    /// of these need. Otherwise the first pass with hooks at another site costs a whole one more.
    /// @throws HookError if one is not a site of this model, or if a range is empty
    template <detail::SomeSites S, detail::SomeSites... Others>
    void expect(S&& sites, Others&&... others) {
        follow_the_model();
        detail::FollowingSites expected{{}, frozen_, /*needs_results=*/true};
        std::set<const detail::ExportedPort*> always;
        (add_ports(others, always), ...);
        for (const SiteRef<AnyLayout>& site : detail::untyped(sites)) {
            expected.hooked = always;
            expected.hooked.insert(port_of(site));
            keep(following_of(expected));
        }
    }

    /// Whether passes compute only what follows the hooks: false for a model that draws random numbers.
    bool saves_work() const { return !is_random_; }
    /// The bytes of what is kept.
    std::int64_t kept_bytes() const {
        std::set<const void*> seen;
        std::int64_t bytes = 0;
        const auto add = [&](const at::Tensor& t) {
            if (t.defined() && t.has_storage() && seen.insert(t.storage().data()).second)
                bytes += static_cast<std::int64_t>(t.storage().nbytes());
        };
        for (const c10::IValue& value : record_.values)
            if (value.isTensor()) add(value.toTensor());
        for (const auto& [port, value] : record_.frozen) add(value);
        return bytes;
    }

    template <class...>
    SUTURE_REJECTED("a rerun is called with tensors: write rerun(ids)", operator()(...));
    template <class...>
    SUTURE_REJECTED("a rerun is called with tensors: write rerun.run(ids)", run(...));
    template <class...>
    SUTURE_REJECTED("what is expected are sites: find them by sites<Layout>(model, pattern)", expect(...));
    SUTURE_REJECTED_DEFAULT("a rerun is made by its model: write model.rerun()", ExportedRerun);

private:
    friend Exported;
    template <class... S>
    explicit ExportedRerun(std::shared_ptr<detail::ExportedModel> model, S&&... frozen)
        : model_(std::move(model)), plan_(model_->plan_with_sites()) {
        is_random_ = detail::FollowingFinder::is_random(*plan_);
        (add_ports(frozen, frozen_), ...);
        if (is_random_ && !frozen_.empty())
            throw ModelError("the model draws random numbers, so no site of it can be frozen: export it after eval()");
    }

    const detail::ExportedPort* port_of(const SiteRef<AnyLayout>& site) const {
        for (const detail::ExportedPort* port : model_->ports())
            if (port->site.id() == site.id()) return port;
        throw HookError(site.name() + " is not a site of this model: find it by site<Layout>(model, path)");
    }

    template <class S>
    void add_ports(S&& sites, std::set<const detail::ExportedPort*>& ports) const {
        for (const SiteRef<AnyLayout>& site : detail::untyped(sites)) ports.insert(port_of(site));
    }

    template <class... Inputs>
    std::vector<c10::IValue> sorted(Inputs&&... inputs) const {
        std::vector<c10::IValue> given;
        given.reserve(sizeof...(inputs));
        (given.emplace_back(std::forward<Inputs>(inputs)), ...);
        return detail::ExportedInputs(model_->graph()).sorted(std::move(given), {});
    }

    std::vector<c10::IValue> pass(std::vector<c10::IValue> inputs, bool needs_results) {
        follow_the_model();
        detail::FollowingSites sites;
        for (const detail::PlanStep& step : plan_->steps)
            if (step.port && !detail::has_nothing_at(step.port->site)) sites.hooked.insert(step.port);
        sites.frozen = frozen_;
        sites.needs_results = needs_results;
        if (is_random_ || at::GradMode::is_enabled()) {
            if (!frozen_.empty()) throw ModelError("gradients do not pass frozen sites: run it under at::NoGradGuard");
            detail::ExportedPass whole(*plan_);
            whole.give(model_->graph(), std::move(inputs));
            return whole.run();
        }
        const detail::ExportedFollowing& following = following_of(sites);
        remember(inputs, following);
        detail::ExportedPass part(*plan_);
        part.give(model_->graph(), std::move(inputs));
        return part.run(following, record_);
    }

    /// Sites of operators may have been added, and weights written.
    void follow_the_model() {
        std::vector<Written> written;
        for (const auto& [name, tensor] : model_->tensors())
            written.emplace_back(tensor.data_ptr(), tensor.is_inference() ? 0 : tensor._version());
        const auto plan = model_->plan_with_sites();
        if (plan != plan_) parts_.clear(), record_ = {};
        if (plan != plan_ || written != written_) inputs_.clear();
        plan_ = plan, written_ = std::move(written);
    }

    const detail::ExportedFollowing& following_of(const detail::FollowingSites& sites) {
        const auto [found, is_new] = parts_.try_emplace({sites.hooked, sites.needs_results});
        if (is_new) found->second = detail::FollowingFinder(model_->graph(), *plan_, model_->aliases()).find(sites);
        return found->second;
    }

    /// The next pass without hooks keeps what a part needs.
    void keep(const detail::ExportedFollowing& following) {
        record_.is_kept.resize(plan_->slots);
        for (const std::size_t slot : following.taken)
            if (!record_.is_kept[slot]) record_.is_kept[slot] = true, inputs_.clear();
    }
    /// Runs a whole pass without hooks, unless one over the same inputs has left all that is needed.
    void remember(const std::vector<c10::IValue>& inputs, const detail::ExportedFollowing& following) {
        keep(following);
        if (modes_ != detail::ExportedModes()) inputs_.clear();
        if (!modes_.casts() && are_remembered(inputs)) return;
        inputs_.clear();
        modes_ = {};
        // What is kept may be views of the inputs, and the caller may write into theirs.
        std::vector<c10::IValue> copies;
        copies.reserve(inputs.size());
        for (const c10::IValue& input : inputs)
            copies.push_back(input.isTensor() ? c10::IValue(detail::copy_as_it_lies(input.toTensor())) : input);
        for (const detail::ExportedPort* port : frozen_) record_.frozen[port] = at::Tensor();
        const detail::Suspension without_hooks;
        detail::ExportedPass pass(*plan_);
        pass.give(model_->graph(), copies);
        pass.run(record_);
        inputs_ = std::move(copies);
    }
    bool are_remembered(const std::vector<c10::IValue>& inputs) const {
        return !inputs_.empty() && std::equal(inputs.begin(), inputs.end(), inputs_.begin(), inputs_.end(), is_same);
    }
    static bool is_same(const c10::IValue& a, const c10::IValue& b) {
        if (a.tagKind() != b.tagKind()) return false;
        if (a.isDouble())
            return a.toDouble() == b.toDouble() && std::signbit(a.toDouble()) == std::signbit(b.toDouble());
        if (!a.isTensor())
            return a.isNone() || (a.isInt() ? a.toInt() == b.toInt() : a.isBool() && a.toBool() == b.toBool());
        const at::Tensor &x = a.toTensor(), &y = b.toTensor();
        return x.sizes() == y.sizes() && x.strides() == y.strides() && x.key_set() == y.key_set() &&
               x.scalar_type() == y.scalar_type() && x.device() == y.device() && x.equal(y) && have_same_signs(x, y);
    }
    /// 0 and -0 are equal, and 1/x tells them apart.
    static bool have_same_signs(const at::Tensor& x, const at::Tensor& y) {
        if (x.is_complex())
            return have_same_signs(at::view_as_real(x.resolve_conj()), at::view_as_real(y.resolve_conj()));
        return !x.is_floating_point() || at::signbit(x).equal(at::signbit(y));
    }

    using Written = std::pair<const void*, std::int64_t>;  ///< the memory of a weight, and its version

    std::shared_ptr<detail::ExportedModel> model_;
    std::shared_ptr<const detail::ExportedPlan> plan_;
    bool is_random_ = false;
    std::set<const detail::ExportedPort*> frozen_;
    std::map<std::pair<std::set<const detail::ExportedPort*>, bool>, detail::ExportedFollowing> parts_;
    std::vector<c10::IValue> inputs_;  ///< of the record; empty without a record
    std::vector<Written> written_;     ///< the weights in the record
    detail::ExportedModes modes_;      ///< in which the record was made
    detail::ExportedRecord record_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
