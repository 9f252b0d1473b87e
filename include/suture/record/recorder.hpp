// What Latest and History share: how they attach to sites, and the iteration over their entries.
#pragma once

#include "suture/core/where.hpp"
#include "suture/hook/detail/active_scope.hpp"
#include "suture/record/detail/record_state.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/view.hpp"

#include <compare>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace suture {

namespace detail {
/// The hook that records of what passes a site the channels that `channels_of(activation)` names.
template <class ChannelsOf>
HookEntry recording_entry(const std::shared_ptr<RecorderState>& state, std::size_t layer, const Site& site,
                          ChannelsOf channels_of, std::string what) {
    state->attach(layer, site);
    HookEntry entry;
    entry.when = state->when();
    entry.text = [what = std::move(what)] { return "a recorder of " + what; };
    entry.run = [state, layer, channels_of](const at::Tensor& activation, const Site&) {
        state->record_from(layer, channels_of(activation), activation);
        return at::Tensor();
    };
    return entry;
}

/// The channels of X in an activation packed like L.
/// @throws ShapeError or TypeError unless the activation is packed so
template <class X, class L>
ChannelSlice channels_packed(const at::Tensor& activation) {
    check_packed(activation, facts_of<L>);
    return placed<Exactly<X>, L>;
}
/// All of the last axis, whatever that is.
/// @throws ShapeError or TypeError if there is none
inline ChannelSlice channels_unpacked(const at::Tensor& activation) {
    check_has_channels(activation, [] { return std::string("a recorder needs [..., channels]"); });
    const Index width = activation.size(-1);
    return {{0, width, 1, width}, false};
}

/// What is recorded, in words: a component without the layout that holds it alone.
template <class X, Index Groups>
std::string recorded_text() {
    if constexpr (std::same_as<X, AnyLayout>)
        return "what passes";
    else if constexpr (Layout<X>)
        return layout_text(facts_of<X>);
    else
        return component_text(*facts_of<host_layout<X, Groups>>.begin());
}

/// X, in this many groups, can be taken from an activation packed like L.
template <class X, Index Groups, class L>
concept taken_from = Layout<L> && placed<Exactly<X>, L>
.why == Fault::none && (std::same_as<X, L> ? Groups == 1 : Groups == L::groups);

/// How a recorded X is looked at: as a View or, where the recorder was not told what passes, as the tensor that it is.
template <class X, Index Groups>
struct recorded_as {
    using type = View<X, Groups>;
    static type look_at(at::Tensor t, bool cut) {
        return cut ? Access::make_cut<type>(std::move(t)) : Access::make<type>(std::move(t));
    }
};
template <>
struct recorded_as<AnyLayout, 1> {
    using type = at::Tensor;
    static type look_at(at::Tensor t, bool) { return t; }
};

template <class X, Index Groups>
class RecorderBase;
}  // namespace detail

/// What a recorder can keep: a layout, a component or, told by AnyLayout, whatever passes.
template <class X, Index Groups>
concept Recordable = detail::Hosted<X, Groups> ||(std::same_as<X, AnyLayout>&& Groups == 1);

/// One recorded activation: where and when it was seen, and what it was.
template <class X, Index Groups = 1>
    requires Recordable<X, Groups>
class Recorded {
public:
    using view_type = typename detail::recorded_as<X, Groups>::type;

    /// Of the sites that the recorder was attached to, which one, counted from 0.
    std::size_t layer() const { return record_.layer; }
    /// The site's name: "h.3.attn.c_attn".
    std::string name() const { return record_.name; }
    /// How often the layer had been recorded before.
    std::size_t pass() const { return record_.pass; }

    /// What was recorded: a View or, of an AnyLayout, the record itself as a tensor. Reads it, each time, from the file
    /// if it was spilled.
    /// @throws OwnershipError if the record was written since, FileError if the file cannot be read any more
    view_type view() const { return detail::recorded_as<X, Groups>::look_at(detail::tensor_of(record_), record_.cut); }

private:
    template <class, Index>
    friend class detail::RecorderBase;
    explicit Recorded(detail::record r) : record_(std::move(r)) {}

    detail::record record_;
};

namespace detail {
/// The one way to a recorder's state.
struct RecordAccess {
    template <class R>
    static RecorderState& state(const R& recorder) {
        return *recorder.shared();
    }
};

/// What Latest and History share. It is a range of Recorded, which may grow while it is iterated.
template <class X, Index Groups>
class RecorderBase {
public:
    using value_type = Recorded<X, Groups>;

    /// An index into the entries. It makes each Recorded that it gives.
    class iterator {
    public:
        using value_type = Recorded<X, Groups>;
        using reference = value_type;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::random_access_iterator_tag;  // as vector<bool>'s: std::prev asks this

        iterator() = default;
        reference operator*() const { return (*this)[0]; }
        reference operator[](difference_type n) const {
            return value_type(state_->entry(static_cast<std::size_t>(at_ + n)));
        }
        iterator& operator+=(difference_type n) { return at_ += n, *this; }
        iterator& operator-=(difference_type n) { return *this += -n; }
        iterator& operator++() { return *this += 1; }
        iterator& operator--() { return *this += -1; }
        iterator operator++(int) { return std::exchange(*this, *this + 1); }
        iterator operator--(int) { return std::exchange(*this, *this - 1); }
        friend iterator operator+(iterator it, difference_type n) { return it += n; }
        friend iterator operator+(difference_type n, iterator it) { return it += n; }
        friend iterator operator-(iterator it, difference_type n) { return it -= n; }
        friend difference_type operator-(const iterator& a, const iterator& b) { return a.at_ - b.at_; }
        friend bool operator==(const iterator& a, const iterator& b) { return a.at_ == b.at_; }
        friend auto operator<=>(const iterator& a, const iterator& b) { return a.at_ <=> b.at_; }

    private:
        friend RecorderBase;
        iterator(std::shared_ptr<const RecorderState> state, std::size_t at)
            : state_(std::move(state)), at_(static_cast<difference_type>(at)) {}
        std::shared_ptr<const RecorderState> state_;
        difference_type at_ = 0;
    };

    RecorderBase(RecorderBase&&) noexcept = default;
    RecorderBase& operator=(RecorderBase&&) noexcept = default;

    iterator begin() const { return {shared(), 0}; }
    iterator end() const { return {shared(), shared()->size()}; }

    /// How many entries there are.
    std::size_t size() const { return shared()->size(); }
    bool empty() const { return size() == 0; }
    /// Whether this layer was recorded.
    bool contains(std::size_t layer) const { return shared()->contains(layer); }
    /// The storage of the entries, in bytes. Views of entries that were replaced or cleared are not counted.
    std::size_t bytes_held() const { return shared()->bytes_held(); }
    /// Drops the entries and counts passes from 0 again. Hooks stay; Views keep what they show.
    void clear() { shared()->clear(); }

    /// For HookSet::add.
    template <class L>
        requires(std::same_as<X, AnyLayout> || taken_from<X, Groups, L>)
    HookEntry hook_at(std::size_t layer, const Site& site) {
        const std::string what = recorded_text<X, Groups>();
        if constexpr (std::same_as<X, AnyLayout>)
            return recording_entry(shared(), layer, site, channels_unpacked, what);
        else
            return recording_entry(shared(), layer, site, channels_packed<X, L>, what);
    }
    /// For HookSet::add, which tells how many layers there are: every one was told of by hook_at.
    void attached(std::size_t) {}

protected:
    RecorderBase(Recording how, RecorderState::keep which)
        : state_(std::make_shared<RecorderState>(std::move(how), which)) {}

    std::vector<value_type> of_layer(std::size_t layer) const {
        std::vector<value_type> entries;
        for (record& r : shared()->of(layer)) entries.push_back(value_type(std::move(r)));
        return entries;
    }
    /// @throws OwnershipError if the recorder was moved from
    const std::shared_ptr<RecorderState>& shared() const {
        if (!state_) throw OwnershipError("this recorder was moved from and holds nothing: use what it went to");
        return state_;
    }

private:
    friend RecordAccess;
    std::shared_ptr<RecorderState> state_;
};
}  // namespace detail

}  // namespace suture
