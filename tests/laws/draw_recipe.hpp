// Drawing a random recipe for a layout: operations, places and values, typed as a user writes them and repeated as
// steps of the literal idiom. Numbers that differ between layouts decide which component, place and operation are
// combined, so that the catalogue covers all combinations.
#pragma once

#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/places.hpp"
#include "laws/recipes.hpp"
#include "laws/twins.hpp"

#include <ATen/ops/clamp_max.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace laws {

// What to do.

enum class operation {
    set_number,
    set_tensor,
    set_view,
    set_piece,
    set_slot,
    zero,
    add_number,
    add_tensor,
    add_view,
    subtract_number,
    subtract_tensor,
    multiply_number,
    multiply_tensor,
    multiply_slot,
    divide_tensor,
    clamp,
    mean_over,
    project_out,
    steer,
    apply
};
inline constexpr std::size_t operations = 20;

constexpr bool needs_floats(operation o) {
    return o == operation::divide_tensor || o == operation::mean_over || o == operation::project_out ||
           o == operation::steer;
}

/// 16-bit floats are computed in float32.
inline at::Tensor wide(const at::Tensor& t) {
    return t.scalar_type() == at::kHalf || t.scalar_type() == at::kBFloat16 ? t.to(at::kFloat) : t;
}
/// Scaled to length 1 after a division by the largest channel, which very small and very large directions need.
inline at::Tensor unit_vector(const at::Tensor& direction) {
    const at::Tensor scaled = wide(direction).div(wide(direction).abs().amax(-1, true));
    return scaled.div(scaled.norm(2, -1, true));
}
/// The number as the tensor's own type.
inline at::Scalar number_for(const at::Tensor& t, double n) {
    return at::isIntegralType(t.scalar_type(), true) ? at::Scalar(static_cast<std::int64_t>(n)) : at::Scalar(n);
}

/// Draws the values of one edit.
struct value_drawer {
    const conditions& given;
    const selected& found;  ///< the part, as counted by the oracle
    std::vector<at::Tensor>& injected;

    double number() const {
        if (at::isIntegralType(given.dtype, true)) return static_cast<double>(draw(-3, 4));
        return one_of<double>({0.0, 1.0, -1.5, 0.1, 3.0, -0.0, 1e-3});
    }
    /// A tensor of the part's shape, or of one that broadcasts to it.
    at::Tensor operand(bool channels_in_full = false, bool is_divisor = false) const {
        extents sizes = found.shape;
        const auto most = static_cast<Index>(sizes.size()) + !channels_in_full;
        const Index dropped = once_in(2) ? draw(0, most) : 0;
        sizes.erase(sizes.begin(), sizes.begin() + dropped);
        for (std::size_t i = 0; i + (channels_in_full ? 1 : 0) < sizes.size(); ++i)
            if (once_in(4)) sizes[i] = 1;
        at::Tensor t = numbers(sizes, given.dtype, given.random);
        if (is_divisor) t = t.abs().add(0.5);  // a quotient near a pole would have no accurate gradient
        if (given.gradients) t.requires_grad_();
        injected.push_back(t);
        return t;
    }
    at::Tensor other_activation(Index width) const {
        activation other = draw_activation(given.leading, width, given.dtype, given.random, false, given.gradients);
        injected.push_back(other.base);
        return other.view;
    }
};

/// An edit, and the same change of the selected values out of place.
template <class Edit, class Change>
struct told_edit {
    Edit edit;
    Change change;
};
template <class Edit, class Change>
told_edit(Edit, Change) -> told_edit<Edit, Change>;

inline std::vector<std::function<at::Tensor(at::Tensor)>> functions_of(at::ScalarType dtype) {
    std::vector<std::function<at::Tensor(at::Tensor)>> all{
        [](at::Tensor t) { return t.mul(2).add(1); },
        [](at::Tensor t) { return t.flip(-1); },
        [](at::Tensor t) { return t; },
        [](at::Tensor t) { return t.narrow(-1, 0, 1).clone(); },
    };
    if (at::isFloatingType(dtype)) all.push_back([](at::Tensor t) { return t.neg().sub(0.25); });
    return all;
}

using suture::detail::Update;
/// How an operation uses its value.
constexpr Update update_of(operation o) {
    switch (o) {
        case operation::add_number:
        case operation::add_tensor:
        case operation::add_view:
            return Update::add;
        case operation::subtract_number:
        case operation::subtract_tensor:
            return Update::subtract;
        case operation::multiply_number:
        case operation::multiply_tensor:
        case operation::multiply_slot:
            return Update::multiply;
        case operation::divide_tensor:
            return Update::divide;
        default:
            return Update::set;
    }
}

/// The edit that uses the value in this way.
template <Update How, class PlaceSelection, class Value>
auto update(const PlaceSelection& chosen, const Value& value) {
    if constexpr (How == Update::set)
        return chosen.set(value);
    else if constexpr (How == Update::add)
        return chosen.add(value);
    else if constexpr (How == Update::subtract)
        return chosen.subtract(value);
    else if constexpr (How == Update::multiply)
        return chosen.multiply(value);
    else
        return chosen.divide(value);
}
/// The same out of place.
template <Update How, class Value>
at::Tensor updated(const at::Tensor& t, const Value& value) {
    if constexpr (How == Update::set) {
        if constexpr (std::is_same_v<Value, at::Tensor>)
            return value;
        else
            return at::full_like(t, value);
    } else if constexpr (How == Update::add)
        return t.add(value);
    else if constexpr (How == Update::subtract)
        return t.sub(value);
    else if constexpr (std::is_same_v<Value, at::Tensor>)
        return How == Update::multiply ? t.mul(value) : t.div(value);
    else  // the number keeps its digits
        return (How == Update::multiply ? wide(t).mul(value) : wide(t).div(value)).to(t.scalar_type());
}

/// set, add, subtract, multiply or divide by something.
template <operation Op, Layout L, class X, class PlaceSelection>
auto told_update(const PlaceSelection& chosen, const value_drawer& values, std::size_t segment_at) {
    constexpr Update how = update_of(Op);
    if constexpr (Op == operation::set_number || Op == operation::add_number || Op == operation::subtract_number ||
                  Op == operation::multiply_number) {
        const double n = values.number();
        return told_edit{update<how>(chosen, n),
                         [n](const at::Tensor& t, const selected&) { return updated<how>(t, number_for(t, n)); }};
    } else if constexpr (Op == operation::set_view || Op == operation::add_view || Op == operation::set_piece) {
        // The same place of another activation: a View of the component, or the place itself.
        const at::Tensor other = values.other_activation(L::width);
        const auto there = [&] {
            if constexpr (Op == operation::set_piece)
                return borrow<L>(other)[chosen];
            else
                return borrow<L>(other)[on<X>()];
        }();
        return told_edit{
            update<how>(chosen, there), [other, segment_at](const at::Tensor& t, const selected& s) {
                const at::Tensor value =
                    gather(segment_at == whole ? other : taken_apart(other, definition_of<L>()).at(segment_at), s);
                return updated<how>(t, value);
            }};
    } else {
        const at::Tensor v = values.operand(false, how == Update::divide);
        const auto change = [v](const at::Tensor& t, const selected&) { return updated<how>(t, v); };
        if constexpr (Op == operation::set_slot || Op == operation::multiply_slot)
            return told_edit{update<how>(chosen, Slot(v)), change};
        else
            return told_edit{update<how>(chosen, v), change};
    }
}

/// Every other operation.
template <operation Op, class PlaceSelection>
auto told_operation(const PlaceSelection& chosen, const value_drawer& values) {
    if constexpr (Op == operation::zero) {
        return told_edit{chosen.zero(), [](const at::Tensor& t, const selected&) { return at::zeros_like(t); }};
    } else if constexpr (Op == operation::clamp) {
        const double infinity = std::numeric_limits<double>::infinity();
        const double low = once_in(4) ? -infinity : -static_cast<double>(draw(0, 3));
        const double high = once_in(4) ? infinity : static_cast<double>(draw(0, 30000000));
        return told_edit{chosen.clamp(low, high), [low, high](const at::Tensor& t, const selected&) {
                             at::Tensor limited = wide(t);
                             if (std::isfinite(low)) limited = at::clamp_min(limited, number_for(t, low));
                             if (std::isfinite(high)) limited = at::clamp_max(limited, number_for(t, high));
                             return limited.to(t.scalar_type());
                         }};
    } else if constexpr (Op == operation::mean_over) {
        const selected& s = values.found;
        const bool mixed = s.batch_axis < 0 && s.token_axis < 0;  // a mask: positions of several rows on one axis
        const bool rows = mixed || (s.batch_axis >= 0 && (s.token_axis < 0 || once_in(2)));
        const bool tokens = mixed || (s.token_axis >= 0 && (!rows || once_in(2)));
        const auto mean = [&] {
            if (rows && tokens) return chosen.mean_over(Axis::batch, Axis::token);
            return rows ? chosen.mean_over(Axis::batch) : chosen.mean_over(Axis::token);
        }();
        return told_edit{mean, [mixed, rows, tokens](const at::Tensor& t, const selected& s) {
                             extents axes;
                             if (mixed) axes = {0};
                             if (!mixed && rows) axes.push_back(s.batch_axis);
                             if (!mixed && tokens) axes.push_back(s.token_axis);
                             return wide(t).mean(axes, true).to(t.scalar_type());
                         }};
    } else if constexpr (Op == operation::project_out) {
        const at::Tensor d = values.operand(true);
        return told_edit{chosen.project_out(d), [d](const at::Tensor& t, const selected&) {
                             const at::Tensor u = unit_vector(d);
                             return wide(t).sub(wide(t).mul(u).sum(-1, true).mul(u)).to(t.scalar_type());
                         }};
    } else if constexpr (Op == operation::steer) {
        const at::Tensor d = values.operand(true);
        const double amount = values.number();
        return told_edit{chosen.steer(d, amount), [d, amount](const at::Tensor& t, const selected&) {
                             return t.add(unit_vector(d).mul(amount).to(t.scalar_type()));
                         }};
    } else {
        const auto f = one_of(functions_of(values.given.dtype));
        return told_edit{chosen.apply(f), [f](const at::Tensor& t, const selected&) { return f(t.clone()); }};
    }
}

// Which of these meet in a layout.

template <class C>
struct family_of {
    template <class L>
    static constexpr bool is_unique_in = false;
};
template <template <Index, Index> class Family, Index Width, Index Heads>
struct family_of<Family<Width, Heads>> {
    template <class L>
    static constexpr bool is_unique_in =
        suture::detail::Resolution<suture::detail::FamilyOf<Family>, L>::why == suture::detail::Fault::none;
    template <class... Ws>
    static auto begin(const Ws&... ws) {
        return on<Family>(ws...);
    }
};

/// The J-th kind of edit of layout L.
template <Layout L, std::size_t J>
struct edit_kind {
    static constexpr std::size_t number = place_among<L, every_layout>;
    static constexpr auto op = static_cast<operation>(J);
    static constexpr bool on_whole = (number + J) % 9 == 4;
    static constexpr std::size_t segment_at =
        on_whole ? whole : ((number + 3 * J) / 2) % suture::detail::components_of<L>::size;
    static constexpr auto positions = [] {
        auto form = static_cast<position_form>((number + J) % position_forms);
        // An average needs an axis to average over.
        return op == operation::mean_over && form == position_form::all ? position_form::token : form;
    }();
    static constexpr auto channels = static_cast<channel_form>((number + J) % channel_forms);
    static constexpr bool by_family = (number + J) % 4 == 1;
    static constexpr needs need{axes_needed(positions), needs_floats(op), op == operation::set_piece};

    template <std::size_t I, class... Cs>
    static auto pick(suture::detail::TypeList<Cs...>) -> std::tuple_element_t<I, std::tuple<Cs...>>;
    static constexpr auto target() {
        if constexpr (on_whole)
            return std::type_identity<L>{};
        else
            return std::type_identity<decltype(pick<segment_at>(suture::detail::components_of<L>{}))>{};
    }
    using X = typename decltype(target())::type;

    /// Draws the edit, and adds its step in the literal idiom to the recipe.
    static auto draw(const conditions& given, drawn_recipe& recipe) {
        const definition packed = definition_of<L>();
        chosen_part told;
        const bool averaged = op == operation::mean_over;
        const auto wheres = draw_wheres<L, X, positions, channels>(
            place_drawer{given.leading, given.random, averaged, told, recipe.given});
        const auto chosen = std::apply(
            [](const auto&... ws) {
                if constexpr (by_family && family_of<X>::template is_unique_in<L>)
                    return family_of<X>::begin(ws...);
                else
                    return on<X>(ws...);
            },
            wheres);
        const selected found = count_out(told, given.leading, on_whole ? 1 : packed.groups,
                                         on_whole ? packed.all() : packed.segments[on_whole ? 0 : segment_at]);
        const value_drawer values{given, found, recipe.injected};
        auto edit = [&] {
            if constexpr (op == operation::zero || op >= operation::clamp)
                return told_operation<op>(chosen, values);
            else
                return told_update<op, L, X>(chosen, values, segment_at);
        }();
        recipe.steps.push_back({segment_at, told, std::move(edit.change)});
        return std::move(edit.edit);
    }
};

/// A kind of recipe of layout L.
struct recipe_kind {
    needs need;
    drawn_recipe (*draw)(const conditions&);
};

/// Runs a recipe in one of the three ways.
template <Layout L, AnyRecipe R>
at::Tensor run_recipe(const View<L>& source, const R& recipe, way how) {
    if (how == way::pipe) return (source | recipe).take();
    Owned<L> owned = source.clone();
    if (how == way::consume) return (std::move(owned) | recipe).take();
    owned |= recipe;
    return std::move(owned).take();
}

/// Edits an Owned within `around`, in one of the two ways.
template <Layout L, AnyRecipe R>
at::Tensor run_recipe_within(const View<L>& source, const R& recipe, way how, const surroundings& around) {
    Owned<L> owned = source.clone();
    at::Tensor passed_on;
    around([&] {
        if (how == way::consume)
            passed_on = (std::move(owned) | recipe).take();
        else
            owned |= recipe;
    });
    return passed_on.defined() ? passed_on : std::move(owned).take();
}

/// Draws edits of these kinds, composed in this order.
template <Layout L, std::size_t First, std::size_t... Rest>
auto draw_edits(const conditions& given, drawn_recipe& drawn) {
    const auto first = edit_kind<L, First>::draw(given, drawn);
    if constexpr (sizeof...(Rest) == 0)
        return first;
    else
        return first | draw_edits<L, Rest...>(given, drawn);
}
template <Layout L, std::size_t... Js>
drawn_recipe draw_recipe(const conditions& given) {
    drawn_recipe drawn;
    const auto recipe = draw_edits<L, Js...>(given, drawn);
    drawn.text = to_string(recipe);
    drawn.run = [recipe](const at::Tensor& x, way how) { return run_recipe(borrow<L>(x), recipe, how); };
    drawn.run_within = [recipe](const at::Tensor& x, way how, const surroundings& around) {
        return run_recipe_within(borrow<L>(x), recipe, how, around);
    };
    // Every operation and every form of place meets a twin in one of these layouts.
    if constexpr (place_among<L, every_layout> % 6 == 0)
        drawn.run_twin = [recipe](const at::Tensor& x, way how) {
            return run_recipe(borrow<twin<L>>(x, twin_extents<L>()), recipe, how);
        };
    return drawn;
}
template <Layout L, std::size_t... Js>
recipe_kind kind_of() {
    needs need;
    ((need.leading = std::max(need.leading, edit_kind<L, Js>::need.leading),
      need.floats = need.floats || edit_kind<L, Js>::need.floats,
      need.elements = need.elements || edit_kind<L, Js>::need.elements),
     ...);
    return {need, draw_recipe<L, Js...>};
}

/// A choice of operations, some alone, some followed by others. It differs between layouts, so that every operation is
/// tried with every form of channels and positions.
template <Layout L>
layout_under_test under_test() {
    constexpr std::size_t n = place_among<L, every_layout>, quarter = operations / 4;
    const auto alone = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::vector<recipe_kind>{kind_of<L, (n + quarter * I) % operations>()...};
    }
    (std::make_index_sequence<4>{});
    const auto pairs = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::vector<recipe_kind>{
            kind_of<L, (n + quarter * I + 1) % operations, (3 * n + quarter * I + 2) % operations>()...};
    }
    (std::make_index_sequence<4>{});
    const recipe_kind longer = []<std::size_t... I>(std::index_sequence<I...>) {
        return kind_of<L, (n + quarter * I + 3) % operations...>();
    }
    (std::make_index_sequence<4>{});

    layout_under_test tested{layout_text(facts_of<L>), definition_of<L>(), {}, {}};
    std::vector<recipe_kind> kinds = alone;
    kinds.insert(kinds.end(), pairs.begin(), pairs.end());
    kinds.push_back(longer);
    for (const recipe_kind& k : kinds) tested.recipes.push_back(k.need);
    tested.draw = [kinds](std::size_t which, const conditions& given) { return kinds[which].draw(given); };
    return tested;
}

template <class Layouts>
std::vector<layout_under_test> all_under_test() {
    std::vector<layout_under_test> all;
    for_each_layout<Layouts>([&]<class L>(std::type_identity<L>) { all.push_back(under_test<L>()); });
    return all;
}

}  // namespace laws
