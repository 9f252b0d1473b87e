// The MLP: with a gate, without, and with gate and up in one projection.
#include "suture/decoder/mlp.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"

#include <ATen/ATen.h>

using namespace suture;

TEST_CASE("a gated MLP is down(activation(gate) * up), fused or not, and one without a gate down(activation(up))") {
    const at::NoGradGuard no_gradients;
    DecoderConfig config = tiny::llama();
    config.has_mlp_bias = true;
    DecoderMlpImpl separate(config, DecoderWeights::drawn);
    config.is_gate_fused = true, config.names = &llama::phi3_names;
    DecoderMlpImpl fused(config, DecoderWeights::drawn);
    fused.gate_up->weight.copy_(at::cat({separate.gate->weight, separate.up->weight}));
    separate.gate->bias.normal_(), separate.up->bias.normal_(), separate.down->bias.normal_();
    fused.gate_up->bias.copy_(at::cat({separate.gate->bias, separate.up->bias}));
    fused.down->weight.copy_(separate.down->weight), fused.down->bias.copy_(separate.down->bias);
    const at::Tensor x = at::randn({2, 3, 24});
    const at::Tensor gate = at::linear(x, separate.gate->weight, separate.gate->bias),
                     up = at::linear(x, separate.up->weight, separate.up->bias);
    const at::Tensor wanted = at::linear(at::silu(gate).mul(up), separate.down->weight, separate.down->bias);
    CHECK(separate.forward(x).allclose(wanted, 1e-5, 1e-6));
    CHECK(fused.forward(x).allclose(wanted, 1e-5, 1e-6));

    DecoderMlpImpl plain(tiny::gpt2(), DecoderWeights::drawn);
    const at::Tensor hidden = at::addmm(plain.hidden->bias, x.reshape({-1, 24}), plain.hidden->weight);
    CHECK(plain.forward(x).reshape({-1, 24}).allclose(
        at::addmm(plain.down->bias, at::gelu(hidden, "tanh"), plain.down->weight), 1e-5, 1e-6));
}

TEST_CASE("gate, up and the neurons that come of them are sites of their own") {
    const at::NoGradGuard no_gradients;
    for (const DecoderConfig& config : {tiny::llama(), tiny::phi3()}) {
        Decoder model = tiny::model(config);
        const at::Tensor ids = at::zeros({1, 4}, at::kLong);
        const auto& mlp = model->blocks[1]->mlp;
        const auto edited = [&](const auto& site, const auto& recipe) {
            HookSet hooks;
            hooks.add(site, recipe);
            return run_with_hooks(model, hooks, ids);
        };
        const at::Tensor silent = edited(mlp->act, on<Mlp>().zero());
        if (config.is_gate_fused)
            CHECK(edited(mlp->gate_up, on<Up>().zero()).allclose(silent));
        else
            CHECK(edited(mlp->up, on<Up>().zero()).allclose(silent));
        if (config.is_gate_fused)
            CHECK(edited(mlp->gate_up, on<Gate>().zero()).allclose(silent));  // silu(0) is 0
        else
            CHECK(edited(mlp->gate, on<Gate>().zero()).allclose(silent));
        CHECK_FALSE(silent.allclose(model(ids)));
    }
}
