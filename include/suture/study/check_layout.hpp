// Layout checks by behaviour: a GPT-NeoX activation that is split as GPT-2's has the right shapes and the wrong
// contents, and nothing raises. What attention does when one component is edited tells the difference.
// Laws of causal softmax attention, whatever its layout: the first token has one key to attend to, so its row sees no
// query and no key; a query is read by its own row; keys and values are read by their own row and later ones; the
// pattern reads no value; a head of the query makes the pattern of that head. (Not so with attention sinks, linear attention, or attention that looks ahead.)
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/hook/leaves.hpp"
#include "suture/study/attention_layouts.hpp"
#include "suture/study/attention_probe.hpp"
#include "suture/study/run_model.hpp"

#include <concepts>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace suture {

/// What one check asked, and what was found where it failed.
struct LayoutCheck {
    std::string asked;  ///< "editing Q at token 0 changes nothing"
    bool passed = false;
    std::string found;  ///< "rows 0:5 changed"; empty if it passed
};

/// Whether an attention behaves as the layout that its projection is declared to have.
struct LayoutReport {
    std::string site;      ///< the site of the projection
    std::string declared;  ///< the layout, as layout_text has it
    std::vector<LayoutCheck> checks;
    bool looked_for_others = false;  ///< queries, keys and values are not where the layout says
    /// The layouts of the catalogue, of the same width, that the attention does behave like. Layouts that put queries,
    /// keys and values into the same channels cannot be told apart: the first of them is named.
    std::vector<std::string> consistent;

    bool passed() const {
        for (const LayoutCheck& check : checks)
            if (!check.passed) return false;
        return true;
    }
};

/// The report in words: a line for the site, a line a check, and what the layout seems to be.
inline std::string to_string(const LayoutReport& report) {
    std::string text = report.site + " is declared " + report.declared + " and behaves " +
                       (report.passed() ? "accordingly:\n" : "otherwise:\n");
    for (const LayoutCheck& check : report.checks)
        text += (check.passed ? "  ok      " : "  FAILED  ") + check.asked +
                (check.passed ? "\n" : ": " + check.found + "\n");
    for (const std::string& layout : report.consistent) text += "  it behaves like " + layout + "\n";
    if (report.looked_for_others && report.consistent.empty())
        text += "  it behaves like no layout of the catalogue that has this width\n";
    return text;
}
inline std::ostream& operator<<(std::ostream& out, const LayoutReport& report) { return out << to_string(report); }

/// Further sites of the attention that is checked: with them the checks are sharper.
///
///     AttentionSites().output(attn->z).pattern(attn->pattern)
class AttentionSites {
public:
    /// What attention makes of the values, or a projection of it: [..., tokens, channels]. Without it the model's own
    /// output is watched, in which later layers have mixed the rows.
    template <Hookable S>
    AttentionSites output(const S& site) const { return with(&AttentionSites::output_, site); }
    /// The probabilities, after the softmax: [..., heads, queries, keys], by which the number of heads is checked, or of
    /// any other shape.
    template <Hookable S>
    AttentionSites pattern(const S& site) const { return with(&AttentionSites::pattern_, site); }

    const std::optional<SiteRef<AnyLayout>>& output() const { return output_; }
    const std::optional<SiteRef<AnyLayout>>& pattern() const { return pattern_; }

private:
    template <class S>
    AttentionSites with(std::optional<SiteRef<AnyLayout>> AttentionSites::* which, const S& site) const {
        AttentionSites result = *this;
        result.*which = SiteRef<AnyLayout>(site_ref(site).site());
        return result;
    }
    std::optional<SiteRef<AnyLayout>> output_, pattern_;
};

namespace detail {
/// L has a component of this name.
template <class L>
consteval bool has_component(std::string_view name) {
    return []<class... Cs>(std::string_view wanted, type_list<Cs...>) {
        return ((std::string_view(Cs::name) == wanted) || ...);
    }(name, typename L::components{});
}
template <class L>
inline constexpr bool packs_attention = has_component<L>("Q") || has_component<L>("K") || has_component<L>("V");

/// The checks that follow from the laws of causal attention, for the components that the layout has.
class layout_checks {
public:
    layout_checks(const attention_probe& probe, const layout_facts& layout) : probe_(probe), layout_(layout) {}

    /// Whether the model's numbers are the same from run to run: if not, what the other checks find is noise.
    std::vector<LayoutCheck> own_value() && {
        add("setting the activation to its own value changes nothing", probe_.changed_rows({}).empty(),
            "the numbers change from run to run: call eval()");
        return std::move(checks_);
    }
    void check_channels() { check_query(), check_key(), check_value(); }
    /// Whether the channels are those of L; stops at a component that is not where it should be.
    bool channels_pass() { return (check_query(), ok_) && (check_key(), ok_) && (check_value(), ok_); }
    /// Whether each head of Q makes the pattern of the same number, which wrong heads of the right channels do not.
    void check_heads() {
        const auto [facts, all] = component_named(layout_, "Q");
        const extent heads = facts.heads * all.groups, seen = probe_.pattern_heads();
        if (all.width == 0 || seen == 0) return;
        const std::string asked = "editing a head of Q changes the pattern of that head and of no other";
        if (heads != seen)
            return add(asked, false, "Q has " + std::to_string(heads) + " heads, the pattern " + std::to_string(seen));
        for (extent h = 0; h < heads; ++h)
            if (const auto changed = probe_.changed_heads({head_of(facts, all, h), middle_}); changed != rows{h})
                return add(asked, false, text(changed, "head") + " by head " + std::to_string(h));
        add(asked, true, "");
    }
    bool ok() const { return ok_; }
    std::vector<LayoutCheck> take() && { return std::move(checks_); }

private:
    using rows = std::vector<extent>;

    void check_query() {
        const run q = component_named(layout_, "Q").second;
        if (q.width == 0) return;
        const rows first = probe_.changed_rows({q, 0}), later = probe_.changed_rows({q, middle_});
        add("editing Q at token 0 changes nothing", first.empty(), text(first));
        const bool one = probe_.sees_one_attention();
        add("editing Q at " + at_middle() + " changes that row and " + (one ? "no other" : "none before"),
            begins_at(later, middle_) && (!one || later.size() == 1), text(later));
    }
    void check_key() {
        const run k = component_named(layout_, "K").second;
        if (k.width == 0) return;
        const rows later = probe_.changed_rows({k, middle_});
        add_for_every_part("editing any part of K at token 0 changes later rows and not row 0", "K",
                           [](const rows& changed) { return !changed.empty() && changed.front() > 0; });
        add("editing K at " + at_middle() + " changes no row before", later.empty() || later.front() >= middle_,
            text(later));
    }
    void check_value() {
        const run v = component_named(layout_, "V").second;
        if (v.width == 0) return;
        const rows later = probe_.changed_rows({v, middle_});
        add_for_every_part("editing any part of V at token 0 changes row 0", "V",
                           [](const rows& changed) { return begins_at(changed, 0); });
        add("editing V at " + at_middle() + " changes that row and none before", begins_at(later, middle_),
            text(later));
        if (probe_.sees_pattern())
            add("editing V leaves the pattern",
                !probe_.changes_pattern({v, 0}) && !probe_.changes_pattern({v, middle_}), "it changed");
    }

    /// Queries at token 0 are invisible: among keys or values they show only if those are edited part by part.
    template <class Test>
    void add_for_every_part(const std::string& asked, const char* component, const Test& passes) {
        const auto [facts, all] = component_named(layout_, component);
        for (const named_part& part : parts_of(facts, all))
            if (const rows changed = probe_.changed_rows({part.channels, 0}); !passes(changed))
                return add(asked, false, text(changed) + " by " + part.text);
        add(asked, true, "");
    }
    void add(std::string asked, bool passed, std::string found) {
        ok_ = ok_ && passed;
        checks_.push_back({std::move(asked), passed, passed ? "" : std::move(found)});
    }
    std::string at_middle() const { return "token " + std::to_string(middle_); }
    static bool begins_at(const rows& changed, extent row) { return !changed.empty() && changed.front() == row; }
    static std::string text(const rows& changed, const std::string& what = "row") {
        std::string list;
        for (const extent row : changed) list += (list.empty() ? "" : ", ") + std::to_string(row);
        return changed.empty() ? "no " + what + " changed" : what + (changed.size() == 1 ? " " : "s ") + list + " changed";
    }

    const attention_probe& probe_;
    const layout_facts& layout_;
    extent middle_ = probe_.tokens() / 2;
    std::vector<LayoutCheck> checks_;
    bool ok_ = true;
};

inline LayoutReport report_layout(const attention_probe& probe, const layout_facts& layout, const std::string& site) {
    LayoutReport report{site, layout_text(layout), layout_checks(probe, layout).own_value(), false, {}};
    if (!report.passed()) return report;
    layout_checks checks(probe, layout);
    checks.check_channels();
    const auto has = [&layout](const char* name) { return component_named(layout, name).second.width > 0; };
    report.looked_for_others = !checks.ok() && has("Q") && has("K") && has("V");
    if (checks.ok()) checks.check_heads();
    for (LayoutCheck& check : std::move(checks).take()) report.checks.push_back(std::move(check));
    if (!report.looked_for_others) return report;
    for (const known_layout& known : attention_layouts(layout))
        if (const layout_facts facts = known.facts(); layout_checks(probe, facts).channels_pass())
            report.consistent.push_back(known.name + " = " + layout_text(facts));
    return report;
}

/// The first tensor in what a model gives.
template <class Output>
at::Tensor first_tensor(Output output) {
    static_assert(leaves_in<Output> > 0, "this model gives no tensor: give the attention's output site");
    at::Tensor found;
    for_each_leaf(output, 0, [&found](at::Tensor& t, std::size_t) { if (!found.defined()) found = t; });
    return found;
}
}  // namespace detail

/// Checks by behaviour that the fused projection of a causal attention is packed like L: edits its queries, keys and
/// values at single tokens and compares the rows of the output, bit for bit. The model is run about ten times and once
/// for each head, without gradients, and a few times for each layout of the catalogue if a check fails. Its numbers
/// must be the same from run to run (call eval()), and fine enough to show a change (float32).
///
///     std::cout << check_layout<Gpt2Qkv<768, 12>>(model, site(model, "h.0.attn.c_attn"), tokens);
///     check_layout(model, attn->c_attn, AttentionSites().output(attn->z).pattern(attn->pattern), tokens);  // sharper
///
/// Without AttentionSites the first tensor that the model gives is watched: [..., tokens, channels]. Components named
/// "Q", "K" and "V" are checked. That they are divided into the heads of L is checked if the pattern's site is given.
/// @throws HookError if a site is not passed; ShapeError if the projection is not as wide as L, if there are fewer than
///         three tokens, or if the output does not have a row a token
template <Layout L, class Model, Hookable S, class... Inputs>
    requires detail::packs_attention<L>
LayoutReport check_layout(Model&& model, const S& site, const AttentionSites& sites, Inputs&&... inputs) {
    const auto run = [&] { return detail::first_tensor(detail::run_model(model, inputs...)); };
    const SiteRef<AnyLayout> projection(site_ref(site).site());
    const detail::attention_probe probe(run, projection, sites.output(), sites.pattern(), facts_of<L>);
    return detail::report_layout(probe, facts_of<L>, projection.name());
}
template <Layout L, class Model, Hookable S, class... Inputs>
    requires(detail::packs_attention<L> && !(std::same_as<std::remove_cvref_t<Inputs>, AttentionSites> || ...))
LayoutReport check_layout(Model&& model, const S& site, Inputs&&... inputs) {
    return check_layout<L>(model, site, AttentionSites(), inputs...);
}
/// Checks the layout that the site has by its type.
template <class Model, Hookable S, class... Inputs>
    requires(Layout<site_layout<S>> && detail::packs_attention<site_layout<S>>)
LayoutReport check_layout(Model&& model, const S& site, Inputs&&... inputs) {
    return check_layout<site_layout<S>>(model, site, inputs...);
}
template <class Model, Hookable S, class... Inputs>
    requires(std::same_as<site_layout<S>, AnyLayout>)
SUTURE_REJECTED("this site has no layout of its own: write check_layout<Layout>(model, site, input)",
                check_layout(Model&&, const S&, Inputs&&...));
template <class Model, Hookable S, class... Inputs>
    requires(Layout<site_layout<S>> && !detail::packs_attention<site_layout<S>>)
SUTURE_REJECTED("this layout has no Q, K or V: check the projection of an attention",
                check_layout(Model&&, const S&, Inputs&&...));

}  // namespace suture
