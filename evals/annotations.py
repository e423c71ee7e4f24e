"""How often the labels given to documents agree with those the bundled notes were given by hand.

``python -m evals.annotations`` prints it. Each note is labelled without itself, and once more without any note on its
article, which is harder and nearer to what happens to a document of somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from knowledge.annotate import Labels, Neighbours, label, labelled_notes
from knowledge.embed import Embedder, SentenceTransformerEmbedder
from knowledge.passage import LANGUAGES, Grade, Language, Passage, Stance
from knowledge.script import simplified

Values = Iterable[object]

FIELDS: Mapping[str, Callable[[Passage | Labels], Values]] = {
    "topics": lambda labels: labels.topics,
    "first topic": lambda labels: labels.topics[:1],
    "cities": lambda labels: labels.cities,
    "scope": lambda labels: labels.scope,
    "grade": lambda labels: [labels.grade],
    "stance": lambda labels: [labels.stance],
    "leaning": lambda labels: [labels.stance] if labels.stance is not Stance.NEUTRAL else [],
    "caveat": lambda labels: [labels.caveat] if labels.caveat else [],
    "speaks to city": lambda labels: ["city"] if labels.speaks_to == "city" else [],
    "has attribution": lambda labels: [True] if labels.attribution else [],
    "has weakness": lambda labels: [True] if labels.weakness else [],
    "as of": lambda labels: [labels.as_of] if labels.as_of else [],
}


@dataclass
class Agreement:
    """Labels given by both, by the rules alone, and by hand alone."""

    both: int = 0
    given: int = 0
    by_hand: int = 0

    @property
    def precision(self) -> float:
        """Of the labels given, the share that was given by hand."""
        return self.both / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Of the labels given by hand, the share that was given."""
        return self.both / self.by_hand if self.by_hand else 1.0

    def add(self, given: Values, by_hand: Values) -> None:
        """Count the labels of one passage."""
        found, wanted = {*given}, {*by_hand}
        self.both += len(found & wanted)
        self.given += len(found)
        self.by_hand += len(wanted)


def agreement(embedder: Embedder, language: Language, *, whole_articles: bool = False) -> dict[str, Agreement]:
    """The agreement of each field over the notes in one language, with ``whole_articles`` left out."""
    neighbours = Neighbours(embedder, language)
    notes = labelled_notes()
    vectors = embedder.embed_passages([simplified(note.in_language(language)) for note in notes])
    found = {field: Agreement() for field in FIELDS}
    for note, vector in zip(notes, vectors, strict=True):
        plain = Passage(
            id=note.id,
            document_id=note.document_id,
            document_title=note.document_title,
            language=language,
            text=_told(note, language),
            source=note.source,
            locator=note.locator,
        )

        def is_known(other: Passage, note: Passage = note) -> bool:
            return other.document_id == note.document_id if whole_articles else other.id == note.id

        labels = label(plain, neighbours.of(vector, without=is_known))
        for field, values in FIELDS.items():
            found[field].add(values(labels), values(note))
    return found


def _told(note: Passage, language: Language) -> str:
    """What a note says with who said it before it, as an article would tell it; the label holds that apart."""
    text = note.in_language(language)
    if note.attribution is None or note.grade in {Grade.OPINION, Grade.CASE}:
        return text
    return f"据{note.attribution.zh}，{text}" if language == "zh" else f"According to {note.attribution.en}, {text}"


def main() -> None:
    """Print the precision and recall of every field."""
    embedder = SentenceTransformerEmbedder()
    table = Table("field", *(f"{language} {without}" for language in LANGUAGES for without in ("note", "article")))
    columns = [agreement(embedder, language, whole_articles=whole) for language in LANGUAGES for whole in (False, True)]
    for field in FIELDS:
        table.add_row(field, *(f"{column[field].precision:.2f} / {column[field].recall:.2f}" for column in columns))
    console = Console(highlight=False)
    console.print(table)
    console.print(
        "Precision / recall on the bundled notes, each labelled without itself, or without its whole article."
    )


if __name__ == "__main__":
    main()
