// The six experiments of examples/experiments.hpp against the same edits made with PyTorch's forward hooks.
#include "../../examples/experiments.hpp"

#include <suture/model/gpt2_load.hpp>
#include <suture/record/safetensors.hpp>

#include "doctest.hpp"
#include "model/nano_sort.hpp"

#include <map>
#include <string>

using namespace suture;

namespace {
double distance(const at::Tensor& a, const at::Tensor& b) { return a.sub(b).abs().max().item<double>(); }
}  // namespace

TEST_CASE("the six experiments give the logits and activations that PyTorch gives") {
    const auto directory = nano_sort();
    if (!directory) return;
    const at::NoGradGuard no_gradients;
    auto model = load_gpt2<48, 3>(*directory);
    const Safetensors expected = Safetensors::open(*directory / "experiments.safetensors");
    const at::Tensor ids = Safetensors::open(*directory / "activations.safetensors").load("idx");
    const std::map<std::string, std::string> published{{"clean", "clean"},
                                                       {"zero_query", "exp1_exp3_zero_q_layer1"},
                                                       {"zero_key", "exp2_zero_k_layer1"},
                                                       {"inject_vector", "exp5_linspace_q_layer1_token4"},
                                                       {"replace_by_board", "exp6_board_0_zeros_2_linspace"},
                                                       {"transplant", "exp6_transplant_0_to_2"}};
    for (const auto& experiment : experiments::all<48, 3>()) {
        CAPTURE(experiment.name);
        const std::string name = published.at(experiment.name);
        // Recorders look after the edits of every scope, also of those that the experiment opens inside this one.
        HookSet hooks;
        Latest<Gpt2Qkv<48, 3>> seen;
        const auto handle = hooks.add(experiments::projections(model), seen);
        const auto scope = hooks.activate();
        CHECK(distance(experiment.run(model, ids), expected.load(name + "/logits")) <= 1e-4);
        for (const auto& layer : seen)
            CHECK(distance(layer.view().unsafe_tensor(),
                           expected.load(name + "/qkv." + std::to_string(layer.layer()))) <= 1e-4);
    }
    CHECK(experiments::all<48, 3>().size() == published.size());
}
