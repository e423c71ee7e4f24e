"""The only import of ragas: its two metrics, in our words instead of its English ones, with any chat model."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

# Read when ragas first has something to tell its makers.
os.environ["RAGAS_DO_NOT_TRACK"] = "true"

from pydantic import BaseModel, ValidationError
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics.collections import AnswerRelevancy, Faithfulness
from ragas.metrics.collections.answer_relevancy.util import (
    AnswerRelevanceInput,
    AnswerRelevanceOutput,
    AnswerRelevancePrompt,
)
from ragas.metrics.collections.faithfulness.util import (
    NLIStatementInput,
    NLIStatementOutput,
    NLIStatementPrompt,
    StatementGeneratorInput,
    StatementGeneratorOutput,
    StatementGeneratorPrompt,
)
from ragas.prompt.metrics.base_prompt import BasePrompt

from evals.errors import JudgeError
from knowledge.embed import Embedder
from knowledge.passage import Language
from prompts import load

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Verdict = tuple[float, str]
Given = TypeVar("Given", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)


class RagasJudge:
    """Judges an answer by what the chat model says of it; ``name`` is what errors call the model."""

    def __init__(self, model: BaseChatModel, name: str, embedder: Embedder) -> None:
        self._model = model
        self._name = name
        self._vectors = _Vectors(embedder)

    def faithfulness(self, question: str, answer: str, contexts: Sequence[str], language: Language) -> Verdict:
        """Share of the answer's statements that follow from the contexts, and which do not.

        Raises JudgeError.
        """
        asked = _Asked(self._model, self._name)
        metric = Faithfulness(llm=asked)
        metric.statement_generator_prompt = _Statements("statements", language)
        metric.nli_statement_prompt = _Verdicts("verdicts", language)
        score = metric.score(user_input=question, response=answer, retrieved_contexts=list(contexts)).value
        stated = [one for reply in asked.replies(StatementGeneratorOutput) for one in reply.statements]
        judged = [one for reply in asked.replies(NLIStatementOutput) for one in reply.statements]
        if not stated:
            raise JudgeError(f"the chat model {self._name} found no statement in the answer; use another model")
        # A statement without a verdict would count for nothing, and any verdict but 0 for support.
        if len(judged) != len(stated) or any(one.verdict not in (0, 1) for one in judged):
            raise JudgeError(
                f"the chat model {self._name} gave {len(stated)} statements {len(judged)} verdicts, "
                "not one of 0 or 1 each; use another model"
            )
        wrong = [f"{one.statement} ({one.reason})" for one in judged if not one.verdict]
        return float(score), f"not supported: {'; '.join(wrong)}" if wrong else f"all {len(judged)}"

    def answer_relevance(self, question: str, answer: str, language: Language) -> Verdict:
        """How near the questions that the answer seems to answer are to the one asked; 0 for an evasive answer.

        The nearness is a cosine, and so compares only between runs with the same embedding model. Raises JudgeError.
        """
        asked = _Asked(self._model, self._name)
        metric = AnswerRelevancy(llm=asked, embeddings=self._vectors)
        metric.prompt = _Question("question", language)
        score = float(metric.score(user_input=question, response=answer).value)
        replies = asked.replies(AnswerRelevanceOutput)
        if not any(reply.question for reply in replies):
            raise JudgeError(f"the chat model {self._name} named no question that the answer answers; use another")
        seems = "evasive" if all(reply.noncommittal for reply in replies) else "seems to answer"
        questions = dict.fromkeys(reply.question for reply in replies if reply.question)
        # Rounding takes the cosine of two equal vectors a little past 1.
        return min(max(score, 0.0), 1.0), f"{seems}: {'; '.join(questions)}"


class _Asked(InstructorBaseRagasLLM):
    """A LangChain chat model as ragas calls one, which keeps the replies.

    The format is told in the prompt alone: a schema would bring ragas's English field descriptions with it.
    """

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._model = model
        self._name = name
        self._replies: list[BaseModel] = []

    def generate(self, prompt: str, response_model: type[Reply]) -> Reply:
        """The reply to a prompt, checked. Raises JudgeError."""
        try:
            text = str(self._model.invoke(prompt).text)
        except Exception as error:
            # Each provider's package raises its own errors, which share no other base.
            raise JudgeError(
                f"the chat model {self._name} cannot be reached ({_cause(error)}); "
                "check its name, its key and the network"
            ) from error
        reply = _read(text, response_model)
        if reply is None:
            raise JudgeError(
                f"the chat model {self._name} did not reply in the form it was asked for ({_brief(text)!r}); "
                "use another model"
            )
        self._replies.append(reply)
        return reply

    async def agenerate(self, prompt: str, response_model: type[Reply]) -> Reply:
        """The same. Each judgement has an event loop of its own, which a provider's shared client would not outlive."""
        return self.generate(prompt, response_model)

    def replies(self, kind: type[Reply]) -> list[Reply]:
        """The replies of a kind so far."""
        return [reply for reply in self._replies if isinstance(reply, kind)]


class _Vectors(BaseRagasEmbedding):
    """Our embedder as ragas calls one. All that is compared are questions."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self._embedder = embedder

    def embed_text(self, text: str, **kwargs: Any) -> list[float]:
        return self.embed_texts([text])[0]

    def embed_texts(self, texts: list[str], **kwargs: Any) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_queries(texts).tolist()
        return vectors

    async def aembed_text(self, text: str, **kwargs: Any) -> list[float]:
        return self.embed_text(text)

    async def aembed_texts(self, texts: list[str], **kwargs: Any) -> list[list[float]]:
        return self.embed_texts(texts)


class _Worded(BasePrompt[Given, Reply]):
    """A prompt of ragas in the words of ``prompts/judge``; ragas's own has English around whatever it is given."""

    def __init__(self, name: str, language: Language) -> None:
        words = load("judge", language)
        self.language = language
        self.instruction = words[name]["instruction"]
        self.examples = [
            (self.input_model.model_validate(example["input"]), self.output_model.model_validate(example["output"]))
            for example in words[name]["examples"]
        ]
        self._layout, self._example = str(words["layout"]), str(words["example"])

    def to_string(self, data: Given) -> str:
        """The whole of what is sent."""
        examples = [self._example.format(input=_json(given), output=_json(reply)) for given, reply in self.examples]
        return self._layout.format(instruction=self.instruction, examples="\n\n".join(examples), input=_json(data))


class _Statements(_Worded[StatementGeneratorInput, StatementGeneratorOutput], StatementGeneratorPrompt):
    """Takes an answer apart."""


class _Verdicts(_Worded[NLIStatementInput, NLIStatementOutput], NLIStatementPrompt):
    """Holds statements against passages."""


class _Question(_Worded[AnswerRelevanceInput, AnswerRelevanceOutput], AnswerRelevancePrompt):
    """Guesses what was asked."""


def _json(value: BaseModel) -> str:
    return value.model_dump_json()


def _read(text: str, kind: type[Reply]) -> Reply | None:
    """The first JSON object of that kind in a text, which may stand in a code block or among other words."""
    decoder = json.JSONDecoder()
    for start in (match.start() for match in re.finditer(r"\{", text)):
        try:
            return kind.model_validate(decoder.raw_decode(text, start)[0])
        except (json.JSONDecodeError, RecursionError, ValidationError):
            continue
    return None


def _cause(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:300] if said else type(error).__name__


def _brief(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[:length]}…"
