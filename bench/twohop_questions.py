"""Two-hop questions over a generated world: each answer needs two facts that share neither name nor answer.

Names are made up from a seed, relations point both ways, every relation holds between many others too, and half of the
turns say something else. Wording A uses the relations' own words or their cues; wording B is freer. `python -m
bench.twohop_questions` prints how often the whole chain stands in the first five, with and without the graph.
"""

import argparse
import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from twohop.app import open_core
from twohop.config import LlmSettings, Settings
from twohop.graph.model import Role, Scope
from twohop.memory.api import AddRequest, Core, Depth, Item, NewMessage, RecallRequest
from twohop.memory.ports import Claim, Fact, Named
from twohop.memory.predicates import PredicateTable

FIRST = 5
"""Items among which the whole chain has to stand."""

FIRST_FACT = 3
"""Items among which the fact of a one-hop question has to stand."""

EACH = 5
"""Questions of one pattern: twelve patterns give sixty."""

BYSTANDERS = 3
"""Further pairs for which a pattern's facts hold too, for each one that is asked about."""

TURNS_AN_ADD = 20
DAY = 86_400_000_000
START = 1_735_689_600_000_000
"""1 January 2025."""

SYLLABLES = "ba be bri da del do fa fe gro ha hel ja ka kel lo lu ma mi mor na ne nor o pa pel ra ri ro sa sel ta tor u va ve wil za".split()  # noqa: E501, SIM905 - syllables.
FILLER = (
    "The rain has not stopped since this morning.",
    "I finally cleaned the kitchen.",
    "That film was longer than I thought.",
    "The coffee machine makes strange noises again.",
    "I slept badly, it was far too hot.",
    "The train was late, as always.",
    "I should really water the plants.",
    "There was a lovely sunset over the river.",
)


@dataclass(frozen=True, slots=True)
class Thing:
    """How an end of a relation is seen by an extractor: its coarse type and the common word for it."""

    type: str
    kind: str = ""


PERSON = Thing("person")
COMPANY = Thing("organisation", "company")
TEAM = Thing("organisation", "team")
UNIVERSITY = Thing("organisation", "university")
BAND = Thing("organisation", "band")
CITY = Thing("place", "city")
DOG = Thing("thing", "dog")
LANGUAGE = Thing("thing", "language")


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation with the types of its ends. `forward`: walked from subject to object on the way to the answer."""

    predicate: str
    subject: Thing
    object: Thing
    forward: bool = True


@dataclass(frozen=True, slots=True)
class Pattern:
    """Two edges from a name over a bridge to the answer, two wordings of the question, and one about the first edge."""

    first: Edge
    second: Edge
    close: tuple[str, ...]
    free: str
    one_hop: str


WORKS_AT = Edge("works_at", PERSON, COMPANY)
MEMBER_OF = Edge("member_of", PERSON, TEAM)
PATTERNS = (
    Pattern(
        WORKS_AT,
        Edge("manages", PERSON, COMPANY, forward=False),
        ("Who manages the company {} works at?", "Who is in charge of the company where {} is employed?"),
        "Whom do they all answer to at {}'s place of work?",
        "Which company does {} work at?",
    ),
    Pattern(
        WORKS_AT,
        Edge("located_in", COMPANY, CITY),
        ("In which city is the company {} works at located?", "What is the location of {}'s employer?"),
        "Where would I find the offices of the firm that pays {}?",
        "Who is the employer of {}?",
    ),
    Pattern(
        MEMBER_OF,
        Edge("manages", PERSON, TEAM, forward=False),
        ("Who manages the team {} is a member of?", "Who is the boss of {}'s team?"),
        "Who calls the shots in {}'s crew?",
        "Which team is {} a member of?",
    ),
    Pattern(
        Edge("part_of", TEAM, COMPANY, forward=False),
        Edge("manages", PERSON, TEAM, forward=False),
        ("Who manages the team that is part of {}?", "Who is the head of the team within {}?"),
        "Who looks after the people that make up {}?",
        "Which team is part of {}?",
    ),
    Pattern(
        Edge("married_to", PERSON, PERSON),
        WORKS_AT,
        ("Which company does the spouse of {} work at?", "What is the employer of {}'s wife?"),
        "Who signs the pay cheque of {}'s better half?",
        "Who is the wife of {}?",
    ),
    Pattern(
        Edge("manages", PERSON, PERSON, forward=False),
        Edge("lives_in", PERSON, CITY),
        ("In which city does the boss of {} live?", "Where does {}'s manager live?"),
        "Where is the one whom {} reports to at home?",
        "Who manages {}?",
    ),
    Pattern(
        Edge("sibling_of", PERSON, PERSON, forward=False),
        Edge("has_pet", PERSON, DOG),
        ("Which pet does the sister of {} have?", "What is the dog of {}'s sibling called?"),
        "What four-legged friend keeps {}'s brother or sister company?",
        "Who is the sister of {}?",
    ),
    Pattern(
        Edge("studies_at", PERSON, UNIVERSITY),
        Edge("founded", PERSON, UNIVERSITY, forward=False),
        ("Who founded the university {} studies at?", "Who is the founder of {}'s university?"),
        "Who once set up the place where {} takes a degree?",
        "Which university does {} study at?",
    ),
    Pattern(
        Edge("member_of", PERSON, BAND),
        Edge("located_in", BAND, CITY),
        ("In which city is the band of which {} is a member located?", "Where is the location of {}'s band?"),
        "Where do the musicians around {} have their home?",
        "Which band is {} a member of?",
    ),
    Pattern(
        Edge("mentors", PERSON, PERSON, forward=False),
        Edge("speaks", PERSON, LANGUAGE),
        ("Which language does the mentor of {} speak?", "In which language is {}'s coach fluent?"),
        "What is the mother tongue of the one who guides {}?",
        "Who mentors {}?",
    ),
    Pattern(
        Edge("lives_with", PERSON, PERSON),
        Edge("studies_at", PERSON, UNIVERSITY),
        ("At which university does the roommate of {} study?", "Which university does {}'s flatmate study at?"),
        "Where does the one who shares a flat with {} hear lectures?",
        "Who does {} live with?",
    ),
    Pattern(
        Edge("parent_of", PERSON, PERSON, forward=False),
        Edge("born_in", PERSON, CITY),
        ("In which city was the mother of {} born?", "What is the birthplace of {}'s father?"),
        "Where did the one who raised {} come into the world?",
        "Who is the father of {}?",
    ),
)


@dataclass(frozen=True, slots=True)
class TwoHop:
    """A question in both wordings, the two facts that answer it (their texts), and one that the first answers."""

    close: str
    free: str
    one_hop: str
    chain: tuple[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """All facts, in the order in which they are told, and the questions."""

    facts: tuple[Fact, ...]
    questions: tuple[TwoHop, ...]


def world(seed: int, each: int = EACH) -> World:
    """A world of its own for each seed: `each` questions of every pattern."""
    chance = random.Random(seed)
    fresh = names(chance)
    table = PredicateTable.default()
    facts: list[Fact] = []
    questions: list[TwoHop] = []
    for pattern in PATTERNS:
        for place in range(each * (1 + BYSTANDERS)):
            start, bridge, answer = next(fresh), next(fresh), next(fresh)
            first = told(pattern.first, start, bridge, table)
            second = told(pattern.second, bridge, answer, table)
            facts += [first, second]
            if place < each:
                close = pattern.close[place % len(pattern.close)]
                questions.append(
                    TwoHop(
                        close=close.format(start),
                        free=pattern.free.format(start),
                        one_hop=pattern.one_hop.format(start),
                        chain=(first.text, second.text),
                    )
                )
    chance.shuffle(facts)
    return World(tuple(facts), tuple(questions))


def names(chance: random.Random) -> Iterator[str]:
    """Made-up names, each once."""
    seen: set[str] = set()
    while True:
        name = "".join(chance.choices(SYLLABLES, k=3)).title()
        if name not in seen:
            seen.add(name)
            yield name


def told(edge: Edge, start: str, end: str, table: PredicateTable) -> Fact:
    """A fact as an extracting model gives it: walked from `start` to `end`, whichever is its subject."""
    subject, target = (start, end) if edge.forward else (end, start)
    return Fact(
        text=f"{subject} {table.phrase(edge.predicate)} {target}",
        claims=(Claim(subject=subject, predicate=edge.predicate, object=target),),
        entities=tuple(
            Named(name=name, type=thing.type, proper=True, kinds=(thing.kind,) if thing.kind else ())
            for name, thing in ((subject, edge.subject), (target, edge.object))
        ),
        cues=table.cues(edge.predicate)[:6],
    )


async def tell(core: Core, scope: Scope, facts: Sequence[Fact], seed: int) -> None:
    """Send the facts, one a turn, with a turn about something else after each."""
    chance = random.Random(seed)
    half = TURNS_AN_ADD // 2
    for start in range(0, len(facts), half):
        messages: list[NewMessage] = []
        given: list[Fact] = []
        for place, fact in enumerate(facts[start : start + half]):
            said = START + (start + place) * DAY
            messages += [
                NewMessage(role=Role.USER, name="Iris", content=f"{fact.text}.", observed_at=said),
                NewMessage(role=Role.USER, name="Iris", content=chance.choice(FILLER), observed_at=said),
            ]
            given.append(sourced(fact, 2 * place))
        session = Scope(user_id=scope.user_id, run_id=f"week-{start // half}")
        await core.add(AddRequest(scope=session, messages=tuple(messages), facts=tuple(given)))


def sourced(fact: Fact, place: int) -> Fact:
    """The fact with its message's place in the request."""
    return Fact(text=fact.text, claims=fact.claims, entities=fact.entities, cues=fact.cues, sources=(str(place),))


async def found(core: Core, scope: Scope, question: str, facts: Sequence[str], first: int, depth: int) -> bool:
    """Whether the first items tell all of the facts."""
    result = await core.recall(RecallRequest(scope=scope, query=question, depth=depth))
    said = {text for item in result.items[:first] for text in texts(item)}
    return all(text in said for text in facts)


def texts(item: Item) -> list[str]:
    """What an item tells: its fact, or its message without the full stop."""
    messages = (item.message,) if item.message is not None else item.sources
    told_by = [message.content.removesuffix(".") for message in messages]
    return [*told_by, *([item.memory.revision.text] if item.memory else [])]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of questions, with the graph and without it: wordings A and B, and one-hop questions."""

    close: tuple[float, float]
    free: tuple[float, float]
    one_hop: tuple[float, float]


async def shares(core: Core, scope: Scope, questions: Sequence[TwoHop]) -> Figures:
    """Ask everything, with the graph and without."""

    async def both(asked: Sequence[tuple[str, Sequence[str]]], first: int) -> tuple[float, float]:
        hits = [
            [await found(core, scope, text, facts, first, depth) for text, facts in asked]
            for depth in (Depth.DEFAULT, 0)
        ]
        return sum(hits[0]) / len(asked), sum(hits[1]) / len(asked)

    return Figures(
        close=await both([(one.close, one.chain) for one in questions], FIRST),
        free=await both([(one.free, one.chain) for one in questions], FIRST),
        one_hop=await both([(one.one_hop, one.chain[:1]) for one in questions], FIRST_FACT),
    )


async def measure(seed: int) -> tuple[World, Figures]:
    """Build the world of a seed in a store of its own and ask everything."""
    generated = world(seed)
    scope = Scope(user_id="world")
    with tempfile.TemporaryDirectory(prefix="twohop-world-") as folder:
        settings = Settings(data_dir=Path(folder) / "data", llm=LlmSettings(provider="rules"), synchronous="OFF")
        async with open_core(settings) as app:
            await tell(app.core, scope, generated.facts, seed)
            return generated, await shares(app.core, scope, generated.questions)


def main() -> None:
    """Measure one seed and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    seed = parser.parse_args().seed
    generated, figures = asyncio.run(measure(seed))
    table = Table(
        title=f"All facts of the answer are among the first: {len(generated.questions)} questions, seed {seed}, %"
    )
    for column in ("questions", "first", "with the graph", "without"):
        table.add_column(column)
    for name, first, pair in (
        ("two hops, A: the relations' words or cues", FIRST, figures.close),
        ("two hops, B: freer", FIRST, figures.free),
        ("one hop", FIRST_FACT, figures.one_hop),
    ):
        table.add_row(name, str(first), *(f"{100 * share:.0f}" for share in pair))
    Console().print(table)


if __name__ == "__main__":
    main()
