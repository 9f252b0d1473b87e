// Edits: a place and an operation, as a value: `on<Q>(token(4), head<3>).set(0)`. Edits compose with `|` into a recipe, and
// piping an activation into a recipe applies it.
// Law: `view | recipe` equals split, clone, edit and cat written by hand, bit for bit, and never writes `view`.
#pragma once

#include "suture/edit/detail/operation.hpp"
#include "suture/edit/detail/refused_operations.hpp"
#include "suture/tensor/detail/place_text.hpp"

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

namespace suture {

namespace detail {
// The bases of edits and of recipes. Two types, because a base that a recipe shared with its members would keep them
// from sharing an address.
struct EditBase : RefusedOnRecipes<EditBase> {};
struct RecipeBase : RefusedOnRecipes<RecipeBase> {};
}  // namespace detail

/// An edit, or several composed with `|`: a value that can be kept, copied, printed and applied to every activation
/// whose layout has its components.
template <class R>
concept AnyRecipe = std::derived_from<std::remove_cvref_t<R>, detail::EditBase> ||
    std::derived_from<std::remove_cvref_t<R>, detail::RecipeBase>;

namespace detail {
template <class Selector>
inline constexpr const char* selector_name = "all";
template <Component C>
inline constexpr const char* selector_name<Exactly<C>> = C::name;
template <template <Index, Index> class Family>
inline constexpr const char* selector_name<FamilyOf<Family>> = Family<1, 1>::name;

template <class>
inline constexpr bool is_family = false;
template <template <Index, Index> class Family>
inline constexpr bool is_family<FamilyOf<Family>> = true;

/// What is wrong with injecting the value of Op where X is held.
template <class Op, class X>
inline constexpr Fault injection_fault = Fault::none;
template <Update How, class V, class X>
inline constexpr Fault injection_fault<ValueUpdate<How, V>, X> = injected_fault<V, X>;

/// What is wrong with an edit in layout L.
template <class Selector, class Op, Layout L, Where... Ws>
inline constexpr Fault edit_fault = [] {
    if constexpr (place_fault<Selector, L, Ws...> != Fault::none)
        return place_fault<Selector, L, Ws...>;
    else
        return injection_fault<Op, part_of<L, typename Resolution<Selector, L>::type>>;
}();

/// What a step needs of its edit's type. One table of functions for each type, so that what handles steps is compiled once.
struct EditFunctions {
    bool is_update;  ///< it sets, adds, ... a value: then `write` does nothing
    Update how;
    void (*write)(const void* edit, const at::Tensor& part, const ResolvedPlace& where, const Prepared& found);
    std::string (*text)(const void* edit);
};

/// One edit of a recipe, prepared to be written.
struct Step {
    at::Tensor target;  ///< the activation, as the place was resolved in it
    ResolvedPlace where;
    Prepared found;
    const EditFunctions* functions = nullptr;
    const void* edit = nullptr;
    bool is_elsewhere = false;  ///< another pass holds the positions: there is nothing to write

    std::string text() const { return functions->text(edit); }

    /// Whether `write` may fail: it allocates memory, or calls a function.
    bool may_fail() const {
        if (is_elsewhere) return false;
        return !functions->is_update || !is_written_plainly(target, where, functions->how, found.with);
    }
    void write() const {
        if (is_elsewhere || target.numel() == 0) return;
        if (functions->is_update)
            update(target, where, functions->how, found.with);
        else
            write_part(target, where, [&](const at::Tensor& part) { functions->write(edit, part, where, found); });
    }
};

/// Resolves a place in the activation, or in the positions of it that are there.
inline InjectedAt resolve_step(Step& step, PlaceValue asked, const at::Tensor& packed,
                               const std::shared_ptr<const Cut>& cut) {
    InjectedAt at = injected_at(cut, asked, packed);
    step.target = packed;
    if (cut) step.is_elsewhere = !look_within(*cut, asked, step.target);
    if (step.is_elsewhere) return at;
    step.where = resolve(asked, step.target);
    at.selection = step.where.sizes;
    return at;
}
}  // namespace detail

/// One edit. Made by `on<...>(...)` and an operation; its size is that of the values it must remember.
template <class Selector, class Op, Where... Ws>
struct [[nodiscard("an edit alone changes nothing: pipe an activation into it, or add it to a hook")]] Edit
    : detail::EditBase {
    [[no_unique_address]] detail::WherePack<Ws...> wheres;
    [[no_unique_address]] Op operation;

    constexpr Edit() = default;
    constexpr Edit(detail::WherePack<Ws...> where, Op op) : wheres(std::move(where)), operation(std::move(op)) {}

    template <class R>
    SUTURE_REJECTED("another edit is another type: give it a name of its own", operator=(const R&)&);

    static constexpr bool calls_back = detail::calls_back<Op>;
    static constexpr std::size_t size() { return 1; }
    template <class F>
    constexpr void for_each(F && f) const {
        f(*this, std::size_t{0});
    }

    /// What is wrong with this edit for layout L.
    template <Layout L>
    static constexpr detail::Fault why = detail::edit_fault<Selector, Op, L, Ws...>;

    /// @throws Error if the place is not in layout L with these numbers: its heads or channels, or the numbers, were not
    ///         known to the compiler
    template <Layout L>
    void bind(const Extents<L>& extents = {}) const {
        const detail::PlaceValue asked = detail::place_in<Selector, L>(wheres, extents);
        detail::ResolvedPlace ignored;
        detail::resolve_channels(asked, at::kCPU, ignored);
    }

    /// Checks everything and resolves the place to be written.
    template <Layout L>
    void prepare(const at::Tensor& packed, detail::Step* step, const Extents<L>& extents,
                 const std::shared_ptr<const detail::Cut>& cut = nullptr) const {
        step->functions = &functions;
        step->edit = this;
        const detail::InjectedAt at =
            detail::resolve_step(*step, detail::place_in<Selector, L>(wheres, extents), packed, cut);
        if (step->is_elsewhere) return;
        step->found = operation.prepare(detail::EditTarget{step->target, at, step->where});
    }

    /// The edit as text: "Q[token 4, dims 0:10] = 0".
    friend std::string to_string(const Edit& e) {
        return detail::selector_name<Selector> +
               detail::place_text(detail::place_value({}, detail::selector_name<Selector>, e.wheres)) + " " +
               e.operation.text();
    }

private:
    // The edit of a step. One without state was made for a moment, and is made again.
    static std::string step_text(const void* edit) {
        if constexpr (std::is_empty_v<Edit> && requires { Edit(); })
            return to_string(Edit());
        else
            return to_string(*static_cast<const Edit*>(edit));
    }
    static void write_step([[maybe_unused]] const void* edit, [[maybe_unused]] const at::Tensor& part,
                           [[maybe_unused]] const detail::ResolvedPlace& where,
                           [[maybe_unused]] const detail::Prepared& found) {
        if constexpr (requires { Op::updates; })
            return;
        else if constexpr (std::is_empty_v<Op> && requires { Op(); })
            Op().write(part, where, found);
        else
            static_cast<const Edit*>(edit)->operation.write(part, where, found);
    }
    static constexpr detail::Update how() {
        if constexpr (requires { Op::updates; })
            return Op::updates;
        else
            return detail::Update::set;
    }
    static constexpr bool is_update = requires { Op::updates; };
    static constexpr detail::EditFunctions functions{is_update, how(), &write_step, &step_text};
};

namespace detail {
/// The I-th edit of a recipe. An edit without state is not stored but made when it is needed, so that a recipe without
/// state has size 1 even if it holds an edit twice.
template <std::size_t I, class E>
struct Member {
    E value;
    constexpr const E& get() const { return value; }
};
template <std::size_t I, class E>
    requires(std::is_empty_v<E>&& std::default_initializable<E>)
struct Member<I, E> {
    constexpr Member() = default;
    constexpr explicit Member(const E&) {}
    constexpr E get() const { return {}; }
};

template <class Indices, class... Edits>
struct Members;
template <std::size_t... Is, class... Edits>
struct Members<std::index_sequence<Is...>, Edits...> : Member<Is, Edits>... {
    constexpr Members() = default;
    constexpr explicit Members(Edits... edits) requires(sizeof...(Edits) > 0)
        : Member<Is, Edits>{std::move(edits)}... {}
    /// Calls f(edit, its index) for every edit, in order.
    template <class F>
    constexpr void for_each([[maybe_unused]] F&& f) const {
        [[maybe_unused]] std::size_t first = 0;
        ((static_cast<const Member<Is, Edits>&>(*this).get().for_each(
              [&](const auto& edit, std::size_t i) { f(edit, first + i); }),
          first += static_cast<const Member<Is, Edits>&>(*this).get().size()),
         ...);
    }
    constexpr std::size_t size() const {
        return (std::size_t{0} + ... + static_cast<const Member<Is, Edits>&>(*this).get().size());
    }
};
}  // namespace detail

/// Edits in the order in which they are applied; each sees the result of those before it. `Recipe<>` changes nothing.
template <class... Edits>
struct [[nodiscard("a recipe alone changes nothing: pipe an activation into it, or add it to a hook")]] Recipe
    : detail::RecipeBase,
      detail::Members<std::index_sequence_for<Edits...>, Edits...> {
    using base = detail::Members<std::index_sequence_for<Edits...>, Edits...>;
    constexpr Recipe() = default;
    constexpr explicit Recipe(Edits... edits) requires(sizeof...(Edits) > 0) : base(std::move(edits)...) {}

    template <class R>
    SUTURE_REJECTED("another recipe is another type: give it a name of its own", operator=(const R&)&);

    static constexpr bool calls_back = (Edits::calls_back || ...);

    /// What is wrong with the first edit that does not fit layout L.
    template <Layout L>
    static constexpr detail::Fault why = [] {
        detail::Fault first = detail::Fault::none;
        ((first = first != detail::Fault::none ? first : Edits::template why<L>), ...);
        return first;
    }();

    /// @throws Error if the place of an edit is not in layout L
    template <Layout L>
    void bind(const Extents<L>& extents = {}) const {
        this->for_each([&](const auto& edit, std::size_t) { edit.template bind<L>(extents); });
    }

    /// The edits as text, joined by " | ".
    friend std::string to_string(const Recipe& r) {
        std::string text;
        r.for_each([&](const auto& e, std::size_t i) { text += (i ? " | " : "") + to_string(e); });
        return text;
    }

    /// This recipe, followed by the edits of another.
    template <class... More>
    constexpr auto then(const Recipe<More...>& more) const {
        return unpacked([&](const auto&... mine) {
            return more.unpacked([&](const auto&... theirs) { return Recipe<Edits..., More...>(mine..., theirs...); });
        });
    }

private:
    template <class...>
    friend struct Recipe;
    template <class F>
    constexpr auto unpacked(F && f) const {
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            return f(static_cast<const detail::Member<Is, Edits>&>(*this).get()...);
        }
        (std::index_sequence_for<Edits...>{});
    }
};

/// As many edits of one type as the program computes, in order.
template <AnyRecipe E>
struct [[nodiscard("a recipe alone changes nothing: pipe an activation into it, or add it to a hook")]] RecipeList
    : detail::RecipeBase {
    std::vector<E> edits;

    RecipeList() = default;
    explicit RecipeList(std::vector<E> all) : edits(std::move(all)) {}

    static constexpr bool calls_back = E::calls_back;
    template <Layout L>
    static constexpr detail::Fault why = E::template why<L>;
    std::size_t size() const {
        std::size_t all = 0;
        for (const E& e : edits) all += e.size();
        return all;
    }
    template <class F>
    void for_each(F && f) const {
        std::size_t first = 0;
        for (const E& e : edits) {
            e.for_each([&](const auto& edit, std::size_t i) { f(edit, first + i); });
            first += e.size();
        }
    }
    /// @throws Error if the place of an edit is not in layout L
    template <Layout L>
    void bind(const Extents<L>& extents = {}) const {
        for (const E& e : edits) e.template bind<L>(extents);
    }
    friend std::string to_string(const RecipeList& r) {
        std::string text;
        for (const E& e : r.edits) text += (text.empty() ? "" : " | ") + to_string(e);
        return text;
    }
};

namespace detail {
/// A range of edits: a vector, or a view of range-v3.
template <class R>
concept EditRange = !AnyRecipe<R> && !Readable<R> && requires(std::remove_reference_t<R> & r) {
    std::begin(r), std::end(r);
    requires AnyRecipe<decltype(*std::begin(r))>;
};
}  // namespace detail

/// What can be applied: an edit, a recipe, or a range of edits, which are applied in order:
///
///     auto heads_off = heads | ranges::views::transform([](int h) { return on<Z>(head(h)).zero(); });
///     at::Tensor without = borrow<Z<768, 12>>(z) | heads_off;
template <class R>
concept Applicable = AnyRecipe<R> || detail::EditRange<R>;

namespace detail {
template <class... Edits>
constexpr const Recipe<Edits...>& as_recipe(const Recipe<Edits...>& r) {
    return r;
}
template <class Selector, class Op, Where... Ws>
constexpr auto as_recipe(const Edit<Selector, Op, Ws...>& e) {
    return Recipe<Edit<Selector, Op, Ws...>>(e);
}
template <class E>
auto as_recipe(const RecipeList<E>& r) {
    return Recipe<RecipeList<E>>(r);
}
template <EditRange R>
auto as_recipe(R&& range) {
    using E = std::remove_cvref_t<decltype(*std::begin(range))>;
    std::vector<E> all;
    for (auto&& edit : range) all.push_back(edit);
    return Recipe<RecipeList<E>>(RecipeList<E>(std::move(all)));
}
template <class R>
using recipe_type = std::remove_cvref_t<decltype(as_recipe(std::declval<R>()))>;
}  // namespace detail

/// Composes two recipes or edits: the left one is applied first. Runs nothing.
template <Applicable A, Applicable B>
    requires(AnyRecipe<A> || AnyRecipe<B>)
constexpr auto operator|(A&& first, B&& then) {
    return detail::as_recipe(std::forward<A>(first)).then(detail::as_recipe(std::forward<B>(then)));
}

template <AnyRecipe A, Applicable B>
SUTURE_REJECTED("a recipe is a value: write auto longer = recipe | edit", operator|=(A&&, B&&));
template <AnyRecipe A, Applicable B>
SUTURE_REJECTED("edits compose with |: write first | second", operator+(const A&, const B&));
template <AnyRecipe A, Applicable B>
SUTURE_REJECTED("edits compose with |: write first | second", operator&(const A&, const B&));
template <AnyRecipe A, Applicable B>
SUTURE_REJECTED("edits compose with |: write first | second", operator,(const A&, const B&));

template <AnyRecipe R>
std::ostream& operator<<(std::ostream& out, const R& r) {
    return out << to_string(r);
}

namespace detail {
/// What is wrong with applying recipe R to an activation packed like L; `Fault::none` if nothing is.
template <class R, class L>
inline constexpr Fault recipe_fault = Fault::none;
template <Applicable R, Layout L>
inline constexpr Fault recipe_fault<R, L> = recipe_type<R>::template why<L>;
}  // namespace detail

}  // namespace suture

#include "suture/core/end_refuse.hpp"
