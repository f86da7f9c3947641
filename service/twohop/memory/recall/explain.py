"""Why an item ranks where it does, in words and as values."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from twohop.graph.model import Memory
from twohop.memory.api import Explanation, Placement, Scores
from twohop.memory.points import written_day
from twohop.memory.recall.asked_time import FOR_EVER, Span
from twohop.memory.recall.first_stage import Ranked
from twohop.memory.recall.hop import Reached
from twohop.memory.recall.places import Place
from twohop.memory.recall.question import Question
from twohop.memory.recall.timeline import overlaps
from twohop.memory.recall.view import View
from twohop.vector.sparse import stem
from twohop.vector.stopwords import STOP

SAID = {
    Placement.CHANGE: "the question asks what held then, or how it changed",
    Placement.CHAIN: "part of a chain of facts that answers",
    Placement.LEADER: "answers clearly better than all other facts",
    Placement.SOURCE: "in the place of the best message that it, or a value before it, rests on",
    Placement.MESSAGE: "in the order of messages",
    Placement.REST: "none of its messages ranks",
}
PARTS = (
    ("lexical", "words"),
    ("dense", "meaning"),
    ("small_terms", "speaker, date and form"),
    ("walk", "nearness in the graph"),
    ("hop", "second question"),
    ("fact", "among facts"),
)
"""The parts of a total, and what they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains the places of one answer. `memory_stems`, `message_stems`: by what words an item is found."""

    question: Question
    view: View
    then: Span | None
    ranked: Ranked
    reached: Mapping[str, Reached]
    memory_stems: Callable[[Memory], Collection[str]]
    message_stems: Callable[[str], Collection[str]]

    def __call__(self, place: Place) -> Explanation:
        """Why an item stands where it stands."""
        message_id = place.message_id
        stems = self.memory_stems(place.memory) if place.memory else self.message_stems(message_id)
        words = tuple(dict.fromkeys(w for w in self.question.words if w not in STOP and stem(w) in stems))
        rank = self.ranked.order.index(message_id) + 1 if message_id in self.ranked.scores else None
        found = self.reached.get(message_id) if place.scores.hop else None
        fact = found.bridge.fact.memory if found and self.view.wanted(found.bridge.fact.memory) else None
        bridge = found.bridge.entity.name if found and fact else ""
        lines = [
            f"{SAID[place.placement]}: {summed(place.scores)}",
            f"shares: {', '.join(words)}" if words else "",
            f"number {rank} by words and meaning alone" if rank else "",
            f'the graph led there over {bridge}: "{fact.revision.text}"' if fact else "",
            self._timed(place.memory) if place.memory else "",
        ]
        return Explanation(
            text="; ".join(filter(None, lines)),
            placement=place.placement,
            words=words,
            first_rank=rank,
            bridge=bridge,
            bridge_memory_id=fact.id if fact else "",
        )

    def _timed(self, memory: Memory) -> str:
        """How its time stands to the time asked about."""
        validity = memory.revision.validity
        if self.then is not None:
            first, beyond = self.then
            until = "on" if beyond == FOR_EVER else f"to {written_day(beyond - 1, 'UTC')}"
            asked = f"from {written_day(first, 'UTC')} {until}"
            return f"{'held' if overlaps(validity, first, beyond) else 'did not hold'} in the time asked about, {asked}"
        if self.view.closed(memory) and validity.valid_to is not None:
            return f"no longer held from {written_day(validity.valid_to.at, validity.valid_to.time_zone)}"
        return ""


def summed(scores: Scores) -> str:
    """A total with its parts."""
    parts = [f"{name} {getattr(scores, part):.2f}" for part, name in PARTS if getattr(scores, part)]
    return f"{scores.total:.2f}" + (f" ({', '.join(parts)})" if parts else "")
