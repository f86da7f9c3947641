"""Stories told to a real core as facts that a caller gives, for the tests of recall."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from twohop.app import App, open_core
from twohop.config import LlmSettings, Settings
from twohop.graph.model import Axes, Kind, Role, Scope
from twohop.memory.api import AddRequest, AddResult, Item, NewMessage, RecallRequest, RecallResult
from twohop.memory.moment import When
from twohop.memory.ports import Claim, Fact, Named, Polarity

ALICE = Scope(user_id="alice")
DAY = 86_400_000_000
JANUARY = 1_735_689_600_000_000
"""1 January 2025; the story's clock starts a year later, so that all of it is past."""

NOW = JANUARY + 365 * DAY
TYPES = {
    "Alice": "person", "Emma": "person", "Tom": "person", "Priya": "person", "Bob": "person",
    "Acme": "organisation", "Birch": "organisation", "Cedar": "organisation", "Atlas": "organisation",
    "Lisbon": "place", "Porto": "place", "Faro": "place", "Braga": "place", "Rex": "thing",
}  # fmt: skip
KINDS = {"Atlas": ("team",), "Rex": ("dog",)}


@asynccontextmanager
async def story(folder: Path, clock: int = NOW) -> AsyncIterator[App]:
    """An empty core whose clock stands still (system time still moves on by a microsecond a write)."""
    settings = Settings(data_dir=folder / "data", llm=LlmSettings(provider="rules"), synchronous="OFF")
    async with open_core(settings, clock=lambda: clock) as app:
        yield app


def named(name: str) -> Named:
    return Named(name=name, type=TYPES.get(name, ""), proper=name[0].isupper(), kinds=KINDS.get(name, ()))


def fact(line: str, *, place: int = 0, ended: bool = False, **more: Any) -> Fact:
    """A line like "Alice works_at Acme" as a fact taken from the message at that place of the request."""
    subject, predicate, end = line.split(maxsplit=2)
    return Fact(
        text=f"{subject} {predicate.replace('_', ' ')} {end}",
        claims=(Claim(subject=subject, predicate=predicate, object=end),),
        entities=(named(subject), named(end)),
        polarity=Polarity.ENDED if ended else Polarity.AFFIRMED,
        sources=(str(place),),
        **more,
    )


async def tell(
    app: App, *lines: str | Fact, day: int = 0, scope: Scope = ALICE, said: Sequence[str] = (), name: str = "Alice"
) -> AddResult:
    """One message a line, each with its fact; `said`: what the messages say instead."""
    facts = [fact(line, place=place) if isinstance(line, str) else line for place, line in enumerate(lines)]
    contents = said or [f"{one.text}." for one in facts]
    messages = tuple(
        NewMessage(role=Role.USER, name=name, content=content, observed_at=JANUARY + day * DAY) for content in contents
    )
    return await app.core.add(AddRequest(scope=scope, messages=messages, facts=tuple(facts)))


async def ask(app: App, query: str, *, scope: Scope = ALICE, axes: Axes = Axes(), **more: Any) -> RecallResult:
    return await app.core.recall(RecallRequest(scope=scope, query=query, axes=axes, **more))


def facts_in(result: RecallResult) -> list[str]:
    """The facts of an answer, in order."""
    return [item.memory.revision.text for item in result.items if item.memory is not None]


def texts_in(result: RecallResult) -> list[str]:
    """Everything an answer lists, in order."""
    return [text_of(item) for item in result.items]


def text_of(item: Item) -> str:
    if item.memory is not None:
        return item.memory.revision.text
    return item.message.content if item.message is not None else ""


def paths_in(result: RecallResult) -> list[list[str]]:
    """Each path as what its steps read like: source, arrow, target."""
    return [
        [
            f"{step.source.name} {'->' if step.forward else '<-'} {step.target.name if step.target else '?'}"
            for step in path.steps
        ]
        for path in result.paths
    ]


def event(line: str, iso: str) -> Fact:
    return fact(line, kind=Kind.EVENT, valid_from=When(iso))
