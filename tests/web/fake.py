"""An advisor that knows three invented documents: what the page is shown and tested with.

python -m tests.web.fake [PORT] [SECONDS_BETWEEN_CLAIMS]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from threading import Lock
from time import sleep
from types import SimpleNamespace
from typing import Literal

from bot.errors import ConversationError, WriterError
from bot.export import render
from bot.settings import Settings
from bot.turn import Answer, AskNext, CaveatShown, Citation, Claim, Conflict, Gap, Intent, Profile, Section, ThreadInfo
from knowledge.passage import Bilingual, Caveat, Document, Grade, Language, Passage

SLOW = "Tell me slowly"
FAILS = "Please fail"
CRASHES = "Please crash"
WHEN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

NOTE = {
    "zh": "这份笔记里有两张表的合计对不上，作者没有更正。",
    "en": "Two tables in these notes do not add up, and the author has not corrected them.",
}
TITLES = {
    "moving": {"zh": "换城笔记", "en": "Notes on changing cities"},
    "ledger": {"zh": "邻里账本", "en": "The neighbourhood ledger"},
    "clinic": {"zh": "候诊室见闻", "en": "From the waiting room"},
}


def citation(
    number: int, document: str, language: Language, grade: Grade, texts: tuple[str, str], **more: str | int | None
) -> Citation:
    """A source in invented words; ``texts`` are its Chinese and its English side."""
    zh, en = texts
    return Citation(
        number=number,
        passage_id=f"{document}-{number}",
        document_id=document,
        document_title=TITLES[document][language],
        locator=f"第 {number + 2} 段" if language == "zh" else f"paragraph {number + 2}",
        text=zh,
        text_en=en,
        quote=more.get("quote"),
        start=more.get("start"),
        end=more.get("end"),
        source=f"{document}.txt",
        grade=grade,
        attribution=more.get("attribution"),
        as_of=more.get("as_of"),
        document_note=NOTE[language] if document == "moving" else None,
        weakness=more.get("weakness"),
        editor_note=more.get("editor_note"),
    )


def claim(section: Section, text: str, *numbers: int, weakness: str | None = None, kind: Caveat | None = None) -> Claim:
    """A claim whose Markdown is its text, its markers and its weakness."""
    markers = "".join(f"[{number}]" for number in numbers)
    aside = f" *({weakness})*" if weakness else ""
    return Claim(
        text=text,
        section=section,
        citations=numbers,
        weakness=weakness,
        markdown=f"{text} {markers}{aside}",
        kind=kind,
    )


def shown(warning: Claim) -> CaveatShown:
    """A warning's claim as a caveat: its weakness is part of the text."""
    assert warning.kind
    return CaveatShown(kind=warning.kind, text=f"{warning.text} ({warning.weakness})", citations=warning.citations)


def _decision_en(question: str) -> Answer:
    claims = (
        claim(
            Section.SUMMARY,
            "The notes' one budget favours Chengdu; their one look at hospitals goes against it. Both are thin.",
            1,
            2,
        ),
        claim(
            Section.FOR,
            "A couple who kept a ledger spent ¥4,100 a month in Chengdu where Shanghai had cost them ¥9,700.",
            1,
            weakness="one couple, no year",
        ),
        claim(Section.FOR, "Of 1,200 people asked after moving, 61% said they had more free evenings.", 3),
        claim(
            Section.AGAINST,
            "A specialist appointment took 26 days to get in Chengdu and 11 in Shanghai.",
            2,
            weakness="an unnamed clinic's own count",
        ),
        claim(
            Section.CAVEATS,
            "Who you know can decide which school or post you get; the notes do not name Chengdu here.",
            4,
            weakness="the author's view",
            kind=Caveat.RELATIONSHIP_NETWORKS,
        ),
        claim(
            Section.CAVEATS,
            "18% of those who left were back within two years.",
            5,
            weakness="not about Chengdu",
            kind=Caveat.RETURN_FLOWS,
        ),
    )
    citations = (
        citation(
            1,
            "ledger",
            "en",
            Grade.CASE,
            (
                "一对夫妻记了两年账：在上海每月花9700元，搬到成都以后每月花4100元。",
                "A couple kept a ledger for two years: ¥9,700 a month in Shanghai, ¥4,100 after moving to Chengdu.",
            ),
            attribution="the couple, not named",
            weakness="one couple, no year",
            editor_note="The two flats are not the same size: 38 m² there, 52 m² here.",
            quote="上海那年每月要9700，来成都头一个月只花了4100。",
            start=1204,
            end=1230,
        ),
        citation(
            2,
            "clinic",
            "en",
            Grade.UNSOURCED,
            (
                "专家号在成都要等26天，在上海要等11天。",
                "A specialist takes 26 days to see in Chengdu and 11 in Shanghai.",
            ),
            weakness="an unnamed clinic's own count",
        ),
        citation(
            3,
            "moving",
            "en",
            Grade.SURVEY,
            (
                "对1200名换过城市的人的问卷：61%的人说晚上空出来的时间更多了。",
                "A questionnaire to 1,200 people who changed cities: 61% had more free evenings.",
            ),
            attribution="Riverside Institute",
            as_of="2021",
        ),
        citation(
            4,
            "moving",
            "en",
            Grade.OPINION,
            (
                "在小一些的城市，认识谁常常决定能得到什么。",
                "In smaller cities, whom you know often decides what you get.",
            ),
            attribution="the author",
            weakness="the author's view",
        ),
        citation(
            5,
            "moving",
            "en",
            Grade.NAMED_REPORT,
            ("离开的人里有18%两年之内又回去了。", "Of those who left, 18% were back within two years."),
            attribution="Riverside Institute, yearly report",
            as_of="2022",
            weakness="not about Chengdu",
        ),
    )
    return Answer(
        question=question,
        language="en",
        intent=Intent.DECISION,
        text="\n".join(one.markdown for one in claims),
        claims=claims,
        citations=citations,
        caveats=(shown(claims[4]), shown(claims[5])),
        conflicts=(
            Conflict(
                text="The ledger finds Chengdu cheaper by more than half; the questionnaire finds nobody saving more.",
                citations=(1, 3),
            ),
        ),
        gaps=(Gap(text="They do not say what your work pays in Chengdu, or what rents are by district."),),
        ask_next=AskNext(
            question="Do you have an offer in Chengdu, and what would you keep of it each month?",
            why="The budget turns round if your pay falls by more than a third.",
        ),
        suggestions=("What about medical care?", "How many people came back?", "What is rent in Chengdu today?"),
    )


def _decision_zh(question: str) -> Answer:
    claims = (
        claim(Section.SUMMARY, "手头唯一一份生活账偏向成都，唯一一份就医记录不利于成都；两条都不硬。", 1, 2),
        claim(
            Section.FOR,
            "有一对夫妻记了账：在上海每月花9700元，到成都以后每月花4100元。",
            1,
            weakness="只有一对夫妻，没写年份",
        ),
        claim(Section.FOR, "1200名换过城市的人里，61%说晚上空出来的时间更多了。", 3),
        claim(Section.AGAINST, "专家号在成都要等26天，在上海是11天。", 2, weakness="没点名的诊所自己数的"),
        claim(
            Section.CAVEATS,
            "认识谁，有时决定孩子上哪所学校；笔记没有点名成都。",
            4,
            weakness="作者的看法",
            kind=Caveat.RELATIONSHIP_NETWORKS,
        ),
        claim(Section.CAVEATS, "离开的人里有18%两年内又回去了。", 5, weakness="不是专指成都", kind=Caveat.RETURN_FLOWS),
    )
    said_by = {1: "那对夫妻，没有点名", 3: "河岸研究所", 4: "作者", 5: "河岸研究所年度报告"}
    english = _decision_en(question)
    citations = tuple(
        one.model_copy(
            update={
                "document_title": TITLES[one.document_id]["zh"],
                "locator": f"第 {one.number + 2} 段",
                "attribution": said_by.get(one.number),
                "document_note": NOTE["zh"] if one.document_note else None,
                "weakness": {
                    1: "只有一对夫妻，没写年份",
                    2: "没点名的诊所自己数的",
                    4: "作者的看法",
                    5: "不是专指成都",
                }.get(one.number),
                "editor_note": "两处房子不一样大：那边38平方米，这边52平方米。" if one.editor_note else None,
            }
        )
        for one in english.citations
    )
    return Answer(
        question=question,
        language="zh",
        intent=Intent.DECISION,
        text="\n".join(one.markdown for one in claims),
        claims=claims,
        citations=citations,
        caveats=(shown(claims[4]), shown(claims[5])),
        gaps=(Gap(text="笔记没有说你这份工作在成都拿多少，也没有说成都各区的房租。"),),
        ask_next=AskNext(
            question="你在成都有没有拿到 offer，到手比现在多还是少？",
            why="如果工资少了三分之一以上，这笔账就反过来了。",
        ),
        suggestions=("那医疗呢？", "有多少人又回去了？", "成都现在房租多少？"),
    )


def _medical(question: str, language: Language) -> Answer:
    text = {
        "zh": "候诊室里的记录说，成都的社区门诊平均等9分钟。",
        "en": "By the waiting-room record, a neighbourhood clinic in Chengdu sees you after 9 minutes.",
    }[language]
    weakness = {"zh": "只记了一个星期", "en": "one week only"}[language]
    claims = (claim(Section.POINTS, text, 1, weakness=weakness),)
    return Answer(
        question=question,
        language=language,
        intent=Intent.LOOKUP,
        text=claims[0].markdown,
        claims=claims,
        citations=(
            citation(
                1,
                "clinic",
                language,
                Grade.OFFICIAL_STATISTIC,
                ("社区门诊平均等候9分钟。", "Neighbourhood clinics: nine minutes' wait on average."),
                attribution={"zh": "区卫生站", "en": "the district health station"}[language],
                as_of="2020",
                weakness=weakness,
            ),
        ),
        suggestions={"zh": ("那上海呢？",), "en": ("And in Shanghai?",)}[language],
    )


def _silence(question: str, language: Language) -> Answer:
    nearest = {
        "zh": "写到房租的只有一处：一位木匠在成都东边租了一间，每月800元。",
        "en": "One passage has a rent: a carpenter took a room east of Chengdu for ¥800 a month.",
    }[language]
    return Answer(
        question=question,
        language=language,
        intent=Intent.LOOKUP,
        text=f"{nearest} [1]",
        claims=(claim(Section.NEAREST, nearest, 1),),
        citations=(
            citation(
                1,
                "moving",
                language,
                Grade.CASE,
                ("一位木匠在城东租了一间房，每月800元。", "A carpenter rents a room in the east for ¥800 a month."),
            ),
        ),
        gaps=(
            Gap(
                text={"zh": "笔记没有写成都现在的房租。", "en": "They say nothing about rent in Chengdu today."}[
                    language
                ]
            ),
        ),
        abstained=True,
    )


def answer_to(question: str, language: Language) -> Answer:
    """The invented answer to a question."""
    if any(word in question for word in ("医疗", "看病", "medical")):
        return _medical(question, language)
    if any(word in question for word in ("房租", "rent")):
        return _silence(question, language)
    return _decision_zh(question) if language == "zh" else _decision_en(question)


LEDGER = """邻里账本

第一年

上海那年每月要9700，来成都头一个月只花了4100。

我们没有记第二年的房租。
"""


def fake_index(folder: Path | None) -> SimpleNamespace:
    """The documents behind the answers: one is a file, if there is a folder for it, the others are notes alone."""
    ledger = folder / "ledger.txt" if folder else Path("ledger.txt")
    if folder:
        ledger.write_text(LEDGER, "utf-8")
    sources = {"moving": "moving.txt", "ledger": str(ledger), "clinic": "clinic.txt"}
    documents = {
        id_: Document(
            id=id_,
            title=Bilingual(**title),
            source=sources[id_],
            sha256=sha256(LEDGER.encode()).hexdigest() if id_ == "ledger" else None,
            note=Bilingual(**NOTE) if id_ == "moving" else None,
            date="2021-03" if id_ == "ledger" else None,
        )
        for id_, title in TITLES.items()
    }
    quote = LEDGER.splitlines()[4]
    start = LEDGER.index(quote)
    passages = {
        one.passage_id: Passage(
            id=one.passage_id,
            document_id=one.document_id,
            document_title=documents[one.document_id].title,
            language="zh",
            text=one.text,
            text_en=one.text_en,
            source=sources[one.document_id],
            locator=one.locator,
            section=Bilingual(zh="第一年", en="The first year"),
            paragraph=one.number + 2,
            quote=quote if one.document_id == "ledger" else None,
            start=start if one.document_id == "ledger" else None,
            end=start + len(quote) if one.document_id == "ledger" else None,
            grade=one.grade,
            damaged=one.document_id == "ledger",
        )
        for one in _decision_en("").citations
    }
    return SimpleNamespace(documents=documents, passages=passages, directory=Path("nowhere"))


class FakeAdvisor:
    """Answers by keyword, remembers threads in memory, and keeps what it was asked in ``asked``."""

    def __init__(self, pause: float = 0.0, folder: Path | None = None) -> None:
        """``folder`` is where its one file is written, and its settings keep their data."""
        self.pause = pause
        self.settings = Settings(data_dir=folder or Path(gettempdir()) / "quliu-fake", uploads="auto")
        self.index = fake_index(folder)
        self.asked: list[tuple[str, str | None, Language | None]] = []
        self.forgotten: list[str] = []
        self.streaming = False
        self._threads: dict[str, list[Answer]] = {}
        self._profiles: dict[str, Profile] = {}
        self._lock = Lock()

    def stream(
        self, text: str, thread_id: str | None = None, language: Language | None = None
    ) -> Iterator[Claim | Answer]:
        """Claims with a pause before each, then the answer."""
        self.asked.append((text, thread_id, language))
        if text == FAILS:
            raise WriterError("The chat model did not answer; check QULIU_CHAT_MODEL.")
        if text == CRASHES:
            raise RuntimeError("secret detail")
        spoken: Language = "zh" if any("\u4e00" <= character <= "\u9fff" for character in text) else "en"
        answer = answer_to(text, language or spoken)
        self.streaming = True
        try:
            for one in answer.claims:
                sleep(0.5 if text == SLOW else self.pause)
                yield one
        finally:
            self.streaming = False
        with self._lock:
            self._threads.setdefault(thread_id or "", []).append(answer)
            if "Chengdu" in text and thread_id:
                known = {**self.profile(thread_id).model_dump(), "origin": "上海", "destinations": ("成都",)}
                self._profiles[thread_id] = Profile.model_validate({**known, "destination": "成都"})
        yield answer

    def ask(self, text: str, thread_id: str | None = None, language: Language | None = None) -> Answer:
        """The answer alone."""
        *_, answer = self.stream(text, thread_id, language)
        assert isinstance(answer, Answer)
        return answer

    def history(self, thread_id: str) -> tuple[Answer, ...]:
        """What this thread was answered."""
        return tuple(self._threads.get(thread_id, ()))

    def forget(self, thread_id: str) -> None:
        """Drop a thread."""
        self.forgotten.append(thread_id)
        self._threads.pop(thread_id, None)
        self._profiles.pop(thread_id, None)

    def threads(self) -> tuple[ThreadInfo, ...]:
        """All threads, the latest first."""
        return tuple(
            ThreadInfo(id=id_, title=answers[0].question, started=WHEN, updated=WHEN, turns=len(answers))
            for id_, answers in reversed(self._threads.items())
        )

    def export(self, thread_id: str, format_: Literal["markdown", "json"] = "markdown") -> str:
        """A thread written out."""
        if thread_id not in self._threads:
            raise ConversationError(f"There is no conversation {thread_id!r}.")
        return render(thread_id, self.profile(thread_id), self.history(thread_id), format_)

    def profile(self, thread_id: str) -> Profile:
        """What is known in a thread."""
        return self._profiles.get(thread_id, Profile())

    def set_profile(self, thread_id: str, profile: Profile) -> None:
        """Put it right."""
        self._profiles[thread_id] = profile


if __name__ == "__main__":
    from bot.web import serve

    port, pause = [*sys.argv[1:], *("0", "0.3")[len(sys.argv) - 1 :]]
    serve(FakeAdvisor(float(pause)), port=int(port), on_ready=lambda url: print(url, flush=True))
