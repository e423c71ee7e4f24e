"""Hits -> Evidence: what speaks for, what against, which warnings are due, what pulls apart, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.about import is_about, lies_in
from bot.turn import CaveatDue, Evidence, Intent, Move, Reach, Request, Silence
from knowledge.corpus import Tension, Theme
from knowledge.passage import Caveat, Grade, Hit, Passage, Stance
from knowledge.places import Place, Tier, place
from knowledge.units import units_of

_CLOSE = 0.88  # a further point must come this near to the best one's score
_MOST_POINTS = 3
_MOST_SIDE = 4
_MOST_CAVEATS = 4
_MOST_LISTED = 7
_MOST_TOGETHER = 5
_IN_THEME = 0.25
_NEAR = 0.55
_OUTSTANDING = 0.1
_RELEVANT = 0.75
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
_ALWAYS_LAST = Caveat.NOT_A_REJECTION_OF_BIG_CITIES
_NETWORKS_AND_RETURNS = (Caveat.RELATIONSHIP_NETWORKS, Caveat.RETURN_FLOWS)


class Corpus(NamedTuple):
    """All that can be cited, for what is looked for by name rather than by likeness."""

    passages: Mapping[str, Passage]
    tensions: Sequence[Tension]


def weigh(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    """Weigh the hits by what the request wants; ``theme`` says which notes answer a broad one together."""
    return _BY_INTENT[request.intent](request, hits, theme, corpus)


def _nothing(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    return Evidence()


def _lookup(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    points = _points(hits, _MOST_POINTS)
    if request.doubts_source and points:
        note = corpus.passages.get(f"{points[0].document_id}-note", points[0])
        points = tuple(dict.fromkeys((points[0], note)))
    silences = _silences(request, points, corpus)
    if silences:
        named = [h.passage for h in hits if is_about(h.passage, request.places) and h.passage not in points]
        points = (*points, *named[:1])[:_MOST_POINTS]
    return Evidence(
        points=points,
        tensions=_tensions(request, points[:1], corpus)[:1],
        silences=silences,
        related=_related(hits, points),
    )


def _why(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    points = _together(hits, theme, corpus)
    return Evidence(points=points, silences=_silences(request, points, corpus), related=_related(hits, points))


def _compare(request: Request, hits: Sequence[Hit], theme: Theme | None, corpus: Corpus) -> Evidence:
    points: tuple[Passage, ...] = ()
    silences: tuple[Silence, ...] = ()
    if len(request.places) >= 2:
        points, silences = _side_by_side(request, hits)
    if not points:
        points = _together(hits, theme, corpus)
        silences = _silences(request, points, corpus)
    specific = set(request.topics) - _BROAD
    on_topic = [t for t in corpus.tensions if specific & set(t.topics) and not t.cities]
    tensions = tuple(dict.fromkeys((*_tensions(request, points[:3], corpus), *on_topic)))
    return Evidence(points=points, tensions=tensions[:2], silences=silences, related=_related(hits, points))


def _side_by_side(request: Request, hits: Sequence[Hit]) -> tuple[tuple[Passage, ...], tuple[Silence, ...]]:
    """Up to three passages on each place, on the topics asked for where any are; a place without one is a silence."""
    specific = [t for t in request.topics if t not in _BROAD]
    listed: list[Passage] = []
    silences: list[Silence] = []
    for id_ in request.places:
        about = [h.passage for h in hits if is_about(h.passage, [id_])]
        if specific:
            about = [p for p in about if set(p.topics) & set(specific)]
            silences += [] if about else [Silence(subject=f"topic:{specific[0]}", place=id_)]
        listed += [p for p in about if p not in listed][:3]
    return tuple(listed), tuple(silences)


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
        if (relevance(p) >= _RELEVANT or p.id in nearest)
        and (p.caveat is not _ALWAYS_LAST or request.move in (Move.UP, Move.BACK))
    ]
    pro = _diverse((p for p in relevant if _leans(p, request) > 0), _MOST_SIDE, per_topic=2)
    con = _diverse((p for p in relevant if _leans(p, request) < 0), _MOST_SIDE, per_topic=2)
    if request.move is Move.UP:
        reversed_ = tuple(p for warning in due if warning.kind in _NETWORKS_AND_RETURNS for p in warning.passages[:1])
        pro = tuple(dict.fromkeys((*pro[: _MOST_SIDE - 1], *reversed_)))
        due = tuple(warning for warning in due if warning.kind not in _NETWORKS_AND_RETURNS)
    shown = {p.id for p in (*pro, *con)}
    due = tuple(
        warning.model_copy(update={"passages": kept})
        for warning in due
        if (kept := tuple(p for p in warning.passages if p.id not in shown)) or warning.kind in _NETWORKS_AND_RETURNS
    )
    return Evidence(
        pro=pro,
        con=con,
        caveats=due,
        tensions=_tensions(request, (*pro, *con), corpus)[:2],
        silences=_decision_silences(request, corpus),
        unknown=_unknown(request),
        related=_related(hits, (*pro, *con)),
    )


_BY_INTENT: Mapping[Intent, Callable[[Request, Sequence[Hit], Theme | None, Corpus], Evidence]] = {
    Intent.LOOKUP: _lookup,
    Intent.WHY: _why,
    Intent.COMPARE: _compare,
    Intent.OVERVIEW: _overview,
    Intent.DECISION: _decision,
    Intent.OUT_OF_SCOPE: _nothing,
    Intent.ABOUT_BOT: _nothing,
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
    specific, broad = set(request.topics) - _BROAD, set(request.topics) & _BROAD
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
    topics, scope = set(request.topics), request.scope
    first_tier_target = any(_scope_of(d) == {"first_tier"} for d in request.destinations)
    shrinking = any(
        p.caveat is Caveat.SHRINKING_CITY and is_about(p, request.destinations) for p in corpus.passages.values()
    )
    medical = any(
        p.caveat is Caveat.MEDICAL_ACCESS and _speaks(p, request.destinations) < 0 for p in corpus.passages.values()
    )
    hukou = any(p.caveat is Caveat.HUKOU and is_about(p, request.destinations) for p in corpus.passages.values())
    due = {
        Caveat.RELATIONSHIP_NETWORKS: not (request.move is Move.SIDEWAYS and first_tier_target),
        Caveat.RETURN_FLOWS: request.move is not Move.SIDEWAYS,
        Caveat.SHRINKING_CITY: shrinking or (request.move is Move.DOWN and bool(scope & {"county", "small_place"})),
        Caveat.MEDICAL_ACCESS: bool(topics & _HEALTH)
        or (request.move is not Move.UP and (medical or ("family" in topics and bool(scope & (_SMALL | {"home"}))))),
        Caveat.JOB_MARKET_FIT: not first_tier_target and (bool(scope & (_SMALL | {"home"})) or bool(topics & _WORK)),
        Caveat.SUBSIDY_SHORT_LIVED: not first_tier_target
        and ("subsidies" in topics or _has_offer_of_money(request, corpus)),
        Caveat.HUKOU: first_tier_target or "hukou" in topics or hukou,
        Caveat.AGING_FAMILY: bool(topics & {"ageing"}) and bool(scope & _SMALL),
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
    return tuple(w for kind in ordered if (w := _warning(kind, request, corpus, relevance)) is not None)


def _warning(kind: Caveat, request: Request, corpus: Corpus, relevance: Callable[[Passage], float]) -> CaveatDue | None:
    carriers = [p for p in corpus.passages.values() if p.caveat is kind]
    if kind not in _NETWORKS_AND_RETURNS:
        carriers = [p for p in carriers if _bears_on(p, request)]
    if not carriers:
        return None
    if kind is Caveat.RELATIONSHIP_NETWORKS:
        # What is said of this kind of place in general goes before one person's story.
        carriers.sort(key=lambda p: (-bool(set(p.scope) & request.scope), -is_about(p, request.destinations)))
    else:
        carriers.sort(key=lambda p: -relevance(p))
    kept = tuple(carriers[: 2 if kind is Caveat.RELATIONSHIP_NETWORKS else 1])
    ends = (request.origin,) if request.move in (Move.UP, Move.BACK) else request.destinations
    place_id = next((id_ for id_ in ends if id_), None)
    if place_id is None:
        reach = Reach.GENERAL
    elif any(is_about(p, [place_id]) for p in kept):
        reach = Reach.NAMED
    else:
        reach = Reach.INFERRED
    return CaveatDue(kind=kind, passages=kept, reach=reach, place=place_id)


def _has_offer_of_money(request: Request, corpus: Corpus) -> bool:
    return any(
        "subsidies" in p.topics and p.speaks_to == "person" and bool(set(p.cities) & set(request.destinations))
        for p in corpus.passages.values()
    )


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
    missing = [c for c in cities if not any(is_about(p, [c]) for p in points)]
    if not missing or len(missing) < len(cities):
        return unsaid or _untreated(request, points, cities, corpus)
    specific = [t for t in request.topics if t not in _BROAD]
    silences: list[Silence] = []
    for city in missing:
        if not any(is_about(p, [city]) for p in corpus.passages.values()):
            silences.append(Silence(subject="unknown_place", place=city))
        elif specific:
            silences.append(Silence(subject=f"topic:{specific[0]}", place=city))
    return tuple(silences) or unsaid


def _untreated(
    request: Request, points: Sequence[Passage], cities: Sequence[str], corpus: Corpus
) -> tuple[Silence, ...]:
    """A subject asked of a place of which no passage at all treats it there."""
    asked = [t for t in request.topics if t in _CONCRETE]
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
    # Pay by line of work, rent by district and the way back are in no note of any city.
    wanted = ["pay", "rent", "returns"]
    for subject in ("medical", "schools", "hukou", "home_prices", "jobs", "ageing"):
        if subject in request.topics and subject not in covered:
            wanted.insert(0, subject)
    return (*silences, *(Silence(subject=subject, place=target) for subject in wanted[:4]))


def _unknown(request: Request) -> str:
    """The fact about this person that would move the advice most and that they have not given."""
    topics = set(request.topics)
    if request.move is Move.BACK:
        order = ["why_back", "offer", "savings"]
    elif request.move is Move.UP:
        order = ["offer", "hukou", "savings"]
    elif not request.destinations and "home" not in request.scope:
        order = ["destination"]
    else:
        order = ["offer", "connections", "family", "savings"]
    given = {
        "offer": bool(topics & {"pay"}) or "offer" in request.text.lower(),
        "connections": "relationship_networks" in topics,
        "family": "family" in topics,
        "savings": "savings" in topics,
        "hukou": "hukou" in topics,
    }
    return next((key for key in order if not given.get(key, False)), order[-1])


def _related(hits: Sequence[Hit], shown: Iterable[Passage]) -> tuple[Passage, ...]:
    """Passages near the question that the answer does not use, for suggestions."""
    used = {p.id for p in shown}
    return tuple(h.passage for h in hits if h.passage.id not in used and h.passage.asks)[:3]
