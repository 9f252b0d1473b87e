// Writing the object that describes a rotary embedding: it is read as it was; tests/pretrained/save.cpp saves all kinds.
#include "suture/decoder/detail/rotary_fields.hpp"

#include "suture/decoder/detail/rotary_config.hpp"

#include "doctest.hpp"

using namespace suture;

TEST_CASE("a rotary embedding of every kind is read as it was written") {
    const Index head_width = 12, positions = 64;
    const auto survives = [&](const Rotary& r) {
        const nlohmann::json fields = suture::detail::rotary_fields(r, head_width);
        return suture::detail::read_rotary(suture::detail::ConfigReader(fields, "a test", "Test"),
                                           {.head_width = head_width, .positions = positions}) == r;
    };
    Rotary r;
    r.base = 0.1 + 0.2, r.width = 8;
    CHECK(survives(r));
    r.factor = 1.7;
    r.scaling = RotaryScaling::linear;
    CHECK(survives(r));
    r.scaling = RotaryScaling::dynamic_ntk, r.original_positions = positions;
    CHECK(survives(r));
    r.original_positions = 20;
    CHECK_FALSE(survives(r));  // dynamic scaling begins where the positions of the configuration end
    r.scaling = RotaryScaling::llama3, r.low_frequency_factor = 1.5, r.high_frequency_factor = 3.5;
    CHECK(survives(r));
    Rotary yarn = r;
    yarn.low_frequency_factor = 1, yarn.high_frequency_factor = 4;
    yarn.scaling = RotaryScaling::yarn, yarn.beta_fast = 31, yarn.beta_slow = 2, yarn.truncate = false,
    yarn.attention_factor = 0.3;
    CHECK(survives(yarn));
    Rotary longrope;
    longrope.scaling = RotaryScaling::longrope, longrope.width = 6, longrope.original_positions = 16,
    longrope.attention_factor = 1.1;
    longrope.short_factors = {1, 1.1, 1.2}, longrope.long_factors = {2, 2.1, 2.2};
    CHECK(survives(longrope));
}

TEST_CASE("a share of rotated channels is read as the channels that it was written for") {
    for (Index head_width = 2; head_width <= 512; ++head_width)
        for (Index width = 2; width < head_width; width += 2)
            REQUIRE(static_cast<Index>(static_cast<double>(head_width) * suture::detail::share_of(width, head_width)) ==
                    width);
}
