#!/usr/bin/env python3
"""Writes the first inputs of the fuzz targets to corpus/: small files that are right. Run it again when a format changes.

Needs PyTorch and safetensors.
"""
import io
import json
import os
import zipfile

import torch
from safetensors.torch import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def path(target, name):
    folder = os.path.join(here, target)
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def write(target, name, data):
    with open(path(target, name), "wb") as file:
        file.write(data)


save_file({"weight": torch.arange(6.0).reshape(2, 3), "half": torch.ones(3, dtype=torch.half),
           "flag": torch.ones(5, dtype=torch.bool), "one": torch.tensor(7)},
          path("safetensors", "small"), {"format": "pt"})
save_file({"bf16": torch.ones(2, dtype=torch.bfloat16)}, path("safetensors", "bfloat16"))

for name, cut in [("whole", None), ("one_token", {"leading": [1, 4], "token": [2, 3, True]})]:
    save_file({"h.0.resid/0/0": torch.ones((1, 2, 3) if cut is None else (1, 3))}, path("history", name),
              {"suture": "history", "layout": "Resid<3>", "sites": json.dumps({"0": "h.0.resid"}),
               "entries": json.dumps([[0, 0, cut]])})

letters = [bytes([b]).decode("latin-1") for b in range(33, 127)]
vocabulary = {letter: i for i, letter in enumerate([*letters, "th", "the", "<|endoftext|>"])}
write("tokenizer", "small", json.dumps(vocabulary).encode() + b"\0#version: 0.2\nt h\nth e\n\0the theory")
write("tokenizer", "json", json.dumps({
    "added_tokens": [{"content": "<s>", "special": True, "lstrip": True}], "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "(?i:'s)| ?\\p{L}+|[^\\s\\d]{1,3}"},
                                                             "behavior": "Isolated", "invert": False}, {"type": "ByteLevel", "use_regex": False}]},
    "post_processor": {"type": "RobertaProcessing", "cls": ["a", 0], "sep": ["b", 1]}, "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": vocabulary, "merges": ["t h", ["th", "e"]]}}).encode() + b"\0{\"eos_token\": \"<e>\"}\0the theory <s>")
write("tokenizer", "words", json.dumps({"Mary": 0, "went": 1, ".": 2}).encode() + b"\0\0Mary went.")

write("config", "gpt2", json.dumps({"model_type": "gpt2", "n_embd": 48, "n_head": 4, "n_layer": 2, "n_positions": 16,
                                    "vocab_size": 50, "activation_function": "gelu_new"}).encode())
write("journal", "begun", b"suture sweep journal 1\na sweep\nbaseline 0 1p+1\n0 1.8p+0\n7 -1p-2\n")


def archive(weights, records, write_records):
    """The records of torch.export.save, small: a fuzzer changes each byte more often in few of them."""
    config = {name: {"path_name": record, "is_param": True, "use_pickle": False, "tensor_meta": {
        "dtype": dtype, "sizes": [{"as_int": n} for n in sizes], "strides": [{"as_int": n} for n in strides],
        "storage_offset": {"as_int": offset}, "layout": 7, "requires_grad": dtype == 7,
        "device": {"type": "cpu", "index": None}}} for name, (record, dtype, sizes, strides, offset) in weights.items()}
    file = io.BytesIO()
    write_records(file, {**{"data/weights/" + name: data for name, data in records.items()},
                         "data/weights/model_weights_config.json": json.dumps({"config": config}).encode(),
                         "data/constants/model_constants_config.json": b'{"config": {}}', "models/model.json": b"{}",
                         "archive_format": b"pt2", "archive_version": b"0", "byteorder": b"little"})
    return file.getvalue()


def zipped(file, records):
    with zipfile.ZipFile(file, "w") as writer:
        for name, data in records.items():
            writer.writestr(zipfile.ZipInfo("m/" + name), data)


def zipped_by_pytorch(file, records):
    """With the padding and the zip64 end that torch.export.save writes."""
    writer = torch._C.PyTorchFileWriter(file)
    for name, data in records.items():
        writer.write_record(name, data, len(data))
    writer.write_end_of_file()


views = {"w": ("weight_0", 7, [2, 3], [3, 1], 0), "tied": ("weight_0", 7, [2, 3], [3, 1], 0),
         "row": ("weight_0", 7, [3], [1], 3)}
write("exported", "views", archive(views, {"weight_0": bytes(24)}, zipped))
write("exported", "pytorch", archive(views, {"weight_0": bytes(24)}, zipped_by_pytorch))
write("exported", "bools", archive({"mask": ("weight_0", 12, [6], [1], 0), "none": ("weight_1", 5, [0], [1], 0)},
                                   {"weight_0": b"\0\1\1\0\1\0", "weight_1": b""}, zipped))
