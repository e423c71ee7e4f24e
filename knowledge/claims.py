"""What of a paragraph makes it a claim with a weight of its own: a figure, a source that it names, a view."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from knowledge.figures import figure_keys
from knowledge.passage import Frozen, Language

# Of a name, so much at its end tells it from others.
_TELLING = 4
_SAME = re.compile(r"同一[份项次个]|该(?=[报调机院所局])|the same\b|the (?:report|survey|study)\b", re.IGNORECASE)


def has_figure(text: str) -> bool:
    """Whether it gives a figure."""
    return bool(figure_keys(text))


def has_source(text: str) -> bool:
    """Whether it says whom it has something from."""
    signs = _signs()
    return any(pattern.search(text) for pattern in (signs.named, signs.sources))


def named_source(text: str, start: int = 0) -> bool:
    """Whether what begins there is the name of an institution, and what it reports."""
    return bool(_signs().named.match(text, start))


def has_view(text: str) -> bool:
    """Whether it says that it is what the writer thinks."""
    return bool(_signs().views.search(text))


def continues(text: str, start: int = 0) -> bool:
    """Whether the subject of what begins there was named just before."""
    return bool(_signs().continues.match(text, start))


def source_changes(parts: Sequence[str]) -> list[int]:
    """The places of those sentences that begin with another source than the last one named before them."""
    changes: list[int] = []
    former: str | None = None
    for place, part in enumerate(parts):
        found = _signs().named.search(part)
        if found is None or _SAME.search(part, 0, found.end()):
            continue
        name = found["zh"] or found["en"]
        if former is not None and name[-_TELLING:] not in former and former[-_TELLING:] not in name:
            changes.append(place)
        former = name
    return changes


class _Table(Frozen):
    institutions: Mapping[Language, str]
    reports: Mapping[Language, str]
    sources: tuple[str, ...]
    views: tuple[str, ...]
    continues: tuple[str, ...]


@dataclass(frozen=True)
class _Signs:
    named: re.Pattern[str]
    sources: re.Pattern[str]
    views: re.Pattern[str]
    continues: re.Pattern[str]


@cache
def _signs() -> _Signs:
    raw = files(__package__).joinpath("claims.yaml").read_text("utf-8")
    table = _Table.model_validate(yaml.load(raw, yaml.CSafeLoader))
    # A name, and in the same clause but for an aside what it reports.
    zh = (
        rf"(?P<zh>[\u4e00-\u9fffA-Za-z0-9·]{{1,16}}?(?:{table.institutions['zh']}))"
        rf"[^。；！？;]{{0,24}}?(?:{table.reports['zh']})"
    )
    en = (
        rf"(?P<en>\b(?:[A-Z][\w'’-]*(?: (?:of|for|and|the))? ){{0,6}}(?:{table.institutions['en']})"
        rf"(?: (?:of|for) (?:the )?[A-Z][\w'’-]*(?: [A-Z][\w'’-]*){{0,4}})?)(?:'s|’s)?\b"
        rf"[^.;!?]{{0,60}}?\b(?:{table.reports['en']}|survey|poll|review|bulletin|yearbook)\b"
    )
    return _Signs(
        named=re.compile(f"{zh}|{en}"),
        sources=re.compile("|".join(table.sources)),
        views=re.compile("|".join(table.views)),
        continues=re.compile("|".join(table.continues)),
    )
