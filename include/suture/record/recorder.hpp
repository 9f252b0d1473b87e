// What Latest and History share: how they attach to sites, and the iteration over their entries.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/core/where.hpp"
#include "suture/hook/detail/registry.hpp"
#include "suture/record/detail/entry_store.hpp"
#include "suture/record/record_entry.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <compare>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture::detail {

/// The part of an activation that a recorder keeps, and what it is packed like; null where the type of the recorder says
/// that.
struct RecordedPart {
    PackedPart part;
    const LayoutFacts* held = nullptr;
};

/// The hook that records `part_in(activation)` of each activation that passes a site.
template <class PartIn>
HookEntry recorder_hook(const std::shared_ptr<EntryStore>& store, std::size_t layer, const Site& site, Pass pass,
                        PartIn part_in, std::string what) {
    HookEntry entry;
    store->attach(layer, site, entry.state, pass);
    entry.owner = store.get();
    entry.when = store->when();
    entry.pass = pass;
    entry.text = [what = std::move(what)] { return "a recorder of " + what; };
    entry.run = [store, layer, part_in, pass](const at::Tensor& activation, const Site&) {
        const RecordedPart kept = part_in(activation);
        at::Tensor passing = store->keep(layer, kept.part, activation, kept.held);
        return pass == Pass::forward ? passing : at::Tensor();
    };
    return entry;
}

/// What X is of an activation packed like L: L itself, or one of its components. There may be neither.
template <class X, class L, class Components = TypeList<>>
struct TakenFrom;
template <class X, class L>
struct TakenFrom<X, L, TypeList<>> {
    static constexpr int count = 0;
    using type = void;
};
template <class X, class L, class C, class... Cs>
struct TakenFrom<X, L, TypeList<C, Cs...>> {
    using rest = TakenFrom<X, L, TypeList<Cs...>>;
    static constexpr bool is_it = can_be_same<X, part_of<L, C>>;
    static constexpr int count = rest::count + int(is_it);
    using type = std::conditional_t<is_it, C, typename rest::type>;
};
/// X can be taken from an activation packed like L: it is L, or one of its components.
template <class X, class L>
inline constexpr bool is_taken_from = false;
template <Layout X, Layout L>
inline constexpr bool is_taken_from<X, L> = can_be_same<X, L> || TakenFrom<X, L, components_of<L>>::count == 1;
template <class X, class L>
using taken_from =
    typename std::conditional_t<can_be_same<X, L>, std::type_identity<L>, TakenFrom<X, L, components_of<L>>>::type;

/// X in an activation packed like L.
/// @throws ShapeError or TypeError if the activation is packed differently
template <Layout X, Layout L>
RecordedPart part_packed(const at::Tensor& activation, const Extents<L>& extents) {
    using C = taken_from<X, L>;
    check_packed(activation, extents.facts());
    if constexpr (is_static<X> && is_static<L>)
        return {packed_part<L, C>};
    else
        return {packed_in<C, L>(extents.facts()), &same_extents<X>(extents.template of_part<C>()).facts()};
}
/// The whole last axis, behind the axes of L.
/// @throws ShapeError or TypeError if there is none
template <class L>
RecordedPart part_unpacked(const at::Tensor& activation) {
    check_has_channels(activation, [] { return std::string("a recorder needs [..., channels]"); });
    const Index width = activation.size(-1);
    return {{{0, width, 1, width}, 0, axes_of<L>}};
}

/// What a recorder keeps, in words: "Q<2>", or the whole layout.
template <class X>
std::string kept_text() {
    if constexpr (std::same_as<X, AnyLayout>)
        return "any activation";
    else
        return layout_text(facts_of<X>);
}

/// The only way to a recorder's store.
struct StoreAccess {
    template <class R>
    static EntryStore& store(const R& recorder) {
        return *recorder.shared();
    }
};

/// What Latest and History share: a random access range of RecordEntry, which may grow while it is iterated.
template <class X>
class Recorder {
public:
    using value_type = RecordEntry<X>;

    /// An index into the entries. Dereferencing makes a RecordEntry.
    class iterator {
    public:
        using value_type = RecordEntry<X>;
        using reference = value_type;
        using pointer = void;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::random_access_iterator_tag;  // like vector<bool>'s: std::prev looks at it

        iterator() = default;
        reference operator*() const { return (*this)[0]; }
        SUTURE_REJECTED("an entry is made when it is read: write (*it).view()", operator->() const);
        reference operator[](difference_type n) const {
            return value_type(store_->entry(static_cast<std::size_t>(at_ + n)));
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
        friend Recorder;
        iterator(std::shared_ptr<const EntryStore> store, std::size_t at)
            : store_(std::move(store)), at_(static_cast<difference_type>(at)) {}
        std::shared_ptr<const EntryStore> store_;
        difference_type at_ = 0;
    };

    Recorder(Recorder&&) noexcept = default;
    Recorder& operator=(Recorder&&) noexcept = default;

    iterator begin() const { return {shared(), 0}; }
    iterator end() const { return {shared(), shared()->size()}; }

    /// The number of entries.
    std::size_t size() const { return shared()->size(); }
    bool empty() const { return size() == 0; }
    /// Whether this layer has an entry.
    bool contains(std::size_t layer) const { return shared()->contains(layer); }
    /// The storage of the entries, in bytes. Views of entries that were replaced or cleared are not counted.
    std::size_t bytes_held() const { return shared()->bytes_held(); }
    /// Drops the entries and counts passes from 0 again. The hooks stay; existing Views keep their values.
    void clear() { shared()->clear(); }

#define SUTURE_BY_ITS_SITE(name) \
    template <class...>          \
    SUTURE_REJECTED("entries go by their sites: write recorder[3], or filter by entry.layer()", name(...) const);
    SUTURE_BY_ITS_SITE(layer)
    SUTURE_BY_ITS_SITE(head)
    SUTURE_BY_ITS_SITE(token)
    SUTURE_BY_ITS_SITE(find)
    SUTURE_BY_ITS_SITE(heads)
    SUTURE_BY_ITS_SITE(tokens)
    SUTURE_BY_ITS_SITE(site)
    SUTURE_BY_ITS_SITE(sites)
    SUTURE_BY_ITS_SITE(names)
#undef SUTURE_BY_ITS_SITE
#define SUTURE_OF_ITS_VALUES(name) \
    template <class...>            \
    SUTURE_REJECTED("a recorder keeps many tensors: write latest[3].clone(), or history.of(3)", name(...) const);
    SUTURE_OF_ITS_VALUES(to)
    SUTURE_OF_ITS_VALUES(cpu)
    SUTURE_OF_ITS_VALUES(cuda)
    SUTURE_OF_ITS_VALUES(clone)
    SUTURE_OF_ITS_VALUES(norm)
    SUTURE_OF_ITS_VALUES(sum)
    SUTURE_OF_ITS_VALUES(sizes)
    SUTURE_OF_ITS_VALUES(detach)
    SUTURE_OF_ITS_VALUES(tensor)
    SUTURE_OF_ITS_VALUES(tensors)
    SUTURE_OF_ITS_VALUES(view)
    SUTURE_OF_ITS_VALUES(views)
#undef SUTURE_OF_ITS_VALUES
#define SUTURE_NO_ARITHMETIC(symbol) \
    template <class V>               \
    SUTURE_REJECTED(                 \
        "a recorder keeps many tensors: write latest[3].clone(), or history.of(3)", operator symbol(const V&) const);
    SUTURE_NO_ARITHMETIC(+)
    SUTURE_NO_ARITHMETIC(-)
    SUTURE_NO_ARITHMETIC(*)
    SUTURE_NO_ARITHMETIC(/)
#undef SUTURE_NO_ARITHMETIC
    SUTURE_REJECTED_CONVERSION("a recorder keeps many tensors: write latest[3].clone(), or history.of(3)",
                               at::TensorList, const);
#define SUTURE_IS_A_RANGE(name) \
    template <class...>         \
    SUTURE_REJECTED("a recorder is a range of entries: write for (const auto& entry : recorder)", name(...) const);
    SUTURE_IS_A_RANGE(keys)
    SUTURE_IS_A_RANGE(values)
    SUTURE_IS_A_RANGE(items)
    SUTURE_IS_A_RANGE(entries)
    SUTURE_IS_A_RANGE(accumulated_resid)
    SUTURE_IS_A_RANGE(stack_activation)
#undef SUTURE_IS_A_RANGE
    template <class...>
    SUTURE_REJECTED("a recorder is emptied as a whole: write recorder.clear()", clear(...) const);
    template <class...>
    SUTURE_REJECTED("a recorder is added at sites: write hooks.add(sites, recorder)", attach(...) const);
    SUTURE_REJECTED_CONDITION("a recorder is not a condition: write !recorder.empty()");
    SUTURE_REJECTED_CONVERSION("a recorder keeps many tensors: write latest[3].clone(), or history.of(3)", at::Tensor,
                               const);
    template <class...>
    SUTURE_REJECTED("the number of entries is their size: write recorder.size()", length(...) const);
    template <class...>
    SUTURE_REJECTED("the number of entries is their size: write recorder.size()", count(...) const);
    template <class...>
    SUTURE_REJECTED("a History is spilled by a function: write spill(history, path)", spill(...) const);
    template <class...>
    SUTURE_REJECTED("a History is spilled by a function: write spill(history, path)", save(...) const);

    /// Called by HookSet::add for each site.
    template <class L>
        requires(std::same_as<X, AnyLayout> || is_taken_from<X, L>)
    HookEntry hook_at(std::size_t layer, const Site& site) { return hook_in<L>(Pass::forward, layer, site); }
    /// Called by HookSet::add_backward for each site.
    template <class L>
        requires(std::same_as<X, AnyLayout> || is_taken_from<X, L>)
    HookEntry gradient_hook_at(std::size_t layer, const Site& site) { return hook_in<L>(Pass::backward, layer, site); }
    /// For HookSet::add, which calls it after the last hook_at.
    void attached() {}

    /// "a recorder of Q<768, 12>: 24 entries, 73728 bytes"
    friend std::ostream& operator<<(std::ostream& out, const Recorder& recorder) {
        return out << "a recorder of " << kept_text<X>() << ": " << recorder.size()
                   << (recorder.size() == 1 ? " entry, " : " entries, ") << recorder.bytes_held() << " bytes";
    }

protected:
    Recorder(RecordOptions options, EntryStore::Keep keep)
        : store_(std::make_shared<EntryStore>(std::move(options), keep)) {}

    std::vector<value_type> of_layer(std::size_t layer) const {
        std::vector<value_type> entries;
        for (StoredEntry& e : shared()->of(layer)) entries.push_back(value_type(std::move(e)));
        return entries;
    }
    /// @throws OwnershipError if the recorder was moved from
    const std::shared_ptr<EntryStore>& shared() const {
        if (!store_) throw OwnershipError("this recorder was moved from and is empty: use the one it was moved to");
        return store_;
    }

private:
    friend StoreAccess;
    template <class L>
    HookEntry hook_in(Pass pass, std::size_t layer, const Site& site) const {
        const std::string what = kept_text<X>();
        if constexpr (std::same_as<X, AnyLayout>)
            return recorder_hook(shared(), layer, site, pass, part_unpacked<L>, what);
        else
            return recorder_hook(shared(), layer, site, pass, part_of_each<L>(site), what);
    }
    /// Finds X in the activations at a site. @throws TypeError if the site's X has other numbers than the type says
    template <class L>
    static auto part_of_each(const Site& site) {
        const auto known = numbers_at<L>(site);
        if constexpr (!is_static<X> || !is_static<L>)
            if (known.is_known()) try {
                    (void)same_extents<X>(known.get().template of_part<taken_from<X, L>>());
                } catch (Error& e) {
                    e.add_place(site.name());
                    throw;
                }
        return [known](const at::Tensor& activation) {
            return part_packed<X, L>(activation, extents_in<L>(activation, known));
        };
    }
    std::shared_ptr<EntryStore> store_;
};

template <class X, class Y>
SUTURE_REJECTED("recorders are not compared: compare what they keep, a[3] == b[3]", operator==(const Recorder<X>&,
                                                                                               const Recorder<Y>&));

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
