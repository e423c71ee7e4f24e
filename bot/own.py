"""What documents of one's own, whose details nobody listed, seem not to say: by how near they come to a question."""

from __future__ import annotations

from collections.abc import Sequence

from bot.about import is_about
from bot.cues import cue
from bot.premise import Contradicts, puts_right
from bot.turn import Covered, Intent, Request, Silence
from knowledge.index import Index
from knowledge.passage import Hit
from knowledge.places import find_places
from knowledge.script import language_of, simplified

# Of public questions whose paragraph is there, 1 in 60 has a best score below _NEAR together with less than _TOLD of
# the weight of its words in the best passages; of those whose paragraph was taken away, 3 in 5. Between languages no
# word is shared, and a score tells less: 1 in 15 below _NEAR_ACROSS against 2 in 5, of Chinese questions fewer; whoever
# asks for a topic of the passage is not stopped by it.
_NEAR = 3.5
_TOLD = 0.4
_NEAR_ACROSS = 2.5
_READ = 3


def examine_own(request: Request, hits: Sequence[Hit], index: Index, contradicts: Contradicts) -> Covered:
    """Whether the passages found seem to say what is asked, and whether the first says otherwise than the question."""
    if request.intent is not Intent.LOOKUP or request.reference:
        return Covered()
    first = hits[0].passage
    here = is_about(first, request.places) or not request.places
    if here and puts_right(request, [first], contradicts):
        return Covered(right=(first.id,), presumed=True)
    return Covered() if _seems_told(request, hits, index) else Covered(silences=(Silence(subject="not_found"),))


def _seems_told(request: Request, hits: Sequence[Hit], index: Index) -> bool:
    found = index.search(request.text, k=1, language=request.language)
    language, first = language_of(request.text), hits[0].passage
    if first.language != language:
        return found[0].score >= _NEAR_ACROSS or bool(set(request.topics) & set(first.topics))
    read = [hit.passage for hit in hits[:_READ]]
    return found[0].score >= _NEAR or index.share_told(_subject(request.text), read, language) >= _TOLD


def _subject(text: str) -> str:
    """What a question asks about, without its places and the words that every question has."""
    for mention in reversed(find_places(text)):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return cue("hollow").sub(" ", simplified(text))
