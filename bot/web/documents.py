"""The Documents page as HTML: all documents, and one opened; escaped as in render.py."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bot.web.catalogue import Entry, is_file
from bot.web.icons import ICONS
from bot.web.opened import Opened
from bot.web.render import address, badge, lacking, words
from bot.web.shelf import MEGABYTE
from bot.web.turns import Turn
from knowledge.passage import Document, Frozen, Grade, Language, Passage
from knowledge.reading import FORMATS
from knowledge.script import language_of

SHOWN_AT_MOST = 300

_LINE_END = re.compile(r"\A[^\S\n]*(?:\r?\n){1,2}")
_NOTHING = Markup()


class Cited(Frozen):
    """A place in the conversation: the number of a question, from 1, and of a source of its answer.

    ``text`` is what the passage said then.
    """

    turn: int
    number: int
    passage_id: str
    text: str


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
            place = Cited(turn=turn, number=citation.number, passage_id=citation.passage_id, text=citation.text)
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
    entries: Sequence[Entry],
    interface: Language,
    *,
    cited: Citings,
    own: frozenset[str] = frozenset(),
    leaving: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    busy: bool = False,
) -> str:
    """All documents; ``own`` are ids of those added on the page, ``leaving`` of those that are about to be removed.

    ``limits`` is None where none may be added or removed.
    """
    texts = _texts(interface)
    rows = _NOTHING.join(
        _row(entry, interface, cited.get(entry.document.id, ()), own, leaving, removable=limits is not None)
        for entry in entries[:SHOWN_AT_MOST]
    )
    more = len(entries) - SHOWN_AT_MOST
    lead = texts["lead"].format(
        documents=_counted(texts["documents"], len(entries)),
        passages=_counted(texts["passages"], sum(len(entry.passages) for entry in entries)),
    )
    # What is done most stands first: below a dozen documents nobody on a phone would find it.
    return str(
        Markup(
            '<section class="library" lang="{}" data-name="{}"{}><a class="back" href="#">{}{}</a>'
            '<h2 tabindex="-1">{}</h2><p class="lead">{}</p>{}<ul class="documents">{}</ul>{}</section>'
        ).format(
            _lang(interface),
            texts["title"].format(name=texts["heading"]),
            Markup(" data-busy") if busy else _NOTHING,
            ICONS["back"],
            texts["back_to_chat"],
            texts["heading"],
            lead if entries else texts["none"],
            _adding(limits, texts),
            rows,
            Markup('<p class="hint">{}</p>').format(texts["more"].format(count=more)) if more > 0 else _NOTHING,
        )
    )


def document(opened: Opened, interface: Language, *, cited: Citings, added: bool = False, unknown: bool = False) -> str:
    """One document: its text with its passages marked, or the passages and why there is no more.

    ``added`` says that it was added on the page, ``unknown`` that another passage was asked for than there is.
    """
    texts = _texts(interface)
    one = opened.document
    places = cited.get(one.id, ())
    numbers = {passage.id: number for number, passage in enumerate(opened.passages, start=1)}
    kind = _kind(opened)
    passages = _passages(opened, interface, numbers, places) if opened.shown else _NOTHING
    text, whole = passages, _NOTHING
    if opened.missing is None:
        text = _text(opened, interface, numbers, places)
        # What stands at no place of the text is on the whole of it.
        whole = Markup('<h3 class="kind">{}</h3>{}').format(texts["on_the_whole"], passages) if passages else _NOTHING
    return str(
        Markup(
            '<section class="library opened" lang="{}" data-name="{}" data-document="{}"><a class="back" '
            'href="#documents">{}{}</a><h2 tabindex="-1">{}</h2>{}{}{}{}{}<h3 class="kind">{}</h3>{}{}{}{}</section>'
        ).format(
            _lang(interface),
            texts["title"].format(name=one.title[interface]),
            one.id,
            ICONS["back"],
            texts["back"],
            one.title[interface],
            _nature(one, opened.passages, interface, added=added),
            _weakness(one, interface),
            _cited(places, texts),
            _failure(texts["not_there"]) if unknown else _changed(opened, places, texts),
            _missing(opened, texts),
            texts[kind],
            _further("earlier", opened.earlier, texts),
            text,
            _further("later", opened.later, texts),
            whole,
        )
    )


def _kind(opened: Opened) -> str:
    """What stands below: names the words over it."""
    if opened.missing is not None:
        return "alone"
    return "text_of_notes" if any(passage.is_note for passage in opened.passages) else "text"


def _passages(opened: Opened, interface: Language, numbers: Mapping[str, int], places: Sequence[Cited]) -> Markup:
    return Markup('<div class="passages">{}</div>').format(_list(opened, interface, numbers, places))


def _changed(opened: Opened, places: Sequence[Cited], texts: Mapping[str, Any]) -> Markup:
    """That something else stands here than what was cited, if so."""
    if opened.chosen is None:
        return _NOTHING
    here = [place for place in places if place.passage_id == opened.chosen.id]
    if not here or any(place.text == opened.chosen.text for place in here):
        return _NOTHING
    question = texts["question"].format(turn=here[-1].turn)
    return _failure(texts["changed"].format(question=question))


def _failure(message: str) -> Markup:
    return Markup('<p class="failure" role="alert">{}</p>').format(message)


def _spoken(opened: Opened) -> Markup:
    """The language of the text, for whoever has it read out."""
    text = "".join(stretch.text for stretch in opened.stretches)
    return Markup(' lang="{}"').format(_lang(language_of(text))) if text else _NOTHING


def nowhere(interface: Language, places: Sequence[Cited] = ()) -> str:
    """What is shown of a document that is not there; ``places`` are where it was cited, and lead back there."""
    texts = _texts(interface)
    return str(
        Markup(
            '<section class="library" lang="{}" data-name="{}"><a class="back" href="#documents">{}{}</a>'
            '<h2 tabindex="-1">{}</h2>{}{}</section>'
        ).format(
            _lang(interface),
            texts["title"].format(name=texts["heading"]),
            ICONS["back"],
            texts["back"],
            texts["heading"],
            _failure(texts["removed" if places else "not_there"]),
            _cited(places, texts, silent=True),
        )
    )


def _texts(interface: Language) -> Mapping[str, Any]:
    texts: Mapping[str, Any] = words(interface)["documents"]
    return texts


def _lang(interface: Language) -> str:
    return str(words(interface)["html_lang"])


def _counted(texts: Mapping[str, str], count: int) -> str:
    return texts["one"] if count == 1 else texts["many"].format(count=f"{count:,}")


def _row(
    entry: Entry,
    interface: Language,
    places: Sequence[Cited],
    own: frozenset[str],
    leaving: frozenset[str],
    *,
    removable: bool,
) -> Markup:
    texts = _texts(interface)
    one = entry.document
    damaged = sum(passage.damaged for passage in entry.passages)
    flag = (
        Markup('<p class="damaged">{}{}</p>').format(ICONS["weakness"], _counted(texts["damaged_passages"], damaged))
        if damaged
        else _NOTHING
    )
    held = next((id_ for id_ in sorted(entry.ids) if id_ in own), None)
    removal = _NOTHING
    if held in leaving:
        removal = Markup('<p class="leaving">{}</p>').format(texts["leaving"])
    elif held and removable:
        removal = _removal(one, held, interface, "original" if entry.originals else "file")
    return Markup('<li class="document" data-document="{}"><h3><a href="{}">{}</a></h3>{}{}{}{}{}</li>').format(
        one.id,
        address(one.id),
        one.title[interface],
        _nature(one, entry.passages, interface, added=held is not None),
        _weakness(one, interface),
        flag,
        _cited(places, texts),
        removal,
    )


def _nature(one: Document, passages: Sequence[Passage], interface: Language, *, added: bool) -> Markup:
    """What it is, of when, and what there is of it; then the file, by its name alone where that says it all."""
    texts = _texts(interface)
    nature = one.nature[interface] if one.nature else texts["unknown_nature"]
    date = texts["dated"].format(date=one.date) if one.date else texts["undated"]
    notes = sum(passage.is_note for passage in passages)
    said = [nature, date]
    said += [_counted(texts["notes"], notes)] if notes else []
    said += [_counted(texts["passages"], len(passages) - notes)] if len(passages) > notes or not notes else []
    parts = _NOTHING.join(Markup("<span>{}</span>").format(part) for part in said)
    form = texts["files"]["original" if notes and is_file(one) else "file"]
    file = form.format(file=Path(one.source).name if added else one.source)
    where = texts["files"]["added"].format(file=file) if added else file
    return Markup('<p class="nature">{}</p><p class="file">{}</p>').format(parts, where)


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


def _removal(one: Document, held: str, interface: Language, kind: str) -> Markup:
    """The button that removes the file with the id ``held``, and asks first; ``kind`` names the words for it."""
    texts = _texts(interface)
    form = texts["removal"][kind]
    return Markup(
        '<div class="removal" data-held="{4}"><button type="button" class="ask-first" aria-label="{0}">{1}</button>'
        '<span class="sure" role="group" aria-label="{2}" hidden><span>{2}</span><button type="button" class="yes">'
        '{1}</button><button type="button" class="no">{3}</button></span></div>'
    ).format(form["named"].format(name=one.title[interface]), form["remove"], form["sure"], texts["keep"], held)


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
        limits.megabytes * MEGABYTE,
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
    texts = _texts(interface)
    chosen = opened.chosen.id if opened.chosen else None
    damaged = Markup('<span class="damaged">{}</span>').format(texts["damaged"])
    parts: list[Markup] = []
    after_card = False
    for stretch in opened.stretches:
        if stretch.page:
            parts.append(Markup('<span class="page">{}</span>').format(texts["page"].format(number=stretch.page)))
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
    return Markup('<div class="text"{}>{}</div>').format(_spoken(opened), _NOTHING.join(parts))


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
    # A grade of no source says by itself that nobody is named.
    nobody = "" if passage.grade is Grade.UNSOURCED else evidence["said_by_nobody"]
    who = passage.attribution[interface] if passage.attribution else nobody
    weakness = lacking(passage.weakness[interface], passage.grade, interface) if passage.weakness else None
    lacks = Markup('<p class="lacks">{}</p>').format(weakness) if weakness else _NOTHING
    here = [place for place in places if place.passage_id == passage.id]
    return Markup('<div class="facts"><p>{}<span>{}</span>{}</p>{}{}{}</div>').format(
        badge(passage.grade, interface), who, flag, note, lacks, _cited(here, texts, silent=True)
    )
