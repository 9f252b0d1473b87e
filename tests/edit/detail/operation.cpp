#include <suture/edit/detail/operation.hpp>

#include <suture/edit/apply.hpp>
#include <suture/edit/on.hpp>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "doctest.hpp"
#include "message.hpp"

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;
using ByHead = Grouped<4, Q<2>, K<1>, V<1>>;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

at::Tensor counting(at::ScalarType type = at::kFloat) { return at::arange(80).reshape({2, 5, 8}).to(type); }

/// The query of the activation after the edit.
template <AnyRecipe R>
at::Tensor query(const at::Tensor& x, const R& recipe) {
    const Owned<Qkv> edited = borrow<Qkv>(x) | recipe;
    return edited[on<Q>()].clone().take();
}
template <class Kind, AnyRecipe R>
std::string refusal(const R& recipe, const at::Tensor& x = counting()) {
    return message_of<Kind>([&] { (void)(borrow<Qkv>(x) | recipe); });
}
at::Tensor q_of(const at::Tensor& x) { return x.narrow(-1, 0, 4); }

}  // namespace

TEST_CASE("set, add and multiply accept numbers, broadcastable tensors and zero") {
    const at::Tensor x = counting();
    const at::Tensor channel = at::tensor({1.0f, 2.0f, 3.0f, 4.0f});
    CHECK(query(x, on<Q>().set(2.5)).equal(at::full({2, 5, 4}, 2.5f)));
    CHECK(query(x, on<Q>().zero()).equal(at::zeros({2, 5, 4})));
    CHECK(query(x, on<Q>().add(channel)).equal(q_of(x) + channel));
    CHECK(query(x, on<Q>().multiply(channel)).equal(q_of(x) * channel));
    CHECK(query(x, on<Q>().multiply(-1)).equal(-q_of(x)));
    CHECK(query(x, on<Q>(head<1>, token(0)).set(at::full({2, 2}, 9.0f)))
              .select(1, 0)
              .narrow(-1, 2, 2)
              .equal(at::full({2, 2}, 9.0f)));
}

TEST_CASE("subtract and divide accept numbers, broadcastable tensors, Views and places") {
    const at::Tensor x = counting();
    const at::Tensor channel = at::tensor({1.0f, 2.0f, 3.0f, 4.0f});
    CHECK(query(x, on<Q>().subtract(2.5)).equal(q_of(x) - 2.5));
    CHECK(query(x, on<Q>().subtract(channel)).equal(q_of(x) - channel));
    CHECK(query(x, on<Q>().divide(4)).equal(q_of(x) / 4));
    CHECK(query(x, on<Q>().divide(channel)).equal(q_of(x) / channel));
    CHECK(query(x, on<Q>().subtract(borrow<Qkv>(x)[on<Q>()])).eq(0).all().item<bool>());
    CHECK(query(x, on<Q>(token(1)).subtract(borrow<Qkv>(x)[on<Q>(token(0))]))
              .select(1, 1)
              .equal(q_of(x).select(1, 1) - q_of(x).select(1, 0)));
    CHECK(query(counting(at::kLong), on<Q>().subtract(3)).equal(q_of(counting(at::kLong)) - 3));
    CHECK(refusal<TypeError>(on<Q>().divide(2), counting(at::kLong)) ==
          "Q /= 2: division gives fractions but the activation is int64: convert it with to()");
    CHECK(says(refusal<TypeError>(on<Q>().subtract(1), counting(at::kBool)), "bool", "use set"));
}

TEST_CASE("a place that was named is injected as it is, wherever the edit is") {
    const at::Tensor other = counting() + 1000;
    const auto run = borrow<Qkv>(other);
    CHECK(query(counting(), on<Q>(token(2)).set(run[on<Q>(token(4))])).select(1, 2).equal(q_of(other).select(1, 4)));
    CHECK(query(counting(), on<Q>(head(0)).add(run[on<Q>(head(1))]))
              .narrow(-1, 0, 2)
              .equal(q_of(counting()).narrow(-1, 0, 2) + q_of(other).narrow(-1, 2, 2)));
    CHECK(says(refusal<ShapeError>(on<Q>(token(2)).set(run[on<Q>(tokens(0, 3))])), "but the edited one has [2, 4]"));
}

TEST_CASE("an injected View provides the part at the place of the edit") {
    const at::Tensor other = counting() + 1000;
    const auto run = borrow<Qkv>(other)[on<Q>()];
    CHECK(query(counting(), on<Q>(token(2)).set(run)).select(1, 2).equal(q_of(other).select(1, 2)));
    CHECK(query(counting(), on<Q>(token(2)).set(run)).select(1, 1).equal(q_of(counting()).select(1, 1)));
    CHECK(query(counting(), on<Q<4, 2>>(batch(1), tokens(1, 3), head<1>, dims<0, 1>).add(run))[1][2][2].item<float>() ==
          (counting() + other)[1][2][2].item<float>());
}

TEST_CASE("an injected View of another length takes its own token at the end") {
    const auto longer = borrow<Qkv>(at::arange(7 * 8, at::kFloat).reshape({1, 7, 8}))[on<Q>()];
    CHECK(query(counting(), on<Q>(token(-1)).set(longer)).select(1, 4)[1].equal(longer.unsafe_tensor()[0][6]));
    CHECK(says(refusal<PositionError>(on<Q>(token(6)).set(longer)), "token 6 is outside the activation", "has 5"));
    const auto shorter = borrow<Qkv>(at::zeros({1, 3, 8}))[on<Q>()];
    CHECK(says(refusal<PositionError>(on<Q>(token(4)).set(shorter)), "token 4 is outside the injected View", "has 3"));
    CHECK_THROWS_AS((void)query(counting(), on<Q>().set(shorter)), ShapeError);
}

TEST_CASE("a View of a single vector is used at every edited position") {
    const at::Tensor vector = at::arange(8, at::kFloat);
    const auto query_of = [&](const auto& recipe) { return query(counting(), recipe); };
    const auto view = borrow<Qkv>(vector)[on<Q>()];
    CHECK(query_of(on<Q>().set(view)).equal(vector.slice(0, 0, 4).expand_as(query_of(on<Q>().zero()))));
    CHECK(query_of(on<Q>(token(1)).set(view)).equal(query_of(on<Q>(token(1)).set(vector.slice(0, 0, 4)))));
    CHECK(query_of(on<Q>(head<1>).set(view)).equal(query_of(on<Q>(head<1>).set(vector.slice(0, 2, 4)))));
}

TEST_CASE("a message about a place missing in an injected View names the View, not the activation") {
    const auto shorter = borrow<Qkv>(at::zeros({1, 3, 8}))[on<Q>()], flat = borrow<Qkv>(at::zeros({5, 8}))[on<Q>()];
    CHECK(says(refusal<PositionError>(on<Q>(batch(1)).set(shorter)), "batch row 1 is outside the injected View"));
    CHECK(says(refusal<PositionError>(on<Q>(tokens(1, 5)).add(shorter)),
               "reaches beyond the injected View, which has 3"));
    CHECK(says(refusal<ShapeError>(on<Q>(batch(1)).set(flat)), "the injected View has shape [5, 4], with 1 axes"));
    const auto rows = borrow<Qkv>(at::zeros({2, 1, 5, 8}))[on<Q>()];
    CHECK(
        says(refusal<ShapeError>(on<Q>(token(1)).set(rows)), "the injected View has shape [2, 1, 5, 4], with 3 axes"));
    CHECK(says(refusal<ShapeError>(on<Q>(mask(at::ones({2, 5}, at::kBool))).set(shorter)),
               "the mask has shape [2, 5] but the positions of the injected View have [1, 3]"));
    CHECK(says(refusal<ShapeError>(on<Q>(token(at::zeros({2}, at::kLong))).set(shorter)),
               "the token index has shape [2] but the rows of the injected View have [1]"));
}

TEST_CASE("an injected View can be combined with positions that differ from row to row") {
    const at::Tensor other = counting() + 1000, rows = at::tensor({4, 1}, at::kLong);
    const at::Tensor edited = query(counting(), on<Q>(token(rows)).set(borrow<Qkv>(other)[on<Q>()]));
    CHECK(edited[0][4].equal(q_of(other)[0][4]));
    CHECK(edited[1][1].equal(q_of(other)[1][1]));
    CHECK(edited[1][2].equal(q_of(counting())[1][2]));
}

TEST_CASE("an injected View in groups provides the part of each group") {
    const at::Tensor x = at::arange(32, at::kFloat).reshape({2, 16}), other = x + 1000;
    const auto run = borrow<ByHead>(other)[on<Q>()];
    const auto result = borrow<ByHead>(x) | on<Q>(token(1), head<2>).set(run);
    const at::Tensor expected = x.clone();
    expected[1].narrow(0, 8, 2).copy_(other[1].narrow(0, 8, 2));
    CHECK(result.unsafe_tensor().equal(expected));
}

TEST_CASE("clamp limits the part to its bounds, and an infinite bound has no effect") {
    const at::Tensor x = counting() - 40;
    CHECK(query(x, on<Q>().clamp(-3, 3)).equal(q_of(x).clamp(-3, 3)));
    CHECK(query(x, on<Q>().clamp(-infinite, 3)).equal(q_of(x).clamp_max(3)));
    CHECK(query(x, on<Q>().clamp(-3, infinite)).equal(q_of(x).clamp_min(-3)));
    CHECK(query(x, on<Q>().clamp(2, 2)).equal(at::full({2, 5, 4}, 2.0f)));
}

TEST_CASE("clamp keeps NaN") {
    CHECK(query(at::full({1, 5, 8}, not_a_number, at::kFloat), on<Q>().clamp(0, 1)).isnan().all().item<bool>());
}

TEST_CASE("clamp keeps large integers exact") {
    const std::int64_t large = (std::int64_t{1} << 53) + 1;
    const at::Tensor x = at::full({1, 8}, large, at::kLong);
    CHECK(query(x, on<Q>().clamp(0, infinite)).eq(large).all().item<bool>());
    CHECK(query(at::full({1, 8}, 16777217, at::kInt), on<Q>().clamp(0, 2e9)).eq(16777217).all().item<bool>());
}

TEST_CASE("a bound beyond the range of the dtype has no effect or is refused before anything is written") {
    for (const at::ScalarType type : {at::kHalf, at::kFloat}) {
        auto owned = borrow<Qkv>(counting(type)).clone();
        try {
            owned |= on<K>().clamp(-1e300, 1e300);
        } catch (const ValueError&) {}
        CHECK(owned.unsafe_tensor().equal(counting(type)));
    }
}

TEST_CASE("clamp refuses reversed bounds, NaN and dtypes without an order") {
    CHECK(refusal<ValueError>(on<Q>().clamp(1, 0)) == "Q = clamp(1, 0): clamp from 1 to 0: give the lower bound first");
    CHECK(refusal<ValueError>(on<Q>().clamp(not_a_number, 1)) ==
          "Q = clamp(nan, 1): a bound of clamp is NaN: give a number, or infinity for no bound");
    CHECK(says(refusal<ValueError>(on<Q>().clamp(1, not_a_number)), "is NaN"));
    CHECK(says(refusal<TypeError>(on<Q>().clamp(0, 1), counting(at::kComplexFloat)), "clamp needs real numbers",
               "complex64"));
    CHECK(says(refusal<TypeError>(on<Q>().clamp(0, 1), counting(at::kBool)), "bool"));
    CHECK(says(refusal<ValueError>(on<Q>().clamp(0, 0.5), counting(at::kLong)), "0.5 does not fit int64"));
}

TEST_CASE("noise is drawn from the generator with the standard deviation, and zero noise changes nothing") {
    const at::Tensor x = at::zeros({64, 8});
    const auto noisy = [&](std::uint64_t seed) {
        return query(x, on<Q>().noise(2, at::detail::createCPUGenerator(seed)));
    };
    CHECK(noisy(1).equal(noisy(1)));
    CHECK_FALSE(noisy(1).equal(noisy(2)));
    const double deviation = noisy(3).std().item<double>();
    CHECK(deviation > 1.6);
    CHECK(deviation < 2.4);
    CHECK(query(x, on<Q>().noise(0)).equal(q_of(x)));
    CHECK(query(x.to(at::kHalf), on<Q>().noise(1)).scalar_type() == at::kHalf);
}

TEST_CASE("noise advances the generator") {
    const at::Generator generator = at::detail::createCPUGenerator(1);
    const auto recipe = on<Q>().noise(1, generator);
    CHECK_FALSE(query(counting(), recipe).equal(query(counting(), recipe)));
}

TEST_CASE("noise refuses impossible deviations and integers") {
    CHECK(refusal<ValueError>(on<Q>().noise(-1)) ==
          "Q += noise(-1): noise of standard deviation -1: give a finite one, 0 or more");
    CHECK(says(refusal<ValueError>(on<Q>().noise(1e39)), "1e+39 does not fit float32"));
    CHECK(says(refusal<ValueError>(on<Q>().noise(1e6), counting(at::kHalf)), "1e+06 does not fit float16"));
    CHECK_THROWS_AS((void)query(counting(), on<Q>().noise(infinite)), ValueError);
    CHECK_THROWS_AS((void)query(counting(), on<Q>().noise(not_a_number)), ValueError);
    CHECK(refusal<TypeError>(on<Q>().noise(1), counting(at::kLong)) ==
          "Q += noise(1): noise needs floating-point numbers but the activation is int64: convert it with to()");
}

TEST_CASE("mean_over averages over tokens, rows or both within the selection") {
    const at::Tensor x = counting();
    CHECK(query(x, on<Q>().mean_over(Axis::token)).equal(q_of(x).mean(1, true).expand({2, 5, 4})));
    CHECK(query(x, on<Q>().mean_over(Axis::batch)).equal(q_of(x).mean(0, true).expand({2, 5, 4})));
    CHECK(query(x, on<Q>().mean_over(Axis::batch, Axis::token))
              .equal(q_of(x).mean(at::IntArrayRef({0, 1}), true).expand({2, 5, 4})));
    CHECK(query(x, on<Q>(tokens(1, 3)).mean_over(Axis::token))
              .narrow(1, 1, 2)
              .equal(q_of(x).narrow(1, 1, 2).mean(1, true).expand({2, 2, 4})));
    CHECK(query(x, on<Q>(batch(1)).mean_over(Axis::token))[1].equal(q_of(x)[1].mean(0, true).expand({5, 4})));
    CHECK(query(x, on<Q>(token(2)).mean_over(Axis::batch))
              .select(1, 2)
              .equal(q_of(x).select(1, 2).mean(0, true).expand({2, 4})));
    CHECK(query(x[0], on<Q>().mean_over(Axis::token)).equal(q_of(x)[0].mean(0, true).expand({5, 4})));
}

TEST_CASE("mean_over averages over the positions of a mask or of each row's tokens") {
    const at::Tensor x = counting();
    const at::Tensor chosen = at::zeros({2, 5}, at::kBool);
    chosen[0][1].fill_(true);
    chosen[1][3].fill_(true);
    const at::Tensor mean = (q_of(x)[0][1] + q_of(x)[1][3]) / 2;
    CHECK(query(x, on<Q>(mask(chosen)).mean_over(Axis::batch, Axis::token))[1][3].equal(mean));
    const at::Tensor rows = at::tensor({0, 1, 3, 4}, at::kLong).reshape({2, 2});
    CHECK(query(x, on<Q>(tokens(rows)).mean_over(Axis::token))[1][4].equal((q_of(x)[1][3] + q_of(x)[1][4]) / 2));
}

TEST_CASE("mean_over of a mask of tokens alone averages over the token axis") {
    const at::Tensor x = counting()[0], chosen = at::zeros({5}, at::kBool);
    chosen[1].fill_(true);
    chosen[3].fill_(true);
    const at::Tensor edited = query(x, on<Q>(mask(chosen)).mean_over(Axis::token));
    CHECK(edited[1].equal((q_of(x)[1] + q_of(x)[3]) / 2));
    CHECK(edited[3].equal(edited[1]));
    CHECK(edited[2].equal(q_of(x)[2]));
    for (const std::string& refused : {refusal<ValueError>(on<Q>(mask(chosen)).mean_over(Axis::batch, Axis::token), x),
                                       refusal<ValueError>(on<Q>().mean_over(Axis::batch, Axis::token), x)})
        CHECK(says(refused, "mean_over(Axis::batch) without a batch axis"));
}

TEST_CASE("mean_over refuses missing axes") {
    CHECK(says(refusal<ValueError>(on<Q>(token(1)).mean_over(Axis::token)), "mean_over(Axis::token) of one token"));
    CHECK(says(refusal<ValueError>(on<Q>(batch(1)).mean_over(Axis::batch)),
               "mean_over(Axis::batch) without a batch axis"));
    CHECK(says(refusal<ValueError>(on<Q>().mean_over(Axis::batch), counting()[0]), "without a batch axis"));
    CHECK_THROWS_AS((void)query(counting()[0][0], on<Q>().mean_over(Axis::token)), ValueError);
    CHECK(says(refusal<ValueError>(on<Q>(mask(at::ones({2, 5}, at::kBool))).mean_over(Axis::token)), "a mask",
               "Axis::batch and Axis::token"));
    CHECK(says(refusal<TypeError>(on<Q>().mean_over(Axis::token), counting(at::kInt)), "floating-point", "int32"));
}

TEST_CASE("project_out removes only the component along the direction") {
    const at::Tensor along = at::tensor({0.0f, 3.0f, 0.0f, 0.0f});
    const at::Tensor edited = query(counting(), on<Q>().project_out(along));
    CHECK(edited.select(-1, 1).abs().max().item<float>() == 0);
    CHECK(edited.select(-1, 2).equal(q_of(counting()).select(-1, 2)));
}

TEST_CASE("project_out accepts one direction per head") {
    const at::Tensor a_head = at::tensor({1.0f, 0.0f, 0.0f, 1.0f}).reshape({2, 2});
    const at::Tensor edited = query(counting(), on<Q<4, 2>>(heads<0, 2>).project_out(a_head));
    CHECK(edited.select(-1, 0).abs().max().item<float>() == 0);
    CHECK(edited.select(-1, 3).abs().max().item<float>() == 0);
    CHECK(edited.select(-1, 1).equal(q_of(counting()).select(-1, 1)));
}

TEST_CASE("steer moves by the amount, whatever the length of the direction") {
    const at::Tensor along = at::tensor({0.0f, 0.0f, 4.0f, 0.0f});
    CHECK(query(counting(), on<Q>().steer(along, 2)).select(-1, 2).equal(q_of(counting()).select(-1, 2) + 2));
    CHECK(query(counting(), on<Q>().steer(along, -0.5)).select(-1, 0).equal(q_of(counting()).select(-1, 0)));
}

TEST_CASE("steer refuses an amount that is not finite or does not fit the dtype") {
    const at::Tensor along = at::ones({4});
    CHECK(refusal<ValueError>(on<Q>().steer(along, not_a_number)) ==
          "Q += nan along float32 [4]: steer by nan: give a finite amount");
    CHECK(says(refusal<ValueError>(on<Q>().steer(along, -infinite)), "steer by -inf"));
    CHECK(says(refusal<ValueError>(on<Q>().steer(along, 1e39)), "1e+39 does not fit float32"));
    CHECK(says(refusal<ValueError>(on<Q>().steer(along.to(at::kHalf), 1e6), counting(at::kHalf)),
               "1e+06 does not fit float16"));
}

TEST_CASE("every operation accepts an activation without data") {
    const at::Tensor meta = at::empty({2, 5, 8}, at::kMeta), along = at::empty({4}, at::kMeta);
    const auto recipe = on<Q>().set(1) | on<Q>().multiply(along) | on<Q>().clamp(-1, 1) | on<Q>().noise(0.1) |
                        on<Q>().mean_over(Axis::token) | on<Q>().project_out(along) | on<Q>(token(1)).steer(along, 2) |
                        on<Q>().apply([](at::Tensor t) { return t.exp(); });
    const at::Tensor edited = query(meta, recipe);
    CHECK(edited.is_meta());
    CHECK(edited.sizes() == at::IntArrayRef({2, 5, 4}));
    const at::Tensor half = meta.to(at::kHalf);
    CHECK(query(half, on<Q>().project_out(along.to(at::kHalf))).scalar_type() == at::kHalf);
}

TEST_CASE("a zero or infinite direction is refused") {
    for (const double value : {0.0, not_a_number, infinite}) {
        const at::Tensor nowhere = at::full({4}, value, at::kFloat);
        CHECK(
            says(refusal<ValueError>(on<Q>().project_out(nowhere)), "the direction has length zero or is not finite"));
        CHECK_THROWS_AS((void)query(counting(), on<Q>().steer(nowhere, 1)), ValueError);
    }
}

TEST_CASE("a very long or short direction is accepted") {
    for (const double value : {1e-30, 1e30}) {
        const at::Tensor along = at::full({4}, value, at::kFloat);
        CHECK(refusal<ValueError>(on<Q>().steer(along, 2)) == "nothing was thrown");
    }
}

TEST_CASE("a direction of another shape, dtype or device is refused") {
    CHECK(says(refusal<ShapeError>(on<Q>().project_out(at::ones({3}))), "the direction has shape [3]", "[2, 5, 4]"));
    CHECK(says(refusal<ShapeError>(on<Q>().project_out(at::scalar_tensor(1.0f))), "[]"));
    CHECK(says(refusal<ShapeError>(on<Q>().project_out(at::ones({1}))), "[1]"));
    CHECK(says(refusal<ShapeError>(on<Q>().steer(at::ones({3, 1, 4}), 1)), "[3, 1, 4]"));
    CHECK(
        says(refusal<TypeError>(on<Q>().steer(at::ones({4}, at::kDouble), 1)), "the direction is float64", "float32"));
    CHECK(says(refusal<TypeError>(on<Q>().steer(at::ones({4}, at::kMeta), 1)), "the direction is on meta"));
    CHECK(
        says(refusal<TypeError>(on<Q>().project_out(at::ones({4}, at::kLong)), counting(at::kLong)), "floating-point"));
}

TEST_CASE("apply receives a copy, and its result replaces the part") {
    const at::Tensor x = counting();
    CHECK(query(x, on<Q>(token(1)).apply([](at::Tensor t) { return t.add_(1).mul_(2); }))
              .select(1, 1)
              .equal((q_of(x).select(1, 1) + 1) * 2));
    CHECK(query(x, on<Q>().apply([](const at::Tensor& t) { return t.mean(-1, true); }))
              .select(-1, 3)
              .equal(q_of(x).mean(-1)));
    CHECK(x.equal(counting()));
}

TEST_CASE("the result of apply is checked, and the message says that apply returned it") {
    CHECK(says(refusal<TypeError>(on<Q>().apply([](at::Tensor) { return at::Tensor(); })), "apply()", "undefined"));
    CHECK(says(refusal<ShapeError>(on<Q>().apply([](at::Tensor) { return at::ones({3}); })), "apply()", "[3]",
               "[2, 5, 4]"));
    CHECK(says(refusal<TypeError>(on<Q>().apply([](at::Tensor t) { return t.to(at::kDouble); })), "apply()", "float64",
               "float32"));
}

TEST_CASE("computations with 16-bit floats use float32 where it matters") {
    const at::Tensor x = at::full({1, 512, 8}, 300.0f).to(at::kHalf);
    CHECK(query(x, on<Q>().mean_over(Axis::token)).equal(q_of(x)));
    const at::Tensor projected = query(x, on<Q>().project_out(at::ones({4}).to(at::kHalf)));
    CHECK(projected.abs().max().item<float>() == 0);
}

TEST_CASE("integers and bools can be set if the values fit") {
    CHECK(query(counting(at::kLong), on<Q>().set(7)).eq(7).all().item<bool>());
    CHECK(query(counting(at::kLong), on<Q>().add(-1)).equal(q_of(counting(at::kLong)) - 1));
    CHECK(query(counting(at::kBool), on<Q>().set(false)).any().item<bool>() == false);
    CHECK(says(refusal<ValueError>(on<Q>().multiply(0.5), counting(at::kInt)), "0.5 does not fit int32"));
    CHECK(says(refusal<TypeError>(on<Q>().multiply(1), counting(at::kBool)), "bool", "use set"));
}

TEST_CASE("a complex activation can be edited with numbers and complex tensors") {
    const at::Tensor z = at::complex(counting(), counting() + 1), turn = at::complex(at::zeros({}), at::ones({}));
    CHECK(query(z, on<Q>().multiply(turn)).equal(q_of(z) * turn));
    CHECK(query(z.conj(), on<Q>().multiply(2)).equal(q_of(z.conj()) * 2));
    CHECK(says(refusal<TypeError>(on<Q>().set(turn)), "complex64", "float32"));
}

TEST_CASE("backward works through every operation, applied in turn to the same part") {
    const at::Tensor x = counting(at::kDouble).div_(80).requires_grad_();
    const at::Tensor factor = at::full({4}, 3.0, at::kDouble).requires_grad_();
    const at::Tensor along = at::tensor({1.0, 2.0, 0.0, 1.0}, at::kDouble).requires_grad_();
    const auto recipe = on<Q>().multiply(factor) | on<Q>().multiply(factor) | on<Q>().clamp(-1, 1) |
                        on<Q>().project_out(along) | on<Q>().steer(along, 2) | on<Q>().mean_over(Axis::token) |
                        on<Q>().noise(0.1) | on<Q>().apply([](at::Tensor t) { return t.exp(); }) |
                        on<Q>(token(0)).multiply(factor);
    (borrow<Qkv>(x) | recipe).sum().backward();
    CHECK(x.grad().isfinite().all().item<bool>());
    CHECK(factor.grad().abs().sum().item<double>() > 0);
    CHECK(along.grad().abs().sum().item<double>() > 0);
    CHECK(x.grad().narrow(-1, 4, 4).eq(1).all().item<bool>());
}

TEST_CASE("a tensor recorded in inference mode can be injected where gradients are recorded") {
    at::Tensor recorded;
    {
        const c10::InferenceMode inference;
        recorded = at::full({4}, 2.0f);
    }
    const at::Tensor x = counting().requires_grad_();
    CHECK(refusal<TypeError>(on<Q>().set(recorded), x) == "nothing was thrown");
    CHECK(refusal<TypeError>(on<Q>().multiply(recorded), x) == "nothing was thrown");
    CHECK(refusal<TypeError>(on<Q>().project_out(recorded), x) == "nothing was thrown");
}
