"""Writes weights as safetensors: a length, a header in JSON, and the tensors one after another.

https://github.com/huggingface/safetensors#format
"""
import json
import math
import struct

import numpy

DTYPES = {"float32": ("F32", 4), "bfloat16": ("BF16", 2)}


def stored(tensor, dtype):
    """The bytes of a tensor of float32. bfloat16 is its upper half, rounded to the nearest, and to even between two."""
    tensor = numpy.ascontiguousarray(tensor, "<f4")
    if dtype == "float32":
        return tensor.tobytes()
    bits = tensor.view("<u4")
    # A NaN stays one; rounding could carry its payload away.
    rounded = numpy.where(numpy.isnan(tensor), bits | 0x400000, bits + (0x7fff + ((bits >> 16) & 1)))
    return (rounded >> 16).astype("<u2").tobytes()


def write(path, shapes, tensor, dtype):
    """Writes the tensors of these shapes (by name). `tensor(name)` makes each when it is its turn, so that one is in memory."""
    code, size = DTYPES[dtype]
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes.items():
        end = at + size * math.prod(shape)
        header[name], at = {"dtype": code, "shape": list(shape), "data_offsets": [at, end]}, end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, shape in shapes.items():
            made = tensor(name)
            if made.shape != tuple(shape):
                raise ValueError(f"{name} has the shape {made.shape}, expected {tuple(shape)}")
            file.write(stored(made, dtype))
