#!/usr/bin/env python3
"""Where queries, keys, values, gates and states lie in the projections of published models: the channels that
tests/laws/layout_goldens.cpp compares the catalogue with.

    make_layout_goldens.py --write layout_goldens.json    writes them (with transformers 5.24 and PyTorch 2.13)
    make_layout_goldens.py --check layout_goldens.json    compares them with those of the same transformers, if it is here

Each model is built with a tiny configuration and random weights, and its module itself is asked: Q of head h is the channels
on which the scores of head h depend at the position of the query, K those at the position of the key, V those on which block h
of the output projection's input depends while the probabilities are held fixed. Gates and states are told apart by behaviour
too; each function below says how. No reshape of a modelling file is read. Models that transformers does not have are the
exception, which the goldens' notes name: there the reshape of the published code is written out (`WRITTEN_OUT`).

One golden per module: the width of its output (or of a parameter's channel axis) and, for each component, the [begin, end) of
each head. K and V have one entry per *query* head: entry h is that of the key/value head that query head h reads. A component
that is no head's own has one entry per run of channels. `entry`: the layout of the catalogue that names the model. `formulas`:
all layouts of the catalogue with the same channels, found by trying every number that occurs in the golden in FORMULAS, which
repeats the catalogue.
"""
import importlib
import itertools
import json
import logging
import sys
import unittest.mock
from contextlib import contextmanager

try:
    import torch
    import transformers
    from transformers import AutoConfig, AutoModel
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)

logging.disable(logging.WARNING)


# The catalogue, written another way: (groups, [(component, width, heads), ...]); None where the numbers do not divide.


def side_by_side(*components):
    return 1, list(components)


def gpt2(e, n):
    return side_by_side(("Q", e, n), ("K", e, n), ("V", e, n))


def neox(n, d):
    return n, [("Q", d, 1), ("K", d, 1), ("V", d, 1)]


def phi3(n, g, d):
    return side_by_side(("Q", n * d, n), ("K", g * d, g), ("V", g * d, g)) if n % g == 0 else None


def falcon(n, g, d):
    return (g, [("Q", n // g * d, n // g), ("K", d, 1), ("V", d, 1)]) if n % g == 0 else None


def codegen(e, n):
    return (4, [(c, e // 4, n // 4) for c in "QVK"]) if e % 4 == 0 and n % 4 == 0 else None


def gate_up(i):
    return side_by_side(("Gate", i, 1), ("Up", i, 1))


def qkvz(hk, hv, dk, dv):
    r = hv // hk
    return (hk, [("Q", dk, 1), ("K", dk, 1), ("V", r * dv, r), ("Z", r * dv, r)]) if hv % hk == 0 else None


def ba(hk, hv):
    return (hk, [(c, hv // hk, hv // hk) for c in ("Beta", "Alpha")]) if hv % hk == 0 else None


def bigcode_mqa(e, n):
    return side_by_side(("Q", e, n), ("K", e // n, 1), ("V", e // n, 1)) if e % n == 0 else None


FORMULAS = {
    "Gpt2Qkv": gpt2,
    "Gpt2CrossKv": lambda e, n: side_by_side(("K", e, n), ("V", e, n)),
    "BigCodeMqaQkv": bigcode_mqa,
    "Falcon7bQkv": lambda n, d: side_by_side(("Q", n * d, n), ("K", d, 1), ("V", d, 1)),
    "Phi3Qkv": phi3,
    "ChatGlmQkv": phi3,
    "BaichuanM1Qkv": phi3,
    "DbrxQkv": phi3,
    "NeoXQkv": neox,
    "BloomQkv": neox,
    "BigCodeMhaQkv": neox,
    "FalconRwQkv": neox,
    "ChatGlmMhaQkv": neox,
    "FalconQkv": falcon,
    "InternLm2Qkv": falcon,
    "CodeGenQkv": codegen,
    "Qwen3NextQGate": lambda n, d: (n, [("Q", d, 1), ("Gate", d, 1)]),
    "LlamaQ": lambda n, d: side_by_side(("Q", n * d, n)),
    "LlamaK": lambda g, d: side_by_side(("K", g * d, g)),
    "LlamaV": lambda g, d: side_by_side(("V", g * d, g)),
    "Qwen3NextQkvz": qkvz,
    "Qwen3NextBa": ba,
    "DeepSeekQ": lambda n, nope, rope: (n, [("NoPe", nope, 1), ("Rope", rope, 1)]),
    "DeepSeekKvA": lambda rank, rope: side_by_side(("Latent", rank, 1), ("Rope", rope, 1)),
    "DeepSeekKvB": lambda n, nope, d: (n, [("NoPe", nope, 1), ("V", d, 1)]),
    "Phi3GateUp": gate_up,
    "MixtralGateUp": gate_up,
    "GptOssGateUp": lambda i: (i, [("Gate", 1, 1), ("Up", 1, 1)]),
    "MambaIn": lambda i: side_by_side(("X", i, 1), ("Gate", i, 1)),
    "MambaX": lambda r, s: side_by_side(("Dt", r, 1), ("B", s, 1), ("C", s, 1)),
    "Mamba2In": lambda i, ng, s, h: side_by_side(
        ("Gate", i, h), ("X", i, h), ("B", ng * s, ng), ("C", ng * s, ng), ("Dt", h, h)
    ),
}


def slices(packing):
    """The width of a layout, and the [begin, end) of each head of each component."""
    groups, components = packing
    if any(width % heads for _, width, heads in components):
        return None
    period = sum(width for _, width, _ in components)
    found, offset = {}, 0
    for name, width, heads in components:
        size = width // heads
        found[name] = [
            [g * period + offset + h * size, g * period + offset + (h + 1) * size] for g in range(groups) for h in range(heads)
        ]
        offset += width
    return groups * period, found


def same_channels(golden, packing):
    layout = slices(packing)
    if not layout or layout[0] != golden["width"] or layout[1].keys() != golden["components"].keys():
        return False
    for name, heads in layout[1].items():
        entries = golden["components"][name]
        if len(entries) % len(heads):
            return False
        if entries != [head for head in heads for _ in range(len(entries) // len(heads))]:
            return False
    return True


def formulas_of(golden):
    """Every number of a layout is a number of heads or of groups, or the width of a head or of a component."""
    numbers = set()
    for entries in golden["components"].values():
        heads = {tuple(entry) for entry in entries}
        channels = {c for begin, end in heads for c in range(begin, end)}
        numbers |= {len(heads), len(runs(channels)), len(channels)} | {end - begin for begin, end in heads}
    found = []
    for name, formula in FORMULAS.items():
        for values in itertools.product(sorted(numbers), repeat=formula.__code__.co_argcount):
            packing = formula(*values)
            if packing and same_channels(golden, packing):
                found.append(f"{name}<{', '.join(map(str, values))}>")
    return sorted(found)


def runs(channels):
    """Channels as [begin, end) of those side by side."""
    found = []
    for c in sorted(channels):
        if found and found[-1][1] == c:
            found[-1][1] = c + 1
        else:
            found.append([c, c + 1])
    return found


def one_run(channels):
    found = runs(channels)
    assert len(found) == 1, f"the channels of a head are apart: {found}"
    return found[0]


# Asking a module.


class Softmax:
    """Sees every softmax of a run: the scores and, once it is told, probabilities through which nothing flows."""

    def __init__(self):
        self.fixed = False
        self.scores = []

    @contextmanager
    def watched(self):
        originals = torch.nn.functional.softmax, torch.softmax, torch.Tensor.softmax

        def softmax(x, *args, **kwargs):
            self.scores.append(x)
            kwargs.pop("_stacklevel", None)
            result = originals[1](x, *args, **kwargs)
            return result.detach() if self.fixed else result

        torch.nn.functional.softmax, torch.softmax, torch.Tensor.softmax = softmax, softmax, softmax
        try:
            yield self
        finally:
            torch.nn.functional.softmax, torch.softmax, torch.Tensor.softmax = originals


def parent_of(model, module):
    return next(m for m in model.modules() if any(child is module for child in m.children()))


def flat(x):
    """[tokens, channels] of an activation of one prompt."""
    return x.reshape(-1, x.shape[-1])


def run(model, inputs, module, fixed=False):
    """Runs the model with a leaf in place of the module's output: the leaf, the scores [head, query, key] of the attention that
    it belongs to, and the input of the next module with weights after that attention, which is its output projection."""
    seen = {}
    softmax = Softmax()
    softmax.fixed = fixed

    def replace(_, __, output):
        seen["leaf"] = output.detach().clone().requires_grad_()
        seen["softmaxes"] = len(softmax.scores)
        return seen["leaf"]

    def after_softmax(_, args):
        if "leaf" in seen and "z" not in seen and len(softmax.scores) > seen["softmaxes"]:
            seen["z"] = flat(args[0])

    handles = [module.register_forward_hook(replace)]
    handles += [
        m.register_forward_pre_hook(after_softmax)
        for m in model.modules()
        if m is not module and getattr(m, "weight", None) is not None and m.weight.dim() == 2
    ]
    with softmax.watched():
        model(**inputs)
    for handle in handles:
        handle.remove()
    scores = softmax.scores[seen["softmaxes"]]
    assert scores.dim() == 3 or scores.shape[0] == 1
    return seen["leaf"], scores.reshape(-1, *scores.shape[-2:]), seen["z"]


def depends(value, leaf, token):
    """The channels of the leaf at this token on which the value depends."""
    (gradient,) = torch.autograd.grad(value, leaf, retain_graph=True, allow_unused=True)
    if gradient is None:
        return frozenset()
    return frozenset(flat(gradient)[token].nonzero().flatten().tolist())


def roles(model, inputs, module):
    """For each head, the channels that its scores read at the query and at the key, and that its output reads at another token
    and only at its own, with the probabilities fixed."""
    leaf, scores, _ = run(model, inputs, module)
    heads, queries, keys = scores.shape
    query, key, other = queries - 1, 1, 0
    # Of two keys, because what is subtracted from all scores of a query changes no probability.
    pairs = [scores[h, query, key] - scores[h, query, other] for h in range(heads)]
    found = {"query": [depends(s, leaf, query) for s in pairs], "key": [depends(s, leaf, key) for s in pairs]}
    leaf, _, z = run(model, inputs, module, fixed=True)
    weights = torch.randn(z.shape[-1], dtype=z.dtype)
    blocks = [(z * weights)[query].unflatten(0, (heads, -1))[h].sum() for h in range(heads)]
    found["value"] = [depends(b, leaf, key) for b in blocks]
    found["own"] = [depends(b, leaf, query) - v for b, v in zip(blocks, found["value"])]
    return leaf.shape[-1], found


def attention(model, inputs, module):
    width, found = roles(model, inputs, module)
    names = {"query": "Q", "key": "K", "value": "V", "own": "Gate"}
    return width, {
        names[role]: [one_run(c) for c in heads] for role, heads in found.items() if all(heads) and any(heads)
    }


def latent_queries(model, inputs, module):
    """Rope: the channels of a query whose effect on the scores changes with the distance of the key."""
    effects = []
    for step in (1, 3):
        tokens = inputs["input_ids"].shape[1]
        leaf, scores, _ = run(model, inputs | {"position_ids": torch.arange(0, tokens * step, step)[None]}, module)
        query = scores.shape[1] - 1
        effects.append(
            [
                flat(torch.autograd.grad(scores[h, query, 1] - scores[h, query, 0], leaf, retain_graph=True)[0])[query]
                for h in range(len(scores))
            ]
        )
    components = {"NoPe": [], "Rope": []}
    for near, far in zip(*effects):
        of_head = set(near.nonzero().flatten().tolist())
        rotated = set(((near - far).abs() > 1e-9 * near.abs().max()).nonzero().flatten().tolist())
        components["NoPe"].append(one_run(of_head - rotated))
        components["Rope"].append(one_run(rotated))
    return leaf.shape[-1], components


def latent_keys(model, inputs, module):
    """Latent: what becomes values; Rope: what the scores read besides it."""
    width, found = roles(model, inputs, module)
    latent, read = set().union(*found["value"]), set().union(*found["key"])
    return width, {"Latent": [one_run(latent)], "Rope": [one_run(read - latent)]}


def expanded_keys(model, inputs, module):
    width, found = roles(model, inputs, module)
    return width, {"NoPe": [one_run(c) for c in found["key"]], "V": [one_run(c) for c in found["value"]]}


def curvature(output, shift):
    """The channels along which the output is curved, and all on which it depends."""
    weights = torch.randn(output.shape, dtype=output.dtype)
    (slope,) = torch.autograd.grad((output * weights).sum(), shift, create_graph=True)
    curved = set()
    for c in range(len(shift)):
        (bend,) = torch.autograd.grad(slope[c], shift, retain_graph=True, allow_unused=True)
        if bend is not None and bend[c].abs() > 1e-12:
            curved.add(c)
    return curved, set(slope.nonzero().flatten().tolist())


def gated(curved, read):
    """The gate passes the nonlinearity, and what it gates does not."""
    return {"Gate": runs(curved), "Up": runs(read - curved)}


def gated_mlp(model, inputs, module):
    seen = {}

    def shifted(_, __, output):
        seen["shift"] = torch.zeros(output.shape[-1], dtype=output.dtype, requires_grad=True)
        return output + seen["shift"]

    mlp = parent_of(model, module)
    handles = [
        module.register_forward_hook(shifted),
        mlp.register_forward_hook(lambda _, __, output: seen.update(output=output)),
    ]
    model(**inputs)
    for handle in handles:
        handle.remove()
    return len(seen["shift"]), gated(*curvature(seen["output"], seen["shift"]))


def experts(model, inputs, module, name="gate_up_proj"):
    """A parameter: it is shifted along each of its channels, in a direction of its own, by a number."""
    parameter = getattr(module, name)
    of_hidden = parameter.shape[1:].index(model.config.hidden_size) + 1
    channels = 3 - of_hidden
    shift = torch.zeros(parameter.shape[channels], dtype=parameter.dtype, requires_grad=True)
    direction = torch.randn(parameter.shape, dtype=parameter.dtype)
    seen = {}
    handle = module.register_forward_hook(lambda _, __, output: seen.update(output=output))
    moved = parameter + direction * (shift[None, :, None] if channels == 1 else shift)
    path = next(path for path, m in model.named_modules() if m is module) + "." + name
    torch.func.functional_call(model, {path: moved}, kwargs=inputs)
    handle.remove()
    return len(shift), gated(*curvature(seen["output"], shift))


def mixed(model, inputs, module, projection):
    """A leaf in place of the module's output, and what the output projection of its mixer is given: [tokens, channels]."""
    seen = {}

    def replace(_, __, output):
        seen["leaf"] = output.detach().clone().requires_grad_()
        return seen["leaf"]

    handles = [
        module.register_forward_hook(replace),
        projection.register_forward_pre_hook(lambda _, args: seen.update(output=flat(args[0]))),
    ]
    model(**inputs)
    for handle in handles:
        handle.remove()
    return seen["leaf"], seen["output"]


def state_space(model, inputs, module):
    """One head (Mamba). Of a token, the gate acts on its own row of the output, and the signal on later rows too."""
    leaf, output = mixed(model, inputs, module, parent_of(model, module).out_proj)
    rows = output @ torch.randn(output.shape[-1], dtype=output.dtype)
    later, own = depends(rows[-1], leaf, 1), depends(rows[1], leaf, 1)
    return leaf.shape[-1], {"X": [one_run(later)], "Gate": [one_run(own - later)]}


def selection(model, inputs, module):
    """Mamba's x_proj. Of a token, C acts on its own row alone. The step size decides how much of an earlier input remains, so
    its effect on a later row changes with that input; that of B does not, as the input that it admits is the token's own."""
    seen = {}

    def shifted(_, __, output):
        seen["shift"] = torch.zeros(output.shape, dtype=output.dtype, requires_grad=True)
        return output + seen["shift"]

    def earlier(_, __, output):
        seen["input"] = output.detach().clone().requires_grad_()
        return seen["input"]

    mixer = parent_of(model, module)
    handles = [
        module.register_forward_hook(shifted),
        mixer.in_proj.register_forward_hook(earlier),
        mixer.register_forward_hook(lambda _, __, output: seen.update(output=flat(output))),
    ]
    model(**inputs)
    for handle in handles:
        handle.remove()
    shift, token = seen["shift"], 4
    weights = torch.randn(seen["output"].shape[-1], dtype=seen["output"].dtype)
    rows = seen["output"] @ weights
    later, own = depends(rows[-1], shift, token), depends(rows[token], shift, token)
    (slope,) = torch.autograd.grad(rows[-1], shift, create_graph=True)
    steps = set()
    for c in later:
        (second,) = torch.autograd.grad(flat(slope)[token, c], seen["input"], retain_graph=True)
        if flat(second)[0].abs().max() > 0:
            steps.add(c)
    return shift.shape[-1], {"Dt": [one_run(steps)], "B": [one_run(later - steps)], "C": [one_run(own - later)]}


def state_space_heads(model, inputs, module):
    """Mamba-2. The norm behind the gate mixes the heads, and a product replaces it. Of a token, the gate acts on its own row of a
    head's output, C on its own and, through the convolution, on the next; X, B and the step size on all later rows. Of these
    the effect of the step size alone changes with an earlier input, and a channel of X acts on one channel of the output."""
    mixer = parent_of(model, module)
    mixer.norm.forward = lambda hidden, gate: hidden * torch.nn.functional.silu(gate)
    leaf, output = mixed(model, inputs, module, mixer.out_proj)
    heads, token, first, last = mixer.num_heads, 3, 0, len(output) - 1
    weights = torch.randn(output.shape[-1], dtype=output.dtype)
    blocks = (output * weights).unflatten(-1, (heads, -1))
    signals = [depends(output[last, c], leaf, token) for c in range(output.shape[-1])]
    single = {c for c in set().union(*signals) if sum(c in s for s in signals) == 1}
    components = {name: [] for name in ("Gate", "X", "B", "C", "Dt")}
    for h in range(heads):
        row, following, later = (blocks[t, h].sum() for t in (token, token + 1, last))
        of_row, of_following, of_later = (depends(v, leaf, token) for v in (row, following, later))
        (slope,) = torch.autograd.grad(later, leaf, create_graph=True)
        steps = set()
        for c in of_later:
            (second,) = torch.autograd.grad(flat(slope)[token, c], leaf, retain_graph=True)
            if flat(second)[first].abs().max() > 0:
                steps.add(c)
        components["Gate"].append(one_run(of_row - of_following - of_later))
        components["X"].append(one_run(of_later & single - steps))
        components["B"].append(one_run(of_later - single - steps))
        components["C"].append(one_run(of_following - of_later))
        components["Dt"].append(one_run(steps))
    return leaf.shape[-1], components


def gated_delta(model, inputs, module):
    """Qwen3-Next's linear attention. A product replaces the norm behind the gate, so that a channel of the output stays one. Of a
    token, the gate z acts on its own row of a value head's output, the query on its own and, through the convolution, on
    the next, key and value on all later rows; a channel of the value acts on one channel of the output. The decay alpha of the
    first token has nothing to act on, in contrast to its write strength beta."""
    mixer = parent_of(model, module)
    mixer.norm.forward = lambda hidden, gate: hidden * torch.nn.functional.silu(gate)
    mixer.A_log.data.zero_()  # a slow decay, so that something of earlier tokens remains
    with unittest.mock.patch.object(torch, "float32", torch.float64):  # in which the module computes
        leaf, output = mixed(model, inputs, module, mixer.out_proj)
    token, last = 2, len(output) - 1
    assert last >= token + mixer.conv_kernel_size
    weights = torch.randn(output.shape[-1], dtype=output.dtype)
    blocks = (output * weights).unflatten(-1, (mixer.num_v_heads, -1))
    if module is mixer.in_proj_ba:
        components = {"Beta": [], "Alpha": []}
        for block in blocks[1]:
            (slope,) = torch.autograd.grad(block.sum(), leaf, retain_graph=True)
            # What cancels is not exactly 0.
            first, second = (set((row.abs() > 1e-9 * row.abs().max()).nonzero().flatten().tolist()) for row in flat(slope)[:2])
            components["Beta"].append(one_run(first))
            components["Alpha"].append(one_run(second - first))
        return leaf.shape[-1], components
    signals = [depends(output[last, c], leaf, token) for c in range(output.shape[-1])]
    single = {c for c in set().union(*signals) if sum(c in s for s in signals) == 1}
    components = {name: [] for name in "QKVZ"}
    for h in range(mixer.num_v_heads):
        row, following, later = (depends(blocks[t, h].sum(), leaf, token) for t in (token, token + 1, last))
        found = {"Q": following - later, "K": later - single, "V": later & single, "Z": row - following - later}
        for name, channels in found.items():
            if not components[name] or components[name][-1] != one_run(channels):  # value heads share queries and keys
                components[name].append(one_run(channels))
    return leaf.shape[-1], components


# The models: (architecture, model type or class, configuration, [(module, how it is asked, entry)]).

TEXT = {
    "vocab_size": 40,
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 8,
    "max_position_embeddings": 32,
}
MLP = TEXT | {"intermediate_size": 24}
GROUPED = MLP | {"num_key_value_heads": 2}
WIDE = GROUPED | {"head_dim": 4}
GPT2 = {"vocab_size": 40, "n_embd": 32, "n_layer": 1, "n_head": 8, "n_positions": 32}
IMAGE = {"hidden_size": 32, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 8}
IMAGE |= {"image_size": 16, "patch_size": 4}
SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
MODERNBERT = MLP | SPECIAL | {"cls_token_id": 1, "sep_token_id": 2}
QWEN_NEXT = WIDE | {
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 6,
    "linear_key_head_dim": 4,
    "linear_value_head_dim": 5,
    "num_experts": 0,
    "layer_types": ["full_attention"],
}
DEEPSEEK = MLP | {
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "q_lora_rank": 8,
    "kv_lora_rank": 8,
    "qk_nope_head_dim": 4,
    "qk_rope_head_dim": 4,
    "v_head_dim": 6,
    "first_k_dense_replace": 2,
    "n_routed_experts": 4,
    "n_group": 1,
    "topk_group": 1,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 16,
}
MAMBA = {
    "vocab_size": 40,
    "hidden_size": 16,
    "state_size": 4,
    "num_hidden_layers": 1,
    "time_step_rank": 3,
    "conv_kernel": 2,
}


def fused(architecture, kind, config, module, entry, ask=attention):
    return architecture, kind, config, [(module, ask, entry)]


def projections(architecture, kind, config, prefix="layers.0.self_attn.", names=("q_proj", "k_proj", "v_proj"), kv=2):
    heads = {"Q": 8, "K": kv, "V": kv}
    modules = [
        (prefix + name, attention, f"Llama{role}<{heads[role]}, 4>") for role, name in zip("QKV", names) if name is not None
    ]
    return architecture, kind, config, modules


def falcon_of(architecture, entry, **config):
    return fused(architecture, "falcon", config | TEXT, "h.0.self_attention.query_key_value", entry)


LATENT_KEYS = [
    ("layers.0.self_attn.kv_a_proj_with_mqa", latent_keys, "DeepSeekKvA<8, 4>"),
    ("layers.0.self_attn.kv_b_proj", expanded_keys, "DeepSeekKvB<4, 4, 6>"),
]


def latent_of(architecture, kind, config, queries):
    modules = [(f"layers.0.self_attn.{queries}", latent_queries, "DeepSeekQ<4, 4, 4>"), *LATENT_KEYS]
    return architecture, kind, config, modules


def mamba_of(kind):
    modules = [
        ("layers.0.mixer.in_proj", state_space, "MambaIn<32>"),
        ("layers.0.mixer.x_proj", selection, "MambaX<3, 4>"),
    ]
    return kind, kind, MAMBA, modules


EXPERTS = {"num_experts": 4, "num_experts_per_tok": 4, "moe_intermediate_size": 20}
LOCAL_EXPERTS = {"num_local_experts": 4, "num_experts_per_tok": 4}


def experts_of(kind, config, inner=24, module="layers.0.mlp.experts.gate_up_proj"):
    return fused(f"{kind} experts", kind, config, module, f"MixtralGateUp<{inner}>", experts)


MODELS = [
    fused("gpt2", "gpt2", GPT2, "h.0.attn.c_attn", "Gpt2Qkv<32, 8>"),
    fused(
        "gpt2 cross-attention",
        "gpt2",
        GPT2 | {"add_cross_attention": True},
        "h.0.crossattention.c_attn",
        "Gpt2CrossKv<32, 8>",
    ),
    fused("openai-gpt", "openai-gpt", GPT2, "h.0.attn.c_attn", "Gpt2Qkv<32, 8>"),
    fused("imagegpt", "imagegpt", GPT2, "h.0.attn.c_attn", "Gpt2Qkv<32, 8>"),
    fused("gpt_neox", "gpt_neox", MLP, "layers.0.attention.query_key_value", "NeoXQkv<8, 4>"),
    fused("gpt_neox_japanese", "gpt_neox_japanese", TEXT, "layers.0.attention.query_key_value", "NeoXQkv<8, 4>"),
    fused(
        "bloom",
        "bloom",
        {"vocab_size": 40, "hidden_size": 32, "n_layer": 1, "n_head": 8},
        "h.0.self_attention.query_key_value",
        "BloomQkv<8, 4>",
    ),
    falcon_of(
        "falcon-rw",
        "FalconRwQkv<8, 4>",
        multi_query=False,
        new_decoder_architecture=False,
        parallel_attn=False,
        alibi=True,
        bias=True,
    ),
    falcon_of(
        "falcon-7b", "Falcon7bQkv<8, 4>", multi_query=True, new_decoder_architecture=False, parallel_attn=True, alibi=False
    ),
    falcon_of("falcon-40b", "FalconQkv<8, 2, 4>", num_kv_heads=2, new_decoder_architecture=True, parallel_attn=True),
    falcon_of("falcon-180b (G=4)", "FalconQkv<8, 4, 4>", num_kv_heads=4, new_decoder_architecture=True, parallel_attn=True),
    falcon_of(
        "falcon new decoder, G=1", "FalconQkv<8, 1, 4>", num_kv_heads=1, new_decoder_architecture=True, parallel_attn=True
    ),
    fused("phi3", "phi3", GROUPED, "layers.0.self_attn.qkv_proj", "Phi3Qkv<8, 2, 4>"),
    fused(
        "mpt",
        "mpt",
        {"vocab_size": 40, "d_model": 32, "n_heads": 8, "n_layers": 1, "max_seq_len": 32},
        "blocks.0.attn.Wqkv",
        "Gpt2Qkv<32, 8>",
    ),
    fused("gpt_bigcode mqa", "gpt_bigcode", {"multi_query": True} | GPT2, "h.0.attn.c_attn", "BigCodeMqaQkv<32, 8>"),
    fused("gpt_bigcode mha", "gpt_bigcode", {"multi_query": False} | GPT2, "h.0.attn.c_attn", "BigCodeMhaQkv<8, 4>"),
    fused("codegen", "codegen", GPT2 | {"n_ctx": 32, "rotary_dim": 2}, "h.0.attn.qkv_proj", "CodeGenQkv<32, 8>"),
    fused(
        "codegen 4 heads",
        "codegen",
        GPT2 | {"n_head": 4, "n_ctx": 32, "rotary_dim": 4},
        "h.0.attn.qkv_proj",
        "CodeGenQkv<32, 4>",
    ),
    fused(
        "dbrx",
        "dbrx",
        {
            "vocab_size": 40,
            "d_model": 32,
            "n_heads": 8,
            "n_layers": 1,
            "max_seq_len": 32,
            "attn_config": {"kv_n_heads": 2, "clip_qkv": 8.0, "rope_theta": 10000.0},
            "ffn_config": {"ffn_hidden_size": 16, "moe_num_experts": 2, "moe_top_k": 1, "hidden_size": 32},
        },
        "blocks.0.norm_attn_norm.attn.Wqkv",
        "DbrxQkv<8, 2, 4>",
    ),
    fused("persimmon", "persimmon", MLP, "layers.0.self_attn.query_key_value", "NeoXQkv<8, 4>"),
    fused("modernbert", "modernbert", MODERNBERT, "layers.0.attn.Wqkv", "Gpt2Qkv<32, 8>"),
    fused(
        "bark",
        "BarkSemanticModel",
        {
            "input_vocab_size": 40,
            "output_vocab_size": 40,
            "hidden_size": 32,
            "num_layers": 1,
            "num_heads": 8,
            "block_size": 32,
        },
        "layers.0.attn.att_proj",
        "Gpt2Qkv<32, 8>",
    ),
    fused("blip vision", "BlipVisionModel", IMAGE, "encoder.layers.0.self_attn.qkv", "Gpt2Qkv<32, 8>"),
    fused("blip_2 vision", "Blip2VisionModel", IMAGE, "encoder.layers.0.self_attn.qkv", "Gpt2Qkv<32, 8>"),
    fused(
        "vitdet",
        "vitdet",
        {
            "hidden_size": 32,
            "num_hidden_layers": 1,
            "num_attention_heads": 8,
            "image_size": 16,
            "pretrain_image_size": 16,
            "patch_size": 4,
            "window_size": 0,
        },
        "encoder.layer.0.attention.qkv",
        "Gpt2Qkv<32, 8>",
    ),
    fused(
        "sam vision",
        "SamVisionModel",
        {
            "hidden_size": 32,
            "output_channels": 8,
            "num_hidden_layers": 1,
            "num_attention_heads": 8,
            "image_size": 16,
            "patch_size": 4,
            "window_size": 0,
            "global_attn_indexes": [0],
            "mlp_dim": 24,
        },
        "vision_encoder.layers.0.attn.qkv",
        "Gpt2Qkv<32, 8>",
    ),
    projections("llama", "llama", GROUPED),
    projections("mistral", "mistral", GROUPED),
    projections("qwen2", "qwen2", GROUPED),
    projections("qwen3", "qwen3", WIDE),
    projections("gemma2", "gemma2", WIDE),
    projections("gemma3", "gemma3_text", WIDE),
    projections("starcoder2", "starcoder2", GROUPED),
    projections("olmo", "olmo", GROUPED),
    # Its norms of queries and of keys mix the heads.
    projections("olmo2", "olmo2", GROUPED, names=(None, None, "v_proj")),
    projections("glm", "glm", WIDE),
    projections("glm4", "glm4", WIDE),
    projections("stablelm", "stablelm", GROUPED),
    projections("cohere", "cohere", GROUPED),
    projections("granite", "granite", GROUPED),
    projections("gpt_oss", "gpt_oss", WIDE | {"num_local_experts": 4, "num_experts_per_tok": 2}),
    projections("vit", "vit", IMAGE, "layers.0.attention.", kv=8),
    projections("bert", "bert", MLP, "encoder.layer.0.attention.self.", ("query", "key", "value"), kv=8),
    projections("clip text", "CLIPTextModel", MLP | SPECIAL, "encoder.layers.0.self_attn.", kv=8),
    projections(
        "dinov2",
        "dinov2",
        {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 8, "image_size": 16, "patch_size": 4},
        "encoder.layer.0.attention.",
        kv=8,
    ),
    fused("phi3", "phi3", GROUPED, "layers.0.mlp.gate_up_proj", "Phi3GateUp<24>", gated_mlp),
    fused("glm", "glm", WIDE, "layers.0.mlp.gate_up_proj", "Phi3GateUp<24>", gated_mlp),
    fused("glm4", "glm4", WIDE, "layers.0.mlp.gate_up_proj", "Phi3GateUp<24>", gated_mlp),
    fused("modernbert mlp", "modernbert", MODERNBERT, "layers.0.mlp.Wi", "Phi3GateUp<24>", gated_mlp),
    fused(
        "gpt_oss experts",
        "gpt_oss",
        WIDE | {"num_local_experts": 4, "num_experts_per_tok": 4},
        "layers.0.mlp.experts.gate_up_proj",
        "GptOssGateUp<24>",
        experts,
    ),
    fused(
        "mixtral experts",
        "mixtral",
        GROUPED | {"num_local_experts": 4, "num_experts_per_tok": 4},
        "layers.0.mlp.experts.gate_up_proj",
        "MixtralGateUp<24>",
        experts,
    ),
    fused(
        "qwen3_moe experts",
        "qwen3_moe",
        WIDE | {"num_experts": 4, "num_experts_per_tok": 4, "moe_intermediate_size": 20},
        "layers.0.mlp.experts.gate_up_proj",
        "MixtralGateUp<20>",
        experts,
    ),
    fused("qwen3_next full", "qwen3_next", QWEN_NEXT, "layers.0.self_attn.q_proj", "Qwen3NextQGate<8, 4>"),
    fused(
        "qwen3_5 full",
        "qwen3_5_text",
        QWEN_NEXT | {"linear_value_head_dim": 4},
        "layers.0.self_attn.q_proj",
        "Qwen3NextQGate<8, 4>",
    ),
    (
        "qwen3_next linear",
        "qwen3_next",
        QWEN_NEXT | {"layer_types": ["linear_attention"]},
        [
            ("layers.0.linear_attn.in_proj_qkvz", gated_delta, "Qwen3NextQkvz<2, 6, 4, 5>"),
            ("layers.0.linear_attn.in_proj_ba", gated_delta, "Qwen3NextBa<2, 6>"),
        ],
    ),
    latent_of("deepseek_v3", "deepseek_v3", DEEPSEEK, "q_b_proj"),
    latent_of("deepseek_v2", "deepseek_v2", DEEPSEEK | {"topk_method": "greedy"}, "q_b_proj"),
    latent_of(
        "deepseek_v2-lite (q_proj)", "deepseek_v2", DEEPSEEK | {"q_lora_rank": None, "topk_method": "greedy"}, "q_proj"
    ),
    mamba_of("mamba"),
    mamba_of("falcon_mamba"),
    fused(
        "mamba2",
        "mamba2",
        {
            "vocab_size": 40,
            "hidden_size": 16,
            "state_size": 5,
            "num_hidden_layers": 1,
            "num_heads": 4,
            "head_dim": 8,
            "n_groups": 2,
            "expand": 2,
            "conv_kernel": 2,
            "chunk_size": 4,
        },
        "layers.0.mixer.in_proj",
        "Mamba2In<32, 2, 5, 4>",
        state_space_heads,
    ),
    fused(
        "bamba",
        "bamba",
        GROUPED
        | {
            "num_hidden_layers": 2,
            "attn_layer_indices": [1],
            "mamba_n_heads": 8,
            "mamba_d_head": 8,
            "mamba_n_groups": 2,
            "mamba_d_state": 5,
            "mamba_d_conv": 2,
            "mamba_expand": 2,
            "mamba_chunk_size": 4,
        },
        "layers.0.mamba.in_proj",
        "Mamba2In<64, 2, 5, 8>",
        state_space_heads,
    ),
    fused(
        "qwen2_vl vision",
        "models.qwen2_vl.modeling_qwen2_vl.Qwen2VisionTransformerPretrainedModel",
        {
            "depth": 1,
            "embed_dim": 32,
            "hidden_size": 32,
            "num_heads": 8,
            "mlp_ratio": 1,
            "patch_size": 4,
            "spatial_merge_size": 2,
            "temporal_patch_size": 1,
            "in_channels": 3,
        },
        "blocks.0.attn.qkv",
        "Gpt2Qkv<32, 8>",
    ),
    fused(
        "deberta",
        "deberta",
        MLP | {"relative_attention": False, "pos_att_type": []},
        "encoder.layer.0.attention.self.in_proj",
        "NeoXQkv<8, 4>",
    ),
    fused(
        "decision_transformer",
        "models.decision_transformer.modeling_decision_transformer.DecisionTransformerGPT2Model",
        GPT2 | {"hidden_size": 32, "max_ep_len": 32},
        "h.0.attn.c_attn",
        "Gpt2Qkv<32, 8>",
    ),
    fused("modernbert-decoder mlp", "modernbert-decoder", MODERNBERT, "layers.0.mlp.Wi", "Phi3GateUp<24>", gated_mlp),
    experts_of("qwen2_moe", GROUPED | EXPERTS | {"shared_expert_intermediate_size": 8, "decoder_sparse_step": 1}, 20),
    experts_of("olmoe", GROUPED | EXPERTS),
    experts_of("phimoe", GROUPED | {"num_local_experts": 4, "num_experts_per_tok": 2}),
    experts_of("minimax", WIDE | LOCAL_EXPERTS | {"layer_types": ["full_attention"]}),
    experts_of(
        "deepseek_v3",
        DEEPSEEK | EXPERTS | {"first_k_dense_replace": 0, "n_routed_experts": 4, "n_group": 1, "topk_group": 1},
        20,
    ),
    experts_of(
        "jamba",
        GROUPED
        | EXPERTS
        | {
            "expert_layer_period": 1,
            "expert_layer_offset": 0,
            "attn_layer_period": 1,
            "attn_layer_offset": 0,
            "use_mamba_kernels": False,
        },
        module="layers.0.feed_forward.experts.gate_up_proj",
    ),
    experts_of(
        "llama4_text",
        WIDE
        | LOCAL_EXPERTS
        | {"intermediate_size_mlp": 24, "interleave_moe_layer_step": 1, "attn_temperature_tuning": False},
        module="layers.0.feed_forward.experts.gate_up_proj",
    ),
    (
        "granitemoehybrid",
        "granitemoehybrid",
        GROUPED
        | {
            "layer_types": ["mamba"],
            "mamba_n_heads": 8,
            "mamba_d_head": 8,
            "mamba_n_groups": 2,
            "mamba_d_state": 5,
            "mamba_d_conv": 2,
            "mamba_expand": 2,
            "mamba_chunk_size": 4,
            "shared_intermediate_size": 24,
            "num_local_experts": 0,
        },
        [
            ("layers.0.mamba.in_proj", state_space_heads, "Mamba2In<64, 2, 5, 8>"),
            ("layers.0.shared_mlp.input_linear", gated_mlp, "Phi3GateUp<24>"),
        ],
    ),
    latent_of("minicpm3", "minicpm3", DEEPSEEK, "q_b_proj"),
    latent_of("youtu", "youtu", DEEPSEEK, "q_b_proj"),
    projections("phi", "phi", GROUPED),
    projections("opt", "opt", MLP | {"word_embed_proj_dim": 32, "ffn_dim": 24}, "decoder.layers.0.self_attn.", kv=8),
    projections("gptj", "gptj", GPT2 | {"rotary_dim": 4}, "h.0.attn.", kv=8),
    projections(
        "gpt_neo",
        "gpt_neo",
        {
            "vocab_size": 40,
            "hidden_size": 32,
            "num_layers": 1,
            "num_heads": 8,
            "attention_types": [[["global"], 1]],
            "max_position_embeddings": 32,
        },
        "h.0.attn.attention.",
        kv=8,
    ),
    projections("smollm3", "smollm3", GROUPED),
    projections("cohere2", "cohere2", GROUPED),
    projections("nemotron", "nemotron", GROUPED),
    projections("olmo3", "olmo3", GROUPED, names=(None, None, "v_proj")),
    projections("granitemoe", "granitemoe", GROUPED | {"num_local_experts": 4, "num_experts_per_tok": 2}),
    projections(
        "roberta", "roberta", MLP | {"pad_token_id": 0}, "encoder.layer.0.attention.self.", ("query", "key", "value"), kv=8
    ),
    projections(
        "electra", "electra", MLP | {"embedding_size": 32}, "encoder.layer.0.attention.self.", ("query", "key", "value"), kv=8
    ),
    projections(
        "distilbert",
        "distilbert",
        {"vocab_size": 40, "dim": 32, "n_heads": 8, "n_layers": 1, "hidden_dim": 24, "max_position_embeddings": 32},
        "transformer.layer.0.attention.",
        ("q_lin", "k_lin", "v_lin"),
        kv=8,
    ),
    projections("siglip vision", "SiglipVisionModel", IMAGE, "encoder.layers.0.self_attn.", kv=8),
]


# Models that transformers does not have: how their published code cuts the last axis, run on the numbers of the channels.
# Each gives Q [query heads, width of a head], K and V [key/value heads, width of a head].


def three_parts(x, n):  # Baichuan: unflatten(-1, (3, hidden_size)); Qwen-1, nanoGPT: split(hidden_size); then view(heads, -1)
    return [part.view(n, -1) for part in x.split(len(x) // 3)]


def timm_qkv(x, n):  # reshape(B, N, 3, num_heads, head_dim).permute(2, 0, 3, 1, 4)
    return list(x.reshape(1, 1, 3, n, -1).permute(2, 0, 3, 1, 4)[:, 0, :, 0])


def grouped_parts(x, n, g):  # ChatGLM2 with multi_query_attention, Baichuan-M1: split([n * d, g * d, g * d])
    d = len(x) // (n + 2 * g)
    q, k, v = x.split([n * d, g * d, g * d])
    return [q.view(n, d), k.view(g, d), v.view(g, d)]


def internlm2_wqkv(x, n, g):  # rearrange("b q (h gs d) -> b q h gs d", gs=2 + n // g), then :-2, -2 and -1 of gs
    groups = x.view(g, 2 + n // g, -1)
    return [groups[:, :-2].reshape(n, -1), groups[:, -2], groups[:, -1]]


def chatglm_by_head(x, n):  # view(..., num_attention_heads, 3 * kv_channels), then split into three along the last axis
    return list(x.view(n, -1).chunk(3, dim=-1))


WRITTEN_OUT = [
    (
        "timm ViT",
        {"dim": 32, "num_heads": 8},
        "blocks.0.attn.qkv",
        "Gpt2Qkv<32, 8>",
        96,
        timm_qkv,
        [8],
    ),
    (
        "Baichuan/Baichuan2 7B, 13B",
        {"hidden_size": 32, "num_heads": 8},
        "self_attn.W_pack",
        "Gpt2Qkv<32, 8>",
        96,
        three_parts,
        [8],
    ),
    (
        "Baichuan-M1 (grouped queries)",
        {"hidden_size": 32, "num_heads": 8, "num_key_value_heads": 2},
        "self_attn.W_pack",
        "BaichuanM1Qkv<8, 2, 4>",
        48,
        grouped_parts,
        [8, 2],
    ),
    (
        "Qwen-1",
        {"hidden_size": 32, "num_heads": 8},
        "attn.c_attn",
        "Gpt2Qkv<32, 8>",
        96,
        three_parts,
        [8],
    ),
    (
        "nanoGPT/minGPT",
        {"n_embd": 32, "n_head": 8},
        "attn.c_attn",
        "Gpt2Qkv<32, 8>",
        96,
        three_parts,
        [8],
    ),
    (
        "InternLM2",
        {"hidden_size": 32, "num_heads": 8, "num_key_value_heads": 2},
        "attention.wqkv",
        "InternLm2Qkv<8, 2, 4>",
        48,
        internlm2_wqkv,
        [8, 2],
    ),
    (
        "ChatGLM2/3, GLM-4 (multi_query_attention)",
        {"num_attention_heads": 8, "multi_query_group_num": 2, "kv_channels": 4},
        "self_attention.query_key_value",
        "ChatGlmQkv<8, 2, 4>",
        48,
        grouped_parts,
        [8, 2],
    ),
    (
        "ChatGLM2 without multi_query_attention",
        {"num_attention_heads": 8, "kv_channels": 4},
        "self_attention.query_key_value",
        "ChatGlmMhaQkv<8, 4>",
        96,
        chatglm_by_head,
        [8],
    ),
]


def written_out(architecture, config, module, entry, width, reshape, numbers):
    components = {}
    for name, part in zip("QKV", reshape(torch.arange(width), *numbers)):
        heads = [one_run(head.tolist()) for head in part]
        components[name] = [head for head in heads for _ in range(numbers[0] // len(heads))]
    note = "the reshape of the published code, run on the numbers of the channels"
    return golden_of(architecture, config, module, entry, width, components, note)


def golden_of(architecture, config, module, entry, width, components, note=""):
    golden = {
        "architecture": architecture,
        "config": config,
        "module": module,
        "entry": entry,
        "width": width,
        "components": components,
        "note": note,
    }
    return golden | {"formulas": formulas_of(golden)}


def build(kind, config):
    torch.manual_seed(0)
    plain = {"attn_implementation": "eager", "experts_implementation": "eager"}
    path, _, name = kind.rpartition(".")
    source = importlib.import_module(f"transformers.{path}") if path else transformers
    model_class = getattr(source, name, None)
    made = model_class.config_class(**config, **plain) if model_class else AutoConfig.for_model(kind, **config, **plain)
    if (getattr(made, "pad_token_id", None) or 0) >= config.get("vocab_size", 0):
        made.pad_token_id = 0
    made.use_cache = False
    model = (model_class(made) if model_class else AutoModel.from_config(made)).double().eval()
    with torch.no_grad():  # biases and norms of zeros and ones would hide what depends on them
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (parameter if parameter.dim() == 1 else 0))
    return model


def inputs_of(model, config):
    name = model.main_input_name
    if "spatial_merge_size" in config:
        return {"hidden_states": torch.randn(16, 48, dtype=torch.float64), "grid_thw": torch.tensor([[1, 4, 4]])}
    if name == "pixel_values":
        return {"pixel_values": torch.randn(1, 3, 16, 16, dtype=torch.float64)}
    inputs = {"input_ids": torch.arange(3, 10)[None]}
    if config.get("add_cross_attention"):  # of more tokens: no query is at the position of the last
        inputs["encoder_hidden_states"] = torch.randn(1, 9, 32, dtype=torch.float64)
    return inputs


def goldens_of(architecture, kind, config, modules):
    for path, ask, entry in modules:
        model = build(kind, config)
        inputs = inputs_of(model, config)
        module = model.get_submodule(path.removesuffix(".gate_up_proj") if ask is experts else path)
        width, components = ask(model, inputs, module)
        yield golden_of(architecture, {k: v for k, v in config.items() if v is not None}, path, entry, width, components)


def goldens():
    for case in MODELS:
        yield from goldens_of(*case)
    for case in WRITTEN_OUT:
        yield written_out(*case)


def main():
    what, path = sys.argv[1:]
    if what == "--write":
        lines = ",\n".join(json.dumps(golden) for golden in goldens())
        with open(path, "w") as file:
            file.write(f'{{"transformers": "{transformers.__version__}", "goldens": [\n{lines}\n]}}\n')
        return 0
    with open(path) as file:
        kept = json.load(file)
    if kept["transformers"] != transformers.__version__:
        print(f"skipped: the goldens are of transformers {kept['transformers']}, and this is {transformers.__version__}")
        return 0
    found = list(goldens())
    wrong = [f"expected {e}\nfound    {f}" for e, f in itertools.zip_longest(kept["goldens"], found) if e != f]
    print("\n".join(wrong) or f"{len(found)} goldens agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
