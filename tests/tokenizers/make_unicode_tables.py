"""Writes include/suture/tokenizer/detail/unicode_tables.hpp: what Python's `tokenizers` knows of Unicode, asked of it character
by character. Its regular expressions, its normalizers and its pre-tokenizers each have a version of Unicode of their own, and
none of them is that of PCRE2, ICU or utf8proc on the machine that reads the file.

    python3 make_unicode_tables.py [--check]

--check compares with the header in place of writing it. Without `tokenizers` the script says so and ends well.
"""
import pathlib
import sys
import unicodedata

try:
    import tokenizers
    from tokenizers import Regex, normalizers, pre_tokenizers
except ImportError as missing:
    print(f"skipped: the tables come from Python's tokenizers: {missing}")
    sys.exit(0)

# The version that tests/setup pins: another one may know another Unicode, and then the tables are due for an update.
PINNED = "0.23.3"
if "--check" in sys.argv and tokenizers.__version__ != PINNED:
    print(f"skipped: the tables are those of tokenizers {PINNED}, and this is {tokenizers.__version__}")
    sys.exit(0)

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/suture/tokenizer/detail/unicode_tables.hpp"
CODES = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CHUNKS = ["".join(map(chr, CODES[i:i + 20000])) for i in range(0, len(CODES), 20000)]


def kept(pre_tokenizer, chunks=CHUNKS):
    return {ord(c) for chunk in chunks for piece, _ in pre_tokenizer.pre_tokenize_str(chunk) for c in piece}


def matched(pattern, chunks=CHUNKS):
    """The characters that Oniguruma matches."""
    return kept(pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True), chunks)


def cut_off(pre_tokenizer):
    """The characters that a pre-tokenizer splits off: each is put between two letters."""
    found = set()
    for i in range(0, len(CODES), 20000):
        codes = CODES[i:i + 20000]
        text = "".join("a" + chr(c) for c in codes) + "a"
        if any(piece == "" for piece, _ in pre_tokenizer.pre_tokenize_str(text)):
            raise SystemExit("an empty piece")
        for piece, _ in pre_tokenizer.pre_tokenize_str(text):
            if len(piece) == 1 and piece != "a":
                found.add(ord(piece))
    return found


def base36(n):
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while True:
        text = digits[n % 36] + text
        n //= 36
        if n == 0:
            return text


def runs(codes):
    """Lengths of the runs of characters that are outside, inside, outside ... of the set."""
    bounds, inside = [0], False
    for code in range(0x110000):
        if (code in codes) != inside:
            bounds.append(code)
            inside = not inside
    if inside:
        bounds.append(0x110000)
    return " ".join(base36(b - a) for a, b in zip(bounds, bounds[1:]))


def mapping(pairs):
    """The distance from the character before, and what it becomes."""
    last, words = 0, []
    for code, target in sorted(pairs.items()):
        words.append(base36(code - last) + ":" + ".".join(base36(ord(c)) for c in target))
        last = code
    return " ".join(words)


def literal(name, comment, text):
    lines = []
    while text:
        cut = len(text) if len(text) <= 118 else text.rfind(" ", 0, 118) + 1 or 118
        lines.append(f'    "{text[:cut]}"')
        text = text[cut:]
    return f"/// {comment}\ninline constexpr std::string_view {name} =\n" + "\n".join(lines or ['    ""']) + ";\n"


def make():
    # General categories, one letter each, in the order of `category_names`.
    names = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn".split()
    category = {code: "Cs" for code in range(0xD800, 0xE000)}
    for name in names:
        for code in matched(rf"\p{{{name}}}"):
            assert code not in category, (hex(code), name, category[code])
            category[code] = name
    assert len(category) == 0x110000
    names.append("Cs")
    letters = dict(zip(names, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcd"))
    text, code = "", 0
    while code < 0x110000:
        end = code
        while end < 0x110000 and category[end] == category[code]:
            end += 1
        text += letters[category[code]] + (str(end - code) if end - code > 1 else "")
        code = end
    of = lambda *wanted: {c for c in CODES if category[c][0] in wanted or category[c] in wanted}

    # Sets that categories do not give: what Oniguruma adds to them, or takes from them.
    alphabetic = matched(r"\p{Alphabetic}")
    word = matched(r"\w")
    space = matched(r"\s")
    assert matched(r"\p{Alpha}") == alphabetic and matched(r"[[:alpha:]]") == alphabetic
    assert matched(r"\d") == of("Nd") and matched(r"\p{N}") == of("N") and matched(r"[[:space:]]") == space
    assert matched(r"\p{Punct}") == of("P")
    posix = matched(r"[[:punct:]]")
    assert matched(r"[[:alnum:]]") == alphabetic | of("Nd")
    upper, lower = matched(r"[[:upper:]]"), matched(r"[[:lower:]]")
    assert matched(r"\p{Upper}") == upper and matched(r"\p{Lower}") == lower and matched(r"\p{Uppercase}") == upper
    sets = {
        "alphabetic_beyond_letters": ("Alphabetic, other than letters and letter numbers.", alphabetic ^ of("L", "Nl")),
        "upper_beyond_letters": ("Uppercase, other than the category Lu.", upper ^ of("Lu")),
        "lower_beyond_letters": ("Lowercase, other than the category Ll.", lower ^ of("Ll")),
        "word_beyond_alphabetic": ("\\\\w, other than Alphabetic and the categories M, Nd and Pc.",
                                   word ^ (alphabetic | of("M", "Nd", "Pc"))),
        "posix_punctuation": ("[[:punct:]] against the category P.", posix ^ of("P")),
        "white_space": ("White_Space.", space),
    }
    scripts = ("Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew "
               "Hiragana Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Oriya Sinhala Tamil Telugu Thai "
               "Tibetan Common Inherited").split()
    for script in scripts:
        sets["script_" + script.lower()] = (f"The script {script}.", matched(rf"\p{{{script}}}"))

    # What Rust's own functions and the crates of `tokenizers` say. Stored as the difference from Oniguruma's Unicode.
    digits = pre_tokenizers.Digits(individual_digits=True)
    numeric = cut_off(digits)
    punctuation = cut_off(pre_tokenizers.Punctuation())
    rust_space = set(CODES) - kept(pre_tokenizers.WhitespaceSplit())
    assert rust_space == space
    # \w+|[^\w\s]+ : what joins a letter is a word character.
    rust_word = {c for c in CODES if c not in space and
                 len(pre_tokenizers.Whitespace().pre_tokenize_str("a" + chr(c))) == 1}
    marks = {c for c in CODES if normalizers.StripAccents().normalize_str(chr(c)) == ""}
    sets |= {
        "rust_numeric": ("char::is_numeric of Rust against the category N.", numeric ^ of("N")),
        "rust_punctuation": ("The crate unicode_categories against the category P and ASCII's punctuation.",
                             punctuation ^ (of("P") | set(map(ord, "$+<=>^`|~")))),
        "rust_word": ("\\\\w of Rust's regular expressions against Oniguruma's.", rust_word ^ word),
        "combining_marks": ("The crate unicode-normalization against the category M.", marks ^ of("M")),
    }

    # Decompositions, compositions and combining classes of unicode-normalization.
    hangul = range(0xAC00, 0xD7A4)
    nfd, nfkd, nfc = normalizers.NFD(), normalizers.NFKD(), normalizers.NFC()
    canonical = {c: nfd.normalize_str(chr(c)) for c in CODES if c not in hangul}
    compatible = {c: nfkd.normalize_str(chr(c)) for c in CODES if c not in hangul}
    canonical = {c: t for c, t in canonical.items() if t != chr(c)}
    compatible = {c: t for c, t in compatible.items() if t != canonical.get(c, chr(c))}
    composed = {}
    for c, t in canonical.items():
        if len(t) > 1 and nfc.normalize_str(chr(c)) == chr(c):
            first = nfc.normalize_str(t[:-1])
            assert len(first) == 1 and nfc.normalize_str(first + t[-1]) == chr(c), hex(c)
            composed[c] = first + t[-1]

    # The crate's combining class of a character is Unicode's, or 0 where it is newer than the crate: U+0334 (class 1) goes
    # before a mark of a higher class, and a mark of class 1 goes before U+1D165 (class 216).
    classes = {}
    for c in CODES:
        if c in hangul:
            continue
        known = unicodedata.combining(chr(c))
        moves = nfd.normalize_str(chr(c) + "\u0334") != canonical.get(c, chr(c)) + "\u0334" if c not in canonical else False
        if moves and known == 0:
            known = -1
        if c not in canonical and (moves or (known == 1 and nfd.normalize_str("\U0001D165" + chr(c)) != "\U0001D165" + chr(c))):
            classes[c] = known
        elif c in canonical and len(canonical[c]) == 1:
            pass  # it never stays: what it becomes has the class
    unknown = sorted(c for c, k in classes.items() if k == -1)
    for c in unknown:  # newer than this Python: the class is that of the neighbour in the canonical order
        low, high = 1, 254
        witnesses = {}
        for w, k in classes.items():
            if k > 0:
                witnesses.setdefault(k, chr(w))
        above = [k for k, w in sorted(witnesses.items()) if nfd.normalize_str(w + chr(c)) != w + chr(c)]
        same = [k for k, w in sorted(witnesses.items())
                if nfd.normalize_str(w + chr(c)) == w + chr(c) and nfd.normalize_str(chr(c) + w) == chr(c) + w]
        assert len(same) == 1, (hex(c), same, above)
        classes[c] = same[0]
    class_words, code, last = [], 0, 0
    ordered = sorted(classes)
    while code < len(ordered):
        end = code
        while end + 1 < len(ordered) and ordered[end + 1] == ordered[end] + 1 and classes[ordered[end + 1]] == classes[ordered[code]]:
            end += 1
        class_words.append(f"{base36(ordered[code] - last)}:{base36(end - code + 1)}.{base36(classes[ordered[code]])}")
        last = ordered[code]
        code = end + 1

    lower_of = {c: normalizers.Lowercase().normalize_str(chr(c)) for c in CODES}
    lower_of = {c: t for c, t in lower_of.items() if t != chr(c)}

    # Which single characters Oniguruma takes for each other when it ignores case: each class by its smallest member.
    cased = sorted(c for c in CODES if chr(c).lower() != chr(c) or chr(c).upper() != chr(c) or c in upper or c in lower or c in lower_of)
    chunk = ["".join(map(chr, cased))]
    fold, seen = {}, set()
    for c in cased:
        if c in seen:
            continue
        split = pre_tokenizers.Split(Regex(rf"(?i:\x{{{c:x}}})"), behavior="removed", invert=True)
        # A ligature such as U+FB06 also matches "st": that is several characters, which the reader of expressions refuses.
        equal = {ord(piece) for piece, _ in split.pre_tokenize_str(chunk[0]) if len(piece) == 1} | {c}
        seen |= equal
        for e in sorted(equal)[1:]:
            fold[e] = chr(min(equal))
    several = {c for c in CODES if len(chr(c).casefold()) > 1}

    parts = [literal("category_runs",
                     "General categories: a letter, in the order of `category_names`, and how many characters have it.", text)]
    parts += [literal(name, comment, runs(codes)) for name, (comment, codes) in sets.items()]
    parts += [
        literal("several_when_folded", "Characters that equal several others when case is ignored.", runs(several)),
        literal("case_classes", "Characters that equal a smaller one when case is ignored.", mapping(fold)),
        literal("lower_case", "Lower case, by Rust.", mapping(lower_of)),
        literal("canonical_decompositions", "NFD, other than Hangul syllables.", mapping(canonical)),
        literal("compatible_decompositions", "NFKD where it differs from NFD.", mapping(compatible)),
        literal("compositions", "Characters that NFC makes of two, other than Hangul syllables.", mapping(composed)),
        literal("combining_classes", "Combining classes: distance, number of characters, class.", " ".join(class_words)),
    ]
    table = ",\n".join(f'    ScriptRuns{{"{s.lower()}", script_{s.lower()}}}' for s in scripts)
    return f"""// What Python's `tokenizers` {tokenizers.__version__} knows of Unicode. Made by tests/tokenizers/make_unicode_tables.py; do not edit.
//
// Numbers are in base 36. A set is the lengths of the runs outside, inside, outside ... of it, from U+0000 on. A mapping is
// `distance from the character before:what it becomes`, with dots between characters.
#pragma once

#include <array>
#include <string_view>

// clang-format off
namespace suture::detail::tables {{

inline constexpr std::array<std::string_view, {len(names)}> category_names{{{", ".join(f'"{n.lower()}"' for n in names)}}};

{chr(10).join(parts)}
/// A script and its characters.
struct ScriptRuns {{
    std::string_view name, runs;
}};
inline constexpr std::array<ScriptRuns, {len(scripts)}> scripts{{
{table}}};

}}  // namespace suture::detail::tables
// clang-format on
"""


made = make()
if "--check" in sys.argv:
    if HEADER.read_text() != made:
        raise SystemExit(f"{HEADER} is not what tokenizers {tokenizers.__version__} says: run {__file__} to write it anew")
    print("the tables are those of tokenizers", tokenizers.__version__)
else:
    HEADER.write_text(made)
    print(f"{HEADER}: {len(made)} bytes")
