"""How well a search finds the paragraphs that questions were asked about, among documents that are not ours."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from evals.retrieval import DEPTH, averages
from knowledge import build_index
from knowledge.embed import Embedder, SentenceTransformerEmbedder
from knowledge.embedding_cache import EmbeddingCache
from knowledge.fusion import DEFAULT, Fusion
from knowledge.index import Index, read_index, texts, write_index
from knowledge.passage import LANGUAGES, Bilingual, Document, Frozen, Language, Passage
from knowledge.script import simplified

# Each adds one part to the one before it; the last is what a search uses.
_DENSE = Fusion(whole_share=1, question_offset=0, standardised=False, keyword_weight=0, feedback=0)
_WINDOWS = replace(_DENSE, whole_share=DEFAULT.whole_share)
_OFFSET = replace(_WINDOWS, question_offset=DEFAULT.question_offset)
_STANDARDISED = replace(_OFFSET, standardised=True)
_KEYWORDS = replace(DEFAULT, keyword_knee=math.inf, feedback=0)
_KNEE = replace(DEFAULT, feedback=0)
ABLATION: Mapping[str, Fusion] = {
    "dense": _DENSE,
    "+ windows": _WINDOWS,
    "+ question offset": _OFFSET,
    "+ standardised": _STANDARDISED,
    "+ keywords": _KEYWORDS,
    "+ knee": _KNEE,
    "+ feedback": DEFAULT,
}
AS_IT_IS: Mapping[str, Fusion] = {"as it is": DEFAULT}

_DOCUMENT = Document(id="paragraphs", title=Bilingual(zh="段落", en="Paragraphs"), source="paragraphs")
_TIMED = 32


class Question(Frozen):
    """A question and the paragraph, by its number in each language, that answers it."""

    id: str
    language: Language
    text: str
    paragraph: str


@dataclass(frozen=True)
class ParagraphSet:
    """Paragraphs by language, the same numbers in each, and questions about them."""

    name: str
    paragraphs: Mapping[Language, Mapping[str, str]]
    questions: Sequence[Question]


@dataclass(frozen=True)
class Task:
    """Questions of one language, and in one or more indexes (by their names) the paragraph that answers each."""

    name: str
    asked: Mapping[str, Sequence[tuple[Question, str]]]


class Score(Frozen):
    """What a task came to in one variant, over ``questions``; ``search_ms`` is the middle, without embedding."""

    task: str
    variant: str
    questions: int
    recall_1: float
    recall_5: float
    mrr_10: float
    search_ms: float


class Cost(Frozen):
    """What a model and an index cost: ``passages`` became ``vectors``, each of which took ``embed_ms`` on its own."""

    passages: int
    vectors: int
    embed_ms: float
    query_ms: float
    write_s: float


class ModelRun(Frozen):
    """All scores with one embedding model."""

    model: str
    cost: Cost
    scores: tuple[Score, ...]


class RetrievalReport(Frozen):
    """What was measured; ``files`` where each paragraph was indexed as a file of its own."""

    data: str
    files: bool
    runs: tuple[ModelRun, ...]


def load_sets(folder: Path) -> list[ParagraphSet]:
    """The sets in a folder: NAME_questions.jsonl, and NAME_passages*.jsonl for the paragraphs.

    Raises OSError, or ValueError where there is none or a line is not what it should be.
    """
    sets = []
    for file in sorted(folder.glob("*_questions.jsonl")):
        name = file.name.removesuffix("_questions.jsonl")
        paragraphs: dict[Language, dict[str, str]] = {}
        for path in sorted(folder.glob(f"{name}_passages*.jsonl")):
            for line in _lines(path):
                paragraphs.setdefault(_language(line["lang"]), {})[line["id"]] = line["text"]
        questions = [
            Question(
                id=line["id"],
                language=_language(line["lang"]),
                text=line["question"],
                paragraph=line["gold_passage_ids"][0],
            )
            for line in _lines(file)
        ]
        sets.append(ParagraphSet(name, paragraphs, questions))
    if not sets:
        raise ValueError(f"{folder} holds no *_questions.jsonl; give a folder that does.")
    return sets


def collections(one: ParagraphSet) -> dict[str, dict[str, str]]:
    """The indexes that a set is searched in, each with its texts by passage id.

    One a language; with two languages also ``mixed``, which holds every paragraph twice, and two (``even``, ``odd``)
    in which every paragraph stands in one language only, by turns.
    """
    found = {
        f"{one.name} {language}": {_id(language, number): text for number, text in texts_.items()}
        for language, texts_ in one.paragraphs.items()
    }
    if len(one.paragraphs) == 2:
        found[f"{one.name} mixed"] = {id_: text for texts_ in list(found.values()) for id_, text in texts_.items()}
        for parity, name in enumerate(("even", "odd")):
            found[f"{one.name} {name}"] = {
                _id(language, number): one.paragraphs[language][number]
                for place, number in enumerate(one.paragraphs["zh"])
                for language in [LANGUAGES[(place + parity) % 2]]
            }
    return found


def tasks(one: ParagraphSet) -> Iterator[Task]:
    """What is asked of a set: each language's questions in each language's index, and in those of both.

    ``mixed zh->en`` finds the English paragraph although the Chinese one is there as well; ``apart zh->en`` finds
    paragraphs that are there in English only, among others that are there in Chinese only.
    """
    indexes = collections(one)
    both = len(one.paragraphs) == 2
    for asker in dict.fromkeys(question.language for question in one.questions):
        asked = [question for question in one.questions if question.language == asker]
        for language in one.paragraphs:
            found = [(question, _id(language, question.paragraph)) for question in asked]
            direction = f"{asker}->{language}"
            yield Task(f"{one.name} {direction}", {f"{one.name} {language}": found})
            if both:
                yield Task(f"{one.name} mixed {direction}", {f"{one.name} mixed": found})
                apart = {name: [(q, id_) for q, id_ in found if id_ in indexes[name]] for name in _apart(one)}
                yield Task(f"{one.name} apart {direction}", apart)


def measure(
    data: Path,
    models: Sequence[str],
    *,
    variants: Mapping[str, Fusion] = AS_IT_IS,
    files: bool = False,
    kept: Path | None = None,
    limit: int | None = None,
    tell: Callable[[str], None],
) -> RetrievalReport:
    """Ask every set's questions, the first ``limit`` in each language, with each of the models.

    With ``files`` each paragraph is written to a file of its own and read as a document. ``kept`` keeps the vectors
    for another run. Raises OSError, ValueError or QuliuError where something cannot be read or searched.
    """
    sets = [_limited(one, limit) for one in load_sets(data)]
    runs = []
    for model in models:
        tell(f"Loading {model}")
        embedder = SentenceTransformerEmbedder(model, known=False)
        runs.append(measure_model(sets, embedder, variants, files=files, kept=kept, tell=tell))
    return RetrievalReport(data=data.name, files=files, runs=tuple(runs))


def measure_model(
    sets: Sequence[ParagraphSet],
    embedder: Embedder,
    variants: Mapping[str, Fusion],
    *,
    files: bool = False,
    kept: Path | None = None,
    tell: Callable[[str], None],
) -> ModelRun:
    """Scores and costs of one embedding model."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="quliu-bench-")))
        vectors = folder / "vectors" if kept is None else kept
        vectors.mkdir(parents=True, exist_ok=True)
        cache = stack.enter_context(EmbeddingCache(vectors, embedder))
        questions = [simplified(question.text) for one in sets for question in one.questions]
        paragraphs = [_passage(id_, text) for one in sets for id_, text in _all(one).items()]
        queries, parts = texts(paragraphs)
        embed_ms, query_ms = _embedding_ms(embedder, _some(parts), _some(questions))
        cache.add([*queries, *questions], parts, lambda done, total: tell(f"Embedded {done} of {total} texts"))
        indexes: dict[str, Index] = {}
        write_s = 0.0
        for name, contents in ((name, contents) for one in sets for name, contents in collections(one).items()):
            tell(f"Indexing {name}")
            start = perf_counter()
            indexes[name] = stack.enter_context(_index(folder / name, contents, cache, files=files))
            write_s += perf_counter() - start
        scores = []
        for task in (task for one in sets for task in tasks(one)):
            for variant, fusion in variants.items():
                tell(f"Asking {task.name}, {variant}")
                scores.append(_score(task, variant, fusion, indexes))
    return ModelRun(
        model=embedder.name,
        cost=Cost(
            passages=len(paragraphs),
            vectors=len(parts),
            embed_ms=embed_ms,
            query_ms=query_ms,
            write_s=write_s,
        ),
        scores=tuple(scores),
    )


def _score(task: Task, variant: str, fusion: Fusion, indexes: Mapping[str, Index]) -> Score:
    gold: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    took = []
    for name, asked in task.asked.items():
        for question, id_ in asked:
            start = perf_counter()
            hits = indexes[name].search(question.text, k=DEPTH, fusion=fusion)
            took.append(perf_counter() - start)
            gold[question.id] = id_
            # A file may have become several passages; what counts is the file.
            found[question.id] = [*dict.fromkeys(_paragraph(hit.passage) for hit in hits)]
    reached = averages(gold, found)
    return Score(
        task=task.name,
        variant=variant,
        questions=len(gold),
        recall_1=reached["recall@1"],
        recall_5=reached["recall@5"],
        mrr_10=reached["mrr@10"],
        search_ms=1000 * median(took),
    )


def _index(folder: Path, contents: Mapping[str, str], embedder: EmbeddingCache, *, files: bool) -> Index:
    folder.mkdir()
    if not files:
        write_index(folder, embedder, [_DOCUMENT], [_passage(id_, text) for id_, text in contents.items()])
        return read_index(folder, folder, embedder)
    written = folder / "files"
    written.mkdir()
    for id_, text in contents.items():
        (written / f"{id_}.txt").write_text(text, "utf-8")
    return build_index([written], directory=folder / "index", notes=False, embedder=embedder)


def _embedding_ms(embedder: Embedder, passages: Sequence[str], questions: Sequence[str]) -> tuple[float, float]:
    """Milliseconds for each passage of a batch, and the middle of those for a question alone."""
    start = perf_counter()
    embedder.embed_passages(passages)
    each = (perf_counter() - start) / len(passages)
    times = [perf_counter()]
    for question in questions:
        embedder.embed_queries([question])
        times.append(perf_counter())
    return 1000 * each, 1000 * median(after - before for before, after in pairwise(times))


def _some(every: Sequence[str]) -> Sequence[str]:
    return every[:: max(1, len(every) // _TIMED)][:_TIMED]


def _passage(id_: str, text: str) -> Passage:
    return Passage(
        id=id_,
        document_id=_DOCUMENT.id,
        document_title=_DOCUMENT.title,
        language=_language(id_.partition("-")[0]),
        text=text,
        source=id_,
        locator=id_,
    )


def _paragraph(passage: Passage) -> str:
    return passage.source.rpartition("/")[2].removesuffix(".txt")


def _limited(one: ParagraphSet, limit: int | None) -> ParagraphSet:
    asked = [q for language in LANGUAGES for q in [q for q in one.questions if q.language == language][:limit]]
    return replace(one, questions=asked)


def _all(one: ParagraphSet) -> dict[str, str]:
    return {_id(language, number): text for language, ts in one.paragraphs.items() for number, text in ts.items()}


def _apart(one: ParagraphSet) -> tuple[str, str]:
    return f"{one.name} even", f"{one.name} odd"


def _id(language: Language, number: str) -> str:
    return f"{language}-{number}"


def _language(code: str) -> Language:
    return "zh" if code.startswith("zh") else "en"


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
