#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "doctest.hpp"
#include "message.hpp"

#include <range/v3/view/transform.hpp>

#include <exception>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace suture;
using suture::detail::Access;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using ByHead = Grouped<3, Q<2>, K<1>, V<1>>;

namespace {

at::Tensor query_of(const Owned<Qkv>& owned) { return owned[on<Q>()].clone().take(); }
at::Tensor counting() { return at::arange(18, at::kFloat).reshape({3, 6}); }

constexpr auto silence = on<Q>(token(1)).zero();
constexpr auto foreign = on<Gate>().zero();

template <class A, class R>
concept can_pipe = requires(A&& a, const R& r) {
    std::forward<A>(a) | r;
};
template <class A, class R>
concept can_assign = requires(A&& a, const R& r) {
    std::forward<A>(a) |= r;
};

/// Checks that the recipe throws this kind of error and leaves the Owned unchanged.
template <class Kind, AnyRecipe R>
std::string refused(const R& recipe) {
    auto owned = borrow<Qkv>(counting()).clone();
    const std::string message = message_of<Kind>([&] { owned |= recipe; });
    CHECK(owned.unsafe_tensor().equal(counting()));
    return message;
}

}  // namespace

TEST_CASE("piping a View edits a clone and leaves the source with its bytes and version") {
    const at::Tensor source = counting();
    const auto version = source._version();
    const auto edited = borrow<Qkv>(source) | silence;
    CHECK(edited.unsafe_tensor()[1].narrow(0, 0, 2).equal(at::zeros({2})));
    CHECK(source.equal(counting()));
    CHECK(source._version() == version);
    CHECK_FALSE(edited.unsafe_tensor().is_alias_of(source));
}

TEST_CASE("piping an Owned edits in place and passes it on") {
    auto owned = borrow<Qkv>(counting()).clone();
    const void* storage = owned.unsafe_tensor().data_ptr();
    const auto edited = std::move(owned) | silence | on<K>().set(2);
    CHECK(edited.unsafe_tensor().data_ptr() == storage);
    CHECK(edited.unsafe_tensor()[1][0].item<float>() == 0);
}

TEST_CASE("|= edits in place and can be chained") {
    auto owned = borrow<Qkv>(counting()).clone();
    const void* storage = owned.unsafe_tensor().data_ptr();
    (owned |= silence) |= on<V>().multiply(0);
    CHECK(owned.unsafe_tensor().data_ptr() == storage);
    CHECK(owned.view()[on<V>()].sum().item<float>() == 0);
}

TEST_CASE("a single component can be edited by itself, in groups too") {
    const auto q = borrow<Qkv>(counting())[on<Q>()] | on<Q<2>>(token(0)).set(1);
    CHECK(q.unsafe_tensor()[0].equal(at::ones({2})));
    const auto grouped = borrow<ByHead>(at::zeros({2, 12}))[on<Q>()] | on<Q>(head<2>).set(1);
    CHECK(grouped.sizes() == at::IntArrayRef({2, 6}));
    CHECK(grouped.unsafe_tensor().narrow(1, 4, 2).equal(at::ones({2, 2})));
}

TEST_CASE("a whole layout can be edited at once") {
    CHECK((borrow<Qkv>(counting()) | on<Qkv>(token(0)).zero()).unsafe_tensor()[0].equal(at::zeros({6})));
}

TEST_CASE("an edit that cannot be made is named, and nothing is applied") {
    CHECK(says(refused<PositionError>(on<Q>().set(1) | on<V>(token(7)).zero()), "V[token 7] = 0: token 7 is outside"));
    CHECK(
        says(refused<ShapeError>(on<Q>().set(1) | on<K>().set(at::ones({5}))), "K = float32 [5]: the injected tensor"));
    CHECK(says(refused<TypeError>(on<Q>().set(1) | on<K>().set(at::ones({2}, at::kDouble))), "K = float64 [2]"));
    CHECK(says(refused<ValueError>(on<Q>().set(1) | on<K>().clamp(2, 1)), "K = clamp(2, 1)"));
}

TEST_CASE("an exception from a function given to apply leaves the Owned unchanged") {
    const auto fails =
        on<Q>().set(1) | on<K>().apply([](at::Tensor) -> at::Tensor { throw std::runtime_error("mine"); });
    auto owned = borrow<Qkv>(counting()).clone();
    CHECK_THROWS_WITH_AS(owned |= fails, "mine", std::runtime_error);
    CHECK(owned.unsafe_tensor().equal(counting()));
    CHECK_THROWS_AS((void)(std::move(owned) | fails), std::runtime_error);
    CHECK(owned.unsafe_tensor().equal(counting()));
}

TEST_CASE("a number that the dtype cannot hold is found before anything is written") {
    CHECK(says(refused<ValueError>(on<Q>().set(1) | on<K>().set(1e300)), "does not fit float32"));
}

TEST_CASE("a number that the parts of a complex dtype cannot hold is found before anything is written") {
    auto owned = borrow<Qkv>(at::complex(counting(), counting())).clone();
    const auto before = owned.clone();
    CHECK(
        says(message_of<ValueError>([&] { owned |= on<Q>().set(-1) | on<K>().set(1e300); }), "does not fit complex64"));
    CHECK(owned.equal(before));
}

TEST_CASE("an empty recipe changes nothing") {
    const at::Tensor source = counting();
    CHECK((borrow<Qkv>(source) | Recipe<>{}).unsafe_tensor().equal(source));
    auto owned = borrow<Qkv>(source).clone();
    owned |= Recipe<>{};
    CHECK((std::move(owned) | Recipe<>{}).unsafe_tensor().equal(source));
    CHECK((borrow<ByHead>(at::ones({2, 12})) | (Recipe<>{} | on<Q>().zero() | Recipe<>{})).sum().item<float>() == 12);
}

TEST_CASE("a value that autograd cannot save is found before anything is written") {
    at::Tensor recorded;
    {
        const c10::InferenceMode inference;
        recorded = at::full({2}, 2.0f);
    }
    const at::Tensor source = counting().requires_grad_();
    auto owned = borrow<Qkv>(source).clone();
    try {
        owned |= on<Q>().set(1) | on<K>().multiply(recorded);
        CHECK(owned.unsafe_tensor().narrow(-1, 2, 2).equal(counting().narrow(-1, 2, 2) * 2));
    } catch (const std::exception&) {
        CHECK(owned.unsafe_tensor().equal(counting()));
    }
}

TEST_CASE("editing in place with a View of the same Owned equals piping its View") {
    auto owned = borrow<Qkv>(counting()).clone();
    const auto recipe = on<Q>().add(1) | on<Q>().add(owned.view()[on<Q>()]);
    const auto piped = owned.view() | recipe;
    owned |= recipe;
    CHECK(owned.equal(piped));
}

TEST_CASE("an activation without tokens or rows is unchanged by an edit of all of it") {
    for (const at::Tensor& empty : {at::zeros({0, 6}), at::zeros({0, 5, 6}), at::zeros({2, 0, 6})}) {
        CHECK((borrow<Qkv>(empty) | on<Q>().set(1)).sizes() == empty.sizes());
        CHECK((borrow<Qkv>(empty) | on<Q>(head(0), dims(0, 1)).set(1)).sizes() == empty.sizes());
        CHECK_NOTHROW((void)(borrow<Qkv>(empty) | on<Q>().set(at::ones({2}))));
        CHECK_NOTHROW((void)(borrow<Qkv>(empty) | on<Q>().mean_over(Axis::token)));
        CHECK_NOTHROW((void)(borrow<Qkv>(empty) | on<Q>().apply([](at::Tensor t) { return t; })));
    }
    CHECK_NOTHROW((void)(borrow<Qkv>(at::zeros({0, 5, 6})) | on<Q>(token(3)).set(at::ones({2}))));
    CHECK_NOTHROW((void)(borrow<Qkv>(at::zeros({2, 0, 6})) | on<Q>(batch(1)).set(at::ones({2}))));
}

TEST_CASE("an activation without tokens or rows does not have the places that others lack either") {
    for (const at::Tensor& empty : {at::zeros({0, 6}), at::zeros({2, 0, 6})}) {
        const auto view = borrow<Qkv>(empty);
        CHECK(says(message_of<PositionError>([&] { (void)(view | on<Q>(token(3)).zero()); }),
                   "Q[token 3] = 0: token 3 is outside the activation, which has 0 tokens"));
        CHECK_THROWS_AS((void)(view | on<Q>(tokens(0, 1)).zero()), PositionError);
        CHECK_THROWS_AS((void)(view | on<Q>(tokens({0})).zero()), PositionError);
        CHECK_THROWS_AS((void)(view | on<Q>(head(1)).zero()), PositionError);
        CHECK_THROWS_AS((void)(view | on<Q>(dims(0, 3)).zero()), PositionError);
        CHECK_THROWS_AS((void)(view | on<Q>(dims({2})).zero()), PositionError);
        CHECK_THROWS_AS((void)(view | on<Q>().set(at::ones({3}))), ShapeError);
        CHECK_THROWS_AS((void)(view | on<Q>().set(at::ones({2}, at::kDouble))), TypeError);
        CHECK_THROWS_AS((void)(view | on<Q>().clamp(2, 1)), ValueError);
    }
    CHECK(says(message_of<PositionError>([&] {
                   (void)(borrow<Qkv>(at::zeros({0, 5, 6})) | on<Q>(batch(0)).zero());
               }),
               "batch row 0 is outside", "has 0 batch rows"));
}

TEST_CASE("a place known at run time is checked before anything is written") {
    CHECK(refused<PositionError>(on<Q>().set(1) | on<K>(head(1)).zero()) ==
          "K[head 1] = 0: head 1 is outside K, which has 1 head: count from 0 over all groups, or from -1 for the "
          "last");
    CHECK(says(refused<PositionError>(on<Q>().set(1) | on<V>(dims(1, 3)).zero()),
               "V[dims 1:3] = 0: the dims from 1 to "
               "3 are outside V"));
    CHECK(says(refused<PositionError>(on<Q>().set(1) | on<V>(dims({2})).zero()), "V[dims 2] = 0: dim 2 is outside V"));
    CHECK(says(refused<PositionError>(on<Q>().set(1) | on<Q>(heads({0, 0})).zero()), "Q[heads 0,0] = 0", "twice"));
}

TEST_CASE("a range of edits is a recipe: they are applied in order, in every way of applying") {
    const std::vector<int> positions{2, 0};
    const auto edits = positions | ranges::views::transform([](int t) { return on<Q>(token(t)).set(t + 10); });
    const at::Tensor by_hand = borrow<Qkv>(counting()) | on<Q>(token(2)).set(12) | on<Q>(token(0)).set(10);
    CHECK((borrow<Qkv>(counting()) | edits).unsafe_tensor().equal(by_hand));
    Owned<Qkv> owned = borrow<Qkv>(counting()).clone();
    owned |= edits;
    CHECK(owned.unsafe_tensor().equal(by_hand));
    CHECK((borrow<Qkv>(counting()).clone() | edits).unsafe_tensor().equal(by_hand));
    const auto composed = on<K>().zero() | edits;
    CHECK(to_string(composed) == "K = 0 | Q[token 2] = 12 | Q[token 0] = 10");
    CHECK((borrow<Qkv>(counting()) | composed).equal(borrow<Qkv>(counting()) | on<K>().zero() | edits));
    const std::vector overwritten{on<Q>().set(1), on<Q>().set(2)};
    CHECK(query_of(borrow<Qkv>(counting()) | overwritten).eq(2).all().item<bool>());
    CHECK((borrow<Qkv>(counting()) | std::vector<decltype(on<Q>().zero())>{}).unsafe_tensor().equal(counting()));
    CHECK(says(refused<PositionError>(RecipeList(std::vector{on<Q>(token(0)).zero(), on<Q>(token(9)).zero()})),
               "Q[token 9] = 0: token 9 is outside"));
}

TEST_CASE("a recipe keeps what it was given: later writes to a tensor, a View's source or an Owned do not reach it") {
    const at::Tensor tensor = at::ones({2}), run = at::full({3, 6}, 2.0f), index = at::tensor({1}, at::kLong);
    Owned<Qkv> owned = borrow<Qkv>(at::full({3, 6}, 3.0f)).clone();
    const at::Tensor direction = at::tensor({1.0f, 0.0f}), all = at::ones({3}, at::kBool);
    const auto recipe = on<Q>().set(tensor) | on<K>().set(borrow<Qkv>(run)[on<K>()]) |
                        on<V>(token(0)).set(owned[on<V>(token(0))]) | on<V>(token(1)).set(owned.view()[on<V>()]) |
                        on<V>(tokens(index)).add(1) | on<Q>(mask(all)).steer(direction, 1);
    const at::Tensor before = borrow<Qkv>(counting()) | recipe;
    tensor.fill_(-1);
    run.fill_(-1);
    owned[on<Qkv>()] = -1;
    index.fill_(2);
    direction.fill_(-1);
    all.fill_(false);
    CHECK((borrow<Qkv>(counting()) | recipe).unsafe_tensor().equal(before));
}

TEST_CASE("an Owned can be given to an edit, which copies it or takes it over") {
    Owned<Q<2>> mine = borrow<Q<2>>(at::ones({3, 2})).clone();
    const auto copied = on<Q>().set(mine);
    mine[on<Q>()] = 5;
    CHECK(query_of(borrow<Qkv>(counting()) | copied).equal(at::ones({3, 2})));
    const void* storage = mine.unsafe_tensor().data_ptr();
    const auto taken = on<Q>().set(std::move(mine));
    CHECK(query_of(borrow<Qkv>(counting()) | taken).equal(at::full({3, 2}, 5.0f)));
    CHECK(storage == Access::tensor(taken.operation.given).data_ptr());
    CHECK(says(message_of<OwnershipError>([&] { (void)mine.clone(); }), "moved"));
}

TEST_CASE("a temporary result is a tensor") {
    const at::Tensor edited = borrow<Qkv>(counting()) | silence;
    CHECK(edited.equal((borrow<Qkv>(counting()) | silence).take()));
    CHECK_NOTHROW((void)adopt<Qkv>(at::Tensor(borrow<Qkv>(counting()) | silence)));
}

TEST_CASE("an Owned that was given up cannot be edited silently") {
    auto owned = borrow<Qkv>(counting()).clone();
    (void)std::move(owned).take();
    CHECK(says(message_of<OwnershipError>([&] { owned |= silence; }), "moved"));
    CHECK(says(message_of<OwnershipError>([&] { (void)(std::move(owned) | silence); }), "moved"));
    CHECK_THROWS_AS((void)(owned.view() | silence), Error);
}

TEST_CASE("an Owned made in inference mode can only be edited there") {
    std::optional<Owned<Qkv>> owned;
    {
        const c10::InferenceMode inference;
        owned = borrow<Qkv>(counting()) | silence;
        CHECK_NOTHROW(*owned |= silence);
    }
    CHECK(message_of<OwnershipError>([&] { *owned |= silence; }) ==
          "this Owned was made in inference mode and can only be edited there: clone() it first");
    auto copy = owned->clone();
    CHECK_NOTHROW(copy |= silence);
    CHECK_NOTHROW((void)(owned->view() | silence));
}

TEST_CASE("recording gradients changes only the history of the result") {
    const at::Tensor leaf = counting().requires_grad_();
    const auto with = borrow<Qkv>(leaf) | silence;
    CHECK(with.requires_grad());
    const at::NoGradGuard no_grad;
    const auto without = borrow<Qkv>(leaf) | silence;
    CHECK_FALSE(without.requires_grad());
    CHECK(without.unsafe_tensor().equal(with.unsafe_tensor()));
}

TEST_CASE("the unedited part and an injected tensor get their gradients") {
    const at::Tensor leaf = counting().requires_grad_(), injected = at::ones({2}).requires_grad_();
    (borrow<Qkv>(leaf) | on<Q>(token(1)).set(injected) | on<V>().multiply(3)).sum().backward();
    CHECK(injected.grad().equal(at::ones({2})));
    const at::Tensor expected = at::ones({3, 6});
    expected[1].narrow(0, 0, 2).zero_();
    expected.narrow(-1, 4, 2).fill_(3);
    CHECK(leaf.grad().equal(expected));
}

TEST_CASE("an expanded or transposed source is edited in a contiguous copy") {
    const at::Tensor row = at::arange(6, at::kFloat);
    const auto edited = borrow<Qkv>(row.expand({3, 6})) | silence;
    CHECK(edited.unsafe_tensor()[0][1].item<float>() == 1);
    CHECK(edited.unsafe_tensor()[1][1].item<float>() == 0);
    CHECK(row.equal(at::arange(6, at::kFloat)));
}

TEST_CASE("a tensor without data is edited by shape") {
    const at::Tensor meta = at::empty({3, 6}, at::kMeta);
    CHECK((borrow<Qkv>(meta) | silence).device().is_meta());
}

TEST_CASE("pipes that would lose or corrupt something do not compile") {
    using Silence = decltype(silence);
    static_assert(can_pipe<View<Qkv>, Silence>);
    static_assert(can_pipe<View<Qkv>&, Silence>);
    static_assert(can_pipe<const View<Qkv>&, Silence>);
    static_assert(can_pipe<Owned<Qkv>, Silence>);
    static_assert(!can_pipe<Owned<Qkv>&, Silence>);
    static_assert(!can_pipe<const Owned<Qkv>&, Silence>);
    static_assert(!can_pipe<const Owned<Qkv>, Silence>);
    static_assert(!can_pipe<Silence, View<Qkv>>);
    static_assert(!can_pipe<at::Tensor, Silence>);
    static_assert(!can_pipe<at::Tensor&, Silence>);
    static_assert(!can_pipe<const at::Tensor&, Silence>);
    static_assert(can_assign<Owned<Qkv>&, Silence>);
    static_assert(!can_assign<const Owned<Qkv>&, Silence>);
    static_assert(!can_assign<Owned<Qkv>, Silence>);
    static_assert(!can_assign<View<Qkv>&, Silence>);
    static_assert(!can_assign<at::Tensor&, Silence>);
    CHECK_FALSE(can_assign<const at::Tensor&, Silence>);
}

TEST_CASE("a recipe that does not fit the layout does not compile") {
    using Foreign = decltype(foreign);
    static_assert(!can_pipe<View<Qkv>, Foreign>);
    static_assert(!can_pipe<Owned<Qkv>, Foreign>);
    static_assert(!can_pipe<Owned<Qkv>&, Foreign>);
    static_assert(!can_assign<Owned<Qkv>&, Foreign>);
    static_assert(!can_pipe<View<Qkv>, decltype(silence | foreign)>);
    static_assert(!can_pipe<View<Qkv>, decltype(on<Q>(head<1>).zero())>);
    static_assert(!can_pipe<View<Qkv>, decltype(on<Q>())>);
    static_assert(!can_assign<Owned<Qkv>&, decltype(on<Q>())>);
    static_assert(!can_pipe<decltype(silence), decltype(on<Q>())>);
    static_assert(!can_pipe<decltype(on<Q>()), decltype(silence)>);
    static_assert(!can_pipe<decltype(on<Q>()), decltype(on<Q>())>);
    static_assert(!can_pipe<View<K<2>>, decltype(silence)>);
    static_assert(!can_pipe<View<Qkv>, decltype(on<Q>().set(std::declval<View<K<2>>>()))>);
    CHECK(can_pipe<View<Q<2>>, decltype(silence)>);
}

namespace reached {
using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using suture_test::message_of;
using suture_test::says;

Owned<Qkv> ones() { return borrow<Qkv>(at::ones({3, 6})).clone(); }
const char* const noticed = "a function given to apply() wrote, moved or destroyed the Owned that is being edited";
}  // namespace reached

TEST_CASE("a function given to apply() that writes the Owned being edited is noticed") {
    using namespace reached;
    Owned<reached::Qkv> mine = ones();
    CHECK(says(message_of<OwnershipError>([&] {
                   mine |= on<Q>().apply([&](at::Tensor t) {
                       mine[on<K>()] = 7;
                       return t.mul(2);
                   });
               }),
               noticed));
    CHECK(mine[on<Q>()].clone().equal(at::ones({3, 2})));
}

TEST_CASE("a function given to apply() that takes or destroys the Owned being edited is noticed") {
    using namespace reached;
    std::optional<Owned<reached::Qkv>> mine = ones();
    CHECK(says(message_of<OwnershipError>([&] {
                   *mine |= on<Q>().apply([&](at::Tensor t) {
                       mine.reset();
                       return t;
                   }) | on<K>().zero();
               }),
               noticed));
    mine = ones();
    at::Tensor taken;
    CHECK(says(message_of<OwnershipError>([&] {
                   *mine |= on<Q>().apply([&](at::Tensor t) {
                       taken = std::move(*mine).take();
                       return t;
                   });
               }),
               noticed));
    CHECK(taken.equal(at::ones({3, 6})));
}

TEST_CASE("an Owned is unchanged if LibTorch refuses an operator after another edit was made") {
    using namespace reached;
    Owned<reached::Qkv> half = borrow<reached::Qkv>(at::ones({3, 6}, at::kComplexHalf)).clone();
    try {
        half |= on<K>().set(0.5) | on<Q>(dims({1})).set(0.25);
    } catch (const std::exception&) {
        CHECK(half.unsafe_tensor().to(at::kComplexFloat).equal(at::ones({3, 6}, at::kComplexFloat)));
    }
}

TEST_CASE("a bool is the number 0 or 1 for every operation") {
    using namespace reached;
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16, at::kLong}) {
        Owned<reached::Qkv> mine = borrow<reached::Qkv>(at::full({3, 6}, 3, dtype)).clone();
        mine |= on<Q>().subtract(true) | on<K>(dims({1})).add(true) | on<V>(tokens({0, 2})).multiply(false);
        CHECK(mine[on<Q>()].clone().equal(at::full({3, 2}, 2, dtype)));
        CHECK(mine[on<K>(dims({1}))].clone().equal(at::full({3, 1}, 4, dtype)));
        CHECK(mine[on<V>(token(0))].clone().equal(at::zeros({2}, dtype)));
        CHECK(mine[on<V>(token(1))].clone().equal(at::full({2}, 3, dtype)));
    }
}

TEST_CASE("the tangents of forward-mode differentiation flow through edits, copies and injected values") {
    using namespace reached;
    const auto level = torch::autograd::forward_ad::enter_dual_level();
    {
        const at::Tensor x = at::ones({3, 6}),
                         dual = at::_make_dual(x, at::full({3, 6}, 2.0f), static_cast<Index>(level));
        const auto tangent = [&](const at::Tensor& t) { return t._fw_grad(level); };
        const at::Tensor edited = borrow<reached::Qkv>(dual) | on<Q>().zero() | on<K>().multiply(3);
        CHECK(tangent(edited).equal(at::tensor({0.0f, 0.0f, 6.0f, 6.0f, 2.0f, 2.0f}).expand({3, 6})));
        CHECK(tangent(borrow<reached::Qkv>(dual).clone().take()).equal(at::full({3, 6}, 2.0f)));
        const at::Tensor injected = borrow<reached::Qkv>(x) | on<Q>().set(borrow<reached::Qkv>(dual)[on<Q>()]);
        CHECK(tangent(injected).narrow(-1, 0, 2).equal(at::full({3, 2}, 2.0f)));
        const at::NoGradGuard no_grad;
        CHECK(tangent(borrow<reached::Qkv>(dual).read([](const at::Tensor& t) { return t.mul(1); })).defined());
    }
    torch::autograd::forward_ad::exit_dual_level(level);
}

TEST_CASE("gradients reach an injected View although the edit was made where gradients are disabled") {
    using namespace reached;
    const at::Tensor source = at::ones({3, 6}).requires_grad_();
    const auto inject = [&] {
        const at::NoGradGuard no_grad;
        return on<Q>().set(borrow<reached::Qkv>(source)[on<Q>()]) |
               on<K>(token(1)).set(borrow<reached::Qkv>(source)[on<K>(token(2))]);
    }();
    const at::Tensor edited = borrow<reached::Qkv>(at::zeros({3, 6})) | inject;
    edited.sum().backward();
    CHECK(source.grad().narrow(-1, 0, 2).equal(at::ones({3, 2})));
    CHECK(source.grad()[2].narrow(-1, 2, 2).equal(at::ones({2})));
    CHECK(source.grad().sum().item<float>() == 8);
}
