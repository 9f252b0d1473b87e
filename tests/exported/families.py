"""Exports tiny random models of many families, and writes down what Python computes with them: the oracle of
tests/exported/families.cpp.

    python3 families.py DIRECTORY [--only NAME]

NAME is part of the name of an archive: "llama", "t5_sdpa", "falcon_eager_dynamic". Beside each archive NAME.pt2 lies
NAME.safetensors, with numbers of the eager model, whose weights are the same:

    in/INPUT, out/I                     one call: the inputs by name, the tensors of the result in order
    in2/INPUT, out2/I                   another call with other sizes, where the sizes are dynamic
    module/PATH@CALL/out/I, .../in/I    what forward hooks and forward pre-hooks of every module saw in the first call.
                                        Inputs: tensors among the positional arguments, then among the named ones, then
                                        those inside of other arguments
    edited/PATH@CALL/out/I, .../in/I    the results when the first output, or input, of that call is halved
    gradient/out/PATH, gradient/in/PATH the gradient of one logit with respect to a module's first output, or input
    gradient/NAME                       ... and with respect to every parameter

Metadata "modules" is JSON: {path: {"type", "calls": [{"out": tensors returned, "in": tensors given, "same": the first
output is a tensor that the module was given, "reads_first": whether halving its first input changes the result}]}}.
The logit is the first one of the last token, or the last number of a result without tokens.

Needs torch 2.9 or later, transformers 5 and nothing else. Without them the script says so and ends well. Models that
cannot be exported are listed in LEFT_OUT with the reason; --attempt tries them all the same.
"""
import argparse
import concurrent.futures
import contextlib
import hashlib
import io
import itertools
import json
import logging
import multiprocessing
import os
import pathlib
import re
import struct
import sys
import time
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
try:
    import torch
    from torch.export import Dim
    import transformers

    if tuple(int(n) for n in re.findall(r"\d+", torch.__version__)[:2]) < (2, 9):
        raise ImportError(f"torch {torch.__version__} writes an older kind of archive")
    if int(transformers.__version__.split(".")[0]) < 5:
        raise ImportError(f"transformers {transformers.__version__} is older than 5")
except ImportError as missing:
    print(f"skipped: models of families are exported with torch 2.9 and transformers 5: {missing}")
    sys.exit(0)

from torch import nn
from torch.utils._pytree import tree_leaves

NONE = dict(pad_token_id=None, bos_token_id=None, eos_token_id=None)
SMALL = dict(
    vocab_size=40,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=32,
    intermediate_size=32,
    **NONE,
)
GROUPED = dict(num_key_value_heads=2, **SMALL)
WIDE = dict(GROUPED, head_dim=8)
GPT = dict(vocab_size=40, n_embd=16, n_layer=2, n_head=2, n_positions=32, **NONE)
STATES = dict(output_hidden_states=True, output_attentions=True)  # results beside the logits
ROUTED = dict(num_experts_per_tok=2, _experts="batched_mm")
MASKED = dict(SMALL, pad_token_id=0)

# name: model, configuration, settings. "_experts" is no setting: how a mixture of experts is computed.
FAMILIES = {
    "gpt2": ("GPT2LMHeadModel", "GPT2Config", GPT),
    "gpt2_states": ("GPT2LMHeadModel", "GPT2Config", dict(GPT, **STATES)),
    "gpt_neo": (
        "GPTNeoForCausalLM",
        "GPTNeoConfig",
        dict(
            vocab_size=40,
            hidden_size=16,
            num_layers=2,
            num_heads=2,
            max_position_embeddings=32,
            window_size=4,
            attention_types=[[["global", "local"], 1]],
            **NONE,
        ),
    ),
    "gptj": ("GPTJForCausalLM", "GPTJConfig", dict(GPT, rotary_dim=4)),
    "gpt_neox": ("GPTNeoXForCausalLM", "GPTNeoXConfig", SMALL),
    "opt": (
        "OPTForCausalLM",
        "OPTConfig",
        dict(
            vocab_size=40,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            ffn_dim=32,
            max_position_embeddings=32,
            word_embed_proj_dim=16,
            pad_token_id=1,
        ),
    ),
    "bloom": ("BloomForCausalLM", "BloomConfig", dict(vocab_size=40, hidden_size=16, n_layer=2, n_head=2, **NONE)),
    "falcon_7b": (
        "FalconForCausalLM",
        "FalconConfig",
        dict(
            vocab_size=40,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=4,
            multi_query=True,
            parallel_attn=True,
            new_decoder_architecture=False,
            max_position_embeddings=32,
            **NONE,
        ),
    ),
    "falcon_40b": (
        "FalconForCausalLM",
        "FalconConfig",
        dict(
            vocab_size=40,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_kv_heads=2,
            new_decoder_architecture=True,
            max_position_embeddings=32,
            **NONE,
        ),
    ),
    "llama": ("LlamaForCausalLM", "LlamaConfig", GROUPED),
    "llama_states": ("LlamaForCausalLM", "LlamaConfig", dict(GROUPED, **STATES)),
    "mistral": ("MistralForCausalLM", "MistralConfig", dict(GROUPED, sliding_window=4)),
    "mixtral": ("MixtralForCausalLM", "MixtralConfig", dict(GROUPED, num_local_experts=4, **ROUTED)),
    "gemma": ("GemmaForCausalLM", "GemmaConfig", WIDE),
    "gemma2": ("Gemma2ForCausalLM", "Gemma2Config", dict(WIDE, query_pre_attn_scalar=8, sliding_window=4)),
    "gemma3": ("Gemma3ForCausalLM", "Gemma3TextConfig", dict(WIDE, query_pre_attn_scalar=8, sliding_window=4)),
    "qwen2": ("Qwen2ForCausalLM", "Qwen2Config", GROUPED),
    "qwen3": ("Qwen3ForCausalLM", "Qwen3Config", WIDE),
    "qwen3_moe": (
        "Qwen3MoeForCausalLM",
        "Qwen3MoeConfig",
        dict(WIDE, num_experts=4, moe_intermediate_size=16, **ROUTED),
    ),
    "qwen3_next": (
        "Qwen3NextForCausalLM",
        "Qwen3NextConfig",
        dict(
            WIDE,
            num_experts=4,
            moe_intermediate_size=16,
            shared_expert_intermediate_size=16,
            linear_key_head_dim=8,
            linear_value_head_dim=8,
            linear_num_key_heads=2,
            linear_num_value_heads=4,
            layer_types=["linear_attention", "full_attention"],
            **ROUTED,
        ),
    ),
    "olmo": ("OlmoForCausalLM", "OlmoConfig", GROUPED),
    "olmo2": ("Olmo2ForCausalLM", "Olmo2Config", GROUPED),
    "phi": ("PhiForCausalLM", "PhiConfig", SMALL),
    "phi3": ("Phi3ForCausalLM", "Phi3Config", GROUPED),
    "stablelm": ("StableLmForCausalLM", "StableLmConfig", GROUPED),
    "gpt_bigcode": ("GPTBigCodeForCausalLM", "GPTBigCodeConfig", GPT),
    "mpt": (
        "MptForCausalLM",
        "MptConfig",
        dict(vocab_size=40, d_model=16, n_heads=2, n_layers=2, max_seq_len=32, expansion_ratio=2, **NONE),
    ),
    "codegen": ("CodeGenForCausalLM", "CodeGenConfig", dict(GPT, n_head=4, rotary_dim=4)),
    "deepseek_v2": (
        "DeepseekV2ForCausalLM",
        "DeepseekV2Config",
        dict(
            SMALL,
            num_key_value_heads=4,
            n_routed_experts=4,
            n_shared_experts=1,
            moe_intermediate_size=16,
            first_k_dense_replace=1,
            kv_lora_rank=8,
            q_lora_rank=8,
            qk_rope_head_dim=4,
            qk_nope_head_dim=4,
            v_head_dim=4,
            n_group=1,
            topk_group=1,
            **ROUTED,
        ),
    ),
    "deepseek_v3": (
        "DeepseekV3ForCausalLM",
        "DeepseekV3Config",
        dict(
            SMALL,
            num_key_value_heads=4,
            n_routed_experts=4,
            n_shared_experts=1,
            moe_intermediate_size=16,
            first_k_dense_replace=1,
            kv_lora_rank=8,
            q_lora_rank=8,
            qk_rope_head_dim=4,
            qk_nope_head_dim=4,
            v_head_dim=4,
            n_group=2,
            topk_group=1,
            **ROUTED,
        ),
    ),
    "mamba": (
        "MambaForCausalLM",
        "MambaConfig",
        dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, state_size=4, time_step_rank=2, **NONE),
    ),
    "mamba2": (
        "Mamba2ForCausalLM",
        "Mamba2Config",
        dict(
            vocab_size=40,
            hidden_size=16,
            num_hidden_layers=2,
            state_size=4,
            num_heads=4,
            head_dim=8,
            n_groups=1,
            chunk_size=4,
            **NONE,
        ),
    ),
    "rwkv": (
        "RwkvForCausalLM",
        "RwkvConfig",
        dict(
            vocab_size=40,
            hidden_size=16,
            num_hidden_layers=2,
            attention_hidden_size=16,
            intermediate_size=32,
            context_length=32,
            **NONE,
        ),
    ),
    "bert": ("BertForMaskedLM", "BertConfig", MASKED),
    "roberta": ("RobertaForMaskedLM", "RobertaConfig", dict(MASKED, pad_token_id=1)),
    "distilbert": (
        "DistilBertForMaskedLM",
        "DistilBertConfig",
        dict(vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=32),
    ),
    "modernbert": (
        "ModernBertForMaskedLM",
        "ModernBertConfig",
        dict(
            MASKED,
            local_attention=4,
            global_attn_every_n_layers=2,
            cls_token_id=1,
            sep_token_id=2,
            bos_token_id=None,
            eos_token_id=None,
        ),
    ),
    "vit": (
        "ViTModel",
        "ViTConfig",
        dict(
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=32,
            image_size=8,
            patch_size=4,
            num_channels=3,
        ),
    ),
    "t5": (
        "T5ForConditionalGeneration",
        "T5Config",
        dict(
            vocab_size=40,
            d_model=16,
            d_kv=8,
            d_ff=32,
            num_layers=2,
            num_heads=2,
            relative_attention_num_buckets=8,
            relative_attention_max_distance=16,
            decoder_start_token_id=0,
            pad_token_id=0,
            eos_token_id=None,
        ),
    ),
    "whisper": (
        "WhisperForConditionalGeneration",
        "WhisperConfig",
        dict(
            vocab_size=40,
            num_mel_bins=8,
            d_model=16,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_source_positions=10,
            max_target_positions=32,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            decoder_start_token_id=1,
            suppress_tokens=None,
            begin_suppress_tokens=None,
        ),
    ),
}

# Attention of its own, which is neither: one archive for both.
WITHOUT_ATTENTION = ("mamba", "mamba2", "rwkv")
# What cannot be exported, by a part of its name, and why.
LEFT_OUT = {
    "gpt_neo_sdpa": "transformers has no sdpa for it",
    "bloom_sdpa": "transformers has no sdpa for it",
    "gemma2_sdpa": "transformers has no sdpa for it",
    "mpt_sdpa": "transformers has no sdpa for it",
    "gpt2_states_sdpa": "sdpa has no attention patterns to return",
    "llama_states_sdpa": "sdpa has no attention patterns to return",
    "modernbert_eager_preserved": "torch.export cannot write down the text that its rotary embedding is given",
}
# Families that are exported once more with the signatures of all modules.
PRESERVED = ("gpt2", "llama", "mixtral", "deepseek_v3", "modernbert", "t5", "llama_states")
# Families whose number of tokens is fixed by the export, and why; their batch may vary.
BATCH_ONLY = {
    "qwen3_next": "its chunks are counted when it is exported",
    "mamba": "its scan is a loop of Python over the tokens",
    "mamba2": "its chunks are counted when it is exported",
    "rwkv": "its recurrence is a loop of Python over the tokens",
}


def names():
    for family in FAMILIES:
        for attention in ("own",) if family in WITHOUT_ATTENTION else ("eager", "sdpa"):
            for sizes in ("static", "dynamic"):
                yield family, attention, sizes
        if family in PRESERVED:
            yield family, "eager", "preserved"


def made(family, attention):
    torch.manual_seed(0)
    model, configuration, settings = FAMILIES[family]
    settings = dict(settings)
    experts = settings.pop("_experts", None)
    config = getattr(transformers, configuration)(**settings)
    if attention != "own":
        config._attn_implementation = attention
    if experts:
        config._experts_implementation = experts
    # With a cache the result holds a DynamicCache, which export refuses.
    if hasattr(config, "use_cache"):
        config.use_cache = False
    model = getattr(transformers, model)(config).eval()
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=0.3)
    for name, parameter in model.named_parameters():  # norms that are not all alike, biases that are not zero
        if parameter.dim() == 1 and name.rsplit(".", 1)[-1] in ("weight", "bias"):
            with torch.no_grad():
                parameter.add_(torch.randn(parameter.shape) * 0.2)
    return model


def inputs_of(family, batch, tokens, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = lambda *shape: torch.randint(3, 39, shape, generator=generator)
    if family == "vit":
        return {"pixel_values": torch.randn(batch, 3, 8, 8, generator=generator)}
    if family == "whisper":
        return {
            "input_features": torch.randn(batch, 8, 20, generator=generator),
            "decoder_input_ids": ids(batch, tokens),
        }
    if family == "t5":
        given = {"input_ids": ids(batch, tokens + 1), "attention_mask": torch.ones(batch, tokens + 1).long()}
        given["attention_mask"][-1, -2:] = 0
        return {**given, "decoder_input_ids": ids(batch, tokens)}
    if family in ("bert", "roberta", "distilbert", "modernbert"):
        given = {"input_ids": ids(batch, tokens), "attention_mask": torch.ones(batch, tokens).long()}
        given["attention_mask"][-1, -2:] = 0
        return given
    return {"input_ids": ids(batch, tokens)}


def dynamic_shapes(family, inputs):
    batch = Dim("batch", min=1, max=64)
    if family in BATCH_ONLY or family == "vit":
        return {name: {0: batch} for name in inputs}
    tokens = Dim("tokens", min=1, max=24)
    if family == "whisper":
        return {"input_features": {0: batch}, "decoder_input_ids": {0: batch, 1: tokens}}
    if family == "t5":
        source = Dim("source", min=1, max=24)
        given = {0: batch, 1: source}
        return {"input_ids": given, "attention_mask": given, "decoder_input_ids": {0: batch, 1: tokens}}
    return {name: {0: batch, 1: tokens} for name in inputs}


def tensors(tree):
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def given_tensors(args, kwargs):
    """Positional arguments, then named ones, then what lies deeper in either."""
    flat = [*args, *kwargs.values()]
    direct = [value for value in flat if isinstance(value, torch.Tensor)]
    return direct + [t for value in flat if not isinstance(value, torch.Tensor) for t in tensors(value)]


def is_same(a, b):
    return a.data_ptr() == b.data_ptr() and a.shape == b.shape and a.stride() == b.stride() and a.dtype == b.dtype


class Seen:
    """What hooks of every module see in one call of the model."""

    def __init__(self, model):
        self.values, self.modules, self.open = {}, {}, {}
        self.handles = []
        for path, module in model.named_modules():
            if path:
                self.watch(path, module)

    def watch(self, path, module):
        calls = self.modules.setdefault(path, {"type": type(module).__name__, "calls": []})["calls"]

        def before(_, args, kwargs):
            given = given_tensors(args, kwargs)
            self.open[path] = given
            for i, tensor in enumerate(given):
                self.values[f"module/{path}@{len(calls)}/in/{i}"] = tensor.detach().clone()

        def after(_, __, result):
            given, made = self.open.pop(path), tensors(result)
            for i, tensor in enumerate(made):
                self.values[f"module/{path}@{len(calls)}/out/{i}"] = tensor.detach().clone()
            same = bool(made) and any(is_same(made[0], tensor) for tensor in given)
            calls.append({"out": len(made), "in": len(given), "same": same})

        self.handles.append(module.register_forward_pre_hook(before, with_kwargs=True))
        self.handles.append(module.register_forward_hook(after))

    def remove(self):
        for handle in self.handles:
            handle.remove()
        self.modules = {path: what for path, what in self.modules.items() if what["calls"]}


def with_first(tree, change):
    """The tree with its first tensor changed. Results are tensors, tuples, lists and dictionaries."""
    if isinstance(tree, torch.Tensor):
        return change(tree), True
    if isinstance(tree, (tuple, list)):
        for i, item in enumerate(tree):
            new, found = with_first(item, change)
            if found:
                items = [*tree[:i], new, *tree[i + 1 :]]
                return (type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)), True
    if isinstance(tree, dict):
        for key, item in tree.items():
            new, found = with_first(item, change)
            if found:
                tree[key] = new
                return tree, True
    return tree, False


@contextlib.contextmanager
def changed(module, where, call, change):
    """Changes the module's first output, or input, in one of its calls."""
    calls = itertools.count()

    def output(_, __, result):
        if next(calls) == call:
            return with_first(result, change)[0]

    def arguments(_, args, kwargs):
        if next(calls) != call:
            return None
        for i, value in enumerate(args):
            if isinstance(value, torch.Tensor):
                return (*args[:i], change(value), *args[i + 1 :]), kwargs
        for name, value in kwargs.items():
            if isinstance(value, torch.Tensor):
                return args, {**kwargs, name: change(value)}
        kwargs = dict(kwargs)
        args, found = with_first(tuple(args), change)
        return args, kwargs if found else with_first(kwargs, change)[0]

    if where == "out":
        handle = module.register_forward_hook(output)
    else:
        handle = module.register_forward_pre_hook(arguments, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()


@contextlib.contextmanager
def masks_as_exported():
    """transformers leaves a mask out where it hides nothing or sdpa knows it by itself; while exporting it makes it."""
    masks = sys.modules["transformers.masking_utils"]
    asked, masks.is_torchdynamo_exporting = masks.is_torchdynamo_exporting, lambda: True
    try:
        yield
    finally:
        masks.is_torchdynamo_exporting = asked


def goal_of(result):
    """A number to differentiate: a logit of the last token."""
    return result[0, -1, 0] if result.dim() == 3 else result.flatten()[-1]


def oracle(model, inputs, more):
    """Every number of the eager model."""
    values = {f"in/{name}": value for name, value in inputs.items()}
    modules = dict(model.named_modules())
    with torch.no_grad():
        results = tensors(model(**inputs))
        seen = Seen(model)
        with masks_as_exported():
            model(**inputs)
        seen.remove()
        values.update(seen.values)
        values.update({f"out/{i}": result.clone() for i, result in enumerate(results)})
        if more:
            values.update({f"in2/{name}": value for name, value in more.items()})
            values.update({f"out2/{i}": result.clone() for i, result in enumerate(tensors(model(**more)))})
        for path, what in seen.modules.items():
            for number, call in enumerate(what["calls"]):
                for where in ("out", "in"):
                    value = seen.values.get(f"module/{path}@{number}/{where}/0")
                    if value is not None and value.is_floating_point():
                        with changed(modules[path], where, number, lambda t: t * 0.5):
                            edited = tensors(model(**inputs))
                        for i, result in enumerate(edited):
                            values[f"edited/{path}@{number}/{where}/{i}"] = result.clone()
                if call["in"]:
                    with changed(modules[path], "in", number, lambda t: (t * 0.5).to(t.dtype)):
                        call["reads_first"] = not torch.equal(tensors(model(**inputs))[0], results[0])
    for path, where in gradient_sites(model, seen):
        box = []

        def lend(t):
            box.append(t.detach().clone().requires_grad_(True))
            return box[0] * 1  # a hook's own tensor: what follows may write into it

        with changed(modules[path], where, 0, lend):
            result = tensors(model(**inputs))[0]
        (gradient,) = torch.autograd.grad(goal_of(result), box, allow_unused=True)
        values[f"gradient/{where}/{path}"] = torch.zeros_like(box[0]) if gradient is None else gradient
    model.zero_grad()
    goal_of(tensors(model(**inputs))[0]).backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            values[f"gradient/{name}"] = parameter.grad.clone()
    return values, seen.modules


def gradient_sites(model, seen):
    """A projection's output and a norm's input, in the last layer that has them."""
    last = {}
    for path, module in model.named_modules():
        if path not in seen.modules or not seen.values[f"module/{path}@0/out/0"].is_floating_point():
            continue
        if re.search(r"\.\d+\.", path) and (isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D"):
            last["out"] = path
        if "Norm" in type(module).__name__ and re.search(r"\.\d+\.", path):
            last["in"] = path
    return [(path, where) for where, path in last.items()]


def save_safetensors(path, values, metadata):
    """By hand: the package orders metadata by chance."""
    kinds = {torch.float32: "F32", torch.int64: "I64", torch.int32: "I32", torch.bool: "BOOL"}
    header, at, data = {"__metadata__": metadata}, 0, []
    for name in sorted(values):
        value = values[name].detach()
        if value.is_complex():
            value = torch.view_as_real(value)
        value = value.contiguous()
        size = value.numel() * value.element_size()
        header[name] = {"dtype": kinds[value.dtype], "shape": list(value.shape), "data_offsets": [at, at + size]}
        at += size
        data.append(value.numpy().tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


SCRIPT = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()


def is_there(directory, name):
    """Whether an earlier run of this script, with the same torch and transformers, has left these files."""
    try:
        with open(directory / f"{name}.safetensors", "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            metadata = json.loads(file.read(size))["__metadata__"]
    except (OSError, ValueError, KeyError, struct.error):
        return False
    made_by = (metadata.get("script"), metadata.get("torch"), metadata.get("transformers"))
    return made_by == (SCRIPT, torch.__version__, transformers.__version__)


def export(directory, family, attention, sizes):
    name = f"{family}_{attention}_{sizes}"
    is_dynamic = sizes == "dynamic"
    tokens = 6
    inputs = inputs_of(family, 2 if is_dynamic else 1, tokens, 1)
    more = inputs_of(family, 1, tokens if family in BATCH_ONLY else 9, 2) if is_dynamic else None
    model = made(family, attention)
    begin = time.time()
    shapes = dynamic_shapes(family, inputs) if is_dynamic else None
    preserved = ()
    if sizes == "preserved":  # static, and the file names the inputs and outputs of every module
        with torch.no_grad():
            seen = Seen(model)
            model(**inputs)
            seen.remove()
        preserved = tuple(seen.modules)
    with contextlib.redirect_stderr(io.StringIO()):
        program = torch.export.export(
            model, (), inputs, dynamic_shapes=shapes, preserve_module_call_signature=preserved
        )
    torch.export.save(program, directory / f"{name}.pt2")
    exported = time.time()
    values, modules = oracle(made(family, attention), inputs, more)
    metadata = {
        "family": family,
        "attention": attention,
        "sizes": sizes,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "script": SCRIPT,
        "nodes": str(sum(node.op == "call_function" for node in program.graph.nodes)),
        "modules": json.dumps(modules, separators=(",", ":")),
    }
    save_safetensors(directory / f"{name}.safetensors", values, metadata)
    return f"{name}: {exported - begin:.1f} s to export, {time.time() - exported:.1f} s in Python"


def make(directory, family, attention, sizes):
    """@return what became of the archive, and whether that is a failure."""
    name = f"{family}_{attention}_{sizes}"
    if is_there(directory, name):
        return f"{name}: is there", False
    try:
        return export(directory, family, attention, sizes), False
    except Exception as error:  # the others are worth having
        return f"{name}: FAILED: {type(error).__name__}: {str(error)[:600]}", True


def prepare():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    logging.disable(logging.WARNING)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--only", default="", metavar="NAME", help="archives with this in their names")
    parser.add_argument("--attempt", action="store_true", help="also those of LEFT_OUT")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    wanted = []
    for family, attention, sizes in names():
        name = f"{family}_{attention}_{sizes}"
        if options.only not in name:
            continue
        why = next((why for part, why in LEFT_OUT.items() if name.startswith(part)), None)
        if why and not options.attempt:
            print(f"{name}: left out: {why}")
            continue
        wanted.append((options.directory, family, attention, sizes))
    failed = 0
    # An export is Python's work: two processes take half the time. A fresh process for each does not inherit threads.
    with concurrent.futures.ProcessPoolExecutor(
        max_workers=min(2, os.cpu_count() or 1), mp_context=multiprocessing.get_context("spawn"), initializer=prepare
    ) as processes:
        for result in [processes.submit(make, *each) for each in wanted]:
            said, is_failure = result.result()
            failed += is_failure
            print(said, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
