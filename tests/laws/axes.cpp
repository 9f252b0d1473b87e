// Layouts that name the order of their axes: whatever the order, a place means what it means in [batch, ..., token,
// channels]. The oracle is the default layout: permute, do the same there, and permute back; the bits are equal.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/inspect/audit.hpp"
#include "suture/inspect/dry_run.hpp"
#include "suture/tensor/cat.hpp"

#include "laws/places.hpp"

#include <ATen/ATen.h>

#include "doctest.hpp"

#include <array>
#include <functional>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>

using namespace laws;

namespace {
/// Moves the axes of an activation, and the tensors of selectors with them.
struct Order {
    extents axes;         ///< the default layout's axis that stands at each place; the token is its last
    Index heads = 0;      ///< if not 0, the heads of [batch, token, channels] are split off
    Index head_axis = 1;  ///< where they stand then

    Index token() const { return static_cast<Index>(axes.size()) - 1; }
    at::Tensor moved(const at::Tensor& x) const {
        extents all = axes;
        all.push_back(static_cast<Index>(axes.size()));
        if (heads == 0) return x.permute(all);
        const std::array<Index, 2> split{heads, x.size(-1) / heads};
        const at::Tensor by_head = x.unflatten(-1, at::IntArrayRef(split));
        return by_head.movedim(-2, head_axis);
    }
    at::Tensor back(const at::Tensor& x) const {
        if (heads != 0) return x.movedim(head_axis, -2).flatten(-2);
        extents inverse(axes.size() + 1);
        for (std::size_t i = 0; i < axes.size(); ++i)
            inverse[static_cast<std::size_t>(axes[i])] = static_cast<Index>(i);
        inverse.back() = static_cast<Index>(axes.size());
        return x.permute(inverse);
    }
    /// `chosen`: the number of selected heads; -1 for one head, whose axis is dropped.
    RowPositions moved(RowPositions where, Index chosen = -1) const {
        at::Tensor& t = where.given;
        const bool shared = t.dim() == 1 && axes.size() > 1;
        if (heads != 0) {
            if (chosen < 0 || (shared && where.what != RowPositions::Kind::one_per_row)) return where;
            const bool behind_tokens = head_axis == 2;
            const Index at = head_axis - (behind_tokens && where.what == RowPositions::Kind::one_per_row);
            extents sizes(t.sizes().begin(), t.sizes().end());
            sizes.insert(sizes.begin() + at, chosen);
            t = t.unsqueeze(at).expand(sizes);
            return where;
        }
        extents order = axes;
        if (where.what == RowPositions::Kind::one_per_row) {
            std::erase(order, token());
            t = t.permute(order);
        } else if (!shared) {
            t = t.permute(order);
        }
        return where;
    }
    template <class W>
    W moved(const W& where, Index = -1) const {
        return where;
    }
};

/// What f gives, or the type of the suture::Error that it throws.
template <class F>
std::pair<at::Tensor, std::string> outcome(const F& f) {
    try {
        return {f(), ""};
    } catch (const Error& e) {
        return {{}, typeid(e).name()};
    }
}

/// The same place and operation in a default layout D and in an ordered layout O.
template <class D, class O>
struct Compared {
    at::Tensor x, y;  ///< packed like D
    Order order;
    bool merges_heads = false;  ///< a mask makes heads and positions one axis, which has no mean over positions alone

    void same(const std::string& what, const std::pair<at::Tensor, std::string>& expected,
              const std::pair<at::Tensor, std::string>& found) const {
        INFO(what << " in " << layout_text(facts_of<O>) << " for " << x.sizes());
        CHECK(found.second == expected.second);
        if (!expected.first.defined() || !found.first.defined()) return;
        CHECK(same_bits(found.first, order.moved(expected.first)));
    }

    template <class PlaceD, class PlaceO>
    void check(const std::string& text, const PlaceD& place_d, const PlaceO& place_o) const {
        const at::Tensor moved_x = order.moved(x), moved_y = order.moved(y);
        const auto d = borrow<D>(x), other_d = borrow<D>(y);
        const auto o = borrow<O>(moved_x), other_o = borrow<O>(moved_y);
        const auto edits = [&](const char* name, const auto& edit) {
            same(text + name, outcome([&] { return at::Tensor(d | edit(place_d, other_d)); }),
                 outcome([&] { return at::Tensor(o | edit(place_o, other_o)); }));
        };
        edits(" = 7", [](const auto& place, const auto&) { return place.set(7); });
        edits(" *= 0.5", [](const auto& place, const auto&) { return place.multiply(0.5); });
        edits(" = the place of another", [](const auto& place, const auto& other) { return place.set(other[place]); });
        edits(" += a function", [](const auto& place, const auto&) {
            return place.apply([](const at::Tensor& t) { return t.mul(t).add(1); });
        });
        if (!merges_heads) {
            edits(" = mean over batch", [](const auto& place, const auto&) { return place.mean_over(Axis::batch); });
            edits(" = mean over tokens", [](const auto& place, const auto&) { return place.mean_over(Axis::token); });
            edits(" = mean over both",
                  [](const auto& place, const auto&) { return place.mean_over(Axis::batch, Axis::token); });
        }

        const auto writes = [&](auto& owned, const auto& place, const auto& other) {
            owned[place] = other[place];
            owned[place] += 1;
            owned[place] *= owned[place].clone();
            return owned.clone();
        };
        same(text + " written", outcome([&] {
                 auto mine = d.clone();
                 return at::Tensor(writes(mine, place_d, other_d));
             }),
             outcome([&] {
                 auto mine = o.clone();
                 return at::Tensor(writes(mine, place_o, other_o));
             }));

        // What is read: the same values, and the same number of them.
        const auto read_d = outcome([&] { return std::get<0>(d[place_d].clone().flatten().sort()); });
        const auto read_o = outcome([&] { return std::get<0>(o[place_o].clone().flatten().sort()); });
        CHECK(read_o.second == read_d.second);
        if (read_d.first.defined() && read_o.first.defined()) CHECK(same_bits(read_o.first, read_d.first));
        if (!read_d.second.empty()) return;
        const AuditReport by_audit = audit(o, o | place_o.add(1)), by_dry_run = dry_run(place_o.add(1), o);
        CHECK(by_audit.changed() == audit(d, d | place_d.add(1)).changed());
        CHECK(to_string(by_dry_run) == to_string(dry_run(place_o.set(3), o)));
        CHECK(by_dry_run.changed() == by_audit.changed());
        CHECK(same_bits(order.moved(x), moved_x));
    }
};

template <class Components>
struct FirstOf;
template <class C, class... Cs>
struct FirstOf<suture::detail::TypeList<C, Cs...>> {
    using type = C;
};
template <class L>
using first_component = typename FirstOf<suture::detail::components_of<L>>::type;

at::Tensor drawn(const extents& leading, Index width, random_numbers& random) {
    extents sizes = leading;
    sizes.push_back(width);
    return numbers(sizes, at::kInt, random).to(at::kDouble).remainder(64);
}

template <class L, class O, position_form Positions, channel_form Channels>
void check_form(const Order& order) {
    using C = first_component<L>;
    random_numbers random = draw_numbers();
    extents leading(order.axes.size());
    for (Index& n : leading) n = draw(1, 5);
    chosen_part told;
    std::vector<at::Tensor> given;
    const place_drawer drawer{leading, random, false, told, given};
    const auto wheres = draw_wheres<L, C, Positions, Channels>(drawer);
    const Compared<L, O> compared{drawn(leading, L::width, random), drawn(leading, L::width, random), order};
    std::apply(
        [&](const auto&... ws) {
            const auto place = on<C>(ws...);
            const auto moved = on<C>(order.moved(ws)...);
            compared.check(to_string(place.zero()), place, moved);
        },
        wheres);
}

template <class L, class O>
void check_order(const Order& order) {
    for_all(layout_text(facts_of<O>), 12, [&] {
        check_form<L, O, position_form::all, channel_form::listed_heads>(order);
        check_form<L, O, position_form::token, channel_form::mixed>(order);
        check_form<L, O, position_form::batch, channel_form::drawn_dims_of_heads>(order);
        check_form<L, O, position_form::both, channel_form::drawn_heads>(order);
        check_form<L, O, position_form::rows, channel_form::all>(order);
        check_form<L, O, position_form::rows, channel_form::listed_dims>(order);
    });
}

template <class L>
void check_orders() {
    check_order<L, Ordered<L, Axis::token, Axis::batch>>({{1, 0}});
    check_order<L, Ordered<L, Axis::batch, Axis::token>>({{0, 1}});
    check_order<L, Ordered<L, Axis::other, Axis::token, Axis::batch>>({{1, 2, 0}});
    check_order<L, Ordered<L, Axis::token, Axis::batch, Axis::other, Axis::other>>({{3, 0, 1, 2}});
}

/// Heads on an axis of their own: [batch, head, token, channels of one].
template <class L, class C, class O, class CO, position_form Positions, channel_form Channels>
void check_heads(Index heads, Index head_axis) {
    const Order order{{0, 1}, heads, head_axis};
    random_numbers random = draw_numbers();
    const extents leading{draw(1, 4), draw(1, 5)};
    chosen_part told;
    std::vector<at::Tensor> given;
    const place_drawer drawer{leading, random, false, told, given};
    const auto wheres = draw_wheres<L, C, Positions, Channels>(drawer);
    const Compared<L, O> compared{drawn(leading, L::width, random), drawn(leading, L::width, random), order,
                                  told.mask.defined() && !told.one_head};
    const Index chosen = told.one_head ? -1 : static_cast<Index>(told.heads->size());
    std::apply(
        [&](const auto&... ws) {
            const auto place = on<C>(ws...);
            const auto moved = on<CO>(order.moved(ws, chosen)...);
            compared.check(to_string(place.zero()), place, moved);
        },
        wheres);
}
template <class L, class C, class O, class CO>
void check_split_heads(Index heads, Index head_axis) {
    for_all(layout_text(facts_of<O>), 12, [&] {
        check_heads<L, C, O, CO, position_form::all, channel_form::drawn_heads>(heads, head_axis);
        check_heads<L, C, O, CO, position_form::token, channel_form::listed_heads>(heads, head_axis);
        check_heads<L, C, O, CO, position_form::batch, channel_form::drawn_dims_of_heads>(heads, head_axis);
        check_heads<L, C, O, CO, position_form::both, channel_form::mixed>(heads, head_axis);
        check_heads<L, C, O, CO, position_form::rows, channel_form::drawn_heads>(heads, head_axis);
        check_heads<L, C, O, CO, position_form::rows, channel_form::listed_heads>(heads, head_axis);
    });
}

template <class L, class O>
void check_parts(const Order& order) {
    for_all(layout_text(facts_of<O>), 12, [&] {
        random_numbers random = draw_numbers();
        const at::Tensor x = drawn({draw(1, 4), draw(1, 5)}, L::width, random);
        const at::Tensor moved = order.moved(x);
        const auto whole = borrow<O>(moved);
        std::apply(
            [&](const auto&... parts) {
                CHECK(same_bits(cat<O>(parts...).unsafe_tensor(), moved));
                std::apply(
                    [&](const auto&... expected) {
                        CHECK((same_bits(order.back(at::Tensor(parts.clone())), at::Tensor(expected.clone())) && ...));
                    },
                    split(borrow<L>(x)));
            },
            split(whole));
        CHECK(same_bits(at::Tensor(whole[on<O>()].clone()), moved));
    });
}
}  // namespace

TEST_CASE("places and edits in a fused layout mean the same in every order of the axes") {
    check_orders<Gpt2Qkv<12, 3>>();
}
TEST_CASE("places and edits in a grouped layout mean the same in every order of the axes") {
    check_orders<FalconQkv<6, 2, 3>>();
}
TEST_CASE("places and edits of one component mean the same in every order of the axes") { check_orders<Resid<6, 2>>(); }
TEST_CASE("places and edits mean the same where the heads are an axis of their own") {
    check_split_heads<Q<12, 3>, Q<12, 3>, SplitHeads<Q<4>>, Q<4>>(3, 1);
    check_split_heads<Q<12, 3>, Q<12, 3>, Ordered<Q<4>, Axis::batch, Axis::token, Axis::head>, Q<4>>(3, 2);
    check_split_heads<NeoXQkv<3, 4>, K<4>, Ordered<Fused<12, Q<4>, K<4>, V<4>>, Axis::head, Axis::batch, Axis::token>,
                      K<4>>(3, 0);
}
TEST_CASE("the parts of an ordered layout are the parts of the layout, with its axes, and cat joins them") {
    check_parts<Gpt2Qkv<12, 3>, Ordered<Gpt2Qkv<12, 3>, Axis::token, Axis::batch>>({{1, 0}});
    check_parts<FalconQkv<6, 2, 3>, Ordered<FalconQkv<6, 2, 3>, Axis::token, Axis::batch>>({{1, 0}});
    check_parts<Woven, Ordered<Woven, Axis::token, Axis::batch>>({{1, 0}});
}
