"""Plain RAG: where the notes stand in the text, which of them a chunk holds, and what is made of the nearest chunks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import BaseMessage
from pydantic import Field

from bot.errors import WriterError
from bot.turn import Answer, Gap, Section
from evals.baseline import BREAK, SPLITTING, Chunk, PlainRag, Span, Splitting, render, split
from knowledge.corpus import load_notes
from knowledge.embed import SentenceTransformerEmbedder
from knowledge.passage import LANGUAGES, Language
from tests.conftest import DOCUMENT, PASSAGES, HashEmbedder, passage

# Each fills a chunk of its own in either language, and shares its characters with no other.
LETTERS = {"alpha": "abc", "beta": "defg", "gamma": "hij", "delta": "klm", "epsilon": "nop"}
WIDE = tuple(passage(id_, (letters * 400)[:990], language="en") for id_, letters in LETTERS.items())
# Two to a chunk.
PAIRS = tuple(
    passage(f"{id_}{n}", (letters * 200)[:490], language="en") for id_, letters in LETTERS.items() for n in (1, 2)
)
# More of the letters of alpha than of beta, of beta than of delta, of delta than of gamma, and none of epsilon.
NEAREST_FIRST = "abcabcabc defgdefg klmklm hij"


class Chat(FakeListChatModel):
    """Answers one reply and keeps what it was sent."""

    sent: list[list[BaseMessage]] = Field(default_factory=list)

    def _call(self, messages: list[BaseMessage], *args: object, **kwargs: object) -> str:
        self.sent.append(messages)
        return self.responses[0]


class Broken(Chat):
    def _call(self, *args: object, **kwargs: object) -> str:
        raise ConnectionError("no route\nto host")


@pytest.fixture
def rag() -> Iterator[PlainRag]:
    system = PlainRag(HashEmbedder(), notes=([DOCUMENT], WIDE))
    yield system
    system.close()


def answering(chat: BaseChatModel | str, question: str = "abc?") -> Answer:
    system = PlainRag(HashEmbedder(), chat, notes=([DOCUMENT], PAIRS))
    try:
        (answer,) = system.ask([question])
    finally:
        system.close()
    return answer


def said(answer: Answer) -> list[tuple[str, list[str]]]:
    """Each claim with the ids of the notes that it cites."""
    ids = {citation.number: citation.passage_id for citation in answer.citations}
    return [(claim.text, [ids[number] for number in claim.citations]) for claim in answer.claims]


# --- the text and its chunks ---


def test_a_text_of_each_language_and_where_its_notes_stand() -> None:
    passages = (
        passage("one", "甲乙", text_en="First."),
        passage("two", "Third.", text_en="Third.", language="en"),
        passage("three", "丙"),
        passage("four", "甲乙", text_en="First."),
    )
    assert render(passages, "zh") == (
        "甲乙\n\n丙\n\n甲乙",
        (Span("one", 0, 2), Span("three", 4, 5), Span("four", 7, 9)),
    )
    assert render(passages, "en") == (
        "First.\n\nThird.\n\nFirst.",
        (Span("one", 0, 6), Span("two", 8, 14), Span("four", 16, 22)),
    )


def test_a_chunk_holds_the_notes_of_which_it_has_at_least_half() -> None:
    text, spans = "ab cd ef gh", (Span("half", 0, 11), Span("less", 0, 12), Span("whole", 3, 5), Span("next", 6, 11))
    assert split(text, spans, Splitting(6, 0, (" ", ""))) == [
        Chunk("ab cd", ("whole",)),
        Chunk("ef gh", ("next",)),
    ]
    assert split(text, spans, Splitting(8, 0, (" ", "")))[0] == Chunk("ab cd ef", ("half", "less", "whole"))
    assert split("abcdef", (Span("just", 0, 6), Span("short", 0, 7)), Splitting(3, 0, ("",)))[0].notes == ("just",)


def test_identical_notes_are_told_apart_by_where_they_stand() -> None:
    text, spans = render([passage(str(n), "同样的一句话。") for n in range(6)], "zh")
    chunks = split(text, spans, Splitting(20, 0, SPLITTING["zh"].separators))
    assert [chunk.notes for chunk in chunks] == [("0", "1"), ("2", "3"), ("4", "5")]
    overlapping = split(text, spans, Splitting(20, 9, SPLITTING["zh"].separators))
    assert [chunk.notes for chunk in overlapping] == [("0", "1"), ("1", "2"), ("2", "3"), ("3", "4"), ("4", "5")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_bundled_note_is_in_a_chunk_with_its_own_words(language: Language) -> None:
    documents, notes = load_notes()
    for document in documents:
        own = [note for note in notes if note.document_id == document.id]
        assert own[-1].id == f"{document.id}-note"
        chunks = split(*render(own, language), SPLITTING[language])
        held = [id_ for chunk in chunks for id_ in chunk.notes]
        assert list(dict.fromkeys(held)) == [note.id for note in own]
        texts = {note.id: note.in_language(language) for note in own}
        # No note is longer than a chunk, so that each stands whole in every chunk that holds it.
        assert [chunk.text for chunk in chunks] == [BREAK.join(texts[id_] for id_ in chunk.notes) for chunk in chunks]
        assert all(len(chunk.text) <= SPLITTING[language].size for chunk in chunks)
        assert any(set(one.notes) & set(other.notes) for one, other in pairwise(chunks))


# --- without a chat model ---


def test_the_answer_is_the_four_nearest_chunks_word_for_word(rag: PlainRag) -> None:
    (answer,) = rag.ask(["nopnopnop hi hi", NEAREST_FIRST])
    texts = {one.id: one.text for one in WIDE}
    assert said(answer) == [(texts[id_], [id_]) for id_ in ("alpha", "beta", "delta", "gamma")]
    assert [claim.section for claim in answer.claims] == [Section.POINTS] * 4
    assert answer.claims[1].markdown == f"{texts['beta']} [2]"
    assert answer.text == BREAK.join(claim.markdown for claim in answer.claims)
    assert (answer.question, answer.language) == (NEAREST_FIRST, "en")
    assert (answer.writer, answer.abstained) == ("extract", False)


def test_a_chunk_of_several_notes_cites_them_all() -> None:
    system = PlainRag(HashEmbedder(), notes=([DOCUMENT], PAIRS))
    (answer,) = system.ask(["abc dg"])
    assert said(answer)[0] == (f"{PAIRS[0].text}\n\n{PAIRS[1].text}", ["alpha1", "alpha2"])
    assert answer.claims[0].markdown.endswith(" [1][2]")
    assert answer.claims[1].citations == (3, 4)
    assert system.search("abc dg", 3) == ("alpha1", "alpha2", "beta1")
    system.close()


def test_the_language_is_that_of_the_question(rag: PlainRag) -> None:
    assert rag.ask(["房租多少？"])[0].language == "zh"


def test_half_a_surrogate_pair_does_no_harm(rag: PlainRag) -> None:
    assert rag.ask(["abc\ud83d"])[0].question == "abc\ufffd"
    assert rag.search("abc\ud83d", 1) == ("alpha",)


def test_citations_say_where_a_note_is_from() -> None:
    system = PlainRag(HashEmbedder(), notes=([DOCUMENT], PASSAGES))
    (answer,) = system.ask(["租房的人"])
    rent = next(citation for citation in answer.citations if citation.passage_id == "rent")
    assert (rent.document_title, rent.source, rent.locator) == ("测试", "test.txt", "rent")
    assert (rent.text, rent.text_en) == (PASSAGES[0].text, PASSAGES[0].text_en)
    system.close()


def test_search_lists_each_note_once_and_no_more_than_asked_for(rag: PlainRag) -> None:
    assert rag.search(NEAREST_FIRST, 2) == ("alpha", "beta")
    assert sorted(rag.search("abc", 100)) == sorted(LETTERS)
    assert rag.search("abc", 0) == ()


def test_two_systems_do_not_share_their_chunks(rag: PlainRag) -> None:
    other = PlainRag(HashEmbedder(), notes=([DOCUMENT], PASSAGES))
    other.close()
    assert sorted(rag.search("abc", 100)) == sorted(LETTERS)


def test_timings_add_up(rag: PlainRag) -> None:
    timings = rag.ask(["abc"])[0].timings_ms
    assert timings.retrieve > 0
    assert timings.total == pytest.approx(timings.retrieve + timings.write, abs=0.002)
    assert (timings.understand, timings.weigh, timings.verify) == (0, 0, 0)


# --- with a chat model ---


def test_each_sentence_rests_on_the_notes_of_the_chunks_it_cites() -> None:
    chat = Chat(responses=["Rents rose 2.5% in Chengdu [1]. Pay did too. [1][2]\n- It is said, e.g. by some."])
    answer = answering(chat, "abc dg")
    assert said(answer) == [
        ("Rents rose 2.5% in Chengdu.", ["alpha1", "alpha2"]),
        ("Pay did too.", ["alpha1", "alpha2", "beta1", "beta2"]),
        ("It is said, e.g. by some.", []),
    ]
    assert answer.text == "Rents rose 2.5% in Chengdu. [1][2]\n\nPay did too. [1][2][3][4]\n\nIt is said, e.g. by some."
    assert (answer.abstained, answer.gaps, answer.writer) == (False, (), "Chat")


def test_chinese_sentences_and_markers() -> None:
    answer = answering(Chat(responses=["1. 房租涨了2.5%【1，2】。工资没涨！[0][5]\n“会回来吗？”[4]"]), NEAREST_FIRST)
    assert said(answer) == [
        ("房租涨了2.5%。", ["alpha1", "alpha2", "beta1", "beta2"]),
        ("工资没涨！", []),
        ("“会回来吗？”", ["gamma1", "gamma2"]),
    ]


def test_the_model_is_given_the_numbered_chunks_and_the_question() -> None:
    chat = Chat(responses=["好 [1]。"])
    answering(chat, "abc 的 {question}")
    ((system, human),) = chat.sent
    assert str(system.content).startswith("你根据")
    assert f"[1] {PAIRS[0].text}\n\n{PAIRS[1].text}\n\n[2] " in str(human.content)
    assert "\n\n[4] " in str(human.content)
    assert "[5]" not in str(human.content)
    assert str(human.content).endswith("问题：abc 的 {question}")


def test_without_a_marker_it_abstains() -> None:
    answer = answering(Chat(responses=["I do not know. Nothing is said of it."]))
    assert (answer.abstained, answer.claims, answer.citations) == (True, (), ())
    assert answer.text == "I do not know. Nothing is said of it."
    assert answer.gaps == (Gap(text="I do not know. Nothing is said of it."),)


def test_a_model_by_name_is_opened_by_langchain(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Chat(responses=["Yes [1]."])
    monkeypatch.setattr("langchain.chat_models.init_chat_model", {"openai:a-model": chat}.__getitem__)
    answer = answering("openai:a-model")
    assert (answer.text, answer.writer) == ("Yes. [1][2]", "openai:a-model")


@pytest.mark.parametrize(
    ("chat", "message"),
    [
        (
            Broken(responses=[]),
            "The chat model Broken cannot be reached (ConnectionError: no route to host); "
            "check its name, its key and the network, or unset QULIU_CHAT_MODEL.",
        ),
        (
            Chat(responses=[" \n"]),
            "The chat model Chat answered nothing; set QULIU_CHAT_MODEL to another model or unset it.",
        ),
    ],
)
def test_a_model_that_fails_says_so_in_one_line(chat: Chat, message: str) -> None:
    with pytest.raises(WriterError) as raised:
        answering(chat)
    assert str(raised.value) == message


def test_a_provider_that_is_not_installed_is_named() -> None:
    with pytest.raises(WriterError, match=r"^The chat model groq:x cannot be opened \(ImportError: .*\); install th"):
        answering("groq:x")


# --- with the bundled model ---


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("离开北上广深的人有多少又回来了？", "return-flow"),
        ("Who quit the railway to open a cafe in Yunnan?", "yanshan-cafe"),
    ],
)
def test_a_lookup_finds_its_note(rag_of_notes: PlainRag, question: str, found: str) -> None:
    (answer,) = rag_of_notes.ask([question])
    best = [answer.citations[number - 1].passage_id for number in answer.claims[0].citations]
    assert found in best
    assert rag_of_notes.search(question, len(best)) == tuple(best)


@pytest.fixture(scope="module")
def rag_of_notes(embedder: SentenceTransformerEmbedder) -> Iterator[PlainRag]:
    """Over a dozen notes, since a whole article takes seconds to embed."""
    documents, notes = load_notes()
    own = [note for note in notes if note.document_id == documents[0].id]
    system = PlainRag(embedder, notes=(documents[:1], own[24:36]))
    yield system
    system.close()
