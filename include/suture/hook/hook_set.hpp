// Hook sets: which recipe or callback runs at which site. A set does nothing until a scope activates it, in one
// thread, until the scope ends. Scopes nest; the hooks of the outer set run first.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/hook/callback.hpp"
#include "suture/hook/detail/hook_mistakes.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/key.hpp"
#include "suture/hook/scope.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/model/run_model.hpp"

#include <range/v3/range/concepts.hpp>
#include <range/v3/range/traits.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// A range of sites of one layout: `model->blocks | views::transform(...)`, or the result of `sites`.
template <class R>
concept SiteRange = ranges::input_range<R> && !Hookable<R> && Hookable<ranges::range_value_t<R>>;

template <class R>
concept RangeOfPaths = ranges::input_range<R> && std::convertible_to<ranges::range_value_t<R>, std::string>;

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

/// A site, or a range of sites of one layout.
template <class S>
concept Sites = Hookable<std::remove_cvref_t<S>> || detail::SiteRange<S>;

namespace detail {
/// The caller of `add` gave no layout: the site's own counts.
struct OwnLayout;
template <class Given, class Own>
struct layout_for {
    using type = void;  // a layout was given for a site that has one, or it is not a layout
};
template <class Own>
struct layout_for<OwnLayout, Own> {
    using type = Own;
};
template <Layout Given>
struct layout_for<Given, AnyLayout> {
    using type = Given;
};
/// The layout with which a hook is added at S: the site's own, or the one given for a site without one.
template <class Given, class S>
using hook_layout = typename layout_for<Given, layout_at<S>>::type;
template <class L>
concept HookLayout = Layout<L> || std::same_as<L, AnyLayout>;

/// An object that keeps something per layer and attaches itself to sites packed like L: a Board, a recorder.
template <class A, class L>
concept Attachable = requires(A& a, std::size_t layer, const Site& site) {
    { a.template hook_at<L>(layer, site) } -> std::same_as<HookEntry>;
    a.attached();
};
/// An attachable object that can be attached to the gradients at sites packed like L: a recorder.
template <class A, class L>
concept RecordsGradients = requires(A& a, std::size_t layer, const Site& site) {
    { a.template gradient_hook_at<L>(layer, site) } -> std::same_as<HookEntry>;
};
template <class F, class L>
concept NotAHook = mistake_of_hook<F>
== HookMistake::none && !Applicable<F> && !Callback<std::decay_t<F>, L> && !Attachable<std::remove_cvref_t<F>, L>;
template <class F, class L>
concept CalledWith = std::invocable<F&, const typename lent_as<L>::type&> ||
                     std::invocable<F&, const typename lent_as<L>::type&, const Site&>;
/// It could be called if it were not const, or be a hook if it could be copied.
template <class F, class L>
concept MutableHook = CalledWith<F, L> &&(!CalledWith<const F, L> || !std::copy_constructible<F>);

/// What is wrong with adding these at S with the layout Given.
template <class Given, class S, class... Fs>
inline constexpr HookMistake hook_mistake = [] {
    if constexpr (!Sites<S>) {
        if (Applicable<S> || (Sites<Fs> || ...)) return HookMistake::wrong_order;
        if (std::convertible_to<S, std::string> || RangeOfPaths<S>) return HookMistake::path_as_site;
        if (ModelOfSites<std::remove_reference_t<S>> || ModuleOfModules<std::remove_reference_t<S>>)
            return HookMistake::model_as_site;
        return SomeModule<std::remove_reference_t<S>> ? HookMistake::module_without_a_site : HookMistake::none;
    } else {
        if (sizeof...(Fs) > 1) return HookMistake::several_hooks;
        if (!std::same_as<Given, OwnLayout> && !HookLayout<Given>) return HookMistake::not_a_layout;
        if (!std::same_as<Given, OwnLayout> && !std::same_as<layout_at<S>, AnyLayout>)
            return HookMistake::needless_layout;
        HookMistake first = HookMistake::none;
        ((first = mistake_of_hook<Fs>), ...);
        return first;
    }
}();
}  // namespace detail

/// Hooks, each at a site. The set owns them: they stay until their key removes them or the set is destroyed. Any thread
/// may change a set while it is active; each pass through a site sees the set either before or after a change. At one
/// site hooks run in the order in which they were added.
///
///     HookSet hooks;
///     hooks.add(model->blocks[3]->attn->qkv, on<Q>(token(4)).zero());
///     at::Tensor logits = run_with_hooks(model, hooks, tokens);
///
/// Instead of one site, a range of sites of one layout may be given: each gets the hook. At sites without a layout of
/// their own, give one: `hooks.add<Qkv>(site, recipe)`; the width is checked when the hook runs. Adding throws HookError
/// if the range is empty or has a site twice.
class HookSet {
public:
    HookSet() : hooks_(std::make_shared<detail::HookRegistry>()) {}
    /// Takes over the hooks; the other set is left without any, and can be filled again.
    HookSet(HookSet&& other) : hooks_(std::exchange(other.hooks_, detail::emptied(other.hooks_))) {}
    HookSet& operator=(HookSet&& other) & {
        hooks_ = std::exchange(other.hooks_, detail::emptied(other.hooks_));
        return *this;
    }

    /// Adds a recipe: the activation is replaced by `activation | recipe`.
    /// @throws ValueError if the recipe is an empty range of edits
    template <class Given = detail::OwnLayout, Sites S, Applicable R, class L = detail::hook_layout<Given, S>>
        requires(Layout<L>&& detail::recipe_fault<R, L> == detail::Fault::none)
    HookKey add(S&& sites, R recipe) {
        return add_recipe<L>(sites, detail::as_recipe(std::move(recipe)), detail::Pass::forward);
    }

    /// Adds a callback, which observes the activation or replaces it. All hooks are suspended while it runs, so it may
    /// run the model. Writing into its argument throws OwnershipError.
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L> && !Applicable<F> && Callback<F, L>)
    HookKey add(S&& sites, F callback) { return add_callback<L>(sites, std::move(callback), detail::Pass::forward); }

    /// Attaches a board or a recorder: layer i is the i-th site.
    /// @throws HookError if the set has it at one of these sites already
    template <class Given = detail::OwnLayout, Sites S, class A, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::Attachable<A, L>)
    HookKey add(S&& sites, A& layers) {
        std::size_t layer = 0;
        std::vector<detail::HookAtSite> added =
            hooks_for(sites, [&](const Site& site) { return layers.template hook_at<L>(layer++, site); });
        layers.attached();
        return keep(std::move(added));
    }

    /// Adds a recipe for the gradient of the loss with respect to the activation, which runs when a backward pass
    /// reaches the site: gradients are edited as activations are. Both passes run in the scope; if the backward pass
    /// comes later, call may_be_idle().
    /// @throws HookError, in the forward pass, if the activation does not require a gradient
    template <class Given = detail::OwnLayout, Sites S, Applicable R, class L = detail::hook_layout<Given, S>>
        requires(Layout<L>&& detail::recipe_fault<R, L> == detail::Fault::none)
    HookKey add_backward(S&& sites, R recipe) {
        return add_recipe<L>(sites, detail::as_recipe(std::move(recipe)), detail::Pass::backward);
    }

    /// Adds a callback for the gradient, which observes or replaces it.
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L> && !Applicable<F> && Callback<F, L>)
    HookKey add_backward(S&& sites, F callback) {
        return add_callback<L>(sites, std::move(callback), detail::Pass::backward);
    }

    /// Records gradients: layer i is the i-th site. Like activations they are recorded before or after the edits of the
    /// gradient. A recorder of activations cannot record gradients as well.
    ///
    ///     Latest<Qkv> activations, gradients;
    ///     hooks.add(sites, activations);
    ///     hooks.add_backward(sites, gradients);
    ///     { const auto scope = hooks.activate(); loss(model->forward(ids)).backward(); }
    ///     at::Tensor attribution = activations[3] * gradients[3];
    template <class Given = detail::OwnLayout, Sites S, class A, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::RecordsGradients<A, L>)
    HookKey add_backward(S&& sites, A& recorder) {
        std::size_t layer = 0;
        return keep(
            hooks_for(sites, [&](const Site& site) { return recorder.template gradient_hook_at<L>(layer++, site); }));
    }

    // What must not compile.
    template <class Given = detail::OwnLayout, Sites S, Applicable R, class L = detail::hook_layout<Given, S>,
              detail::Fault suture_fault = detail::recipe_fault<R, L>>
        requires(Layout<L>&& suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, add(S&&, R));
    template <class Given = detail::OwnLayout, Sites S, Applicable R, class L = detail::hook_layout<Given, S>,
              detail::Fault suture_fault = detail::recipe_fault<R, L>>
        requires(Layout<L>&& suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, add_backward(S&&, R));

    template <class Given = detail::OwnLayout, Sites S, Applicable R>
        requires(std::same_as<detail::hook_layout<Given, S>, AnyLayout>)
    SUTURE_REJECTED("this site has no layout of its own: write add<Layout>(site, recipe)", add(S&&, R));
    template <class Given = detail::OwnLayout, Sites S, Applicable R>
        requires(std::same_as<detail::hook_layout<Given, S>, AnyLayout>)
    SUTURE_REJECTED("this site has no layout of its own: write add_backward<Layout>(site, recipe)",
                    add_backward(S&&, R));

    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::NotAHook<F&, L>&& detail::Layered<F>)
    SUTURE_REJECTED("this board or recorder has another layout: declare it with that of the site", add(S&&, F&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::NotAHook<F&, L>&& detail::Layered<F>)
    SUTURE_REJECTED("this recorder has another layout: declare it with that of the site", add_backward(S&&, F&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::Attachable<F, L> && !detail::RecordsGradients<F, L>)
    SUTURE_REJECTED("a board replaces activations: give a recipe, a callback or a recorder", add_backward(S&&, F&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::NotAHook<F, L> && !detail::Layered<F> &&
                 detail::MutableHook<std::decay_t<F>, L>)
    SUTURE_REJECTED("a hook is copied and called as const: capture by reference or shared_ptr", add(S&&, F&&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(Layout<L>&& detail::NotAHook<F, L> && !detail::Layered<F> && !detail::MutableHook<std::decay_t<F>, L>)
    SUTURE_REJECTED("not a hook for this site: take const View<L>&, return nothing or a replacement", add(S&&, F&&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(std::same_as<L, AnyLayout>&& detail::NotAHook<F, L> && !detail::Layered<F> &&
                 !detail::MutableHook<std::decay_t<F>, L>)
    SUTURE_REJECTED("not a hook for this site: take const at::Tensor&, return nothing or a tensor", add(S&&, F&&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(detail::HookLayout<L>&& detail::NotAHook<F, L> && !detail::Layered<F> &&
                 detail::MutableHook<std::decay_t<F>, L>)
    SUTURE_REJECTED("a hook is copied and called as const: capture by reference or shared_ptr", add_backward(S&&, F&&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(Layout<L>&& detail::NotAHook<F, L> && !detail::Layered<F> && !detail::MutableHook<std::decay_t<F>, L>)
    SUTURE_REJECTED("not a hook for this site: take const View<L>&, return nothing or a replacement",
                    add_backward(S&&, F&&));
    template <class Given = detail::OwnLayout, Sites S, class F, class L = detail::hook_layout<Given, S>>
        requires(std::same_as<L, AnyLayout>&& detail::NotAHook<F, L> && !detail::Layered<F> &&
                 !detail::MutableHook<std::decay_t<F>, L>)
    SUTURE_REJECTED("not a hook for this site: take const at::Tensor&, return nothing or a tensor",
                    add_backward(S&&, F&&));
#define SUTURE_HOOK_MISTAKE(mistake, sentence, name)                                    \
    template <class Given = detail::OwnLayout, class S, class... Fs>                    \
        requires(detail::hook_mistake<Given, S, Fs...> == detail::HookMistake::mistake) \
    SUTURE_REJECTED(sentence, name(S&&, Fs&&...));
    SUTURE_HOOK_MISTAKE(wrong_order, "the site comes first: write add(site, recipe)", add)
    SUTURE_HOOK_MISTAKE(path_as_site, "a path is looked up in a model: write add(site<Layout>(model, path), recipe)",
                        add)
    SUTURE_HOOK_MISTAKE(model_as_site, "a model has many sites: write add(site<Layout>(model, path), recipe)", add)
    SUTURE_HOOK_MISTAKE(module_without_a_site,
                        "this module has no site: declare it as Hooked<torch::nn::Linear, Layout>", add)
    SUTURE_HOOK_MISTAKE(several_hooks, "one hook at a time: compose edits with |, or call add for each hook", add)
    SUTURE_HOOK_MISTAKE(needless_layout, "this site has a layout of its own: write add(site, recipe)", add)
    SUTURE_HOOK_MISTAKE(not_a_layout, "this is not a layout: write add<Layout>(site, recipe)", add)
    SUTURE_HOOK_MISTAKE(no_operation, "the edit has no operation: write on<...>(...).set(value)", add)
    SUTURE_HOOK_MISTAKE(value_as_hook, "a value is not a hook: write add(site, on<Layout>().set(value))", add)
    SUTURE_HOOK_MISTAKE(temporary_board, "a board or a recorder outlives the call: give it a name first", add)
    SUTURE_HOOK_MISTAKE(const_board, "a const board or recorder takes no entries: drop the const", add)
    SUTURE_HOOK_MISTAKE(wrong_order, "the site comes first: write add_backward(site, recipe)", add_backward)
    SUTURE_HOOK_MISTAKE(path_as_site,
                        "a path is looked up in a model: write add_backward(site<L>(model, path), recipe)",
                        add_backward)
    SUTURE_HOOK_MISTAKE(model_as_site, "a model has many sites: write add_backward(site<Layout>(model, path), recipe)",
                        add_backward)
    SUTURE_HOOK_MISTAKE(module_without_a_site,
                        "this module has no site: declare it as Hooked<torch::nn::Linear, Layout>", add_backward)
    SUTURE_HOOK_MISTAKE(several_hooks, "one hook at a time: compose edits with |, or call add_backward for each hook",
                        add_backward)
    SUTURE_HOOK_MISTAKE(needless_layout, "this site has a layout of its own: write add_backward(site, recipe)",
                        add_backward)
    SUTURE_HOOK_MISTAKE(not_a_layout, "this is not a layout: write add_backward<Layout>(site, recipe)", add_backward)
    SUTURE_HOOK_MISTAKE(no_operation, "the edit has no operation: write on<...>(...).set(value)", add_backward)
    SUTURE_HOOK_MISTAKE(value_as_hook, "a value is not a hook: write add_backward(site, on<Layout>().set(value))",
                        add_backward)
    SUTURE_HOOK_MISTAKE(temporary_board, "a board or a recorder outlives the call: give it a name first", add_backward)
    SUTURE_HOOK_MISTAKE(const_board, "a const board or recorder takes no entries: drop the const", add_backward)
#undef SUTURE_HOOK_MISTAKE
    template <class...>
    SUTURE_REJECTED("a hook is added at a site: write add(site, recipe), or give a callback", add(...));
    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    SUTURE_REJECTED("a family has no width: name the component, as in add<Q<768>>", add(...));
    template <class...>
    SUTURE_REJECTED("this HookSet is const: hooks are added to one that is not", add(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is added at a site: write add_backward(site, recipe), or give a callback",
                    add_backward(...));
    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    SUTURE_REJECTED("a family has no width: name the component, as in add_backward<Q<768>>", add_backward(...));
    template <class...>
    SUTURE_REJECTED("this HookSet is const: hooks are added to one that is not", add_backward(...) const);
    SUTURE_REJECTED_COPY("a HookSet is not copied: pass a reference, or std::move(hooks)", HookSet);
    SUTURE_REJECTED("a HookSet is not copied: pass a reference, or std::move(hooks)", operator=(const HookSet&) &);
    template <class...>
    SUTURE_REJECTED("a hook is removed by its key: write key.remove()", remove(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is removed by its key: write key.remove()", erase(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is switched by its key: write key.disable()", disable(...) const);
    template <class...>
    SUTURE_REJECTED("a hook is switched by its key: write key.enable()", enable(...) const);
    template <class...>
    SUTURE_REJECTED("hooks are removed by clear(), or by a key: write hooks.clear()", reset_hooks(...) const);
    template <class...>
    SUTURE_REJECTED("hooks are removed by clear(), or by a key: write hooks.clear()", remove_hooks(...) const);
    template <class...>
    SUTURE_REJECTED("hooks are removed by clear(), or by a key: write hooks.clear()", reset(...) const);

    template <class...>
    SUTURE_REJECTED("hooks are removed by clear(), or by a key: write hooks.clear()", remove_all(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", push_back(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", insert(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", append(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", add_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", add_forward_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", register_hook(...) const);
    template <class...>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", register_forward_hook(...) const);
    template <class T>
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", operator+=(const T&));
    template <class T>
    SUTURE_REJECTED("a set is not a range: keep the keys that add returns", operator[](const T&) const);
    template <class...>
    SUTURE_REJECTED("a key says how its hooks run: write hooks.add(site, recipe).once()", once(...) const);
    template <class...>
    SUTURE_REJECTED("a key says how its hooks run: write hooks.add(site, recipe).may_be_idle()",
                    may_be_idle(...) const);
    template <class...>
    SUTURE_REJECTED("activate takes nothing: write run_with_hooks(model, hooks, ids)", activate(...) const);
    template <class...>
    SUTURE_REJECTED("a set is not a range: keep the keys that add returns", begin() const);
    template <class...>
    SUTURE_REJECTED("a set is not a range: keep the keys that add returns", end() const);
#define SUTURE_FILLED_BY_ADD(name) \
    template <class...>            \
    SUTURE_REJECTED("a set is filled by add: write hooks.add(site, recipe)", name(...) const);
    SUTURE_FILLED_BY_ADD(on)
    SUTURE_FILLED_BY_ADD(hook)
    SUTURE_FILLED_BY_ADD(emplace)
    SUTURE_FILLED_BY_ADD(emplace_back)
    SUTURE_FILLED_BY_ADD(register_forward_pre_hook)
    SUTURE_FILLED_BY_ADD(register_backward_hook)
    SUTURE_FILLED_BY_ADD(add_forward)
    SUTURE_FILLED_BY_ADD(add_recipe)
#undef SUTURE_FILLED_BY_ADD
#define SUTURE_ACTIVATED(name) \
    template <class...>        \
    SUTURE_REJECTED("a set acts while its scope lives: write const auto scope = hooks.activate()", name(...) const);
    SUTURE_ACTIVATED(scope)
    SUTURE_ACTIVATED(deactivate)
    SUTURE_ACTIVATED(attach)
    SUTURE_ACTIVATED(detach)
    SUTURE_ACTIVATED(start)
    SUTURE_ACTIVATED(stop)
    SUTURE_ACTIVATED(close)
    SUTURE_ACTIVATED(enter)
    SUTURE_ACTIVATED(exit)
#undef SUTURE_ACTIVATED
    SUTURE_REJECTED_CONDITION("a set is not a condition: keep the keys that add returns");
    template <class...>
    SUTURE_REJECTED("a set is not a range: keep the keys that add returns", len(...) const);
    template <class...>
    SUTURE_REJECTED("a set is not a range: keep the keys that add returns", keys(...) const);
    template <class...>
    SUTURE_REJECTED("a set is not a range: keep the keys that add returns", list(...) const);
    explicit SUTURE_REJECTED_FROM("a set is filled by add: write hooks.add(site, recipe)", HookSet, InBraces);
    explicit SUTURE_REJECTED_FROM("a set is filled by add: write hooks.add(site, recipe)", HookSet, InBraces, InBraces);
    template <class...>
    SUTURE_REJECTED("a set runs with a model: write run_with_hooks(model, hooks, ids)", run(...) const);
    template <class...>
    SUTURE_REJECTED("a set runs with a model: write run_with_hooks(model, hooks, ids)", operator()(...) const);

    /// Makes the set active in this thread while the returned scope lives.
    /// @throws HookError if the set is active in this thread already, or if it had hooks and has none any more because
    ///         they were removed or moved to another set: the run would be a clean one. PositionError if a board has an entry for a
    ///         site that it has lost with another set. @see clear()
    Scope activate() const { return Scope(hooks_); }

    /// Removes every hook. The set can then be activated, as a new one can, and does nothing.
    void clear() {
        const std::shared_ptr<const detail::HookTable> table = hooks_->table();
        for (const detail::SiteHooks& at : *table)
            for (const detail::HookEntry& hook : at.hooks) {
                detail::note_removal(hooks_.get(), hook.id);
                hook.state->removed = true;
            }
        hooks_->clear();
    }

    /// How often the hooks in the set ran to their end, in total.
    std::size_t fired() const {
        std::size_t sum = 0;
        for (const detail::SiteHooks& at : *hooks_->table())
            for (const detail::HookEntry& hook : at.hooks) sum += hook.state->fired.total();
        return sum;
    }

    /// One line per hook, in the order of the sites: "h.3.attn.c_attn: Q[token 4] = 0".
    friend std::ostream& operator<<(std::ostream& out, const HookSet& set) {
        const std::shared_ptr<const detail::HookTable> table = set.hooks_->table();
        bool is_empty = true;
        for (const detail::SiteHooks& at : *table)
            for (const detail::HookEntry& hook : at.hooks) {
                out << (is_empty ? "" : "\n") << at.name << ": " << hook.text();
                is_empty = false;
            }
        return is_empty ? out << "no hooks" : out;
    }

private:
    template <class L, class S, AnyRecipe R>
    HookKey add_recipe(S&& sites, R recipe, detail::Pass pass) {
        return add_made<L>(sites, pass,
                           [&recipe](const auto& known) { return detail::recipe_entry<L>(recipe, known); });
    }
    template <class L, class S, class F>
    HookKey add_callback(S&& sites, F f, detail::Pass pass) {
        return add_made<L>(sites, pass, [&f](const auto& known) { return detail::callback_entry<L>(f, known); });
    }
    /// Adds the hook that `make` makes with the numbers of the layout: one for all sites if the type says the numbers.
    template <class L, class S, class Make>
    HookKey add_made(S&& sites, detail::Pass pass, const Make& make) {
        if constexpr (requires { requires detail::is_static<L>; } || std::same_as<L, AnyLayout>) {
            detail::HookEntry entry;
            try {
                entry = make(detail::numbers_at<L>(Site()));
            } catch (Error& e) {
                if constexpr (!detail::SiteRange<S>)
                    e.add_place(site_ref(sites).name());
                else if (auto first = ranges::begin(sites); first != ranges::end(sites))
                    e.add_place(site_ref(*first).name());
                throw;
            }
            return add_entry(sites, std::move(entry), pass);
        } else {
            return keep(hooks_for(sites, [&](const Site& site) {
                const auto known = detail::numbers_at<L>(site);
                try {
                    detail::HookEntry entry = make(known);
                    entry.pass = pass;
                    return entry;
                } catch (Error& e) {
                    e.add_place(site.name());
                    throw;
                }
            }));
        }
    }
    /// Adds the same hook at every site; each counts for itself.
    template <class S>
    HookKey add_entry(S&& sites, detail::HookEntry entry, detail::Pass pass) {
        entry.pass = pass;
        return keep(hooks_for(sites, [&entry](const Site&) -> const detail::HookEntry& {
            entry.state = std::make_shared<detail::HookState>();
            return entry;
        }));
    }
    /// For every site, the hook that `entry_at(site)` returns.
    /// @throws HookError if there is no site, or one is there twice
    template <class S, class EntryAt>
    static std::vector<detail::HookAtSite> hooks_for(S&& sites, const EntryAt& entry_at) {
        std::vector<detail::HookAtSite> hooks;
        std::set<std::uint64_t> seen;
        const auto add_one = [&](const Site& site) {
            if (!seen.insert(site.id()).second)
                throw HookError(site.name() +
                                " is in the range of sites twice, where its hook would run twice: give each site once");
            hooks.push_back({site.id(), site.name(), entry_at(site)});
        };
        if constexpr (detail::SiteRange<S>)
            for (auto&& site : sites) add_one(site_ref(site).site());
        else
            add_one(site_ref(sites).site());
        if (hooks.empty()) throw HookError("the range of sites is empty: give at least one site");
        return hooks;
    }
    /// Adds the hooks, all or none.
    HookKey keep(std::vector<detail::HookAtSite> hooks) {
        HookKey key(hooks_);
        for (const detail::HookAtSite& hook : hooks) key.hooks_.push_back({0, hook.entry.state});
        const std::uint64_t first = hooks_->add(std::move(hooks));
        for (std::size_t i = 0; i < key.hooks_.size(); ++i) key.hooks_[i].id = first + i;
        return key;
    }

    std::shared_ptr<detail::HookRegistry> hooks_;
};

namespace detail {
/// Ends the scope of a run whose model is known: if hooks never fired, the error says whether the model has their sites.
struct ScopeOfRun {
    using Visit = std::function<void(const std::string&, Site&)>;

    template <class Model>
    static void end(const Scope& scope, Model& model) {
        // Found where hook/sites.hpp is included: it needs LibTorch's modules, which cost seconds to compile.
        if constexpr ((SomeModule<Model> || requires { model.visit_sites({}); }) &&
                      requires(const Visit& visit) { for_each_site(model, visit); })
            scope.end_after_run([&model] { return sites_of(model); });
        else
            scope.end();
    }
    /// Other threads may run the same model meanwhile: the hooks of this scope notice themselves, by the shape of what passes,
    /// where a pass leaves the thread.
    static void stays_in_thread(const Scope& scope) { scope.ledger_->ignore_passes_elsewhere(); }

private:
    template <class Model>
    static std::set<std::uint64_t> sites_of(Model& model) {
        std::set<std::uint64_t> sites;
        const Visit add = [&sites](const std::string&, Site& site) { sites.insert(site.id()); };
        for_each_site(model, add);
        return sites;
    }
};
}  // namespace detail

/// Runs the model with the set active, and ends the scope: `run_with_hooks(model, hooks, tokens)`. A model is anything
/// with `forward(inputs...)`, a pointer to one or a holder, or a function.
/// @throws HookError like Scope::end(), ModelError if the pointer or holder is empty
template <class Model, class... Inputs>
    requires(detail::Runnable<std::remove_reference_t<Model>, Inputs...>)
auto run_with_hooks(Model&& model, const HookSet& hooks, Inputs&&... inputs) {
    detail::check_is_there(model);
    Scope scope = hooks.activate();
    auto result = detail::run_model(model, std::forward<Inputs>(inputs)...);
    detail::ScopeOfRun::end(scope, model);
    return result;
}
template <class Model, class... Inputs>
    requires(!detail::Runnable<std::remove_reference_t<Model>, Inputs...>)
SUTURE_REJECTED("this model cannot be run with these inputs: give what its forward takes",
                run_with_hooks(Model&&, const HookSet&, Inputs&&...));
template <class...>
SUTURE_REJECTED("the model comes first, then the set: write run_with_hooks(model, hooks, ids)", run_with_hooks(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
