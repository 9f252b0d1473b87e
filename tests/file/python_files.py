"""Files of random shapes, dtypes and damage, and what Python's safetensors says of each: the oracle of
tests/file/python_files.cpp.

    python3 python_files.py FILE [--cases N] [--seed N]

FILE is JSON: [{"file": base64, "tensors": {name: [dtype, shape, base64]} or null if Python refuses the file, "why":
Python's message, "differs": why suture decides otherwise on purpose, or ""}]. tests/file/data/python_files.json was made
with safetensors 0.8.0, 150 cases and seed 1. Without safetensors the script says so and ends well.
"""
import argparse
import base64
import json
import random
import struct
import sys

try:
    from safetensors import deserialize
except ImportError as missing:
    print(f"skipped: files are compared with Python's safetensors: {missing}")
    sys.exit(0)

BITS = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
        "C64": 64, "F64": 64, "I64": 64, "U64": 64}


def data_of(rng, dtype, count):
    return bytes(rng.getrandbits(8) & (1 if dtype == "BOOL" else 255) for _ in range(count))


def entries_of(rng):
    """A right header, as a list of [name, entry], and the data."""
    entries, data = [], b""
    for i in range(rng.choice([0, 1, 1, 2, 3, 5])):
        dtype = rng.choice(list(BITS))
        shape = [rng.choice([0, 1, 1, 2, 3, 4, 8]) for _ in range(rng.choice([0, 1, 1, 2, 2, 3]))]
        elements = 1
        for size in shape:
            elements *= size
        if elements * BITS[dtype] % 8 and rng.random() < 0.8:  # the rest is refused as no whole number of bytes
            shape.append(8)
            elements *= 8
        count = elements * BITS[dtype] // 8
        name = rng.choice(["w", "h.0.attn.c_attn.weight", "größe", "tab\tquote\"", "", "a/b", "\U0001F600", "日"]) + str(i)
        entries.append([name, {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + count]}])
        data += data_of(rng, dtype, count)
    rng.shuffle(entries)
    return entries, data


def text_of(rng, entries):
    parts = []
    if rng.random() < 0.4:
        parts.append('"__metadata__":' + rng.choice(['{"format":"pt"}', "{}", "null", '{"a":"b","größe":"\\u00e9"}',
                                                     '{"n":5}', '{"n":null}', "[]", '"pt"', "7"]))
    for name, entry in entries:
        if not isinstance(entry, dict):
            parts.append(json.dumps(name) + ":" + json.dumps(entry))
            continue
        fields = [f'"{k}":{json.dumps(v)}' for k, v in entry.items()]
        if rng.random() < 0.1:
            fields.append('"note":' + rng.choice(["null", '{"a":[1,{"b":2.5}]}', "true", '"x"', "NaN"]))
        rng.shuffle(fields)
        parts.append(json.dumps(name, ensure_ascii=rng.random() < 0.5) + ":{" + ",".join(fields) + "}")
    rng.shuffle(parts)
    return rng.choice(["", " ", "\n"]) * (rng.random() < 0.1) + "{" + ",".join(parts) + "}"


def damaged_entry(rng, entries):
    """Changes one field of one entry."""
    name, entry = rng.choice(entries)
    what = rng.randrange(9)
    if what == 0:
        entry["data_offsets"][rng.randrange(2)] += rng.choice([-1, 1, 8, 1 << 40])
    elif what == 1:
        entry["shape"] = rng.choice([[1.0], [-1], [1 << 62, 4], [1 << 63], ["1"], None, 3, [[1]], [True], entry["shape"] + [2]])
    elif what == 2:
        entry["dtype"] = rng.choice(list(BITS))
    elif what == 3:
        entry["dtype"] = rng.choice(["float32", "F8", "I4", "", None, 3, ["F32"]])
    elif what == 4:
        del entry[rng.choice(list(entry))]
    elif what == 5:
        entry["data_offsets"] = rng.choice([[], [0], [0, 0, 0], None, "0,0", [0.0, 0], [-1, 0]])
    elif what == 6:
        entries.append([name + "2", dict(entry)])  # the same bytes under two names
    elif what == 7:
        entry["data_offsets"] = entry["data_offsets"][::-1]
    else:
        entries[rng.randrange(len(entries))][1] = rng.choice([None, [], 5, "x"])


def damaged_bytes(rng, file):
    at = rng.randrange(max(1, len(file)))
    what = rng.randrange(7)
    if what == 0:
        return file[:at]
    if what == 1:
        return file + bytes(rng.choice([1, 3, 8]))
    if what == 2:
        return file[:at] + bytes([rng.getrandbits(8)]) + file[at + 1:]
    if what == 3:
        return file[:at] + file[at + 1:]
    if what == 4:
        return struct.pack("<Q", rng.choice([0, 1, 7, 1 << 20, 100_000_001, (1 << 64) - 1])) + file[8:]
    if what == 5:
        return rng.choice([b"", b"PK\x03\x04" + file, b"<!DOCTYPE html><html></html>", b"version https://git-lfs.github.com/spec/v1\n"])
    return b"\xef\xbb\xbf" + file


class Repeated(Exception):
    pass


def no_repeats(pairs):
    names = [k for k, _ in pairs]
    if len(set(names)) < len(names):
        raise Repeated()
    return dict(pairs)


def differs(file, read, why):
    """Why suture decides otherwise on purpose."""
    if "unknown variant" in why:
        return "the dtype is unknown: the file opens, and gives the bytes"
    if read is None:
        return ""
    length = struct.unpack("<Q", file[:8])[0]
    try:
        json.loads(file[8:8 + length], object_pairs_hook=no_repeats)
    except Repeated:
        return "a key is there twice: the format forbids it"
    for _, tensor in read:
        if tensor["dtype"] == "BOOL" and any(b > 1 for b in tensor["data"]):
            return "a bool is neither 0 nor 1: it does not load"
        bits = 1
        for size in tensor["shape"]:
            bits *= max(1, size)
        if bits * BITS[tensor["dtype"]] >= 1 << 63:
            return "strides would overflow: the format does not mind, LibTorch does"
    return ""


def case(rng):
    entries, data = entries_of(rng)
    kind = rng.random()
    if entries and 0.4 < kind < 0.7:
        damaged_entry(rng, entries)
    text = text_of(rng, entries).encode()
    if rng.random() < 0.5:
        text += b" " * (-len(text) % 8)
    file = struct.pack("<Q", len(text)) + text + data
    if kind >= 0.7:
        file = damaged_bytes(rng, file)
    read, why = None, ""
    try:
        read = deserialize(file)
    except Exception as refused:
        why = str(refused)
    tensors = None if read is None else {
        name: [t["dtype"], t["shape"], base64.b64encode(bytes(t["data"])).decode()] for name, t in read}
    return {"file": base64.b64encode(file).decode(), "tensors": tensors, "why": why[:120], "differs": differs(file, read, why)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(1 << 30) if given.seed is None else given.seed
    rng = random.Random(seed)
    cases = [case(rng) for _ in range(given.cases)]
    with open(given.file, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
    read = sum(c["tensors"] is not None for c in cases)
    print(f"{len(cases)} files of seed {seed}: Python reads {read} and refuses {len(cases) - read}")


main()
