"""Plain RAG over the same notes, as people commonly build it: the bar to clear.

The notes of an article are joined into one text in each language, split by size, kept in Chroma, and the four chunks
nearest to a message are the answer, or what a chat model is given to answer from. It knows nothing of quliu but what an
answer looks like, so that the bar stays where it is when quliu changes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from bot.errors import WriterError
from bot.turn import Answer, Citation, Claim, Gap, Intent, Section, Timings
from evals.results import PLAIN_RAG
from knowledge.corpus import load_notes
from knowledge.embed import Embedder
from knowledge.passage import LANGUAGES, Document, Language, Passage
from knowledge.script import language_of, readable
from prompts import load

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRACT = "extract"
TOP_K = 4
BREAK = "\n\n"


@dataclass(frozen=True)
class Splitting:
    """How a text is split; ``size`` and ``overlap`` are in characters."""

    size: int
    overlap: int
    separators: tuple[str, ...]


# Sizes in wide use for each language, with which a chunk holds about five notes in either and at most about half of the
# 512 tokens that the embedding model reads at once. The separators are those that LangChain's documentation recommends.
SPLITTING: Mapping[Language, Splitting] = {
    "zh": Splitting(250, 50, ("\n\n", "\n", " ", ".", ",", "\u200b", "，", "、", "．", "。", "")),
    "en": Splitting(1000, 200, ("\n\n", "\n", " ", "")),
}

_NUMBERS = r"\s*[\[【]\s*\d+(?:\s*[,，、]\s*\d+)*\s*[\]】]"
_MARKER = re.compile(_NUMBERS)
# A full stop ends a sentence unless the text goes on in a small letter or a digit; markers after it still belong to it.
_SENTENCE = re.compile(
    rf"(?:.*?(?:[。！？!?]+|\.(?=\s+[^a-z\d\s]|[”\"’')]|{_NUMBERS}|\s*$))[”\"’')）]*|.+)(?:{_NUMBERS})*"
)
_BULLET = re.compile(r"^\s*(?:[-*•#>]+|\d+[.)、](?!\d))\s*")


@dataclass(frozen=True)
class Span:
    """Where a note stands in a text: the characters ``start:end``."""

    id: str
    start: int
    end: int


@dataclass(frozen=True)
class Chunk:
    """A piece of a text, and the ids of the notes that it holds at least half of, in reading order."""

    text: str
    notes: tuple[str, ...]


class PlainRag:
    """Answers the last message of a conversation from the four chunks nearest to it; it remembers nothing.

    ``model`` is a chat model, or ``provider:model`` as LangChain names it, which the first answer opens; without one an
    answer is the chunks, word for word. ``notes`` are the bundled ones unless others are given.
    """

    name = PLAIN_RAG

    def __init__(
        self,
        embedder: Embedder,
        model: str | BaseChatModel | None = None,
        notes: tuple[Sequence[Document], Sequence[Passage]] | None = None,
    ) -> None:
        documents, passages = notes or load_notes()
        self.passages: Mapping[str, Passage] = {passage.id: passage for passage in passages}
        self._documents = {document.id: document for document in documents}
        self._setting = model
        self.writer = EXTRACT if model is None else model if isinstance(model, str) else model.get_name()
        self._chunks = tuple(_chunks(documents, passages))
        # Chroma reads it when a client is opened.
        os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
        # In memory, where all clients of a process share one database.
        self._store = Chroma(f"{PLAIN_RAG}-{uuid4().hex}", _Embeddings(embedder))
        self._store.add_texts([chunk.text for chunk in self._chunks], ids=[str(n) for n in range(len(self._chunks))])

    def ask(self, turns: Sequence[str]) -> tuple[Answer, ...]:
        """The answer to the last message, alone.

        Raises:
            WriterError: the chat model cannot be reached, or says nothing.
        """
        question = readable(turns[-1])
        start = perf_counter()
        chunks = self._nearest(question, TOP_K)
        retrieved = perf_counter()
        answer = self._extract(question, chunks) if self._setting is None else self._write(question, chunks)
        end = perf_counter()
        timings = Timings(
            retrieve=_milliseconds(retrieved - start),
            write=_milliseconds(end - retrieved),
            total=_milliseconds(end - start),
        )
        return (answer.model_copy(update={"timings_ms": timings}),)

    def search(self, text: str, k: int) -> tuple[str, ...]:
        """Ids of the notes in the chunks nearest to a text, those of the best chunk first, at most ``k``."""
        found = self._nearest(readable(text), len(self._chunks))
        return tuple(islice(dict.fromkeys(_notes(found)), k))

    def close(self) -> None:
        """Delete the collection."""
        self._store.delete_collection()

    def _nearest(self, text: str, k: int) -> list[Chunk]:
        return [self._chunks[int(found.id or "")] for found in self._store.similarity_search(text, k)]

    def _extract(self, question: str, chunks: Sequence[Chunk]) -> Answer:
        return self._answer(question, [(chunk.text, chunk.notes) for chunk in chunks])

    def _write(self, question: str, chunks: Sequence[Chunk]) -> Answer:
        reply = self._reply(question, chunks)
        if not _MARKER.search(reply):
            silent = self._answer(question, [])
            return silent.model_copy(update={"text": reply, "gaps": (Gap(text=reply),), "abstained": True})
        said = [
            (sentence, tuple(dict.fromkeys(_notes(chunks[n - 1] for n in numbers if 0 < n <= len(chunks)))))
            for sentence, numbers in _sentences(reply)
        ]
        return self._answer(question, said)

    def _reply(self, question: str, chunks: Sequence[Chunk]) -> str:
        words = load("baseline", language_of(question))
        passages = BREAK.join(f"[{number}] {chunk.text}" for number, chunk in enumerate(chunks, start=1))
        message = words["message"].format(passages=passages, question=question)
        try:
            reply = str(self._model.invoke([("system", words["system"]), ("human", message)]).text).strip()
        except ImportError as error:
            # LangChain's message names the package to install with pip.
            raise WriterError(
                f"The chat model {self.writer} cannot be opened ({_cause(error)}); "
                "install that package or unset QULIU_CHAT_MODEL."
            ) from error
        except Exception as error:
            # Each provider's package raises its own errors, which share no other base.
            raise WriterError(
                f"The chat model {self.writer} cannot be reached ({_cause(error)}); "
                "check its name, its key and the network, or unset QULIU_CHAT_MODEL."
            ) from error
        if not reply:
            raise WriterError(
                f"The chat model {self.writer} answered nothing; set QULIU_CHAT_MODEL to another model or unset it."
            )
        return reply

    @cached_property
    def _model(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        assert self._setting is not None
        return init_chat_model(self._setting) if isinstance(self._setting, str) else self._setting

    def _answer(self, question: str, said: Sequence[tuple[str, Sequence[str]]]) -> Answer:
        """An answer of statements, each with the notes it rests on."""
        language = language_of(question)
        numbers: dict[str, int] = {}
        claims = []
        for text, notes in said:
            cited = tuple(numbers.setdefault(id_, len(numbers) + 1) for id_ in notes)
            markdown = " ".join([text, "".join(f"[{number}]" for number in cited)]).strip()
            claims.append(Claim(text=text, section=Section.POINTS, citations=cited, markdown=markdown))
        return Answer(
            question=question,
            language=language,
            intent=Intent.LOOKUP,
            text=BREAK.join(claim.markdown for claim in claims),
            claims=tuple(claims),
            citations=tuple(self._citation(number, self.passages[id_], language) for id_, number in numbers.items()),
            writer=self.writer,
        )

    def _citation(self, number: int, passage: Passage, language: Language) -> Citation:
        document = self._documents[passage.document_id]
        return Citation(
            number=number,
            passage_id=passage.id,
            document_id=passage.document_id,
            document_title=passage.document_title[language],
            locator=passage.locator,
            text=passage.text,
            text_en=passage.text_en,
            quote=passage.quote,
            start=passage.start,
            end=passage.end,
            source=passage.source,
            grade=passage.grade,
            attribution=passage.attribution[language] if passage.attribution else None,
            as_of=passage.as_of,
            document_note=document.note[language] if document.note else None,
        )


class _Embeddings(Embeddings):
    """Our embedding model as LangChain wants one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self._embedder.embed_queries([text])[0].tolist()
        return vector


def render(passages: Sequence[Passage], language: Language) -> tuple[str, tuple[Span, ...]]:
    """One text of all passages that have that language, a paragraph each, and where each of them stands in it."""
    paragraphs, spans, start = [], [], 0
    for passage in passages:
        paragraph = passage.text if passage.language == language else passage.text_en if language == "en" else None
        if paragraph:
            paragraphs.append(paragraph)
            spans.append(Span(passage.id, start, start + len(paragraph)))
            start += len(paragraph) + len(BREAK)
    return BREAK.join(paragraphs), tuple(spans)


def split(text: str, spans: Sequence[Span], splitting: Splitting) -> list[Chunk]:
    """The chunks of a text, in reading order."""
    splitter = RecursiveCharacterTextSplitter(
        separators=list(splitting.separators),
        chunk_size=splitting.size,
        chunk_overlap=splitting.overlap,
        add_start_index=True,
    )
    return [
        Chunk(piece.page_content, _held(spans, piece.metadata["start_index"], len(piece.page_content)))
        for piece in splitter.create_documents([text])
    ]


def _chunks(documents: Sequence[Document], passages: Sequence[Passage]) -> Iterator[Chunk]:
    for document in documents:
        own = [passage for passage in passages if passage.document_id == document.id]
        for language in LANGUAGES:
            yield from split(*render(own, language), SPLITTING[language])


def _held(spans: Sequence[Span], start: int, length: int) -> tuple[str, ...]:
    """The notes at least half of which stand in ``start:start + length``."""
    return tuple(
        span.id
        for span in spans
        if 2 * (min(span.end, start + length) - max(span.start, start)) >= span.end - span.start
    )


def _notes(chunks: Iterable[Chunk]) -> Iterator[str]:
    return (id_ for chunk in chunks for id_ in chunk.notes)


def _sentences(reply: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each sentence without its markers, and the numbers in them."""
    for line in reply.splitlines():
        for found in _SENTENCE.findall(_BULLET.sub("", line)):
            if text := _MARKER.sub("", found).strip():
                yield text, tuple(int(number) for mark in _MARKER.findall(found) for number in re.findall(r"\d+", mark))


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 3)


def _cause(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:300] if said else type(error).__name__
