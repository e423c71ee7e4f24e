"""A text that is edited still knows where its characters stood."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.mapped import Edit, MappedText


def edit(start: int, end: int, text: str, *, step: str = "test", guess: bool = False) -> Edit:
    return Edit(start, end, text, step, guess)


def test_a_text_as_it_is_maps_to_itself() -> None:
    text = MappedText.of("成都的房租")
    assert text.text == text.source == "成都的房租"
    assert text.span(2, 5) == (2, 5)
    assert text.edits == ()
    assert text.edited([]) is text


def test_characters_map_around_what_was_taken_out_put_in_and_replaced() -> None:
    text = MappedText.of("ab(x)cd").edited([edit(2, 5, ""), edit(5, 6, "CCC"), edit(7, 7, "!")])
    assert text.text == "abCCCd!"
    assert text.span(0, 2) == (0, 2)
    assert text.span(1, 3) == (1, 6)
    assert text.span(3, 4) == (5, 6)
    assert text.span(5, 6) == (6, 7)
    assert text.span(6, 7) == (7, 7)
    assert text.span(7, 7) == (7, 7)


def test_an_empty_span_is_the_place_before() -> None:
    text = MappedText.of("ab(x)cd").edited([edit(2, 5, "")])
    assert text.span(2, 2) == (5, 5)
    assert text.span(4, 4) == (7, 7)


def test_edits_of_an_edited_text_are_placed_in_the_source() -> None:
    once = MappedText.of("a**bc").edited([edit(1, 3, "")])
    twice = once.edited([edit(1, 2, "BB", guess=True), edit(2, 3, "")])
    assert twice.text == "aBB"
    assert twice.edits == (edit(1, 3, ""), edit(3, 4, "BB", guess=True), edit(4, 5, ""))
    assert twice.span(1, 3) == (3, 4)
    assert twice.source == "a**bc"


def test_an_edit_of_what_an_edit_made_takes_its_whole_place() -> None:
    twice = MappedText.of("x??sy").edited([edit(1, 4, "模縮", guess=True)]).edited([edit(2, 3, "缩")])
    assert twice.text == "x模缩y"
    assert twice.span(2, 3) == (1, 4)
    assert twice.edits_within(1, 2) == (edit(1, 4, "模縮", guess=True), edit(1, 4, "缩"))


def test_edits_within_are_those_that_made_the_characters() -> None:
    text = MappedText.of("0123456789").edited([edit(1, 2, "B"), edit(4, 6, ""), edit(8, 9, "H")])
    assert text.text == "0B2367H9"
    assert text.edits_within(0, 1) == ()
    assert text.edits_within(0, 2) == (edit(1, 2, "B"),)
    assert text.edits_within(2, 4) == ()
    assert text.edits_within(3, 5) == (edit(4, 6, ""),)
    assert text.edits_within(6, 8) == (edit(8, 9, "H"),)
    assert text.edits_within(0, 8) == text.edits


def test_a_long_edit_before_short_ones_is_found() -> None:
    text = MappedText.of("0123456789").edited([edit(0, 10, "abcde")]).edited([edit(1, 2, "B")])
    assert {found.text for found in text.edits_within(4, 5)} == {"B", "abcde"}


@pytest.mark.parametrize(
    "edits", [[edit(0, 2, ""), edit(1, 3, "")], [edit(-1, 0, "")], [edit(3, 5, "")], [edit(2, 1, "")]]
)
def test_edits_that_overlap_or_lie_outside_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edits overlap, or lie outside the text"):
        MappedText.of("abcd").edited(edits)


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> list[Edit]:
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    texts = st.text(alphabet="XYZ", max_size=3)
    return [edit(a, b, draw(texts)) for a, b in zip(places[::2], places[1::2], strict=False)]


@given(st.data(), st.text(alphabet="abcdef", max_size=30))
def test_every_character_that_was_kept_stands_where_it_says(data: st.DataObject, source: str) -> None:
    text = MappedText.of(source)
    for _ in range(2):
        text = text.edited(data.draw(edits_of(text.text)))
    assert len(text.starts) == len(text.ends) == len(text.text)
    assert sorted(text.starts) == list(text.starts)
    for place, character in enumerate(text.text):
        start, end = text.span(place, place + 1)
        assert 0 <= start <= end <= len(source)
        if character in "abcdef":
            assert source[start:end] == character


def test_many_edits_take_little_time() -> None:
    began = time.perf_counter()
    text = MappedText.of("ab" * 100_000).edited(edit(place, place + 1, "c") for place in range(0, 200_000, 2))
    assert [len(text.edits_within(place, place + 4)) for place in range(0, 200_000, 4)] == [2] * 50_000
    assert time.perf_counter() - began < 20
