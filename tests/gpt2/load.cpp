// Loading Hugging Face GPT-2 directories: all valid forms and all errors.
#include "suture/gpt2/load.hpp"

#include "doctest.hpp"
#include "record/files.hpp"

#include <ATen/ops/randint.h>

#include <functional>
#include <map>
#include <string>

using namespace suture;

namespace {
using Tiny = Gpt2<48, 3>;

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
        (void)load_gpt2<48, 3>(folder.path());
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
            auto loaded = load_gpt2<48, 3>(folder.path());
            CHECK(loaded->forward(ids()).equal(model->forward(ids())));
            CHECK(loaded->config().tied == tied);
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
        auto loaded = load_gpt2<48, 3>(folder.path());
        CHECK(loaded->wte->weight.scalar_type() == at::kFloat);
        CHECK(loaded->wte->weight.equal(model->wte->weight.to(dtype).to(at::kFloat)));
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
    CHECK(files::contains(refusal(folder), "has no tensor \"h.2.mlp.c_fc.weight\" but 'h."));
    files::write_bytes(folder / "config.json", config_text(true, "1"));
    CHECK(files::contains(refusal(folder), "that the model of config.json lacks"));
}

TEST_CASE("weights under another prefix are named, and an untied model without a head says what to do") {
    const std::string prefixed = refusal([](auto& w) {
        files::Tensors other;
        for (const auto& [name, weight] : w) other["model." + name] = weight;
        w = other;
    });
    CHECK(files::contains(prefixed, "has no tensor \"wte.weight\" but 'model.wte.weight', "));
    CHECK(files::contains(prefixed, "no prefix other than \"transformer.\""));
    CHECK(files::contains(
        refusal([](auto& w) { w.erase("lm_head.weight"); }, false),
        "has no tensor \"lm_head.weight\", which config.json requires: set tie_word_embeddings to true"));
}

TEST_CASE("parameters are loaded without gradients") {
    const files::Folder folder;
    write_model(folder, weights_of(Tiny(tiny(true)), ""), true);
    for (const at::Tensor& parameter : load_gpt2<48, 3>(folder.path())->parameters())
        CHECK_FALSE(parameter.requires_grad());
}

TEST_CASE("weights that do not fit config.json are refused by name") {
    using files::contains;
    CHECK(contains(refusal([](auto& w) { w.erase("h.1.mlp.c_fc.bias"); }), "has no tensor \"h.1.mlp.c_fc.bias\""));
    CHECK(contains(refusal([](auto& w) {
                       w["h.0.attn.c_attn.weight"] = at::zeros({144, 48});
                   }),
                   "\"h.0.attn.c_attn.weight\" has shape [144, 48] but config.json requires [48, 144]"));
    CHECK(contains(refusal([](auto& w) { w["h.2.ln_1.weight"] = at::zeros({48}); }),
                   "has a tensor \"h.2.ln_1.weight\" that"));
    CHECK(contains(refusal([](auto& w) { w.clear(); }), "has no tensor"));
}

TEST_CASE("a missing file or another width is refused with a remedy") {
    const files::Folder folder;
    files::write_bytes(folder / "config.json", config_text(true));
    CHECK_THROWS_WITH_AS((load_gpt2<48, 3>(folder.path())), doctest::Contains("model.safetensors"), FileError);
    save_safetensors(folder / "model.safetensors", weights_of(Tiny(tiny(true)), ""));
    CHECK_THROWS_WITH_AS((load_gpt2<64, 4>(folder.path())),
                         doctest::Contains("Gpt2<64, 4> was compiled: use Gpt2<48, 3>"), ModelError);
}

TEST_CASE("a directory of any compiled width is visited with a model of its type") {
    const files::Folder folder;
    write_model(folder, weights_of(Tiny(tiny(true)), ""), true);
    Index width = 0;
    using Two = std::tuple<Gpt2Size<64, 4>, Gpt2Size<48, 3>>;
    visit_gpt2<Two>(folder.path(), [&]<Index W, Index H>(Gpt2<W, H>) { width = W; });
    CHECK(width == 48);
    using Other = std::tuple<Gpt2Size<64, 4>>;
    CHECK_THROWS_WITH_AS(
        visit_gpt2<Other>(folder.path(), []<Index W, Index H>(Gpt2<W, H>) {}),
        doctest::Contains("no model of width 48 with 3 heads was compiled (64 x 4): add Gpt2Size<48, 3>"), ModelError);
}
