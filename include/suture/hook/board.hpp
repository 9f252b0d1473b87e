// Board: the replacement dictionary, layer -> replacement. It is attached once and changed while the model runs; its
// hooks stay as they are.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/error.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

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
/// Whether two places in activations of one layout are the same: the same channels, however they are written, at the
/// same positions.
inline bool is_same(const PlaceValue& a, const PlaceValue& b) {
    return is_same(a.positions, b.positions) && channels_held(a) == channels_held(b);
}

/// One change at a layer: what it does, and to which part of the activation.
template <Layout L>
struct BoardChange {
    std::optional<PlaceValue> part;  ///< nothing for a recipe, which may change several
    std::function<void(Owned<L>&)> edit;
    std::function<std::string()> text;
};

template <Layout L>
struct BoardEntry {
    std::vector<BoardChange<L>> changes;
    bool enabled = true;
};

/// The entries of a board, and the sites that it is attached to. Shared with its hooks.
template <Layout L>
class BoardState {
public:
    using Entry = BoardEntry<L>;

    /// Calls f(entries) under the lock, on a copy that takes effect if f returns.
    /// @throws PositionError if the board is attached, but not to the layer of every entry
    template <class F>
    void change(const F& f) {
        const std::lock_guard lock(guard_);
        std::map<std::size_t, Entry> next = entries_;
        f(next);
        check(next);
        std::swap(entries_, next);
        tell_hooks();
    }
    /// The entry of a layer; without changes if there is none.
    Entry at(std::size_t layer) const {
        const std::lock_guard lock(guard_);
        const auto found = entries_.find(layer);
        return found == entries_.end() ? Entry{} : found->second;
    }
    std::map<std::size_t, Entry> entries() const {
        const std::lock_guard lock(guard_);
        return entries_;
    }
    /// @throws HookError if the layer belongs to another site: one entry would replace both
    void attach(std::size_t layer, const Site& site, std::weak_ptr<HookState> hook) {
        const std::lock_guard lock(guard_);
        std::erase_if(sites_, [](const Attachment& a) { return !a.is_alive(); });
        for (const Attachment& a : sites_)
            if (a.layer == layer && a.site_id != site.id())
                throw HookError("layer " + std::to_string(layer) + " of this board is " + a.site + " and cannot be " +
                                site.name() + " as well: use another board for it, or add all sites at once");
        sites_.push_back({layer, site.id(), site.name(), std::move(hook)});
        tell_hooks();
    }
    void check_entries() const {
        const std::lock_guard lock(guard_);
        check(entries_);
    }

private:
    struct Attachment {
        std::size_t layer;
        std::uint64_t site_id;
        std::string site;
        std::weak_ptr<HookState> hook;
        bool is_alive() const {
            const auto state = hook.lock();
            return state && !state->removed;
        }
    };

    /// A hook without an entry, or with a disabled one, has nothing to do: a scope does not report it as idle.
    void tell_hooks() const {
        for (const Attachment& a : sites_)
            if (const auto state = a.hook.lock()) {
                const auto found = entries_.find(a.layer);
                state->has_work = found != entries_.end() && found->second.enabled;
            }
    }
    void check(const std::map<std::size_t, Entry>& entries) const {
        std::size_t attached = 0;
        for (const Attachment& a : sites_)
            if (a.is_alive()) attached = std::max(attached, a.layer + 1);
        if (attached == 0 || entries.empty() || entries.rbegin()->first < attached) return;
        throw PositionError("the board has an entry for layer " + std::to_string(entries.rbegin()->first) +
                            " but is attached to " + std::to_string(attached) +
                            " layers, counted from 0 (the last is " + last_site() + "): move or clear the entry");
    }
    std::string last_site() const {
        const Attachment* last = nullptr;
        for (const Attachment& a : sites_)
            if (a.is_alive() && (!last || a.layer > last->layer)) last = &a;
        return last->site;
    }

    mutable std::mutex guard_;
    std::map<std::size_t, Entry> entries_;
    std::vector<Attachment> sites_;
};
}  // namespace detail

/// Layer -> replacement, for activations packed like L. A replacement is a number, a tensor that broadcasts to the
/// activation, the View of another run, a Slot, or a recipe; for the whole activation or for parts of it. Layer i is
/// the i-th site that the board is attached to.
///
///     Board<Qkv> board;
///     hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), board);
///     board[3] = at::zeros({1, 1, 2304});       // layer 3 is silenced
///     board[5][on<Q>(token(4))] = vector;       // one part of layer 5
///     board[11] = latest[3];                    // layer 3's signal transplanted into layer 11
///     board.swap(3, 11);
///     board.disable(3);
///
/// Changes take effect from the next pass on, in any thread. If a change throws, the board stays as it was.
template <Layout L>
class Board {
    using State = detail::BoardState<L>;
    using Entry = detail::BoardEntry<L>;

    /// A place in a layer's activation, to assign to.
    template <class Selector, Where... Ws>
    class Part {
    public:
        Part(const Part&) = delete;
        /// @throws Error if the place is not in the layout
        template <class V>
            requires detail::takes<std::remove_cvref_t<V>, Selector>
        void operator=(V&& value) && {
            const auto edit = place_.set(std::forward<V>(value));
            Board::bind(edit, layer_);
            const detail::PlaceValue part = detail::place_in<Selector, L>(edit.wheres);
            board_.change([&](auto& entries) {
                entries[layer_].enabled = true;
                auto& changes = entries[layer_].changes;
                std::erase_if(changes, [&](const auto& c) { return c.part && detail::is_same(*c.part, part); });
                changes.push_back(Board::change_by(edit, part));
            });
        }
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = place.add(value)", operator+=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = place.multiply(value)", operator*=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = place.subtract(value)", operator-=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = place.divide(value)", operator/=(const V&) &&);
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
            "a board is assigned to in one statement: write board[layer][place] = value", operator=(const V&) &);
        SUTURE_REJECTED_CONVERSION("a board has no activations: record them with a Latest", at::Tensor, const);

    private:
        friend Board;
        Part(State& board, std::size_t layer, Place<Selector, Ws...> place)
            : board_(board), layer_(layer), place_(std::move(place)) {}
        State& board_;
        std::size_t layer_;
        Place<Selector, Ws...> place_;
    };

    /// The entry of a layer, to assign to.
    class LayerEntry {
    public:
        LayerEntry(const LayerEntry&) = delete;
        /// Replaces the whole activation, in place of what was assigned before.
        /// @throws ShapeError if a tensor has another width
        template <class V>
            requires detail::takes<std::remove_cvref_t<V>, detail::Exactly<L>>
        void operator=(V&& value) && {
            if constexpr (std::same_as<std::remove_cvref_t<V>, at::Tensor>) check_width(value);
            std::move(*this) = on<L>().set(std::forward<V>(value));
        }
        /// Edits the activation.
        /// @throws Error if a place of the recipe is not in the layout
        template <Applicable R>
            requires(detail::recipe_fault<R, L> == detail::Fault::none)
        void operator=(R&& given) && {
            const auto recipe = detail::as_recipe(std::forward<R>(given));
            Board::bind(recipe, layer_);
            board_.change([&](auto& entries) { entries[layer_] = {{Board::change_by(recipe, {})}, true}; });
        }
        /// Copies the entry of another layer.
        void operator=(const LayerEntry& other) && {
            const Entry copied = other.board_.at(other.layer_);
            board_.change([&](auto& entries) {
                if (copied.changes.empty())
                    entries.erase(layer_);
                else
                    entries[layer_] = copied;
            });
        }

        /// A place in the activation: `board[3][on<Q>(token(4))] = vector`. Different places of a layer add up; assigning to
        /// the same place again replaces it.
        template <class Selector, Where... Ws>
            requires(detail::place_fault<Selector, L, Ws...> == detail::Fault::none)
        Part<Selector, Ws...>
        operator[](const Place<Selector, Ws...>& place) && { return {board_, layer_, place}; }
        template <class Selector, Where... Ws, detail::Fault suture_fault = detail::place_fault<Selector, L, Ws...>>
            requires(suture_fault != detail::Fault::none)
        SUTURE_REJECTED_FOR(suture_fault, operator[](const Place<Selector, Ws...>&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = on<C>().add(value)", operator+=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = on<C>().multiply(value)", operator*=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = on<C>().subtract(value)", operator-=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board replaces: write board[layer] = on<C>().divide(value)", operator/=(const V&) &&);
        template <Applicable R, detail::Fault suture_fault = detail::recipe_fault<R, L>>
            requires(suture_fault != detail::Fault::none)
        SUTURE_REJECTED_FOR(suture_fault, operator=(const R&) &&);
        template <class V>
            requires(detail::is_place<V>)
        SUTURE_REJECTED("the edit has no operation: write on<...>(...).set(value)", operator=(const V&) &&);
        template <class V>
            requires(!detail::takes<V, detail::Exactly<L>> && Readable<V>)
        SUTURE_REJECTED(
            "this holds another layout: for a part, write board[layer][on<C>()] = value", operator=(const V&) &&);
        template <class V>
            requires(!detail::takes<V, detail::Exactly<L>> && !Readable<V> && !Applicable<V> && !detail::is_place<V>)
        SUTURE_REJECTED(
            "a layer takes a number, a tensor, a View, a Slot or a recipe: give one", operator=(const V&) &&);
        template <class V>
        SUTURE_REJECTED("a board is assigned to in one statement: write board[layer] = value", operator=(const V&) &);
        template <class I>
            requires(!detail::is_place<I>)
        SUTURE_REJECTED(
            "a part of a layer is a place: write board[layer][on<C>(token(4))] = value", operator[](const I&) &&);
        SUTURE_REJECTED_CONVERSION("a board has no activations: record them with a Latest", at::Tensor, const);
        template <class...>
        SUTURE_REJECTED("a board has no activations: record them with a Latest", norm(...) const);
        template <class...>
        SUTURE_REJECTED("a board has no activations: record them with a Latest", clone(...) const);
        template <class...>
        SUTURE_REJECTED("a board has no activations: record them with a Latest", read(...) const);
        template <class...>
        SUTURE_REJECTED("a layer is switched by its number: write board.disable(layer)", disable(...) const);
        template <class...>
        SUTURE_REJECTED("a layer is switched by its number: write board.enable(layer)", enable(...) const);
        template <class...>
        SUTURE_REJECTED("a layer is cleared by its number: write board.clear(layer)", clear(...) const);

    private:
        friend Board;
        LayerEntry(State& board, std::size_t layer) : board_(board), layer_(layer) {}
        void check_width(const at::Tensor& value) const {
            if (!value.defined())
                throw TypeError("board layer " + std::to_string(layer_) +
                                ": the replacement is an undefined tensor: give it a value, or call clear(" +
                                std::to_string(layer_) + ")");
            if (value.dim() > 0 && value.size(-1) != L::width && value.size(-1) != 1)
                throw ShapeError("board layer " + std::to_string(layer_) + ": the replacement is " +
                                 tensor_text(value) + " but " + layout_text(facts_of<L>) + " needs [..., " +
                                 std::to_string(L::width) +
                                 "]: give it that width, or write board[layer][on<Component>()] for a part");
        }
        State& board_;
        std::size_t layer_;
    };

public:
    Board() : state_(std::make_shared<State>()) {}
    /// Takes over the entries and the hooks; the other board is left empty, without hooks.
    Board(Board&& other) : state_(std::exchange(other.state_, std::make_shared<State>())) {}
    Board& operator=(Board&& other) & {
        state_ = std::exchange(other.state_, std::make_shared<State>());
        return *this;
    }

    /// The entry of a layer, to assign to.
    LayerEntry operator[](std::size_t layer) { return LayerEntry(*state_, layer); }

    // Calls that must not compile.
    template <class I>
        requires(!std::convertible_to<const I&, std::size_t> && !detail::is_place<I>)
    SUTURE_REJECTED("a board goes by the number of the layer: write board[3] = value", operator[](const I&) const);
    template <class I>
        requires(detail::is_place<I>)
    SUTURE_REJECTED("a place is in a layer: write board[layer][on<C>(token(4))] = value", operator[](const I&) const);
    template <class...>
    SUTURE_REJECTED("a board goes by the number of the layer: write board[3] = value", at(...) const);
    template <class...>
    SUTURE_REJECTED("a board goes by the number of the layer: write board[3] = value", set(...) const);
    template <class...>
    SUTURE_REJECTED("a board goes by the number of the layer: write board[3] = value", insert(...) const);
    template <class...>
    SUTURE_REJECTED("an entry of a board is cleared: write board.clear(layer)", erase(...) const);
    template <class...>
    SUTURE_REJECTED("an entry of a board is cleared: write board.clear(layer)", remove(...) const);
    SUTURE_REJECTED_COPY("a Board is not copied: its hooks use this one, so pass a reference", Board);
    SUTURE_REJECTED("a Board is not copied: its hooks use this one, so pass a reference", operator=(const Board&) &);

    bool contains(std::size_t layer) const { return state_->entries().contains(layer); }
    /// The number of layers that have an entry.
    std::size_t size() const { return state_->entries().size(); }

    /// The entry stays but does nothing until enable(). @throws PositionError if there is none
    void disable(std::size_t layer) { set_enabled(layer, false); }
    void enable(std::size_t layer) { set_enabled(layer, true); }

    /// Exchanges the entries of two layers; one of them may have none.
    /// @throws PositionError if neither has an entry
    void swap(std::size_t one, std::size_t other) {
        state_->change([&](auto& entries) {
            auto a = entries.extract(one), b = entries.extract(other);
            if (a.empty() && b.empty()) throw_no_entry(one, " and none for layer " + std::to_string(other));
            for (auto* node : {&a, &b})
                if (!node->empty()) node->key() = node == &a ? other : one;
            if (!a.empty()) entries.insert(std::move(a));
            if (!b.empty()) entries.insert(std::move(b));
        });
    }
    /// Moves an entry to another layer, replacing its entry. @throws PositionError if there is none
    void move(std::size_t from, std::size_t to) {
        state_->change([&](auto& entries) {
            auto node = entries.extract(from);
            if (node.empty()) throw_no_entry(from);
            entries.erase(to);
            node.key() = to;
            entries.insert(std::move(node));
        });
    }
    /// Removes the entry, if there is one: the layer's own activation passes again.
    void clear(std::size_t layer) {
        state_->change([&](auto& entries) { entries.erase(layer); });
    }
    void clear() {
        state_->change([](auto& entries) { entries.clear(); });
    }

    /// One line per layer: "3: Q[token 4] = float32 [768]", "11 (disabled): all = 0".
    friend std::string to_string(const Board& board) {
        std::string text;
        for (const auto& [layer, e] : board.state_->entries())
            text += std::to_string(layer) + (e.enabled ? ": " : " (disabled): ") + changes_text(e) + "\n";
        return text.empty() ? "an empty board\n" : text;
    }
    friend std::ostream& operator<<(std::ostream& out, const Board& board) { return out << to_string(board); }

    // For HookSet::add.

    template <std::same_as<L> M>
    detail::HookEntry hook_at(std::size_t layer, const Site& site) {
        detail::HookEntry hook;
        state_->attach(layer, site, hook.state);
        hook.text = [board = state_, layer] {
            const Entry e = board->at(layer);
            return "board layer " + std::to_string(layer) + ": " + (e.changes.empty() ? "nothing" : changes_text(e));
        };
        hook.run = [board = state_, layer](const at::Tensor& activation, const Site&) -> at::Tensor {
            const Entry e = board->at(layer);
            if (!e.enabled || e.changes.empty()) return {};
            try {
                Owned<L> replaced = borrow<L>(activation).clone();
                for (const auto& change : e.changes) change.edit(replaced);
                return std::move(replaced).take();
            } catch (Error& error) {
                error.add_place("board layer " + std::to_string(layer));
                throw;
            }
        };
        return hook;
    }
    /// @throws PositionError if there is an entry for a layer that is not attached
    void attached() { state_->check_entries(); }

private:
    template <AnyRecipe R>
    static void bind(const R& recipe, std::size_t layer) {
        try {
            recipe.template bind<L>();
        } catch (Error& e) {
            e.add_place("board layer " + std::to_string(layer));
            throw;
        }
    }
    template <AnyRecipe R>
    static detail::BoardChange<L> change_by(const R& recipe, std::optional<detail::PlaceValue> part) {
        return {std::move(part), [recipe](Owned<L>& x) { x |= recipe; }, [recipe] { return to_string(recipe); }};
    }
    static std::string changes_text(const Entry& e) {
        std::string text;
        for (const auto& change : e.changes) text += (text.empty() ? "" : " | ") + change.text();
        return text;
    }
    [[noreturn]] static void throw_no_entry(std::size_t layer, const std::string& more = "") {
        throw PositionError("the board has no entry for layer " + std::to_string(layer) + more + ": assign one first");
    }
    void set_enabled(std::size_t layer, bool enabled) {
        state_->change([&](auto& entries) {
            const auto found = entries.find(layer);
            if (found == entries.end()) throw_no_entry(layer);
            found->second.enabled = enabled;
        });
    }

    std::shared_ptr<State> state_;
};

}  // namespace suture
