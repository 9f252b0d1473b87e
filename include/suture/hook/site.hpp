// Sites: places in a model where an activation passes. A site has an identity, a name and perhaps a layout. The scopes
// that are active in the thread decide what happens there; the module that holds the site does not.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/tensor/torch.hpp"

#include <atomic>
#include <cstdint>
#include <ostream>
#include <string>
#include <typeinfo>
#include <utility>

namespace suture {

namespace detail {
/// One counter per process, even if a program and its libraries hide their symbols from each other.
[[gnu::visibility("default")]] inline constinit std::atomic<std::uint64_t> next_site{1};

/// The layout of a site: the facts to print, and the type to compare, since two layouts may print alike.
struct SiteLayout {
    const LayoutFacts* facts = nullptr;
    const std::type_info* type = nullptr;
};
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
        return *this;
    }
    /// Moving a site moves its hooks; the moved-from site becomes another place.
    Site(Site&& other) noexcept
        : id_(std::exchange(other.id_, next_id())), name_(std::move(other.name_)), layout_(other.layout_) {}
    Site& operator=(Site&& other) noexcept {
        id_ = std::exchange(other.id_, next_id());
        name_ = std::move(other.name_);
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

    /// How activations are packed here; null if the site does not know.
    const LayoutFacts* layout() const { return layout_.facts; }
    /// Whether activations here may be packed like L: the site has that layout, or none of its own.
    template <class L>
    bool may_have_layout() const {
        return !layout_.type || *layout_.type == typeid(L);
    }

    /// Its name.
    friend std::ostream& operator<<(std::ostream& out, const Site& site) { return out << site.name(); }

    /// The same place again, for users that outlive the module.
    Site same() const {
        Site site(name_, layout_);
        site.id_ = id_;
        return site;
    }

private:
    static std::uint64_t next_id() { return detail::next_site.fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t id_;
    std::string name_;
    detail::SiteLayout layout_;
};

namespace detail {
template <class L>
inline constexpr SiteLayout site_layout_of{&facts_of<L>, &typeid(L)};
template <>
inline constexpr SiteLayout site_layout_of<AnyLayout>{};
}  // namespace detail

}  // namespace suture
