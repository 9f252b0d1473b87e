// The configuration of a decoder: what it says of a layer, and how it is printed.
#include "suture/decoder/config.hpp"

#include "doctest.hpp"

#include <sstream>

using namespace suture;

TEST_CASE("a layer has the window and the rotary embedding that the configuration gives it") {
    DecoderConfig c;
    CHECK(c.window(3) == 0);
    CHECK(c.rotary_of(0) == nullptr);
    c.rotary = Rotary{.width = 4};
    CHECK(c.rotary_of(1) == &*c.rotary);
    c.windows = {5, 0};
    CHECK(c.window(0) == 5);
    CHECK(c.rotary_of(0) == &*c.rotary);
    c.window_rotary = Rotary{.base = 100, .width = 4};
    CHECK(c.rotary_of(0) == &*c.window_rotary);
    CHECK(c.rotary_of(1) == &*c.rotary);
}

TEST_CASE("only rotary embeddings that stretch with the prompt depend on its length") {
    for (const RotaryScaling scaling :
         {RotaryScaling::none, RotaryScaling::linear, RotaryScaling::llama3, RotaryScaling::yarn})
        CHECK_FALSE(Rotary{.scaling = scaling}.depends_on_length());
    CHECK(Rotary{.scaling = RotaryScaling::dynamic_ntk}.depends_on_length());
    CHECK(Rotary{.scaling = RotaryScaling::longrope}.depends_on_length());
}

TEST_CASE("a configuration is printed with its sizes, and compared field by field") {
    DecoderConfig c;
    c.family = "llama", c.layers = 30, c.heads = 9, c.key_heads = 3, c.width = 576, c.positions = 2048,
    c.vocabulary = 49152;
    std::ostringstream out;
    out << c;
    CHECK(out.str() ==
          "llama of 30 layers, 9 heads (3 of keys and values), width 576, 2048 positions and 49152 tokens");
    DecoderConfig other = c;
    CHECK(other == c);
    other.rotary = Rotary{};
    CHECK_FALSE(other == c);
}
