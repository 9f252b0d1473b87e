// Configurations of Llama-shaped models: the defaults of transformers' classes, and refusals by the field.
#include "suture/llama/config_file.hpp"

#include "doctest.hpp"
#include "file/files.hpp"
#include "message.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

namespace {
DecoderConfig read(const std::string& text) {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", "{" + text + "}");
    return llama::read_config(folder / "config.json");
}
std::string refused(const std::string& text) {
    return message_of<ModelError>([&] { (void)read(text); });
}
}  // namespace

TEST_CASE("an empty configuration of each family has the defaults of its class in transformers") {
    const DecoderConfig llama = read(R"("model_type": "llama")");
    CHECK(llama.width == 4096);
    CHECK(llama.inner == 11008);
    CHECK(llama.key_heads == 32);
    CHECK(llama.head_width == 128);
    CHECK(llama.norm_epsilon == 1e-6);
    CHECK_FALSE(llama.is_tied);
    CHECK_FALSE(llama.has_qkv_bias);
    CHECK(llama.windows.empty());
    CHECK(llama.rotary->base == 10000);
    CHECK(llama.activation == ActivationFunction::silu);
    const DecoderConfig mistral = read(R"("model_type": "mistral")");
    CHECK(mistral.key_heads == 8);
    CHECK(mistral.window(5) == 4096);
    const DecoderConfig qwen2 = read(R"("model_type": "qwen2")");
    CHECK(qwen2.has_qkv_bias);
    CHECK_FALSE(qwen2.has_attn_out_bias);
    CHECK(qwen2.windows.empty());
    const DecoderConfig qwen3 = read(R"("model_type": "qwen3")");
    CHECK(qwen3.head_width == 128);
    CHECK(qwen3.has_qk_norms);
    const DecoderConfig gemma2 = read(R"("model_type": "gemma2")");
    CHECK(gemma2.head_width == 256);
    CHECK(gemma2.score_cap == 50);
    CHECK(gemma2.logit_cap == 30);
    CHECK(gemma2.score_scale == 1 / 16.0);
    CHECK(gemma2.embedding_scale == 48);
    CHECK(gemma2.is_tied);
    CHECK(gemma2.window(0) == 4096);
    CHECK(gemma2.window(1) == 0);
    CHECK(gemma2.activation == ActivationFunction::gelu_tanh);
    const DecoderConfig gemma3 = read(R"("model_type": "gemma3_text")");
    CHECK(gemma3.window(4) == 4096);
    CHECK(gemma3.window(5) == 0);
    CHECK(gemma3.rotary->base == 1e6);
    CHECK(gemma3.window_rotary->base == 1e4);
    CHECK(gemma3.has_qk_norms);
    CHECK(gemma3.score_cap == 0);
    const DecoderConfig phi3 = read(R"("model_type": "phi3")");
    CHECK(phi3.packing == QkvPacking::fused);
    CHECK(phi3.is_gate_fused);
    CHECK(phi3.norm_epsilon == 1e-5);
    CHECK(phi3.windows.empty());
}

TEST_CASE("the text model of a Gemma 3 with images is read") {
    const DecoderConfig c =
        read(R"("model_type": "gemma3", "text_config": {"hidden_size": 640, "head_dim": 256, "num_attention_heads": 4,
        "num_key_value_heads": 1, "rope_scaling": {"rope_type": "linear", "factor": 8}}, "vision_config": {})");
    CHECK(c.family == "gemma3_text");
    CHECK(c.width == 640);
    CHECK(c.key_heads == 1);
    CHECK(c.rotary->factor == 8);
    CHECK(c.window_rotary->factor == 1);
    CHECK(
        says(refused(R"("model_type": "gemma3", "text_config": {"hidden_size": 0})"), "text_config.hidden_size is 0"));
    CHECK(says(refused(R"("model_type": "gemma3")"), "text_config is absent"));
}

TEST_CASE("windows are those of the layers that the configuration names") {
    using Windows = std::vector<Index>;
    CHECK(
        read(
            R"("model_type": "qwen2", "num_hidden_layers": 3, "use_sliding_window": true, "sliding_window": 7, "max_window_layers": 1)")
            .windows == Windows{0, 7, 7});
    CHECK(
        read(
            R"("model_type": "qwen3", "num_hidden_layers": 3, "use_sliding_window": true, "sliding_window": 7, "max_window_layers": 0)")
            .windows == Windows{7, 7, 7});
    CHECK(
        read(
            R"("model_type": "gemma2", "num_hidden_layers": 2, "layer_types": ["full_attention", "sliding_attention"], "sliding_window": 5)")
            .windows == Windows{0, 5});
    CHECK(read(R"("model_type": "mistral", "sliding_window": null)").windows.empty());
    CHECK(
        read(R"("model_type": "gemma3_text", "num_hidden_layers": 4, "sliding_window_pattern": 2, "sliding_window": 9)")
            .windows == Windows{9, 0, 9, 0});
    CHECK(says(refused(R"("model_type": "qwen2", "layer_types": ["full_attention"])"),
               "layer_types has 1 entries for 32 layers"));
    CHECK(says(refused(R"("model_type": "gemma2", "num_hidden_layers": 1, "layer_types": ["linear_attention"])"),
               "layer_types has \"linear_attention\", which suture's Gemma 2 lacks"));
}

TEST_CASE("what a Decoder does not do is refused by its field") {
    CHECK(
        says(refused(R"("model_type": "mixtral")"), "model_type is \"mixtral\", but llama::load reads llama, mistral"));
    CHECK(says(refused(R"("model_type": "qwen3", "num_experts": 8)"),
               "num_experts is 8: the MLP is a mixture of experts"));
    CHECK(says(refused(R"("model_type": "gemma3_text", "use_bidirectional_attention": true)"),
               "the model is an encoder"));
    CHECK(says(refused(R"("model_type": "llama", "quantization_config": {"quant_method": "awq"})"),
               "quantized (\"awq\")"));
    CHECK(says(refused(R"("model_type": "mistral", "num_hidden_layers": 1000000000)"),
               "num_hidden_layers is 1000000000 but must be at most 100000"));
    CHECK(says(refused(R"("model_type": "llama", "num_key_value_heads": 5)"),
               "num_key_value_heads is 5, which does not divide"));
    CHECK(says(refused(R"("model_type": "llama", "num_attention_heads": 3)"), "num_attention_heads is 3"));
    CHECK(
        says(refused(R"("model_type": "llama", "hidden_size": 2147483648)"), "hidden_size is 2147483648 but must be"));
    CHECK(says(refused(R"("model_type": "llama", "rms_norm_eps": NaN)"), "rms_norm_eps is NaN (line 1"));
    CHECK(says(refused(R"("model_type": "llama", "hidden_act": "swoosh")"), "hidden_act is \"swoosh\""));
    CHECK(says(refused(R"("model_type": "gemma2", "query_pre_attn_scalar": 0)"), "query_pre_attn_scalar is 0"));
}
