"""What a chat model thinks of the answers: reported apart, and never among the deterministic checks.

Faithfulness: do the statements of an answer follow from the passages it cites. Answer relevance: does what it states
answer the question. As in the checks, an answer is what it claims and cites, whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.turn import Answer
from evals.errors import JudgeError
from evals.results import Row
from knowledge.embed import Embedder
from knowledge.passage import Frozen

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from evals.ragas_judge import RagasJudge

FAITHFULNESS, ANSWER_RELEVANCE = "faithfulness", "answer_relevance"
JUDGEMENTS = "judgements.jsonl"


class Judgement(Frozen):
    """What the chat model thinks of one answer: a score from 0 to 1, or None where judging failed, and why."""

    question_id: str
    metric: str
    score: float | None
    reason: str


def judge(
    rows: Sequence[Row],
    chat_model: str | BaseChatModel,
    embedder: Embedder,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Judgement]:
    """Judge the answers with a chat model, which is ``provider:model`` as LangChain names it, or a ready one.

    An answer that claims nothing is not judged. Relevance is judged of an answer to a single message that does not say
    the documents are silent: a message that leans on an earlier one is nothing to compare by, and ragas takes an
    honest "they do not say" for evasion. ``progress`` is called with judgements done and judgements in all.

    Raises:
        JudgeError: ragas or the chat model's package is not installed, or the model cannot be opened.
    """
    judging = _open(chat_model, embedder)
    due = [(row, answer, metric) for row in rows if (answer := row.answer) for metric in _metrics(row, answer)]
    return _judged(due, judging, progress)


def write_judgements(folder: Path, judgements: Iterable[Judgement]) -> None:
    """Write the judgements into the folder of a run, each as soon as it is there, in place of those it has.

    Raises JudgeError where they cannot be written.
    """
    path = folder / JUDGEMENTS
    try:
        with path.open("w", encoding="utf-8") as file:
            for judgement in judgements:
                file.write(f"{judgement.model_dump_json()}\n")
                file.flush()
    except OSError as error:
        raise JudgeError(f"{path} cannot be written ({error}); see that its disk has room") from error


def read_judgements(folder: Path) -> tuple[Judgement, ...]:
    """The judgements of a run, none where it was not judged. Raises JudgeError where they cannot be read."""
    path = folder / JUDGEMENTS
    try:
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        # A last line that was cut off while it was written counts for nothing.
        return tuple(Judgement.model_validate_json(line) for line in lines if line.endswith(b"\n"))
    except (OSError, ValidationError) as error:
        reason = str(error).strip().splitlines()[0]
        raise JudgeError(f"{path} cannot be read ({reason}); delete it or judge the run anew") from error


def _open(chat_model: str | BaseChatModel, embedder: Embedder) -> RagasJudge:
    try:
        from evals.ragas_judge import RagasJudge
    except ImportError as error:
        raise JudgeError(f"judging needs ragas, which cannot be imported ({error}); install quliu[judge]") from error
    if not isinstance(chat_model, str):
        return RagasJudge(chat_model, type(chat_model).__name__, embedder)
    from langchain.chat_models import init_chat_model

    try:
        return RagasJudge(init_chat_model(chat_model), chat_model, embedder)
    except Exception as error:
        # A package that is missing, a key that is not set, a provider that LangChain does not know: each its own error.
        said = " ".join(str(error).split())
        raise JudgeError(
            f"the chat model {chat_model} cannot be opened ({type(error).__name__}: {said}); "
            "install its package, check its name and set its key"
        ) from error


def _metrics(row: Row, answer: Answer) -> Iterator[str]:
    if answer.claims:
        yield FAITHFULNESS
        if len(row.question.turns) == 1 and not answer.abstained:
            yield ANSWER_RELEVANCE


def _judged(
    due: Sequence[tuple[Row, Answer, str]], judging: RagasJudge, progress: Callable[[int, int], None] | None
) -> Iterator[Judgement]:
    for done, (row, answer, metric) in enumerate(due, 1):
        score: float | None
        try:
            score, reason = _verdict(row, answer, metric, judging)
        except JudgeError as error:
            score, reason = None, str(error)
        yield Judgement(question_id=row.question.id, metric=metric, score=score, reason=reason)
        if progress:
            progress(done, len(due))


def _verdict(row: Row, answer: Answer, metric: str, judging: RagasJudge) -> tuple[float, str]:
    stated = "\n".join(claim.text for claim in answer.claims)
    if metric == ANSWER_RELEVANCE:
        return judging.answer_relevance(row.question.asked, stated, answer.language)
    cited = [
        citation.text_en if answer.language == "en" and citation.text_en else citation.text
        for citation in answer.citations
    ]
    if not cited:
        return 0.0, "nothing is cited"
    # The earlier messages say what a pronoun in the answer stands for.
    return judging.faithfulness("\n".join(row.question.turns), stated, cited, answer.language)
