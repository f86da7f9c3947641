"""Questions of LoCoMo-format conversations with the answers that count as right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.locomo_data import ANSWERABLE, Conversation, Session, conversation


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the answer that is expected, and its category number."""

    text: str
    answer: str
    category: int


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation and what is asked about it."""

    conversation: Conversation
    questions: tuple[Asked, ...]


def load(folder: Path) -> list[Told]:
    """All conversations of a folder, by name. Files may also stand in its sub-folder `locomo`."""
    root = folder / "locomo" if (folder / "locomo").is_dir() else folder
    return [Told(conversation(path), questions(path)) for path in sorted(root.glob("conv-*.json"))]


def questions(path: Path) -> tuple[Asked, ...]:
    """The answerable questions of a file, also those that cite no turn."""
    rows = json.loads(path.read_text(encoding="utf-8"))["qa"]
    return tuple(
        Asked(row["question"], str(row["answer"]), row["category"])
        for row in rows
        if row["category"] in ANSWERABLE and str(row.get("answer", "")).strip()
    )


def written(session: Session, lines: Sequence[str]) -> str:
    """Turns under the date of their session, as the baselines show them."""
    at = session.observed_at
    return "\n".join((f"{at.day} {at:%B %Y}, {at:%H:%M}", *lines))


def lines_of(session: Session) -> list[str]:
    """The turns of a session, a line each."""
    return [f"{turn.speaker}: {turn.content}" for turn in session.turns]
