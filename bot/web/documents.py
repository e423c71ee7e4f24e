"""The Documents page as HTML: all documents, and one opened; escaped as in render.py."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bot.web.icons import ICONS
from bot.web.opened import Opened
from bot.web.render import address, badge, words
from bot.web.shelf import Line, Work
from bot.web.turns import Turn
from knowledge.passage import Document, Frozen, Language, Passage
from knowledge.reading import FORMATS
from knowledge.script import language_of

SHOWN_AT_MOST = 300
LINES_AT_MOST = 50

_LINE_END = re.compile(r"\A[^\S\n]*(?:\r?\n){1,2}")
_NOTHING = Markup()


class Cited(Frozen):
    """A place in the conversation: the number of a question, from 1, and of a source of its answer."""

    turn: int
    number: int
    passage_id: str


class Limits(Frozen):
    """How large a file may be, in MB, and how many there may be."""

    megabytes: int
    files: int


# By the ids of the documents.
Citings = Mapping[str, Sequence[Cited]]


def citings(turns: Sequence[Turn]) -> Citings:
    """Where each document is cited in a conversation."""
    found: defaultdict[str, list[Cited]] = defaultdict(list)
    for turn, asked in enumerate(turns, start=1):
        for citation in asked.answer.citations if asked.answer else ():
            place = Cited(turn=turn, number=citation.number, passage_id=citation.passage_id)
            found[citation.document_id].append(place)
    return found


def link(interface: Language) -> str:
    """The way to the Documents page, and back."""
    texts = _texts(interface)
    return str(
        Markup(
            '<nav lang="{}"><a class="to-documents" href="#documents" aria-label="{}">{}<span>{}</span></a></nav>'
        ).format(_lang(interface), texts["link"], ICONS["documents"], texts["link"])
    )


def library(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    interface: Language,
    *,
    cited: Citings,
    own: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    busy: bool = False,
) -> str:
    """All documents; ``own`` are the ids of those that may be removed, ``limits`` is None where none may be added."""
    texts = _texts(interface)
    counts = Counter(passage.document_id for passage in passages)
    damaged = Counter(passage.document_id for passage in passages if passage.damaged)
    rows = _NOTHING.join(
        _row(
            one,
            interface,
            counts[one.id],
            damaged[one.id],
            cited.get(one.id, ()),
            removable=bool(limits) and one.id in own,
        )
        for one in documents[:SHOWN_AT_MOST]
    )
    more = len(documents) - SHOWN_AT_MOST
    lead = texts["lead"].format(
        documents=_counted(texts["documents"], len(documents)), passages=_counted(texts["passages"], len(passages))
    )
    return str(
        Markup(
            '<section class="library" lang="{}" data-name="{}"{}><a class="back" href="#">{}{}</a>'
            '<h2 tabindex="-1">{}</h2><p class="lead">{}</p><ul class="documents">{}</ul>{}{}</section>'
        ).format(
            _lang(interface),
            texts["title"].format(name=texts["heading"]),
            Markup(" data-busy") if busy else _NOTHING,
            ICONS["back"],
            texts["back_to_chat"],
            texts["heading"],
            lead if documents else texts["none"],
            rows,
            Markup('<p class="hint">{}</p>').format(texts["more"].format(count=more)) if more > 0 else _NOTHING,
            _adding(limits, texts),
        )
    )


def document(opened: Opened, interface: Language, *, cited: Citings, unknown: bool = False) -> str:
    """One document: its text with its passages marked, or the passages and why there is no more.

    ``unknown`` says that another passage was asked for than there is.
    """
    texts = _texts(interface)
    one = opened.document
    places = cited.get(one.id, ())
    numbers = {passage.id: number for number, passage in enumerate(opened.passages, start=1)}
    body = (
        _text(opened, interface, numbers, places)
        if opened.missing is None
        else _list(opened, interface, numbers, places)
    )
    kind = "text" if opened.missing is None else "passages"
    return str(
        Markup(
            '<section class="library opened" lang="{}" data-name="{}"><a class="back" href="#documents">{}{}</a>'
            '<h2 tabindex="-1">{}</h2>{}{}{}{}{}<h3 class="kind">{}</h3>{}<div class="{}"{}>{}</div>{}</section>'
        ).format(
            _lang(interface),
            texts["title"].format(name=one.title[interface]),
            ICONS["back"],
            texts["back"],
            one.title[interface],
            _nature(one, interface, len(opened.passages)),
            _weakness(one, interface),
            _cited(places, texts),
            Markup('<p class="failure" role="alert">{}</p>').format(texts["not_there"]) if unknown else _NOTHING,
            _missing(opened, texts),
            texts["text" if opened.missing is None else "alone"],
            _further("earlier", opened.earlier, texts),
            kind,
            _spoken(opened),
            body,
            _further("later", opened.later, texts),
        )
    )


def _spoken(opened: Opened) -> Markup:
    """The language of the text, for whoever has it read out."""
    text = "".join(stretch.text for stretch in opened.stretches)
    return Markup(' lang="{}"').format(_lang(language_of(text))) if text else _NOTHING


def nowhere(interface: Language) -> str:
    """What is shown of a document that is not there."""
    texts = _texts(interface)
    return str(
        Markup(
            '<section class="library" lang="{}" data-name="{}"><a class="back" href="#documents">{}{}</a>'
            '<h2 tabindex="-1">{}</h2><p class="failure" role="alert">{}</p></section>'
        ).format(
            _lang(interface),
            texts["title"].format(name=texts["heading"]),
            ICONS["back"],
            texts["back"],
            texts["heading"],
            texts["not_there"],
        )
    )


def status(work: Work, interface: Language, unsent: Sequence[str] = (), *, followed: bool = True) -> str:
    """How far the indexing is, and what could not be added; ``unsent`` are lines about files that never came."""
    texts = _texts(interface)
    lines = [*unsent, *(said(line, interface) for line in work.lines)][:LINES_AT_MOST]
    listed = Markup('<ul class="problems">{}</ul>').format(
        _NOTHING.join(Markup("<li>{}</li>").format(line) for line in lines)
    )
    if work.phase != "idle":
        message = texts["phases"][work.phase].format(done=f"{work.done:,}", total=f"{work.total:,}")
        left = texts["seconds_left"].format(seconds=max(round(work.seconds), 1)) if work.seconds else ""
        value = Markup(' value="{}" max="{}"').format(work.done, work.total) if work.phase == "embedding" else _NOTHING
        bar = Markup('<progress aria-label="{}"{}></progress>').format(message, value)
        # The words are read out as they change, the numbers are not.
        return str(
            Markup(
                '<div class="working" lang="{}"><p><span>{}</span> <span class="left">{}</span></p>{}{}</div>'
            ).format(_lang(interface), message, left, bar, listed if lines else _NOTHING)
        )
    if not followed and not lines:
        return ""
    done = texts["finished_with_problems" if lines else "finished"] if followed else ""
    return str(
        Markup('<div class="worked{}" lang="{}" role="status">{}{}</div>').format(
            " wanting" if lines else "",
            _lang(interface),
            Markup("<p>{}</p>").format(done) if done else _NOTHING,
            listed if lines else _NOTHING,
        )
    )


def said(line: Line, interface: Language) -> str:
    """What became of a file, in one line."""
    return " ".join(str(_texts(interface)["lines"][line.said]).format(**line.values).split())


def _texts(interface: Language) -> Mapping[str, Any]:
    texts: Mapping[str, Any] = words(interface)["documents"]
    return texts


def _lang(interface: Language) -> str:
    return str(words(interface)["html_lang"])


def _counted(texts: Mapping[str, str], count: int) -> str:
    return texts["one"] if count == 1 else texts["many"].format(count=f"{count:,}")


def _row(
    one: Document, interface: Language, passages: int, damaged: int, places: Sequence[Cited], *, removable: bool
) -> Markup:
    texts = _texts(interface)
    flag = (
        Markup('<p class="damaged">{}{}</p>').format(ICONS["weakness"], _counted(texts["damaged_passages"], damaged))
        if damaged
        else _NOTHING
    )
    return Markup('<li class="document" data-document="{}"><h3><a href="{}">{}</a></h3>{}{}{}{}{}</li>').format(
        one.id,
        address(one.id),
        one.title[interface],
        _nature(one, interface, passages),
        _weakness(one, interface),
        flag,
        _cited(places, texts),
        _removal(one, interface) if removable else _NOTHING,
    )


def _nature(one: Document, interface: Language, passages: int) -> Markup:
    texts = _texts(interface)
    nature = one.nature[interface] if one.nature else texts["unknown_nature"]
    date = texts["dated"].format(date=one.date) if one.date else texts["undated"]
    # What is not a file on this machine is an article that the bundled notes report on.
    count = _counted(texts["passages" if Path(one.source).is_absolute() else "notes"], passages)
    parts = _NOTHING.join(Markup("<span>{}</span>").format(part) for part in (nature, date, count))
    return Markup('<p class="nature">{}</p><p class="file">{}</p>').format(parts, one.source)


def _weakness(one: Document, interface: Language) -> Markup:
    if not one.note:
        return _NOTHING
    return Markup('<aside class="note document-note"><h4>{}{}</h4><p>{}</p></aside>').format(
        ICONS["document-note"], _texts(interface)["weakness"], one.note[interface]
    )


def _cited(places: Sequence[Cited], texts: Mapping[str, Any], *, silent: bool = False) -> Markup:
    """Links to where it is cited in the conversation."""
    if not places:
        return _NOTHING if silent else Markup('<p class="cited none">{}</p>').format(texts["not_cited"])
    by_turn: defaultdict[int, list[int]] = defaultdict(list)
    for place in places:
        by_turn[place.turn].append(place.number)
    return Markup('<p class="cited"><span>{}</span>{}</p>').format(
        texts["cited"], _NOTHING.join(_of_turn(turn, numbers, texts) for turn, numbers in by_turn.items())
    )


def _of_turn(turn: int, numbers: Sequence[int], texts: Mapping[str, Any]) -> Markup:
    question = texts["question"].format(turn=turn)
    links = _NOTHING.join(
        Markup('<a href="#answer/{0}/{1}" aria-label="{2} [{1}]">[{1}]</a>').format(turn, number, question)
        for number in numbers
    )
    return Markup(' <span class="question-number">{}</span> {}').format(question, links)


def _removal(one: Document, interface: Language) -> Markup:
    texts = _texts(interface)
    return Markup(
        '<div class="removal"><button type="button" class="ask-first" aria-label="{0}">{1}</button><span class="sure" '
        'role="group" aria-label="{2}" hidden><span>{2}</span><button type="button" class="yes">{1}</button>'
        '<button type="button" class="no">{3}</button></span></div>'
    ).format(
        texts["remove_named"].format(name=one.title[interface]), texts["remove"], texts["remove_sure"], texts["keep"]
    )


def _adding(limits: Limits | None, texts: Mapping[str, Any]) -> Markup:
    if limits is None:
        return Markup('<section class="adding off"><h3>{}</h3><p class="hint">{}</p><pre>{}</pre></section>').format(
            texts["add"], texts["by_command"], texts["command"]
        )
    endings = ", ".join(FORMATS)
    # What the script says itself goes along in the page's language.
    return Markup(
        '<section class="adding" data-bytes="{}" data-large="{}" data-sending="{}" data-unsent="{}"><h3>{}</h3>'
        '<div class="drop"><label class="choose">{}<span>{}</span><input type="file" class="visually-hidden" multiple '
        'accept="{}" aria-describedby="adding-limits"></label><span class="or">{}</span></div>'
        '<p class="sending" role="status"></p><p class="hint" id="adding-limits">{}</p></section>'
    ).format(
        limits.megabytes * 1_000_000,
        texts["lines"]["large"].replace("{limit}", str(limits.megabytes)),
        texts["sending"],
        texts["unsent"],
        texts["add"],
        ICONS["add"],
        texts["choose"],
        endings.replace(" ", ""),
        texts["drop"],
        texts["limits"].format(endings=endings, size=limits.megabytes, count=limits.files),
    )


def _missing(opened: Opened, texts: Mapping[str, Any]) -> Markup:
    if opened.missing is None:
        return _NOTHING
    source = next((p.source for p in opened.passages if Path(p.source).is_absolute()), opened.document.source)
    return Markup('<p class="missing">{}{}</p>').format(
        ICONS["document-note"], texts["missing"][opened.missing].format(file=source)
    )


def _further(way: str, passage: Passage | None, texts: Mapping[str, Any]) -> Markup:
    if passage is None:
        return _NOTHING
    return Markup('<p class="further"><a href="{}">{}</a></p>').format(
        address(passage.document_id, passage.id), texts[way]
    )


def _text(opened: Opened, interface: Language, numbers: Mapping[str, int], places: Sequence[Cited]) -> Markup:
    """The text; a passage begins with its number, and after the chosen one stands what is known of it."""
    chosen = opened.chosen.id if opened.chosen else None
    damaged = Markup('<span class="damaged">{}</span>').format(_texts(interface)["damaged"])
    parts: list[Markup] = []
    after_card = False
    for stretch in opened.stretches:
        parts += [_anchor(passage, interface, numbers, chosen) for passage in stretch.begins]
        # The card ends the line as well.
        text = _LINE_END.sub("", stretch.text, count=1) if after_card else stretch.text
        after_card = False
        if not stretch.passages:
            parts.append(Markup("<span>{}</span>").format(text))
            continue
        is_chosen = any(passage.id == chosen for passage in stretch.passages)
        parts.append(Markup("<mark{}>{}</mark>").format(Markup(' class="chosen"') if is_chosen else _NOTHING, text))
        if any(passage.damaged for passage in stretch.ends):
            parts.append(damaged)
        for passage in stretch.ends:
            if passage.id == chosen:
                facts = _facts(passage, interface, places, whole=True)
                parts.append(Markup('<aside class="card">{}</aside>').format(facts))
                after_card = True
    return _NOTHING.join(parts)


def _anchor(passage: Passage, interface: Language, numbers: Mapping[str, int], chosen: str | None) -> Markup:
    number = numbers[passage.id]
    return Markup('<a class="place" href="{}" data-passage="{}" aria-label="{}"{}>{}</a>').format(
        address(passage.document_id, passage.id),
        passage.id,
        _texts(interface)["passage"].format(number=number),
        Markup(' aria-current="true"') if chosen == passage.id else _NOTHING,
        number,
    )


def _list(opened: Opened, interface: Language, numbers: Mapping[str, int], places: Sequence[Cited]) -> Markup:
    """Passages under the headings of their sections."""
    parts: list[Markup] = []
    chosen = opened.chosen.id if opened.chosen else None
    section: str | None = None
    for passage in opened.shown:
        heading = passage.section[interface] if passage.section else None
        if heading != section and heading:
            parts.append(Markup("<h4>{}</h4>").format(heading))
        section = heading
        text = passage.in_language(interface)
        parts.append(
            Markup('<article class="passage{}">{}<p lang="{}">{}</p>{}</article>').format(
                " chosen" if passage.id == chosen else "",
                _anchor(passage, interface, numbers, chosen),
                _lang(language_of(text)),
                text,
                _facts(passage, interface, places),
            )
        )
    return _NOTHING.join(parts)


def _facts(passage: Passage, interface: Language, places: Sequence[Cited], *, whole: bool = False) -> Markup:
    """How good a passage is, where it stands and where it is cited; ``whole`` adds our note where it is one."""
    texts = _texts(interface)
    evidence = words(interface)["evidence"]
    text = passage.in_language(interface)
    note = (
        Markup('<p class="our-note"><strong>{}</strong> <span lang="{}">{}</span></p>').format(
            texts["our_note"], _lang(language_of(text)), text
        )
        if whole and passage.text_en
        else _NOTHING
    )
    flag = Markup('<span class="damaged">{}</span>').format(texts["damaged"]) if passage.damaged else _NOTHING
    who = passage.attribution[interface] if passage.attribution else evidence["said_by_nobody"]
    lacks = Markup('<p class="lacks">{}</p>').format(passage.weakness[interface]) if passage.weakness else _NOTHING
    here = [place for place in places if place.passage_id == passage.id]
    return Markup('<div class="facts"><p>{}<span>{}</span>{}</p>{}{}{}</div>').format(
        badge(passage.grade, interface), who, flag, note, lacks, _cited(here, texts, silent=True)
    )
