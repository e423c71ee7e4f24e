"""The bundled notes: what three articles say, in our own words, in Chinese and in English."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import yaml
from pydantic import ValidationError

from knowledge.details import details
from knowledge.errors import CorpusError
from knowledge.passage import Bilingual, Caveat, Document, Frozen, Grade, Passage, Stance
from knowledge.topics import topics

ARTICLES = ("leaving-the-big-four", "cities-that-lose-people", "keeping-talent")
SCOPES = frozenset(
    "any first_tier new_first_tier second_tier provincial_capital lower_tier county small_place home".split()
)


M = TypeVar("M", bound=Frozen)


class Tension(Frozen):
    """Two sides that pull apart; ``{0}`` and ``{1}`` in the text stand for the citations of each."""

    id: str
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    zh: str
    en: str
    topics: tuple[str, ...]
    cities: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of both sides."""
        return (*self.sides[0], *self.sides[1])


class Asks(Frozen):
    """Ways people ask for something, by language."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


class Theme(Frozen):
    """A broad question, by the ways it is asked, and the notes that answer it together, the most telling first."""

    id: str
    notes: tuple[str, ...]
    asks: Asks


class Premise(Frozen):
    """Something false that people believe the articles say, in several wordings, and the notes that put it right."""

    id: str
    notes: tuple[str, ...]
    zh: tuple[str, ...]
    en: tuple[str, ...]


class Unsaid(Frozen):
    """Something that people ask and no article says, by the ways they ask it, and the notes that come nearest.

    ``zh`` and ``en`` complete "The articles do not say …".
    """

    id: str
    notes: tuple[str, ...]
    zh: str
    en: str
    asks: Asks


E = TypeVar("E", bound=Tension | Theme | Premise | Unsaid)


class _DocumentEntry(Frozen):
    id: str
    title: Bilingual
    source_file: str
    sha256: str
    nature: Bilingual
    note: Bilingual
    called: tuple[str, ...] = ()


class _PassageEntry(Frozen):
    id: str
    paragraph: int
    line: int
    section: Bilingual
    zh: str
    en: str
    topics: tuple[str, ...]
    gives: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    speaks_for: tuple[str, ...] = ()
    scope: tuple[str, ...]
    stance: Stance
    speaks_to: Literal["person", "city"] = "person"
    grade: Grade
    attribution: Bilingual | None = None
    as_of: str | None = None
    caveat: Caveat | None = None
    weakness: Bilingual | None = None
    editor_note: Bilingual | None = None
    asks: Asks = Asks(zh=(), en=())


class _Article(Frozen):
    document: _DocumentEntry
    passages: tuple[_PassageEntry, ...]


class _Tensions(Frozen):
    tensions: tuple[Tension, ...]


class _Themes(Frozen):
    themes: tuple[Theme, ...]


class _Premises(Frozen):
    premises: tuple[Premise, ...]


class _Silences(Frozen):
    silences: tuple[Unsaid, ...]


@cache
def load_notes() -> tuple[tuple[Document, ...], tuple[Passage, ...]]:
    """The articles and their notes, in reading order.

    Raises:
        CorpusError: a file is not as the schema wants it.
    """
    articles = [_read(name, _Article) for name in ARTICLES]
    documents = tuple(
        Document(
            id=a.document.id,
            title=a.document.title,
            source=a.document.source_file,
            sha256=a.document.sha256,
            nature=a.document.nature,
            note=a.document.note,
            called=a.document.called,
        )
        for a in articles
    )
    passages = tuple(
        passage
        for a in articles
        for passage in (*(_passage(a.document, entry) for entry in a.passages), _about(a.document))
    )
    _check(passages)
    return documents, passages


@cache
def load_tensions() -> tuple[Tension, ...]:
    """Where the articles pull apart; raises CorpusError as ``load_notes``."""
    return _known("tensions", _read("tensions", _Tensions).tensions)


@cache
def load_themes() -> tuple[Theme, ...]:
    """Broad questions and the notes that answer them; raises CorpusError as ``load_notes``."""
    return _known("themes", _read("themes", _Themes).themes)


@cache
def load_premises() -> tuple[Premise, ...]:
    """What people wrongly believe the articles say; raises CorpusError as ``load_notes``."""
    return _known("premises", _read("premises", _Premises).premises)


@cache
def load_silences() -> tuple[Unsaid, ...]:
    """What people ask and the articles do not say; raises CorpusError as ``load_notes``."""
    return _known("silences", _read("silences", _Silences).silences)


@cache
def corpus_hash() -> str:
    """SHA-256 over the note files, in hexadecimal: changes whenever a note does."""
    digest = hashlib.sha256()
    for name in ARTICLES:
        digest.update(_text(name).encode())
    return digest.hexdigest()


def _text(name: str) -> str:
    return files(__name__).joinpath(f"{name}.yaml").read_text("utf-8")


def _read(name: str, model: type[M]) -> M:
    try:
        return model.model_validate(yaml.load(_text(name), yaml.CSafeLoader))
    except (ValidationError, yaml.YAMLError) as error:
        first = str(error).splitlines()[0:3]
        raise CorpusError(f"corpus/{name}.yaml is not a valid notes file: {' '.join(first)}") from error


def _passage(document: _DocumentEntry, entry: _PassageEntry) -> Passage:
    return Passage(
        id=entry.id,
        document_id=document.id,
        document_title=document.title,
        language="zh",
        text=entry.zh,
        text_en=entry.en,
        source=document.source_file,
        locator=f"¶{entry.paragraph}, line {entry.line}",
        section=entry.section,
        paragraph=entry.paragraph,
        line=entry.line,
        topics=entry.topics,
        cities=entry.cities,
        speaks_for=entry.speaks_for,
        scope=entry.scope,
        speaks_to=entry.speaks_to,
        stance=entry.stance,
        grade=entry.grade,
        attribution=entry.attribution,
        as_of=entry.as_of,
        caveat=entry.caveat,
        weakness=entry.weakness,
        editor_note=entry.editor_note,
        asks=(*entry.asks.zh, *entry.asks.en),
        gives=entry.gives,
    )


def _about(document: _DocumentEntry) -> Passage:
    """The note on a whole article, so that an answer can cite what is doubtful about it."""
    return Passage(
        id=f"{document.id}-note",
        document_id=document.id,
        document_title=document.title,
        language="zh",
        text=document.note.zh,
        text_en=document.note.en,
        source=document.source_file,
        locator="the whole article",
        topics=("document_reliability",),
        scope=("any",),
        speaks_to="city",
        grade=Grade.OPINION,
        attribution=Bilingual(zh="quliu 对文章的说明", en="quliu's note on the article"),
        weakness=Bilingual(zh="我们对文章的说明，不是文章里的话", en="our note on the article, not its own words"),
        caveat=Caveat.DOCUMENT_RELIABILITY,
    )


def _known(file: str, entries: tuple[E, ...]) -> tuple[E, ...]:
    """The entries. Raises CorpusError if one names a note that does not exist."""
    known = {p.id for p in load_notes()[1]}
    for entry in entries:
        for note in entry.notes:
            if note not in known:
                raise CorpusError(f"corpus/{file}.yaml: {entry.id} names the unknown note {note!r}; correct the id")
    return entries


def _check(passages: tuple[Passage, ...]) -> None:
    seen: set[str] = set()
    for passage in passages:
        if passage.id in seen:
            raise CorpusError(f"corpus: two notes are called {passage.id!r}; rename one")
        seen.add(passage.id)
        for kind, names, known in (
            ("topic", passage.topics, topics().keys()),
            ("detail", passage.gives, details().keys()),
            ("scope", passage.scope, SCOPES),
            ("city to speak for", passage.speaks_for, passage.cities),
        ):
            for name in names:
                if name not in known:
                    raise CorpusError(f"corpus: note {passage.id!r} has the unknown {kind} {name!r}; correct it")
