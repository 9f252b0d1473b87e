#!/usr/bin/env python3
"""Recipes of suture as forward hooks of models from transformers: the same logits as edits written in Python, and their times.

    examples/python/edit_models.py [--include DIR]...

Builds edits.cpp (half a minute, the first time), makes a GPT-2 small and a LLaMA with random weights, and compares. Give the
folders of headers that the compiler does not find by itself, such as that of range-v3, with --include.
"""
import argparse
import os
import timeit

import torch
from torch.utils.cpp_extension import load

here = os.path.dirname(os.path.abspath(__file__))


def build(include):
    build_directory = os.path.join(here, "../../build/python-torch-" + torch.__version__)
    os.makedirs(build_directory, exist_ok=True)
    return load("edits", [os.path.join(here, "edits.cpp")], extra_include_paths=[os.path.join(here, "../../include"), *include],
                extra_cflags=["-std=c++20", "-O2"], build_directory=build_directory)


def models():
    """GPT-2 small, and a LLaMA of the same width with 12 query heads and 4 key heads."""
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    gpt2 = GPT2LMHeadModel(GPT2Config(n_layer=2)).eval()
    llama = LlamaForCausalLM(LlamaConfig(hidden_size=768, intermediate_size=2048, num_hidden_layers=2,
                                         num_attention_heads=12, num_key_value_heads=4)).eval()
    return gpt2, llama


def logits_with(model, module, hook):
    handle = module.register_forward_hook(hook)
    try:
        with torch.no_grad():
            return model(torch.arange(15).unsqueeze(0)).logits
    finally:
        handle.remove()


# The same edits by hand: channels are counted, and the clone must not be forgotten.


def no_query(module, inputs, output):
    output = output.clone()
    output[:, 4, 0:10] = 0
    return output


def llama_query(module, inputs, output):
    output = output.clone()
    output[:, 4, 3 * 64:4 * 64] *= 0.5
    return output


def llama_key(module, inputs, output):
    output = output.clone()
    output[:, :, 64:128] = 0
    return output


def split_and_cat(output):
    q, k, v = output.split(768, -1)
    q = q.clone()
    q[:, 4, 0:10] = 0
    return torch.cat([q, k, v], -1)


def microseconds(function, *arguments):
    return 1e6 * min(timeit.repeat(lambda: function(*arguments), number=2000, repeat=7)) / 2000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--include", action="append", default=[], help="a folder of headers")
    edits = build(parser.parse_args().include)
    print(edits.no_query)

    gpt2, llama = models()
    attention = llama.model.layers[1].self_attn
    for name, model, module, edit, by_hand in [
        ("GPT-2, c_attn", gpt2, gpt2.transformer.h[1].attn.c_attn, edits.no_query, no_query),
        ("LLaMA, q_proj", llama, attention.q_proj, edits.llama_query, llama_query),
        ("LLaMA, k_proj", llama, attention.k_proj, edits.llama_key, llama_key),
    ]:
        equal = torch.equal(logits_with(model, module, edit.hook), logits_with(model, module, by_hand))
        print(f"{name}: the logits are {'equal' if equal else 'NOT equal'} to those of the edit by hand")

    try:
        edits.head_off(12)
    except edits.PositionError as error:
        print("head_off(12):", error)

    output = torch.randn(1, 15, 2304)
    with torch.no_grad():
        print(f"microseconds for [1, 15, 2304]: recipe {microseconds(edits.no_query, output):.1f},"
              f" clone and assign {microseconds(no_query, None, None, output):.1f},"
              f" split, clone, cat {microseconds(split_and_cat, output):.1f}")


if __name__ == "__main__":
    main()
