"""The writer that needs no model: the notes' own sentences, each with its weakness, in the order a reader needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.naming import place_name, topic_name
from bot.turn import CaveatDue, Draft, Evidence, Intent, Move, Request, Section
from bot.write.excerpt import excerpt
from knowledge.corpus import Tension
from knowledge.passage import Caveat, Grade, Language, Passage
from prompts import load

_NETWORKS_AND_RETURNS = (Caveat.RELATIONSHIP_NETWORKS, Caveat.RETURN_FLOWS)
_BACKGROUND = frozenset(
    {"scale_of_leaving", "intentions", "population_loss", "values", "city_list", "chosen_or_forced"}
)
_SOURCED = frozenset({Grade.SURVEY, Grade.OFFICIAL_STATISTIC, Grade.NAMED_REPORT})


class TemplateWriter:
    """Writes from the passages and the sentences in ``prompts/answer.*.yaml``."""

    name = "template"

    def write(self, request: Request, evidence: Evidence) -> Iterator[Draft]:
        """Drafts in reading order."""
        words = load("answer", request.language)
        decision = request.intent is Intent.DECISION
        if decision and not request.one_sided:
            yield from _summary(evidence, request.language, words)
        for number, passage in enumerate(evidence.corrections):
            draft = _statement(Section.CORRECTION, passage, request, words, whole=number == 0)
            # Only what contradicts a passage is called wrong; what may be wrong is answered by what the passage says.
            lead = words["presumed" if evidence.presumed else "correction"] if number == 0 else "{text}"
            yield draft.model_copy(update={"text": lead.format(text=draft.text)})
        if evidence.spoken:
            yield _count(evidence.spoken, request, words)
        compared = [passage for cell in evidence.sides for passage in cell.passages]
        for cell in evidence.sides:
            for passage in cell.passages:
                draft = _statement(Section.SIDES, passage, request, words)
                yield draft.model_copy(update={"dimension": cell.dimension, "place": cell.place, "kind": None})
        nearest = bool(evidence.silences) and not decision
        sides = ((Section.FOR, evidence.pro), (Section.AGAINST, evidence.con))
        for section, passages in (
            (Section.NEAREST if nearest else Section.POINTS, evidence.points),
            *(sides[::-1] if request.one_sided == "against" else sides),
            (Section.ALSO, evidence.also),
        ):
            for passage in passages:
                if passage in compared:
                    continue
                # The best answer to a question stands whole: which of its sentences is the one cannot be told for sure.
                whole = request.intent is Intent.LOOKUP and passage == passages[0]
                draft = _statement(section, passage, request, words, whole=whole)
                if evidence.presumed and section is Section.POINTS and passage == passages[0]:
                    draft = draft.model_copy(update={"text": words["presumed"].format(text=draft.text)})
                yield draft
        for due in evidence.caveats:
            yield _caveat(due, request, words)
        for tension in evidence.tensions:
            yield _tension(tension, request.language)


def _summary(evidence: Evidence, language: Language, words: Mapping[str, Any]) -> Iterator[Draft]:
    """What the evidence leans to: one reason on each side, or the warnings where no reason stands against the move."""
    pro, con = _headline(evidence.pro), _headline(evidence.con)
    if pro and con and pro.topics[:1] == con.topics[:1]:
        con = _headline(p for p in evidence.con if p.topics[:1] != pro.topics[:1]) or con
    warned = [due.passages[0] for due in evidence.caveats if due.kind in _NETWORKS_AND_RETURNS]
    sides: list[list[Passage]] = [[p] for p in (pro, con) if p]
    if pro and con:
        which = "same" if pro.topics[:1] == con.topics[:1] else "both"
    elif pro and warned:
        which, sides = "warned", [[pro], warned]
    elif pro or con:
        which = "pro" if pro else "con"
    elif warned:
        which, sides = "only_warned", [warned]
    else:
        return
    names = {side: topic_name(p.topics[0], language) for side, p in (("pro", pro), ("con", con)) if p}
    yield Draft(
        text=_cite(words["summary"][which].format(**names), [[p.id for p in side] for side in sides]),
        section=Section.SUMMARY,
        passage_ids=tuple(p.id for side in sides for p in side),
        weakness=words["weak_both" if pro and con else "weak_one"] if pro or con else None,
    )


def _count(spoken: Sequence[Passage], request: Request, words: Mapping[str, Any]) -> Draft:
    """How many of the documents speak of what is asked, each with a passage of its own."""
    topic = next((t for t in request.topics if any(t in p.topics for p in spoken)), None)
    what = topic_name(topic, request.language) if topic else words["counted"]["it"]
    form = words["counted"]["one" if len(spoken) == 1 else "several"]
    return Draft(
        text=_cite(form.format(number=len(spoken), what=what), [[p.id for p in spoken]]),
        section=Section.SUMMARY,
        passage_ids=tuple(p.id for p in spoken),
    )


def _headline(passages: Iterable[Passage]) -> Passage | None:
    """The first that bears on a life rather than on how many do what."""
    return next((p for p in passages if p.topics and p.topics[0] not in _BACKGROUND), None)


def _statement(
    section: Section, passage: Passage, request: Request, words: Mapping[str, Any], *, whole: bool = False
) -> Draft:
    text = passage.in_language(request.language) if whole else excerpt(passage, request)
    weakness = _evidence([(passage, text)], request.language, words)
    if request.move is Move.UP and passage.is_note and passage.caveat in _NETWORKS_AND_RETURNS:
        weakness = _join([weakness, words["reach"][str(passage.caveat)]["reversed"]], request.language)
    return Draft(
        text=_as_said(passage, text, words),
        section=section,
        passage_ids=(passage.id,),
        weakness=weakness,
        kind=passage.caveat,
    )


def _caveat(due: CaveatDue, request: Request, words: Mapping[str, Any]) -> Draft:
    language = request.language
    reaches = words["reach"].get(str(due.kind), {})
    if reaches and not all(passage.is_note for passage in due.passages):
        reaches = words["reach"]["any"]
    reach = reaches.get(str(due.reach))
    if reach and due.place:
        reach = reach.format(place=place_name(due.place, language))
    said = [(passage, excerpt(passage, request, due.kind)) for passage in due.passages]
    return Draft(
        text=("" if language == "zh" else " ").join(_cited(_as_said(p, text, words), p.id) for p, text in said),
        section=Section.CAVEATS,
        passage_ids=tuple(p.id for p in due.passages),
        weakness=_join([_evidence(said, language, words), reach], language),
        kind=due.kind,
    )


def _tension(tension: Tension, language: Language) -> Draft:
    text = tension.zh if language == "zh" else tension.en
    return Draft(
        text=_cite(text.replace("{0}", "[0]").replace("{1}", "[1]"), tension.sides),
        section=Section.CONFLICTS,
        passage_ids=(*tension.sides[0], *tension.sides[1]),
    )


def _as_said(passage: Passage, text: str, words: Mapping[str, Any]) -> str:
    """A note's own sentence, or the words of another document as a quotation."""
    return text if passage.is_note else str(words["quoted"][passage.language]).format(text=text)


def _cited(text: str, passage_id: str) -> str:
    """A passage's sentence with its marker before the full stop."""
    return f"{text[:-1]}[@{passage_id}]{text[-1]}" if text[-1] in "。." else f"{text}[@{passage_id}]"


def _cite(text: str, sides: Sequence[Sequence[str]]) -> str:
    """Put the inline markers of each side where ``[0]``, ``[1]`` … stand."""
    for number, ids in enumerate(sides):
        text = text.replace(f"[{number}]", "".join(f"[@{id_}]" for id_ in ids))
    return text


def _evidence(said: Sequence[tuple[Passage, str]], language: Language, words: Mapping[str, Any]) -> str:
    """What each passage lacks for the part of it that is shown."""
    return _join(list(dict.fromkeys(_weakness(*each, language, words) for each in said)), language)


def _weakness(passage: Passage, text: str, language: Language, words: Mapping[str, Any]) -> str:
    """Who says it and what it lacks, in a few words."""
    weakness = _lack(passage, language, words)
    who = passage.attribution if passage.attribution and passage.grade in _SOURCED else None
    if not who or who[language] in weakness:
        return weakness
    # A paragraph that names a source somewhere does not have all its sentences from there.
    apart = not passage.is_note and text != passage.text and who.zh not in text
    return str(words["named_beside" if apart else "attributed"]).format(who=who[language], weakness=weakness)


def _lack(passage: Passage, language: Language, words: Mapping[str, Any]) -> str:
    return passage.weakness[language] if passage.weakness else str(words["grades"][str(passage.grade)])


def _join(parts: Sequence[str | None], language: Language) -> str:
    return ("；" if language == "zh" else "; ").join(part for part in parts if part)
