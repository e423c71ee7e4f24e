"""Claims and the rest of an answer as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

from bot.turn import AskNext, Claim, ComparisonRow, Gap, Intent, OwnFigures, Section
from knowledge.passage import Language
from prompts import load

# What would be read as markup; a line of dashes or of "1." needs the start of a line, and is never there.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~]|&(?=#?\w+;)")
_PLAIN = (Section.SUMMARY, Section.CORRECTION, Section.POINTS)


def escaped(text: str) -> str:
    """What somebody wrote, so that Markdown takes nothing inside a line of it for markup."""
    return _MARKUP.sub(r"\\\g<0>", text)


def headings(
    language: Language, intent: Intent | None = None, one_sided: Literal["for", "against"] | None = None
) -> Mapping[str, Any]:
    """What stands over each section of such an answer."""
    words = load("answer", language)
    special = words["headings_overview"] if intent is Intent.OVERVIEW else {}
    return {**words["headings"], **special, **(words[f"headings_{one_sided}"] if one_sided else {})}


def claims_markdown(claims: Sequence[Claim], language: Language, over: Mapping[str, Any]) -> str:
    """The claims so far, in their sections, ``over`` each of which its heading stands; one point is a paragraph."""
    words = load("answer", language)
    blocks: list[str] = []
    for section, group in groupby(claims, key=lambda claim: claim.section):
        members = list(group)
        heading = over[str(section)]
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
    *,
    comparison: Sequence[ComparisonRow],
    untranslated: str | None,
    gaps: Sequence[Gap],
    ask_next: AskNext | None,
    own_figures: OwnFigures | None,
    language: Language,
    intent: Intent,
    one_sided: Literal["for", "against"] | None,
) -> str:
    """The whole answer; in a lookup what is missing comes first, in a decision after the evidence."""
    words = load("answer", language)
    over = headings(language, intent, one_sided)
    before = [claim for claim in claims if claim.section is Section.SUMMARY]
    after = [claim for claim in claims if claim.section not in (Section.SUMMARY, Section.SIDES)]
    body = "\n\n".join(
        _present(
            [
                claims_markdown(before, language, over),
                f"*{untranslated}*" if untranslated else "",
                _comparison_markdown(comparison, language),
                claims_markdown(after, language, over),
            ]
        )
    )
    lead = words["silence"]["lead"]
    missing = ("" if language == "zh" else " ").join(escaped(gap.text) for gap in gaps)
    decided = [body, missing.replace(lead, f"**{lead}**", 1)]
    blocks = decided if intent is Intent.DECISION else [missing, body]
    if own_figures:
        blocks.append(f"**{over['own_figures']}{_colon(language).strip()}** {own_figures.text}")
    if ask_next:
        blocks.append(f"**{over['ask_next']}{_colon(language).strip()}** {ask_next.question} {ask_next.why}")
    return "\n\n".join(_present(blocks))


def _comparison_markdown(rows: Sequence[ComparisonRow], language: Language) -> str:
    """A list for each respect: on a phone a table of sentences has columns of two words."""
    blocks = [
        "\n".join([f"**{row.dimension}**\n", *(f"- {side.place}{_colon(language)}{side.text}" for side in row.sides)])
        for row in rows
    ]
    return "\n\n".join(blocks)


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
