// Latest: the newest activation at each site. The next pass overwrites it, which suits looking at one prompt. To collect
// activations of many prompts, use a History.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/record/recorder.hpp"
#include "suture/tensor/reading.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
struct RefusedOperations;  // a base of every place
}  // namespace detail

/// Layer -> the newest activation of X, a layout or one of its components (`Latest<part<NeoX, Q>>` for one that lies in
/// groups). A `Latest<AnyLayout>` keeps activations of any kind, for example attention patterns, as plain tensors.
///
///     Latest<Qkv> latest;
///     hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), latest);
///     run_with_hooks(model, hooks, prompt);
///     View<Q<768, 12>> q = latest[3][on<Q>()];
///     board[11] = latest[3];
///
/// A recorder of a component keeps that component alone. It is a range of RecordEntry, one per layer, for range-v3 and
/// for the standard library. A recorder may be destroyed before its hooks, and several threads may record into one.
template <Recordable X>
class Latest : public detail::Recorder<X> {
public:
    /// @throws ValueError if the options select batch rows twice. Whether an activation has the selected part is checked
    ///         when it passes: then the pass throws PositionError, ShapeError, TypeError or, before the limit would be
    ///         exceeded, MemoryError.
    explicit Latest(RecordOptions options = {})
        : detail::Recorder<X>(std::move(options), detail::EntryStore::Keep::latest) {}
    /// Keeps a place, `Latest<Q<768, 12>> queries(on<Q>(token(-1)));`: X at these positions.
    /// @throws ValueError also if the options name positions as well
    template <class Selector, Where... Ws>
        requires detail::keeps_all_channels<X, Selector, Ws...>
    explicit Latest(const Place<Selector, Ws...>& place, RecordOptions options = {})
        : Latest(detail::options_at(detail::Access::wheres(place), std::move(options))) {}

    /// The newest activation of the layer: [..., width].
    /// @throws PositionError if the recorder is not attached to that layer, HookError if it has recorded nothing yet
    typename RecordEntry<X>::view_type operator[](std::size_t layer) const {
        return this->of_layer(layer).front().view();
    }
    /// The newest activation at the site of this name: `latest["h.3.attn.c_attn"]`.
    /// @throws PositionError if no site of that name is recorded, HookError if several are or nothing was recorded yet
    typename RecordEntry<X>::view_type operator[](const std::string& site) const {
        return (*this)[this->shared()->layer_named(site)];
    }

    // Calls that must not compile.
    Latest(Latest&&) noexcept = default;
    Latest& operator=(Latest&&) noexcept = default;
    SUTURE_REJECTED_COPY("a recorder is not copied: its hooks fill this one, so pass a reference", Latest);
    SUTURE_REJECTED("a recorder is not copied: its hooks fill this one, so pass a reference", operator=(const Latest&));
    SUTURE_REJECTED_FROM("a recorder keeps a place: write on<C>(token(-1)) instead of token(-1)", Latest,
                         const Position<Axis::token>&);
    SUTURE_REJECTED_FROM("a recorder keeps a place: write on<C>(batch(0)) instead of batch(0)", Latest,
                         const Position<Axis::batch>&);
    SUTURE_REJECTED_FROM("options have names: write RecordOptions{.dtype = at::kDouble}", Latest, at::ScalarType);
    explicit SUTURE_REJECTED_FROM("a recorder of C keeps all channels of C: name a place of C without heads or dims",
                                  Latest, const detail::RefusedOperations&);

    explicit SUTURE_REJECTED_FROM("a recorder is filled by hooks: write hooks.add(sites, latest)", Latest, InBraces);
    explicit SUTURE_REJECTED_FROM("a recorder is filled by hooks: write hooks.add(sites, latest)", Latest, InBraces,
                                  InBraces);
    template <class...>
    SUTURE_REJECTED("a recorder is filled by hooks: write hooks.add(sites, latest)", record(...) const);
    template <class...>
    SUTURE_REJECTED("a recorder is filled by hooks: write hooks.add(sites, latest)", add(...) const);
    template <class...>
    SUTURE_REJECTED("a recorder is emptied as a whole: write latest.clear()", reset(...) const);
    explicit SUTURE_REJECTED_FROM("a recorder of C keeps all channels of C: name a place of C without heads or dims",
                                  Latest, const detail::RefusedOperations&, const RecordOptions&);
    explicit SUTURE_REJECTED_FROM("the place comes first: write (on<C>(token(-1)), RecordOptions{...})", Latest,
                                  const RecordOptions&, const detail::RefusedOperations&);
    explicit SUTURE_REJECTED_FROM("a recorder is added at sites: write hooks.add(sites<L>(model, path), latest)",
                                  Latest, const std::string&);
    explicit SUTURE_REJECTED_FROM("a recorder is added at sites: write hooks.add(sites<L>(model, path), latest)",
                                  Latest, const char*);
    template <class...>
    SUTURE_REJECTED(
        "one entry at a time: write latest[3], or latest[site.name()]", operator[](std::initializer_list<const char*>)
                                                                            const);
    template <class I>
        requires(detail::is_place<I>)
    SUTURE_REJECTED("a place is read in a layer: write latest[layer][on<C>()]", operator[](const I&) const);
    template <class I>
        requires(!std::convertible_to<const I&, std::size_t> && !std::convertible_to<const I&, std::string> &&
                 !detail::is_place<I>)
    SUTURE_REJECTED("an entry goes by its site: write latest[3], or latest[site.name()]", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write latest[3], or latest[site.name()]", at(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write latest[3], or latest[site.name()]", operator()(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write latest[3], or latest[site.name()]", get(...) const);
    template <class...>
    SUTURE_REJECTED("a Latest keeps one entry of each layer: write latest[3], or use a History", of(...) const);
    template <class...>
    SUTURE_REJECTED("a Latest keeps one entry of each layer: write latest[3], or use a History", stack(...) const);
};

// Without a layout, for the sentence.
template <class Given = void>
Latest() -> Latest<detail::NothingToRecord<Given>>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
