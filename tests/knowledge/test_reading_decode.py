"""Which encoding bytes are in; all texts here are our own."""

from __future__ import annotations

import random

import pytest

from knowledge.reading.decode import Decoded, decode
from knowledge.reading.source import UnreadableError
from knowledge.script import simplified

TRADITIONAL = (
    "搬到小城市的年輕人說，最不習慣的是週末沒有地方可去。",
    "房租便宜了一半，可是薪水也少了將近四成，算下來差不多。",
    "醫院要排隊三個小時，孩子發燒的時候特別著急。",
    "當地的工廠去年關了兩家，許多人只好回到沿海打工。",
    "她說鄰居都很熱情，過年的時候會送自己做的臘肉。",
    "戶口遷回來容易，想再遷出去就難了。",
    "圖書館新開了一層，晚上九點才關門。",
    "買車要搖號的城市，公共交通反而更方便。",
    "學校的老師大多是本地人，上課有時講方言。",
    "他在論壇上問：「這裡真的適合養老嗎？」",
    "統計顯示，二十五歲到三十四歲的居民減少了百分之七。",
    "輪船停運以後，島上只剩下一家雜貨店。",
)
ENGLISH = (
    "Rents fell by a third after the tram stopped running.",
    "She kept her flat in the capital, “just in case”, as she put it.",
    "Half of those who moved say they’d do it again – the other half are silent.",
    "The café on the corner has changed hands twice this year.",
)
SIMPLIFIED = tuple(map(simplified, TRADITIONAL))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("codec", "texts"),
    [
        ("utf-8", SIMPLIFIED + TRADITIONAL + ENGLISH),
        ("utf-16-le", SIMPLIFIED + TRADITIONAL + ENGLISH),
        ("utf-16-be", SIMPLIFIED + TRADITIONAL + ENGLISH),
        ("utf-32-le", SIMPLIFIED + ENGLISH),
        ("gb18030", SIMPLIFIED + TRADITIONAL),
        ("big5", TRADITIONAL),
        ("cp1252", ENGLISH[1:]),
    ],
)
def test_each_encoding_with_and_without_a_mark(codec: str, texts: tuple[str, ...], mark: str) -> None:
    if mark and codec in {"big5", "cp1252"}:
        pytest.skip("the encoding has no mark")
    if not mark and codec == "utf-32-le":
        pytest.skip("nobody writes it without its mark")
    for text in (*texts, "\r\n".join(texts)):
        assert decode((mark + text).encode(codec)) == Decoded(mark + text, codec)


def test_plain_letters_are_utf8() -> None:
    assert decode(b"Nothing but ASCII.\n") == Decoded("Nothing but ASCII.\n", "utf-8")


@pytest.mark.parametrize("length", [4, 6, 10, 16])
def test_gb18030_and_big5_are_told_apart_in_short_pieces(length: int) -> None:
    chance = random.Random(length)
    wrong = total = 0
    for texts, codec in ((SIMPLIFIED, "gb18030"), (TRADITIONAL, "gb18030"), (TRADITIONAL, "big5")):
        for text in texts:
            for _ in range(8):
                start = chance.randrange(len(text) - length)
                piece = text[start : start + length]
                wrong += decode(piece.encode(codec)).text != piece
                total += 1
    assert total == 288
    assert wrong <= 0.01 * total


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("恒裏的碁盤擺在粧臺旁邊，墻上掛著銹跡斑斑的鐘。", "cp950"),
        ("佢哋喺嗰度食咗飯，而家返咗屋企。", "big5hkscs"),
        ("联通", "gb18030"),
        ("GDP 增长 5.2%，CPI 上涨 0.3%。", "gb18030"),
        ("Temperatures rose by 6½ degrees.", "utf-8"),
        ("Lothar de Maizière is also named.", "cp1252"),
        ("Русский текст остаётся русским.", "utf-8"),
        ("Жить в маленьком городе дешевле, но скучнее.", "cp1251"),
        ("これは小さな町についての文章です。家賃が安いです。", "cp932"),
    ],
)
def test_texts_that_are_easily_taken_for_others(text: str, codec: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_a_text_with_little_damage_is_read_and_the_damage_counted() -> None:
    text = "".join(SIMPLIFIED)
    for codec in ("utf-8", "gb18030"):
        raw = bytearray(text.encode(codec))
        raw[60 : 60 + len("的".encode(codec))] = b"\xff"
        decoded = decode(bytes(raw))
        assert decoded.encoding == codec
        assert 1 <= decoded.replaced == decoded.text.count("\ufffd") <= 3
        assert decoded.text[-100:] == text[-100:]


def test_a_text_cut_in_the_middle_of_a_character_is_read() -> None:
    for text, codec in (
        ("".join(SIMPLIFIED), "utf-8"),
        ("".join(SIMPLIFIED), "gb18030"),
        ("".join(TRADITIONAL), "big5"),
    ):
        raw = text.encode(codec)
        assert decode(raw[:-1]) == Decoded(text[:-1] + "\ufffd", codec, replaced=1)


def test_the_encoding_shows_late_in_a_long_file() -> None:
    text = "0123456789 abcdefgh\n" * 40_000 + SIMPLIFIED[0]
    assert decode(text.encode("gb18030")) == Decoded(text, "gb18030")


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (bytes(range(256)) * 20, "is binary, not text; give it the ending of its kind or take it out"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + random.Random(1).randbytes(4000), "is binary, not text; give it"),
        (b"ab\x01\x02\x03\x04\x05\x06cd", "is binary, not text; give it"),
        (bytes(b | 0x80 for b in random.Random(2).randbytes(4000)), "is in no encoding that is known here; save it as"),
    ],
)
def test_what_is_not_text_is_told(raw: bytes, cause: str) -> None:
    with pytest.raises(UnreadableError) as raised:
        decode(raw)
    assert str(raised.value).startswith(cause)


KOREAN = (
    "도시를 떠난 젊은이의 절반은 몇 년 안에 돌아왔다고 한다. 집세는 싸지만 병원과 일자리가 모자라기 때문이다. "
    "작년에 강가의 공장 두 곳이 문을 닫았고 시장도 작아졌다. 아이들 학교 문제도 크다고 이웃은 말한다. "
)
JAPANESE = (
    "町を離れた若者の半分は、数年のうちに戻ったという。家賃は安いが、病院や仕事が少ないからだ。"
    "昨年、川沿いの工場が二つ閉まり、市場も小さくなった。子どもの学校も問題だと隣の人は話す。"
)


@pytest.mark.parametrize("length", [60, 100, 150, 250, 400])
@pytest.mark.parametrize(
    ("codec", "text"), [("euc_kr", KOREAN), ("cp949", KOREAN), ("iso2022_kr", KOREAN), ("iso2022_jp", JAPANESE)]
)
def test_korean_and_japanese_are_not_taken_for_chinese(codec: str, text: str, length: int) -> None:
    with pytest.raises(UnreadableError) as raised:
        decode((text * 3).encode(codec)[:length])
    assert str(raised.value) == "is in an encoding that is not read here; save it as UTF-8"


@pytest.mark.parametrize("length", [150, 250, 400])
@pytest.mark.parametrize("start", [0, 14, 25, 47])
def test_japanese_is_read_as_such_or_not_at_all(start: int, length: int) -> None:
    raw = (JAPANESE * 4)[start:].encode("euc_jp")[: length // 2 * 2]
    assert _read(raw) in {None, raw.decode("euc_jp", "replace")}


def _read(raw: bytes) -> str | None:
    try:
        return decode(raw).text
    except UnreadableError:
        return None


@pytest.mark.parametrize("length", [60, 100, 150, 250, 400])
@pytest.mark.parametrize(
    ("codec", "texts"),
    [("gb18030", SIMPLIFIED), ("gb18030", TRADITIONAL), ("big5", TRADITIONAL), ("utf-16-le", SIMPLIFIED)],
)
def test_chinese_is_read_however_short(codec: str, texts: tuple[str, ...], length: int) -> None:
    for first in range(len(texts)):
        text = "".join(texts[first:] + texts[:first])[: length // 2]
        assert decode(text.encode(codec)).text == text
