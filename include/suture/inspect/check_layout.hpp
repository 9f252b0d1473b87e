// Layout checks by behaviour: a GPT-NeoX activation that is split as GPT-2's has the right shapes and the wrong
// contents, and nothing raises. What attention does when one component is edited tells the difference.
#pragma once

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

namespace suture {

/// Further sites of the attention that is checked: with them the checks are sharper.
///
///     AttentionSites().output(attn->z).pattern(attn->pattern)
class AttentionSites {
public:
    /// What attention makes of the values, or a projection of it: [..., tokens, channels]. Without it the model's own
    /// output is watched, in which later layers have mixed the rows.
    template <Hookable S>
    AttentionSites output(const S& site) const {
        return with(&AttentionSites::output_, site);
    }
    /// The probabilities, after the softmax: [..., heads, queries, keys], by which the number of heads is checked, or of
    /// any other shape.
    template <Hookable S>
    AttentionSites pattern(const S& site) const {
        return with(&AttentionSites::pattern_, site);
    }

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
/// L has a component of this name.
template <class L>
consteval bool has_component(std::string_view name) {
    return []<class... Cs>(std::string_view wanted, TypeList<Cs...>) {
        return ((std::string_view(Cs::name) == wanted) || ...);
    }(name, typename L::components{});
}
template <class L>
inline constexpr bool packs_attention = has_component<L>("Q") || has_component<L>("K") || has_component<L>("V");

/// The first tensor in what a model gives.
template <class Output>
at::Tensor first_tensor(Output output) {
    static_assert(leaves_in<Output> > 0, "this model gives no tensor: give the attention's output site");
    at::Tensor found;
    for_each_leaf(output, 0, [&found](at::Tensor& t, std::size_t) {
        if (!found.defined()) found = t;
    });
    return found;
}
}  // namespace detail

/// Checks by behaviour that the fused projection of a causal attention is packed like L: edits its queries, keys and
/// values at single tokens and compares the rows of the output, bit for bit. Channels of another kind are found, whatever
/// heads are declared, if they are as many side by side as a sixteenth of their component. Where nothing changes that was
/// expected to, and in attention that looks ahead, the report says that it could not be told. The model's numbers must
/// be the same from run to run (call eval()), and fine enough to show a change (float32). Attention with sinks and linear
/// attention follow other laws: the report denies their layouts, right or wrong.
///
/// The model is run without gradients: about ten times, once for each head of the pattern, and as often for keys and for
/// values as there are heads, 32 to 62 times if there are fewer (or once a channel). Twice that where nothing changes; five
/// times that where a check fails, and the layouts of the catalogue are compared.
///
///     std::cout << check_layout<Gpt2Qkv<768, 12>>(model, site(model, "h.0.attn.c_attn"), tokens);
///     check_layout(model, attn->c_attn, AttentionSites().output(attn->z).pattern(attn->pattern), tokens);  // sharper
///
/// Without AttentionSites the first tensor that the model gives is watched: [..., tokens, channels]. Components named
/// "Q", "K" and "V" are checked. That they are divided into the heads of L is checked if the pattern's site is given.
/// @throws HookError if a site is not passed; ShapeError if the projection is not as wide as L, if it is empty or has
///         fewer than three tokens, or if the output does not have a row a token; ValueError if it has NaN or infinity
template <Layout L, class Model, Hookable S, class... Inputs>
    requires detail::packs_attention<L> LayoutReport check_layout(Model&& model, const S& site,
                                                                  const AttentionSites& sites, Inputs&&... inputs) {
        const auto run = [&] { return detail::first_tensor(detail::run_model(model, inputs...)); };
        const SiteRef<AnyLayout> projection(site_ref(site).site());
        const detail::AttentionProbe probe(run, projection, sites.output(), sites.pattern(), facts_of<L>);
        return detail::report_layout(probe, facts_of<L>, projection.name());
    }
template <Layout L, class Model, Hookable S, class... Inputs>
    requires(detail::packs_attention<L> && !(std::same_as<std::remove_cvref_t<Inputs>, AttentionSites> || ...))
LayoutReport check_layout(Model&& model, const S& site, Inputs&&... inputs) {
    return check_layout<L>(model, site, AttentionSites(), inputs...);
}
/// Checks the layout that the site has by its type.
template <class Model, Hookable S, class... Inputs>
    requires(Layout<site_layout<S>>&& detail::packs_attention<site_layout<S>>)
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
