"""Conversations in LoCoMo's file format, with the facts and entities that were recorded for them.

A folder holds `conv-*.json` (dated sessions of turns, questions with the turns that answer them, facts that a model
extracted) and `entities/conv-*.json` (the entities that a model found in each turn). The recorded facts stand in for
the output of an extracting model.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twohop.graph.model import digest
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Named
from twohop.vector.sparse import analyse

ANSWERABLE = (1, 2, 3, 4)
"""LoCoMo's category numbers: multi-hop, temporal, open-domain, single-hop; 5 has no answer in the conversation."""

TURN_ID = re.compile(r"D(\d+):(\d+)")
SESSION = re.compile(r"session_(\d+)")
DATE = re.compile(r"(\d{1,2}):(\d{2}) ([ap]m) on (\d{1,2}) (\w+), (\d{4})")
NAME = re.compile(r"[A-Z][\w'\u2019-]*(?:(?:\s+(?:of|the|de|and|for|von|van|la|du|&))*\s+[A-Z0-9][\w'\u2019-]*)*")
MENTIONS = "mentions"
MENTIONED = "related_to"
"""The predicate of a recorded fact and what it names: the recording says no more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: its id as questions cite it, who speaks, and the text with the caption of a shared picture."""

    id: str
    speaker: str
    content: str

    @property
    def key(self) -> str:
        """What tells it in a recording: who says what."""
        return digest(self.speaker, self.content)


@dataclass(frozen=True, slots=True)
class Session:
    """A dated session; `number` is its run."""

    number: int
    observed_at: datetime
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its category number and the turns that answer it."""

    text: str
    category: int
    evidence: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; `facts` by the turn from which they were recorded (the last one when there are several)."""

    name: str
    sessions: tuple[Session, ...]
    questions: tuple[Question, ...]
    facts: Mapping[str, tuple[Fact, ...]]

    @property
    def turns(self) -> int:
        """How many turns it has."""
        return sum(len(session.turns) for session in self.sessions)


def load(folder: Path) -> list[Conversation]:
    """All conversations of a folder, by name. Files may also stand in its sub-folder `locomo`."""
    root = folder / "locomo" if (folder / "locomo").is_dir() else folder
    return [conversation(path) for path in sorted(root.glob("conv-*.json"))]


def conversation(path: Path) -> Conversation:
    """One conversation with its recorded entities, if there are any."""
    data = json.loads(path.read_text(encoding="utf-8"))
    recorded = path.parent / "entities" / path.name
    mentions: Mapping[str, Any] = {}
    if recorded.is_file():
        found = json.loads(recorded.read_text(encoding="utf-8")).get(MENTIONS, {})
        mentions = {turn_ids(key)[0]: few for key, few in found.items()}
    sessions = tuple(sessions_of(data["conversation"]))
    known = {turn.id for session in sessions for turn in session.turns}
    return Conversation(
        name=path.stem,
        sessions=sessions,
        questions=tuple(questions_of(data["qa"], known)),
        facts=facts_of(data.get("observation", {}), known, mentions),
    )


def sessions_of(data: Mapping[str, Any]) -> Iterator[Session]:
    """The sessions in order."""
    numbered = {int(match[1]): key for key in data if (match := SESSION.fullmatch(key))}
    for number, key in sorted(numbered.items()):
        turns = tuple(
            Turn(turn_ids(turn["dia_id"])[0], turn["speaker"], said(turn)) for turn in data[key] if said(turn).strip()
        )
        if turns:
            yield Session(number, date_of(data[f"{key}_date_time"]), turns)


def said(turn: Mapping[str, Any]) -> str:
    """What a turn says, with what its picture shows."""
    text, caption = turn.get("text") or "", turn.get("blip_caption") or ""
    return f"{text} [shares {caption}]" if caption else text


def date_of(text: str) -> datetime:
    """The date of a session as the files write it ("1:56 pm on 8 May, 2023"), as UTC."""
    match = DATE.search(text)
    if match is None:
        raise ValueError(f"no date of a session: {text!r}")
    hour = int(match[1]) % 12 + (12 if match[3] == "pm" else 0)
    day = datetime.strptime(f"{match[4]} {match[5]} {match[6]}", "%d %B %Y")  # noqa: DTZ007 - the zone follows.
    return day.replace(hour=hour, minute=int(match[2]), tzinfo=UTC)


def questions_of(data: Sequence[Mapping[str, Any]], known: set[str]) -> Iterator[Question]:
    """The questions of categories 1 to 4 that cite turns of the conversation."""
    for row in data:
        evidence = frozenset(turn for cited in row.get("evidence", ()) for turn in turn_ids(cited)) & known
        if row["category"] in ANSWERABLE and evidence:
            yield Question(row["question"], row["category"], evidence)


def turn_ids(text: str) -> list[str]:
    """The turns that a text cites, without the zeros that some have in front: "D1:03; D2:4"."""
    return [f"D{int(session)}:{int(turn)}" for session, turn in TURN_ID.findall(text)]


def facts_of(
    observations: Mapping[str, Any], known: set[str], mentions: Mapping[str, Any]
) -> Mapping[str, tuple[Fact, ...]]:
    """The recorded facts by turn."""
    rows: list[tuple[str, str, list[str], list[str]]] = []
    for session in observations.values():
        for speaker, observed in session.items():
            for text, cited in observed:
                cites = cited if isinstance(cited, list) else [cited]
                turns = [turn for one in cites for turn in turn_ids(one) if turn in known]
                if turns:
                    rows.append((speaker, text, turns, names_in(speaker, text, turns, mentions)))
    proper = proper_names([(text, names) for _, text, _, names in rows])
    facts: dict[str, tuple[Fact, ...]] = {}
    for speaker, text, turns, names in rows:
        fact = Fact(
            text=text,
            claims=tuple(Claim(subject=speaker, predicate=MENTIONED, object=name) for name in names),
            entities=(
                Named(name=speaker, type="person", proper=True),
                *(Named(name=name, proper=normal(name) in proper) for name in names),
            ),
        )
        facts[turns[-1]] = (*facts.get(turns[-1], ()), fact)
    return facts


def names_in(speaker: str, text: str, turns: Sequence[str], mentions: Mapping[str, Any]) -> list[str]:
    """What a fact names beside its speaker: capitalised names, and entities of its turns whose words it holds."""
    held = set(analyse(text))
    names: dict[str, str] = {}
    for name in capitalised(text):
        names.setdefault(normal(name), name)
    for turn in turns:
        for mention, *_ in mentions.get(turn, ()):
            stems = set(analyse(mention))
            if stems and stems <= held:
                names.setdefault(normal(mention), mention)
    names.pop(normal(speaker), None)
    return [name for key, name in names.items() if key]


def capitalised(text: str) -> list[str]:
    """Runs of capitalised words, without what merely opens a sentence."""
    names: list[str] = []
    for match in NAME.finditer(text):
        words = re.sub(r"['\u2019]s\b", "", match.group()).split()
        while words and not analyse(words[0]):
            words = words[1:]
        name = " ".join(words)
        if len(name) > 2 and not name.isdigit():
            names.append(name)
    return names


def proper_names(rows: Sequence[tuple[str, Sequence[str]]]) -> set[str]:
    """Names that are written with capitals in at least half of the facts that hold them."""
    counts: dict[str, list[int]] = {}
    for text, names in rows:
        large = {word.casefold() for word in re.findall(r"\w+", text) if word[0].isupper() or word[0].isdigit()}
        for name in names:
            words = [word.casefold() for word in re.findall(r"\w+", name) if analyse(word)]
            count = counts.setdefault(normal(name), [0, 0])
            count[0] += bool(words) and all(word in large for word in words)
            count[1] += 1
    return {name for name, (capital, all_) in counts.items() if 2 * capital >= all_}
