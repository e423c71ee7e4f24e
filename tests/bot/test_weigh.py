"""What is made of hits: sides, warnings, tensions and silences."""

from __future__ import annotations

import pytest

from bot.turn import Evidence, Intent, Move, Reach, Request, Silence
from bot.weigh import Corpus, weigh
from knowledge.corpus import Tension, Theme, load_themes
from knowledge.passage import Caveat, Grade, Passage, Stance
from tests.bot.conftest import hits, note, request

NETWORKS, RETURNS = Caveat.RELATIONSHIP_NETWORKS, Caveat.RETURN_FLOWS
LAST = Caveat.NOT_A_REJECTION_OF_BIG_CITIES

RENT = note("rent", "成都房租2500元。", topics=("rent",), cities=("成都",), stance=Stance.LEAVE)
CARE = note("care", "成都就医要2.3倍的时间。", topics=("medical",), cities=("成都",), stance=Stance.STAY)
PAY = note("pay", "成都月薪7000元。", topics=("pay",), cities=("成都",), stance=Stance.LEAVE)
WUHAN = note("wuhan", "武汉给补贴。", topics=("subsidies",), cities=("武汉",), stance=Stance.LEAVE)
GENERAL = note("general", "很多人想走。", topics=("values",))
MADE_UP = (RENT, CARE, PAY, WUHAN, GENERAL)


def corpus_of(*passages: Passage, tensions: tuple[Tension, ...] = ()) -> Corpus:
    return Corpus({p.id: p for p in passages}, tensions)


def ids(passages: tuple[Passage, ...]) -> list[str]:
    return [p.id for p in passages]


def decide(corpus: Corpus, asked: Request) -> Evidence:
    return weigh(asked, (), None, corpus)


def kinds(evidence: Evidence) -> list[Caveat]:
    return [due.kind for due in evidence.caveats]


# --- what is not a decision ---


@pytest.mark.parametrize("intent", [Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT, Intent.UNREADABLE])
def test_what_needs_no_evidence_gets_none(intent: Intent) -> None:
    assert weigh(request(intent), hits(RENT), None, corpus_of(*MADE_UP)) == Evidence()


def test_a_lookup_takes_the_best_and_what_comes_near_it() -> None:
    found = hits(RENT, PAY, CARE, GENERAL, scores=(1.0, 0.87, 0.85, 0.5))
    evidence = weigh(request(topics=("rent",)), found, None, corpus_of(*MADE_UP))
    assert ids(evidence.points) == ["rent", "pay"]
    assert (evidence.pro, evidence.con, evidence.caveats, evidence.silences) == ((), (), (), ())


def test_a_lookup_takes_three_at_most() -> None:
    evidence = weigh(request(), hits(*MADE_UP), None, corpus_of(*MADE_UP))
    assert ids(evidence.points) == ["rent", "care", "pay"]


def test_a_doubt_brings_the_note_on_the_article() -> None:
    about = note("trial-note", grade=Grade.OPINION, caveat=Caveat.DOCUMENT_RELIABILITY)
    other = note("other-note", document_id="other", caveat=Caveat.DOCUMENT_RELIABILITY)
    evidence = weigh(request(doubts_source=True), hits(RENT, PAY), None, corpus_of(*MADE_UP, about, other))
    assert ids(evidence.points) == ["rent", "trial-note"]


def test_nothing_found_is_said() -> None:
    assert weigh(request(), (), None, corpus_of(*MADE_UP)).silences == (Silence(subject="nothing"),)


def test_a_place_that_no_note_names_is_a_silence() -> None:
    evidence = weigh(request(places=("拉萨",)), hits(GENERAL), None, corpus_of(*MADE_UP))
    assert evidence.silences == (Silence(subject="unknown_place", place="拉萨"),)
    assert ids(evidence.points) == ["general"]


def test_a_known_place_of_which_the_topic_is_not_told_is_a_silence_with_what_is_told() -> None:
    found = hits(RENT, PAY, WUHAN, scores=(1.0, 0.5, 0.4))
    evidence = weigh(request(places=("武汉",), topics=("rent",)), found, None, corpus_of(*MADE_UP))
    assert evidence.silences == (Silence(subject="topic:rent", place="武汉"),)
    assert ids(evidence.points) == ["rent", "wuhan"]


def test_a_year_that_no_point_gives_is_a_silence() -> None:
    evidence = weigh(request(years=("2021",)), hits(RENT), None, corpus_of(*MADE_UP))
    assert evidence.silences == (Silence(subject="year", place="2021"),)


def test_a_figure_that_is_wanted_and_not_there_is_a_silence() -> None:
    evidence = weigh(request(units=("number",)), hits(GENERAL), None, corpus_of(*MADE_UP))
    assert evidence.silences == (Silence(subject="figure"),)
    assert weigh(request(units=("number",)), hits(RENT), None, corpus_of(*MADE_UP)).silences == ()


def test_a_comparison_sets_the_best_of_each_place_side_by_side() -> None:
    asked = request(Intent.COMPARE, places=("成都", "武汉"))
    sides = weigh(asked, hits(RENT, CARE, WUHAN), None, corpus_of(RENT, CARE, WUHAN)).sides
    told = {(cell.dimension, cell.place): ids(cell.passages) for cell in sides}
    assert told["housing", "成都"] == ["rent"]
    assert told["care_and_schools", "成都"] == ["care"]
    assert told["care_and_schools", "武汉"] == []
    assert "hukou" not in {dimension for dimension, _ in told}


def test_a_comparison_in_one_respect_names_the_place_of_which_nothing_is_said() -> None:
    asked = request(Intent.COMPARE, places=("成都", "武汉"), topics=("medical",))
    evidence = weigh(asked, hits(RENT, CARE, WUHAN), None, corpus_of(RENT, CARE, WUHAN))
    assert {cell.dimension for cell in evidence.sides} == {"care_and_schools"}
    assert evidence.silences == (Silence(subject="topic:medical", place="武汉"),)


def test_an_overview_of_a_place_has_its_good_and_its_bad() -> None:
    plain = note("plain", cities=("成都",))
    passages = (RENT, CARE, plain, WUHAN)
    evidence = weigh(request(Intent.OVERVIEW, places=("成都",)), hits(*passages), None, corpus_of(*passages))
    assert (ids(evidence.points), ids(evidence.pro), ids(evidence.con)) == (["plain"], ["rent"], ["care"])


def test_a_place_is_spoken_for_even_where_the_stance_is_to_leave_another() -> None:
    suzhou = note("suzhou", cities=("苏州", "无锡"), speaks_for=("苏州",), stance=Stance.NEUTRAL)
    evidence = weigh(request(Intent.OVERVIEW, places=("苏州",)), hits(suzhou), None, corpus_of(suzhou))
    assert ids(evidence.pro) == ["suzhou"]


def test_a_big_city_is_praised_by_who_says_stay() -> None:
    strong = note("strong", cities=("北京",), stance=Stance.STAY)
    dear = note("dear", cities=("北京",), stance=Stance.LEAVE)
    evidence = weigh(request(Intent.OVERVIEW, places=("北京",)), hits(strong, dear), None, corpus_of(strong, dear))
    assert (ids(evidence.pro), ids(evidence.con)) == (["strong"], ["dear"])


def test_a_broad_question_is_answered_by_its_theme() -> None:
    theme = Theme.model_validate({"id": "t", "notes": ("wuhan", "pay", "rent"), "asks": {"zh": (), "en": ()}})
    evidence = weigh(request(Intent.WHY), hits(GENERAL, RENT, PAY, scores=(1.0, 0.6, 0.3)), theme, corpus_of(*MADE_UP))
    # The theme brings nearer what was found; what was found far off it does not bring back.
    assert ids(evidence.points) == ["general", "rent"]


def test_suggestions_come_from_what_is_near_and_not_shown() -> None:
    asked = [note(f"n{n}", asks=(f"ask {n}?",)) for n in range(8)]
    evidence = weigh(request(), hits(*asked), None, corpus_of(*asked))
    assert ids(evidence.points) == ["n0", "n1", "n2"]
    assert ids(evidence.related) == ["n3", "n4", "n5"]


# --- decisions ---

ORIGINS, TARGETS = ("北京", "上海", "广州", "深圳"), ("成都", "长沙", "岳阳", "鹤岗", "郑州", "拉萨")
SCOPES = {
    "成都": ("new_first_tier",),
    "长沙": ("provincial_capital", "second_tier"),
    "郑州": ("provincial_capital", "second_tier"),
    "拉萨": ("provincial_capital", "second_tier"),
    "岳阳": ("second_tier", "lower_tier"),
    "鹤岗": ("second_tier", "lower_tier"),
}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("move", [Move.DOWN, Move.BACK])
@pytest.mark.parametrize("home", [False, True])
def test_both_warnings_are_always_due_first_on_the_way_down_and_back(
    corpus: Corpus, *, origin: str, target: str, move: Move, home: bool
) -> None:
    start, end = (origin, target) if move is Move.DOWN else (target, origin)
    scope = (*SCOPES[target], *(["home"] if home else []))
    evidence = decide(corpus, request(Intent.DECISION, origin=start, destinations=(end,), scope=scope, move=move))
    assert kinds(evidence)[:2] == [NETWORKS, RETURNS]
    named = {p.id for due in evidence.caveats[:2] for p in due.passages}
    assert named >= {"return-flow"}
    assert all(due.passages for due in evidence.caveats)
    shown = [p.id for side in (evidence.pro, evidence.con, *(due.passages for due in evidence.caveats)) for p in side]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize(
    ("destinations", "reach"),
    [(("郑州",), Reach.NAMED), (("成都",), Reach.INFERRED), (("拉萨",), Reach.INFERRED), ((), Reach.GENERAL)],
)
def test_how_far_the_warning_of_networks_reaches(corpus: Corpus, destinations: tuple[str, ...], reach: Reach) -> None:
    asked = request(
        Intent.DECISION,
        origin="北京",
        destinations=destinations,
        scope=("provincial_capital", "second_tier"),
        move=Move.DOWN,
    )
    due = decide(corpus, asked).caveats[0]
    assert (due.kind, due.reach, due.place) == (NETWORKS, reach, destinations[0] if destinations else None)


def test_on_the_way_back_the_warnings_are_about_the_place_that_was_gone_to(corpus: Corpus) -> None:
    asked = request(Intent.DECISION, origin="郑州", destinations=("北京",), scope=("first_tier",), move=Move.BACK)
    networks, returns = decide(corpus, asked).caveats[:2]
    assert (networks.place, networks.reach) == ("郑州", Reach.NAMED)
    assert (returns.kind, returns.place, returns.reach) == (RETURNS, "郑州", Reach.INFERRED)


@pytest.mark.parametrize("origin", ["成都", "岳阳", "鹤岗"])
def test_on_the_way_up_the_warnings_speak_for_the_move(corpus: Corpus, origin: str) -> None:
    asked = request(Intent.DECISION, origin=origin, destinations=("上海",), scope=("first_tier",), move=Move.UP)
    evidence = decide(corpus, asked)
    assert not set(kinds(evidence)) & {NETWORKS, RETURNS, LAST}
    assert {p.caveat for p in evidence.pro} >= {NETWORKS, RETURNS}
    assert Caveat.HUKOU in {*kinds(evidence), *(p.caveat for p in evidence.con)}


@pytest.mark.parametrize(
    ("origin", "target", "scope", "reach"),
    [("北京", "上海", "first_tier", Reach.ELSEWHERE), ("成都", "武汉", "new_first_tier", Reach.INFERRED)],
)
def test_sideways_both_warnings_are_due_with_how_far_they_reach(
    corpus: Corpus, origin: str, target: str, scope: str, reach: Reach
) -> None:
    asked = request(Intent.DECISION, origin=origin, destinations=(target,), scope=(scope,), move=Move.SIDEWAYS)
    due = decide(corpus, asked).caveats
    assert [warning.kind for warning in due[:2]] == [NETWORKS, RETURNS]
    assert due[0].reach is reach


@pytest.mark.parametrize("target", TARGETS)
def test_the_praise_of_big_cities_comes_last_on_the_way_down(corpus: Corpus, target: str) -> None:
    asked = request(Intent.DECISION, origin="上海", destinations=(target,), scope=SCOPES[target], move=Move.DOWN)
    assert kinds(decide(corpus, asked))[-1] is LAST


@pytest.mark.parametrize(
    ("topics", "kind"),
    [
        (("medical",), Caveat.MEDICAL_ACCESS),
        (("subsidies",), Caveat.SUBSIDY_SHORT_LIVED),
        (("hukou",), Caveat.HUKOU),
        (("jobs",), Caveat.JOB_MARKET_FIT),
    ],
)
def test_what_a_person_raises_is_warned_of(corpus: Corpus, topics: tuple[str, ...], kind: Caveat) -> None:
    asked = request(
        Intent.DECISION, origin="上海", destinations=("岳阳",), scope=SCOPES["岳阳"], move=Move.DOWN, topics=topics
    )
    evidence = decide(corpus, asked)
    shown = {p.caveat for p in (*evidence.pro, *evidence.con)}
    assert kind in {*kinds(evidence), *shown}


def test_a_shrinking_city_is_warned_of(corpus: Corpus) -> None:
    asked = request(Intent.DECISION, origin="北京", destinations=("鹤岗",), scope=SCOPES["鹤岗"], move=Move.DOWN)
    evidence = decide(corpus, asked)
    carried = {p.caveat for p in evidence.con} | set(kinds(evidence))
    assert Caveat.SHRINKING_CITY in carried


def test_what_a_note_says_of_the_destination_leans_as_it_says(corpus: Corpus) -> None:
    asked = request(Intent.DECISION, origin="上海", destinations=("成都",), scope=SCOPES["成都"], move=Move.DOWN)
    evidence = decide(corpus, asked)
    assert "wuhan-chengdu-rent-and-savings" in ids(evidence.pro)
    assert "chengdu-high-end-care" in ids(evidence.con)


@pytest.mark.parametrize("city", ["北京", "上海", "广州", "深圳"])
def test_turning_a_move_round_turns_its_sides_round(corpus: Corpus, city: str) -> None:
    down = decide(
        corpus, request(Intent.DECISION, origin=city, destinations=("成都",), scope=SCOPES["成都"], move=Move.DOWN)
    )
    up = decide(
        corpus, request(Intent.DECISION, origin="成都", destinations=(city,), scope=("first_tier",), move=Move.UP)
    )
    assert not {p.id for p in down.pro} & {p.id for p in up.pro}
    assert not {p.id for p in down.con} & {p.id for p in up.con}


def test_what_a_decision_would_need_and_no_note_says(corpus: Corpus) -> None:
    asked = request(
        Intent.DECISION,
        origin="上海",
        destinations=("拉萨",),
        scope=SCOPES["拉萨"],
        move=Move.DOWN,
        topics=("medical",),
    )
    assert decide(corpus, asked).silences == tuple(
        Silence(subject=subject, place="拉萨") for subject in ("unknown_place", "medical", "pay", "rent", "returns")
    )


@pytest.mark.parametrize(
    ("move", "topics", "text", "unknown"),
    [
        (Move.DOWN, (), "?", "offer"),
        (Move.DOWN, ("pay",), "?", "connections"),
        (Move.DOWN, (), "I have an OFFER", "connections"),
        (Move.DOWN, ("pay", "relationship_networks"), "?", "family"),
        (Move.DOWN, ("pay", "relationship_networks", "family"), "?", "savings"),
        (Move.UP, ("pay",), "?", "hukou"),
        (Move.BACK, (), "?", "why_back"),
    ],
)
def test_the_next_question_is_the_first_that_is_not_answered(
    corpus: Corpus, *, move: Move, topics: tuple[str, ...], text: str, unknown: str
) -> None:
    asked = request(Intent.DECISION, text, origin="上海", destinations=("成都",), move=move, topics=topics)
    assert decide(corpus, asked).unknown == unknown


def test_without_a_destination_it_is_asked_for(corpus: Corpus) -> None:
    assert decide(corpus, request(Intent.DECISION, origin="上海", move=Move.DOWN)).unknown == "destination"
    home = request(Intent.DECISION, origin="上海", scope=("home",), move=Move.DOWN)
    assert decide(corpus, home).unknown == "offer"


def test_a_tension_is_shown_with_what_it_is_about(corpus: Corpus) -> None:
    asked = request(
        Intent.DECISION,
        origin="上海",
        destinations=("成都",),
        scope=SCOPES["成都"],
        move=Move.DOWN,
        topics=("medical",),
    )
    assert "chengdu-care" in [t.id for t in decide(corpus, asked).tensions]
    other = request(Intent.DECISION, origin="上海", destinations=("岳阳",), scope=SCOPES["岳阳"], move=Move.DOWN)
    assert "chengdu-care" not in [t.id for t in decide(corpus, other).tensions]


def test_themes_name_notes_that_are_there(corpus: Corpus) -> None:
    assert {id_ for theme in load_themes() for id_ in theme.notes} <= set(corpus.passages)


# --- documents of one's own ---


def own(id_: str, *, cities: tuple[str, ...], caveat: Caveat | None = None, also: tuple[Caveat, ...] = ()) -> Passage:
    """A passage of a document that no note reports on: in one language."""
    passage = note(id_, "大连三成的人又走了。", None, cities=cities, caveat=caveat, document_id="own")
    return passage.model_copy(update={"also_warns": also})


def test_what_an_own_document_warns_of_the_place_comes_first_and_by_itself(corpus: Corpus) -> None:
    there = own("there", cities=("北京", "大连"), caveat=Caveat.UNSOURCED_FIGURE, also=(RETURNS,))
    elsewhere = own("elsewhere", cities=("泉州",), caveat=RETURNS)
    all_ = Corpus({**corpus.passages, there.id: there, elsewhere.id: elsewhere}, corpus.tensions)
    evidence = decide(all_, request(Intent.DECISION, origin="北京", destinations=("大连",), move=Move.DOWN))
    returns = [(ids(due.passages), due.reach) for due in evidence.caveats if due.kind is RETURNS]
    assert returns == [(["there"], Reach.NAMED), (["return-flow"], Reach.INFERRED)]


def test_what_an_own_document_tells_is_not_missed(corpus: Corpus) -> None:
    asked = request(Intent.DECISION, origin="北京", destinations=("大连",), move=Move.DOWN)
    missed = [
        [silence.subject for silence in decide(Corpus({**corpus.passages, **more}, ()), asked).silences]
        for more in ({}, {"there": own("there", cities=("大连",), caveat=RETURNS)})
    ]
    assert missed == [["unknown_place", "pay", "rent", "returns"], ["pay", "rent"]]


def test_a_passage_of_one_s_own_on_the_place_is_not_called_silent_on_it() -> None:
    first, there = own("first", cities=("北京",)), own("there", cities=("大连",))
    asked = request(places=("大连", "北京"), topics=("rent",))
    assert weigh(asked, hits(first, there), None, corpus_of(first, there)).silences == ()
    assert weigh(request(places=("大连",), topics=("hukou",)), hits(there), None, corpus_of(there)).silences == ()


def test_whether_own_documents_agree_is_answered_by_each_of_them() -> None:
    asked = request(text="Do the articles agree on who stays in Dalian?", places=("大连",))
    one, two = (own(id_, cities=("大连",)).model_copy(update={"document_id": id_}) for id_ in ("one", "two"))
    assert ids(weigh(asked, hits(one, two), None, corpus_of(one, two)).spoken) == ["one", "two"]
    assert weigh(asked, hits(RENT, one), None, corpus_of(RENT, one)).spoken == ()


def test_more_of_one_s_own_is_also_said_of_the_place_and_the_best_first(corpus: Corpus) -> None:
    said = [own(f"own{n}", cities=("大连",)) for n in range(6)]
    said[3] = said[3].model_copy(update={"grade": Grade.SURVEY})
    all_ = Corpus({**corpus.passages, **{p.id: p for p in said}}, ())
    asked = request(Intent.DECISION, origin="北京", destinations=("大连",), move=Move.DOWN)
    assert ids(decide(all_, asked).also) == ["own3", "own0", "own1", "own2"]


def test_the_figure_of_another_own_document_on_the_same_stands_beside_the_first() -> None:
    texts = {"first": "大连四成的人留下了。", "other": "大连八成的人留下了。", "words": "大连的人留下了。"}
    first, other, words = (
        own(id_, cities=("大连",)).model_copy(update={"document_id": id_, "text": text, "topics": ("subsidies",)})
        for id_, text in texts.items()
    )
    asked = request(places=("大连",))
    corpus = corpus_of(first, other, words)
    assert ids(weigh(asked, hits(first, words, other, scores=(1.0, 0.8, 0.75)), None, corpus).points) == [
        "first",
        "other",
    ]
    assert ids(weigh(asked, hits(first, other, scores=(1.0, 0.65)), None, corpus).points) == ["first"]


def test_a_place_that_people_go_to_is_not_the_one_that_loses_them() -> None:
    told = own("told", cities=("玉门", "成都"), caveat=Caveat.SHRINKING_CITY)
    asked = request(Intent.DECISION, origin="上海", destinations=("成都",), move=Move.DOWN)
    assert kinds(decide(corpus_of(told), asked)) == []
    against = told.model_copy(update={"stance": Stance.STAY})
    assert kinds(decide(corpus_of(against), asked)) == [Caveat.SHRINKING_CITY]


def test_a_passage_that_gives_two_warnings_is_shown_once(corpus: Corpus) -> None:
    both = own("both", cities=("大连",), caveat=NETWORKS, also=(RETURNS,))
    all_ = Corpus({**corpus.passages, both.id: both}, ())
    due = decide(all_, request(Intent.DECISION, origin="北京", destinations=("大连",), move=Move.DOWN)).caveats
    assert [warning.kind for warning in due if both in warning.passages] == [NETWORKS]
