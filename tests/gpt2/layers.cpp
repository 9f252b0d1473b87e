// The layers of GPT-2 against the formulas that define them.
#include "suture/gpt2/layers.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

using namespace suture;

TEST_CASE("Conv1D multiplies by a weight of shape [in, out] and adds the bias, under any leading axes") {
    const at::NoGradGuard no_gradients;
    Conv1D layer(3, 5);
    layer->bias.copy_(at::arange(5));
    const at::Tensor x = at::randn({2, 4, 3});
    const at::Tensor expected = at::matmul(x, layer->weight).add(layer->bias);
    CHECK(layer(x).sizes() == at::IntArrayRef({2, 4, 5}));
    CHECK(layer(x).allclose(expected));
    CHECK(layer(x[1]).allclose(expected[1]));
    CHECK(layer(x.transpose(0, 1)).allclose(expected.transpose(0, 1)));
}

TEST_CASE("Conv1D draws its weight with the given standard deviation and starts with a zero bias") {
    const Conv1D layer(200, 300, 0.5);
    CHECK(layer->weight.std().item<double>() == doctest::Approx(0.5).epsilon(0.05));
    CHECK(layer->bias.eq(0).all().item<bool>());
}

TEST_CASE("Gpt2Norm normalises the channels, then scales and shifts them") {
    const at::NoGradGuard no_gradients;
    Gpt2Norm<6> norm(1e-5);
    norm->weight.copy_(at::arange(6)), norm->bias.fill_(2);
    const at::Tensor x = at::randn({2, 3, 6});
    const at::Tensor centred = x.sub(x.mean(-1, true));
    const at::Tensor scaled = centred.div(centred.square().mean(-1, true).add(1e-5).sqrt());
    CHECK(norm(x).allclose(scaled.mul(norm->weight).add(norm->bias), 1e-5, 1e-5));
}

TEST_CASE("Gpt2Embedding returns one row of its table per id") {
    Gpt2Embedding table(7, 4);
    const at::Tensor ids = at::tensor({3, 0, 3}, at::kLong).unsqueeze(0);
    CHECK(table(ids).sizes() == at::IntArrayRef({1, 3, 4}));
    CHECK(table(ids)[0][2].equal(table->weight[3]));
    CHECK(table(ids)[0][1].equal(table->weight[0]));
}
