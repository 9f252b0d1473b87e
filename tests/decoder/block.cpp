// A block: what is read of the stream, what is written into it, in each arrangement of norms.
#include "suture/decoder/block.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ATen.h>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

TEST_CASE("attention and MLP read the stream one after the other, or both at once where they are parallel") {
    const at::NoGradGuard no_gradients;
    const at::Tensor ids = at::randint(13, {1, 5}, at::kLong);
    for (const DecoderConfig& config : tiny::all()) {
        CAPTURE(config.family);
        Decoder model = tiny::model(config);
        const auto& block = model->blocks[0];
        at::Tensor before, read;
        HookSet hooks;
        hooks.add(block->resid_pre, [&](const auto& seen) { before = seen.clone().take(); });
        hooks.add(block->mlp_in, [&](const auto& seen) { read = seen.clone().take(); });
        run_with_hooks(model, hooks, ids);
        CHECK(read.equal(before) == config.is_parallel);
        HookSet silent;
        silent.add(block->mlp->down, on<MlpOut>().zero());
        silent.add(block->attn->out, on<AttnOut>().zero());
        if (config.has_post_norms) continue;  // the norm of nothing is its bias
        at::Tensor after;
        silent.add(block->resid_post, [&](const auto& seen) { after = seen.clone().take(); });
        run_with_hooks(model, silent, ids);
        CHECK(after.equal(before));
    }
}

TEST_CASE("a block has the sites that its family has") {
    const auto has = [](const DecoderConfig& config, const std::string& path) {
        bool found = false;
        for_each_site(tiny::model(config), [&](const std::string& at, const Site&) { found = found || at == path; });
        return found;
    };
    CHECK(has(tiny::gpt2(), "h.1.resid_mid"));
    CHECK(has(tiny::gpt2(), "h.1.attn_in"));
    CHECK_FALSE(has(tiny::neox(), "layers.1.resid_mid"));
    CHECK(has(tiny::neox(), "layers.1.attn_in"));
    CHECK_FALSE(has(tiny::llama(), "layers.1.attn_in"));  // fewer heads of keys than of queries
    CHECK(has(tiny::llama(), "layers.1.k_input"));
    CHECK(has(tiny::gemma(), "layers.0.post_feedforward_layernorm.scale"));
    CHECK_FALSE(has(tiny::llama(), "layers.0.post_feedforward_layernorm"));
}

TEST_CASE("hooks at the norm of the stream and at what heads read refuse each other where one hides the other") {
    for (const DecoderConfig& config : {tiny::gpt2(), tiny::llama(), tiny::neox()}) {
        Decoder model = tiny::model(config);
        const auto& block = model->blocks[1];
        HookSet hooks;
        hooks.add(block->q_input, on<HeadIn>(token(2), head(1)).zero());
        hooks.add(block->attn_norm, on<Norm>(token(2)).zero());
        const at::NoGradGuard no_gradients;
        CHECK(says(message_of<HookError>([&] {
                       run_with_hooks(model, hooks, at::zeros({1, 4}, at::kLong));
                   }),
                   "hook one of them"));
    }
}

TEST_CASE("a layer that the model lacks is refused") {
    const Decoder model = tiny::model(tiny::llama());
    CHECK(model->blocks.size() == 2);
    CHECK(
        says(message_of<PositionError>([&] { (void)model->blocks[2]; }), "layer 2 is outside the model, which has 2"));
}
