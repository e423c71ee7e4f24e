"""The passages of the notes, by article, with how many answers cite each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from evals.results import Row
from knowledge.corpus import load_notes
from knowledge.passage import Bilingual, Passage
from prompts import load

LEVELS = 5


class Cell(NamedTuple):
    """A passage; ``level`` is 0 where it is never used, else from 1 to 5. ``wanted`` questions have it as gold."""

    id: str
    text: Bilingual
    place: Bilingual
    grade: Bilingual
    uses: int
    level: int
    wanted: int
    cited_by: tuple[str, ...]


class Article(NamedTuple):
    """The cells of one article, in reading order."""

    title: Bilingual
    cells: tuple[Cell, ...]

    @property
    def never(self) -> tuple[Cell, ...]:
        """Those never used."""
        return tuple(cell for cell in self.cells if not cell.uses)


class Step(NamedTuple):
    """A shade of the map and the counts that it stands for."""

    level: int
    low: int
    high: int


class HeatMap(NamedTuple):
    """All passages; ``unknown`` are cited but no longer among the notes."""

    articles: tuple[Article, ...]
    unknown: tuple[tuple[str, int], ...]
    scale: tuple[Step, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Those of all articles."""
        return tuple(cell for article in self.articles for cell in article.cells)

    @property
    def used(self) -> int:
        """How many passages are used."""
        return sum(cell.uses > 0 for cell in self.cells)


def heat_map(rows: Sequence[Row]) -> HeatMap:
    """How many of the judged answers cite each passage."""
    documents, passages = load_notes()
    cited_by: dict[str, list[str]] = {}
    for row in rows:
        for id_ in dict.fromkeys(c.passage_id for c in row.answer.citations) if row.answer else ():
            cited_by.setdefault(id_, []).append(row.question.id)
    wanted = Counter(id_ for row in rows for id_ in {id_ for group in row.question.gold for id_ in group})
    most = max((len(ids) for ids in cited_by.values()), default=0)
    known = {passage.id for passage in passages}
    return HeatMap(
        articles=tuple(
            Article(
                document.title,
                tuple(
                    _cell(passage, tuple(cited_by.get(passage.id, ())), wanted[passage.id], most)
                    for passage in passages
                    if passage.document_id == document.id
                ),
            )
            for document in documents
        ),
        unknown=tuple((id_, len(ids)) for id_, ids in sorted(cited_by.items()) if id_ not in known),
        scale=_steps(most),
    )


def _cell(passage: Passage, cited_by: tuple[str, ...], wanted: int, most: int) -> Cell:
    zh, en = (load("web", language)["grades"][str(passage.grade)]["name"] for language in ("zh", "en"))
    section = passage.section or Bilingual(zh="", en="")
    return Cell(
        id=passage.id,
        text=Bilingual(zh=passage.in_language("zh"), en=passage.in_language("en")),
        place=Bilingual(zh=_place(section.zh, passage.paragraph), en=_place(section.en, passage.paragraph)),
        grade=Bilingual(zh=zh, en=en),
        uses=len(cited_by),
        level=_level(len(cited_by), most),
        wanted=wanted,
        cited_by=cited_by,
    )


def _place(section: str, paragraph: int | None) -> str:
    return " · ".join(part for part in (section, f"¶{paragraph}" if paragraph else "") if part)


def _level(count: int, most: int) -> int:
    # By the root, so that the few that are used all the time leave shades for the others.
    return math.ceil(LEVELS * math.sqrt(count / most)) if count else 0


def _steps(most: int) -> tuple[Step, ...]:
    levels = [(_level(count, most), count) for count in range(1, most + 1)]
    found = [(level, [count for other, count in levels if other == level]) for level in range(1, LEVELS + 1)]
    return tuple(Step(level, counts[0], counts[-1]) for level, counts in found if counts)
