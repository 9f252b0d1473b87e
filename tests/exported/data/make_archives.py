#!/usr/bin/env python3
"""Writes the exported models that the tests read, and beside each what Python computes with it.

    python3 make_archives.py [NAME...]      # NAME.pt2 and NAME.safetensors beside this file; all of them without a name

Needs torch 2.13.0 and transformers 5.24.0. Weights are random and seeded: two runs on one machine write the same bytes, and
another kind of processor may round the last bits of the results differently.
NAME.safetensors holds, from eager Python:

    in.ARGUMENT         the inputs, by the names of the graph's user inputs
    logits              the first output; out.1, out.2, ... the further tensors
    site                the output of the module that the metadata name as "module", in its first call
    grad                the gradient of the goal with respect to site. The goal is logits[0, -1, 0] of three axes, and
                        the last number of any other output
    edited              the first output when the module returns half of its output, in every call
    in2.ARGUMENT        other inputs of other sizes, and
    logits2             their first output, where the sizes are dynamic
    weight.NAME         in storages.safetensors, every parameter and buffer

Metadata: module; layout, the catalogue's name for the module's output where it is a packed activation; call.
The archives are as torch.export.save writes them, except that a stack trace has its innermost frame only, without the
directories of this machine, and that the largest archives have none.
"""
import functools
import json
import math
import os
import pathlib
import re
import struct
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import torch
import transformers
from torch import nn
from torch.export import Dim
from torch.utils import _pytree as pytree

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()

HERE = pathlib.Path(__file__).resolve().parent
POSITIONS, VOCABULARY, WIDTH = 32, 40, 16


# Modules of our own ----------------------------------------------------------------------------------------------

class Attention(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.c_attn = nn.Linear(WIDTH, 3 * WIDTH)
        self.c_proj = nn.Linear(WIDTH, WIDTH)
        self.heads = heads

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = (part.view(batch, tokens, self.heads, -1).transpose(1, 2) for part in self.c_attn(x).split(WIDTH, -1))
        scores = q @ k.transpose(-2, -1) / math.sqrt(WIDTH // self.heads)
        past = torch.ones(tokens, tokens, dtype=torch.bool, device=x.device).tril()
        pattern = scores.masked_fill(~past, float("-inf")).softmax(-1)
        return self.c_proj((pattern @ v).transpose(1, 2).reshape(batch, tokens, WIDTH))


class Block(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.attn = Attention(heads)
        self.ln_2 = nn.LayerNorm(WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(approximate="tanh"), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """A GPT of two blocks. Its unembedding is tied to its embedding."""

    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, WIDTH)
        self.wpe = nn.Embedding(POSITIONS, WIDTH)
        self.h = nn.ModuleList([Block(heads=2) for _ in range(2)])
        self.ln_f = nn.LayerNorm(WIDTH)
        self.lm_head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1], device=ids.device))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


class Twice(nn.Module):
    """A module that is called twice, one that computes nothing, an activation in place, a write through a view, outputs
    in a dict with a None among them."""

    def __init__(self):
        super().__init__()
        self.same = nn.Linear(4, 4)
        self.act = nn.ReLU(inplace=True)
        self.nothing = nn.Identity()
        self.nested = nn.ModuleList([nn.ModuleList([nn.Linear(4, 4)])])

    def forward(self, x):
        y = self.act(self.nothing(self.same(self.same(x))))
        z = self.nested[0][0](y) * 2
        z[..., 0] = 0
        largest = torch.where(z > 10, z, float("-inf")).amax(-1)
        return {"z": z, "more": (largest, None, z.argmax(-1))}


class Counter(nn.Module):
    """A buffer that every call changes; the files hold the results of a first call."""

    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(4, 4)
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x):
        self.calls.add_(1)
        return self.lin(x) * self.calls


class Scopes(nn.Module):
    """A part without gradients, which the export makes a graph of its own."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x):
        y = self.a(x)
        with torch.no_grad():
            z = self.b(y)
        return y + z


class Storages(nn.Module):
    """Tensors that share storage, repeat it, read it in another order or have none; several dtypes; a frozen parameter."""

    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(4, 4)
        self.turned = nn.Parameter(torch.randn(4, 3).t())
        self.tied = self.turned
        self.frozen = nn.Parameter(torch.randn(2), requires_grad=False)
        self.brain = nn.Parameter(torch.randn(3).bfloat16())
        whole = torch.arange(6.0)
        self.register_buffer("whole", whole)
        self.register_buffer("middle", whole[2:4])
        self.register_buffer("repeated", whole[4:].expand(3, 2))
        self.register_buffer("none", torch.zeros(0, 3))
        self.register_buffer("mask", torch.tensor([True, False, True]), persistent=False)
        self.register_buffer("scalar", torch.tensor(7))

    def forward(self, x):
        parts = [*self.parameters(recurse=False), *self.buffers(recurse=False)]
        return self.lin(x) + sum(part.float().sum() for part in parts)


# The models -------------------------------------------------------------------------------------------------------

def own(module):
    torch.manual_seed(0)
    return module().eval()


def published(model, attention, **settings):
    """A small model of transformers. Matrices get a larger spread than at the start of a training, so that attention
    is not uniform."""
    torch.manual_seed(0)
    model_class = getattr(transformers, model)
    config = model_class.config_class(**settings)
    config._attn_implementation = attention
    if hasattr(config, "use_cache"):
        config.use_cache = False  # with a cache a model returns a DynamicCache, which export refuses
    made = model_class(config).eval()
    for parameter in made.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.3)
    return made


NO_SPECIAL_TOKENS = {"pad_token_id": None, "bos_token_id": None, "eos_token_id": None}
GPT2 = {"vocab_size": VOCABULARY, "n_embd": WIDTH, "n_layer": 2, "n_head": 2, "n_positions": POSITIONS,
        "bos_token_id": None, "eos_token_id": None}
FOUR_HEADS = {"vocab_size": VOCABULARY, "hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 4,
              "max_position_embeddings": POSITIONS}
FALCON = {**FOUR_HEADS, "num_kv_heads": 2, "new_decoder_architecture": True, **NO_SPECIAL_TOKENS}
NEOX = {**FOUR_HEADS, "intermediate_size": 32, **NO_SPECIAL_TOKENS}
LLAMA = {**NEOX, "num_key_value_heads": 2}
VIT = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
       "image_size": 8, "patch_size": 4, "num_channels": 3}


class Case:
    """A model to export: how it is made, the module whose output is edited, and that output's layout."""

    def __init__(self, make, module, layout="", dynamic=False, inputs="tokens"):
        self.make, self.module, self.layout, self.dynamic, self.inputs = make, module, layout, dynamic, inputs

    def arguments(self, batch, tokens, seed):
        random = torch.Generator().manual_seed(seed)
        if self.inputs == "pixel_values":
            return {"pixel_values": torch.randn(batch, 3, 8, 8, generator=random)}
        if self.inputs == "x":
            return {"x": torch.randn(3, 4, generator=random)}
        return {self.inputs: torch.randint(3, VOCABULARY - 1, (batch, tokens), generator=random)}


def gpt(**options):
    return Case(functools.partial(own, Gpt), "h.1.attn.c_attn", "Gpt2Qkv<16, 2>", inputs="ids", **options)


def gpt2(attention, **options):
    return Case(functools.partial(published, "GPT2LMHeadModel", attention, **GPT2), "transformer.h.1.attn.c_attn",
                "Gpt2Qkv<16, 2>", inputs="input_ids", **options)


CASES = {
    "own": gpt(),
    "own_dynamic": gpt(dynamic=True),
    "gpt2": gpt2("eager"),
    "gpt2_dynamic": gpt2("eager", dynamic=True),
    "gpt2_sdpa": gpt2("sdpa"),
    "neox_dynamic": Case(functools.partial(published, "GPTNeoXForCausalLM", "eager", **NEOX),
                         "gpt_neox.layers.1.attention.query_key_value", "NeoXQkv<4, 4>", dynamic=True,
                         inputs="input_ids"),
    "llama_dynamic": Case(functools.partial(published, "LlamaForCausalLM", "eager", **LLAMA),
                          "model.layers.1.self_attn.k_proj", "LlamaK<2, 4>", dynamic=True, inputs="input_ids"),
    "llama_sdpa_dynamic": Case(functools.partial(published, "LlamaForCausalLM", "sdpa", **LLAMA),
                               "model.layers.1.self_attn.k_proj", "LlamaK<2, 4>", dynamic=True, inputs="input_ids"),
    "falcon": Case(functools.partial(published, "FalconForCausalLM", "eager", **FALCON),
                   "transformer.h.1.self_attention.query_key_value", "FalconQkv<4, 2, 4>", inputs="input_ids"),
    "vit": Case(functools.partial(published, "ViTModel", "eager", **VIT), "layers.1.attention.q_proj", "LlamaQ<2, 8>",
                inputs="pixel_values"),
    "twice": Case(functools.partial(own, Twice), "nested.0.0", inputs="x"),
    "counter": Case(functools.partial(own, Counter), "lin", inputs="x"),
    "scopes": Case(functools.partial(own, Scopes), "a", inputs="x"),
    "storages": Case(functools.partial(own, Storages), "lin", inputs="x"),
}
WITHOUT_TRACES = {"llama_dynamic", "llama_sdpa_dynamic"}
WITH_WEIGHTS = {"storages"}


# What is written ---------------------------------------------------------------------------------------------------

def shorten_traces(program, keep):
    """Leaves the innermost frame of each stack trace, from the package's name on; nothing unless `keep`."""
    nodes = [node for module in program.graph_module.modules() if isinstance(module, torch.fx.GraphModule)
             for node in module.graph.nodes]
    for node in nodes:
        trace = node.meta.pop("stack_trace", None)
        if not trace or not keep:
            continue
        innermost = trace[trace.rindex('File "'):].strip()
        node.meta["stack_trace"] = re.sub(r'"[^"]*?/(?:site-packages/)?((?:[\w.]+/){0,3}[\w.]+\.py)"', r'"\1"', innermost)


def export(name, case, path):
    arguments = case.arguments(batch=2 if case.dynamic else 1, tokens=6, seed=1)
    sizes = {0: Dim("batch", min=1, max=64), 1: Dim("tokens", min=1, max=POSITIONS)}
    shapes = {argument: sizes for argument in arguments} if case.dynamic else None
    program = torch.export.export(case.make(), (), arguments, dynamic_shapes=shapes)
    shorten_traces(program, keep=name not in WITHOUT_TRACES)
    torch.export.save(program, path)
    return arguments


def output_tensors(model, arguments):
    return [leaf for leaf in pytree.tree_leaves(model(**arguments)) if isinstance(leaf, torch.Tensor)]


def first_output(case, arguments, hook):
    """The first output of a fresh model whose module has this hook."""
    model = case.make()
    model.get_submodule(case.module).register_forward_hook(hook)
    return output_tensors(model, arguments)[0]


def site_and_gradient(case, arguments):
    """The module's output of its first call, and the gradient of the goal with respect to it."""
    sites = []

    def replace_by_leaf(_module, _inputs, output):
        if not sites:
            sites.append(output.detach().requires_grad_(True))
            return sites[0]

    logits = first_output(case, arguments, replace_by_leaf)
    goal = logits[0, -1, 0] if logits.dim() == 3 else logits.flatten()[-1]
    return sites[0].detach(), torch.autograd.grad(goal, sites[0], materialize_grads=True)[0]


@torch.no_grad()
def values_of(case, arguments):
    """What Python computes, by the names that the head of this file lists."""
    logits, *others = output_tensors(case.make(), arguments)
    values = {"logits": logits, **{f"out.{i}": other for i, other in enumerate(others, 1)}}
    values["edited"] = first_output(case, arguments, lambda _module, _inputs, output: output * 0.5)
    with torch.enable_grad():
        values["site"], values["grad"] = site_and_gradient(case, arguments)
    values.update({f"in.{name}": value for name, value in arguments.items()})
    if case.dynamic:
        other = case.arguments(batch=1, tokens=9, seed=2)
        values["logits2"] = output_tensors(case.make(), other)[0]
        values.update({f"in2.{name}": value for name, value in other.items()})
    return values


def save_safetensors(values, path, metadata):
    """The package of that name writes metadata in an order of chance; here the bytes are the same every time."""
    header, position, data = {"__metadata__": metadata}, 0, b""
    for name in sorted(values):
        value = values[name].detach().contiguous()
        dtype = {torch.float32: "F32", torch.bfloat16: "BF16", torch.int64: "I64", torch.bool: "BOOL"}[value.dtype]
        data += bytes(value.reshape(-1).view(torch.uint8).tolist())
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [position, len(data)]}
        position = len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main(names):
    for name in names or CASES:
        case = CASES[name]
        archive = HERE / f"{name}.pt2"
        arguments = export(name, case, archive)
        metadata = {"call": f"eager, float32, torch {torch.__version__}", "module": case.module}
        if case.layout:
            metadata["layout"] = case.layout
        values = values_of(case, arguments)
        if name in WITH_WEIGHTS:
            model = case.make()
            tensors = [*model.named_parameters(remove_duplicate=False), *model.named_buffers()]
            values.update({f"weight.{name}": tensor for name, tensor in tensors})
        save_safetensors(values, HERE / f"{name}.safetensors", metadata)
        print(f"{name}: {archive.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
