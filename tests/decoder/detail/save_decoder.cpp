// What every save shares: names of weights, and what a config.json cannot say; tests/pretrained/save.cpp saves all families.
#include "suture/decoder/detail/save_decoder.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <string>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("weights have the prefix of their family, but for the unembedding") {
    DecoderConfig config = tiny::neox();
    config.is_tied = false;
    const auto weights = suture::detail::weights_by_name(*Decoder(config));
    CHECK(weights.contains("gpt_neox.embed_in.weight"));
    CHECK(weights.contains("embed_out.weight"));
    config.is_tied = true;
    CHECK_FALSE(suture::detail::weights_by_name(*Decoder(config)).contains("embed_out.weight"));
}

TEST_CASE("the fields in which configurations differ are named") {
    const DecoderConfig config = tiny::llama();
    CHECK(suture::detail::differences(config, config).empty());
    DecoderConfig other = config;
    other.norm_epsilon = 3, other.is_tied = !other.is_tied, other.rotary.reset();
    CHECK(suture::detail::differences(config, other) == "rotary, norm_epsilon, is_tied");
    const auto text = [&](const DecoderConfig& read) {
        return suture::detail::checked_config_json({{"a", 1}}, config, "Llama",
                                                   [&](const suture::detail::ConfigReader&) { return read; });
    };
    CHECK(text(config) == "{\n  \"a\": 1\n}\n");
    CHECK(says(message_of<ModelError>([&] { (void)text(other); }),
               "the config.json of a Llama cannot say what this model has as rotary, norm_epsilon, is_tied"));
}
