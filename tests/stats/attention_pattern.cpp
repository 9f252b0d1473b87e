// Attention patterns: where they look, in nats and in shares, and what is no pattern.
#include "suture/stats/attention_pattern.hpp"

#include "suture/hook/hook_point.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <string>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

/// A causal pattern [batch, heads, tokens, tokens].
at::Tensor causal(Index tokens = 5) {
    const at::Tensor later = at::ones({tokens, tokens}, at::kBool).triu(1);
    return at::randn({2, 3, tokens, tokens}).masked_fill(later, -std::numeric_limits<double>::infinity()).softmax(-1);
}
double largest(const at::Tensor& t) { return t.abs().max().item<double>(); }

template <class Kind, class F>
std::string refusal(const F& f, const at::Tensor& pattern) {
    return message_of<Kind>([&] { (void)f(pattern); });
}
}  // namespace

TEST_CASE("the entropy is 0 on a single key, log(n) on n keys alike, and between them otherwise") {
    CHECK(attention_entropy(at::eye(4)).eq(0).all().item<bool>());
    for (const Index n : {1, 2, 7})
        CHECK(largest(attention_entropy(at::full({3, n}, 1.0 / n, at::kDouble)) - std::log(n)) < 1e-12);
    const at::Tensor p = at::tensor({0.5, 0.25, 0.25, 0.0}, at::kDouble).unsqueeze(0);
    CHECK(attention_entropy(p).item<double>() == doctest::Approx(1.5 * std::log(2)).epsilon(1e-12));
    const at::Tensor entropy = attention_entropy(causal());
    CHECK(entropy.sizes() == at::IntArrayRef({2, 3, 5}));
    CHECK(entropy.scalar_type() == at::kDouble);
    const at::Tensor most = at::arange(1, 6, at::kDouble).log();
    CHECK(entropy.ge(0).logical_and(entropy.le(most + 1e-6)).all().item<bool>());
}

TEST_CASE("the shares of all keys sum to 1, and first, self and previous are keys of their own") {
    const at::Tensor p = causal();
    at::Tensor sum = at::zeros({2, 3, 5}, at::kDouble);
    for (Index key = 0; key < 5; ++key) sum = sum + attention_to_key(p, key);
    CHECK(largest(sum - 1) < 1e-6);
    CHECK(attention_to_first(p).equal(attention_to_key(p, 0)));
    CHECK(attention_to_key(p, -1).equal(attention_to_key(p, 4)));
    for (Index query = 0; query < 5; ++query)
        CHECK(attention_to_self(p).select(-1, query).equal(attention_to_key(p, query).select(-1, query)));
    CHECK(attention_to_previous(p).sizes() == at::IntArrayRef({2, 3, 4}));
    for (Index query = 1; query < 5; ++query)
        CHECK(attention_to_previous(p).select(-1, query - 1).equal(attention_to_key(p, query - 1).select(-1, query)));
    const at::Tensor shifted = at::eye(5).roll(1, 0);  // every query looks at the key before it, the first at the last
    CHECK(attention_to_previous(shifted).eq(1).all().item<bool>());
    CHECK(attention_to_self(shifted).eq(0).all().item<bool>());
}

TEST_CASE("patterns of 16 bits sum to 1 as well as they can") {
    const at::Tensor p = at::randn({2, 8, 200, 200}).softmax(-1);
    for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble})
        CHECK_NOTHROW(check_pattern(p.to(dtype)));
    CHECK_NOTHROW(check_pattern(at::full({2, 3}, 1.0 / 3).to(at::kBFloat16)));  // sums to 1.002
    CHECK_NOTHROW(check_pattern(at::ones({3, 0, 4})));
}

TEST_CASE("what is no pattern is refused, and the row is named") {
    at::Tensor p = causal();
    p[1][2][3].mul_(0.9);
    CHECK(says(refusal<ValueError>(attention_entropy, p), "row [1, 2, 3] of the pattern", "0.9", "after the softmax"));
    p[1][2][3].copy_(at::tensor({1.5f, -0.5f, 0.f, 0.f, 0.f}));
    CHECK(says(refusal<ValueError>(attention_to_self, p), "row [1, 2, 3]", "negative"));
    p[0][0][0][0] = std::nan("");
    CHECK(says(refusal<ValueError>(check_pattern, p), "row [0, 0, 0]", "nan"));
    CHECK(says(refusal<ValueError>(attention_to_first, at::randn({2, 3})), "row [0]"));
    CHECK(says(refusal<ShapeError>(check_pattern, at::ones({1})), "[1]", "[..., queries, keys]"));
    CHECK(says(refusal<ShapeError>(attention_to_previous, at::ones({3, 1})), "[3, 1]", "a key for every query"));
    CHECK(says(refusal<TypeError>(check_pattern, at::Tensor()), "undefined"));
    const auto beyond = [](const at::Tensor& t) { return attention_to_key(t, 5); };
    CHECK(says(refusal<PositionError>(beyond, causal()), "key 5 is outside", "5 keys"));
}
