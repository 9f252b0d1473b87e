// A place is a lens: get after set returns what was set, set of what was got changes nothing, and of two sets the second
// remains. For every component, with heads and dims, at every kind of position; by edits and by index.
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"

#include "laws/layouts.hpp"
#include "laws/places.hpp"
#include "laws/tensors.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace laws;

using suture::detail::Update;

/// What a place reads of a View, of an Owned and of a const one.
struct read_values {
    std::vector<std::vector<Index>> shapes;
    std::vector<at::Tensor> values;
    bool alias_the_owned;
};
/// A place, with the types of layout and component erased.
struct erased_place {
    virtual ~erased_place() = default;
    /// The argument of a function given to apply.
    virtual at::Tensor get(const at::Tensor& x) const = 0;
    virtual read_values read(const at::Tensor& x) const = 0;
    /// `owned[place] = v`, `+= v`, ... of a clone, and the edits of the same name.
    virtual at::Tensor write(const at::Tensor& x, Update how, const at::Tensor& v) const = 0;
    virtual at::Tensor edit(const at::Tensor& x, Update how, const at::Tensor& v) const = 0;
    /// `owned[place] = x[place]`, of a clone, where x is the Owned itself, its source, or both by turns.
    virtual at::Tensor write_own(const at::Tensor& x) const = 0;
    /// `owned[place] = other[place]`, of a clone: as a piece of the View, as a place of an Owned, and in an edit.
    virtual std::vector<at::Tensor> write_other(const at::Tensor& x, const at::Tensor& other) const = 0;

    at::Tensor put(const at::Tensor& x, const at::Tensor& v) const { return edit(x, Update::set, v); }
    /// Whatever way it is read, the place holds the expected values, and reading hands out no alias.
    void check_read(const at::Tensor& x, const at::Tensor& expected) const {
        const read_values seen = read(x);
        for (const std::vector<Index>& shape : seen.shapes) RC_ASSERT(expected.sizes() == shape);
        for (const at::Tensor& values : seen.values) RC_ASSERT(same_bits(values, expected));
        RC_ASSERT(!seen.alias_the_owned);
    }
};
struct drawn_where {
    std::string text;
    chosen_part told;
    std::vector<at::Tensor> given;  ///< what its selectors were made from
    std::shared_ptr<const erased_place> place;
};
struct where_kind {
    std::size_t segment_at;
    Index leading;  ///< axes needed before the channels
    drawn_where (*draw)(const extents& leading, random_numbers&);
};

template <class Place, class Value>
void write_at(const Place& place, Update how, const Value& value) {
    switch (how) {
        case Update::set:
            place = value;
            return;
        case Update::add:
            place += value;
            return;
        case Update::subtract:
            place -= value;
            return;
        case Update::multiply:
            place *= value;
            return;
        case Update::divide:
            place /= value;
            return;
    }
}

template <Layout L, class C, class Chosen>
struct place_of : erased_place {
    Chosen chosen;
    explicit place_of(Chosen c) : chosen(std::move(c)) {}

    at::Tensor get(const at::Tensor& x) const override {
        at::Tensor seen;
        const std::function<at::Tensor(at::Tensor)> look = [&seen](at::Tensor t) { return seen = t; };
        (void)(borrow<L>(x) | chosen.apply(look));
        return seen;
    }
    read_values read(const at::Tensor& x) const override {
        const View<L> view = borrow<L>(x);
        Owned<L> owned = view.clone();
        const auto piece = view[chosen];  // a View, if nothing restricts the component
        const auto region = owned[chosen];
        const at::Tensor copy = region.clone();
        return {{piece.sizes().vec(), region.sizes().vec()},
                {piece.clone(), copy, std::as_const(owned)[chosen].clone()},
                copy.is_alias_of(owned.unsafe_tensor())};
    }
    at::Tensor write(const at::Tensor& x, Update how, const at::Tensor& v) const override {
        Owned<L> owned = borrow<L>(x).clone();
        write_at(owned[chosen], how, v);
        return std::move(owned).take();
    }
    at::Tensor edit(const at::Tensor& x, Update how, const at::Tensor& v) const override {
        const View<L> view = borrow<L>(x);
        switch (how) {
            case Update::add:
                return (view | chosen.add(v)).take();
            case Update::subtract:
                return (view | chosen.subtract(v)).take();
            case Update::multiply:
                return (view | chosen.multiply(v)).take();
            case Update::divide:
                return (view | chosen.divide(v)).take();
            default:
                return (view | chosen.set(v)).take();
        }
    }
    at::Tensor write_own(const at::Tensor& x) const override {
        Owned<L> owned = borrow<L>(x).clone();
        owned[chosen] = owned[chosen];
        owned[chosen] = borrow<L>(x)[chosen];
        owned[chosen] = borrow<L>(x)[on<C>()];
        owned[chosen] = owned.view()[chosen];
        owned[chosen] = owned[chosen].clone();
        return std::move(owned).take();
    }
    std::vector<at::Tensor> write_other(const at::Tensor& x, const at::Tensor& other) const override {
        Owned<L> by_piece = borrow<L>(x).clone(), by_region = by_piece.clone(), run = borrow<L>(other).clone();
        by_piece[chosen] = borrow<L>(other)[chosen];
        by_region[chosen] = run[chosen];
        return {std::move(by_piece).take(), std::move(by_region).take(), borrow<L>(x) | chosen.set(run[chosen]),
                borrow<L>(x) | chosen.set(borrow<L>(other)[on<C>()])};
    }
};

template <Layout L, class C, channel_form Channels, position_form Positions>
drawn_where draw_where(const extents& leading, random_numbers& random) {
    drawn_where drawn;
    const auto wheres =
        draw_wheres<L, C, Positions, Channels>(place_drawer{leading, random, false, drawn.told, drawn.given});
    auto chosen = std::apply([](const auto&... ws) { return on<C>(ws...); }, wheres);
    drawn.text = to_string(chosen.zero());
    drawn.place = std::make_shared<place_of<L, C, decltype(chosen)>>(std::move(chosen));
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
    }(suture::detail::components_of<L>{}, std::make_index_sequence<suture::detail::components_of<L>::size>{});
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
    /// A tensor that broadcasts to the place: some first axes are missing, others have size 1.
    at::Tensor broadcast_values() {
        extents sizes(got.sizes().begin(), got.sizes().end());
        sizes.erase(sizes.begin(), sizes.begin() + draw(0, static_cast<Index>(sizes.size()) + 1));
        for (Index& n : sizes)
            if (once_in(2)) n = 1;
        return numbers(sizes, got.scalar_type(), random, true);
    }
    /// Another activation of the same shape.
    at::Tensor other_activation() {
        return draw_activation(leading_of(source.view), source.view.size(-1), got.scalar_type(), random, true).view;
    }
    /// A way to use a value that the dtype has.
    Update draw_update() const {
        std::vector<Update> all{Update::set, Update::add, Update::subtract, Update::multiply};
        if (got.is_floating_point()) all.push_back(Update::divide);
        return one_of(all);
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

TEST_CASE("a place reads the channels that counting finds, in the shape of the selection") {
    for_wheres(100, [](drawn_lens& l) {
        RC_ASSERT(same_bits(l.where.place->get(l.source.view), l.got));
        l.where.place->check_read(l.source.view, l.got);
    });
}

TEST_CASE("setting the value that was read changes nothing") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor& x = l.source.view;
        RC_ASSERT(same_bits(l.where.place->put(x, l.where.place->get(x)), x));
        RC_ASSERT(same_bits(l.where.place->write(x, Update::set, l.got), x));
        RC_ASSERT(same_bits(l.where.place->write_own(x), x));
    });
}

TEST_CASE("the value that was set is read") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor value = l.other_values();
        RC_ASSERT(same_bits(l.where.place->get(l.where.place->put(l.source.view, value)), value));
        l.where.place->check_read(l.where.place->write(l.source.view, Update::set, value), value);
    });
}

TEST_CASE("a value that broadcasts is read in full after it was set") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor value = l.broadcast_values();
        RC_LOG() << "with " << tensor_text(value) << "\n";
        l.where.place->check_read(l.where.place->write(l.source.view, Update::set, value),
                                  value.expand(l.got.sizes()).contiguous());
    });
}

TEST_CASE("of two values that are set the second remains") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor first = l.other_values(), second = l.other_values();
        const at::Tensor both = l.where.place->put(l.where.place->put(l.source.view, first), second);
        RC_ASSERT(same_bits(both, l.where.place->put(l.source.view, second)));
        const at::Tensor written =
            l.where.place->write(l.where.place->write(l.source.view, Update::set, first), Update::set, second);
        RC_ASSERT(same_bits(written, both));
    });
}

TEST_CASE("writing a place by index equals editing it in a pipe, and the same change of what was read") {
    for_wheres(100, [](drawn_lens& l) {
        const at::Tensor value = once_in(2) ? l.broadcast_values() : l.other_values();
        const Update how = l.draw_update();
        const at::Tensor written = l.where.place->write(l.source.view, how, value);
        RC_ASSERT(same_numbers(written, l.where.place->edit(l.source.view, how, value)));
        const at::Tensor expected = how == Update::set        ? value.expand(l.got.sizes())
                                    : how == Update::add      ? l.got.add(value)
                                    : how == Update::subtract ? l.got.sub(value)
                                    : how == Update::multiply ? l.got.mul(value)
                                                              : l.got.div(value);
        RC_ASSERT(same_numbers(l.where.place->get(written), expected.contiguous()));
        // Nothing else was changed.
        RC_ASSERT(same_bits(l.where.place->put(written, l.got), l.source.view));
    });
}

TEST_CASE("the same place of another run is set, as a place or as the component") {
    for_wheres(60, [](drawn_lens& l) {
        const at::Tensor other = l.other_activation();
        const at::Tensor expected = l.where.place->put(l.source.view, l.where.place->get(other));
        for (const at::Tensor& result : l.where.place->write_other(l.source.view, other))
            RC_ASSERT(same_bits(result, expected));
    });
}

TEST_CASE("a place does not change when the tensors that its selectors were made from do") {
    for_wheres(60, [](drawn_lens& l) {
        const at::Tensor value = l.other_values(), before = l.where.place->put(l.source.view, value);
        for (const at::Tensor& t : l.where.given) t.fill_(0);
        RC_ASSERT(same_bits(l.where.place->put(l.source.view, value), before));
        l.where.place->check_read(before, value);
    });
}
