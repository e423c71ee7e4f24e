"""The page's own line icons, each 16 units square and drawn in the text's colour."""

from __future__ import annotations

from markupsafe import Markup

from knowledge.passage import Grade

_SVG = Markup('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="{}"/></svg>')


def _icon(path: str) -> Markup:
    return _SVG.format(path)


ICONS = {
    "for": _icon("M2.5 8h10.5M9 4l4 4-4 4"),
    "against": _icon("M13.5 8H3M7 4L3 8l4 4"),
    "conflicts": _icon("M2 5.5h11M10.5 3L13 5.5 10.5 8M14 11H3M5.5 8.5L3 11l2.5 2.5"),
    "caveats": _icon("M8 2.2L14.3 13.3H1.7zM8 6.5v3.2M8 11.4v.3"),
    "gaps": _icon("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M3.8 3.8l8.4 8.4"),
    "nearest": _icon(
        "M8 14s4.5-4.1 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.9 8 14 8 14M8 8.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4"
    ),
    "weakness": _icon("M8 2.2L14.3 13.3H1.7zM8 6.5v3.2M8 11.4v.3"),
    "document-note": _icon("M9.5 2H4v12h8V4.5zM9.5 2v2.5H12M8 7v2.8M8 11.5v.3"),
    "editor-note": _icon("M10.6 2.8l2.6 2.6L5.6 13 2.5 13.5 3 10.4z"),
    "copy": _icon("M6 6h7.5v7.5H6zM3.5 10H2.5V2.5H10v1"),
    "retry": _icon("M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.5v3.3H9.7"),
    "close": _icon("M3.5 3.5l9 9M12.5 3.5l-9 9"),
    "chevron": _icon("M6 4l4 4-4 4"),
    "back": _icon("M10 4L6 8l4 4"),
    "add": _icon("M8 3v10M3 8h10"),
    "documents": _icon("M3 2.5h6.5v9H3zM6 13.5h7v-9"),
}

GRADE_ICONS = {
    Grade.SURVEY: _icon("M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6"),
    Grade.OFFICIAL_STATISTIC: _icon("M2 6l6-3.5L14 6zM3.5 6v6M6.5 6v6M9.5 6v6M12.5 6v6M2 13.5h12"),
    Grade.NAMED_REPORT: _icon("M4 2h8v12H4zM6.5 5.5h3M6.5 8h3M6.5 10.5h3"),
    Grade.CASE: _icon("M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M3.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4"),
    Grade.UNSOURCED: _icon(
        "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M6.3 6.3a1.7 1.7 0 1 1 2.3 1.6c-.5.2-.6.5-.6 1.1M8 11v.3"
    ),
    Grade.OPINION: _icon("M2.5 3h11v8H8l-3 2.5V11H2.5z"),
}
