// Board: the replacement dictionary, site -> replacement. It is attached once and changed while the model runs; its
// hooks stay as they are.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/detail/board_key.hpp"
#include "suture/hook/detail/empty_recipe.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/hook/detail/running_pass.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/joined.hpp"
#include "suture/text/near_words.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The channels of the packed axis that a place holds, in ascending order.
inline std::vector<Index> channels_held(const PlaceValue& p) {
    ResolvedPlace r;
    resolve_channels(p, at::kCPU, r);
    std::vector<Index> channels;
    if (r.listed.defined())
        channels.assign(r.listed.data_ptr<Index>(), r.listed.data_ptr<Index>() + r.listed.numel());
    else
        for (Index group = 0; group < r.channels.groups; ++group)
            for (Index d = 0; d < r.channels.width; ++d)
                channels.push_back(r.channels.offset + group * r.channels.period + d);
    std::sort(channels.begin(), channels.end());
    return channels;
}
/// Whether the places name the same heads, if these are an axis of their own.
inline bool is_same_on_head_axis(const PlaceValue& a, const PlaceValue& b) {
    const auto heads = [](const ChannelWhere& w) { return std::tuple(w.heads, w.head_begin, w.head_end); };
    return !a.part.has_head_axis() || (heads(a.channels) == heads(b.channels) && is_same(a.heads, b.heads));
}
/// Whether two places in activations of one layout are the same: the same channels, however they are written, at the
/// same positions.
inline bool is_same(const PlaceValue& a, const PlaceValue& b) {
    if (!is_same(a.positions, b.positions) || !is_same_on_head_axis(a, b)) return false;
    if (a.part.channels() > 0 && b.part.channels() > 0) return channels_held(a) == channels_held(b);
    // The numbers of the layout are not known yet.
    return a.name == std::string_view(b.name) && a.channels == b.channels && is_same(a.heads, b.heads) &&
           is_same(a.dims, b.dims);
}

/// One change at a site: what it does, and to which part of the activation.
template <Layout L>
struct BoardChange {
    std::optional<PlaceValue> part;       ///< nothing for a recipe, which may change several
    std::function<bool(Owned<L>&)> edit;  ///< false if another pass holds the positions
    std::function<std::string()> text;
    /// Checks the change for a layout with these numbers, and gives its part in it.
    std::function<std::optional<PlaceValue>(const Extents<L>&)> bind;
};

/// The changes at one site.
template <Layout L>
struct BoardEntry {
    std::vector<BoardChange<L>> changes;
    bool enabled = true;
    std::optional<BoardKey> given = {};  ///< the site as the program named it
};

/// The entries of a board, and the sites that it is attached to. Shared with its hooks.
template <Layout L>
class BoardState {
public:
    BoardState() = default;
    explicit BoardState(KnownExtents<L> numbers) : numbers_(std::move(numbers)), keeps_numbers_(true) {}

    using Entry = BoardEntry<L>;
    /// While the board is attached, entries are found by the index of their site, otherwise as the program named it.
    using Entries = std::map<BoardKey, Entry>;

    /// Calls f(entries, keys in entries...) under the lock, on a copy that takes effect if f returns.
    /// @throws PositionError if the board is attached, but not to the site of every entry
    template <class F, std::same_as<BoardKey>... Keys>
    void change(const F& f, const Keys&... keys) {
        const std::lock_guard lock(guard_);
        Entries next = current_entries();
        f(next, found(keys)...);
        check(next);
        std::swap(entries_, next);
        tell_hooks();
    }
    /// The entry of a site; without changes if the site has no entry.
    Entry at(const BoardKey& key) const {
        const std::lock_guard lock(guard_);
        const Entries entries = current_entries();
        const auto at = entries.find(found(key));
        return at == entries.end() ? Entry{} : at->second;
    }
    /// The same for the site of this index, while the board is attached to it.
    Entry of_attached(std::size_t index) const {
        const std::lock_guard lock(guard_);
        const auto at = entries_.find(index);
        return at == entries_.end() ? Entry{} : at->second;
    }
    Entries entries() const {
        const std::lock_guard lock(guard_);
        return current_entries();
    }
    bool contains(const BoardKey& key) const {
        const std::lock_guard lock(guard_);
        return current_entries().contains(found(key));
    }
    /// @throws HookError if the index belongs to another site: one entry would replace both
    void attach(std::size_t index, const Site& site, std::weak_ptr<HookState> hook, const KnownExtents<L>& numbers) {
        const std::lock_guard lock(guard_);
        if constexpr (!is_static<L>) {
            numbers_ = known_numbers();
            take_numbers(site, numbers);
        }
        entries_ = current_entries();
        std::erase_if(sites_, [](const Attachment& a) { return !a.is_alive(); });
        for (const Attachment& a : sites_)
            if (a.index == index && a.site_id != site.id())
                throw HookError("layer " + std::to_string(index) + " of this board is " + a.site + " and cannot be " +
                                site.name() + " as well: use another board for it, or add all sites at once");
        sites_.push_back({index, site.id(), site.name(), std::move(hook)});
    }
    /// Called after the last attach().
    /// @throws PositionError if an entry is for a site that is not attached, HookError if two entries are for one
    void settle() {
        const std::lock_guard lock(guard_);
        Entries next;
        for (const auto& [key, entry] : entries_) {
            const auto [other, is_new] = next.emplace(found(key), entry);
            if (!is_new)
                throw HookError("the board has two entries for one site, " + other->second.given->text() + " and " +
                                entry.given->text() + ": clear one of them");
        }
        check(next);
        if constexpr (!is_static<L>) bind(next);
        keeps_numbers_ = true;
        std::swap(entries_, next);
        tell_hooks();
    }
    /// The numbers of the layout, as far as they are known: given to the board, or those of its sites.
    KnownExtents<L> numbers() const {
        const std::lock_guard lock(guard_);
        return known_numbers();
    }
    /// @throws PositionError if an entry is for a site that was attached and is not any more: the set that held its hook
    ///         is gone
    void check_entries() const {
        const std::lock_guard lock(guard_);
        if (is_attached()) check(entries_);
    }

private:
    struct Attachment {
        std::size_t index;
        std::uint64_t site_id;
        std::string site;
        std::weak_ptr<HookState> hook;
        bool is_alive() const {
            const auto state = hook.lock();
            return state && !state->removed;
        }
    };
    /// Without those of sites to which the board was not attached after all.
    KnownExtents<L> known_numbers() const { return keeps_numbers_ || is_attached() ? numbers_ : KnownExtents<L>(); }
    /// @throws HookError if the site has other numbers than the board
    void take_numbers(const Site& site, const KnownExtents<L>& numbers) {
        if (!numbers.is_known()) return;
        if (!numbers_.is_known()) numbers_ = numbers;
        if (numbers_.get() != numbers.get())
            throw HookError(site.name() + " is packed as " + layout_text(numbers.get().facts()) +
                            " but the board is for " + layout_text(numbers_.get().facts()) +
                            ": use another board for it");
    }
    /// Checks changes that were made before the numbers were known.
    void bind(Entries& entries) const {
        if (!numbers_.is_known()) return;
        for (auto& [key, entry] : entries)
            for (BoardChange<L>& change : entry.changes) try {
                    change.part = change.bind(numbers_.get());
                } catch (Error& e) {
                    e.add_place("board " + entry.given->text());
                    throw;
                }
    }
    bool is_attached() const { return std::any_of(sites_.begin(), sites_.end(), std::mem_fn(&Attachment::is_alive)); }
    /// The entries, by index only while that means something.
    Entries current_entries() const {
        if (is_attached()) return entries_;
        Entries as_given;
        for (const auto& [key, entry] : entries_) as_given.emplace(*entry.given, entry);
        return as_given;
    }
    /// The key under which the entry of a site is kept now.
    /// @throws PositionError if the board is attached, but not to that site; HookError if several sites are meant
    BoardKey found(const BoardKey& key) const {
        if (key.is_index() || !is_attached()) return key;
        const Attachment* one = nullptr;
        for (const Attachment& a : sites_) {
            if (!a.is_alive() || !key.means(a.index, a.site_id, a.site) || (one && one->index == a.index)) continue;
            if (one)
                throw HookError("the board is attached to " + one->site + " and " + a.site + ", which are both " +
                                key.text() + ": name the site by its path, or by its index");
            one = &a;
        }
        if (!one)
            throw PositionError("the board is not attached to " + key.text() + near_words(key.path(), attached()) +
                                ", but to " + attached_text() +
                                ": assign to one of these, or attach the board to that site as well");
        return one->index;
    }

    /// A hook without an entry, or with a disabled one, has nothing to do: a scope does not report it as idle.
    void tell_hooks() const {
        for (const Attachment& a : sites_)
            if (const auto state = a.hook.lock()) {
                const auto at = entries_.find(a.index);
                state->has_work = at != entries_.end() && at->second.enabled;
            }
    }
    void check(const Entries& entries) const {
        std::size_t attached = 0;
        for (const Attachment& a : sites_)
            if (a.is_alive()) attached = std::max(attached, a.index + 1);
        if (attached == 0 || entries.empty() || entries.rbegin()->first.index() < attached) return;
        throw PositionError("the board has an entry for " + entries.rbegin()->first.text() + " but is attached to " +
                            std::to_string(attached) + " layers, counted from 0 (the last is " + last_site() +
                            "): move or clear the entry");
    }
    std::string last_site() const {
        const Attachment* last = nullptr;
        for (const Attachment& a : sites_)
            if (a.is_alive() && (!last || a.index > last->index)) last = &a;
        return last->site;
    }
    /// The names of the sites, each once.
    std::vector<std::string> attached() const {
        std::vector<std::string> names;
        for (const Attachment& a : sites_)
            if (a.is_alive() && std::find(names.begin(), names.end(), a.site) == names.end()) names.push_back(a.site);
        return names;
    }
    std::string attached_text() const {
        constexpr std::size_t most_shown = 12;
        std::vector<std::string> names = attached();
        if (names.size() > most_shown) {
            names.resize(most_shown);
            names.emplace_back("...");
        }
        return joined(names, ", ");
    }

    mutable std::mutex guard_;
    [[no_unique_address]] KnownExtents<L> numbers_;
    bool keeps_numbers_ = false;  ///< they were given to the board, or it was attached to all sites of an `add`
    Entries entries_;
    std::vector<Attachment> sites_;
};
}  // namespace detail

/// Site -> replacement, for activations packed like L. A replacement is a number, a tensor that broadcasts to the
/// activation, the View of another run, a Slot, or a recipe; for the whole activation or for parts of it. A site is
/// named by its path, by its index among the sites that the board is attached to, or by the model's number of its layer.
///
///     Board<Qkv> board;
///     hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), board);
///     board["h.3.attn.c_attn"] = at::zeros({1, 1, 2304});   // layer 3 is silenced
///     board.layer(5)[on<Q>(token(4))] = vector;             // one part of layer 5
///     board[11] = latest[3];                                // layer 3's signal transplanted into the last of 12 sites
///     board.swap(3, 11);
///     board.layer(3).disable();
///
/// Changes take effect from the next pass on, in any thread. If a change throws, the board stays as it was.
template <Layout L>
class Board {
    using State = detail::BoardState<L>;
    using Entry = detail::BoardEntry<L>;
    using Key = detail::BoardKey;

    /// A place in a site's activation, to assign to.
    template <class Selector, Where... Ws>
    class Part {
    public:
        Part(const Part&) = delete;
        /// @throws Error if the place is not in the layout
        template <class V>
            requires detail::takes<std::remove_cvref_t<V>, Selector>
        void operator=(V&& value) && {
            const auto edit = place_.set(std::forward<V>(value));
            const detail::KnownExtents<L> numbers = board_.numbers();
            Board::bind(edit, site_, numbers);
            const detail::PlaceValue part = numbers.is_known()
                                                ? detail::place_in<Selector, L>(edit.wheres, numbers.get())
                                                : detail::place_value({}, detail::selector_name<Selector>, edit.wheres);
            board_.change(
                [&](auto& entries, const Key& at) {
                    Entry& entry = entries[at];
                    entry.enabled = true;
                    if (!entry.given) entry.given = site_;
                    std::erase_if(entry.changes,
                                  [&](const auto& c) { return c.part && detail::is_same(*c.part, part); });
                    entry.changes.push_back(Board::change_by(edit, part));
                },
                site_);
        }
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = place.add(value)", operator+=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = place.multiply(value)", operator*=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = place.subtract(value)", operator-=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = place.divide(value)", operator/=(const V&) &&);
        template <class V>
            requires(!detail::takes<V, Selector> && Readable<V>)
        SUTURE_REJECTED(
            "the injected View holds another component: take its values with read()", operator=(const V&) &&);
        template <class V>
            requires(!detail::takes<V, Selector> && !Readable<V>)
        SUTURE_REJECTED(
            "a place of a board takes a number, a tensor, a View, a place or a Slot: give one", operator=(const V&) &&);
        template <class V>
        SUTURE_REJECTED(
            "a board is assigned to in one statement: write board[site][place] = value", operator=(const V&) &);
        SUTURE_REJECTED_CONVERSION("a board has no activations: record them with a Latest", at::Tensor, const);
#define SUTURE_ASSIGNED_AT_A_PLACE(name, sentence) \
    template <class...>                            \
    SUTURE_REJECTED(sentence, name(InBraces = {}, InBraces = {}) const);
        SUTURE_ASSIGNED_AT_A_PLACE(zero, "a place of a board is assigned to: write board[site][place] = 0")
        SUTURE_ASSIGNED_AT_A_PLACE(zero_, "a place of a board is assigned to: write board[site][place] = 0")
        SUTURE_ASSIGNED_AT_A_PLACE(set, "a place of a board is assigned to: write board[site][place] = value")
        SUTURE_ASSIGNED_AT_A_PLACE(fill_, "a place of a board is assigned to: write board[site][place] = value")
        SUTURE_ASSIGNED_AT_A_PLACE(copy_, "a place of a board is assigned to: write board[site][place] = value")
        SUTURE_ASSIGNED_AT_A_PLACE(add, "a board replaces: write board[site] = place.add(value)")
        SUTURE_ASSIGNED_AT_A_PLACE(multiply, "a board replaces: write board[site] = place.multiply(value)")
        SUTURE_ASSIGNED_AT_A_PLACE(clear, "an entry is cleared as a whole: write board[site].clear()")
        SUTURE_ASSIGNED_AT_A_PLACE(disable, "an entry is switched as a whole: write board[site].disable()")
        SUTURE_ASSIGNED_AT_A_PLACE(norm, "a board has no activations: record them with a Latest")
        SUTURE_ASSIGNED_AT_A_PLACE(clone, "a board has no activations: record them with a Latest")
        SUTURE_ASSIGNED_AT_A_PLACE(read, "a board has no activations: record them with a Latest")
#undef SUTURE_ASSIGNED_AT_A_PLACE

    private:
        friend Board;
        Part(State& board, Key site, Place<Selector, Ws...> place)
            : board_(board), site_(std::move(site)), place_(std::move(place)) {}
        State& board_;
        Key site_;
        Place<Selector, Ws...> place_;
    };

    /// The entry of a site, to assign to.
    class SiteEntry {
    public:
        SiteEntry(const SiteEntry&) = delete;
        /// Replaces the whole activation, in place of what was assigned before.
        /// @throws ShapeError if a tensor has another width
        template <class V>
            requires detail::takes<std::remove_cvref_t<V>, detail::Exactly<L>>
        void operator=(V&& value) && {
            if constexpr (std::same_as<std::remove_cvref_t<V>, at::Tensor>) check_width(value);
            std::move(*this) = on<L>().set(std::forward<V>(value));
        }
        /// Edits the activation.
        /// @throws ValueError if the recipe is an empty range of edits; Error if a place of it is not in the layout
        template <Applicable R>
            requires(detail::recipe_fault<R, L> == detail::Fault::none)
        void operator=(R&& given) && {
            const auto recipe = detail::as_recipe(std::forward<R>(given));
            Board::bind(recipe, site_, board_.numbers());
            board_.change(
                [&](auto& entries, const Key& at) {
                    entries[at] = {{Board::change_by(recipe, {})}, true, site_};
                },
                site_);
        }
        /// Copies the entry of another site.
        void operator=(const SiteEntry& other) && {
            Entry copied = other.board_.at(other.site_);
            copied.given = site_;
            board_.change(
                [&](auto& entries, const Key& at) {
                    if (copied.changes.empty())
                        entries.erase(at);
                    else
                        entries[at] = copied;
                },
                site_);
        }

        /// The entry stays but does nothing until enable(). @throws PositionError if there is none
        void disable() && { Board::set_enabled(board_, site_, false); }
        void enable() && { Board::set_enabled(board_, site_, true); }
        /// Removes the entry, if there is one: the site's own activation passes again.
        void clear() && { Board::erase(board_, site_); }

        /// A place in the activation: `board[3][on<Q>(token(4))] = vector`. Different places of a site add up; assigning
        /// to the same place again replaces it.
        template <class Selector, Where... Ws>
            requires(detail::place_fault<Selector, L, Ws...> == detail::Fault::none)
        Part<Selector, Ws...>
        operator[](const Place<Selector, Ws...>& place) && { return {board_, site_, place}; }
        template <class Selector, Where... Ws, detail::Fault suture_fault = detail::place_fault<Selector, L, Ws...>>
            requires(suture_fault != detail::Fault::none)
        SUTURE_REJECTED_FOR(suture_fault, operator[](const Place<Selector, Ws...>&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = on<C>().add(value)", operator+=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = on<C>().multiply(value)", operator*=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = on<C>().subtract(value)", operator-=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[site] = on<C>().divide(value)", operator/=(const V&) &&);
        template <Applicable R, detail::Fault suture_fault = detail::recipe_fault<R, L>>
            requires(suture_fault != detail::Fault::none)
        SUTURE_REJECTED_FOR(suture_fault, operator=(const R&) &&);
        template <class V>
            requires(detail::is_place<V>)
        SUTURE_REJECTED("the edit has no operation: write on<...>(...).set(value)", operator=(const V&) &&);
        template <class V>
            requires(!detail::takes<V, detail::Exactly<L>> && Readable<V>)
        SUTURE_REJECTED(
            "this holds another layout: for a part, write board[site][on<C>()] = value", operator=(const V&) &&);
        template <class V>
            requires(!detail::takes<V, detail::Exactly<L>> && !Readable<V> && !Applicable<V> && !detail::is_place<V>)
        SUTURE_REJECTED(
            "a site takes a number, a tensor, a View, a Slot or a recipe: give one", operator=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board is assigned to in one statement: write board[site] = value", operator=(const V&) &);
        template <class I>
            requires(!detail::is_place<I>)
        SUTURE_REJECTED("a part of it is a place: write board[site][on<C>(token(4))] = value", operator[](const I&) &&);
        SUTURE_REJECTED_CONVERSION("a board has no activations: record them with a Latest", at::Tensor, const);
        SUTURE_REJECTED_CONDITION("an entry is not a condition: write board.contains(site)");
        template <class...>
        SUTURE_REJECTED("a list is not a value: write board[site] = at::tensor({1.0, 2.0})", operator=(InBraces) &&);
        template <class V>
        SUTURE_REJECTED("an entry is not compared: write board.contains(site), or print it", operator==(const V&)
                                                                                                 const);
        template <class...>
        SUTURE_REJECTED("an entry is cleared as a whole: write board[site].clear()", clear(...) const);
#define SUTURE_ASSIGNED_TO(name, sentence) \
    template <class...>                    \
    SUTURE_REJECTED(sentence, name(InBraces = {}, InBraces = {}) const);
        SUTURE_ASSIGNED_TO(zero, "an entry is assigned to: write board[site] = 0")
        SUTURE_ASSIGNED_TO(zero_, "an entry is assigned to: write board[site] = 0")
        SUTURE_ASSIGNED_TO(set, "an entry is assigned to: write board[site] = value")
        SUTURE_ASSIGNED_TO(fill_, "an entry is assigned to: write board[site] = value")
        SUTURE_ASSIGNED_TO(copy_, "an entry is assigned to: write board[site] = value")
        SUTURE_ASSIGNED_TO(add, "an entry is assigned to: write board[site] = on<C>().add(value)")
        SUTURE_ASSIGNED_TO(multiply, "an entry is assigned to: write board[site] = on<C>().multiply(value)")
        SUTURE_ASSIGNED_TO(reset, "an entry of a board is cleared: write board.clear(site)")
#undef SUTURE_ASSIGNED_TO
#define SUTURE_NO_ARITHMETIC(symbol) \
    template <class V>               \
    SUTURE_REJECTED("a board has no activations: record them with a Latest", operator symbol(const V&) const);
        SUTURE_NO_ARITHMETIC(+)
        SUTURE_NO_ARITHMETIC(-)
        SUTURE_NO_ARITHMETIC(*)
        SUTURE_NO_ARITHMETIC(/)
#undef SUTURE_NO_ARITHMETIC
        template <class...>
        SUTURE_REJECTED("an entry is switched as a whole: write board[site].disable()", disable(...) const);
        template <class...>
        SUTURE_REJECTED("an entry is switched as a whole: write board[site].enable()", enable(...) const);
        template <class...>
        SUTURE_REJECTED("a board has no activations: record them with a Latest", norm(...) const);
        template <class...>
        SUTURE_REJECTED("a board has no activations: record them with a Latest", clone(...) const);
        template <class...>
        SUTURE_REJECTED("a board has no activations: record them with a Latest", read(...) const);

        /// As a line of the board: "3: Q[token 4] = float32 [768]"; "3: nothing" without an entry.
        friend std::ostream& operator<<(std::ostream& out, const SiteEntry& entry) { return out << entry.text(); }

    private:
        friend Board;
        SiteEntry(State& board, Key site) : board_(board), site_(std::move(site)) {}
        std::string text() const { return Board::entry_text(site_, board_.at(site_)); }
        void check_width(const at::Tensor& value) const {
            if (!value.defined())
                throw TypeError("board " + site_.text() +
                                ": the replacement is an undefined tensor: give it a value, or clear() the entry");
            const detail::KnownExtents<L> numbers = board_.numbers();
            if (!numbers.is_known()) return;
            const Extents<L> extents = numbers.get();
            const LayoutFacts& layout = extents.facts();
            if (value.dim() > 0 && value.size(-1) != layout.width && value.size(-1) != 1)
                throw ShapeError("board " + site_.text() + ": the replacement is " + tensor_text(value) + " but " +
                                 layout_text(layout) + " needs " + detail::axes_text(layout) +
                                 ": give it that width, or write board[site][on<Component>()] for a part");
        }
        State& board_;
        Key site_;
    };

public:
    /// Where the layout leaves numbers dynamic, they are those of the first site that the board is attached to, and entries
    /// are checked then.
    Board() : state_(std::make_shared<State>()) {}
    /// A board for a layout with these numbers, whose entries are checked when they are made.
    explicit Board(const Extents<L>& extents) : state_(std::make_shared<State>(extents)) {}
    /// Takes over the entries and the hooks; the other board is left empty, without hooks.
    Board(Board&& other) : state_(std::exchange(other.state_, std::make_shared<State>())) {}
    Board& operator=(Board&& other) & {
        state_ = std::exchange(other.state_, std::make_shared<State>());
        return *this;
    }

    /// The entry of a site, to assign to: `board[3]`, `board["h.3.attn.c_attn"]`, `board[site]`.
    /// @throws PositionError if the board is not attached to that site: when the entry is assigned or, if the board is
    ///         not attached yet, when it is
    SiteEntry operator[](detail::BoardKey site) { return SiteEntry(*state_, std::move(site)); }
    /// The entry of the site in this layer, by the model's own number: layer(3) is that of "h.3.attn.c_attn".
    /// @throws as operator[]; HookError if the board is attached to several sites of that layer
    SiteEntry layer(Integer auto number) { return SiteEntry(*state_, Key::layer(detail::counted(number))); }
    template <class N>
        requires(!Integer<N>)
    SUTURE_REJECTED("a layer goes by its number in the model: write board.layer(3)", layer(const N&) const);

    // Calls that must not compile.
    template <class I>
        requires(!std::convertible_to<const I&, detail::BoardKey> && !detail::is_place<I>)
    SUTURE_REJECTED("an entry goes by its site: write board[3], board[site] or board.layer(3)", operator[](const I&)
                                                                                                    const);
    template <class I>
        requires(detail::is_place<I>)
    SUTURE_REJECTED("a place is in a site: write board[site][on<C>(token(4))] = value", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board[3], board[site] or board.layer(3)", at(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board[3], board[site] or board.layer(3)", set(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board[3], board[site] or board.layer(3)", insert(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board[3], board[site] or board.layer(3)", operator()(...) const);
    template <class...>
    SUTURE_REJECTED("one entry at a time: write board[3] = value for each", operator[](std::initializer_list<int>)
                                                                                const);
    template <class...>
    SUTURE_REJECTED(
        "one entry at a time: write board[site] = value for each", operator[](std::initializer_list<const char*>)
                                                                       const);
    template <class...>
    SUTURE_REJECTED("an entry is assigned to: write board.layer(3) = value", layer(...) const);
    template <class...>
    SUTURE_REJECTED("one entry at a time: write board.layer(3) = value for each", layers(...) const);
    template <class R>
        requires(!std::same_as<R, Board>)
    SUTURE_REJECTED("a board is assigned to at a site: write board[3] = recipe", operator=(const R&) &);
    template <class...>
    SUTURE_REJECTED("a board is not a range: write board[3] or board[site] for each", begin() const);
    template <class...>
    SUTURE_REJECTED("a board is not a range: write board[3] or board[site] for each", end() const);
    template <class...>
    SUTURE_REJECTED("an entry of a board is cleared: write board.clear(site)", erase(...) const);
    template <class...>
    SUTURE_REJECTED("an entry of a board is cleared: write board.clear(site)", remove(...) const);
    SUTURE_REJECTED_COPY("a Board is not copied: its hooks use this one, so pass a reference", Board);
    SUTURE_REJECTED("a Board is not copied: its hooks use this one, so pass a reference", operator=(const Board&) &);

    bool contains(const detail::BoardKey& site) const { return state_->contains(site); }
    /// The number of sites that have an entry.
    std::size_t size() const { return state_->entries().size(); }

    /// The entry stays but does nothing until enable(). @throws PositionError if there is none
    void disable(const detail::BoardKey& site) { set_enabled(*state_, site, false); }
    void enable(const detail::BoardKey& site) { set_enabled(*state_, site, true); }

    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board.contains(3), or board.contains(site)", contains(...) const);
    template <class...>
    SUTURE_REJECTED("a board is added at sites: write hooks.add(sites, board)", attach(...) const);
    template <class...>
    SUTURE_REJECTED("an entry is switched at its site: write board.disable(3), or disable its key", disable(...) const);
    template <class...>
    SUTURE_REJECTED("an entry is switched at its site: write board.enable(3), or enable its key", enable(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board.clear(3), or board.clear() for all", clear(...) const);
    template <class V>
    SUTURE_REJECTED("a board is assigned to at a site: write board[3] = recipe", operator+=(const V&) const);
    template <class V>
    SUTURE_REJECTED("a board is assigned to at a site: write board[3] = recipe", operator|=(const V&) const);
    template <class V>
    SUTURE_REJECTED("boards are not compared: compare their texts, to_string(a) == to_string(b)", operator==(const V&)
                                                                                                      const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board.contains(3), or board.contains(site)", count(...) const);
    template <class...>
    SUTURE_REJECTED("an entry goes by its site: write board.contains(3), or board.contains(site)", find(...) const);
    template <class...>
    SUTURE_REJECTED("a board is not a range: write board[3] or board[site] for each", keys(...) const);
    template <class...>
    SUTURE_REJECTED("a board is not a range: write board[3] or board[site] for each", items(...) const);
    SUTURE_REJECTED_CONDITION("a board is not a condition: write board.size() > 0");
    SUTURE_REJECTED_CONVERSION("a board has no activations: record them with a Latest", at::Tensor, const);
    explicit SUTURE_REJECTED_FROM("a board is filled and then added: write hooks.add(sites, board)", Board, InBraces);
    template <class...>
    SUTURE_REJECTED("a swap takes two sites: write board.swap(3, 11)", swap(...));
    template <class...>
    SUTURE_REJECTED("a move takes two sites: write board.move(3, 11)", move(...));
    /// Exchanges the entries of two sites; one of them may have none.
    /// @throws PositionError if neither has an entry
    void swap(const detail::BoardKey& one, const detail::BoardKey& other) {
        state_->change(
            [&](auto& entries, const Key& at_one, const Key& at_other) {
                auto a = entries.extract(at_one), b = entries.extract(at_other);
                if (a.empty() && b.empty()) throw_no_entry(one, " and none for " + other.text());
                if (!a.empty()) put(entries, std::move(a), at_other, other);
                if (!b.empty()) put(entries, std::move(b), at_one, one);
            },
            one, other);
    }
    /// Moves an entry to another site, replacing its entry. @throws PositionError if there is none
    void move(const detail::BoardKey& from, const detail::BoardKey& to) {
        state_->change(
            [&](auto& entries, const Key& at_from, const Key& at_to) {
                auto node = entries.extract(at_from);
                if (node.empty()) throw_no_entry(from);
                entries.erase(at_to);
                put(entries, std::move(node), at_to, to);
            },
            from, to);
    }
    /// Removes the entry, if there is one: the site's own activation passes again.
    void clear(const detail::BoardKey& site) { erase(*state_, site); }
    void clear() {
        state_->change([](auto& entries) { entries.clear(); });
    }

    /// One line per site: "3: Q[token 4] = float32 [768]", "11 (disabled): all = 0".
    friend std::string to_string(const Board& board) {
        std::string text;
        for (const auto& [site, e] : board.state_->entries()) text += entry_text(site, e) + "\n";
        return text.empty() ? "an empty board\n" : text;
    }
    friend std::ostream& operator<<(std::ostream& out, const Board& board) { return out << to_string(board); }

    // For HookSet::add.

    template <std::same_as<L> M>
    detail::HookEntry hook_at(std::size_t layer, const Site& site) {
        const detail::KnownExtents<L> of_board = state_->numbers();
        const detail::KnownExtents<L> known =
            !site.layout() && of_board.is_known() ? of_board : detail::numbers_at<L>(site);
        detail::HookEntry hook;
        hook.owner = state_.get();
        state_->attach(layer, site, hook.state, known);
        hook.text = [board = state_, layer] {
            const Entry e = board->of_attached(layer);
            return "board layer " + std::to_string(layer) + ": " + (e.changes.empty() ? "nothing" : changes_text(e));
        };
        if (layer == 0)  // one check serves all layers
            hook.check = [board = state_] { board->check_entries(); };
        hook.run = [board = state_, layer, known](const at::Tensor& activation, const Site&) -> at::Tensor {
            const Entry e = board->of_attached(layer);
            if (!e.enabled || e.changes.empty()) return {};
            try {
                Owned<L> replaced =
                    detail::at_positions(borrow<L>(activation, detail::extents_in<L>(activation, known))).clone();
                bool is_there = false;
                for (const auto& change : e.changes) is_there |= change.edit(replaced);
                detail::is_hook_elsewhere = !is_there;
                return is_there ? std::move(replaced).take() : at::Tensor();
            } catch (Error& error) {
                error.add_place("board layer " + std::to_string(layer));
                throw;
            }
        };
        return hook;
    }
    /// @throws PositionError if there is an entry for a site that is not attached, HookError if there are two for one
    void attached() { state_->settle(); }

private:
    template <AnyRecipe R>
    static void bind(const R& recipe, const Key& site, const detail::KnownExtents<L>& numbers) {
        try {
            detail::check_has_edits(recipe);
            if (numbers.is_known()) recipe.template bind<L>(numbers.get());
        } catch (Error& e) {
            e.add_place("board " + site.text());
            throw;
        }
    }
    template <class Entries, class Node>
    static void put(Entries& entries, Node node, const Key& at, const Key& given) {
        node.key() = at;
        node.mapped().given = given;
        entries.insert(std::move(node));
    }
    static void erase(State& state, const Key& site) {
        state.change([](auto& entries, const Key& at) { entries.erase(at); }, site);
    }
    template <AnyRecipe R>
    static detail::BoardChange<L> change_by(const R& recipe, std::optional<detail::PlaceValue> part) {
        detail::BoardChange<L> change{
            std::move(part),
            [recipe](Owned<L>& x) { return detail::edit_owned(x, recipe, detail::IfElsewhere::skip); },
            [recipe] { return to_string(recipe); },
            {}};
        if constexpr (!detail::is_static<L>)
            change.bind = [recipe, is_part = change.part.has_value()](const Extents<L>& extents) {
                recipe.template bind<L>(extents);
                std::optional<detail::PlaceValue> bound;
                if constexpr (requires { recipe.wheres; })
                    if (is_part) bound = Board::place_of(recipe, extents);
                return bound;
            };
        return change;
    }
    template <class Selector, class Op, Where... Ws>
    static detail::PlaceValue place_of(const Edit<Selector, Op, Ws...>& edit, const Extents<L>& extents) {
        return detail::place_in<Selector, L>(edit.wheres, extents);
    }
    static std::string changes_text(const Entry& e) {
        std::string text;
        for (const auto& change : e.changes) text += (text.empty() ? "" : " | ") + change.text();
        return text;
    }
    static std::string entry_text(const Key& site, const Entry& e) {
        return (site.is_index() ? std::to_string(site.index()) : site.text()) + (e.enabled ? ": " : " (disabled): ") +
               (e.changes.empty() ? "nothing" : changes_text(e));
    }
    [[noreturn]] static void throw_no_entry(const Key& site, const std::string& more = "") {
        throw PositionError("the board has no entry for " + site.text() + more + ": assign one first");
    }
    static void set_enabled(State& state, const Key& site, bool enabled) {
        state.change(
            [&](auto& entries, const Key& at) {
                const auto found = entries.find(at);
                if (found == entries.end()) throw_no_entry(site);
                found->second.enabled = enabled;
            },
            site);
    }

    std::shared_ptr<State> state_;
};

namespace detail {
template <class... Given>
struct NoLayoutOfBoard {
    static_assert(sizeof...(Given) == 0, "a board has a layout: write Board<Qkv> board");
};
}  // namespace detail
// Without a layout, for the sentence.
template <class Given = void>
Board() -> Board<detail::NoLayoutOfBoard<Given>>;

}  // namespace suture

#include "suture/core/end_refuse.hpp"
