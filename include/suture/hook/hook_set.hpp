// Hook sets: which recipe or callback runs at which site. A set does nothing until a scope activates it, in one
// thread, until the scope ends; scopes nest, the outer set's hooks run first.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/scope.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/lent.hpp"

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
// What a hook's callback is lent and may give back.

template <class L>
struct lent_as { using type = View<L>; static View<L> lend(const at::Tensor& t) { return borrow<L>(t); } };
template <>
struct lent_as<AnyLayout> { using type = at::Tensor; static const at::Tensor& lend(const at::Tensor& t) { return t; } };

template <class F, class L>
auto call_hook(const F& f, const at::Tensor& activation, const Site& site) {
    if constexpr (std::invocable<const F&, const typename lent_as<L>::type&, const Site&>)
        return f(lent_as<L>::lend(activation), site);
    else return f(lent_as<L>::lend(activation));
}

/// What a hook at a site packed like L may return.
template <class R, class L>
inline constexpr bool is_hook_result = std::is_void_v<R> || std::same_as<R, at::Tensor>;
template <class X, extent Groups, class L>
inline constexpr bool is_hook_result<Owned<X, Groups>, L> = std::same_as<X, L> && Groups == 1;
template <template <class> class Optional, class R, class L>
    requires requires(Optional<R> maybe) { maybe.has_value(); }
inline constexpr bool is_hook_result<Optional<R>, L> = !std::is_void_v<R> && is_hook_result<R, L>;

/// @throws ShapeError or TypeError unless the replacement can stand where the activation stood
inline at::Tensor check_replacement(at::Tensor replacement, const at::Tensor& activation) {
    if (!replacement.defined()) return replacement;
    if (replacement.layout() != at::kStrided)
        throw TypeError("the hook returned a tensor that is not dense: convert it with to_dense()");
    if (!activation.defined())
        throw TypeError("the hook returned a tensor for an activation that is undefined: return nothing to keep it");
    if (replacement.sizes() != activation.sizes())
        throw ShapeError("the hook returned shape " + shape_text(replacement.sizes()) + " for an activation of shape " +
                         shape_text(activation.sizes()) + ": return the same shape, or nothing to keep it");
    if (replacement.scalar_type() != activation.scalar_type() || replacement.device() != activation.device())
        throw TypeError("the hook returned " + tensor_text(replacement) + " for an activation that is " +
                        tensor_text(activation) + ": return the same dtype and device");
    return replacement;
}

inline at::Tensor replacement_in(at::Tensor t) { return t; }
template <class X, extent Groups>
at::Tensor replacement_in(Owned<X, Groups> owned) { return std::move(owned).take(); }
template <class T>
    requires requires(T t) { t.has_value(); }
at::Tensor replacement_in(T maybe) { return maybe.has_value() ? replacement_in(*std::move(maybe)) : at::Tensor(); }
}  // namespace detail

/// Something that can be called at a site packed like L: `f(View<L>)` or `f(View<L>, const Site&)` that returns
/// nothing (it looks), or an Owned<L>, a tensor or an optional of these (it replaces). At an AnyLayout site it is
/// given a plain tensor.
template <class F, class L>
concept Callback = std::copy_constructible<F> &&
                   (std::invocable<const F&, const typename detail::lent_as<L>::type&, const Site&> ||
                    std::invocable<const F&, const typename detail::lent_as<L>::type&>) &&
                   detail::is_hook_result<decltype(detail::call_hook<F, L>(
                       std::declval<const F&>(), std::declval<const at::Tensor&>(), std::declval<const Site&>())), L>;

/// Removes its hook when it is dropped.
class [[nodiscard("a hook is removed when its handle is dropped: keep the handle")]] HookHandle {
public:
    HookHandle(HookHandle&& other) noexcept
        : hooks_(std::move(other.hooks_)), id_(other.id_), fired_(std::move(other.fired_)) { other.hooks_.reset(); }
    HookHandle& operator=(HookHandle&& other) noexcept {
        if (this != &other) {
            remove();
            hooks_ = std::exchange(other.hooks_, {});
            id_ = other.id_;
            fired_ = std::move(other.fired_);
        }
        return *this;
    }
    ~HookHandle() { remove(); }

    /// Removes the hook now. A pass that is under way in another thread may still run it once.
    void remove() {
        if (const auto hooks = std::exchange(hooks_, {}).lock()) hooks->remove(id_);
    }
    /// Lets the hook stay for as long as its set lives.
    void release() { hooks_.reset(); }
    /// How often the hook ran.
    std::size_t fired() const { return fired_ ? fired_->load(std::memory_order_relaxed) : 0; }

private:
    friend class HookSet;
    HookHandle(std::weak_ptr<detail::hook_registry> hooks, std::uint64_t id, std::shared_ptr<std::atomic<std::size_t>> fired)
        : hooks_(std::move(hooks)), id_(id), fired_(std::move(fired)) {}
    std::weak_ptr<detail::hook_registry> hooks_;
    std::uint64_t id_;
    std::shared_ptr<std::atomic<std::size_t>> fired_;
};

/// A set is active in the thread that made the scope, until the brace. Other threads do not see it.
class [[nodiscard("hooks are active while the scope lives: name it")]] Scope {
public:
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

private:
    friend class HookSet;
    explicit Scope(std::shared_ptr<const detail::hook_registry> hooks) : scope_(std::move(hooks)), active_(&scope_) {}
    detail::active_scope scope_;
    detail::scope_switch active_;
};

/// Hooks, each at a site. Sets may be changed while they are active, from any thread; each pass through a site
/// sees a set either before or after a change.
///
///     HookSet hooks;
///     auto handle = hooks.add(model->h[3]->attn->c_attn, on<Q>(token(4)).zero());
///     { auto scope = hooks.activate(); logits = model->forward(tokens); }
class HookSet {
public:
    HookSet() : hooks_(std::make_shared<detail::hook_registry>()) {}
    HookSet(HookSet&& other) : hooks_(std::exchange(other.hooks_, std::make_shared<detail::hook_registry>())) {}
    HookSet& operator=(HookSet&& other) {
        hooks_ = std::exchange(other.hooks_, std::make_shared<detail::hook_registry>());
        return *this;
    }

    /// Adds a recipe: what passes the site is replaced by `activation | recipe`.
    template <Hookable S, Recipe R>
        requires(Layout<site_layout<S>> && recipe_fault<R, site_layout<S>> == fault::none)
    HookHandle add(const S& site, R recipe) { return add_recipe<site_layout<S>>(hook_point(site), std::move(recipe)); }
    template <Hookable S, Recipe R, fault suture_fault = recipe_fault<R, site_layout<S>>>
        requires(Layout<site_layout<S>> && suture_fault != fault::none)
    SUTURE_REJECTED_FOR(suture_fault, add(const S&, R));

    /// Adds a recipe at a site whose layout is only known here; the width is checked when it runs.
    template <Layout L, Hookable S, Recipe R>
        requires(std::same_as<site_layout<S>, AnyLayout> && recipe_fault<R, L> == fault::none)
    HookHandle add(const S& site, R recipe) { return add_recipe<L>(hook_point(site), std::move(recipe)); }
    template <Hookable S, Recipe R>
        requires std::same_as<site_layout<S>, AnyLayout>
    SUTURE_REJECTED("this site has no layout of its own: write add<Layout>(site, recipe)", add(const S&, R));

    /// Adds a callback, which looks at what passes or replaces it. It runs with all hooks suspended, so it may run
    /// the model. A write into what it is lent throws OwnershipError.
    template <Hookable S, Callback<site_layout<S>> F>
        requires(!Recipe<F>)
    HookHandle add(const S& site, F callback) {
        using L = site_layout<S>;
        return add_entry(hook_point(site), [f = std::move(callback)](const at::Tensor& activation, const Site& at) {
            const write_watch watch(activation);
            if constexpr (std::is_void_v<decltype(detail::call_hook<F, L>(f, activation, at))>) {
                detail::call_hook<F, L>(f, activation, at);
                watch.check("the hook");
                return at::Tensor();
            } else {
                at::Tensor result = detail::replacement_in(detail::call_hook<F, L>(f, activation, at));
                watch.check("the hook");
                return detail::check_replacement(std::move(result), activation);
            }
        });
    }

    template <Hookable S, class F>
        requires(!Recipe<F> && !Callback<F, site_layout<S>>)
    SUTURE_REJECTED("this is no hook here: take const View<Layout>&, return nothing or a replacement",
                    add(const S&, F));

    /// Makes the set active in this thread while the returned scope lives.
    Scope activate() const { return Scope(hooks_); }

private:
    template <Layout L, Recipe R>
    HookHandle add_recipe(const Site& site, R recipe) {
        return add_entry(site, [r = std::move(recipe)](const at::Tensor& activation, const Site&) {
            return (borrow<L>(activation) | r).take();
        });
    }
    template <class F>
    HookHandle add_entry(const Site& site, F run) {
        auto fired = std::make_shared<std::atomic<std::size_t>>(0);
        const std::uint64_t id = hooks_->add(site.id(), {0, std::move(run), fired});
        return HookHandle(hooks_, id, std::move(fired));
    }

    std::shared_ptr<detail::hook_registry> hooks_;
};

}  // namespace suture
