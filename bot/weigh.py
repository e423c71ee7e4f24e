"""Hits -> Evidence: what speaks for, what against, which warnings are due, what pulls apart, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from bot.about import is_about, lies_in
from bot.cues import says
from bot.turn import CaveatDue, Cell, Covered, Evidence, Intent, Move, OwnShare, Reach, Reference, Request, Silence
from knowledge.corpus import Tension, Theme
from knowledge.figures import Key, figure_keys
from knowledge.passage import Caveat, Grade, Hit, Passage, Stance
from knowledge.places import Place, Tier, place
from knowledge.script import simplified
from knowledge.units import units_of

_CLOSE = 0.86  # a further point must come this near to the best one's score
_MOST_POINTS = 3
_MOST_SIDE = 5
_MOST_ALSO = 2
_MOST_ALSO_OWN = 4
_MOST_CAVEATS = 4
_MOST_THERE = 2
_MOST_RELATED = 3
_MOST_LISTED = 7
_MOST_ASKED = 2
_MOST_TOGETHER = 5
_SPEAKS_OF_IT = 0.7
_TOLD_ELSEWHERE = 0.7  # as near as what counts as speaking of it
_IN_THEME = 0.25
_NEAR = 0.55
_OUTSTANDING = 0.1
_KIN = 2  # a topic beside another, or a city
_RELEVANT = 0.75
_RELEVANT_THERE = 0.5  # what is said of the very place bears on the move more loosely
_GRADE_WEIGHT: Mapping[Grade, float] = {
    Grade.SURVEY: 0.10,
    Grade.OFFICIAL_STATISTIC: 0.08,
    Grade.NAMED_REPORT: 0.06,
    Grade.CASE: 0.02,
    Grade.UNSOURCED: 0.0,
    Grade.OPINION: -0.15,
}
_SMALL = frozenset({"lower_tier", "county", "small_place"})
_WORK = frozenset({"jobs", "industry", "online_work", "research_platform", "skilled_trades"})
_HEALTH = frozenset({"medical", "ageing"})
# Topics so broad that sharing one says little about what a question is about.
_BROAD = frozenset({"jobs", "values", "family", "reasons_for_leaving", "document_reliability", "decision_advice"})
# Topics whose words leave no doubt what is asked.
_CONCRETE = ("schools", "medical", "rent", "home_prices", "hukou", "pay")
_MONEY = ("pay", "rent", "home_prices")
_HOMES = frozenset({"rent", "home_prices"})
# The respects in which places are set side by side, by the topics that belong to each.
DIMENSIONS: Mapping[str, frozenset[str]] = {
    "pay_and_cost": frozenset({"pay", "savings", "living_cost"}),
    "housing": frozenset({"rent", "home_prices"}),
    "jobs": frozenset({"jobs", "industry", "online_work", "research_platform", "skilled_trades"}),
    "support": frozenset({"subsidies", "entrepreneurship"}),
    "hukou": frozenset({"hukou"}),
    "population": frozenset({"population_loss", "left_behind", "consumption", "public_finance"}),
    "turnaround": frozenset({"city_turnaround", "tourism", "regional_cooperation", "culture"}),
    "care_and_schools": frozenset({"medical", "schools", "quality_of_life"}),
    "family": frozenset({"family", "ageing"}),
    "networks": frozenset({"relationship_networks"}),
    "returns": frozenset({"return_flows", "talent_retention"}),
}
_ALWAYS_LAST = Caveat.NOT_A_REJECTION_OF_BIG_CITIES
_NETWORKS_AND_RETURNS = (Caveat.RELATIONSHIP_NETWORKS, Caveat.RETURN_FLOWS)


class Corpus(NamedTuple):
    """All that can be cited, for what is looked for by name rather than by likeness."""

    passages: Mapping[str, Passage]
    tensions: Sequence[Tension]


def weigh(
    request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus, covered: Covered | None = None
) -> Evidence:
    """Weigh the hits by what the request wants; ``theme`` says which notes answer a broad one together.

    ``covered`` says what of it no article says, and what it wrongly takes for said.
    """
    decides = request.intent is Intent.DECISION
    if request.needs_evidence and not decides and _asks_each_article(request, hits):
        return _counted(request, hits, corpus)
    evidence = _BY_INTENT[request.intent](request, hits, theme, corpus)
    if covered is None or not request.needs_evidence:
        return evidence
    evidence = _own_up(_put_right(evidence, request, covered, corpus), covered, corpus)
    if request.wants_estimate and evidence.silences and not decides:
        evidence = evidence.model_copy(update={"silences": (*evidence.silences, Silence(subject="estimate"))})
    return evidence


def _asks_each_article(request: Request, hits: Sequence[Hit]) -> bool:
    """Whether a message asks how many articles speak of something, or whether those of one's own agree on it."""
    plain = simplified(request.text)
    # Where the bundled notes pull apart was found by hand.
    own = bool(hits) and not hits[0].passage.is_note and not request.reference
    return says("counts_articles", plain) or (own and says("asks_others", plain))


def _counted(request: Request, hits: Sequence[Hit], corpus: Corpus) -> Evidence:
    """For each document that speaks of the subject the passage nearest to the question."""
    specific = set(request.topics) - _BROAD
    best = max((hit.score for hit in hits), default=0.0)

    def speaks(hit: Hit) -> bool:
        passage = hit.passage
        on_topic = bool(specific & set(passage.topics)) if specific else hit.score >= _SPEAKS_OF_IT * best
        there = is_about(passage, request.places) if request.places else on_topic
        return passage.caveat is not Caveat.DOCUMENT_RELIABILITY and there and (on_topic or not specific)

    nearest: dict[str, Passage] = {}
    for hit in filter(speaks, hits):
        nearest.setdefault(hit.passage.document_id, hit.passage)
    spoken = tuple(nearest.values())
    if not spoken:
        unknown = [Silence(subject="unknown_place", place=id_) for id_ in request.places]
        return Evidence(silences=tuple(unknown) or (Silence(subject="nothing"),), related=_related(hits, ()))
    tensions = _compared_tensions(request, spoken, corpus)
    return Evidence(spoken=spoken, points=spoken, tensions=tensions, related=_related(hits, spoken))


def _put_right(evidence: Evidence, request: Request, covered: Covered, corpus: Corpus) -> Evidence:
    """The evidence with what puts a false premise right before everything else."""
    right = tuple(corpus.passages[id_] for id_ in covered.right if id_ in corpus.passages)
    if not right:
        presumed = covered.presumed and bool(evidence.points) and not evidence.silences
        return evidence.model_copy(update={"presumed": presumed})
    # What is asked on a false premise is answered by putting that right.
    decides = request.intent is Intent.DECISION
    silences = tuple(s for s in evidence.silences if decides or s.subject == "unknown_place")
    points = tuple(p for p in evidence.points if p not in right)
    changed = {"corrections": right, "presumed": covered.presumed, "points": points, "silences": silences}
    return evidence.model_copy(update=changed)


def _own_up(evidence: Evidence, covered: Covered, corpus: Corpus) -> Evidence:
    """The evidence with what no article says named, and what comes nearest to it first."""
    if not covered.silences or any(silence.subject == "unknown_place" for silence in evidence.silences):
        return evidence
    nearest = tuple(corpus.passages[id_] for id_ in covered.nearest if id_ in corpus.passages)
    points = tuple(dict.fromkeys((*nearest, *evidence.points)))[: max(_MOST_POINTS, len(evidence.points))]
    return evidence.model_copy(update={"points": points, "silences": covered.silences})


def _nothing(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    return Evidence()


def _lookup(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    if request.reference in (Reference.SOURCE, Reference.ITEM) and request.focus:
        return _in_focus(request, hits, corpus)
    points = _points(hits, _MOST_POINTS)
    given = _given_figures(request)
    if points and given & set(figure_keys(points[0].text)):
        # Who asks about a figure wants every place where it stands.
        same = (h.passage for h in hits if given & set(figure_keys(h.passage.text)))
        points = tuple(dict.fromkeys((*points, *same)))[:_MOST_POINTS]
    if request.doubts_source and points:
        note = corpus.passages.get(f"{points[0].document_id}-note", points[0])
        points = tuple(dict.fromkeys((points[0], note)))
    silences = _silences(request, points, corpus)
    if silences:
        named = [h.passage for h in hits if is_about(h.passage, request.places) and h.passage not in points]
        points = (*points, *named[:1])[:_MOST_POINTS]
    points = (*points, *_told_elsewhere(points, hits))
    return Evidence(
        points=points,
        tensions=_tensions(request, points[:1], corpus)[:1],
        silences=silences,
        related=_related(hits, points),
    )


def _told_elsewhere(points: Sequence[Passage], hits: Sequence[Hit]) -> tuple[Passage, ...]:
    """What another document of one's own has in figures on the same place and subject as the best point."""
    if not points or points[0].is_note:
        return ()
    first, kinds = points[0], units_of(points[0].text) - {"number", "calendar_year"}
    documents = {p.document_id for p in points}
    for hit in hits:
        other = hit.passage
        alike = set(first.cities) & set(other.cities) and (set(first.topics) & set(other.topics)) - _BROAD
        near = hit.score >= _TOLD_ELSEWHERE * hits[0].score
        if near and alike and kinds & units_of(other.text) and not other.is_note and other.document_id not in documents:
            return (other,)
    return ()


def _given_figures(request: Request) -> set[Key]:
    """The figures that a message names, but for the person's own."""
    own = request.profile.figures
    return {key for key in figure_keys(request.text) if not own & set(key.values) and key.kind != "calendar_year"}


def _in_focus(request: Request, hits: Sequence[Hit], corpus: Corpus) -> Evidence:
    """What was said before, once more: with the notes on its documents, or with what else there is to say of it."""
    focus = tuple(corpus.passages[id_] for id_ in request.focus if id_ in corpus.passages)
    if request.reference is Reference.SOURCE:
        notes = (corpus.passages.get(f"{p.document_id}-note") for p in focus)
        points = tuple(dict.fromkeys((*focus, *(note for note in notes if note))))
    else:
        near = sorted(corpus.passages.values(), key=lambda p: -max(_kinship(p, other) for other in focus))
        points = (*focus, *[p for p in near if p not in focus and _kinship(p, focus[0]) >= _KIN][:_MOST_POINTS])
    return Evidence(points=points, tensions=_tensions(request, focus, corpus)[:1], related=_related(hits, points))


def _kinship(passage: Passage, other: Passage) -> int:
    """How much two passages have in common: topics, and cities."""
    return len(set(passage.topics) & set(other.topics) - _BROAD) + 2 * len(set(passage.cities) & set(other.cities))


def _why(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    points = _together(hits, theme, corpus)
    return Evidence(points=points, silences=_silences(request, points, corpus), related=_related(hits, points))


def _compare(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    if request.reference is Reference.OTHERS:
        return _other_sides(request, hits, corpus)
    if len(request.places) >= 2 and (sides := _side_by_side(request, request.places, hits)):
        shown = [p for cell in sides for p in cell.passages]
        return Evidence(
            sides=sides,
            tensions=_compared_tensions(request, shown, corpus),
            silences=_silent_sides(request, sides, corpus),
            related=_related(hits, shown),
        )
    points = _together(hits, theme, corpus)
    return Evidence(
        points=points,
        tensions=_compared_tensions(request, points[:3], corpus),
        silences=_silences(request, points, corpus),
        related=_related(hits, points),
    )


def _compared_tensions(request: Request, shown: Sequence[Passage], corpus: Corpus) -> tuple[Tension, ...]:
    specific = set(request.topics) - _BROAD
    on_topic = [t for t in corpus.tensions if specific & set(t.topics) and not t.cities]
    return tuple(dict.fromkeys((*_tensions(request, shown, corpus), *on_topic)))[:2]


def _other_sides(request: Request, hits: Sequence[Hit], corpus: Corpus) -> Evidence:
    """What was said, and what other passages hold against it."""
    focus = tuple(corpus.passages[id_] for id_ in request.focus if id_ in corpus.passages)
    ids = {p.id for p in focus}
    tensions = tuple(t for t in corpus.tensions if ids & {*t.sides[0], *t.sides[1]})[:2]
    sides = [corpus.passages[id_] for tension in tensions for side in tension.sides for id_ in side]
    points = tuple(dict.fromkeys((*focus[:1], *sides)))
    silences = () if tensions else (Silence(subject="no_other_side"),)
    return Evidence(points=points, tensions=tensions, silences=silences, related=_related(hits, points))


def _side_by_side(request: Request, places: Sequence[str], hits: Sequence[Hit]) -> tuple[Cell, ...]:
    """The places in each respect in which one of them is spoken of, or in those that the question names."""
    specific = set(request.topics) - _BROAD
    asked = {name: topics & specific for name, topics in DIMENSIONS.items() if topics & specific}
    cells: list[Cell] = []
    for name, topics in (asked or DIMENSIONS).items():
        row = [
            Cell(
                dimension=name,
                place=id_,
                passages=tuple(
                    h.passage
                    for h in hits
                    # Unless it is asked for, what a passage only touches is not what it says of a place.
                    if topics & set(h.passage.topics[: None if asked else 2]) and is_about(h.passage, [id_])
                )[: _MOST_ASKED if asked else 1],
            )
            for id_ in places
        ]
        told = {p.id for cell in row for p in cell.passages} - {p.id for cell in cells for p in cell.passages}
        if asked or told:
            cells += row
    return tuple(cells) if any(cell.passages for cell in cells) else ()


def _choices(request: Request, hits: Sequence[Hit]) -> tuple[Cell, ...]:
    """The destinations of a decision side by side, in every respect: what else it mentions is not all that matters."""
    if len(request.destinations) < 2:
        return ()
    return _side_by_side(request.model_copy(update={"topics": ()}), request.destinations, hits)


def _silent_sides(request: Request, sides: Sequence[Cell], corpus: Corpus) -> tuple[Silence, ...]:
    """The places of a comparison of which nothing is said, at all or in any respect asked for."""
    said = {cell.place for cell in sides if cell.passages}
    specific = [t for t in request.topics if t not in _BROAD]
    silences: list[Silence] = []
    for id_ in request.places:
        if not any(is_about(p, [id_]) for p in corpus.passages.values()):
            silences.append(Silence(subject="unknown_place", place=id_))
        elif id_ not in said and specific:
            silences.append(Silence(subject=f"topic:{specific[0]}", place=id_))
    return tuple(silences)


def _overview(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    about = [h.passage for h in hits if is_about(h.passage, request.places)]
    if about:
        return Evidence(
            points=tuple(p for p in about if not _speaks(p, request.places))[:_MOST_POINTS],
            pro=tuple(p for p in about if _speaks(p, request.places) > 0)[:_MOST_LISTED],
            con=tuple(p for p in about if _speaks(p, request.places) < 0)[:_MOST_LISTED],
            tensions=_tensions(request, about, corpus)[:2],
            related=_related(hits, about),
        )
    if request.places:
        points = _of_its_kind(request.places[0], hits)
    elif theme:
        listed = [corpus.passages[id_] for id_ in theme.notes]
        points = tuple(dict.fromkeys((*_outstanding(hits), *listed)))[:_MOST_LISTED]
    else:
        points = _diverse((h.passage for h in hits), _MOST_LISTED, per_topic=2)
    return Evidence(points=points, silences=_silences(request, points, corpus), related=_related(hits, points))


def _outstanding(hits: Sequence[Hit]) -> tuple[Passage, ...]:
    """The best hit where no other comes near it: a broad form of words may still ask for one thing."""
    return (hits[0].passage,) if len(hits) > 1 and hits[0].score - hits[1].score >= _OUTSTANDING else ()


def _of_its_kind(place_id: str, hits: Sequence[Hit]) -> tuple[Passage, ...]:
    """What is said of places of the same kind and of no city by name."""
    scope = _scope_of(place_id) | {"second_tier", "provincial_capital"}
    kind = [h.passage for h in hits if set(h.passage.scope) & scope and not h.passage.cities]
    return _diverse((p for p in kind if p.speaks_to == "person"), 4, per_topic=1)


def _together(hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> tuple[Passage, ...]:
    """The nearest passages; those that the theme holds count as nearer than they are."""
    if not hits:
        return ()
    in_theme = set(theme.notes) if theme else set()
    score = {h.passage.id: h.score + (_IN_THEME if h.passage.id in in_theme else 0.0) for h in hits}
    score[hits[0].passage.id] += _IN_THEME
    ranked = sorted(score, key=score.__getitem__, reverse=True)
    return tuple(corpus.passages[id_] for id_ in ranked[:_MOST_TOGETHER] if score[id_] >= _NEAR * score[ranked[0]])


def _decision(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    beyond = [id_ for id_ in request.places if (found := place(id_)) and _is_beyond(found)]
    if beyond and not request.destinations and not request.scope:
        return Evidence(silences=tuple(Silence(subject="unknown_place", place=id_) for id_ in beyond))
    likeness = {h.passage.id: h.score for h in hits}
    best = max(likeness.values(), default=1.0) or 1.0
    relevance = _relevance(request, {id_: score / best for id_, score in likeness.items()})
    due = _caveats_due(request, corpus, relevance)
    named = {p.id for warning in due for p in warning.passages if warning.kind in _NETWORKS_AND_RETURNS}
    ranked = sorted(
        (
            p
            for p in corpus.passages.values()
            if p.speaks_to == "person" and p.id not in named and _bears_on(p, request)
        ),
        key=lambda p: -relevance(p),
    )
    nearest = [h.passage.id for h in hits[:1]]
    relevant = [
        p
        for p in ranked
        if (relevance(p) >= (_RELEVANT_THERE if is_about(p, request.destinations) else _RELEVANT) or p.id in nearest)
        and (p.caveat is not _ALWAYS_LAST or request.move in (Move.UP, Move.BACK))
    ]
    pro = _diverse((p for p in relevant if _leans(p, request) > 0), _MOST_SIDE, per_topic=2)
    con = _diverse((p for p in relevant if _leans(p, request) < 0), _MOST_SIDE, per_topic=2)
    if request.move is Move.UP:
        reversed_ = tuple(p for warning in due if warning.kind in _NETWORKS_AND_RETURNS for p in warning.passages[:1])
        pro = tuple(dict.fromkeys((*pro[: _MOST_SIDE - 1], *reversed_)))
        due = tuple(warning for warning in due if warning.kind not in _NETWORKS_AND_RETURNS)
    also = [
        p
        for p in sorted(corpus.passages.values(), key=lambda p: -likeness.get(p.id, 0.0))
        if p not in (*pro, *con) and p.id not in named and is_about(p, request.destinations or _of(request.origin))
    ]
    shown = {p.id for p in (*pro, *con)}
    due = tuple(
        warning.model_copy(update={"passages": kept})
        for warning in due
        if (kept := tuple(p for p in warning.passages if p.id not in shown)) or warning.kind in _NETWORKS_AND_RETURNS
    )
    return Evidence(
        sides=_choices(request, hits),
        pro=pro,
        con=con,
        also=_also([p for p in also if not any(p in warning.passages for warning in due)], relevance),
        caveats=due,
        tensions=_decided_tensions(request, (*pro, *con), due, corpus),
        silences=_decision_silences(request, corpus),
        unknown=_unknown(request),
        own=_own_share(request, corpus),
        related=_related(hits, (*pro, *con)),
    )


def _also(passages: Sequence[Passage], relevance: Callable[[Passage], float]) -> tuple[Passage, ...]:
    """What is said of the place and leans no way: of documents of one's own more, since fewer of theirs lean."""
    own = sorted((p for p in passages if not p.is_note), key=lambda p: -relevance(p))[:_MOST_ALSO_OWN]
    return (*own, *[p for p in passages if p.is_note][:_MOST_ALSO])


_BY_INTENT: Mapping[Intent, Callable[[Request, Sequence[Hit], Theme | None, Corpus], Evidence]] = {
    Intent.LOOKUP: _lookup,
    Intent.WHY: _why,
    Intent.COMPARE: _compare,
    Intent.OVERVIEW: _overview,
    Intent.DECISION: _decision,
    Intent.OUT_OF_SCOPE: _nothing,
    Intent.ABOUT_BOT: _nothing,
    Intent.ABOUT_YOU: _nothing,
    Intent.UNREADABLE: _nothing,
}


def _points(hits: Sequence[Hit], most: int) -> tuple[Passage, ...]:
    """The best hit and those that come near it."""
    if not hits:
        return ()
    bar = hits[0].score * _CLOSE
    return tuple(h.passage for h in hits[:most] if h.score >= bar)


def _diverse(passages: Iterable[Passage], most: int, per_topic: int) -> tuple[Passage, ...]:
    """The first passages, no more than ``per_topic`` of one leading topic."""
    kept: list[Passage] = []
    for passage in passages:
        same = sum(p.topics[:1] == passage.topics[:1] for p in kept)
        if same < per_topic and len(kept) < most:
            kept.append(passage)
    return tuple(kept)


def _relevance(request: Request, likeness: Mapping[str, float]) -> Callable[[Passage], float]:
    scopes = set(request.scope) | _scope_of(request.origin)
    raised = set(request.topics) | _concerns(request)
    specific, broad = raised - _BROAD, raised & _BROAD
    places = [p for p in (request.origin, *request.destinations) if p]
    provinces = [found.province for p in places if (found := place(p))]

    def relevance(passage: Passage) -> float:
        score = 0.8 * likeness.get(passage.id, 0.0) + _GRADE_WEIGHT[passage.grade]
        score += 0.15 * len(specific.intersection(passage.topics))
        score += 0.05 * len(broad.intersection(passage.topics))
        if is_about(passage, request.destinations):
            score += 0.5
        elif is_about(passage, places):
            score += 0.3
        elif is_about(passage, provinces):
            score += 0.15
        elif passage.cities and not (set(passage.scope) & _SMALL & request.scope):
            score -= 0.4
        if passage.topics[:1] and passage.topics[0] in ("scale_of_leaving", "intentions"):
            score -= 0.25
        if set(passage.scope) & scopes:
            score += 0.25
        elif "any" in passage.scope:
            # What is said of everywhere bears on this move only where the question is about it.
            score += 0.25 if specific.intersection(passage.topics) else -0.15
        elif passage.scope:
            score -= 0.3
        elif is_about(passage, places):
            score += 0.25
        return score

    return relevance


def _of(place_id: str | None) -> tuple[str, ...]:
    return (place_id,) if place_id else ()


def _concerns(request: Request) -> set[str]:
    """The topics that matter to this person by what they said of themselves."""
    profile = request.profile
    return {
        topic
        for topic, matters in (
            ("schools", profile.children),
            ("medical", profile.parents == "need_care"),
            ("family", profile.parents or profile.partner or profile.children),
            ("relationship_networks", profile.connections is False),
            ("online_work", profile.remote_work),
            ("rent", profile.rent),
            ("savings", profile.savings),
        )
        if matters
    }


def _scope_of(place_id: str | None) -> set[str]:
    found = place(place_id) if place_id else None
    if found is None:
        return set()
    if found.tier in (Tier.FIRST_TIER, Tier.NEW_FIRST_TIER):
        return {str(found.tier)}
    return {"lower_tier"}


def _is_beyond(found: Place) -> bool:
    """Whether a place lies outside what the articles are about: abroad, Hong Kong, Macau or Taiwan."""
    return found.kind == "abroad" or (found.kind == "city" and found.tier is None)


def _bears_on(passage: Passage, request: Request) -> bool:
    """Whether a passage says something of this move, and not of some other city that it sets beside the origin."""
    if not passage.cities or is_about(passage, request.destinations):
        return True
    if set(passage.scope) & request.scope:
        return True
    origin = [request.origin] if request.origin else []
    if not is_about(passage, origin):
        return False
    lights = {_light(passage, city) for city in passage.cities}
    return len(lights) == 1


def _leans(passage: Passage, request: Request) -> int:
    """+1 where a passage speaks for the move, -1 where it speaks against, 0 where neither."""
    to_destination = _speaks(passage, request.destinations)
    to_origin = _speaks(passage, (request.origin,) if request.origin else ())
    if to_destination or to_origin:
        return to_destination - to_origin if to_destination != to_origin else 0
    leaning = {Stance.LEAVE: 1, Stance.STAY: -1, Stance.NEUTRAL: 0}[passage.stance]
    if request.move is Move.SIDEWAYS:
        return 0
    return -leaning if request.move in (Move.UP, Move.BACK) else leaning


def _speaks(passage: Passage, places: Sequence[str]) -> int:
    """+1 where a passage shows the places in a good light, -1 in a bad one, 0 where it is about none or says both."""
    lights = {_light(passage, city) for city in passage.cities if lies_in(city, places)}
    return lights.pop() if len(lights) == 1 else 0


def _light(passage: Passage, city: str) -> int:
    if city in passage.speaks_for:
        return 1
    if passage.stance is Stance.NEUTRAL:
        return 0
    return 1 if (_scope_of(city) == {"first_tier"}) == (passage.stance is Stance.STAY) else -1


def _caveats_due(request: Request, corpus: Corpus, relevance: Callable[[Passage], float]) -> tuple[CaveatDue, ...]:
    """The warnings that this move calls for, each looked for by its name."""
    topics, scope = set(request.topics) | _concerns(request), request.scope
    first_tier_target = any(_scope_of(d) == {"first_tier"} for d in request.destinations)
    shrinking = any(
        Caveat.SHRINKING_CITY in p.warnings and _warns_of(p, request.destinations) for p in corpus.passages.values()
    )
    medical = any(
        Caveat.MEDICAL_ACCESS in p.warnings and _speaks(p, request.destinations) < 0 for p in corpus.passages.values()
    )
    hukou = any(Caveat.HUKOU in p.warnings and is_about(p, request.destinations) for p in corpus.passages.values())
    due = {
        Caveat.RELATIONSHIP_NETWORKS: True,
        Caveat.RETURN_FLOWS: True,
        Caveat.SHRINKING_CITY: shrinking or (request.move is Move.DOWN and bool(scope & {"county", "small_place"})),
        Caveat.MEDICAL_ACCESS: bool(topics & _HEALTH)
        or (request.move is not Move.UP and (medical or ("family" in topics and bool(scope & (_SMALL | {"home"}))))),
        Caveat.JOB_MARKET_FIT: not first_tier_target and (bool(scope & (_SMALL | {"home"})) or bool(topics & _WORK)),
        Caveat.SUBSIDY_SHORT_LIVED: not first_tier_target
        and ("subsidies" in topics or _has_offer_of_money(request, corpus)),
        Caveat.HUKOU: first_tier_target or "hukou" in topics or hukou,
        Caveat.AGING_FAMILY: bool(scope & (_SMALL | {"home"}))
        and ("ageing" in topics or request.profile.parents == "need_care"),
        _ALWAYS_LAST: request.move in (Move.DOWN, Move.SIDEWAYS) and not first_tier_target,
    }
    asked = {
        Caveat.MEDICAL_ACCESS: bool(topics & _HEALTH),
        Caveat.JOB_MARKET_FIT: bool(topics & _WORK),
        Caveat.SUBSIDY_SHORT_LIVED: "subsidies" in topics,
        Caveat.HUKOU: "hukou" in topics or first_tier_target,
        Caveat.SHRINKING_CITY: shrinking,
    }
    kinds = [kind for kind, is_due in due.items() if is_due]
    middle = [k for k in kinds if k not in (*_NETWORKS_AND_RETURNS, _ALWAYS_LAST)]
    middle = sorted(middle, key=lambda k: not asked.get(k, False))[:_MOST_CAVEATS]
    ordered = [k for k in _NETWORKS_AND_RETURNS if k in kinds] + middle + [k for k in (_ALWAYS_LAST,) if k in kinds]
    return _once([warning for kind in ordered for warning in _warnings(kind, request, corpus, relevance)])


def _once(warnings: Sequence[CaveatDue]) -> tuple[CaveatDue, ...]:
    """The warnings, each passage under the first that it gives; the two that are always due stay for all that."""
    shown: set[str] = set()
    kept: list[CaveatDue] = []
    for warning in warnings:
        if fresh := tuple(p for p in warning.passages if p.id not in shown):
            kept.append(warning.model_copy(update={"passages": fresh}))
            shown |= {p.id for p in fresh}
    told = {warning.kind for warning in kept}
    untold = [w for w in warnings if w.kind in _NETWORKS_AND_RETURNS and w.kind not in told]
    return (*untold[:1], *kept)


def _warnings(
    kind: Caveat, request: Request, corpus: Corpus, relevance: Callable[[Passage], float]
) -> Iterator[CaveatDue]:
    """What documents of one's own say of the very place first, then what is said in general."""
    carriers = [p for p in corpus.passages.values() if kind in p.warnings]
    if kind not in _NETWORKS_AND_RETURNS:
        carriers = [p for p in carriers if _bears_on(p, request)]
    carriers.sort(key=lambda p: -relevance(p))
    ends = (request.origin,) if request.move in (Move.UP, Move.BACK) else request.destinations
    place_id = next((id_ for id_ in ends if id_), None)
    there = [p for p in carriers if not p.is_note and place_id and is_about(p, [place_id])]
    if kind is Caveat.SHRINKING_CITY:
        there = [p for p in there if _warns_of(p, request.destinations)]
        carriers = [p for p in carriers if p.is_note or p in there]
    if there:
        yield CaveatDue(kind=kind, passages=tuple(there[:_MOST_THERE]), reach=Reach.NAMED, place=place_id)
        # Of other places that were told of one by one this move learns nothing.
        carriers = [p for p in carriers if p.is_note]
    if kind is Caveat.RELATIONSHIP_NETWORKS:
        # What is said of this kind of place in general goes before one person's story.
        carriers.sort(key=lambda p: (-bool(set(p.scope) & request.scope), -is_about(p, request.destinations)))
    if kept := tuple(carriers[: 2 if kind is Caveat.RELATIONSHIP_NETWORKS else 1]):
        yield CaveatDue(kind=kind, passages=kept, reach=_reach(kind, kept, place_id), place=place_id)


def _warns_of(passage: Passage, places: Sequence[str]) -> bool:
    """Whether a warning of a place is of one of these; one's own documents may name them as where people go."""
    return is_about(passage, places) and (passage.is_note or _speaks(passage, places) < 0)


def _reach(kind: Caveat, kept: Sequence[Passage], place_id: str | None) -> Reach:
    if place_id is None:
        return Reach.GENERAL
    if any(is_about(p, [place_id]) for p in kept):
        return Reach.NAMED
    if kind is Caveat.RELATIONSHIP_NETWORKS and _scope_of(place_id) == {"first_tier"}:
        return Reach.ELSEWHERE
    return Reach.INFERRED


def _has_offer_of_money(request: Request, corpus: Corpus) -> bool:
    return any(
        "subsidies" in p.topics and p.speaks_to == "person" and bool(set(p.cities) & set(request.destinations))
        for p in corpus.passages.values()
    )


def _decided_tensions(
    request: Request, shown: Sequence[Passage], due: Sequence[CaveatDue], corpus: Corpus
) -> tuple[Tension, ...]:
    """Where a side of the decision pulls apart from others, and where a warning does that is not of one place."""
    warned = _tensions(request, [p for warning in due for p in warning.passages], corpus)
    found = (*_tensions(request, shown, corpus), *(tension for tension in warned if not tension.cities))
    return tuple(dict.fromkeys(found))[:2]


def _tensions(request: Request, shown: Sequence[Passage], corpus: Corpus) -> tuple[Tension, ...]:
    """Where the passages shown have another side, those nearest the request first."""
    ids = {p.id for p in shown}
    places = set(request.places)
    found: list[tuple[float, Tension]] = []
    for tension in corpus.tensions:
        touched = bool(ids & {*tension.sides[0], *tension.sides[1]})
        fits_place = not tension.cities or bool(places & set(tension.cities)) or (touched and not places)
        topics = len(set(tension.topics) & set(request.topics))
        if fits_place and touched and (topics or tension.cities):
            found.append((topics + bool(tension.cities), tension))
    return tuple(t for _, t in sorted(found, key=lambda pair: -pair[0]))


def _silences(request: Request, points: Sequence[Passage], corpus: Corpus) -> tuple[Silence, ...]:
    """The places that a question names and no point speaks of."""
    cities = [p for p in request.places if (found := place(p)) is not None and found.kind != "region"]
    if not points:
        return (Silence(subject="nothing"),)
    unsaid = _unsaid(request, points)
    missing = [c for c in cities if not any(_answers(p, c, points[0]) for p in points)]
    if not missing:
        return unsaid or _untreated(request, points, cities, corpus)
    specific = [t for t in request.topics if t not in _BROAD]
    silences: list[Silence] = []
    for city in missing:
        if not any(is_about(p, [city]) for p in corpus.passages.values()):
            silences.append(Silence(subject="unknown_place", place=city))
        elif len(missing) < len(cities):
            # Where somebody lives or comes from may be said by the way.
            if city not in (request.profile.origin, request.profile.home_town):
                silences.append(Silence(subject="same", place=city))
        elif specific:
            silences.append(Silence(subject=f"topic:{specific[0]}", place=city))
    return tuple(silences) or unsaid


def _answers(passage: Passage, city: str, first: Passage) -> bool:
    """Whether a passage says of a city what the first one says of another, or is that one."""
    if not is_about(passage, [city]):
        return False
    # The topics of a note were given by hand; what a document of one's own lacks is not told by those it has.
    return passage == first or not passage.is_note or bool(set(passage.topics[:2]) & set(first.topics[:2]))


def _untreated(
    request: Request, points: Sequence[Passage], cities: Sequence[str], corpus: Corpus
) -> tuple[Silence, ...]:
    """A subject asked of a place of which no passage at all treats it there."""
    asked = [t for t in request.topics if t in _CONCRETE]
    if any(not p.is_note and is_about(p, cities) for p in points[:1]):
        return ()
    if any(_HOMES & set(p.topics) for p in points[:1]):
        # A flat may be to let or for sale.
        asked = [t for t in asked if t not in _HOMES]
    if request.units and points:
        # Where a number is asked for and the best point has one of the kind, the word for the subject was by the way.
        given = units_of(points[0].text)
        asked = [t for t in asked if t in _MONEY and "yuan" not in given]
    for topic in asked:
        if cities and not any(topic in p.topics and is_about(p, cities) for p in corpus.passages.values()):
            return (Silence(subject=f"topic:{topic}", place=cities[0]),)
    return ()


def _unsaid(request: Request, points: Sequence[Passage]) -> tuple[Silence, ...]:
    """A year or a kind of figure that the question wants and no point gives."""
    said = [f"{p.text} {p.as_of or ''} {p.attribution.zh if p.attribution else ''}" for p in points]
    if request.years and not any(year in text for year in request.years for text in said):
        return tuple(Silence(subject="year", place=year) for year in sorted(request.years))
    if request.units and points and not units_of(points[0].text):
        return (Silence(subject="figure"),)
    return ()


def _decision_silences(request: Request, corpus: Corpus) -> tuple[Silence, ...]:
    """What a person would need to know of the destination and no passage says; what they raised comes first."""
    target = request.destinations[0] if request.destinations else None
    silences: list[Silence] = []
    about = [p for p in corpus.passages.values() if target and is_about(p, [target])]
    if target and not about:
        silences.append(Silence(subject="unknown_place", place=target))
    covered = {topic for p in about for topic in p.topics}
    # Pay by line of work, rent by district and the way back are in no note of any city; one's own documents may have
    # them.
    own = [p for p in about if not p.is_note]
    wanted = [
        topic for topic in ("pay", "rent") if not any(topic in p.topics and "yuan" in units_of(p.text) for p in own)
    ]
    if not any(Caveat.RETURN_FLOWS in p.warnings for p in own):
        wanted.append("returns")
    for subject in ("medical", "schools", "hukou", "home_prices", "jobs", "ageing"):
        if subject in request.topics and subject not in covered:
            wanted.insert(0, subject)
    return (*silences, *(Silence(subject=subject, place=target) for subject in wanted[:4]))


def _unknown(request: Request) -> str | None:
    """The fact about this person that would move the advice most; none that is known, or that they left unanswered."""
    topics, profile = set(request.topics), request.profile
    if request.move is Move.BACK:
        order = ["why_back", "offer", "savings"]
    elif request.move is Move.UP:
        order = ["offer", "hukou", "savings"]
    elif not request.destinations and "home" not in request.scope:
        order = ["destination"]
    else:
        order = ["offer", "connections", "family", "savings"]
        if profile.parents == "need_care" or "family" in topics:
            order = ["connections", "offer", "savings"]
    given = {
        "offer": bool(topics & {"pay"}) or "offer" in request.text.lower(),
        "connections": profile.connections is not None or "relationship_networks" in topics,
        "family": profile.parents is not None or "family" in topics,
        "savings": profile.savings is not None or "savings" in topics,
        "hukou": profile.hukou is not None or "hukou" in topics,
    }
    return next((key for key in order if not given.get(key, False) and key not in request.asked_before), None)


def _own_share(request: Request, corpus: Corpus) -> OwnShare | None:
    """What rent takes of this person's pay, beside the notes that say what it takes of an example's."""
    salary, rent = request.profile.salary, request.profile.rent
    if not salary or not rent:
        return None
    examples = [
        p
        for p in corpus.passages.values()
        if p.is_note and p.topics[:1] == ("rent",) and {"percent"} & {key.kind for key in figure_keys(p.text)}
    ]
    examples.sort(key=lambda p: -is_about(p, request.places))
    return OwnShare(share=rent / salary, passages=tuple(examples[:1])) if examples else None


def _related(hits: Sequence[Hit], shown: Iterable[Passage]) -> tuple[Passage, ...]:
    """Passages near the question that the answer does not use, for suggestions."""
    used = {p.id for p in shown}
    askable = (h.passage for h in hits if h.passage.id not in used)
    return tuple(p for p in askable if p.asks or (p.cities and p.topics and not p.is_note))[:_MOST_RELATED]
