"""Who a text names as the source of what it says: authorities, institutions, companies, newspapers and persons.

A name counts only where the words around it make it a speaker (X公布, 据X统计, X的年报写明, "X reckons", "a poll by
X"); whatever is not a whole name is left out, as a false source is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import rjieba
import yaml

from knowledge.passage import Frozen, Grade, Language
from knowledge.places import find_places
from knowledge.script import simplified
from knowledge.sentences import sentences

_NAMEY = re.compile(r"^(?:n|ns|nt|nr|nrt|nrfg|nz|ng|j|b|an|a|ad|vn|eng|i|l|s|f|g)$")
_PROPER = re.compile(r"^(?:ns|nt|nr|nrt|nrfg|nz|j|eng|i|l)$")
_CITED = re.compile(r"^(?:ns|nt|nr|nrt|nrfg|nz|j|eng)$")
_NICKNAME = re.compile(
    r"^[老小阿][\u4e00-\u9fff]$|^[\u4e00-\u9fff]{1,2}(?:女士|先生|小姐|师傅|阿姨|大姐|大哥|经理|老师|医生|某)$"
)
# What is published under a title of its own, and websites.
_TITLED = r"榜单|排行榜|白皮书|蓝皮书|年鉴|公报|(?<![官联上电外内路])网"
_UNNAMEY = re.compile(r"^(?:m|q|x|uj|t|r|d|mq)$")
_OPEN, _CLOSE = '「『“《‘"', '」』”》’"'
_LONGEST = 30
# Words before a name that are no part of it.
_LOCAL = frozenset("本地 当地 民间 有关 相关 业内 中介 记者 知名 一家".split())
_ORDINAL = re.compile(r"第[一二三四五六七八九十]+")
_CAP = r"(?:[A-Z][\w’'&-]*|\d+[a-z]{2,}\w*|[a-z]+[A-Z]\w+|[A-Z]\.)"
_NAME_EN = rf"{_CAP}(?:(?: (?:of|for|at|and|on|&)(?: the)?)? {_CAP}){{0,9}}"
_STAFF = re.compile(
    r"(?:Researchers|Economists|Staff|Records|Figures|Data|Analysts|Doctors|Statistics) (?:at|of|from|by) "
    r"(?=the |[A-Z])"
)
_KIND = re.compile(
    r", (?:an?|the) (?:\w+[ -]){0,3}"
    r"(?:association|company|institute|think-tank|consultancy|newspaper|firm|agency|union|charity)\b"
)
# What somebody is at a body whose own name has no capitals.
_OFFICE_EN = r"\b(?:director|head|chief|deputy|professor|spokes\w+|president|dean|secretary)\b.* (?:of|at|for) "
_TITLES = frozenset("Old Young Mr Mrs Ms".split())
# A word of two or more syllables as Chinese is written in Latin letters, which few English words look like.
_PINYIN = re.compile(
    r"(?:f(?:ang?|ei|eng?|o|ou|u)|(?:[hkg]|[zcs]h)e|(?:[bpmdtnlgkhjqxzcsryw]|[zcs]h)"
    r"(?:i(?:ang?|ao|e|ng?|ong|u|a)?|u(?:ang?|ai|e|i|n|o|a)?|an?g?|a[io]|e(?:i|ng?)|o(?:ng|u)?)|an?g?|a[io]|er|ou){2,4}",
    re.IGNORECASE,
)
_BRAND = re.compile(r"^(?:[A-Z0-9][A-Z0-9&-]+|[a-z]+[A-Z]\w*|\w*\d\w*|[A-Z][a-z]+[A-Z]\w*)$")


class Source(Frozen):
    """A source that ``text[start:end]`` names, in the words of the text."""

    name: str
    grade: Grade
    start: int
    end: int


class Sources(Frozen):
    """What a text says about who says it.

    ``named`` are the sources in reading order, ``unnamed`` is somebody who speaks without a name ("某智库"), ``untold``
    says that something in it comes from nobody who could be asked, and ``sampled`` that it gives how many were asked.
    """

    named: tuple[Source, ...]
    unnamed: str | None
    untold: bool
    sampled: bool

    @property
    def first(self) -> Source | None:
        """The source named first."""
        return self.named[0] if self.named else None


class _Words(Frozen):
    authority: str
    institution: str
    document: str
    survey: str
    says: str
    nobody: frozenset[str]
    unnamed: tuple[str, ...]
    untold: tuple[str, ...]
    goes_on: str
    sample: str
    inside: frozenset[str] = frozenset()
    when: str = ""
    manner: str = ""
    leads: str = ""
    person: str = ""
    according: str = ""
    says_so: str = ""


@cache
def _words(language: Language) -> _Words:
    table = yaml.load(files(__package__).joinpath("attribution.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return _Words.model_validate(table[language])


def find_sources(words: str, language: Language) -> Sources:
    """The sources that a text names; ``words`` may be traditional."""
    text = simplified(words)
    table = _words(language)
    found = _chinese(text) if language == "zh" else _english(text)
    survey = re.compile(table.survey)
    named: list[Source] = []
    for start, end in found:
        name = words[start:end].strip()
        if any(name in source.name or source.name in name for source in named):
            continue
        named.append(Source(name=name, grade=_grade(text, start, end, language, survey), start=start, end=end))
    unnamed = next((hit for pattern in table.unnamed if (hit := re.search(pattern, text))), None)
    return Sources(
        named=tuple(named),
        unnamed=words[unnamed.start() : unnamed.end()].strip() if unnamed else None,
        untold=unnamed is not None or any(re.search(pattern, text) for pattern in table.untold),
        sampled=bool(re.search(table.sample, text)),
    )


def goes_on(sentence: str, language: Language) -> bool:
    """Whether a sentence goes on with what the source of the one before says."""
    return bool(re.search(_words(language).goes_on, simplified(sentence)))


def is_untold(sentence: str, language: Language) -> bool:
    """Whether a sentence says that somebody without a name says so."""
    table = _words(language)
    return any(re.search(pattern, simplified(sentence)) for pattern in (*table.unnamed, *table.untold))


def _grade(text: str, start: int, end: int, language: Language, survey: re.Pattern[str]) -> Grade:
    name = text[start:end]
    table = _words(language)
    authority = (
        re.search(rf"(?:{table.authority})$|统计局|普查|官方|统计", name)
        if language == "zh"
        else re.search(table.authority, name)
    )
    sentence = next((text[a:b] for a, b in sentences(text) if a <= start < b), text)
    if authority and not re.search("问卷|受访|\\bquestionnaire|\\brespondents", sentence):
        return Grade.OFFICIAL_STATISTIC
    asked = survey.search(re.sub(re.escape(name), "", sentence)) or re.search(table.sample, sentence)
    return Grade.SURVEY if asked or re.search("调查$|问卷$|民调$|survey$|poll$", name) else Grade.NAMED_REPORT


# --- Chinese ---


class _Token(Frozen):
    text: str
    tag: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    # The tagger takes some cities for other words.
    places = {(mention.start, mention.end) for mention in find_places(text)}
    found, at = [], 0
    for word, tag in rjieba.tag(text):
        start = text.index(word, at)
        at = start + len(word)
        found.append(_Token(text=word, tag="ns" if (start, at) in places else tag, start=start, end=at))
    return found


def _chinese(text: str) -> list[tuple[int, int]]:
    tokens = _tokens(text)
    spans = [*_persons(text, tokens), *_institutions(text, tokens), *_brands(text, tokens), *_cited(text, tokens)]
    spans += [
        hit.span()
        for hit in re.finditer("(?:全国)?(?:第[一二三四五六七]次)?人口(?:普查|抽样调查)|官方(?:数据|统计|数字)", text)
    ]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        if not any(start < b and a < end for a, b in kept):
            kept.append((start, end))
    return sorted(kept)


def _institutions(text: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Institutions that speak, each as far to the left as its name goes."""
    table = _words("zh")
    ends = re.compile(rf"(?:{table.authority}|{table.institution})$")
    for at, token in enumerate(tokens):
        span = _leftwards(text, tokens, at)
        if span is None or not ends.search(text[span[0] : token.end]) or not _is_proper(tokens, *span):
            continue
        if _speaks(text, *span):
            yield span


def _leftwards(text: str, tokens: Sequence[_Token], at: int) -> tuple[int, int] | None:
    table = _words("zh")
    first = at
    while first > 0 and tokens[at].end - tokens[first - 1].start <= _LONGEST:
        before = tokens[first - 1]
        is_name = (_NAMEY.match(before.tag) and before.text not in "的了") or before.text in table.inside
        joins = (
            before.text in {"和", "与", "及"}
            and first >= 2
            and not _PROPER.match(tokens[first].tag)
            and tokens[first - 2].text in table.inside | {"城市", "人口", "经济", "社会"}
        )
        is_name = is_name or _is_trade(tokens, first)
        joins = joins or (before.text in {"和", "与", "及"} and _is_of_office(tokens, first, at))
        if not (
            is_name or joins or _ORDINAL.fullmatch(before.text) or (before.text in "一二三" and "第" in before.text)
        ):
            break
        if re.fullmatch(f"{table.says}|{table.according}", before.text) and before.text not in table.inside:
            break
        first -= 1
    # An ordinal such as 第一财经 or 第一医院 may be cut in two.
    if first > 0 and tokens[first - 1].tag == "m" and tokens[first - 1].text.startswith("第"):
        first -= 1
        while first > 0 and tokens[first - 1].tag in {"ns", "nt", "nr", "nz"}:
            first -= 1
    while first < at and tokens[first].text in _LOCAL:
        first += 1
    if not any(char.isalnum() for char in tokens[at].text):
        return None
    return tokens[first].start, tokens[at].end


def _is_trade(tokens: Sequence[_Token], first: int) -> bool:
    """Whether the verb before an association is what its members do: 住房租赁协会."""
    if first < 2 or not re.search("(?:协会|学会|商会|联合会)$", tokens[first].text):
        return False
    before = tokens[first - 1]
    return before.tag == "v" and len(before.text) == 2 and tokens[first - 2].tag in {"n", "vn"}


def _is_of_office(tokens: Sequence[_Token], first: int, at: int) -> bool:
    """Whether the name of an authority goes on before the 和 that stands before ``first``: 宜昌市住房和建设局."""
    table = _words("zh")
    if first < 3 or not re.search(r"(?:局|厅|委员会|委|部)$", tokens[at].text):
        return False
    owner, subject = tokens[first - 3], tokens[first - 2]
    ends = rf"(?:{table.authority}|{table.institution})$"
    return (
        owner.tag in {"ns", "nt"}
        and bool(re.search("[省市县区州国]$", owner.text))
        and bool(re.fullmatch("n|vn|j|l|an", subject.tag))
        and not re.search(ends, subject.text)
        and not _PROPER.match(tokens[first].tag)
    )


def _is_proper(tokens: Sequence[_Token], start: int, end: int) -> bool:
    """Whether a name is somebody's own, and not only what kind of thing it is."""
    table = _words("zh")
    own = [t for t in tokens if start <= t.start and t.end <= end and t.text not in table.nobody | table.inside]
    if any(t.text.startswith(("某", "该", "这", "每", "各")) for t in own):
        return False
    return any(_PROPER.match(t.tag) or t.text.startswith("第") for t in own) or any(
        re.search(r"局$|厅$|委员会$|年鉴$|公报$|晨报$|日报$|晚报$|时报$|周刊$", t.text) for t in own
    )


@cache
def _after() -> re.Pattern[str]:
    """What follows a name that speaks."""
    t = _words("zh")
    made = "(?:发布|公布|出具|编写|编制|撰写|推出|开展|进行|做|组织|主持|完成|提供|合作)?(?:过|了)?(?:的)?"
    titled = "(?:《[^》]{2,40}》)"
    aside = "(?:[（(][^）)]{1,30}[）)])?"
    opening = (
        rf"[{_CLOSE}]?{aside}(?:记者|网站|官网|方面|负责人|相关负责人|编辑部)?(?:与[^，。；]{{2,16}}合作)?"
        rf"的?(?:{t.when}的?)?(?:也|还|则|又|曾)?"
    )
    document = (
        rf"{made}(?:一[份项次]|最新|年度|{t.when}的?)?(?:[\u4e00-\u9fff]{{0,8}}?(?:{t.document}|{t.survey}))?"
        rf"{titled}?{aside}(?:里|中|上|结果)?"
    )
    listed = rf"{made}(?:一[份项次]|最新|{t.when}的?)?[\u4e00-\u9fff]{{0,8}}?(?:{t.document}|{t.survey}|{titled})"
    return re.compile(
        rf"{opening}(?:"
        rf"{document}(?:也|还|则|同时)?(?:{t.says})"
        rf"|{listed}{aside}(?:里|中|上|结果)?[，,:：]"
        rf"|(?:在)?{titled}(?:里|中|上)?"
        rf"|(?:{t.when})?(?:共|一共|先后)?(?:访问|调查|访谈|走访|抽样调查|询问)了"
        rf"|(?:{t.when})?[对向在][^，。；]{{2,24}}(?:问卷|{t.survey}|访谈)"
        rf")"
    )


def _speaks(text: str, start: int, end: int) -> bool:
    table = _words("zh")
    before = text[:start].rstrip(_OPEN + " ")
    spaced = text[end:].lstrip()
    if re.search(rf"{table.according}$", before):
        return bool(
            re.match(
                rf"[{_CLOSE}]?(?:[^，。；]{{0,16}}?(?:{table.says}|{table.document}|{table.survey})|[，,]|的|\s*\d{{4}})",
                spaced,
            )
        )
    return bool(_after().match(re.sub(r"\s+", "", spaced[:120])))


def _persons(text: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """People with a name and an office."""
    table = _words("zh")
    says = (
        rf"(?:{table.manner}|{table.when}|在[^，。]{{2,12}}上)*(?:(?:[向对][^，。；]{{1,8}}?)?{table.manner}?{table.says}"
        rf"|{table.leads}[^。；]{{0,30}}?(?:{table.survey}|访问|走访))"
    )
    pattern = re.compile(rf"{table.person}(?P<who>[\u4e00-\u9fff]{{2,3}}?)(?={says}|[，,])")
    for hit in pattern.finditer(text):
        if re.fullmatch(table.says, hit["who"]):
            continue
        spoken = re.match(says, text[hit.end() :])
        cited = re.search(rf"{table.according}[^，。；]{{0,24}}$", text[: hit.start()])
        if not (spoken or cited) or not any(t.start == hit.start("who") for t in tokens):
            continue
        at = next((n for n, t in enumerate(tokens) if t.start < hit.start("who") <= t.end), None)
        span = _leftwards(text, tokens, at) if at is not None else None
        yield (span[0] if span else hit.start(), hit.end())


def _brands(text: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Companies and papers that no ending tells, at the beginning of a clause."""
    table = _words("zh")
    owned = re.compile(
        rf"[{_CLOSE}]?(?:{table.when})?(?:的|发布的|公布的)?(?:{table.when}的?)?(?:"
        rf"(?:年报|财报|季报|年度报告)|(?:做过?|做了|发起|开展|组织)[^，。]{{0,6}}(?:调查|问卷)"
        rf"|[^，。；]{{0,14}}(?:报告|榜单|白皮书|蓝皮书|调查|问卷)[》]?(?:里|中|上|的)?(?:{table.says}|[，,])"
        rf"|(?:公布|发布|披露|写道|报道)|(?:发布|公布)的《)"
    )
    for at, token in enumerate(tokens):
        before = text[: token.start].rstrip(_OPEN + " ")
        if before and not re.search(rf"[，,。；;：:、！？\n]$|{table.according}$", before):
            continue
        last = at - 1
        while last + 1 < len(tokens) and (
            (_NAMEY.match(tokens[last + 1].tag) or tokens[last + 1].text in table.inside)
            and not re.fullmatch(f"{table.document}|{table.survey}|{table.says}", tokens[last + 1].text)
            and tokens[last + 1].end - token.start <= 12
        ):
            last += 1
        if last < at:
            continue
        run = tokens[at : last + 1]
        own = [t for t in run if t.text not in table.nobody | table.inside]
        end = run[-1].end
        follows = owned.match(re.sub(r"\s+", "", text[end : end + 80]))
        if not own or not follows or end - token.start < 2 or any(t.text.startswith(("某", "该", "这")) for t in run):
            continue
        places = [m for m in find_places(text) if m.start >= token.start and m.end <= end]
        if places and sum(m.end - m.start for m in places) >= end - token.start - 1:
            continue
        acts = re.match(r".{0,12}?(?:年报|财报|季报|年度报告|做过?|做了|发起|开展|组织)", follows[0])
        if (
            acts
            or any(_PROPER.match(t.tag) and t.tag not in {"ns"} for t in own)
            or (len(own) > 1 and any(t.tag == "ns" for t in own))
        ):
            yield token.start, end


def _cited(text: str, tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """What 据 names before a comma, or before 统计 and the like."""
    table = _words("zh")
    for hit in re.finditer(
        r"(?:^|[，,。；;：:（(])(?:据|根据)(?P<who>[^，,。；;]{2,26}?)(?=[，,]|的?(?:统计|数据|公布|测算|通报|介绍|透露|显示)[，,：:显])",
        text,
    ):
        start, end = hit.span("who")
        inner = [t for t in tokens if start <= t.start and t.end <= end]
        while inner and inner[0].text in _LOCAL and inner[0].end < end:
            start = inner.pop(0).end
        own = [t for t in inner if t.text not in table.nobody | table.inside and not _UNNAMEY.match(t.tag)]
        if not _is_cited(text, start, end, own):
            continue
        if any(t.tag in {"r", "d", "c"} or t.text.startswith("某") for t in inner[:1]):
            continue
        if any(t.tag in {"v", "p", "ul", "y"} and t.text not in table.inside for t in inner):
            continue
        places = [m for m in find_places(text) if m.start >= start and m.end <= end]
        if places and sum(m.end - m.start for m in places) >= end - start - 1:
            continue
        head = re.search(rf"(?:{table.when}|的)", text[start:end])
        if head and re.search(rf"(?:{table.authority}|{table.institution})$", text[start : start + head.start()]):
            end = start + head.start()
        yield start, end


def _is_cited(text: str, start: int, end: int, own: Sequence[_Token]) -> bool:
    """Whether what 据 names is somebody's own name, or ends as those of institutions do.

    A place with a common noun (上海规定) is no name, nor is a person without an office.
    """
    table = _words("zh")
    name = re.sub(r"[（(][^）)]*[）)]$", "", text[start:end])
    if not own or _NICKNAME.search(name):
        return False
    if re.search(rf"(?:{table.authority}|{table.institution}|{_TITLED})$", name):
        return True
    places = [(m.start, m.end) for m in find_places(text)]
    others = [t for t in own if not any(a <= t.start and t.end <= b for a, b in places)]
    if others and others != list(own) and re.search(rf"(?:{table.document}|{table.survey})$", name):
        return True
    return any(_CITED.match(t.tag) and (t.tag != "nr" or t.text != name) for t in others)


# --- English ---


def _english(text: str) -> list[tuple[int, int]]:
    table = _words("en")
    document, says = table.document, table.says
    name = rf"(?P<who>(?:[Tt]he )?{_NAME_EN})"
    lowly = r"(?P<who>the (?:[a-z]+ ){0,4}(?:bureau|commission|department|ministry|council|census))"
    official = "(?:official (?:figures|statistics|data|numbers|counts?)|government (?:figures|statistics|data))"
    patterns = (
        rf"\b[Aa]ccording to {name}",
        r"\b(?:reported|published|released|compiled|collected|issued|carried out|conducted|commissioned|drawn up)"
        rf" by {name}",
        r"\b(?:[Dd]ata|[Ff]igures|[Rr]ecords|[Nn]umbers|[Rr]esearch|[Ee]stimates|[Rr]esearchers|[Ee]conomists|[Ss]taff"
        rf"|[Ss]tatistics|[Aa]nalysts) (?:released |published |compiled |kept )?(?:from|by|of|at) {name}",
        r"\b(?:survey|poll|questionnaire|report|study|paper|model|index|ranking|list|interviews)\b[^.;]{0,70}?"
        rf" (?:by|from) {name}",
        rf"\b{name}(?:[’']s|[’'])(?: own)?(?: \d{{4}})?(?: [\w-]+){{0,4}}? {document}\b",
        rf"(?:^|[.;:,]\s+|\b(?:that|but|and|while|as)\s+){name}(?P<aside>, [^,.;]{{3,90}},)?"
        rf" (?:\w+ly |also |has |have )?(?P<verb>{says})\b",
        rf"\b{lowly}(?:[’']s [\w -]{{0,24}}{document})? (?:{says})\b",
        r"\b[Aa]ccording to (?P<who>the [a-z]+(?: [a-z]+)?[’']s (?:[a-z]+ ){0,2}"
        r"(?:report|review|accounts|survey|figures))",
        r"\b(?P<who>(?:[Tt]he )?(?:\d{4} )?(?:national |population )?census"
        rf"|{official}(?=[^.;,]{{0,40}} {says}\b))\b",
        rf"\b(?:[Aa]ccording to|[Ii]n|[Ff]rom|[Bb]y|[Oo]n|[Pp]er) (?:the )?(?P<who>{official})\b",
        r"\b(?P<who>(?:(?:[Dd]eputy|[Vv]ice|[Aa]ssistant) )?"
        r"(?:[Dd]irector|[Hh]ead|[Pp]rofessor|[Cc]hief|[Pp]resident|[Dd]ean)"
        rf" {_CAP} {_CAP} (?:of|at|from) (?:the )?[\w ]{{3,40}}?) (?:{says})\b",
        rf"\b[Aa]ccording to (?P<who>(?=[^,.;]*[A-Z0-9])[^,.;\"“]{{3,60}}?(?:{document}))\b",
    )
    spans: list[tuple[int, int]] = []
    for pattern in patterns:
        for hit in re.finditer(pattern, text):
            span = _whole(text, hit)
            if span and not any(span[0] < end and start < span[1] for start, end in spans):
                spans.append(span)
    return sorted(spans)


def _whole(text: str, hit: re.Match[str]) -> tuple[int, int] | None:
    """The name of a match without words that only begin a sentence, if it is one."""
    table = _words("en")
    start, end = hit.span("who")
    before = text[:start].rstrip()[-1:]
    if text[end - 2 : end] in {"'s", "’s"}:
        end -= 2
    if cut := _STAFF.match(text[start:end]):
        start += cut.end()
    bare = re.sub(r"^[Tt]he ", "", text[start:end])
    # A surname alone could be anybody's.
    is_anybody = bare.split()[:1] != [] and bare.split()[0] in _TITLES
    while " " in bare and bare.split()[0] in table.nobody:
        start = text.index(bare, start) + len(bare.split()[0]) + 1
        bare = text[start:end]
    if not bare or _is_generic(bare) or re.match(r"(?:of|for|at|and|on) ", bare):
        return None
    if not re.search("[A-Z0-9]", text[start:end]):
        return start, end
    verb = hit.groupdict().get("verb")
    if re.search(f"{table.institution}|{table.authority}", bare):
        return None if verb and re.match("An? ", bare) else (start, end)
    if is_anybody or (not verb and not _is_name(text, start, end)):
        return None
    if verb and hit["aside"]:
        return _introduced(text[start:end], hit["aside"], start, end, hit.end("aside") - 1)
    # A capital tells a name from another word only within a sentence.
    is_capital = before not in {"", *".!?;:"} or _PINYIN.fullmatch(bare)
    speaks_so = is_capital and " " not in bare and verb and re.match(rf"{table.says_so}\b", text[hit.start("verb") :])
    named = re.match(r"(?:Professor|Dr|Prof\.?) ", bare) or _BRAND.match(bare.split()[0])
    return (start, end) if _is_name(text, start, end) and (named or speaks_so or not verb) else None


def _is_generic(bare: str) -> bool:
    """Whether a name is only words for institutions: Hospital, Research Centre."""
    table = _words("en")
    if all(word in table.nobody or re.fullmatch(table.institution, word) for word in bare.split()):
        return True
    return bool(re.fullmatch(table.authority, bare)) and bare.lower() != "census"


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether it is neither a place nor a word that names nobody."""
    first = re.sub(r"^[Tt]he ", "", text[start:end]).split()[0]
    is_place = any(m.start <= start + len("the ") and m.end >= end for m in find_places(text))
    return first not in _words("en").nobody and not is_place


def _introduced(name: str, aside: str, start: int, end: int, aside_end: int) -> tuple[int, int] | None:
    """A person with their institution, or an institution with what it is, between commas."""
    table = _words("en")
    if re.search(f"{table.institution}|{table.authority}|{_OFFICE_EN}", aside) and len(name.split()) in {2, 3}:
        return start, aside_end
    return (start, end) if _KIND.match(aside) else None
