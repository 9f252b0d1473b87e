// Sites: places in a model where an activation passes. A site has an identity, a name and perhaps a layout. The scopes
// that are active in the thread decide what happens there; the module that holds the site does not.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/tensor/error.hpp"
#include "suture/tensor/extents.hpp"
#include "suture/tensor/torch.hpp"

#include <atomic>
#include <concepts>
#include <cstdint>
#include <ostream>
#include <string>
#include <typeinfo>
#include <utility>

namespace suture {

class Site;

namespace detail {
/// One counter per process, even if a program and its libraries hide their symbols from each other.
[[gnu::visibility("default")]] inline constinit std::atomic<std::uint64_t> next_site{1};

/// The layout of a site: the facts to print, and the type to compare, since two layouts may print alike.
struct SiteLayout {
    const LayoutFacts* facts = nullptr;
    const std::type_info* type = nullptr;
    bool is_dynamic = false;     ///< the type leaves numbers dynamic
    bool is_deducible = true;    ///< the width of an activation tells them
    bool knows_numbers = false;  ///< the facts hold all numbers
};
}  // namespace detail

namespace detail {
template <Layout L>
KnownExtents<L> extents_at(const Site& site);
}  // namespace detail

/// The layout of a site that does not know its own. Give one when adding a hook: `hooks.add<Qkv>(site, recipe)`.
struct AnyLayout {};

/// A place in a model. A copy, as in a cloned module, is another place of the same name and layout.
class Site {
public:
    explicit Site(std::string name = {}, detail::SiteLayout layout = {})
        : id_(next_id()), name_(std::move(name)), layout_(layout) {}
    Site(const Site& other) : Site(other.name_, other.layout_) {}
    Site& operator=(const Site& other) {
        name_ = other.name_;
        take_numbers(other);
        return *this;
    }
    /// Moving a site moves its hooks; the moved-from site becomes another place.
    Site(Site&& other) noexcept
        : id_(std::exchange(other.id_, next_id())), name_(std::move(other.name_)), layout_(other.layout_) {}
    Site& operator=(Site&& other) noexcept {
        id_ = std::exchange(other.id_, next_id());
        name_ = std::move(other.name_);
        take_numbers(other);
        return *this;
    }

    std::uint64_t id() const { return id_; }
    /// The name in messages and for callbacks: "h.3.attn.c_attn". @see name_sites
    const std::string& name() const {
        static const std::string unnamed = "an unnamed site";
        return name_.empty() ? unnamed : name_;
    }
    bool has_name() const { return !name_.empty(); }
    void rename(std::string name) { name_ = std::move(name); }

    /// How activations are packed here; null if the site does not know. Numbers that are only known at run time are
    /// `dynamic` until they are given to the site, @see knows_numbers.
    const LayoutFacts* layout() const { return layout_.facts; }
    /// Whether all numbers of the layout are known: its type says them, or they were given to the site.
    bool knows_numbers() const { return layout_.knows_numbers; }
    /// Whether activations here may be packed like L: the site has that layout, or none of its own; or, where one of them
    /// leaves numbers dynamic, the same components with numbers that agree.
    template <class L>
    bool may_have_layout() const {
        if (!layout_.type || *layout_.type == typeid(L)) return true;
        if constexpr (Layout<L>)
            return (layout_.is_dynamic || !detail::is_static<L>)&&layout_.facts->axes == detail::axes_of<L> &&
                   detail::may_have<L>(*layout_.facts);
        else
            return false;
    }

    /// Its name.
    friend std::ostream& operator<<(std::ostream& out, const Site& site) { return out << site.name(); }

    /// The same place again, for users that outlive the module.
    Site same() const {
        Site site(name_, layout_);
        site.id_ = id_;
        return site;
    }

protected:
    /// Gives the site the numbers of its layout. @throws HookError if it has others
    void give_numbers(const detail::SiteLayout& given) {
        if (layout_.knows_numbers && !detail::are_same_numbers(*layout_.facts, *given.facts))
            throw HookError(name() + " is packed as " + layout_text(*layout_.facts) + " and cannot be bound to " +
                            layout_text(*given.facts) + ": bind a site once, when its model knows its sizes");
        layout_ = given;
    }

private:
    template <class L>
    friend class SiteRef;
    /// A site takes over the numbers of another of its layout.
    void take_numbers(const Site& other) {
        if (layout_.type && other.layout_.type && *layout_.type == *other.layout_.type) layout_ = other.layout_;
    }
    template <Layout L>
    friend detail::KnownExtents<L> detail::extents_at(const Site& site);
    static std::uint64_t next_id() { return detail::next_site.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t id_;
    std::string name_;
    detail::SiteLayout layout_;
};

namespace detail {
template <class L>
inline constexpr SiteLayout site_layout_of{&facts_of<L>, &typeid(L), !is_static<L>, is_deducible<L>, is_static<L>};
template <>
inline constexpr SiteLayout site_layout_of<AnyLayout>{};
/// The layout with these numbers.
template <Layout L>
SiteLayout site_layout_with(const Extents<L>& extents) {
    SiteLayout layout = site_layout_of<L>;
    layout.facts = &extents.facts(), layout.knows_numbers = true;
    return layout;
}

[[noreturn]] inline void throw_packed_otherwise(const Site& site, const LayoutFacts& requested) {
    throw TypeError(site.name() + " is packed as " + layout_text(*site.layout()) + " but was requested as " +
                    layout_text(requested) + ": ask for its own layout");
}

/// The numbers with which activations at a site are met as L; none if each activation tells them.
/// @throws TypeError if the site has another layout, HookError if its numbers are not known
template <Layout L>
KnownExtents<L> extents_at(const Site& site) {
    const SiteLayout& own = site.layout_;
    if (!site.template may_have_layout<L>()) throw_packed_otherwise(site, facts_of<L>);
    if (own.is_dynamic && !own.knows_numbers && !own.is_deducible)
        throw HookError(site.name() + " is packed as " + layout_text(*own.facts) +
                        ", whose numbers are not known: call bind(extents) of the HookPoint first");
    KnownExtents<L> known;
    if constexpr (!is_static<L>) {
        if (own.knows_numbers)
            known = Extents<L>(*own.facts);
        else if (!is_deducible<L>)
            throw HookError(site.name() + " was requested as " + layout_text(facts_of<L>) +
                            ", whose numbers are not known: write site<Layout>(model, path, extents)");
    }
    return known;
}

/// The numbers with which hooks at a site meet activations.
template <class L>
auto numbers_at(const Site& site) {
    if constexpr (std::same_as<L, AnyLayout>)
        return AnyLayout{};
    else if constexpr (is_static<L>)
        return KnownExtents<L>();  // the width is checked when the hook runs
    else
        return extents_at<L>(site);
}
}  // namespace detail

}  // namespace suture
