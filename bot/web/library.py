"""What a user can do on the Documents page: read, add and remove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from bot.web import documents
from bot.web.opened import open_document
from bot.web.shelf import Line, RefusedError, Shelf, Work
from bot.web.turns import Turn
from bot.web.visitor import Request, is_here, visit_of
from knowledge.passage import Frozen, Language

_LONGEST_LINE = 500


class Place(Frozen):
    """What is open on the page: all documents, one, or a passage in it."""

    document: str | None = None
    passage: str | None = None


class Library:
    """One method for each thing to do; ``loopback`` says that the page is served to this machine alone."""

    def __init__(self, shelf: Shelf, *, loopback: bool = False) -> None:
        self.shelf = shelf
        self._loopback = loopback

    def takes_files(self, request: Request) -> bool:
        """Whether this visitor may add files, and remove them."""
        uploads = self.shelf.settings.uploads
        return uploads == "on" or (uploads == "auto" and self._loopback and is_here(request))

    def shown(self, place: Place | None, interface: Language, turns: Sequence[Turn], request: Request) -> str:
        """The page; empty where nobody opened it yet."""
        if place is None:
            return ""
        cited = documents.citings(turns)
        index = self.shelf.index
        if place.document is None:
            settings = self.shelf.settings
            passages = [*index.passages.values()]
            # A file that the notes quote may have no passage of its own.
            citable = {passage.document_id for passage in passages}
            held = frozenset(one.id for one in index.documents.values() if self.shelf.holds(one))
            listed = [one for one in index.documents.values() if one.id in held or one.id in citable]
            return documents.library(
                sorted(listed, key=lambda one: one.id not in held),
                passages,
                interface,
                cited=cited,
                own=held,
                limits=documents.Limits(megabytes=settings.max_upload_mb, files=settings.max_uploads)
                if self.takes_files(request)
                else None,
                busy=self.shelf.work.phase != "idle",
            )
        found = index.documents.get(place.document)
        if found is None:
            return documents.nowhere(interface)
        passages = [passage for passage in index.passages.values() if passage.document_id == found.id]
        opened = open_document(found, passages, place.passage)
        unknown = place.passage is not None and opened.chosen is None
        return documents.document(opened, interface, cited=cited, unknown=unknown)

    def open(self, stored: object, turns: Sequence[Turn], event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Show all documents, or one."""
        place = Place(document=_text(event, "document"), passage=_text(event, "passage"))
        shown = self.shown(place, visit_of(stored).interface(request), turns, request)
        # What became of files is told once.
        return place, shown, gr.skip() if self.shelf.work.phase != "idle" else ""

    def add(
        self, stored: object, turns: Sequence[Turn], event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Index the files that have come, and tell how far that is; ``unsent`` says what became of the others."""
        given = getattr(event, "unsent", None)
        unsent = (
            [str(line)[:_LONGEST_LINE] for line in given][: documents.LINES_AT_MOST] if isinstance(given, list) else []
        )
        if self.takes_files(request):
            self.shelf.start()
        yield from self._follow(stored, turns, request, unsent)

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
        yield from self._follow(stored, turns, request, [documents.said(refused, interface)] if refused else [])

    def _follow(
        self, stored: object, turns: Sequence[Turn], request: gr.Request, unsent: Sequence[str]
    ) -> Iterator[tuple[Any, ...]]:
        interface = visit_of(stored).interface(request)
        worked = False
        for work in self.shelf.follow():
            if work.phase == "idle":
                break
            worked = True
            yield documents.status(work, interface, unsent), gr.skip()
        # Who followed nothing is told only what became of the files that were not taken.
        ended = self.shelf.work if worked or not unsent else Work()
        status = documents.status(ended, interface, unsent, followed=worked or not unsent)
        yield status, self.shown(Place(), interface, turns, request)


def _text(event: gr.EventData, name: str) -> str | None:
    value = getattr(event, name, None)
    return value if isinstance(value, str) and value else None
