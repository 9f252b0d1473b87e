// Layout checks by behaviour: a GPT-NeoX activation split like GPT-2's has the right shapes and the wrong contents, and
// no error shows it. How attention reacts to an edit of one component does.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/detail/leaves.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/inspect/detail/attention_probe.hpp"
#include "suture/inspect/detail/layout_checks.hpp"
#include "suture/model/run_model.hpp"

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// Further sites of the checked attention, which make the checks sharper.
///
///     AttentionSites().output(attn->z).pattern(attn->pattern)
class AttentionSites {
public:
    /// The attention's output, before or after its projection: [..., tokens, channels]. Without this site the model's
    /// own output is watched, where later layers have mixed the rows.
    template <Hookable S>
    AttentionSites output(const S& site) const {
        return with(&AttentionSites::output_, site);
    }
    /// The probabilities after the softmax, of any shape. From [..., heads, queries, keys] the number of heads is
    /// checked, too.
    template <Hookable S>
    AttentionSites pattern(const S& site) const {
        return with(&AttentionSites::pattern_, site);
    }

    template <class...>
    SUTURE_REJECTED("this takes a site of the attention: write AttentionSites().output(attn->z)", output(...) const);
    template <class...>
    SUTURE_REJECTED("this takes a site of the attention: write AttentionSites().pattern(site)", pattern(...) const);
    explicit SUTURE_REJECTED_FROM("the sites have names: write AttentionSites().output(site).pattern(site)",
                                  AttentionSites, InBraces);
    explicit SUTURE_REJECTED_FROM("the sites have names: write AttentionSites().output(site).pattern(site)",
                                  AttentionSites, InBraces, InBraces);
    AttentionSites() = default;
    const std::optional<SiteRef<AnyLayout>>& output() const { return output_; }
    const std::optional<SiteRef<AnyLayout>>& pattern() const { return pattern_; }

private:
    template <class S>
    AttentionSites with(std::optional<SiteRef<AnyLayout>> AttentionSites::*which, const S& site) const {
        AttentionSites result = *this;
        result.*which = SiteRef<AnyLayout>(site_ref(site).site());
        return result;
    }
    std::optional<SiteRef<AnyLayout>> output_, pattern_;
};

namespace detail {
/// Whether L has a component of this name.
template <Layout L>
consteval bool has_component(std::string_view name) {
    return []<class... Cs>(std::string_view wanted, TypeList<Cs...>) {
        return ((std::string_view(Cs::name) == wanted) || ...);
    }(name, components_of<L>{});
}
template <Layout L>
inline constexpr bool packs_attention = has_component<L>("Q") || has_component<L>("K") || has_component<L>("V");
/// A check edits tokens and compares rows of the output, which it tells apart by their axes.
template <class L>
concept CheckedLayout = Layout<L> && packs_attention<L> && axes_of<L>
.is_batch_first();

/// The layout with its numbers: those of the type, or those that the site knows.
/// @throws HookError if neither knows them
template <Layout L>
const LayoutFacts& facts_at([[maybe_unused]] const Site& site) {
    if constexpr (is_static<L>)
        return facts_of<L>;
    else
        return SiteRef<L>(site).extents().facts();
}

/// The first tensor in a model's output.
template <class Output>
at::Tensor first_tensor(Output output) {
    static_assert(leaves_in<Output> > 0, "this model returns no tensor: name the attention's output site");
    at::Tensor found;
    for_each_leaf(output, 0, [&found](at::Tensor& t, std::size_t) {
        if (!found.defined()) found = t;
    });
    return found;
}
}  // namespace detail

/// Checks by behaviour that the fused projection of a causal attention is packed like L: edits queries, keys and values
/// at single tokens and compares the rows of the output, bit for bit. Misplaced channels are found, whatever heads are
/// declared, if at least a sixteenth of a component lies side by side. Where an expected change does not show, and in
/// attention that looks ahead, the report is inconclusive. The model must compute the same numbers in every run (call
/// eval()), in a dtype fine enough to show a change (float32). Attention with sinks and linear attention follow other
/// laws: their layouts are contradicted, right or wrong.
///
/// Cost: the model runs without gradients about ten times, plus once for each head of the pattern, plus once per head
/// (or 32 to 62 times if there are fewer heads, but at most once per channel) for keys and again for values. Twice that
/// where nothing changes; five times that if a check fails and the layouts of the catalogue are tried.
///
///     std::cout << check_layout<Gpt2Qkv<768, 12>>(model, site(model, "h.0.attn.c_attn"), tokens);
///     check_layout(model, attn->qkv, AttentionSites().output(attn->z).pattern(attn->pattern), tokens);  // sharper
///
/// Without AttentionSites the first tensor of the model's output is watched: [..., tokens, channels]. Components named
/// "Q", "K" and "V" are checked, and with the pattern's site also their division into heads.
/// @throws HookError if nothing passes a site; ShapeError if the projection is not as wide as L, is empty or has fewer
///         than three tokens, or if the output does not have one row per token; ValueError if it has NaN or infinity
template <detail::CheckedLayout L, class Model, Hookable S, class... Inputs>
LayoutReport check_layout(Model&& model, const S& site, const AttentionSites& sites, Inputs&&... inputs) {
    const auto run = [&] { return detail::first_tensor(detail::run_for_tensor(model, inputs...)); };
    const SiteRef<AnyLayout> projection(site_ref(site).site());
    const LayoutFacts& layout = detail::facts_at<L>(projection.site());
    const detail::AttentionProbe probe(run, projection, sites.output(), sites.pattern(), layout);
    return detail::report_layout(probe, layout, projection.name());
}
template <detail::CheckedLayout L, class Model, Hookable S, class... Inputs>
    requires(!(std::same_as<std::remove_cvref_t<Inputs>, AttentionSites> || ...))
LayoutReport check_layout(Model&& model, const S& site, Inputs&&... inputs) {
    return check_layout<L>(model, site, AttentionSites(), inputs...);
}
/// Checks the layout in the site's type.
template <class Model, Hookable S, class... Inputs>
    requires(detail::CheckedLayout<site_layout<S>>)
LayoutReport check_layout(Model&& model, const S& site, Inputs&&... inputs) {
    return check_layout<site_layout<S>>(model, site, inputs...);
}
template <class Model, Hookable S, class... Inputs>
    requires(std::same_as<site_layout<S>, AnyLayout>)
SUTURE_REJECTED("this site has no layout of its own: write check_layout<Layout>(model, site, ids)",
                check_layout(Model&&, const S&, Inputs&&...));
template <class Model, Hookable S, class... Inputs>
    requires(Layout<site_layout<S>> && !detail::packs_attention<site_layout<S>>)
SUTURE_REJECTED("this layout has no Q, K or V: check the projection of an attention",
                check_layout(Model&&, const S&, Inputs&&...));

template <Layout L, class Model, Hookable S, class... Inputs>
    requires(!detail::axes_of<L>.is_batch_first())
SUTURE_REJECTED("a layout is checked at [batch, token, channel]: name the axes in that order",
                check_layout(Model&&, const S&, Inputs&&...));
template <class Model, Hookable S, class... Inputs>
    requires(Layout<site_layout<S>> && !detail::axes_of<site_layout<S>>.is_batch_first())
SUTURE_REJECTED("a layout is checked at [batch, token, channel]: name the axes in that order",
                check_layout(Model&&, const S&, Inputs&&...));

template <class...>
SUTURE_REJECTED("the check needs a site of the model: write check_layout(model, site, ids)", check_layout(...));

template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: write check_layout<Layout>(model, site, ids)", check_layout(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
