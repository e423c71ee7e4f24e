"""Turns, answers and evidence as HTML.

Everything that a user, a document or a model wrote reaches the page through ``markupsafe``, which escapes it. The page
never sees Markdown: of a claim's Markdown only ``[n]``, ``*…*``, ``**…**`` and a backslash mean anything here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from markupsafe import Markup, escape

import prompts
from bot.export import is_as_stored
from bot.markdown import headings
from bot.turn import Answer, Citation, Claim, ComparisonRow, Intent, Section
from bot.web.icons import GRADE_ICONS, ICONS
from bot.web.turns import Turn
from knowledge.passage import LANGUAGES, Caveat, Grade, Language
from knowledge.script import language_of

QUESTION_SHOWN = 600
# The parts that a single body fills as a paragraph.
SINGLE = ("points", "gaps")

_INLINE = re.compile(
    r"\\(?P<literal>[\\`*_\[\]<>#|~&])"
    r"|\[(?P<marker>\d{1,3})\](?P<closing>[。，、；：！？…）」』”’》】.,;:!?)]*)"
    r"|\*\*(?=\S)(?P<strong>(?:\\.|[^*\\\n])+)(?<=\S)\*\*|\*(?=\S)(?P<em>(?:\\.|[^*\\\n])+)(?<=\S)\*"
)
_ASIDE = re.compile(r"^\s*[(（]")
_NOTHING = Markup()


def address(document_id: str, passage_id: str | None = None) -> str:
    """The address of a document, or of a passage in it, within the page."""
    parts = ["documents", document_id, *([passage_id] if passage_id else [])]
    return "#" + "/".join(quote(part, safe="") for part in parts)


def words(language: Language) -> Mapping[str, Any]:
    """Every sentence the page shows in that language."""
    return prompts.load("web", language)


def _join(parts: Iterable[Markup]) -> Markup:
    return _NOTHING.join(parts)


def _lang(language: Language) -> str:
    return str(words(language)["html_lang"])


def inline(markdown: str, citations: Mapping[int, Citation], language: Language) -> Markup:
    """One run of text: markers become buttons that open their source, a parenthesised ``*…*`` becomes an aside.

    A marker without its citation (while an answer streams) is a button that is not enabled yet.
    """
    parts: list[Markup] = []
    position = 0
    for match in _INLINE.finditer(markdown):
        parts.append(escape(markdown[position : match.start()]))
        position = match.end()
        if match["literal"]:
            parts.append(escape(match["literal"]))
            continue
        if match["marker"]:
            marker = _marker(int(match["marker"]), citations, language)
            # A browser may break a line before any button, and so before the full stop behind one.
            together = Markup('<span class="together">{}{}</span>').format(marker, match["closing"])
            parts.append(together if match["closing"] else marker)
            continue
        inner = inline(match["strong"] or match["em"], citations, language)
        if match["strong"]:
            parts.append(Markup("<strong>{}</strong>").format(inner))
        elif _ASIDE.match(match["em"]):
            if match["em"].startswith("（") and parts:
                parts[-1] = parts[-1].rstrip()  # A full-width bracket brings its own space.
            parts.append(Markup('<span class="weak">{}</span>').format(inner))
        else:
            parts.append(Markup("<em>{}</em>").format(inner))
    parts.append(escape(markdown[position:]))
    return _join(parts)


def _marker(number: int, citations: Mapping[int, Citation], language: Language) -> Markup:
    citation = citations.get(number)
    if citation is None:
        return Markup('<button type="button" class="cite" disabled>{}</button>').format(number)
    texts = words(language)
    label = texts["sources"]["marker"].format(number=number, grade=texts["grades"][citation.grade]["name"])
    return Markup(
        '<button type="button" class="cite" data-source="{0}" aria-label="{1}" title="{1}">{0}</button>'
    ).format(number, label)


def badge(grade: Grade, language: Language) -> Markup:
    """How good the evidence is, as a word with its own icon."""
    name = words(language)["grades"][grade]["name"]
    return Markup('<span class="badge" data-grade="{}">{}{}</span>').format(grade.value, GRADE_ICONS[grade], name)


def prose(markdown: str, citations: Mapping[int, Citation], language: Language) -> Markup:
    """A whole text in simple Markdown: headings, bullets and paragraphs."""
    blocks: list[Markup] = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        items: list[Markup] = []
        for line in block.splitlines():
            text = line.strip()
            if text.startswith(("- ", "* ", "· ")):
                items.append(Markup("<li>{}</li>").format(inline(text[2:], citations, language)))
                continue
            if items:
                blocks.append(Markup("<ul>{}</ul>").format(_join(items)))
                items = []
            if text.startswith("#"):
                blocks.append(Markup("<h3>{}</h3>").format(inline(text.lstrip("# "), citations, language)))
            else:
                blocks.append(Markup("<p>{}</p>").format(inline(text, citations, language)))
        if items:
            blocks.append(Markup("<ul>{}</ul>").format(_join(items)))
    return _join(blocks)


def _caveat(claim: Claim, citations: Mapping[int, Citation], language: Language) -> Markup:
    """A warning under its name."""
    body = inline(claim.markdown, citations, language)
    if claim.kind is None:
        return body
    name = prompts.load("answer", language)["caveats"][claim.kind]
    return Markup('<strong class="kind">{}</strong>{}').format(
        words(language)["turn"]["caveat"].format(name=name), body
    )


def _part(kind: str, heading: str | None, bodies: Sequence[Markup]) -> Markup:
    """A part of an answer under its heading and icon: one body without a heading is a paragraph, else a list."""
    if not bodies:
        return _NOTHING
    above = Markup("<h3>{}{}</h3>").format(ICONS.get(kind, _NOTHING), heading) if heading else _NOTHING
    if len(bodies) == 1 and kind in SINGLE:
        below = Markup("<p>{}</p>").format(bodies[0])
    else:
        below = Markup("<ul>{}</ul>").format(_join(Markup("<li>{}</li>").format(body) for body in bodies))
    return Markup('<section class="part {}">{}{}</section>').format(kind, above, below)


def _ask_next(answer: Answer) -> Markup:
    if answer.ask_next is None:
        return _NOTHING
    return Markup(
        '<section class="ask-next"><h3>{}</h3><p class="friendly">{}</p><p class="why">{}</p></section>'
    ).format(headings(answer.language)["ask_next"], answer.ask_next.question, answer.ask_next.why)


def _own_figures(answer: Answer, citations: Mapping[int, Citation]) -> Markup:
    if answer.own_figures is None:
        return _NOTHING
    body = inline(answer.own_figures.text, citations, answer.language)
    return Markup('<section class="part own-figures"><h3>{}</h3><p>{}</p></section>').format(
        headings(answer.language)["own_figures"], body
    )


def _claims(answer: Answer) -> tuple[Claim, ...]:
    """The answer's claims, and the warnings and conflicts that none of them says."""
    listed: list[tuple[Section, Caveat | None, str, tuple[int, ...]]] = [
        (Section.CAVEATS, one.kind, one.text, one.citations) for one in answer.caveats
    ]
    listed += [(Section.CONFLICTS, None, one.text, one.citations) for one in answer.conflicts]
    unsaid = (
        Claim(text=text, section=section, citations=citations, markdown=_with_markers(text, citations), kind=kind)
        for section, kind, text, citations in listed
        # A caveat's text is its claim's with the weakness after it.
        if not any(text.startswith(claim.text) for claim in answer.claims)
    )
    return (*answer.claims, *unsaid)


def _with_markers(text: str, citations: tuple[int, ...]) -> str:
    missing = [f"[{number}]" for number in citations if f"[{number}]" not in text]
    return " ".join([text, "".join(missing)]) if missing else text


def _comparison(rows: Sequence[ComparisonRow], citations: Mapping[int, Citation], language: Language) -> Markup:
    """Places side by side: a column each, a row for each respect."""
    head = _join(Markup('<th scope="col">{}</th>').format(side.place) for side in rows[0].sides)
    body = _join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row.dimension,
            _join(
                Markup('<td data-place="{}"{}>{}</td>').format(
                    side.place,
                    _NOTHING if side.citations else Markup(' class="silent"'),
                    inline(side.text, citations, language),
                )
                for side in row.sides
            ),
        )
        for row in rows
    )
    return Markup(
        '<section class="part sides"><table><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></section>'
    ).format(head, body)


def _argument(
    claims: Sequence[Claim],
    citations: Mapping[int, Citation],
    language: Language,
    intent: Intent | None = None,
    comparison: Sequence[ComparisonRow] = (),
    *,
    one_sided: Literal["for", "against"] | None = None,
    untranslated: str | None = None,
) -> Markup:
    """The claims by section; the summary has no heading, and a warning has its name."""
    over = headings(language, intent, one_sided)
    parts: list[Markup] = []
    for section in Section:
        write = _caveat if section is Section.CAVEATS else _plain
        bodies = [write(claim, citations, language) for claim in claims if claim.section is section]
        if section is Section.SUMMARY:
            parts += [Markup('<p class="lead">{}</p>').format(body) for body in bodies]
            parts += [Markup('<p class="untranslated">{}</p>').format(untranslated)] if untranslated else []
        elif section is Section.SIDES and comparison:
            parts.append(_comparison(comparison, citations, language))
        else:
            parts.append(_part(section.value, over[section.value], bodies))
    return _join(parts)


def _plain(claim: Claim, citations: Mapping[int, Citation], language: Language) -> Markup:
    return inline(claim.markdown, citations, language)


def answer_body(answer: Answer) -> Markup:
    """The argument, the warnings, the gaps and the question back; ``text`` itself where there is no claim.

    What is missing comes first in a lookup and after the evidence in a decision.
    """
    citations = {citation.number: citation for citation in answer.citations}
    claims = _claims(answer)
    if not claims and not answer.gaps:
        return prose(answer.text, citations, answer.language) + _ask_next(answer)
    argument = _argument(
        claims,
        citations,
        answer.language,
        answer.intent,
        answer.comparison,
        one_sided=answer.one_sided,
        untranslated=answer.untranslated,
    )
    gaps = _part("gaps", words(answer.language)["turn"]["gaps"], [escape(gap.text) for gap in answer.gaps])
    missing_last = answer.intent is Intent.DECISION
    own = _own_figures(answer, citations)
    return (argument + gaps if missing_last else gaps + argument) + own + _ask_next(answer)


def source_list(answer: Answer) -> Markup:
    """All sources of an answer with their grades, folded away under how many there are of each."""
    if not answer.citations:
        return _NOTHING
    texts = words(answer.language)
    counts = Counter(citation.grade for citation in answer.citations)
    mix = _join(
        Markup('<span class="mix">{} × {}</span>').format(counts[grade], texts["grades"][grade]["name"])
        for grade in Grade
        if counts[grade]
    )
    rows = _join(
        Markup(
            '<li><button type="button" class="source-row" data-source="{0}">'
            '<span class="number">{0}</span>{1}<span class="where">{2} · {3}</span></button></li>'
        ).format(citation.number, badge(citation.grade, answer.language), citation.document_title, citation.locator)
        for citation in answer.citations
    )
    return Markup(
        '<details class="sources"><summary>{}<span class="count">{}</span>{}</summary><ol>{}</ol></details>'
    ).format(ICONS["chevron"], _counted(texts["sources"], len(answer.citations)), mix, rows)


def _counted(texts: Mapping[str, str], count: int) -> str:
    return texts["one"] if count == 1 else texts["many"].format(count=count)


def evidence(citation: Citation, language: Language) -> Markup:
    """Everything known about one source, for the panel; the words of the panel around it go along."""
    texts = words(language)["evidence"]
    rows = [
        (texts["document"], citation.document_title),
        (texts["place"], citation.locator),
        (texts["said_by"], citation.attribution or texts["said_by_nobody"]),
        (texts["as_of"], citation.as_of or texts["as_of_unknown"]),
        (texts["file"], citation.source),
    ]
    facts = _join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in rows)
    return Markup(
        '<article class="source" data-source="{0}" lang="{1}" data-panel="{13}" data-close="{14}"><header><h3>{2}</h3>'
        '{3}</header><p class="meaning">{4}</p>{5}{6}{7}{8}{9}<dl>{10}</dl>{11}{12}</article>'
    ).format(
        citation.number,
        _lang(language),
        texts["number"].format(number=citation.number),
        badge(citation.grade, language),
        words(language)["grades"][citation.grade]["meaning"],
        _said(citation, language),
        _quote(citation, texts),
        _damage(citation, language),
        _in_place(citation, language),
        _note("weakness", texts["weakness"], lacking(citation.weakness, citation.grade, language)),
        facts,
        _note("document-note", texts["document_note"], citation.document_note),
        _note("editor-note", texts["editor_note"], citation.editor_note),
        texts["panel"],
        texts["close"],
    )


def lacking(weakness: str | None, grade: Grade, language: Language) -> str | None:
    """What a passage lacks, without what its grade says already."""
    texts = words(language)["evidence"]
    separator, said = texts["between"], texts["implied"].get(grade)
    parts = [part for part in (weakness or "").split(separator) if part != said]
    return separator.join(parts) or None


def _said(citation: Citation, language: Language) -> Markup:
    """What a note says, in both languages, or how damaged words are read; else the original says it itself."""
    texts = words(language)["evidence"]
    if _speaks_itself(citation):
        return _NOTHING
    if citation.text_en is None:
        return _passage(texts["passage"], citation.text)
    shown, other = (citation.text_en, citation.text) if language == "en" else (citation.text, citation.text_en)
    return _passage(texts["passage"], shown) + _other_language(texts["other_language"], other)


def _speaks_itself(citation: Citation) -> bool:
    """Whether a passage is the words of the original, and neither a note of ours nor a guess at what was there."""
    return citation.text_en is None and citation.quote is not None and not citation.damaged


def _passage(heading: str, text: str) -> Markup:
    return Markup('<h4>{}</h4><p class="passage" lang="{}">{}</p>').format(heading, _lang(language_of(text)), text)


def _other_language(summary: str, text: str) -> Markup:
    language = language_of(text)
    return Markup(
        '<details class="other"><summary lang="{0}">{1}{2}</summary><p class="passage" lang="{0}">{3}</p></details>'
    ).format(_lang(language), ICONS["chevron"], summary, text)


def _quote(citation: Citation, texts: Mapping[str, str]) -> Markup:
    """The words of the original, once; where in the file they stand only if that is what its reader sees."""
    words_there = citation.quote if is_as_stored(citation) else citation.text if _speaks_itself(citation) else None
    if words_there is None:
        return _NOTHING
    place = _NOTHING
    if is_as_stored(citation) and citation.start is not None and citation.end is not None:
        place = Markup("<figcaption>{}</figcaption>").format(
            texts["characters"].format(start=citation.start, end=citation.end)
        )
    return Markup('<figure class="quote"><h4>{}</h4><blockquote lang="{}">{}</blockquote>{}</figure>').format(
        texts["quote"], _lang(language_of(words_there)), words_there, place
    )


def _damage(citation: Citation, language: Language) -> Markup:
    if not citation.damaged:
        return _NOTHING
    return Markup('<p class="damaged">{}{}</p>').format(ICONS["weakness"], words(language)["documents"]["damaged"])


def _in_place(citation: Citation, language: Language) -> Markup:
    """The way to the passage on the Documents page."""
    return Markup('<p class="in-place"><a href="{}">{}{}</a></p>').format(
        address(citation.document_id, citation.passage_id),
        ICONS["documents"],
        words(language)["documents"]["in_place"],
    )


def _note(kind: str, heading: str, text: str | None) -> Markup:
    if not text:
        return _NOTHING
    return Markup('<aside class="note {}"><h4>{}{}</h4><p>{}</p></aside>').format(kind, ICONS[kind], heading, text)


def copy_text(answer: Answer) -> str:
    """An answer and its sources as plain text."""
    texts = words(answer.language)
    lines = [answer.text.strip()]
    if answer.citations:
        lines += ["", texts["sources"]["heading"]]
    for citation in answer.citations:
        grade = texts["grades"][citation.grade]["name"]
        said_by = citation.attribution or texts["evidence"]["said_by_nobody"]
        where = texts["sources"]["separator"].join((citation.document_title, citation.locator, said_by, grade))
        lines.append(f"[{citation.number}] {where}")
    return "\n".join(lines)


def question(text: str, interface: Language) -> Markup:
    """A user's message as plain text; of a very long one the beginning and how much there is."""
    texts = words(interface)["turn"]
    more = _NOTHING
    if len(text) > QUESTION_SHOWN:
        more = Markup('<span class="more">{}</span>').format(
            texts["more_characters"].format(hidden=f"{len(text) - QUESTION_SHOWN:,}", total=f"{len(text):,}")
        )
    return Markup(
        '<h2 class="question"><span class="visually-hidden">{} </span><span lang="{}">{}</span>{}</h2>'
    ).format(texts["you"], _lang(language_of(text[:QUESTION_SHOWN])), text[:QUESTION_SHOWN], more)


def _status(message: str) -> Markup:
    return Markup('<p class="status" role="status"><span class="pulse" aria-hidden="true"></span>{}</p>').format(
        message
    )


def _actions(turn: Turn, language: Language, last: bool) -> Markup:
    """Copy for every answer; trying again for the last turn only."""
    texts = words(language)["turn"]
    copy = _NOTHING
    if turn.answer is not None:
        copy = Markup(
            '<button type="button" class="copy" data-copied="{}" data-failed="{}">{}<span>{}</span></button>'
        ).format(texts["copied"], texts["copy_failed"], ICONS["copy"], texts["copy"])
    retry = _NOTHING
    if last:
        retry = Markup('<button type="button" class="retry">{}<span>{}</span></button>').format(
            ICONS["retry"], texts["retry"]
        )
    if not copy and not retry:
        return _NOTHING
    return Markup('<div class="actions" role="group" aria-label="{}">{}{}</div>').format(texts["actions"], copy, retry)


def _suggestions(answer: Answer) -> Markup:
    if not answer.suggestions:
        return _NOTHING
    chips = _join(
        Markup('<li><button type="button" class="chip" data-ask="{0}">{0}</button></li>').format(text)
        for text in answer.suggestions
    )
    return Markup('<nav class="suggestions" aria-label="{0}"><h3>{0}</h3><ul>{1}</ul></nav>').format(
        words(answer.language)["turn"]["suggestions"], chips
    )


def _finished(answer: Answer) -> Markup:
    texts = words(answer.language)["turn"]
    notes: list[str] = []
    if answer.withheld:
        notes.append(_counted(texts["withheld"], len(answer.withheld)))
    if answer.writer != "template":
        notes.append(texts["written_by"].format(writer=answer.writer))
    store = _join(evidence(citation, answer.language) for citation in answer.citations)
    return _join(
        (
            answer_body(answer),
            source_list(answer),
            _join(Markup('<p class="remark">{}</p>').format(note) for note in notes),
            Markup('<div class="evidence-store" hidden>{}</div>').format(store),
            Markup('<div class="copy-text" hidden>{}</div>').format(copy_text(answer)),
        )
    )


def _unfinished(turn: Turn, interface: Language) -> Markup:
    texts = words(interface)["turn"]
    body = _argument(turn.claims, {}, language_of(turn.claims[0].text) if turn.claims else interface)
    if turn.failure is not None:
        return body + Markup('<p class="failure" role="alert">{}{}</p>').format(ICONS["weakness"], turn.failure)
    if turn.stopped:
        return body + Markup('<p class="remark">{}</p>').format(texts["stopped" if turn.claims else "stopped_empty"])
    return body + _status(texts["checking" if turn.claims else "searching"])


def turn_html(turn: Turn, number: int, interface: Language, *, last: bool) -> Markup:
    """One question with its answer; ``number`` counts from 1, and what can be asked next stands under the last only."""
    answer = turn.answer
    # Whoever asked in a language reads it: what belongs to an answer, down to the panel opened from it, is in its own
    # language, in which its evidence was put into words as well. All else on the page is in the page's.
    language = answer.language if answer else interface
    body = _finished(answer) if answer else _unfinished(turn, interface)
    actions = _NOTHING if turn.open else _actions(turn, language, last)
    suggestions = _suggestions(answer) if answer and last else _NOTHING
    return Markup(
        '<article class="turn" data-turn="{0}" tabindex="-1" aria-busy="{1}">{2}'
        '<div class="answer" lang="{3}" role="group" aria-label="{4}">{5}</div><div lang="{3}">{6}{7}</div></article>'
    ).format(
        number,
        "true" if turn.open else "false",
        question(turn.question, interface),
        _lang(language),
        words(language)["turn"]["answer"],
        body,
        actions,
        suggestions,
    )


def past(turns: Sequence[Turn], interface: Language) -> str:
    """All turns but the last."""
    return str(_join(turn_html(turn, number, interface, last=False) for number, turn in enumerate(turns[:-1], start=1)))


def live(turns: Sequence[Turn], interface: Language) -> str:
    """The last turn, or the empty page with its example questions in both languages."""
    if not turns:
        return str(empty(interface))
    return str(turn_html(turns[-1], len(turns), interface, last=True))


def empty(interface: Language, notice: str | None = None) -> Markup:
    """The page before the first question; ``notice`` says what went wrong on the way here."""
    texts = words(interface)["empty"]
    ordered = sorted(LANGUAGES, key=lambda language: language != interface)
    examples = _join(
        Markup('<ul lang="{}">{}</ul>').format(
            _lang(language),
            _join(
                Markup('<li><button type="button" class="example" data-ask="{0}">{0}</button></li>').format(text)
                for text in prompts.load("answer", language)["examples"]
            ),
        )
        for language in ordered
    )
    failure = (
        Markup('<p class="failure" role="alert">{}{}</p>').format(ICONS["weakness"], notice) if notice else _NOTHING
    )
    return Markup(
        '<section class="empty" lang="{}">{}<h2>{}</h2><p class="lead">{}</p><h3 class="visually-hidden">{}</h3>'
        '<div class="examples">{}</div></section>'
    ).format(_lang(interface), failure, texts["heading"], texts["lead"], texts["examples"], examples)


def brand(interface: Language) -> str:
    """The name and what it is for."""
    texts = words(interface)["page"]
    return str(
        Markup(
            '<a class="skip" href="#question">{}</a><h1>quliu <span lang="zh-Hans">去留</span></h1>'
            '<p class="tagline" lang="{}">{}</p>'
        ).format(texts["skip_to_question"], _lang(interface), texts["tagline"])
    )


def panel(interface: Language) -> str:
    """The evidence panel before a source is opened: what each grade means."""
    texts = words(interface)
    grades = _join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(badge(grade, interface), texts["grades"][grade]["meaning"])
        for grade in Grade
    )
    return str(
        Markup(
            '<aside class="panel" lang="{0}" data-title="{1}" data-panel="{2}" data-close="{4}" aria-label="{2}" '
            'tabindex="-1">'
            '<header><h2>{3}</h2><button type="button" class="close" aria-label="{4}">{5}</button></header>'
            '<div class="panel-body"></div>'
            '<div class="legend"><p>{6}</p><h3>{7}</h3><dl>{8}</dl></div></aside>'
        ).format(
            _lang(interface),
            texts["page"]["title"],
            texts["evidence"]["panel"],
            texts["evidence"]["panel"],
            texts["evidence"]["close"],
            ICONS["close"],
            texts["evidence"]["empty"],
            texts["evidence"]["legend"],
            grades,
        )
    )


def skip_link(interface: Language) -> str:
    """The way from the question box to the latest answer for keyboards."""
    return str(
        Markup('<button type="button" class="skip to-answer">{}</button>').format(
            words(interface)["page"]["skip_to_answer"]
        )
    )
