"""Chinese text in GBK that lost a byte, and was decoded one byte off from there on.

GBK writes a character in two bytes, and tools that replace bytes without minding where characters begin spoil it: what
was the second byte of one character and the first of the next is taken for a full-width sign and halved, or for a
character whose reading is put in brackets after it. The decoder then finds half a character, shows ``?`` or U+FFFD,
and pairs the bytes that follow wrongly until one that cannot follow brings it back in step. So every reading that could
have become the text as it stands is followed byte by byte, and the one that reads best is taken, if it reads far
better than the text as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from knowledge.mapped import Edit
from knowledge.repair.gbk import bytes_of, character_of, is_lead, read_as, with_lead, with_trail
from knowledge.repair.pinyin import SYLLABLE, TONED, has_tone
from knowledge.repair.plausible import Trail, character_cost
from knowledge.repair.simplify import is_of_other_script, is_traditional

_STEP = "byte_shifts"
_HAN = re.compile("[\u3400-\u9fff]")
_MARK = re.compile("[?\ufffd]")
# A gloss whose opening bracket went with the byte before it.
_HALF_GLOSS = re.compile(rf"[?\ufffd]\(?({SYLLABLE})\)")
_GLOSS = re.compile(rf"[(（]{SYLLABLE}[)）]")
_CERTAIN_GLOSS = re.compile(f"[\u3400-\u9fff][(（][a-z]*[{TONED}][a-z]*[)）]")
_GLOSS_BEFORE = re.compile(rf"[(（]{SYLLABLE}[)）]$")
_LONGEST_GLOSS = 10
_LONGEST_SEARCH = 60
# Of a line that is longer, so much is looked at on either side.
_LONGEST_LINE = 2000
_SENTENCE_ENDS = frozenset("。！？…”’」』）")
_CLAUSE_ENDS = "，。！？；,!;"
_QUOTES = {"”": "“", "’": "‘", "》": "《", "）": "（", "」": "「", "』": "『", "】": "【", "〉": "〈"}
_CONTEXT = 3
# The byte that full-width signs begin with, and what their second byte is above that of the half-width ones.
_FULL_WIDTH, _FULL_WIDTH_OFFSET = 0xA3, 0x80

# In nats, and measured on text that is damaged and on text that is not (tests): how rare damage is, by what it shows;
# the tools that put readings in brackets are those that shift bytes.
_DAMAGE = {"?": 10.0, "\ufffd": 6.0}
_DAMAGE_WITH_GLOSSES = {"?": 6.0, "\ufffd": 4.0}
_DROPPED = 10.0
_SWALLOWED = 4.0
_HALVED = {**dict.fromkeys("?!;:,()", 1.0), **dict.fromkeys("0123456789", 3.0)}
_HALVED_LETTER = 5.0
# How much better a repair has to read than the text as it stands: with a byte of the text that bears it out, without.
_CONVINCING = 4.0
_CONVINCING_GUESS = 10.0
# How much better a character has to fit than the next best; how much worse a reading may get on its way.
_CLEAR = 2.0
_HOPELESS = 14.0
# What a character costs that nobody knows, while it is looked for and after it was not found.
_UNKNOWN = 6.0
_UNRESOLVED = 8.0
# What a text would hardly have: half a gloss, with its tone and without; a quote closed that none opened; and so on.
_HALF_GLOSS_LEFT = {True: 30.0, False: 12.0}
_UNOPENED = 12.0
_CLOSED_AT_LAST = 8.0
_SIGN = 4.0
_OTHER_SCRIPT = 3.0
_LATIN_AFTER_HAN = 4.0
# Where no mark begins a stretch: a character that is rare, and how much better all read one by one, one byte off.
_RARE = 12.0
_LIKELY = 8.0

_ALIGNED = 0
_LOST = -1


@dataclass(frozen=True, slots=True)
class _Token:
    """A character of the damaged text, or what is left of a gloss; no bytes where they are lost."""

    start: int
    end: int
    text: str
    bytes: bytes
    gloss: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a stretch may have read up to the end of a token.

    ``options`` are the characters that its last may be: one, or all that a lost byte allows, or none where the token
    completes none. ``held`` is the byte that waits for its second; ``extra`` is what the damage itself costs; ``guess``
    where the byte is one of several that a gloss allows.
    """

    trail: Trail
    held: int
    extra: float = 0.0
    options: Sequence[str] = ()
    end: int = 0
    before: _Reading | None = None
    guess: bool = False

    @property
    def cost(self) -> float:
        return self.trail.cost + self.extra

    def then(self, token: _Token, held: int, options: Sequence[str] = (), extra: float = 0.0) -> _Reading:
        """With a token more."""
        trail = self.trail
        if options:
            trail = trail.then(options[0]) if len(options) == 1 else trail.past(_UNKNOWN)
        return _Reading(trail, held, self.extra + extra, options, token.end, self)

    def steps(self) -> list[_Reading]:
        """The readings it grew from and itself, without the beginning."""
        found: list[_Reading] = []
        step = self
        while step.before is not None:
            found.append(step)
            step = step.before
        return found[::-1]


@dataclass(frozen=True, slots=True)
class _Nature:
    """What the whole text says of a stretch: the characters it is written in, and whether readings stand after them."""

    traditional: bool
    glossed: bool

    @classmethod
    def of(cls, text: str) -> _Nature:
        return cls(is_traditional(text), _CERTAIN_GLOSS.search(text) is not None)


def byte_shifts(text: str) -> Iterator[Edit]:
    """Put stretches that were decoded one byte off back in step.

    A character of which a byte is lost is a guess, and stays a mark where no guess is clearly the best.
    """
    done = 0
    nature: _Nature | None = None
    for sign in _suspicious().finditer(text):
        at = sign.start()
        if at < done or text[max(0, at - 1 - _LONGEST_GLOSS) : at + 1 + _LONGEST_GLOSS].isascii():
            continue
        nature = nature or _Nature.of(text)
        edits = _Stretch(text, at, nature).repaired() if _MARK.match(text, at) else []
        if not edits:
            edits = _unmarked(text, done, at, nature)
        yield from edits
        done = edits[-1].end if edits else done


@cache
def _suspicious() -> re.Pattern[str]:
    """Where damage may begin, or end."""
    rare = "".join(c for c in map(chr, range(0x4E00, 0xA000)) if character_cost(c) > _RARE)
    return re.compile(f"[?\ufffd\ue000-\uf8ff]|[{rare}]{{3}}")


def _unmarked(text: str, earliest: int, at: int, nature: _Nature) -> list[Edit]:
    """The edits of a stretch that begins without a mark, and that a place lies in or ends at; none if it is unclear."""
    near = _likeliest_start(text, earliest, at)
    if near is None:
        return []
    stretches = [_Stretch(text, start, nature) for start in range(max(earliest, near - 3), min(at, near + 4))]
    gains = [stretch.gain() for stretch in stretches]
    best, next_best = sorted(gains, reverse=True)[:2] if len(gains) > 1 else (gains[0], 0.0)
    return stretches[gains.index(best)].repaired() if best - next_best > _CLEAR else []


def _likeliest_start(text: str, earliest: int, at: int) -> int | None:
    """Near where a byte was lost, if the text from there up to ``at`` reads better one byte off.

    Characters are weighed one by one; whole readings are weighed only near that place.
    """
    best, most, gain = None, _LIKELY, 0.0
    for place in range(at - 1, max(earliest, at - _LONGEST_SEARCH) - 1, -1):
        here, after = bytes_of(text[place]), bytes_of(text[place + 1])
        if len(here) != 2:
            break
        if len(after) == 2:
            gain += character_cost(text[place + 1]) - character_cost(character_of(here[1], after[0]) or "\ufffd")
        if gain > most:
            best, most = place, gain
    return best


class _Stretch:
    """A text from where a byte may have been lost: at a mark, or between two characters."""

    def __init__(self, text: str, start: int, nature: _Nature) -> None:
        self._text = text
        self._start = start
        self._nature = nature
        first, last = max(0, start - _LONGEST_LINE), min(len(text), start + _LONGEST_LINE)
        self._line_start = max(first, text.rfind("\n", first, start) + 1)
        line_end = text.find("\n", start, last)
        self._line_end = last if line_end < 0 else line_end - (text[line_end - 1] == "\r")
        self._left = self._context_before()

    def repaired(self) -> list[Edit]:
        """An edit for each clause; none where the text reads as well as it stands."""
        reading, as_it_stands = self._best_reading()
        if reading is None:
            return []
        steps = reading.steps()
        characters, cost = self._resolved(steps)
        said = [character for character in characters if _HAN.match(character) or character in _SENTENCE_ENDS]
        gain = as_it_stands - cost - reading.extra
        if not said or gain <= self._bar(steps, said):
            return []
        edits: list[Edit] = []
        start, clause, guess = self._start, "", False
        for step, character in zip(steps, characters, strict=True):
            clause += character or ("?" if step.options else "")
            guess = guess or step.guess or len(step.options) > 1
            if step is reading or (clause and clause[-1] in _CLAUSE_ENDS):
                edits.append(Edit(start, step.end, clause, _STEP, guess))
                start, clause, guess = step.end, "", False
        return edits

    def _bar(self, steps: list[_Reading], said: list[str]) -> float:
        """How much better a reading has to be: far better where no byte of the text bears it out."""
        borne_out = any(len(step.options) == 1 for step in steps) or not _QUOTES.keys().isdisjoint(said)
        return _CONVINCING if borne_out or self._nature.glossed else _CONVINCING_GUESS

    def gain(self) -> float:
        """How much better the best reading reads than the text as it stands, whatever its unclear characters are."""
        reading, as_it_stands = self._best_reading()
        return as_it_stands - reading.cost if reading else 0.0

    def _best_reading(self) -> tuple[_Reading | None, float]:
        """The reading that gains most over the text as it stands, and what that costs as it stands."""
        literal = _Reading(Trail().through(self._left), _ALIGNED)
        best, best_literal, most = None, 0.0, -_HOPELESS
        alive = [] if _MARK.match(self._text, self._start) else [replace(literal, held=_LOST, extra=_DROPPED)]
        for token in self._tokens():
            following = self._text[token.end] if token.end < self._line_end else ""
            grown = [later for reading in alive for later in _onward(reading, token, following)]
            if token.start == self._start and _MARK.match(token.text):
                grown += self._begun(literal, token)
            literal = _as_it_stands(literal, token)
            if aligned := [reading for reading in grown if reading.held == _ALIGNED]:
                right = self._context_after(token.end)
                stands = literal.trail.through(right).cost + literal.extra
                for reading in aligned:
                    gain = stands - reading.trail.through(right).cost - reading.extra
                    if gain > most:
                        best, best_literal, most = reading, stands, gain
            alive = _cheapest(r for r in grown if r.held != _ALIGNED and r.cost < literal.cost + _HOPELESS)
            if not alive:
                break
        return best, best_literal

    def _begun(self, literal: _Reading, token: _Token) -> Iterator[_Reading]:
        """The readings in which the first token is where a byte was lost."""
        damage = (_DAMAGE_WITH_GLOSSES if self._nature.glossed else _DAMAGE)[token.text[0]]
        if not token.gloss:
            yield literal.then(token, _LOST, extra=damage)
            return
        # What was read so is the second byte of the character before, together with the byte that was lost.
        before = bytes_of(self._left[-1:])
        if len(before) == 2:
            characters = read_as(before[1], token.gloss)
            for character in characters:
                begun = literal.then(token, bytes_of(character)[1], extra=damage)
                yield replace(begun, guess=len(characters) > 1)

    def _resolved(self, steps: list[_Reading]) -> tuple[list[str], float]:
        """The character that each step adds, none where there is none or it is not clear, and what all cost."""
        trail = Trail().through(self._left)
        said = self._text[self._line_start : self._start]
        extra = 0.0
        characters: list[str] = []
        for number, step in enumerate(steps):
            character = step.options[0] if len(step.options) == 1 else ""
            if len(step.options) > 1:
                last = number >= len(steps) - 2 and steps[-1].end == self._line_end
                following = self._following(steps, number + 1)
                character = self._clearest(step.options, trail, following, said, last=last)
            if character:
                trail = trail.then(character)
                extra += self._balance(character, said)
            elif step.options:
                trail = trail.past(_UNRESOLVED)
            said += character
            characters.append(character)
        right = self._context_after(steps[-1].end)
        return characters, trail.through(right).cost + extra

    def _clearest(self, options: Sequence[str], trail: Trail, following: str, said: str, *, last: bool) -> str:
        """The character that fits far better than all others, or none."""
        costs = sorted(
            (
                cost
                + self._balance(option, said)
                + (0.0 if _HAN.match(option) or (last and option in _SENTENCE_ENDS) else _SIGN)
                + _OTHER_SCRIPT * is_of_other_script(option, self._nature.traditional),
                option,
            )
            for option, cost in zip(options, trail.with_each(options, following), strict=True)
        )
        return costs[0][1] if costs[1][0] - costs[0][0] > _CLEAR else ""

    def _following(self, steps: list[_Reading], number: int) -> str:
        """The characters from a step on, up to one that is not known."""
        found = ""
        for step in steps[number:]:
            if len(step.options) > 1 or len(found) >= _CONTEXT:
                return found
            found += "".join(step.options)
        return found + self._context_after(steps[-1].end)

    def _balance(self, character: str, said: str) -> float:
        """What a closing quote costs: dear where none was open, a gain where one is never closed."""
        opening = _QUOTES.get(character)
        if opening is None:
            return 0.0
        if said.count(opening) <= said.count(character):
            return _UNOPENED
        rest = self._text[self._start : self._line_end]
        closes, opens = rest.find(character), rest.find(opening)
        return -_CLOSED_AT_LAST if closes < 0 or 0 <= opens < closes else _UNOPENED

    def _tokens(self) -> Iterator[_Token]:
        """To the end of the line, or to the first character that GBK does not have."""
        at = self._start
        while at < self._line_end:
            gloss = _HALF_GLOSS.match(self._text, at)
            shown = gloss[0] if gloss else self._text[at]
            bytes_ = b"" if _MARK.match(shown) else bytes_of(shown)
            if not bytes_ and not _MARK.match(shown):
                return
            yield _Token(at, at + len(shown), shown, bytes_, gloss[1] if gloss else "")
            at += len(shown)
        yield _Token(at, at, "", b"")

    def _context_before(self) -> str:
        at, found = self._start, ""
        while at > self._line_start and len(found) < _CONTEXT:
            gloss = _GLOSS_BEFORE.search(self._text, max(self._line_start, at - _LONGEST_GLOSS), at)
            at = gloss.start() if gloss else at - 1
            found = found if gloss else self._text[at] + found
        return found

    def _context_after(self, at: int) -> str:
        found = ""
        while at < self._line_end and len(found) < _CONTEXT and not _MARK.match(self._text, at):
            gloss = _GLOSS.match(self._text, at)
            found += "" if gloss else self._text[at]
            at = gloss.end() if gloss else at + 1
        return found


def _onward(reading: _Reading, token: _Token, following: str) -> Iterator[_Reading]:
    """What a reading may become by the next token, before a character."""
    held, shown = reading.held, token.bytes
    options: Sequence[str]
    if token.gloss:
        if held != _LOST and (options := read_as(held, token.gloss)):
            yield reading.then(token, _ALIGNED, options)
    elif len(shown) == 2:
        if options := _completed(held, shown[0]):
            if is_lead(shown[1]):
                yield reading.then(token, shown[1], options)
            elif shown[1] < 0x80:
                yield reading.then(token, _ALIGNED, options).then(token, _ALIGNED, (chr(shown[1]),), _LATIN_AFTER_HAN)
    else:
        if not shown and held != _LOST and (options := _cut_off(held, following)):
            yield reading.then(token, _ALIGNED, options, 0.0 if token.text else _SWALLOWED)
        if shown and shown[0] >= 0x40 and (options := _completed(held, shown[0])):
            yield reading.then(token, _ALIGNED, options)
        if "!" <= token.text <= "~" and (options := _completed(held, _FULL_WIDTH)):
            extra = _HALVED.get(token.text, _HALVED_LETTER)
            yield reading.then(token, ord(token.text) + _FULL_WIDTH_OFFSET, options, extra)


def _completed(held: int, trail: int) -> Sequence[str]:
    """The characters that end with a byte, where the byte before it is held or lost."""
    if held == _LOST:
        return with_trail(trail)
    character = character_of(held, trail)
    return (character,) if character else ()


def _cut_off(lead: int, following: str) -> tuple[str, ...]:
    """The characters whose second byte a decoder could not show, as it makes no pair with the next byte."""
    after = bytes_of(following)[:1]
    ends = ((character, bytes_of(character)[1]) for character in with_lead(lead))
    return tuple(c for c, end in ends if end >= 0x80 and not (after and character_of(end, after[0])))


def _as_it_stands(literal: _Reading, token: _Token) -> _Reading:
    if token.gloss:
        return replace(literal, extra=literal.extra + _HALF_GLOSS_LEFT[has_tone(token.gloss)])
    return replace(literal, trail=literal.trail.through(token.text))


def _cheapest(readings: Iterable[_Reading]) -> list[_Reading]:
    """The cheapest of those that will go on alike."""
    best: dict[tuple[int, str], _Reading] = {}
    for reading in sorted(readings, key=lambda reading: reading.cost, reverse=True):
        best[reading.held, reading.trail.tail] = reading
    return list(best.values())
