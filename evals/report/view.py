"""All that the report shows of a run, apart from how it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from evals.checks import with_framing
from evals.errors import RunError
from evals.report.bench import Bench, read_bench
from evals.report.changes import Changes, changes
from evals.report.charts import BASELINE, OURS, PREVIOUS
from evals.report.passages import HeatMap, heat_map
from evals.report.questions import Entry, entry
from evals.report.standing import (
    Breakdown,
    Corner,
    Peer,
    ScoreLine,
    breakdowns,
    by_language,
    by_type,
    confusion,
    overall,
)
from evals.report.standing import peer as as_peer
from evals.report.waiting import Waiting, waiting
from evals.report.words import duration, metric_name, name_of, phrase
from evals.results import Run
from evals.scores import PASSED, Interval, Scores
from knowledge.corpus import corpus_hash
from knowledge.passage import Bilingual

if TYPE_CHECKING:
    from evals.judge import Judgement


class Opinion(NamedTuple):
    """What a model says of the answers by one metric."""

    name: Bilingual
    mean: Interval | None
    unscored: int
    judgements: tuple[Judgement, ...]


class Fact(NamedTuple):
    """A circumstance of the run; a ``code`` is to be copied rather than read."""

    name: Bilingual
    value: Bilingual
    code: bool = False


class Page(NamedTuple):
    """The sections of the report."""

    run: Run
    scores: Scores | None
    peers: tuple[Peer, ...]
    notes: tuple[Bilingual, ...]
    overall: tuple[ScoreLine, ...]
    by_type: tuple[ScoreLine, ...]
    by_language: tuple[ScoreLine, ...]
    breakdowns: tuple[Breakdown, ...]
    confusion: tuple[Corner, ...]
    changes: Changes | None
    heat_map: HeatMap
    notes_changed: bool
    waiting: Waiting | None
    bench: Bench | None
    opinions: tuple[Opinion, ...]
    entries: tuple[Entry, ...]
    facts: tuple[Fact, ...]
    hashes: tuple[Fact, ...]
    versions: tuple[Fact, ...]
    settings: tuple[Fact, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The runs that are shown, ours first."""
        return (OURS, *(one.kind for one in self.peers))

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections that there is something to show in, in their order."""
        shown = {
            "headline": True,
            "changes": self.changes,
            "scores": self.scores,
            "confusion": self.scores,
            "passages": True,
            "latency": self.waiting,
            "bench": self.bench,
            "judgements": self.opinions,
            "questions": True,
            "circumstances": True,
        }
        return tuple(section for section, there in shown.items() if there)

    @property
    def passed(self) -> ScoreLine | None:
        """The share that passes."""
        return self.overall[0] if self.overall else None


def view(
    run: Run,
    baseline: Run | None,
    previous: Run | None,
    judgements: Sequence[Judgement] = (),
    bench: Path | None = None,
) -> Page:
    """The report of a run beside others, each of which counts for the questions that it shares with it."""
    rows = with_framing(run.rows)
    scores = Scores.of(rows) if rows else None
    measured, unread = _bench(bench) if bench else (None, ())
    others = ((BASELINE, baseline), (PREVIOUS, previous))
    peers = tuple(found for kind, other in others if (found := as_peer(kind, other, run)))
    last = next((one for one in peers if one.kind == PREVIOUS), None)
    return Page(
        run=run,
        scores=scores,
        peers=peers,
        notes=(*_notes(run, others, peers), *unread),
        overall=overall(scores, peers) if scores else (),
        by_type=by_type(PASSED, scores, peers) if scores else (),
        by_language=by_language(PASSED, scores, peers) if scores else (),
        breakdowns=tuple(breakdowns(scores, peers)) if scores else (),
        confusion=confusion(rows, scores, peers) if scores else (),
        changes=changes(last.comparison) if last else None,
        heat_map=heat_map(rows),
        notes_changed=run.info.circumstances.corpus != corpus_hash(),
        waiting=waiting(rows, scores.latency, peers) if scores and scores.latency else None,
        bench=measured,
        opinions=_opinions(judgements),
        entries=tuple(entry(row) for row in rows),
        facts=tuple(_facts(run, peers)),
        hashes=tuple(
            Fact(phrase(f"circumstances.{name}"), _same(getattr(run.info.circumstances, name)), code=True)
            for name in ("questions", "corpus", "prompts", "code")
        ),
        versions=tuple(
            Fact(_same(name), _same(version) if version else phrase("circumstances.missing"), code=True)
            for name, version in run.info.versions.items()
        ),
        settings=tuple(
            Fact(_same(name), phrase("page.none") if value is None else _same(str(value)), code=True)
            for name, value in run.info.settings.items()
        ),
    )


def _notes(run: Run, others: Sequence[tuple[str, Run | None]], peers: Sequence[Peer]) -> Iterator[Bilingual]:
    """What a reader should know of what is compared."""
    done = len(run.rows)
    if not done:
        yield phrase("headline.nothing")
    if done < run.info.count:
        yield phrase("headline.unfinished", done=done, count=run.info.count)
    for kind, other in others:
        shared = next((one.comparison.shared for one in peers if one.kind == kind), 0)
        if other is None:
            yield phrase(f"headline.no_{kind}")
        elif shared < done:
            yield phrase("headline.partly", name=phrase(f"names.{kind}"), shared=shared, count=done)


def _bench(path: Path) -> tuple[Bench | None, tuple[Bilingual, ...]]:
    """The benchmark, or else what keeps it from being read."""
    try:
        return read_bench(path), ()
    except RunError as error:
        return None, (phrase("bench.unread", error=error),)


def _opinions(judgements: Sequence[Judgement]) -> tuple[Opinion, ...]:
    by_metric: dict[str, list[Judgement]] = {}
    for one in judgements:
        by_metric.setdefault(one.metric, []).append(one)
    return tuple(
        Opinion(
            name=metric_name(metric),
            mean=Interval.of(scores) if (scores := [one.score for one in ours if one.score is not None]) else None,
            unscored=len(ours) - len(scores),
            judgements=tuple(ours),
        )
        for metric, ours in by_metric.items()
    )


def _facts(run: Run, peers: Sequence[Peer]) -> Iterator[Fact]:
    info = run.info
    depends = info.circumstances
    selection = depends.selection
    yield Fact(phrase("circumstances.run"), _same(info.id), code=True)
    yield Fact(
        phrase("circumstances.started"), _same(f"{info.started:%Y-%m-%d %H:%M:%S} {info.started.tzname() or ''}")
    )
    if info.seconds is not None:
        yield Fact(phrase("circumstances.seconds"), duration(1000 * info.seconds))
    yield Fact(phrase("circumstances.system"), _same(depends.system))
    yield Fact(phrase("circumstances.writer"), _same(depends.writer))
    yield Fact(phrase("circumstances.embedding_model"), _same(depends.embedding_model))
    yield Fact(phrase("circumstances.split"), name_of("splits", selection.split))
    if selection.types:
        names = [name_of("types", type_) for type_ in selection.types]
        listed = Bilingual(zh="、".join(one.zh for one in names), en=", ".join(one.en for one in names))
        yield Fact(phrase("circumstances.only_types"), listed)
    if selection.limit is not None:
        yield Fact(phrase("circumstances.limit"), _same(str(selection.limit)))
    if info.commit:
        yield Fact(phrase("circumstances.commit"), _commit(info.commit, bool(info.modified)), code=True)
    yield Fact(phrase("circumstances.machine"), _same(info.system))
    yield Fact(phrase("circumstances.cpus"), _same(str(info.cpus)))
    yield Fact(phrase("circumstances.python"), _same(info.python))
    for one in peers:
        compared = phrase("circumstances.compared")
        name = Bilingual(zh=f"{compared.zh}：{one.name.zh}", en=f"{compared.en}: {one.name.en}")
        yield Fact(name, _same(one.run.info.id), code=True)


def _commit(commit: str, modified: bool) -> Bilingual:
    if not modified:
        return _same(commit)
    note = phrase("circumstances.modified")
    return Bilingual(zh=f"{commit}（{note.zh}）", en=f"{commit} ({note.en})")


def _same(text: str) -> Bilingual:
    return Bilingual(zh=text, en=text)
