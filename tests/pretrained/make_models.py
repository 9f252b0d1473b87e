#!/usr/bin/env python3
"""Small random models of every family, as transformers saves them, with what its modules compute.

    make_models.py DIRECTORY [NAME...]
    make_models.py --goldens DIRECTORY

writes a Hugging Face directory for each model of the list below, and in it expected.safetensors: ids, logits, and the values
that PyTorch's forward hooks see, under the paths that suture's sites have. Without torch, transformers or safetensors it says
that it is skipped. What is there already, made by this script, is kept. The second form writes a few
tiny models, without the values at sites: tests/pretrained/data.
"""
import hashlib
import json
import os
import sys

try:
    import safetensors.torch
    import torch
    import transformers
    from transformers import AutoModelForCausalLM
    from transformers.models.llama import modeling_llama
except ImportError as missing:
    print(f"skipped: models of families are made with torch, transformers and safetensors: {missing}")
    sys.exit(0)
if int(transformers.__version__.split(".")[0]) < 5:
    print(f"skipped: models of families are made with transformers 5: this is {transformers.__version__}")
    sys.exit(0)

GOLDENS = sys.argv[1:2] == ["--goldens"]
LONG = 24  # positions of each prompt

SMALL = dict(vocab_size=61, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=56,
             max_position_embeddings=64, pad_token_id=None, bos_token_id=1, eos_token_id=2)
if GOLDENS:
    SMALL.update(vocab_size=19, hidden_size=16, num_hidden_layers=2, intermediate_size=12)
    # Rotary widths follow from these sizes, and lists of factors from the rotary widths.
    GOLDEN_NAMES = ["llama", "llama_biases", "llama3_v4", "llama_yarn", "llama_dynamic_long", "mistral_window", "qwen2_window_v4",
                    "qwen3", "gemma2", "gemma3_v4", "phi3", "neox", "neox_sequential"]


def llama(**changes):
    return transformers.LlamaConfig(**{**SMALL, "num_key_value_heads": 2, **changes})


def mistral(**changes):
    return transformers.MistralConfig(**{**SMALL, "num_key_value_heads": 2, "sliding_window": None, **changes})


def qwen2(**changes):
    return transformers.Qwen2Config(**{**SMALL, "num_key_value_heads": 2, **changes})


def qwen3(**changes):
    return transformers.Qwen3Config(**{**SMALL, "num_key_value_heads": 2, "head_dim": 16, **changes})


def gemma2(**changes):
    return transformers.Gemma2Config(**{**SMALL, "num_key_value_heads": 2, "head_dim": 12, "sliding_window": 7,
                                        "query_pre_attn_scalar": 10, "attn_logit_softcapping": 5.0,
                                        "final_logit_softcapping": 4.0, **changes})


def gemma3(**changes):
    return transformers.Gemma3TextConfig(**{**SMALL, "num_key_value_heads": 2, "head_dim": 12, "sliding_window": 7,
                                            "query_pre_attn_scalar": 10, "num_hidden_layers": 4,
                                            "sliding_window_pattern": 3, **changes})


def gemma3_with_images(**changes):
    text = gemma3(**changes)
    vision = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8, image_size=8, patch_size=4)
    return transformers.Gemma3Config(text_config=text.to_dict(), vision_config=vision, mm_tokens_per_image=4,
                                     image_token_index=60, boi_token_index=59, eoi_token_index=58)


def phi3(**changes):
    return transformers.Phi3Config(**{**SMALL, "num_key_value_heads": 2, **changes})


def neox(**changes):
    heads = {"num_attention_heads": 2} if GOLDENS else {}  # a quarter of a head's channels is rotated: an even number
    return transformers.GPTNeoXConfig(**{**SMALL, **heads, **changes})


def gpt2(**changes):
    return transformers.GPT2Config(**{**dict(vocab_size=61, n_embd=32, n_layer=3, n_head=4, n_positions=64, bos_token_id=1,
                                             eos_token_id=2), **changes})


def rope(kind, **more):
    return {"rope_type": kind, "rope_theta": 10000.0, **more}


LLAMA3 = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
PAIRS = [1.0, 1.3, 2.0, 3.1]
PAIRS_LONG = [1.5, 2.5, 4.0, 8.0]
if GOLDENS:
    PAIRS, PAIRS_LONG = PAIRS[:2], PAIRS_LONG[:2]

# name: (configuration, {how it is saved})
MODELS = {
    "llama": (llama(), {}),
    "llama_tied": (llama(tie_word_embeddings=True), {}),
    "llama_one_key_head": (llama(num_key_value_heads=1), {}),
    "llama_all_key_heads": (llama(num_key_value_heads=4), {}),
    "llama_wide_heads": (llama(head_dim=20), {}),
    "llama_narrow_heads": (llama(head_dim=4), {}),
    "llama_attention_bias": (llama(attention_bias=True), {}),
    "llama_mlp_bias": (llama(mlp_bias=True), {}),
    "llama_biases": (llama(attention_bias=True, mlp_bias=True, tie_word_embeddings=True), {}),
    "llama_base": (llama(rope_parameters=rope("default", rope_theta=500000.0)), {}),
    "llama_base_v4": (llama(rope_parameters=rope("default", rope_theta=100000.0)), {"v4": True}),
    "llama_linear": (llama(rope_parameters=rope("linear", factor=4.0)), {}),
    "llama_linear_v4": (llama(rope_parameters=rope("linear", factor=2.5)), {"v4": True, "type": True}),
    "llama_dynamic_short": (llama(rope_parameters=rope("dynamic", factor=4.0)), {}),
    "llama_dynamic_long": (llama(rope_parameters=rope("dynamic", factor=4.0), max_position_embeddings=12), {}),
    "llama_dynamic_v4": (llama(rope_parameters=rope("dynamic", factor=2.0), max_position_embeddings=10), {"v4": True}),
    "llama3": (llama(rope_parameters=rope("llama3", **LLAMA3)), {}),
    "llama3_v4": (llama(rope_parameters=rope("llama3", **{**LLAMA3, "original_max_position_embeddings": 32})), {"v4": True}),
    "llama_yarn": (llama(rope_parameters=rope("yarn", factor=4.0, original_max_position_embeddings=16)), {}),
    "llama_yarn_mscale": (llama(rope_parameters=rope("yarn", factor=4.0, original_max_position_embeddings=16, mscale=0.8,
                                                     mscale_all_dim=1.2)), {}),
    "llama_yarn_attention": (llama(rope_parameters=rope("yarn", factor=8.0, original_max_position_embeddings=8,
                                                        attention_factor=1.3, beta_fast=8.0, beta_slow=0.5)), {}),
    "llama_yarn_untruncated": (llama(rope_parameters=rope("yarn", factor=4.0, original_max_position_embeddings=16,
                                                          truncate=False)), {}),
    "llama_yarn_v4": (llama(rope_parameters=rope("yarn", factor=2.0, original_max_position_embeddings=32)), {"v4": True}),
    "llama_longrope_short": (llama(rope_parameters=rope("longrope", short_factor=PAIRS, long_factor=PAIRS_LONG, factor=4.0,
                                                        original_max_position_embeddings=32)), {}),
    "llama_longrope_long": (llama(rope_parameters=rope("longrope", short_factor=PAIRS, long_factor=PAIRS_LONG, factor=4.0,
                                                       original_max_position_embeddings=16)), {}),
    "llama_gelu": (llama(hidden_act="gelu"), {}),
    "llama_relu2": (llama(hidden_act="relu2"), {}),
    "llama_epsilon": (llama(rms_norm_eps=0.1), {}),
    "llama_sharded": (llama(), {"shards": "20KB"}),
    "llama_bfloat16": (llama(), {"dtype": torch.bfloat16}),
    "llama_one_layer": (llama(num_hidden_layers=1), {}),
    "smollm2": (llama(num_attention_heads=9, num_key_value_heads=3, hidden_size=36, tie_word_embeddings=True,
                      rope_parameters=rope("default", rope_theta=100000.0)), {"v4": True}),
    "mistral": (mistral(), {}),
    "mistral_window": (mistral(sliding_window=5), {}),
    "mistral_window_of_one": (mistral(sliding_window=1), {}),
    "mistral_wide_heads": (mistral(head_dim=12), {}),
    "mistral_v4": (mistral(sliding_window=9, rope_parameters=rope("default", rope_theta=1e6)), {"v4": True}),
    "qwen2": (qwen2(), {}),
    "qwen2_tied": (qwen2(tie_word_embeddings=True), {}),
    "qwen2_window": (qwen2(use_sliding_window=True, sliding_window=6, max_window_layers=1), {}),
    "qwen2_window_unused": (qwen2(use_sliding_window=False, sliding_window=6), {}),
    "qwen2_v4": (qwen2(rope_parameters=rope("default", rope_theta=1e6)), {"v4": True, "drop": ["layer_types"]}),
    "qwen2_window_v4": (qwen2(use_sliding_window=True, sliding_window=6, max_window_layers=2),
                        {"v4": True, "drop": ["layer_types"]}),
    "qwen3": (qwen3(), {}),
    "qwen3_bias": (qwen3(attention_bias=True), {}),
    "qwen3_window": (qwen3(use_sliding_window=True, sliding_window=4, max_window_layers=2), {}),
    "qwen3_yarn": (qwen3(rope_parameters=rope("yarn", rope_theta=1e6, factor=4.0, original_max_position_embeddings=16)), {}),
    "gemma2": (gemma2(), {}),
    "gemma2_uncapped": (gemma2(attn_logit_softcapping=None, final_logit_softcapping=None), {}),
    "gemma2_bias": (gemma2(attention_bias=True), {}),
    "gemma2_v4": (gemma2(), {"v4": True, "drop": ["layer_types"]}),
    "gemma2_untied": (gemma2(tie_word_embeddings=False), {}),
    "gemma3": (gemma3(), {}),
    "gemma3_linear": (gemma3(rope_parameters={"full_attention": rope("linear", factor=8.0, rope_theta=1e6),
                                              "sliding_attention": rope("default")}), {}),
    "gemma3_v4": (gemma3(), {"v4": True, "drop": ["layer_types"], "add": {"sliding_window_pattern": 3}}),
    "gemma3_caps": (gemma3(attn_logit_softcapping=6.0, final_logit_softcapping=3.0), {}),
    "gemma3_bfloat16": (gemma3(), {"dtype": torch.bfloat16}),
    "gemma3_with_images": (gemma3_with_images(), {}),
    "phi3": (phi3(), {}),
    "phi3_all_key_heads": (phi3(num_key_value_heads=4), {}),
    "phi3_window": (phi3(sliding_window=6), {}),
    "phi3_longrope_short": (phi3(original_max_position_embeddings=32, rope_parameters=rope(
        "longrope", short_factor=PAIRS, long_factor=PAIRS_LONG)), {}),
    "phi3_longrope_long": (phi3(original_max_position_embeddings=16, rope_parameters=rope(
        "longrope", short_factor=PAIRS, long_factor=PAIRS_LONG)), {}),
    "phi3_longrope_v4": (phi3(original_max_position_embeddings=16, rope_parameters=rope(
        "longrope", short_factor=PAIRS, long_factor=PAIRS_LONG)), {"v4": True, "type": True}),
    "phi4_partial": (phi3(rope_parameters=rope("default", partial_rotary_factor=0.5)), {}),
    "phi3_tied": (phi3(tie_word_embeddings=True), {}),
    "neox": (neox(), {}),
    "neox_sequential": (neox(use_parallel_residual=False), {}),
    "neox_whole": (neox(rope_parameters=rope("default", partial_rotary_factor=1.0)), {}),
    "neox_without_bias": (neox(attention_bias=False), {}),
    "neox_tied": (neox(tie_word_embeddings=True), {}),
    "neox_tanh": (neox(hidden_act="gelu_new", layer_norm_eps=1e-2), {}),
    "neox_v4": (neox(rope_parameters=rope("default", partial_rotary_factor=0.5, rope_theta=20000.0)), {"v4": True}),
    "neox_linear": (neox(rope_parameters=rope("linear", partial_rotary_factor=0.25, factor=2.0)), {}),
    "gpt2": (gpt2(), {}),
    "gpt2_untied": (gpt2(tie_word_embeddings=False, n_inner=40), {}),
    "gpt2_by_layer": (gpt2(scale_attn_by_inverse_layer_idx=True), {}),
}


def as_version_4(config, how, family):
    """config.json as transformers 4 wrote it: rope_theta and rope_scaling."""
    parameters = config.pop("rope_parameters", None) or {}
    nested = any(isinstance(value, dict) for value in parameters.values())
    if nested:
        config["rope_theta"] = parameters["full_attention"]["rope_theta"]
        config["rope_local_base_freq"] = parameters["sliding_attention"]["rope_theta"]
        parameters = {k: v for k, v in parameters["full_attention"].items() if k != "rope_theta"}
    else:
        parameters = dict(parameters)
        theta = parameters.pop("rope_theta", 10000.0)
        share = parameters.pop("partial_rotary_factor", None)
        config["rotary_emb_base" if family == "gpt_neox" else "rope_theta"] = theta
        if share is not None:
            config["rotary_pct" if family == "gpt_neox" else "partial_rotary_factor"] = share
    if parameters.get("rope_type", "default") == "default":
        config["rope_scaling"] = None
    else:
        if how.get("type"):
            parameters["type"] = parameters.pop("rope_type")
        config["rope_scaling"] = parameters


def randomise(model, seed):
    """Every parameter matters, also norms and biases, and scores are of the size of one."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() > 1:
                parameter.copy_(noise * (0.8 if "embed" in name or "wte" in name else 0.25))
            elif name.endswith("bias"):
                parameter.copy_(noise * 0.2)
            else:
                start = 0.0 if "gemma" in type(model).__name__.lower() else 1.0
                parameter.copy_(start + noise * 0.3)


def body_of(model):
    """The language model: of a model with images, a part of it."""
    return getattr(model.base_model, "language_model", model.base_model)


def layers_of(model):
    body = body_of(model)
    return body.h if hasattr(body, "h") else body.layers


def record(model, ids):
    """What the modules compute, by the paths of suture's sites."""
    seen = {}
    body = body_of(model)
    names = {module: name for name, module in body.named_modules()}
    wanted = ("q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj", "query_key_value", "dense", "c_attn", "c_proj", "c_fc",
              "gate_proj", "up_proj", "down_proj", "gate_up_proj", "dense_h_to_4h", "dense_4h_to_h", "q_norm", "k_norm",
              "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm",
              "ln_1", "ln_2", "norm", "ln_f", "final_layer_norm", "embed_tokens", "wte", "wpe", "embed_in")
    inputs = ("o_proj", "dense", "c_proj", "down_proj", "dense_4h_to_h")
    handles = []

    def keep(name):
        last = name.split(".")[-1]

        def hook(module, args, output):
            value = output if torch.is_tensor(output) else output[0]
            if last in ("q_norm", "k_norm"):
                # Gemma 3 normalises heads after it has moved their axis forward.
                value = (value.transpose(1, 2) if "gemma3" in model.config.model_type else value).flatten(-2)
            seen[name] = value.detach().clone()
            if last in inputs:
                seen[name + ".input"] = args[0].detach().clone()

        return hook

    for module, name in names.items():
        if name.split(".")[-1] in wanted:
            handles.append(module.register_forward_hook(keep(name)))
    blocks = "h" if hasattr(body, "h") else "layers"
    for i, layer in enumerate(layers_of(model)):
        def before(module, args, kwargs, i=i):
            seen[f"{blocks}.{i}.resid_pre"] = (args[0] if args else kwargs["hidden_states"]).detach().clone()

        def after(module, args, output, i=i):
            seen[f"{blocks}.{i}.resid_post"] = (output if torch.is_tensor(output) else output[0]).detach().clone()

        handles.append(layer.register_forward_pre_hook(before, with_kwargs=True))
        handles.append(layer.register_forward_hook(after))
        attention = next(getattr(layer, a) for a in ("self_attn", "attention", "attn") if hasattr(layer, a))

        def pattern(module, args, output, name=names[attention]):
            if isinstance(output, tuple) and len(output) > 1 and torch.is_tensor(output[1]):
                seen[name + ".pattern"] = output[1].detach().clone()

        handles.append(attention.register_forward_hook(pattern))
    # The scores are what the families' eager attention gives to softmax, scaled, capped and masked: one call a layer.
    softmax, scored = torch.nn.functional.softmax, []

    def keep_scores(scores, *args, **kwargs):
        if scores.dim() == 4:
            scored.append(scores.detach().clone())
        return softmax(scores, *args, **kwargs)

    torch.nn.functional.softmax = keep_scores
    # The rotated queries and keys are values within forward: every family's module calls a function of its own file.
    module = sys.modules[type(body).__module__]
    rotate = getattr(module, "apply_rotary_pos_emb", None)
    if rotate is not None:
        calls = []

        def rotated(*args, **kwargs):
            q, k = rotate(*args, **kwargs)
            number = len(calls)
            calls.append(number)
            path = names[next(getattr(layers_of(model)[number], a) for a in ("self_attn", "attention")
                              if hasattr(layers_of(model)[number], a))]
            for what, value in (("rot_q", q), ("rot_k", k)):
                seen[f"{path}.{what}"] = value.detach().transpose(1, 2).flatten(-2).clone()
            return q, k

        module.apply_rotary_pos_emb = rotated
    try:
        with torch.no_grad():
            logits = model(ids).logits
    finally:
        for handle in handles:
            handle.remove()
        torch.nn.functional.softmax = softmax
        if rotate is not None:
            module.apply_rotary_pos_emb = rotate
    assert len(scored) == len(layers_of(model)), "an attention did not call torch.nn.functional.softmax"
    for layer, scores in zip(layers_of(model), scored):
        attention = next(getattr(layer, a) for a in ("self_attn", "attention", "attn") if hasattr(layer, a))
        # A mask adds the lowest number of the type to a score, or puts it there: no probability comes of it.
        hidden = scores < torch.finfo(scores.dtype).min / 2
        seen[names[attention] + ".scores"] = scores.masked_fill(hidden, -torch.inf)
    seen = {name: value.float() if value.dtype in (torch.bfloat16, torch.float16) else value for name, value in seen.items()}
    return {**seen, "logits": logits.float(), "ids": ids}


def text_vocabulary(config):
    """Ids of texts: those of a model with images but for its marks of images."""
    return config.text_config.vocab_size - 3 if hasattr(config, "text_config") else config.vocab_size


def make(name, directory):
    config, how = MODELS[name]
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    torch.manual_seed(seed)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    randomise(model, seed)
    dtype = how.get("dtype", torch.float32)
    if dtype != torch.float32:  # as weights that are widened when they are loaded
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(parameter.to(dtype).float())
    os.makedirs(directory, exist_ok=True)
    ids = torch.randint(0, text_vocabulary(config), (2, LONG), generator=torch.Generator().manual_seed(seed + 1))
    expected = record(model, ids)
    if GOLDENS:
        expected = {key: expected[key] for key in ("ids", "logits")}
    # A pass over one prompt of each length, so that what depends on the length shows.
    with torch.no_grad():
        expected["logits_short"] = model(ids[:1, :5]).logits.float()
    config.transformers_version = None
    saved = model.to(dtype)
    saved.save_pretrained(directory, **({"max_shard_size": how["shards"]} if "shards" in how else {}))
    path = os.path.join(directory, "config.json")
    with open(path) as file:
        written = json.load(file)
    for field in how.get("drop", []):
        written.pop(field, None)
    if how.get("v4"):
        as_version_4(written, how, config.model_type)
    written.update(how.get("add", {}))
    with open(path, "w") as file:
        json.dump(written, file, indent=1)
    safetensors.torch.save_file({k: v.contiguous() for k, v in expected.items()},
                                os.path.join(directory, "expected.safetensors"))


def main():
    torch.set_num_threads(1)
    if GOLDENS:
        for name in GOLDEN_NAMES:
            make(name, os.path.join(sys.argv[2], name))
            os.remove(os.path.join(sys.argv[2], name, "generation_config.json"))
        return
    out, names = sys.argv[1], sys.argv[2:] or list(MODELS)
    with open(__file__, "rb") as file:
        version = hashlib.sha256(file.read() + transformers.__version__.encode()).hexdigest()
    stamp = os.path.join(out, "made_by")
    if os.path.exists(stamp) and open(stamp).read() == version and not sys.argv[2:]:
        print(f"{len(MODELS)} models are there")
        return
    for name in names:
        make(name, os.path.join(out, name))
    if not sys.argv[2:]:
        with open(stamp, "w") as file:
            file.write(version)
    print(f"{len(names)} models made with transformers {transformers.__version__}")


main()
