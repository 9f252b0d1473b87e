"""What the models of the benchmark exported/ cost Python: eager, and as torch.export's own module.

    python tests/bench/exported.py FOLDER [BENCH]

Writes GPT-2 small with random weights into FOLDER, times the models on one thread, and prints microseconds a pass. With the
path of suture_bench, runs the C++ benchmarks too, in the same minute, and prints the ratios. Needs torch and transformers.
"""
import json
import os
import statistics
import subprocess
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from torch.export import Dim, export, load, save

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "exported", "data"))


def small(attention):
    import transformers

    torch.manual_seed(0)
    config = transformers.GPT2Config(use_cache=False)
    config._attn_implementation = attention
    return transformers.GPT2LMHeadModel(config).eval()


def write_small(folder):
    sizes = {"input_ids": {0: Dim("batch", min=1, max=4096), 1: Dim("tokens", min=1, max=1024)}}
    for attention in ("eager", "sdpa"):
        path = os.path.join(folder, f"small_{attention}.pt2")
        if not os.path.exists(path):
            example = {"input_ids": torch.zeros(2, 6, dtype=torch.long)}
            save(export(small(attention), (), example, dynamic_shapes=sizes), path)


def microseconds(run, seconds=1.0):
    """The median of passes for about so long."""
    times = []
    end = time.perf_counter() + seconds
    with torch.no_grad():
        for _ in range(3):
            run()
        while time.perf_counter() < end or len(times) < 5:
            begin = time.perf_counter()
            run()
            times.append(time.perf_counter() - begin)
    return 1e6 * statistics.median(times)


def python_times(folder):
    from make_archives import CASES

    times = {}
    for name, model, path, tokens, argument in [
        ("own", None, "own", 6, "ids"),
        ("gpt2", None, "gpt2", 6, "input_ids"),
        ("llama", None, "llama_sdpa_dynamic", 6, "input_ids"),
        ("small_eager", lambda: small("eager"), None, 15, "input_ids"),
        ("small_sdpa", lambda: small("sdpa"), None, 15, "input_ids"),
    ]:
        ids = {argument: (torch.arange(tokens) % 30 + 3).unsqueeze(0)}
        eager = model() if model else CASES[path].make()
        file = os.path.join(folder, name + ".pt2") if model else os.path.join(HERE, "..", "exported", "data", path + ".pt2")
        exported = load(file).module()
        times[name] = microseconds(lambda: eager(**ids)), microseconds(lambda: exported(**ids))
    return times


def cpp_times(bench, folder):
    out = subprocess.run([bench, "--benchmark_filter=^exported/", "--benchmark_format=json"], capture_output=True, text=True,
                         env=dict(os.environ, SUTURE_EXPORTED_MODELS=folder), check=True).stdout
    unit = {"ns": 1e-3, "us": 1, "ms": 1e3}
    return {b["name"]: b["real_time"] * unit[b["time_unit"]] for b in json.loads(out[out.index("{"):])["benchmarks"]}


def main(folder, bench=None):
    torch.set_num_threads(1)
    write_small(folder)
    python = python_times(folder)
    cpp = cpp_times(bench, folder) if bench else {}
    for name, (eager, exported) in python.items():
        line = f"{name:12s} eager {eager:10.1f} us, exported module {exported:10.1f} us"
        if f"exported/{name}/pass" in cpp:
            one, scope, edit = (cpp[f"exported/{name}/{what}"] for what in ("pass", "scope", "edit"))
            line += f", suture {one:10.1f} us ({one / eager:.2f} of eager, {one / exported:.2f} of exported), "
            line += f"with a scope {scope / one:.2f}, with an edit {edit / one:.2f}, "
            line += f"load / read {cpp[f'exported/{name}/load'] / cpp[f'exported/{name}/read']:.2f}"
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
