// Grids: which parts of which sites, in which order, and what cannot be swept together.
#include "suture/sweep/grid.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/ones.h>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/reverse.hpp>
#include <range/v3/view/transform.hpp>

#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;
using Qkv = Gpt2Qkv<12, 3>;

/// Sites of these names, in this order.
template <class L>
std::vector<SiteRef<L>> sites_of(const std::vector<std::string>& names) {
    std::vector<SiteRef<L>> all;
    for (const std::string& name : names) all.push_back(site_ref(HookPoint<L>(name)));
    return all;
}
const auto c_attn = sites_of<Qkv>({"h.0.attn", "h.1.attn", "h.2.attn"});

std::vector<std::string> names_of(const suture::detail::GridPart& part) {
    std::vector<std::string> names;
    for (const SiteRef<AnyLayout>& site : part.sites) names.push_back(site.name());
    return names;
}
std::vector<std::string> parts_of(const Grid& grid) {
    std::vector<std::string> names;
    for (const auto& part : grid.parts()) names.push_back(part.name);
    return names;
}
}  // namespace

TEST_CASE("a grid has its components in the given order, each at all sites") {
    for (const Grid& grid : {Grid::of<K, Q>(c_attn), Grid::of<K<12, 3>, Q<12, 3>>(c_attn)}) {
        CHECK((parts_of(grid) == std::vector<std::string>{"K", "Q"}));
        CHECK(grid.layers() == 3);
        for (const auto& part : grid.parts()) {
            CHECK((names_of(part) == std::vector<std::string>{"h.0.attn", "h.1.attn", "h.2.attn"}));
            CHECK(part.width == 36);
            CHECK(part.heads() == 3);
        }
        CHECK((grid.parts()[0].part.where == slice_of<Qkv, K<12, 3>>));
        CHECK((grid.parts()[1].part.where == slice_of<Qkv, Q<12, 3>>));
    }
}

TEST_CASE("sites are given one by one, in a container or in any range, and keep their order and identity") {
    const HookPoint<Qkv> point("h.7.attn");
    CHECK((names_of(Grid::of<Q>(point).parts()[0]) == std::vector<std::string>{"h.7.attn"}));
    CHECK(Grid::of<Q>(point).parts()[0].sites[0].id() == point.id());
    CHECK((names_of(Grid::of<Q>(c_attn | ranges::views::reverse).parts()[0]) ==
           std::vector<std::string>{"h.2.attn", "h.1.attn", "h.0.attn"}));
    auto last_two = c_attn | ranges::views::filter([](const auto& site) { return site.name() != "h.0.attn"; });
    CHECK((names_of(Grid::of<Q, V>(last_two).parts()[1]) == std::vector<std::string>{"h.1.attn", "h.2.attn"}));
    CHECK(Grid::of_recipes(last_two, std::vector{on<Q>().zero()}).layers() == 2);
}

TEST_CASE("a whole layout is one part with all channels, without heads of its own") {
    const Grid grid = Grid::of<Qkv>(c_attn);
    CHECK((parts_of(grid) == std::vector<std::string>{"all"}));
    CHECK((grid.parts()[0].part.where == StridedSlice{0, 36, 1, 36}));
    CHECK(grid.parts()[0].heads() == 0);
    CHECK(says(message_of<ValueError>([&] { (void)grid.by_head(); }), "a layout has no heads of its own",
               "sweep its components by head"));
    CHECK(
        says(message_of<ValueError>([&] { (void)Grid::of<Q>(c_attn).by_head().with(grid); }), "a layout has no heads"));
}

TEST_CASE("the queries of a layout are known if it has one query component") {
    const auto queries = []<class L>(std::type_identity<L>) {
        return Grid::of<L>(HookPoint<L>("s")).parts()[0].queries;
    };
    CHECK((queries(std::type_identity<Qkv>()) == slice_of<Qkv, Q<12, 3>>));
    CHECK((queries(std::type_identity<NeoXQkv<3, 4>>()) == slice_of<NeoXQkv<3, 4>, Q<4>>));
    CHECK(queries(std::type_identity<Gpt2CrossKv<8, 2>>()).width == 0);
    CHECK((queries(std::type_identity<Fused<10, Q<4, 2>, Q<6>>>()).width == 0));
}

TEST_CASE("every position is a cell by default, and changing a grid returns a new one") {
    const Grid grid = Grid::of<Q>(c_attn);
    CHECK(grid.has_positions());
    CHECK_FALSE(grid.has_heads());
    CHECK(grid.by_head().has_heads());
    CHECK(grid.at(tokens(2, 5)).has_positions());
    CHECK(grid.at(tokens(2, 5)).positions().begin == 2);
    CHECK_FALSE(grid.at(token(-1)).has_positions());
    CHECK_FALSE(grid.all_positions().has_positions());
    CHECK_FALSE(grid.at(tokens(2, 5)).all_positions().has_positions());
    CHECK(grid.at(token(3)).at(tokens(1, 3)).has_positions());
    CHECK(grid.has_positions());
    CHECK_FALSE(grid.has_heads());
}

TEST_CASE("grids of the same layers are joined, the parts of one after those of the other") {
    const auto mlps = sites_of<MlpOut<8>>({"h.0.mlp", "h.1.mlp", "h.2.mlp"});
    const Grid both = Grid::of<Q, K>(c_attn).at(token(2)).with(Grid::of<MlpOut>(mlps));
    CHECK((parts_of(both) == std::vector<std::string>{"Q", "K", "MlpOut"}));
    CHECK(both.parts()[2].width == 8);
    CHECK_FALSE(both.has_positions());
    const auto two = sites_of<MlpOut<8>>({"h.0.mlp", "h.1.mlp"});
    CHECK(says(message_of<ValueError>([&] { (void)Grid::of<Q>(c_attn).with(Grid::of<MlpOut>(two)); }),
               "grids of 3 and 2 layers", "sites of the same layers"));
}

TEST_CASE("components are swept by head together only if they have the same number of heads") {
    using Grouped3 = FalconQkv<6, 2, 3>;  // 6 query heads, 2 of keys
    const HookPoint<Grouped3> site("h.0");
    CHECK(Grid::of<Q>(site).parts()[0].heads() == 6);
    CHECK(Grid::of<K>(site).parts()[0].heads() == 2);
    CHECK(Grid::of<K, V>(site).by_head().has_heads());
    CHECK(says(message_of<ValueError>([&] { (void)Grid::of<Q, K>(site).by_head(); }), "K has 2 heads but Q has 6",
               "in separate grids"));
    CHECK(says(message_of<ValueError>([&] { (void)Grid::of<Q>(site).by_head().with(Grid::of<V>(site)); }),
               "V has 2 heads but Q has 6"));
}

TEST_CASE("a grid is joined with one whose positions and heads are its own, or that has none") {
    const Grid q = Grid::of<Q>(c_attn), k = Grid::of<K>(c_attn);
    const auto refusal = [](const Grid& one, const Grid& other) {
        return message_of<ValueError>([&] { (void)one.with(other); });
    };
    const std::string positions =
        "the grids that with() joins have different positions: give the positions to the first grid alone";
    CHECK(refusal(q.at(token(1)), k.at(token(4))) == positions);
    CHECK(refusal(q, k.at(token(1))) == positions);
    CHECK(refusal(q, k.at(tokens(1, 3))) == positions);
    CHECK(refusal(q, k.all_positions()) == positions);
    CHECK(refusal(q.at(token(1)), Grid::of(c_attn, on<V>(token(4)))) == positions);
    CHECK(refusal(q, k.by_head()) ==
          "with() joins a grid by head to one that is not: call by_head() on the first grid, or on the joined one");
    CHECK_FALSE(q.at(token(1)).with(k.at(token(1))).has_positions());
    CHECK_FALSE(q.all_positions().with(k).has_positions());
    CHECK(q.by_head().with(k).has_heads());
    CHECK(q.by_head().with(k.by_head()).has_heads());
    CHECK(says(refusal(Grid::of(c_attn, on<Q>(heads(0, 2))).by_head(), Grid::of(c_attn, on<V>(heads(1, 3)))),
               "V[heads 1:3] begins with head 1 but Q[heads 0:2] with head 0", "in separate grids"));
}

TEST_CASE("a grid of recipes names each by its text, and each gives an edited copy") {
    const auto zero =
        ranges::views::iota(0, 3) | ranges::views::transform([](int t) { return on<Q>(token(t)).zero(); });
    const Grid grid = Grid::of_recipes(c_attn, zero);
    CHECK((parts_of(grid) == std::vector<std::string>{"all"}));
    CHECK_FALSE(grid.has_positions());
    REQUIRE(grid.recipes().size() == 3);
    CHECK(grid.recipes()[2].name == "Q[token 2] = 0");
    const at::Tensor activation = at::ones({1, 4, 36});
    const at::Tensor expected = borrow<Qkv>(activation) | on<Q>(token(2)).zero();
    CHECK(grid.recipes()[2].edited(activation).equal(expected));
    CHECK(activation.equal(at::ones({1, 4, 36})));
}

TEST_CASE("a recipe of a grid may be a range of edits itself") {
    const auto zeroed = [](const std::vector<int>& some) {
        return some | ranges::views::transform([](int h) { return on<V>(head(h)).zero(); });
    };
    const std::vector<std::vector<int>> sets{{0}, {0, 2}};
    const Grid grid = Grid::of_recipes(c_attn, sets | ranges::views::transform(zeroed));
    REQUIRE(grid.recipes().size() == 2);
    CHECK(grid.recipes()[1].name == "V[head 0] = 0 | V[head 2] = 0");
    const at::Tensor activation = at::ones({1, 4, 36});
    const at::Tensor expected = borrow<Qkv>(activation) | on<V>(heads({0, 2})).zero();
    CHECK(grid.recipes()[1].edited(activation).equal(expected));
}

TEST_CASE("a grid of recipes takes no heads, positions or further parts") {
    const Grid grid = Grid::of_recipes(c_attn, std::vector{on<Q>().zero()}), other = Grid::of<Q>(c_attn);
    const auto refusal = [](auto call) { return message_of<ValueError>([&] { (void)call(); }); };
    CHECK(
        says(refusal([&] { return grid.by_head(); }), "by_head() was called on a grid of recipes", "into the recipes"));
    CHECK(says(refusal([&] { return grid.at(token(1)); }), "at() was called"));
    CHECK(says(refusal([&] { return grid.all_positions(); }), "all_positions() was called"));
    CHECK(says(refusal([&] { return grid.with(other); }), "with() was called"));
    CHECK(says(refusal([&] { return other.with(grid); }), "with() was called"));
}

TEST_CASE("a grid without sites, or without recipes, is refused") {
    const std::vector<SiteRef<Qkv>> none;
    CHECK(
        says(message_of<HookError>([&] { (void)Grid::of<Q>(none); }), "range of sites is empty", "at least one site"));
    CHECK(says(message_of<HookError>([&] { (void)Grid::of_recipes(none, std::vector{on<Q>().zero()}); }),
               "sites is empty"));
    const auto no_recipes = std::vector{on<Q>().zero()};
    CHECK(says(message_of<ValueError>([&] {
                   (void)Grid::of_recipes(c_attn,
                                          no_recipes | ranges::views::filter([](const auto&) { return false; }));
               }),
               "range of recipes is empty", "at least one recipe"));
}

TEST_CASE("a component that the layout lacks does not satisfy `requires`") {
    const auto sweeps = []<class S>(const S& sites) {
        return requires { Grid::of<MlpOut>(sites); };
    };
    const auto sweeps_queries = []<class S>(const S& sites) {
        return requires { Grid::of<Q>(sites); };
    };
    CHECK(sweeps_queries(c_attn));
    CHECK_FALSE(sweeps(c_attn));
    CHECK_FALSE(sweeps_queries(HookPoint<AnyLayout>("s")));
    CHECK_FALSE(sweeps_queries(at::ones({1})));
    CHECK_FALSE(sweeps_queries(HookPoint<Fused<10, Q<4, 2>, Q<6>>>("s")));
}

TEST_CASE("a grid of a place has its positions and heads, whatever the layout") {
    using NeoX = NeoXQkv<3, 4>;
    const auto grouped = sites_of<NeoX>({"h.0.attn", "h.1.attn"});
    const auto check = [](const auto& sites, const auto& whole, Index first_of_second_head) {
        const Grid one = Grid::of(sites, on<K>(token(-1), head(1)));
        CHECK(one.parts()[0].name == "K[head 1]");
        CHECK(one.parts()[0].heads() == 0);
        CHECK(one.parts()[0].of_head(-1) == whole.parts()[0].of_head(1));
        CHECK(!one.has_positions());
        const Grid two = Grid::of(sites, on<K>(tokens(1, 3), heads(1, 3))).by_head();
        CHECK(two.parts()[0].name == "K[heads 1:3]");
        CHECK(two.parts()[0].heads() == 2);
        CHECK(two.parts()[0].first_head == 1);
        CHECK(two.parts()[0].of_head(0) == whole.parts()[0].of_head(1));
        CHECK(two.parts()[0].of_head(1) == whole.parts()[0].of_head(2));
        CHECK(two.has_positions());
        CHECK(two.parts()[0].of_head(0).offset == first_of_second_head);
        const Grid dims_of_head = Grid::of(sites, on<K>(head<1>, dims<1, 3>));
        CHECK(dims_of_head.parts()[0].of_head(-1).offset == first_of_second_head + 1);
        CHECK(dims_of_head.parts()[0].of_head(-1).width == 2);
        const Grid all = Grid::of(sites, on<K>());
        CHECK(all.parts()[0].name == "K");
        CHECK(all.by_head().parts()[0].heads() == 3);
    };
    check(c_attn, Grid::of<K>(c_attn), 16);
    check(grouped, Grid::of<K>(grouped), 16);
}

TEST_CASE("a place that no sweep can patch is refused when the grid is made") {
    CHECK(message_of<PositionError>([] { (void)Grid::of(c_attn, on<Q>(head(3))); }) ==
          "head 3 is outside Q, which has 3 heads: count from 0 over all groups, or from -1 for the last");
    CHECK(message_of<ValueError>([] { (void)Grid::of(c_attn, on<Q>(batch(0))); }) ==
          "a sweep patches every prompt at the same positions: name them with token() or tokens()");
    CHECK(message_of<ValueError>([] {
              (void)Grid::of(c_attn, on<Q>(heads({0, 2})));
          }) == "a sweep takes heads and dims by range: sweep a list as recipes, Grid::of_recipes");
    CHECK(message_of<ValueError>([] {
              (void)Grid::of(sites_of<CodeGenQkv<32, 8>>({"h.0.attn"}), on<Q>(heads(1, 4)));
          }) == "these channels lie at irregular distances in the layout: sweep them head by head");
}

TEST_CASE("a grid takes [batch, token, channel], named or not, and no other order") {
    using Ahead = Ordered<Qkv, Axis::token, Axis::batch>;
    using Named = Ordered<Qkv, Axis::batch, Axis::token>;
    constexpr auto can_sweep = []<class L>(std::type_identity<L>) {
        return requires(const HookPoint<L>& site) { Grid::of<Q>(site); };
    };
    CHECK(can_sweep(std::type_identity<Named>{}));
    CHECK_FALSE(can_sweep(std::type_identity<Ahead>{}));
    const HookPoint<Named> site("h.0.attn.c_attn");
    CHECK(Grid::of(site, on<Q>(heads(0, 2))).parts().front().heads() == 2);
    using Zero = decltype(on<Q>().zero());
    CHECK(suture::detail::swept_recipe_fault<Zero, Ahead> == suture::detail::Fault::sweep_axes);
    CHECK(suture::detail::swept_recipe_fault<Zero, Named> == suture::detail::Fault::none);
}

TEST_CASE("a grid of sites whose sizes only run time knows has the parts of a static one") {
    using Dynamic = Gpt2Qkv<dynamic, dynamic>;
    const Extents<Dynamic> extents({{12, 3}, {12, 3}, {12, 3}});
    const std::vector<HookPoint<Dynamic>> sites{HookPoint<Dynamic>("h.0", extents), HookPoint<Dynamic>("h.1", extents)};
    const Grid grid = Grid::of<Q, K>(sites).by_head(), expected = Grid::of<Q, K>(c_attn).by_head();
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK((grid.parts()[i].part == expected.parts()[i].part));
        CHECK((grid.parts()[i].queries == expected.parts()[i].queries));
        CHECK(grid.parts()[i].width == 36);
    }
    CHECK(
        (Grid::of(sites, on<K>(heads(1, 3))).parts()[0].part == Grid::of(c_attn, on<K>(heads(1, 3))).parts()[0].part));
    CHECK_THROWS_AS((void)Grid::of(sites, on<K>(heads<1, 4>())), PositionError);
    const Grid recipes = Grid::of_recipes(sites, std::vector{on<Q>(head(2)).zero()});
    CHECK(recipes.recipes()[0].edited(at::ones({1, 36})).sum().item<float>() == 32);
    CHECK_NOTHROW(recipes.recipes()[0].check(3));
}

TEST_CASE("the sites of a grid have one size, which is known") {
    using Dynamic = Gpt2Qkv<dynamic, dynamic>;
    const std::vector<HookPoint<Dynamic>> sites{
        HookPoint<Dynamic>("h.0", Extents<Dynamic>({{12, 3}, {12, 3}, {12, 3}})),
        HookPoint<Dynamic>("h.1", Extents<Dynamic>({{12, 4}, {12, 4}, {12, 4}}))};
    CHECK(message_of<HookError>([&] { (void)Grid::of<Q>(sites); }) ==
          "h.1 is packed as Fused<36, Q<12, 4>, K<12, 4>, V<12, 4>> but the first site of the grid as Fused<36, Q<12, "
          "3>, "
          "K<12, 3>, V<12, 3>>: sweep sites of one size in each grid");
    CHECK(says(message_of<HookError>([] { (void)Grid::of<Q>(HookPoint<Dynamic>("h.0")); }), "bind(extents)"));
    CHECK(says(message_of<HookError>([] { (void)Grid::of<Resid>(HookPoint<Resid<dynamic>>("r")); }), "r is packed as"));
}

TEST_CASE("a grid prints its components, layers and axes") {
    const auto text = [](const Grid& grid) {
        std::ostringstream out;
        out << grid;
        return out.str();
    };
    CHECK(text(Grid::of<Q, K>(c_attn)) == "Q, K of 3 layers");
    CHECK(text(Grid::of<V>(c_attn[0]).by_head()) == "V of 1 layer, by head");
}
