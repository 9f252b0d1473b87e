// GPT-2 configurations: read from config.json, or refused with the field's name.
#include "suture/gpt2/config_file.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <filesystem>
#include <string>

using namespace suture;

namespace {
/// Reads a config.json with this text.
Gpt2Config read(const std::string& text) {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", text);
    return read_gpt2_config(folder / "config.json");
}
const std::string nano = R"("n_embd": 48, "n_head": 3, "n_layer": 3, "vocab_size": 3)";
std::string with(const std::string& more) { return "{" + nano + ", " + more + "}"; }
}  // namespace

TEST_CASE("a configuration is read with Hugging Face's defaults") {
    const Gpt2Config c = read(with(R"("n_positions": 11)"));
    CHECK(c.width == 48);
    CHECK(c.heads == 3);
    CHECK(c.layers == 3);
    CHECK(c.vocabulary == 3);
    CHECK(c.positions == 11);
    CHECK(c.inner == 192);
    CHECK(c.layer_norm_epsilon == 1e-5);
    CHECK(c.activation == ActivationFunction::gelu_tanh);
    CHECK(c.tied);
    CHECK(c.scale_attention);
    CHECK_FALSE(c.scale_attention_by_layer);
}

TEST_CASE("every given field is read") {
    const Gpt2Config c =
        read(with(R"("n_ctx": 9, "n_inner": 100, "activation_function": "gelu", "layer_norm_epsilon": 0.001,
        "tie_word_embeddings": false, "scale_attn_weights": false, "scale_attn_by_inverse_layer_idx": true)"));
    CHECK(c.positions == 9);
    CHECK(c.inner == 100);
    CHECK(c.layer_norm_epsilon == 0.001);
    CHECK(c.activation == ActivationFunction::gelu_erf);
    CHECK_FALSE(c.tied);
    CHECK_FALSE(c.scale_attention);
    CHECK(c.scale_attention_by_layer);
    CHECK(read(with(R"("n_ctx": 9, "n_inner": null)")).inner == 192);
    CHECK(read(with(R"("n_ctx": 9, "activation_function": "relu")")).activation == ActivationFunction::relu);
}

TEST_CASE("a file that is not a configuration is refused with its path") {
    CHECK_THROWS_WITH_AS(read_gpt2_config("nowhere/config.json"),
                         doctest::Contains("nowhere/config.json cannot be opened: give"), FileError);
    CHECK_THROWS_WITH_AS(read("weights"), doctest::Contains("config.json is not a JSON object"), FileError);
    CHECK_THROWS_WITH_AS(read("[]"), doctest::Contains("is not a JSON object"), FileError);
    CHECK_THROWS_WITH_AS(read(std::string(100000, '[')), doctest::Contains("is not a JSON object"), FileError);
}

TEST_CASE("a directory in place of a file is refused with its path") {
    const files::Folder folder;
    std::filesystem::create_directory(folder / "config.json");
    CHECK_THROWS_WITH_AS(read_gpt2_config(folder / "config.json"),
                         doctest::Contains("config.json cannot be read: give"), FileError);
}

TEST_CASE("a missing or invalid field is refused by name") {
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": "many")")),
                         doctest::Contains("n_ctx is \"many\" but must be an integer"), ModelError);
    CHECK_THROWS_WITH_AS(read("{" + nano + "}"), doctest::Contains("n_ctx is missing"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 48.5})"), doctest::Contains("n_embd is 48.5 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": -1})"), doctest::Contains("n_embd is -1 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 1e30})"), doctest::Contains("n_embd is 1e+30 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 18446744073709551615})"),
                         doctest::Contains("n_embd is 18446744073709551615 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 48, "n_head": 5})"),
                         doctest::Contains("n_head is 5, which does not divide n_embd 48"), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "layer_norm_epsilon": 0)")),
                         doctest::Contains("layer_norm_epsilon is 0 but must be a positive number"), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "tie_word_embeddings": "no")")),
                         doctest::Contains("tie_word_embeddings is \"no\" but must be true or false"), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "activation_function": 3)")),
                         doctest::Contains("activation_function is 3 but must be a string"), ModelError);
}

TEST_CASE("a model that suture's GPT-2 does not implement is refused") {
    CHECK_THROWS_WITH_AS(read(with(R"("model_type": "llama")")), doctest::Contains("model_type is \"llama\""),
                         ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("add_cross_attention": true)")), doctest::Contains("add_cross_attention is true"),
                         ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "activation_function": "swish")")),
                         doctest::Contains("is \"swish\" but suture has gelu_new, gelu and relu"), ModelError);
}
