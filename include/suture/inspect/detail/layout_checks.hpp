// The checks of a layout, each a law of causal softmax attention, whatever its layout: the first token has one key to
// attend to, so its row sees no query and no key; a query is read by its own row; keys and values are read by their own
// row and later ones; the pattern reads no value; a head of the query makes the pattern of that head. (Not so with
// attention sinks or linear attention.) What changes can contradict a layout; what does not change may be dead, and then
// a check does not claim anything.
#pragma once

#include "suture/inspect/detail/attention_layouts.hpp"
#include "suture/inspect/detail/attention_probe.hpp"
#include "suture/inspect/layout_report.hpp"
#include "suture/tensor/describe.hpp"

#include <string>
#include <utility>
#include <vector>

namespace suture::detail {

/// The layout has queries, keys and values.
inline bool has_all_three(const LayoutFacts& layout) {
    const auto has = [&layout](const char* name) { return component_named(layout, name).second.width > 0; };
    return has("Q") && has("K") && has("V");
}

/// The checks that follow from the laws of causal attention, for the components that the layout has.
class LayoutChecks {
public:
    LayoutChecks(const AttentionProbe& probe, ChannelRoles& roles, const LayoutFacts& layout)
        : probe_(probe), roles_(roles), layout_(layout) {}

    /// Whether the laws can be asked for in this model: if not, what the other checks find says nothing of the layout.
    bool laws_hold() { return repeats() && is_causal() && is_seen(); }
    void check_channels() { check_query(), check_key(), check_value(); }
    /// Whether nothing contradicts that the channels are those of the layout; stops at a component that does.
    bool channels_agree() { return (check_query(), agrees_) && (check_key(), agrees_) && (check_value(), agrees_); }
    /// Whether each head of Q makes the pattern of the same number, which wrong heads of the right channels do not.
    void check_heads() {
        const auto [facts, all] = component_named(layout_, "Q");
        const Index heads = facts.heads * all.groups, seen = probe_.pattern_heads();
        if (all.width == 0 || seen == 0) return;
        const std::string asked = "editing a head of Q changes the pattern of that head and of no other";
        if (heads != seen)
            return refuse(asked, "Q has " + std::to_string(heads) + " heads, the pattern " + std::to_string(seen));
        numbers unseen;
        for (Index h = 0; h < heads; ++h) {
            const numbers changed = probe_.changed_heads({head_of(facts, all, h), probe_.middle()});
            if (changed.empty())
                unseen.push_back(h);
            else if (changed != numbers{h})
                return refuse(asked, text(changed, "head") + " by head " + std::to_string(h));
        }
        add_unless_unseen(asked, "head", unseen);
    }
    bool agrees() const { return agrees_; }
    std::vector<LayoutCheck> take() && { return std::move(checks_); }

private:
    using numbers = std::vector<Index>;
    using enum LayoutCheck::Outcome;

    bool repeats() {
        return add(
            "setting the activation to its own value changes nothing",
            probe_.changed_rows({}).empty() ? passed : inconclusive,
            "the numbers change from run to run: call eval() if the model draws numbers, and clear what it keeps "
            "between runs (cached keys)");
    }
    bool is_causal() {
        const bool ahead = begins_at(probe_.changed_rows({everything_, 1, probe_.tokens() - 1}), 0);
        const std::string laws = "looks ahead: the laws of causal attention do not apply";
        return add(
            "editing all tokens but the first leaves row 0", ahead ? inconclusive : passed,
            probe_.sees_one_attention()
                ? "this attention " + laws
                : "the model " + laws + ", unless AttentionSites().output(site) shows that this attention does not");
    }
    bool is_seen() {
        if (!has_all_three(layout_)) return true;
        const numbers changed = probe_.changed_rows({everything_, 0});
        return add("editing all of token 0 changes something", changed.empty() ? inconclusive : passed,
                   "it " + nothing());
    }

    void check_query() {
        const StridedSlice q = component_named(layout_, "Q").second;
        if (q.width == 0) return;
        const numbers first = probe_.changed_rows({q, 0}), later = probe_.changed_rows({q, probe_.middle()});
        const bool one = probe_.sees_one_attention();
        add("editing Q at token 0 changes nothing", first.empty() ? passed : contradicted, text(first));
        add_seen("editing Q at " + at_middle() + " changes that row and " + (one ? "no other" : "none before"), later,
                 begins_at(later, probe_.middle()) && (!one || later.size() == 1));
    }
    void check_key() { check_role(role::key, "K", "editing K at token 0 changes later rows and not row 0"); }
    void check_value() {
        check_role(role::value, "V", "editing V at token 0 changes row 0");
        const StridedSlice v = component_named(layout_, "V").second;
        if (v.width == 0) return;
        const numbers later = probe_.changed_rows({v, probe_.middle()});
        add_seen("editing V at " + at_middle() + " changes that row and none before", later,
                 begins_at(later, probe_.middle()));
        if (!probe_.sees_pattern()) return;
        const bool changes = probe_.changes_pattern({v, 0}) || probe_.changes_pattern({v, probe_.middle()});
        add("editing V leaves the pattern", changes ? contradicted : passed, "it changed");
    }
    /// Edited together, values hide keys, and both hide queries: so single channels are edited as well.
    void check_role(role expected, const std::string& component, const std::string& asked_of_all) {
        const auto [facts, all] = component_named(layout_, component);
        if (all.width == 0) return;
        const role together = probe_.role_of(all);
        const auto outcome = together == expected ? passed : together == role::unseen ? inconclusive : contradicted;
        if (!add(asked_of_all, outcome, "it " + text(together))) return;
        const std::string asked = "single channels of " + component + " do the same";
        numbers unseen;
        for (const Index channel : single_channels(facts, all)) {
            const role found = roles_[channel];
            if (found == role::unseen)
                unseen.push_back(channel);
            else if (found != expected)
                return refuse(asked, "channel " + std::to_string(channel) + " " + text(found));
        }
        add_unless_unseen(asked, "channel", unseen);
    }

    bool add(std::string asked, LayoutCheck::Outcome outcome, std::string found = "") {
        agrees_ = agrees_ && outcome != contradicted;
        checks_.push_back({std::move(asked), outcome, outcome == passed ? "" : std::move(found)});
        return outcome == passed;
    }
    void refuse(const std::string& asked, const std::string& found) { add(asked, contradicted, found); }
    /// Where some rows were expected to change.
    void add_seen(const std::string& asked, const numbers& changed, bool as_expected) {
        if (changed.empty())
            add(asked, inconclusive, "it " + nothing());
        else
            add(asked, as_expected ? passed : contradicted, text(changed));
    }
    /// Where every head or channel was expected to change something.
    void add_unless_unseen(const std::string& asked, const std::string& what, const numbers& unseen) {
        if (unseen.empty()) return void(add(asked, passed));
        const std::string more = unseen.size() > 1 ? " (and " + std::to_string(unseen.size() - 1) + " more) " : " ";
        add(asked, inconclusive, what + " " + std::to_string(unseen.front()) + more + nothing());
    }

    std::string at_middle() const { return "token " + std::to_string(probe_.middle()); }
    static bool begins_at(const numbers& changed, Index row) { return !changed.empty() && changed.front() == row; }
    static std::string text(const numbers& changed, const std::string& what = "row") {
        std::string list;
        for (const Index n : changed) list += (list.empty() ? "" : ", ") + std::to_string(n);
        return what + (changed.size() == 1 ? " " : "s ") + list + " changed";
    }
    std::string text(role found) const {
        switch (found) {
            case role::query:
                return "acts as a query, which no row sees at token 0";
            case role::key:
                return "acts as a key, which row 0 does not see";
            case role::value:
                return "acts as a value, which row 0 sees";
            case role::unseen:
                break;
        }
        return nothing();
    }
    std::string nothing() const {
        const std::string closer = "; AttentionSites().output(site) may show it";
        return "changes nothing: it is dead or pruned, or zeros follow (an untrained output projection), or token 0 is "
               "padding" +
               (probe_.sees_one_attention() ? "" : closer);
    }

    const AttentionProbe& probe_;
    ChannelRoles& roles_;
    const LayoutFacts& layout_;
    const StridedSlice everything_{0, layout_.width, 1, layout_.width};
    std::vector<LayoutCheck> checks_;
    bool agrees_ = true;
};

/// The layouts of the catalogue that agree with what every component's channels are seen to be, in words.
inline std::vector<std::string> consistent_layouts(const AttentionProbe& probe, ChannelRoles& roles,
                                                   const LayoutFacts& declared) {
    for (const char* name : {"Q", "K", "V"}) {
        const auto [facts, all] = component_named(declared, name);
        for (const Index channel : single_channels(facts, all)) (void)roles[channel];
    }
    std::vector<std::string> consistent;
    for (const KnownLayout& known : attention_layouts(declared)) {
        const LayoutFacts facts = known.facts();
        if (roles.agree_with(roles_of(facts)) && LayoutChecks(probe, roles, facts).channels_agree())
            consistent.push_back(known.name + " = " + layout_text(facts));
    }
    return consistent;
}

inline LayoutReport report_layout(const AttentionProbe& probe, const LayoutFacts& layout, const std::string& site) {
    LayoutReport report{site, layout_text(layout), {}, false, {}};
    ChannelRoles roles(probe);
    LayoutChecks checks(probe, roles, layout);
    if (checks.laws_hold()) {
        checks.check_channels();
        report.looked_for_others = !checks.agrees() && has_all_three(layout);
        if (checks.agrees()) checks.check_heads();
        if (report.looked_for_others) report.consistent = consistent_layouts(probe, roles, layout);
    }
    report.checks = std::move(checks).take();
    return report;
}

}  // namespace suture::detail
