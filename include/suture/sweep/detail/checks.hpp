// What a sweep refuses because its numbers would mean nothing: NaN, two runs between which the metric does not move, and
// models that compute other numbers in every run.
#pragma once

#include "suture/sweep/detail/ledger.hpp"
#include "suture/sweep/detail/task.hpp"
#include "suture/sweep/options.hpp"
#include "suture/sweep/result.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/nn/modules/dropout.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace suture::detail {

/// @throws ValueError if the metric of an unpatched run is NaN, or if it is the same in the clean and the corrupted run of a
///         prompt
/// @param baseline of the runs that are patched, [prompts] from the first on
/// @param source of those that activations come from; undefined if there are none
inline void check_runs(const SweepTask& task, Index first, const at::Tensor& baseline, const at::Tensor& source) {
    const std::string metric = "the metric '" + task.reads.metric().name + "' is ";
    for (Index i = 0; i < baseline.size(0); ++i) {
        const std::string prompt = "prompt " + std::to_string(first + i);
        const auto check_number = [&](double value, const char* run) {
            if (std::isnan(value))
                throw ValueError(metric + "NaN in the " + run + " run of " + prompt +
                                 ": check the model's weights, the logits that it reads and what it computes of them");
        };
        const double own = baseline[i].item<double>();
        check_number(own, "unpatched");
        if (!source.defined()) continue;
        const double other = source[i].item<double>();
        check_number(other, task.patching.base_is_clean() ? "corrupted" : "clean");
        constexpr double rounding = 5e-7;  // of float32
        if (task.patching.is_pair() &&
            (own == other || std::abs(own - other) <= rounding * std::max(std::abs(own), std::abs(other))))
            throw ValueError(metric + std::to_string(own) + " in both the clean and the corrupted run of " + prompt +
                             ", so no patch can move it from one to the other: choose prompts, answers or positions "
                             "that it tells apart");
    }
}

/// "prompt 0, layer 3, position 4"
inline std::string cell_text(const SweepResult& result, Index cell) {
    std::string text;
    for (std::size_t axis = result.axes.size(); axis-- > 0; cell /= result.axes[axis].size()) {
        const SweepAxis& along = result.axes[axis];
        const std::string place = along.name + " " + along.labels[static_cast<std::size_t>(cell % along.size())];
        text = place + (text.empty() ? "" : ", " + text);
    }
    return text;
}

/// Adds the cells to the ledger. @throws ValueError if one is NaN, after the others have been added
inline void add_checked(Ledger& ledger, const SweepResult& result, std::map<Index, double> finished) {
    const auto is_nan = [](const auto& cell) { return std::isnan(cell.second); };
    const auto found = std::find_if(finished.begin(), finished.end(), is_nan);
    if (found == finished.end()) return ledger.add(finished);
    const Index cell = found->first;
    std::erase_if(finished, is_nan);
    if (!finished.empty()) ledger.add(finished);
    throw ValueError("the metric '" + result.metric + "' is NaN in the patched run of " + cell_text(result, cell) +
                     ": check what the patch puts in, and how the model's logits come to be NaN");
}

/// The name of a module class, as LibTorch or TorchScript prints it, if the module draws random numbers or depends on its
/// batch while it trains.
inline bool differs_in_training(const std::string& type) {
    return type.find("Dropout") != type.npos || type.find("BatchNorm") != type.npos ||
           type.find("InstanceNorm") != type.npos;
}

/// Whether it is one of these dropouts and drops nothing.
template <class... Dropouts>
bool drops_nothing(const torch::nn::Module& module) {
    const auto is_idle = [&module]<class D>(const D*) {
        const auto* dropout = dynamic_cast<const D*>(&module);
        return dropout && dropout->options.p() == 0;
    };
    return (is_idle(static_cast<const Dropouts*>(nullptr)) || ...);
}
/// Whether it is an instance norm without running statistics, which computes the same numbers in both modes.
inline bool keeps_no_statistics(const torch::nn::Module& module) {
    return module.name().find("InstanceNorm") != std::string::npos && module.buffers(false).empty();
}
/// The same of a module: not if it is only named so and consists of others, which are asked themselves.
inline bool differs_in_training(const torch::nn::Module& module) {
    namespace nn = torch::nn;
    return differs_in_training(module.name()) && module.children().empty() &&
           !drops_nothing<nn::DropoutImpl, nn::Dropout2dImpl, nn::Dropout3dImpl, nn::AlphaDropoutImpl,
                          nn::FeatureAlphaDropoutImpl>(module) &&
           !keeps_no_statistics(module);
}
/// Whether a module of TorchScript is a dropout that drops nothing.
template <class ScriptModule>
bool script_drops_nothing(const ScriptModule& module) {
    const auto is_zero = [](const auto& p) { return p.isDouble() && p.toDouble() == 0; };
    if (module.hasattr("p")) return is_zero(module.attr("p"));
    const auto constant = module.type()->findConstantSlot("p");
    return constant && is_zero(module.type()->getConstant(*constant));
}

[[noreturn]] inline void refuse_training(const std::string& what) {
    throw ModelError(what +
                     ", so that runs differ by more than their patches: call eval() on the model, or allow it with "
                     "TrainingMode::allowed");
}

/// @throws ModelError if dropout or batch norm of the model is in training mode
template <class Model>
void check_is_not_training(const Model& model) {
    const auto refuse = [](const std::string& path, const std::string& type) {
        refuse_training((path.empty() ? "the model" : path) + ", a " + type + ", is in training mode");
    };
    if constexpr (std::derived_from<Model, torch::nn::Module>) {
        for (const auto& module : model.named_modules("", false))
            if (module.value()->is_training() && differs_in_training(*module.value()))
                refuse(module.key(), module.value()->name());
    } else if constexpr (holds_module<Model>) {
        check_is_not_training(static_cast<const torch::nn::Module&>(*model));
    } else if constexpr (requires { model.module().named_modules(); }) {  // TorchScript's
        for (const auto& module : model.module().named_modules()) {
            if (!module.value.hasattr("training") || !module.value.is_training()) continue;
            const std::string type = module.value.type()->name()->name();
            if (differs_in_training(type) && !script_drops_nothing(module.value)) refuse(module.name, type);
        }
    }
}

/// Whether both hold the same numbers, NaN at the same places included.
inline bool same_numbers(const at::Tensor& a, const at::Tensor& b) {
    return a.sizes() == b.sizes() && a.eq(b).logical_or(a.isnan().logical_and(b.isnan())).all().item<bool>();
}

/// Runs the pass. @throws ModelError if it draws random numbers from LibTorch's generator for the CPU, which other logits show:
/// another thread, one that loads data for example, may be the one that drew
template <class Pass>
auto run_without_drawing(TrainingMode mode, const Pass& pass) {
    if (mode == TrainingMode::allowed) return pass();
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    const auto state = [&generator] {  // a text, which is no memory of the pass
        const std::lock_guard lock(generator.mutex());
        const at::Tensor bytes = generator.get_state();
        return std::string(static_cast<const char*>(bytes.data_ptr()), bytes.nbytes());
    };
    std::string before = state();
    auto result = pass();
    constexpr int tries = 8;  // a rare dropout may leave a small model's logits alone
    for (int i = 0; i < tries; ++i) {
        std::string after = state();
        if (after == before) break;
        before = std::move(after);
        if (!same_numbers(pass().logits, result.logits))
            refuse_training("the model draws random numbers in a forward pass");
    }
    return result;
}

}  // namespace suture::detail
