"""Passes, edits, patching maps and generation at real models' sizes: suture's beside those of transformers, in one run.

    python tests/bench/pretrained.py FOLDER BENCH

Writes a GPT-2 small and a Llama of SmolLM2-135M's size, with random weights, into FOLDER as Hugging Face directories; times
transformers (eager attention, and PyTorch's fused one) and suture_bench, the program BENCH, on one thread and on two; prints
milliseconds and ratios. An edit is a forward hook that clones the residual stream of the middle layer and halves it at one
token. Generation makes 32 tokens with its cache, the newest token's stream halved in every pass. The map patches the stream at every layer and position: transformers runs a pass for each cell, all cells of a layer in
one batch. Reading the weights once from memory is the floor of a pass. Needs torch, transformers and safetensors.
"""
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers

LENGTH = 14
NEW_TOKENS = 32
MODELS = {
    "gpt2": lambda: transformers.GPT2LMHeadModel(transformers.GPT2Config()),
    "smollm2": lambda: transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=8192, tie_word_embeddings=True, rope_parameters={
            "rope_type": "default", "rope_theta": 100000.0})),
}


def write_models(folder):
    for name, make in MODELS.items():
        directory = os.path.join(folder, name)
        if not os.path.exists(os.path.join(directory, "model.safetensors")):
            torch.manual_seed(0)
            make().save_pretrained(directory)


def milliseconds(run, seconds=3.0, least=3):
    """The median of runs for about so long."""
    times = []
    run()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < least:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return 1e3 * statistics.median(times)


def blocks_of(model):
    return model.transformer.h if hasattr(model, "transformer") else model.model.layers


def prompt(first):
    ids = (torch.arange(LENGTH) * 37 + 5).unsqueeze(0)
    ids[0, 0] = first
    return ids


def hidden(output):
    return output[0] if isinstance(output, tuple) else output


def edit(module, given, output):
    changed = hidden(output).clone()
    changed[:, 4] *= 0.5
    return (changed,) + output[1:] if isinstance(output, tuple) else changed


def edit_newest(module, given, output):
    changed = hidden(output).clone()
    changed[:, -1] *= 0.5
    return (changed,) + output[1:] if isinstance(output, tuple) else changed


def generate(model):
    return model.generate(prompt(5), max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, do_sample=False,
                          attention_mask=torch.ones(1, LENGTH, dtype=torch.long), pad_token_id=0)


def patching_map(model):
    """Denoising at the input of every block and position: the cells of one layer are a batch."""
    clean = {}
    hooks = [block.register_forward_pre_hook(lambda m, given, i=i: clean.__setitem__(i, given[0].clone()))
             for i, block in enumerate(blocks_of(model))]
    model(prompt(5), use_cache=False)
    for hook in hooks:
        hook.remove()
    corrupted = prompt(6).expand(LENGTH, LENGTH)
    every = torch.arange(LENGTH)
    cells = []
    for i, block in enumerate(blocks_of(model)):
        def patch(module, given, i=i):
            changed = given[0].clone()
            changed[every, every] = clean[i][0]
            return (changed,) + given[1:]
        hook = block.register_forward_pre_hook(patch)
        logits = model(corrupted, use_cache=False).logits[:, -1]
        hook.remove()
        cells.append(logits[:, 7] - logits[:, 9])
    return torch.stack(cells)


def python_times(folder, threads):
    torch.set_num_threads(threads)
    times = {}
    for name in MODELS:
        for attention in ("eager", "sdpa"):
            model = transformers.AutoModelForCausalLM.from_pretrained(
                os.path.join(folder, name), attn_implementation=attention, dtype=torch.float32).eval()
            ids = prompt(5)
            with torch.no_grad():
                times[name, attention, "pass"] = milliseconds(lambda: model(ids, use_cache=False))
                hook = blocks_of(model)[len(blocks_of(model)) // 2].register_forward_hook(edit)
                times[name, attention, "edit"] = milliseconds(lambda: model(ids, use_cache=False))
                hook.remove()
                hook = blocks_of(model)[len(blocks_of(model)) // 2].register_forward_hook(edit_newest)
                times[name, attention, "generate"] = milliseconds(lambda: generate(model), least=2)
                hook.remove()
                times[name, attention, "map"] = milliseconds(lambda: patching_map(model), least=1)
            weights = torch.cat([p.detach().reshape(-1) for p in model.parameters()])
            times[name, attention, "weights"] = milliseconds(lambda: weights.sum(), seconds=1)
    return times


def cpp_times(bench, folder):
    out = subprocess.run([bench, "--benchmark_filter=^pretrained/", "--benchmark_format=json"], capture_output=True,
                         text=True, check=True,
                         env=dict(os.environ, SUTURE_PRETRAINED_BENCH=folder, OMP_WAIT_POLICY="passive")).stdout
    return {b["name"].replace("/real_time", ""): b["real_time"] for b in json.loads(out[out.index("{"):])["benchmarks"]}


def main(folder, bench):
    write_models(folder)
    cpp = cpp_times(bench, folder)
    for threads in (1, 2):
        python = python_times(folder, threads)
        for name in MODELS:
            print(f"{name}, {threads} thread{'s'[: threads > 1]}: reading the weights once "
                  f"{python[name, 'sdpa', 'weights']:.0f} ms; loading {cpp[f'pretrained/{name}/load']:.0f} ms")
            for what in ("pass", "edit", "generate", "map"):
                mine = cpp[f"pretrained/{name}/{what}/{threads}"]
                eager, fused = (python[name, attention, what] for attention in ("eager", "sdpa"))
                print(f"  {what:8s} suture {mine:8.1f} ms, transformers eager {eager:8.1f} ({mine / eager:.2f}), "
                      f"sdpa {fused:8.1f} ({mine / fused:.2f})" + (
                          f"; tokens a second {NEW_TOKENS * 1e3 / mine:.1f}, {NEW_TOKENS * 1e3 / eager:.1f}, "
                          f"{NEW_TOKENS * 1e3 / fused:.1f}" if what == "generate" else ""))


if __name__ == "__main__":
    main(*sys.argv[1:])
