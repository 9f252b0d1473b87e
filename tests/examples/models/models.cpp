// The models that examples/run fetches, if the cache has them, against what transformers computes in float64 with PyTorch's
// hooks (make_reference.py).
#include "experiments/patching.hpp"
#include "shared/model.hpp"

#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>
#include <suture/tokenizer/tokenizer.hpp>

#include <nlohmann/json.hpp>
#include <range/v3/view/transform.hpp>

#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include "doctest.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

using namespace suture;
using nlohmann::json;

namespace {
/// The directory of a model; empty, with a message in the test's output, if the cache does not have it.
std::optional<std::string> cached(const std::string& directory, const std::string& name) {
    const char *given = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
    const std::filesystem::path cache =
                                    given && *given ? given : std::filesystem::path(home ? home : "/root") / ".cache",
                                found = cache / "suture" / "models" / directory;
    if (std::filesystem::exists(found / "config.json")) return found.string();
    MESSAGE("skipped: " << found.string() << " is not there; examples/run --model " << name << " makes it");
    return std::nullopt;
}

json reference(const std::string& name) {
    std::ifstream file(SUTURE_SOURCE_DIR "/tests/examples/models/reference.json");
    return json::parse(file).at(name);
}

/// A list of lists of one length as a tensor.
template <class T>
at::Tensor tensor_of(const json& rows) {
    std::vector<at::Tensor> all;
    for (const json& row : rows) all.push_back(at::tensor(row.get<std::vector<T>>()));
    return at::stack(all);
}

double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }

/// Compares logit differences, the probability of the answer, and both maps.
/// @param logits, shares how far apart they may be
void compare(Decoder& model, const json& expected, double logits, double shares) {
    const experiments::PatchingMap map = experiments::patching_map(
        model, tensor_of<Index>(expected.at("clean_ids")), tensor_of<Index>(expected.at("corrupted_ids")), "",
        {expected.at("answer").get<Index>(), expected.at("other").get<Index>()}, {});
    const SweepResult &stream = map.result, &heads = *map.heads;
    CHECK(distance(stream.source, at::tensor(expected.at("clean").get<std::vector<double>>())) <= logits);
    CHECK(distance(stream.baseline, at::tensor(expected.at("corrupted").get<std::vector<double>>())) <= logits);
    CHECK(distance(stream.recovered().mean(0), tensor_of<double>(expected.at("stream"))) <= shares);
    CHECK(distance(heads.recovered().mean(0), tensor_of<double>(expected.at("heads"))) <= shares);
    const at::NoGradGuard no_gradients;
    const at::Tensor last = model->forward(tensor_of<Index>(expected.at("clean_ids"))).select(1, -1);
    const at::Tensor likely = last.to(at::kDouble).softmax(-1).select(-1, expected.at("answer").get<Index>());
    CHECK(likely.mean().item<double>() == doctest::Approx(expected.at("probability").get<double>()).epsilon(logits));
}

/// What the outputs of these heads recover, patched at the last token all at once: the mean over the prompts.
double recovered_together(Decoder& model, const json& expected, const std::vector<std::vector<std::size_t>>& heads) {
    const at::NoGradGuard no_gradients;
    HookSet recording, patching;
    Latest<Z<dynamic, dynamic>> clean;
    recording.add(model->blocks | ranges::views::transform([](const auto& block) { return site_ref(block->attn->z); }),
                  clean);
    const auto difference = [&](const at::Tensor& logits) {
        const at::Tensor last = logits.select(1, -1).to(at::kDouble);
        return last.select(1, expected.at("answer").get<Index>())
            .sub(last.select(1, expected.at("other").get<Index>()));
    };
    const at::Tensor of_clean =
        difference(run_with_hooks(model, recording, tensor_of<Index>(expected.at("clean_ids"))));
    for (const auto& h : heads)
        patching.add(model->blocks[h[0]]->attn->z, on<Z>(token(-1), head(static_cast<Index>(h[1]))).set(clean[h[0]]));
    const at::Tensor ids = tensor_of<Index>(expected.at("corrupted_ids")),
                     of_corrupted = difference(model->forward(ids));
    return difference(run_with_hooks(model, patching, ids))
        .sub(of_corrupted)
        .div(of_clean.sub(of_corrupted))
        .mean()
        .item<double>();
}
}  // namespace

TEST_CASE("SmolLM2 keeps who gets the drink where transformers says, and the same heads move it") {
    const auto directory = cached("smollm2-0.1.2", "smollm2");
    if (!directory) return;
    const json expected = reference("smollm2");
    Decoder model = examples::load_model(*directory);
    const Tokenizer tokenizer = Tokenizer::open(*directory);
    CHECK(tokenizer.encode("When Mary and John went to the store, John gave a drink to") ==
          expected.at("clean_ids")[0].get<std::vector<Index>>());
    CHECK(tokenizer.id_of(" Mary") == expected.at("answer").get<Index>());
    compare(model, expected, 1e-4, 1e-5);
}

TEST_CASE("SmolLM2 in bfloat16 gives the same map, up to the steps of its logits") {
    const auto directory = cached("smollm2-0.1.2-bfloat16", "smollm2 --dtype bfloat16");
    if (!directory) return;
    Decoder model = examples::load_model(*directory, "bfloat16");
    for (const at::Tensor& weight : model->parameters()) REQUIRE(weight.scalar_type() == at::kBFloat16);
    compare(model, reference("smollm2"), 0.15, 0.04);
}

TEST_CASE("MGM keeps the habitat where transformers says") {
    const auto directory = cached("mgm-0.5.8", "mgm");
    if (!directory) return;
    const json expected = reference("mgm");
    Decoder model = examples::load_model(*directory);
    const Tokenizer tokenizer = Tokenizer::open(*directory);
    CHECK(tokenizer.encode("<bos> g__Streptococcus g__Fusobacterium g__Prevotella") ==
          expected.at("clean_ids")[0].get<std::vector<Index>>());
    CHECK(tokenizer.token_text(8597) == "g__Streptococcus");
    CHECK(tokenizer.id_of("g__Gemella") == expected.at("answer").get<Index>());
    compare(model, expected, 1e-4, 1e-5);
    compare(model, expected.at("eight_pairs"), 1e-4, 1e-5);
}

TEST_CASE("six heads of MGM carry half of the habitat, and more than any of forty random sixes of the others") {
    const auto directory = cached("mgm-0.5.8", "mgm");
    if (!directory) return;
    const json expected = reference("mgm");
    Decoder model = examples::load_model(*directory);
    std::vector<json> prompts = expected.at("elsewhere");
    CHECK(prompts.size() == 5);
    prompts.push_back(expected.at("eight_pairs"));
    for (const json& asked : prompts) {
        const auto six = asked.at("six_heads").get<std::vector<std::vector<std::size_t>>>();
        const double together = recovered_together(model, asked, six);
        CHECK(together == doctest::Approx(asked.at("six_heads_recover").get<double>()).epsilon(1e-4));
        CHECK(together > asked.at("random_sixes_recover_at_most").get<double>());
        std::vector<std::vector<std::size_t>> others;
        for (std::size_t layer = 0; layer < 8; ++layer)
            for (std::size_t h = 0; h < 8; ++h)
                if (std::find(six.begin(), six.end(), std::vector{layer, h}) == six.end()) others.push_back({layer, h});
        CHECK(recovered_together(model, asked, others) ==
              doctest::Approx(asked.at("other_heads_recover").get<double>()).epsilon(1e-4));
    }
    CHECK(recovered_together(model, prompts.back(), {{2, 3}, {3, 6}, {4, 4}, {4, 5}, {6, 4}, {7, 5}}) > 0.5);
}
