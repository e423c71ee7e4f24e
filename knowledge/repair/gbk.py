"""GBK by its bytes: two for each Chinese character, the first at or above 0x81, the second at or above 0x40."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from knowledge.repair.pinyin import is_reading
from knowledge.repair.plausible import character_cost

# In nats; the rarest character in use stays below.
_IN_USE = 17.0


@lru_cache(maxsize=1 << 16)
def bytes_of(character: str) -> bytes:
    """One or two bytes, also for the private characters that decoders show; none for what GBK does not have."""
    encoded = character.encode("gb18030", "ignore")
    return encoded if len(encoded) <= 2 else b""


@lru_cache(maxsize=1 << 15)
def character_of(lead: int, trail: int) -> str:
    """The character that two bytes make, or none."""
    decoded = bytes((lead, trail)).decode("gbk", "replace")
    return decoded if len(decoded) == 1 and decoded != "\ufffd" else ""


def is_lead(byte: int) -> bool:
    """Whether a byte begins a character of two."""
    return 0x81 <= byte <= 0xFE


@cache
def with_lead(lead: int) -> tuple[str, ...]:
    """The characters in use that begin with a byte."""
    return _in_use(character_of(lead, trail) for trail in range(0x40, 0xFF))


@cache
def with_trail(trail: int) -> tuple[str, ...]:
    """The characters in use that end with a byte."""
    return _in_use(character_of(lead, trail) for lead in range(0x81, 0xFF))


@lru_cache(maxsize=1 << 10)
def read_as(lead: int, syllable: str) -> tuple[str, ...]:
    """The characters that begin with a byte and are read so."""
    characters = (character_of(lead, trail) for trail in range(0x40, 0xFF))
    return tuple(character for character in characters if character and is_reading(syllable, character))


def _in_use(characters: Iterable[str]) -> tuple[str, ...]:
    return tuple(character for character in characters if character and character_cost(character) < _IN_USE)
