// Region: a place of an Owned, to be written: `mine[on<Q>(token(4))] = 0`.
#pragma once

#include "suture/tensor/detail/cut.hpp"
#include "suture/tensor/detail/tenure.hpp"
#include "suture/tensor/detail/write.hpp"
#include "suture/tensor/reading.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

/// A value that a place of an Owned or an edit takes, where X is held there: a number, a tensor that broadcasts to the
/// selection, or the same component as a View, a piece, or an Owned.
template <class V, class X>
concept Injectable = Number<V> || std::same_as<V, at::Tensor> ||
    (Readable<V>&& detail::injected_fault<V, X> == detail::Fault::none);

/// A place of an Owned: it reads like a piece of a View, and writes with the checks that every edit makes. Assignments take
/// a number, a tensor that broadcasts to the selection, a piece, or a View of the same component, whose same place is
/// used. They change nothing if they throw. Writing throws an OwnershipError once the Owned has been moved, taken or
/// destroyed.
template <Layout X>
class [[nodiscard("a place alone changes nothing: assign to it, or use its value")]] Region
    : public detail::Reading<Region<X>>,
      public detail::RegionWriters {
public:
    SUTURE_REJECTED_COPY("a place is named, not copied: write x[place] where it is used", Region);
    /// Exchanges the values of two places of one shape. @throws Error, and then writes nothing
    friend void swap(const Region& a, const Region& b) {
        if (a.sizes() != b.sizes())
            throw ShapeError("places of shapes " + shape_text(a.sizes()) + " and " + shape_text(b.sizes()) +
                             " cannot be swapped: name two places of one shape");
        const at::Tensor of_a = a.clone(), of_b = b.clone();
        detail::check_writable(b.tensor());
        // While `before` holds the tensor of a, a is written in storage of its own.
        const at::Tensor before = b.is_written_plainly(of_a) ? at::Tensor() : a.tensor();
        a = of_b;
        try {
            b = of_a;
        } catch (...) {
            if (before.defined()) a.tensor() = before;
            throw;
        }
    }
    friend void swap(Region && a, Region && b) { swap(std::as_const(a), std::as_const(b)); }

    /// Writes the value. @throws Error, and then writes nothing
    template <Injectable<X> V>
    void operator=(const V& given) const {
        write(detail::Update::set, given);
    }
    /// Writes the values of another place: the proxy itself is never reseated.
    /// Written with itself, a place keeps its values.
    void operator=(const Region& given) const {  // NOLINT(bugprone-unhandled-self-assignment)
        write(detail::Update::set, detail::Access::values(given));
    }
    template <Injectable<X> V>
    void operator+=(const V& given) const {
        write(detail::Update::add, given);
    }
    template <Injectable<X> V>
    void operator-=(const V& given) const {
        write(detail::Update::subtract, given);
    }
    template <Injectable<X> V>
    void operator*=(const V& given) const {
        write(detail::Update::multiply, given);
    }
    template <Injectable<X> V>
    void operator/=(const V& given) const {
        write(detail::Update::divide, given);
    }

#define SUTURE_WRONG_VALUE(symbol)                                                                                \
    template <class V, detail::Fault suture_fault = detail::injected_fault<V, X>>                                 \
        requires(suture_fault != detail::Fault::none)                                                             \
    SUTURE_REJECTED_FOR(suture_fault, operator symbol(const V&) const);                                           \
    template <class V>                                                                                            \
        requires(!Injectable<V, X> && detail::injected_fault<V, X> == detail::Fault::none)                        \
    SUTURE_REJECTED(                                                                                              \
        "a place takes a number, a tensor, or a place of the same component: give one", operator symbol(const V&) \
                                                                                            const);
    SUTURE_WRONG_VALUE(=)
    SUTURE_WRONG_VALUE(+=)
    SUTURE_WRONG_VALUE(-=)
    SUTURE_WRONG_VALUE(*=)
    SUTURE_WRONG_VALUE(/=)
#undef SUTURE_WRONG_VALUE

    SUTURE_REJECTED_CONVERSION("a place of an Owned is not a tensor: write x[place].clone()", at::Tensor, const);
    SUTURE_REJECTED(
        "a list is not a value: write at::tensor({1.0, 2.0})", operator=(std::initializer_list<double>) const);
    template <class...>
    SUTURE_REJECTED("a place is written by assignment: write x[place] += 1", operator++(int) const);
    template <class...>
    SUTURE_REJECTED("a place is written by assignment: write x[place] += 1", operator++() const);
    template <class...>
    SUTURE_REJECTED("a place is written by assignment: write x[place] -= 1", operator--(int) const);
    template <class...>
    SUTURE_REJECTED("a place is written by assignment: write x[place] -= 1", operator--() const);
    template <class I>
    SUTURE_REJECTED("a place is named at once: write x[on<C>(token(4), head(3))]", operator[](const I&) const);

    /// A copy, in storage of its own.
    at::Tensor clone() const { return detail::fresh_copy(this->canonical()); }

private:
    friend detail::Access;
    template <class>
    friend class detail::Reading;
    Region(at::Tensor * owned, std::weak_ptr<const bool> lasts, detail::PlaceValue asked, Extents<X> extents,
           std::shared_ptr<const detail::Cut> cut)
        : owned_(owned), lasts_(std::move(lasts)), asked_(std::move(asked)), extents_(extents), cut_(std::move(cut)) {
        detail::PlaceValue within = asked_;
        where_ = detail::resolve(within, target(&within));
    }

    at::IntArrayRef own_sizes() const { return where_.sizes; }
    at::Tensor values() const { return detail::part_at(target(), where_); }
    /// A place that was named is used as it is.
    at::Tensor injected(const detail::InjectedAt& at) const {
        detail::check_held(extents_.facts(), at);
        return detail::fitting_piece(values(), at);
    }
    at::Tensor unprotected() const { return values(); }
    std::string description() const { return "a place of an Owned of " + layout_text(extents_.facts()); }
    /// The tensor of the Owned. @throws OwnershipError if the Owned no longer holds one
    at::Tensor& tensor() const {
        if (lasts_.expired())
            throw OwnershipError(
                "the Owned of this place was moved, taken or destroyed: name the place on its new owner");
        return *owned_;
    }

    /// The tensor as the place was resolved in it.
    at::Tensor target(detail::PlaceValue* asked = nullptr) const {
        at::Tensor t = tensor();
        if (!cut_) return t;
        detail::PlaceValue everywhere;
        everywhere.part.axes = asked_.part.axes;
        detail::look_only_within(*cut_, asked ? *asked : everywhere, t);
        return t;
    }

    /// Whether writing this value cannot fail.
    bool is_written_plainly(const at::Tensor& given) const {
        const at::Tensor& written = tensor();
        return written.use_count() == 1 && written.storage().use_count() == 1 &&
               detail::is_written_plainly(target(), where_, detail::Update::set, given);
    }

    template <class V>
    void write(detail::Update how, const V& given) const {
        if constexpr (Number<V>)
            write_checked(how, detail::scalar_of(given));
        else if constexpr (std::same_as<V, at::Tensor>)
            write_checked(how, given);
        else {
            detail::InjectedAt at = detail::injected_at(cut_, asked_, tensor());
            at.selection = where_.sizes;
            write_checked(how, detail::Access::injected(given, at));
        }
    }
    void write_checked(detail::Update how, const detail::NumberOrTensor& with) const {
        at::Tensor& written = tensor();
        detail::check_writable(written);
        const detail::NumberOrTensor allowed = detail::checked(how, with, written, where_.sizes);
        detail::make_alone(written);
        detail::update(target(), where_, how, allowed);
    }

    at::Tensor* owned_;  ///< of the Owned, as long as the tenure lasts
    std::weak_ptr<const bool> lasts_;
    detail::PlaceValue asked_;
    [[no_unique_address]] Extents<X> extents_;
    std::shared_ptr<const detail::Cut> cut_;
    detail::ResolvedPlace where_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
