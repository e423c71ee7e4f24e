"""Claims and the rest of an answer as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from bot.turn import AskNext, Claim, Gap, Intent, Section
from knowledge.passage import Language
from prompts import load

_PLAIN = (Section.SUMMARY, Section.POINTS)


def claims_markdown(claims: Sequence[Claim], language: Language, intent: Intent = Intent.DECISION) -> str:
    """The claims so far, in their sections; one point alone is a paragraph, several are a list."""
    words = load("answer", language)
    headings: Mapping[str, Any] = words["headings"]
    if intent is Intent.OVERVIEW:
        headings = {**headings, **words["headings_overview"]}
    blocks: list[str] = []
    for section, group in groupby(claims, key=lambda claim: claim.section):
        members = list(group)
        heading = headings[str(section)]
        if section is Section.SUMMARY:
            blocks.append(f"**{heading}{_stop(language)}** " + " ".join(c.markdown for c in members))
        elif section in _PLAIN and len(members) == 1:
            blocks.append(members[0].markdown)
        else:
            lines = [f"- {_labelled(claim, words, language)}" for claim in members]
            blocks.append("\n".join([*([f"**{heading}**\n"] if heading else []), *lines]))
    return "\n\n".join(blocks)


def answer_markdown(
    claims: Sequence[Claim],
    gaps: Sequence[Gap],
    ask_next: AskNext | None,
    language: Language,
    intent: Intent,
) -> str:
    """The whole answer; in a lookup what is missing comes first, in a decision after the evidence."""
    words = load("answer", language)
    headings = words["headings"]
    body = claims_markdown(claims, language, intent)
    lead = words["silence"]["lead"]
    missing = ("" if language == "zh" else " ").join(gap.text for gap in gaps)
    decided = [body, missing.replace(lead, f"**{lead}**", 1)]
    blocks = decided if intent is Intent.DECISION else [missing, body]
    if ask_next:
        blocks.append(f"**{headings['ask_next']}{_colon(language).strip()}** {ask_next.question} {ask_next.why}")
    return "\n\n".join(_present(blocks))


def _labelled(claim: Claim, words: Mapping[str, Any], language: Language) -> str:
    if claim.section is Section.CAVEATS and claim.kind:
        return f"⚠ *{words['caveats'][str(claim.kind)]}*{_colon(language)}{claim.markdown}"
    return claim.markdown


def _present(blocks: Iterable[str]) -> list[str]:
    return [block for block in blocks if block]


def _stop(language: Language) -> str:
    return "。" if language == "zh" else "."


def _colon(language: Language) -> str:
    return "：" if language == "zh" else ": "
