"""Makes what tests/hook/script_models.cpp reads: a small GPT-2, traced and scripted, what Python's own forward hooks
make of it, and some modules that are no GPT.

    python3 script_models.py DIRECTORY

Needs torch and nothing else. Without it the script says so, and the tests that need its files pass as skipped.
"""
import ctypes
import json
import pathlib
import struct
import sys
import typing

try:
    import torch
except ImportError as missing:
    print(f"skipped: the TorchScript models are made with Python's torch: {missing}; install python3-torch")
    sys.exit(0)

from torch import nn

LAYERS, HEADS, WIDTH, VOCABULARY, CONTEXT = 3, 3, 24, 7, 11


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_attn = nn.Linear(WIDTH, 3 * WIDTH)
        self.c_proj = nn.Linear(WIDTH, WIDTH)
        self.width: int = WIDTH
        self.heads: int = HEADS
        self.register_buffer("mask", torch.ones(CONTEXT, CONTEXT).tril() == 0)

    def forward(self, x: torch.Tensor):
        batch, tokens = x.size(0), x.size(1)
        q, k, v = self.c_attn(x).split(self.width, dim=-1)
        q = q.view(batch, tokens, self.heads, -1).transpose(1, 2)
        k = k.view(batch, tokens, self.heads, -1).transpose(1, 2)
        v = v.view(batch, tokens, self.heads, -1).transpose(1, 2)
        scores = q.matmul(k.transpose(-2, -1)) / q.size(-1) ** 0.5
        weights = scores.masked_fill(self.mask[:tokens, :tokens], -10000.0).softmax(-1)
        mixed = weights.matmul(v).transpose(1, 2).reshape(batch, tokens, self.width)
        return self.c_proj(mixed), weights


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_fc = nn.Linear(WIDTH, 4 * WIDTH)
        self.c_proj = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor):
        return self.c_proj(nn.functional.gelu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH)
        self.attn = Attention()
        self.ln_2 = nn.LayerNorm(WIDTH)
        self.mlp = Mlp()

    def forward(self, x: torch.Tensor):
        mixed, _ = self.attn(self.ln_1(x))
        x = x + mixed
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, WIDTH)
        self.wpe = nn.Embedding(CONTEXT, WIDTH)
        self.drop = nn.Identity()
        self.h = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.ln_f = nn.LayerNorm(WIDTH)
        self.lm_head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.probe = nn.Linear(WIDTH, 1)  # which forward never calls

    def forward(self, tokens: torch.Tensor):
        x = self.wte(tokens) + self.wpe.weight[: tokens.size(1)]
        x = self.drop(x)
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


@torch.jit.interface
class Step(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Scale(nn.Module):
    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.factor


class Shift(nn.Module):
    def __init__(self, steps: int, width: float):
        super().__init__()
        self.steps = steps
        self.width = width

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.steps * self.width


class Pair(typing.NamedTuple):
    first: torch.Tensor
    second: torch.Tensor


class Split(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = Scale(2.0)

    def forward(self, x: torch.Tensor) -> Pair:
        return Pair(self.inner(x), x)


class Unusual(nn.Module):
    """What no GPT has: a module behind an interface, one chosen by a number, a fork, a named tuple."""

    behind: Step

    def __init__(self):
        super().__init__()
        self.behind = Scale(3.0)
        self.chosen = nn.ModuleList([Scale(5.0), Scale(7.0)])
        self.aside = Split()
        self.last = Scale(11.0)
        self.spare = Shift(10, 2.0)

    def forward(self, x: torch.Tensor, which: int):
        step: Step = self.chosen[which]
        x = self.behind.forward(step.forward(x))
        aside = torch.jit.fork(self.aside, x)
        x = self.last(x)
        pair = torch.jit.wait(aside)
        return x + pair.first - pair.second


class Recurrent(nn.Module):
    """Its module has an overloaded forward."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(2, 2)

    def forward(self, x: torch.Tensor):
        return self.rnn(x)[0]


class Twice(nn.Module):
    """One module under two names, called three times."""

    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = self.a
        nn.init.eye_(self.a.weight)
        nn.init.constant_(self.a.bias, 10)

    def forward(self, x):
        return self.b(self.a(self.a(x)) * 2)


def zero_q(module, inputs, output):
    q, k, v = output.split(WIDTH, dim=-1)
    q = q.clone()
    q[0, 4, :10] = 0
    return torch.cat([q, k, v], dim=-1)


def zero_k_by_offset(module, inputs, output):
    output = output.clone()
    output[0, 4, WIDTH : WIDTH + 10] = 0
    return output


def halve_v(module, inputs, output):
    q, k, v = output.split(WIDTH, dim=-1)
    return torch.cat([q, k, v.clone() * 0.5], dim=-1)


def shift_head_1_of_k(module, inputs, output):
    output = output.clone()
    output[:, 2:5, WIDTH + 8 : WIDTH + 16] += 1
    return output


def linspace_q(module, inputs, output):
    output = output.clone()
    output[:, 4, :WIDTH] = torch.linspace(-1, 0.7, WIDTH)
    return output


def replace_by(value):
    return lambda module, inputs, output: value.expand_as(output).clone()


def zero_token_3(module, inputs):
    x = inputs[0].clone()
    x[:, 3] = 0
    return (x,)


def run(model, tokens, edits=None, pre_edits=None):
    """The logits, with forward hooks at these layers' c_attn and pre-hooks at their attn."""
    handles = [model.h[i].attn.c_attn.register_forward_hook(f) for i, f in (edits or {}).items()]
    handles += [model.h[i].attn.register_forward_pre_hook(f) for i, f in (pre_edits or {}).items()]
    try:
        return model(tokens)
    finally:
        for handle in handles:
            handle.remove()


def save_safetensors(path, tensors):
    """By hand: the safetensors package is not in Debian."""
    names = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        raw = ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())
        header[name] = {
            "dtype": names[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = Gpt().eval()
    for parameter in model.parameters():  # so that attention attends, and biases are not zero
        if parameter.dim() == 1:
            nn.init.normal_(parameter, 0.5, 0.3)
        else:
            nn.init.normal_(parameter, 0, 0.3)
    tokens = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 0, 1], [6, 5, 4, 3, 2, 1, 0, 6, 5]])

    seen = {}
    keep = lambda module, inputs, output: seen.update(layer_0=output.clone())
    every_layer = lambda f: {i: f for i in range(LAYERS)}
    board = {0: replace_by(torch.zeros(3 * WIDTH)), 2: replace_by(torch.linspace(-1, 0.7, 3 * WIDTH))}
    results = {
        "tokens": tokens,
        "clean": run(model, tokens, {0: keep}),
        "zero_q": run(model, tokens, {1: zero_q}),
        "zero_k_by_offset": run(model, tokens, {1: zero_k_by_offset}),
        "halve_v": run(model, tokens, every_layer(halve_v)),
        "shift_head_1_of_k": run(model, tokens, {2: shift_head_1_of_k}),
        "linspace_q": run(model, tokens, {1: linspace_q}),
        "board": run(model, tokens, board),
        "transplant": run(model, tokens, {2: replace_by(seen["layer_0"])}),
        "zero_input": run(model, tokens, pre_edits={1: zero_token_3}),
        "layer_0": seen["layer_0"],
    }
    # gradients through an edited site
    model.zero_grad()
    results["zero_q"].square().sum().backward()
    results["zero_q.gradient"] = model.h[0].attn.c_attn.weight.grad.clone()
    model.zero_grad()

    # strict=False: what tracing checks by running again is checked by the tests
    torch.jit.trace(model, tokens, check_trace=False).save(str(directory / "traced.pt"))
    scripted = torch.jit.script(model)
    scripted.save(str(directory / "scripted.pt"))
    torch.jit.freeze(scripted).save(str(directory / "frozen.pt"))
    torch.jit.script(Unusual()).save(str(directory / "unusual.pt"))
    torch.jit.script(Recurrent()).save(str(directory / "recurrent.pt"))
    torch.jit.trace(Twice(), torch.ones(2)).save(str(directory / "twice.pt"))
    save_safetensors(directory / "expected.safetensors", results)  # last: the tests take it as the sign of success


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
