"""A draft question from an answer, for a person to complete."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.turn import Answer, Intent
from evals.errors import QuestionError
from evals.question import ProfileWanted, Type
from knowledge.figures import figure_keys, figures

_TYPES = {
    Intent.DECISION: Type.DECISION,
    Intent.WHY: Type.WHY,
    Intent.COMPARE: Type.COMPARE,
    Intent.OUT_OF_SCOPE: Type.OUT_OF_SCOPE,
}
_HEAD = """\
# A draft for evals/questions/{file}.yaml. The answer's own citations and figures stand here, right or wrong: keep what
# a good answer must have, one group of gold for each thing it needs, and correct the rest.
"""
_Objects = TypeAdapter(tuple[Answer, ...])


def read_answers(text: str) -> tuple[Answer, ...]:
    """The answers of ``quliu ask --json``, one JSON object a line. Raises QuestionError where they are no answers."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        answers = _Objects.validate_json(f"[{','.join(lines)}]")
    except ValidationError as error:
        first = error.errors()[0]
        raise QuestionError(f"this is no answer ({first['msg']}); give what `quliu ask --json` prints") from error
    if not answers:
        raise QuestionError("there is no answer; give what `quliu ask --json` prints")
    return answers


def draft(answers: Sequence[Answer], type_: Type | None = None) -> str:
    """YAML of a question that the last of the answers would pass, with what it is to be judged by."""
    answer = answers[-1]
    type_ = type_ or (Type.FOLLOW_UP if len(answers) > 1 else _TYPES.get(answer.intent, Type.LOOKUP))
    claimed = [
        figure.text
        for claim in answer.claims
        for figure in figures(claim.text)
        if (keys := set(figure_keys(figure.text))) and keys <= set(figure_keys(claim.text))
    ]
    entry = {
        "id": f"{type_.value.replace('_', '-')}-…-{answer.language}",
        "language": answer.language,
        "split": "dev",
        "turns": [one.question for one in answers],
        "gold": [[citation.passage_id] for citation in answer.citations],
        "also": [],
        "figures": [[figure] for figure in dict.fromkeys(claimed)],
        "not_figures": [],
        "caveats": sorted({caveat.kind.value for caveat in answer.caveats}),
        "abstain": answer.abstained,
        "profile": answer.profile.model_dump(include=set(ProfileWanted.model_fields), exclude_none=True),
    }
    listed = yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, default_flow_style=None, width=110)
    return _HEAD.format(file=type_) + "".join(f"  {line}\n" for line in listed.splitlines())
