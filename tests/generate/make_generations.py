#!/usr/bin/env python3
"""What transformers gives for padded batches and what it generates, with the models that make_models.py made.

    make_generations.py MODELS OUT
    make_generations.py --logits FILE

The first form reads each directory of MODELS and writes OUT/NAME.safetensors: prompts of unequal length, padded on either side, with
the logits of the pass and the tokens that generate() continues them with: greedily, with several eos ids, with a pad id that is an
eos id, and with a repetition penalty. In float32: with float64, transformers gives NaN for rows that are padded on the left, whose
softmax it computes in float32. The second form writes logits and what the processors and
warpers of transformers make of them. Committed: tests/generate/data, from tests/pretrained/data. Without torch, transformers or
safetensors it says that it is skipped.
"""
import os
import sys

try:
    import safetensors.torch
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, GenerationConfig
    from transformers.generation import logits_process as processors
except ImportError as missing:
    print(f"skipped: generations are compared with torch, transformers and safetensors: {missing}")
    sys.exit(0)
if int(transformers.__version__.split(".")[0]) < 5:
    print(f"skipped: generations are compared with transformers 5: this is {transformers.__version__}")
    sys.exit(0)

LENGTHS = [3, 6, 5]
NEW = 8
# name: the arguments of GenerationConfig that shape a distribution
DISTRIBUTIONS = {
    "temperature": dict(temperature=0.7),
    "top_k": dict(top_k=5),
    "top_k_all": dict(top_k=99),
    "top_p": dict(top_p=0.6),
    "top_p_least": dict(top_p=0.0),
    "min_p": dict(min_p=0.2),
    "repetition_penalty": dict(repetition_penalty=1.4),
    "all": dict(temperature=1.3, top_k=12, top_p=0.8, min_p=0.05, repetition_penalty=0.8),
}


def padded(prompts, side):
    columns = max(len(p) for p in prompts)
    ids = torch.zeros(len(prompts), columns, dtype=torch.long)
    mask = torch.zeros(len(prompts), columns, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        at = slice(columns - len(prompt), columns) if side == "left" else slice(0, len(prompt))
        ids[row, at], mask[row, at] = prompt, 1
    return ids, mask


def make(directory, seed):
    model = AutoModelForCausalLM.from_pretrained(directory, attn_implementation="eager", dtype=torch.float32).eval()
    model.generation_config = GenerationConfig()
    vocabulary = getattr(model.config, "text_config", model.config).vocab_size - (3 if hasattr(model.config, "text_config") else 0)
    generator = torch.Generator().manual_seed(seed)
    prompts = [torch.randint(0, vocabulary, (n,), generator=generator) for n in LENGTHS]
    found = {}
    for side in ("left", "right"):
        ids, mask = padded(prompts, side)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        logits = model(ids, attention_mask=mask, position_ids=positions).logits
        found.update({f"{side}.ids": ids, f"{side}.mask": mask, f"{side}.logits": logits * mask.unsqueeze(-1)})
    ids, mask = padded(prompts, "left")

    # For a window of one key, transformers' cache keeps all keys (transformers/cache_utils.py: keys[-sliding_window + 1:]).
    use_cache = getattr(model.config, "sliding_window", None) != 1

    def generated(ids, mask, **more):
        config = GenerationConfig(max_new_tokens=NEW, do_sample=False, use_cache=use_cache, **{"pad_token_id": 0, **more})
        return model.generate(ids, attention_mask=mask, generation_config=config)[:, ids.shape[1]:].contiguous()

    found["greedy"] = generated(ids, mask)
    eos = [int(found["greedy"][0, 3]), int(found["greedy"][1, 5])]
    found["eos_ids"] = torch.tensor(eos)
    found["eos"] = generated(ids, mask, eos_token_id=eos)
    found["eos_is_pad"] = generated(ids, mask, eos_token_id=eos, pad_token_id=eos[1])
    # transformers also penalises the pad id of padded prompts: here each row goes alone.
    found["penalty"] = torch.cat([generated(p.unsqueeze(0), torch.ones(1, len(p)), repetition_penalty=1.5) for p in prompts])
    return found


def distributions():
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn(6, 40, generator=generator, dtype=torch.float64) * 3
    logits[5, 7] = logits[5, 11] = 20.0  # two equal ones
    seen = torch.randint(0, 40, (6, 4), generator=generator)
    found = {"logits": logits, "seen": seen}
    for name, how in DISTRIBUTIONS.items():
        chain = processors.LogitsProcessorList()
        if "repetition_penalty" in how:
            chain.append(processors.RepetitionPenaltyLogitsProcessor(how["repetition_penalty"]))
        if "temperature" in how:
            chain.append(processors.TemperatureLogitsWarper(how["temperature"]))
        if "top_k" in how:
            chain.append(processors.TopKLogitsWarper(how["top_k"]))
        if "top_p" in how:
            chain.append(processors.TopPLogitsWarper(how["top_p"]))
        if "min_p" in how:
            chain.append(processors.MinPLogitsWarper(how["min_p"]))
        found[name] = chain(seen, logits.clone()).softmax(-1)
    return found


def save(path, found):
    safetensors.torch.save_file({name: value.contiguous() for name, value in found.items()}, path)


def main():
    torch.set_num_threads(1)
    if sys.argv[1] == "--logits":
        save(sys.argv[2], distributions())
        return
    models, out = sys.argv[1:3]
    os.makedirs(out, exist_ok=True)
    names = sorted(n for n in os.listdir(models) if os.path.exists(os.path.join(models, n, "config.json")))
    with torch.no_grad():
        for number, name in enumerate(names):
            save(os.path.join(out, name + ".safetensors"), make(os.path.join(models, name), number))
    print(f"{len(names)} models continued prompts with transformers {transformers.__version__}")


main()
