"""Reads GGUF, the file format of llama.cpp: facts by name, and tensors as float32.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; how a tensor's numbers are packed in blocks: ggml-common.h.
What the file says of sizes and offsets is checked against the bytes that are there.
"""
import math
import struct

import numpy

NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9

F32, Q4_1, Q8_0 = 0, 3, 8
BLOCKS = {  # the numbers in a block, and its bytes
    F32: (1, numpy.dtype("<f4")),
    Q4_1: (32, numpy.dtype([("scale", "<f2"), ("least", "<f2"), ("halves", "u1", 16)])),
    Q8_0: (32, numpy.dtype([("scale", "<f2"), ("numbers", "i1", 32)])),
}


class Damaged(ValueError):
    """The bytes are not a GGUF file that this module reads. Says what is wrong."""


class Gguf:
    """facts: by name; shapes: of tensors by name, the last dimension fastest."""

    def __init__(self, data):
        self._data, self._at = data, 0
        if bytes(data[:4]) != b"GGUF":
            raise Damaged("it does not begin with GGUF")
        self._at = 4
        if (version := self._number("I")) not in (2, 3):
            raise Damaged(f"its version is {version}, expected 2 or 3")
        tensors, facts = self._number("Q"), self._number("Q")
        self.facts = {self._text(): self._value(self._number("I")) for _ in range(facts)}
        self.shapes, self._places = {}, {}
        for _ in range(tensors):
            name = self._text()
            shape = tuple(self._number("Q") for _ in range(self._number("I")))
            self.shapes[name], self._places[name] = shape[::-1], (self._number("I"), self._number("Q"))
        alignment = self.facts.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise Damaged(f"its alignment is {alignment!r}, expected a positive number")
        self._begin = -(-self._at // alignment) * alignment

    def fact(self, name):
        """@raise Damaged if the file does not have it."""
        if name not in self.facts:
            raise Damaged(f"it has no {name}")
        return self.facts[name]

    def tensor(self, name):
        """The tensor in float32. @raise Damaged if it is absent, packed in an unknown way, or beyond the end of the file."""
        if name not in self.shapes:
            raise Damaged(f"it has no tensor {name}")
        shape, (kind, offset) = self.shapes[name], self._places[name]
        if kind not in BLOCKS:
            raise Damaged(f"{name} is packed in GGML's type {kind}, expected F32 (0), Q4_1 (3) or Q8_0 (8)")
        per_block, block = BLOCKS[kind]
        count, rest = divmod(math.prod(shape), per_block)
        if rest or (shape and shape[-1] % per_block):
            raise Damaged(f"{name} has rows of {shape[-1]} numbers, which are not whole blocks of {per_block}")
        begin, size = self._begin + offset, count * block.itemsize
        if begin + size > len(self._data):
            raise Damaged(f"it has {len(self._data)} bytes, but {name} ends at byte {begin + size}")
        packed = numpy.frombuffer(self._data, block, count, begin)
        if kind == F32:
            return packed.astype(numpy.float32).reshape(shape)
        scale = packed["scale"].astype(numpy.float32)[:, None]
        if kind == Q8_0:
            return (scale * packed["numbers"]).astype(numpy.float32).reshape(shape)
        # The low halves of the bytes are the first sixteen numbers.
        numbers = numpy.concatenate([packed["halves"] & 15, packed["halves"] >> 4], 1).astype(numpy.float32)
        return (scale * numbers + packed["least"].astype(numpy.float32)[:, None]).reshape(shape)

    def _take(self, size):
        if size > len(self._data) - self._at:
            raise Damaged(f"it ends after {len(self._data)} bytes, within its header")
        self._at += size
        return self._at - size

    def _number(self, kind):
        return struct.unpack_from("<" + kind, self._data, self._take(struct.calcsize("<" + kind)))[0]

    def _text(self):
        size = self._number("Q")
        begin = self._take(size)
        try:
            return bytes(self._data[begin:begin + size]).decode("utf-8")
        except UnicodeDecodeError:
            raise Damaged(f"the text at byte {begin} is not UTF-8") from None

    def _value(self, kind, depth=0):
        if kind == TEXT:
            return self._text()
        if kind == LIST and depth < 4:
            kind, size = self._number("I"), self._number("Q")
            return [self._value(kind, depth + 1) for _ in range(size)]
        if kind not in NUMBERS:
            raise Damaged(f"byte {self._at} has a value of the unknown type {kind}")
        return self._number(NUMBERS[kind])
