#include <suture/edit/edit.hpp>

#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;
using ByHead = Grouped<4, Q<2>, K<1>, V<1>>;
using TwoQueries = Fused<6, Q<4, 2>, Q<2>>;

namespace {

constexpr auto silence = on<Q<4, 2>>(head<1>).zero();
constexpr auto ablate = on<Q<4, 2>>(token(4), dims<0, 3>).set(0.0) | on<V<2>>(token(-1)).multiply(0.5);

template <class A, class B>
concept can_pipe = requires(const A& a, const B& b) {
    a | b;
};
template <class R, class L>
inline constexpr Fault fault_in = recipe_fault<R, L>;

struct negated {
    at::Tensor operator()(const at::Tensor& t) const { return t.neg(); }
};

}  // namespace

TEST_CASE("a recipe without state has size 1, however often it holds an edit") {
    static_assert(sizeof(silence) == 1);
    static_assert(sizeof(silence | silence) == 1);
    static_assert(sizeof(silence | on<K>().zero() | on<V>(dims<0, 1>).zero() | silence) == 1);
    static_assert(sizeof(on<Q>(heads<0, 2>, dims<0, 1>).apply(negated{})) == 1);
    CHECK(sizeof(on<Q>().apply([](at::Tensor t) { return t; }) | silence) == 1);
}

TEST_CASE("a recipe with state is as large as the sum of its edits") {
    const auto one = on<Q>(token(4)).zero(), other = on<Q>(token(5)).zero();
    CHECK(sizeof(one | other) == sizeof(one) + sizeof(other));
    CHECK(sizeof(one | silence) == sizeof(one));
    CHECK(sizeof(on<Q>().set(1.0)) == sizeof(double));
}

TEST_CASE("recipes are constants if their parts are") {
    static_assert(ablate.size() == 2);
    static_assert((ablate | silence).size() == 3);
    static_assert((silence | ablate).size() == 3);
    static_assert((ablate | ablate).size() == 4);
    static_assert(!ablate.calls_back);
    CHECK(to_string(ablate) == "Q[token 4, dims 0:3] = 0 | V[token -1] *= 0.5");
}

TEST_CASE("a recipe knows at compile time which layouts it fits") {
    static_assert(fault_in<decltype(ablate), Qkv> == Fault::none);
    static_assert(fault_in<decltype(ablate), ByHead> == Fault::lacks_component);
    static_assert(fault_in<decltype(on<Gate>().zero()), Qkv> == Fault::lacks_component);
    static_assert(fault_in<decltype(on<Q>().zero()), TwoQueries> == Fault::ambiguous_family);
    static_assert(fault_in<decltype(on<Q<2>>().zero()), TwoQueries> == Fault::none);
    static_assert(fault_in<decltype(on<Q>(head<2>).zero()), Qkv> == Fault::head_beyond);
    static_assert(fault_in<decltype(on<Q>(head<3>).zero()), ByHead> == Fault::none);
    static_assert(fault_in<decltype(on<Q>(head<4>).zero()), ByHead> == Fault::head_beyond);
    static_assert(fault_in<decltype(on<Q>(dims<0, 5>).zero()), Qkv> == Fault::dims_beyond);
    static_assert(fault_in<decltype(on<Q>(head<0>, dims<0, 3>).zero()), Qkv> == Fault::dims_beyond);
    static_assert(fault_in<decltype(on<Q<4, 2>>(heads<1, 3>).zero()), Grouped<2, Q<4, 2>>> == Fault::none);
    static_assert(fault_in<decltype(on<Q>(dims<0, 8>).zero()), ByHead> == Fault::none);
    static_assert(fault_in<decltype(on<Q>(dims<0, 9>).zero()), ByHead> == Fault::dims_beyond);
    static_assert(fault_in<decltype(on<Q>(head(9), dims(0, 9)).zero()), Qkv> == Fault::none);
    static_assert(fault_in<decltype(on<Q>(head(9), dims<0, 3>).zero()), Qkv> == Fault::dims_beyond);
    static_assert(fault_in<decltype(on<Q>().zero()), Q<4, 2>> == Fault::none);
    static_assert(fault_in<decltype(on<K>().zero()), Q<4, 2>> == Fault::lacks_component);
    static_assert(fault_in<decltype(on<Q>(head<7>).zero()), Grouped<4, Q<4, 2>>> == Fault::none);
    CHECK(fault_in<decltype(on<Qkv>().zero()), Qkv> == Fault::none);
}

TEST_CASE("the first edit that does not fit the layout determines the message") {
    static_assert(fault_in<decltype(on<K>().zero() | on<Gate>().zero() | on<Q>(head<9>).zero()), Qkv> ==
                  Fault::lacks_component);
    CHECK(fault_in<decltype(on<K>().zero() | on<Q>(head<9>).zero() | on<Gate>().zero()), Qkv> == Fault::head_beyond);
}

TEST_CASE("an injected View is checked against the component and its groups") {
    static_assert(fault_in<decltype(on<Q>().set(std::declval<View<Q<4, 2>>>())), Qkv> == Fault::none);
    static_assert(fault_in<decltype(on<Q>().set(std::declval<View<K<2>>>())), Qkv> == Fault::other_component);
    static_assert(fault_in<decltype(on<Q>().set(std::declval<View<Q<2>>>())), ByHead> == Fault::other_groups);
    static_assert(fault_in<decltype(on<Q>().set(std::declval<View<part<ByHead, Q>>>())), ByHead> == Fault::none);
    using Injected = Owned<part<ByHead, Q>>;
    static_assert(fault_in<decltype(on<Q>().set(std::declval<const Injected&>())), ByHead> == Fault::none);
    static_assert(fault_in<decltype(on<Q>().set(std::declval<Piece<Q<2>>>())), ByHead> == Fault::other_groups);
    static_assert(fault_in<decltype(on<Q>().set(std::declval<Region<K<2>>>())), Qkv> == Fault::other_component);
    CHECK(fault_in<decltype(on<Qkv>().set(std::declval<View<Qkv>>())), Qkv> == Fault::none);
}

TEST_CASE("a recipe is bound to a layout: heads and dims known at run time are looked for before any activation") {
    const auto message = [](const auto& recipe) {
        return message_of<PositionError>([&] { recipe.template bind<Qkv>(); });
    };
    CHECK(message(on<Q>(head(1), dims(0, 2)).zero()) == "nothing was thrown");
    CHECK(message(on<Q>(token(99)).zero()) == "nothing was thrown");
    CHECK(says(message(on<Q>(head(2)).zero()), "head 2 is outside Q, which has 2 heads"));
    CHECK(says(message(on<K>().zero() | on<Q>(dims(0, 5)).zero()), "are outside Q, which has 4 channels"));
    CHECK(says(message(on<Q>(heads({0, 2})).zero()), "head 2 is outside Q"));
    CHECK(says(message(RecipeList(std::vector{on<Q>(head(0)).zero(), on<Q>(head(5)).zero()})), "head 5 is outside Q"));
    CHECK_NOTHROW(on<Q>(head(3)).zero().bind<ByHead>());
    CHECK_THROWS_AS(on<Q>(head(4)).zero().bind<ByHead>(), PositionError);
}

TEST_CASE("a range of edits composes with edits and recipes, and is printed as they are") {
    const std::vector edits{on<Q>(token(1)).zero(), on<Q>(token(2)).zero()};
    using Range = std::remove_cvref_t<decltype(edits)>;
    static_assert(Applicable<Range> && !AnyRecipe<Range>);
    static_assert(!Applicable<std::vector<int>> && !Applicable<View<Qkv>> && !Applicable<at::Tensor>);
    static_assert(fault_in<Range, Qkv> == Fault::none);
    static_assert(fault_in<Range, Fused<2, K<2>>> == Fault::lacks_component);
    static_assert(can_pipe<decltype(silence), Range> && can_pipe<Range, decltype(silence)>);
    CHECK(to_string(silence | edits) == "Q[head 1] = 0 | Q[token 1] = 0 | Q[token 2] = 0");
    CHECK(to_string(edits | silence) == "Q[token 1] = 0 | Q[token 2] = 0 | Q[head 1] = 0");
    CHECK((silence | edits | silence).size() == 4);
    const RecipeList list(edits);
    CHECK(to_string(list) == "Q[token 1] = 0 | Q[token 2] = 0");
    CHECK(to_string(RecipeList<decltype(on<Q>().zero())>()).empty());
    CHECK(list.size() == 2);
}

TEST_CASE("an empty recipe fits every layout") {
    static_assert(Recipe<>{}.size() == 0 && sizeof(Recipe<>) == 1 && !Recipe<>::calls_back);
    static_assert(fault_in<Recipe<>, Qkv> == Fault::none);
    static_assert(std::is_same_v<decltype(Recipe<>{} | Recipe<>{}), Recipe<>>);
    static_assert((Recipe<>{} | silence).size() == 1);
    CHECK(to_string(Recipe<>{}) == "");
    CHECK(to_string(Recipe<>{} | ablate) == to_string(ablate));
    CHECK(to_string(ablate | Recipe<>{}) == to_string(ablate));
}

TEST_CASE("composing keeps the order") {
    CHECK(to_string(on<Q>().set(1) | on<Q>().set(2) | on<Q>().set(3)) == "Q = 1 | Q = 2 | Q = 3");
    CHECK(to_string(on<Q>().set(1) | (on<Q>().set(2) | on<Q>().set(3))) == "Q = 1 | Q = 2 | Q = 3");
    const auto result = borrow<Qkv>(at::zeros({1, 8})) | (on<Q>().set(1) | on<Q>().add(2) | on<Q>().multiply(5));
    CHECK(result.unsafe_tensor()[0][0].item<float>() == 15);
}

TEST_CASE("every selector is printed as it was written") {
    CHECK(to_string(on<Q>(tokens(2, 5)).zero()) == "Q[tokens 2:5] = 0");
    CHECK(to_string(on<Q>(tokens(2, to_end)).zero()) == "Q[tokens 2:] = 0");
    CHECK(to_string(on<Q>(batch(0), token(-1)).zero()) == "Q[batch 0, token -1] = 0");
    CHECK(to_string(on<Q>(batches(0, 2)).zero()) == "Q[batches 0:2] = 0");
    CHECK(to_string(on<Q>(head<3>).zero()) == "Q[head 3] = 0");
    CHECK(to_string(on<Q>(heads<1, 3>, dims<0, 4>).zero()) == "Q[heads 1:3, dims 0:4] = 0");
    CHECK(to_string(on<Q>(head(3), dims(0, 4)).zero()) == "Q[head 3, dims 0:4] = 0");
    CHECK(to_string(on<Q>(heads({3, 1})).zero()) == "Q[heads 3,1] = 0");
    CHECK(to_string(on<Q>(token(at::zeros({2}, at::kLong))).zero()) == "Q[token 0,0] = 0");
    CHECK(to_string(on<Q>(tokens(at::zeros({2, 3}, at::kLong))).zero()) == "Q[tokens int64 [2, 3]] = 0");
    CHECK(to_string(on<Q>(mask(at::zeros({2, 5}, at::kBool))).zero()) == "Q[mask bool [2, 5]] = 0");
    CHECK(to_string(on<Qkv>().zero()) == "all = 0");
    CHECK(to_string(on<K<2>>().zero()) == "K = 0");
}

TEST_CASE("every operation is printed") {
    Slot slot = at::zeros({4});
    const auto view = borrow<Q<4, 2>>(at::zeros({5, 4}));
    CHECK(to_string(on<Q>().set(0.5)) == "Q = 0.5");
    CHECK(to_string(on<Q>().add(2)) == "Q += 2");
    CHECK(to_string(on<Q>().subtract(2)) == "Q -= 2");
    CHECK(to_string(on<Q>().divide(at::zeros({4}))) == "Q /= float32 [4]");
    CHECK(to_string(on<Q>().set(view[on<Q>(token(3))])) == "Q = piece (float32 [4])");
    CHECK(to_string(on<Q>().multiply(at::zeros({4}))) == "Q *= float32 [4]");
    CHECK(to_string(on<Q>().set(slot)) == "Q = slot (float32 [4])");
    CHECK(to_string(on<Q>().set(view)) == "Q = view (float32 [5, 4])");
    CHECK(to_string(on<Q>().clamp(-1, 1)) == "Q = clamp(-1, 1)");
    CHECK(to_string(on<Q>().noise(0.1)) == "Q += noise(0.1)");
    CHECK(to_string(on<Q>().mean_over(Axis::batch)) == "Q = mean over batch");
    CHECK(to_string(on<Q>().mean_over(Axis::token)) == "Q = mean over tokens");
    CHECK(to_string(on<Q>().mean_over(Axis::token, Axis::batch)) == "Q = mean over batch and tokens");
    CHECK(to_string(on<Q>().project_out(at::zeros({4}))) == "Q project out float32 [4]");
    CHECK(to_string(on<Q>().steer(at::zeros({4}), 2)) == "Q += 2 along float32 [4]");
    CHECK(to_string(on<Q>().apply(negated{})) == "Q = apply(function)");
}

TEST_CASE("a small integer is printed as a number") {
    CHECK(to_string(on<Q>().set(std::int8_t{65})) == "Q = 65");
    CHECK(to_string(on<Q>().set(std::uint8_t{7})) == "Q = 7");
}

TEST_CASE("recipes can be written to a stream") {
    std::ostringstream out;
    out << silence << "; " << ablate;
    CHECK(out.str() == "Q[head 1] = 0; Q[token 4, dims 0:3] = 0 | V[token -1] *= 0.5");
}

TEST_CASE("a recipe composes with recipes only") {
    static_assert(AnyRecipe<decltype(silence)>);
    static_assert(AnyRecipe<decltype(ablate)>);
    static_assert(!AnyRecipe<View<Qkv>>);
    static_assert(!AnyRecipe<int>);
    static_assert(can_pipe<decltype(silence), decltype(ablate)>);
    static_assert(!can_pipe<decltype(silence), int>);
    static_assert(!can_pipe<int, decltype(silence)>);
    static_assert(!can_pipe<decltype(silence), View<Qkv>>);
    static_assert(!can_pipe<decltype(silence), at::Tensor>);
    CHECK(can_pipe<decltype(silence), decltype(silence)>);
}

TEST_CASE("recipes are values") {
    auto mine = on<Q>(token(1)).set(at::ones({4}));
    const auto copy = mine;
    mine = on<Q>(token(2)).set(at::zeros({4}));
    CHECK(to_string(copy) == "Q[token 1] = float32 [4]");
    CHECK(to_string(mine) == "Q[token 2] = float32 [4]");
    static_assert(std::is_copy_constructible_v<decltype(copy | mine)>);
}
