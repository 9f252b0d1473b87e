// Dry runs: what a recipe selects, found with zeros, the field's zero-out check: put a zero in place of every
// operation, run that, and see what became zero. Nothing of the activation is needed but its shape.
// Law: the places that `dry_run(recipe, view)` counts are those that `recipe` may write, whatever the values.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/inspect/audit.hpp"

#include <ATen/ops/ones.h>
#include <c10/util/Exception.h>

#include <cstddef>

namespace suture {

namespace detail {
/// The edit with the same component and wheres that sets zero.
template <class Selector, class Op, Where... Ws>
constexpr auto zeroed(const Edit<Selector, Op, Ws...>& e) {
    return Edit<Selector, ValueUpdate<Update::set, ZeroValue>, Ws...>(e.wheres, {});
}

/// What every edit of the recipe, made to set zero, changes of ones: of the activation a value that is zero already could
/// not be seen to become zero. @pre the recipe was prepared for these sizes
template <Layout L, AnyRecipe R>
AuditReport marked_places(const R& recipe, at::IntArrayRef sizes) {
    const at::Tensor ones = at::ones(sizes, at::kByte);
    Owned<L> marked = borrow<L>(ones).clone();
    recipe.for_each([&](const auto& edit, std::size_t) { marked |= zeroed(edit); });
    AuditReport report = audit_packed(ones, marked.unsafe_tensor(), facts_of<L>);
    // The differences of zeros and ones say nothing about the recipe.
    for (ComponentAudit& c : report.components) c.max_difference = 0;
    return report;
}

template <Layout L, AnyRecipe R>
AuditReport dry_run_packed(const R& recipe, const at::Tensor& packed) {
    // What the recipe would refuse, without a write, a call of the user's functions or a random number.
    recipe.for_each([&](const auto& edit, std::size_t) {
        try {
            Step unused;
            if (packed.numel() > 0) edit.template prepare<L>(packed, &unused);
        } catch (Error& e) {
            e.add_place(to_string(edit));
            throw;
        }
    });
    try {
        return marked_places<L>(recipe, packed.sizes());
    } catch (const c10::Error& e) {
        throw MemoryError("a dry run marks each value of " + tensor_text(packed) + " in a few bytes, but " +
                          e.what_without_backtrace() + ": dry-run a part of it, of fewer tokens or batch rows");
    }
}
}  // namespace detail

/// What the recipe selects of an activation like this one, as the audit of an all-ones activation of its shape in
/// which every edit sets zero: a place counts however often it is written, and whether or not its value would change.
/// The source is not written, random numbers are not drawn, functions given to apply() are not called.
///
///     std::cout << dry_run(on<Q>(token(4), dims<0, 10>).multiply(2), borrow<Qkv>(c_attn_output));
///     // 10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical
///
/// @throws Error what the recipe itself would throw before its first write: a token that is not there, an injected
///         tensor of another shape, an empty slot; MemoryError if a few bytes for each value are too much
template <AnyRecipe R, template <class, Index> class Held, class X, Index Groups>
    requires(Readable<Held<X, Groups>>&& detail::recipe_fault<R, detail::host_layout<X, Groups>> == detail::Fault::none)
AuditReport dry_run(const R& recipe, const Held<X, Groups>& view) {
    const at::Tensor& t = view.unsafe_tensor();
    return detail::dry_run_packed<detail::host_layout<X, Groups>>(recipe, Groups == 1 ? t : t.flatten(-2));
}
template <AnyRecipe R, template <class, Index> class Held, class X, Index Groups,
          detail::Fault suture_fault = detail::recipe_fault<R, detail::host_layout<X, Groups>>>
    requires(Readable<Held<X, Groups>>&& suture_fault != detail::Fault::none)
SUTURE_REJECTED_FOR(suture_fault, dry_run(const R&, const Held<X, Groups>&));
template <AnyRecipe R, class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write dry_run(recipe, borrow<Layout>(tensor))", dry_run(const R&, const T&));

}  // namespace suture
