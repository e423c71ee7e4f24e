"""The panel of what is known of the visitor, and of the conversations, as HTML; escaped as in render.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

import prompts
from bot.naming import fact_name, fact_value, facts_said
from bot.turn import Profile, ThreadInfo
from bot.web.icons import ICONS
from knowledge.passage import Frozen, Language

SHOWN_AT_MOST = 100

_NOTHING = Markup()


class Refused(Frozen):
    """What was written into a field, and why it was not taken."""

    field: str
    written: str
    reason: str


def panel(
    profile: Profile,
    interface: Language,
    *,
    thread_id: str,
    begun: bool,
    threads: Sequence[ThreadInfo] = (),
    refused: Refused | None = None,
    notice: str | None = None,
) -> str:
    """The whole panel: the facts, this conversation, and the others where they may be seen."""
    texts = _texts(interface)
    return str(
        Markup(
            '<div class="about" lang="{}"><header><h2>{}</h2><button type="button" class="close" aria-label="{}">{}'
            '</button></header>{}<p class="hint">{}</p>{}{}{}</div>'
        ).format(
            prompts.load("web", interface)["html_lang"],
            prompts.load("profile", interface)["heading"],
            texts["close"],
            ICONS["close"],
            Markup('<p class="failure" role="alert">{}</p>').format(notice) if notice else _NOTHING,
            texts["hint" if facts_said(profile, interface) else "nothing"],
            _facts(profile, interface, refused),
            _this(thread_id, texts) if begun else _NOTHING,
            _others(threads, thread_id, texts),
        )
    )


def label(profile: Profile, interface: Language) -> str:
    """The button that opens the panel, with how much is known."""
    texts = _texts(interface)
    count = len(facts_said(profile, interface))
    return str(texts["open_counted"].format(count=count) if count else texts["open"])


def download(name: str, kind: str, text: str, token: str) -> str:
    """A file for chat.js to hand over; ``token`` tells one from the same again."""
    return str(Markup('<div data-name="{}" data-kind="{}" data-token="{}">{}</div>').format(name, kind, token, text))


def _texts(interface: Language) -> Mapping[str, Any]:
    texts: Mapping[str, Any] = prompts.load("web", interface)["about"]
    return texts


def _facts(profile: Profile, interface: Language, refused: Refused | None) -> Markup:
    texts = _texts(interface)
    fields: Sequence[str] = tuple(prompts.load("profile", interface)["fields"])
    known = {field for field, _ in facts_said(profile, interface)}
    shown = known | ({refused.field} if refused else set())
    rows = _NOTHING.join(_fact(profile, field, interface, refused, hidden=field not in shown) for field in fields)
    options = _NOTHING.join(
        Markup('<option value="{}">{}</option>').format(field, fact_name(field, interface))
        for field in fields
        if field not in shown
    )
    add = Markup(
        '<p class="adding"><label for="fact-add" class="visually-hidden">{0}</label><select id="fact-add" class="add">'
        '<option value="">{0}</option>{1}</select></p>'
    ).format(texts["add"], options)
    all_of_it = _confirmed("forget-all", texts["forget_all"], texts["forget_all_sure"], texts) if known else _NOTHING
    return Markup('<div class="facts">{}</div><div class="below">{}{}</div>').format(
        rows, add if options else _NOTHING, all_of_it
    )


def _fact(profile: Profile, field: str, interface: Language, refused: Refused | None, *, hidden: bool) -> Markup:
    texts = _texts(interface)
    name = fact_name(field, interface)
    refused = refused if refused and refused.field == field else None
    wrong = Markup(' aria-invalid="true" aria-describedby="wrong-{}"').format(field) if refused else _NOTHING
    return Markup(
        '<div class="fact" data-field="{0}"{1}><label for="fact-{0}">{2}</label>{3}'
        '<button type="button" class="remove" aria-label="{4}" title="{4}">{5}</button>{6}</div>'
    ).format(
        field,
        Markup(" hidden") if hidden else _NOTHING,
        name,
        _control(profile, field, interface, refused, wrong),
        texts["remove"].format(name=name),
        ICONS["close"],
        Markup('<p class="wrong" id="wrong-{}" role="alert">{}</p>').format(field, refused.reason)
        if refused
        else _NOTHING,
    )


def _control(profile: Profile, field: str, interface: Language, refused: Refused | None, wrong: Markup) -> Markup:
    value = getattr(profile, field)
    choices: Mapping[str, str] | None = prompts.load("profile", interface)["values"].get(field)
    if choices is None:
        written = "" if value in (None, ()) else fact_value(field, value, interface)
        return Markup('<input id="fact-{}" type="text" autocomplete="off" value="{}"{}>').format(
            field, refused.written if refused else written, wrong
        )
    chosen = "" if value is None else str(value).lower()
    options = _NOTHING.join(
        Markup('<option value="{}"{}>{}</option>').format(key, Markup(" selected") if key == chosen else _NOTHING, said)
        for key, said in {"": "–", **choices}.items()
        # What was only touched upon is not for anybody to choose.
        if key != "mentioned" or chosen == key
    )
    return Markup('<select id="fact-{}"{}>{}</select>').format(field, wrong, options)


def _this(thread_id: str, texts: Mapping[str, Any]) -> Markup:
    return Markup('<section class="thread" data-thread="{}"><h3>{}</h3><div class="handles">{}</div></section>').format(
        thread_id, texts["this"], _handles(texts)
    )


def _others(threads: Sequence[ThreadInfo], thread_id: str, texts: Mapping[str, Any]) -> Markup:
    rows = _NOTHING.join(
        Markup(
            '<li class="thread" data-thread="{}"><button type="button" class="open-thread">{}</button>'
            '<span class="when">{}</span><div class="handles">{}</div></li>'
        ).format(
            thread.id,
            " ".join(thread.title.split()) or texts["untitled"],
            texts["when"].format(
                changed=f"{thread.updated.astimezone():%Y-%m-%d %H:%M}", turns=_counted(texts["turns"], thread.turns)
            ),
            _handles(texts),
        )
        for thread in threads[:SHOWN_AT_MOST]
        if thread.id != thread_id
    )
    if not rows:
        return _NOTHING
    return Markup('<section class="threads"><h3>{}</h3><ul>{}</ul></section>').format(texts["others"], rows)


def _handles(texts: Mapping[str, Any]) -> Markup:
    return Markup(
        '<button type="button" class="export" data-format="markdown">{}</button>'
        '<button type="button" class="export" data-format="json">{}</button>{}'
    ).format(texts["markdown"], texts["json"], _confirmed("delete", texts["delete"], texts["delete_sure"], texts))


def _confirmed(action: str, name: str, question: str, texts: Mapping[str, Any]) -> Markup:
    """A button that asks once more."""
    return Markup(
        '<span class="confirm"><button type="button" class="ask-first">{0}</button><span class="sure" role="group" '
        'aria-label="{1}" hidden><span>{1}</span><button type="button" class="yes" data-do="{2}">{0}</button>'
        '<button type="button" class="no">{3}</button></span></span>'
    ).format(name, question, action, texts["keep"])


def _counted(texts: Mapping[str, str], count: int) -> str:
    return texts["one"] if count == 1 else texts["many"].format(count=count)
