"""The report of a run: one HTML file that needs nothing else, in both languages."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evals.report import charts, words
from evals.report.view import view
from evals.results import REPORT, Run

if TYPE_CHECKING:
    from evals.judge import Judgement


def write_report(
    run: Run,
    *,
    baseline: Run | None = None,
    previous: Run | None = None,
    judgements: Sequence[Judgement] = (),
    bench: Path | None = None,
) -> Path:
    """Write the report of a run into its folder, all of it or nothing, and return where it is.

    ``baseline`` and ``previous`` are shown beside it; ``bench`` is what the benchmark wrote as JSON. One that cannot be
    read, as an earlier version may have written it, is named in the report and keeps nobody from the rest of it.

    Raises:
        OSError: the report cannot be written.
    """
    path = run.folder / REPORT
    draft = path.with_name(f".{path.name}")
    draft.write_text(_html(run, baseline, previous, judgements, bench), "utf-8", newline="\n")
    os.replace(draft, path)
    return path


def _html(
    run: Run, baseline: Run | None, previous: Run | None, judgements: Sequence[Judgement], bench: Path | None
) -> str:
    style, script = (_source(name) for name in ("report.css", "report.js"))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = Environment(
        loader=PackageLoader("evals", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        page=view(run, baseline, previous, judgements, bench),
        policy=policy,
        # Ours, and hashed above: neither holds what somebody else wrote.
        style=Markup(style),
        script=Markup(script),
        say=words.say,
        both=words.both,
        phrase=words.phrase,
        name_of=words.name_of,
        metric_name=words.metric_name,
        duration=words.duration,
        html_lang=words.HTML_LANG,
        percent=charts.percent,
        signed=charts.signed,
        intervals=charts.intervals,
        glyph=charts.glyph,
        count_mark=Markup("<b>{}</b>").format(len(run.rows)),
    )


def _source(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def _digest(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
