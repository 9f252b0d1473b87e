// Audits: what an edit changed, said exactly: "10 of 11520 values, all in Q[token 4, 0:10]; K and V bit-identical".
// Law: a value counts as changed if its bits differ. NaN equals the same NaN, and 0 is not -0: an edit that was meant
// to leave a part alone leaves its bytes, so nothing less is asked.
#pragma once

#include "suture/inspect/audit_report.hpp"
#include "suture/tensor/view.hpp"

#include <ATen/ops/view_as_real.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

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

/// The narrowest range of one axis that holds every true place. @pre one is true
inline AuditRange range_along(const at::Tensor& changed, Index dim) {
    const Index size = changed.size(dim);
    const at::Tensor at = changed.movedim(dim, 0).reshape({size, -1}).any(-1).nonzero();
    return {at.min().item<Index>(), at.max().item<Index>() + 1, size};
}

/// @throws ShapeError or TypeError unless the bits of both can be compared one by one
inline void check_comparable(const at::Tensor& before, const at::Tensor& after) {
    const std::string both =
        "before the edit there was " + tensor_text(before) + " and after it " + tensor_text(after) + ": ";
    if (before.sizes() != after.sizes()) throw ShapeError(both + "audit one activation, with its own edited copy");
    if (before.scalar_type() != after.scalar_type() || before.device() != after.device())
        throw TypeError(both + "convert one of them with to()");
    if (before.is_meta()) throw TypeError(both + "the meta device has no values to compare, use another device");
}

/// The values at which `chosen` is true, in float64; of int64 as they are.
inline at::Tensor wide_values(const at::Tensor& t, const at::Tensor& chosen) {
    const bool half = t.scalar_type() == at::kComplexHalf;  // of which LibTorch selects none
    const at::Tensor selected = (half ? t.to(at::kComplexFloat) : t).detach().masked_select(chosen);
    if (t.scalar_type() == at::kLong) return selected;
    return selected.to(t.is_complex() ? at::kComplexDouble : at::kDouble);
}

/// |a - b| in float64. Of int64 by halves: float64 does not have all of its values, nor int64 all of its differences.
inline at::Tensor distance(const at::Tensor& a, const at::Tensor& b) {
    if (a.scalar_type() != at::kLong) return a.sub(b).abs();
    const auto high = [](const at::Tensor& t) { return t.bitwise_right_shift(32); };
    const auto low = [](const at::Tensor& t) { return t.bitwise_and(std::int64_t{0xffffffff}); };
    return high(a).sub(high(b)).to(at::kDouble).mul(0x1p32).add(low(a).sub(low(b))).abs();
}

/// Fills in what the changed values are worth. Both are the component's values before and after.
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

/// The audit of two tensors packed alike. @pre both passed check_packed
inline AuditReport audit_packed(const at::Tensor& before, const at::Tensor& after, const LayoutFacts& layout) {
    check_comparable(before, after);
    const at::Tensor changed = bits_differ(before, after);
    AuditReport report;
    StridedSlice r{0, 0, layout.groups, layout.width / layout.groups};
    for (const ComponentFacts& c : layout) {
        r.width = c.width;
        const ChannelSlice channels{r, layout.groups > 1};
        report.components.push_back(audit_component(c, layout.groups, cut_channels(before, channels),
                                                    cut_channels(after, channels), cut_channels(changed, channels)));
        int of_that_name = 0;
        for (const ComponentFacts& other : layout) of_that_name += other.name == std::string(c.name);
        if (of_that_name > 1) report.components.back().name = component_text(c);
        r.offset += c.width;
    }
    return report;
}

/// The activation as a tensor that is packed like L.
/// @throws ShapeError or TypeError, with `which` in front
template <Layout L, class T>
at::Tensor packed_like(const T& activation, const char* which) {
    if constexpr (Readable<T>) {
        return activation.unsafe_tensor();
    } else {
        try {
            check_packed(activation, facts_of<L>);
        } catch (Error& e) {
            e.add_place(which);
            throw;
        }
        return activation;
    }
}
}  // namespace detail

/// What an edit changed, where both were borrowed as one layout (or are Owned of it).
///
///     std::cout << audit(source, source | recipe);
///
/// @throws ShapeError or TypeError if they differ in shape, dtype or device
template <template <class, Index> class Before, template <class, Index> class After, class X, Index Groups>
    requires(Readable<Before<X, Groups>>&& Readable<After<X, Groups>>)
AuditReport audit(const Before<X, Groups>& before, const After<X, Groups>& after) {
    const auto packed = [](const at::Tensor& t) { return Groups == 1 ? t : t.flatten(-2); };
    return detail::audit_packed(packed(before.unsafe_tensor()), packed(after.unsafe_tensor()),
                                facts_of<detail::host_layout<X, Groups>>);
}
/// The same of plain tensors, which are packed like L: `audit<Qkv>(before, after)`.
/// @throws ShapeError or TypeError as `borrow`, or if they differ in shape, dtype or device
template <Layout L, class Before, class After>
    requires((std::same_as<Before, at::Tensor> ||
              detail::same_held<View<L>, Before>)&&(std::same_as<After, at::Tensor> ||
                                                    detail::same_held<View<L>, After>))
AuditReport audit(const Before& before, const After& after) {
    const at::Tensor packed_before = detail::packed_like<L>(before, "before the edit");
    const at::Tensor packed_after = detail::packed_like<L>(after, "after the edit");
    return detail::audit_packed(packed_before, packed_after, facts_of<L>);
}

template <class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "raw tensors have no layout: write audit<Layout>(before, after)", audit(const T&, const T&));
template <Readable Before, Readable After>
    requires(!detail::same_held<Before, After>)
SUTURE_REJECTED("these are packed differently: audit one layout before and after", audit(const Before&, const After&));

}  // namespace suture
