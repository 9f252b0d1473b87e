// RecordEntry: one recorded activation, which is what iterating a Latest or a History gives.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/record/detail/entry_store.hpp"
#include "suture/tensor/detail/handle.hpp"
#include "suture/tensor/view.hpp"

#include <concepts>
#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The numbers of a recorded X, from its type or from the entry.
template <Layout X>
Extents<X> extents_held([[maybe_unused]] const LayoutFacts* held) {
    if constexpr (is_static<X>)
        return {};
    else
        return Extents<X>(*held);
}

/// How a recorded X is handed out: as a View or, of AnyLayout, as a plain tensor.
template <class X>
struct EntryValue {
    using type = View<X>;
    static type of(at::Tensor t, std::shared_ptr<const Cut> cut, const LayoutFacts* held) {
        return Access::make<type>(std::move(t), extents_held<X>(held), std::move(cut));
    }
};
template <>
struct EntryValue<AnyLayout> {
    using type = at::Tensor;
    /// Under a handle of its own: calls that change the handle, for example requires_grad_, do not reach the recording.
    static type of(const at::Tensor& t, const std::shared_ptr<const Cut>&, const LayoutFacts*) { return own_handle(t); }
};

template <class X>
class Recorder;

/// A tensor, unless an entry has a refused conversion to one already.
struct NoTarget;
template <class Value>
using tensor_once = std::conditional_t<std::same_as<Value, at::Tensor>, NoTarget&, at::Tensor>;

template <class... Given>
struct NothingToRecord {
    static_assert(sizeof...(Given) == 0, "a recorder has a layout: write Latest<Qkv>, or Latest<AnyLayout>");
};
}  // namespace detail

/// What a recorder can keep: a layout, a component or, with AnyLayout, whatever passes.
template <class X>
concept Recordable = Layout<X> || std::same_as<X, AnyLayout>;

/// One recorded activation: where and when it was seen, and its value.
template <Recordable X>
class RecordEntry {
public:
    using view_type = typename detail::EntryValue<X>::type;

    /// The site's index among the sites that the recorder was attached to, from 0.
    std::size_t layer() const { return stored_.layer; }
    /// The site's name: "h.3.attn.c_attn".
    std::string name() const { return stored_.name; }
    /// How often the layer had been recorded before.
    std::size_t pass() const { return stored_.pass; }

    /// Where the activation stands in the sequences of its rows, behind padding or in a generation; nothing if its columns are
    /// the positions.
    std::optional<SequencePositions> positions() const {
        if (!stored_.cut || !stored_.cut->pass) return {};
        return *stored_.cut->pass;
    }

    /// The value: a View or, of AnyLayout, a tensor in the recorded storage. A spilled entry is read from its file on every
    /// call.
    /// @throws OwnershipError if the tensor was written after it was recorded, FileError if the file cannot be read
    view_type view() const { return detail::EntryValue<X>::of(detail::tensor_of(stored_), stored_.cut, stored_.held); }

    /// "h.3.attn.c_attn, pass 0: ", and the value.
    friend std::ostream& operator<<(std::ostream& out, const RecordEntry& entry) {
        return out << entry.name() << ", pass " << entry.pass() << ": " << entry.view();
    }

    // Calls that must not compile.
    SUTURE_REJECTED_CONVERSION("an entry holds a value: write entry.view()", view_type, const);
    SUTURE_REJECTED_CONVERSION("an entry holds a value: write entry.view().clone()", detail::tensor_once<view_type>,
                               const);
    template <class I>
    SUTURE_REJECTED("an entry holds a value: write entry.view()[on<C>()]", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("an entry holds a value: write entry.view().norm()", norm(...) const);
    template <class...>
    SUTURE_REJECTED("an entry holds a value: write entry.view().mean()", mean(...) const);
    template <class...>
    SUTURE_REJECTED("an entry holds a value: write entry.view().sum()", sum(...) const);
    template <class...>
    SUTURE_REJECTED("an entry holds a value: write entry.view().read(f)", read(...) const);
    template <class...>
    SUTURE_REJECTED("an entry holds a value: write entry.view().clone()", clone(...) const);

private:
    template <class>
    friend class detail::Recorder;
    explicit RecordEntry(detail::StoredEntry stored) : stored_(std::move(stored)) {}

    detail::StoredEntry stored_;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
