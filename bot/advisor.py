"""The adviser: one question in, one cited answer out. It composes the steps and decides nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from threading import Lock
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.answer import AnswerBuilder
from bot.conversation import Conversations
from bot.coverage import Coverage
from bot.errors import WriterError
from bot.export import Format
from bot.intent import IntentClassifier, examples
from bot.own import examine_own
from bot.retrieve import Retriever, theme_asks
from bot.settings import Settings, load_settings
from bot.turn import (
    Answer,
    Claim,
    Context,
    Covered,
    Draft,
    Evidence,
    Holdings,
    Intent,
    Profile,
    Request,
    ThreadInfo,
    Withheld,
)
from bot.understand import Understander
from bot.verify import contradicts, verify
from bot.weigh import Corpus, weigh
from bot.write.base import Writer
from bot.write.llm import LlmWriter
from bot.write.template import TemplateWriter
from knowledge import open_index
from knowledge.corpus import load_premises, load_silences, load_tensions, load_themes
from knowledge.embed import SentenceTransformerEmbedder, VectorCache
from knowledge.passage import LANGUAGES, Hit
from knowledge.script import language_of, readable, simplified

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from knowledge.embed import Vectors
    from knowledge.index import Index
    from knowledge.passage import Language

Event = Claim | Answer

_log = logging.getLogger(__name__)


class Advisor:
    """Answers questions from an index; several threads may ask at once."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        writer: Writer | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.settings = settings
        self._writer = writer
        self._steps = _Steps(index, settings, writer, progress)
        self._swapping = Lock()
        self._conversations = Conversations(settings.conversations_file, self._turn, self._corrected)

    @property
    def index(self) -> Index:
        """What is answered from."""
        return self._steps.index

    def use(self, index: Index) -> None:
        """Answer from another index from the next turn on; the former one is closed once no turn needs it any more."""
        steps = _Steps(index, self.settings, self._writer)
        with self._swapping:
            former, self._steps = self._steps, steps
        former.retire()

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        notify: Callable[[str], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Advisor:
        """Open the adviser, building its index from the notes where there is none that can be used.

        ``notify`` is told in one line what was rebuilt and why; ``progress`` gets texts done and texts in all.

        Raises:
            QuliuError: a setting is wrong, the model cannot be loaded, or the index can neither be read nor built.
        """
        settings = settings or load_settings()
        embedder = SentenceTransformerEmbedder(settings.embedding_model)
        index = open_index(settings.index_dir, embedder=embedder, notify=notify, progress=progress)
        return cls(index, settings, progress=progress)

    def ask(self, text: str, thread_id: str | None = None, language: Language | None = None) -> Answer:
        """The answer to ``text``; with a ``thread_id`` it joins that conversation."""
        *_, last = self.stream(text, thread_id, language)
        assert isinstance(last, Answer)
        return last

    def stream(self, text: str, thread_id: str | None = None, language: Language | None = None) -> Iterator[Event]:
        """The claims as they pass verification, then the whole answer."""
        text = readable(text)
        if thread_id is None:
            return (event for _, event in self._turn(text, language, None))
        return self._conversations.stream(text, thread_id, language)

    def history(self, thread_id: str) -> tuple[Answer, ...]:
        """The answers of a conversation, oldest first."""
        return self._conversations.history(thread_id)

    def threads(self) -> tuple[ThreadInfo, ...]:
        """Every conversation, the one with the latest change first."""
        return self._conversations.threads()

    def export(self, thread_id: str, format_: Format = "markdown") -> str:
        """A whole conversation as Markdown or as JSON. Raises ConversationError where there is none of that id."""
        return self._conversations.export(thread_id, format_)

    def profile(self, thread_id: str) -> Profile:
        """What is known of the person who asks in a conversation."""
        return self._conversations.profile(thread_id)

    def set_profile(self, thread_id: str, profile: Profile) -> None:
        """Put what is known of the person right, from the next answer on; waits for one that is being written."""
        self._conversations.set_profile(thread_id, profile)

    def forget(self, thread_id: str) -> None:
        """Delete a conversation."""
        self._conversations.forget(thread_id)

    def as_runnable(self) -> Runnable[str, Answer]:
        """A LangChain Runnable from a question to its Answer; ``configurable.thread_id`` joins a conversation."""
        from langchain_core.runnables import RunnableConfig, RunnableLambda

        def ask(text: str, config: RunnableConfig) -> Answer:
            return self.ask(text, config.get("configurable", {}).get("thread_id"))

        return RunnableLambda(ask, name="quliu")

    def close(self) -> None:
        """Let go of the index and of the conversations."""
        self._conversations.close()
        self._steps.retire()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _turn(self, text: str, language: Language | None, context: Context | None) -> Iterator[tuple[Request, Event]]:
        with self._swapping:
            steps = self._steps
            steps.borrow()
        try:
            yield from steps.turn(text, language, context)
        finally:
            steps.give_back()

    def _corrected(self, context: Context, profile: Profile) -> Context:
        return self._steps.understander.corrected(context, profile)


class _Steps:
    """The steps of a turn over one index, which stays open for as long as a turn needs it."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        writer: Writer | None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.index = index
        self._settings = settings
        self._progress = progress
        self._lock = Lock()
        self._turns = 0
        self._retired = False
        self._corpus = Corpus(index.passages, tuple(t for t in load_tensions() if _holds(index, t.sides)))
        own = {p.document_id for p in index.passages.values() if not p.is_note}
        self._holdings = Holdings(
            notes=any(p.is_note for p in index.passages.values()),
            own=tuple(document.title for document in index.documents.values() if document.id in own),
        )
        typical = [*examples(), *_lookups(index)]
        vectors = self._known_vectors([text for _, text in typical])
        classifier = IntentClassifier(self._embed, [intent for intent, _ in typical], vectors)
        self.understander = Understander(classifier, settings.max_question_length, index.passages)
        themes = tuple(t for t in load_themes() if _holds(index, (t.notes,)))
        self.retriever = Retriever(index, themes, self._known_vectors([ask for _, ask in theme_asks(themes)]))
        self._coverage = Coverage(
            index.embedder,
            index.passages,
            tuple(s for s in load_silences() if _holds(index, (s.notes,))),
            tuple(p for p in load_premises() if _holds(index, (p.notes,))),
            vectors=self._known_vectors,
            contradicts=contradicts,
        )
        self._plain = TemplateWriter()
        model = settings.chat_model
        self._writer = writer or (LlmWriter(model, self._plain, self._stands) if model else self._plain)

    def borrow(self) -> None:
        """Keep the index open until ``give_back``."""
        with self._lock:
            self._turns += 1

    def give_back(self) -> None:
        """A turn needs the index no more."""
        with self._lock:
            self._turns -= 1
            last = self._retired and not self._turns
        if last:
            self.index.close()

    def retire(self) -> None:
        """Close the index, after the turns that go on."""
        with self._lock:
            self._retired = True
            idle = not self._turns
        if idle:
            self.index.close()

    def _known_vectors(self, texts: Sequence[str]) -> Vectors:
        cache = VectorCache(self._settings.data_dir / "vectors")
        return cache.vectors([simplified(text) for text in texts], self.index.embedder, self._progress)

    def _embed(self, text: str) -> Vectors:
        vector: Vectors = self.index.embedder.embed_queries([simplified(text)])[0]
        return vector

    def turn(self, text: str, language: Language | None, context: Context | None) -> Iterator[tuple[Request, Event]]:
        clock = _Clock()
        request = self.understander.understand(text, language or self._settings.language, context)
        clock.lap("understand")
        hits = self.retriever.retrieve(request) if request.needs_evidence else ()
        theme = self.retriever.theme(request, hits) if request.is_broad else None
        clock.lap("retrieve")
        evidence = weigh(request, hits, theme, self._corpus, self._examine(request, hits))
        clock.lap("weigh")
        withheld: list[Withheld] = []
        writer, drafts = self._write(request, evidence, withheld, clock)
        builder = AnswerBuilder(
            request,
            evidence,
            self._corpus.passages,
            self.index.documents,
            holdings=self._holdings,
            writer=writer.name,
            max_question_length=self._settings.max_question_length,
        )
        for draft in drafts:
            yield request, builder.add(draft)
        yield request, builder.finish(withheld, clock.milliseconds())

    def _examine(self, request: Request, hits: Sequence[Hit]) -> Covered:
        """What a note gives is known by name, what a document of one's own gives is not."""
        if hits and not hits[0].passage.is_note:
            return examine_own(request, hits, self.index, contradicts)
        return self._coverage.examine(request, hits)

    def _write(
        self, request: Request, evidence: Evidence, withheld: list[Withheld], clock: _Clock
    ) -> tuple[Writer, Iterator[Draft]]:
        """Who writes, and the drafts that stand: the template where the writer fails before its first one."""
        try:
            return self._begin(self._writer, request, evidence, withheld, clock)
        except WriterError as error:
            _log.warning("%s This answer is written without it.", error)
            return self._begin(self._plain, request, evidence, withheld, clock)

    def _begin(
        self, writer: Writer, request: Request, evidence: Evidence, withheld: list[Withheld], clock: _Clock
    ) -> tuple[Writer, Iterator[Draft]]:
        drafts = clock.timing("write", writer.write(request, evidence))
        verified = clock.timing("verify", verify(drafts, self._corpus.passages, withheld))
        first = next(verified, None)
        return (self._plain, verified) if first is None else (writer, chain([first], verified))

    def _stands(self, draft: Draft) -> bool:
        return any(True for _ in verify([draft], self._corpus.passages, []))


class _Clock:
    """Milliseconds by step; what runs inside another step's iterator counts for itself alone."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self._spent: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = perf_counter()
        self._spent[step] = now - self._last
        self._last = now

    def timing(self, step: str, drafts: Iterator[Draft]) -> Iterator[Draft]:
        self._spent.setdefault(step, 0.0)
        while True:
            start, inner = perf_counter(), sum(self._spent.values())
            try:
                draft = next(drafts)
            except StopIteration:
                return
            finally:
                self._spent[step] += perf_counter() - start - (sum(self._spent.values()) - inner)
            yield draft

    def milliseconds(self) -> Mapping[str, float]:
        spent = {**self._spent, "total": perf_counter() - self._start}
        return {step: round(1000 * seconds, 3) for step, seconds in spent.items()}


def _lookups(index: Index) -> list[tuple[Intent, str]]:
    """For each note one question in each language that asks for just that note."""
    return [
        (Intent.LOOKUP, ask)
        for passage in index.passages.values()
        for language in LANGUAGES
        for ask in [a for a in passage.asks if language_of(a) == language][:1]
    ]


def _holds(index: Index, sides: tuple[tuple[str, ...], ...]) -> bool:
    return all(id_ in index.passages for side in sides for id_ in side)
