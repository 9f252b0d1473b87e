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
template <Axis Along>
bool is_same(const std::optional<Position<Along>>& a, const std::optional<Position<Along>>& b) {
    if (!a || !b) return !a && !b;
    return a->begin == b->begin && a->end == b->end && a->single == b->single;
}
inline bool is_same(const std::optional<RowPositions>& a, const std::optional<RowPositions>& b) {
    if (!a || !b) return !a && !b;
    return a->what == b->what && a->given.is_same(b->given);
}
inline bool is_same(const ChannelSlice& a, const ChannelSlice& b) {
    return a.where == b.where && a.grouped == b.grouped;
}
/// Whether two places in activations of one layout are the same: the same channels, at the same positions. Masks and
/// indices are the same if they are the same tensor; the places keep it alive, so no other can take its address.
inline bool is_same(const Place& a, const Place& b) {
    return is_same(a.channels, b.channels) && is_same(a.batch, b.batch) && is_same(a.token, b.token) &&
           is_same(a.rows, b.rows);
}

/// One change at a layer: what it does, and to which part of the activation.
template <Layout L>
struct BoardChange {
    std::optional<Place> part;  ///< nothing for a recipe, which may change several
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
    void attach(std::size_t layer, const std::string& site, std::weak_ptr<HookState> hook) {
        const std::lock_guard lock(guard_);
        std::erase_if(sites_, [](const Attachment& a) { return !a.is_alive(); });
        sites_.push_back({layer, site, std::move(hook)});
        tell_hooks();
    }
    void check_entries() const {
        const std::lock_guard lock(guard_);
        check(entries_);
    }

private:
    struct Attachment {
        std::size_t layer;
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
///     const auto handle = hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), board);
///     board[3] = at::zeros({1, 1, 2304});       // layer 3 is silenced
///     board[5].at<Q>(token(4)) = vector;        // one part of layer 5
///     board[11] = latest[3];                    // layer 3's signal transplanted into layer 11
///     board.swap(3, 11);
///     board.disable(3);
///
/// Changes take effect from the next pass on, in any thread. If a change throws, the board stays as it was.
template <Layout L>
class Board {
    using State = detail::BoardState<L>;
    using Entry = detail::BoardEntry<L>;

    /// A part of a layer's activation, to assign to.
    template <class PlaceSelection>
    class Part {
    public:
        template <class V>
            requires requires(const PlaceSelection& s, const V& v) { s.set(v); }
        void operator=(const V& value) && { put(selection_.set(value)); }
        template <class X, Index Groups>
            requires requires(const PlaceSelection& s, const at::Tensor& t) { s.set(t); }
        void operator=(Owned<X, Groups>&& value) && { put(selection_.set(value.view())); }

    private:
        friend Board;
        Part(State& board, std::size_t layer, PlaceSelection selection)
            : board_(board), layer_(layer), selection_(std::move(selection)) {}
        template <class Selector, class Op, Where... Ws>
        void put(const Edit<Selector, Op, Ws...>& edit) {
            const detail::Place part = detail::make_place(detail::placed<Selector, L, Ws...>, edit.wheres);
            board_.change([&](auto& entries) {
                entries[layer_].enabled = true;
                auto& changes = entries[layer_].changes;
                std::erase_if(changes, [&](const auto& c) { return c.part && detail::is_same(*c.part, part); });
                changes.push_back(Board::change_by(edit, part));
            });
        }
        State& board_;
        std::size_t layer_;
        PlaceSelection selection_;
    };

    /// The entry of a layer, to assign to.
    class Place {
    public:
        Place(const Place&) = delete;
        /// Replaces the whole activation, in place of what was assigned before.
        /// @throws ShapeError if a tensor has another width
        template <class V>
            requires detail::takes<V, detail::Exactly<L>>
        void operator=(const V& value) && {
            if constexpr (std::same_as<V, at::Tensor>) check_width(value);
            std::move(*this) = on<L>().set(value);
        }
        void operator=(Owned<L>&& value) && { std::move(*this) = std::move(value).take(); }
        /// Edits the activation.
        template <AnyRecipe R>
            requires(detail::recipe_fault<R, L> == detail::Fault::none)
        void operator=(const R& recipe) && {
            board_.change([&](auto& entries) { entries[layer_] = {{Board::change_by(recipe, {})}, true}; });
        }
        /// Copies the entry of another layer.
        void operator=(const Place& other) && {
            const Entry copied = other.board_.at(other.layer_);
            board_.change([&](auto& entries) {
                if (copied.changes.empty())
                    entries.erase(layer_);
                else
                    entries[layer_] = copied;
            });
        }

        /// A part of the activation: `board[3].at<Q>(token(4)) = vector`. Different parts of a layer add up; assigning to
        /// the same part again replaces it.
        template <class C, Where... Ws>
            requires(detail::placed<detail::Exactly<C>, L, Ws...>.why == detail::Fault::none)
        auto at(Ws... wheres) && { return part(on<C>(std::move(wheres)...)); }
        template <template <Index, Index> class Family, Where... Ws>
            requires(detail::placed<detail::FamilyOf<Family>, L, Ws...>.why == detail::Fault::none)
        auto at(Ws... wheres) && { return part(on<Family>(std::move(wheres)...)); }

    private:
        friend Board;
        Place(State& board, std::size_t layer) : board_(board), layer_(layer) {}
        template <class PlaceSelection>
        Part<PlaceSelection> part(PlaceSelection selection) {
            return {board_, layer_, std::move(selection)};
        }
        void check_width(const at::Tensor& value) const {
            if (!value.defined())
                throw TypeError("board layer " + std::to_string(layer_) +
                                ": the replacement is an undefined tensor: "
                                "give it a value, or clear(" +
                                std::to_string(layer_) + ")");
            if (value.dim() > 0 && value.size(-1) != L::width && value.size(-1) != 1)
                throw ShapeError("board layer " + std::to_string(layer_) + ": the replacement is " +
                                 tensor_text(value) + " but " + layout_text(facts_of<L>) + " needs [..., " +
                                 std::to_string(L::width) +
                                 "]: give it that width, or write at<Component>() for a part");
        }
        State& board_;
        std::size_t layer_;
    };

public:
    Board() : state_(std::make_shared<State>()) {}
    /// Takes over the entries and the hooks; the other board is left empty, without hooks.
    Board(Board&& other) : state_(std::exchange(other.state_, std::make_shared<State>())) {}
    Board& operator=(Board&& other) {
        state_ = std::exchange(other.state_, std::make_shared<State>());
        return *this;
    }

    /// The entry of a layer, to assign to.
    Place operator[](std::size_t layer) { return Place(*state_, layer); }

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
        state_->attach(layer, site.name(), hook.state);
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
    static detail::BoardChange<L> change_by(const R& recipe, std::optional<detail::Place> part) {
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
