// RecordEntry: one recorded activation, which is what iterating a Latest or a History gives.
#pragma once

#include "suture/record/detail/entry_store.hpp"
#include "suture/tensor/view.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>

namespace suture {

namespace detail {
/// How a recorded X is handed out: as a View or, of AnyLayout, as a plain tensor.
template <class X, Index Groups>
struct EntryValue {
    using type = View<X, Groups>;
    static type of(at::Tensor t, bool cut) {
        return cut ? Access::make_cut<type>(std::move(t)) : Access::make<type>(std::move(t));
    }
};
template <>
struct EntryValue<AnyLayout, 1> {
    using type = at::Tensor;
    static type of(at::Tensor t, bool) { return t; }
};

template <class X, Index Groups>
class Recorder;
}  // namespace detail

/// What a recorder can keep: a layout, a component or, with AnyLayout, whatever passes.
template <class X, Index Groups>
concept Recordable = detail::Hosted<X, Groups> ||(std::same_as<X, AnyLayout>&& Groups == 1);

/// One recorded activation: where and when it was seen, and its value.
template <class X, Index Groups = 1>
    requires Recordable<X, Groups>
class RecordEntry {
public:
    using view_type = typename detail::EntryValue<X, Groups>::type;

    /// The site's index among the sites that the recorder was attached to, from 0.
    std::size_t layer() const { return stored_.layer; }
    /// The site's name: "h.3.attn.c_attn".
    std::string name() const { return stored_.name; }
    /// How often the layer had been recorded before.
    std::size_t pass() const { return stored_.pass; }

    /// The value: a View or, of AnyLayout, the recorded tensor itself. A spilled entry is read from its file on every
    /// call.
    /// @throws OwnershipError if the tensor was written after it was recorded, FileError if the file cannot be read
    view_type view() const { return detail::EntryValue<X, Groups>::of(detail::tensor_of(stored_), stored_.cut); }

private:
    template <class, Index>
    friend class detail::Recorder;
    explicit RecordEntry(detail::StoredEntry stored) : stored_(std::move(stored)) {}

    detail::StoredEntry stored_;
};

}  // namespace suture
