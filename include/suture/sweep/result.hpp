// What a sweep found: one number per cell, in a tensor whose axes have names.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/core/strided_slice.hpp"
#include "suture/stats/correlation.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/torch.hpp"
#include "suture/text/csv.hpp"

#include <ATen/ops/cat.h>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/transform.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <locale>
#include <memory>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// An axis of a sweep's result: "layer", with a label for each place.
struct SweepAxis {
    std::string name;
    std::vector<std::string> labels;
    Index size() const { return static_cast<Index>(labels.size()); }
    bool operator==(const SweepAxis&) const = default;
};

/// How the cells of a result were computed.
enum class SweepMethod : unsigned char {
    forward_passes,      ///< one forward pass per cell, or per place of the grid
    reruns,              ///< only the operators after each patch, of whole prompts
    stages,              ///< only the blocks after each patch, of whole prompts
    stages_by_position,  ///< only the blocks after each patch, and only the positions that it can change
    attribution          ///< estimated to first order: @see attribution_patching
};
inline constexpr std::array sweep_methods{SweepMethod::forward_passes, SweepMethod::reruns, SweepMethod::stages,
                                          SweepMethod::stages_by_position, SweepMethod::attribution};
/// "stages, position by position"
constexpr const char* to_string(SweepMethod method) {
    switch (method) {
        case SweepMethod::reruns:
            return "operators after each patch";
        case SweepMethod::stages:
            return "stages";
        case SweepMethod::stages_by_position:
            return "stages, position by position";
        case SweepMethod::attribution:
            return "attribution patching";
        default:
            return "one forward pass per cell";
    }
}
inline std::ostream& operator<<(std::ostream& out, SweepMethod method) { return out << to_string(method); }

/// The method with this text, if there is one.
constexpr std::optional<SweepMethod> sweep_method_of(std::string_view text) {
    for (const SweepMethod method : sweep_methods)
        if (text == to_string(method)) return method;
    return {};
}

/// One cell of a result.
struct SweepCell {
    Index index = 0;           ///< among all cells, the last axis running fastest
    std::vector<Index> place;  ///< on each axis of the result
    double value = 0;          ///< the metric of the patched run; NaN unless it is done
    double baseline = 0;       ///< of the cell's prompt
    bool done = false;         ///< whether the value is known
    bool ran = false;          ///< whether it was run; otherwise, if done, it is known to be the baseline

    double effect() const { return value - baseline; }
};

namespace detail {
/// Reads cells from tensors that it keeps alive.
class SweepCells {
public:
    SweepCells(std::vector<Index> sizes, const at::Tensor& values, const at::Tensor& baseline, const at::Tensor& done,
               const at::Tensor& ran)
        : sizes_(std::make_shared<const std::vector<Index>>(std::move(sizes))),
          values_(values.contiguous()),
          baseline_(baseline.contiguous()),
          done_(done.contiguous()),
          ran_(ran.contiguous()) {}

    SweepCell operator()(Index index) const {
        SweepCell cell{index, std::vector<Index>(sizes_->size()), values_.data_ptr<double>()[index],
                       0,     done_.data_ptr<bool>()[index],      ran_.data_ptr<bool>()[index]};
        for (std::size_t axis = sizes_->size(); axis-- > 0; index /= (*sizes_)[axis])
            cell.place[axis] = index % (*sizes_)[axis];
        cell.baseline = baseline_.data_ptr<double>()[cell.place.front()];
        return cell;
    }

private:
    std::shared_ptr<const std::vector<Index>> sizes_;
    at::Tensor values_, baseline_, done_, ran_;
};
}  // namespace detail

/// The result of a sweep. Numbers are float64, on the CPU.
struct SweepResult {
    std::vector<SweepAxis> axes;  ///< "prompt", and of "component", "layer", "head", "position", "recipe" those it has
    at::Tensor values;            ///< the metric of each cell's patched run, in these axes; NaN where it is not known
    at::Tensor baseline;          ///< [prompts]: of the runs that are patched
    at::Tensor source;            ///< [prompts]: of the runs that activations come from; undefined if there are none
    at::Tensor done;              ///< bool, in these axes: whether the value is known
    at::Tensor ran;          ///< bool, in these axes: whether the cell was run; the other known ones are the baseline
    at::Tensor attribution;  ///< what attribution patching estimates for `values`; undefined unless asked for
    std::string metric, patching;
    SweepMethod method = SweepMethod::forward_passes;

    /// How far each patch moved the metric: values - baseline.
    at::Tensor effects() const { return values.sub(by_prompt(baseline)); }
    /// The effects that attribution patching estimates. @throws ValueError if there is no attribution
    at::Tensor estimated_effects() const {
        if (!attribution.defined())
            throw ValueError("the result has no attribution: ask for it with the option 'attribution'");
        return attribution.sub(by_prompt(baseline));
    }
    /// How much of the difference between the two runs each patch made up for: 0 is the baseline, 1 the other run. NaN or
    /// infinite where the two do not differ.
    /// @throws ValueError if activations come from no other run, as in an ablation
    at::Tensor recovered() const {
        check_source();
        return effects().div(by_prompt(source.sub(baseline)));
    }
    /// The mean effect over the prompts, divided by the mean difference between the two runs: [...] in the other axes. A
    /// prompt whose two runs hardly differ hardly counts; in the mean of `recovered()` it would outweigh all others.
    /// @throws ValueError if activations come from no other run
    at::Tensor mean_recovered() const {
        check_source();
        return effects().mean(0).div(source.sub(baseline).mean());
    }
    /// Whether every cell is known. A process that shares a sweep with others knows only its own cells, and a sweep that
    /// runs a share of its cells lacks the others.
    bool is_complete() const { return done.all().item<bool>(); }
    /// The number of the axis with this name. @throws ValueError if there is none
    Index axis(const std::string& name) const {
        std::string there;
        for (std::size_t i = 0; i < axes.size(); ++i) {
            if (axes[i].name == name) return static_cast<Index>(i);
            there += (i ? ", " : "") + axes[i].name;
        }
        throw ValueError("the result has no axis '" + name + "': it has " + there);
    }
    template <class I>
    SUTURE_REJECTED("a result has several tensors: write result.effects()[0], or result.values[0]", operator[](const I&)
                                                                                                        const);
    SUTURE_REJECTED_CONVERSION("a result has several tensors: write result.effects(), or result.values", at::Tensor,
                               const);
    SUTURE_REJECTED_NUMBER("a result has several tensors: write result.effects(), or result.values");
    SUTURE_REJECTED_CONDITION("a result is not a condition: write result.is_complete()");
#define SUTURE_OF_ITS_TENSORS(name) \
    SUTURE_ABSENT("a result has several tensors: write result.effects(), or result.values", name);
    SUTURE_OF_ITS_TENSORS(mean)
    SUTURE_OF_ITS_TENSORS(max)
    SUTURE_OF_ITS_TENSORS(min)
    SUTURE_OF_ITS_TENSORS(sum)
    SUTURE_OF_ITS_TENSORS(abs)
    SUTURE_OF_ITS_TENSORS(argmax)
    SUTURE_OF_ITS_TENSORS(topk)
    SUTURE_OF_ITS_TENSORS(top)
    SUTURE_OF_ITS_TENSORS(best)
    SUTURE_OF_ITS_TENSORS(sort)
    SUTURE_OF_ITS_TENSORS(sorted)
    SUTURE_OF_ITS_TENSORS(select)
    SUTURE_OF_ITS_TENSORS(squeeze)
    SUTURE_OF_ITS_TENSORS(item)
    SUTURE_OF_ITS_TENSORS(at)
    SUTURE_OF_ITS_TENSORS(layer)
    SUTURE_OF_ITS_TENSORS(head)
    SUTURE_OF_ITS_TENSORS(heads)
    SUTURE_OF_ITS_TENSORS(tensor)
    SUTURE_OF_ITS_TENSORS(numpy)
    SUTURE_OF_ITS_TENSORS(shape)
    SUTURE_OF_ITS_TENSORS(effect)
    SUTURE_OF_ITS_TENSORS(to)
#undef SUTURE_OF_ITS_TENSORS
    SUTURE_ABSENT("a result is saved by a function: write save_sweep(path, result), or save_csv", save);
    SUTURE_ABSENT("a result is saved by a function: write save_sweep(path, result), or save_csv", save_csv);
    SUTURE_ABSENT("a result is saved by a function: write save_sweep(path, result), or save_csv", to_csv);
    SUTURE_ABSENT("a result is drawn by a function: write pictures::heat_map_of(result)", plot);
    SUTURE_ABSENT("a result is drawn by a function: write pictures::heat_map_of(result)", show);
    SUTURE_ABSENT("a result is drawn by a function: write pictures::heat_map_of(result)", heat_map);
    template <class...>
    SUTURE_REJECTED("this is in the axes of the result: write result.mean_recovered()[0]", mean_recovered(...) const);
    template <class...>
    SUTURE_REJECTED("this is in the axes of the result: write result.recovered()[0]", recovered(...) const);
    template <class...>
    SUTURE_REJECTED("this is in the axes of the result: write result.effects()[0]", effects(...) const);
#define SUTURE_NO_ARITHMETIC(symbol)                                                                                 \
    template <class V>                                                                                               \
    SUTURE_REJECTED(                                                                                                 \
        "a result has several tensors: write a.values " #symbol " b.values, or effects()", operator symbol(const V&) \
                                                                                               const);
    SUTURE_NO_ARITHMETIC(+)
    SUTURE_NO_ARITHMETIC(-)
    SUTURE_NO_ARITHMETIC(*)
    SUTURE_NO_ARITHMETIC(/)
    SUTURE_NO_ARITHMETIC(==)
    SUTURE_NO_ARITHMETIC(>)
    SUTURE_NO_ARITHMETIC(<)
#undef SUTURE_NO_ARITHMETIC
    template <class...>
    SUTURE_REJECTED("a result is not a range of cells: write result.cells()", begin() const);
    template <class...>
    SUTURE_REJECTED("a result is not a range of cells: write result.cells()", end() const);
    /// All cells, in the order of their indices: a random-access range, which keeps what it reads, so that a pipeline may
    /// begin with a temporary result.
    ///
    ///     sweep(...).cells() | ranges::views::filter(&SweepCell::ran) | ranges::views::transform(&SweepCell::effect)
    auto cells() const {
        std::vector<Index> sizes;
        for (const SweepAxis& axis : axes) sizes.push_back(axis.size());
        return ranges::views::iota(Index{0}, values.numel()) |
               ranges::views::transform(detail::SweepCells(std::move(sizes), values, baseline, done, ran));
    }

    /// "logit difference of denoising: 1 prompt x 12 layer x 15 position, 180 of 180 cells known"
    friend std::ostream& operator<<(std::ostream& out, const SweepResult& result) {
        out << result.metric << " of " << result.patching << ": ";
        for (std::size_t i = 0; i < result.axes.size(); ++i)
            out << (i ? " x " : "") << result.axes[i].size() << " " << result.axes[i].name;
        if (!result.done.defined()) return out << ", nothing known";
        return out << ", " << result.done.sum().item<Index>() << " of " << result.done.numel() << " cells known";
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

namespace detail {
/// @throws ValueError unless all results come from sweeps of the same kind; `what` is done to them
inline void check_same_kind(const std::vector<SweepResult>& results, const char* what) {
    if (results.empty()) throw ValueError(std::string("there is no result to ") + what + ": give at least one");
    const SweepResult& first = results.front();
    for (const SweepResult& other : results) {
        const auto differ = [&](const std::string& name, const std::string& a, const std::string& b) {
            throw ValueError(std::string("cannot ") + what + " results with different " + name + ", '" + a + "' and '" +
                             b + "': give results of one grid, patching and metric");
        };
        if (other.metric != first.metric) differ("metrics", first.metric, other.metric);
        if (other.patching != first.patching) differ("patchings", first.patching, other.patching);
    }
}
/// The axis of several sweeps one after another. Labels that count the prompts count on.
inline SweepAxis concatenated_prompts(const std::vector<SweepResult>& results) {
    SweepAxis prompts{results.front().axes.front().name, {}};
    bool are_numbered = true;
    for (const SweepResult& result : results)
        for (std::size_t i = 0; i < result.axes.front().labels.size(); ++i) {
            prompts.labels.push_back(result.axes.front().labels[i]);
            are_numbered = are_numbered && prompts.labels.back() == std::to_string(i);
        }
    if (are_numbered)
        for (std::size_t i = 0; i < prompts.labels.size(); ++i) prompts.labels[i] = std::to_string(i);
    return prompts;
}
/// One tensor of the results, prompt after prompt; undefined unless all have it.
inline at::Tensor concatenated(const std::vector<SweepResult>& results, at::Tensor SweepResult::*which) {
    std::vector<at::Tensor> all;
    for (const SweepResult& result : results) {
        if (!(result.*which).defined()) return {};
        all.push_back(result.*which);
    }
    return at::cat(all);
}
}  // namespace detail

/// Results of one grid over different prompts as one result, prompt after prompt: for prompts of several lengths, which
/// are swept by themselves. A tensor that one of them lacks, such as an attribution, is left out.
/// @throws ValueError if there are none, or if they differ in metric, patching or an axis other than "prompt"
inline SweepResult concatenate(const std::vector<SweepResult>& results) {
    detail::check_same_kind(results, "concatenate");
    SweepResult all = results.front();
    for (const SweepResult& other : results)
        if (!std::equal(all.axes.begin() + 1, all.axes.end(), other.axes.begin() + 1, other.axes.end()))
            throw ValueError(
                "cannot concatenate results with different axes: give results of one grid, without an axis of "
                "positions if the prompts differ in length");
    all.axes.front() = detail::concatenated_prompts(results);
    for (const auto which : {&SweepResult::values, &SweepResult::baseline, &SweepResult::source, &SweepResult::done,
                             &SweepResult::ran, &SweepResult::attribution})
        all.*which = detail::concatenated(results, which);
    return all;
}

/// Results of one sweep that several processes shared as one result. A cell comes from the first result that ran it, or
/// else from the first that knows it.
/// @throws ValueError if there are none, or if they differ in metric, patching or axes
/// @post merge({r, r}) is r; the order matters only for cells that were run twice
inline SweepResult merge(const std::vector<SweepResult>& results) {
    detail::check_same_kind(results, "merge");
    SweepResult all = results.front();
    all.values = all.values.clone(), all.done = all.done.clone(), all.ran = all.ran.clone();
    for (const SweepResult& other : results) {
        if (other.axes != all.axes)
            throw ValueError("cannot merge results with different axes: give the results of one sweep's processes");
        const at::Tensor ran = other.ran.logical_and(other.done).logical_and(all.ran.logical_not());
        const at::Tensor better = ran.logical_or(other.done.logical_and(all.done.logical_not()));
        all.values = other.values.where(better, all.values);
        all.ran.logical_or_(ran);
        all.done.logical_or_(better);
        all.baseline = all.baseline.where(all.baseline.isnan().logical_not(), other.baseline);
        if (all.source.defined() && other.source.defined())
            all.source = all.source.where(all.source.isnan().logical_not(), other.source);
    }
    return all;
}

/// How well the attribution predicts the cells that were run: Pearson's correlation of both effects over these cells. NaN
/// if there are fewer than two, or if all are the same. @see pearson
/// @throws ValueError if the result has no attribution
inline double attribution_correlation(const SweepResult& result) {
    const at::Tensor chosen = result.ran.logical_and(result.done);
    const at::Tensor guess = result.estimated_effects().masked_select(chosen);
    const at::Tensor exact = result.effects().masked_select(chosen);
    return exact.numel() < 2 ? std::numeric_limits<double>::quiet_NaN() : pearson(exact, guess).item<double>();
}

/// The result as CSV (RFC 4180): one line per cell, with its place on each axis, its value, the baseline of its prompt,
/// whether it was run, and the attribution if there is one. Numbers have all their digits; a cell that is not known has an
/// empty value.
inline std::string csv_text(const SweepResult& result) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text.precision(17);
    for (const SweepAxis& axis : result.axes) text << axis.name << ",";
    text << "value,baseline,ran" << (result.attribution.defined() ? ",attribution" : "") << "\r\n";
    const at::Tensor estimates = result.attribution.defined() ? result.attribution.contiguous() : at::Tensor();
    for (const SweepCell& cell : result.cells()) {
        for (std::size_t axis = 0; axis < result.axes.size(); ++axis)
            text << csv_field(result.axes[axis].labels[static_cast<std::size_t>(cell.place[axis])]) << ",";
        if (cell.done) text << cell.value;
        text << "," << cell.baseline << "," << cell.ran;
        if (estimates.defined()) text << "," << estimates.data_ptr<double>()[cell.index];
        text << "\r\n";
    }
    return text.str();
}

template <class...>
SUTURE_REJECTED("this takes the result of a sweep: write csv_text(result)", csv_text(...));
template <class...>
SUTURE_REJECTED("this takes the result of a sweep: write attribution_correlation(result)",
                attribution_correlation(...));
template <class...>
SUTURE_REJECTED("results come in a vector: write concatenate({first, second})", concatenate(...));
template <class...>
SUTURE_REJECTED("results come in a vector: write merge({first, second})", merge(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
