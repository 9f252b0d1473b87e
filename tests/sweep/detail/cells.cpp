// Cells: their places in the axes of a result, and what each replaces of an activation, over the layouts of published
// models: channel by channel from their definitions, and by hand for the three that are easy to get wrong.
#include "suture/sweep/detail/cells.hpp"

#include "suture/edit/on.hpp"

#include "doctest.hpp"
#include "laws/layouts.hpp"
#include "laws/oracle.hpp"
#include "message.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace {
using namespace suture;
using suture::detail::Cell;
using suture::detail::CellSpace;
using suture_test::message_of;
using suture_test::says;
using Qkv = Gpt2Qkv<12, 3>;

template <class L>
std::vector<SiteRef<L>> sites_of(const std::vector<std::string>& names) {
    std::vector<SiteRef<L>> all;
    for (const std::string& name : names) all.push_back(site_ref(HookPoint<L>(name)));
    return all;
}
const auto c_attn = sites_of<Qkv>({"h.0.attn", "h.1.attn"});

std::vector<std::string> labels_on(const CellSpace& space, const std::string& axis) {
    for (const SweepAxis& a : space.axes())
        if (a.name == axis) return a.labels;
    return {};
}
std::vector<std::string> axes_of(const CellSpace& space) {
    std::vector<std::string> names;
    for (const SweepAxis& a : space.axes()) names.push_back(a.name);
    return names;
}
using Labels = std::vector<std::string>;

auto coordinates(const Cell& c) {
    return std::tuple(c.prompt, c.part, c.layer, c.head, c.positions.begin, c.positions.size, c.recipe);
}

/// The channels of a component's heads [first, last), counted through its groups in order.
std::vector<Index> channels_of_heads(const laws::definition& definition, std::size_t segment, Index first, Index last) {
    const std::vector<Index> all = definition.channels(segment);
    const Index width = definition.segments[segment].width / definition.segments[segment].heads;
    return {all.begin() + first * width, all.begin() + last * width};
}
/// The base with the source's numbers at these tokens and channels, one by one.
at::Tensor by_hand(const at::Tensor& base, const at::Tensor& source, const std::vector<Index>& tokens,
                   const std::vector<Index>& channels) {
    at::Tensor copy = base.clone();
    for (const Index t : tokens)
        for (const Index c : channels) copy.select(-1, c).select(-1, t).copy_(source.select(-1, c).select(-1, t));
    return copy;
}
/// Cells edit an activation as it is edited by hand, and replace exactly the part that differs.
void check_cells(const CellSpace& space, const laws::definition& definition, std::size_t segment, Index heads) {
    const at::Tensor base = at::randn({2, 4, definition.width()}), source = at::randn({2, 4, definition.width()});
    const at::Tensor before = base.clone();
    for (Index i = 0; i < space.size(); ++i) {
        const Cell c = space.at(i);
        const Index first = c.head < 0 ? 0 : c.head, last = c.head < 0 ? heads : c.head + 1;
        const std::vector<Index> channels = channels_of_heads(definition, segment, first, last);
        const at::Tensor edited = space.edited(base, source, c);
        CHECK(edited.equal(by_hand(base, source, {c.positions.begin}, channels)));
        CHECK(space.part_of(base, c).flatten(2).equal(
            base.narrow(1, c.positions.begin, 1).index_select(-1, laws::as_tensor(channels))));
        CHECK(space.part_of(base, c).storage().data() == base.storage().data());
        CHECK(edited.storage().data() != base.storage().data());
    }
    CHECK(base.equal(before));
}
}  // namespace

TEST_CASE("in every layout, a cell of a component or a head equals a channel-by-channel edit") {
    laws::for_each_layout<laws::every_layout>([]<class L>(std::type_identity<L>) {
        const laws::definition definition = laws::definition_of<L>();
        laws::for_each_component<L>([&]<class C>(std::type_identity<C>, std::size_t segment) {
            CAPTURE(layout_text(facts_of<L>));
            CAPTURE(C::name);
            const Grid grid = Grid::of<C>(HookPoint<L>("h.0"));
            check_cells({grid, 1, 4}, definition, segment, suture::detail::packed_part<L, C>.heads);
            check_cells({grid.by_head(), 1, 4}, definition, segment, suture::detail::packed_part<L, C>.heads);
            CHECK(CellSpace(grid.by_head(), 1, 4).axes()[2].size() == suture::detail::packed_part<L, C>.heads);
        });
    });
}

TEST_CASE("in every layout, a cell of the whole layout replaces all channels of its position") {
    laws::for_each_layout<laws::every_layout>([]<class L>(std::type_identity<L>) {
        const CellSpace space(Grid::of<L>(HookPoint<L>("h.0")), 1, 3);
        const at::Tensor base = at::randn({1, 3, L::width}), source = at::randn({1, 3, L::width});
        for (Index t = 0; t < 3; ++t) {
            const at::Tensor expected =
                at::cat({base.narrow(1, 0, t), source.narrow(1, t, 1), base.narrow(1, t + 1, 2 - t)}, 1);
            CHECK(space.edited(base, source, space.at(t)).equal(expected));
        }
    });
}

TEST_CASE("in GPT-NeoX a head's key is the second third of its own channels") {
    const CellSpace space(Grid::of<K>(HookPoint<NeoXQkv<3, 4>>("h.0")).by_head(), 1, 2);
    const at::Tensor base = at::randn({1, 2, 36}), source = at::randn({1, 2, 36});
    for (Index head = 0; head < 3; ++head) {
        at::Tensor expected = base.clone();
        expected.view({1, 2, 3, 3, 4})[0][1][head][1].copy_(source.view({1, 2, 3, 3, 4})[0][1][head][1]);
        CHECK(space.edited(base, source, space.at(2 * head + 1)).equal(expected));
    }
}

TEST_CASE("in Falcon each key head follows the query heads that it serves") {
    const CellSpace queries(Grid::of<Q>(HookPoint<FalconQkv<6, 2, 3>>("h.0")).by_head().at(token(1)), 1, 2);
    const CellSpace values(Grid::of<V>(HookPoint<FalconQkv<6, 2, 3>>("h.0")).by_head().at(token(1)), 1, 2);
    const at::Tensor base = at::randn({1, 2, 30}), source = at::randn({1, 2, 30});
    for (Index head = 0; head < 6; ++head) {  // groups of 3 query heads, a key and a value
        at::Tensor expected = base.clone();
        expected.view({1, 2, 2, 5, 3})[0][1][head / 3][head % 3].copy_(
            source.view({1, 2, 2, 5, 3})[0][1][head / 3][head % 3]);
        CHECK(queries.edited(base, source, queries.at(head)).equal(expected));
    }
    for (Index head = 0; head < 2; ++head) {
        at::Tensor expected = base.clone();
        expected.view({1, 2, 2, 5, 3})[0][1][head][4].copy_(source.view({1, 2, 2, 5, 3})[0][1][head][4]);
        CHECK(values.edited(base, source, values.at(head)).equal(expected));
    }
}

TEST_CASE("in CodeGen the value comes before the key, in each of four groups") {
    const CellSpace space(Grid::of<V>(HookPoint<CodeGenQkv<16, 8>>("h.0")), 1, 1);
    const at::Tensor base = at::randn({1, 1, 48}), source = at::randn({1, 1, 48});
    at::Tensor expected = base.clone();
    expected.view({4, 3, 4}).select(1, 1).copy_(source.view({4, 3, 4}).select(1, 1));
    CHECK(space.edited(base, source, space.at(0)).equal(expected));
}

TEST_CASE("a cell of all positions, or of a range of them, replaces each of them") {
    const at::Tensor base = at::randn({1, 5, 36}), source = at::randn({1, 5, 36});
    const std::vector<Index> queries = laws::definition_of<Qkv>().channels(0);
    const Grid grid = Grid::of<Q>(c_attn);
    const auto edited = [&](const Grid& g) {
        const CellSpace space(g, 1, 5);
        CHECK(space.size() == 2);
        return space.edited(base, source, space.at(1));
    };
    CHECK(edited(grid.all_positions()).equal(by_hand(base, source, {0, 1, 2, 3, 4}, queries)));
    CHECK(edited(grid.at(tokens(1, 4)).all_positions()).equal(by_hand(base, source, {1, 2, 3}, queries)));
    CHECK(edited(grid.at(token(-2))).equal(by_hand(base, source, {3}, queries)));
}

TEST_CASE("a source with one prompt serves all prompts, with any strides") {
    const CellSpace space(Grid::of<K>(HookPoint<NeoXQkv<3, 4>>("h.0")), 3, 5);
    const at::Tensor base = at::randn({5, 36, 3}).permute({2, 0, 1}), source = at::randn({1, 36, 5}).transpose(1, 2);
    const Cell c = space.at(7);
    CHECK(space.edited(base, source, c)
              .equal(by_hand(base, source.expand({3, 5, 36}), {2}, laws::definition_of<NeoXQkv<3, 4>>().channels(1))));
}

TEST_CASE("a cell of recipes is its recipe applied to each prompt separately") {
    const std::vector recipes{on<Q>(token(0)).zero(), on<Q>(token(2)).zero()};
    const CellSpace space(Grid::of_recipes(c_attn, recipes), 2, 3);
    const at::Tensor base = at::randn({2, 3, 36});
    for (std::size_t r = 0; r < 2; ++r) {
        const at::Tensor expected = borrow<Qkv>(base) | recipes[r];
        CHECK(space.edited(base, {}, space.at(static_cast<Index>(r))).equal(expected));
    }
    const CellSpace first(Grid::of_recipes(c_attn, std::vector{on<Q>(batch(0)).zero()}), 2, 3);
    const at::Tensor expected = borrow<Qkv>(base) | on<Q>().zero();
    CHECK(first.edited(base, {}, first.at(0)).equal(expected));
}

TEST_CASE("the index of a cell and its place on the axes determine each other") {
    const auto mlps = sites_of<MlpOut<8>>({"h.0.mlp", "h.1.mlp"});
    const std::vector<Grid> grids{
        Grid::of<Q>(c_attn),
        Grid::of<Q, K, V>(c_attn).by_head(),
        Grid::of<Q, K>(c_attn).at(tokens(1, 3)).with(Grid::of<MlpOut>(mlps)),
        Grid::of<V>(c_attn).by_head().all_positions(),
        Grid::of<V>(c_attn).at(token(2)),
        Grid::of_recipes(c_attn, std::vector{on<Q>(token(0)).zero(), on<Q>(token(1)).zero()})};
    for (const Grid& grid : grids) {
        const CellSpace space(grid, 3, 4);
        std::set<decltype(coordinates(Cell{}))> seen;
        Index product = 1;
        for (const Index size : space.sizes()) product *= size;
        CHECK(space.size() == product);
        CHECK(space.cells_per_prompt() * 3 == product);
        for (Index i = 0; i < space.size(); ++i) {
            const Cell c = space.at(i);
            CHECK(c.index == i);
            CHECK(c.prompt == i / space.cells_per_prompt());
            CHECK(seen.insert(coordinates(c)).second);

            // The index again, from the place on each axis, in row-major order as in the tensors of a result.
            Index again = 0;
            for (const SweepAxis& axis : space.axes()) {
                const Index place = axis.name == "prompt"      ? c.prompt
                                    : axis.name == "component" ? static_cast<Index>(c.part)
                                    : axis.name == "layer"     ? static_cast<Index>(c.layer)
                                    : axis.name == "head"      ? c.head
                                    : axis.name == "position"  ? c.positions.begin - space.positions().begin
                                                               : static_cast<Index>(c.recipe);
                again = again * axis.size() + place;
            }
            CHECK(again == i);
        }
    }
}

TEST_CASE("the axes are prompt, component, layer, head and position, without those that a grid lacks") {
    const Grid grid = Grid::of<Q>(c_attn);
    CHECK((axes_of({grid, 2, 3}) == Labels{"prompt", "layer", "position"}));
    CHECK((axes_of({grid.at(token(1)), 2, 3}) == Labels{"prompt", "layer"}));
    CHECK((axes_of({Grid::of<Q, K>(c_attn).by_head(), 2, 3}) ==
           Labels{"prompt", "component", "layer", "head", "position"}));
    CHECK((axes_of({Grid::of_recipes(c_attn, std::vector{on<Q>().zero()}), 2, 3}) ==
           Labels{"prompt", "layer", "recipe"}));
}

TEST_CASE("labels count prompts, heads and positions as the model does") {
    const CellSpace space(Grid::of<Q, V>(c_attn).by_head().at(tokens(-3, -1)), 2, 5);
    CHECK((labels_on(space, "prompt") == Labels{"0", "1"}));
    CHECK((labels_on(space, "component") == Labels{"Q", "V"}));
    CHECK((labels_on(space, "layer") == Labels{"0", "1"}));
    CHECK((labels_on(space, "head") == Labels{"0", "1", "2"}));
    CHECK((labels_on(space, "position") == Labels{"2", "3"}));
}

TEST_CASE("the heads of a place are labelled with their numbers in the component") {
    const CellSpace space(Grid::of(c_attn, on<V>(token(1), heads(1, 3))).by_head(), 1, 5);
    CHECK((labels_on(space, "head") == Labels{"1", "2"}));
}

TEST_CASE("tokens outside prompts of this length are refused") {
    const Grid grid = Grid::of<Q>(c_attn);
    CHECK(message_of<PositionError>([&] { CellSpace(grid.at(token(5)), 1, 5); }) ==
          "token 5 is outside a prompt of the sweep, which has 5 tokens: count from 0, or from -1 for the last");
    CHECK(says(message_of<PositionError>([&] { CellSpace(grid.at(tokens(2, 9)), 1, 5); }),
               "from 2 to 9 reaches beyond a prompt of the sweep, which has 5"));
    CHECK(says(message_of<PositionError>([&] { CellSpace(grid.at(tokens(4, 4)), 1, 5); }), "selects nothing"));
}
