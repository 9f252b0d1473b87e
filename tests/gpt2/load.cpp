// Loading Hugging Face GPT-2 directories: all valid forms and all errors.
#include "suture/gpt2/load.hpp"

#include "suture/gpt2/save.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <ATen/ops/randint.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

using namespace suture;

namespace {
using Tiny = Decoder;

Gpt2Config tiny(bool tied) {
    Gpt2Config c;
    c.width = 48, c.heads = 3, c.inner = 192, c.layers = 2, c.positions = 8, c.vocabulary = 5, c.tied = tied;
    return c;
}
std::string config_text(bool tied, const std::string& layers = "2", const std::string& positions = "8") {
    return R"({"model_type": "gpt2", "n_embd": 48, "n_head": 3, "n_layer": )" + layers + R"(, "n_positions": )" +
           positions + R"(, "vocab_size": 5, "tie_word_embeddings": )" + std::string(tied ? "true}" : "false}");
}
files::Tensors weights_of(const Tiny& model, const std::string& prefix) {
    files::Tensors weights;
    for (const auto& p : model->named_parameters())
        weights[p.key().starts_with("lm_head") ? p.key() : prefix + p.key()] = p.value();
    return weights;
}
void write_model(const files::Folder& folder, const files::Tensors& weights, bool tied) {
    files::write_bytes(folder / "config.json", config_text(tied));
    save_safetensors(folder / "model.safetensors", weights);
}
const at::Tensor ids() { return at::arange(5, at::kLong).unsqueeze(0); }

/// The message of loading the directory; empty if it loads.
std::string refusal(const files::Folder& folder) {
    try {
        (void)gpt2::load(folder.path());
    } catch (const ModelError& e) {
        return e.what();
    }
    return "";
}
/// The message of loading after `spoil` changed the weights of a valid directory.
std::string refusal(const std::function<void(files::Tensors&)>& spoil, bool tied = true) {
    const files::Folder folder;
    files::Tensors weights = weights_of(Tiny(tiny(tied)), "");
    spoil(weights);
    write_model(folder, weights, tied);
    return refusal(folder);
}
}  // namespace

TEST_CASE("a directory is loaded with or without the prefix, tied or untied") {
    const at::NoGradGuard no_gradients;
    for (const bool tied : {true, false})
        for (const char* prefix : {"", "transformer."}) {
            CAPTURE(tied);
            CAPTURE(prefix);
            const files::Folder folder;
            Tiny model(tiny(tied));
            write_model(folder, weights_of(model, prefix), tied);
            auto loaded = gpt2::load(folder.path());
            CHECK(loaded->forward(ids()).equal(model->forward(ids())));
            CHECK(loaded->config().is_tied == tied);
        }
}

TEST_CASE("the masks and the tied unembedding of checkpoints are ignored") {
    CHECK(refusal([](files::Tensors& w) {
              w["transformer.h.0.attn.bias"] = at::ones({1, 1, 8, 8});
              w["transformer.h.1.attn.masked_bias"] = at::zeros({});
              w["lm_head.weight"] = w.at("wte.weight").clone();
          }) == "");
}

TEST_CASE("a tied unembedding that differs from the embedding is refused and not dropped") {
    using files::contains;
    for (const char* name : {"lm_head.weight", "transformer.lm_head.weight"})
        CHECK(contains(refusal([&](files::Tensors& w) { w[name] = w.at("wte.weight") + 1; }),
                       "\"" + std::string(name) +
                           "\" differs from \"wte.weight\" but config.json ties them: "
                           "set tie_word_embeddings to false"));
    CHECK(contains(refusal([](files::Tensors& w) { w["lm_head.weight"] = at::ones({6, 48}); }), "differs from"));
    CHECK(refusal([](files::Tensors& w) { w["lm_head.weight"] = w.at("wte.weight").to(at::kDouble); }) == "");
    CHECK(contains(refusal([](files::Tensors& w) { w["other.lm_head.weight"] = w.at("wte.weight").clone(); }),
                   "has a tensor \"other.lm_head.weight\" that"));
}

TEST_CASE("16-bit weights are widened and 64-bit weights are rounded") {
    const at::NoGradGuard no_gradients;
    for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf, at::kDouble}) {
        const files::Folder folder;
        Tiny model(tiny(true));
        files::Tensors weights = weights_of(model, "");
        for (auto& [name, weight] : weights) weight = weight.to(dtype);
        write_model(folder, weights, true);
        auto loaded = gpt2::load(folder.path());
        CHECK(loaded->token_embedding->weight.scalar_type() == at::kFloat);
        CHECK(loaded->token_embedding->weight.equal(model->token_embedding->weight.to(dtype).to(at::kFloat)));
    }
}

TEST_CASE("weights that are not floating-point numbers are refused by name and dtype") {
    for (const at::ScalarType dtype : {at::kLong, at::kChar, at::kBool})
        CHECK(
            files::contains(refusal([&](auto& w) { w["h.1.ln_1.weight"] = at::ones({48}, dtype); }),
                            "\"h.1.ln_1.weight\" is " + dtype_text(dtype) + " but weights are floating-point numbers"));
}

TEST_CASE("sizes in config.json that differ from the file are refused before the model is made") {
    const files::Folder folder;
    save_safetensors(folder / "model.safetensors", weights_of(Tiny(tiny(true)), ""));
    files::write_bytes(folder / "config.json", config_text(true, "2", "1073741824"));
    CHECK(
        files::contains(refusal(folder), "\"wpe.weight\" has shape [8, 48] but config.json requires [1073741824, 48]"));
    files::write_bytes(folder / "config.json", config_text(true, "1073741824"));
    CHECK(files::contains(refusal(folder),
                          "has no tensor \"h.2.ln_1.weight\": it has 2 layers but n_layer in "
                          "config.json is 1073741824: use the config.json of these weights"));
    files::write_bytes(folder / "config.json", config_text(true, "1"));
    CHECK(files::contains(refusal(folder), "and 9 more that the model of config.json lacks: set n_layer to 2"));
}

TEST_CASE("the field of config.json that does not fit the weights is named, with its right value") {
    const files::Folder folder;
    save_safetensors(folder / "model.safetensors", weights_of(Tiny(tiny(true)), ""));
    const auto with = [&](const std::string& field) {
        files::write_bytes(folder / "config.json", "{" + field + config_text(true).substr(1));
        return refusal(folder);
    };
    CHECK(files::contains(with("\"n_inner\": 100, "), "[48, 100]: set n_inner to 192, or use"));
    files::write_bytes(folder / "config.json", config_text(true, "2", "9"));
    CHECK(files::contains(refusal(folder), "[9, 48]: set n_positions to 8, or use"));
    files::write_bytes(folder / "config.json", R"({"n_embd": 48, "n_head": 3, "n_layer": 2, "n_positions": 8})");
    CHECK(files::contains(refusal(folder), "[50257, 48]: set vocab_size to 5, or use"));
}

TEST_CASE("an untied model without a head says what to do") {
    CHECK(files::contains(
        refusal([](auto& w) { w.erase("lm_head.weight"); }, false),
        "has no tensor \"lm_head.weight\", which config.json requires: set tie_word_embeddings to true"));
}

TEST_CASE("a tied embedding may be in the file under either name") {
    const at::NoGradGuard no_gradients;
    for (const char* prefix : {"", "module."}) {
        const files::Folder folder;
        Tiny model(tiny(true));
        files::Tensors weights = weights_of(model, prefix + std::string("transformer."));
        weights[prefix + std::string("lm_head.weight")] = weights.at(prefix + std::string("transformer.wte.weight"));
        weights.erase(prefix + std::string("transformer.wte.weight"));
        write_model(folder, weights, true);
        CHECK(gpt2::load(folder.path())->forward(ids()).equal(model->forward(ids())));
    }
    CHECK(files::contains(refusal([](auto& w) { w.erase("wte.weight"); }, false), "has no tensor \"wte.weight\""));
}

TEST_CASE("tensors that the model lacks are read past on request, by the name of their module, and listed") {
    const at::NoGradGuard no_gradients;
    const files::Folder folder;
    Tiny model(tiny(true));
    files::Tensors weights = weights_of(model, "transformer.");
    weights["score.weight"] = at::ones({2, 48});
    weights["module.v_head.summary.bias"] = at::ones({1});
    weights["v_head.summary.weight"] = at::ones({1, 48});
    write_model(folder, weights, true);
    using Names = std::vector<std::string>;
    CHECK(gpt2::extra_weights(folder.path()) ==
          Names{"module.v_head.summary.bias", "score.weight", "v_head.summary.weight"});
    const auto skipping = [&](const Names& skip) {
        try {
            CHECK(gpt2::load(folder.path(), {.skip = skip})->forward(ids()).equal(model->forward(ids())));
        } catch (const ModelError& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    CHECK(skipping({"score", "v_head"}) == "");
    CHECK(skipping({"v_head.summary", "score.weight"}) == "");
    CHECK(files::contains(skipping({}), "pass {.skip = {\"score\", \"v_head\"}} to read past them"));
    CHECK(files::contains(skipping({"v_head"}),
                          "has a tensor \"score.weight\" that the model of config.json lacks: pass "
                          "{.skip = {\"score\"}} to read past it"));
    CHECK(files::contains(skipping({"score", "v_hed"}),
                          "there is nothing to skip at \"v_hed\": the model lacks \"module.v"));
    CHECK(files::contains(skipping({"score", "v_head", "h"}), "there is nothing to skip at \"h\""));
    CHECK(gpt2::load(folder.path(), {.skip = {"score", "v_head"}})->config().width == 48);
}

TEST_CASE("weights that do not belong to one model are refused by two of their names") {
    using files::contains;
    CHECK(contains(refusal([](auto& w) {
                       const files::Tensors other = w;
                       for (const auto& [name, weight] : other) w["ref." + name] = weight;
                   }),
                   "has weights of several models, such as \"h.0.attn.c_attn.bias\" and \"ref.h.0.attn.c_attn.bias\""));
    CHECK(contains(refusal([](auto& w) { w["transformer.wte.weight"] = w.at("wte.weight").clone(); }),
                   "has one weight twice, as \"transformer.wte.weight\" and \"wte.weight\": save one model"));
}

TEST_CASE("weights of another kind are refused by the cause that their names and shapes show") {
    using files::contains;
    const auto transposed = [](auto& w) {
        for (auto& [name, weight] : w)
            if (name.find("c_attn.weight") != name.npos || name.find("c_fc.weight") != name.npos)
                weight = weight.t().contiguous();
    };
    CHECK(contains(refusal(transposed),
                   "\"h.0.attn.c_attn.weight\" has shape [144, 48], the transpose of [48, 144]: the "
                   "weights are those of torch.nn.Linear, as nanoGPT saves them, so transpose"));
    CHECK(contains(
        refusal([](auto& w) { std::erase_if(w, [](const auto& item) { return item.first.ends_with("bias"); }); }),
        "has no tensor \"h.0.ln_1.bias\" and no other bias: the model was trained without them"));
    CHECK(
        contains(refusal([](auto& w) {
                     w["h.0.attn.c_attn.base_layer.weight"] = w.at("h.0.attn.c_attn.weight");
                     w.erase("h.0.attn.c_attn.weight");
                 }),
                 "\"h.0.attn.c_attn.base_layer.weight\", a name of a LoRA adapter: merge it with merge_and_unload()"));
    CHECK(contains(refusal([](auto& w) {
                       w["h.0.attn.c_attn.lora_A.default.weight"] = at::ones({2, 48});
                   }),
                   "is not plain weights but \"h.0.attn.c_attn.lora_A.default.weight\", a name of a LoRA adapter"));
    CHECK(contains(refusal([](auto& w) {
                       w["h.0.attn.c_attn.qweight"] = at::ones({6, 144}, at::kInt);
                       w.erase("h.0.attn.c_attn.weight");
                   }),
                   "\"h.0.attn.c_attn.qweight\", a name of quantized weights"));
    CHECK(contains(refusal([](auto& w) { w["h.0.crossattention.c_attn.weight"] = at::ones({1}); }),
                   "of attention to an encoder, which suture's models lack"));
    CHECK(contains(refusal([](auto& w) { w["h.0.ln_1.weight"] = at::ones({0}); }), "DeepSpeed's ZeRO-3"));
    CHECK(contains(refusal([](auto& w) {
                       w["h.1.attn.c_attn.weight"] = at::ones({48, 96});
                   }),
                   "heads of this layer were pruned"));
    CHECK(contains(refusal([](auto& w) {
                       w = {{"model.embed_tokens.weight", at::ones({5, 48})}};
                   }),
                   "has no tensor \"wte.weight\" but \"model.embed_tokens.weight\", which are not names of a GPT-2"));
}

TEST_CASE("weights in several files are read by their index, and model.safetensors comes before one") {
    const at::NoGradGuard no_gradients;
    const files::Folder folder;
    Tiny model(tiny(true));
    files::Tensors first = weights_of(model, "transformer."), second;
    for (const char* const name : {"transformer.wpe.weight", "transformer.h.1.mlp.c_fc.weight"})
        second[name] = first.at(name), first.erase(name);
    std::string listed =
        "\"lm_head.weight\": \"b.safetensors\"";  // shared with the embedding, and left out of the file
    for (const auto& item : first) listed += ", \"" + item.first + "\": \"a.safetensors\"";
    for (const auto& item : second) listed += ", \"" + item.first + "\": \"b.safetensors\"";
    files::write_bytes(folder / "config.json", config_text(true));
    files::write_bytes(folder / "model.safetensors.index.json", "{\"weight_map\": {" + listed + "}}");
    save_safetensors(folder / "a.safetensors", first);
    save_safetensors(folder / "b.safetensors", second);
    CHECK(gpt2::load(folder.path())->forward(ids()).equal(model->forward(ids())));

    second.erase("transformer.wpe.weight");
    save_safetensors(folder / "b.safetensors", second);
    CHECK(files::contains(refusal(folder),
                          "index.json has no tensor \"wpe.weight\": the index lists "
                          "\"transformer.wpe.weight\" in a file that lacks it"));
    std::filesystem::remove(folder / "b.safetensors");
    CHECK_THROWS_WITH_AS((gpt2::load(folder.path())),
                         doctest::Contains("1 of the 2 files that it lists are not there, such as \"b.safetensors\""),
                         FileError);
    gpt2::save(folder.path(), model);
    CHECK(gpt2::load(folder.path())->forward(ids()).equal(model->forward(ids())));
}

TEST_CASE("parameters are loaded without gradients") {
    const files::Folder folder;
    write_model(folder, weights_of(Tiny(tiny(true)), ""), true);
    for (const at::Tensor& parameter : gpt2::load(folder.path())->parameters()) CHECK_FALSE(parameter.requires_grad());
}

TEST_CASE("weights that do not fit config.json are refused by name") {
    using files::contains;
    CHECK(contains(refusal([](auto& w) { w.erase("h.1.mlp.c_fc.bias"); }), "has no tensor \"h.1.mlp.c_fc.bias\""));
    CHECK(contains(refusal([](auto& w) {
                       w["h.0.attn.c_attn.weight"] = at::zeros({144, 48});
                   }),
                   "\"h.0.attn.c_attn.weight\" has shape [144, 48], the transpose of [48, 144]"));
    CHECK(contains(refusal([](auto& w) { w["h.0.mlp.c_proj.bias"] = at::zeros({49}); }),
                   "\"h.0.mlp.c_proj.bias\" has shape [49] but config.json requires [48]: use the config.json"));
    CHECK(contains(refusal([](auto& w) { w["h.2.ln_1.weight"] = at::zeros({48}); }),
                   "has a tensor \"h.2.ln_1.weight\" that"));
    CHECK(contains(refusal([](auto& w) { w.clear(); }), "has no tensor"));
}

TEST_CASE("a missing file is refused with a remedy") {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", config_text(true));
    CHECK_THROWS_WITH_AS((gpt2::load(folder.path())), doctest::Contains("model.safetensors"), FileError);
}

TEST_CASE("a directory of any size is opened, and a site of another width is refused when it is looked up") {
    for (const auto& [width, heads] : {std::pair<Index, Index>{48, 3}, {56, 7}, {8, 8}, {20, 1}}) {
        const files::Folder folder;
        Gpt2Config config;
        config.width = width, config.heads = heads, config.inner = 3 * width, config.layers = 2, config.positions = 8;
        config.vocabulary = 11;
        Decoder model(config);
        gpt2::save(folder.path(), model);
        Decoder loaded = gpt2::load(folder.path());
        CHECK(loaded->config() == model->config());
        CHECK(loaded->forward(at::zeros({1, 8}, at::kLong)).equal(model->forward(at::zeros({1, 8}, at::kLong))));
        CHECK(site<Gpt2Qkv<dynamic, dynamic>>(loaded, "h.1.attn.c_attn").extents().heads<K>() == heads);
        if (width == 48) {
            CHECK_NOTHROW((void)site<Gpt2Qkv<48, 3>>(loaded, "h.1.attn.c_attn"));
            CHECK_NOTHROW((void)site<Resid<48>>(loaded, "h.1.resid_pre"));
            CHECK_NOTHROW((void)site<Mlp<144>>(loaded, "h.1.mlp.act"));
            CHECK_THROWS_AS((void)(site<Gpt2Qkv<48, 4>>(loaded, "h.1.attn.c_attn")), TypeError);
        } else {
            CHECK_THROWS_AS((void)(site<Gpt2Qkv<48, 3>>(loaded, "h.1.attn.c_attn")), TypeError);
            for (const char* const path : {"h.0.resid_pre", "h.0.resid_mid", "h.1.resid_post", "h.0.mlp_in"})
                CHECK_THROWS_AS((void)site<Resid<48>>(loaded, path), TypeError);
            CHECK_THROWS_AS((void)site<Norm<48>>(loaded, "ln_f"), TypeError);
            CHECK_THROWS_AS((void)(site<Z<48, 3>>(loaded, "h.0.attn.z")), TypeError);
        }
    }
}
