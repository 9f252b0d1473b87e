// Site tables: a pass of a model as a table with one row per site, in the order in which the sites fire.
// Law: a pass computes the same with and without a table, bit for bit. The table keeps no activation.
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/model/run_model.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/joined.hpp"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// One row: the activation that left a site, after the hooks there.
struct SiteTableEntry {
    std::string path;                 ///< the site's name
    std::string layout = "?";         ///< as layout_text writes it; "?" if the site has none
    std::vector<Index> shape;         ///< empty for a nested tensor
    std::string dtype = "undefined";  ///< PyTorch's name: "float32"; "nested float32" for a nested tensor
    std::string device = "-";
    std::optional<double> mean;    ///< over all values, in float64; empty for complex, empty, sparse, nested and
                                   ///< meta tensors, and if there is no memory to compute it
    std::optional<double> stddev;  ///< divided by n - 1, as PyTorch's std(); empty for integers and single values
    std::vector<std::string> changed_by;  ///< the hooks that replaced the activation here, in words and in order
};

/// Thrown if the pass throws, with that exception nested (std::rethrow_if_nested). `sites` has the rows until then.
struct SiteTableError : HookError {
    SiteTableError(const std::string& message, std::vector<SiteTableEntry> so_far)
        : HookError(message), sites(std::move(so_far)) {}
    std::vector<SiteTableEntry> sites;
};

namespace detail {
inline bool has_numbers(const at::Tensor& t) {
    return t.layout() == at::kStrided && !t.is_quantized() && !t.is_meta() && !t.is_complex() && t.numel() > 0;
}
/// Sets mean and standard deviation if LibTorch can compute them. A failure must not end a pass that needs neither.
inline void measure(SiteTableEntry& entry, const at::Tensor& activation) {
    try {
        // Apple's GPUs have no float64.
        const at::Tensor wide = activation.detach().to(activation.device().is_mps() ? at::kFloat : at::kDouble);
        entry.mean = wide.mean().item<double>();
        if (activation.is_floating_point() && activation.numel() > 1) entry.stddev = wide.std().item<double>();
    } catch (const c10::Error&) {}
}

inline SiteTableEntry site_table_entry(const Site& site, const at::Tensor& activation,
                                       const std::vector<std::string>& edits) {
    SiteTableEntry entry;
    entry.path = site.name();
    entry.changed_by = edits;
    if (site.layout()) entry.layout = layout_text(*site.layout());
    if (!activation.defined()) return entry;
    const bool nested = activation.is_nested();  // and then has no sizes()
    entry.dtype = (nested ? "nested " : "") + dtype_text(activation.scalar_type());
    entry.device = activation.device().str();
    if (nested) return entry;
    entry.shape.assign(activation.sizes().begin(), activation.sizes().end());
    if (has_numbers(activation)) measure(entry, activation);
    return entry;
}

/// @pre an exception is being handled
[[noreturn]] inline void rethrow_with_table(std::vector<SiteTableEntry> so_far) {
    const std::string place = so_far.empty()
                                  ? "the site table ends before the first site: "
                                  : "the site table ends after " + so_far.back().path + " (site " +
                                        std::to_string(so_far.size() - 1) + "; SiteTableError::sites has all): ";
    try {
        throw;
    } catch (const c10::Error& e) {
        std::throw_with_nested(SiteTableError(place + e.what_without_backtrace(), std::move(so_far)));
    } catch (const std::exception& e) {
        std::throw_with_nested(SiteTableError(place + e.what(), std::move(so_far)));
    }
}

inline std::string number_text(const std::optional<double>& number) {
    if (!number) return "-";
    if (std::isnan(*number)) return "nan";  // printf would show the NaN's sign, which has no meaning
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", *number);
    return text;
}

inline std::vector<std::string> cells_of(const SiteTableEntry& e, std::size_t order) {
    return {std::to_string(order),
            e.path,
            e.layout,
            shape_text(e.shape),
            e.dtype,
            e.device,
            number_text(e.mean),
            number_text(e.stddev),
            joined(e.changed_by, "; ")};
}

/// The rows as columns two spaces apart, numbers aligned to the right; no line ends in spaces.
inline std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    const auto is_number = [](std::size_t column) { return column == 0 || column == 6 || column == 7; };
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string room(widths[i] - row[i].size(), ' ');
            line += (i ? "  " : "") + (is_number(i) ? room + row[i] : row[i] + room);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}
}  // namespace detail

/// The rows as text, one line per site: "#  path  layout  shape  dtype  device  mean  std  changed by".
inline std::string to_string(const std::vector<SiteTableEntry>& sites) {
    if (sites.empty()) return "no site was passed: give the model HookPoints or Hooked modules\n";
    std::vector<std::vector<std::string>> rows{
        {"#", "path", "layout", "shape", "dtype", "device", "mean", "std", "changed by"}};
    for (const SiteTableEntry& e : sites) rows.push_back(detail::cells_of(e, rows.size() - 1));
    return detail::aligned(rows);
}

/// A pass of a model: one row per site, in order, and the model's output.
template <class Output>
struct SiteTable {
    std::vector<SiteTableEntry> sites;
    Output output;

    // Calls that must not compile.
    template <class...>
    SUTURE_REJECTED("the rows of a table are its sites: iterate over table.sites", begin() const);
    template <class...>
    SUTURE_REJECTED("the rows of a table are its sites: iterate over table.sites", end() const);
    template <class...>
    SUTURE_REJECTED("the rows of a table are its sites: write table.sites.size()", size(...) const);
    template <class I>
    SUTURE_REJECTED("the rows of a table are its sites: write table.sites[0]", operator[](const I&) const);
    SUTURE_REJECTED_CONVERSION("a table is printed: write to_string(table)", std::string, const);
    SUTURE_ABSENT("the rows of a table are its sites: iterate over table.sites", rows);
    SUTURE_ABSENT("the rows of a table are its sites: iterate over table.sites", entries);
    SUTURE_ABSENT("the rows of a table are its sites: iterate over table.sites", items);
    SUTURE_ABSENT("the rows of a table are its sites: iterate over table.sites", columns);

    friend std::string to_string(const SiteTable& t) { return suture::to_string(t.sites); }
    friend std::ostream& operator<<(std::ostream& out, const SiteTable& t) { return out << to_string(t); }
};

namespace detail {
template <class Run>
auto site_table_while(const Run& run) -> SiteTable<std::remove_cvref_t<decltype(run())>> {
    std::vector<SiteTableEntry> sites;
    try {
        const WatcherLink watching(
            [&sites](const Site& site, const at::Tensor& activation, const std::vector<std::string>& edits) {
                sites.push_back(site_table_entry(site, activation, edits));
            });
        auto output = run();
        return {std::move(sites), std::move(output)};
    } catch (...) {
        rethrow_with_table(std::move(sites));
    }
}
template <class T>
inline constexpr bool is_hook_set = std::is_same_v<std::remove_cvref_t<T>, HookSet>;
}  // namespace detail

/// Runs the model and lists every site that this thread passes. A model is anything with `forward(inputs...)`, a pointer
/// to or holder of such a thing, or a function. Hooks that are active in this thread run as usual. If the model itself
/// makes a site table, the sites within are listed there alone.
///
///     std::cout << site_table(model, tokens);
///
/// @throws SiteTableError if the model or a hook throws
template <class Model, class... Inputs>
    requires((!detail::is_hook_set<Inputs> && ...) && detail::Runnable<std::remove_reference_t<Model>, Inputs...>)
auto site_table(Model&& model, Inputs&&... inputs) {
    return detail::site_table_while([&] { return detail::run_model(model, std::forward<Inputs>(inputs)...); });
}
/// The same with a set that is active while the model runs: `site_table(model, hooks, tokens)`.
/// @throws SiteTableError if the model or a hook throws, or a hook of the set never fired
template <class Model, class... Inputs>
    requires((!detail::is_hook_set<Inputs> && ...) && detail::Runnable<std::remove_reference_t<Model>, Inputs...>)
auto site_table(Model&& model, const HookSet& hooks, Inputs&&... inputs) {
    return detail::site_table_while([&] {
        Scope scope = hooks.activate();
        auto output = detail::run_model(model, std::forward<Inputs>(inputs)...);
        scope.end();
        return output;
    });
}
template <class...>
SUTURE_REJECTED("the model comes first: write site_table(model, hooks, ids)", site_table(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
