// SiteRef: a site that was found in a model; and what else in a model stands for a site.
#pragma once

#include "suture/hook/detail/refused_at_sites.hpp"
#include "suture/hook/site.hpp"
#include "suture/model/run_model.hpp"
#include "suture/tensor/describe.hpp"
#include "suture/tensor/error.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// The number of the layer in a path: 3 for "h.3.attn.c_attn".
/// @throws HookError unless the path has exactly one step that is a number
inline std::size_t layer_in(const std::string& path) {
    std::vector<std::string> numbers;
    std::istringstream steps(path);
    for (std::string step; std::getline(steps, step, '.');)
        if (!step.empty() && step.find_first_not_of("0123456789") == step.npos) numbers.push_back(step);
    if (numbers.size() != 1)
        throw HookError("the path '" + path + "' names " + (numbers.empty() ? "no layer" : "several numbers") +
                        ": ask for the layer of a path with one number, such as h.3.attn");
    try {
        return std::stoul(numbers.front());
    } catch (const std::out_of_range&) {
        throw HookError("the path '" + path + "' names a number too large for a layer: rename the module");
    }
}
}  // namespace detail

/// A site that `site` or `sites` found in a model, where hooks can be added. It keeps the identity of the site, not the
/// model.
template <class L>
class SiteRef : public detail::FoundSite {
public:
    using layout = L;
    /// @throws TypeError if the site has another layout of its own, or other numbers; HookError if the numbers are known to
    ///         neither the type nor the site, and an activation does not tell them
    explicit SiteRef(const Site& site) : site_(site.same()) {
        if constexpr (!std::same_as<L, AnyLayout>) {
            const detail::KnownExtents<L> known = detail::extents_at<L>(site);
            if constexpr (!detail::is_static<L>)
                if (known.is_known()) site_.layout_ = detail::site_layout_with(known.get());
        }
    }
    /// The site with these numbers, for one that has no layout of its own.
    /// @throws TypeError if it has another layout, or other numbers
    template <Layout M>
        requires(std::same_as<M, L>)
    SiteRef(const Site& site, const Extents<M>& extents) : site_(site.same()) {
        if (site.knows_numbers() && !detail::are_same_numbers(*site.layout(), extents.facts()))
            detail::throw_packed_otherwise(site, extents.facts());
        if (!site.template may_have_layout<L>()) detail::throw_packed_otherwise(site, extents.facts());
        if constexpr (!detail::is_static<L>) site_.layout_ = detail::site_layout_with(extents);
    }
    SUTURE_REJECTED_FROM("a path is looked up in a model: write site<Layout>(model, path)", SiteRef,
                         const std::string&);
    template <class R>
        requires(!std::same_as<R, SiteRef>)
    SUTURE_REJECTED("a hook is added to a set: write hooks.add(site, recipe)", operator=(const R&));
    SUTURE_REJECTED_DEFAULT("a site is found in a model: write site<Layout>(model, path)", SiteRef);
    SUTURE_REJECTED_FROM("this site has another layout: find it again, site<Layout>(model, path)", SiteRef,
                         const detail::FoundSite&);
    SUTURE_REJECTED_CONVERSION("site finds one: write auto found = sites<Layout>(model, pattern)", std::vector<SiteRef>,
                               const);
    template <class...>
    SUTURE_REJECTED("a site is not a module: write model(x), or hooks.add(site, recipe)", forward(...) const);
    template <class...>
    SUTURE_REJECTED("a site is not a module: write model(x), or hooks.add(site, recipe)", operator()(...) const);
    template <class...>
    SUTURE_REJECTED("a SiteRef is not a pointer: write site.name(), with a dot", operator->() const);
    SUTURE_REJECTED_FROM("a path is looked up in a model: write site<Layout>(model, path)", SiteRef, const char*);
    explicit SUTURE_REJECTED_FROM("a site is found in a model: write site<Layout>(model, path)", SiteRef, InBraces,
                                  const std::string&);
    SUTURE_REJECTED_FROM("sites finds several: write auto found = sites<Layout>(model, pattern)", SiteRef,
                         const std::vector<SiteRef>&);
    SiteRef(const SiteRef& other) : site_(other.site_.same()) {}
    SiteRef(SiteRef&&) noexcept = default;
    SiteRef& operator=(SiteRef other) noexcept {
        site_ = std::move(other.site_);
        site_.layout_ = other.site_.layout_;
        return *this;
    }

    std::uint64_t id() const { return site_.id(); }
    const std::string& name() const { return site_.name(); }
    const Site& site() const { return site_; }
    /// The numbers of the layout.
    /// @throws HookError if each activation tells its own
    auto extents() const requires Layout<L> {
        const detail::KnownExtents<L> known = detail::extents_at<L>(site_);
        if (!known.is_known())
            throw HookError(name() + " is packed as " + layout_text(facts_of<L>) +
                            ", whose numbers each activation tells: give them, site<Layout>(model, path, extents)");
        return known.get();
    }
    /// The model's own number of the layer, read from the path: 3 for "h.3.attn.c_attn".
    /// @throws HookError if the path has no number, or several
    std::size_t layer() const { return detail::layer_in(name()); }

    /// "h.3.attn.z: Z<768, 12>"; the name alone if the site has no layout.
    friend std::ostream& operator<<(std::ostream& out, const SiteRef& site) {
        out << site.name();
        return site.site().layout() ? out << ": " << layout_text(*site.site().layout()) : out;
    }

private:
    Site site_;
};

namespace detail {
struct NoLayout;
}  // namespace detail
// Without a layout, for the sentence of the specialisation below.
template <class... Given>
SiteRef(Given...) -> SiteRef<detail::NoLayout>;

template <class L>
    requires(!Layout<L> && !std::same_as<L, AnyLayout>)
class SiteRef<L> {
    static_assert(Layout<L>, "a site has a layout: write auto found = site<Qkv>(model, path)");
};

/// Whether both are the same site, whatever their names and layouts: `found[0] == site<Qkv>(model, path)`.
template <class L, class M>
bool operator==(const SiteRef<L>& one, const SiteRef<M>& other) {
    return one.id() == other.id();
}
/// The same for a site of a model itself: `found[0] == model->blocks[3]->resid_pre`.
template <class L>
bool operator==(const SiteRef<L>& one, const Site& other) {
    return one.id() == other.id();
}
template <class L>
SUTURE_REJECTED("a site is not its path: write site.name() == path", operator==(const SiteRef<L>&, const std::string&));

/// The site that something hookable stands for: a HookPoint or a SiteRef itself, a hooked module's `output`.
template <class L>
SiteRef<L> site_ref(const SiteRef<L>& site) {
    return site;
}
/// @throws HookError if the holder or pointer is empty
template <class Holder>
    requires requires(const Holder& h) { h->output.id(); }
auto site_ref(const Holder& holder) {
    if (!detail::is_there(holder))
        throw HookError("this module holder is empty: construct the module before adding hooks");
    return site_ref(holder->output);
}

/// Anything at which hooks can be added.
template <class S>
concept Hookable = requires(const S& s) {
    site_ref(s);
};

/// The layout of a hookable site.
template <Hookable S>
using site_layout = typename decltype(site_ref(std::declval<const S&>()))::layout;

namespace detail {
/// The same sites without their layouts: of one site, or of a range.
/// @throws HookError if the range is empty
template <class S>
std::vector<SiteRef<AnyLayout>> untyped(S&& sites) {
    std::vector<SiteRef<AnyLayout>> all;
    const auto add = [&all](const auto& site) { all.emplace_back(site_ref(site).site()); };
    if constexpr (Hookable<std::remove_cvref_t<S>>)
        add(sites);
    else
        for (auto&& site : sites) add(site);
    if (all.empty()) throw HookError("the range of sites is empty: give at least one site");
    return all;
}
/// Whether untyped() takes it.
template <class S>
concept SomeSites = Hookable<std::remove_cvref_t<S>> || requires(S& sites) {
    site_ref(*std::begin(sites));
};
}  // namespace detail

}  // namespace suture

#include "suture/core/end_refuse.hpp"
