"""The benchmark as the report shows it: what has a target, and how time, memory and throughput grow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup
from pydantic import ValidationError

from evals.bench.concurrency import Load
from evals.bench.report import MIB, Check, Report
from evals.bench.scale import Scale, Size, System
from evals.errors import RunError
from evals.report.charts import ANSWER, BASELINE, FLOOR, OURS, Series, lines, percent
from evals.report.words import duration, in_each, name_of, phrase
from knowledge.passage import Bilingual, Language

_KINDS: Mapping[str, str] = {"quliu": OURS, "plain": BASELINE, "floor": FLOOR, "answer": ANSWER}
_SYSTEMS: tuple[System, ...] = ("quliu", "plain", "floor")

_Curves = Mapping[str, Sequence[tuple[float, float]]]
_Writer = Callable[[float], Bilingual]


class Target(NamedTuple):
    """A figure beside the most or the least that it may be; ``met`` is None where it was not measured."""

    name: Bilingual
    value: Bilingual
    bound: Bilingual
    met: bool | None


class PlotLine(NamedTuple):
    """What was measured at one place of a plot, by kind, and our figure by each of the others it compares with."""

    x: Bilingual
    values: tuple[Bilingual | None, ...]
    ratios: tuple[str | None, ...]


class Plot(NamedTuple):
    """A chart with the table that says the same; ``kinds`` are its columns, ours first, and ``others`` its ratios."""

    key: str
    axis: str
    chart: Markup
    kinds: tuple[str, ...]
    others: tuple[str, ...]
    lines: tuple[PlotLine, ...]


class Bench(NamedTuple):
    """A run of the benchmark; ``times`` are medians and 95th percentiles in milliseconds."""

    machine: Bilingual
    targets: tuple[Target, ...]
    times: tuple[tuple[Bilingual, float, float], ...]
    throughput: Bilingual | None
    plots: tuple[Plot, ...]


def read_bench(path: Path) -> Bench:
    """What ``python -m evals.bench --json`` wrote. Raises RunError where it cannot be read."""
    report = _read(path)
    latency, machine = report.latency, report.machine
    times = (("embedding", latency.embedding), ("retrieval", latency.retrieval), ("answer", latency.answer))
    return Bench(
        machine=phrase(
            "bench.machine",
            system=machine.system,
            cpus=machine.cpus,
            python=machine.python,
            count=report.settings.questions,
        ),
        targets=tuple(_target(check) for check in report.checks),
        times=tuple((phrase(f"bench.times.{key}"), found.p50, found.p95) for key, found in times),
        throughput=_throughput(report.scale) if report.scale else None,
        plots=tuple(_plots(report.scale)) if report.scale else (),
    )


def _read(path: Path) -> Report:
    try:
        # What is computed was written along, and is computed again.
        return Report.model_validate_json(path.read_bytes(), extra="ignore")
    except (OSError, ValidationError) as error:
        reason = str(error).strip().splitlines()[0]
        raise RunError(f"{path} is no result of the benchmark ({reason}); run `python -m evals.bench` anew") from error


def _target(check: Check) -> Target:
    write = _gib if check.name.endswith("_gib") else _factor
    bound = write(check.target)
    sign = "≥" if check.at_least else "≤"
    return Target(
        name=name_of("bench.targets", check.name),
        value=phrase("bench.unknown") if check.value is None else write(check.value),
        bound=Bilingual(zh=f"{sign} {bound.zh}", en=f"{sign} {bound.en}"),
        met=check.met,
    )


def _throughput(scale: Scale) -> Bilingual:
    indexing = scale.indexing
    return phrase(
        "bench.throughput",
        passages=f"{indexing.passages:,}",
        rate=f"{indexing.vectors_per_s:.1f}",
        ours=percent(indexing.to_embedder),
        plain=percent(indexing.plain_to_embedder),
    )


def _plots(scale: Scale) -> Iterator[Plot]:
    def by_size(value: Callable[[Size, System], float | None]) -> _Curves:
        # On a logarithmic axis there is no place for nothing.
        return {
            _KINDS[system]: [(size.passages, y) for size in scale.sizes if (y := value(size, system)) and y > 0]
            for system in _SYSTEMS
        }

    def by_users(value: Callable[[Load], float]) -> _Curves:
        return {
            kind: sorted((load.users, value(load)) for load in scale.loads if load.system == system)
            for system, kind in _KINDS.items()
        }

    plots = (
        ("median", "passages", by_size(lambda size, system: size.latency[system].retrieval.p50), duration),
        ("p95", "passages", by_size(lambda size, system: size.latency[system].retrieval.p95), duration),
        ("memory", "passages", by_size(lambda size, system: _mib_of(size.memory[system].added)), _mib),
        ("writing", "passages", by_size(lambda size, system: 1000 * size.write_s[system]), duration),
        ("rate", "users", by_users(lambda load: load.per_s), _rate),
        ("wait", "users", by_users(lambda load: load.latency.p95), duration),
    )
    for key, axis, curves, write in plots:
        if any(curves.values()):
            yield _plot(key, axis, curves, write)


def _plot(key: str, axis: str, curves: _Curves, write: _Writer) -> Plot:
    kinds = tuple(kind for kind, points in curves.items() if points)
    values = {kind: dict(curves[kind]) for kind in kinds}
    # A whole answer is not the search that the others do.
    others = tuple(kind for kind in kinds if kind in (BASELINE, FLOOR) and OURS in kinds)

    def ratio(x: float, other: str) -> str | None:
        ours, theirs = values[OURS].get(x), values[other].get(x)
        return f"{ours / theirs:.2f}" if ours and theirs else None

    return Plot(
        key=key,
        axis=axis,
        chart=in_each(lambda language: _chart(key, {kind: curves[kind] for kind in kinds}, write, language)),
        kinds=kinds,
        others=others,
        lines=tuple(
            PlotLine(
                x=_count(x),
                values=tuple(write(y) if (y := values[kind].get(x)) else None for kind in kinds),
                ratios=tuple(ratio(x, other) for other in others),
            )
            for x in sorted({x for points in values.values() for x in points})
        ),
    )


def _chart(key: str, curves: _Curves, write: _Writer, language: Language) -> Markup:
    series = [
        Series(kind, tuple((x, y, f"{_count(x)[language]}: {write(y)[language]}") for x, y in points))
        for kind, points in curves.items()
    ]
    return lines(
        series,
        title=phrase(f"bench.plots.{key}.name")[language],
        description=phrase(f"bench.plots.{key}.note")[language],
        unit_x=lambda x: _count(x)[language],
        unit_y=lambda y: write(y)[language],
    )


def _count(number: float) -> Bilingual:
    return Bilingual(zh=f"{number:,.0f}", en=f"{number:,.0f}")


def _gib(value: float) -> Bilingual:
    return Bilingual(zh=f"{value:.2f} GiB", en=f"{value:.2f} GiB")


def _mib_of(size: int | None) -> float | None:
    return None if size is None else size / MIB


def _mib(value: float) -> Bilingual:
    written = f"{value:,.0f} MiB" if value >= 10 else f"{value:.2g} MiB"
    return Bilingual(zh=written, en=written)


def _factor(value: float) -> Bilingual:
    return phrase("bench.factor", value=f"{value:.2f}")


def _rate(value: float) -> Bilingual:
    return phrase("units.per_s", value=f"{value:.0f}" if value >= 10 else f"{value:.2g}")
