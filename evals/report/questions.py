"""The questions of a run as the report shows them: answers in their parts, and the checks by how they came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bot.turn import Answer, Claim, Section
from evals.checks import DECIDING, passed
from evals.question import Question
from evals.report.words import duration, metric_name, name_of, phrase, reason_of
from evals.results import Check, Row
from evals.retrieval import RETRIEVAL
from knowledge.passage import Bilingual
from prompts import load

PASSED, FAILED, ERROR = "passed", "failed", "error"


class Verdict(NamedTuple):
    """A check of one answer."""

    key: str
    name: Bilingual
    score: float
    reason: Bilingual


class Statement(NamedTuple):
    """One claim; ``label`` names a warning, ``numbers`` are those of its citations."""

    text: str
    label: str | None
    weakness: str | None
    numbers: tuple[int, ...]


class Part(NamedTuple):
    """Statements under one heading, which the first part may lack."""

    heading: str | None
    statements: tuple[Statement, ...]


class Cited(NamedTuple):
    """A citation; ``gold`` where the question wants that passage."""

    number: int
    passage_id: str
    locator: str
    gold: bool


class Said(NamedTuple):
    """An answer; ``plain`` is all of it where it has no parts. Without one, ``error`` says why."""

    language: str
    parts: tuple[Part, ...] = ()
    gaps: tuple[str, ...] = ()
    plain: str = ""
    citations: tuple[Cited, ...] = ()
    withheld: tuple[tuple[str, str], ...] = ()
    error: str | None = None

    @property
    def places(self) -> dict[int, str]:
        """Passage ids by the number of the citation."""
        return {cited.number: cited.passage_id for cited in self.citations}


class Wanted(NamedTuple):
    """What a good answer has: groups of passages of which it cites one, and everything else in words."""

    gold: tuple[tuple[str, ...], ...]
    others: tuple[Bilingual, ...]


class Entry(NamedTuple):
    """A question with all there is to say of it; the measures of the ``search`` all have the same reason."""

    question: Question
    state: str
    said: Said
    wanted: Wanted
    failed: tuple[Verdict, ...]
    partial: tuple[Verdict, ...]
    full: tuple[Verdict, ...]
    search: tuple[Verdict, ...]
    took: Bilingual

    @property
    def id(self) -> str:
        """That of the question."""
        return self.question.id


def entry(row: Row) -> Entry:
    """A row as it is shown."""
    verdicts = [verdict(check) for check in row.checks]
    below = [one for one in verdicts if one.score < 1]
    return Entry(
        question=row.question,
        state=ERROR if row.error is not None else PASSED if passed(row) else FAILED,
        said=said(row),
        wanted=_wanted(row.question),
        failed=tuple(one for one in below if one.key in DECIDING),
        partial=tuple(one for one in below if one.key not in {*DECIDING, *RETRIEVAL}),
        full=tuple(one for one in verdicts if one.score >= 1 and one.key not in RETRIEVAL),
        search=tuple(one for one in verdicts if one.key in RETRIEVAL),
        took=duration(row.answer.timings_ms.total if row.answer else 1000 * row.seconds),
    )


def verdict(check: Check) -> Verdict:
    """A check as it is shown."""
    return Verdict(check.name, metric_name(check.name), check.score, reason_of(check))


def said(row: Row) -> Said:
    """The answer that is judged, or why there is none."""
    answer = row.answer
    if answer is None or row.error is not None:
        return Said(row.question.language, error=row.error or "")
    gold = {id_ for group in row.question.gold for id_ in group}
    has_parts = bool(answer.claims or answer.gaps)
    return Said(
        language=answer.language,
        parts=tuple(_parts(answer)),
        gaps=tuple(gap.text for gap in answer.gaps),
        plain="" if has_parts else answer.text,
        citations=tuple(Cited(c.number, c.passage_id, c.locator, c.passage_id in gold) for c in answer.citations),
        withheld=tuple((one.text, one.reason) for one in answer.withheld),
    )


def _parts(answer: Answer) -> Iterator[Part]:
    words = load("answer", answer.language)
    for section, claims in groupby(answer.claims, key=lambda claim: claim.section):
        yield Part(words["headings"][str(section)], tuple(_statement(claim, words["caveats"]) for claim in claims))


def _statement(claim: Claim, caveats: dict[str, str]) -> Statement:
    label = caveats[str(claim.kind)] if claim.kind and claim.section is Section.CAVEATS else None
    return Statement(claim.text, label, claim.weakness, claim.citations)


def _wanted(question: Question) -> Wanted:
    others = [
        *(phrase("questions.say_figures", what=_any_of(group)) for group in question.figures),
        *(phrase("questions.avoid_figures", what=figure) for figure in question.not_figures),
        *(phrase("questions.warn", what=_caveat(str(kind))) for kind in question.caveats),
        *(phrase("questions.both_sides", what=conflict) for conflict in question.conflicts),
        *([phrase("questions.abstain")] if question.abstain else []),
        *(phrase("questions.remember", what=_field(field, value)) for field, value in question.profile.given().items()),
    ]
    return Wanted(question.gold, tuple(others))


def _any_of(group: Sequence[str]) -> Bilingual:
    word = phrase("questions.cite_any")
    return Bilingual(zh=f" {word.zh} ".join(group), en=f" {word.en} ".join(group))


def _field(name: str, value: object) -> Bilingual:
    called = name_of("profile", name)
    return Bilingual(zh=f"{called.zh} = {value}", en=f"{called.en} = {value}")


def _caveat(kind: str) -> Bilingual:
    return Bilingual(zh=load("answer", "zh")["caveats"][kind], en=load("answer", "en")["caveats"][kind])
