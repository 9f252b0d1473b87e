#include "suture/exported/detail/own_operators.hpp"

#include "suture/exported/detail/operators.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

using c10::IValue;
using suture::ValueError;
using suture::detail::own_operators::all;
using suture_test::message_of;
using suture_test::says;

namespace {
IValue run(std::string_view target, std::vector<IValue> arguments) {
    for (const auto& each : all)
        if (each.target == target) {
            each.run(arguments);
            return arguments.empty() ? IValue() : arguments.front();
        }
    FAIL("there is no operator " << target);
    return {};
}
std::int64_t whole(std::string_view target, const IValue& a, const IValue& b) { return run(target, {a, b}).toInt(); }
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max(),
                       least = std::numeric_limits<std::int64_t>::min();
}  // namespace

TEST_CASE("arithmetic on sizes is Python's: quotients round down, remainders have the sign of the divisor") {
    CHECK(whole("_operator.add", 3, 4) == 7);
    CHECK(whole("_operator.sub", 3, 4) == -1);
    CHECK(whole("_operator.mul", 3, -4) == -12);
    for (const std::int64_t a : {-7, -6, -1, 0, 1, 6, 7})
        for (const std::int64_t b : {-3, -1, 1, 3}) {
            const auto quotient =
                static_cast<std::int64_t>(std::floor(static_cast<double>(a) / static_cast<double>(b)));
            CHECK(whole("_operator.floordiv", a, b) == quotient);
            CHECK(whole("_operator.mod", a, b) == a - quotient * b);
        }
    CHECK(run("_operator.floordiv", {-7.5, 2}).toDouble() == -4);
    CHECK(run("_operator.mod", {-7.5, 2}).toDouble() == 0.5);
    CHECK(run("_operator.truediv", {3, 2}).toDouble() == 1.5);
    CHECK(whole("_operator.pow", -3, 3) == -27);
    CHECK(whole("_operator.pow", 2, 62) == std::int64_t{1} << 62);
    CHECK(run("_operator.pow", {2, -1}).toDouble() == 0.5);
    CHECK(run("_operator.neg", {5}).toInt() == -5);
    CHECK(whole("_operator.lshift", 3, 2) == 12);
    CHECK(whole("_operator.rshift", -3, 1) == -2);
    CHECK(whole("_operator.add", true, 2) == 3);
}

TEST_CASE("sizes that leave 64 bits, and divisions by zero, are errors") {
    struct Sum {
        const char* target;
        std::int64_t a, b;
    };
    for (const Sum& each : std::vector<Sum>{{"_operator.add", largest, 1},
                                            {"_operator.sub", least, 1},
                                            {"_operator.mul", largest, 2},
                                            {"_operator.pow", 2, 63},
                                            {"_operator.floordiv", least, -1},
                                            {"_operator.lshift", 1, 63}})
        CHECK(says(message_of<ValueError>([&] { whole(each.target, each.a, each.b); }), "leaves 64 bits"));
    for (const char* target : {"_operator.floordiv", "_operator.mod", "_operator.truediv"})
        CHECK(says(message_of<ValueError>([&] { run(target, {1, 0}); }), "divided by zero"));
    CHECK(whole("_operator.mod", least, -1) == 0);
    CHECK(says(message_of<ValueError>([&] { run("torch.sym_int", {1e19}); }), "leaves 64 bits"));
    CHECK(says(message_of<ValueError>([&] { run("torch.sym_int", {std::nan("")}); }), "leaves 64 bits"));
}

TEST_CASE("sizes are compared, rounded and chosen as in Python") {
    CHECK(run("_operator.lt", {2, 3}).toBool());
    CHECK_FALSE(run("_operator.ge", {2, 2.5}).toBool());
    CHECK(run("_operator.eq", {2, 2.0}).toBool());
    CHECK(run("_operator.ne", {2, 3}).toBool());
    CHECK(run("_operator.le", {2, 2}).toBool());
    CHECK(run("_operator.gt", {3, 2}).toBool());
    CHECK(run("_operator.and_", {true, false}).toBool() == false);
    CHECK(whole("_operator.or_", 5, 2) == 7);
    CHECK(whole("torch.sym_max", 3, 9) == 9);
    CHECK(whole("torch.sym_min", 3, 9) == 3);
    CHECK(run("torch.sym_float", {3}).toDouble() == 3);
    CHECK(run("torch.sym_int", {-2.7}).toInt() == -2);
    CHECK(run("math.floor", {-2.1}).toInt() == -3);
    CHECK(run("math.ceil", {2.1}).toInt() == 3);
    CHECK(run("math.trunc", {-2.7}).toInt() == -2);
    CHECK(run("torch.sym_not", {false}).toBool());
    CHECK(run("torch.sym_ite", {true, 4, 5}).toInt() == 4);
    CHECK(run("torch.sym_sqrt", {9}).toDouble() == 3);
}

TEST_CASE("the sizes of tensors are read") {
    const at::Tensor t = at::zeros({2, 3, 5}).transpose(0, 2);
    CHECK(run("torch.ops.aten.sym_size.int", {t, -1}).toInt() == 2);
    CHECK(run("torch.ops.aten.sym_stride.int", {t, 0}).toInt() == 1);
    CHECK(run("torch.ops.aten.sym_numel.default", {t}).toInt() == 30);
    CHECK(run("torch.ops.aten.sym_storage_offset.default", {t.narrow(0, 1, 2)}).toInt() == 1);
}

TEST_CASE("checks that Python wrote down throw when they fail") {
    run("torch.ops.aten._assert_scalar.default", {true, "n > 1"});
    CHECK(says(message_of<suture::ModelError>([] {
                   run("torch.ops.aten._assert_scalar.default", {false, "n > 1"});
               }),
               "n > 1", "as the model was exported for"));
    const at::Tensor t = at::zeros({1});
    const auto check = [&](const IValue& dtype) {
        run("torch.ops.aten._assert_tensor_metadata.default", {t, {}, {}, dtype, {}, {}});
    };
    check({});
    check(static_cast<std::int64_t>(at::kFloat));
    CHECK(
        says(message_of<suture::TypeError>([&] { check(static_cast<std::int64_t>(at::kLong)); }), "float32", "int64"));
}

TEST_CASE("attention is softmax(q k^T / sqrt(d)) v, with masks, causal, scaled, and with shared keys") {
    at::manual_seed(0);
    const at::Tensor q = at::randn({2, 4, 3, 8}), k = at::randn({2, 4, 5, 8}), v = at::randn({2, 4, 5, 8});
    const auto run_attention = [&](const at::Tensor& keys, const at::Tensor& values, const IValue& mask, bool causal,
                                   const IValue& scale, bool shared) {
        return run("torch.ops.aten.scaled_dot_product_attention.default",
                   {q, keys, values, mask, 0.0, causal, scale, shared})
            .toTensor();
    };
    const auto by_hand = [&](double scale, const at::Tensor& bias) {
        return (q.matmul(k.transpose(-2, -1)) * scale + bias).softmax(-1).matmul(v);
    };
    const at::Tensor none = at::zeros({1});
    const double root = 1 / std::sqrt(8.0), hidden = -std::numeric_limits<double>::infinity();
    CHECK(at::allclose(run_attention(k, v, {}, false, {}, false), by_hand(root, none)));
    CHECK(at::allclose(run_attention(k, v, {}, false, 0.5, false), by_hand(0.5, none)));
    const at::Tensor seen = at::ones({3, 5}, at::kBool).tril();
    const at::Tensor bias = at::zeros({3, 5}).masked_fill(seen.logical_not(), hidden);
    CHECK(at::allclose(run_attention(k, v, seen, false, {}, false), by_hand(root, bias)));
    CHECK(at::allclose(run_attention(k, v, bias, false, {}, false), by_hand(root, bias)));
    CHECK(at::allclose(run_attention(k, v, {}, true, {}, false), by_hand(root, bias)));
    // A query that sees nothing.
    const at::Tensor blind = run_attention(k, v, at::zeros({3, 5}, at::kBool), false, {}, false);
    CHECK(blind.eq(0).all().item<bool>());
    // Two key heads for four query heads.
    const at::Tensor two = k.narrow(1, 0, 2), values = v.narrow(1, 0, 2);
    CHECK(
        at::allclose(run_attention(two, values, {}, false, {}, true),
                     run_attention(two.repeat_interleave(2, 1), values.repeat_interleave(2, 1), {}, false, {}, false)));
}

TEST_CASE("rms_norm divides by the root of the mean square, in 32 bits for shorter floats") {
    const at::Tensor x = at::randn({2, 3, 8}), w = at::randn({8});
    const auto norm = [](const at::Tensor& t, const IValue& weight, const IValue& eps) {
        return run("torch.ops.aten.rms_norm.default", {t, std::vector<std::int64_t>{8}, weight, eps}).toTensor();
    };
    const at::Tensor expected = x / (x * x).mean(-1, true).add(1e-5).sqrt();
    CHECK(at::allclose(norm(x, {}, 1e-5), expected));
    CHECK(at::allclose(norm(x, w, 1e-5), expected * w));
    CHECK(norm(x.to(at::kBFloat16), {}, {}).scalar_type() == at::kBFloat16);
}

TEST_CASE("every operator of ours has a schema that can be read, and takes as many arguments as it says") {
    for (const auto& each : all) {
        CAPTURE(each.target);
        CHECK_FALSE(torch::jit::parseSchema(each.schema).arguments().empty());
    }
}
