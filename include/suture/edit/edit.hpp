// Edits: a component, selectors and an operation, as a value: `on<Q>(token(4), head<3>).set(0)`. Edits compose with `|`
// into a recipe, and piping an activation into a recipe applies it.
// Law: `view | recipe` equals split, clone, edit and cat written by hand, bit for bit, and never writes `view`.
#pragma once

#include "suture/edit/detail/operation.hpp"

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace suture {

namespace detail {
// The bases of edits and of recipes. Two types, because a base that a recipe shared with its members would keep them
// from sharing an address.
struct EditBase {};
struct RecipeBase {};
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

inline std::string range_text(const char* one, const char* several, bool single, Index begin, Index end) {
    if (single) return one + (" " + std::to_string(begin));
    return several + (" " + std::to_string(begin)) + ":" + (end == to_end ? "" : std::to_string(end));
}

inline std::string rows_text(const RowPositions& r) {
    const char* name = r.what == RowPositions::Kind::one_per_row ? "token "
                       : r.what == RowPositions::Kind::several   ? "tokens "
                                                                 : "mask ";
    return name + value_text(r.given);
}

/// The selectors as text, from the outermost axis to the channels: "[batch 0, token 4, head 3, dims 0:10]".
inline std::string place_text(const Place& p, const ChannelWhere& c) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (p.batch) add(range_text("batch", "batches", p.batch->single, p.batch->begin, p.batch->end));
    if (p.token) add(range_text("token", "tokens", p.token->single, p.token->begin, p.token->end));
    if (p.rows) add(rows_text(*p.rows));
    if (c.head_begin >= 0) add(range_text("head", "heads", c.one_head, c.head_begin, c.head_end));
    if (c.dim_end >= 0) add(range_text("dim", "dims", false, c.dim_begin, c.dim_end));
    return text.empty() ? "" : "[" + text + "]";
}

/// What is wrong with injecting a View into the component that Selector names in L.
template <class Value, class Selector, Layout L>
inline constexpr Fault injection_fault = Fault::none;
template <class X, Index Groups, class Selector, Layout L>
inline constexpr Fault injection_fault<View<X, Groups>, Selector, L> =
    !std::same_as<X, typename Resolution<Selector, L>::type> ? Fault::other_component
    : Component<X> && Groups != L::groups                    ? Fault::other_groups
                                                             : Fault::none;
template <class Op>
struct Injected {
    using type = void;
};
template <Update How, class V>
struct Injected<ValueUpdate<How, V>> {
    using type = V;
};

/// What `prepare` found for `write`.
struct Step {
    ResolvedPlace where;
    Prepared found;
};
}  // namespace detail

/// One edit. Made by `on<...>(...)` and an operation; its size is that of the values it must remember.
template <class Selector, class Op, Where... Ws>
struct Edit : detail::EditBase {
    [[no_unique_address]] detail::WherePack<Ws...> wheres;
    [[no_unique_address]] Op operation;

    constexpr Edit() = default;
    constexpr Edit(detail::WherePack<Ws...> where, Op op) : wheres(std::move(where)), operation(std::move(op)) {}

    static constexpr std::size_t count = 1;
    static constexpr bool calls_back = detail::calls_back<Op>;
    template <class F>
    constexpr void for_each(F&& f) const {
        f(*this, std::size_t{0});
    }

    /// What is wrong with this edit for layout L.
    template <Layout L>
    static constexpr detail::Fault why =
        detail::placed<Selector, L, Ws...>.why != detail::Fault::none
            ? detail::placed<Selector, L, Ws...>.why
            : detail::injection_fault<typename detail::Injected<Op>::type, Selector, L>;

    /// Checks everything and resolves the place to be written.
    template <Layout L>
    void prepare(const at::Tensor& packed, detail::Step* step) const {
        const detail::Place asked = detail::make_place(detail::placed<Selector, L, Ws...>, wheres);
        step->where = detail::resolve(asked, packed, packed.sizes().slice(0, packed.dim() - 1));
        step->found = operation.template prepare<Ws...>(detail::EditTarget{packed, asked, step->where});
    }

    /// Writes. @pre prepare returned
    void write(const at::Tensor& packed, const detail::Step* step) const {
        detail::write_part(packed, step->where, [&](const at::Tensor& part) { operation.write(part, step->found); });
    }

    /// The edit as text: "Q[token 4, dims 0:10] = 0".
    friend std::string to_string(const Edit& e) {
        return detail::selector_name<Selector> +
               detail::place_text(detail::make_place({}, e.wheres), detail::channels_in<Ws...>) + " " +
               e.operation.text();
    }
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
        (f(static_cast<const Member<Is, Edits>&>(*this).get(), Is), ...);
    }
};
}  // namespace detail

/// Edits in the order in which they are applied; each sees the result of those before it. `Recipe<>` changes nothing.
template <class... Edits>
struct Recipe : detail::RecipeBase, detail::Members<std::index_sequence_for<Edits...>, Edits...> {
    using base = detail::Members<std::index_sequence_for<Edits...>, Edits...>;
    constexpr Recipe() = default;
    constexpr explicit Recipe(Edits... edits) requires(sizeof...(Edits) > 0) : base(std::move(edits)...) {}

    static constexpr std::size_t count = sizeof...(Edits);
    static constexpr bool calls_back = (Edits::calls_back || ...);

    /// What is wrong with the first edit that does not fit layout L.
    template <Layout L>
    static constexpr detail::Fault why = [] {
        detail::Fault first = detail::Fault::none;
        ((first = first != detail::Fault::none ? first : Edits::template why<L>), ...);
        return first;
    }();

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
    constexpr auto unpacked(F&& f) const {
        return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
            return f(static_cast<const detail::Member<Is, Edits>&>(*this).get()...);
        }
        (std::index_sequence_for<Edits...>{});
    }
};

namespace detail {
template <class... Edits>
constexpr const Recipe<Edits...>& as_recipe(const Recipe<Edits...>& r) {
    return r;
}
template <class Selector, class Op, Where... Ws>
constexpr auto as_recipe(const Edit<Selector, Op, Ws...>& e) {
    return Recipe<Edit<Selector, Op, Ws...>>(e);
}
}  // namespace detail

/// Composes two recipes or edits: the left one is applied first. Runs nothing.
template <AnyRecipe A, AnyRecipe B>
constexpr auto operator|(const A& first, const B& then) {
    return detail::as_recipe(first).then(detail::as_recipe(then));
}

template <AnyRecipe R>
std::ostream& operator<<(std::ostream& out, const R& r) {
    return out << to_string(r);
}

namespace detail {
/// What is wrong with applying recipe R to an activation packed like L; `Fault::none` if nothing is.
template <class R, class L>
inline constexpr Fault recipe_fault = Fault::none;
template <AnyRecipe R, Layout L>
inline constexpr Fault recipe_fault<R, L> = R::template why<L>;
}  // namespace detail

}  // namespace suture
