"""Every deployment remembers the same of a conversation, and answers the same; one store to the byte, run by run."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from alike import differences
from conversations import Conversation, demo, locomo_shaped
from deployments import EMBEDDED, OTHERS, deployment
from ledger_rows import Ticks
from state_machine.world import numbered
from twohop.app import App, open_core
from twohop.graph.model import Axes, JobState, Kind, Operation
from twohop.memory.api import AddResult, Filter, RecallRequest, RecallResult

CONVERSATIONS = {one.name: one for one in (demo(), locomo_shaped())}

pytestmark = pytest.mark.timeout(600)
"""Neo4j plans each statement that it has not seen, and all of them are new to a server that has just started."""

TOLERANCE = 1e-3
"""Of scores: stores agree on them to 1e-4, and an item's is a weighted sum of several."""

WAYS = 2
"""Of the ways of asking, those that one question has a turn at."""

MOST = 40
"""Differences that a failure shows."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a core said to each add and to each question, asked one after the other and all at once."""

    adds: Sequence[AddResult]
    answers: Mapping[str, RecallResult]
    at_once: Mapping[str, RecallResult]


def asked(conversation: Conversation) -> Iterator[tuple[str, RecallRequest]]:
    """Every question as it stands, and in some of the other ways of asking, which take turns."""
    times = [at for at, _ in conversation.adds]
    early, half = times[len(times) // 4], times[len(times) // 2]
    ways: dict[str, dict[str, Any]] = {
        "then": {"axes": Axes(as_of=half)},
        "as known": {"axes": Axes(known_at=half - 1)},
        "then as known": {"axes": Axes(as_of=early, known_at=half - 1)},
        "facts": {"include_messages": False, "include_closed": True, "limit": 20},
        "states": {"where": Filter(kinds=(Kind.STATE,))},
        "said late": {"where": Filter(observed_from=half)},
        "near": {"depth": 1, "limit": 5},
        "far": {"depth": 4, "limit": 30},
        "no graph": {"depth": 0},
        "words": {"arms": "vector+bm25"},
        "meaning": {"arms": "vector"},
    }
    turn = cycle(ways)
    for text in conversation.questions:
        for way in ("now", *islice(turn, WAYS)):
            yield f"{text} ({way})", RecallRequest(scope=conversation.scope, query=text, **{**ways, "now": {}}[way])


async def about_few(app: App, conversation: Conversation) -> list[tuple[str, RecallRequest]]:
    """The questions, narrowed to a few things that the conversation speaks of."""
    listed = await app.ledger.list_entities(conversation.scope.partition, Axes(), 5)
    where = Filter(entity_ids=tuple(one.id for one in listed.items))
    return [
        (f"{text} (about few)", RecallRequest(scope=conversation.scope, query=text, where=where))
        for text in conversation.questions[::3]
    ]


async def transcribed(
    name: str, conversation: Conversation, folder: Path, request: pytest.FixtureRequest
) -> Transcript:
    """Tell a conversation to an empty deployment, and ask."""
    clock = Ticks()
    async with (
        deployment(name, folder, request) as settings,
        open_core(settings, clock=clock, ids=numbered(), jitter=lambda: 0.5) as app,
    ):
        adds: list[AddResult] = []
        for at, add in conversation.adds:
            clock.now = at
            # When a job last moved says whether it waited for the one before it to be closed: that is chance.
            adds.append(replace(await app.core.add(add), updated_at=0))
        questions = [*asked(conversation), *await about_few(app, conversation)]
        answers = {label: await app.core.recall(one) for label, one in questions}
        at_once = await asyncio.gather(*(app.core.recall(one) for _, one in questions))
    return Transcript(adds, answers, dict(zip(answers, at_once, strict=True)))


def told(transcript: Transcript) -> None:
    """The conversation is worth comparing: it was remembered and changed, and it was answered with paths."""
    operations = {one.decision.operation for add in transcript.adds for one in add.outcomes}
    assert {Operation.ADD, Operation.SUPERSEDE} <= operations
    assert all(add.state is JobState.DONE and add.indexed for add in transcript.adds)
    answers = transcript.answers.values()
    assert all(not one.degradations for one in answers)
    assert sum(bool(one.items) for one in answers) > len(answers) / 2
    assert any(len(path.steps) > 1 for one in answers for path in one.paths)


@pytest.fixture(scope="module")
def embedded() -> dict[str, Transcript]:
    """What the embedded deployment said, by conversation, once it was asked."""
    return {}


@pytest.mark.parametrize("conversation", CONVERSATIONS)
@pytest.mark.parametrize("name", OTHERS)
async def test_every_deployment_answers_alike(
    name: str,
    conversation: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    embedded: dict[str, Transcript],
) -> None:
    """The same decisions, items, order, paths and degradations as embedded; scores within a thousandth."""
    story = CONVERSATIONS[conversation]
    theirs = await transcribed(name, story, tmp_path / "theirs", request)
    if conversation not in embedded:
        embedded[conversation] = await transcribed(EMBEDDED, story, tmp_path / "ours", request)
    told(embedded[conversation])
    found = list(islice(differences(embedded[conversation], theirs, TOLERANCE), MOST))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", [EMBEDDED, *OTHERS])
async def test_one_store_answers_to_the_byte(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A second run says the same in every digit; so do questions that are asked all at once."""
    first, second = [await transcribed(name, demo(), tmp_path / run, request) for run in ("first", "second")]
    assert repr(first) == repr(second)
    assert repr(first.answers) == repr(first.at_once)
