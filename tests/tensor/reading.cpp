#include <suture/tensor/reading.hpp>

#include <suture/edit/on.hpp>
#include <suture/tensor/view.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using Twin = Fused<6, Q<2>, K<2>, Gate<2>>;

namespace {
template <class A, class B>
concept can_add = requires(const A& a, const B& b) {
    a + b;
};
template <class A, class B>
concept can_compare = requires(const A& a, const B& b) {
    a == b;
};
template <class A, class B>
concept can_equal = requires(const A& a, const B& b) {
    a.equal(b);
};
template <class T>
concept is_a_condition = requires(T t) {
    static_cast<bool>(t);
};

template <class Result>
concept can_read_as = requires(const View<Qkv>& v, Result (*f)(const at::Tensor&)) {
    v.read(f);
};

const at::Tensor x = at::arange(12, at::kFloat).reshape({2, 6});
const at::Tensor other = at::full({2, 6}, 3.0f);
}  // namespace

TEST_CASE("arithmetic with a number, a tensor or the same component gives an Owned") {
    const auto v = borrow<Qkv>(x);
    const auto w = borrow<Qkv>(other).clone();
    CHECK((v + 2).unsafe_tensor().equal(x + 2));
    CHECK((2 - v).unsafe_tensor().equal(2 - x));
    CHECK((2.5 * v).unsafe_tensor().equal(2.5 * x));
    CHECK((1 / (v + 1)).unsafe_tensor().equal(1 / (x + 1)));
    CHECK((v + other).unsafe_tensor().equal(x + other));
    CHECK((other - v).unsafe_tensor().equal(other - x));
    CHECK((v * w).unsafe_tensor().equal(x * other));
    CHECK((w / (v + 1)).unsafe_tensor().equal(other / (x + 1)));
    CHECK((-v).unsafe_tensor().equal(-x));
    static_assert(std::is_same_v<decltype(v + 2), Owned<Qkv>>);
    static_assert(std::is_same_v<decltype(other - v), Owned<Qkv>>);
    static_assert(std::is_same_v<decltype(v * w), Owned<Qkv>>);
    static_assert(std::is_same_v<decltype(w / v), Owned<Qkv>>);
    static_assert(std::is_same_v<decltype(-v), Owned<Qkv>>);
}

TEST_CASE("arithmetic and comparison between different components are refused: they would lose what they are") {
    static_assert(!can_add<View<Q<2>>, View<K<2>>>);
    static_assert(!can_add<View<Q<2>>, Owned<K<2>>>);
    static_assert(!can_compare<View<Q<2>>, View<K<2>>>);
    static_assert(!can_compare<Owned<Q<2>>, View<K<2>>>);
    static_assert(!can_equal<View<Q<2>>, View<K<2>>>);
    static_assert(!can_equal<View<Qkv>, View<Twin>>);
    static_assert(can_add<View<Q<2>>, View<Q<2>>> && can_compare<View<Q<2>>, Owned<Q<2>>>);
    // Their values are combined by name.
    const auto v = borrow<Qkv>(x);
    const at::Tensor product = v[on<Q>()].read(
        [&](const at::Tensor& q) { return v[on<K>()].read([&](const at::Tensor& k) { return q * k; }); });
    CHECK(product.equal(x.narrow(-1, 0, 2) * x.narrow(-1, 2, 2)));
    CHECK(can_equal<View<Q<2>>, Owned<Q<2>>>);
}

TEST_CASE("a piece is combined with pieces, numbers and tensors into a plain tensor") {
    const auto v = borrow<Qkv>(x);
    const auto first = v[on<Q>(token(0))];
    const auto second = v[on<K>(token(1))];
    static_assert(std::is_same_v<decltype(first * second), at::Tensor>);
    static_assert(std::is_same_v<decltype(2 * first), at::Tensor>);
    static_assert(std::is_same_v<decltype(-first), at::Tensor>);
    CHECK((first * second).equal(x[0].narrow(0, 0, 2) * x[1].narrow(0, 2, 2)));
    CHECK((first + 1).equal(x[0].narrow(0, 0, 2) + 1));
    CHECK((1 - first).equal(1 - x[0].narrow(0, 0, 2)));
    CHECK((first == second).sum().item<Index>() == 0);
    // With a View or an Owned the result is what that is.
    static_assert(std::is_same_v<decltype(v[on<Q>()] - first), Owned<Q<2>>>);
    static_assert(std::is_same_v<decltype(first - v[on<Q>()]), Owned<Q<2>>>);
    CHECK((v[on<Q>()] - first).unsafe_tensor().equal(x.narrow(-1, 0, 2) - x[0].narrow(0, 0, 2)));
    CHECK((first - v[on<Q>()]).unsafe_tensor().equal(x[0].narrow(0, 0, 2) - x.narrow(-1, 0, 2)));
}

TEST_CASE("results never share storage with what was read") {
    const auto v = borrow<Qkv>(x);
    CHECK_FALSE((v + 0).unsafe_tensor().is_alias_of(x));
    CHECK_FALSE((v * 1).unsafe_tensor().is_alias_of(x));
    CHECK_FALSE((v - at::zeros({})).unsafe_tensor().is_alias_of(x));
    CHECK_FALSE(v.clone().unsafe_tensor().is_alias_of(x));
    CHECK_FALSE(borrow<Qkv>(x[0].expand({3, 6})).clone().unsafe_tensor().is_alias_of(x));
    const at::Tensor one = at::ones({1});
    CHECK_FALSE(borrow<Gate<1>>(one).sum().is_alias_of(one));
    CHECK_FALSE(borrow<Gate<1>>(one).max().is_alias_of(one));
    CHECK_FALSE(borrow<Gate<1>>(one).mean(0).is_alias_of(one));
    CHECK_FALSE(borrow<Gate<1>>(one).norm(0).is_alias_of(one));
}

TEST_CASE("every type of number can be a factor") {
    const auto v = borrow<Qkv>(x);
    CHECK((v * 2l).equal(v * 2));
    CHECK((v * 2.0f).equal(v * 2));
    CHECK((v * short{2}).equal(v * 2));
    CHECK((v * 2u).equal(v * 2));
    CHECK((v * std::size_t{2}).equal(v * 2));
    CHECK((v * 2ll).equal(v * 2));
}

TEST_CASE("dtypes are promoted as in PyTorch") {
    const auto integers = borrow<Qkv>(at::full({1, 6}, 3, at::kLong));
    CHECK((integers / 2).dtype() == at::kFloat);
    CHECK((integers + 1).dtype() == at::kLong);
    CHECK((borrow<Qkv>(x) * at::ones({1}, at::kDouble)).dtype() == at::kDouble);
    CHECK((borrow<Qkv>(x.to(at::kHalf)) * 2.0).dtype() == at::kHalf);
}

TEST_CASE("a result that no longer fits its layout is refused") {
    const at::Tensor narrow = at::ones({1});
    CHECK(message_of<ShapeError>([&] {
              (void)(borrow<Gate<1>>(narrow) + at::ones({5, 7}));
          }) == "the result has shape [5, 7], which is not a Gate<1>: use read() for a plain tensor");
    CHECK((borrow<Qkv>(x) + at::ones({4, 1, 1})).sizes() == at::IntArrayRef({4, 2, 6}));
}

TEST_CASE("a sparse operand gives a dense Owned or an error of suture") {
    try {
        const auto product = borrow<Qkv>(x) * x.to_sparse();
        CHECK_FALSE(product.unsafe_tensor().is_sparse());
    } catch (const Error&) {}
}

TEST_CASE("an undefined operand is an error of suture") {
    CHECK(says(message_of<TypeError>([] { (void)(borrow<Qkv>(x) + at::Tensor()); }), "undefined"));
}

TEST_CASE("comparisons give a bool tensor, from either side") {
    const auto v = borrow<Qkv>(x);
    CHECK((v > 3).equal(x > 3));
    CHECK((3 > v).equal(x < 3));
    CHECK((v <= other).equal(x <= other));
    CHECK((other >= v).equal(x <= other));
    CHECK((v == v).all().item<bool>());
    CHECK_FALSE((v != v).any().item<bool>());
    CHECK((v == v.clone()).all().item<bool>());
    CHECK((v.clone() == v).all().item<bool>());
    CHECK((3 == v).equal(x == 3));
    CHECK((v != 3).equal(x != 3));
    CHECK((other == v).equal(x == other));
}

TEST_CASE("a comparison is not a condition, and a View is neither a number nor a tensor") {
    static_assert(can_compare<View<Qkv>, View<Qkv>>);
    static_assert(!is_a_condition<decltype(std::declval<View<Qkv>>() == std::declval<View<Qkv>>())>);
    static_assert(!is_a_condition<View<Qkv>>);
    static_assert(!std::is_convertible_v<View<Qkv>, at::Tensor>);
    static_assert(!std::is_convertible_v<at::Tensor, View<Qkv>>);
    static_assert(!std::is_convertible_v<Owned<Qkv>&, at::Tensor>);
    static_assert(!std::is_convertible_v<at::Tensor, Owned<Qkv>>);
    static_assert(!std::is_constructible_v<Owned<Qkv>, at::Tensor>);
    static_assert(!std::is_constructible_v<View<Qkv>, at::Tensor>);
    static_assert(!std::is_convertible_v<View<Qkv>, View<Twin>>);
    static_assert(!can_add<View<Qkv>, const char*>);
    static_assert(!can_add<View<Qkv>, std::nullptr_t>);
    CHECK(can_add<View<Qkv>, int>);
}

TEST_CASE("reductions are those of the tensor") {
    const auto v = borrow<Qkv>(x);
    CHECK(v.sum().item<float>() == 66);
    CHECK(v.sum(-1).equal(x.sum(-1)));
    CHECK(v.sum(0, true).equal(x.sum(0, true)));
    CHECK(v.mean().equal(x.mean()));
    CHECK(v.mean(-1).equal(x.mean(-1)));
    CHECK(v.norm().equal(x.norm()));
    CHECK(v.norm(-1, true).equal(x.norm(2, -1, true)));
    CHECK(v.max().item<float>() == 11);
    CHECK(v.min().item<float>() == 0);
    CHECK(v.argmax(-1).equal(x.argmax(-1)));
    CHECK(v.matmul(x.t()).equal(x.matmul(x.t())));
    CHECK(v[on<Q>()].matmul(at::ones({2, 3})).sizes() == at::IntArrayRef({2, 3}));
}

TEST_CASE("the shape, dtype and device are those of the tensor") {
    const auto k = borrow<Qkv>(x)[on<K>()];
    CHECK(k.sizes() == at::IntArrayRef({2, 2}));
    CHECK(k.size(-1) == 2);
    CHECK(k.dim() == 2);
    CHECK(k.numel() == 4);
    CHECK(k.dtype() == at::kFloat);
    CHECK(k.device().is_cpu());
    CHECK_FALSE(k.requires_grad());
}

TEST_CASE("equal compares shape, dtype and values, and NaN equals nothing") {
    const auto v = borrow<Qkv>(x);
    CHECK(v.equal(v.clone()));
    CHECK_FALSE(v.equal(borrow<Qkv>(x.to(at::kDouble))));
    CHECK_FALSE(v.equal(borrow<Qkv>(x[0])));
    CHECK_FALSE(v[on<Q>()].equal(v[on<Q>(token(0))]));
    const auto nan = borrow<Qkv>(at::full({6}, std::numeric_limits<float>::quiet_NaN()));
    CHECK_FALSE(nan.equal(nan));
}

TEST_CASE("read lends the tensor and returns the function's result") {
    const auto v = borrow<Qkv>(x);
    CHECK(v.read([](const at::Tensor& t) { return t.softmax(-1); }).equal(x.softmax(-1)));
    CHECK(v.read([](const at::Tensor& t) { return t.sum().item<double>(); }) == 66.0);
    int seen = 0;
    v.read([&](const at::Tensor&) { ++seen; });
    CHECK(seen == 1);
}

TEST_CASE("an alias of the storage returned by a read is cloned") {
    const auto v = borrow<Qkv>(x);
    CHECK_FALSE(v.read([](const at::Tensor& t) { return t; }).is_alias_of(x));
    CHECK_FALSE(v.read([](const at::Tensor& t) { return t.narrow(-1, 0, 2); }).is_alias_of(x));
    CHECK_FALSE(v.read([](const at::Tensor& t) -> const at::Tensor& { return t; }).is_alias_of(x));
    CHECK_FALSE(v.read([](const at::Tensor& t) { return t.detach(); }).is_alias_of(x));
    CHECK_FALSE(v.read([](const at::Tensor&) { return at::Tensor(); }).defined());
}

TEST_CASE("several aliases returned by a read are cloned") {
    const at::Tensor source = at::ones({2, 6});
    const auto parts = borrow<Qkv>(source).read([](const at::Tensor& t) { return t.split(2, -1); });
    parts.front().fill_(7);
    CHECK(source.equal(at::ones({2, 6})));
}

TEST_CASE("a read finds the aliases in tuples, optionals and containers of containers") {
    const at::Tensor source = at::ones({2, 6});
    const auto v = borrow<Qkv>(source);
    const auto by_name = v.read([](const at::Tensor& t) { return std::map<std::string, at::Tensor>{{"all", t}}; });
    CHECK_FALSE(by_name.at("all").is_alias_of(source));
    const auto pairs = v.read([](const at::Tensor& t) { return std::vector<std::pair<int, at::Tensor>>{{1, t}}; });
    CHECK_FALSE(pairs[0].second.is_alias_of(source));
    const auto deep = v.read([](const at::Tensor& t) {
        return std::tuple(std::list<std::vector<at::Tensor>>{{t[0]}, {t[1], t}}, std::optional(t), std::array{t, t});
    });
    CHECK_FALSE(std::get<0>(deep).front()[0].is_alias_of(source));
    CHECK_FALSE(std::get<0>(deep).back()[1].is_alias_of(source));
    CHECK_FALSE(std::get<1>(deep)->is_alias_of(source));
    CHECK_FALSE(std::get<2>(deep)[1].is_alias_of(source));
}

TEST_CASE("a read returns only types in which aliases can be found") {
    static_assert(can_read_as<void> && can_read_as<bool> && can_read_as<double> && can_read_as<at::ScalarType>);
    static_assert(can_read_as<std::string> && can_read_as<std::vector<bool>> && can_read_as<std::vector<std::string>>);
    static_assert(can_read_as<at::Tensor> && can_read_as<const at::Tensor&> && can_read_as<View<Qkv>>);
    static_assert(can_read_as<std::tuple<at::Tensor, at::Tensor>> && can_read_as<std::optional<at::Tensor>>);
    static_assert(can_read_as<std::map<std::string, std::vector<at::Tensor>>>);
    struct Named {
        std::string name;
        at::Tensor tensor;
    };
    static_assert(!can_read_as<Named>);
    static_assert(!can_read_as<std::vector<Named>>);
    static_assert(!can_read_as<float*>);
    static_assert(!can_read_as<at::ArrayRef<at::Tensor>>);
    static_assert(!can_read_as<std::shared_ptr<at::Tensor>>);
    CHECK_FALSE(can_read_as<std::filesystem::path>);
}

TEST_CASE("a sparse tensor returned by a read is passed on") {
    at::Tensor sparse;
    CHECK_NOTHROW(sparse = borrow<Qkv>(x).read([](const at::Tensor& t) { return t.to_sparse(); }));
    CHECK((sparse.defined() && sparse.is_sparse()));
}

TEST_CASE("a read that writes throws and names the alternative") {
    const at::Tensor source = at::zeros({2, 6});
    const auto v = borrow<Qkv>(source);
    CHECK(message_of<OwnershipError>([&] { v.read([](const at::Tensor& t) { return t.add_(1); }); }) ==
          "the function given to read() wrote to the tensor it was lent: return a new value, or clone() it and edit "
          "the clone");
    CHECK_THROWS_AS(v.read([](const at::Tensor& t) { t.narrow(-1, 0, 1).zero_(); }), OwnershipError);
}

TEST_CASE("an exception of the function given to read passes through") {
    CHECK_THROWS_WITH_AS(borrow<Qkv>(x).read([](const at::Tensor&) -> int { throw std::runtime_error("mine"); }),
                         "mine", std::runtime_error);
}

TEST_CASE("gradients flow through arithmetic and reductions") {
    const at::Tensor leaf = at::ones({2, 6}).requires_grad_();
    const auto v = borrow<Qkv>(leaf);
    CHECK(v.requires_grad());
    (v * 3 + v).sum().backward();
    CHECK(leaf.grad().equal(at::full({2, 6}, 4.0f)));
}

TEST_CASE("complex numbers can be read, also under a pending conjugation") {
    const at::Tensor z = at::complex(x, x + 1).conj();
    CHECK((borrow<Qkv>(z) * 2).unsafe_tensor().equal(z * 2));
    CHECK(borrow<Qkv>(z).clone().unsafe_tensor().equal(z.resolve_conj()));
}

TEST_CASE("a function given to read() that writes and then throws is noticed, in every mode of gradients") {
    using Qk = Fused<6, Q<2>, K<4>>;
    const auto check = [] {
        const at::Tensor x = at::ones({2, 6});
        const View<Qk> view = borrow<Qk>(x);
        CHECK_THROWS_AS(view.read([](const at::Tensor& t) {
            t.mul_(2);
            throw 1;
        }),
                        OwnershipError);
        CHECK_THROWS_AS(view.read([](const at::Tensor&) { throw 1; }), int);
    };
    check();
    const at::NoGradGuard no_grad;
    check();
    const c10::InferenceMode inference;
    check();
}

TEST_CASE("a View of what was lent is copied before it leaves read()") {
    using Qk = Fused<6, Q<2>, K<4>>;
    const auto check = [] {
        const at::Tensor x = at::ones({2, 6});
        const View<Qk> kept = borrow<Qk>(x).read([](const at::Tensor& t) { return borrow<Qk>(t); });
        x.zero_();
        CHECK(kept.sum().item<float>() == 12);
    };
    check();
    const at::NoGradGuard no_grad;
    check();
}

TEST_CASE("what LibTorch refuses is an error of suture that names the operation") {
    const at::Tensor x = at::ones({2, 6}), whole = at::ones({2, 6}, at::kLong);
    const View<Qkv> view = borrow<Qkv>(x);
    CHECK(says(message_of<PositionError>([&] { (void)view.sum(7); }), "sum: LibTorch refused it", "use read()"));
    CHECK(says(message_of<PositionError>([&] { (void)view.size(2); }), "size: LibTorch refused it"));
    CHECK(says(message_of<PositionError>([&] { (void)view.argmax(-3); }), "argmax: "));
    CHECK(says(message_of<ValueError>([&] { (void)borrow<Qkv>(whole).mean(); }), "mean: LibTorch refused it"));
    CHECK(says(message_of<ValueError>([&] { (void)view.matmul(at::ones({5, 2})); }), "matmul: "));
    CHECK(says(message_of<ValueError>([&] { (void)(view + at::ones({5})); }), "+: LibTorch refused it"));
    CHECK(says(message_of<ValueError>([&] { (void)(view == at::ones({5})); }), "==: LibTorch refused it"));
}
