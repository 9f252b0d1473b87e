// Configurations of GPT-NeoX and Pythia.
#include "suture/neox/config_file.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
DecoderConfig read(const std::string& text) {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", "{" + text + "}");
    return neox::read_config(folder / "config.json");
}
}  // namespace

TEST_CASE("an empty configuration has the defaults of GPTNeoXConfig") {
    const DecoderConfig c = read("");
    CHECK(c.width == 6144);
    CHECK(c.heads == 64);
    CHECK(c.head_width == 96);
    CHECK(c.rotary->width == 24);
    CHECK(c.is_parallel);
    CHECK(c.has_qkv_bias);
    CHECK(c.packing == QkvPacking::interleaved);
    CHECK(c.activation == ActivationFunction::gelu_erf);
    CHECK_FALSE(c.is_tied);
}

TEST_CASE("Pythia's fields are read, of both generations") {
    const DecoderConfig c =
        read(R"("hidden_size": 512, "num_attention_heads": 8, "rotary_pct": 0.25, "rotary_emb_base": 20000,
        "use_parallel_residual": false, "attention_bias": false)");
    CHECK(c.rotary->width == 16);
    CHECK(c.rotary->base == 20000);
    CHECK_FALSE(c.is_parallel);
    CHECK_FALSE(c.has_attn_out_bias);
    CHECK(read(R"("rope_parameters": {"rope_type": "default", "partial_rotary_factor": 1.0, "rope_theta": 7})")
              .rotary->width == 96);
}

TEST_CASE("another model is refused by its field") {
    const auto refused = [](const std::string& text) { return message_of<ModelError>([&] { (void)read(text); }); };
    CHECK(says(refused(R"("model_type": "gptj")"), "model_type is \"gptj\", not \"gpt_neox\""));
    CHECK(says(refused(R"("num_attention_heads": 7)"),
               "num_attention_heads is 7, which does not divide hidden_size 6144"));
}
