// Hook sets: which recipe or callback runs at which site. A set does nothing until a scope activates it, in one
// thread, until the scope ends; scopes nest, the outer set's hooks run first.
#pragma once

#include "suture/hook/callback.hpp"
#include "suture/hook/detail/active_scope.hpp"
#include "suture/hook/handle.hpp"
#include "suture/hook/hook_point.hpp"

#include <range/v3/range/concepts.hpp>
#include <range/v3/range/traits.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace suture {

/// A set is active in the thread that made the scope, until the brace, where it ends. Other threads do not see it. A
/// scope that is held by a pointer or an optional, whose destructors must not throw, is to be ended by end().
class [[nodiscard("hooks are active while the scope lives: name it")]] Scope {
public:
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    /// @see end() It does not throw while another exception is on its way.
    ~Scope() noexcept(false) {
        if (std::uncaught_exceptions() > exceptions_) return;
        end();
    }

    /// Ends the scope before the brace.
    /// @throws HookError if a hook of the set never fired in it: the site was not passed, or no gradient came, and the
    ///         edit that the numbers are supposed to show never happened. Say `add(...).may_be_idle()` where that is as
    ///         it should be. Also if this is not the thread that the scope was made in.
    void end() {
        if (!active_) return;
        if (!active_->is_at_home()) {
            active_.release()->abandon();  // a link of the other thread's chain
            throw HookError("a scope ends in another thread than the one that it was made in: end it there");
        }
        active_.reset();
        if (const std::string idle = record_->idle(); !idle.empty())
            throw HookError("the scope ends but these hooks never fired: " + idle +
                            ": pass these sites (and run backward, for gradients) while the scope lives, "
                            "or say may_be_idle()");
    }

private:
    friend class HookSet;
    explicit Scope(std::shared_ptr<const detail::HookRegistry> hooks)
        : record_(std::make_shared<detail::ScopeLedger>(std::move(hooks))),
          active_(std::make_unique<detail::ActiveScope>(record_)) {}
    int exceptions_ = std::uncaught_exceptions();
    std::shared_ptr<detail::ScopeLedger> record_;
    std::unique_ptr<detail::ActiveScope> active_;
};

/// The scopes that are active in one thread, to be carried into others that work for it, where they end before the
/// original ones do. In a thread where they are active already nothing happens:
///
///     std::thread([carried = CarriedScopes(), &] { const auto scopes = carried.activate(); model->forward(x); });
class CarriedScopes {
public:
    class [[nodiscard("hooks are active while the scopes live: name them")]] Active {
    public:
        Active(Active &&) = default;
        ~Active() {
            while (!links_.empty()) {
                records_.back().first->note_firings_of(*records_.back().second);
                links_.pop_back();
                records_.pop_back();
            }
        }

    private:
        friend class CarriedScopes;
        Active() = default;
        std::vector<std::pair<std::shared_ptr<detail::ScopeLedger>, std::shared_ptr<detail::ScopeLedger>>> records_;
        std::vector<std::unique_ptr<detail::ActiveScope>> links_;
    };

    /// Takes the scopes of the thread that calls it.
    CarriedScopes() {
        for (const auto* s = detail::innermost_scope; s && !s->suspends(); s = s->outer())
            if (s->record()) records_.insert(records_.begin(), s->record());
    }

    /// Makes them active in this thread while the result lives.
    Active activate() const {
        Active active;
        for (const auto& original : records_) {
            if (detail::ActiveScope::is_active(detail::innermost_scope, original->hooks())) continue;
            auto record = std::make_shared<detail::ScopeLedger>(original->hooks());
            active.links_.push_back(std::make_unique<detail::ActiveScope>(record));
            active.records_.emplace_back(original, std::move(record));
        }
        return active;
    }

private:
    std::vector<std::shared_ptr<detail::ScopeLedger>> records_;
};

/// Several sites: layer by layer, `model->h | views::transform(...)` or what `sites` found.
template <class R>
concept SiteRange = ranges::input_range<R> && !Hookable<R> && Hookable<ranges::range_value_t<R>>;

namespace detail {
template <class S>
struct layout_of_sites {
    using type = void;
};
template <Hookable S>
struct layout_of_sites<S> {
    using type = site_layout<S>;
};
template <SiteRange S>
struct layout_of_sites<S> {
    using type = site_layout<ranges::range_value_t<S>>;
};
/// The layout of a site, or of every site in a range; void if S is neither.
template <class S>
using layout_at = typename layout_of_sites<std::remove_cvref_t<S>>::type;
}  // namespace detail

/// A site, or several of one layout.
template <class S>
concept Sites = Hookable<std::remove_cvref_t<S>> || SiteRange<std::remove_cvref_t<S>>;

/// What keeps something for every layer and attaches itself to sites packed like L: a Board, a recorder.
template <class A, class L>
concept Attachable = requires(A& a, std::size_t layers, const Site& site) {
    { a.template hook_at<L>(layers, site) } -> std::same_as<detail::HookEntry>;
    a.attached(layers);
};

namespace detail {
template <class A>
concept is_layered = requires(A& a, std::size_t layers) {
    a.attached(layers);
};
template <class F, class L>
concept is_no_hook = !AnyRecipe<F> && !Callback<std::remove_cvref_t<F>, L> && !Attachable<std::remove_cvref_t<F>, L>;
template <class F, class L>
concept is_called_with = std::invocable<F&, const typename lent_as<L>::type&> ||
                         std::invocable<F&, const typename lent_as<L>::type&, const Site&>;
/// It could be called if it were not const, or be a hook if it could be copied.
template <class F, class L>
concept is_mutable_hook = is_called_with<F, L> &&(!is_called_with<const F, L> || !std::copy_constructible<F>);
}  // namespace detail

/// Hooks, each at a site. Sets may be changed while they are active, from any thread; each pass through a site
/// sees a set either before or after a change. At one site hooks run in the order in which they were added.
///
///     HookSet hooks;
///     auto handle = hooks.add(model->h[3]->attn->c_attn, on<Q>(token(4)).zero());
///     { auto scope = hooks.activate(); logits = model->forward(tokens); }
///
/// Where a site is expected, a range of sites of one layout may be given: each gets the hook.
class HookSet {
public:
    HookSet() : hooks_(std::make_shared<detail::HookRegistry>()) {}
    HookSet(HookSet&& other) : hooks_(std::exchange(other.hooks_, std::make_shared<detail::HookRegistry>())) {}
    HookSet& operator=(HookSet&& other) {
        hooks_ = std::exchange(other.hooks_, std::make_shared<detail::HookRegistry>());
        return *this;
    }

    /// Adds a recipe: what passes the site is replaced by `activation | recipe`.
    template <Sites S, AnyRecipe R>
        requires(Layout<detail::layout_at<S>>&& detail::recipe_fault<R, detail::layout_at<S>> == detail::Fault::none)
    HookHandle add(S&& sites, R recipe) {
        return add_entry(sites, detail::recipe_entry<detail::layout_at<S>>(std::move(recipe)));
    }
    template <Sites S, AnyRecipe R, detail::Fault suture_fault = detail::recipe_fault<R, detail::layout_at<S>>>
        requires(Layout<detail::layout_at<S>>&& suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, add(S&&, R));

    /// Adds a recipe at a site whose layout is only known here; the width is checked when it runs.
    template <Layout L, Sites S, AnyRecipe R>
        requires(std::same_as<detail::layout_at<S>, AnyLayout>&& detail::recipe_fault<R, L> == detail::Fault::none)
    HookHandle add(S&& sites, R recipe) { return add_entry(sites, detail::recipe_entry<L>(std::move(recipe))); }
    template <Sites S, AnyRecipe R>
        requires std::same_as<detail::layout_at<S>, AnyLayout> SUTURE_REJECTED(
            "this site has no layout of its own: write add<Layout>(site, recipe)", add(S&&, R));

    /// Adds a callback, which looks at what passes or replaces it. It runs with all hooks suspended, so it may run
    /// the model. A write into what it is lent throws OwnershipError.
    template <Sites S, Callback<detail::layout_at<S>> F>
        requires(!AnyRecipe<F>)
    HookHandle add(S&& sites, F callback) {
        return add_entry(sites, detail::callback_entry<detail::layout_at<S>>(std::move(callback)));
    }

    /// Attaches a board or a recorder: layer i is the i-th site.
    template <Sites S, Attachable<detail::layout_at<S>> A>
    HookHandle add(S&& sites, A& layers) {
        return attach<detail::layout_at<S>>(sites, layers);
    }
    /// Attaches a board or a recorder at sites whose layout is only known here.
    template <Layout L, Sites S, Attachable<L> A>
        requires std::same_as<detail::layout_at<S>, AnyLayout> HookHandle add(S&& sites, A& layers) {
            return attach<L>(sites, layers);
        }

    /// Adds a callback at a site whose layout is only known here; the width is checked when it runs.
    template <Layout L, Sites S, Callback<L> F>
        requires(std::same_as<detail::layout_at<S>, AnyLayout> && !AnyRecipe<F>)
    HookHandle add(S&& sites, F callback) { return add_entry(sites, detail::callback_entry<L>(std::move(callback))); }

    /// Adds a recipe or a callback for the gradient of the loss by what passes the site, when a backward pass brings
    /// it: it is edited as the activation is, with the same recipes. Both passes run in the scope; where the backward
    /// pass comes later, say may_be_idle() and keep the handle until then.
    /// @throws HookError, in the forward pass, if the activation needs no gradient
    template <Sites S, AnyRecipe R>
        requires(Layout<detail::layout_at<S>>&& detail::recipe_fault<R, detail::layout_at<S>> == detail::Fault::none)
    HookHandle add_backward(S&& sites, R recipe) {
        return add_entry(sites, detail::recipe_entry<detail::layout_at<S>>(std::move(recipe)),
                         detail::HookPhase::gradient);
    }
    template <Sites S, AnyRecipe R, detail::Fault suture_fault = detail::recipe_fault<R, detail::layout_at<S>>>
        requires(Layout<detail::layout_at<S>>&& suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, add_backward(S&&, R));
    /// At a site whose layout is only known here.
    template <Layout L, Sites S, AnyRecipe R>
        requires(std::same_as<detail::layout_at<S>, AnyLayout>&& detail::recipe_fault<R, L> == detail::Fault::none)
    HookHandle add_backward(S&& sites, R recipe) {
        return add_entry(sites, detail::recipe_entry<L>(std::move(recipe)), detail::HookPhase::gradient);
    }
    template <Sites S, Callback<detail::layout_at<S>> F>
        requires(!AnyRecipe<F>)
    HookHandle add_backward(S&& sites, F callback) {
        return add_entry(sites, detail::callback_entry<detail::layout_at<S>>(std::move(callback)),
                         detail::HookPhase::gradient);
    }

    template <Layout L, Sites S, Callback<L> F>
        requires(std::same_as<detail::layout_at<S>, AnyLayout> && !AnyRecipe<F>)
    HookHandle add_backward(S&& sites, F callback) {
        return add_entry(sites, detail::callback_entry<L>(std::move(callback)), detail::HookPhase::gradient);
    }

    // What is no hook.
    template <Sites S, class F>
        requires(detail::is_no_hook<F, detail::layout_at<S>>&& detail::is_layered<F>)
    SUTURE_REJECTED("it has another layout than this site: write add<Layout>(site, ...) where the site has none",
                    add(S&&, F&));
    template <Sites S, class F>
        requires(detail::is_no_hook<F, detail::layout_at<S>> && !detail::is_layered<F> &&
                 detail::is_mutable_hook<std::remove_cvref_t<F>, detail::layout_at<S>>)
    SUTURE_REJECTED("a hook is copied and called as const: capture by reference or shared_ptr", add(S&&, F&&));
    template <Sites S, class F>
        requires(detail::is_no_hook<F, detail::layout_at<S>> && !detail::is_layered<F> &&
                 !detail::is_mutable_hook<std::remove_cvref_t<F>, detail::layout_at<S>>)
    SUTURE_REJECTED("this is no hook here: take const View<Layout>&, return nothing or a replacement", add(S&&, F&&));
    template <Sites S, class F>
        requires(detail::is_no_hook<F, detail::layout_at<S>>)
    SUTURE_REJECTED("this is no hook here: take const View<Layout>&, return nothing or a replacement",
                    add_backward(S&&, F&&));
    template <Sites S, AnyRecipe R>
        requires std::same_as<detail::layout_at<S>, AnyLayout> SUTURE_REJECTED(
            "this site has no layout of its own: write add_backward<Layout>(site, recipe)", add_backward(S&&, R));

    /// Makes the set active in this thread while the returned scope lives.
    Scope activate() const { return Scope(hooks_); }

    /// How often the hooks that are in the set ran, all together.
    std::size_t fired() const {
        std::size_t sum = 0;
        for (const detail::SiteHooks& at : *hooks_->table())
            for (const detail::HookEntry& hook : at.hooks) sum += hook.state->fired.load(std::memory_order_relaxed);
        return sum;
    }

private:
    /// The same hook at every site; each counts for itself.
    template <class S>
    HookHandle add_entry(S&& sites, detail::HookEntry entry, detail::HookPhase when = detail::HookPhase::edits) {
        entry.when = when;
        return add_each(sites, [&entry](const Site&) -> const detail::HookEntry& {
            entry.state = std::make_shared<detail::HookState>();
            return entry;
        });
    }
    template <class L, class S, class A>
    HookHandle attach(S&& sites, A& layers) {
        std::size_t layer = 0;
        HookHandle handle =
            add_each(sites, [&](const Site& site) { return layers.template hook_at<L>(layer++, site); });
        layers.attached(layer);
        return handle;
    }
    /// At every site the hook that `entry_at(site)` makes.
    template <class S, class EntryAt>
    HookHandle add_each(S&& sites, const EntryAt& entry_at) {
        HookHandle handle(hooks_);
        const auto add_one = [&](const Site& site) {
            const detail::HookEntry& entry = entry_at(site);
            handle.hooks_.reserve(handle.hooks_.size() + 1);
            handle.hooks_.push_back({hooks_->add(site, entry), entry.state});
        };
        if constexpr (SiteRange<S>)
            for (auto&& site : sites) add_one(site_ref(site).site());
        else
            add_one(site_ref(sites).site());
        if (handle.size() == 0) throw HookError("the range of sites is empty: give at least one site");
        return handle;
    }

    std::shared_ptr<detail::HookRegistry> hooks_;
};

/// Runs `model->forward(inputs...)` with the set active: the one line for those who need no scope of their own.
/// @throws HookError as Scope::end()
template <class Model, class... Inputs>
auto run_with_hooks(Model&& model, const HookSet& hooks, Inputs&&... inputs) {
    Scope scope = hooks.activate();
    auto result = [&] {
        if constexpr (requires { model.forward(std::forward<Inputs>(inputs)...); })
            return model.forward(std::forward<Inputs>(inputs)...);
        else
            return model->forward(std::forward<Inputs>(inputs)...);
    }();
    scope.end();
    return result;
}

}  // namespace suture
