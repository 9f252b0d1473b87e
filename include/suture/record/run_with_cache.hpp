// run_with_cache: one run of a model, and the activations at some of its sites.
#pragma once

#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// What a cache of these sites holds: what was asked for or else the whole activation.
template <class Asked, class S>
using cached_at = std::conditional_t<std::same_as<Asked, OwnLayout>, layout_at<S>, Asked>;

template <class T>
inline constexpr bool is_record_options = std::same_as<std::remove_cvref_t<T>, RecordOptions>;
}  // namespace detail

/// What `run_with_cache` returns: the model's result, and the recorder. A pair, which refuses what is meant for one of them.
template <class Result, class X>
struct CachedRun : std::pair<Result, Latest<X>> {
    using std::pair<Result, Latest<X>>::pair;

#define SUTURE_OF_THE_CACHE(declarator) \
    SUTURE_REJECTED("a run gives two: write auto [logits, cache] = run_with_cache(model, sites, ids)", declarator);
    template <class I>
    SUTURE_OF_THE_CACHE(operator[](const I&) const)
    template <class...>
    SUTURE_OF_THE_CACHE(begin() const)
    template <class...>
    SUTURE_OF_THE_CACHE(end() const)
    template <class...>
    SUTURE_OF_THE_CACHE(size(...) const)
#undef SUTURE_OF_THE_CACHE
    SUTURE_REJECTED_CONVERSION("a run gives two: write auto [logits, cache] = run_with_cache(model, sites, ids)",
                               at::Tensor, const);
#define SUTURE_OF_ONE_OF_TWO(name) \
    SUTURE_ABSENT("a run gives two: write auto [logits, cache] = run_with_cache(model, sites, ids)", name);
    SUTURE_OF_ONE_OF_TWO(cache)
    SUTURE_OF_ONE_OF_TWO(logits)
    SUTURE_OF_ONE_OF_TWO(layer)
    SUTURE_OF_ONE_OF_TWO(at)
    SUTURE_OF_ONE_OF_TWO(keys)
    SUTURE_OF_ONE_OF_TWO(items)
#undef SUTURE_OF_ONE_OF_TWO
};

/// Runs the model and records the part of each activation that the options select.
///
///     auto [logits, cache] = run_with_cache(model, sites<Qkv>(model, "h.*.attn.c_attn"), {.tokens = token(-1)}, ids);
///
/// @throws as without options, and what Latest throws
template <class X = detail::OwnLayout, class Model, Sites S, class... Inputs>
    requires Recordable<detail::cached_at<X, S>>
[[nodiscard("the result of the run and its cache would be lost")]] auto run_with_cache(Model&& model, const S& sites,
                                                                                       RecordOptions options,
                                                                                       Inputs&&... inputs) {
    using Kept = detail::cached_at<X, S>;
    Latest<Kept> cache(std::move(options));
    HookSet hooks;
    hooks.add(sites, cache);
    auto result = run_with_hooks(model, hooks, std::forward<Inputs>(inputs)...);
    return CachedRun<decltype(result), Kept>(std::move(result), std::move(cache));
}

/// Runs the model and records what passes the sites: a pair of the model's result and a Latest, which is read by the
/// site's path or by its index among the sites. Hooks that are active in this thread run as well, and the cache holds
/// what they leave.
///
///     auto [logits, cache] = run_with_cache(model, sites<Resid<768>>(model, "h.*.resid_post"), ids);
///     View<Resid<768>> stream = cache["h.3.resid_post"];
///
/// To keep one component, name it: `run_with_cache<part<NeoX, Q>>(model, sites<NeoX>(model, "..."), ids)`. At sites
/// without a layout the cache holds plain tensors.
/// @throws HookError if a site was not passed; otherwise as run_with_hooks
template <class X = detail::OwnLayout, class Model, Sites S, class... Inputs>
    requires(Recordable<detail::cached_at<X, S>> && !(detail::is_record_options<Inputs> || ...))
[[nodiscard("the result of the run and its cache would be lost")]] auto run_with_cache(Model&& model, const S& sites,
                                                                                       Inputs&&... inputs) {
    return run_with_cache<X>(model, sites, RecordOptions{}, std::forward<Inputs>(inputs)...);
}

// Calls that must not compile.
template <class X = detail::OwnLayout, class Model, class... Inputs>
SUTURE_REJECTED("a path is looked up: write run_with_cache(model, sites<L>(model, path), ids)",
                run_with_cache(Model&&, const std::string&, Inputs&&...));
template <class...>
SUTURE_REJECTED("the sites follow the model: write run_with_cache(model, sites, ids)", run_with_cache(...));
template <template <Index, Index> class... Families>
    requires(sizeof...(Families) > 0)
SUTURE_REJECTED("a family has no width: name the component, as in run_with_cache<Q<768, 12>>", run_with_cache(...));

}  // namespace suture

template <class Result, class X>
struct std::tuple_size<suture::CachedRun<Result, X>> : std::tuple_size<std::pair<Result, suture::Latest<X>>> {};
template <std::size_t I, class Result, class X>
struct std::tuple_element<I, suture::CachedRun<Result, X>>
    : std::tuple_element<I, std::pair<Result, suture::Latest<X>>> {};

#include "suture/core/end_refuse.hpp"
