// Extents: the numbers of a layout, from its type, from the program, from another layout or from an activation.
#include "suture/tensor/extents.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/apply.hpp"
#include "suture/edit/on.hpp"
#include "suture/tensor/cat.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
using Static = Gpt2Qkv<12, 3>;
using Dynamic = Gpt2Qkv<dynamic, dynamic>;
using NeoX = NeoXQkv<dynamic, dynamic>;

const Extents<Dynamic> extents({{12, 3}, {12, 3}, {12, 3}});
const Extents<NeoX> grouped({{4}, {4}, {4}}, 3);
const at::Tensor x = at::arange(2 * 36, at::kFloat).reshape({2, 36});

template <class X, class L>
concept Borrows = requires(const at::Tensor& t) {
    { borrow<X>(t) } -> std::same_as<View<L>>;
};
}  // namespace

TEST_CASE("the numbers in a type take no room, and those of run time one pointer") {
    static_assert(std::is_empty_v<Extents<Static>> && std::is_empty_v<Extents<Resid<768>>>);
    static_assert(sizeof(Extents<Dynamic>) == sizeof(void*));
    static_assert(sizeof(View<Dynamic>) == sizeof(View<Static>) + sizeof(void*));
    static_assert(sizeof(Owned<Dynamic>) == sizeof(Owned<Static>) + sizeof(void*));
    static_assert(Extents<Static>().width() == 36 && Extents<Static>().offset<K>() == 12);
    CHECK(Extents<Static>().facts().components == facts_of<Static>.components);
}

TEST_CASE("given numbers answer like those of a type") {
    CHECK(extents.width() == 36);
    CHECK(extents.groups() == 1);
    CHECK(extents.offset<V>() == 24);
    CHECK(extents.heads<Q>() == 3);
    CHECK(extents.slice<K<dynamic, dynamic>>() == StridedSlice{12, 12, 1, 36});
    CHECK(grouped.width() == 36);
    CHECK(grouped.groups() == 3);
    CHECK(grouped.offset<K>() == 4);
    CHECK(grouped.heads<Q>() == 3);
    CHECK(grouped.slice<V>() == slice_of<NeoXQkv<3, 4>, V<4>>);
    CHECK(grouped.slice<NeoX>() == StridedSlice{0, 36, 1, 36});
    CHECK(grouped.of_part<Q<dynamic>>().width() == 12);
    std::ostringstream text;
    text << extents << "; " << grouped << "; " << grouped.of_part<Q<dynamic>>() << "; " << Extents<Static>();
    CHECK(
        text.str() ==
        "Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>; Grouped<3, Q<4>, K<4>, V<4>>; Grouped<3, Q<4>>; Fused<36, Q<12, 3>, "
        "K<12, 3>, V<12, 3>>");
}

TEST_CASE("numbers may come in a vector, and of a component alone without a list") {
    const std::vector<ComponentExtents> numbers{{12, 3}, {12, 3}, {12, 3}};
    CHECK(Extents<Dynamic>(numbers) == extents);
    CHECK(Extents<Resid<dynamic>>(768).width() == 768);
    CHECK(Extents<Q<dynamic, dynamic>>(768, 12).heads<Q>() == 12);
    CHECK(Extents<Q<dynamic, dynamic>>({{768, 12}}) == Extents<Q<dynamic, dynamic>>(768, 12));
    CHECK(Extents<Q<dynamic, 12>>(768) == Extents<Q<768, 12>>());
}

TEST_CASE("numbers are those of another layout of the same components") {
    CHECK(extents == Extents<Static>());
    CHECK(Extents<Dynamic>(Extents<Static>()) == extents);
    CHECK(Extents<Static>(extents) == extents);
    CHECK(Extents<Dynamic>(facts_of<Static>) == extents);
    CHECK(extents != Extents<Dynamic>({{12, 3}, {12, 3}, {12, 4}}));
    CHECK(&Extents<Dynamic>(facts_of<Static>).facts() == &extents.facts());
    static_assert(!std::constructible_from<Extents<Dynamic>, const Extents<Gpt2CrossKv<12, 3>>&>);
    static_assert(!std::constructible_from<Extents<Static>, const Extents<Gpt2Qkv<12, 4>>&>);
}

TEST_CASE("what the compiler checks of numbers is checked when they are given, with the same sentence") {
    using Part = Fused<36, Q<dynamic, dynamic>, K<12>, V<12>>;
    CHECK(
        message_of<ShapeError>([] {
            (void)Extents<Part>({{13}, {12}, {12}});
        }) ==
        "the widths do not sum to the width of the layout: correct a width or the total (Q 13 + K 12 + V 12 is 37, not "
        "36)");
    CHECK(message_of<ShapeError>([] {
              (void)Extents<Part>({{12, 5}, {12}, {12}});
          }) ==
          "the heads do not divide the width: give a width that is heads times head width (Q has 5 heads and 12 "
          "channels)");
    CHECK(message_of<ShapeError>([] {
              (void)Extents<Part>({{12}, {11}, {13}});
          }) == "K was given K<11> but its type says K<12>: give the numbers of the type, or make them dynamic");
    CHECK(message_of<ShapeError>([] {
              (void)Extents<Dynamic>({{dynamic, 3}, {12, 3}, {12, 3}});
          }) == "a component has no channels: give it a width of at least 1 (Q has -1)");
    CHECK(message_of<ShapeError>([] {
              (void)Extents<Dynamic>({{12, dynamic}, {12, 3}, {12, 3}});
          }) ==
          "the heads do not divide the width: give a width that is heads times head width (Q has -1 heads and 12 "
          "channels)");
    CHECK(message_of<ShapeError>([] {
              (void)Extents<NeoX>({{4}, {4}, {4}});
          }) ==
          "Grouped<dynamic, Q<dynamic>, K<dynamic>, V<dynamic>> has a number of groups, which was not given: give it "
          "after "
          "the components, as in {{64}, {64}, {64}}, 12");
    CHECK(says(message_of<ShapeError>([] { (void)Extents<NeoX>({{4}, {4}, {4}}, 0); }), "a layout without groups"));
    CHECK(says(message_of<ShapeError>([] { (void)Extents<NeoX>({{4}, {4}, {4}}, -1); }), "a layout without groups"));
    CHECK(message_of<ShapeError>([] {
              (void)Extents<Dynamic>({{12, 3}, {12, 3}});
          }) ==
          "Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, dynamic>, V<dynamic, dynamic>> has 3 components but numbers "
          "were given for 2: give each its width and heads, in order");
    CHECK(message_of<ShapeError>([] { (void)Extents<Grouped<3, Q<dynamic>>>({{4}}, 4); }) ==
          "Grouped<3, Q<dynamic>> was given 4 groups: give the number in its type, or make it dynamic");
}

TEST_CASE("numbers of other components or sizes are a TypeError that names both layouts") {
    CHECK(
        message_of<TypeError>([] { (void)Extents<Dynamic>(facts_of<Gpt2CrossKv<12, 3>>); }) ==
        "these are the numbers of Fused<24, K<12, 3>, V<12, 3>>, not of Fused<dynamic, Q<dynamic, dynamic>, K<dynamic, "
        "dynamic>, V<dynamic, dynamic>>: give those of the same components in the same order");
    CHECK(says(message_of<TypeError>([] { (void)Extents<Gpt2Qkv<24, 3>>(extents); }), "Fused<36, Q<12, 3>",
               "Fused<72, Q<24, 3>"));
    // Facts with dynamic numbers of their own are no numbers.
    CHECK_THROWS_AS((void)Extents<Dynamic>(facts_of<Dynamic>), ShapeError);
}

TEST_CASE("the width of an activation tells one unknown width, or the groups") {
    CHECK(borrow<Resid<dynamic>>(x).extents().width() == 36);
    CHECK(borrow<Fused<36, Q<dynamic>, K<12>, V<12>>>(x).extents().slice<Q>().width == 12);
    CHECK(borrow<Grouped<dynamic, Q<2>, K<2>, V<2>>>(x).extents().groups() == 6);
    CHECK(borrow<Grouped<3, Q<dynamic>, K<4>>>(x).extents().slice<Q>().width == 8);
    CHECK(borrow<Fused<dynamic, Q<30>, K<6>>>(x).extents().offset<K>() == 30);
    static_assert(Borrows<Resid<dynamic>, Resid<dynamic>> && Borrows<Q<dynamic, 12>, Q<dynamic, 12>>);
    static_assert(!Borrows<Dynamic, Dynamic> && !Borrows<NeoX, NeoX> && !Borrows<Q<768, dynamic>, Q<768, dynamic>>);
}

TEST_CASE("a width that no number fits is refused") {
    CHECK(message_of<ShapeError>([] {
              (void)borrow<Fused<36, Q<dynamic>, K<12>, V<12>>>(at::zeros({2, 35}));
          }) ==
          "Fused<36, Q<dynamic>, K<12>, V<12>> cannot be 35 channels wide: pass the activation that this layout "
          "describes");
    CHECK_THROWS_AS(((void)borrow<Grouped<dynamic, Q<2>, K<3>>>(x)), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Grouped<dynamic, Q<40>, K<3>>>(x)), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Fused<dynamic, Q<36>, K<dynamic>>>(x)), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Fused<dynamic, Q<37>, K<dynamic>>>(x)), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Grouped<5, Q<dynamic>>>(x)), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Resid<dynamic>>(at::zeros({3, 0}))), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Resid<dynamic>>(at::zeros({}))), ShapeError);
    CHECK_THROWS_AS(((void)borrow<Resid<dynamic>>(at::Tensor())), TypeError);
    CHECK(says(message_of<ShapeError>([] { (void)borrow<Resid<dynamic, 5>>(x); }), "the heads do not divide the width",
               "Resid has 5 heads and 36 channels"));
}

TEST_CASE("a tensor of another width than the given numbers is refused") {
    CHECK(message_of<ShapeError>([] {
              (void)borrow<Dynamic>(at::zeros({2, 35}), extents);
          }) ==
          "Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>> needs [..., 36] (Q 12 + K 12 + V 12) but the tensor is float32 [2, "
          "35] "
          "on cpu: pass the activation that this layout describes");
    CHECK_THROWS_AS((void)adopt<Dynamic>(at::zeros({2, 35}), extents), ShapeError);
}

TEST_CASE("Views, Owneds, places and parts carry the numbers") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    CHECK(borrow(x, extents).equal(view));
    const auto [q, k, v] = split(view);
    static_assert(std::same_as<decltype(q), const View<Q<dynamic, dynamic>>>);
    CHECK(q.extents() == Extents<Q<12, 3>>());
    CHECK(k.clone().extents() == Extents<K<12, 3>>());
    CHECK(view[on<V>(heads())].sizes() == at::IntArrayRef({2, 3, 4}));
    Owned<Dynamic> mine = adopt<Dynamic>(x.clone(), extents);
    mine[on<K>(head(1), dims<0, 2>)] = 0;
    CHECK(mine.view().extents() == extents);
    CHECK(mine.equal(borrow<Static>(x) | on<K>(head(1), dims<0, 2>).zero()));
    const View<NeoX> packed = borrow<NeoX>(x, grouped);
    CHECK(packed[on<Q>()].extents() == Extents<Grouped<3, Q<4>>>());
    CHECK(packed[on<Q>()].sizes() == at::IntArrayRef({2, 12}));
    std::ostringstream text;
    text << packed[on<Q>()];
    CHECK(text.str().find("View<Grouped<3, Q<4>>>\n") == 0);
    CHECK((view + view).extents() == extents);
    CHECK((2 * view - view).equal(view));
}

TEST_CASE("a selector that the compiler cannot check is checked when it meets the numbers") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    const std::string beyond =
        "head 3 is outside Q, which has 3 heads: count from 0 over all groups, or from -1 for the last";
    CHECK(message_of<PositionError>([&] { (void)view[on<Q>(head<3>)]; }) == beyond);
    CHECK(message_of<PositionError>([&] { on<Q>(head<3>).zero().bind(extents); }) == beyond);
    CHECK(message_of<PositionError>([&] { on<Q>(head(3)).zero().bind(extents); }) == beyond);
    CHECK(says(message_of<PositionError>([&] { (void)(view | on<Q>(dims<0, 13>).zero()); }), "Q[dims 0:13] = 0",
               "outside Q, which has 12 channels"));
    CHECK_THROWS_AS(((void)(view | on<Q>(head<0>, dims<0, 5>).zero())), PositionError);
    CHECK_NOTHROW(((void)(view | on<Q>(head<2>, dims<0, 4>).zero())));
    // What the type says is still checked by the compiler.
    using Half = Fused<dynamic, Q<12, 3>, K<dynamic>>;
    static_assert(
        suture::detail::place_fault<suture::detail::FamilyOf<Q>, Half, suture::detail::StaticHeads<3, 4, true>> ==
        suture::detail::Fault::head_beyond);
    static_assert(suture::detail::place_fault<suture::detail::FamilyOf<K>, Half, suture::detail::StaticDims<0, 99>> ==
                  suture::detail::Fault::none);
    static_assert(suture::detail::place_fault<suture::detail::FamilyOf<V>, Half> ==
                  suture::detail::Fault::lacks_component);
}

TEST_CASE("a component may be named with its numbers where they are dynamic, and they are compared") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    CHECK(view[on<K<12, 3>>()].equal(view[on<K>()]));
    CHECK((view | on<Static>(dims<0, 3>).zero()).equal(borrow<Static>(x) | on<Static>(dims<0, 3>).zero()));
    CHECK(message_of<ShapeError>([&] { (void)view[on<K<12, 4>>()].clone(); }) ==
          "the layout lacks the component: name one that it has (K<12, 4> in Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>>)");
    CHECK_THROWS_AS(((void)(view | on<Gpt2Qkv<24, 3>>().zero())), ShapeError);
    // Of two that could have the numbers, the one whose type says them.
    using Twice = Fused<dynamic, Q<4, 2>, Q<dynamic, dynamic>>;
    const View<Twice> twice = borrow<Twice>(x, Extents<Twice>({{4, 2}, {32, 4}}));
    CHECK(twice[on<Q<4, 2>>()].size(-1) == 4);
    CHECK(twice[on<Q<32, 4>>()].size(-1) == 32);
}

TEST_CASE("static and dynamic activations mix where their numbers agree") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    const View<Static> fixed = borrow<Static>(x.add(1));
    CHECK((view | on<Q>().set(fixed[on<Q>()])).equal(borrow<Static>(x) | on<Q>().set(fixed[on<Q>()])));
    CHECK((fixed | on<Q>(head(1)).add(view[on<Q>()])).extents() == extents);
    Owned<Dynamic> mine = view.clone();
    mine[on<V>(head(0))] = fixed[on<V>(head(2))];
    mine[on<K>()] = fixed[on<K>()].clone();
    CHECK(mine[on<K>()].equal(fixed[on<K>()]));
    CHECK((view + fixed).equal(fixed + view));
    CHECK(view.equal(borrow<Static>(x)));
}

TEST_CASE("static and dynamic activations that disagree are refused, and both are named") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    const View<Q<12, 4>> other = borrow<Q<12, 4>>(at::zeros({2, 12}));
    const std::string refusal =
        "the injected View holds Q<12, 4> but the edit is in Q<12, 3>: inject the same component, or take its values "
        "with "
        "read()";
    CHECK(message_of<TypeError>([&] { (void)(view | on<Q>().set(other)); }) ==
          "Q = view (float32 [2, 12]): " + refusal);
    CHECK(message_of<TypeError>([&] { (void)(view | on<Q>(head(0)).set(other[on<Q>(dims(0, 4))])); }) ==
          "Q[head 0] = piece (float32 [2, 4]): " + refusal);
    Owned<Dynamic> mine = view.clone();
    CHECK(message_of<TypeError>([&] { mine[on<Q>()] = other; }) == refusal);
    CHECK(mine.equal(view));
    const View<Dynamic> by_four = borrow<Dynamic>(x, Extents<Dynamic>({{12, 4}, {12, 3}, {12, 3}}));
    CHECK(message_of<TypeError>([&] { (void)(view + by_four); }) ==
          "the operands are packed as Fused<36, Q<12, 3>, K<12, 3>, V<12, 3>> and Fused<36, Q<12, 4>, K<12, 3>, V<12, "
          "3>>: "
          "use activations of one layout, or read() to combine their values");
    CHECK_THROWS_AS((void)view.equal(by_four), TypeError);
    CHECK_THROWS_AS((void)(view == by_four), TypeError);
    static_assert(suture::detail::injected_fault<View<K<12, 3>>, Q<dynamic, dynamic>> ==
                  suture::detail::Fault::other_component);
    static_assert(suture::detail::injected_fault<View<Grouped<3, Q<4>>>, Q<dynamic>> ==
                  suture::detail::Fault::other_groups);
    static_assert(suture::detail::injected_fault<View<Grouped<3, Q<4>>>, Grouped<dynamic, Q<dynamic>>> ==
                  suture::detail::Fault::none);
}

TEST_CASE("cat takes the numbers from the parts") {
    const View<Dynamic> view = borrow<Dynamic>(x, extents);
    const auto q = view[on<Q>()];
    const auto k = view[on<K>()];
    const auto v = view[on<V>()];
    CHECK(cat<Dynamic>(q, k, v).extents() == extents);
    CHECK(cat<Static>(q, k, v).equal(borrow<Static>(x)));
    CHECK(cat<Dynamic>(borrow<Static>(x)[on<Q>()], k, v).extents() == extents);
    CHECK(message_of<ShapeError>([&] { (void)cat<Gpt2Qkv<24, 3>>(q, k, v); }) ==
          "Q was given Q<12, 3> but its type says Q<24, 3>: give the numbers of the type, or make them dynamic");
    const View<NeoX> packed = borrow<NeoX>(x, grouped);
    const auto a = packed[on<Q>()];
    const auto b = packed[on<K>()];
    const auto c = packed[on<V>()];
    CHECK(cat<NeoX>(a, b.clone(), c).equal(borrow<NeoX>(x, grouped)));
    CHECK(cat<NeoXQkv<3, 4>>(a, b, c).equal(borrow<NeoXQkv<3, 4>>(x)));
    const auto e = borrow<NeoX>(x, Extents<NeoX>({{6}, {6}, {6}}, 2))[on<K>()];
    CHECK(message_of<ShapeError>([&] { (void)cat<NeoX>(a, e, c); }) ==
          "a part given to cat is grouped differently: take it from the same layout (Grouped<3, Q<4>> and Grouped<2, "
          "K<6>>)");
    static_assert(
        suture::detail::cat_why<Dynamic, View<Q<dynamic, dynamic>>, View<V<12, 3>>, View<K<dynamic, dynamic>>> ==
        suture::detail::Fault::cat_order);
    static_assert(
        suture::detail::cat_why<Dynamic, View<Q<dynamic, dynamic>>, View<K<12, 3>>, View<V<dynamic, dynamic>>> ==
        suture::detail::Fault::none);
}
