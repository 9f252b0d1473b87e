// Reading and writing a part form a lens: get after put returns the value put, put of the value got changes nothing,
// and of two puts the second remains. For every component, with heads and dims, at every kind of position.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/places.hpp"
#include "laws/tensors.hpp"

#include <functional>
#include <string>
#include <vector>

namespace {

using namespace laws;

/// A drawn place, with the types of layout and component erased.
struct drawn_where {
    std::string text;
    part told;
    std::function<at::Tensor(const at::Tensor&)> get;                     ///< the argument of a function given to apply
    std::function<at::Tensor(const at::Tensor&, const at::Tensor&)> put;  ///< set
};
struct where_kind {
    std::size_t segment_at;
    Index leading;  ///< axes needed before the channels
    drawn_where (*draw)(const extents& leading, random_numbers&);
};

template <Layout L, class C, channel_form Channels, position_form Positions>
drawn_where draw_where(const extents& leading, random_numbers& random) {
    drawn_where drawn;
    channel_wheres<L, C, Channels>::tell(drawn.told);
    const auto wheres = std::tuple_cat(draw_positions<Positions>(leading, random, false, drawn.told),
                                       channel_wheres<L, C, Channels>::wheres());
    const auto chosen = std::apply([](const auto&... ws) { return on<C>(ws...); }, wheres);
    drawn.text = to_string(chosen.zero());
    drawn.get = [chosen](const at::Tensor& x) {
        at::Tensor seen;
        const std::function<at::Tensor(at::Tensor)> look = [&seen](at::Tensor t) { return seen = t; };
        borrow<L>(x) | chosen.apply(look);
        return seen;
    };
    drawn.put = [chosen](const at::Tensor& x, const at::Tensor& v) { return (borrow<L>(x) | chosen.set(v)).take(); };
    return drawn;
}

/// A form of channels for a component at a kind of position, and another for the first component. The choice differs
/// between components, so that all pairs occur in the catalogue.
template <Layout L, class C, std::size_t SegmentAt>
void add_kinds(std::vector<where_kind>& kinds) {
    constexpr std::size_t n = place_among<L, every_layout> + 7 * SegmentAt;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (kinds.push_back({SegmentAt, axes_needed(static_cast<position_form>((n + I) % position_forms)),
                          draw_where<L, C, static_cast<channel_form>((n + 3 * I) % channel_forms),
                                     static_cast<position_form>((n + I) % position_forms)>}),
         ...);
    }
    (std::make_index_sequence < SegmentAt == 0 ? 2 : 1 > {});
}
template <Layout L>
std::vector<where_kind> kinds_of() {
    std::vector<where_kind> kinds;
    [&]<class... Cs, std::size_t... S>(suture::detail::TypeList<Cs...>, std::index_sequence<S...>) {
        (add_kinds<L, Cs, S>(kinds), ...);
    }(typename L::components{}, std::make_index_sequence<L::components::size>{});
    return kinds;
}

/// A drawn place of the layout, and an activation that has it.
struct drawn_lens {
    activation source;
    drawn_where where;
    at::Tensor got;  ///< the values that the oracle finds there
    random_numbers random;

    at::Tensor other_values() {
        return numbers({got.sizes().begin(), got.sizes().end()}, got.scalar_type(), random, true);
    }
};
drawn_lens draw_lens(const std::vector<where_kind>& kinds, const definition& packed) {
    const where_kind kind = one_of(kinds);
    const extents leading = draw_leading(kind.leading, false);
    random_numbers random = draw_numbers();
    const at::ScalarType dtype = one_of(every_dtype());
    drawn_lens lens{draw_activation(leading, packed.width(), dtype, random, once_in(2)), {}, {}, random};
    lens.where = kind.draw(leading, lens.random);
    const taken_apart parts(lens.source.view, packed);
    lens.got = gather(parts.at(kind.segment_at), parts.select(kind.segment_at, lens.where.told));
    RC_LOG() << lens.source.text << ": " << lens.where.text << "\n";
    return lens;
}

/// The places of a layout, with their types erased.
struct lenses_of_layout {
    std::string name;
    definition packed;
    std::vector<where_kind> kinds;
};
const std::vector<lenses_of_layout>& every_lens() {
    static const std::vector<lenses_of_layout> all = [] {
        std::vector<lenses_of_layout> found;
        for_each_layout<every_layout>([&]<class L>(std::type_identity<L>) {
            found.push_back({layout_text(facts_of<L>), definition_of<L>(), kinds_of<L>()});
        });
        return found;
    }();
    return all;
}

void for_wheres(int cases, const std::function<void(drawn_lens&)>& law) {
    for (const lenses_of_layout& l : every_lens())
        for_all(l.name, cases, [&] {
            drawn_lens lens = draw_lens(l.kinds, l.packed);
            law(lens);
        });
}

}  // namespace

TEST_CASE("a place reads the channels that counting finds") {
    for_wheres(100, [](drawn_lens& l) { RC_ASSERT(same_bits(l.where.get(l.source.view), l.got)); });
}

TEST_CASE("setting the value that was read changes nothing") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor& x = l.source.view;
        RC_ASSERT(same_bits(l.where.put(x, l.where.get(x)), x));
    });
}

TEST_CASE("the value that was set is read") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor value = l.other_values();
        RC_ASSERT(same_bits(l.where.get(l.where.put(l.source.view, value)), value));
    });
}

TEST_CASE("of two values that are set the second remains") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor first = l.other_values(), second = l.other_values();
        const at::Tensor both = l.where.put(l.where.put(l.source.view, first), second);
        RC_ASSERT(same_bits(both, l.where.put(l.source.view, second)));
    });
}
