// Components: names with a width and heads, and the named numbers that compilers print in errors.
#include <suture/core/component.hpp>

#include <doctest/doctest.h>

#include <concepts>
#include <string>
#include <type_traits>

namespace {

using namespace suture;
using namespace suture::detail;

struct Router : ComponentBase<8> {
    static constexpr const char* name = "Router";
};
template <Index W, Index H = 1>
struct Rot : ComponentBase<W, H> {
    static constexpr const char* name = "Rot";
};

struct Nameless : ComponentBase<8> {};
struct Impostor {
    static constexpr Index width = 8, heads = 1;
    static constexpr const char* name = "Impostor";
};
// Its width differs from that of its base.
struct Liar : ComponentBase<8> {
    static constexpr Index width = 9;
    static constexpr const char* name = "Liar";
};

template <class C>
std::string name_of() {
    return C::name;
}

}  // namespace

TEST_CASE("a component knows its width, its heads and the width of a head") {
    CHECK(Q<768, 12>::width == 768);
    CHECK(Q<768, 12>::heads == 12);
    CHECK(Q<768, 12>::head_width == 64);
    CHECK(Gate<1>::head_width == 1);
}

TEST_CASE("a component has one head by default") {
    CHECK(K<128>::heads == 1);
    CHECK(K<128>::head_width == 128);
    CHECK(std::same_as<V<64>, V<64, 1>>);
}

TEST_CASE("components of the same width under different names are different types") {
    CHECK_FALSE(std::same_as<Q<64>, K<64>>);
    CHECK_FALSE(std::same_as<Gate<64>, Up<64>>);
    CHECK_FALSE(std::convertible_to<Q<64>, K<64>>);
    CHECK_FALSE(std::same_as<Q<768, 12>, Q<768>>);
}

TEST_CASE("every component of the library has its own name") {
    CHECK(name_of<Q<1>>() == "Q");
    CHECK(name_of<K<1>>() == "K");
    CHECK(name_of<V<1>>() == "V");
    CHECK(name_of<Z<1>>() == "Z");
    CHECK(name_of<AttnOut<1>>() == "AttnOut");
    CHECK(name_of<Resid<1>>() == "Resid");
    CHECK(name_of<Mlp<1>>() == "Mlp");
    CHECK(name_of<MlpOut<1>>() == "MlpOut");
    CHECK(name_of<Gate<1>>() == "Gate");
    CHECK(name_of<Up<1>>() == "Up");
}

TEST_CASE("a user's component takes one line, as a type or as a family") {
    CHECK(Component<Router>);
    CHECK(Router::width == 8);
    CHECK(Component<Rot<12, 3>>);
    CHECK(Rot<12, 3>::head_width == 4);
}

TEST_CASE("a type without a name, without the base or with a wrong width is not a component") {
    CHECK_FALSE(Component<Nameless>);
    CHECK_FALSE(Component<Impostor>);
    CHECK_FALSE(Component<Liar>);
    CHECK_FALSE(Component<int>);
}

TEST_CASE("a width has heads only if they divide it") {
    CHECK(can_have_heads(768, 12));
    CHECK(can_have_heads(1, 1));
    CHECK_FALSE(can_have_heads(768, 13));
    CHECK_FALSE(can_have_heads(768, 0));
    CHECK_FALSE(can_have_heads(768, -12));
    CHECK_FALSE(can_have_heads(0, 1));
    CHECK_FALSE(can_have_heads(-64, 1));
    CHECK_FALSE(can_have_heads(4, 8));
}

TEST_CASE("relations of named numbers compare the numbers and ignore the names") {
    CHECK(SameNumber<SumOfWidths<2304>, FusedWidth<2304>>);
    CHECK_FALSE(SameNumber<SumOfWidths<2236>, FusedWidth<2304>>);
    CHECK(Divides<ComponentHeads<12>, ComponentWidth<768>>);
    CHECK_FALSE(Divides<ComponentHeads<0>, ComponentWidth<768>>);
    CHECK_FALSE(Divides<ComponentHeads<-12>, ComponentWidth<768>>);
    CHECK_FALSE(Divides<ComponentHeads<768>, ComponentWidth<12>>);
    CHECK(Positive<GroupCount<1>>);
    CHECK_FALSE(Positive<GroupCount<0>>);
    CHECK_FALSE(Positive<GroupCount<-3>>);
}

TEST_CASE("a component is an empty type and takes no byte") {
    CHECK(std::is_empty_v<Q<768, 12>>);
    CHECK(std::is_empty_v<Router>);
}

TEST_CASE("a width or heads may be dynamic, and what is known of them is still checked") {
    CHECK(Component<Q<dynamic, dynamic>>);
    CHECK(Component<Q<768, dynamic>>);
    CHECK(Q<dynamic, 12>::head_width == dynamic);
    CHECK(Q<768, dynamic>::head_width == dynamic);
    CHECK(can_have_heads(dynamic, 12));
    CHECK(can_have_heads(768, dynamic));
    CHECK_FALSE(can_have_heads(dynamic, 0));
    CHECK_FALSE(can_have_heads(-2, dynamic));
    CHECK(Divides<ComponentHeads<dynamic>, ComponentWidth<768>>);
    CHECK(Divides<ComponentHeads<12>, ComponentWidth<dynamic>>);
    CHECK_FALSE(Divides<ComponentHeads<0>, ComponentWidth<dynamic>>);
    CHECK(Positive<GroupCount<dynamic>>);
    CHECK_FALSE(Positive<GroupCount<-2>>);
    CHECK(SameNumber<SumOfWidths<dynamic>, FusedWidth<2304>>);
    CHECK(AtMost<SumOfWidths<5>, FusedWidth<5>>);
    CHECK(AtMost<SumOfWidths<5>, FusedWidth<dynamic>>);
    CHECK_FALSE(AtMost<SumOfWidths<6>, FusedWidth<5>>);
}

TEST_CASE("arithmetic with a dynamic number is dynamic") {
    CHECK(sum_of(2, 3, Index{4}) == 9);
    CHECK(sum_of() == 0);
    CHECK(sum_of(2, dynamic) == dynamic);
    CHECK(product_of(2, 3) == 6);
    CHECK(product_of(dynamic, 3) == dynamic);
    CHECK(quotient_of(12, 4) == 3);
    CHECK(quotient_of(12, dynamic) == dynamic);
    CHECK(quotient_of(dynamic, 4) == dynamic);
    CHECK(Index{3 * Extent{4} + 2} == 14);
    CHECK(Index{(Extent{6} + 2 * Extent{4}) * 2 / 7} == 4);
    CHECK(Index{(Extent{6} + 2 * Extent{dynamic}) * 2} == dynamic);
    CHECK(Index{Extent{dynamic} / 4 * 4} == dynamic);
    CHECK(Index{Extent{12} / dynamic} == dynamic);
    CHECK(may_agree(3, 3));
    CHECK(may_agree(3, dynamic));
    CHECK_FALSE(may_agree(3, 4));
}
