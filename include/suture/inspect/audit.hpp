// Audits: exactly what an edit changed: "10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical".
// Law: a value counts as changed if its bits differ. A NaN equals the same NaN, and 0 differs from -0: an edit that
// leaves a part alone leaves its bytes, so the audit asks for no less.
#pragma once

#include "suture/inspect/audit_report.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ops/view_as_real.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// True where the bits of two tensors of one shape, dtype and device differ.
inline at::Tensor bits_differ(const at::Tensor& a, const at::Tensor& b) {
    const auto bits = [](const at::Tensor& t) {
        at::Tensor r = t.detach().resolve_conj().resolve_neg();
        if (r.is_complex()) r = at::view_as_real(r);
        switch (r.element_size()) {
            case 1:
                return r.view(at::kByte);
            case 2:
                return r.view(at::kShort);
            case 4:
                return r.view(at::kInt);
            default:
                return r.view(at::kLong);
        }
    };
    const at::Tensor differ = bits(a).ne(bits(b));
    return a.is_complex() ? differ.any(-1) : differ;
}

/// The narrowest range of one axis that holds every true element. @pre at least one is true
inline AuditRange range_along(const at::Tensor& changed, Index dim) {
    const Index size = changed.size(dim);
    const at::Tensor at = changed.movedim(dim, 0).reshape({size, -1}).any(-1).nonzero();
    return {at.min().item<Index>(), at.max().item<Index>() + 1, size};
}

/// @throws ShapeError or TypeError if their bits cannot be compared one by one
inline void check_comparable(const at::Tensor& before, const at::Tensor& after) {
    const std::string both =
        "the activation was " + tensor_text(before) + " before the edit and " + tensor_text(after) + " after it: ";
    if (before.sizes() != after.sizes()) throw ShapeError(both + "compare an activation with its own edited copy");
    if (before.scalar_type() != after.scalar_type() || before.device() != after.device())
        throw TypeError(both + "convert one of them with to()");
    if (before.is_meta()) throw TypeError(both + "the meta device holds no values to compare, use another device");
}

/// The values where `chosen` is true, in float64; int64 stays int64.
inline at::Tensor wide_values(const at::Tensor& t, const at::Tensor& chosen) {
    const bool half = t.scalar_type() == at::kComplexHalf;  // LibTorch cannot select from it
    const at::Tensor selected = (half ? t.to(at::kComplexFloat) : t).detach().masked_select(chosen);
    if (t.scalar_type() == at::kLong) return selected;
    return selected.to(t.is_complex() ? at::kComplexDouble : at::kDouble);
}

/// |a - b| in float64. For int64 computed by halves: float64 lacks some of its values, and int64 some of its differences.
inline at::Tensor distance(const at::Tensor& a, const at::Tensor& b) {
    if (a.scalar_type() != at::kLong) return a.sub(b).abs();
    const auto high = [](const at::Tensor& t) { return t.bitwise_right_shift(32); };
    const auto low = [](const at::Tensor& t) { return t.bitwise_and(std::int64_t{0xffffffff}); };
    return high(a).sub(high(b)).to(at::kDouble).mul(0x1p32).add(low(a).sub(low(b))).abs();
}

/// Fills in the size of the change from the component's values before and after.
inline void measure_difference(ComponentAudit& audit, const at::Tensor& before, const at::Tensor& after,
                               const at::Tensor& changed) {
    const at::Tensor was = wide_values(before, changed), is = wide_values(after, changed);
    audit.became_nan = is.isnan().logical_and(was.isnan().logical_not()).sum().item<Index>();
    audit.became_infinite = is.isinf().logical_and(was.isinf().logical_not()).sum().item<Index>();
    const at::Tensor difference = distance(is, was);
    const at::Tensor numbers = difference.masked_select(difference.isnan().logical_not());
    if (numbers.numel() > 0) audit.max_difference = numbers.max().item<double>();
}

inline ComponentAudit audit_component(const ComponentFacts& c, Index groups, const at::Tensor& before,
                                      const at::Tensor& after, const at::Tensor& changed) {
    ComponentAudit audit;
    audit.name = c.name;
    audit.values = changed.numel();
    audit.changed = changed.sum().item<Index>();
    const Index leading = changed.dim() - (groups > 1 ? 2 : 1);
    for (Index i = 0; i < leading; ++i) audit.leading.push_back({0, 0, changed.size(i)});
    audit.heads.size = groups * c.heads, audit.dims.size = c.width / c.heads;
    audit.groups.size = groups, audit.channels.size = c.width;
    if (audit.changed == 0) return audit;

    const auto channels_as = [&](Index outer, Index inner) {
        Shape sizes(changed.sizes().begin(), changed.sizes().begin() + leading);
        sizes.append({outer, inner});
        return changed.reshape(sizes);
    };
    const at::Tensor by_head = channels_as(audit.heads.size, audit.dims.size);
    const at::Tensor by_group = channels_as(groups, c.width);
    for (Index i = 0; i < leading; ++i) audit.leading[static_cast<std::size_t>(i)] = range_along(by_group, i);
    audit.heads = range_along(by_head, -2), audit.dims = range_along(by_head, -1);
    audit.groups = range_along(by_group, -2), audit.channels = range_along(by_group, -1);
    measure_difference(audit, before, after, changed);
    return audit;
}

/// The audit of two tensors packed alike, which hold these positions of an activation. @pre both passed check_packed
inline AuditReport audit_packed(const at::Tensor& before, const at::Tensor& after, const LayoutFacts& layout,
                                const Cut* cut = nullptr) {
    check_comparable(before, after);
    const at::Tensor changed = bits_differ(before, after);
    AuditReport report;
    StridedSlice r{0, 0, layout.groups, layout.width / layout.groups};
    for (const ComponentFacts& c : layout) {
        r.width = c.width;
        report.components.push_back(audit_component(c, layout.groups, cut_channels(before, r), cut_channels(after, r),
                                                    cut_channels(changed, r)));
        report.components.back().axes = axes_held(cut, layout.axes);
        int of_that_name = 0;
        for (const ComponentFacts& other : layout) of_that_name += other.name == std::string(c.name);
        if (of_that_name > 1) report.components.back().name = component_text(c);
        r.offset += c.width;
    }
    return report;
}

/// The numbers of L in one of two activations: those of a View or an Owned.
template <Layout L, class Before, class After>
Extents<L> extents_of_either(const Before& before, [[maybe_unused]] const After& after) {
    if constexpr (Readable<Before>)
        return before.extents();
    else if constexpr (Readable<After>)
        return after.extents();
    else
        return extents_in<L>(before);
}

/// The activation as a tensor, checked to be packed like L with these numbers.
/// @throws ShapeError or TypeError that begins with `which`
template <Layout L, class T>
at::Tensor packed_like(const T& activation, const char* which, const Extents<L>& extents) {
    if constexpr (Readable<T>) {
        check_agree(extents.facts(), activation.extents().facts(), "the activations");
        return plain(activation);
    } else {
        try {
            check_packed(activation, extents.facts());
        } catch (Error& e) {
            e.add_place(which);
            throw;
        }
        return activation;
    }
}
}  // namespace detail

/// What an edit changed, for two Views or Owned of one layout.
///
///     std::cout << audit(source, source | recipe);
///
/// @throws ShapeError or TypeError if they differ in shape, dtype or device
template <Readable Before, Readable After>
    requires(detail::can_be_same<detail::held_type<Before>, detail::held_type<After>>)
AuditReport audit(const Before& before, const After& after) {
    detail::check_agree(before.extents().facts(), after.extents().facts(), "the activations");
    return detail::audit_packed(detail::plain(before), detail::plain(after), before.extents().facts(),
                                detail::cut_of(before).get());
}
/// The same for plain tensors packed like L: `audit<Qkv>(before, after)`.
/// @throws ShapeError or TypeError as `borrow`, or if they differ in shape, dtype or device
template <Layout L, class Before, class After>
    requires((std::same_as<Before, at::Tensor> || std::same_as<detail::held_type<Before>, L>)&&(
        std::same_as<After, at::Tensor> ||
        std::same_as<detail::held_type<After>, L>)&&(detail::is_deducible<L> || Readable<Before> || Readable<After>))
AuditReport audit(const Before& before, const After& after) {
    return audit<L>(before, after, detail::extents_of_either<L>(before, after));
}
/// The same with the numbers that the layout leaves dynamic: `audit<L>(before, after, extents)`.
template <Layout L, class Before, class After>
    requires((std::same_as<Before, at::Tensor> ||
              std::same_as<detail::held_type<Before>, L>)&&(std::same_as<After, at::Tensor> ||
                                                            std::same_as<detail::held_type<After>, L>))
AuditReport audit(const Before& before, const After& after, const Extents<L>& extents) {
    const at::Tensor packed_before = detail::packed_like<L>(before, "before the edit", extents);
    const at::Tensor packed_after = detail::packed_like<L>(after, "after the edit", extents);
    return detail::audit_packed(packed_before, packed_after, extents.facts(), detail::cut_of(before).get());
}
template <Layout L, class Before, class After>
    requires(!detail::is_deducible<L> && std::same_as<Before, at::Tensor> && std::same_as<After, at::Tensor>)
SUTURE_REJECTED("these numbers are not known: write audit<Layout>(before, after, extents)",
                audit(const Before&, const After&));

template <class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "raw tensors have no layout: write audit<Layout>(before, after)", audit(const T&, const T&));
template <Readable Before, Readable After>
    requires(!std::same_as<detail::held_type<Before>, detail::held_type<After>> &&
             !detail::can_be_same<detail::held_type<Before>, detail::held_type<After>>)
SUTURE_REJECTED("these are packed differently: audit one layout before and after", audit(const Before&, const After&));

template <class Before, class After>
    requires((Readable<Before> && std::same_as<After, at::Tensor>) ||
             (std::same_as<Before, at::Tensor> && Readable<After>))
SUTURE_REJECTED("raw tensors have no layout: write audit<Layout>(before, after)", audit(const Before&, const After&));
template <Readable Before, Applicable R>
SUTURE_REJECTED("an audit compares two activations: write audit(view, view | recipe)", audit(const Before&, const R&));
template <class...>
SUTURE_REJECTED("an audit compares two activations: write audit(before, after)", audit(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
