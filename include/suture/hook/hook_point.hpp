// HookPoint: a site as a member of a model, through which its forward passes an activation.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/detail/refused_at_sites.hpp"
#include "suture/hook/detail/run_hooks.hpp"
#include "suture/hook/detail/scope_link.hpp"
#include "suture/hook/site.hpp"
#include "suture/hook/site_ref.hpp"

#include <concepts>
#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// A site in a model's forward, typed with the layout of the activation:
///
///     HookPoint<Resid<768>> resid_pre{"h.0.resid_pre"};
///     x = resid_pre(x);
///
/// Without an active scope this returns its argument, at the cost of one thread-local load and a branch.
template <class L>
class HookPoint : public Site, public detail::WithoutValues {
public:
    using layout = L;
    explicit HookPoint(std::string name = {}) : Site(std::move(name), detail::site_layout_of<L>) {}
    /// A site whose type leaves numbers dynamic, with these.
    template <Layout M>
        requires(std::same_as<M, L>)
    HookPoint(std::string name, const Extents<M>& extents) : Site(std::move(name), detail::site_layout_with(extents)) {}

    /// Gives the site the numbers that its type leaves dynamic, once, before hooks are added at it:
    /// `c_attn->output.bind(extents)`. A site whose activations tell their numbers, such as a `HookPoint<Resid<dynamic>>`,
    /// does not need them. Do not call it while another thread adds hooks.
    /// @throws HookError if the site has other numbers; TypeError if these are not of its layout
    template <Layout M>
        requires(detail::can_be_same<M, L> && !detail::site_layout_of<L>.knows_numbers)
    void bind(const Extents<M>& extents) {
        if constexpr (std::same_as<M, L>)
            give_numbers(detail::site_layout_with(extents));
        else
            give_numbers(detail::site_layout_with(Extents<L>(extents)));
    }

    [[nodiscard("the model goes on with what a site returns: use it")]] at::Tensor operator()(
        at::Tensor passing) const {
        if (detail::innermost_scope == nullptr) [[likely]] {
            if (detail::ScopesOfAllThreads::are_there()) [[unlikely]]
                detail::ScopesOfAllThreads::note_pass(*this);
            return passing;
        }
        if (detail::has_nothing_at(*this)) [[likely]]
            return passing;
        detail::run_hooks(*this, passing);
        return passing;
    }
    /// Whether something waits here in this thread, for an activation that the model computes only then:
    ///
    ///     if (result.is_hooked()) out = sum_of_heads(result(by_head(z)));
    bool is_hooked() const {
        if (detail::has_scopes_elsewhere_only()) [[unlikely]]
            detail::ScopesOfAllThreads::note_pass(*this);
        return detail::innermost_scope != nullptr && !detail::has_nothing_at(*this) && detail::is_hooked(*this);
    }
    explicit SUTURE_REJECTED_FROM("a HookPoint has a name: write HookPoint<Resid<768>> point(name)", HookPoint, double);
    template <class...>
    SUTURE_REJECTED("a site with dynamic numbers is bound to them: write point.bind(extents)", bind(...) const);
    template <class...>
    SUTURE_REJECTED("an activation passes through a site: write x = point(x)", operator()(...) const);

    template <class...>
    SUTURE_REJECTED("an activation passes through a site: write x = point(x)", forward(...) const);
    template <class R>
        requires(!std::derived_from<R, Site>)
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site, recipe)", operator=(const R&));
    template <class...>
    SUTURE_REJECTED("a HookPoint is not a pointer: write point.name(), with a dot", operator->() const);
};

namespace detail {
struct NoLayout;
}  // namespace detail
// Without a layout, for the sentence of the specialisation below.
template <class... Given>
HookPoint(Given...) -> HookPoint<detail::NoLayout>;

template <class L>
    requires(!Layout<L> && !std::same_as<L, AnyLayout>)
class HookPoint<L> {
    static_assert(Layout<L>, "this is neither a component nor a layout: write HookPoint<Resid<768>>");
};

template <class L>
SiteRef<L> site_ref(const HookPoint<L>& point) {
    return SiteRef<L>(point);
}

}  // namespace suture

#include "suture/core/end_refuse.hpp"
