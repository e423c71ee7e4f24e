"""The articles that the bundled notes report on, when somebody indexes them: the notes quote them then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from knowledge.corpus import load_notes
from knowledge.mapped import MappedText
from knowledge.passage import Document, Passage
from knowledge.reading import Source
from knowledge.structure import Paragraph, Structure


@cache
def originals() -> Mapping[str, Document]:
    """The bundled documents by the SHA-256 of the files that they report on."""
    return {document.sha256: document for document in load_notes()[0] if document.sha256}


def described_as(document: Document, original: Document) -> Document:
    """A file that is an original, with what is known of that one."""
    return document.model_copy(update={"title": original.title, "nature": original.nature, "note": original.note})


def quoted(
    notes: Sequence[Passage], original: Document, source: Source, text: MappedText, structure: Structure
) -> tuple[Passage, ...]:
    """The notes, those on this original with the paragraph that each reports on, to the letter; ``source`` is its file.

    ``damaged`` tells where the file is.
    """
    paragraphs = _by_line(source, text, structure)

    def with_quote(note: Passage) -> Passage:
        paragraph = paragraphs.get(note.line or 0) if note.document_id == original.id else None
        if paragraph is None:
            return note
        start, end = text.span(paragraph.start, paragraph.end)
        return note.model_copy(
            update={
                "source": str(source.path),
                "quote": source.text[start:end],
                "start": start,
                "end": end,
                "damaged": any(edit.guess for edit in text.edits_within(paragraph.start, paragraph.end)),
            }
        )

    return tuple(map(with_quote, notes))


def uncovered(
    notes: Sequence[Passage], original: Document, source: Source, text: MappedText, structure: Structure
) -> Structure:
    """The structure without the paragraphs that a note on this original reports on, and what introduces only those."""
    lines = {note.line for note in notes if note.document_id == original.id}
    kept: list[Paragraph] = []
    introducing: list[Paragraph] = []
    for paragraph in structure.paragraphs:
        covered = _line(source, text, paragraph) in lines and paragraph.kind != "heading"
        if covered:
            introducing = []
        elif paragraph.kind == "lead":
            introducing.append(paragraph)
        else:
            kept += [*introducing, paragraph]
            introducing = []
    return replace(structure, paragraphs=tuple(kept))


def _by_line(source: Source, text: MappedText, structure: Structure) -> Mapping[int, Paragraph]:
    """What stands in each line; a heading only where nothing else does."""
    ordered = sorted(structure.paragraphs, key=lambda paragraph: paragraph.kind != "heading")
    return {_line(source, text, paragraph): paragraph for paragraph in ordered}


def _line(source: Source, text: MappedText, paragraph: Paragraph) -> int:
    return source.text.count("\n", 0, text.span(paragraph.start, paragraph.end)[0]) + 1
