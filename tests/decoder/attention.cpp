// Attention: the same weights, packed in three ways, compute the same; and its sites are the parts of one computation.
#include "suture/decoder/attention.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/hook_set.hpp"

#include "decoder/tiny.hpp"
#include "doctest.hpp"

#include <ATen/ATen.h>

using namespace suture;

namespace {
/// Three models whose attentions have the same weights: separate, side by side, and head by head.
struct Packings {
    Decoder separate, fused, by_head;
};
Packings packings() {
    DecoderConfig config = tiny::llama();
    config.key_heads = config.heads, config.has_qkv_bias = true;
    Packings all{tiny::model(config), nullptr, nullptr};
    DecoderConfig fused = config, by_head = config;
    fused.names = &llama::phi3_names, fused.packing = QkvPacking::fused;
    static const DecoderNames names = [] {
        DecoderNames of_llama = llama::names;
        of_llama.qkv = "query_key_value";
        return of_llama;
    }();
    by_head.names = &names, by_head.packing = QkvPacking::interleaved;
    all.fused = tiny::model(fused), all.by_head = tiny::model(by_head);
    const at::NoGradGuard no_gradients;
    for (Decoder* const other : {&all.fused, &all.by_head}) {
        auto parameters = (*other)->named_parameters();
        for (const auto& parameter : all.separate->named_parameters())
            if (auto* const same = parameters.find(parameter.key())) same->copy_(parameter.value());
        for (std::size_t layer = 0; layer < all.separate->blocks.size(); ++layer) {
            const auto& from = all.separate->blocks[layer]->attn;
            const auto& to = (*other)->blocks[layer]->attn;
            for (const bool is_bias : {false, true}) {
                const auto of = [&](const auto& projection) {
                    const at::Tensor& t = is_bias ? projection->bias : projection->weight;
                    return t.unflatten(0, at::IntArrayRef({4, 6}));
                };
                const bool is_fused = other == &all.fused;
                const at::Tensor packed =
                    at::cat({of(from->q), of(from->k), of(from->v)}, is_fused ? 0 : 1).flatten(0, 1);
                at::Tensor into = is_fused ? (is_bias ? to->qkv->bias : to->qkv->weight)
                                           : (is_bias ? to->qkv_by_head->bias : to->qkv_by_head->weight);
                into.copy_(packed);
            }
        }
    }
    return all;
}
const at::Tensor& ids() {
    static const at::Tensor t = at::randint(13, {2, 7}, at::kLong);
    return t;
}
}  // namespace

TEST_CASE("how projections are packed changes nothing, nor does an edit at the site that all packings have") {
    Packings all = packings();
    const at::NoGradGuard no_gradients;
    const at::Tensor clean = all.separate(ids());
    CHECK(clean.allclose(all.fused(ids()), 1e-10, 1e-12));
    CHECK(clean.allclose(all.by_head(ids()), 1e-10, 1e-12));
    const auto recipe = on<Q>(token(4), head(1)).zero() | on<K>(token(2)).multiply(0.5) | on<V>(head<3>).add(1.0);
    const auto edited = [&](Decoder& model) {
        HookSet hooks;
        hooks.add(model->blocks[1]->attn->qkv_site(), recipe);
        return run_with_hooks(model, hooks, ids());
    };
    const at::Tensor first = edited(all.separate);
    CHECK_FALSE(first.allclose(clean));
    CHECK(first.allclose(edited(all.fused), 1e-10, 1e-12));
    CHECK(first.allclose(edited(all.by_head), 1e-10, 1e-12));
}

TEST_CASE("what a head reads of its own is projected alike in all packings") {
    Packings all = packings();
    const at::NoGradGuard no_gradients;
    const auto edited = [&](Decoder& model, auto member) {
        HookSet hooks;
        hooks.add((*model->blocks[1]).*member, on<HeadIn>(head(2), token(3)).multiply(2.0));
        return run_with_hooks(model, hooks, ids());
    };
    for (const auto member : {&DecoderBlockImpl::q_input, &DecoderBlockImpl::k_input, &DecoderBlockImpl::v_input,
                              &DecoderBlockImpl::attn_in}) {
        const at::Tensor first = edited(all.separate, member);
        CHECK_FALSE(first.allclose(all.separate(ids())));
        CHECK(first.allclose(edited(all.fused, member), 1e-10, 1e-12));
        CHECK(first.allclose(edited(all.by_head, member), 1e-10, 1e-12));
    }
}

TEST_CASE("scores are what rotated queries and keys give, capped and hidden, and the pattern is their softmax") {
    const at::NoGradGuard no_gradients;
    for (const DecoderConfig& config : {tiny::llama(), tiny::gemma(), tiny::neox(), tiny::phi3()}) {
        CAPTURE(config.family);
        Decoder model = tiny::model(config);
        for (std::size_t layer = 0; layer < 2; ++layer) {
            const auto& attn = model->blocks[layer]->attn;
            at::Tensor q, k, scores, pattern;
            HookSet hooks;
            hooks.add(attn->rot_q, [&](const auto& seen) { q = seen.clone().take(); });
            hooks.add(attn->rot_k, [&](const auto& seen) { k = seen.clone().take(); });
            hooks.add(attn->scores, [&](const at::Tensor& seen) { scores = seen.clone(); });
            hooks.add(attn->pattern, [&](const at::Tensor& seen) { pattern = seen.clone(); });
            run_with_hooks(model, hooks, ids());
            const auto by_head = [&](const at::Tensor& x, Index heads) {
                return x.unflatten(-1, at::IntArrayRef({heads, config.head_width})).transpose(1, 2);
            };
            at::Tensor wanted =
                by_head(q, 4)
                    .matmul(by_head(k, config.key_heads).repeat_interleave(4 / config.key_heads, 1).transpose(-2, -1))
                    .mul(config.score_scale);
            if (config.score_cap != 0) wanted = wanted.div(config.score_cap).tanh().mul(config.score_cap);
            const Index window = config.window(static_cast<Index>(layer));
            for (Index i = 0; i < 7; ++i)
                for (Index j = 0; j < 7; ++j) {
                    const bool hidden = j > i || (window > 0 && j <= i - window);
                    const at::Tensor is = scores.select(-2, i).select(-1, j);
                    CHECK(is.isinf().all().item<bool>() == hidden);
                    if (!hidden) CHECK(is.allclose(wanted.select(-2, i).select(-1, j)));
                }
            CHECK(pattern.allclose(scores.softmax(-1)));
        }
    }
}

TEST_CASE("an attention has the sites of its packing, and each is bound to the model's numbers") {
    const auto paths = [](const DecoderConfig& config) {
        std::string all;
        for_each_site(*tiny::model(config)->blocks[0]->attn,
                      [&](const std::string& path, const Site&) { all += path + " "; });
        return all;
    };
    CHECK(paths(tiny::gpt2()) == "scores pattern z result c_attn c_attn.input c_proj c_proj.input ");
    CHECK(paths(tiny::llama()) ==
          "qkv rot_q rot_k scores pattern z result q_proj q_proj.input k_proj k_proj.input v_proj "
          "v_proj.input o_proj o_proj.input ");
    CHECK(paths(tiny::gemma()).starts_with("qkv q_norm k_norm rot_q rot_k "));
    CHECK(paths(tiny::phi3()).find("qkv_proj ") != std::string::npos);
    Decoder model = tiny::model(tiny::llama());
    CHECK_NOTHROW((void)(site<LlamaK<2, 6>>(model, "layers.0.self_attn.k_proj")));
    CHECK_NOTHROW((void)(site<LlamaK<2, 6>>(model, "layers.0.self_attn.rot_k")));
    CHECK_NOTHROW((void)(site<Phi3Qkv<4, 2, 6>>(model, "layers.1.self_attn.qkv")));
    CHECK_THROWS_AS((void)(site<LlamaK<4, 6>>(model, "layers.0.self_attn.k_proj")), TypeError);
    CHECK_THROWS_AS((void)(site<LlamaQ<4, 6>>(model, "layers.0.self_attn.k_proj")), TypeError);
    CHECK(model->blocks[0]->attn->qkv_site().name() == "layers.0.self_attn.qkv");
}
