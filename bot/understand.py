"""Question -> Request: language, intent, the cities and which way the move goes, what it is about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.intent import IntentClassifier
from bot.turn import Intent, Move, Notice, Request
from knowledge.passage import Language
from knowledge.places import Tier, find_places, find_tiers, place
from knowledge.script import language_of, simplified
from knowledge.topics import find_topics

_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SPACE = re.compile(r"\s+")
_OUR_LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]")
_OTHER_LETTERS = re.compile(
    r"[\u0370-\u052f\u0530-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\uac00-\ud7af]"
)

# In these patterns a place stands as the private-use character PLACE + its number, so that cues can be read around it.
_PLACE_BASE = 0xE000
_P = r"[\ue000-\ue0ff]"

_DESTINATION = tuple(
    re.compile(p)
    for p in (
        rf"(?:去|到|往|回|来|奔|投奔|选|换|搬|迁|转|跳|调|闯|落户|移居|定居|扎根|安家)(?:到|去|回|往|在|了|进)?\s*({_P})",
        rf"({_P})[^,，。.!！?？;；]{{0,10}}(?:offer|录用|要我|喊我|叫我|催我|挖我|让我|给我|机会|开了|那边|看上)",
        rf"(?:看上|相中|盯上)[^,，。]{{0,4}}({_P})",
        rf"(?:offer|job|position|role|post|life|future|gig)s? (?:from|in|at|near|over in) ?(?:\w+ ){{0,2}}({_P})",
        rf"\b(?:to|into|for|toward|towards|try|trying|choose|pick|prefer|considering|consider|about|versus|vs|like)\s+(?:\w+ )?({_P})",
        rf"({_P})(?:'s)?(?: (?!and\b|but\b|my\b|the\b)\w+){{0,3}} (?:offered|wants?|would be|will be|could be|sounds?|looks?|seems?)\b",
        rf"\b(?:friends?|mates?|cousin|colleague|recruiter|guy|firm|company)\b[^.!?;,]{{0,20}}\bin ({_P})",
        rf"(?<![跟和与])(?<![跟和与].)(?<![跟和与]..)(?<![跟和与]...)(?:同学|朋友|哥们|闺蜜|亲戚|表[哥姐弟妹]|堂[哥姐弟妹]|对象|男朋友|女朋友|老公|老婆)[^,，。]{{0,4}}在({_P})",
    )
)
_ORIGIN = tuple(
    re.compile(p)
    for p in (
        rf"(?:从|离开|逃离|逃出|离|告别|辞掉|抛下|撤离|待在|呆在|住在|住|人在|身在|留在|继续在|困在|漂在|在|把)\s*({_P})",
        rf"({_P})\s*(?:漂|打工|上班|工作|做|干|搞|待|呆|混|住|读|月薪|租房|房租|大厂|程序员|这边|本地|的?[^,，。]{{0,6}}辞|"
        rf"\d+年|[一二三四五六七八九十]+年)",
        rf"\b(?:from|leave|leaving|left|quit|quitting|ditch|ditching|escape|escaping|fled|out of|stay in|staying in|"
        rf"stay|staying|live in|living in|work in|working in|based in|stuck in|rent in|in|at)\s+(?:\w+ )?({_P})",
        rf"({_P})\s+(?:job|salary|rent|landlord|hukou|flat|bank|based|ad|tech|lad|lass|guy|girl|native|local|here|born)\b",
    )
)
_HOMETOWN = tuple(
    re.compile(p)
    for p in (
        rf"(?:老家|家乡|家在|故乡|娘家|婆家|我是|爸妈[^,，。]{{0,4}}在|父母[^,，。]{{0,4}}在|爸[^,，。]{{0,3}}在|妈[^,，。]{{0,3}}在)\s*({_P})",
        rf"({_P})\s*(?:本地人|人\b|人[,，。]|老家|乡下|农村|老宅|那边的家|家里)",
        rf"\b(?:home ?town|home|born|grew up|parents?|folks|family|mum|mom|dad|father|mother|village|county)\b[^.!?;]{{0,24}}?"
        rf"\b(?:is|in|from|near|outside|to|of)\s+({_P})",
        rf"\b(?:native of|originally from|come from|i'm from|i am from)\s+({_P})",
        rf"({_P})\s+(?:lad|lass|native|born)\b",
    )
)
_LEFT_FOR = re.compile(
    rf"\b(?:left|quit|ditched)\s+({_P})\s+for\b|离开(?:了)?({_P})|从({_P})(?:回|搬|到|去)[^,，。]{{0,3}}了|从({_P})(?:回|搬)到?"
)
_MOTION = re.compile(
    rf"(?:去|到|回|搬|奔|来|往|跑|留在|离开|从|闯)\s*{_P}|\b(?:to|leave|leaving|left|from|quit|quitting|stay in|staying in)\s+{_P}"
)
_YEAR = re.compile(r"(?<!\d)(?<!after )(?<!since )(?<!born in )(20[1-9]\d)(?!\d)(?!后)", re.I)
_GO_BACK = re.compile(rf"(?:回|回到|返|返去)\s*({_P})|\bback to\s+({_P})")
_LEAVES = re.compile(rf"(?:离开|逃离|留在|\bleave|\bleaving|\bquit|\bquitting|\bstay in|\bstay)\s*(?:in )?{_P}")
_HOME_WORD = re.compile(
    r"回家|屋企|老家|家乡|[回返][^,，。]{0,4}[镇村乡县]|回乡|返乡|回去照顾|home ?town|\b(?:go|going|move|moving|went|come|coming|head|heading|moved) (?:back )?"
    r"home\b|back home|\bmy county\b|where i grew up",
    re.I,
)
_BACK = re.compile(
    r"杀回|再回|再去|又回|悔|重新回|回流|重返|回归|混不下去了?又|滚回|"
    r"\b(?:go|going|move|moving|come|coming|went|head|heading|crawl|return|returning) back to\b|\breturn(?:ing)? to\b"
    r"|\bregret|\bboomerang|\bback again\b",
    re.I,
)
_ALREADY_LEFT = re.compile(
    r"(?:去年|前年|\d+个?[年月]前|[一二两三四五六七八九十半]+个?[年月]前?|已经|刚)[^,，。]{0,12}(?:离开|回了|回到|搬|回来|回老家|走了)|"
    r"(?:离开|回来|回老家)[^,，。]{0,6}(?:\d+|[一二两三四五六七八九十半]+)个?[年月]|"
    r"\b(?:i|we)(?:'ve| have)? ?(?:left|moved|quit|came back|went back|went home|moved home)\b|\bmonths? ago\b|\byears? ago\b",
    re.I,
)
_STAY_OR_GO = re.compile(r"还是|\bor\b|\bvs\.?\b|\bversus\b", re.I)
_DOUBTS_SOURCE = re.compile(
    r"谁说的|哪来的|靠谱吗|可信|可靠|出处|来源|真的假的|准吗|准不准|编的|有依据|有根据|凭什么说|信得过|查证|站得住|"
    r"\b(?:who says|says who|according to whom|reliable|trustworthy|credible|made up|make up|any source|what source|"
    r"where does (?:that|this|the)|is (?:that|it|this) (?:real|true)|being real|bet (?:money )?on|can (?:i|we) trust|how solid|"
    r"legit|verified|fact.?check)\b",
    re.I,
)

_UNITS: Mapping[str, re.Pattern[str]] = {
    "number": re.compile(r"多少|几[个成年倍万千百块分]|\bhow (?:much|many|long|big|far|often|high|low)\b", re.I),
    "percent": re.compile(
        r"百分之几|几成|占比|比例|比重|多大一?部分|几个点|百分点|概率|几率|机率|成功率|多大可能|"
        r"\b(?:percent|percentage|share|proportion|fraction|portion|ratio|rate|odds|chances?|how likely|%)",
        re.I,
    ),
    "duration": re.compile(
        r"多久|几年|多少年|几个月|多长时间|多少个?月|几个?钟头|几小时|多少小时|几分钟|多少分钟|"
        r"\bhow (?:long|many (?:years|months|hours|minutes)|soon|much time|far)\b",
        re.I,
    ),
    "yuan": re.compile(
        r"多少钱|几个钱|几块|多少块|几万|几千|几百|多少万|挣多少|赚多少|攒多少|存多少|剩多少|工资多少|月薪多少|多少工资|金额|"
        r"\bhow (?:much (?:money|rent|pay)|cheap|expensive)\b|\bhow much\b[^?]*\b(?:earn|pay|cost|save|make)\b",
        re.I,
    ),
    "person": re.compile(r"多少人|几个人|多少个人|人数|多少万人|\bhow many (?:people|folks|young|youngsters|ppl)\b", re.I),
    "times": re.compile(r"几倍|多少倍|\bhow many times\b|\btimes as\b", re.I),
}


class Understander:
    """Reads a message; holds the intent classifier, which knows typical messages by their embeddings."""

    def __init__(self, classifier: IntentClassifier, max_length: int) -> None:
        self._classifier = classifier
        self._max_length = max_length

    def understand(self, text: str, language: Language | None = None, previous: Request | None = None) -> Request:
        """What ``text`` asks; ``language`` overrides the detected one, ``previous`` is the turn before in the thread."""
        clean = clean_text(text)
        language = language or language_of(clean)
        notice = _notice(clean, self._max_length)
        if notice:
            return Request(text=clean[:200], language=language, intent=Intent.UNREADABLE, notice=notice)
        return self._read(clean, language, previous)

    def _read(self, text: str, language: Language, previous: Request | None) -> Request:
        mentions = find_places(text)
        places = tuple(dict.fromkeys(m.place.id for m in mentions))
        tiers = frozenset(str(t.kind) for t in find_tiers(text))
        topics = _topics(text)
        units = frozenset(unit for unit, pattern in _UNITS.items() if pattern.search(text))
        intent = self._classifier.classify(
            text,
            has_place=bool(places or tiers),
            moves=bool(_MOTION.search(_mark(simplified(text), [(m.start, m.end) for m in mentions]))),
            topics=topics,
            wants_figure=bool(units),
        )
        origin, destinations, home = _roles(text, intent, small=bool(tiers & _SMALL_TIERS))
        if previous and not places and not home and intent in (Intent.DECISION, Intent.LOOKUP) and previous.places:
            origin, destinations, places = previous.origin, previous.destinations, previous.places
            if previous.intent is Intent.DECISION and not topics:
                intent = Intent.DECISION
        scope = _scope(destinations, tiers, home)
        return Request(
            text=text,
            language=language,
            intent=intent,
            places=places,
            origin=origin,
            destinations=destinations,
            scope=scope,
            move=_move(text, origin, destinations, scope) if intent is Intent.DECISION else None,
            topics=topics,
            units=units,
            years=frozenset(_YEAR.findall(text)),
            doubts_source=bool(_DOUBTS_SOURCE.search(text)),
        )


def clean_text(text: str) -> str:
    """The message without control, zero-width and direction characters, in compatibility form, spaces folded."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def _notice(text: str, max_length: int) -> Notice | None:
    if len(text) > max_length:
        return Notice.TOO_LONG
    ours = len(_OUR_LETTERS.findall(text))
    others = len(_OTHER_LETTERS.findall(text))
    if others > ours or (others >= 2 and others * 3 > ours):
        return Notice.OTHER_LANGUAGE
    return None if ours else Notice.EMPTY


def _topics(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.topic.id for m in find_topics(text)))


def _roles(text: str, intent: Intent, small: bool) -> tuple[str | None, tuple[str, ...], bool]:
    """Origin, destinations, and whether a move home is meant."""
    mentions = [m for m in find_places(text) if m.place.kind in ("city", "county", "province")]
    # A province named beside a city of its own only says where that city lies.
    cities = {m.place.province for m in mentions if m.place.kind != "province"}
    mentions = [m for m in mentions if m.place.kind != "province" or m.place.id not in cities]
    ids = [m.place.id for m in mentions]
    marked = _mark(simplified(text), [(m.start, m.end) for m in mentions])
    home_ids = _cued(_HOMETOWN, marked, ids)
    to_ids = _cued(_DESTINATION, marked, ids)
    from_ids = _cued(_ORIGIN, marked, ids)
    if set(to_ids) - set(from_ids):
        to_ids = [i for i in to_ids if i not in from_ids]
    going_back = [i for i in _cued((_GO_BACK,), marked, ids) if _rank(i) > 0]
    home = bool(_HOME_WORD.search(text)) or bool(set(home_ids) & set(to_ids)) or bool(going_back)
    unique = list(dict.fromkeys(ids))
    if intent is not Intent.DECISION:
        return next((i for i in from_ids if i not in to_ids), None), tuple(to_ids), home
    left = _cued((_LEFT_FOR,), marked, ids)
    if left and _BACK.search(text):
        return next((i for i in unique if i not in left), None), tuple(left), home
    origin = next((i for i in from_ids if i not in to_ids and i not in home_ids), None)
    free = [i for i in unique if i != origin and i not in to_ids and i not in home_ids]
    if origin is None and free and (to_ids or home_ids or home or _ranks_differ(free)):
        origin, free = free[0], free[1:]
    destinations = [i for i in to_ids if i != origin] or ([*home_ids, *free] if home or not free else free)
    if origin is None:
        origin = next((i for i in home_ids if i not in destinations), None)
    if origin is None and len(destinations) == 1 and (_LEAVES.search(marked) or (small and _rank(destinations[0]) < 3)):
        return destinations[0], (), home
    return origin, tuple(dict.fromkeys(i for i in destinations if i != origin)), home


def _ranks_differ(ids: Sequence[str]) -> bool:
    return len(ids) > 1 and _rank(ids[0]) != _rank(ids[1])


def _mark(text: str, spans: Sequence[tuple[int, int]]) -> str:
    parts, last = [], 0
    for number, (start, end) in enumerate(spans[:256]):
        parts += [text[last:start], chr(_PLACE_BASE + number)]
        last = end
    return "".join([*parts, text[last:]]).lower()


def _cued(patterns: Sequence[re.Pattern[str]], marked: str, ids: Sequence[str]) -> list[str]:
    found = {ord(group) - _PLACE_BASE for p in patterns for m in p.finditer(marked) for group in m.groups() if group}
    return list(dict.fromkeys(ids[number] for number in sorted(found)))


_SMALL_TIERS = frozenset({"county", "lower_tier"})
_RANKS = {Tier.FIRST_TIER: 0, Tier.NEW_FIRST_TIER: 1, Tier.PROVINCIAL_CAPITAL: 2, Tier.CITY: 3, Tier.COUNTY: 4}
_SCOPES: Mapping[Tier, frozenset[str]] = {
    Tier.FIRST_TIER: frozenset({"first_tier"}),
    Tier.NEW_FIRST_TIER: frozenset({"new_first_tier"}),
    Tier.PROVINCIAL_CAPITAL: frozenset({"provincial_capital", "second_tier"}),
    Tier.CITY: frozenset({"second_tier", "lower_tier"}),
    Tier.COUNTY: frozenset({"lower_tier", "county", "small_place"}),
}


def _rank(place_id: str) -> int:
    found = place(place_id)
    return _RANKS[found.tier] if found and found.tier else _RANKS[Tier.CITY]


def _scope(destinations: Sequence[str], tiers: frozenset[str], home: bool) -> frozenset[str]:
    scope: frozenset[str] = frozenset({"home"}) if home else frozenset()
    for id_ in destinations:
        found = place(id_)
        if found:
            scope |= _SCOPES[found.tier or Tier.CITY]
    if not destinations:
        scope |= tiers - {"first_tier", "big_city", "home"}
    if tiers & _SMALL_TIERS:
        scope |= {"lower_tier"} | (tiers & _SMALL_TIERS)
    return scope


def _move(text: str, origin: str | None, destinations: Sequence[str], scope: frozenset[str]) -> Move:
    to_first = any(_rank(d) == 0 for d in destinations)
    if _BACK.search(text) and (to_first or _ALREADY_LEFT.search(text)):
        return Move.BACK
    if not destinations:
        if origin is not None and not scope and _rank(origin) >= 2:
            return Move.UP
        return Move.DOWN
    target = min(_rank(d) for d in destinations)
    if origin is None:
        return Move.UP if target == 0 else Move.DOWN
    start = _rank(origin)
    if target == start or (scope & {"county"} and start > 0):
        return Move.DOWN if scope & {"home", "county"} else Move.SIDEWAYS
    return Move.DOWN if target > start else Move.UP
