#include "suture/gpt2/config.hpp"

#include "doctest.hpp"

#include <sstream>

using namespace suture;

TEST_CASE("the default configuration is that of GPT-2 small") {
    const Gpt2Config small;
    CHECK(small.width == 768);
    CHECK(small.heads == 12);
    CHECK(small.inner == 4 * small.width);
    CHECK(small.layers == 12);
    CHECK(small.positions == 1024);
    CHECK(small.vocabulary == 50257);
    CHECK(small.layer_norm_epsilon == 1e-5);
    CHECK(small.activation == ActivationFunction::gelu_tanh);
    CHECK(small.tied);
    CHECK(small.scale_attention);
    CHECK_FALSE(small.scale_attention_by_layer);
}

TEST_CASE("a configuration is printed with its sizes") {
    std::ostringstream text;
    text << Gpt2Config{};
    CHECK(text.str() == "GPT-2 of 12 layers, 12 heads, width 768, 1024 positions and 50257 tokens");
}

TEST_CASE("configurations are equal if all fields are") {
    CHECK(Gpt2Config{} == Gpt2Config{});
    CHECK(Gpt2Config{.layers = 3} != Gpt2Config{});
}
