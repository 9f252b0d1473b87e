// Rotary embeddings as configurations describe them, in the words of transformers 4 and 5.
#include "suture/decoder/detail/rotary_config.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <cmath>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
Rotary read(const std::string& text, suture::detail::RotaryDefaults defaults = {.head_width = 8, .positions = 64}) {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", "{" + text + "}");
    return suture::detail::read_rotary_of(suture::detail::ConfigReader(folder / "config.json", "Toy"), defaults,
                                          "rope_theta", "partial_rotary_factor");
}
std::string refused(const std::string& text) {
    return message_of<ModelError>([&] { (void)read(text); });
}
}  // namespace

TEST_CASE("both generations of fields say the same, and the older wins where a file has both") {
    Rotary plain{.base = 500, .width = 8};
    CHECK(read(R"("rope_theta": 500)") == plain);
    CHECK(read(R"("rope_parameters": {"rope_type": "default", "rope_theta": 500})") == plain);
    CHECK(read(R"("rope_theta": 500, "rope_scaling": null)") == plain);
    CHECK(read("").base == 10000);
    CHECK(read(R"("partial_rotary_factor": 0.5)").width == 4);
    CHECK(read(R"("rope_parameters": {"partial_rotary_factor": 0.25, "rope_theta": 3})").width == 2);
    Rotary linear = plain;
    linear.scaling = RotaryScaling::linear, linear.factor = 4;
    CHECK(read(R"("rope_theta": 500, "rope_scaling": {"type": "linear", "factor": 4})") == linear);
    CHECK(read(R"("rope_parameters": {"rope_type": "linear", "rope_theta": 500, "factor": 4})") == linear);
    CHECK(
        read(
            R"("rope_theta": 500, "rope_scaling": {"rope_type": "linear", "factor": 4}, "rope_parameters": {"rope_theta": 7})") ==
        linear);
}

TEST_CASE("what a kind does not say is what transformers supposes") {
    const Rotary dynamic = read(R"("rope_scaling": {"type": "dynamic", "factor": 2})");
    CHECK(dynamic.original_positions == 64);
    const Rotary yarn =
        read(R"("rope_scaling": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 16})");
    CHECK(yarn.attention_factor == doctest::Approx(0.1 * std::log(4.0) + 1));
    CHECK(yarn.beta_fast == 32);
    CHECK(read(R"("rope_scaling": {"rope_type": "yarn", "original_max_position_embeddings": 16})").factor == 4);
    CHECK(read(R"("rope_scaling": {"rope_type": "yarn", "factor": 4, "mscale": 2, "mscale_all_dim": 0.5})")
              .attention_factor == doctest::Approx((0.2 * std::log(4.0) + 1) / (0.05 * std::log(4.0) + 1)));
    CHECK(read(R"("rope_scaling": {"rope_type": "yarn", "factor": 4, "attention_factor": 1.7})").attention_factor ==
          1.7);
    const std::string factors = R"("short_factor": [1, 1, 1, 1], "long_factor": [2, 2, 2, 2])";
    CHECK(read(R"("rope_scaling": {"type": "longrope", )" + factors + R"(, "original_max_position_embeddings": 16})")
              .attention_factor == doctest::Approx(std::sqrt(1 + std::log(4.0) / std::log(16.0))));
}

TEST_CASE("what is missing or unknown is refused by the path of its field") {
    CHECK(says(refused(R"("rope_scaling": {"type": "linear"})"), "rope_scaling.factor is absent, but linear needs it"));
    CHECK(says(refused(R"("rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1})"),
               "rope_scaling.high_freq_factor is absent"));
    CHECK(says(
        refused(R"("rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4})"),
        "not above low_freq_factor 4"));
    CHECK(says(refused(R"("rope_scaling": {"rope_type": "mrope"})"), "rope_scaling.rope_type is \"mrope\"",
               "give default, linear"));
    CHECK(says(refused(R"("rope_scaling": {"type": "longrope", "short_factor": [1], "long_factor": [1]})"),
               "short_factor has 1 numbers for 4 pairs"));
    CHECK(says(refused(R"("rope_scaling": {"type": "linear", "factor": -1})"), "rope_scaling.factor is -1"));
    CHECK(says(refused(R"("rope_scaling": 3)"), "rope_scaling is 3 but must be an object"));
    CHECK(says(refused(R"("rope_parameters": {"partial_rotary_factor": 0.4})"), "rotates 3 of the 8 channels"));
}
