"""The words of the report in both languages, of which the page shows one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from evals.results import Check
from knowledge.passage import LANGUAGES, Bilingual, Language
from prompts import load

HTML_LANG: Mapping[Language, str] = {"zh": "zh-Hans", "en": "en"}


def phrase(path: str, **values: object) -> Bilingual:
    """What stands under dotted keys of the prompts, filled in; a value in both languages takes its side.

    Raises KeyError where there is no such phrase.
    """
    return Bilingual(**{language: _filled(path, language, values) for language in LANGUAGES})


def name_of(group: str, key: str) -> Bilingual:
    """What a key of a group is called; an unknown one is called by itself."""
    return phrase(f"{group}.{key}") if key in _at(group, "en") else Bilingual(zh=key, en=key)


def metric_name(metric: str) -> Bilingual:
    """What a check is called; an unknown one is called by itself."""
    return phrase(f"metrics.{metric}.name") if metric in _at("metrics", "en") else Bilingual(zh=metric, en=metric)


def metric_meaning(metric: str) -> Bilingual | None:
    """A check in one line; None where it is unknown."""
    return phrase(f"metrics.{metric}.meaning") if metric in _at("metrics", "en") else None


def reason_of(check: Check) -> Bilingual:
    """Why a score is what it is; a reason of no known form stays as it is."""
    parts = [_in_chinese(part) for part in check.reason.split("; ")]
    said = [part for part in parts if part]
    # Most reasons hold a list; some are a list of reasons.
    whole = "；".join(said) if len(said) == len(parts) else _in_chinese(check.reason) or check.reason
    return Bilingual(zh=whole, en=check.reason)


def _in_chinese(reason: str) -> str | None:
    for key, form in _reasons().items():
        if found := form.fullmatch(reason):
            values = found.groupdict()
            return _filled(f"reasons.{key}", "zh", {**values, "field": name_of("profile", values.get("field", ""))})
    return None


def both(text: Bilingual) -> Markup:
    """Both languages as elements, of which the style sheet hides one."""
    if text.zh == text.en:
        return escape(text.zh)
    sides = ((language, text[language]) for language in LANGUAGES)
    return Markup("").join(
        Markup('<span class="{}" lang="{}">{}</span>').format(language, HTML_LANG[language], side)
        for language, side in sides
    )


def say(path: str, **values: object) -> Markup:
    """A phrase as elements; values that are markup stay it, all others are escaped."""
    return Markup("").join(
        Markup('<span class="{}" lang="{}">{}</span>').format(
            language, HTML_LANG[language], Markup(escape(_at(path, language))).format(**_sides(values, language))
        )
        for language in LANGUAGES
    )


def in_each(make: Callable[[Language], Markup]) -> Markup:
    """What is made once for each language, as elements of which the style sheet hides one."""
    return Markup("").join(
        Markup('<div class="{}" lang="{}">{}</div>').format(language, HTML_LANG[language], make(language))
        for language in LANGUAGES
    )


def duration(milliseconds: float) -> Bilingual:
    """A time in milliseconds or, from a second on, in seconds."""
    if milliseconds < 1000:
        return phrase("units.ms", value=f"{milliseconds:.2g}" if milliseconds < 10 else f"{milliseconds:.0f}")
    seconds = milliseconds / 1000
    return phrase("units.s", value=f"{seconds:.3g}" if seconds < 100 else f"{seconds:,.0f}")


def _filled(path: str, language: Language, values: Mapping[str, object]) -> str:
    return str(_at(path, language)).format(**_sides(values, language))


def _sides(values: Mapping[str, object], language: Language) -> dict[str, object]:
    return {key: value[language] if isinstance(value, Bilingual) else value for key, value in values.items()}


def _at(path: str, language: Language) -> Any:
    found: Any = load("report", language)
    for key in path.split("."):
        found = found[key]
    return found


@cache
def _reasons() -> Mapping[str, re.Pattern[str]]:
    """The forms of the reasons: as the checks say them, which is what stands in English."""
    # What is listed may hold anything; what is one value holds no list.
    holes = {"what": "(?P<what>.*)"}
    return {
        key: re.compile(
            re.sub(r"\\{(\w+)\\}", lambda hole: holes.get(hole[1], f"(?P<{hole[1]}>[^;]*)"), re.escape(form)), re.DOTALL
        )
        for key, form in _at("reasons", "en").items()
    }
