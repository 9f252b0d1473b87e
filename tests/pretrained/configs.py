#!/usr/bin/env python3
"""Random config.json files of every family, with the model that transformers makes of each.

    configs.py FILE [--cases N] [--seed N]

writes a JSON list. An entry has the text of a config.json and either what the model is (its sizes, biases, windows, frequencies
of rotary embeddings, values of its nonlinearity), or the error that transformers raises. Without torch or transformers it says
that it is skipped.
"""
import argparse
import json
import os
import random
import sys
import tempfile

try:
    import torch
    import transformers
    from transformers import AutoConfig, AutoModelForCausalLM
except ImportError as missing:
    print(f"skipped: configurations are made with torch and transformers: {missing}")
    sys.exit(0)
if int(transformers.__version__.split(".")[0]) < 5:
    print(f"skipped: configurations are made with transformers 5: this is {transformers.__version__}")
    sys.exit(0)
transformers.logging.set_verbosity_error()

LENGTHS = (3, 40)  # of prompts: some scalings depend on it
POINTS = [-3.0, -1.1, -0.2, 0.4, 1.3, 12.0]  # at which nonlinearities are compared
ACTIVATIONS = ["silu", "swish", "gelu", "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "relu", "relu2", "relu6", "tanh", "quick_gelu",
               "sigmoid", "mish", "gelu_10", "hardswish", "laplace", "leaky_relu", "sqrtsoftplus", "linear"]
FAMILIES = ["llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "gemma3", "phi3", "gpt_neox"]
ABSENT = object()


class OtherModel(Exception):
    """transformers makes something of the file that is not a decoder of equal layers: it must be refused."""


class Draw:
    """Random fields: most are absent at times, so that the defaults of the family show."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.fields = {}

    def one_of(self, *values):
        return self.random.choice(values)

    def often(self, share):
        return self.random.random() < share

    def put(self, name, *values, share=0.5):
        if self.often(share):
            self.fields[name] = self.one_of(*values)

    def take(self):
        fields, self.fields = self.fields, {}
        return fields


def rope_object(draw, head_width, share, kind, with_base):
    """An object that describes a rotary embedding; some lack what the kind needs."""
    pairs = max(int(head_width * share) // 2, 1)
    if kind is not None:
        draw.put(draw.one_of("rope_type", "rope_type", "type"), kind, share=1)
        draw.put("type", kind, share=0.2)
    if kind in ("linear", "dynamic", "llama3", "yarn"):
        draw.put("factor", 1.0, 2.0, 4, 8.0, share=0.97)
    if kind == "llama3":
        draw.put("low_freq_factor", 1.0, 2, share=0.97)
        draw.put("high_freq_factor", 4.0, 8, share=0.97)
    if kind in ("llama3", "yarn", "longrope"):
        draw.put("original_max_position_embeddings", 6, 16, 32, share=0.7)
    if kind == "yarn":
        draw.put("attention_factor", None, 0.7, 1.5, share=0.3)
        draw.put("mscale", None, 0, 0.7, 1.0, share=0.3)
        draw.put("mscale_all_dim", None, 0, 0.5, 1.0, share=0.3)
        draw.put("beta_fast", None, 8, 32.0, share=0.3)
        draw.put("beta_slow", None, 0.5, 2, share=0.3)
        draw.put("truncate", True, False, share=0.3)
    if kind == "longrope":
        draw.put("short_factor", [1.0 + 0.1 * i for i in range(pairs)], share=0.98)
        draw.put("long_factor", [1 + i for i in range(pairs)], share=0.98)
        draw.put("factor", None, 2.0, 4, share=0.4)
        draw.put("attention_factor", None, 1, 1.25, share=0.3)
    if with_base:
        draw.put("rope_theta", 500, 10000.0, 1e6, share=0.8)
    draw.put("partial_rotary_factor", 0.5, 1.0, share=0.1)
    return draw.take()


def rope_fields(draw, family, head_width, layer_types):
    share_name = "rotary_pct" if family == "gpt_neox" else "partial_rotary_factor"
    base_name = "rotary_emb_base" if family == "gpt_neox" else "rope_theta"
    fields = {}
    share = 0.25 if family == "gpt_neox" else 1.0
    if draw.often(0.5 if family in ("gpt_neox", "phi3") else 0.05):
        share = fields[share_name] = draw.one_of(0.25, 0.5, 0.75, 1.0)
    if draw.often(0.5):
        fields[base_name] = draw.one_of(300, 10000.0, 1e5)
    if draw.often(0.05):
        fields["rope_theta"] = 700.0
    if draw.often(0.15 if family != "phi3" else 0.6):
        fields["original_max_position_embeddings"] = draw.one_of(6, 16, 32)

    def kind():
        if family == "phi3":
            return draw.one_of(None, "default", "default", "longrope", "longrope", "su", "yarn", "linear")
        if draw.often(0.02):
            return "mrope"
        return draw.one_of(None, "default", "linear", "dynamic", "llama3", "yarn", "yarn", "longrope")

    if draw.often(0.4):
        fields["rope_scaling"] = draw.one_of(None, {}, *[rope_object(draw, head_width, share, kind(), draw.often(0.2))
                                                         for _ in range(6)])
    if draw.often(0.5):
        if family.startswith("gemma3") and draw.often(0.9) or draw.often(0.05):
            fields["rope_parameters"] = {name: rope_object(draw, head_width, share, kind(), True)
                                         for name in ("full_attention", "sliding_attention") if draw.often(0.9)}
        else:
            fields["rope_parameters"] = draw.one_of(None, *[rope_object(draw, head_width, share, kind(), draw.often(0.8))
                                                            for _ in range(8)])
    return fields


def draw_config(seed):
    draw = Draw(seed)
    family = FAMILIES[seed % len(FAMILIES)]
    sizes = 1 if draw.often(0.97) else 0.8  # a few have the sizes of the family
    draw.put("hidden_size", 16, 32, 48, 60, share=sizes)
    draw.put("num_attention_heads", 1, 2, 3, 4, share=sizes)
    draw.put("num_hidden_layers", 1, 2, 3, 7, share=sizes)
    draw.put("intermediate_size", 8, 20, share=sizes)
    draw.put("vocab_size", 11, 30, share=sizes)
    draw.put("max_position_embeddings", 8, 16, 64, 4096, share=0.9 * sizes)
    heads, layers = draw.fields.get("num_attention_heads", 32), draw.fields.get("num_hidden_layers", 32)
    if family != "gpt_neox":
        # transformers 5 is strict about the types of fields: null, or 50 for 50.0, is an error in some families.
        takes_null = family in ("llama", "qwen2", "qwen3", "phi3") or draw.often(0.1)
        draw.put("num_key_value_heads", 1, 1, heads, heads, heads, *([None] if takes_null else []), share=0.95)
        has_own = family in ("qwen3", "gemma2", "gemma3", "gemma3_text")
        draw.put("head_dim", 4, 8, 12, 16, *([] if has_own else [None]), share=0.95 if has_own else 0.4)
        draw.put("rms_norm_eps", 1e-5, 1e-6, 0.01)
        draw.put("mlp_bias", True, False, share=0.3)
        draw.put("sliding_window", 1, 4, 9, 9, 4096, None, share=0.6)
        draw.put("use_sliding_window", True, True, False, share=0.6)
        draw.put("max_window_layers", 0, 1, 2, 28, share=0.6)
        draw.put("sliding_window_pattern", 1, 2, 3, share=0.5)
        draw.put("query_pre_attn_scalar", 7, 64, share=0.6)
        draw.put("attn_logit_softcapping", None, 20.0, 50.0, share=0.5)
        draw.put("final_logit_softcapping", None, 30.0, 7.0, share=0.5)
    else:
        draw.put("layer_norm_eps", 1e-5, 0.01)
        draw.put("use_parallel_residual", True, False)
    draw.put("use_bidirectional_attention", True, False, None, share=0.05)
    draw.put("hidden_activation" if family.startswith("gemma") else "hidden_act", *ACTIVATIONS, share=0.7)
    draw.put("hidden_act" if family.startswith("gemma") else "hidden_activation", "relu", share=0.1)
    draw.put("attention_bias", True, False)
    draw.put("tie_word_embeddings", True, False)
    draw.put("is_causal", True, False, share=0.06)
    draw.put("pretraining_tp", 1, 2, share=0.1)
    draw.put("layer_types", None, *[[draw.one_of("full_attention", "sliding_attention", "attention") for _ in range(layers)]
                                    for _ in range(5)], ["linear_attention"] * layers, share=0.3)
    draw.put("per_layer_config", {"0": {"intermediate_size": 12}}, share=0.02)
    config = {**draw.take(), "pad_token_id": None, "bos_token_id": 1, "eos_token_id": 2}
    head_width = config.get("head_dim") or max(config.get("hidden_size", 4096) // heads, 1)
    config.update(rope_fields(draw, family, head_width, config.get("layer_types")))
    if family != "gemma3":
        return {"model_type": family, **config}
    whole = {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", **config},
             "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 8, "num_hidden_layers": 1,
                               "num_attention_heads": 2, "intermediate_size": 8, "image_size": 8, "patch_size": 4}}
    draw.put("tie_word_embeddings", True, False, share=0.3)
    return {**whole, **draw.take()}


def frequencies(rotary, config, layer_type, length):
    """The frequencies and the factor of cosines for a prompt of this length, by a module that has seen no other."""
    rotary = type(rotary)(config)
    positions = torch.arange(length)[None]
    x = torch.zeros(1, 1)
    if layer_type is None:
        rotary(x, positions)
        return rotary.inv_freq.tolist(), float(rotary.attention_scaling)
    rotary(x, positions, layer_type)
    return (getattr(rotary, f"{layer_type}_inv_freq").tolist(), float(getattr(rotary, f"{layer_type}_attention_scaling")))


def describe(directory):
    """What transformers makes of the config.json in a directory."""
    config = AutoConfig.from_pretrained(directory)
    config._attn_implementation = "eager"
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    text = getattr(config, "text_config", config)
    is_neox, is_gemma3 = text.model_type == "gpt_neox", text.model_type == "gemma3_text"
    body = model.model.language_model if config.model_type == "gemma3" else model.base_model
    layer = body.layers[0]
    attention = layer.attention if is_neox else layer.self_attn
    first = attention.query_key_value if is_neox else getattr(attention, "qkv_proj", None) or attention.q_proj
    last = attention.dense if is_neox else attention.o_proj
    up = layer.mlp.dense_h_to_4h if is_neox else getattr(layer.mlp, "gate_up_proj", None) or layer.mlp.up_proj
    down = layer.mlp.dense_4h_to_h if is_neox else layer.mlp.down_proj
    act = getattr(layer.mlp, "act_fn", None) or getattr(layer.mlp, "activation_fn", None) or layer.mlp.act
    embedding = model.get_input_embeddings().weight
    head_width = attention.head_size if is_neox else attention.head_dim
    layer_types = getattr(text, "layer_types", None) or [None] * text.num_hidden_layers

    def window(i):
        if is_neox or text.model_type == "llama":
            return 0
        if text.model_type in ("mistral", "phi3"):
            return text.sliding_window or 0
        if layer_types[i] == "sliding_attention" and text.sliding_window is None:
            raise OtherModel("sliding_window is None")  # the mask of the first pass raises an error
        return text.sliding_window if layer_types[i] == "sliding_attention" else 0

    if getattr(text, "is_causal", True) is False or getattr(text, "use_bidirectional_attention", None):
        raise OtherModel("not causal")
    if getattr(text, "is_heterogeneous", False):
        raise OtherModel("layers of several sizes")
    share = text.rope_parameters.get("partial_rotary_factor", 1.0)
    rotary = []
    for i in range(text.num_hidden_layers):
        kind = layer_types[i] if is_gemma3 else None
        lengths = [frequencies(body.rotary_emb, text, kind, length) for length in LENGTHS]
        width = 2 * len(lengths[0][0])
        if width > head_width or (width != head_width and text.model_type not in ("phi3", "gpt_neox")):
            raise OtherModel("the rotary embedding does not fit the heads")
        rotary.append({"frequencies": [f for f, _ in lengths], "factor": lengths[1][1]})
    return {
        "width": embedding.shape[1], "vocabulary": embedding.shape[0], "layers": len(body.layers), "head_width": head_width,
        "heads": text.num_attention_heads, "key_heads": getattr(text, "num_key_value_heads", text.num_attention_heads),
        "qkv_width": sum(p.weight.shape[0] for p in [first]) if is_neox or first is not getattr(attention, "q_proj", None)
        else sum(getattr(attention, p).weight.shape[0] for p in ("q_proj", "k_proj", "v_proj")),
        "inner": down.weight.shape[1], "positions": text.max_position_embeddings,
        "qkv_bias": first.bias is not None, "attn_out_bias": last.bias is not None, "mlp_bias": up.bias is not None,
        "mlp_out_bias": down.bias is not None, "tied": model.get_output_embeddings().weight is embedding
        or bool(model.config.tie_word_embeddings),
        "score_scale": attention.scaling, 
        # Gemma 3 has the first and does not use it; other families have neither, whatever a file says.
        "score_cap": (getattr(attention, "attn_logit_softcapping", None) or 0) if text.model_type == "gemma2" else 0,
        "logit_cap": (text.final_logit_softcapping or 0) if "gemma" in text.model_type else 0,
        "epsilon": layer.input_layernorm.eps if is_neox else getattr(layer.input_layernorm, "variance_epsilon", None)
        or layer.input_layernorm.eps,
        "parallel": bool(getattr(layer, "use_parallel_residual", False)), "qk_norms": hasattr(attention, "q_norm"),
        "windows": [window(i) for i in range(text.num_hidden_layers)],
        "is_odd": int(head_width * share) % 2 == 1, "rotary": rotary, "activation": act(torch.tensor(POINTS, dtype=torch.float64)).tolist(),
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file")
    arguments.add_argument("--cases", type=int, default=400)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    torch.set_num_threads(1)
    cases = []
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(given.seed, given.seed + given.cases):
            config = draw_config(seed)
            case = {"config": json.dumps(config)}
            with open(os.path.join(directory, "config.json"), "w") as file:
                file.write(case["config"])
            try:
                case["is"] = describe(directory)
                case["is_odd"] = case["is"].pop("is_odd")
            except OtherModel as error:
                case.update(error=str(error), matters=True)
            except Exception as error:  # whatever transformers raises: there is no model to compare with
                case.update(error=f"{type(error).__name__}: {error}"[:300], matters=False)
            cases.append(case)
    with open(given.file, "w") as file:
        json.dump({"points": POINTS, "lengths": LENGTHS, "cases": cases}, file)
    made = sum("is" in case for case in cases)
    print(f"{made} models and {len(cases) - made} errors with transformers {transformers.__version__}")


main()
