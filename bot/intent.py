"""What a message wants: a linear probe on its embedding, helped by words that say it outright."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

import yaml

from bot.cues import says
from bot.probe import LinearProbe
from bot.turn import Intent
from knowledge.embed import Vectors
from knowledge.script import simplified

# What plain words add to the probe's score of an intent, which for the right one is near 1 and else near 0. Found on
# questions of our own, with the ridge: the probe alone tells a decision from the rest (area under the curve .988), but
# not a lookup from an overview, where the wording tells more.
_SAID = 0.3
_SAID_ELSEWHERE = 0.4
_NOT_PERSONAL = -0.2
_WANTS_FIGURE = -0.15
_NAMES_NOTHING = 0.1
_RIDGE = 1.0
# A message nearer than this to what quliu answers than to what it does not is in scope, whatever the probe says of its
# misspellings; found on the same questions.
_IN_SCOPE_MARGIN = 0.016
_WORDED = (Intent.DECISION, Intent.WHY, Intent.COMPARE, Intent.OVERVIEW, Intent.ABOUT_BOT)
_OF_DECISIONS = {"decision_advice"}
_ELSE = (Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT)


class IntentClassifier:
    """A linear probe on the embedding of a message, helped by words that say outright what it wants."""

    def __init__(self, embed: Callable[[str], Vectors], intents: Sequence[Intent], vectors: Vectors) -> None:
        """``embed`` gives the vector (dim,) of a message; ``vectors`` (n, dim) are those of messages of ``intents``."""
        self._embed = embed
        self._probe = LinearProbe(intents, vectors, _RIDGE)
        self._elsewhere = vectors[[intent is Intent.OUT_OF_SCOPE for intent in intents]]
        self._in_scope = vectors[[intent not in _ELSE for intent in intents]]

    def classify(
        self,
        text: str,
        *,
        has_place: bool,
        moves: bool,
        pair: bool,
        alternatives: bool,
        topics: Sequence[str],
        wants_figure: bool,
        under_way: bool = False,
    ) -> Intent:
        """The intent of a cleaned message; ``moves`` says that it speaks of going to or leaving a place it names,
        ``pair`` that it names the two ends of a move, ``alternatives`` that it sets one place against another,
        ``under_way`` that a move was being decided on before.
        """
        plain = simplified(text)
        said = {intent for intent in _WORDED if says(f"wants_{intent}", plain)}
        if has_place and not said and _is_bare(plain):
            return Intent.DECISION if moves or pair else Intent.COMPARE if alternatives else Intent.OVERVIEW
        if Intent.DECISION in said and _is_bare(plain):
            return Intent.DECISION
        moves = moves or says("speaks_of_moving", plain)
        if said == {Intent.DECISION} and under_way and (has_place or moves) and set(topics) <= _OF_DECISIONS:
            return Intent.DECISION
        vector = self._embed(text)
        score = self._probe.scores(vector)
        for intent in said:
            score[intent] += _SAID
        decides = Intent.DECISION in said
        score[Intent.DECISION] += 0 if decides or says("personal", plain) else _NOT_PERSONAL
        score[Intent.DECISION] += _WANTS_FIGURE if wants_figure and not decides else 0
        score[Intent.DECISION] += 0 if moves or has_place else _NOT_PERSONAL
        score[Intent.DECISION] += _SAID if pair and not wants_figure else 0
        score[Intent.COMPARE] += _SAID if alternatives and not decides else 0
        score[Intent.ABOUT_BOT] += _NOT_PERSONAL if has_place and topics else 0
        if says("asks_elsewhere", plain) and not moves:
            score[Intent.OUT_OF_SCOPE] += _SAID_ELSEWHERE
        elif (self._in_scope @ vector).max() - (self._elsewhere @ vector).max() > _IN_SCOPE_MARGIN:
            score[Intent.OUT_OF_SCOPE] -= _SAID_ELSEWHERE
        score[Intent.OUT_OF_SCOPE] += 0 if has_place or topics or moves else _NAMES_NOTHING
        return max(score, key=score.__getitem__)


def _is_bare(text: str) -> bool:
    return len(re.findall(r"[\u3400-\u9fff]|[a-z']+", text, re.I)) <= 4


@cache
def examples() -> tuple[tuple[Intent, str], ...]:
    """Typical messages with their intents, in the order of the file."""
    loaded = yaml.load(files(__package__).joinpath("intents.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return tuple((Intent(name), text) for name, sides in loaded.items() for side in sides.values() for text in side)
