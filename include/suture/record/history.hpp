// History: the activations of every pass at each site, for statistics over many prompts. To look at one prompt, use a
// Latest. A History that outgrows the memory is spilled to files, see record/spill.hpp.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/record/recorder.hpp"
#include "suture/tensor/owned.hpp"
#include "suture/tensor/reading.hpp"

#include <ATen/ops/stack.h>
#include <range/v3/view/interface.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
struct RefusedOperations;  // a base of every place
}  // namespace detail

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
    /// layout that names its axes, which has none for passes: as one tensor.
    /// @throws ShapeError or TypeError unless all have the same shape, dtype and device; otherwise as of()
    auto stack(std::size_t layer) const {
        std::vector<at::Tensor> parts;
        [[maybe_unused]] const LayoutFacts* held = nullptr;
        for (const detail::StoredEntry& e : this->shared()->of(layer)) {
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

private:
    static void check_alike(const detail::StoredEntry& e, const std::vector<at::Tensor>& parts) {
        const at::Tensor &first = parts.front(), &last = parts.back();
        const std::string differ = "pass " + std::to_string(e.pass) + " of " + e.name + " recorded " +
                                   tensor_text(last) + " but the first pass " + tensor_text(first);
        if (first.sizes() != last.sizes())
            throw ShapeError(differ + ": record the same tokens of every prompt, for example token(-1), or reduce " +
                             "each entry");
        if (first.scalar_type() != last.scalar_type() || first.device() != last.device())
            throw TypeError(differ + ": set a dtype and a device in the RecordOptions");
    }
};

// Without a layout, for the sentence.
template <class Given = void>
History() -> History<detail::NothingToRecord<Given>>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
