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
from twohop.graph.model import Axes, JobState
from twohop.llm.rules.judge import RulesJudge
from twohop.memory.api import AddRequest, Core, RecallRequest
from twohop.memory.predicates import PredicateTable

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
    """One scenario's checks in one row, and the memories that it wrongly lost."""

    scenario: str
    theme: str
    checks: tuple[Check, ...]
    retired: tuple[Retired, ...]

    @property
    def right(self) -> bool:
        """Whether every check of the format passed and nothing was wrongly retired."""
        return not self.retired and all(check.passed for check in self.checks if check.kind in FORMAT_KINDS)


async def play_all(scenarios: Iterable[Scenario], row: Row, folder: Path) -> list[Played]:
    """All scenarios in one row, one after the other, with the stores in a folder that is new."""
    stage = Stage()
    predicates = PredicateTable.default()
    settings = Settings(data_dir=folder / "data", llm=LlmSettings(provider="rules"), synchronous="OFF")
    judge = RulesJudge(predicates)
    async with open_core(
        settings,
        extractor=IdealExtractor(stage) if row.ideal else None,
        judge=HostileJudge(stage, judge) if row.hostile else judge,
        clock=stage.clock,
    ) as app:
        return [await play(app.core, scenario, row, stage, Matcher(predicates)) for scenario in scenarios]


async def play(core: Core, scenario: Scenario, row: Row, stage: Stage, matcher: Matcher) -> Played:
    """One scenario: tell its exchanges, look at the state after each, ask its questions."""
    states: list[State] = []
    for place, exchange in enumerate(scenario.exchanges):
        stage.now = exchange.observed_at
        stage.facts = exchange.facts
        stage.hostile = tuple(decision for decision in scenario.hostile if decision.exchange == place)
        await tell(core, scenario, exchange)
        states.append(await read_state(core, scenario.scope, stage.now))
    end = states[-1]
    return Played(
        scenario=scenario.id,
        theme=scenario.theme,
        checks=(
            *check_state(scenario, end, matcher, counted=row.ideal),
            *[await ask(core, scenario, place, end) for place in range(len(scenario.questions))],
        ),
        retired=wrongly_retired(scenario, states, matcher, hostile=row.hostile),
    )


async def tell(core: Core, scenario: Scenario, exchange: Exchange) -> None:
    """One exchange. It must be decided and found at once, or the end state would depend on the machine's speed."""
    result = await core.add(AddRequest(scope=scenario.scope, messages=exchange.messages))
    if result.state is not JobState.DONE or not result.indexed:
        raise RuntimeError(
            f"an add of {scenario.id} ended as {result.state} (indexed: {result.indexed}) {result.error}"
        )


async def ask(core: Core, scenario: Scenario, place: int, end: State) -> Check:
    """One question, now or as of then."""
    asked = scenario.questions[place]
    as_of = asked_at(asked.as_of, end.at)
    result = await core.recall(
        RecallRequest(scope=scenario.scope, query=asked.text, limit=LIMIT, axes=Axes(as_of=as_of))
    )
    return check_answer(scenario, place, asked, result, end.at if as_of is None else as_of, end)
