#!/usr/bin/env python3
"""What Python's augmented assignments make of 16-bit floats: the numbers that tests/edit/sixteen_bit.cpp compares edits with.

    sixteen_bit.py --write sixteen_bit.txt    writes them (with PyTorch 2 or later)
    sixteen_bit.py --check sixteen_bit.txt    compares them with those of the PyTorch that is here

Each line: dtype, operation, the number, then the bits of the results for the values k / 7, k = -60 ... 60.
"""
import sys

import torch

NUMBERS = [0.1, -1.7, 3.0, 1e-3, 1 / 3]


def multiply(x, number):
    x *= number
    return x


def divide(x, number):
    x /= number
    return x


def add(x, number):
    x += number
    return x


def subtract(x, number):
    x -= number
    return x


def assign(x, number):
    x[...] = number
    return x


def lines():
    for dtype in (torch.bfloat16, torch.float16):
        for operation in (assign, add, subtract, multiply, divide):
            for number in NUMBERS:
                values = (torch.arange(-60, 61, dtype=torch.float64) / 7).to(dtype)
                bits = operation(values.clone(), number).view(torch.int16).tolist()
                yield " ".join([str(dtype).removeprefix("torch."), operation.__name__, repr(number), *map(str, bits)])


def main():
    what, path = sys.argv[1:]
    if what == "--check" and torch.__version__.startswith("1."):
        print(f"skipped: PyTorch {torch.__version__} rounds the number to 16 bits before it multiplies: 2 or later is needed")
        return 0
    if what == "--write":
        with open(path, "w") as file:
            file.writelines(line + "\n" for line in lines())
        return 0
    with open(path) as file:
        expected = file.read().splitlines()
    differing = [now for then, now in zip(expected, lines(), strict=True) if then != now]
    for line in differing:
        print("differs:", *line.split()[:3])
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
