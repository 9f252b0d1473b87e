// Dry runs: which places a recipe selects, found by the field's zero-out check: every operation becomes "set zero", and
// the zeros in the result are counted. Only the activation's shape is needed.
// Law: `dry_run(recipe, view)` counts the places that `recipe` may write, whatever the values.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/inspect/audit.hpp"

#include <ATen/ops/ones.h>
#include <c10/util/Exception.h>

#include <cstddef>
#include <memory>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The edit of the same place that sets zero.
template <class Selector, class Op, Where... Ws>
constexpr auto zeroed(const Edit<Selector, Op, Ws...>& e) {
    return Edit<Selector, ValueUpdate<Update::set, ZeroValue>, Ws...>(e.wheres, {});
}

/// Audits the zeros that the recipe's places leave in an activation of ones: in the activation itself a value might be
/// zero already. @pre the recipe was prepared for these sizes
template <Layout L, AnyRecipe R>
AuditReport marked_places(const R& recipe, at::IntArrayRef sizes, const Extents<L>& extents,
                          const std::shared_ptr<const Cut>& cut) {
    const at::Tensor ones = at::ones(sizes, at::kByte);
    Owned<L> marked = Access::make<Owned<L>>(ones.clone(), extents, cut);
    recipe.for_each([&](const auto& edit, std::size_t) { marked |= zeroed(edit); });
    AuditReport report = audit_packed(ones, marked.unsafe_tensor(), extents.facts(), cut.get());
    // The difference between a zero and a one says nothing about the recipe.
    for (ComponentAudit& c : report.components) c.max_difference = 0;
    return report;
}

template <Layout L, AnyRecipe R>
AuditReport dry_run_packed(const R& recipe, const at::Tensor& packed, const Extents<L>& extents,
                           const std::shared_ptr<const Cut>& cut) {
    // Throws what the recipe would throw, without a write, a call of the user's functions or a random number.
    Steps unused;
    prepare_steps<L>(unused, packed, recipe, extents, cut);
    try {
        return marked_places<L>(recipe, packed.sizes(), extents, cut);
    } catch (const c10::Error& e) {
        throw MemoryError("a dry run needs a few bytes for each value of " + tensor_text(packed) + ", but " +
                          e.what_without_backtrace() + ": use fewer tokens or batch rows");
    }
}
}  // namespace detail

/// Which places the recipe selects in an activation of this shape, as an audit: a place counts once, however often it is
/// written, whether or not its value would change. The source is not written, random numbers are not drawn, and functions
/// given to apply() are not called.
///
///     std::cout << dry_run(on<Q>(token(4), dims<0, 10>).multiply(2), borrow<Qkv>(c_attn_output));
///     // 10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical
///
/// @throws whatever the recipe itself would throw before its first write, for example for a token out of range, an
///         injected tensor of another shape or an empty slot; MemoryError if there are not a few bytes for each value
template <Applicable R, Readable Held>
    requires(Layout<detail::held_type<Held>>&& detail::recipe_fault<R, detail::held_type<Held>> == detail::Fault::none)
AuditReport dry_run(R&& recipe, const Held& view) {
    return detail::dry_run_packed<detail::held_type<Held>>(detail::as_recipe(std::forward<R>(recipe)),
                                                           detail::plain(view), view.extents(), detail::cut_of(view));
}
template <Applicable R, Readable Held, detail::Fault suture_fault = detail::recipe_fault<R, detail::held_type<Held>>>
    requires(Layout<detail::held_type<Held>>&& suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, dry_run(R&&, const Held&));
template <AnyRecipe R, class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write dry_run(recipe, borrow<Layout>(tensor))", dry_run(const R&, const T&));

template <class...>
SUTURE_REJECTED("the recipe comes first, then the activation: write dry_run(recipe, view)", dry_run(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
