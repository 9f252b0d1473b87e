// Rotary angles against those of transformers' modeling_rope_utils.py: the numbers below are what ROPE_INIT_FUNCTIONS of
// transformers 5.24 give for 4 heads of width 8 and a base of 10000.
#include "suture/decoder/detail/rotary_angles.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

#include <vector>

using namespace suture;
using suture::detail::rotary_angles;
using suture::detail::rotary_frequencies;

namespace {
void check(const Rotary& r, Index length, const std::vector<double>& wanted) {
    const at::Tensor is = rotary_frequencies(r, length);
    REQUIRE(is.scalar_type() == at::kFloat);
    REQUIRE(is.numel() == static_cast<Index>(wanted.size()));
    for (std::size_t i = 0; i < wanted.size(); ++i)
        CHECK(is[static_cast<Index>(i)].item<double>() == doctest::Approx(wanted[i]).epsilon(1e-7));
}
}  // namespace

TEST_CASE("each scaling gives the frequencies of transformers") {
    const Rotary plain{.width = 8};
    check(plain, 24, {1, 0.1, 0.01, 0.001});
    Rotary r = plain;
    r.scaling = RotaryScaling::linear, r.factor = 4;
    check(r, 24, {0.25, 0.0250000004, 0.00249999994, 0.000250000012});
    r = plain, r.scaling = RotaryScaling::dynamic_ntk, r.factor = 4, r.original_positions = 12;
    check(r, 24, {1, 0.0584803522, 0.003419952, 0.000199999995});
    check(r, 12, {1, 0.1, 0.01, 0.001});
    r = plain, r.scaling = RotaryScaling::llama3, r.factor = 8, r.original_positions = 16;
    check(r, 24, {0.576056361, 0.0125000002, 0.00124999997, 0.000125000006});
    r = plain, r.scaling = RotaryScaling::yarn, r.factor = 4, r.original_positions = 16;
    check(r, 24, {1, 0.0250000004, 0.00249999994, 0.000250000012});
    r = plain, r.scaling = RotaryScaling::longrope, r.original_positions = 16;
    r.short_factors = {1, 1.3, 2, 3.1}, r.long_factors = {1.5, 2.5, 4, 8};
    check(r, 24, {0.666666687, 0.0399999991, 0.00249999994, 0.000125000006});
    check(r, 16, {1, 0.1 / 1.3, 0.005, 0.001 / 3.1});
}

TEST_CASE("pairs of channels turn by their angle, and the rest of a head stays") {
    Rotary r{.width = 4};
    r.attention_factor = 1.5;
    const at::Tensor positions = at::tensor({0, 3}, at::kLong);
    const auto angles = rotary_angles(r, positions, 4, at::TensorOptions(at::kDouble));
    const at::Tensor x = at::randn({2, 3, 6}, at::kDouble), is = angles.rotate(x);
    CHECK(is[0].narrow(-1, 0, 4).allclose(x[0].narrow(-1, 0, 4).mul(1.5)));
    CHECK(is.narrow(-1, 4, 2).equal(x.narrow(-1, 4, 2)));
    for (Index head = 0; head < 3; ++head)
        for (Index pair = 0; pair < 2; ++pair) {
            const double angle = 3 * std::pow(10000, -pair / 2.0);
            const double a = x[1][head][pair].item<double>(), b = x[1][head][pair + 2].item<double>();
            CHECK(is[1][head][pair].item<double>() ==
                  doctest::Approx(1.5 * (a * std::cos(angle) - b * std::sin(angle))).epsilon(1e-6));
            CHECK(is[1][head][pair + 2].item<double>() ==
                  doctest::Approx(1.5 * (b * std::cos(angle) + a * std::sin(angle))).epsilon(1e-6));
        }
}

TEST_CASE("products of rotated queries and keys depend on their distance alone") {
    const Rotary r{.width = 8};
    const at::Tensor q = at::randn({1, 1, 8}, at::kDouble), k = at::randn({1, 1, 8}, at::kDouble);
    const auto product = [&](Index i, Index j) {
        const auto at_position = [&](const at::Tensor& x, Index p) {
            return rotary_angles(r, at::tensor({p}, at::kLong), 100, x.options()).rotate(x);
        };
        return at_position(q, i).mul(at_position(k, j)).sum().item<double>();
    };
    CHECK(product(7, 3) == doctest::Approx(product(47, 43)).epsilon(1e-5));
    CHECK(product(7, 3) != doctest::Approx(product(8, 3)).epsilon(1e-3));
}
