from __future__ import annotations

import numpy as np

from knowledge.nearest import Nearest, Scan, largest


def test_a_scan_finds_the_nearest_and_whose_they_are() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)
    scan = Scan(vectors, np.array([0, 1, 1, 2]), np.array([True, True, False, True]))
    near = scan.nearest(np.array([0.0, 1.0], dtype=np.float32), 2)
    assert sorted(near.similarities.tolist()) == [float(np.float32(0.8)), 1.0]
    assert near.passages.tolist() == [1, 1]
    assert sorted(near.whole.tolist()) == [False, True]
    assert len(scan.nearest(vectors[0], 9).passages) == 4


def test_a_passage_is_as_near_as_its_whole_and_its_nearest_vector_together() -> None:
    near = Nearest(
        passages=np.array([7, 3, 7, 5, 3]),
        similarities=np.array([0.9, 0.8, 0.7, 0.6, 0.2]),
        whole=np.array([False, False, True, True, True]),
    )
    passages, similarities, least = near.by_passage(0.25)
    assert passages.tolist() == [3, 5, 7]
    np.testing.assert_allclose(similarities, [0.75 * 0.8 + 0.25 * 0.2, 0.6, 0.75 * 0.9 + 0.25 * 0.7])
    assert least == 0.6


def test_a_whole_that_was_not_found_counts_as_the_farthest_passage() -> None:
    near = Nearest(np.array([1, 2]), np.array([0.9, 0.5]), np.array([False, True]))
    passages, similarities, least = near.by_passage(0.5)
    assert passages.tolist() == [1, 2]
    np.testing.assert_allclose(similarities, [(0.9 + 0.5) / 2, 0.5])
    assert least == 0.5


def test_the_largest_are_found_or_all() -> None:
    values = np.array([3.0, 9.0, 1.0, 7.0])
    assert sorted(largest(values, 2).tolist()) == [1, 3]
    assert largest(values, 4).tolist() == largest(values, 9).tolist() == [0, 1, 2, 3]
