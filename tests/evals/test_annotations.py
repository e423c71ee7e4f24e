"""How well documents are labelled, held to what was reached."""

from __future__ import annotations

import pytest

from evals.annotations import Agreement, agreement
from knowledge.embed import SentenceTransformerEmbedder
from knowledge.passage import Language


def test_agreement_counts_labels() -> None:
    found = Agreement()
    found.add(["a", "b"], ["b", "c", "d"])
    found.add([], [])
    assert (found.both, found.given, found.by_hand) == (1, 2, 3)
    assert (found.precision, found.recall) == (0.5, 1 / 3)
    assert (Agreement().precision, Agreement().recall) == (1.0, 1.0)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("whole_articles", [False, True])
def test_the_labels_agree_with_those_given_by_hand(
    embedder: SentenceTransformerEmbedder, language: Language, whole_articles: bool
) -> None:
    found = agreement(embedder, language, whole_articles=whole_articles)
    assert found["cities"].precision >= 0.95
    assert found["cities"].recall >= 0.98
    assert found["topics"].precision >= 0.55
    assert found["topics"].recall >= 0.6
    assert found["grade"].precision >= 0.75
    assert found["stance"].precision >= 0.55
    assert found["leaning"].precision >= 0.9
    assert found["caveat"].recall >= 0.6
    assert found["has weakness"].precision >= 0.85
