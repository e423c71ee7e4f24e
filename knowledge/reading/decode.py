"""From bytes to text: which encoding they are in, told by how likely the text is that each would give."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path

from charset_normalizer import from_bytes

from knowledge.reading.source import UnreadableError
from knowledge.script import simplified

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    ("\ufeff".encode("gb18030"), "gb18030"),
)
# What somebody's text may be in, and by how many bits it is less likely than UTF-8 before it is looked at. Of the
# Big5 codecs the narrowest that knows all its characters is the one that is meant.
_CANDIDATES = (
    (("utf-8",), 0),
    (("gb18030",), 4),
    (("big5", "cp950", "big5hkscs"), 4),
    (("utf-16-le",), 8),
    (("utf-16-be",), 10),
    (("cp1252",), 10),
)
# More than any other costs a character of text on average, bits; above it the bytes are in no encoding known here.
_UNLIKELY = 16.0
_BINARY = "is binary, not text; give it the ending of its kind or take it out"
_UNKNOWN = "is in no encoding that is known here; save it as UTF-8"
_NOT_READ = "is in an encoding that is not read here; save it as UTF-8"
# The escapes of ISO 2022, whose bytes are all ASCII.
_ISO_2022 = re.compile(rb"\x1b\$[@AB)]")
# Korean and Japanese read as Chinese have characters that nobody uses often: the root of their rank is on average above
# 33, in Chinese below 29, of few characters below 32. In fewer still it tells nothing.
_ENOUGH_HAN, _MANY_HAN = 16, 48
_RARE_HAN, _RARE_MANY_HAN = 35.0, 32.0
# The share of characters that may be damaged, and of control characters that a text may hold.
_DAMAGED = 0.01
_CONTROLS = 0.02
# UTF-8 of so many characters beyond ASCII is no accident.
_CERTAIN = 4
_SAMPLE = 1 << 18

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_HAN = re.compile("[\u3400-\u9fff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")

# A Chinese character with none beside it, and accents in a row, are as a rule letters of another encoding.
_ODD = re.compile(
    r"(?<![\u3000-\u9fff\uff00-\uffef])[\u3400-\u9fff](?![\u3000-\u9fff\uff00-\uffef])|[\u00c0-\u024f]{3,}"
)
_ODDITY = 10.0

# How unlikely characters are that are not among the commonest, in bits: the last of each kind, whether only its
# letters are meant, and their cost.
_RARITY = (
    (" ", False, 5.0),
    ("\x7f", True, 5.0),
    ("/", False, 7.0),
    ("9", False, 5.0),
    ("\x7f", False, 7.0),
    ("\u024f", True, 12.0),
    ("\u024f", False, 16.0),
    ("\u2fff", False, 17.0),
    ("\u4dff", False, 24.0),
    ("\u9fff", False, 20.0),
    ("\uabff", False, 24.0),
    ("\ud7a3", False, 17.0),
    ("\ufffc", False, 24.0),
    ("\ufffd", False, 60.0),
    ("\U0010ffff", False, 24.0),
)

_COMMON_MARKS = frozenset("，。、：；？！“”‘’《》（）「」『』—…·％～〈〉【】　‧–•")


@dataclass(frozen=True)
class Decoded:
    """A text, the Python codec it is in, and how often a character had to be replaced by U+FFFD."""

    text: str
    encoding: str
    replaced: int = 0


def decode(raw: bytes) -> Decoded:
    """The text of a file, its byte order mark included. Raises UnreadableError if it is not text."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _checked(_decoded(raw, (encoding,)))
    if _ISO_2022.search(raw) and raw.isascii():
        raise UnreadableError(_NOT_READ)
    if b"\x00" not in raw and _is_certain_utf8(raw):
        return _checked(_decoded(raw, ("utf-8",)))
    sample = _sample(raw)
    samples = [(_decoded(sample, names).text, names, prior) for names, prior in _CANDIDATES]
    costs = [prior + _cost(text) for text, _, prior in samples]
    cost, (text, names, _) = min(zip(costs, samples, strict=True), key=lambda pair: pair[0])
    if cost > _UNLIKELY * max(len(text), 4):
        return _guessed(raw)
    decoded = _checked(_decoded(raw, names))
    if not names[0].startswith("utf") and not _is_plausible(text):
        raise UnreadableError(_NOT_READ)
    return decoded


def _decoded(raw: bytes, names: tuple[str, ...]) -> Decoded:
    for name in names:
        try:
            return Decoded(raw.decode(name), name)
        except UnicodeDecodeError:
            continue
    text = raw.decode(names[0], "replace")
    return Decoded(text, names[0], text.count("\ufffd"))


def _is_certain_utf8(raw: bytes) -> bool:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    beyond = _BEYOND_ASCII.finditer(text)
    return text.isascii() or sum(1 for _ in islice(beyond, _CERTAIN)) == _CERTAIN


def _sample(raw: bytes) -> bytes:
    """As much as tells the encoding, from before the first byte beyond ASCII."""
    beyond = re.search(rb"[\x80-\xff]", raw)
    if len(raw) <= _SAMPLE or beyond is None or beyond.start() < _SAMPLE // 2:
        return raw[:_SAMPLE]
    start = raw.rfind(b"\n", 0, beyond.start()) + 1
    return raw[start : start + _SAMPLE]


def _checked(decoded: Decoded) -> Decoded:
    length = max(len(decoded.text), 1)
    if sum(1 for _ in _CONTROL.finditer(decoded.text)) > _CONTROLS * length:
        raise UnreadableError(_BINARY)
    if decoded.replaced > max(1, _DAMAGED * length):
        raise UnreadableError(_UNKNOWN)
    return decoded


def _guessed(raw: bytes) -> Decoded:
    """What remains: the encodings of other languages."""
    guess = from_bytes(_sample(raw)).best()
    if guess is None:
        raise UnreadableError(_BINARY if b"\x00" in raw else _UNKNOWN)
    if not _is_plausible(str(guess)):
        raise UnreadableError(_NOT_READ)
    return _checked(_decoded(raw, (guess.encoding,)))


def _is_plausible(text: str) -> bool:
    """Whether the Chinese characters of a text are those that are in use, if it has enough of them to tell."""
    han = simplified("\n".join(_HAN.findall(text))).split("\n")
    ranks = _ranks()
    roots = sum(float(ranks.get(character, len(ranks)) ** 0.5) for character in han)
    return len(han) < _ENOUGH_HAN or roots <= len(han) * (_RARE_HAN if len(han) < _MANY_HAN else _RARE_MANY_HAN)


def _cost(text: str) -> float:
    """How unlikely a text is, in bits."""
    counts = Counter(text)
    # A line break between them keeps the converter from reading characters side by side as words.
    plain = simplified("\n".join(counts.keys() - {"\n"})).split("\n")
    pairs = chain(zip(counts.keys() - {"\n"}, plain, strict=True), [("\n", "\n")])
    odd = sum(len(found[0]) for found in _ODD.finditer(text))
    return odd * _ODDITY + sum(counts[character] * _bits(character, base) for character, base in pairs)


def _bits(character: str, base: str) -> float:
    """How unlikely a character is; ``base`` is its simplified form."""
    rank = _ranks().get(base)
    if character in _COMMON_MARKS:
        return 8.0
    if rank is not None:
        return 6.5 + 0.18 * float(rank**0.5)
    if _CONTROL.match(character) or unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}:
        return 5.0 if character in "\n\r\t" else 40.0
    letter = character.isalpha()
    return next(bits for last, letters, bits in _RARITY if character <= last and letter >= letters)


@cache
def _ranks() -> dict[str, int]:
    """The 3000 commonest simplified characters, by how often they stand in the words that jieba's dictionary counts."""
    characters = Path(__file__).with_name("frequent.txt").read_text("utf-8")
    return {character: rank for rank, character in enumerate(characters, start=1)}
