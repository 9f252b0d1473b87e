// GPT-2 checkpoints against transformers: checkpoints.py makes configurations and directories, and says which logits
// transformers computes. Those in data/checkpoints.json are always compared; where Python has transformers, new ones too.
#include "suture/gpt2/load.hpp"

#include "doctest.hpp"
#include "file/files.hpp"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace suture;

namespace {
/// As `weight` in checkpoints.py.
at::Tensor weight(const std::string& name, at::IntArrayRef shape) {
    std::uint64_t state = 0xCBF29CE484222325;
    for (const char byte : name) state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
    at::Tensor values = at::empty(shape);
    auto* const first = values.data_ptr<float>();
    for (Index i = 0; i < values.numel(); ++i) {
        state = state * 6364136223846793005 + 1442695040888963407;
        first[i] = static_cast<float>(static_cast<double>(state >> 40) / (1 << 24) - 0.5);
    }
    if (name.ends_with("bias")) return values.mul_(0.25);
    return name.find("ln_") != name.npos ? values.mul_(0.5).add_(1) : values.mul_(0.5);
}

at::Tensor ids_for(const Gpt2Config& config) {
    const at::Tensor i = at::arange(6, at::kLong);
    return i.mul(i).mul(3).add(1).remainder(config.vocabulary).unsqueeze(0);
}

/// How far the logits are apart, measured by the largest.
double apart(const at::Tensor& is, const at::Tensor& wanted) {
    if (is.numel() != wanted.numel()) return 1e9;
    const double most = (is.flatten() - wanted.flatten()).abs().max().item<double>();
    return most <= 1e9 ? most / std::max(1.0, wanted.abs().max().item<double>()) : 1e9;  // NaN as well
}

/// The weights of a model of this configuration, under the names of GPT2LMHeadModel.
files::Tensors weights_for(const Gpt2Config& c) {
    files::Tensors weights;
    const auto add = [&weights](const std::string& name, std::vector<Index> shape) {
        weights[(name == "lm_head.weight" ? "" : "transformer.") + name] = weight(name, shape);
    };
    add("wte.weight", {c.vocabulary, c.width});
    add("wpe.weight", {c.positions, c.width});
    for (Index layer = 0; layer < c.layers; ++layer) {
        const std::string h = "h." + std::to_string(layer) + ".";
        for (const char* const norm : {"ln_1", "ln_2"})
            for (const char* const what : {".weight", ".bias"}) add(h + norm + what, {c.width});
        add(h + "attn.c_attn.weight", {c.width, 3 * c.width}), add(h + "attn.c_attn.bias", {3 * c.width});
        add(h + "attn.c_proj.weight", {c.width, c.width}), add(h + "attn.c_proj.bias", {c.width});
        add(h + "mlp.c_fc.weight", {c.width, c.inner}), add(h + "mlp.c_fc.bias", {c.inner});
        add(h + "mlp.c_proj.weight", {c.inner, c.width}), add(h + "mlp.c_proj.bias", {c.width});
    }
    add("ln_f.weight", {c.width}), add("ln_f.bias", {c.width});
    if (!c.tied) add("lm_head.weight", {c.vocabulary, c.width});
    return weights;
}

/// Between versions of LibTorch, for logits up to a few units.
constexpr double rounding = 1e-5;
}  // namespace

TEST_CASE("odd configurations give the logits of transformers") {
    const at::NoGradGuard no_gradients;
    std::ifstream in(std::filesystem::path(SUTURE_SOURCE_DIR) / "tests/gpt2/data/checkpoints.json");
    const nlohmann::json goldens = nlohmann::json::parse(in);
    CHECK(goldens.size() > 80);
    double most = 0;
    for (const auto& golden : goldens) {
        const std::string text = golden["config"];
        CAPTURE(text);
        const files::Folder folder;
        files::write_bytes(folder / "config.json", text);
        save_safetensors(folder / "model.safetensors", weights_for(gpt2::read_config(folder / "config.json")));
        Decoder model = gpt2::load(folder.path());
        const auto wanted = golden["logits"].get<std::vector<double>>();
        const double difference = apart(model->forward(ids_for(gpt2::config_of(model->config()))),
                                        at::tensor(at::ArrayRef<double>(wanted), at::kDouble).to(at::kFloat));
        CHECK(difference < rounding);
        most = std::max(most, difference);
    }
    MESSAGE(goldens.size() << " configurations, largest difference " << most);
}

TEST_CASE("checkpoints that transformers saves give its logits") {
    const char* const made = std::getenv("SUTURE_GPT2_CHECKPOINTS");
    if (!made || !std::filesystem::is_directory(made)) {
        MESSAGE(
            "skipped: there are no new checkpoints: install torch, transformers and safetensors for Python and run "
            "ctest, "
            "or run tests/gpt2/checkpoints.py and name its directory in SUTURE_GPT2_CHECKPOINTS");
        return;
    }
    const at::NoGradGuard no_gradients;
    double most = 0;
    int compared = 0;
    for (const auto& entry : std::filesystem::directory_iterator(made)) {
        if (!std::filesystem::exists(entry.path() / "expected.safetensors")) continue;
        CAPTURE(entry.path().string());
        const Safetensors expected = Safetensors::open(entry.path() / "expected.safetensors");
        LoadOptions options;
        std::istringstream names(expected.metadata().at("skip"));
        for (std::string name; names >> name;) options.skip.push_back(name);
        double difference = 1e9;
        std::string refused;
        try {
            Decoder model = gpt2::load(entry.path(), options);
            difference = apart(model->forward(expected.load("ids")), expected.load("logits"));
            CHECK(gpt2::extra_weights(entry.path()).empty() == options.skip.empty());
        } catch (const Error& error) {
            refused = error.what();
        }
        CHECK(refused == "");
        CHECK(difference < 10 * rounding);  // of random models, with activations of any size
        if (!options.skip.empty()) CHECK_THROWS_AS((void)gpt2::load(entry.path()), ModelError);
        most = std::max(most, difference);
        ++compared;
    }
    CHECK(compared > 50);
    MESSAGE(compared << " checkpoints, largest difference " << most);
}
