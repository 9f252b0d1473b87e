// Grids: the places that a sweep patches, one at a time. Layers by positions, and by components and heads if wanted; or
// layers by recipes of any kind.
#pragma once

#include "suture/core/diagnostics.hpp"
#include "suture/core/where.hpp"
#include "suture/edit/apply.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/tensor/detail/place.hpp"
#include "suture/tensor/detail/place_text.hpp"
#include "suture/tensor/error.hpp"

#include <ATen/ops/zeros.h>
#include <range/v3/range/concepts.hpp>
#include <range/v3/range/traits.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

namespace detail {
/// Channels that are patched together, and their site in each layer.
struct GridPart {
    std::string name;
    std::vector<SiteRef<AnyLayout>> sites;
    PackedPart part;       ///< its channels; no heads for a layout, which has none of its own
    Index width = 0;       ///< of the whole layout
    StridedSlice queries;  ///< the layout's queries, which no other position reads; of width 0 if it has none
    Index first_head = 0;  ///< the component's number of the part's first head

    Index heads() const { return part.heads; }
    /// Narrows the part to the heads and channels of a place in it.
    void narrow(const PlaceValue& place) {
        if (place.positions.batch || place.positions.rows)
            throw ValueError("a sweep patches every prompt at the same positions: name them with token() or tokens()");
        if (place.heads.defined() || place.dims.defined())
            throw ValueError("a sweep takes heads and dims by range: sweep a list as recipes, Grid::of_recipes");
        const BoundChannels bound = bound_channels(place);
        const StridedSlice slice = bound.slice();
        if (slice.width == 0)
            throw ValueError("these channels lie at irregular distances in the layout: sweep them head by head");
        if (bound.dims == bound.row_width && bound.rows == 1 && !bound.by_head && bound.row_width == part.channels())
            return;
        part = {slice, bound.by_head ? bound.rows : 0};
        first_head = bound.by_head ? bound.row_begin : 0;
        name += place_text(PlaceValue{{}, place.name, place.channels, {}, {}, {}});
    }
    /// The channels of one head, counted from the part's first, or all if `number` is -1.
    StridedSlice of_head(Index number) const {
        if (number < 0) return part.where;
        ChannelWhere where;
        head(number).restrict_channels(where);
        return bind_channels(part, where).slice();
    }
};

/// Checks only the positions of a recipe; anything else that is wrong with it shows when it meets an activation.
/// @throws PositionError, with the edit, if a prompt of this length lacks a position that the recipe edits
template <Layout L, AnyRecipe R>
void check_places(const R& recipe, Index length, const Extents<L>& extents) {
    const at::Tensor like = at::zeros({1, length, extents.width()});
    recipe.for_each([&](const auto& edit, std::size_t) {
        try {
            Step unused;
            edit.template prepare<L>(like, &unused, extents);
        } catch (PositionError& e) {
            e.add_place(to_string(edit));
            throw;
        } catch (const Error&) {  // a value of another dtype or device than zeros
        }
    });
}

/// A type-erased recipe: activation [..., width] -> an edited copy.
struct GridRecipe {
    std::string name;
    std::function<at::Tensor(const at::Tensor&)> edited;
    /// @throws PositionError if a prompt of this length lacks a position that the recipe edits
    std::function<void(Index length)> check;
};

template <Layout L>
StridedSlice queries_of(const Extents<L>& extents) {
    if constexpr (Resolution<FamilyOf<Q>, L>::why == Fault::none)
        return extents.template slice<Q>();
    else
        return {};
}

template <class Selector, Layout L>
GridPart grid_part(std::vector<SiteRef<AnyLayout>> sites, const Extents<L>& extents) {
    using X = typename Resolution<Selector, L>::type;
    check_named<Selector, X>(extents);
    return {Component<X> ? part_name<X> : "all", std::move(sites), packed_in<X, L>(extents.facts()), extents.width(),
            queries_of(extents)};
}

/// The numbers of the layout at all of these sites.
/// @throws HookError if they are not known before an activation arrives, or differ from site to site
template <Layout L, class S>
Extents<L> extents_at_sites([[maybe_unused]] S&& sites) {
    if constexpr (is_static<L>) {
        return {};
    } else {
        std::optional<Extents<L>> first;
        const auto add = [&first](const auto& site) {
            const SiteRef<L> ref = site_ref(site);
            if (!first) first = ref.extents();
            if (*first != ref.extents())
                throw HookError(ref.name() + " is packed as " + layout_text(ref.extents().facts()) +
                                " but the first site of the grid as " + layout_text(first->facts()) +
                                ": sweep sites of one size in each grid");
        };
        if constexpr (Hookable<std::remove_cvref_t<S>>)
            add(sites);
        else
            for (auto&& site : sites) add(site);
        if (!first) throw HookError("the range of sites is empty: give at least one site");
        return *first;
    }
}

/// A sweep tells prompts and positions apart by their axes.
template <class L>
inline constexpr Fault swept_axes_fault = axes_of<L>.is_batch_first() ? Fault::none : Fault::sweep_axes;
/// Why a component cannot be swept at sites packed like L.
template <class Selector, class L>
inline constexpr Fault sweep_fault = Fault::none;
template <class Selector, Layout L>
inline constexpr Fault sweep_fault<Selector, L> =
    Resolution<Selector, L>::why != Fault::none ? Resolution<Selector, L>::why : swept_axes_fault<L>;
/// Why a place cannot be swept there.
template <class Selector, class L, Where... Ws>
inline constexpr Fault swept_place_fault =
    place_fault<Selector, L, Ws...> != Fault::none ? place_fault<Selector, L, Ws...> : swept_axes_fault<L>;
/// Why a recipe cannot be swept there.
template <class R, class L>
inline constexpr Fault swept_recipe_fault =
    recipe_fault<R, L> != Fault::none ? recipe_fault<R, L> : swept_axes_fault<L>;
template <class L, class... Selectors>
inline constexpr Fault first_sweep_fault = [] {
    Fault first = Fault::none;
    ((first = first != Fault::none ? first : sweep_fault<Selectors, L>), ...);
    return first;
}();
template <class S>
concept LayeredSites = Sites<S> && Layout<layout_at<S>>;
template <class S>
concept SitesWithoutLayout = Sites<S> && std::same_as<layout_at<S>, AnyLayout>;
}  // namespace detail

/// Where a sweep patches: a value, made of sites.
///
///     const auto c_attn = sites<Qkv>(model, "h.*.attn.c_attn");
///     Grid::of<Q>(c_attn)                              // each layer x each position
///     Grid::of<Q, K, V>(c_attn).by_head()              // component x layer x head x position
///     Grid::of<Q>(c_attn).at(tokens(2, 5))             // each of these positions; token(-1) makes no axis
///     Grid::of<Z>(z_sites).by_head().all_positions()   // layer x head, all positions of a prompt at once
///     Grid::of(c_attn, on<Q>(tokens(2, 5), heads(0, 4)))    // the positions and heads of a place
///     Grid::of_recipes(c_attn, recipes)                // layer x recipe, one recipe at a time
///     Grid::of<AttnOut>(attention).with(Grid::of<MlpOut>(mlps))    // different sites of the same layers
///
/// Layers are the sites in their order.
class Grid {
public:
    /// One component at a time, at one site or at the sites of several layers; name components in full or by
    /// their families, or name the whole layout.
    /// @throws HookError if the range of sites is empty
    template <class... Cs, detail::LayeredSites S>
        requires(sizeof...(Cs) > 0 &&
                 detail::first_sweep_fault<detail::layout_at<S>, detail::Exactly<Cs>...> == detail::Fault::none)
    static Grid of(S&& sites) { return of_selected<detail::Exactly<Cs>...>(sites); }
    template <template <Index, Index> class... Families, detail::LayeredSites S>
        requires(sizeof...(Families) > 0 &&
                 detail::first_sweep_fault<detail::layout_at<S>, detail::FamilyOf<Families>...> == detail::Fault::none)
    static Grid of(S&& sites) { return of_selected<detail::FamilyOf<Families>...>(sites); }

    /// A place, at one site or at the sites of several layers: its positions one at a time and, by_head(), its heads.
    /// @throws HookError if the range of sites is empty; PositionError or ShapeError if the layout lacks the place;
    ///         ValueError if the place names batch rows, lists or channels that do not lie at regular distances
    template <detail::LayeredSites S, class Selector, Where... Ws>
        requires(detail::swept_place_fault<Selector, detail::layout_at<S>, Ws...> == detail::Fault::none)
    static Grid of(S&& sites, const Place<Selector, Ws...>& place) {
        using L = detail::layout_at<S>;
        const Extents<L> extents = detail::extents_at_sites<L>(sites);
        const detail::PlaceValue asked = detail::place_in<Selector, L>(detail::Access::wheres(place), extents);
        detail::GridPart part = detail::grid_part<Selector, L>(detail::untyped(sites), extents);
        part.narrow(asked);
        Grid grid(std::move(part));
        return asked.positions.token ? grid.at(*asked.positions.token) : grid;
    }
    template <detail::LayeredSites S, class Selector, Where... Ws,
              detail::Fault suture_fault = detail::swept_place_fault<Selector, detail::layout_at<S>, Ws...>>
        requires(suture_fault != detail::Fault::none)
    static SUTURE_REJECTED_FOR(suture_fault, of(S&&, const Place<Selector, Ws...>&));

    /// One recipe at a time, at one site or at the sites of several layers: any range of edits, recipes or ranges of edits
    /// of one type.
    ///
    ///     views::iota(0, 15) | views::transform([](int t) { return on<Q>(token(t)).multiply(0.5); })
    ///
    /// @throws HookError if the range of sites is empty, ValueError if the range of recipes is
    template <detail::LayeredSites S, ranges::input_range R>
        requires(Applicable<ranges::range_value_t<R>>&&
                     detail::swept_recipe_fault<ranges::range_value_t<R>, detail::layout_at<S>> == detail::Fault::none)
    static Grid of_recipes(S&& sites, R&& recipes) {
        using L = detail::layout_at<S>;
        const Extents<L> extents = detail::extents_at_sites<L>(sites);
        Grid grid(detail::grid_part<detail::Exactly<L>, L>(detail::untyped(sites), extents));
        for (auto&& given : recipes) {
            const auto recipe = detail::as_recipe(given);
            grid.recipes_.push_back(
                {to_string(recipe),
                 [recipe, extents](const at::Tensor& activation) { return borrow<L>(activation, extents) | recipe; },
                 [recipe, extents](Index length) { detail::check_places<L>(recipe, length, extents); }});
        }
        if (grid.recipes_.empty()) throw ValueError("the range of recipes is empty: give at least one recipe");
        return grid;
    }

    /// One head at a time.
    /// @throws ValueError if the components have different heads, or if one is a layout, which has none; or if the grid
    ///         has recipes
    Grid by_head() const {
        check_no_recipes("by_head()");
        Grid grid = *this;
        grid.by_head_ = true;
        grid.check_heads();
        return grid;
    }
    /// Only these positions, one at a time; a single one makes no axis. @throws ValueError if the grid has recipes
    Grid at(const Position<Axis::token>& positions) const {
        check_no_recipes("at()");
        Grid grid = *this;
        grid.positions_ = positions;
        grid.by_position_ = !positions.single;
        return grid;
    }
    /// All of the positions at once. @throws ValueError if the grid has recipes
    Grid all_positions() const {
        check_no_recipes("all_positions()");
        Grid grid = *this;
        grid.by_position_ = false;
        return grid;
    }
    /// The components of this grid and then those of another, which must have as many layers. Positions and heads are
    /// those of this grid; the other grid has none of its own, or the same.
    /// @throws ValueError if the numbers of layers differ, if the other grid has positions of its own or goes by head
    ///         where this one does not or, by head, if the heads differ
    Grid with(const Grid& other) const {
        check_no_recipes("with()");
        other.check_no_recipes("with()");
        Grid grid = *this;
        grid.parts_.insert(grid.parts_.end(), other.parts_.begin(), other.parts_.end());
        if (other.layers() != layers())
            throw ValueError("grids of " + std::to_string(layers()) + " and " + std::to_string(other.layers()) +
                             " layers cannot be joined: give sites of the same layers");
        const bool has_own_positions = other.positions_ != Position<Axis::token>() || !other.by_position_;
        if (has_own_positions && (other.positions_ != positions_ || other.by_position_ != by_position_))
            throw ValueError(
                "the grids that with() joins have different positions: give the positions to the first grid alone");
        if (other.by_head_ && !by_head_)
            throw ValueError(
                "with() joins a grid by head to one that is not: call by_head() on the first grid, or on the joined "
                "one");
        grid.check_heads();
        return grid;
    }

    // For sweeps:

    const std::vector<detail::GridPart>& parts() const { return parts_; }
    const std::vector<detail::GridRecipe>& recipes() const { return recipes_; }
    std::size_t layers() const { return parts_.front().sites.size(); }
    const Position<Axis::token>& positions() const { return positions_; }
    bool has_heads() const { return by_head_; }
    bool has_positions() const { return by_position_ && recipes_.empty(); }

    template <class... Cs, detail::LayeredSites S,
              detail::Fault suture_fault = detail::first_sweep_fault<detail::layout_at<S>, detail::Exactly<Cs>...>>
        requires(suture_fault != detail::Fault::none)
    static SUTURE_REJECTED_FOR(suture_fault, of(S&&));
    template <template <Index, Index> class... Families, detail::LayeredSites S,
              detail::Fault suture_fault =
                  detail::first_sweep_fault<detail::layout_at<S>, detail::FamilyOf<Families>...>>
        requires(suture_fault != detail::Fault::none)
    static SUTURE_REJECTED_FOR(suture_fault, of(S&&));
    template <detail::LayeredSites S, class R,
              detail::Fault suture_fault = detail::swept_recipe_fault<ranges::range_value_t<R>, detail::layout_at<S>>>
        requires(suture_fault != detail::Fault::none)
    static SUTURE_REJECTED_FOR(suture_fault, of_recipes(S&&, R&&));
    template <detail::LayeredSites S>
    static SUTURE_REJECTED("this grid names no component: write Grid::of<Q>(sites), or the layout", of(S&&));
    template <class... Cs, detail::SitesWithoutLayout S>
    static SUTURE_REJECTED("these sites have no layout: find them by sites<Layout>(model, pattern)", of(S&&));
    template <template <Index, Index> class... Families, detail::SitesWithoutLayout S>
        requires(sizeof...(Families) > 0)
    static SUTURE_REJECTED("these sites have no layout: find them by sites<Layout>(model, pattern)", of(S&&));
    template <detail::SitesWithoutLayout S, class R>
    static SUTURE_REJECTED("these sites have no layout: find them by sites<Layout>(model, pattern)",
                           of_recipes(S&&, R&&));
    template <detail::LayeredSites S, class R>
        requires(AnyRecipe<std::remove_cvref_t<R>>)
    static SUTURE_REJECTED("recipes come in a range: write of_recipes(sites, std::vector{recipe})",
                           of_recipes(S&&, R&&));
    template <class... Cs, class S>
        requires(!Sites<S>)
    static SUTURE_REJECTED("a grid is made of sites: find them by sites<Layout>(model, pattern)", of(S&&));
    template <template <Index, Index> class... Families, class S>
        requires(sizeof...(Families) > 0 && !Sites<S>)
    static SUTURE_REJECTED("a grid is made of sites: find them by sites<Layout>(model, pattern)", of(S&&));

    template <class... Cs>
    static SUTURE_REJECTED("a grid is made of sites: write Grid::of<Q>(sites<Layout>(model, pattern))", of(...));
    template <template <Index, Index> class... Families>
        requires(sizeof...(Families) > 0)
    static SUTURE_REJECTED("a grid is made of sites: write Grid::of<Q>(sites<Layout>(model, pattern))", of(...));
    template <auto... Numbers>
        requires(sizeof...(Numbers) > 0)
    static SUTURE_REJECTED("a grid names components: write Grid::of<Q>(sites)", of(...));
    template <class...>
    static SUTURE_REJECTED("the sites come first: write Grid::of_recipes(sites, recipes)", of_recipes(...));
    template <class...>
    SUTURE_REJECTED("positions are selectors: write at(tokens(2, 5)) or at(token(-1))", at(...) const);
    template <class...>
    SUTURE_REJECTED("a grid is joined with another: write with(Grid::of<C>(sites))", with(...) const);
    template <class...>
    SUTURE_REJECTED("this has another name: write Grid::of<Q>(sites).by_head()", by_heads(...) const);

    template <class...>
    SUTURE_REJECTED("a grid goes by layer if it has several sites: write Grid::of<Q>(sites)", by_layer(...) const);
    template <class...>
    SUTURE_REJECTED("a grid goes by position by itself: write all_positions() for all at once", by_position(...) const);
    template <class...>
    SUTURE_REJECTED("a grid goes by position by itself: write all_positions() for all at once", by_token(...) const);
    template <class...>
    SUTURE_REJECTED("this has another name: write all_positions()", all_tokens(...) const);
    template <class...>
    SUTURE_REJECTED("positions are given by at: write grid.at(tokens(2, 5))", tokens(...) const);
    SUTURE_REJECTED_DEFAULT("a grid is made by a function: write Grid::of<Q>(sites)", Grid);
    template <class...>
    SUTURE_REJECTED("a grid is joined with another: write with(Grid::of<C>(sites))", operator|(const Grid&) const);
    template <class...>
    SUTURE_REJECTED("a grid is joined with another: write with(Grid::of<C>(sites))", operator+(const Grid&) const);
    explicit SUTURE_REJECTED_FROM("a grid is made by a function: write Grid::of<Q>(sites)", Grid, InBraces);
    template <class...>
    SUTURE_REJECTED("a grid takes all heads: write by_head(), and select in the result", by_head(...) const);
    template <class...>
    SUTURE_REJECTED("a grid takes all heads: write by_head(), and select in the result", heads(...) const);
    template <class...>
    SUTURE_REJECTED("a grid takes all heads: write by_head(), and select in the result", head(...) const);
    template <class...>
    SUTURE_REJECTED("positions are given by at: write grid.at(tokens(2, 5))", token(...) const);
    template <class...>
    SUTURE_REJECTED("a grid takes all positions or those given: write at(tokens(2, 5))", all_positions(...) const);
    template <class...>
    SUTURE_REJECTED("a grid is joined with another: write with(Grid::of<C>(sites))", operator&(const Grid&) const);
    template <class...>
    SUTURE_REJECTED("a grid is swept: write sweep(model, patching, grid, metric)", run(...) const);
    template <class...>
    SUTURE_REJECTED("a grid is swept: write sweep(model, patching, grid, metric)", sweep(...) const);
    template <class...>
    SUTURE_REJECTED("a grid is not a range: sweep it, and read result.cells()", begin() const);
    template <class...>
    SUTURE_REJECTED("a grid is not a range: sweep it, and read result.cells()", end() const);
    template <class...>
    SUTURE_REJECTED("a grid is not a range: sweep it, and read result.cells()", size(...) const);
    template <class I>
    SUTURE_REJECTED("a grid is not a range: sweep it, and read result.cells()", operator[](const I&) const);

    /// "Q, K of 12 layers, by head"
    friend std::ostream& operator<<(std::ostream& out, const Grid& grid) {
        for (std::size_t i = 0; i < grid.parts_.size(); ++i) out << (i ? ", " : "") << grid.parts_[i].name;
        out << " of " << grid.layers() << (grid.layers() == 1 ? " layer" : " layers");
        if (!grid.recipes_.empty()) out << ", " << grid.recipes_.size() << " recipes";
        return out << (grid.by_head_ ? ", by head" : "");
    }

private:
    explicit Grid(detail::GridPart part) { parts_.push_back(std::move(part)); }
    explicit Grid(std::vector<detail::GridPart> parts) : parts_(std::move(parts)) {}

    template <class... Selectors, class S>
    static Grid of_selected(S&& sites) {
        using L = detail::layout_at<S>;
        const Extents<L> extents = detail::extents_at_sites<L>(sites);
        const std::vector<SiteRef<AnyLayout>> untyped = detail::untyped(sites);
        Grid grid(std::vector<detail::GridPart>{});
        (grid.parts_.push_back(detail::grid_part<Selectors, L>(untyped, extents)), ...);
        return grid;
    }
    void check_no_recipes(const char* call) const {
        if (!recipes_.empty())
            throw ValueError(std::string(call) +
                             " was called on a grid of recipes, which name their own places: "
                             "put the places into the recipes");
    }
    void check_heads() const {
        if (!by_head_) return;
        for (const detail::GridPart& part : parts_) {
            if (part.heads() == 0) throw ValueError("a layout has no heads of its own: sweep its components by head");
            if (part.heads() != parts_.front().heads())
                throw ValueError(part.name + " has " + std::to_string(part.heads()) + " heads but " +
                                 parts_.front().name + " has " + std::to_string(parts_.front().heads()) +
                                 ": sweep them by head in separate grids");
            if (part.first_head != parts_.front().first_head)
                throw ValueError(part.name + " begins with head " + std::to_string(part.first_head) + " but " +
                                 parts_.front().name + " with head " + std::to_string(parts_.front().first_head) +
                                 ": sweep them by head in separate grids");
        }
    }

    std::vector<detail::GridPart> parts_;
    std::vector<detail::GridRecipe> recipes_;
    Position<Axis::token> positions_;
    bool by_head_ = false, by_position_ = true;
};

}  // namespace suture

#include "suture/core/end_refuse.hpp"
