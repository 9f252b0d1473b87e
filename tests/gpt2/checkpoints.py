"""GPT-2 checkpoints of odd configurations and of the forms that people have, with the logits of transformers: the oracle
of tests/gpt2/checkpoints.cpp.

    python3 checkpoints.py --goldens FILE     JSON: [{"config": text of config.json, "logits": [...]}], for weights that
                                              `weight` computes from their names, as the test does
    python3 checkpoints.py DIRECTORY [--seed N]
                                              directories that transformers saves, whole, in shards, in 16 bits, from other
                                              classes and under prefixes; each has expected.safetensors: the logits that
                                              from_pretrained gives, and what to skip in its metadata

tests/gpt2/data/checkpoints.json was made with transformers 5.24 and torch 2.13. Without transformers, torch and safetensors
the script says so and ends well.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import struct
import sys
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
try:
    import torch
    import transformers
    from safetensors.torch import load_file, save_file
    from transformers import GPT2Config, GPT2LMHeadModel
except ImportError as missing:
    print(f"skipped: checkpoints are made with torch, transformers and safetensors: {missing}")
    sys.exit(0)

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(1)

SIZES = [(48, 3), (32, 1), (40, 8)]  # for which the test compiles a model
BASE = dict(model_type="gpt2", n_embd=48, n_head=3, n_layer=2, n_positions=8, vocab_size=11)
# Those that transformers has, without the two that have weights of their own.
ACTIVATIONS = ["gelu", "gelu_10", "gelu_fast", "gelu_new", "gelu_python", "gelu_pytorch_tanh", "gelu_python_tanh",
               "gelu_accurate", "hardswish", "laplace", "leaky_relu", "linear", "mish", "quick_gelu", "relu", "relu2", "relu6",
               "sigmoid", "silu", "sqrtsoftplus", "swish", "tanh"]
HARMLESS = dict(
    architectures=["GPT2LMHeadModel"], attn_pdrop=0.3, embd_pdrop=0, resid_pdrop=1, initializer_range=0.5, use_cache=False,
    summary_type="mean", summary_use_proj=False, summary_activation="tanh", summary_proj_to_labels=False,
    summary_first_dropout=0, torch_dtype="float16", transformers_version="2.0.0", bos_token_id=3, eos_token_id=[1, 2],
    pad_token_id=0, task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}}, is_decoder=True,
    pruned_heads={}, num_labels=7, n_ctx=5, id2label={"0": "A"}, label2id={"A": 0}, _name_or_path="x", unknown=[{"a": None}])


def configurations():
    """Texts of config.json: transformers reads each."""
    one = lambda **fields: {k: v for k, v in {**BASE, **fields}.items() if v != "absent"}
    for name in ACTIVATIONS:
        yield one(activation_function=name)
    for inner in (1, 7, 48, 100, 500, None):
        yield one(n_inner=inner)
    for scale in (True, False):
        for by_layer in (True, False):
            yield one(scale_attn_weights=scale, scale_attn_by_inverse_layer_idx=by_layer, n_layer=3)
            yield one(scale_attn_weights=scale, scale_attn_by_inverse_layer_idx=by_layer, reorder_and_upcast_attn=True)
    for epsilon in (0.0, 1e-12, 1e-3, 0.5, 10.0, 1e30):
        yield one(layer_norm_epsilon=epsilon)
    for width, heads in SIZES:
        yield one(n_embd=width, n_head=heads, n_layer=1)
        yield one(n_embd=width, n_head=heads, n_layer=4, vocab_size=5, n_positions=6, tie_word_embeddings=False)
        yield one(n_embd=width, n_head=heads, n_inner=width // 2, activation_function="silu", tie_word_embeddings=False)
    yield one(n_embd="absent", n_head="absent", hidden_size=48, num_attention_heads=3)
    yield one(n_layer="absent", n_positions="absent", num_hidden_layers=2, max_position_embeddings=8)
    yield one(n_embd=7, hidden_size=48, n_head=5, num_attention_heads=3, n_layer=1, num_hidden_layers=2)
    yield one(model_type="absent")
    yield one(n_positions="absent", vocab_size=3)  # 1024 positions
    yield one(n_layer="absent", n_positions=6)  # 12 layers
    yield one(intermediate_size=13, hidden_act="relu", layer_norm_eps=3)  # not GPT-2's names
    yield one(tie_word_embeddings=True, vocab_size=1, n_positions=6)
    for name in HARMLESS:
        yield one(**{name: HARMLESS[name]})
    yield one(**HARMLESS)


def texts():
    for fields in configurations():
        yield json.dumps(fields)
    yield json.dumps({**BASE, "summary_first_dropout": float("nan"), "scale": float("inf"), "a": [-float("inf")]})
    yield "{" + json.dumps(BASE)[1:-1] + ', "n_layer": 1}'  # the last of two counts


def weight(name, shape, kind):
    """Numbers from a linear congruential generator that begins with the FNV-1a hash of the name: exact in float32."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = (state ^ byte) * 0x100000001B3 % (1 << 64)
    count = 1
    for size in shape:
        count *= size
    values = []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        values.append((state >> 40) / (1 << 24) - 0.5)
    scale, shift = {"norm": (0.5, 1.0), "bias": (0.25, 0.0), "matrix": (0.5, 0.0)}[kind]
    return torch.tensor(values).mul(scale).add(shift).reshape(shape)


def fill(model):
    for name, parameter in model.named_parameters():
        short = name.removeprefix("transformer.")
        kind = "bias" if name.endswith("bias") else "norm" if ".ln_" in name or "ln_f" in name else "matrix"
        parameter.data = weight(short, parameter.shape, kind)


def ids_for(config):
    return torch.tensor([[(3 * i * i + 1) % config.vocab_size for i in range(6)]])


def goldens(path):
    made = []
    for text in texts():
        # json.loads of Python, as transformers reads the file
        model = GPT2LMHeadModel(GPT2Config.from_dict(json.loads(text))).float().eval()
        fill(model)
        with torch.no_grad():
            logits = model(ids_for(model.config)).logits.flatten()
        made.append({"config": text, "logits": [float(f"{v:.7g}") for v in logits.tolist()]})
    path.write_text("[\n" + ",\n".join(json.dumps(m) for m in made) + "\n]\n")
    print(f"{len(made)} configurations")


def random_config(rng):
    width, heads = rng.choice(SIZES)
    fields = dict(n_embd=width, n_head=heads, n_layer=rng.choice([1, 2, 3, 5]), n_positions=rng.choice([6, 9, 33]),
                  vocab_size=rng.choice([2, 11, 70]), activation_function=rng.choice(ACTIVATIONS), bos_token_id=None,
                  eos_token_id=None)
    for name, values in dict(n_inner=[1, width, 3 * width, 77], scale_attn_weights=[False], reorder_and_upcast_attn=[True],
                             scale_attn_by_inverse_layer_idx=[True], layer_norm_epsilon=[1e-3, 0.1],
                             tie_word_embeddings=[False], initializer_range=[0.2]).items():
        if rng.random() < 0.4:
            fields[name] = rng.choice(values)
    return GPT2Config(**fields)


def renamed(directory, rename):
    path = directory / "model.safetensors"
    weights = {rename(name): value for name, value in load_file(path).items()}
    save_file(weights, path, {"format": "pt"})


def expect(directory, model, skip=()):
    with torch.no_grad():
        logits = model(ids_for(model.config)).logits.float().contiguous()
    save_file({"ids": ids_for(model.config), "logits": logits}, directory / "expected.safetensors",
              {"skip": " ".join(skip)})


def directories(out, seed):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    shutil.rmtree(out, ignore_errors=True)
    count = 0

    def new(kind):
        nonlocal count
        count += 1
        return out / f"{count:03}_{kind}"

    def lm(config):
        return GPT2LMHeadModel(config).eval()

    def again(directory):
        return GPT2LMHeadModel.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager").eval()

    for _ in range(24):
        directory = new("whole")
        lm(random_config(rng)).save_pretrained(directory)
        expect(directory, again(directory))
    for dtype in (torch.bfloat16, torch.float16, torch.float64):
        for _ in range(3):
            directory = new(str(dtype).split(".")[-1])
            lm(random_config(rng)).to(dtype).save_pretrained(directory)
            expect(directory, again(directory))
    for _ in range(6):
        directory = new("shards")
        lm(random_config(rng)).save_pretrained(directory, max_shard_size=rng.choice([20_000, 60_000]))
        expect(directory, again(directory))
    # The body alone, and the models of other tasks: their language model is the body with the embedding.
    for kind, skip in dict(GPT2Model=[], GPT2ForSequenceClassification=["score"], GPT2ForTokenClassification=["classifier"],
                           GPT2ForQuestionAnswering=["qa_outputs"], GPT2DoubleHeadsModel=["multiple_choice_head"]).items():
        directory = new(kind)
        config = random_config(rng)
        config.tie_word_embeddings = True
        getattr(transformers, kind)(config).eval().save_pretrained(directory)
        expect(directory, again(directory), skip)
    for prefix in ("module.", "_orig_mod.", "_orig_mod.module.", "model.", "policy.module.", "_forward_module.", "base_model.model.",
                   "_fsdp_wrapped_module."):
        directory = new("prefix")
        lm(random_config(rng)).save_pretrained(directory)
        model = again(directory)
        renamed(directory, lambda name: prefix + name)
        expect(directory, model)
    for inner in ("_fsdp_wrapped_module.", "_checkpoint_wrapped_module.", "_orig_mod."):
        directory = new("wrapped_blocks")
        lm(random_config(rng)).save_pretrained(directory)
        model = again(directory)
        renamed(directory, lambda name: name.replace(".attn.", f".{inner}attn.").replace(".mlp.", f".{inner}mlp."))
        expect(directory, model)
    for name in ("lm_head.weight", "module.lm_head.weight"):
        directory = new("only_lm_head")
        config = random_config(rng)
        config.tie_word_embeddings = True
        lm(config).save_pretrained(directory)
        model = again(directory)
        outer = name.removesuffix("lm_head.weight")
        renamed(directory, lambda n: name if n == "transformer.wte.weight" else outer + n)
        expect(directory, model)
    directory = new("value_head")
    lm(random_config(rng)).save_pretrained(directory)
    model = again(directory)
    weights = load_file(directory / "model.safetensors")
    weights |= {"v_head.summary.weight": torch.randn(1, 3), "v_head.summary.bias": torch.randn(1)}
    save_file(weights, directory / "model.safetensors")
    expect(directory, model, ["v_head"])
    directory = new("masks")
    lm(random_config(rng)).save_pretrained(directory)
    model = again(directory)
    weights = load_file(directory / "model.safetensors")
    for layer in range(model.config.n_layer):
        weights[f"transformer.h.{layer}.attn.bias"] = torch.ones(1, 1, 4, 4, dtype=[torch.bool, torch.uint8][layer % 2]).tril()
        weights[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(weights, directory / "model.safetensors")
    expect(directory, model)
    # The Hub's cache: links to blobs.
    directory = new("links")
    lm(random_config(rng)).save_pretrained(out / "blobs")
    shutil.copytree(out / "blobs", directory, symlinks=True)
    for name in ("config.json", "model.safetensors"):
        (directory / name).unlink()
        (directory / name).symlink_to(os.path.join("..", "blobs", name))
    expect(directory, again(directory))
    print(f"{count} checkpoints of seed {seed}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", nargs="?", type=pathlib.Path)
    parser.add_argument("--goldens", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    if given.goldens:
        goldens(given.goldens)
    if given.directory:
        directories(given.directory, random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed)


main()
