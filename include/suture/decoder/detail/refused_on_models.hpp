// What a Decoder, its modules and its holders do not have, under the names that TransformerLens, Hugging Face and PyTorch give
// it: whoever writes one out of habit reads what to write instead.
#pragma once

#include "suture/core/diagnostics.hpp"

#include <concepts>

#include "suture/core/refuse.hpp"

namespace suture::detail {

// A call with up to four arguments, in braces or not.
#define SUTURE_REFUSED(name, sentence) \
    template <class...>                \
    SUTURE_REJECTED(sentence, name(InBraces = {}, InBraces = {}, InBraces = {}, InBraces = {}) const);

// clang-format off
#define SUTURE_WEIGHTS(row) \
    row(W_E) row(W_U) row(W_pos) row(W_Q) row(W_K) row(W_V) row(W_O) row(W_in) row(W_out) row(b_U) row(b_Q) row(b_K)  \
    row(b_V) row(b_O) row(b_in) row(b_out) row(state_dict)
#define SUTURE_CONFIGURED(row) \
    row(cfg) row(n_layers) row(n_layer) row(num_layers) row(n_heads) row(n_head) row(num_heads) row(n_embd) row(d_model) \
    row(d_head) row(d_mlp) row(d_vocab) row(vocab_size) row(n_ctx)
#define SUTURE_PACKED(row) \
    row(hook_q) row(hook_k) row(hook_v) row(hook_rot_q) row(hook_rot_k) row(q_proj) row(k_proj) row(v_proj) \
    row(hook_q_input) row(hook_k_input) row(hook_v_input) row(qkv_proj) row(query_key_value) row(c_attn)
#define SUTURE_HOOKS(row) \
    row(hook_resid_pre) row(hook_resid_mid) row(hook_resid_post) row(hook_attn_out) row(hook_mlp_out) row(hook_z)        \
    row(hook_pattern) row(hook_attn_scores) row(hook_pre) row(hook_post) row(hook_in) row(hook_out) row(hook_embed)      \
    row(hook_pos_embed) row(resid) row(post) row(attn_out) row(mlp_out) row(hook_scale)          \
    row(hook_normalized)
// clang-format on

/// Weights and activations that go by other names.
struct NamedElsewhere {
#define SUTURE_A_WEIGHT(name) SUTURE_ABSENT("weights go by their modules: write model->named_parameters()", name);
    SUTURE_WEIGHTS(SUTURE_A_WEIGHT)
#undef SUTURE_A_WEIGHT
#define SUTURE_A_PROJECTION(name) \
    SUTURE_ABSENT("Q, K and V lie side by side: edit attn->qkv_site() with on<Q>()", name);
    SUTURE_PACKED(SUTURE_A_PROJECTION)
#undef SUTURE_A_PROJECTION
#define SUTURE_A_SITE(name) \
    SUTURE_ABSENT("sites have no hook_ prefix: print site_table(model, ids) for their names", name);
    SUTURE_HOOKS(SUTURE_A_SITE)
#undef SUTURE_A_SITE
};

/// Names of the modules within a block.
struct ModulesNamedElsewhere : NamedElsewhere {
#define SUTURE_A_NORM(name) \
    SUTURE_ABSENT("the norms of a block are attn_norm and mlp_norm: write block->mlp_norm", name);
    SUTURE_A_NORM(ln1)
    SUTURE_A_NORM(ln2)
    SUTURE_A_NORM(ln_1)
    SUTURE_A_NORM(ln_2)
    SUTURE_A_NORM(input_layernorm)
    SUTURE_A_NORM(post_attention_layernorm)
    SUTURE_A_NORM(layer_norm)
#undef SUTURE_A_NORM
#define SUTURE_OF_AN_MLP(name) SUTURE_ABSENT("an MLP has hidden, or gate and up, act and down: write mlp->act", name);
    SUTURE_OF_AN_MLP(neurons)
    SUTURE_OF_AN_MLP(gelu)
    SUTURE_OF_AN_MLP(activation)
    SUTURE_OF_AN_MLP(c_fc)
    SUTURE_OF_AN_MLP(fc1)
    SUTURE_OF_AN_MLP(fc2)
    SUTURE_OF_AN_MLP(up_proj)
    SUTURE_OF_AN_MLP(gate_proj)
    SUTURE_OF_AN_MLP(gate_up_proj)
#undef SUTURE_OF_AN_MLP
#define SUTURE_OF_ATTENTION(name) \
    SUTURE_ABSENT("an attention has qkv, scores, pattern, z and out: write block->attn->z", name);
    SUTURE_OF_ATTENTION(attn_scores)
    SUTURE_OF_ATTENTION(attention)
    SUTURE_OF_ATTENTION(self_attn)
    SUTURE_OF_ATTENTION(attn_weights)
#undef SUTURE_OF_ATTENTION
#define SUTURE_AN_OUTPUT(name) \
    SUTURE_ABSENT("members have one name in all families: write attn->out, or mlp->down", name);
    SUTURE_AN_OUTPUT(c_proj)
    SUTURE_AN_OUTPUT(o_proj)
    SUTURE_AN_OUTPUT(out_proj)
    SUTURE_AN_OUTPUT(down_proj)
    SUTURE_AN_OUTPUT(dense)
#undef SUTURE_AN_OUTPUT
};

/// Calls on a model that others have as members, and this library as functions.
struct RefusedOnModels : NamedElsewhere {
#define SUTURE_A_MODULE(name) \
    SUTURE_ABSENT("members have one name in all families: write token_embedding, blocks, final_norm", name);
    SUTURE_A_MODULE(ln_final)
    SUTURE_A_MODULE(ln_f)
    SUTURE_A_MODULE(ln)
    SUTURE_A_MODULE(norm)
    SUTURE_A_MODULE(wte)
    SUTURE_A_MODULE(wpe)
    SUTURE_A_MODULE(pos_embed)
    SUTURE_A_MODULE(embed_tokens)
    SUTURE_A_MODULE(embeddings)
    SUTURE_A_MODULE(embedding)
    SUTURE_A_MODULE(lm_head)
#undef SUTURE_A_MODULE
    SUTURE_REFUSED(run_with_hooks, "a model is run by a function: write run_with_hooks(model, hooks, ids)")
    SUTURE_REFUSED(run_with_cache, "a model is run by a function: write run_with_cache(model, sites, ids)")
    SUTURE_REFUSED(register_forward_hook, "a hook is added to a set: write hooks.add(site, recipe)")
    SUTURE_REFUSED(register_forward_pre_hook, "a hook is added to a set: write hooks.add(site->input, recipe)")
    SUTURE_REFUSED(register_hook, "a hook is added to a set: write hooks.add(site, recipe)")
    SUTURE_REFUSED(add_hook, "a hook is added to a set: write hooks.add(site, recipe)")
    SUTURE_REFUSED(hooks, "a hook is added to a set: write hooks.add(site, recipe)")
    SUTURE_REFUSED(reset_hooks, "hooks live in a set: write hooks.clear()")
    SUTURE_REFUSED(remove_all_hooks, "hooks live in a set: write hooks.clear()")
    SUTURE_REFUSED(site, "a site is found by a function: write site<Layout>(model, path)")
    SUTURE_REFUSED(sites, "sites are found by a function: write sites<Layout>(model, pattern)")
    SUTURE_ABSENT("sites are found by a function: write sites<Layout>(model, pattern)", hook_points);
    SUTURE_ABSENT("sites are found by a function: write sites<Layout>(model, pattern)", hook_dict);
    SUTURE_ABSENT("sites are found by a function: write sites<Layout>(model, pattern)", mod_dict);
    SUTURE_REFUSED(get_submodule, "a site is found by a function: write site<Layout>(model, path)")
    SUTURE_ABSENT("the blocks of all families are named so: write model->blocks[1]", h);
    SUTURE_ABSENT("the blocks of all families are named so: write model->blocks[1]", transformer);
    SUTURE_ABSENT("the blocks of all families are named so: write model->blocks[1]", model);
    SUTURE_REFUSED(generate, "a function goes on with a prompt: write generate(model, ids)")
    SUTURE_REFUSED(logits, "a model gives logits: write model(ids)")
    SUTURE_ABSENT("a model takes and gives ids: write Tokenizer::open(directory).encode(text)", tokenizer);
    SUTURE_REFUSED(to_tokens, "a Tokenizer makes token ids: write tokenizer.encode(text)")
    SUTURE_REFUSED(to_single_token, "a Tokenizer makes token ids: write tokenizer.encode(text)")
    SUTURE_REFUSED(to_string, "a Tokenizer makes text of ids: write tokenizer.decode({15496, 995})")
    SUTURE_REFUSED(to_str_tokens, "a Tokenizer makes text of ids: write tokenizer.decode({15496, 995})")
    SUTURE_REFUSED(load_state_dict, "a model is loaded by a function: write pretrained::load(directory)")
    SUTURE_REFUSED(save_pretrained, "a model is saved by a function: write pretrained::save(directory, model)")
#define SUTURE_IN_CONFIGURATION(name) \
    SUTURE_ABSENT("the sizes are in the configuration: write model->config().layers", name);
    SUTURE_CONFIGURED(SUTURE_IN_CONFIGURATION)
#undef SUTURE_IN_CONFIGURATION
    SUTURE_REFUSED(half, "a module is moved by to(): write model->to(torch::kHalf)")
    SUTURE_REFUSED(cuda, "a module is moved by to(): write model->to(torch::kCUDA)")
    SUTURE_REFUSED(cpu, "a module is moved by to(): write model->to(torch::kCPU)")
    SUTURE_REFUSED(num_parameters, "weights go by their modules: write model->named_parameters()")
    SUTURE_REFUSED(summary, "a model has a table of its sites: print site_table(model, ids)")
    template <class I>
    SUTURE_REJECTED("a site is found by a function: write site<Layout>(model, path)", operator[](const I&) const);
    template <class...>
    static SUTURE_REJECTED("a model is loaded by a function: write pretrained::load(directory)",
                           from_pretrained(InBraces = {}, InBraces = {}));
    template <class...>
    static SUTURE_REJECTED("a model is made from its configuration: write Decoder model(Gpt2Config{})",
                           from_config(InBraces = {}));
};

/// Members of a module that its holder lacks.
struct RefusedOnHolders : RefusedOnModels {
#define SUTURE_BEHIND_THE_HOLDER(name) \
    template <class...>                \
    SUTURE_REJECTED("a holder points to its module: write model->" #name "(...)", name(...) const);
    SUTURE_BEHIND_THE_HOLDER(forward)
    SUTURE_BEHIND_THE_HOLDER(eval)
    SUTURE_BEHIND_THE_HOLDER(train)
    SUTURE_BEHIND_THE_HOLDER(to)
    SUTURE_BEHIND_THE_HOLDER(zero_grad)
    SUTURE_BEHIND_THE_HOLDER(parameters)
    SUTURE_BEHIND_THE_HOLDER(named_parameters)
    SUTURE_BEHIND_THE_HOLDER(named_modules)
    SUTURE_BEHIND_THE_HOLDER(config)
    SUTURE_BEHIND_THE_HOLDER(layers)
    SUTURE_BEHIND_THE_HOLDER(clone)
    SUTURE_BEHIND_THE_HOLDER(embed)
    SUTURE_BEHIND_THE_HOLDER(unembed)
    SUTURE_BEHIND_THE_HOLDER(unembedding)
#undef SUTURE_BEHIND_THE_HOLDER
#define SUTURE_MEMBER_OF_THE_MODULE(name) SUTURE_ABSENT("a holder points to its module: write model->" #name, name);
    SUTURE_MEMBER_OF_THE_MODULE(blocks)
    SUTURE_MEMBER_OF_THE_MODULE(token_embedding)
    SUTURE_MEMBER_OF_THE_MODULE(position_embedding)
    SUTURE_MEMBER_OF_THE_MODULE(final_norm)
    SUTURE_MEMBER_OF_THE_MODULE(head)
#undef SUTURE_MEMBER_OF_THE_MODULE
    template <class V>
    SUTURE_REJECTED("models are not compared: write a->config() == b->config()", operator==(const V&) const);
    template <class...>
    SUTURE_REJECTED("a model has layers: write model->layers()", size(...) const);
    template <class...>
    SUTURE_REJECTED("a model is saved by a function: write pretrained::save(directory, model)", save(...) const);
    template <class...>
    static SUTURE_REJECTED("a model is loaded by a function: write pretrained::load(directory)", load(...));
    template <class...>
    SUTURE_REJECTED("a model is not a range: write for (const auto& block : model->blocks)", begin() const);
    template <class...>
    SUTURE_REJECTED("a model is not a range: write for (const auto& block : model->blocks)", end() const);
};

#undef SUTURE_HOOKS
#undef SUTURE_PACKED
#undef SUTURE_CONFIGURED
#undef SUTURE_WEIGHTS
#undef SUTURE_REFUSED

}  // namespace suture::detail

#include "suture/core/end_refuse.hpp"
