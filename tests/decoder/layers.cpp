// The layers of decoders against the formulas that define them.
#include "suture/decoder/layers.hpp"

#include "suture/hook/hook_set.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

using namespace suture;

TEST_CASE("a projection multiplies by its weight and adds the bias, under any leading axes") {
    const at::NoGradGuard no_gradients;
    for (const bool is_transposed : {true, false})
        for (const bool has_bias : {true, false}) {
            Projection layer(3, 5, ProjectionOptions{.has_bias = has_bias, .is_transposed = is_transposed});
            REQUIRE(layer->weight.sizes() == (is_transposed ? at::IntArrayRef({3, 5}) : at::IntArrayRef({5, 3})));
            REQUIRE(layer->bias.defined() == has_bias);
            if (has_bias) layer->bias.copy_(at::arange(5));
            const at::Tensor x = at::randn({2, 4, 3}), weight = is_transposed ? layer->weight : layer->weight.t();
            const at::Tensor expected = at::matmul(x, weight).add(has_bias ? layer->bias : at::zeros({5}));
            CHECK(layer(x).sizes() == at::IntArrayRef({2, 4, 5}));
            CHECK(layer(x).allclose(expected));
            CHECK(layer(x[1]).allclose(expected[1]));
            CHECK(layer(x.transpose(0, 1)).allclose(expected.transpose(0, 1)));
            CHECK(layer->by_input().equal(weight));
            CHECK(layer->by_output().equal(weight.t()));
        }
}

TEST_CASE("a projection draws its weight with the given standard deviation and starts with a zero bias") {
    const Projection layer(200, 300, ProjectionOptions{.deviation = 0.5});
    CHECK(layer->weight.std().item<double>() == doctest::Approx(0.5).epsilon(0.05));
    CHECK(layer->bias.eq(0).all().item<bool>());
}

namespace {
DecoderNormOptions norm_options(NormKind kind, bool has_bias, double offset) {
    DecoderConfig config;
    config.norm = kind, config.norm_epsilon = 1e-3, config.has_norm_bias = has_bias, config.norm_offset = offset;
    return DecoderNormOptions(config);
}
}  // namespace

TEST_CASE("a norm divides by the standard deviation or by the root mean square, then weighs and shifts") {
    const at::NoGradGuard no_gradients;
    for (const NormKind kind : {NormKind::layer, NormKind::rms})
        for (const bool has_bias : {true, false})
            for (const double offset : {0.0, 1.0}) {
                if (kind == NormKind::layer && offset != 0) continue;
                DecoderNorm norm(6, norm_options(kind, has_bias && offset == 0, offset));
                CHECK(norm->weight.add(offset).eq(1).all().item<bool>());
                norm->weight.copy_(at::arange(6));
                if (norm->bias.defined()) norm->bias.fill_(2);
                const at::Tensor x = at::randn({2, 3, 6});
                const at::Tensor centred = kind == NormKind::layer ? x.sub(x.mean(-1, true)) : x;
                const at::Tensor size = centred.square().mean(-1, true).add(1e-3).sqrt();
                const at::Tensor wanted = centred.div(size).mul(norm->weight.add(offset));
                const at::Tensor expected = norm->bias.defined() ? wanted.add(norm->bias) : wanted;
                CHECK(norm(x).allclose(expected, 1e-5, 1e-5));

                at::Tensor scale, normalized;
                HookSet hooks;
                hooks.add(norm->scale, [&](const auto& seen) { scale = seen.clone().take(); });
                hooks.add(norm->normalized, [&](const auto& seen) { normalized = seen.clone().take(); });
                const auto scope = hooks.activate();
                CHECK(norm(x).allclose(expected, 1e-5, 1e-5));
                CHECK(scale.allclose(size, 1e-5, 1e-6));
                CHECK(normalized.allclose(centred.div(size), 1e-5, 1e-6));
            }
}

TEST_CASE("norms of 16-bit activations are computed in float32 and rounded where transformers rounds them") {
    const at::NoGradGuard no_gradients;
    const at::Tensor x = at::randn({4, 64}).to(at::kBFloat16), weight = at::randn({64}).to(at::kBFloat16);
    const at::Tensor normalized = x.to(at::kFloat).mul(x.to(at::kFloat).square().mean(-1, true).add(1e-3).rsqrt());
    DecoderNorm plain(64, norm_options(NormKind::rms, false, 0)), shifted(64, norm_options(NormKind::rms, false, 1));
    plain->to(at::kBFloat16), shifted->to(at::kBFloat16);
    plain->weight.copy_(weight), shifted->weight.copy_(weight);
    CHECK(plain(x).equal(normalized.to(at::kBFloat16).mul(weight)));
    CHECK(shifted(x).equal(normalized.mul(weight.to(at::kFloat).add(1)).to(at::kBFloat16)));
}

TEST_CASE("an embedding returns one row of its table per id") {
    EmbeddingTable table(7, 4);
    const at::Tensor ids = at::tensor({3, 0, 3}, at::kLong).unsqueeze(0);
    CHECK(table(ids).sizes() == at::IntArrayRef({1, 3, 4}));
    CHECK(table(ids)[0][2].equal(table->weight[3]));
    CHECK(table(ids)[0][1].equal(table->weight[0]));
}
