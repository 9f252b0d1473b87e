// Edits: component + where + operation, as a value. `on<Q>(token(4), head<3>).set(0)` says what to change; edits
// compose with `|` into a recipe, and a recipe is applied by piping an activation into it.
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

/// What edits have in common, and what recipes have. Two types: a base that both a recipe and its members had would
/// keep them from sharing an address.
struct edit_base {};
struct recipe_base {};

/// An edit, or several composed with `|`: a value that can be kept, copied, printed and applied to any
/// activation whose layout has its components.
template <class R>
concept AnyRecipe =
    std::derived_from<std::remove_cvref_t<R>, edit_base> || std::derived_from<std::remove_cvref_t<R>, recipe_base>;

namespace detail {
template <class Selector>
inline constexpr const char* selector_name = "all";
template <Component C>
inline constexpr const char* selector_name<exactly<C>> = C::name;
template <template <extent, extent> class Family>
inline constexpr const char* selector_name<family<Family>> = Family<1, 1>::name;

template <class>
inline constexpr bool is_family = false;
template <template <extent, extent> class Family>
inline constexpr bool is_family<family<Family>> = true;

inline std::string range_text(const char* one, const char* several, bool single, extent begin, extent end) {
    if (single) return one + (" " + std::to_string(begin));
    return several + (" " + std::to_string(begin)) + ":" + (end == to_end ? "" : std::to_string(end));
}

inline std::string rows_text(const RowPositions& r) {
    const char* name = r.what == RowPositions::kind::one_a_row ? "token "
                       : r.what == RowPositions::kind::several ? "tokens "
                                                               : "mask ";
    return name + value_text(r.given);
}

/// The wheres in words, from the outermost axis to the channels: "[batch 0, token 4, head 3, dims 0:10]".
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

/// What is wrong with injecting a View into the component that Selector means in L.
template <class Value, class Selector, Layout L>
inline constexpr fault injection_fault = fault::none;
template <class X, extent Groups, class Selector, Layout L>
inline constexpr fault injection_fault<View<X, Groups>, Selector, L> =
    !std::same_as<X, typename resolution<Selector, L>::type> ? fault::other_component
    : Component<X> && Groups != L::groups                    ? fault::other_groups
                                                             : fault::none;
template <class Op>
struct injected {
    using type = void;
};
template <update How, class V>
struct injected<take_up<How, V>> {
    using type = V;
};

struct step {
    ResolvedPlace where;
    Prepared found;
};
}  // namespace detail

/// One edit. Made by `on<...>(...)` and an operation; `sizeof` is what it must remember.
template <class Selector, class Op, Where... Ws>
struct Edit : edit_base {
    [[no_unique_address]] WherePack<Ws...> wheres;
    [[no_unique_address]] Op operation;

    constexpr Edit() = default;
    constexpr Edit(WherePack<Ws...> where, Op op) : wheres(std::move(where)), operation(std::move(op)) {}

    static constexpr std::size_t count = 1;
    static constexpr bool calls_back = detail::calls_back<Op>;
    template <class F>
    constexpr void for_each(F&& f) const {
        f(*this, std::size_t{0});
    }

    /// What is wrong with this edit for layout L.
    template <Layout L>
    static constexpr fault why = placed<Selector, L, Ws...>.why != fault::none
                                     ? placed<Selector, L, Ws...>.why
                                     : detail::injection_fault<typename detail::injected<Op>::type, Selector, L>;

    /// Checks everything and resolves where to write.
    template <Layout L>
    void prepare(const at::Tensor& packed, detail::step* step) const {
        const detail::Place asked = detail::make_place(placed<Selector, L, Ws...>, wheres);
        step->where = detail::resolve(asked, packed, packed.sizes().slice(0, packed.dim() - 1));
        step->found = operation.template prepare<Ws...>(detail::EditTarget{packed, asked, step->where});
    }

    /// Writes. @pre prepare passed
    void write(const at::Tensor& packed, const detail::step* step) const {
        detail::write_part(packed, step->where, [&](const at::Tensor& part) { operation.write(part, step->found); });
    }

    /// The edit in words: "Q[token 4, dims 0:10] = 0".
    friend std::string to_string(const Edit& e) {
        return detail::selector_name<Selector> +
               detail::place_text(detail::make_place({}, e.wheres), channels_in<Ws...>) + " " + e.operation.text();
    }
};

namespace detail {
/// The I-th edit of a recipe. One without state is not stored but made when it is needed, so that recipes
/// without state have size 1 even if they hold an edit twice.
template <std::size_t I, class E>
struct member {
    E value;
    constexpr const E& get() const { return value; }
};
template <std::size_t I, class E>
    requires(std::is_empty_v<E>&& std::default_initializable<E>)
struct member<I, E> {
    constexpr member() = default;
    constexpr explicit member(const E&) {}
    constexpr E get() const { return {}; }
};

template <class Indices, class... Edits>
struct members;
template <std::size_t... Is, class... Edits>
struct members<std::index_sequence<Is...>, Edits...> : member<Is, Edits>... {
    constexpr members() = default;
    constexpr explicit members(Edits... edits) requires(sizeof...(Edits) > 0)
        : member<Is, Edits>{std::move(edits)}... {}
    /// Calls f(edit, its index) for every edit, in order.
    template <class F>
    constexpr void for_each([[maybe_unused]] F&& f) const {
        (f(static_cast<const member<Is, Edits>&>(*this).get(), Is), ...);
    }
};
}  // namespace detail

/// Edits in the order in which they are applied; a later one sees what an earlier one wrote. `recipe<>` leaves everything
/// as it is.
template <class... Edits>
struct Recipe : recipe_base, detail::members<std::index_sequence_for<Edits...>, Edits...> {
    using base = detail::members<std::index_sequence_for<Edits...>, Edits...>;
    constexpr Recipe() = default;
    constexpr explicit Recipe(Edits... edits) requires(sizeof...(Edits) > 0) : base(std::move(edits)...) {}

    static constexpr std::size_t count = sizeof...(Edits);
    static constexpr bool calls_back = (Edits::calls_back || ...);

    /// What is wrong with the first edit that does not suit layout L.
    template <Layout L>
    static constexpr fault why = [] {
        fault first = fault::none;
        ((first = first != fault::none ? first : Edits::template why<L>), ...);
        return first;
    }();

    /// The edits in words, joined by " | ".
    friend std::string to_string(const Recipe& r) {
        std::string text;
        r.for_each([&](const auto& e, std::size_t i) { text += (i ? " | " : "") + to_string(e); });
        return text;
    }

    /// The recipe with one more edit, or those of another recipe, behind.
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
            return f(static_cast<const detail::member<Is, Edits>&>(*this).get()...);
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

/// Composes: the left one is applied first. Runs nothing.
template <AnyRecipe A, AnyRecipe B>
constexpr auto operator|(const A& first, const B& then) {
    return detail::as_recipe(first).then(detail::as_recipe(then));
}

template <AnyRecipe R>
std::ostream& operator<<(std::ostream& out, const R& r) {
    return out << to_string(r);
}

/// What is wrong with applying recipe R to an activation packed like L; `fault::none` if nothing is.
template <class R, class L>
inline constexpr fault recipe_fault = fault::none;
template <AnyRecipe R, Layout L>
inline constexpr fault recipe_fault<R, L> = R::template why<L>;

}  // namespace suture
