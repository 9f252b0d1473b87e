// The sites of a model: visited in the order of its modules, named by their paths, found by path or pattern. A model's
// type brings LibTorch's modules along, so this header needs only to know that they exist: theirs are long.
#pragma once

#include "suture/hook/detail/no_site.hpp"
#include "suture/hook/detail/paths.hpp"
#include "suture/hook/site.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/model/run_model.hpp"
#include "suture/tensor/error.hpp"

#include <concepts>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace torch::nn {
class Module;
}

namespace suture {

/// Called with each site of a module and its name in the module ("" for a site that stands for the module itself).
using SiteVisitor = std::function<void(const std::string& name, Site& site)>;

/// A base for modules that have sites, so that `sites` and `for_each_site` find them:
///
///     struct BlockImpl : torch::nn::Cloneable<BlockImpl>, HasSites {
///         void visit_sites(const SiteVisitor& visit) override { visit("resid_pre", resid_pre); }
///         HookPoint<Resid<768>> resid_pre;
///     };
class HasSites {
public:
    virtual ~HasSites() = default;
    virtual void visit_sites(const SiteVisitor& visit) = 0;
};

namespace detail {
template <class Module>
void visit_module_sites(Module& module, const std::string& path, std::set<const void*>& seen,
                        const SiteVisitor& visit) {
    if (!seen.insert(&module).second) return;  // a module under two names has its sites once, as in parameters()
    if (auto* holder = dynamic_cast<HasSites*>(&module))
        holder->visit_sites([&](const std::string& name, Site& site) { visit(joined_path(path, name), site); });
    for (const auto& child : module.named_children())
        if (child.value()) visit_module_sites(*child.value(), joined_path(path, child.key()), seen, visit);
}

/// The module that a model is, holds or points to; null if there is none. Sites are identities: finding them does not
/// change a model, so it may be const.
template <class Model>
torch::nn::Module* module_in(const Model& model) {
    if (!is_there(model)) return nullptr;
    const torch::nn::Module* module = nullptr;
    if constexpr (std::derived_from<Model, torch::nn::Module>)
        module = &model;
    else if constexpr (std::convertible_to<const Model&, const torch::nn::Module*>)
        module = model;
    else if constexpr (requires {
                           { model.get() } -> std::convertible_to<const torch::nn::Module*>;
                       }) {
        module = model.get();
    } else {
        static_assert(
            requires {
                { model.ptr() } -> std::convertible_to<std::shared_ptr<torch::nn::Module>>;
            },
            "this is not a model: give a module, its holder or pointer, an AnyModule, or a type with visit_sites");
        module = model.ptr().get();
    }
    return const_cast<torch::nn::Module*>(module);
}

/// A model that shows its sites and is not made of LibTorch's modules.
template <class Model>
concept HasOwnVisitor = requires(Model& model, const SiteVisitor& visit) {
    model.visit_sites(visit);
}
&&!std::derived_from<std::remove_cvref_t<Model>, torch::nn::Module>;
}  // namespace detail

/// Calls `f(path, site)` for every site of a model: "h.3.attn.c_attn", in the order in which the modules were
/// registered. A model is a module, a holder or pointer of one, or anything that has `visit_sites` (a Script).
template <class Model, std::invocable<const std::string&, Site&> F>
void for_each_site(Model&& model, F&& f) {
    if constexpr (detail::HasOwnVisitor<Model>) {
        model.visit_sites(SiteVisitor(f));
    } else {
        torch::nn::Module* module = detail::module_in(model);
        if (!module) throw HookError("this model is empty: construct it before looking for its sites");
        std::set<const void*> seen;
        detail::visit_module_sites(*module, "", seen, f);
    }
}

/// Names every site of a model by its path, so that messages show the place. Call it once the model is built, for example
/// at the end of the outermost module's reset(), and again for a clone of the model: LibTorch rebuilds its modules.
template <class Model>
void name_sites(Model&& model) {
    for_each_site(model, [](const std::string& path, Site& site) { site.rename(path); });
}
template <class...>
SUTURE_REJECTED("the sites of a model are named: write name_sites(model)", name_sites(...));
template <class...>
SUTURE_REJECTED("each site is shown to a function: write for_each_site(model, f), f(path, site)", for_each_site(...));

namespace detail {
/// The site that was found under this path, with layout L.
/// @throws TypeError if the site has another layout of its own
template <class L, class... Numbers>
SiteRef<L> found_site(const std::string& path, const Site& site, const Numbers&... extents) {
    Site named = site.same();
    named.rename(path);
    return SiteRef<L>(named, extents...);
}

template <class Module>
void add_known_modules(Module& module, const std::string& path, std::map<const void*, std::string>& seen,
                       KnownModel& known) {
    const auto [first, is_new] = seen.emplace(&module, path);
    known.modules.push_back({path, holder_name(module.name()), dynamic_cast<HasSites*>(&module) != nullptr,
                             is_new ? std::string() : first->second});
    if (!is_new) return;
    for (const auto& tensors : {module.named_parameters(/*recurse=*/false), module.named_buffers(/*recurse=*/false)})
        for (const auto& tensor : tensors) known.tensors.push_back(joined_path(path, tensor.key()));
    for (const auto& child : module.named_children())
        if (child.value()) add_known_modules(*child.value(), joined_path(path, child.key()), seen, known);
}

/// @throws HookError, with the reason. Only now is the model walked for what the message needs.
template <class Model>
[[noreturn]] void throw_no_site_in(Model& model, const std::string& asked, bool is_pattern) {
    KnownModel known;
    const auto add = [&](const std::string& path, Site& site) { known.sites.push_back({path, site.layout()}); };
    for_each_site(model, add);
    if constexpr (!HasOwnVisitor<Model>) {
        std::map<const void*, std::string> seen;
        add_known_modules(*module_in(model), "", seen, known);
    }
    throw_no_site({asked, is_pattern, known});
}
}  // namespace detail

namespace detail {
template <class L, class Model, class... Numbers>
std::vector<SiteRef<L>> sites_matching(Model&& model, const std::string& pattern, const Numbers&... extents) {
    std::vector<SiteRef<L>> found;
    for_each_site(model, [&](const std::string& path, Site& site) {
        if (path_matches(pattern, path)) found.push_back(found_site<L>(path, site, extents...));
    });
    if (found.empty()) throw_no_site_in(model, pattern, /*is_pattern=*/true);
    return found;
}
template <class L, class Model, class... Numbers>
SiteRef<L> site_at_path(Model&& model, const std::string& path, const Numbers&... extents) {
    std::vector<SiteRef<L>> found;
    for_each_site(model, [&](const std::string& at, Site& site) {
        if (at == path) found.push_back(found_site<L>(at, site, extents...));
    });
    if (found.empty()) throw_no_site_in(model, path, /*is_pattern=*/false);
    if (found.size() > 1)
        throw HookError("two sites have the path " + path +
                        ": rename a child module, or take the site from its module");
    return found.front();
}
}  // namespace detail

/// The sites whose paths match a pattern, in the model's order: `sites<Qkv>(model, "h.*.attn.c_attn")`. `*` matches
/// anything but a dot, `?` one character, `[0-3]` one of several. Without a layout the sites are untyped.
/// A site whose layout gets its numbers at run time is found by that layout or, once it is bound, by one whose type says
/// the same numbers; the other way round, a layout with dynamic numbers takes those of the site.
/// @throws HookError if none matches or its numbers are not known, TypeError if one has another layout or other numbers
template <class L = AnyLayout, class Model>
std::vector<SiteRef<L>> sites(Model&& model, const std::string& pattern) {
    return detail::sites_matching<L>(model, pattern);
}
/// The same with the numbers that the layout leaves dynamic, for sites without a layout of their own:
/// `sites<Gpt2Qkv<dynamic, dynamic>>(script, "transformer.h.*.attn.c_attn", extents)`.
template <Layout L, class Model>
std::vector<SiteRef<L>> sites(Model&& model, const std::string& pattern, const Extents<L>& extents) {
    return detail::sites_matching<L>(model, pattern, extents);
}

template <class L, class Model>
    requires(!Layout<L> && !std::same_as<L, AnyLayout>)
SUTURE_REJECTED("this is not a layout: write sites<Layout>(model, pattern)", sites(Model&&, const std::string&));
template <class L = AnyLayout, class Model>
    requires(!std::convertible_to<Model, const std::string&>)
SUTURE_REJECTED("the model comes first: write sites<Layout>(model, pattern)", sites(const std::string&, Model&&));
// Two literals in braces would otherwise be taken for the ends of one text.
template <class L = AnyLayout, class Model>
SUTURE_REJECTED("one pattern names several sites: write sites<Layout>(model, pattern) with a *",
                sites(Model&&, std::initializer_list<const char*>));
template <class...>
SUTURE_REJECTED("sites are found by a pattern of paths: write sites<Layout>(model, pattern)", sites(...));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in sites<Z<768, 12>>", sites(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a number is not a layout: write sites<Resid<768>>(model, pattern)", sites(...));
template <class L, auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a number is not a layout: write sites<Resid<768>>(model, pattern)", sites(...));
template <Sentence>
SUTURE_REJECTED("a pattern is an argument: write sites<Layout>(model, pattern)", sites(...));

/// The site at a path: `site<Qkv>(model, "h.3.attn.c_attn")`.
/// @throws HookError, with the reason, if no site has this path; TypeError if it has another layout
template <class L = AnyLayout, class Model>
SiteRef<L> site(Model&& model, const std::string& path) {
    return detail::site_at_path<L>(model, path);
}
/// The same with the numbers that the layout leaves dynamic, for a site without a layout of its own.
template <Layout L, class Model>
SiteRef<L> site(Model&& model, const std::string& path, const Extents<L>& extents) {
    return detail::site_at_path<L>(model, path, extents);
}
template <class L, class Model>
    requires(!Layout<L> && !std::same_as<L, AnyLayout>)
SUTURE_REJECTED("this is not a layout: write site<Layout>(model, path)", site(Model&&, const std::string&));
template <class L = AnyLayout, class Model>
    requires(!std::convertible_to<Model, const std::string&>)
SUTURE_REJECTED("the model comes first: write site<Layout>(model, path)", site(const std::string&, Model&&));
template <class L = AnyLayout, class Model>
SUTURE_REJECTED("a site has one path: write sites<Layout>(model, pattern) for several",
                site(Model&&, std::initializer_list<const char*>));
// The number 0 would otherwise be taken for a null pointer to characters.
template <class L = AnyLayout, class Model, Integer I>
SUTURE_REJECTED("a site is found by its path, not by a number: write site<Layout>(model, path)", site(Model&&, I));
template <class...>
SUTURE_REJECTED("a site is found by its path: write site<Layout>(model, path)", site(...));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in site<Z<768, 12>>", site(...));
template <auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a number is not a layout: write site<Resid<768>>(model, path)", site(...));
template <class L, auto... Numbers>
    requires(sizeof...(Numbers) > 0)
SUTURE_REJECTED("a number is not a layout: write site<Resid<768>>(model, path)", site(...));
template <Sentence>
SUTURE_REJECTED("a path is an argument: write site<Layout>(model, path)", site(...));

}  // namespace suture

#include "suture/core/end_refuse.hpp"
