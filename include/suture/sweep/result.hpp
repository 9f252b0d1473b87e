// What a sweep found: a number a cell, in a tensor whose axes have names.
#pragma once

#include "suture/stats/correlation.hpp"
#include "suture/sweep/detail/cells.hpp"
#include "suture/tensor/error.hpp"
#include "suture/text/csv.hpp"

#include <cstddef>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace suture {

/// The result of a sweep. Numbers are float64, on the CPU.
struct SweepResult {
    std::vector<SweepAxis> axes;  ///< "prompt", and those there are of "component", "layer", "head", "token", "recipe"
    at::Tensor values;            ///< the metric of each cell's patched run, in these axes; NaN where it is not known
    at::Tensor baseline;          ///< [prompts]: of the runs that are patched
    at::Tensor source;            ///< [prompts]: of the runs that activations come from; undefined if there are none
    at::Tensor done;              ///< bool, in these axes: where `values` says something
    at::Tensor ran;               ///< bool, in these axes: the cells that were run; others are known to be the baseline
    at::Tensor attribution;       ///< what attribution patching says of `values`; undefined unless it was asked for
    std::string metric, patching, how;

    /// How far each patch moved the metric: values - baseline.
    at::Tensor effects() const { return effects_of(values); }
    /// The same of other values in these axes: of the attribution.
    at::Tensor effects_of(const at::Tensor& others) const { return others.sub(by_prompt(baseline)); }
    /// How much of the difference between the two runs each patch made up for: 0 is the baseline, 1 the other run. No
    /// number where the two do not differ.
    /// @throws ValueError if activations come from no runs, in an ablation
    at::Tensor recovered() const {
        check_source();
        return effects().div(by_prompt(source.sub(baseline)));
    }
    /// The same of the mean over the prompts, [...] in the other axes: the mean effect over the mean difference. A prompt
    /// whose runs hardly differ counts hardly, where in the mean of `recovered()` it would outweigh all others.
    /// @throws ValueError if activations come from no runs
    at::Tensor mean_recovered() const {
        check_source();
        return effects().mean(0).div(source.sub(baseline).mean());
    }
    /// Whether every cell is there: a sweep that shares its work with other processes has its own cells alone, and one
    /// that runs a share of its cells lacks the others.
    bool is_complete() const { return done.all().item<bool>(); }
    /// The place of an axis. @throws ValueError if there is none of this name
    Index axis(const std::string& name) const {
        std::string there;
        for (std::size_t i = 0; i < axes.size(); ++i) {
            if (axes[i].name == name) return static_cast<Index>(i);
            there += (i ? ", " : "") + axes[i].name;
        }
        throw ValueError("the result has no axis '" + name + "': it has " + there);
    }

private:
    void check_source() const {
        if (!source.defined())
            throw ValueError("a result of " + patching + " has no other run to recover: read effects()");
    }
    at::Tensor by_prompt(const at::Tensor& numbers) const {
        std::vector<Index> sizes(axes.size(), 1);
        sizes.front() = numbers.size(0);
        return numbers.view(sizes);
    }
};

/// How well the attribution tells what the cells that were run gave: Pearson's correlation of both effects, over these
/// cells. NaN if there are fewer than two, or if all are the same. @see pearson
/// @throws ValueError if the result has no attribution
inline double attribution_correlation(const SweepResult& result) {
    if (!result.attribution.defined())
        throw ValueError("the result has no attribution: ask for it with the option 'attribution'");
    const at::Tensor chosen = result.ran.logical_and(result.done);
    const at::Tensor exact = result.effects().masked_select(chosen);
    const at::Tensor guess = result.effects_of(result.attribution).masked_select(chosen);
    return exact.numel() < 2 ? std::numeric_limits<double>::quiet_NaN() : pearson(exact, guess).item<double>();
}

/// The result as CSV (RFC 4180): one line a cell, with its place on each axis, its value, the baseline of its prompt,
/// whether it was run, and what attribution estimates if it was asked. Numbers have all their digits; a cell that is not
/// there has an empty value.
inline std::string csv_text(const SweepResult& result) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text.precision(17);
    for (const SweepAxis& axis : result.axes) text << axis.name << ",";
    text << "value,baseline,ran" << (result.attribution.defined() ? ",attribution" : "") << "\r\n";
    const at::Tensor values = result.values.contiguous(), baseline = result.baseline.contiguous();
    const at::Tensor done = result.done.contiguous(), ran = result.ran.contiguous();
    const at::Tensor estimates = result.attribution.defined() ? result.attribution.contiguous() : at::Tensor();
    const Index cells_a_prompt = values.numel() / result.axes.front().size();
    for (Index cell = 0; cell < values.numel(); ++cell) {
        Index within = values.numel(), at = cell;
        for (const SweepAxis& axis : result.axes) {
            within /= axis.size();
            text << csv_field(axis.labels[static_cast<std::size_t>(at / within)]) << ",";
            at %= within;
        }
        if (done.data_ptr<bool>()[cell]) text << values.data_ptr<double>()[cell];
        text << "," << baseline.data_ptr<double>()[cell / cells_a_prompt] << "," << ran.data_ptr<bool>()[cell];
        if (estimates.defined()) text << "," << estimates.data_ptr<double>()[cell];
        text << "\r\n";
    }
    return text.str();
}

}  // namespace suture
