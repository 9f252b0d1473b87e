// The model as a whole: its stages make up its forward, copies have sites of their own, and every number is the configuration's.
#include "suture/decoder/decoder.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"
#include "suture/sweep/sweep.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"

#include <ATen/ATen.h>

#include <memory>

using namespace suture;

TEST_CASE("the stages make up the forward, and the logits of some ids are those of all") {
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::randint(13, {2, 6}, at::kLong), few = at::tensor({3, 0, 3}, at::kLong);
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        Decoder model = tiny::model(config);
        at::Tensor x = model->embed(ids);
        for (Index layer = 0; layer < model->layers(); ++layer) x = model->block(layer, x);
        CHECK(model->unembed(x).equal(model(ids)));
        CHECK(model->unembed(x, few).allclose(model(ids).index_select(-1, few)));
        CHECK(model(ids.to(at::kInt)).equal(model(ids)));
        CHECK(model(ids.narrow(0, 1, 1)).allclose(model(ids).narrow(0, 1, 1)));
    }
}

TEST_CASE("every family is swept by positions, also where a norm follows attention") {
    const at::NoGradGuard no_gradients;
    torch::manual_seed(1);
    const at::Tensor clean = at::randint(13, {2, 6}, at::kLong);
    at::Tensor corrupted = clean.clone();
    corrupted.narrow(1, 3, 2).add_(5).remainder_(13);
    SweepOptions plain;
    plain.optimisations = Optimisations::none();
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        Decoder model = tiny::model(config);
        std::vector<SiteRef<HeadOut<dynamic, dynamic>>> results;
        std::vector<SiteRef<Norm<dynamic>>> norms;
        std::vector<SiteRef<Mlp<dynamic>>> neurons;
        for (const auto& block : model->blocks) {
            results.push_back(site_ref(block->attn->result)), norms.push_back(site_ref(block->mlp_norm->output));
            neurons.push_back(site_ref(block->mlp->act));
        }
        for (const Grid& grid : {Grid::of<HeadOut>(results).by_head(), Grid::of<Norm>(norms), Grid::of<Mlp>(neurons),
                                 Grid::of<K>(model->qkv_sites()).by_head()}) {
            const SweepResult fast = sweep(model, denoising(clean, corrupted), grid, logit_difference(2, 7));
            const SweepResult slow = sweep(model, denoising(clean, corrupted), grid, logit_difference(2, 7), plain);
            CHECK(fast.method == SweepMethod::stages_by_position);
            CHECK(fast.values.sub(slow.values).abs().max().item<double>() < 1e-10);
        }
    }
}

TEST_CASE("a clone computes the same, and hooks at the original do not run in it") {
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::zeros({1, 4}, at::kLong);
    for (const DecoderConfig& config : tiny::all()) {
        Decoder model = tiny::model(config);
        const auto copy = std::dynamic_pointer_cast<DecoderImpl>(model->clone());
        REQUIRE(copy != nullptr);
        CHECK(copy->forward(ids).equal(model(ids)));
        HookSet hooks;
        const HookKey key = hooks.add(model->blocks[0]->attn->z, on<Z>().zero()).may_be_idle();
        const auto scope = hooks.activate();
        (void)copy->forward(ids);
        CHECK(key.fired() == 0);
        CHECK(copy->blocks[1]->attn->z.name() == model->blocks[1]->attn->z.name());
    }
}

TEST_CASE("a model without memory has the parameters of one with it") {
    for (const DecoderConfig& config : tiny::all()) {
        const DecoderImpl real(config), shapes(config, DecoderWeights::without_memory);
        const auto all = shapes.named_parameters();
        REQUIRE(all.size() == real.named_parameters().size());
        for (const auto& parameter : real.named_parameters()) {
            CHECK(all[parameter.key()].sizes() == parameter.value().sizes());
            CHECK(all[parameter.key()].is_meta());
        }
    }
}

TEST_CASE("a model in bfloat16 follows the one in float32") {
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::randint(13, {1, 6}, at::kLong);
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        Decoder model = tiny::model(config);
        model->to(at::kFloat);
        const at::Tensor wide = model(ids);
        model->to(at::kBFloat16);
        const at::Tensor narrow = model(ids);
        CHECK(narrow.scalar_type() == at::kBFloat16);
        CHECK(narrow.to(at::kFloat).sub(wide).abs().max().item<double>() < 0.1 * wide.abs().max().item<double>());
    }
}

TEST_CASE("prompts beyond the original positions are computed as wholes where angles depend on the length") {
    DecoderConfig config = tiny::llama();
    config.rotary->scaling = RotaryScaling::dynamic_ntk, config.rotary->factor = 2,
    config.rotary->original_positions = 5;
    const Decoder model = tiny::model(config);
    CHECK(model->computes_positions(at::zeros({1, 5}, at::kLong)));
    CHECK_FALSE(model->computes_positions(at::zeros({1, 6}, at::kLong)));
}
