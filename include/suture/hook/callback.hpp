// Callbacks: functions that hooks call at a site, the View that they are lent, and the replacements that they may
// return.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/hook/detail/empty_recipe.hpp"
#include "suture/hook/detail/knocked_out.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/running_pass.hpp"
#include "suture/hook/site.hpp"
#include "suture/tensor/detail/lent_view.hpp"
#include "suture/tensor/detail/loan.hpp"
#include "suture/tensor/detail/write_watch.hpp"
#include "suture/tensor/torch.hpp"

#include <c10/util/StringUtil.h>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
/// How a callback at a site packed like L is lent the activation, and what is checked afterwards.
template <class L>
class HookLoan {
public:
    using type = View<L>;
    HookLoan(const at::Tensor& activation, const KnownExtents<L>& known)
        : HookLoan(activation, checked(activation, known)) {}
    const View<L>& lent() const { return view_->view(); }
    void check_unwritten() const { watch_.check("the hook"); }
    void check_unkept() {
        view_.reset();
        if (!loan_.get().is_alone()) throw_kept("the hook");
    }

private:
    HookLoan(const at::Tensor& activation, const Extents<L>& extents)
        : watch_(activation),
          cut_(cut_of_pass(activation)),
          view_(std::in_place, activation, loan_.get(), [&](at::Tensor&& t, Loan&& loan) {
              return Access::make<View<L>>(std::move(t), extents, std::move(cut_), std::move(loan));
          }) {}
    /// The View is made of handles that are not counted: whatever can throw is done before.
    static Extents<L> checked(const at::Tensor& activation, const KnownExtents<L>& known) {
        Extents<L> extents = extents_in<L>(activation, known);
        check_packed(activation, extents.facts());
        return extents;
    }
    WriteWatch watch_;
    std::shared_ptr<const Cut> cut_;
    LoanOfThread loan_;
    std::optional<LentView<View<L>>> view_;
};
template <>
class HookLoan<AnyLayout> {
public:
    using type = at::Tensor;
    HookLoan(const at::Tensor& activation, AnyLayout) : lent_(activation) {}
    const at::Tensor& lent() const { return lent_.tensor(); }
    void check_unwritten() const { lent_.check_unwritten("the hook"); }
    void check_unkept() const { lent_.check_unkept("the hook"); }

private:
    LentTensor lent_;
};

template <class L>
struct lent_as {
    using type = typename HookLoan<L>::type;
};

template <class F, class L>
auto call_hook(const F& f, const typename lent_as<L>::type& lent, const Site& site) {
    if constexpr (std::invocable<const F&, const typename lent_as<L>::type&, const Site&>)
        return f(lent, site);
    else
        return f(lent);
}

/// Whether a hook at a site packed like L may return an R.
template <class R, class L>
inline constexpr bool is_hook_result = std::is_void_v<R> || std::same_as<R, at::Tensor>;
template <class X, class L>
inline constexpr bool is_hook_result<Owned<X>, L> = std::same_as<X, L>;
template <template <class> class Optional, class R, class L>
    requires requires(Optional<R> maybe) { maybe.has_value(); }
inline constexpr bool is_hook_result<Optional<R>, L> = !std::is_void_v<R> && is_hook_result<R, L>;

/// @throws ShapeError or TypeError unless the replacement can take the place of the activation
inline at::Tensor check_replacement(at::Tensor replacement, const at::Tensor& activation) {
    if (!replacement.defined()) return replacement;  // the hook only observed
    if (!activation.defined())
        throw TypeError("the hook returned a tensor for an undefined activation: return nothing to keep it");
    if (replacement.layout() != activation.layout())
        throw TypeError(c10::str("the hook returned a tensor whose storage is ", replacement.layout(),
                                 " for one that is ", activation.layout(),
                                 ": convert it, for example with to_dense()"));
    if (replacement.sizes() != activation.sizes())
        throw ShapeError("the hook returned shape " + shape_text(replacement.sizes()) + " for an activation of shape " +
                         shape_text(activation.sizes()) + ": return the same shape, or nothing to keep it");
    if (replacement.scalar_type() != activation.scalar_type() || replacement.device() != activation.device())
        throw TypeError("the hook returned " + tensor_text(replacement) + " for an activation that is " +
                        tensor_text(activation) + ": return the same dtype and device");
    return replacement;
}

/// Whether the model may write into the tensor: nobody else holds it or its memory, and LibTorch allows writes.
inline bool is_free_to_write(const at::Tensor& t) {
    return t.use_count() == 1 && t.weak_use_count() == 1 && t.has_storage() && t.storage().use_count() == 1 &&
           t.storage().unsafeGetStorageImpl()->resizable() &&  // not borrowed by from_blob
           t.is_non_overlapping_and_dense() && !(t.is_leaf() && t.requires_grad()) &&
           (!t.is_inference() || c10::InferenceMode::is_enabled());
}

/// What a callback returned, in storage of its own: the model may write into it.
/// @throws TypeError if it is undefined
inline at::Tensor replacement_in(at::Tensor t) {
    if (!t.defined())
        throw TypeError(
            "the hook returned an undefined tensor: return a value, or an empty std::optional<at::Tensor> to keep the "
            "activation");
    if (is_free_to_write(t)) return t;
    return t.clone();
}
/// The callback may have kept a View of the Owned, which shares its storage.
template <class X>
at::Tensor replacement_in(Owned<X> owned) {
    return replacement_in(std::move(owned).take());
}
template <class T>
    requires requires(T t) { t.has_value(); }
at::Tensor replacement_in(T maybe) { return maybe.has_value() ? replacement_in(*std::move(maybe)) : at::Tensor(); }
}  // namespace detail

/// A function that a hook can call at a site packed like L: `f(View<L>)` or `f(View<L>, const Site&)`. It returns
/// nothing to observe; an Owned<L>, a tensor or an optional of these to replace the activation. At an AnyLayout site its
/// argument is a plain tensor.
template <class F, class L>
concept Callback = std::copy_constructible<F> &&
    (std::invocable<const F&, const typename detail::lent_as<L>::type&, const Site&> ||
     std::invocable<const F&, const typename detail::lent_as<L>::type&>)&&detail::
        is_hook_result<decltype(detail::call_hook<F, L>(std::declval<const F&>(),
                                                        std::declval<const typename detail::lent_as<L>::type&>(),
                                                        std::declval<const Site&>())),
                       L>;

/// A function that replaces an activation by what a module makes of it, a sparse autoencoder for example, whose own sites are
/// passed with the hooks that wait there. While another callback runs, no hooks do, so that it may run the model itself.
/// @see spliced
template <class F>
struct Spliced {
    F f;
    template <class... Given>
        requires std::invocable<const F&, Given...>
    decltype(auto) operator()(Given&&... given) const { return f(std::forward<Given>(given)...); }
};
/// The hook of a module that is spliced into a model:
///
///     hooks.add(model->blocks[1]->resid_post, spliced([&](const View<Resid<64>>& x) { return sae.forward(x.unsafe_tensor()); }));
///     hooks.add(sae.features, on<Feature>(dims<0, 64>).zero());
///
/// @throws HookError, in the pass, if the function passes the site at which it runs
template <class F>
Spliced<std::decay_t<F>> spliced(F&& f) {
    return {std::forward<F>(f)};
}

namespace detail {
template <class F>
inline constexpr bool is_spliced = false;
template <class F>
inline constexpr bool is_spliced<Spliced<F>> = true;

/// The hook that replaces the activation by `activation | recipe`. Where the numbers are not known before an activation
/// arrives, places are checked then.
/// @throws ValueError if it has no edits; Error if a place of the recipe is not in the layout: a head, or channels, that the
///         compiler did not know
template <Layout L, AnyRecipe R>
HookEntry recipe_entry(R recipe, KnownExtents<L> known) {
    check_has_edits(recipe);
    if (known.is_known()) recipe.template bind<L>(known.get());
    HookEntry entry;
    entry.text = [recipe] { return to_string(recipe); };
    entry.run = [recipe, known](const at::Tensor& activation, const Site&) {
        const View<L> view = at_positions(borrow<L>(activation, extents_in<L>(activation, known)));
        at::Tensor edited = edited_where_there(view, recipe);
        is_hook_elsewhere = !edited.defined();
        return edited;
    };
    return entry;
}

/// The hook that calls f and checks what it did.
template <class L, Callback<L> F>
HookEntry callback_entry(F f, decltype(numbers_at<L>(std::declval<const Site&>())) known) {
    HookEntry entry;
    entry.text = [] { return std::string("a callback"); };
    entry.keeps_scopes = is_spliced<F>;
    entry.run = [f = std::move(f), known](const at::Tensor& activation, const Site& at) {
        constexpr bool only_looks =
            std::is_void_v<decltype(call_hook<F, L>(f, std::declval<const typename lent_as<L>::type&>(), at))>;
        HookLoan<L> loan(activation, known);
        const auto called = [&] {
            try {
                if constexpr (only_looks)
                    call_hook<F, L>(f, loan.lent(), at);
                else
                    return replacement_in(call_hook<F, L>(f, loan.lent(), at));
            } catch (...) {
                loan.check_unwritten();  // a write into the source is worse news than the exception
                throw;
            }
        };
        if constexpr (only_looks) {
            called();
            loan.check_unwritten();
            loan.check_unkept();
            return at::Tensor();
        } else {
            at::Tensor result = called();
            loan.check_unwritten();
            loan.check_unkept();
            result = check_replacement(std::move(result), activation);
            if constexpr (std::same_as<L, AnyLayout>) check_not_knocked_out(result, activation);
            return result;
        }
    };
    return entry;
}
}  // namespace detail

}  // namespace suture
