// HookPoint: a site as a member of a model, through which an activation is passed.
#pragma once

#include "suture/hook/scope.hpp"
#include "suture/hook/site.hpp"

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
    using Site::Site;

    at::Tensor operator()(at::Tensor activation) const {
        if (detail::innermost_scope == nullptr) [[likely]] return activation;
        return detail::run_hooks(*this, std::move(activation));
    }
};

/// The HookPoint of a site: a HookPoint itself, or the `output` of a hooked module's holder.
template <class L>
const HookPoint<L>& hook_point(const HookPoint<L>& point) { return point; }
template <class Holder>
    requires requires(const Holder& h) { h->output.id(); }
const auto& hook_point(const Holder& holder) {
    if constexpr (requires { holder.is_empty(); })
        if (holder.is_empty()) throw HookError("this module holder is empty: construct the module before adding hooks");
    return holder->output;
}

/// Where hooks can be added.
template <class S>
concept Hookable = requires(const S& s) { hook_point(s); };

/// The layout of a hookable site.
template <Hookable S>
using site_layout = typename std::remove_cvref_t<decltype(hook_point(std::declval<const S&>()))>::layout;

}  // namespace suture
