#!/usr/bin/env python3
"""Writes reference.json: what transformers computes for the models of examples/models, in float64, with PyTorch's own hooks.

    make_reference.py [NAME...]

Needs torch, transformers and tokenizers, and the models in the cache: examples/run --model NAME puts them there. Takes fifteen minutes.

For each model: the prompts as ids, the logit differences at the last token, and what patches recover of the difference between
the corrupted run and the clean one, as the mean over the pairs of prompts:

    stream  [layers, tokens]  the input of a layer, at one token
    heads   [layers, heads]   the input of the output projection of attention, one head's part of it, at the last token
"""
import json
import os
import pathlib
import random
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "examples" / "models"))
import fetch

OUT = pathlib.Path(__file__).with_name("reference.json")
TAILS = ["Fusobacterium Prevotella", "Prevotella Fusobacterium", "Campylobacter Prevotella", "Prevotella Campylobacter",
         "Fusobacterium Campylobacter", "Campylobacter Fusobacterium", "Actinomyces Prevotella", "Prevotella Veillonella"]
# Other pairs of habitats, answers and tails: nothing that the six heads were chosen by.
ELSEWHERE = [("Rothia", "Alistipes", "Granulicatella", "Faecalibacterium"), ("Neisseria", "Roseburia", "Gemella", "Sutterella"),
             ("Gemella", "Parabacteroides", "Actinomyces", "Alistipes"), ("Streptococcus", "Bacteroides", "Rothia", "Faecalibacterium"),
             ("Gardnerella", "Bacteroides", "Sneathia", "Faecalibacterium")]
TAILS_ELSEWHERE = ["Veillonella Haemophilus", "Lactobacillus Prevotella", "Bifidobacterium Veillonella", "Prevotella Megasphaera",
                   "Haemophilus Fusobacterium"]
SIX = [(2, 3), (3, 6), (4, 4), (4, 5), (6, 4), (7, 5)]


class Subject:
    """A model and pairs of prompts of one length."""

    def __init__(self, directory, clean, corrupted, answer, other):
        self.model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float64, attn_implementation="eager")
        self.model.eval()
        base = self.model.base_model
        self.blocks = base.h if hasattr(base, "h") else base.layers
        self.projections = [b.attn.c_proj if hasattr(b, "attn") else b.self_attn.o_proj for b in self.blocks]
        self.heads = self.model.config.num_attention_heads
        self.clean, self.corrupted, self.answer, self.other = torch.tensor(clean), torch.tensor(corrupted), answer, other
        self.kept = {}
        with torch.no_grad():
            self.of_clean = self.difference(self.clean, keep=[*self.blocks, *self.projections])
            self.of_corrupted = self.difference(self.corrupted)

    def logits(self, ids):
        with torch.no_grad():
            return self.model(input_ids=ids, use_cache=False).logits[:, -1]

    def difference(self, ids, keep=(), puts=()):
        """puts: (module, place of its input). The input of the clean run is put there."""
        def look(module, arguments, named):
            self.kept[module] = (arguments[0] if arguments else named["hidden_states"]).detach().clone()

        def put(place):
            def hook(module, arguments, named):
                edited = (arguments[0] if arguments else named["hidden_states"]).clone()
                edited[place] = self.kept[module][place]
                return ((edited, *arguments[1:]), named) if arguments else ((), {**named, "hidden_states": edited})
            return hook

        handles = [module.register_forward_pre_hook(look, with_kwargs=True) for module in keep]
        handles += [module.register_forward_pre_hook(put(place), with_kwargs=True) for module, place in puts]
        try:
            logits = self.logits(ids)
            return logits[:, self.answer] - logits[:, self.other]
        finally:
            for handle in handles:
                handle.remove()

    def recovered(self, *puts):
        patched = self.difference(self.corrupted, puts=puts)
        return ((patched - self.of_corrupted) / (self.of_clean - self.of_corrupted)).mean().item()

    def place_of(self, layer, head):
        width = self.kept[self.projections[layer]].shape[-1] // self.heads
        return self.projections[layer], (slice(None), -1, slice(head * width, (head + 1) * width))

    def of_heads(self, heads):
        return self.recovered(*(self.place_of(*h) for h in heads))

    def asked(self):
        return {"clean_ids": self.clean.tolist(), "corrupted_ids": self.corrupted.tolist(), "answer": self.answer,
                "other": self.other}

    def sixes(self):
        """What six heads recover together, and at most forty random sixes of the others."""
        others = [(layer, head) for layer in range(8) for head in range(8) if (layer, head) not in SIX]
        draw = random.Random(0)
        return {"six_heads": SIX, "six_heads_recover": round(self.of_heads(SIX), 6),
                "other_heads_recover": round(self.of_heads(others), 6), "random_sixes_recover_at_most":
                round(max(self.of_heads(draw.sample(others, len(SIX))) for _ in range(40)), 6)}

    def maps(self):
        rounded = lambda number: round(number, 6)
        return self.asked() | {
            "clean": [rounded(x) for x in self.of_clean.tolist()], "corrupted": [rounded(x) for x in self.of_corrupted.tolist()],
            "probability": rounded(self.logits(self.clean).softmax(-1)[:, self.answer].mean().item()),
            "stream": [[rounded(self.recovered((block, (slice(None), token)))) for token in range(self.clean.shape[1])]
                       for block in self.blocks],
            "heads": [[rounded(self.of_heads([(layer, head)])) for head in range(self.heads)]
                      for layer in range(len(self.blocks))]}


def smollm2(directory, arguments):
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    ids = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
    (answer,), (other,) = ids(" " + arguments["--answer"]), ids(" " + arguments["--other"])
    return Subject(directory, [ids(arguments["--prompt"])], [ids(arguments["--corrupted"])], answer, other).maps()


def mgm(directory, arguments):
    words = json.loads((directory / "vocab.json").read_text(encoding="utf-8"))
    ids = lambda text: [words[word] for word in text.split()]
    pair = [[ids(arguments[option])] for option in ("--prompt", "--corrupted")]
    answers = [words[arguments[option]] for option in ("--answer", "--other")]
    genera = lambda first, tail: ids(" ".join(["<bos>", *("g__" + genus for genus in (first, *tail.split()))]))

    def subject(mouth, gut, tails, answer, other):
        return Subject(directory, [genera(mouth, t) for t in tails], [genera(gut, t) for t in tails], answer, other)

    eight = subject("Streptococcus", "Bacteroides", TAILS, *answers)
    elsewhere = [subject(mouth, gut, TAILS_ELSEWHERE, *(words["g__" + a] for a in two)) for mouth, gut, *two in ELSEWHERE]
    return Subject(directory, *pair, *answers).maps() | {"eight_pairs": eight.maps() | eight.sixes(),
                                                         "elsewhere": [s.asked() | s.sixes() for s in elsewhere]}


def main():
    torch.set_num_threads(2)
    result = json.loads(OUT.read_text()) if OUT.exists() else {}
    for name in sys.argv[1:] or fetch.MODELS:
        model = fetch.MODELS[name]
        directory = fetch.fetched(model, fetch.default_cache())
        made_by = {"wheel_sha256": model.sha256, "torch": torch.__version__, "transformers": transformers.__version__,
                   "arithmetic": "float64, eager attention"}
        result[name] = {"made_by": made_by} | {"smollm2": smollm2, "mgm": mgm}[name](directory, model.arguments)
    OUT.write_text(json.dumps(result, separators=(",", ":")).replace('"mgm"', '\n"mgm"').replace('"eight_pairs"', '\n"eight_pairs"')
                   .replace('"elsewhere"', '\n"elsewhere"')
                   .replace('"stream"', '\n"stream"').replace('"heads":', '\n"heads":') + "\n")


if __name__ == "__main__":
    main()
