"""Trains small tokenizers of every supported kind and writes down what Python's `tokenizers` and `transformers` make of many
texts: the oracle of compare.cpp.

    python3 huggingface.py DIRECTORY [--texts N] [--only NAME]
    python3 huggingface.py --goldens      writes the few texts of tests/tokenizers/goldens

DIRECTORY then has
    texts.json      the texts
    kinds.json      {name: {"model": name of a model or null, "files": {file: contents}}}; a tokenizer.json without a model has
                    that of models.json, so that one model serves many kinds. With "may_be_refused": a text, the tokenizer may be
                    refused with a message that has it
    models.json     {name: model}
    NAME.json       for each text: [ids, ids without special tokens, text of the ids, the same without special tokens];
                    null is what the part before it is, for the third the text itself. In place of a case: Oniguruma gave up, or
                    the text is not for this tokenizer

Needs tokenizers and transformers. Without them the script says so and ends well.
"""
import argparse
import hashlib
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time
import unicodedata
import warnings

warnings.filterwarnings("ignore")
try:
    import tokenizers
    import transformers
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    if int(transformers.__version__.split(".")[0]) < 5:
        raise ImportError(f"transformers {transformers.__version__} is older than 5")
except ImportError as missing:
    print(f"skipped: tokenizers are compared with Python's tokenizers and transformers 5: {missing}")
    sys.exit(0)

transformers.logging.set_verbosity_error()
HERE = pathlib.Path(__file__).resolve().parent

# Texts -------------------------------------------------------------------------------------------------------

SENTENCES = [
    "When Mary and John went to the store, John gave a drink to Mary. It's what they'd do; I'm sure we'll see.",
    "The quick brown fox jumps over the lazy dog 1234567890 times, at 3.14% of 2019's price: $1,000.00!",
    "def f(x):\n    return x ** 2  # a comment\n\n\nfor i in range(10):\n\tprint(f(i), end='\\n')\r\n",
    "Zürich, naïve café, Straße, Ærøskøbing, İstanbul, Đà Nẵng, façade, coöperate, Škoda, ﬁne ﬂow, ½ ² ³ Ⅷ ①",
    "日本語のテキスト、東京都。中文文本，你好世界！한국어 텍스트입니다. ภาษาไทย हिन्दी में पाठ বাংলা தமிழ் עברית العربية ١٢٣",
    "Привет, мир! Ελληνικά: Σίσυφος, ὀδός. Հայերեն ქართული አማርኛ ភាសាខ្មែរ ລາວ မြန်မာ བོད་ཡིག",
    "👩‍💻 👨‍👩‍👧‍👦 🇨🇭 😀😃 ✨ ☃️ 🏳️‍🌈 ❤️‍🔥 → ← ∑ ∫ √ ≠ ≤ ★ ♥ ™ © ® € £ ¥",
    "a\u0301e\u0308 o\u0323\u0302 q\u0307\u0323 \u1e9b\u0323 \u212b \u2126 \u0344 각 \u1100\u1161\u11a8 \u0915\u093c",
]
EDGES = [
    "", " ", "  ", "   a", "a   ", "\n", "\r\n", "\n\n\n", " \n \n a", "\t\ta", "a\tb", "\u00a0", "a\u00a0b", "\u3000", "\u2028x\u2029",
    "\u200b", "a\u200bb", "\ufeff", "\ufeffa", "\u0085", "\u180e", "\u001c\u001d\u001e\u001f", "\x00", "a\x00b", "\x7f",
    "'s", "'S", "I'm", "I'M", "it's'll", "''", "'", "don't you'LL", "'ſ", "'re're", "’s", "x'ss",
    "1", "12", "123", "1234", "12345678", "1 2", "١٢٣", "²³", "½", "①②", "ⅧⅨ", "一二三", "१२३", "1e10", "3.14", "0x1F", "𝟙𝟚",
    "é", "e\u0301", "\u0301", "\u0301a", "a\u0301\u0323", "a\u0323\u0301", "ﬁ", "ß", "ẞ", "İ", "ı", "Ǆ", "ǅ", "ς", "Σ", "ΑΣ", "K", "Å",
    "각", "\u1100\u1161", "\u1100\u1161\u11a8", "\u1161\u11a8", "\uac00\u11a8", "\u11a7", "\u115f\u1160",
    "\U0001F600", "\U0001F469\u200D\U0001F4BB", "\U000E0041", "\U0010FFFF", "\uFFFF", "\uFFFD", "\uE000", "\U00020000", "\U0002EBF0",
    "\U00011DE0", "\U0001E4D0", "\U00016D40", "\U000105C0", "\U0001FAE9", "\u0897", "\u1C89", "\uA7CB", "\U00010D4A",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>", "<|endof", "<|endoftext|", "<|im_start|>user\nHi<|im_end|>",
    "<s>", "</s>", "<s>a</s>", "<unk>", "<0x0A>", "<0x41>", "▁", "▁▁a", "a▁b", "Ġ", "Ġa", "ĊĊ", "<mask>", " <mask> ", "  <mask>  x",
    "x\n<mask>\t\ny", "<mask><mask>", "<word>", "a<word>", "<word>a", " <word> ", "_<word>", "é<word>", "1<word>", "<Upper>", "<upper>", "<UPPER> x",
    "ADDED", "added", "Added token", "new token", "new  token", "<left>", "  <left>", "<left>  ", "<right>  ", "  <right>", "<left><right>",
    "<right>   <left>", "http://example.com/a?b=c&d=e#f", "a@b.c", "C++ C# .NET", "snake_case camelCase PascalCase", "__init__", "a--b---c", "...", "?!?!",
    "(a)[b]{c}<d>", "\\n", "\"quoted\"", "`code`", "~/x", "$x^2$", "100%", "a/b", "#tag", "@user", "-1", "+1", "*", "=", "|",
]
WORDS = ("the The THE Paris paris in of and to store gave ing ed er un re don't I'm we'll it's 's naïve 日本 語 привет 2019 7 1000 ... , . ! ? "
         "- -- _ ( ) [ ] { } < > | / \\ \" ' ’ “ ” 👩‍💻 😀 <|endoftext|> <|im_start|> <|im_end|> <s> </s> <mask> <word> <left> <right> ADDED added "
         "<unk> <0x0A> ▁ Ġ").split()
SPACES = [" ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u3000", "", "", "", " \n", "\n ", "\u2009"]
BLOCKS = [(0x20, 0x7f), (0x20, 0x7f), (0, 0x100), (0x80, 0x250), (0x2b0, 0x370), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xe00),
          (0xe00, 0x1200), (0x1100, 0x1200), (0x1e00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2c00), (0x2460, 0x2500), (0x3000, 0x3100), (0x3400, 0x9fff),
          (0xa000, 0xac00), (0xac00, 0xd7a4), (0xf900, 0xfb50), (0xfb00, 0xfe00), (0xfe00, 0x10000), (0x10000, 0x12000), (0x16000, 0x17000),
          (0x1d000, 0x1e000), (0x1e000, 0x1f000), (0x1f000, 0x1fb00), (0x20000, 0x32000), (0x2f800, 0x2fa20), (0xe0000, 0xe0200), (0, 0x110000)]


def character(random_, blocks=BLOCKS):
    low, high = random_.choice(blocks)
    code = random_.randrange(low, high)
    return "x" if 0xD800 <= code < 0xE000 else chr(code)


def draw(random_):
    """Words, spaces and characters of all kinds, mixed; often with runs of one character, as in rulers and code."""
    text = ""
    for _ in range(random_.choice([1, 2, 3, 5, 8, 12, 20])):
        kind = random_.random()
        if kind < 0.35:
            text += random_.choice(WORDS)
        elif kind < 0.6:
            text += random_.choice(SPACES)
        elif kind < 0.75:
            text += character(random_)
        elif kind < 0.85:
            block = [random_.choice(BLOCKS)]
            text += "".join(character(random_, block) for _ in range(random_.randint(1, 6)))
        elif kind < 0.92:
            sentence = random_.choice(SENTENCES)
            begin = random_.randrange(len(sentence))
            text += sentence[begin:begin + random_.randint(1, 30)]
        else:
            text += random_.choice([character(random_), random_.choice(SPACES), random_.choice("ab1. -=")]) * random_.randint(2, 9)
    return text


def make_texts(count):
    random_ = random.Random(2024)
    texts = list(EDGES) + list(SENTENCES)
    texts += [a + b for a in EDGES[3:40:5] for b in EDGES[::7]]
    if count > 1000:
        long = "".join(draw(random_) for _ in range(2000))
        texts += [long, "a" * 20000, " " * 20000, "ab" * 10000, "\n" * 5000, "1" * 5000, "日本" * 4000, "the " * 5000, "e\u0301" * 3000, "=" * 9999 + "x"]
    while len(texts) < count:
        texts.append(draw(random_))
    return texts[:count] if count < len(texts) else texts


# Tokenizers --------------------------------------------------------------------------------------------------

def corpus():
    random_ = random.Random(1)
    words = "the of and to in is that it was for on are as with his they at be this from I have or by one had not but what all".split()
    lines = list(SENTENCES) * 20
    for _ in range(400):
        lines.append(" ".join(random_.choice(words) for _ in range(12)) + random_.choice([".", "!", "?\n", ",", "..."]))
    return lines


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN35 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|"
         r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK = [r"[\r\n]", r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅ]+",
            r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", r"[一-龥ࠀ-一가-퟿]+"]
DEEPSEEK3 = (r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
KIMI = "|".join([r"[\p{Han}]+", r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
                 r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"

BYTES = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def trained(pre_tokenizer, size, special=(), **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizer
    extra = {k: model[k] for k in ("continuing_subword_prefix", "end_of_word_suffix") if k in model}
    alphabet = pre_tokenizers.ByteLevel.alphabet() if model.get("byte_level", True) and not extra and "unk_token" not in model else []
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=size, special_tokens=list(special), show_progress=False,
                                                               initial_alphabet=alphabet, **extra))
    return tokenizer


def split(regex, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(regex) if isinstance(regex, str) else regex[0], behavior, invert)


def sequence(*parts):
    return pre_tokenizers.Sequence(list(parts))


def make_models(size):
    of = {}
    of["bytes"] = json.loads(trained(pre_tokenizers.ByteLevel(add_prefix_space=False), size).to_str())["model"]
    holes = json.loads(json.dumps(of["bytes"]))
    for token in ["\u0102", "\u0104", "q", "\u00c0", "\u00c1"]:  # as SmolLM2's vocabulary, which lacks bytes
        holes["vocab"].pop(token, None)
    holes["merges"] = [m for m in holes["merges"] if "q" not in m[0] + m[1] and m[0] in holes["vocab"] and m[1] in holes["vocab"]
                       and m[0] + m[1] in holes["vocab"]]
    made = set("".join(m) for m in holes["merges"])
    holes["vocab"] = {t: i + 3 * (i > 100) for t, i in holes["vocab"].items() if len(t) == 1 or t in made}
    of["holes"] = holes
    legacy = json.loads(json.dumps(of["bytes"]))
    legacy["merges"] = [" ".join(m) for m in legacy["merges"]]
    of["legacy"] = legacy
    # Llama-3 writes words as tokens that no merge makes.
    ignoring = json.loads(json.dumps(of["bytes"]))
    ignoring["ignore_merges"] = True
    for word in ["Ġdrink", "Ġstore", "quick", "xyzzy"]:
        ignoring["vocab"].setdefault(word, max(ignoring["vocab"].values()) + 1)
    of["ignoring"] = ignoring
    # CLIP marks the ends of words.
    of["suffix"] = json.loads(trained(sequence(pre_tokenizers.WhitespaceSplit(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)), size,
                                      special=["<unk>"], unk_token="<unk>", end_of_word_suffix="</w>").to_str())["model"]
    of["prefix"] = json.loads(trained(pre_tokenizers.Whitespace(), size, special=["<unk>"], unk_token="<unk>",
                                      continuing_subword_prefix="##").to_str())["model"]
    # Llama-2's way: characters, with bytes for those that are missing.
    pieces = trained(pre_tokenizers.Metaspace(prepend_scheme="always"), size + 120, special=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)],
                     unk_token="<unk>")
    of["pieces"] = json.loads(pieces.to_str())["model"] | {"byte_fallback": True, "fuse_unk": True}
    unknown = json.loads(json.dumps(of["pieces"]))
    unknown["byte_fallback"] = False
    of["fused"] = unknown
    of["unfused"] = unknown | {"fuse_unk": False}
    # Bytes for some characters only: the tokens of the others' bytes are missing.
    of["half"] = json.loads(json.dumps(of["pieces"]))
    for b in list(range(0xE0, 0xF8)):
        token = f"<0x{b:02X}>"
        of["half"]["vocab"].pop(token)
    return of


LSTRIP = dict(lstrip=True, normalized=False, special=True)


def added(*tokens):
    return [token if isinstance(token, AddedToken) else AddedToken(token, special=True, normalized=False) for token in tokens]


def make_kinds(of):
    """name -> (name of the model, tokenizer)"""
    kinds = {}

    def add(name, model, pre=None, norm=None, post=None, dec=decoders.ByteLevel(), tokens=(), late=()):
        json_ = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
                 "post_processor": None, "decoder": None, "model": of[model]}
        tokenizer = Tokenizer.from_str(json.dumps(json_))
        if norm is not None:
            tokenizer.normalizer = norm
        if pre is not None:
            tokenizer.pre_tokenizer = pre
        if dec is not None:
            tokenizer.decoder = dec
        if tokens:
            tokenizer.add_special_tokens(added(*tokens))
        for token in late:
            tokenizer.add_tokens([token])
        if isinstance(post, processors.PostProcessor):
            tokenizer.post_processor = post
        elif post is not None:
            tokenizer.post_processor = post(tokenizer)
        kinds[name] = (model, tokenizer)

    def template(single, *names):
        return lambda t: processors.TemplateProcessing(single=single, pair=None, special_tokens=[(n, t.token_to_id(n)) for n in names])

    end = ["<|endoftext|>"]
    byte = pre_tokenizers.ByteLevel
    add("gpt2", "bytes", byte(add_prefix_space=False), post=processors.ByteLevel(trim_offsets=False), tokens=end)
    add("gpt2_prefix_space", "bytes", byte(add_prefix_space=True), post=processors.ByteLevel(), tokens=end)
    add("gpt2_legacy_merges", "legacy", byte(add_prefix_space=False), tokens=end)
    add("no_added_tokens", "bytes", byte(add_prefix_space=False))
    add("no_decoder", "bytes", byte(add_prefix_space=False), dec=None, tokens=end)
    add("holes", "holes", byte(add_prefix_space=False), tokens=end)
    add("smollm2", "bytes", sequence(pre_tokenizers.Digits(individual_digits=True), byte(add_prefix_space=False)),
        tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    add("starcoder_digits", "bytes", sequence(pre_tokenizers.Digits(individual_digits=False), byte(add_prefix_space=False)), tokens=end)
    add("llama3", "ignoring", sequence(split(LLAMA3), BYTES), tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<s>"],
        post=lambda t: processors.Sequence([processors.ByteLevel(trim_offsets=False), template("<s> $A", "<s>")(t)]))
    add("qwen2", "bytes", sequence(split(QWEN), BYTES), norm=normalizers.NFC(), post=processors.ByteLevel(trim_offsets=False),
        tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], late=[AddedToken("<mask>", normalized=False), AddedToken("<word>", normalized=True)])
    add("qwen35", "bytes", sequence(split(QWEN35), BYTES), norm=normalizers.NFC(), tokens=end)
    add("cl100k", "bytes", sequence(split(CL100K), BYTES), tokens=end)
    add("o200k", "bytes", sequence(split(O200K), BYTES), tokens=end)
    add("deepseek", "bytes", sequence(*[split(r) for r in DEEPSEEK], pre_tokenizers.Digits(individual_digits=True), BYTES), tokens=end)
    add("deepseek3", "bytes", sequence(split(r"\p{N}{1,3}"), split(r"[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK3), BYTES), tokens=end)
    add("kimi", "bytes", sequence(split(KIMI), BYTES), tokens=end)
    add("bloom", "bytes", sequence(split(BLOOM), BYTES), tokens=["<s>", "</s>"])
    add("falcon", "bytes", sequence(pre_tokenizers.Punctuation("contiguous"), byte(add_prefix_space=False), pre_tokenizers.Digits(individual_digits=False),
                                    split(r"[0-9][0-9][0-9]")), tokens=end)
    for behavior in ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]:
        for invert in [False, True]:
            add(f"split_{behavior}{'_inverted' * invert}", "bytes", sequence(split(r"\s|\p{P}|aa", behavior, invert), BYTES))
    add("split_text", "bytes", sequence(pre_tokenizers.Split("a.", "merged_with_next"), pre_tokenizers.Split(" ", "merged_with_previous"), BYTES))
    add("split_empty_matches", "bytes", sequence(split(r"(?=[A-Z])|x*|\b"), BYTES))
    add("split_lines", "bytes", sequence(split(r"^ +|\.$|(?m:a.)|(?<=[\d,])\w|\R|[[:punct:]&&[^.]]"), BYTES))
    add("split_syntax", "bytes", sequence(split(r"(?x: \p{Greek}{2,}? | [^\W\d_]{1,2}+ ) | [\x{1F300}-\x{1FAFF}\u2600-\u27bf]\uFE0F?+|(?>a|ab)c?|(?i)k[^s]|é"),
                                          BYTES))
    add("punctuation", "bytes", sequence(pre_tokenizers.Punctuation(), pre_tokenizers.Whitespace(), BYTES))
    add("fixed", "bytes", sequence(pre_tokenizers.CharDelimiterSplit("e"), pre_tokenizers.FixedLength(3), BYTES))
    for name, normalizer in dict(nfc=normalizers.NFC(), nfd=normalizers.NFD(), nfkc=normalizers.NFKC(), nfkd=normalizers.NFKD(),
                                 lower=normalizers.Sequence([normalizers.Lowercase(), normalizers.Strip()]),
                                 accents=normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Nmt()]),
                                 replace=normalizers.Sequence([normalizers.Replace(Regex(r"\s+"), " "), normalizers.Replace("e", "<3>"),
                                                               normalizers.Prepend("_"), normalizers.Strip(left=False)])).items():
        add(f"norm_{name}", "bytes", byte(add_prefix_space=False), norm=normalizer, tokens=end)
    add("norm_byte_level", "bytes", split(r"Ġ"), norm=normalizers.ByteLevel(), tokens=end, late=[AddedToken("é", normalized=True), "new token"])
    add("added", "bytes", byte(add_prefix_space=True), norm=normalizers.Lowercase(), tokens=end + ["<s>"],
        late=[AddedToken("<mask>", lstrip=True), AddedToken("<word>", single_word=True), AddedToken("<left>", lstrip=True, normalized=False),
              AddedToken("<right>", rstrip=True, normalized=False), AddedToken("<Upper>", normalized=True), AddedToken("ADDED", normalized=True, single_word=True),
              AddedToken("new token", normalized=False), AddedToken("Ġa", normalized=False), AddedToken(" ", single_word=True, normalized=False),
              AddedToken("日", rstrip=True, lstrip=True), AddedToken("the", normalized=False, single_word=True)])
    add("template", "bytes", byte(add_prefix_space=False), tokens=["<s>", "</s>"], post=template("<s> $A </s> </s>", "<s>", "</s>"))
    add("roberta", "bytes", byte(add_prefix_space=False), tokens=["<s>", "</s>", AddedToken("<mask>", **LSTRIP)],
        post=lambda t: processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>"))))
    add("clip", "suffix", sequence(split(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", "removed", True), BYTES),
        norm=normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]), dec=decoders.BPEDecoder(suffix="</w>"),
        tokens=end)
    add("continuing", "prefix", pre_tokenizers.Whitespace(), dec=None)
    llama = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    add("llama2", "pieces", norm=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), dec=llama, tokens=["<unk>", "<s>", "</s>"],
        post=template("<s> $A", "<s>"))
    add("gemma", "pieces", split([" "], "merged_with_previous"), norm=normalizers.Replace(" ", "▁"),
        dec=decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]), tokens=["<unk>", "<s>", "</s>"])
    for scheme in ["first", "always", "never"]:
        for cut in [True, False]:
            add(f"metaspace_{scheme}{'' if cut else '_whole'}", "pieces", pre_tokenizers.Metaspace(prepend_scheme=scheme, split=cut),
                dec=decoders.Metaspace(prepend_scheme=scheme, split=cut), tokens=["<unk>", "<s>", "</s>"])
    add("fused", "fused", pre_tokenizers.Metaspace(), dec=decoders.Metaspace(), tokens=["<s>"])
    add("unfused", "unfused", pre_tokenizers.Metaspace(), dec=decoders.Sequence([decoders.Metaspace(), decoders.Strip("a", 2, 0)]), tokens=["<s>"])
    add("half_of_the_bytes", "half", pre_tokenizers.Metaspace(), dec=llama, tokens=["<s>"])
    return kinds


# Random expressions ------------------------------------------------------------------------------------------

SETS = [r"\s", r"\S", r"\w", r"\W", r"\d", r"\p{L}", r"\p{N}", r"\p{P}", r"\p{Ll}", r"\p{M}", r"\h", r"\p{Lu}", r"\P{L}", r"\p{Latin}", r"\p{Alpha}"]
ITEMS = ["a", "b", "e", "A-Z", "a-f", "0-9", r"\s", r"\S", r"\w", r"\W", r"\d", r"\p{L}", r"\p{Lu}", r"\p{M}", r"\P{N}", r"\p{Han}", r"\r\n", r"\-", ".",
         "'", "é", "à-ÿ", "[:alpha:]", "[:^space:]", "[:upper:]", "一-龥", r"\x{300}-\x{36f}", "!-/"]
ANCHORS = [r"\b", r"\B", "^", "$", r"\A", r"\z", r"\Z"]


class Expressions:
    """Draws expressions of Oniguruma's syntax: classes that nest and intersect, groups, options, looks around, quantifiers."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def character_class(self, depth=0):
        random_ = self.random
        text = ""
        for _ in range(random_.randint(1, 3)):
            item = random_.choice(ITEMS) if depth > 1 or random_.random() < 0.85 else self.character_class(depth + 1)
            text += f"[{item}]" if item.startswith("[:") else item
        if random_.random() < 0.15:
            text += "&&" + random_.choice(["[^a]", r"\p{L}", "[^aeiou]", r"[^\s]"])
        return "[" + "^" * (random_.random() < 0.3) + text + "]"

    def atom(self, depth):
        random_ = self.random
        kind = random_.random()
        if kind < 0.3:
            return random_.choice(list("abet1 .'s-é日") + ["\\n"])
        if kind < 0.5:
            return random_.choice(SETS + [r"\R"])
        if kind < 0.7:
            return self.character_class()
        if kind < 0.75:
            return random_.choice(ANCHORS)
        if depth > 2:
            return "a"
        opening = random_.choice(["(?:", "(", "(?=", "(?!", "(?>", "(?i:", "(?m:", "(?:", "(?<=", "(?<!", "(?-i:", "(?x:"])
        if opening.startswith("(?<"):
            return opening + random_.choice(["a", r"\s", self.character_class(), r"\p{L}a"]) + ")"
        return opening + self.alternatives(depth + 1) + ")"

    def repeated(self, depth):
        atom = self.atom(depth)
        if atom in ANCHORS or atom.startswith(("(?=", "(?!", "(?<")) or self.random.random() < 0.6:
            return atom
        return atom + self.random.choice(["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{2}", "{1,2}", "{,2}", "{1,}", "{1,3}?", "{2}?", "{1,2}+"])

    def alternatives(self, depth=0):
        return "|".join("".join(self.repeated(depth) for _ in range(self.random.randint(1, 3))) for _ in range(self.random.choice([1, 1, 2, 3])))


def make_expressions(count):
    """name -> tokenizer. A space before each piece shows where the text was cut."""
    draw = Expressions(7)
    drawn = {}
    while len(drawn) < count:
        expression = draw.alternatives()
        behavior = draw.random.choice(["isolated", "removed", "merged_with_next", "contiguous"])
        try:
            tokenizer = Tokenizer(models.BPE())
            tokenizer.pre_tokenizer = sequence(split(expression, behavior), pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False))
        except Exception:  # noqa: Oniguruma refuses it
            continue
        tokenizer.decoder = decoders.ByteLevel()
        drawn[f"expression_{len(drawn):03}"] = tokenizer
    return drawn


# Directories that transformers opens -------------------------------------------------------------------------

def merges_text(model):
    return "#version: 0.2\n" + "\n".join(" ".join(m) for m in model["merges"]) + "\n"


def make_directories(of):
    """name -> {file: contents}: as from_pretrained reads them."""
    model = of["bytes"]
    vocabulary = dict(model["vocab"])
    n = len(vocabulary)
    with_end = vocabulary | {"<|endoftext|>": n}
    base = {"merges.txt": merges_text(model)}
    token = lambda content, **kw: dict(content=content, lstrip=False, normalized=True, rstrip=False, single_word=False, __type="AddedToken") | kw
    decoded = lambda content, special=True, **kw: dict(content=content, lstrip=False, normalized=False, rstrip=False, single_word=False, special=special) | kw
    gpt2 = {"tokenizer_class": "GPT2Tokenizer"}
    dirs = {
        "dir_plain": {"vocab.json": with_end},
        "dir_no_end": {"vocab.json": vocabulary},
        "dir_added": {"vocab.json": with_end, "added_tokens.json": {"<mask>": n + 1, "ADDED": n + 2}},
        "dir_added_special": {"vocab.json": with_end, "added_tokens.json": {"<mask>": n + 2, "<s>": n + 1},
                              "special_tokens_map.json": {"bos_token": "<s>", "eos_token": "<|endoftext|>", "pad_token": "<mask>", "unk_token": "<|endoftext|>"}},
        "dir_special_map": {"vocab.json": with_end | {"<|im start|>": n + 1, "<mask>": n + 2},
                            "special_tokens_map.json": {"additional_special_tokens": ["<|im_start|>", "<mask>"],
                                                        "bos_token": token("<s>", lstrip=True, normalized=False), "eos_token": "<|endoftext|>"}},
        "dir_prefix_space": {"vocab.json": with_end, "tokenizer_config.json": gpt2 | {"add_prefix_space": True}},
        "dir_add_bos": {"vocab.json": with_end, "tokenizer_config.json": gpt2 | {"add_bos_token": True, "bos_token": "<|endoftext|>"}},
        "dir_add_both": {"vocab.json": with_end, "tokenizer_config.json": gpt2 | {"add_bos_token": True, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"}},
        "dir_add_bos_null": {"vocab.json": with_end, "tokenizer_config.json": gpt2 | {"add_bos_token": True, "bos_token": None}},
        "dir_opt": {"vocab.json": with_end | {"<s>": n + 1, "</s>": n + 2},
                    "tokenizer_config.json": gpt2 | {"add_bos_token": True, "bos_token": token("</s>"), "eos_token": token("</s>"), "unk_token": token("</s>"),
                                                     "pad_token": token("<pad>")}},
        "dir_decoder_map": {"vocab.json": with_end,
                            "tokenizer_config.json": gpt2 | {"added_tokens_decoder": {str(n): decoded("<|endoftext|>"), str(n + 1): decoded("<mask>", lstrip=True),
                                                                                      str(n + 2): decoded("ADDED", special=False, single_word=True, normalized=True)},
                                                             "additional_special_tokens": ["<left>"], "eos_token": "<|endoftext|>"}},
        "dir_split_special": {"vocab.json": with_end, "tokenizer_config.json": gpt2 | {"split_special_tokens": True}},
        "dir_extra_tokens": {"vocab.json": with_end, "tokenizer_config.json": gpt2 | {"image_token": "<left>", "extra_special_tokens": ["<right>", "<mask>"]}},
        "dir_gap": {"vocab.json": {t: i + 7 * (i > 300) for t, i in with_end.items()}, "added_tokens.json": {"<mask>": n + 30}},
        "dir_qwen2": {"vocab.json": vocabulary, "tokenizer_config.json": {
            "tokenizer_class": "Qwen2Tokenizer", "add_prefix_space": False, "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None,
            "added_tokens_decoder": {str(n): decoded("<|endoftext|>"), str(n + 1): decoded("<|im_start|>"), str(n + 2): decoded("<|im_end|>"),
                                     str(n + 3): decoded("<mask>", special=False)},
            "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}},
        "dir_qwen2_plain": {"vocab.json": vocabulary, "tokenizer_config.json": {"tokenizer_class": "Qwen2Tokenizer"}},
    }
    dirs = {name: base | files for name, files in dirs.items()}
    # Beside a tokenizer.json, the configuration can only add tokens.
    whole = Tokenizer.from_str(json.dumps({"version": "1.0", "truncation": {"direction": "Right", "max_length": 5, "strategy": "LongestFirst", "stride": 0},
                                           "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None,
                                           "decoder": None, "model": model}))
    whole.pre_tokenizer = sequence(pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False))
    whole.decoder = decoders.ByteLevel()
    whole.add_special_tokens(["<|endoftext|>"])
    file = json.loads(whole.to_str())
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|endoftext|>", "clean_up_tokenization_spaces": True}
    dirs["dir_json"] = {"tokenizer.json": file, "tokenizer_config.json": config}
    dirs["dir_json_adds"] = {"tokenizer.json": file, "tokenizer_config.json": config | {"bos_token": "<s>", "pad_token": "<mask>", "add_bos_token": True,
                                                                                        "additional_special_tokens": ["<left>"]}}
    dirs["dir_json_decoder_map"] = {"tokenizer.json": file, "vocab.json": {"a": 0}, "merges.txt": "",
                                    "tokenizer_config.json": config | {"added_tokens_decoder": {str(n): decoded("<|endoftext|>"), str(n + 1): decoded("<word>", single_word=True)}}}
    dirs["dir_json_no_post"] = {"tokenizer.json": file | {"post_processor": None}}
    return dirs


def opened(directory):
    config = directory / "tokenizer_config.json"
    name = json.loads(config.read_text()).get("tokenizer_class", "GPT2Tokenizer") if config.exists() else "GPT2Tokenizer"
    if (directory / "tokenizer.json").exists():
        name = "PreTrainedTokenizerFast"
    return getattr(transformers, name).from_pretrained(directory)


# Writing -----------------------------------------------------------------------------------------------------

def dump(path, value):
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def case(text, ids, plain, decoded, skipped):
    return [ids, None if plain == ids else plain, None if decoded == text else decoded, None if skipped == decoded else skipped]


def run_tokenizers(tokenizer, texts):
    tokenizer.no_truncation()
    try:
        ids = [e.ids for e in tokenizer.encode_batch(texts)]
    except BaseException as error:  # Oniguruma gives up on a long line, and pyo3 makes no Exception of that
        if "retry-limit" not in str(error) or len(texts) == 1:
            if len(texts) == 1 and "retry-limit" in str(error):
                return [None]
            raise
        half = len(texts) // 2
        return run_tokenizers(tokenizer, texts[:half]) + run_tokenizers(tokenizer, texts[half:])
    plain = [e.ids for e in tokenizer.encode_batch(texts, add_special_tokens=False)]
    decoded = tokenizer.decode_batch(ids, skip_special_tokens=False)
    skipped = tokenizer.decode_batch(ids, skip_special_tokens=True)
    return [case(*row) for row in zip(texts, ids, plain, decoded, skipped)]


def run_transformers(tokenizer, texts):
    ids = tokenizer(texts)["input_ids"]
    plain = tokenizer(texts, add_special_tokens=False)["input_ids"]
    decoded = tokenizer.batch_decode(ids)
    skipped = tokenizer.batch_decode(ids, skip_special_tokens=True)
    return [case(*row) for row in zip(texts, ids, plain, decoded, skipped)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", nargs="?", type=pathlib.Path)
    parser.add_argument("--texts", type=int, default=20000)
    parser.add_argument("--only")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--goldens", action="store_true")
    given = parser.parse_args()
    out = HERE / "goldens" if given.goldens else given.directory
    if out is None:
        parser.error("give a directory, or --goldens")
    # A second run has nothing to do: training and twenty thousand texts for each tokenizer take minutes.
    made_by = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest() + f" {tokenizers.__version__} {transformers.__version__} {given}"
    stamp = out / "made_by"
    if stamp.exists() and stamp.read_text() == made_by:
        print(f"{out} is up to date")
        return
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    # Few merges keep the committed files small.
    of = make_models(330 if given.goldens else 1500)
    if given.goldens:
        random_ = random.Random(3)
        texts = make_texts(20000)
        texts = EDGES[::9] + [s[:60] for s in SENTENCES[1::3]] + [t for t in random_.sample(texts, 90) if len(t) < 50][:10]
    else:
        texts = make_texts(given.texts)
    wanted = lambda name: not given.only or given.only in name
    kinds = {}
    for name, (model, tokenizer) in make_kinds(of).items():
        if not wanted(name):
            continue
        file = json.loads(tokenizer.to_str())
        del file["model"]
        kinds[name] = {"model": model, "files": {"tokenizer.json": file}}
        # What is compared is the file, and not the tokenizer that wrote it.
        read = Tokenizer.from_str(json.dumps(file | {"model": of[model]}))
        began = time.time()
        dump(out / f"{name}.json", run_tokenizers(read, texts))
        if given.verbose:
            print(f"{name}: {time.time() - began:.1f} s", flush=True)
    # Four in five expressions can be read; some of the others are refused because they ignore the case of classes.
    of["characters"] = {"type": "BPE", "vocab": {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, "merges": []}
    few = [t for t in texts if len(t) < 200][:400]
    for name, tokenizer in make_expressions(0 if given.goldens else 100).items():
        if not wanted(name):
            continue
        file = json.loads(tokenizer.to_str())
        del file["model"]
        read = Tokenizer.from_str(json.dumps(file | {"model": of["characters"]}))
        kinds[name] = {"model": "characters", "files": {"tokenizer.json": file}, "may_be_refused": "ignores the case"}
        cases = dict(zip(few, run_tokenizers(read, few)))
        dump(out / f"{name}.json", [cases.get(text) for text in texts])
    for name, files in make_directories(of).items():
        if not wanted(name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            for file, content in files.items():
                (folder / file).write_text(content if isinstance(content, str) else json.dumps(content))
            dump(out / f"{name}.json", run_transformers(opened(folder), texts))
        shared = None
        if "tokenizer.json" in files:
            shared = "bytes"
            files = files | {"tokenizer.json": {k: v for k, v in files["tokenizer.json"].items() if k != "model"}}
        kinds[name] = {"model": shared, "files": files}
    used = {kind["model"] for kind in kinds.values()}
    dump(out / "texts.json", texts)
    dump(out / "models.json", {name: model for name, model in of.items() if name in used})
    dump(out / "kinds.json", kinds)
    if not given.goldens:
        stamp.write_text(made_by)
    print(f"{len(kinds)} tokenizers and {len(texts)} texts of tokenizers {tokenizers.__version__} and transformers {transformers.__version__} in {out}")


main()
