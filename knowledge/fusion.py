"""How similarity and keywords become one score that means the same in either language.

Measured on public Chinese and English sets with the default model (recall@1 unless told otherwise; the table and its
command are in docs/models.md):

- A passage is close to a question as a whole or in one part, so the two similarities are averaged.
- A question in the other language comes near to some passages whatever it asks; most of what an average question of its
  language has in common is taken off.
- Similarities within one language lie higher than between two, so each side is standardised by its own mean and
  deviation. Background sentences count among its members: a side of few passages, all about one thing, has no
  statistics of its own worth the name.
- Keywords count for the question's own language only: between languages they match names and miss meaning.
- One rare word in common is ten deviations and more, which no similarity ever is: passages of the question's own
  language went before better ones of the other. So keyword scores grow like a logarithm beyond a few deviations.
- Two passages that say the same in two languages are nearer to each other than a question is to either. So the other
  language is asked once more, with the best passage added to the question (pseudo-relevance feedback). Where the best
  one is wrong that misleads; so what is found thus can rise in its score, but not above the best, and nothing falls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embed import Vectors

Scores = NDArray[np.float64]

BACKGROUND_WEIGHT = 64


@dataclass(frozen=True)
class Fusion:
    """What each part of a score counts; the defaults are what a search uses, others are there to be measured.

    ``whole_share`` is what the similarity of a whole passage counts beside that of its nearest part,
    ``question_offset`` how much of an average question is taken off one in another language. Keywords count
    ``keyword_weight`` to the similarities' 1, and grow like a logarithm beyond ``keyword_knee`` standard deviations.
    ``feedback`` is what the vector of the best passage counts to the question's 1 where the other language is asked
    for more like it; a best passage that stands in both languages is not asked about.
    """

    whole_share: float = 0.5
    question_offset: float = 0.7
    standardised: bool = True
    keyword_weight: float = 0.5
    keyword_knee: float = 8.0
    feedback: float = 0.25

    def with_keywords(self, similarities: Scores, keywords: Scores, standing: Scores) -> Scores:
        """Standardised similarities (n,) averaged with the keyword scores (n,), standardised among all ``standing``."""
        deviation = standing.std()
        if deviation == 0 or self.keyword_weight == 0:
            return similarities
        standardised = (keywords - standing.mean()) / deviation
        if math.isfinite(self.keyword_knee):
            above = np.maximum(standardised, 0.0)
            standardised = np.minimum(standardised, 0.0) + self.keyword_knee * np.log1p(above / self.keyword_knee)
        fused: Scores = (similarities + self.keyword_weight * standardised) / (1 + self.keyword_weight)
        return fused


DEFAULT = Fusion()


@dataclass(frozen=True)
class Moments:
    """Mean (d,) and covariance (d, d) of the vectors of one side; they give those of its similarities to any query."""

    mean: Vectors
    covariance: Vectors

    @classmethod
    def of(cls, passages: Vectors, background: Vectors) -> Moments:
        """Moments of passages (n, d) together with background sentences (m, d), which weigh BACKGROUND_WEIGHT."""
        vectors = np.vstack([passages, background])
        weights = np.full(len(vectors), BACKGROUND_WEIGHT / len(background))
        weights[: len(passages)] = 1.0
        mean = np.average(vectors, axis=0, weights=weights)
        centred = vectors - mean
        covariance = (centred * weights[:, None]).T @ centred / weights.sum()
        return cls(mean.astype(np.float32), covariance.astype(np.float32))

    def standardise(self, similarities: Scores, query: Vectors) -> Scores:
        """Similarities (n,) to a query (d,) in standard deviations above what this side has on average."""
        # A product of matrices would start threads, which wait for each other on busy cores.
        variance = max(float(np.vecdot(np.vecdot(self.covariance, query), query)), 1e-12)
        standing: Scores = (similarities - float(np.vecdot(query, self.mean))) / math.sqrt(variance)
        return standing
