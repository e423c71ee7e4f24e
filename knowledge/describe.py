"""What a document is, by rules: its title, nature and date, and what is doubtful about it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import yaml

from knowledge.boilerplate import Boilerplate
from knowledge.mapped import MappedText
from knowledge.passage import Bilingual, Document, Frozen
from knowledge.reading import Source
from knowledge.structure import Paragraph, Structure

_LONGEST_TITLE = 120
_OPENING = 3
_ENDS = 12

_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s?[-/.年]\s?(?P<month>1[0-2]|0?[1-9])(?:\s?[-/.月]\s?(?P<day>3[01]|[12]\d|0?[1-9])(?!\d))?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ENGLISH_DATE = re.compile(
    rf"\b(?:(?P<month>{'|'.join(_MONTHS)})[a-z]*\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>(?:19|20)\d{{2}})"
    rf"|(?:(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month2>{'|'.join(_MONTHS)})[a-z]*\.?,?"
    r" (?P<year2>(?:19|20)\d{2}))\b",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"(?:发布|发表|刊发|更新|写作|成文|印发)?(?:时间|日期|于)|published|posted|updated|^date\b", re.IGNORECASE
)
_OF_A_PAGE = re.compile(
    r"""(?:property|name|itemprop)=["'](?:article:published_time|og:published_time|datePublished|publish-?date|pubdate|date)["'][^>]{0,40}?content=["']([^"']{8,40})["']"""
    r"""|content=["']([^"']{8,40})["'][^>]{0,40}?(?:property|name|itemprop)=["'](?:article:published_time|datePublished|pubdate|date)["']"""
    r"""|"datePublished"\s*:\s*"([^"]{8,40})"|<time\b[^>]{0,200}?datetime=["']([^"']{8,40})["']""",
    re.IGNORECASE,
)
_OF_FRONT_MATTER = re.compile(
    r"\A\ufeff?---\s*\n(?:.*\n){0,40}?(?:date|published|created)\s*:\s*[\"']?(.{8,40})", re.IGNORECASE
)

_FIGURES = re.compile(r"(?:数据|数字|figures?|data|statistics|numbers|案例|cases)", re.IGNORECASE)
_PERSUASION = re.compile(r"说服力|权威|可信|吸引|共鸣|persuasi|convinc|authorit|credib|engag|resonat", re.IGNORECASE)
# What others say tells nothing of who writes.
_QUOTED = re.compile(r"“[^”]{9,}”|「[^」]{9,}」|\"[^\"\n]{9,}\"")
_UNVERIFIED = re.compile(
    r"(?:未经?|尚未|没有|未能|有待|待)[^。；]{0,6}(?:核实|核对|查证|验证|证实|核验|考证)|(?:再|请)[^。；]{0,4}(?:核实|核对|查证?)"
    r"|虚构|编造|估算|推测|示意|仅供参考"
    r"|unverified|not (?:yet )?(?:been )?(?:fact-)?(?:verified|checked|confirmed|reviewed)"
    r"|invented|fictional|fictitious|made up|placeholders?|illustrative",
    re.IGNORECASE,
)
_ADDED = re.compile(r"新增|增加|添加|补充|植入|加入|引入|强化|added|adding|inserted|introduc|supplement", re.IGNORECASE)


class _Nature(Frozen):
    """``least`` of the ``signs`` make a document this, one at least of those that are ``sure`` where there are any."""

    name: Bilingual
    least: int
    sure: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


def describe(source: Source, text: MappedText, structure: Structure) -> Document:
    """The document that a source is; ``text`` is what ``structure`` was made of."""
    path = source.path
    title = _short(structure.title) or path.stem
    return Document(
        id=f"{path.stem}-{hashlib.sha256(str(path).encode('utf-8')).hexdigest()[:8]}",
        title=Bilingual(zh=title, en=title),
        source=str(path),
        sha256=source.sha256,
        nature=_nature(text.text, structure.paragraphs),
        note=_note(source, text, structure.paragraphs),
        date=_date(source, text.text, structure.paragraphs),
    )


def _short(title: str | None) -> str | None:
    title = " ".join((title or "").split())
    return title[: _LONGEST_TITLE - 1] + "…" if len(title) > _LONGEST_TITLE else title or None


def _nature(text: str, paragraphs: Sequence[Paragraph]) -> Bilingual | None:
    words = "\n".join(text[p.start : p.end] for p in paragraphs if p.boilerplate in {None, Boilerplate.BYLINE})[:20_000]
    words = _QUOTED.sub("", words)

    def fits(nature: _Nature, sure: re.Pattern[str] | None, signs: re.Pattern[str]) -> bool:
        return (sure is None or bool(sure.search(words))) and len(signs.findall(words)) >= nature.least

    return next((nature.name for nature, sure, signs in _natures() if fits(nature, sure, signs)), None)


@cache
def _natures() -> tuple[tuple[_Nature, re.Pattern[str] | None, re.Pattern[str]], ...]:
    raw = files(__package__).joinpath("natures.yaml").read_text("utf-8")
    natures = map(_Nature.model_validate, yaml.load(raw, yaml.CSafeLoader)["natures"])
    return tuple((n, _either(n.sure) if n.sure else None, _either((*n.sure, *n.signs))) for n in natures)


def _either(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.MULTILINE)


def _date(source: Source, text: str, paragraphs: Sequence[Paragraph]) -> str | None:
    """When the document says that it was written: in its metadata, else in a line of its own near its start or end."""
    if source.format == "html" and (found := _OF_A_PAGE.search(source.text, 0, 200_000)):
        return _iso(next(filter(None, found.groups())))
    if source.format == "markdown" and (found := _OF_FRONT_MATTER.match(source.text)):
        return _iso(found[1])
    lines = [text[p.start : p.end] for p in _edges(paragraphs)]
    dated = [(bool(_WRITTEN.search(line)), date) for line in lines if (date := _iso(line))]
    return max(dated, key=lambda pair: pair[0])[1] if dated else None


def _edges(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """The bylines and datelines of the document itself, not of what it lists."""
    for place, paragraph in enumerate(paragraphs):
        if paragraph.boilerplate is Boilerplate.BYLINE and (place < _ENDS or place >= len(paragraphs) - _OPENING):
            yield paragraph


def _iso(text: str) -> str | None:
    if found := _DATE.search(text):
        year, month, day = found["year"], int(found["month"]), found["day"]
    elif found := _ENGLISH_DATE.search(text):
        year = found["year"] or found["year2"]
        month = _MONTHS.index((found["month"] or found["month2"]).lower()) + 1
        day = found["day"] or found["day2"]
    else:
        return None
    return f"{year}-{month:02}-{int(day):02}" if day else f"{year}-{month:02}"


def _note(source: Source, text: MappedText, paragraphs: Sequence[Paragraph]) -> Bilingual | None:
    """What is doubtful about a document, and what of it is no evidence."""
    found = Counter(p.boilerplate for p in paragraphs if p.boilerplate)
    remarks = [*_remarks(text.text, paragraphs, found), *_damage(source, text)]
    editor = _words(text.text, paragraphs, Boilerplate.EDITOR_NOTE)
    doubtful = any(found[kind] for kind in _DOUBTFUL) or _confesses(editor)
    if doubtful:
        remarks.append(
            Bilingual(zh="其中的数字当作未经核实的看更稳妥", en="Its figures are better treated as unverified")
        )
    if found[Boilerplate.SOURCES]:
        remarks.append(
            Bilingual(
                zh="文中列有资料来源，所列的标题不算它的内容",
                en="It lists sources, whose titles are no part of what it says",
            )
        )
    left_out = [name for kind, name in _AROUND.items() if found[kind]]
    if left_out:
        remarks.append(
            Bilingual(
                zh=f"不算内容、已经略去的：{'、'.join(name.zh for name in left_out)}",
                en=f"Left out as no part of what it says: {', '.join(name.en for name in left_out)}",
            )
        )
    if not remarks:
        return None
    return Bilingual(zh="".join(f"{r.zh}。" for r in remarks), en=" ".join(f"{r.en}." for r in remarks))


# Who left these in wrote, or had written, more for effect than from sources.
_DOUBTFUL = (Boilerplate.REVISION_NOTES, Boilerplate.HIGHLIGHTS, Boilerplate.GENERATOR)
_AROUND = {
    Boilerplate.NAVIGATION: Bilingual(zh="导航菜单", en="menus"),
    Boilerplate.SHARING: Bilingual(zh="分享和订阅的提示", en="lines that ask to share or subscribe"),
    Boilerplate.COPYRIGHT: Bilingual(zh="版权声明", en="copyright lines"),
    Boilerplate.CAPTION: Bilingual(zh="图片说明", en="captions of pictures"),
    Boilerplate.BYLINE: Bilingual(zh="署名和日期", en="bylines and dates"),
    Boilerplate.COMMENTS: Bilingual(zh="读者评论", en="readers' comments"),
    Boilerplate.CONSENT: Bilingual(zh="关于 cookie 和隐私的提示", en="notices on cookies and privacy"),
}


def _words(text: str, paragraphs: Sequence[Paragraph], kind: Boilerplate) -> str:
    return "\n".join(text[p.start : p.end] for p in paragraphs if p.boilerplate is kind)


def _confesses(words: str) -> bool:
    """Whether an editor's note says that figures or cases were added, or not verified."""
    return bool(_UNVERIFIED.search(words) or (_ADDED.search(words) and _FIGURES.search(words)))


def _remarks(text: str, paragraphs: Sequence[Paragraph], found: Counter[Boilerplate]) -> Iterator[Bilingual]:
    def words(kind: Boilerplate) -> str:
        return _words(text, paragraphs, kind)

    if found[Boilerplate.REVISION_NOTES]:
        notes = words(Boilerplate.REVISION_NOTES)
        yield _on_additions(notes, "文中还留着修改说明", "Left-over revision notes in it") or Bilingual(
            zh="文中还留着修改说明，可见它经过改写", en="Left-over revision notes in it show that it was rewritten"
        )
    if found[Boilerplate.EDITOR_NOTE]:
        notes = words(Boilerplate.EDITOR_NOTE)
        added = _on_additions(notes, "文中有编者的话", "An editor's note in it")
        if added:
            yield added
        if _UNVERIFIED.search(notes):
            yield Bilingual(
                zh="文中有编者的话，说有的内容未经核实",
                en="An editor's note in it says that something in it is unverified",
            )
        elif not added:
            yield Bilingual(zh="编者的话不算它的内容", en="Its editor's note is no part of what it says")
    if found[Boilerplate.HIGHLIGHTS]:
        praised = _PERSUASION.search(words(Boilerplate.HIGHLIGHTS))
        zh, en = "文中还留着一段列举自身“亮点”的说明", "A left-over part of it lists its own highlights"
        yield Bilingual(
            zh=f"{zh}，看重的是打动读者" if praised else zh,
            en=f"{en}, which are about moving its readers" if praised else en,
        )
    if found[Boilerplate.GENERATOR]:
        yield Bilingual(
            zh="文中留有写作程序的话，可能是机器生成的",
            en="Left-over words of a writing tool show that it may be machine-made",
        )
    if found[Boilerplate.WORD_COUNT]:
        count = re.search(r"\d[\d,]*", words(Boilerplate.WORD_COUNT))
        number = f"（{count[0]}）" if count else ""
        number_en = f" ({count[0]})" if count else ""
        yield Bilingual(zh=f"文中还留着字数统计{number}", en=f"It still holds a count of its words{number_en}")


def _on_additions(notes: str, zh: str, en: str) -> Bilingual | None:
    """What notes say of figures or cases that were added, after words for the notes."""
    if not (_ADDED.search(notes) and _FIGURES.search(notes)):
        return None
    says = "says" if en.startswith("An ") else "say"
    if _PERSUASION.search(notes):
        return Bilingual(
            zh=f"{zh}，说添加了数据或案例来增强说服力", en=f"{en} {says} that figures or cases were added to persuade"
        )
    return Bilingual(zh=f"{zh}，说数据或案例是后加的", en=f"{en} {says} that figures or cases were added later")


def _damage(source: Source, text: MappedText) -> Iterator[Bilingual]:
    places = _together(edit.start for edit in text.edits if edit.guess)
    if places:
        once = places == 1
        yield Bilingual(
            zh=f"原文件有{places}处损坏，那里的文字是推测出来的",
            en=f"The file is damaged in {'one place' if once else f'{places} places'}, where the reading is a guess",
        )


def _together(starts: Iterator[int]) -> int:
    """How many places there are, those a few characters apart taken for one."""
    count, last = 0, -10
    for start in starts:
        count += start - last > 5
        last = start
    return count
