"""Plays scenarios through a real core, each for an owner of its own and at its own time, and scores them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.truth.cast import HostileJudge, IdealExtractor, Stage
from bench.truth.compare import Matcher, asked_at
from bench.truth.retired import Retired, wrongly_retired
from bench.truth.scenario import Exchange, Scenario
from bench.truth.score import FORMAT_KINDS, Check, check_answer, check_state
from bench.truth.state import State, read_state

from twohop.app import open_core
from twohop.config import LlmSettings, Settings
from twohop.errors import TwohopError
from twohop.graph.model import Axes, JobState, Scope
from twohop.llm.rules.judge import RulesJudge
from twohop.memory.api import AddRequest, Core, RecallRequest
from twohop.memory.clock import uuid7
from twohop.memory.predicates import PredicateTable
from twohop.memory.settings import WriteSettings

LIMIT = 5
"""Items that a question asks for: the format's limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A way to play: who extracts (the script's ideal extractor, else the rules) and who judges."""

    name: str
    ideal: bool
    hostile: bool


RULES = Row(name="rules only", ideal=False, hostile=False)
IDEAL = Row(name="ideal extraction + rules judge", ideal=True, hostile=False)
HOSTILE = Row(name="ideal extraction + hostile judge", ideal=True, hostile=True)
ROWS = (RULES, IDEAL, HOSTILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One scenario's checks in one row, the memories that it wrongly lost, and the adds that did not succeed."""

    scenario: str
    theme: str
    checks: tuple[Check, ...]
    retired: tuple[Retired, ...]
    errors: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether every check of the format passed, nothing was wrongly retired and every add succeeded."""
        return not (self.retired or self.errors) and all(
            check.passed for check in self.checks if check.kind in FORMAT_KINDS
        )


async def play_all(scenarios: Iterable[Scenario], row: Row, folder: Path) -> list[Played]:
    """All scenarios in one row, one after the other.

    What of the stores is on no server is in the folder, which is new; on a server, this run's owners are.
    """
    stage = Stage(run=uuid7())
    predicates = PredicateTable.default()
    # The clock jumps between scenarios, by years and back: no job may be pruned for its age.
    write = WriteSettings(job_days=100_000, dead_letter_days=100_000, request_days=100_000)
    settings = Settings(data_dir=folder / "data", llm=LlmSettings(provider="rules"), write=write, synchronous="OFF")
    judge = RulesJudge(predicates)
    async with open_core(
        settings,
        extractor=IdealExtractor(stage) if row.ideal else None,
        judge=HostileJudge(stage, judge) if row.hostile else judge,
        clock=stage.clock,
    ) as app:
        return [await play(app.core, scenario, row, stage, Matcher.of(predicates, scenario)) for scenario in scenarios]


async def play(core: Core, scenario: Scenario, row: Row, stage: Stage, matcher: Matcher) -> Played:
    """One scenario: tell its exchanges, look at the state after each, ask its questions."""
    states: list[State] = []
    errors: list[str] = []
    scope = scenario.scope(stage.run)
    for place, exchange in enumerate(scenario.exchanges):
        stage.now = exchange.observed_at
        stage.facts = exchange.facts
        stage.hostile = tuple(decision for decision in scenario.hostile if decision.exchange == place)
        if error := await tell(core, scope, exchange):
            errors.append(f"exchange {place}: {error}")
        states.append(await read_state(core, scope, stage.now))
    end = states[-1]
    return Played(
        scenario=scenario.id,
        theme=scenario.theme,
        checks=(
            *check_state(scenario, end, matcher, counted=row.ideal),
            *[await ask(core, scope, scenario, place, end) for place in range(len(scenario.questions))],
        ),
        retired=wrongly_retired(scenario, states, matcher, hostile=row.hostile),
        errors=tuple(errors),
    )


async def tell(core: Core, scope: Scope, exchange: Exchange) -> str:
    """One exchange; returns why it was not remembered at once, or empty. The scenario is scored all the same."""
    try:
        result = await core.add(AddRequest(scope=scope, messages=exchange.messages))
    except TwohopError as e:
        return f"{e.reason}: {e.message}"
    if result.state is JobState.DONE and result.indexed:
        return ""
    return f"the add is {result.state}, {'indexed' if result.indexed else 'not indexed'}: {result.error}"


async def ask(core: Core, scope: Scope, scenario: Scenario, place: int, end: State) -> Check:
    """One question, now or as of then."""
    asked = scenario.questions[place]
    as_of = asked_at(asked.as_of, end.at)
    result = await core.recall(RecallRequest(scope=scope, query=asked.text, limit=LIMIT, axes=Axes(as_of=as_of)))
    return check_answer(scenario, place, asked, result, end.at if as_of is None else as_of, end)
