// Names of tensors in checkpoints are those of a GPT-2's parameters, behind prefixes and through wrappers.
#include "suture/decoder/detail/weights.hpp"

#include "doctest.hpp"

#include <array>
#include <string>

using suture::detail::split_name;

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
    CHECK(split_name("policy.transformer.wte.weight").model() == "policy.");
    CHECK(split_name("policy.lm_head.weight").model() == "policy.");
    CHECK(split_name("transformer.wte.weight").model() == "");
    CHECK(split_name("wte.weight").model() == "");
}
