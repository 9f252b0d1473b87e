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
    return gpt2::read_config(folder / "config.json");
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
    CHECK_THROWS_WITH_AS(
        gpt2::read_config("nowhere/config.json"),
        doctest::Contains("nowhere/config.json cannot be opened (the directory nowhere does not exist): give"),
        FileError);
    CHECK_THROWS_WITH_AS(read("weights"),
                         doctest::Contains("config.json is not a JSON object (parse error at line 1, column 1"),
                         FileError);
    CHECK_THROWS_WITH_AS(read(" \n"), doctest::Contains("config.json is empty: give"), FileError);
    CHECK_THROWS_WITH_AS(read("version https://git-lfs.github.com/spec/v1\nsize 5\n"),
                         doctest::Contains("config.json is a Git LFS pointer to a file of 5 bytes"), FileError);
    CHECK_THROWS_WITH_AS(read("[]"), doctest::Contains("is not a JSON object"), FileError);
    CHECK_THROWS_WITH_AS(read(std::string(100000, '[')), doctest::Contains("is not a JSON object"), FileError);
}

TEST_CASE("a directory in place of a file is refused with its path") {
    const files::Folder folder;
    std::filesystem::create_directory(folder / "config.json");
    CHECK_THROWS_WITH_AS(gpt2::read_config(folder / "config.json"),
                         doctest::Contains("config.json cannot be read: give"), FileError);
}

TEST_CASE("a missing or invalid field is refused by name") {
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": "many")")),
                         doctest::Contains("n_ctx is \"many\" but must be an integer"), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_positions": "many")")),
                         doctest::Contains("n_positions is \"many\" but must be an integer"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 48.5})"), doctest::Contains("n_embd is 48.5 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": -1})"), doctest::Contains("n_embd is -1 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 1e30})"), doctest::Contains("n_embd is 1e+30 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 18446744073709551615})"),
                         doctest::Contains("n_embd is 18446744073709551615 but"), ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": 48, "n_head": 5})"),
                         doctest::Contains("n_head is 5, which does not divide n_embd 48"), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "layer_norm_epsilon": -1)")),
                         doctest::Contains("layer_norm_epsilon is -1 but must be a number from 0"), ModelError);
    for (const char* const null : {"n_embd", "n_head", "n_layer", "n_positions", "vocab_size", "scale_attn_weights",
                                   "tie_word_embeddings", "activation_function", "layer_norm_epsilon"}) {
        CAPTURE(null);
        CHECK_THROWS_WITH_AS(read("{\"" + std::string(null) + "\": null}"),
                             doctest::Contains((null + std::string(" is null but must be ")).c_str()), ModelError);
    }
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "tie_word_embeddings": "no")")),
                         doctest::Contains("tie_word_embeddings is \"no\" but must be true or false"), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("n_ctx": 9, "activation_function": 3)")),
                         doctest::Contains("activation_function is 3 but must be a string"), ModelError);
}

TEST_CASE("a model that suture's GPT-2 does not implement is refused, with the reason and what to do") {
    CHECK_THROWS_WITH_AS(read(with(R"("model_type": "llama")")),
                         doctest::Contains("model_type is \"llama\", not \"gpt2\": export the model with torch.export"),
                         ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("add_cross_attention": true)")),
                         doctest::Contains("add_cross_attention is true: the model also attends to an encoder"),
                         ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("activation_function": "GELU")")),
                         doctest::Contains("is \"GELU\": give one of transformers' names: gelu_new, "), ModelError);
    CHECK_THROWS_WITH_AS(read(with(R"("activation_function": "prelu")")),
                         doctest::Contains("is \"prelu\", which has weights of its own"), ModelError);
    CHECK_THROWS_WITH_AS(
        read(with(R"("quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": true})")),
        doctest::Contains("says that the weights are quantized (\"bitsandbytes\"): use the weights from before"),
        ModelError);
}

TEST_CASE("fields that are absent have the defaults of transformers, and its common names stand for GPT-2's") {
    CHECK(read("{}") == Gpt2Config{});
    CHECK(read(R"({"n_embd": 48, "n_head": 3})").inner == 192);
    const Gpt2Config c = read(R"({"hidden_size": 48, "n_embd": 7, "num_attention_heads": 4, "num_hidden_layers": 5,
                                  "max_position_embeddings": 6, "n_positions": 9, "n_ctx": 4, "intermediate_size": 3})");
    CHECK(c.width == 48);
    CHECK(c.heads == 4);
    CHECK(c.layers == 5);
    CHECK(c.positions == 6);
    CHECK(c.inner == 192);
    CHECK(read(R"({"n_ctx": null, "n_positions": 4})").positions == 4);
    CHECK(read(R"({"n_ctx": "many", "n_positions": 4})").positions == 4);
    CHECK(read(R"({"layer_norm_epsilon": 0})").layer_norm_epsilon == 0);
}

TEST_CASE("numbers that JSON lacks do not matter in fields that do not, and are refused with their place in others") {
    CHECK(read("{\"initializer_range\": NaN, \"a\": [Infinity, {\"n_embd\": -Infinity}], \"n_layer\": 3}").layers == 3);
    CHECK_THROWS_WITH_AS(read("{\"n_layer\": 3,\n  \"layer_norm_epsilon\": NaN}"),
                         doctest::Contains("layer_norm_epsilon is NaN (line 2, column 25) but must be a number from 0"),
                         ModelError);
    CHECK_THROWS_WITH_AS(read(R"({"n_embd": Infinity})"),
                         doctest::Contains("n_embd is Infinity (line 1, column 12) but"), ModelError);
}
