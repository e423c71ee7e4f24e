"""What a user can do on the Documents page: read, add and remove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from bot.web import documents
from bot.web.catalogue import Entry, catalogue
from bot.web.documents import Citings
from bot.web.opened import open_document
from bot.web.shelf import Line, RefusedError, Shelf, Work
from bot.web.status import LINES_AT_MOST, said, status
from bot.web.turns import Turn
from bot.web.visitor import Request, is_here, visit_of
from knowledge.passage import Frozen, Language

_LONGEST_LINE = 500


class Place(Frozen):
    """What is open on the page: all documents, one, or a passage in it."""

    document: str | None = None
    passage: str | None = None


@dataclass
class _Watch:
    """What one window is told of the indexing, and how often it asked: only the latest of its askings goes on.

    ``away`` says that it has a document open by now.
    """

    asked: int = 0
    unsent: list[str] = field(default_factory=list)
    away: bool = False


class Library:
    """One method for each thing to do; ``loopback`` says that the page is served to this machine alone."""

    def __init__(self, shelf: Shelf, *, loopback: bool = False) -> None:
        self.shelf = shelf
        self._loopback = loopback
        self._watches: dict[str, _Watch] = {}

    def takes_files(self, request: Request) -> bool:
        """Whether this visitor may add files, and remove them."""
        uploads = self.shelf.settings.uploads
        return uploads == "on" or (uploads == "auto" and self._loopback and is_here(request))

    def shown(self, place: Place | None, interface: Language, turns: Sequence[Turn], request: Request) -> str:
        """The page; empty where nobody opened it yet."""
        if place is None:
            return ""
        shelf = self.shelf
        by_document = documents.citings(turns)
        entries = catalogue(shelf.index.documents, shelf.index.passages.values())
        held = frozenset(one.id for one in shelf.index.documents.values() if shelf.holds(one))
        if place.document is None:
            limits = documents.Limits(megabytes=shelf.settings.max_upload_mb, files=shelf.settings.max_uploads)
            return documents.library(
                sorted(entries, key=lambda entry: not entry.ids & held),
                interface,
                cited={entry.document.id: _citing(entry, by_document) for entry in entries},
                own=held,
                leaving=frozenset(id_ for id_ in held if shelf.drops(shelf.index.documents[id_])),
                limits=limits if self.takes_files(request) else None,
                busy=shelf.work.phase != "idle",
            )
        found = next((entry for entry in entries if place.document in entry.ids), None)
        if found is None:
            return documents.nowhere(interface, by_document.get(place.document, ()))
        opened = open_document(found.document, found.passages, place.passage)
        return documents.document(
            opened,
            interface,
            cited={found.document.id: _citing(found, by_document)},
            added=bool(found.ids & held),
            unknown=place.passage is not None and opened.chosen is None,
        )

    def open(self, stored: object, turns: Sequence[Turn], event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Show all documents, or one."""
        place = Place(document=_text(event, "document"), passage=_text(event, "passage"))
        shown = self.shown(place, visit_of(stored).interface(request), turns, request)
        if watch := self._watches.get(str(request.session_hash)):
            watch.away = place.document is not None
        # What became of files is told once.
        return place, shown, gr.skip() if self.shelf.work.phase != "idle" else ""

    def add(
        self, stored: object, turns: Sequence[Turn], event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Index the files that have come, and tell how far that is; ``unsent`` says what became of the others."""
        given = getattr(event, "unsent", None)
        unsent = [str(line)[:_LONGEST_LINE] for line in given][:LINES_AT_MOST] if isinstance(given, list) else []
        if self.takes_files(request):
            self.shelf.start()
        yield from self._follow(stored, turns, request, unsent, gr.skip())

    def remove(
        self, stored: object, turns: Sequence[Turn], event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Take a document off."""
        interface = visit_of(stored).interface(request)
        found = self.shelf.index.documents.get(_text(event, "document") or "")
        refused: Line | None = None
        if not self.takes_files(request):
            refused = Line(said="closed", values={})
        elif found is not None:
            try:
                self.shelf.remove(found)
            except RefusedError as error:
                refused = error.line
        # What is about to go says so in its row.
        drawn = gr.skip() if refused else self.shown(Place(), interface, turns, request)
        yield from self._follow(stored, turns, request, [said(refused, interface)] if refused else [], drawn)

    def _follow(
        self, stored: object, turns: Sequence[Turn], request: gr.Request, unsent: Sequence[str], page: Any
    ) -> Iterator[tuple[Any, ...]]:
        """Tell how far the indexing is, with ``page`` at first, and draw all documents anew in the end."""
        interface = visit_of(stored).interface(request)
        window = str(request.session_hash)
        watch = self._watches.setdefault(window, _Watch())
        watch.asked += 1
        watch.unsent += unsent
        asked, worked = watch.asked, False
        try:
            for work in self.shelf.follow():
                if watch.asked != asked:
                    return  # The later one tells it all.
                if work.phase == "idle":
                    break
                worked = True
                yield status(work, interface, watch.unsent), page
                page = gr.skip()
            # Who followed nothing is told only what became of the files that were not taken.
            ended = self.shelf.work if worked or not watch.unsent else Work()
            page = gr.skip() if watch.away else self.shown(Place(), interface, turns, request)
            yield status(ended, interface, watch.unsent), page
        finally:
            if watch.asked == asked:
                self._watches.pop(window, None)


def _citing(entry: Entry, by_document: Citings) -> tuple[documents.Cited, ...]:
    """Where a document is cited, under whichever of its ids, in the order of the conversation."""
    places = [place for id_ in entry.ids for place in by_document.get(id_, ())]
    return tuple(sorted(places, key=lambda place: (place.turn, place.number)))


def _text(event: gr.EventData, name: str) -> str | None:
    value = getattr(event, name, None)
    return value if isinstance(value, str) and value else None
