"""MGM, a GPT-2 of microbiomes, out of the wheel microformer-mgm, which holds it as pickles, in a Hugging Face directory.

A pickle is a program. These are read by machines that know the few names which such files need, and refuse all others.
"""
import collections
import io
import json
import math
import pickle
import zipfile

import numpy

import weights_file

RESOURCES = "mgm/resources/"


class Unexpected(ValueError):
    """A file of the wheel is not what it should be. Says what is wrong."""


class Words:
    """Stands for the tokenizer's classes: attributes, and no code."""

    def __setstate__(self, state):
        self.__dict__.update(state)


class WordsUnpickler(pickle.Unpickler):
    STANDS_FOR = {("src.MicroCorpus", "MicroTokenizer"), ("transformers.tokenization_utils", "Trie")}

    def find_class(self, module, name):
        if (module, name) not in self.STANDS_FOR:
            raise Unexpected(f"its pickle asks for {module}.{name}, which is refused")
        return Words


Storage = collections.namedtuple("Storage", "key count")
Tensor = collections.namedtuple("Tensor", "storage offset shape")


class WeightsUnpickler(pickle.Unpickler):
    """The data.pkl of what torch.save wrote: names of tensors, each a shape and a place in a storage."""

    def find_class(self, module, name):
        known = {("collections", "OrderedDict"): collections.OrderedDict, ("torch", "FloatStorage"): "float32",
                 ("torch._utils", "_rebuild_tensor_v2"): self.tensor}
        if (module, name) not in known:
            raise Unexpected(f"its pickle asks for {module}.{name}, which is refused")
        return known[module, name]

    def persistent_load(self, pid):
        if not (isinstance(pid, tuple) and len(pid) == 5 and pid[:2] == ("storage", "float32") and isinstance(pid[2], str)):
            raise Unexpected("its pickle has a storage that is not of float32")
        return Storage(pid[2], pid[4])

    @staticmethod
    def tensor(storage, offset, shape, stride, *_):
        if not isinstance(storage, Storage) or not all(isinstance(n, int) and n >= 0 for n in (offset, *shape)):
            raise Unexpected("its pickle has a tensor without a place")
        if any(n > 1 and step != math.prod(shape[i + 1:]) for i, (n, step) in enumerate(zip(shape, stride))):
            raise Unexpected("its pickle has a tensor that is not contiguous")
        return Tensor(storage, offset, tuple(shape))


def unpickled(unpickler, data):
    """What a pickle holds. @raise Unexpected whatever is wrong with it."""
    try:
        return unpickler(io.BytesIO(data)).load()
    except Unexpected:
        raise
    except Exception as error:  # a damaged pickle raises whatever its operations raise
        raise Unexpected(f"its pickle is damaged ({type(error).__name__}: {error})") from None


def words_of(data):
    """The tokens by their ids."""
    tokens = getattr(unpickled(WordsUnpickler, data), "toks", None)
    if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens) or len(set(tokens)) != len(tokens):
        raise Unexpected("its pickle has no list of different words")
    return tokens


def write_weights(archive, path, dtype):
    """Writes the weights of what torch.save wrote, but for the causal masks and for the unembedding, which is the embedding."""
    file = zipfile.ZipFile(io.BytesIO(archive))
    roots = [name[:-len("data.pkl")] for name in file.namelist() if name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise Unexpected("it is not what torch.save writes")
    tensors = unpickled(WeightsUnpickler, file.read(roots[0] + "data.pkl"))
    if not isinstance(tensors, dict) or not all(isinstance(n, str) and isinstance(t, Tensor) for n, t in tensors.items()):
        raise Unexpected("its pickle is not a dictionary of tensors")
    embedding, unembedding = (tensors.get(name) for name in ("transformer.wte.weight", "lm_head.weight"))
    if embedding is None or unembedding not in (None, embedding):
        raise Unexpected("its unembedding is not its embedding")
    kept = {name: t for name, t in sorted(tensors.items())
            if name != "lm_head.weight" and not name.endswith((".attn.bias", ".attn.masked_bias"))}

    def tensor(name):
        storage, offset, shape = kept[name]
        try:
            data = file.read(roots[0] + "data/" + storage.key)
        except KeyError:
            raise Unexpected(f"it has no storage {storage.key} for {name}") from None
        end = 4 * (offset + math.prod(shape))
        if end > len(data):
            raise Unexpected(f"{name} ends at byte {end} of a storage of {len(data)}")
        return numpy.frombuffer(data[4 * offset:end], "<f4").reshape(shape)

    weights_file.write(path, {name: t.shape for name, t in kept.items()}, tensor, dtype)


def convert(wheel, directory, dtype):
    """Writes config.json, model.safetensors and the list of words."""
    def member(name):
        try:
            return wheel.read(RESOURCES + name)
        except KeyError:
            raise Unexpected(f"it has no {RESOURCES}{name}") from None

    words = words_of(member("MicroTokenizer.pkl"))
    (directory / "vocab.json").write_text(json.dumps({word: id for id, word in enumerate(words)}), encoding="utf-8")
    config = json.loads(member("general_model/config.json"))
    config["torch_dtype"] = dtype
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    write_weights(member("general_model/pytorch_model.bin"), directory / "model.safetensors", dtype)
