#!/usr/bin/env python3
"""Whether transformers loads the models that suture saved, and computes the logits of the originals.

    saved_models.py MODELS SAVED

MODELS is a directory that make_models.py made, SAVED the directory that tests/pretrained/save.cpp filled from it: see
SUTURE_SAVED_MODELS there. Without torch, transformers 5 or safetensors it says that it is skipped.
"""
import pathlib
import sys

try:
    import safetensors.torch
    import torch
    import transformers
    from transformers import AutoModelForCausalLM
except ImportError as missing:
    print(f"skipped: saved models are compared with torch, transformers and safetensors: {missing}")
    sys.exit(0)
if int(transformers.__version__.split(".")[0]) < 5:
    print(f"skipped: saved models are compared with transformers 5: this is {transformers.__version__}")
    sys.exit(0)


def what_is_wrong(original, saved):
    expected = safetensors.torch.load_file(original / "expected.safetensors")
    model, info = AutoModelForCausalLM.from_pretrained(
        saved, attn_implementation="eager", dtype=torch.float32, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if info[kind]:
            return f"{kind} {sorted(info[kind])[:3]}"
    with torch.no_grad():
        for name, ids in (("logits", expected["ids"]), ("logits_short", expected["ids"][:1, :5])):
            logits, wanted = model.eval()(ids).logits, expected[name]
            if logits.shape != wanted.shape:
                return f"{name} of shape {tuple(logits.shape)}, not {tuple(wanted.shape)}"
            apart = ((logits - wanted).abs().max() / wanted.abs().max()).item()
            if not apart < 1e-5:
                return f"{name} {apart:.2g} apart"
    return None


def main():
    models, saved = map(pathlib.Path, sys.argv[1:])
    names = sorted(path.parent.name for path in models.glob("*/expected.safetensors"))
    wrong = {}
    for name in names:
        try:
            found = what_is_wrong(models / name, saved / name)
        except Exception as error:  # transformers refuses a config.json with errors of many kinds
            found = f"{type(error).__name__}: {error}"
        if found:
            wrong[name] = found
    for name, found in wrong.items():
        print(f"{name}: {found}")
    print(f"{len(names) - len(wrong)} of {len(names)} models are loaded and give the logits of the originals")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
