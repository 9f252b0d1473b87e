// View: read-only access to someone else's storage. A call that would write it does not compile, and the error says
// why. To get an Owned, pipe it into a recipe or clone() it.
#pragma once

#include "suture/tensor/owned.hpp"

#include <tuple>
#include <utility>

namespace suture {

/// A component or layout in storage that others may hold: a model's activation, a cached run. It keeps the storage
/// alive and never writes it. Shape [..., width], or [..., groups, width] for a component in groups
/// (`View<Q<64>, 12>` is the query of a GPT-NeoX layout); any strides.
template <class X, Index Groups>
    requires detail::Hosted<X, Groups>
class View : public detail::Reading<View<X, Groups>, X, Groups> {
public:
    using layout = detail::host_layout<X, Groups>;

    /// A copy, which can be written. Gradients flow through it.
    Owned<X, Groups> clone() const { return detail::Access::make<Owned<X, Groups>>(detail::fresh_copy(tensor_)); }

    /// One component of a layout: `qkv.get<Q<768, 12>>()`.
    template <ComponentOf<X> C>
    View<C, layout::groups> get() const {
        const detail::ChannelSlice channels{slice_of<X, C>, layout::groups > 1};
        return View<C, layout::groups>(detail::cut_channels(tensor_, channels), cut_);
    }
    template <class C, detail::Fault suture_fault = detail::Resolution<detail::Exactly<C>, X>::why>
        requires(Layout<X>&& suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, get() const);
    /// The only component of a family: `qkv.get<Q>()`.
    template <template <Index, Index> class Family>
        requires(detail::Resolution<detail::FamilyOf<Family>, X>::why == detail::Fault::none)
    auto get() const { return get<typename detail::Resolution<detail::FamilyOf<Family>, X>::type>(); }
    template <template <Index, Index> class Family,
              detail::Fault suture_fault = detail::Resolution<detail::FamilyOf<Family>, X>::why>
        requires(suture_fault != detail::Fault::none)
    SUTURE_REJECTED_FOR(suture_fault, get() const);

    // Calls that would write, under PyTorch's names: whoever writes one out of habit reads the sentence.
#define SUTURE_READ_ONLY(name) \
    template <class... Args>   \
    SUTURE_REJECTED("a View is read-only: call clone() first", name(Args&&...) const);
    SUTURE_READ_ONLY(fill_)
    SUTURE_READ_ONLY(zero_)
    SUTURE_READ_ONLY(copy_)
    SUTURE_READ_ONLY(add_)
    SUTURE_READ_ONLY(sub_)
    SUTURE_READ_ONLY(mul_)
    SUTURE_READ_ONLY(div_)
    SUTURE_READ_ONLY(clamp_)
    SUTURE_READ_ONLY(normal_)
    SUTURE_READ_ONLY(uniform_)
    SUTURE_READ_ONLY(masked_fill_)
    SUTURE_READ_ONLY(index_put_)
    SUTURE_READ_ONLY(at)
    SUTURE_READ_ONLY(take)
#undef SUTURE_READ_ONLY
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator+=(const B&) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator-=(const B&) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator*=(const B&) const);
    template <class B>
    SUTURE_REJECTED("a View is read-only: call clone() first", operator/=(const B&) const);
    template <class I>
    SUTURE_REJECTED("a View has no elements to assign to: read with read(), edit with on<>()", operator[](const I&)
                                                                                                   const);

private:
    friend detail::Access;
    template <class Y, Index G>
        requires detail::Hosted<Y, G>
    friend class View;
    explicit View(at::Tensor t, bool cut = false) : tensor_(std::move(t)), cut_(cut) {}

    at::Tensor tensor_;
    bool cut_;  ///< holds only some tokens or batch rows of an activation
};

/// Views a tensor as a layout (or as one component): `borrow<Qkv>(c_attn_output)`. The last axis must have its width;
/// the axes before it and the strides are arbitrary. Nothing is copied.
/// @throws ShapeError if the width differs, TypeError if the tensor is undefined, sparse, nested or quantized
template <class X>
    requires detail::Hosted<X, 1> View<X> borrow(const at::Tensor& tensor) {
        detail::check_packed(tensor, facts_of<detail::host_layout<X>>);
        return detail::Access::make<View<X>>(tensor);
    }

template <template <Index, Index> class Family>
SUTURE_REJECTED("a family has no width: name the component, as in borrow<Q<768>>(tensor)", borrow(const at::Tensor&));

/// Views of all components of a layout, in its order: `auto [q, k, v] = split(qkv)`. Nothing is copied.
/// @post `cat<L>` of the parts equals the whole
template <Layout L>
auto split(const View<L>& whole) {
    return [&]<class... Cs>(detail::TypeList<Cs...>) {
        return std::tuple<View<Cs, L::groups>...>(whole.template get<Cs>()...);
    }(typename L::components{});
}
/// Views of the components of an Owned.
template <Layout L>
auto split(const Owned<L>& whole) {
    return split(whole.view());
}
template <class T>
    requires std::same_as<T, at::Tensor> SUTURE_REJECTED(
        "a raw tensor has no layout: write split(borrow<Layout>(tensor))", split(const T&));

}  // namespace suture
