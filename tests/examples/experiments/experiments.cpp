// The six experiments of examples/experiments/experiments.hpp against the same edits made with PyTorch's forward hooks.
#include "../../../examples/experiments/experiments.hpp"

#include <suture/file/safetensors.hpp>
#include <suture/gpt2/load.hpp>
#include <suture/record/history.hpp>

#include "doctest.hpp"
#include "gpt2/nano_sort.hpp"

#include <map>
#include <string>
#include <vector>

using namespace suture;

namespace {
double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }
}  // namespace

TEST_CASE("the six experiments give the logits and activations that PyTorch gives") {
    const auto directory = nano_sort();
    if (!directory) return;
    const at::NoGradGuard no_gradients;
    auto model = gpt2::load(*directory);
    const Safetensors expected = Safetensors::open(*directory / "experiments.safetensors");
    // The published edits of layer 1 were made in the first of three prompts only.
    const at::Tensor ids = Safetensors::open(*directory / "activations.safetensors").load("idx").narrow(0, 0, 1);
    const std::map<std::string, std::string> published{{"clean", "clean"},
                                                       {"offset 0", "exp1_exp3_zero_q_layer1"},
                                                       {"offset 48", "exp2_zero_k_layer1"},
                                                       {"clone and cat", "exp1_exp3_zero_q_layer1"},
                                                       {"edit one layer", "exp1_exp3_zero_q_layer1"},
                                                       {"inject a vector", "exp5_linspace_q_layer1_token4"},
                                                       {"board", "exp6_board_0_zeros_2_linspace"},
                                                       {"transplant", "exp6_transplant_0_to_2"}};
    // Recorders look after the edits of every scope, also of those that the experiments open inside this one.
    HookSet hooks;
    History<Gpt2Qkv<48, 3>> seen;
    hooks.add(experiments::projections(model), seen);
    std::size_t compared = 0;
    const auto results = [&] {
        const auto scope = hooks.activate();
        return experiments::run_all(model, ids, {1, 4});
    }();
    for (const auto& result : results) {
        const auto found = published.find(result.name);
        if (found == published.end()) continue;
        CAPTURE(result.name);
        CHECK(distance(result.logits, expected.load(found->second + "/logits").narrow(0, 0, 1)) <= 1e-4);
        ++compared;
    }
    CHECK(compared == published.size());

    // Runs of the model, in their order; the transplant makes a clean one first.
    const std::vector<std::string> runs{"clean",
                                        "exp1_exp3_zero_q_layer1",
                                        "exp2_zero_k_layer1",
                                        "exp1_exp3_zero_q_layer1",
                                        "exp1_exp3_zero_q_layer1",
                                        "exp5_linspace_q_layer1_token4",
                                        "",
                                        "exp6_board_0_zeros_2_linspace",
                                        "clean",
                                        "exp6_transplant_0_to_2"};
    REQUIRE(seen.size() == 3 * runs.size());
    for (const auto& entry : seen) {
        const std::string& name = runs.at(entry.pass());
        if (name.empty()) continue;
        CAPTURE(name);
        const at::Tensor there = expected.load(name + "/qkv." + std::to_string(entry.layer())).narrow(0, 0, 1);
        CHECK(distance(entry.view().unsafe_tensor(), there) <= 1e-4);
    }
}

TEST_CASE("the mistake rewrites the activation to compare with, and nothing raises") {
    const at::Tensor source = at::rand({1, 5, 144}), before = source.clone();
    const at::Tensor edited =
        experiments::write_a_split_view(source, Extents<experiments::Qkv>({{48, 3}, {48, 3}, {48, 3}}), {1, 4});
    CHECK(edited.equal(source));
    const AuditReport changed = audit<Gpt2Qkv<48, 3>>(before, source);
    CHECK(changed.changed() == 10);
    CHECK(changed["Q"].changed == 10);
}

TEST_CASE("all layers are recorded after the edit") {
    Gpt2Config config;
    config.width = 48, config.heads = 3, config.inner = 192, config.layers = 3, config.positions = 8,
    config.vocabulary = 5;
    Decoder model(config);
    Latest<experiments::Qkv> harvest;
    (void)experiments::edit_one_layer(model, at::zeros({1, 5}, at::kLong), {2, -1}, harvest);
    CHECK(harvest.size() == 3);
    const auto zeros = [&](std::size_t layer) {
        return (harvest[layer][on<Q>(token(-1), dims<0, 10>)] == 0).sum().item<int>();
    };
    CHECK(zeros(2) == 10);
    CHECK(zeros(1) == 0);
}
