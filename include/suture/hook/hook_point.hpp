// HookPoint: a site as a member of a model, through which an activation is passed; SiteRef: a site found in a model.
#pragma once

#include "suture/hook/detail/active_scope.hpp"
#include "suture/hook/site.hpp"

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

namespace suture {

/// A site in a model's forward, typed with the layout of what passes:
///
///     HookPoint<Whole<Resid<768>>> resid_pre{"h.0.resid_pre"};
///     x = resid_pre(x);
///
/// Without an active scope this returns its argument, for the price of one thread-local load.
template <class L>
class HookPoint : public Site {
public:
    using layout = L;
    explicit HookPoint(std::string name = {}) : Site(std::move(name), detail::site_facts<L>) {}

    at::Tensor operator()(at::Tensor activation) const {
        if (detail::innermost_scope == nullptr) [[likely]]
            return activation;
        return detail::run_hooks(*this, std::move(activation));
    }
};

/// A site that was found in a model, where hooks can be added: what `site` and `sites` give. It keeps the site's
/// identity and not the model.
template <class L>
class SiteRef {
public:
    using layout = L;
    explicit SiteRef(const Site& site) : site_(site.same()) {}
    SiteRef(const SiteRef& other) : site_(other.site_.same()) {}
    SiteRef(SiteRef&&) noexcept = default;
    SiteRef& operator=(SiteRef other) noexcept {
        site_ = std::move(other.site_);
        return *this;
    }

    std::uint64_t id() const { return site_.id(); }
    const std::string& name() const { return site_.name(); }
    const Site& site() const { return site_; }

private:
    Site site_;
};

/// The place that something hookable means: a HookPoint or SiteRef itself, the `output` of a hooked module's holder.
template <class L>
SiteRef<L> site_ref(const HookPoint<L>& point) {
    return SiteRef<L>(point);
}
template <class L>
SiteRef<L> site_ref(const SiteRef<L>& site) {
    return site;
}
template <class Holder>
    requires requires(const Holder& h) { h->output.id(); }
auto site_ref(const Holder& holder) {
    bool empty = false;
    if constexpr (requires { holder.is_empty(); })
        empty = holder.is_empty();
    else if constexpr (requires { !holder; })
        empty = !holder;
    if (empty) throw HookError("this module holder is empty: construct the module before adding hooks");
    return site_ref(holder->output);
}

/// Where hooks can be added.
template <class S>
concept Hookable = requires(const S& s) {
    site_ref(s);
};

/// The layout of a hookable site.
template <Hookable S>
using site_layout = typename decltype(site_ref(std::declval<const S&>()))::layout;

}  // namespace suture
