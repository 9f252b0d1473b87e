// Finding the layout of a projection whose packing is not known: the catalogue's layouts that fit its width and behave, in
// the running model, as causal attention does.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/inspect/check_layout.hpp"
#include "suture/inspect/detail/layout_checks.hpp"
#include "suture/model/run_model.hpp"
#include "suture/tensor/torch.hpp"

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// A layout of the catalogue that fits a projection.
struct FoundLayout {
    std::string name;     ///< as it is written: "NeoXQkv<12, 64>"
    std::string packing;  ///< "12 x (Q<64, 1>, K<64, 1>, V<64, 1>)"

    friend std::ostream& operator<<(std::ostream& out, const FoundLayout& layout) {
        return out << layout.name << " = " << layout.packing;
    }
};

namespace detail {

/// What passes the sites of an attention in one run.
struct AttentionShapes {
    Index width = 0;       ///< of the projection
    Index head_width = 0;  ///< of the attention's output [batch, heads, tokens, head width]; 0 if it has another shape
};
template <class Run>
AttentionShapes attention_shapes(const Run& run, const SiteRef<AnyLayout>& projection, const AttentionSites& sites) {
    const at::NoGradGuard no_gradients;
    AttentionShapes shapes;
    HookSet hooks;
    hooks.add(projection, [&](const at::Tensor& t) { shapes.width = t.dim() > 0 ? t.size(-1) : 0; });
    if (sites.output())
        hooks.add(*sites.output(), [&](const at::Tensor& t) { shapes.head_width = t.dim() == 4 ? t.size(-1) : 0; });
    Scope scope = hooks.activate();
    (void)run();
    scope.end();
    return shapes;
}

/// Tries the layouts of the catalogue on one projection.
class LayoutSearch {
public:
    LayoutSearch(const AttentionProbe& probe, const AttentionShapes& shapes)
        : probe_(probe),
          shapes_(shapes),
          whole_facts_{"channels", shapes.width, 1},
          whole_{shapes.width, 1, &whole_facts_, 1, true},
          roles_(probe) {}

    std::vector<FoundLayout> found() {
        if (!LayoutChecks(probe_, roles_, whole_).laws_hold()) return {};
        const auto everything = component_named(whole_, "channels");
        std::optional<Role> one;
        bool is_one = true;
        for (const Index channel : single_channels(everything.first, everything.second)) {
            const Role role = roles_[channel];
            if (role == Role::unseen) continue;
            is_one = is_one && one.value_or(role) == role;
            one = role;
        }
        if (!one) return {};  // nothing that passes here reaches the attention
        return is_one ? of_one_component(*one) : of_several();
    }

private:
    std::vector<FoundLayout> of_several() {
        std::vector<FoundLayout> all;
        for (const KnownLayout& known : candidates()) {
            const LayoutFacts facts = known.facts();
            if (!roles_.agree_with(roles_of(facts))) continue;
            LayoutChecks checks(probe_, roles_, facts);
            if (!checks.channels_agree()) continue;
            checks.check_heads();
            if (checks.agrees()) all.push_back({known.name, layout_text(facts)});
        }
        return all;
    }

    /// Those with the pattern's heads; if these are not known, those that attention can tell apart.
    std::vector<KnownLayout> candidates() const {
        const Index heads = probe_.pattern_heads();
        if (heads == 0) return attention_layouts(whole_);
        std::vector<KnownLayout> all;
        for (Index key_heads = 1; key_heads <= heads; ++key_heads) {
            const Index in_all = heads + 2 * key_heads;
            if (heads % key_heads != 0 || shapes_.width % in_all != 0) continue;
            for (KnownLayout& layout : layouts_of_heads(heads, key_heads, shapes_.width / in_all))
                all.push_back(std::move(layout));
        }
        return all;
    }

    std::vector<FoundLayout> of_one_component(Role role) const {
        const Index heads = role == Role::key ? key_heads() : width_over_head();
        if (heads == 0) return {};
        const char* name = role == Role::query ? "LlamaQ" : role == Role::key ? "LlamaK" : "LlamaV";
        const auto value = find_layout(name)->of({heads, shapes_.width / heads});
        if (!value) return {};
        return {{std::string(name) + "<" + std::to_string(heads) + ", " + std::to_string(shapes_.width / heads) + ">",
                 layout_text(value->facts())}};
    }
    /// By the width that a head has in the attention's output; otherwise by the pattern's heads. 0 if neither is known.
    Index width_over_head() const {
        const Index heads = shapes_.head_width > 0 ? shapes_.width / shapes_.head_width : probe_.pattern_heads();
        return heads > 0 && shapes_.width % heads == 0 ? heads : 0;
    }
    /// The largest number of key heads of which each makes its own part of the pattern.
    Index key_heads() const {
        const Index queries = probe_.pattern_heads();
        if (queries == 0) return width_over_head();
        for (Index heads = queries; heads > 1; --heads)
            if (queries % heads == 0 && shapes_.width % heads == 0 && makes_own_parts(heads, queries / heads))
                return heads;
        return 1;
    }
    bool makes_own_parts(Index heads, Index queries_of_each) const {
        const Index width = shapes_.width / heads;
        for (Index head = 0; head < heads; ++head)
            for (const Index changed : probe_.changed_heads({{head * width, width, 1, width}, 0}))
                if (changed / queries_of_each != head) return false;
        return true;
    }

    const AttentionProbe& probe_;
    AttentionShapes shapes_;
    ComponentFacts whole_facts_;
    LayoutFacts whole_;
    ChannelRoles roles_;
};

}  // namespace detail

/// The layouts of the catalogue that fit a projection's width and behave as causal attention does when its channels are
/// edited, @see check_layout. Where several agree, no edit of single tokens tells them apart; give the pattern's site, and
/// their heads do. A projection of queries, keys or values alone is found as `LlamaQ`, `LlamaK` or `LlamaV`, for which
/// the pattern's site or an output of [batch, heads, tokens, head width] tells the number of heads. None is found where nothing
/// fits, where attention looks ahead, and where the site feeds no attention.
///
///     for (const FoundLayout& layout : find_layouts(model, site(model, path), AttentionSites().pattern(pattern), ids))
///         std::cout << layout << "\n";
///
/// Cost: as check_layout, and twice a run for each layout that is tried.
/// @throws as check_layout
template <class Model, Hookable S, class... Inputs>
std::vector<FoundLayout> find_layouts(Model&& model, const S& site, const AttentionSites& sites, Inputs&&... inputs) {
    const auto run = [&] { return detail::first_tensor(detail::run_for_tensor(model, inputs...)); };
    const SiteRef<AnyLayout> projection(site_ref(site).site());
    const detail::AttentionShapes shapes = detail::attention_shapes(run, projection, sites);
    const ComponentFacts whole{"channels", shapes.width, 1};
    const detail::AttentionProbe probe(run, projection, sites.output(), sites.pattern(),
                                       LayoutFacts{shapes.width, 1, &whole, 1, true});
    return detail::LayoutSearch(probe, shapes).found();
}
template <class...>
SUTURE_REJECTED("a layout is found at a site: write find_layouts(model, site, AttentionSites(), ids)",
                find_layouts(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
