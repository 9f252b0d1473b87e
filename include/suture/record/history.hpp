// History: the activations of every pass at each site, for statistics over many prompts. To look at one prompt, use a
// Latest. A History that outgrows the memory is spilled to files, see record/spill.hpp.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/record/detail/sequences.hpp"
#include "suture/record/recorder.hpp"
#include "suture/tensor/owned.hpp"
#include "suture/tensor/reading.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <range/v3/view/interface.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
struct RefusedOperations;  // a base of every place

/// The first axis before the channels in which the tensors differ, or the first of all.
inline Index differing_axis(const std::vector<at::Tensor>& parts) {
    for (Index axis = 0; axis + 1 < parts.front().dim(); ++axis)
        for (const at::Tensor& other : parts)
            if (other.dim() == parts.front().dim() && other.size(axis) != parts.front().size(axis)) return axis;
    return 0;
}

/// @throws ShapeError or TypeError unless the tensors differ only in the axes that may differ
template <class MayDiffer>
void check_joinable(const StoredEntry& e, const at::Tensor& t, const at::Tensor& first, const MayDiffer& may_differ) {
    const std::string differ =
        pass_text(e) + " recorded " + tensor_text(t) + " but the first pass " + tensor_text(first);
    if (first.scalar_type() != t.scalar_type() || first.device() != t.device())
        throw TypeError(differ + ": set a dtype and a device in the RecordOptions");
    bool fit = first.dim() == t.dim();
    for (Index axis = 0; fit && axis < t.dim(); ++axis) fit = first.size(axis) == t.size(axis) || may_differ(axis);
    if (!fit) throw ShapeError(differ + ": these differ in other axes as well: write padded(), or reduce each entry");
}
}  // namespace detail

/// Entries of different lengths as one tensor. @see History::padded
struct PaddedEntries {
    at::Tensor values;   ///< [rows, longest, ...], zeros behind the end of each row
    at::Tensor lengths;  ///< [rows], int64

    /// Which positions are those of an entry: bool [rows, longest].
    at::Tensor mask() const {
        return at::arange(values.size(1), lengths.options()).unsqueeze(0).lt(lengths.unsqueeze(-1));
    }
};

/// The entries that one layer had when history.of() was called. A view of range-v3 and of the standard library: cheap to
/// copy, and safe in a pipeline as a temporary.
template <Recordable X>
class LayerHistory : public ranges::view_interface<LayerHistory<X>>, public std::ranges::view_base {
public:
    LayerHistory() = default;
    explicit LayerHistory(std::vector<RecordEntry<X>> entries)
        : entries_(std::make_shared<const std::vector<RecordEntry<X>>>(std::move(entries))) {}
    const RecordEntry<X>* begin() const { return entries_ ? entries_->data() : nullptr; }
    const RecordEntry<X>* end() const { return entries_ ? entries_->data() + entries_->size() : nullptr; }

    SUTURE_REJECTED_CONVERSION("a layer has many entries: write history.stack(3)", at::Tensor, const);

private:
    std::shared_ptr<const std::vector<RecordEntry<X>>> entries_;
};

/// Every activation of X that passed, oldest first. X is as in Latest.
///
///     History<Q<768, 12>> history(RecordOptions{.tokens = token(-1)});
///     hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), history);
///     for (const auto& prompt : prompts) run_with_hooks(model, hooks, prompt);
///     at::Tensor mean = history.stack(3).mean(0);
///     auto norms = history.of(3) | ranges::views::transform([](const auto& entry) { return entry.view().norm(); });
///
/// It is a range of RecordEntry, for range-v3 and for the standard library. A recorder may be destroyed before its
/// hooks, and several threads may record into one.
template <Recordable X>
class History : public detail::Recorder<X> {
public:
    /// @throws as Latest
    explicit History(RecordOptions options = {})
        : detail::Recorder<X>(std::move(options), detail::EntryStore::Keep::all) {}
    /// Keeps a place, `History<Q<768, 12>> queries(on<Q>(token(-1)));`: X at these positions.
    /// @throws ValueError also if the options name positions as well
    template <class Selector, Where... Ws>
        requires detail::keeps_all_channels<X, Selector, Ws...>
    explicit History(const Place<Selector, Ws...>& place, RecordOptions options = {})
        : History(detail::options_at(detail::Access::wheres(place), std::move(options))) {}

    /// The entries of one layer, at least one.
    /// @throws PositionError if the recorder is not attached to that layer, HookError if it has recorded nothing yet
    LayerHistory<X> of(std::size_t layer) const { return LayerHistory<X>(this->of_layer(layer)); }
    /// The same by the site's name: `history.of("h.3.attn.c_attn")`.
    LayerHistory<X> of(const std::string& site) const { return of(this->shared()->layer_named(site)); }

    // Calls that must not compile.
    History(History&&) noexcept = default;
    History& operator=(History&&) noexcept = default;
    SUTURE_REJECTED_COPY("a recorder is not copied: its hooks fill this one, so pass a reference", History);
    SUTURE_REJECTED(
        "a recorder is not copied: its hooks fill this one, so pass a reference", operator=(const History&));
    SUTURE_REJECTED_FROM("a recorder keeps a place: write on<C>(token(-1)) instead of token(-1)", History,
                         const Position<Axis::token>&);
    SUTURE_REJECTED_FROM("a recorder keeps a place: write on<C>(batch(0)) instead of batch(0)", History,
                         const Position<Axis::batch>&);
    SUTURE_REJECTED_FROM("options have names: write RecordOptions{.dtype = at::kDouble}", History, at::ScalarType);
    explicit SUTURE_REJECTED_FROM("a recorder of C keeps all channels of C: name a place of C without heads or dims",
                                  History, const detail::RefusedOperations&);

    explicit SUTURE_REJECTED_FROM("a recorder is filled by hooks: write hooks.add(sites, history)", History, InBraces);
    explicit SUTURE_REJECTED_FROM("a recorder is filled by hooks: write hooks.add(sites, history)", History, InBraces,
                                  InBraces);
    template <class...>
    SUTURE_REJECTED("a recorder is filled by hooks: write hooks.add(sites, history)", record(...) const);
    template <class...>
    SUTURE_REJECTED("a recorder is filled by hooks: write hooks.add(sites, history)", add(...) const);
    template <class...>
    SUTURE_REJECTED("a recorder is emptied as a whole: write history.clear()", reset(...) const);
    explicit SUTURE_REJECTED_FROM("a recorder of C keeps all channels of C: name a place of C without heads or dims",
                                  History, const detail::RefusedOperations&, const RecordOptions&);
    explicit SUTURE_REJECTED_FROM("the place comes first: write (on<C>(token(-1)), RecordOptions{...})", History,
                                  const RecordOptions&, const detail::RefusedOperations&);
    explicit SUTURE_REJECTED_FROM("a file is read by a function: write read_history<Q<768, 12>>(path)", History,
                                  const std::string&);
    explicit SUTURE_REJECTED_FROM("a file is read by a function: write read_history<Q<768, 12>>(path)", History,
                                  const char*);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.of(3), or history.of(site.name())",
                    of(std::initializer_list<const char*>) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.stack(3), or history.stack(site.name())",
                    stack(std::initializer_list<const char*>) const);

    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.of(3), or history.of(site.name())", of(...) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.stack(3), or history.stack(site.name())", stack(...) const);
    template <class...>
    SUTURE_REJECTED("a History has many activations: write history.stack(3).mean(0)", mean(...) const);
    template <class I>
    SUTURE_REJECTED("a History has several entries of a layer: write history.of(3) or stack(3)", operator[](const I&)
                                                                                                     const);
    template <class...>
    SUTURE_REJECTED("a History has several entries of a layer: write history.of(3) or stack(3)", at(...) const);
    template <class...>
    SUTURE_REJECTED("a History has several entries of a layer: write history.of(3) or stack(3)", get(...) const);

    /// The entries of one layer as one Owned: [passes, ...], followed by the axes of an entry. Of AnyLayout, and of a
    /// layout that names its axes, which has none for passes: as one tensor. Whole activations of padded batches and of
    /// generations are put together into sequences: [rows of all batches, positions, ...], over prefill and steps.
    /// @throws ShapeError or TypeError unless all have the same shape, dtype and device, or the sequences one length;
    ///         HookError if the first positions of a sequence were not recorded; otherwise as of()
    auto stack(std::size_t layer) const {
        std::vector<at::Tensor> parts;
        [[maybe_unused]] const LayoutFacts* held = nullptr;
        const std::vector<detail::StoredEntry> entries = this->shared()->of(layer);
        if constexpr (!std::same_as<X, AnyLayout> && !detail::is_ordered<X>)
            if (detail::stand_in_sequences(entries))
                return detail::Access::make<Owned<X>>(of_one_length(entries), detail::extents_held<X>(common(entries)));
        for (const detail::StoredEntry& e : entries) {
            parts.push_back(detail::tensor_of(e));
            if (parts.size() > 1 && held) detail::check_agree(*held, *e.held, "entries of one layer");
            held = e.held;
            check_alike(e, parts);
        }
        if constexpr (std::same_as<X, AnyLayout> || detail::is_ordered<X>)
            return at::stack(parts);
        else
            return detail::Access::make<Owned<X>>(at::stack(parts), detail::extents_held<X>(held));
    }
    auto stack(const std::string& site) const { return stack(this->shared()->layer_named(site)); }

    /// The entries of one layer one after another, for batches of unequal size: along the axis in which they differ, or along
    /// the first one. Of AnyLayout: as a tensor. A mean over all rows is `history.cat(3).mean(0)`.
    /// @throws ShapeError, with both shapes, if they differ in several axes or in the channels; TypeError if they differ in
    ///         dtype or device; otherwise as of()
    auto cat(std::size_t layer) const { return cat_entries(layer, std::nullopt); }
    /// The same along this axis, counted from 0.
    auto cat(std::size_t layer, Index axis) const { return cat_entries(layer, axis); }
    auto cat(const std::string& site) const { return cat(this->shared()->layer_named(site)); }
    auto cat(const std::string& site, Index axis) const { return cat(this->shared()->layer_named(site), axis); }

    /// The entries of one layer as rows of one tensor, for prompts of unequal length: [batch, tokens, ...] of all passes,
    /// padded with zeros behind their ends, and the length of each row. An entry [tokens, channels] is one row. Padding in a
    /// batch is left out, and the passes of a generation are put together: a row is one sequence.
    /// @throws ShapeError, with both shapes, if they differ in an axis other than batch and tokens; TypeError as cat
    PaddedEntries padded(std::size_t layer) const {
        std::vector<at::Tensor> rows, lengths;
        Index longest = 0;
        const std::vector<detail::StoredEntry> entries = this->shared()->of(layer);
        if (detail::stand_in_sequences(entries)) {
            rows = detail::sequences_of(entries);
            for (at::Tensor& t : rows) {
                longest = std::max(longest, t.size(0));
                lengths.push_back(at::full({1}, t.size(0), at::kLong));
                t = t.unsqueeze(0);
            }
            return padded_to(longest, std::move(rows), lengths);
        }
        for (const detail::StoredEntry& e : entries) {
            at::Tensor t = detail::tensor_of(e);
            if (t.dim() < 2)
                throw ShapeError(detail::pass_text(e) + " recorded " + tensor_text(t) +
                                 ", without an axis of tokens: record positions, or write cat()");
            if (t.dim() == 2) t = t.unsqueeze(0);
            if (!rows.empty()) detail::check_joinable(e, t, rows.front(), [](Index axis) { return axis < 2; });
            longest = std::max(longest, t.size(1));
            lengths.push_back(at::full({t.size(0)}, t.size(1), at::kLong));
            rows.push_back(std::move(t));
        }
        return padded_to(longest, std::move(rows), lengths);
    }
    PaddedEntries padded(const std::string& site) const { return padded(this->shared()->layer_named(site)); }

    // Two numbers in braces would be a text of two characters.
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.of(3), or history.of(site.name())",
                    of(std::initializer_list<int>) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.stack(3), or history.stack(site.name())",
                    stack(std::initializer_list<int>) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.cat(3), or history.cat(site.name())",
                    cat(std::initializer_list<int>) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.cat(3), or history.cat(site.name())",
                    cat(std::initializer_list<const char*>) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.padded(3)", padded(std::initializer_list<int>) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.padded(3)", padded(std::initializer_list<const char*>) const);

    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.cat(3), or history.cat(site.name())", cat(...) const);
    template <class...>
    SUTURE_REJECTED("one layer at a time: write history.padded(3)", padded(...) const);

private:
    static PaddedEntries padded_to(Index longest, std::vector<at::Tensor> rows,
                                   const std::vector<at::Tensor>& lengths) {
        for (at::Tensor& t : rows) {
            std::vector<Index> sizes = t.sizes().vec();
            sizes[1] = longest - sizes[1];
            t = at::cat({t, at::zeros(sizes, t.options())}, 1);
        }
        return {at::cat(rows), at::cat(lengths)};
    }
    static at::Tensor of_one_length(const std::vector<detail::StoredEntry>& entries) {
        const std::vector<at::Tensor> rows = detail::sequences_of(entries);
        for (const at::Tensor& t : rows)
            if (t.sizes() != rows.front().sizes())
                throw ShapeError("the sequences that " + entries.front().name + " recorded have " +
                                 std::to_string(rows.front().size(0)) + " and " + std::to_string(t.size(0)) +
                                 " positions: write padded(), which gives their lengths as well");
        return at::stack(rows);
    }
    /// What all entries are packed like. @throws ShapeError if they differ
    static const LayoutFacts* common(const std::vector<detail::StoredEntry>& entries) {
        for (const detail::StoredEntry& e : entries)
            if (e.held) detail::check_agree(*entries.front().held, *e.held, "entries of one layer");
        return entries.front().held;
    }

    auto cat_entries(std::size_t layer, std::optional<Index> axis) const {
        std::vector<at::Tensor> parts;
        [[maybe_unused]] const LayoutFacts* held = nullptr;
        const std::vector<detail::StoredEntry> entries = this->shared()->of(layer);
        if (detail::stand_in_sequences(entries))
            throw ShapeError(entries.front().name +
                             " recorded padded or generated sequences, whose columns are not their positions: write "
                             "stack(), or padded() where their lengths differ");
        for (const detail::StoredEntry& e : entries) {
            parts.push_back(detail::tensor_of(e));
            if (parts.size() > 1 && held) detail::check_agree(*held, *e.held, "entries of one layer");
            held = e.held;
        }
        const Index along = axis ? *axis : detail::differing_axis(parts);
        const Index axes = parts.front().dim();
        if (along < 0 || along >= axes - 1)
            throw ShapeError(detail::pass_text(entries.front()) + " recorded " + tensor_text(parts.front()) +
                             ", which has no axis " + std::to_string(along) +
                             " before its channels: name another, or keep an axis of tokens or rows");
        for (std::size_t i = 1; i < parts.size(); ++i)
            detail::check_joinable(entries[i], parts[i], parts.front(), [along](Index at) { return at == along; });
        if constexpr (std::same_as<X, AnyLayout>)
            return at::cat(parts, along);
        else
            return detail::Access::make<Owned<X>>(at::cat(parts, along), detail::extents_held<X>(held));
    }
    static void check_alike(const detail::StoredEntry& e, const std::vector<at::Tensor>& parts) {
        const at::Tensor &first = parts.front(), &last = parts.back();
        const std::string differ = "pass " + std::to_string(e.pass) + " of " + e.name + " recorded " +
                                   tensor_text(last) + " but the first pass " + tensor_text(first);
        if (first.sizes() != last.sizes())
            throw ShapeError(differ +
                             ": write cat() for batches of unequal size, padded() for unequal lengths, or record " +
                             "the same tokens of every prompt, for example token(-1)");
        if (first.scalar_type() != last.scalar_type() || first.device() != last.device())
            throw TypeError(differ + ": set a dtype and a device in the RecordOptions");
    }
};

// Without a layout, for the sentence.
template <class Given = void>
History() -> History<detail::NothingToRecord<Given>>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
