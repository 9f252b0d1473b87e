#include <suture/tensor/detail/write.hpp>

#include <suture/edit/on.hpp>
#include <suture/tensor/view.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Owned<Qkv> zeros(at::ScalarType type) { return borrow<Qkv>(at::zeros({2, 6}, type)).clone(); }

/// The error of filling an activation of this dtype with the number, which must leave the activation unchanged.
std::string fill(at::ScalarType type, Number auto number) {
    auto owned = zeros(type);
    const std::string message = message_of<ValueError>([&] { owned[on<Qkv>()] = number; });
    if (message != "nothing was thrown") CHECK(owned.unsafe_tensor().equal(at::zeros({2, 6}, type)));
    return message;
}

/// The error of injecting the tensor into a part of shape [2, 6].
template <class Kind>
std::string inject(const at::Tensor& injected, at::ScalarType type = at::kFloat) {
    auto owned = zeros(type);
    const std::string message = message_of<Kind>([&] { owned[on<Qkv>()] = injected; });
    CHECK(owned.unsafe_tensor().equal(at::zeros({2, 6}, type)));
    return message;
}

const std::string fine = "nothing was thrown";

}  // namespace

TEST_CASE("a fraction does not fit integers") {
    CHECK(fill(at::kLong, 0.5) == "0.5 does not fit int64: give a number that it can hold");
    CHECK(says(fill(at::kByte, 1.25f), "1.25 does not fit uint8"));
    CHECK(says(fill(at::kBool, 0.5), "0.5 does not fit bool"));
    CHECK(fill(at::kLong, 2.0) == fine);
}

TEST_CASE("an integer beyond its dtype does not fit") {
    CHECK(fill(at::kChar, 128) == "128 does not fit int8: give a number that it can hold");
    CHECK(says(fill(at::kChar, -129), "-129 does not fit int8"));
    CHECK(says(fill(at::kByte, -1), "-1 does not fit uint8"));
    CHECK(says(fill(at::kByte, 256), "256 does not fit uint8"));
    CHECK(says(fill(at::kShort, 32768), "does not fit int16"));
    CHECK(says(fill(at::kInt, std::int64_t{1} << 31), "does not fit int32"));
    CHECK(says(fill(at::kBool, 2), "2 does not fit bool"));
}

TEST_CASE("the largest and smallest integers of a dtype fit") {
    CHECK(fill(at::kChar, 127) == fine);
    CHECK(fill(at::kChar, -128) == fine);
    CHECK(fill(at::kByte, 255) == fine);
    CHECK(fill(at::kShort, -32768) == fine);
    CHECK(fill(at::kInt, 2147483647) == fine);
    CHECK(fill(at::kLong, std::numeric_limits<std::int64_t>::max()) == fine);
    CHECK(fill(at::kBool, true) == fine);
}

TEST_CASE("integers can hold neither NaN nor infinity") {
    CHECK(says(fill(at::kLong, not_a_number), "does not fit int64"));
    CHECK(says(fill(at::kInt, infinite), "does not fit int32"));
    CHECK(says(fill(at::kBool, not_a_number), "does not fit bool"));
}

TEST_CASE("floats take NaN and infinity") {
    CHECK(fill(at::kFloat, not_a_number) == fine);
    CHECK(fill(at::kHalf, infinite) == fine);
    CHECK(fill(at::kBFloat16, -infinite) == fine);
}

TEST_CASE("a finite number that a float dtype can only hold as infinity does not fit") {
    CHECK(says(fill(at::kHalf, 1e6), "does not fit float16"));
    CHECK(says(fill(at::kFloat, 1e300), "does not fit float32"));
    CHECK(says(fill(at::kBFloat16, 1e300), "does not fit bfloat16"));
    CHECK(fill(at::kHalf, 65504) == fine);
    CHECK(fill(at::kDouble, 1e300) == fine);
}

TEST_CASE("a complex activation takes a real number that its parts can hold") {
    CHECK(fill(at::kComplexFloat, 2.5) == fine);
    CHECK(fill(at::kComplexFloat, infinite) == fine);
    CHECK(fill(at::kComplexFloat, 1e300) == "1e+300 does not fit complex64: give a number that it can hold");
    CHECK(fill(at::kComplexDouble, 1e300) == fine);
}

TEST_CASE("both parts of a complex number must fit") {
    const auto refused = [](c10::complex<double> z) {
        return message_of<ValueError>([&] { (void)suture::detail::fitted(z, at::kComplexFloat); });
    };
    CHECK(refused({1, -2}) == fine);
    CHECK(refused({0, not_a_number}) == fine);
    CHECK(says(refused({1e300, 0}), "does not fit complex64"));
    CHECK(says(refused({0, -1e300}), "does not fit complex64"));
}

TEST_CASE("bool takes no arithmetic") {
    auto owned = zeros(at::kBool);
    CHECK(message_of<TypeError>([&] { owned[on<Qkv>()] += 1; }) ==
          "arithmetic needs numbers but the activation is bool: use set");
    CHECK_THROWS_AS(owned[on<Qkv>()] *= 0, TypeError);
    CHECK_THROWS_AS(owned[on<Qkv>()] -= 1, TypeError);
    CHECK_THROWS_AS(owned[on<Qkv>()] /= 1, TypeError);
    CHECK_THROWS_AS(owned[on<Qkv>()] += at::ones({6}, at::kBool), TypeError);
}

TEST_CASE("a part is subtracted from and divided, by numbers and tensors") {
    auto owned = zeros(at::kFloat);
    owned[on<Qkv>()] = 6;
    owned[on<Q>()] -= 2;
    owned[on<K>()] /= at::tensor({2.0f, 3.0f});
    owned[on<V>(token(0))] /= 4;
    owned[on<V>(token(1))] -= at::tensor({1.0f, 2.0f});
    CHECK(owned.unsafe_tensor().equal(
        at::tensor({4.0f, 4.0f, 3.0f, 2.0f, 1.5f, 1.5f, 4.0f, 4.0f, 3.0f, 2.0f, 5.0f, 4.0f}).reshape({2, 6})));
}

TEST_CASE("integers can be subtracted but not divided, because a quotient is a fraction") {
    auto owned = zeros(at::kLong);
    owned[on<Qkv>()] -= 3;
    CHECK(owned.unsafe_tensor().equal(at::full({2, 6}, -3, at::kLong)));
    CHECK(message_of<TypeError>([&] { owned[on<Qkv>()] /= 3; }) ==
          "division gives fractions but the activation is int64: convert it with to()");
    CHECK_THROWS_AS(owned[on<Qkv>()] /= at::full({6}, 3, at::kLong), TypeError);
    CHECK(owned.unsafe_tensor().equal(at::full({2, 6}, -3, at::kLong)));
}

TEST_CASE("a complex activation can be divided") {
    auto owned = zeros(at::kComplexFloat);
    owned[on<Qkv>()] = 6;
    owned[on<Qkv>()] /= 4;
    CHECK(owned.unsafe_tensor().eq(1.5).all().item<bool>());
}

TEST_CASE("a float divided by zero is infinite, as in PyTorch") {
    auto owned = zeros(at::kFloat);
    owned[on<Qkv>()] = 1;
    owned[on<Qkv>()] /= 0;
    CHECK(owned.unsafe_tensor().isinf().all().item<bool>());
}

TEST_CASE("a tensor of the shape of the selection fits a view that has the groups as an axis") {
    const at::Tensor part = at::zeros({3, 4, 2}), value = at::arange(24, at::kFloat).reshape({3, 8});
    CHECK(shaped_like(value, part, {3, 8}).equal(value.reshape({3, 4, 2})));
    CHECK(shaped_like(value[0], part, {3, 8}).equal(value[0].expand({3, 8}).reshape({3, 4, 2})));
    const at::Tensor one = at::ones({1});
    CHECK(shaped_like(one, part, {3, 8}).is_same(one));
    CHECK(shaped_like(value, value, {3, 8}).is_same(value));
}

TEST_CASE("an injected tensor of another dtype is refused with both dtypes") {
    CHECK(inject<TypeError>(at::ones({6}, at::kDouble)) ==
          "the injected tensor is float64 but the activation is float32: convert it with to()");
    CHECK(says(inject<TypeError>(at::ones({6}), at::kHalf), "float32", "float16"));
    CHECK(says(inject<TypeError>(at::ones({6}), at::kLong), "float32", "int64"));
}

TEST_CASE("an injected tensor on another device is refused with both devices") {
    CHECK(inject<TypeError>(at::ones({6}, at::kMeta)) ==
          "the injected tensor is on meta but the activation is on cpu: move it with to()");
}

TEST_CASE("an injected tensor without dense storage is refused") {
    CHECK(inject<TypeError>(at::Tensor()) == "the injected tensor is undefined: give it a value");
    CHECK(says(inject<TypeError>(at::ones({2, 6}).to_sparse()), "not dense", "to_dense()"));
    CHECK(says(inject<TypeError>(at::_nested_tensor_from_mask(at::zeros({1, 2, 6}), at::ones({1, 2}, at::kBool))),
               "nested", "to_padded_tensor()"));
    CHECK(says(inject<TypeError>(at::quantize_per_tensor(at::ones({6}), 1.0, 0, at::kQInt8)), "dequantize()"));
}

TEST_CASE("an injected tensor of a shape that does not broadcast is refused with both shapes") {
    CHECK(inject<ShapeError>(at::ones({5})) ==
          "the injected tensor has shape [5] but the part to edit has [2, 6]: give it that shape, or one that "
          "broadcasts to it");
    CHECK(says(inject<ShapeError>(at::ones({3, 6})), "[3, 6]", "[2, 6]"));
    CHECK(says(inject<ShapeError>(at::ones({1, 2, 6})), "[1, 2, 6]", "[2, 6]"));
    CHECK(says(inject<ShapeError>(at::ones({2, 0})), "[2, 0]", "[2, 6]"));
}

TEST_CASE("an injected tensor broadcasts as in PyTorch") {
    auto owned = zeros(at::kFloat);
    owned[on<Qkv>()] = at::ones({6});
    owned[on<Qkv>()] += at::full({2, 1}, 2.0f);
    owned[on<Qkv>()] *= at::scalar_tensor(3.0f);
    CHECK(owned.unsafe_tensor().equal(at::full({2, 6}, 9.0f)));
}

TEST_CASE("writes to positions that differ from row to row reach the storage") {
    auto owned = borrow<Qkv>(at::zeros({2, 3, 6})).clone();
    owned[on<Qkv>(token(at::tensor({2, 0}, at::kLong)), dims<1, 3>)] += 1;
    owned[on<Qkv>(token(at::tensor({2, 0}, at::kLong)), dims<1, 3>)] *= 5;
    const at::Tensor expected = at::zeros({2, 3, 6});
    expected[0][2].narrow(0, 1, 2).fill_(5);
    expected[1][0].narrow(0, 1, 2).fill_(5);
    CHECK(owned.unsafe_tensor().equal(expected));
}

TEST_CASE("a copy for writing is contiguous and shares nothing") {
    const at::Tensor base = at::arange(12, at::kFloat).reshape({6, 2});
    const at::Tensor copy = suture::detail::fresh_copy(base.t());
    CHECK(copy.is_contiguous());
    CHECK(copy.equal(base.t()));
    CHECK_FALSE(copy.is_alias_of(base));
}
