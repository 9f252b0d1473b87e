// A configuration whose numbers contradict one another, and what is not token ids, are refused with what to do.
#include "suture/decoder/detail/check_config.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
template <class Change>
std::string refused(DecoderConfig config, const Change& change) {
    change(config);
    return message_of<ModelError>([&] { suture::detail::check_config(config); });
}
}  // namespace

TEST_CASE("configurations of all families pass") {
    for (const DecoderConfig& config : tiny::all()) CHECK_NOTHROW(suture::detail::check_config(config));
    CHECK_NOTHROW(Decoder([] {
        DecoderConfig without_layers = tiny::llama();
        without_layers.layers = 0;
        return without_layers;
    }()));
}

TEST_CASE("numbers that contradict one another are refused") {
    CHECK(says(refused(tiny::llama(), [](auto& c) { c.names = nullptr; }), "no names of modules"));
    CHECK(
        says(refused(tiny::llama(), [](auto& c) { c.inner = 0; }), "the configuration's inner is 0: give at least 1"));
    CHECK(says(refused(tiny::llama(), [](auto& c) { c.layers = -1; }), "layers is -1"));
    CHECK(says(refused(tiny::llama(), [](auto& c) { c.key_heads = 3; }), "4 heads for 3 key/value heads: give"));
    CHECK(says(refused(tiny::neox(), [](auto& c) { c.key_heads = 2; }), "interleaved", "set key_heads to 4"));
    CHECK(says(refused(tiny::gemma(), [](auto& c) { c.windows = {1}; }), "1 windows for 2 layers"));
    for (const Index width : {0, 1, 5, 8})
        CHECK(says(refused(tiny::llama(), [&](auto& c) { c.rotary->width = width; }),
                   "turns " + std::to_string(width) + " channels of heads of 6"));
    CHECK(says(refused(tiny::llama(),
                       [](auto& c) {
                           c.rotary->scaling = RotaryScaling::longrope, c.rotary->short_factors = {1, 2, 3},
                           c.rotary->long_factors = {1, 2};
                       }),
               "longrope has 3 and 2 factors for 3 pairs"));
}

TEST_CASE("what is not token ids of the model is refused; a rotary embedding sets no limit to their number") {
    const DecoderConfig learned = tiny::gpt2(), rotary = tiny::llama();
    const auto check = [](const at::Tensor& ids, const DecoderConfig& config) {
        suture::detail::check_ids(ids, config);
    };
    CHECK_THROWS_AS(check(at::Tensor(), learned), TypeError);
    CHECK_THROWS_AS(check(at::zeros({1, 2}), learned), TypeError);
    CHECK_THROWS_AS(check(at::zeros({2}, at::kLong), learned), ShapeError);
    CHECK_THROWS_AS(check(at::full({1, 2}, 13, at::kLong), learned), ValueError);
    CHECK_THROWS_AS(check(at::full({1, 2}, -1, at::kLong), rotary), ValueError);
    CHECK(says(message_of<ShapeError>([&] {
                   check(at::zeros({1, 17}, at::kLong), learned);
               }),
               "17 tokens exceed the model's 16 positions"));
    CHECK_NOTHROW(check(at::zeros({1, 17}, at::kLong), rotary));
}
