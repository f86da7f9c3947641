"""What must hold after any number of writers on one owner. Each finding is one sentence, under the rule it breaks."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from bench.soak.story import ONE_VALUE, Said

from twohop.graph.model import Decision, JobState, Memory, Operation
from twohop.memory.names import normal

DOCUMENTED = frozenset(
    {
        "ABORTED CONFLICT",
        "RESOURCE_EXHAUSTED TOO_BUSY",
        "UNAVAILABLE INDEX_UNAVAILABLE",
        "UNAVAILABLE LEDGER_UNAVAILABLE",
        "UNAVAILABLE MODEL_UNAVAILABLE",
        "UNAVAILABLE SHUTTING_DOWN",
    }
)
"""Errors that a caller of a busy server has to expect, each worth another try."""

LOST = frozenset({Operation.FAIL, Operation.DROP, Operation.DISPUTE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An acknowledged add and what was said in it."""

    said: Said
    job_id: str
    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The owner's state after the writers: all memories, also closed ones, as they stand now."""

    memories: Sequence[Memory]
    decisions: Sequence[Decision]
    jobs: Mapping[str, JobState]
    messages: Collection[str]


RULES = ("documented", "lost", "doubled", "live", "timeline", "links", "empty")
"""What is checked, by name: see the functions below."""


def findings(sent: Sequence[Sent], errors: Iterable[str], found: Found) -> dict[str, list[str]]:
    """Everything that is wrong, by rule; all lists are empty when all is well."""
    lines = slots(sent, found.memories)
    return {
        "documented": [f"{error} is no documented error" for error in sorted(set(errors) - DOCUMENTED)],
        "lost": [*lost(sent, found)],
        "doubled": [*doubled(found.memories)],
        "live": [*live(lines)],
        "timeline": [*timeline(sent, lines)],
        "links": [*links(lines)],
        "empty": [*empty(found.memories)],
    }


def slots(sent: Sequence[Sent], memories: Iterable[Memory]) -> dict[str, list[Memory]]:
    """The timeline of each slot of one value, as "Mover1 lives in": its memories by start, then by end."""
    wanted = {f"{one.said.subject} {one.said.verb}" for one in sent if one.said.verb in ONE_VALUE}
    lines: dict[str, list[Memory]] = {slot: [] for slot in sorted(wanted)}
    for memory in sorted(memories, key=lambda one: (one.revision.validity.valid_from.at, end_of(one))):
        slot, _, _ = memory.revision.text.rpartition(" ")
        if slot in lines:
            lines[slot].append(memory)
    return lines


def end_of(memory: Memory) -> float:
    """When it stopped to hold; infinite while it holds."""
    end = memory.revision.validity.valid_to
    return inf if end is None else end.at


def lost(sent: Sequence[Sent], found: Found) -> Iterator[str]:
    """Acknowledged adds of which something is missing."""
    decided: dict[str, list[Decision]] = defaultdict(list)
    for decision in found.decisions:
        decided[decision.job_id].append(decision)
    texts = {memory.id: memory.revision.text for memory in found.memories}
    for one in sent:
        if missing := set(one.message_ids) - set(found.messages):
            yield f"{one.said.text!r}: {len(missing)} of its messages are not there"
        if (state := found.jobs.get(one.job_id)) is not JobState.DONE:
            yield f"{one.said.text!r}: its job is {state.value if state else 'not there'}"
        about = [decision for decision in decided[one.job_id] if decision.fact == one.said.text]
        if len(about) != 1:
            yield f"{one.said.text!r}: {len(about)} decisions on it"
        for decision in about:
            kept = texts.get(decision.memory_id or decision.target_id, "")
            if decision.operation in LOST:
                yield f"{one.said.text!r}: {decision.operation.value} ({decision.reason})"
            elif normal(kept) != normal(one.said.text):
                yield f"{one.said.text!r}: {decision.operation.value} kept {kept!r}"


def doubled(memories: Iterable[Memory]) -> Iterator[str]:
    """Live memories that say the same of the same time."""
    holding = (memory.revision for memory in memories if end_of(memory) == inf and not memory.revision.disputed)
    same = Counter((normal(one.text), one.kind, one.validity.valid_from.at) for one in holding)
    for (text, _, _), count in same.items():
        if count > 1:
            yield f"{text!r} is live {count} times"


def live(lines: Mapping[str, Sequence[Memory]]) -> Iterator[str]:
    """Slots that have not exactly one live value: nothing that was said ends one."""
    for slot, line in lines.items():
        holding = [memory for memory in line if end_of(memory) == inf]
        if len(holding) != 1:
            yield f"{slot!r} has {len(holding)} live values"


def timeline(sent: Sequence[Sent], lines: Mapping[str, Sequence[Memory]]) -> Iterator[str]:
    """Timelines with a hole or an overlap, and values that are not where they were said to be."""
    for earlier, later in neighbours(lines):
        if end_of(earlier) != later.revision.validity.valid_from.at:
            yield f"{earlier.revision.text!r} does not end where {later.revision.text!r} begins"
    starts = {
        memory.revision.text: memory.revision.validity.valid_from.at for line in lines.values() for memory in line
    }
    for one in sent:
        if one.said.verb in ONE_VALUE and one.said.text not in starts:
            yield f"{one.said.text!r} is not on the timeline of its slot"
        elif one.said.dated and starts[one.said.text] != one.said.observed_at:
            yield f"{one.said.text!r} does not begin when it was said to"


def links(lines: Mapping[str, Sequence[Memory]]) -> Iterator[str]:
    """Values that do not name what replaced them, or what they replaced."""
    for earlier, later in neighbours(lines):
        if earlier.revision.superseded_by != later.id:
            yield f"{earlier.revision.text!r} does not name {later.revision.text!r} as what replaced it"
        if later.revision.supersedes != earlier.id:
            yield f"{later.revision.text!r} does not name {earlier.revision.text!r} as what it replaced"


def empty(memories: Iterable[Memory]) -> Iterator[str]:
    """Memories that never held."""
    for memory in memories:
        if end_of(memory) <= memory.revision.validity.valid_from.at:
            yield f"{memory.revision.text!r} ends when it begins"


def neighbours(lines: Mapping[str, Sequence[Memory]]) -> Iterator[tuple[Memory, Memory]]:
    """Each value of a slot with the one that follows it."""
    for line in lines.values():
        yield from pairwise(line)
