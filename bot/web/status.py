"""What the page says of the indexing: how far it is, what comes next, and what became of the files; as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from bot.web.render import address, words
from bot.web.shelf import Line, Outcome, Work
from knowledge.passage import Language

LINES_AT_MOST = 50

_NOTHING = Markup()


def status(work: Work, interface: Language, unsent: Sequence[str] = ()) -> str:
    """How far the indexing is, or what it did; ``unsent`` are lines about files that never came."""
    texts: Mapping[str, Any] = words(interface)["documents"]
    lines = [*unsent, *(said(line, interface) for line in work.lines)][:LINES_AT_MOST]
    listed = _NOTHING.join(Markup("<li>{}</li>").format(line) for line in lines)
    problems = Markup('<ul class="problems">{}</ul>').format(listed) if lines else _NOTHING
    if work.phase != "idle":
        return str(
            Markup('<div class="working" lang="{}">{}{}</div>').format(
                words(interface)["html_lang"], _progress(work, texts), problems
            )
        )
    done = _NOTHING.join(
        _done(form, [one for one in work.outcomes if one.done == kind], texts, interface)
        for kind, form in texts["outcomes"].items()
    )
    if not done and not problems:
        return ""
    return str(
        Markup('<div class="worked{}" lang="{}" role="status">{}{}</div>').format(
            " wanting" if lines else "", words(interface)["html_lang"], done, problems
        )
    )


def said(line: Line, interface: Language) -> str:
    """What became of a file, in one line."""
    return " ".join(str(words(interface)["documents"]["lines"][line.said]).format(**line.values).split())


def _progress(work: Work, texts: Mapping[str, Any]) -> Markup:
    message = texts["phases"][work.phase].format(done=f"{work.done:,}", total=f"{work.total:,}")
    left = ""
    if work.minutes is not None:
        left = texts["left"]["one"] if work.minutes == 1 else texts["left"]["many"].format(minutes=work.minutes)
    value = Markup(' value="{}" max="{}"').format(work.done, work.total) if work.phase == "embedding" else _NOTHING
    following = _NOTHING.join(
        Markup('<p class="following" role="status">{}</p>').format(form.format(names=_listed(names, texts)))
        for form, names in ((texts["next"]["added"], work.coming), (texts["next"]["removed"], work.leaving))
        if names
    )
    return Markup(
        '<p><span>{0}</span> <span class="left">{1}</span></p><progress aria-label="{0}"{2}></progress>{3}'
    ).format(message, left, value, following)


def _done(form: str, outcomes: Sequence[Outcome], texts: Mapping[str, Any], interface: Language) -> Markup:
    """What was done with some documents, each with a link if it is there."""
    if not outcomes:
        return _NOTHING
    titles = (
        Markup('<a href="{}">{}</a>').format(address(one.id), one.title[interface])
        if one.id
        else Markup("<span>{}</span>").format(one.title[interface])
        for one in outcomes
    )
    return Markup("<p>{}</p>").format(escape(form).format(titles=_listed(titles, texts)))


def _listed(names: Iterable[str], texts: Mapping[str, Any]) -> Markup:
    shown = [*names]
    rest = [texts["and_more"].format(count=len(shown) - LINES_AT_MOST)] if len(shown) > LINES_AT_MOST else []
    return escape(texts["between"]).join([*shown[:LINES_AT_MOST], *rest])
