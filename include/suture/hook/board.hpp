// Board: the replacement dictionary, layer -> what stands there instead. It is attached once and changed while the
// model runs; hooks stay as they are.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/detail/active_scope.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
/// One change at a layer: what it does, and the part of the activation it is about.
template <Layout L>
struct BoardChange {
    std::string place;
    std::function<void(Owned<L>&)> edit;
    std::function<std::string()> text;
};

template <Layout L>
struct BoardEntry {
    std::vector<BoardChange<L>> changes;
    bool enabled = true;
};

/// The entries of a board and where it is attached. Shared with its hooks.
template <Layout L>
class BoardState {
public:
    using entry = BoardEntry<L>;

    /// Calls f(entries) under the lock, on a copy that takes effect if f returns.
    /// @throws PositionError if an entry would stand at a layer that is not attached, while others are
    template <class F>
    void change(const F& f) {
        const std::lock_guard lock(guard_);
        std::map<std::size_t, entry> next = entries_;
        f(next);
        check(next);
        std::swap(entries_, next);
        tell_hooks();
    }
    /// What stands at a layer; no changes where nothing does.
    entry at(std::size_t layer) const {
        const std::lock_guard lock(guard_);
        const auto found = entries_.find(layer);
        return found == entries_.end() ? entry{} : found->second;
    }
    std::map<std::size_t, entry> entries() const {
        const std::lock_guard lock(guard_);
        return entries_;
    }
    void attach(std::size_t layer, const std::string& site, std::weak_ptr<HookState> hook) {
        const std::lock_guard lock(guard_);
        std::erase_if(sites_, [](const attachment& a) { return !a.is_alive(); });
        sites_.push_back({layer, site, std::move(hook)});
        tell_hooks();
    }
    void check_entries() const {
        const std::lock_guard lock(guard_);
        check(entries_);
    }

private:
    struct attachment {
        std::size_t layer;
        std::string site;
        std::weak_ptr<HookState> hook;
        bool is_alive() const {
            const auto state = hook.lock();
            return state && !state->removed;
        }
    };

    /// A hook without an entry, or with a disabled one, has nothing to do and is not missed if it never fires.
    void tell_hooks() const {
        for (const attachment& a : sites_)
            if (const auto state = a.hook.lock()) {
                const auto found = entries_.find(a.layer);
                state->has_work = found != entries_.end() && found->second.enabled;
            }
    }
    void check(const std::map<std::size_t, entry>& entries) const {
        std::size_t attached = 0;
        for (const attachment& a : sites_)
            if (a.is_alive()) attached = std::max(attached, a.layer + 1);
        if (attached == 0 || entries.empty() || entries.rbegin()->first < attached) return;
        throw PositionError("the board has an entry for layer " + std::to_string(entries.rbegin()->first) +
                            " but is attached to " + std::to_string(attached) +
                            " layers, counted from 0 (the last is " + last_site() + "): move or clear the entry");
    }
    std::string last_site() const {
        const attachment* last = nullptr;
        for (const attachment& a : sites_)
            if (a.is_alive() && (!last || a.layer > last->layer)) last = &a;
        return last->site;
    }

    mutable std::mutex guard_;
    std::map<std::size_t, entry> entries_;
    std::vector<attachment> sites_;
};
}  // namespace detail

/// Layer -> replacement, for activations packed like L. A replacement is a number, a tensor that broadcasts to the
/// activation, the View of another run, a Slot, or a recipe; for the whole activation or for parts of it. Layer i is
/// the i-th site that the board is attached to.
///
///     Board<Qkv> board;
///     const auto handle = hooks.add(sites<Qkv>(model, "h.*.attn.c_attn"), board);
///     board[3] = at::zeros({1, 1, 2304});       // layer 3 says nothing
///     board[5].at<Q>(token(4)) = vector;        // one part of layer 5
///     board[11] = latest[3];                    // layer 3's signal transplanted into layer 11
///     board.swap(3, 11);
///     board.disable(3);
///
/// Changes take effect from the next pass on, in any thread. If a change throws, the board is what it was.
template <Layout L>
class Board {
    using state = detail::BoardState<L>;
    using entry = detail::BoardEntry<L>;

    /// A part of a layer's activation, to be assigned.
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
        Part(state& board, std::size_t layer, PlaceSelection selection)
            : board_(board), layer_(layer), selection_(std::move(selection)) {}
        template <AnyRecipe R>
        void put(const R& edit) {
            const std::string text = to_string(edit);
            std::string place = text.substr(0, text.find(" = "));
            // Masks and indices of one shape read alike: they are told apart by their tensors, which the edit keeps.
            if (const detail::Place p = detail::make_place({}, edit.wheres); p.rows)
                place += c10::str(" of ", static_cast<const void*>(p.rows->given.unsafeGetTensorImpl()));
            board_.change([&](auto& entries) {
                entries[layer_].enabled = true;
                auto& changes = entries[layer_].changes;
                std::erase_if(changes, [&](const auto& c) { return c.place == place; });
                changes.push_back(Board::change_by(edit, place));
            });
        }
        state& board_;
        std::size_t layer_;
        PlaceSelection selection_;
    };

    /// What stands at a layer, to be assigned.
    class Place {
    public:
        Place(const Place&) = delete;
        /// The whole activation is replaced; what stood here before is gone.
        /// @throws ShapeError if a tensor has another width
        template <class V>
            requires detail::takes<V, detail::Exactly<L>>
        void operator=(const V& value) && {
            if constexpr (std::same_as<V, at::Tensor>) check_width(value);
            std::move(*this) = on<L>().set(value);
        }
        void operator=(Owned<L>&& value) && { std::move(*this) = std::move(value).take(); }
        /// The activation is edited.
        template <AnyRecipe R>
            requires(detail::recipe_fault<R, L> == detail::Fault::none)
        void operator=(const R& recipe) && {
            board_.change([&](auto& entries) { entries[layer_] = {{Board::change_by(recipe, "")}, true}; });
        }
        /// The same as stands at another layer.
        void operator=(const Place& other) && {
            const entry copied = other.board_.at(other.layer_);
            board_.change([&](auto& entries) {
                if (copied.changes.empty())
                    entries.erase(layer_);
                else
                    entries[layer_] = copied;
            });
        }

        /// A part of the activation: `board[3].at<Q>(token(4)) = vector`. Parts of one layer add up; the same part is
        /// replaced.
        template <class C, Where... Ws>
            requires(detail::placed<detail::Exactly<C>, L, Ws...>.why == detail::Fault::none)
        auto at(Ws... wheres) && { return part(on<C>(std::move(wheres)...)); }
        template <template <Index, Index> class Family, Where... Ws>
            requires(detail::placed<detail::FamilyOf<Family>, L, Ws...>.why == detail::Fault::none)
        auto at(Ws... wheres) && { return part(on<Family>(std::move(wheres)...)); }

    private:
        friend Board;
        Place(state& board, std::size_t layer) : board_(board), layer_(layer) {}
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
        state& board_;
        std::size_t layer_;
    };

public:
    Board() : state_(std::make_shared<state>()) {}
    /// Takes the entries and the hooks over; the other one is empty and has none.
    Board(Board&& other) : state_(std::exchange(other.state_, std::make_shared<state>())) {}
    Board& operator=(Board&& other) {
        state_ = std::exchange(other.state_, std::make_shared<state>());
        return *this;
    }

    /// What stands at a layer, to be assigned.
    Place operator[](std::size_t layer) { return Place(*state_, layer); }

    bool contains(std::size_t layer) const { return state_->entries().contains(layer); }
    /// How many layers have an entry.
    std::size_t size() const { return state_->entries().size(); }

    /// The entry stays but does nothing until enable(). @throws PositionError if there is none
    void disable(std::size_t layer) { set_enabled(layer, false); }
    void enable(std::size_t layer) { set_enabled(layer, true); }

    /// Exchanges what stands at two layers; one of them may have nothing.
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
    /// Moves an entry to another layer, whose own is gone. @throws PositionError if there is none
    void move(std::size_t from, std::size_t to) {
        state_->change([&](auto& entries) {
            auto node = entries.extract(from);
            if (node.empty()) throw_no_entry(from);
            entries.erase(to);
            node.key() = to;
            entries.insert(std::move(node));
        });
    }
    /// Removes an entry, if there is one: the layer speaks for itself again.
    void clear(std::size_t layer) {
        state_->change([&](auto& entries) { entries.erase(layer); });
    }
    void clear() {
        state_->change([](auto& entries) { entries.clear(); });
    }

    /// One line a layer: "3: Q[token 4] = float32 [768]", "11 (disabled): all = 0".
    friend std::string to_string(const Board& board) {
        std::string text;
        for (const auto& [layer, e] : board.state_->entries())
            text += std::to_string(layer) + (e.enabled ? ": " : " (disabled): ") + changes_text(e) + "\n";
        return text.empty() ? "an empty board\n" : text;
    }
    friend std::ostream& operator<<(std::ostream& out, const Board& board) { return out << to_string(board); }

    // What HookSet::add asks of a board.

    template <std::same_as<L> M>
    detail::HookEntry hook_at(std::size_t layer, const Site& site) {
        detail::HookEntry hook;
        state_->attach(layer, site.name(), hook.state);
        hook.text = [board = state_, layer] {
            const entry e = board->at(layer);
            return "board layer " + std::to_string(layer) + ": " + (e.changes.empty() ? "nothing" : changes_text(e));
        };
        hook.run = [board = state_, layer](const at::Tensor& activation, const Site&) -> at::Tensor {
            const entry e = board->at(layer);
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
    void attached(std::size_t) { state_->check_entries(); }

private:
    template <AnyRecipe R>
    static detail::BoardChange<L> change_by(const R& recipe, std::string place) {
        return {std::move(place), [recipe](Owned<L>& x) { x |= recipe; }, [recipe] { return to_string(recipe); }};
    }
    static std::string changes_text(const entry& e) {
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

    std::shared_ptr<state> state_;
};

}  // namespace suture
