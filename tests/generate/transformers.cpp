// Padded passes and generations against transformers, with the models of tests/pretrained (make_generations.py made the files).
#include "suture/generate/generate.hpp"
#include "suture/pretrained/load.hpp"

#include "doctest.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;
namespace fs = std::filesystem;

/// The models that were continued, each with the file that says how.
std::vector<std::pair<fs::path, fs::path>> all_models() {
    std::vector<std::pair<fs::path, fs::path>> found;
    const auto add = [&](const fs::path& models, const fs::path& generated) {
        for (const auto& entry : fs::directory_iterator(generated))
            if (const fs::path model = models / entry.path().stem(); fs::exists(model / "config.json"))
                found.emplace_back(model, entry.path());
    };
    const fs::path tests = fs::path(SUTURE_SOURCE_DIR) / "tests";
    add(tests / "pretrained/data", tests / "generate/data");
    const char *const models = std::getenv("SUTURE_PRETRAINED_MODELS"), *const made = std::getenv("SUTURE_GENERATIONS");
    if (models && made && fs::is_directory(made)) add(models, made);
    return found;
}
/// The largest difference, as a share of the largest value.
double apart(const at::Tensor& is, const at::Tensor& wanted) {
    if (is.sizes() != wanted.sizes() || !is.isfinite().all().item<bool>()) return 1e9;
    return is.sub(wanted).abs().max().item<double>() / wanted.abs().max().item<double>();
}
}  // namespace

TEST_CASE("padded logits and generated tokens are those of transformers") {
    const at::NoGradGuard no_gradients;
    double most = 0;
    std::size_t continued = 0;
    const auto models = all_models();
    for (const auto& [directory, file] : models) {
        const std::string name = directory.string();
        CAPTURE(name);
        const Safetensors expected = Safetensors::open(file);
        Decoder model = pretrained::load(directory);
        for (const std::string side : {"left", "right"}) {
            const at::Tensor mask = expected.load(side + ".mask");
            const at::Tensor logits =
                model(expected.load(side + ".ids"), {.attention_mask = mask}).mul(mask.unsqueeze(-1));
            const double here = apart(logits, expected.load(side + ".logits"));
            CHECK(here < 1e-5);
            most = std::max(most, here);
        }
        const at::Tensor ids = expected.load("left.ids"), mask = expected.load("left.mask");
        const at::Tensor ends = expected.load("eos_ids");
        const std::vector<Index> eos(ends.data_ptr<Index>(), ends.data_ptr<Index>() + ends.numel());
        const auto made = [&](GenerateOptions options) {
            options.max_new_tokens = 8, options.attention_mask = mask;
            return generate(model, ids, options).ids.slice(1, ids.size(1));
        };
        // Angles that change with the length of the text, as it grows beyond 12 positions: transformers gives all rows those of the
        // longest, and here each row has its own.
        if (!model->computes_positions(at::zeros({1, 13}, at::kLong))) continue;
        ++continued;
        CHECK(made({}).equal(expected.load("greedy")));
        CHECK(made({.eos_token_ids = eos, .pad_token_id = 0}).equal(expected.load("eos")));
        CHECK(made({.eos_token_ids = eos, .pad_token_id = eos[1]}).equal(expected.load("eos_is_pad")));
        CHECK(made({.repetition_penalty = 1.5}).equal(expected.load("penalty")));
    }
    CHECK(models.size() >= 13);
    MESSAGE(models.size() << " models, " << continued << " of them continued, largest difference of padded logits "
                          << most);
}
