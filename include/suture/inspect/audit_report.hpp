// The findings of an audit, component by component, and as a sentence.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/edit/edit.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// The positions [begin, end) of an axis of the given size.
struct AuditRange {
    Index begin = 0, end = 0, size = 0;
    Index count() const { return end - begin; }
    bool whole() const { return begin == 0 && end == size; }
    bool operator==(const AuditRange&) const = default;
};

/// What changed in one component. The ranges are the narrowest that hold every changed value, or empty. Channels are
/// given twice: by head, counted over all groups as `head(h)` counts, and by group.
struct ComponentAudit {
    std::string name;                 ///< "Q", or "Q<768, 12>" if the layout has another Q
    Index values = 0, changed = 0;    ///< how many values there are, and how many changed
    std::vector<AuditRange> leading;  ///< the axes before the channels, outermost first
    detail::AxisOrder axes = {};      ///< which of them has which name
    AuditRange heads, dims;           ///< the heads over all groups, and the channels within a head
    AuditRange groups, channels;      ///< the groups, and the component's channels within a group
    double max_difference = 0;        ///< the largest |after - before| in the activation's units, ignoring NaN
    Index became_nan = 0, became_infinite = 0;  ///< changed values that are so only after the edit

    /// Whether the changed values fill a box: leading x heads x dims, or leading x groups x channels.
    bool is_box() const { return changed > 0 && changed == positions() * channels_bound(); }
    /// Whether heads describe the changed channels more narrowly than groups do. On a tie heads win, except within
    /// head 0 of a component in one group, where both count the same.
    bool by_head() const {
        const Index of_heads = heads.count() * dims.count(), of_groups = groups.count() * channels.count();
        if (of_heads != of_groups) return of_heads < of_groups;
        return !(groups.size == 1 && heads.begin == 0 && heads.end == 1 && !dims.whole());
    }

private:
    Index positions() const {
        Index n = 1;
        for (const AuditRange& r : leading) n *= r.count();
        return n;
    }
    Index channels_bound() const {
        return by_head() ? heads.count() * dims.count() : groups.count() * channels.count();
    }
};

/// What changed in an activation, component by component in the layout's order.
struct AuditReport {
    std::vector<ComponentAudit> components;

    Index values() const { return sum(&ComponentAudit::values); }
    Index changed() const { return sum(&ComponentAudit::changed); }
    bool identical() const { return changed() == 0; }

    /// The component of this name. @throws ValueError if the layout has none
    const ComponentAudit& operator[](const std::string& name) const {
        for (const ComponentAudit& c : components)
            if (c.name == name) return c;
        throw ValueError("the audit has no component " + name + ": ask for one of " +
                         detail::joined(components, ", ", &ComponentAudit::name));
    }

    SUTURE_REJECTED_CONDITION("a report is not a condition: write report.identical(), or report.changed() > 0");
    SUTURE_REJECTED_CONVERSION("a report is printed: write to_string(report)", std::string, const);
    SUTURE_REJECTED_CONVERSION("a report has no tensors: write report.changed(), or report[name]", at::Tensor, const);
    template <class V>
    SUTURE_REJECTED("reports are not compared: compare their numbers, a.changed() == b.changed()", operator==(const V&)
                                                                                                       const);
    SUTURE_ABSENT("a report is printed: write to_string(report)", to_text);
    template <class...>
    SUTURE_REJECTED("a report is printed: write to_string(report)", to_string(...) const);
    SUTURE_ABSENT("a report is printed: write to_string(report)", print);
    SUTURE_ABSENT("a report is printed: write to_string(report)", text);
    SUTURE_ABSENT("a report is printed: write to_string(report)", str);
#define SUTURE_BY_COMPONENT(name) SUTURE_ABSENT("a component goes by its name: write report[name].changed", name);
    SUTURE_BY_COMPONENT(max_difference)
    SUTURE_BY_COMPONENT(component)
    SUTURE_BY_COMPONENT(difference)
    SUTURE_BY_COMPONENT(diff)
    SUTURE_BY_COMPONENT(leading)
    SUTURE_BY_COMPONENT(heads)
    SUTURE_BY_COMPONENT(tokens)
#undef SUTURE_BY_COMPONENT
    template <class...>
    SUTURE_REJECTED("a report is not a range: iterate over report.components", begin() const);
    template <class...>
    SUTURE_REJECTED("a report is not a range: iterate over report.components", end() const);
    template <class...>
    SUTURE_REJECTED("a report is not a range: iterate over report.components", size(...) const);

private:
    Index sum(Index ComponentAudit::*number) const {
        Index n = 0;
        for (const ComponentAudit& c : components) n += c.*number;
        return n;
    }
};

namespace detail {
/// "[token 4, 0:10]": how the ranges narrow the component, in the order of selectors; channels as a slice.
inline std::string ranges_text(const ComponentAudit& c) {
    std::vector<std::string> parts;
    const auto add_range = [&parts](const std::string& one, const std::string& several, const AuditRange& r) {
        parts.push_back(range_text(one.c_str(), several.c_str(), r.count() == 1, r.begin, r.end));
    };
    const auto slice = [&parts](const AuditRange& r) {
        if (!r.whole()) parts.push_back(std::to_string(r.begin) + ":" + std::to_string(r.end));
    };
    const AxisOrder axes = c.axes.among(static_cast<Index>(c.leading.size()));
    for (std::size_t i = 0; i < c.leading.size(); ++i) {
        if (c.leading[i].whole()) continue;
        const std::string other = "axis " + std::to_string(i) + " at";
        switch (axes.name(static_cast<Index>(i))) {
            case Axis::token:
                add_range("token", "tokens", c.leading[i]);
                break;
            case Axis::batch:
                add_range("batch", "batches", c.leading[i]);
                break;
            case Axis::head:
                add_range("head", "heads", c.leading[i]);
                break;
            case Axis::other:
                add_range(other, other, c.leading[i]);
        }
    }
    if (c.by_head()) {
        // Without a head, a slice counts over the whole component: where that differs, all heads are named as well.
        const bool heads_needed =
            !c.heads.whole() || (!c.dims.whole() && c.dims.size != c.channels.size * c.groups.size);
        if (heads_needed) add_range("head", "heads", c.heads);
        slice(c.dims);
    } else {
        // A slice alone counts over the whole component, as `dims` does.
        if (!c.groups.whole() || (c.groups.size > 1 && !c.channels.whole())) add_range("group", "groups", c.groups);
        slice(c.channels);
    }
    return parts.empty() ? "" : "[" + joined(parts, ", ") + "]";
}

/// "all in Q[token 4, 0:10]", "all of Q", "in 37 places of Q within [tokens 2:9]" for the only component that changed;
/// "10 in Q[token 4, 0:10]", "all 3840 of V", "37 places of Q within [tokens 2:9]" for one of several.
inline std::string changes_text(const ComponentAudit& c, bool only) {
    const std::string number = std::to_string(c.changed), ranges = ranges_text(c);
    if (c.changed == c.values) return only ? "all of " + c.name : "all " + number + " of " + c.name;
    if (c.is_box()) return (only ? "all in " : number + " in ") + c.name + ranges;
    const std::string where = ranges.empty() ? "all over " + c.name : "of " + c.name + " within " + ranges;
    return (only ? "in " : "") + number + " places " + where;
}

/// "Q, K and V"
inline std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}
}  // namespace detail

/// The report as a sentence. Channels `0:10` count within the head or the group if one is named, otherwise over the whole
/// component.
///
///     10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical
///     74 of 11520 values: 10 in Q[token 4, 0:10], 64 in V[token 4, head 3]; K bit-identical
///     37 of 11520 values, in 37 places of Q within [tokens 2:9, 0:64]; K and V bit-identical; 3 became NaN
///     0 of 11520 values: Q, K and V bit-identical
inline std::string to_string(const AuditReport& report) {
    std::vector<std::string> changed, identical;
    Index nans = 0, infinities = 0;
    for (const ComponentAudit& c : report.components) (c.changed ? changed : identical).push_back(c.name);
    std::string text = std::to_string(report.changed()) + " of " + std::to_string(report.values()) + " values";
    std::string between = changed.size() == 1 ? ", " : ": ";
    for (const ComponentAudit& c : report.components) {
        nans += c.became_nan, infinities += c.became_infinite;
        if (c.changed) text += std::exchange(between, ", ") + detail::changes_text(c, changed.size() == 1);
    }
    if (!identical.empty()) text += (changed.empty() ? ": " : "; ") + detail::listed(identical) + " bit-identical";
    if (nans) text += "; " + std::to_string(nans) + " became NaN";
    if (infinities) text += "; " + std::to_string(infinities) + " became infinite";
    return text;
}
inline std::ostream& operator<<(std::ostream& out, const AuditReport& report) { return out << to_string(report); }

}  // namespace suture

#include "suture/core/end_refuse.hpp"
