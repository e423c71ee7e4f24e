"""Verified drafts -> the Answer: citation numbers, caveats, conflicts, gaps, the next question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.cues import says
from bot.markdown import answer_markdown, escaped
from bot.naming import place_name, topic_name
from bot.turn import (
    Answer,
    AskNext,
    CaveatShown,
    Citation,
    Claim,
    ComparisonRow,
    Conflict,
    Draft,
    Evidence,
    Gap,
    Holdings,
    Intent,
    OwnFigures,
    Request,
    Section,
    Side,
    Silence,
    Timings,
    Withheld,
)
from knowledge.passage import Caveat, Document, Language, Passage
from knowledge.script import language_of
from prompts import load

# A mark stands before the full stop, but not within quotation marks.
_ENDING = re.compile(r"([。.！!？?]?)$")
_MOST_TITLES = 5
_WARNED = frozenset(
    {
        Caveat.HUKOU,
        Caveat.MEDICAL_ACCESS,
        Caveat.JOB_MARKET_FIT,
        Caveat.AGING_FAMILY,
        Caveat.SHRINKING_CITY,
        Caveat.SUBSIDY_SHORT_LIVED,
        Caveat.RELATIONSHIP_NETWORKS,
        Caveat.RETURN_FLOWS,
    }
)


class AnswerBuilder:
    """Collects the verified drafts of one turn."""

    def __init__(
        self,
        request: Request,
        evidence: Evidence,
        passages: Mapping[str, Passage],
        documents: Mapping[str, Document],
        *,
        holdings: Holdings,
        writer: str,
        max_question_length: int,
    ) -> None:
        self._request = request
        self._evidence = evidence
        self._passages = passages
        self._documents = documents
        self._holdings = holdings
        self._writer = writer
        self._max_question_length = max_question_length
        self._numbers: dict[str, int] = {}
        self._claims: list[Claim] = []

    def add(self, draft: Draft) -> Claim:
        """Number a draft's citations and keep it as a claim."""
        # Between the markers ``split`` gives the texts, and every second one is an id.
        parts = _marker(draft).split(draft.text)
        ids = list(dict.fromkeys([*parts[1::2], *draft.passage_ids]))
        numbers = tuple(self._numbers.setdefault(id_, len(self._numbers) + 1) for id_ in ids)
        weakness = self._weakness(draft)
        claim = Claim(
            text="".join(parts[::2]),
            section=draft.section,
            citations=numbers,
            weakness=weakness,
            markdown=self._markdown(parts, draft.passage_ids, weakness),
            kind=draft.kind,
            dimension=draft.dimension,
            place=draft.place,
        )
        self._claims.append(claim)
        return claim

    def finish(self, withheld: Sequence[Withheld], milliseconds: Mapping[str, float]) -> Answer:
        """The whole answer."""
        request, evidence = self._request, self._evidence
        words = load("answer", request.language)
        gaps = tuple(_gaps(evidence.silences, request, words))
        ask_next = self._ask_next(words)
        comparison = tuple(self._comparison(words))
        own = self._own_figures(words)
        untranslated = str(words["untranslated"]) if self._is_untranslated() else None
        text = answer_markdown(
            self._claims,
            comparison=comparison,
            untranslated=untranslated,
            gaps=gaps,
            ask_next=ask_next,
            own_figures=own,
            language=request.language,
            intent=request.intent,
            one_sided=request.one_sided,
        )
        return Answer(
            question=request.asked or request.text,
            language=request.language,
            intent=request.intent,
            text=text or self._plain(words),
            claims=tuple(self._claims),
            citations=tuple(self._citation(number, id_) for id_, number in self._numbers.items()),
            caveats=tuple(self._caveats()),
            conflicts=tuple(
                Conflict(text=c.text, citations=c.citations) for c in self._claims if c.section is Section.CONFLICTS
            ),
            comparison=comparison,
            untranslated=untranslated,
            gaps=gaps,
            abstained=self._abstained(gaps),
            own_figures=own,
            one_sided=request.one_sided,
            ask_next=ask_next,
            suggestions=tuple(_suggestions(evidence, request, words)),
            profile=request.profile,
            writer=self._writer,
            withheld=tuple(withheld),
            timings_ms=Timings(**milliseconds),
        )

    def _abstained(self, gaps: Sequence[Gap]) -> bool:
        """Whether what was asked for is missing; a decision always lacks something and abstains only with no claim."""
        if self._request.intent is Intent.OUT_OF_SCOPE:
            return True
        if self._request.intent is not Intent.DECISION:
            return bool(gaps)
        return not self._claims and {silence.subject for silence in self._evidence.silences} == {"unknown_place"}

    def _markdown(self, parts: Sequence[str], passage_ids: Sequence[str], weakness: str | None) -> str:
        """A claim from its texts with an id between each two, the other passages marked at its end."""
        text = "".join(f" [{self._numbers[part]}]" if place % 2 else escaped(part) for place, part in enumerate(parts))
        unmarked = [id_ for id_ in passage_ids if id_ not in parts[1::2]]
        marks = "".join(f" [{self._numbers[id_]}]" for id_ in unmarked)
        text = _ENDING.sub(lambda m: marks + m[1], text, count=1) if marks else text
        if not weakness:
            return text
        opening, closing = ("（", "）") if self._request.language == "zh" else ("(", ")")
        return f"{text} *{opening}{escaped(weakness)}{closing}*"

    def _weakness(self, draft: Draft) -> str | None:
        """What the evidence lacks, after the titles of the documents that are quoted."""
        language = self._request.language
        titled = load("answer", language)["titled"]
        quoted = (self._passages[id_] for id_ in draft.passage_ids if draft.section is not Section.SUMMARY)
        titles = [titled.format(title=p.document_title[language]) for p in quoted if not p.is_note]
        parts = [*dict.fromkeys(titles), *([draft.weakness] if draft.weakness else [])]
        return ("；" if language == "zh" else "; ").join(parts) or None

    def _is_untranslated(self) -> bool:
        """Whether a claim has its words from a passage that does not stand in the answer's language."""
        language = self._request.language
        cited = (self._passages[id_] for id_ in self._numbers)
        return any(p.language != language and p.in_language(language) == p.text for p in cited)

    def _ask_next(self, words: Mapping[str, Any]) -> AskNext | None:
        unknown, request = self._evidence.unknown, self._request
        if unknown is None:
            return None
        there = place_name(request.destinations[0], request.language) if request.destinations else None
        form = words["ask_next"][unknown]
        # Why it matters is told from the bundled notes; without them only what holds anyway.
        why = form["why"] if self._holdings.notes else form.get("anyway", form["why"])
        question = form["question"].format(place=there or words["silence"]["some_place"])
        return AskNext(question=question, why=why, about=unknown)

    def _plain(self, words: Mapping[str, Any]) -> str:
        """What is said where there is nothing to cite."""
        request = self._request
        if request.notice:
            return str(words["notice"][str(request.notice)]).format(limit=self._max_question_length)
        if request.intent is Intent.ABOUT_BOT and says("thanks", request.text):
            return str(words["thanks"])
        if request.intent is Intent.ABOUT_YOU:
            return str(words["forgotten" if request.forgets else "about_you"])
        if request.intent is Intent.ABOUT_BOT:
            return str(words["about_bot"]).format(read=_read(self._holdings, request.language, words["read"]))
        if request.intent is Intent.OUT_OF_SCOPE:
            return str(words["out_of_scope"])
        return str(words["silence"]["nothing"])

    def _caveats(self) -> list[CaveatShown]:
        shown = [c for c in self._claims if c.section is Section.CAVEATS]
        if self._request.intent is Intent.DECISION:
            shown += [c for c in self._claims if c.section in (Section.FOR, Section.AGAINST) and c.kind in _WARNED]
        return [
            CaveatShown(kind=c.kind, text=f"{c.text} ({c.weakness})" if c.weakness else c.text, citations=c.citations)
            for c in shown
            if c.kind
        ]

    def _own_figures(self, words: Mapping[str, Any]) -> OwnFigures | None:
        """The person's own rent and pay beside an example of the documents."""
        own = self._evidence.own
        if own is None:
            return None
        numbers = tuple(self._numbers.setdefault(p.id, len(self._numbers) + 1) for p in own.passages)
        profile, language = self._request.profile, self._request.language
        assert profile.rent is not None
        assert profile.salary is not None
        text = words["own_figures"].format(
            rent=f"{profile.rent:,.0f}",
            salary=f"{profile.salary:,.0f}",
            share=f"{own.share:.0%}",
            example=escaped(" ".join(p.in_language(language).rstrip("。.") for p in own.passages)),
            marks="".join(f"[{number}]" for number in numbers),
        )
        return OwnFigures(text=text, citations=numbers)

    def _comparison(self, words: Mapping[str, Any]) -> Iterator[ComparisonRow]:
        """The claims that compare, one row for each respect; what the documents do not say is said."""
        said: dict[tuple[str, str], list[Claim]] = {}
        for claim in self._claims:
            if claim.dimension and claim.place:
                said.setdefault((claim.dimension, claim.place), []).append(claim)
        names = words["comparison"]
        for dimension in dict.fromkeys(cell.dimension for cell in self._evidence.sides):
            cells = [cell for cell in self._evidence.sides if cell.dimension == dimension]
            yield ComparisonRow(
                dimension=names["dimensions"][dimension],
                sides=tuple(
                    Side(
                        place=place_name(cell.place, self._request.language),
                        text=" ".join(c.markdown for c in said.get((dimension, cell.place), ())) or names["silent"],
                        citations=tuple(n for c in said.get((dimension, cell.place), ()) for n in c.citations),
                    )
                    for cell in cells
                ),
            )

    def _citation(self, number: int, passage_id: str) -> Citation:
        passage = self._passages[passage_id]
        document = self._documents[passage.document_id]
        language = self._request.language
        return Citation(
            number=number,
            passage_id=passage.id,
            document_id=passage.document_id,
            document_title=passage.document_title[language],
            locator=_locator(passage, language),
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
            weakness=passage.weakness[language] if passage.weakness else None,
            editor_note=passage.editor_note[language] if passage.editor_note else None,
            damaged=passage.damaged,
        )


def _marker(draft: Draft) -> re.Pattern[str]:
    """What marks the place of a citation in a draft; a document may have ``[@…]`` of its own, with other names."""
    return re.compile(rf"\s*\[@({'|'.join(map(re.escape, draft.passage_ids)) or '(?!)'})\]")


def _locator(passage: Passage, language: Language) -> str:
    if passage.paragraph is None:
        return passage.locator
    if language == "zh":
        where = f"第{passage.paragraph}段" + (f"（文件第{passage.line}行）" if passage.line else "")
    else:
        where = f"paragraph {passage.paragraph}" + (f" (line {passage.line} of the file)" if passage.line else "")
    return (
        f"{passage.section[language]}, {where}"
        if passage.section and language == "en"
        else (f"{passage.section[language]}，{where}" if passage.section else where)
    )


def _gaps(silences: Sequence[Silence], request: Request, words: Mapping[str, Any]) -> list[Gap]:
    """What the documents do not say, in sentences; what is missing for a decision makes one."""
    forms, language = words["silence"], request.language
    gaps: list[Gap] = []
    items: list[str] = []
    for silence in silences:
        name = place_name(silence.place, language) if silence.place else forms["some_place"]
        if silence.words:
            gaps.append(Gap(text=forms[silence.subject].format(what=silence.words[language])))
        elif silence.subject in forms["items"]:
            items.append(forms["items_there" if items else "items"][silence.subject].format(place=name))
        elif silence.subject.startswith("topic:"):
            topic = topic_name(silence.subject.removeprefix("topic:"), language)
            gaps.append(Gap(text=forms["place_topic"].format(place=name, topic=topic)))
        else:
            gaps.append(Gap(text=forms[silence.subject].format(place=name)))
    if items:
        gaps.append(
            Gap(text=forms["decision"].format(lead=forms["lead"], items=_listed(items, language, forms["join"])))
        )
    return gaps


def _listed(items: Sequence[str], language: Language, comma: str) -> str:
    if language == "zh" or len(items) < 2:
        return comma.join(items)
    return f"{comma.join(items[:-1])}{comma if len(items) > 2 else ' '}or {items[-1]}"


def _suggestions(evidence: Evidence, request: Request, words: Mapping[str, Any]) -> list[str]:
    """Questions that the next best passages answer, or the examples where there are none."""
    asked = [_suggestion(passage, request, words) for passage in evidence.related]
    return list(dict.fromkeys(ask for ask in asked if ask)) or list(words["examples"])


def _suggestion(passage: Passage, request: Request, words: Mapping[str, Any]) -> str | None:
    """A question that a passage answers: one listed for a note, else one on its first place and topic."""
    if passage.is_note:
        return next((ask for ask in passage.asks if language_of(ask) == request.language), None)
    place, topic = place_name(passage.cities[0], request.language), topic_name(passage.topics[0], request.language)
    return str(words["suggestion"]).format(place=place, topic=topic)


def _read(holdings: Holdings, language: Language, words: Mapping[str, str]) -> str:
    """What the answers rest on, in a phrase."""
    named = [escaped(title[language]) for title in holdings.own[:_MOST_TITLES]]
    titles = ("、" if language == "zh" else "; ").join(named)
    if len(holdings.own) > _MOST_TITLES:
        rest = len(holdings.own) - (0 if language == "zh" else _MOST_TITLES)
        titles = words["more"].format(titles=titles, number=rest)
    if not holdings.own:
        return words["notes"]
    return words["both" if holdings.notes else "own"].format(notes=words["notes"], titles=titles)
