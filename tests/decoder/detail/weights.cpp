// Names of tensors in checkpoints are those of a model's parameters, behind prefixes and through wrappers.
#include "suture/decoder/detail/weights.hpp"

#include "suture/gpt2/config.hpp"
#include "suture/llama/config_file.hpp"
#include "suture/neox/config_file.hpp"

#include "doctest.hpp"

#include <array>
#include <string>

namespace {
auto split_name(const std::string& name) { return suture::detail::split_name(suture::gpt2::names, name); }
}  // namespace

TEST_CASE("a name is split where GPT-2's part begins, without the names of wrappers") {
    struct Case {
        const char *name, *prefix, *rest;
    };
    for (const Case& one : std::array<Case, 20>{
             {{"wte.weight", "", "wte.weight"},
              {"transformer.h.11.attn.c_attn.weight", "transformer.", "h.11.attn.c_attn.weight"},
              {"_orig_mod.transformer.ln_f.bias", "transformer.", "ln_f.bias"},
              {"module._orig_mod.h.0.mlp.c_fc.bias", "", "h.0.mlp.c_fc.bias"},
              {"_fsdp_wrapped_module.transformer.h.0._fsdp_wrapped_module._checkpoint_wrapped_module.attn.c_proj.bias",
               "transformer.", "h.0.attn.c_proj.bias"},
              {"base_model.model.transformer.wpe.weight", "base_model.model.transformer.", "wpe.weight"},
              {"gpt.lm_head.weight", "gpt.", "lm_head.weight"},
              {"h.0.attn.bias", "", "h.0.attn.bias"},
              {"policy.h.3.x", "policy.", "h.3.x"},
              {"score.weight", "score.weight", ""},
              {"module.v_head.summary.weight", "v_head.summary.weight", ""},
              {"h.x.attn.c_attn.weight", "h.x.attn.c_attn.weight", ""},
              {"h.99999999999999999999.ln_1.weight", "h.99999999999999999999.ln_1.weight", ""},
              {"h.0", "h.0", ""},
              {"wte", "wte", ""},
              {"wte.weight.more", "wte.weight.more", ""},
              {"embeddings.wte.weight", "embeddings.", "wte.weight"},
              {"", "", ""},
              {".", ".", ""},
              {"module", "", ""}}}) {
        CAPTURE(one.name);
        CHECK(split_name(one.name).prefix == one.prefix);
        CHECK(split_name(one.name).rest == one.rest);
    }
}

TEST_CASE("the unembedding stands beside the body of GPT2LMHeadModel") {
    CHECK(split_name("policy.transformer.wte.weight").model(suture::gpt2::names) == "policy.");
    CHECK(split_name("policy.lm_head.weight").model(suture::gpt2::names) == "policy.");
    CHECK(split_name("transformer.wte.weight").model(suture::gpt2::names) == "");
    CHECK(split_name("wte.weight").model(suture::gpt2::names) == "");
}

TEST_CASE("each family's names begin where its modules do") {
    using suture::detail::split_name;
    const auto& llama = suture::llama::names;
    CHECK(split_name(llama, "model.layers.3.self_attn.q_proj.weight").prefix == "model.");
    CHECK(split_name(llama, "language_model.model.norm.weight").prefix == "language_model.model.");
    CHECK(split_name(llama, "model.norm.weight").rest == "norm.weight");
    CHECK(split_name(llama, "lm_head.weight").is_head(llama));
    CHECK(split_name(llama, "language_model.lm_head.weight").model(llama) == "language_model.");
    CHECK(split_name(llama, "language_model.model.embed_tokens.weight").model(llama) == "language_model.");
    CHECK(split_name(llama, "transformer.wte.weight").rest == "");
    const auto& neox = suture::neox::names;
    CHECK(split_name(neox, "gpt_neox.layers.0.attention.query_key_value.bias").rest ==
          "layers.0.attention.query_key_value.bias");
    CHECK(split_name(neox, "embed_out.weight").is_head(neox));
}
