"""Questions over passages in the files of MuSiQue and 2WikiMultiHopQA, with the triples recorded for the passages.

A folder `musique` holds `corpus.json` (passages with titles), `questions.json` (with their supporting paragraphs) and
`openie.json` (triples that a model extracted from each passage); a folder `2wiki` holds `corpus.json` and
`questions.json` (with the titles of their passages), and no triples.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.locomo_data import proper_names

from twohop.graph.model import digest
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Named

SETS = ("musique", "2wiki")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage; `id` is its place in the corpus."""

    id: str
    title: str
    text: str

    @property
    def key(self) -> str:
        """What tells it in a recording: its title and text."""
        return digest(self.title, self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its steps (0 = not told) and the passages that it needs."""

    text: str
    hops: int
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A data set. `facts`: the recorded triples by the key of their passage; empty when there is no recording."""

    name: str
    passages: tuple[Passage, ...]
    questions: tuple[Question, ...]
    facts: Mapping[str, tuple[Fact, ...]]


def load(folder: Path) -> list[Corpus]:
    """The data sets of a folder, which may also be one of them."""
    names = [name for name in SETS if (folder / name / "corpus.json").is_file()]
    if not names and folder.name in SETS and (folder / "corpus.json").is_file():
        return [corpus(folder)]
    return [corpus(folder / name) for name in names]


def corpus(folder: Path) -> Corpus:
    """One data set."""
    rows = read(folder / "corpus.json")
    passages = tuple(Passage(str(place), row["title"], row["text"]) for place, row in enumerate(rows))
    by_text = {(one.title, one.text): one.id for one in passages}
    by_title = {one.title: one.id for one in passages}
    questions: list[Question] = []
    for row in read(folder / "questions.json"):
        if "gold_titles" in row:
            gold = frozenset(by_title[title] for title in row["gold_titles"])
        else:
            needed = [one for one in row["paragraphs"] if one["is_supporting"]]
            gold = frozenset(by_text[one["title"], one["paragraph_text"]] for one in needed)
        questions.append(Question(row["question"], len(row.get("question_decomposition", ())), gold))
    recorded = folder / "openie.json"
    facts = triples(read(recorded)["docs"]) if recorded.is_file() else {}
    return Corpus(folder.name, passages, tuple(questions), facts)


def read(path: Path) -> Any:
    """A file of JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def triples(docs: Iterable[Mapping[str, Any]]) -> Mapping[str, tuple[Fact, ...]]:
    """The recorded triples as facts, by passage; rows that are no triples are left out."""
    rows = [
        (digest(doc["title"], doc["text"]), *map(str, row))
        for doc in docs
        for row in doc["extracted_triples"]
        if isinstance(row, list) and len(row) == 3 and normal(str(row[0])) and normal(str(row[2]))
    ]
    proper = proper_names([(" ".join(row[1:]), (row[1], row[3])) for row in rows])
    facts: dict[str, dict[Fact, None]] = {}
    for key, subject, predicate, object_ in rows:
        fact = Fact(
            text=f"{subject} {predicate} {object_}",
            claims=(Claim(subject=subject, predicate=predicate, object=object_),),
            entities=tuple(Named(name=name, proper=normal(name) in proper) for name in (subject, object_)),
        )
        facts.setdefault(key, {})[fact] = None
    return {key: tuple(few) for key, few in facts.items()}


def dropped(facts: Mapping[str, Sequence[Fact]], share: float, seed: int) -> Mapping[str, tuple[Fact, ...]]:
    """What is left when a share of the facts is lost at random."""
    chance = random.Random(seed)
    return {key: tuple(fact for fact in few if chance.random() >= share) for key, few in facts.items()}
