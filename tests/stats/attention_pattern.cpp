// Attention patterns: where they look, in nats and in shares, and what is refused.
#include "suture/stats/attention_pattern.hpp"

#include "suture/core/catalogue.hpp"
#include "suture/edit/on.hpp"
#include "suture/hook/hook_point.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/record/latest.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <string>

namespace {
using namespace suture;
using suture::detail::checked_pattern;
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

TEST_CASE("the entropy is 0 for a single key, log(n) for n equal keys, and between them otherwise") {
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

TEST_CASE("the shares of several keys equal those of each, with the same or different keys per prompt") {
    const at::Tensor p = causal();
    const at::Tensor same = attention_to_keys(p, at::tensor({0, 3, -1}));
    CHECK(same.sizes() == at::IntArrayRef({2, 3, 5, 3}));
    CHECK(same.scalar_type() == at::kDouble);
    for (const Index i : {0, 1, 2}) CHECK(same.select(-1, i).equal(attention_to_key(p, i == 2 ? -1 : 3 * i)));
    const at::Tensor places = at::tensor({4, 1, -2, 0}).reshape({2, 2});
    const at::Tensor by_prompt = attention_to_keys(p, places);
    CHECK(by_prompt.sizes() == at::IntArrayRef({2, 3, 5, 2}));
    for (const Index prompt : {0, 1})
        for (const Index i : {0, 1})
            CHECK(by_prompt[prompt].select(-1, i).equal(attention_to_key(p[prompt], places[prompt][i].item<Index>())));
    CHECK(attention_to_keys(p, at::empty({0}, at::kLong)).sizes() == at::IntArrayRef({2, 3, 5, 0}));
    CHECK(attention_to_keys(p[0][0], at::tensor({2})).squeeze(-1).equal(attention_to_key(p[0][0], 2)));
}

TEST_CASE("patterns of 16 bits are accepted although their sums are rounded") {
    const at::Tensor p = at::randn({2, 8, 200, 200}).softmax(-1);
    for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble})
        CHECK_NOTHROW(checked_pattern(p.to(dtype)));
    CHECK_NOTHROW(checked_pattern(at::full({2, 3}, 1.0 / 3).to(at::kBFloat16)));  // sums to 1.002
    CHECK_NOTHROW(checked_pattern(at::ones({3, 0, 4})));
}

TEST_CASE("a tensor that is not a pattern is refused, and the row is named") {
    at::Tensor p = causal();
    p[1][2][3].mul_(0.9);
    CHECK(says(refusal<ValueError>(attention_entropy, p), "row [1, 2, 3] of the pattern", "0.9", "after the softmax"));
    p[1][2][3].copy_(at::tensor({1.5f, -0.5f, 0.f, 0.f, 0.f}));
    CHECK(says(refusal<ValueError>(attention_to_self, p), "row [1, 2, 3]", "negative"));
    p[0][0][0][0] = std::nan("");
    CHECK(says(refusal<ValueError>(checked_pattern, p), "row [0, 0, 0]", "nan"));
    CHECK(says(refusal<ValueError>(attention_to_first, at::randn({2, 3})), "row [0]"));
    CHECK(says(refusal<ShapeError>(checked_pattern, at::ones({1})), "[1]", "[..., queries, keys]"));
    CHECK(says(refusal<ShapeError>(attention_to_previous, at::ones({3, 1})), "[3, 1]", "a key for every query"));
    CHECK(says(refusal<TypeError>(checked_pattern, at::Tensor()), "undefined"));
    const auto beyond = [](const at::Tensor& t) { return attention_to_key(t, 5); };
    CHECK(says(refusal<PositionError>(beyond, causal()), "key 5 is outside", "5 keys"));
    const auto keys = [](const at::Tensor& of) {
        return [of](const at::Tensor& p) { return attention_to_keys(p, of); };
    };
    CHECK(says(refusal<PositionError>(keys(at::tensor({0, 5})), causal()), "key 5 is outside", "5 keys"));
    CHECK(says(refusal<PositionError>(keys(at::tensor({0, -6})), causal()), "key -6 is outside"));
    CHECK(says(refusal<TypeError>(keys(at::ones({1})), causal()), "float32 [1]", "as integers"));
    CHECK(says(refusal<TypeError>(keys({}), causal()), "undefined", "as integers"));
    CHECK(
        says(refusal<ShapeError>(keys(at::ones({3, 1}, at::kLong)), causal()), "[3, 1]", "[2, 3, 5, 5]", "[batch, n]"));
}

TEST_CASE("the View of a pattern gives what its tensor gives") {
    const at::Tensor p = causal();
    const View<AttentionPattern<5>> view = borrow<AttentionPattern<5>>(p);
    const at::Tensor keys = at::tensor({0, 3, 1, 1}).reshape({2, 2});
    CHECK(attention_entropy(view).equal(attention_entropy(p)));
    CHECK(attention_to_key(view, -1).equal(attention_to_key(p, -1)));
    CHECK(attention_to_keys(view, keys).equal(attention_to_keys(p, keys)));
    CHECK(attention_to_first(view.clone()).equal(attention_to_first(p)));
    CHECK(attention_to_self(view).equal(attention_to_self(p)));
    CHECK(attention_to_previous(view).equal(attention_to_previous(p)));
}

TEST_CASE("a pattern whose batch is not its first axis takes no keys by prompt") {
    using HeadsFirst = Ordered<AttnPattern<5>, Axis::head, Axis::batch, Axis::token>;
    const at::Tensor p = at::full({2, 2, 5, 5}, 0.2);
    const View<HeadsFirst> view = borrow<HeadsFirst>(p);
    CHECK(attention_to_keys(view, at::tensor({0, 1})).sizes() == at::IntArrayRef({2, 2, 5, 2}));
    CHECK(says(message_of<ShapeError>([&] {
                   (void)attention_to_keys(view, at::zeros({2, 1}, at::kLong));
               }),
               "give keys [n], or [batch, n] with the pattern's batch"));
}

TEST_CASE("a recording of one query has no query for each key, even where there are as many heads") {
    using Weights = AttentionPattern<3>;
    const HookPoint<Weights> pattern("pattern");
    Latest<Weights> last(on<AttnPattern>(token(-1)));
    HookSet hooks;
    hooks.add(pattern, last);
    const auto scope = hooks.activate();
    (void)pattern(at::full({2, 3, 3, 3}, 1.0 / 3));
    CHECK(attention_to_first(last[0]).sizes() == at::IntArrayRef({2, 3}));
    CHECK(says(message_of<ShapeError>([&] { (void)attention_to_self(last[0]); }), "this pattern holds token -1"));
}
