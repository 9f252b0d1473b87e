#!/usr/bin/env python3
"""Writes what passes the hook points of TransformerLens' HookedTransformer in a small GPT-2, and the logits after an edit there.

    python3 make_sites.py            # sites.safetensors beside this file
    python3 make_sites.py --check    # compares that file with what is computed now

Needs torch, transformers and safetensors. The weights are random and seeded. The numbers come from a forward pass written down
here in TransformerLens' order, with its names and shapes; it must agree with transformers' GPT2LMHeadModel, whose modules are hooked
for the logits, for the values of all sites that it has, and for edits of them. The file holds

    weight.NAME    the parameters, by transformers' names, without "transformer."
    ids            token ids [prompts, positions]
    logits
    value.NAME     what passes the hook point NAME
    edited.NAME    the logits if position 2 of it (query 2 of scores and patterns) is halved in every prompt
                   and 1 is added to its first channel (key); token ids are set to 0
"""
import os
import pathlib
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
try:
    import torch
    import transformers
    from safetensors.torch import load_file, save_file
except ImportError as missing:
    print(f"skipped: {missing}: the stored numbers alone are compared")
    sys.exit(77)

WIDTH, HEADS, LAYERS = 12, 3, 2
HERE = pathlib.Path(__file__).parent / "sites.safetensors"


def model():
    torch.manual_seed(20260)
    config = transformers.GPT2Config(
        n_embd=WIDTH, n_head=HEADS, n_layer=LAYERS, n_positions=8, vocab_size=11, attn_implementation="eager")
    made = transformers.GPT2LMHeadModel(config).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)  # biases and norms too
    return made


def forward(weights, ids, hook):
    """hook(name, value) -> the value that the model goes on with."""
    w = lambda name: weights[name]
    head_width = WIDTH // HEADS
    ids = hook("hook_tokens", ids)
    embed = hook("hook_embed", w("wte.weight")[ids])
    positions = w("wpe.weight")[: ids.shape[1]].expand(*ids.shape, WIDTH)
    x = embed + hook("hook_pos_embed", positions)

    def norm(x, ours, theirs):
        centred = x - x.mean(-1, keepdim=True)
        scale = hook(theirs + ".hook_scale", (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt())
        # LayerNormPre, whose weights are folded into what follows, has the hook point here; LayerNorm has it after them.
        normalized = hook(theirs + ".hook_normalized (folded)", centred / scale)
        return hook(theirs + ".hook_normalized", normalized * w(ours + ".weight") + w(ours + ".bias"))

    def norm_of_heads(x, ours):
        centred = x - x.mean(-1, keepdim=True)
        scale = (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()
        return centred / scale * w(ours + ".weight") + w(ours + ".bias")

    for layer in range(LAYERS):
        ours, theirs = f"h.{layer}.", f"blocks.{layer}."
        before = hook(theirs + "hook_resid_pre", x)
        plain = norm(before, ours + "ln_1", theirs + "ln1")
        by_head = before.unsqueeze(2).repeat(1, 1, HEADS, 1)
        read = hook(theirs + "hook_attn_in", by_head)
        inputs = [hook(theirs + f"hook_{part}_input", read) for part in "qkv"]
        projected = []
        for i, part in enumerate("qkv"):
            weight = w(ours + "attn.c_attn.weight")[:, i * WIDTH : (i + 1) * WIDTH].reshape(WIDTH, HEADS, head_width)
            bias = w(ours + "attn.c_attn.bias")[i * WIDTH : (i + 1) * WIDTH].reshape(HEADS, head_width)
            changed = not torch.equal(inputs[i], by_head)
            normed = norm_of_heads(inputs[i], ours + "ln_1") if changed else plain.unsqueeze(2).expand_as(by_head)
            projected.append(torch.einsum("bphm,mhd->bphd", normed, weight) + bias)
        q, k, v = (hook(theirs + f"attn.hook_{part}", projected[i]) for i, part in enumerate("qkv"))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / head_width**0.5
        later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        scores = hook(theirs + "attn.hook_attn_scores", scores.masked_fill(later, -torch.inf))
        pattern = hook(theirs + "attn.hook_pattern", scores.softmax(-1))
        z = hook(theirs + "attn.hook_z", torch.einsum("bkhd,bhqk->bqhd", v, pattern))
        out_weight = w(ours + "attn.c_proj.weight").reshape(HEADS, head_width, WIDTH)
        result = hook(theirs + "attn.hook_result", torch.einsum("bqhd,hdm->bqhm", z, out_weight))
        attended = hook(theirs + "hook_attn_out", result.sum(2) + w(ours + "attn.c_proj.bias"))
        between = hook(theirs + "hook_resid_mid", before + attended)
        mlp_in = hook(theirs + "hook_mlp_in", between)
        normed = norm(mlp_in, ours + "ln_2", theirs + "ln2")
        pre = hook(theirs + "mlp.hook_pre", normed @ w(ours + "mlp.c_fc.weight") + w(ours + "mlp.c_fc.bias"))
        post = hook(theirs + "mlp.hook_post", torch.nn.functional.gelu(pre, approximate="tanh"))
        written = hook(theirs + "hook_mlp_out", post @ w(ours + "mlp.c_proj.weight") + w(ours + "mlp.c_proj.bias"))
        x = hook(theirs + "hook_resid_post", between + written)
    return norm(x, "ln_f", "ln_final") @ w("wte.weight").T


def edited_at(name, value):
    value = value.clone()
    if name == "hook_tokens":
        value[:, 2] = 0
    elif "scores" in name or "pattern" in name:
        value[:, :, 2] *= 0.5
        value[:, :, 2, 0] += 1
    else:
        value[:, 2] *= 0.5  # a norm does not see that alone
        value[:, 2, ..., 0] += 1
    return value


def native(made, name):
    """The module of transformers that has this value as its output, and how the value lies in it; None if none has."""
    parts = name.split(".")
    if name in ("hook_embed", "hook_pos_embed"):
        return getattr(made.transformer, {"hook_embed": "wte", "hook_pos_embed": "wpe"}[name])
    if name == "ln_final.hook_normalized":
        return made.transformer.ln_f
    if parts[0] != "blocks":
        return None
    block = made.transformer.h[int(parts[1])]
    return {"ln1.hook_normalized": block.ln_1, "ln2.hook_normalized": block.ln_2, "hook_attn_out": block.attn.c_proj,
            "mlp.hook_pre": block.mlp.c_fc, "mlp.hook_post": block.mlp.act, "hook_mlp_out": block.mlp.c_proj,
            "hook_resid_post": block}.get(".".join(parts[2:]))


def near(a, b, what):
    apart = (a - b).abs().max().item()
    assert apart < 2e-5, f"{what}: {apart}"


@torch.no_grad()
def computed():
    made = model()
    weights = {name.removeprefix("transformer."): p.detach().clone() for name, p in made.named_parameters()}
    ids = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 10]])
    values = {}
    logits = forward(weights, ids, lambda name, value: values.setdefault(name, value))
    near(logits, made(ids).logits, "logits")
    out = {"ids": ids.clone(), "logits": logits} | {"weight." + name: p for name, p in weights.items() if name != "lm_head.weight"}
    natives = 0
    for name in list(values):
        edited = forward(weights, ids, lambda at, value: edited_at(at, value) if at == name else value)
        assert not torch.equal(edited, logits), name
        out["value." + name], out["edited." + name] = values[name].clone().contiguous(), edited
        module = native(made, name)
        if module is None:
            continue
        natives += 1
        seen = []

        def edit(_, inputs, output):
            first = output[0] if isinstance(output, tuple) else output
            seen.append(first)
            changed = edited_at(name, first)
            return (changed, *output[1:]) if isinstance(output, tuple) else changed

        handle = module.register_forward_hook(edit)
        theirs = made(ids).logits
        handle.remove()
        near(values[name], seen[0].expand_as(values[name]), name)
        near(edited, theirs, name + ", edited")
    assert natives == 3 + 7 * LAYERS, natives
    return out


if __name__ == "__main__":
    now = computed()
    if sys.argv[1:] == ["--check"]:
        then = load_file(HERE)
        assert then.keys() == now.keys(), then.keys() ^ now.keys()
        for name, value in now.items():
            assert torch.allclose(value, then[name], rtol=1e-4, atol=1e-5, equal_nan=True), name
        print(f"{len(now)} tensors as they were")
    else:
        save_file(now, HERE)
        print(f"{HERE}: {HERE.stat().st_size} bytes")
