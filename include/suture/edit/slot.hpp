// Slot: an injected tensor that can be replaced while the recipe and the hook that use it stay.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/refused_members.hpp"
#include "suture/tensor/positions.hpp"
#include "suture/tensor/torch.hpp"

#include <concepts>
#include <memory>
#include <mutex>
#include <ostream>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

class Slot;

namespace detail {
struct SlotCell {
    mutable std::mutex guard;
    at::Tensor tensor;

    at::Tensor load() const {
        const std::lock_guard lock(guard);
        return tensor;
    }
};

/// The part of a Slot that a recipe keeps: it can read the tensor, but only the Slot can replace it.
struct SlotReader {
    std::shared_ptr<const SlotCell> cell;
};
}  // namespace detail

/// Holds the tensor that `set`, `add` or `multiply` use each time they run. Assigning another tensor changes every
/// recipe made with this slot, from its next run on, in any thread: a Slot is the one value that changes after a recipe was
/// made with it. It keeps a copy, so a later write to the tensor does not reach it. An edit with an empty slot throws a
/// ValueError.
///
///     Slot injection = at::linspace(-1, 0.7, 768);
///     auto recipe = on<Q<768, 12>>(token(4)).set(injection);
///     injection = at::zeros({768});
class [[nodiscard("a Slot that is dropped changes nothing: give it a name")]] Slot {
public:
    Slot() : cell_(std::make_shared<detail::SlotCell>()) {}
    Slot(const at::Tensor& held) : Slot() { cell_->tensor = detail::snapshot(held); }
    /// Takes over the tensor and the recipes; the other slot is left empty, without recipes.
    Slot(Slot && other) : cell_(std::exchange(other.cell_, std::make_shared<detail::SlotCell>())) {}
    /// Takes a copy of the other's tensor; each slot keeps its recipes.
    Slot& operator=(Slot&& other)& { return *this = other.cell_->load(); }

    Slot& operator=(const at::Tensor& held)& {
        at::Tensor kept = detail::snapshot(held);
        const std::lock_guard lock(cell_->guard);
        std::swap(cell_->tensor, kept);
        return *this;
    }

    SUTURE_REJECTED_COPY("a Slot is not copied: recipes share it, and slot.get() copies its tensor", Slot);
    SUTURE_REJECTED_FROM("a Slot holds a tensor: write Slot slot = at::zeros({768})", Slot, double);
    SUTURE_REJECTED_FROM("a Slot holds a tensor: write Slot slot(view.clone())", Slot, const detail::ViewWriters&);
    SUTURE_REJECTED_FROM("a Slot holds a tensor: write Slot slot(view[place].clone())", Slot,
                         const detail::PieceWriters&);
    template <class V>
    SUTURE_REJECTED("a Slot is not a tensor: write slot.get()", operator*(const V&) const);
    template <class V>
    SUTURE_REJECTED("a Slot is not a tensor: write slot.get()", operator+(const V&) const);
    template <class V>
    SUTURE_REJECTED("a Slot is not a tensor: write slot.get()", operator-(const V&) const);
    template <class V>
    SUTURE_REJECTED("a Slot is not a tensor: write slot.get()", operator/(const V&) const);
    template <class V>
        requires(!std::convertible_to<V, at::Tensor> && !std::same_as<V, Slot>)
    SUTURE_REJECTED("a Slot holds a tensor: write slot = at::zeros({768})", operator=(V&&)&);
    SUTURE_REJECTED_CONVERSION("a Slot is not a tensor: write slot.get()", at::Tensor, const);
    SUTURE_REJECTED_CONDITION("a Slot is not a condition: write slot.get().defined()");
    SUTURE_REJECTED_FROM("a Slot holds a tensor: write Slot slot = at::zeros({768})", Slot, const char*);
    SUTURE_REJECTED_FROM("a Slot holds a tensor: write Slot slot = at::zeros({768})", Slot, int);   // also 0, which is
    SUTURE_REJECTED_FROM("a Slot holds a tensor: write Slot slot = at::zeros({768})", Slot, long);  // a pointer, too
    explicit SUTURE_REJECTED_FROM("a Slot holds one tensor: write Slot slot = at::zeros({768})", Slot, InBraces,
                                  InBraces);
#define SUTURE_HELD_TENSOR(name) SUTURE_ABSENT("a Slot is not a tensor: write slot.get()", name);
    SUTURE_HELD_TENSOR(value)
    SUTURE_HELD_TENSOR(tensor)
    SUTURE_HELD_TENSOR(shape)
    SUTURE_HELD_TENSOR(sizes)
    SUTURE_HELD_TENSOR(norm)
    SUTURE_HELD_TENSOR(clone)
    SUTURE_HELD_TENSOR(mean)
    SUTURE_HELD_TENSOR(sum)
    SUTURE_HELD_TENSOR(grad)
    SUTURE_HELD_TENSOR(requires_grad_)
    SUTURE_HELD_TENSOR(detach)
    SUTURE_HELD_TENSOR(to)
    SUTURE_HELD_TENSOR(dtype)
    SUTURE_HELD_TENSOR(device)
    SUTURE_HELD_TENSOR(item)
    SUTURE_HELD_TENSOR(load)
#undef SUTURE_HELD_TENSOR
    SUTURE_ABSENT("a Slot is replaced as a whole: write slot = slot.get() + tensor", add_);
    SUTURE_ABSENT("a Slot is replaced as a whole: write slot = slot.get() + tensor", mul_);
    SUTURE_ABSENT("a Slot is replaced as a whole: write slot = slot.get() + tensor", zero_);
    SUTURE_ABSENT("a Slot is replaced as a whole: write slot = slot.get() + tensor", copy_);
    SUTURE_ABSENT("a Slot is replaced as a whole: write slot = slot.get() + tensor", fill_);
    SUTURE_ABSENT("a Slot is assigned to: write slot = tensor", store);
    SUTURE_ABSENT("a Slot is assigned to: write slot = tensor", update);
    template <class I>
    SUTURE_REJECTED("a Slot is not a tensor: write slot.get()", operator[](const I&) const);

    template <class...>
    SUTURE_REJECTED("a Slot is assigned to: write slot = tensor", set(...) const);
    template <class V>
    SUTURE_REJECTED("a Slot is replaced as a whole: write slot = slot.get() + tensor", operator+=(const V&));
    template <class V>
    SUTURE_REJECTED("a Slot is replaced as a whole: write slot = slot.get() + tensor", operator-=(const V&));
    template <class V>
    SUTURE_REJECTED("a Slot is replaced as a whole: write slot = slot.get() + tensor", operator*=(const V&));
    template <class V>
    SUTURE_REJECTED("a Slot is replaced as a whole: write slot = slot.get() + tensor", operator/=(const V&));
    /// A copy of the tensor in the slot; undefined if it is empty.
    at::Tensor get() const { return detail::snapshot(cell_->load()); }

    /// Empties the slot.
    void reset() { *this = at::Tensor(); }

    /// "a Slot of float32 [768] on cpu"
    friend std::ostream& operator<<(std::ostream& out, const Slot& slot) {
        const at::Tensor held = slot.cell_->load();
        return out << (held.defined() ? "a Slot of " + tensor_text(held) : "an empty Slot");
    }

    detail::SlotReader reader() const { return {cell_}; }

private:
    std::shared_ptr<detail::SlotCell> cell_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
