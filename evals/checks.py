"""The deterministic checks of an answer: each gives a score from 0 to 1 with its reason, or does not apply.

An answer is judged by what it claims and cites, whoever wrote it, so that the checks are the same for every system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.turn import Answer, Claim, Profile
from evals.question import Question, tension_sides
from evals.results import Check, Row
from knowledge.figures import Key, figure_keys
from knowledge.passage import Caveat, Passage
from knowledge.script import language_of

Verdict = tuple[float, str]


@dataclass(frozen=True)
class Case:
    """A question, the answers to its turns, and the passages that citations may name."""

    question: Question
    answers: Sequence[Answer]
    passages: Mapping[str, Passage]

    @property
    def answer(self) -> Answer:
        """The answer that is judged."""
        return self.answers[-1]

    @cached_property
    def cited(self) -> frozenset[str]:
        """Ids of all passages that a claim cites."""
        return frozenset(id_ for claim in self.answer.claims for id_ in self.citations(claim))

    @cached_property
    def claimed_figures(self) -> frozenset[Key]:
        """The figures of all claims."""
        return frozenset(key for claim in self.answer.claims for key in figure_keys(claim.text))

    def citations(self, claim: Claim) -> frozenset[str]:
        """Ids of the passages that a claim cites; a number that leads nowhere is left out."""
        return frozenset(self._by_number[number] for number in claim.citations if number in self._by_number)

    @cached_property
    def _by_number(self) -> Mapping[int, str]:
        return {citation.number: citation.passage_id for citation in self.answer.citations}


def citation_recall(case: Case) -> Verdict | None:
    """Share of the gold groups of which a passage is cited."""
    groups = case.question.gold
    missed = [" | ".join(group) for group in groups if not case.cited & set(group)]
    return _share(groups, missed, "not cited: {}")


def citation_precision(case: Case) -> Verdict | None:
    """Share of the claims that rest on a passage which is gold, or accepted beside it."""
    question = case.question
    if not (question.gold or question.also):
        return None
    off = [
        _brief(claim.text)
        for claim in case.answer.claims
        if not any(question.accepts(case.passages[id_]) for id_ in case.citations(claim) if id_ in case.passages)
    ]
    return _share(case.answer.claims, off, "beside the point: {}")


def claims_cited(case: Case) -> Verdict | None:
    """Share of the claims that carry a citation."""
    bare = [_brief(claim.text) for claim in case.answer.claims if not case.citations(claim)]
    return _share(case.answer.claims, bare, "without a citation: {}")


def numbers_supported(case: Case) -> Verdict | None:
    """Share of the claims with figures in which every figure stands in a cited passage."""
    with_figures = [claim for claim in case.answer.claims if figure_keys(claim.text)]
    unsupported = [
        f"{_brief(claim.text)} ({_listed(_written(missing))})"
        for claim in with_figures
        if (missing := set(figure_keys(claim.text)) - _figures_of(case.passages, case.citations(claim)))
    ]
    return _share(with_figures, unsupported, "not in a cited passage: {}")


def figures(case: Case) -> Verdict | None:
    """Share of the figures asked for that are claimed."""
    groups = case.question.figures
    missed = [
        " | ".join(group) for group in groups if not any(set(figure_keys(one)) <= case.claimed_figures for one in group)
    ]
    return _share(groups, missed, "not claimed: {}")


def figures_avoided(case: Case) -> Verdict | None:
    """Share of the wrong figures that are not claimed."""
    wrong = case.question.not_figures
    claimed = [one for one in wrong if set(figure_keys(one)) <= case.claimed_figures]
    return _share(wrong, claimed, "wrongly claimed: {}")


def caveat_recall(case: Case) -> Verdict | None:
    """Share of the caveats due that are named, or carried by a cited passage."""
    carried = {case.passages[id_].caveat for id_ in case.cited if id_ in case.passages}
    shown = carried | {caveat.kind for caveat in case.answer.caveats}
    missed = [str(kind) for kind in case.question.caveats if kind not in shown]
    return _share(case.question.caveats, missed, "missing: {}")


def caveat_precision(case: Case) -> Verdict | None:
    """Share of the caveats named that are due, or at least fitting."""
    named = sorted({caveat.kind for caveat in case.answer.caveats})
    fitting: set[Caveat] = {*case.question.caveats, *case.question.caveats_also}
    return _share(named, [str(kind) for kind in named if kind not in fitting], "needless: {}")


def abstention_recall(case: Case) -> Verdict | None:
    """Where the documents are silent: whether the answer says so."""
    if not case.question.abstain:
        return None
    return (1.0, "said to be missing") if case.answer.abstained else (0.0, "answered as if the documents said it")


def abstention_precision(case: Case) -> Verdict | None:
    """Where an answer says that the documents are silent: whether they are."""
    if not case.answer.abstained:
        return None
    said = _listed(gap.text for gap in case.answer.gaps) or "nothing"
    return (1.0, "they are silent") if case.question.abstain else (0.0, f"the documents do say it; answered: {said}")


def conflict_coverage(case: Case) -> Verdict | None:
    """Share of the conflicts due of which both sides are cited."""
    due = case.question.conflicts
    missed = [id_ for id_ in due if not all(case.cited & set(side) for side in tension_sides(id_))]
    return _share(due, missed, "not from both sides: {}")


def language(case: Case) -> Verdict:
    """Whether the answer is in the language asked for."""
    wanted, answer = case.question.language, case.answer
    words = " ".join(claim.text for claim in answer.claims) or answer.text
    for said, found in (("it says it is in", answer.language), ("its words are in", language_of(words))):
        if found != wanted:
            return 0.0, f"{said} {found}, not {wanted}"
    return 1.0, f"in {wanted}"


def profile(case: Case) -> Verdict | None:
    """Share of what is to be remembered of the person that is."""
    wanted = case.question.profile.given()
    held = case.answer.profile
    wrong = [f"{field} is {_held(held, field)!r}, not {value!r}" for field, value in wanted.items()
             if not _same(_held(held, field), value)]  # fmt: skip
    return _share(list(wanted), wrong, "{}")


def nothing_withheld(case: Case) -> Verdict | None:
    """Share of what was written that verification let through."""
    withheld = [f"{_brief(one.text)} ({one.reason})" for one in case.answer.withheld]
    return _share([*case.answer.claims, *withheld], withheld, "withheld: {}")


# In the order of a report. What decides whether a question is answered as it should be comes first.
CHECKS: tuple[Callable[[Case], Verdict | None], ...] = (
    citation_recall,
    claims_cited,
    numbers_supported,
    figures,
    figures_avoided,
    caveat_recall,
    abstention_recall,
    abstention_precision,
    conflict_coverage,
    language,
    profile,
    nothing_withheld,
    caveat_precision,
    citation_precision,
)
ANSWERED, FRAMING = "answered", "framing"
# An answer may hold somewhat more than was asked for, and rest on somewhat more in one frame than in the other.
GRADUAL = frozenset({"citation_precision", "caveat_precision", FRAMING})


def check_answer(case: Case) -> tuple[Check, ...]:
    """All checks that apply to an answer."""
    verdicts = [(check.__name__, check(case)) for check in CHECKS]
    return (
        Check(name=ANSWERED, score=1.0, reason="an answer came"),
        *(Check(name=name, score=verdict[0], reason=verdict[1]) for name, verdict in verdicts if verdict),
    )


def check_crash(error: str) -> tuple[Check, ...]:
    """What is to be said where no answer came."""
    return (Check(name=ANSWERED, score=0.0, reason=error),)


def passed(row: Row) -> bool:
    """Whether everything that decides is as it should be."""
    return all(check.score == 1.0 for check in row.checks if check.name in DECIDING)


DECIDING = frozenset({ANSWERED, *(check.__name__ for check in CHECKS)}) - GRADUAL


def with_framing(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, those of one frame with a check of how far they rest on the same passages (Jaccard index)."""
    frames: dict[str, list[Row]] = {}
    for row in rows:
        if row.question.frame and row.answer:
            frames.setdefault(row.question.frame, []).append(row)
    return tuple(_framed(row, frames.get(row.question.frame or "", [])) for row in rows)


def _framed(row: Row, frame: Sequence[Row]) -> Row:
    if len(frame) < 2 or row.answer is None:
        return row
    sets = [{c.passage_id for c in other.answer.citations} for other in frame if other.answer]
    shared, all_ = set.intersection(*sets), set.union(*sets)
    score = len(shared) / len(all_) if all_ else 1.0
    mine = sorted({c.passage_id for c in row.answer.citations} - shared)
    reason = f"cited in this frame alone: {_listed(mine)}" if mine else f"all {len(shared)} cited in every frame"
    return row.model_copy(update={"checks": (*row.checks, Check(name=FRAMING, score=score, reason=reason))})


def _share(items: Sequence[Any], wrong: Sequence[str], reason: str) -> Verdict | None:
    """The share of the items that are right; none at all is no verdict."""
    if not items:
        return None
    return 1 - len(wrong) / len(items), reason.format(_listed(wrong)) if wrong else f"all {len(items)}"


def _figures_of(passages: Mapping[str, Passage], ids: Iterable[str]) -> set[Key]:
    cited = [passages[id_] for id_ in ids if id_ in passages]
    return {key for passage in cited for text in (passage.text, passage.text_en or "") for key in figure_keys(text)}


def _written(keys: Iterable[Key]) -> list[str]:
    return [f"{' to '.join(f'{value:f}' for value in key.values)} {key.kind}" for key in keys]


def _held(held: Profile, field: str) -> Any:
    return held.model_dump().get(field)


def _same(held: Any, wanted: Any) -> bool:
    """Whether a field holds what is wanted; free words need not be the same, but one must hold the other."""
    if isinstance(held, list | tuple):
        return wanted in held
    if isinstance(held, str) and isinstance(wanted, str):
        return wanted.casefold() in held.casefold() or (bool(held) and held.casefold() in wanted.casefold())
    return bool(held == wanted and isinstance(held, bool) == isinstance(wanted, bool))


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items)


def _brief(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
