"""The report of a run: what it counts, that it needs nothing else, and that nobody's words become markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from bot.turn import Timings
from evals.errors import RunError
from evals.judge import ANSWER_RELEVANCE, FAITHFULNESS, Judgement
from evals.question import ProfileWanted, Split, Type
from evals.report import write_report
from evals.report.bench import read_bench
from evals.report.charts import Bin, histogram_bins, percent, scale_marks, signed
from evals.report.passages import heat_map
from evals.report.questions import Cited, Said, entry
from evals.report.standing import METRICS
from evals.report.view import Page, view
from evals.report.words import duration, metric_name, phrase, reason_of
from evals.results import Check, Row, Run
from knowledge.corpus import load_notes
from knowledge.passage import LANGUAGES, Bilingual
from prompts import load
from tests.evals import report_sample as sample
from tests.evals.report_sample import CITED, CLAIMED, CRASH, FIRST, HOSTILE, SECOND

ROOT = Path(__file__).parents[2]


class Parsed(HTMLParser):
    """A page as a browser sees it: its elements, its text, and what stands in elements by their ids."""

    VOID = frozenset({"meta", "link", "br", "input"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        where = self.open[-1] if self.open and self.open[-1] in ("style", "script") else "page"
        self.text[where] = self.text.get(where, "") + data

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


def written(run: Run, **more: Any) -> Parsed:
    return Parsed(write_report(run, **more).read_text("utf-8"))


@pytest.fixture
def full(tmp_path: Path) -> Parsed:
    run = sample.full(tmp_path)
    return written(run, baseline=sample.plain_rag(tmp_path), previous=sample.before(tmp_path))


def viewed(tmp_path: Path) -> Page:
    run, rag, before = (make(tmp_path) for make in (sample.full, sample.plain_rag, sample.before))
    return view(run, rag, before, ())


# --- one file that needs nothing else ---


def test_it_is_written_into_the_folder_of_the_run_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = write_report(sample.full(tmp_path))
    assert path == tmp_path / "report.html"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_every_link_leads_into_the_page_itself(full: Parsed) -> None:
    ids = full.values("id")
    assert len(ids) == len(set(ids))
    links = [href for href in full.values("href") if href != "data:,"]
    assert {link[:1] for link in links} == {"#"}
    assert {unquote(link[1:]) for link in links} <= set(ids)
    assert set(full.values("aria-labelledby")) | set(full.values("aria-describedby")) <= set(ids)


def test_nothing_is_fetched(full: Parsed) -> None:
    assert full.values("src") == full.values("srcset") == full.values("action") == []
    assert [
        tag for tag, _ in full.elements if tag in {"img", "iframe", "object", "embed", "base", "use", "image"}
    ] == []
    assert re.findall(r"url\(|@import", full.text["style"]) == []
    assert re.findall(r"fetch|XMLHttp|import\(|https?:", full.text["script"]) == []


def test_the_policy_allows_its_own_style_and_script_alone(full: Parsed) -> None:
    def digest(name: str) -> str:
        return base64.b64encode(hashlib.sha256(full.text[name].encode()).digest()).decode()

    policy = next(a["content"] for tag, a in full.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest('style')}'",
        f"script-src 'sha256-{digest('script')}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    # It forbids these, so that one would have no effect.
    assert full.values("style") == []


def test_nobodys_words_become_markup(full: Parsed) -> None:
    assert (full.count("script"), full.count("style")) == (1, 1)
    assert [name for _, attributes in full.elements for name in attributes if name.startswith("on")] == []
    assert full.open == []
    for words in HOSTILE:
        assert words in full.text["page"]
    assert "</details><iframe src=https://evil.example/></iframe>" in full.text["page"]


def test_it_stays_small_though_every_question_changed(tmp_path: Path) -> None:
    # Answers of 2,000 bytes, twice as long as they commonly are.
    def numbered(row: Row, number: int) -> Row:
        question = row.question.model_copy(update={"id": f"{row.question.id}-{number}"})
        said = row.answers[0].claims[0].model_copy(update={"text": "一" * 110})
        answers = (row.answers[0].model_copy(update={"claims": (said,) * 6}),)
        return row.model_copy(update={"question": question, "answers": answers})

    now = sample.run(tmp_path, *(numbered(sample.good(), n) for n in range(270)))
    then = now._replace(rows=tuple(numbered(sample.before(tmp_path).rows[0], n) for n in range(270)))
    assert write_report(now, baseline=then, previous=then).stat().st_size < 5_000_000


# --- what it counts ---


def test_what_passes_is_told_beside_the_others(tmp_path: Path) -> None:
    page = viewed(tmp_path)
    assert page.kinds == ("ours", "baseline", "previous")
    assert page.passed
    means = [(kind, one.mean, one.count) for kind, one in page.passed.marks if one]
    assert means == [("ours", 0.4, 5), ("baseline", 0.2, 5), ("previous", 0.5, 4)]
    assert [(one.kind, one.points, one.exceeds) for one in page.passed.moved if one] == [
        ("baseline", pytest.approx(20.0), False),
        ("previous", 0.0, False),
    ]
    assert page.notes == (phrase("headline.partly", name=phrase("names.previous"), shared=4, count=5),)
    assert page.scores
    assert page.scores.errors == 1


def test_scores_are_told_by_type_and_by_language(tmp_path: Path) -> None:
    page = viewed(tmp_path)
    assert [(line.name.en, [one.mean if one else None for _, one in line.marks]) for line in page.by_type] == [
        ("A fact", [1.0, 1.0, 0.0]),
        ("Whether to move", [0.0, 0.0, None]),
        ("A follow-up", [0.0, 0.0, 0.0]),
        ("Not in the documents", [1.0, 0.0, 1.0]),
        ("Hidden instructions", [0.0, 0.0, 1.0]),
    ]
    assert [(line.name.zh, line.ours and line.ours.mean) for line in page.by_language] == [
        ("中文", 0.0),
        ("英文", pytest.approx(2 / 3)),
    ]
    recall = next(one for one in page.breakdowns if one.whole.name == metric_name("citation_recall"))
    assert recall.whole.ours
    assert recall.whole.ours.mean == 0.75
    assert [line.name.en for line in recall.lines] == [
        "A fact", "A follow-up", "Not in the documents", "Hidden instructions", "Chinese", "English",
    ]  # fmt: skip


def test_the_confusion_matrix_names_its_questions(tmp_path: Path) -> None:
    corners = viewed(tmp_path).confusion
    assert [(one.key, one.right, one.questions, one.share, one.ids) for one in corners] == [
        ("silent_said", True, 1, 1.0, ("silent",)),
        ("silent_missed", False, 0, 0.0, ()),
        ("known_refused", False, 1, 1 / 3, ("follow-up",)),
        ("known_answered", True, 2, 2 / 3, ("good", "hostile")),
    ]
    assert [one.others for one in corners][1] == (("baseline", 1), ("previous", 0))


def test_the_heat_map_counts_answers_and_what_was_wanted(tmp_path: Path) -> None:
    found = heat_map(sample.full(tmp_path).rows)
    cells = {cell.id: cell for cell in found.cells}
    assert len(found.cells) == len(load_notes()[1])
    assert (found.used, found.unknown) == (2, ((CITED, 1),))
    assert (cells[FIRST.id].uses, cells[FIRST.id].level, cells[FIRST.id].cited_by) == (1, 5, ("good",))
    assert cells[SECOND.id].wanted == 1
    assert {cell.level for cell in found.cells if not cell.uses} == {0}
    assert [(step.level, step.low, step.high) for step in found.scale] == [(5, 1, 1)]
    assert sum(len(article.never) for article in found.articles) == len(found.cells) - 2


def test_what_changed_shows_both_answers(tmp_path: Path) -> None:
    changes = viewed(tmp_path).changes
    assert changes
    assert [one.id for one in changes.fixed] == ["good"]
    assert [one.id for one in changes.broken] == ["hostile"]
    assert (changes.shared, changes.added, changes.removed, changes.otherwise) == (4, 1, 0, ())
    step = changes.broken[0].steps[0]
    assert (step.before, step.now.score, step.now.key) == (1.0, 0.0, "citation_recall")
    assert changes.fixed[0].steps[0].was == Bilingual(zh="没有引用：x", en="not cited: x")
    assert changes.broken[0].after.parts[0].statements[0].text == CLAIMED
    # One was fixed and one broke, so that no mean changed.
    assert changes.shifts == ()


def test_waiting_is_told_in_the_figures_of_every_run(tmp_path: Path) -> None:
    waiting = viewed(tmp_path).waiting
    assert waiting
    assert [(kind, one.p50, one.highest) for kind, one in waiting.figures] == [
        ("ours", 25.0, 40.0),
        ("baseline", 15.0, 40.0),
        ("previous", 25.0, 40.0),
    ]
    assert sum(one.values for one in waiting.bins) == 4
    assert waiting.steps[1] == (phrase("steps.retrieve"), 12.5)


def test_an_entry_holds_all_there_is_to_say_of_a_question() -> None:
    found = entry(sample.good())
    assert found.state == "passed"
    assert found.said.citations == (Cited(1, FIRST.id, "¶1", True), Cited(2, SECOND.id, "¶1", False))
    assert found.wanted.gold == ((FIRST.id,),)
    assert found.wanted.others == (Bilingual(zh="说出 64.4% 或 2/3", en="gives 64.4% or 2/3"),)
    assert [one.key for one in found.full] == ["answered", "citation_recall", "language"]
    assert [one.reason.zh for one in found.search] == [f"{FIRST.id}：排第 1"]
    assert found.took == Bilingual(zh="10 毫秒", en="10 ms")


def test_an_entry_tells_why_a_check_failed_in_both_languages() -> None:
    found = entry(sample.follow_up())
    assert (found.state, found.said.gaps) == ("failed", ("没写。",))
    assert [(one.key, one.reason.zh) for one in found.failed] == [
        ("abstention_precision", "文章其实写了；它的回答是：没写。"),
        ("profile", "想去 记成了 None，应当是 '成都'"),
    ]
    assert found.wanted.others == (Bilingual(zh="记住：想去 = 成都", en="remembers: wants to move to = 成都"),)


def test_an_entry_without_an_answer_tells_the_error() -> None:
    found = entry(sample.crash())
    assert (found.state, found.said) == ("error", Said("en", error=CRASH))
    assert [one.key for one in found.failed] == ["answered"]


# --- what is not there ---


def test_without_others_it_says_so_and_shows_none(tmp_path: Path) -> None:
    page = written(sample.full(tmp_path))
    for language in LANGUAGES:
        assert load("report", language)["headline"]["no_baseline"] in page.text["page"]
        assert load("report", language)["headline"]["no_previous"] in page.text["page"]
        assert load("report", language)["names"]["baseline"] not in page.text["page"].replace(
            load("report", language)["headline"]["no_baseline"], ""
        )
    ids = page.values("id")
    assert {"headline", "scores", "confusion", "passages", "latency", "questions", "circumstances"} <= set(ids)
    assert not {"changes", "bench", "judgements"} & set(ids)


def test_a_run_without_answers_has_a_report(tmp_path: Path) -> None:
    page = written(sample.run(tmp_path, sample.crash()))
    assert "latency" not in page.values("id")
    assert CRASH in page.text["page"]


def test_a_run_without_rows_has_a_report(tmp_path: Path) -> None:
    run = sample.run(tmp_path)
    page = written(run._replace(info=run.info.model_copy(update={"count": 5, "finished": None, "seconds": None})))
    assert "This run is not finished: 0 of its 5 questions are done." in page.text["page"]
    assert not {"scores", "confusion", "latency"} & set(page.values("id"))


def test_a_run_of_other_questions_is_no_peer(tmp_path: Path) -> None:
    page = view(sample.run(tmp_path, sample.good()), None, sample.run(tmp_path, sample.silent()), ())
    assert page.peers == ()
    assert page.changes is None
    assert phrase("headline.partly", name=phrase("names.previous"), shared=0, count=1) in page.notes


def test_opinions_stand_apart(tmp_path: Path) -> None:
    said = [
        Judgement(question_id="good", metric=FAITHFULNESS, score=0.5, reason="<u>half</u>"),
        Judgement(question_id="silent", metric=FAITHFULNESS, score=None, reason="no reply"),
    ]
    run = sample.full(tmp_path)
    (opinion,) = view(run, None, None, said).opinions
    assert (opinion.mean and opinion.mean.mean, opinion.unscored) == (0.5, 1)
    assert metric_name(FAITHFULNESS) not in [line.name for line in view(run, None, None, said).overall]
    page = written(run, judgements=said)
    assert "judgements" in page.values("id")
    assert "<u>half</u>" in page.text["page"]


# --- the benchmark ---


@pytest.fixture
def bench_file(tmp_path: Path) -> Path:
    path = tmp_path / "bench.json"
    path.write_text(sample.measured().model_dump_json(), "utf-8")
    return path


def test_the_benchmark_tells_its_targets(bench_file: Path) -> None:
    found = read_bench(bench_file)
    assert [(one.name.en, one.value.en, one.bound.en, one.met) for one in found.targets][1:5] == [
        ("Starting and answering, as a multiple of loading the model", "1.60 times", "≤ 1.50 times", False),
        ("Memory after the answers", "not measured", "≤ 1.50 GiB", None),
        ("Memory at its most", "1.00 GiB", "≤ 1.50 GiB", True),
        ("Speed of indexing, as a multiple of the embedding model alone", "0.90 times", "≥ 0.85 times", True),
    ]
    assert {check.name for check in sample.measured().checks} == set(load("report", "en")["bench"]["targets"])
    assert found.times[2] == (phrase("bench.times.answer"), 20.0, 20.0)
    assert found.throughput
    assert found.throughput.en.startswith("Indexing: of 50 texts, 10.0 vectors a second, which is 90% of")


def test_the_benchmark_shows_how_it_grows(bench_file: Path) -> None:
    plots = {one.key: one for one in read_bench(bench_file).plots}
    assert list(plots) == ["median", "p95", "memory", "writing", "rate", "wait"]
    median = plots["median"]
    assert (median.axis, median.kinds, median.others) == (
        "passages",
        ("ours", "baseline", "floor"),
        ("baseline", "floor"),
    )
    assert [(line.x.en, [v and v.en for v in line.values], line.ratios) for line in median.lines] == [
        ("100", ["20 ms", "40 ms", "10 ms"], ("0.50", "2.00")),
        ("1,000", ["20 ms", "40 ms", "10 ms"], ("0.50", "2.00")),
    ]
    # Nothing has no place on a logarithmic axis.
    memory = plots["memory"]
    assert (memory.kinds, [line.ratios for line in memory.lines]) == (("ours", "baseline"), [("0.50",), ("0.50",)])
    assert [value and value.en for value in memory.lines[1].values] == ["300 MiB", "600 MiB"]
    rate = plots["rate"]
    assert (rate.axis, rate.kinds) == ("users", ("ours", "baseline", "floor", "answer"))
    assert [(line.x.zh, [v and v.zh for v in line.values], line.ratios) for line in rate.lines] == [
        (users, ["每秒 50 次", "每秒 25 次", "每秒 100 次", "每秒 33 次"], ("2.00", "0.50")) for users in ("1", "8")
    ]


def test_the_benchmark_is_drawn(tmp_path: Path, bench_file: Path) -> None:
    page = written(sample.full(tmp_path), bench=bench_file)
    assert "bench" in page.values("id")
    charts = [attributes for tag, attributes in page.elements if tag == "svg" and attributes.get("role") == "img"]
    # The waiting and six plots, each in both languages.
    assert len(charts) == 2 * 7
    assert len(page.values("id")) == len(set(page.values("id")))


def test_a_benchmark_without_sizes_has_no_plots(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text(sample.measured().model_copy(update={"scale": None}).model_dump_json(), "utf-8")
    found = read_bench(path)
    assert (found.plots, found.throughput, len(found.targets)) == ((), None, 5)


@pytest.mark.parametrize("content", ["", "[]", '{"settings": 1}'])
def test_what_is_no_benchmark_is_told_with_its_remedy(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(content, "utf-8")
    with pytest.raises(
        RunError, match=r"bench.json is no result of the benchmark .*; run `python -m evals.bench` anew"
    ):
        read_bench(path)
    page = written(sample.full(tmp_path), bench=path)
    assert "bench" not in page.values("id")
    assert "Speed and memory are left out: " in page.text["page"]
    assert "run `python -m evals.bench` anew" in page.text["page"]


# --- words and figures ---


@pytest.mark.parametrize(
    ("group", "keys"),
    [
        ("metrics", [*METRICS, FAITHFULNESS, ANSWER_RELEVANCE]),
        ("types", list(Type)),
        ("languages", list(LANGUAGES)),
        ("splits", list(Split)),
        ("profile", list(ProfileWanted.model_fields)),
        ("steps", [step for step in Timings.model_fields if step != "total"]),
    ],
)
def test_there_is_a_word_for_everything(group: str, keys: list[str]) -> None:
    words: Mapping[str, Any] = load("report", "en")[group]
    assert set(words) == set(keys)


def test_every_reason_of_a_check_has_a_form() -> None:
    forms = set(load("report", "en")["reasons"].values())
    source = (ROOT / "evals" / "checks.py").read_text("utf-8")
    said = {found.replace("{}", "{what}") for found in re.findall(r'_share\(.*"([^"]+: \{\})"\)', source)}
    assert len(said) == 10
    assert said <= forms


@pytest.mark.parametrize(
    ("reason", "zh"),
    [
        ("not cited: a | b; c", "没有引用：a | b; c"),
        ("a: found at 2; b | c: not found", "a：排第 2；b | c：没有找到"),
        ("its words are in en, not zh", "用的是 en，应当是 zh"),
        ("age is 3, not 4; work is None, not 'x'", "年龄 记成了 3，应当是 4；工作 记成了 None，应当是 'x'"),
        ("not cited: {0} {x}", "没有引用：{0} {x}"),
        ("something new", "something new"),
    ],
)
def test_reasons_are_told_in_chinese(reason: str, zh: str) -> None:
    assert reason_of(Check(name="profile", score=0.0, reason=reason)) == Bilingual(zh=zh, en=reason)


def test_shares_are_never_rounded_to_all_or_nothing() -> None:
    assert [percent(share) for share in (0, 0.0004, 0.004, 0.125, 0.995, 0.9999, 1)] == [
        "0%", "0.1%", "0.4%", "12%", "99.5%", "99.9%", "100%",
    ]  # fmt: skip


def test_differences_carry_their_sign() -> None:
    assert [signed(points) for points in (-3.26, -0.04, 0, 0.04, 12)] == ["−3.3", "±0", "±0", "±0", "+12.0"]


def test_times_are_written_in_milliseconds_or_seconds() -> None:
    assert [duration(ms).en for ms in (0.145, 9.26, 92.6, 1234, 1e6)] == [
        "0.14 ms",
        "9.3 ms",
        "93 ms",
        "1.23 s",
        "1,000 s",
    ]


def test_a_logarithmic_scale_has_round_marks() -> None:
    assert scale_marks(16, 52) == [10, 20, 50, 100]
    assert scale_marks(20, 20) == [20, 50]
    assert scale_marks(0.3, 4000) == [0.1, 1, 10, 100, 1000, 10000]


def test_bins_are_round_and_the_last_holds_what_is_far_off() -> None:
    assert histogram_bins([1.0, 2.0, 3.9, 4.0], most=4) == (
        Bin(0, 1, 0),
        Bin(1, 2, 1),
        Bin(2, 3, 1),
        Bin(3, 4, 1),
        Bin(4, 5, 1),
    )
    far = histogram_bins([*([5.0] * 99), 1000.0], most=4)
    assert far == (Bin(0, 2, 0), Bin(2, 4, 0), Bin(4, 6, 99), Bin(6, None, 1))
    assert sum(one.values for one in histogram_bins([0.0, 0.0])) == 2
