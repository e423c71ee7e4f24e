"""Sentences made false one small change at a time; the changes know nothing of how verification reads a text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest

from bot.verify import check
from knowledge.corpus import load_notes
from knowledge.passage import Passage
from knowledge.places import find_places, place

_SENTENCE = re.compile(r"[^。！？]+[。！？]?|")
_EN_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_ZH_NUMERAL = re.compile(
    r"(?<![第之统万])[一二两三四五六七八九十百千]+(?=年|个月|小时|天|倍|成|座|家|类|条|元|万|分之|岁|名|级|室|居室|个百分点)"
    r"|(?<=分之)[一二三四五六七八九十]+|(?<=百分之)[一二三四五六七八九十]+"
)
_EN_NUMERAL = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|seventeen|twenty|thirty|forty|fifty"
)
FOREIGN = ("兰州", "厦门", "哈尔滨")

ZH_UNITS = {
    r"(?<=\d)倍": ["年", "%", "成"],
    r"(?<=[\d一二三四五六七八九十两])年": ["个月", "天", "倍"],
    r"(?<=[\d一二三四五六七八九十两])个月": ["年", "天", "%"],
    r"(?<=[\d一二三四五六七八九十两万])元": ["人", "%", "年"],
    r"(?<=[\d万])人": ["元", "家", "年"],
    r"%": ["倍", "个百分点", "年", "人"],
    r"个百分点": ["%", "倍", "年"],
    r"分钟": ["小时", "天"],
    r"小时": ["分钟", "天"],
    r"(?<=\d)岁": ["年", "%"],
    r"(?<=\d)[家杯座项名级]": ["年", "%"],
    r"(?<=[一二三四五六七八九])成": ["倍", "年"],
    r"每年": ["每月", "每天"],
    r"每天": ["每周", "每年"],
    r"(?<=一)年(?=[^轻级])": ["个月"],
    r"一个月": ["一年", "一天"],
    r"月薪": ["年薪"],
}
EN_UNITS = {
    r"(?<=\d )times\b": ["years", "percent", "months"],
    r"(?<=\d )years?\b|(?<=(?:three|.five|.four) )years\b": ["months", "times", "days"],
    r"(?<=-)year\b": ["month", "minute"],
    r"(?<=\d )months?\b": ["years", "weeks", "times"],
    r"\byuan\b": ["people", "dollars", "percent"],
    r"(?<=million )(?:people|young people)\b": ["yuan", "firms"],
    r"(?<=\d )(?:people|pupils)\b": ["yuan", "years"],
    r"%": [" times", " percentage points", " years", " people"],
    r"\bpercentage points?\b": ["percent", "times"],
    r"\bminutes?\b": ["hours", "days"],
    r"\bhours?\b": ["minutes", "days"],
    r"(?<=a )(?:day|year|month)\b": ["week"],
    r"(?<=\d )(?:cups|firms|cities|branches|patent grants)\b": ["years", "percent"],
    r"\ba year\b": ["a month"],
    r"\ba month\b": ["a year"],
}
SCALES = {
    r"(?<=\d)万": ["千", "亿", "百万", ""],
    r"(?<=[一二三四五六七八九十])万": ["千", "亿"],
    r"亿": ["万"],
    r"\bmillion\b": ["thousand", "billion"],
    r"\bthousand\b": ["million"],
    r"(?<=\d),000\b": ["", ",000,000", "00"],
}
DIRECTIONS = {
    "下降": ["增长", "上升"],
    "减少": ["增加"],
    "增长": ["下降"],
    "增加": ["减少"],
    "提高": ["降低"],
    "提升": ["下降"],
    "升到": ["降到"],
    "减到": ["增到"],
    "缩短": ["延长"],
    "递减": ["递增"],
    "(?<=就)少(?=[0-9])": ["多"],
    "少掉": ["多出"],
    "大减": ["大增"],
    r"每降(?=\d)": ["每升"],
    "流出": ["流入"],
    r"\bfell\b(?! apart)": ["rose", "grew"],
    r"\bfalls\b": ["rises"],
    r"\bfall\b": ["rise"],
    r"\bgrew\b": ["fell", "shrank"],
    r"\brises\b": ["falls"],
    r"\brose\b": ["fell"],
    r"\braised\b": ["lowered", "cut"],
    r"\braise\b": ["lower"],
    r"\bshrank\b": ["grew"],
    r"\bcut\b": ["raised"],
    r"\bdeclined\b": ["grew"],
    r"\bless\b(?! than)": ["more"],
    r"\boutflow\b": ["inflow"],
    r"\bfewer people\b": ["more people"],
}
BOUNDS = {
    r"超过(?=.{0,8}[\d一二三四五六七八九])": ["不到", "近"],
    r"(?<!拿)不到(?=.{0,8}[\d一二三四五六七八九])": ["超过", "近"],
    "(?<![最附])近(?=[一二三四五六七八九\\d])": ["超", "不到"],
    "不低于": ["不高于", "低于"],
    "最高": ["至少"],
    "以上": ["以下"],
    r"过万": ["近万"],
    r"\b[Mm]ore than(?= \d)": ["less than", "nearly"],
    r"\b(?:fewer|less) than\b": ["more than", "at least"],
    r"\bover(?= \d)": ["under", "nearly"],
    r"\b[Nn]early(?= \d)": ["over", "more than"],
    r"\bat least\b": ["at most", "less than"],
    r"\bup to\b": ["at least", "over"],
}
WORDS = {
    r"一半": ["三成", "三分之一", "两倍"],
    r"\bhalf\b(?! of 2)": ["a third", "a quarter", "twice"],
    r"\b1/8\b": ["1/6", "a quarter", "half"],
    "(?<!\\d)1/8": ["1/4", "八成", "一半"],
    r"\btwice\b": ["three times"],
    "三成": ["四成", "三倍"],
    "四成": ["六成", "14%"],
    "五成": ["七成", "15%"],
    "两居室": ["三居室"],
    r"\btwo-bedroom\b": ["three-bedroom"],
}


def _other_values(number: str) -> Iterator[str]:
    plain = number.replace(",", "")
    if "." in plain:
        yield plain.replace(".", "")
        whole, part = plain.split(".")
        yield f"{whole}.{int(part) + 1}"
        yield f"{int(whole) + 1}.{part}"
        if whole != part:
            yield f"{part}.{whole}"
    else:
        value = int(plain)
        fresh = [value + 1, value * 10, value - 2 if value > 2 else value + 3, value * 2 + 5]
        if len(plain) > 1 and plain[0] != plain[1] and plain[1] != "0":
            fresh.append(int(plain[1] + plain[0] + plain[2:]))
        yield from (f"{new:,}" if "," in number else str(new) for new in fresh)


def _replaced(text: str, patterns: dict[str, list[str]]) -> Iterator[str]:
    for pattern, others in patterns.items():
        for match in re.finditer(pattern, text):
            for other in others:
                yield text[: match.start()] + other + text[match.end() :]


def _numbers(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        for other in _other_values(match[0]):
            yield text[: match.start()] + other + text[match.end() :]


def _numerals(text: str) -> Iterator[str]:
    for match in _ZH_NUMERAL.finditer(text):
        for other in ("四", "七", "二十"):
            if other != match[0] and not (match[0] == "一" and text[match.end()] in "座家类条名级"):
                yield text[: match.start()] + other + text[match.end() :]
    for match in re.finditer(rf"\b(?:{_EN_NUMERAL})\b", text):
        if (
            match[0] == "one"
            or "-tier" in text[match.end() : match.end() + 6]
            or text[: match.start()].endswith("big ")
        ):
            continue
        for other in ("four", "seven", "twenty"):
            if other != match[0]:
                yield text[: match.start()] + other + text[match.end() :]


def _names(text: str) -> list[tuple[int, int, str]]:
    return [(m.start, m.end, m.place.id) for m in find_places(text) if m.end - m.start > 1]


def _rename(id_: str, text: str) -> str:
    named = place(id_)
    assert named
    return named.zh if len(re.findall(r"[\u4e00-\u9fff]", text)) > len(text) / 3 else named.en


def _foreign_cities(text: str) -> Iterator[str]:
    for start, end, id_ in _names(text):
        for other in FOREIGN:
            if other != id_:
                yield text[:start] + _rename(other, text) + text[end:]


def _own_cities(text: str) -> Iterator[str]:
    """Each place for another place of the same sentence."""
    found = _names(text)
    for start, end, id_ in found:
        for other in sorted({other for _, _, other in found} - {id_}):
            yield text[:start] + _rename(other, text) + text[end:]


def _swap(text: str, one: tuple[int, int], other: tuple[int, int]) -> str:
    (a, b), (c, d) = sorted((one, other))
    return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _swapped_cities(text: str) -> Iterator[str]:
    for one, other in combinations(_names(text), 2):
        between = "".join(
            text[end:start] for (_, end, _), (start, _, _) in pairwise(_names(text)) if one[1] <= end <= other[0]
        )
        if one[2] != other[2] and not re.fullmatch(r"(?:\s|、|和|,|and|or|等|/)*", between):
            yield _swap(text, one[:2], other[:2])


def _swapped_numbers(text: str) -> Iterator[str]:
    for one, other in combinations(_NUMBER.finditer(text), 2):
        dated = re.search(r"\d{1,2} [A-Z][a-z]+ \d{4}", text)
        if one[0] != other[0] and not (dated and dated.start() <= one.start() and other.end() <= dated.end()):
            yield _swap(text, one.span(), other.span())


_DIGITS_CN = "零一二三四五六七八九"
_WORDS_EN = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 14: "fourteen", 15: "fifteen", 16: "sixteen"}


def _spelt_cn(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (
        ("" if tens < 2 else _DIGITS_CN[tens]) + ("十" if tens else "") + (_DIGITS_CN[ones] if ones or not tens else "")
    )


def _spelt_wrong(text: str) -> Iterator[str]:
    """Figures spelt out, but others."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text)) > len(text) / 3
    for match in re.finditer(r"(\d+)(?:\.\d+)?%", text):
        shares = ["三分之二", "四分之一", "六成", f"百分之{_spelt_cn(int(match[1]) % 90 + 2)}"]
        for share in (
            shares if chinese else ["two-thirds", "a quarter", "one in three", "sixty percent", "thirteen per cent"]
        ):
            yield text[: match.start()] + share + text[match.end() :]
    for match in re.finditer(
        r"(?<![\d.])(\d{1,2})(?=个月|年(?!\d|[的]?新一线)|小时|分钟|倍|家|座|杯| (?:months|years|hours|minutes|firms))",
        text,
    ):
        number = int(match[1])
        if chinese:
            yield text[: match.start()] + _spelt_cn(number + 1) + text[match.end() :]
        else:
            yield text[: match.start()] + _WORDS_EN[16 if number > 6 else 2 if number == 6 else 6] + text[match.end() :]


def rephrased(text: str) -> Iterator[str]:
    """The same figures, written otherwise."""
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text)) > len(text) / 3
    if chinese:
        yield re.sub(r"(?<![\d.])(\d{1,2})(?=个月|小时|分钟|家|座|杯|年(?!\d))", lambda m: _spelt_cn(int(m[1])), text)
        yield re.sub(r"(?<![\d.])(\d{1,2})%", lambda m: f"百分之{_spelt_cn(int(m[1]))}", text)
        yield re.sub(r"(?<![\d.])(\d+)万", lambda m: f"{int(m[1]) * 10_000:,}", text)
        yield text.replace("一半", "50%").replace("三成", "30%").replace("四成", "40%").replace("五成", "50%")
        yield text.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
    else:
        yield re.sub(r"(?<![\d.,])(\d{1,2})(?= (?:months|years))", lambda m: _WORDS_EN.get(int(m[1]), m[1]), text)
        yield text.replace("%", " percent")
        yield re.sub(r"([\d,.]+) yuan(?! each)", r"¥\1", text)
        yield re.sub(r"\bhalf\b", "50%", text)
        yield text.replace(",000 yuan", "k yuan")


def mutations(text: str) -> Iterator[tuple[str, str]]:
    """Kind and mutated text, for every change that this module knows."""
    made = {
        "value": _numbers(text),
        "numeral": _numerals(text),
        "fraction": _replaced(text, WORDS),
        "spelt": _spelt_wrong(text),
        "unit": _replaced(text, ZH_UNITS | EN_UNITS),
        "scale": _replaced(text, SCALES),
        "direction": _replaced(text, DIRECTIONS),
        "bound": _replaced(text, BOUNDS),
        "foreign city": _foreign_cities(text),
        "city of the note": _own_cities(text),
        "swapped cities": _swapped_cities(text),
        "swapped numbers": _swapped_numbers(text),
    }
    for kind, texts in made.items():
        for mutated in texts:
            if mutated != text:
                yield kind, mutated


def sentences(passage: Passage) -> list[str]:
    zh = [sentence for sentence in _SENTENCE.findall(passage.text) if sentence.strip()]
    return zh + _EN_SENTENCE.split(passage.text_en or "")


PASSAGES = load_notes()[1]


def told(sentence: str) -> str:
    """The sentence as part of a longer one, so that it is no longer word for word."""
    return (
        f"据说{sentence}"
        if len(re.findall(r"[\u4e00-\u9fff]", sentence)) > len(sentence) / 3
        else f"They say {sentence}"
    )


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.id)
def test_unaltered_sentences_pass(passage: Passage) -> None:
    texts = [passage.text, passage.text_en or "", *sentences(passage)]
    texts += [told(text) for text in texts]
    assert {text: reason for text in texts if (reason := check(text, [passage]))} == {}


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: passage.id)
def test_figures_written_otherwise_pass(passage: Passage) -> None:
    texts = [text for sentence in sentences(passage) for text in rephrased(sentence)]
    assert {text: reason for text in texts if (reason := check(text, [passage]))} == {}


def test_mutations_are_caught() -> None:
    tried: Counter[str] = Counter()
    missed: dict[str, list[str]] = defaultdict(list)
    for passage in PASSAGES:
        for sentence in sentences(passage):
            for kind, mutated in mutations(sentence):
                tried[kind] += 1
                if check(mutated, [passage]) is None:
                    missed[kind].append(mutated)
    for kind, texts in missed.items():
        print(f"{kind}: {len(texts)} of {tried[kind]} not caught", *texts, sep="\n  ")
    total = sum(tried.values())
    caught = total - sum(map(len, missed.values()))
    print(f"{caught} of {total} caught ({caught / total:.2%}); {dict(tried)}")
    assert caught >= 0.99 * total
