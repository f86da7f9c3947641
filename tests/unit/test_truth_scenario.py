"""The truth benchmark's reader, its stand-ins for models, and its rules of scoring."""

import copy
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bench.truth import baseline
from bench.truth.__main__ import judge
from bench.truth.cast import HostileJudge, Stage
from bench.truth.compare import Matcher, asked_at, fits
from bench.truth.play import HOSTILE, RULES, Played, Row
from bench.truth.reader import MalformedScenario, load, read
from bench.truth.retired import Retired, rightly_superseded
from bench.truth.scenario import Asked, HostileDecision
from bench.truth.score import Check, CheckKind, Entry, fault_of
from rich.console import Console

from truth_scenarios import MOVES
from twohop.graph.model import Granularity, Kind, Moment, Operation
from twohop.llm.rules.judge import RulesJudge
from twohop.memory.moment import When, micros
from twohop.memory.ports import Calls, Candidate, Cardinality, Fact, Polarity, Question
from twohop.memory.predicates import PredicateTable

TABLE = PredicateTable.default()


def at(text: str) -> int:
    return micros(datetime.fromisoformat(text + "+00:00"))


def spoilt(change: Callable[[dict[str, Any]], Any]) -> str:
    scenario = copy.deepcopy(MOVES)
    change(scenario)
    return json.dumps(scenario)


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_scenario_is_read_as_facts_and_expectations() -> None:
    """Dates, cardinality, polarity, quotes and the parts of the end state are what the line says."""
    scenario = read(json.dumps(MOVES), TABLE)
    first, second = scenario.exchanges
    [graz] = first.facts
    assert (first.observed_at, graz.valid_from, graz.valid_to) == (at("2024-03-04T18:00"), When("2024-02"), None)
    assert (graz.kind, graz.polarity, graz.cardinality) == (Kind.STATE, Polarity.AFFIRMED, Cardinality.UNKNOWN)
    assert second.facts[0].cardinality is Cardinality.ONE
    assert second.messages[1].name == ""
    assert scenario.now == at("2025-06-20T08:00")
    assert scenario.hostile == (HostileDecision(exchange=1, decision=Operation.NOOP, target="Lena lives in Graz"),)
    assert scenario.questions[1].as_of == When("2025-01-01")
    assert scenario.questions[2].unwanted == ("Graz", "Linz")
    assert scenario.expect.memory_count_max == 2


@pytest.mark.parametrize(
    ("predicate", "value", "extra", "literal"),
    [
        ("lives_in", "Graz", {}, False),
        ("age", "forty", {}, True),
        ("runs_weekly", "12.5 km", {}, True),
        ("pays_rent_of", "$1,200", {}, True),
        ("born_on", "1990-05-01", {}, True),
        ("lives_in", "221B Baker Street", {}, False),
        ("uses", "7-Zip", {}, False),
        ("shops_at", "24", {"literal": False}, False),
    ],
)
def test_amounts_and_dates_are_plain_values(predicate: str, value: str, extra: dict[str, Any], literal: bool) -> None:  # noqa: FBT001
    """An object is a value by the table's word, by its form, or because the scenario says so."""

    def change(scenario: dict[str, Any]) -> None:
        scenario["exchanges"][1]["extraction"][0] |= {"predicate": predicate, "object": value, **extra}

    assert read(spoilt(change), TABLE).exchanges[1].facts[0].claims[0].literal is literal


def test_additions_to_the_format_are_read_and_notes_are_left_alone() -> None:
    """A correction and listed entities reach the fact; keys that nobody knows do no harm."""

    def change(scenario: dict[str, Any]) -> None:
        scenario["note"] = {"by": "us"}
        scenario["exchanges"][1]["extraction"][0] |= {
            "correction": True,
            "entities": [{"name": "Linz", "type": "place", "kinds": ["city"]}],
            "remark": 1,
        }

    fact = read(spoilt(change), TABLE).exchanges[1].facts[0]
    assert fact.correction
    assert [(e.name, e.type, e.proper, e.kinds) for e in fact.entities] == [("Linz", "place", True, ("city",))]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("theme"), "theme: is missing"),
        (lambda s: s["exchanges"].clear(), "exchanges: must hold at least one exchange"),
        (lambda s: s["exchanges"][1].update(observed_at="2023-01-01"), "exchanges[1].observed_at: lies before"),
        (lambda s: s["exchanges"][0].update(observed_at=None), "exchanges[0].observed_at: is missing"),
        (lambda s: s["exchanges"][0]["messages"][0].update(role="boss"), "exchanges[0].messages[0].role: must be one"),
        (lambda s: s["exchanges"][0]["extraction"][0].update(quote="I live in graz"), "quote: stands in no message"),
        (lambda s: s["exchanges"][0]["extraction"][0].update(kind="mood"), "extraction[0].kind: must be one of state"),
        (lambda s: s["exchanges"][0]["extraction"][0].update(valid_from="May"), "extraction[0].valid_from: must be"),
        (lambda s: s["exchanges"][0]["extraction"][0].update(object=7), "extraction[0].object: must be a string"),
        (lambda s: s.pop("expect"), "expect: must be an object"),
        (lambda s: s["expect"].update(memory_count_max=True), "expect.memory_count_max: must be a whole number"),
        (lambda s: s["expect"]["live"][0].pop("object"), "expect.live[0].object: is missing"),
        (lambda s: s["hostile_judge"][0].update(exchange=2), "hostile_judge[0].exchange: must be the place"),
        (lambda s: s["hostile_judge"][0].update(decision="MERGE"), "hostile_judge[0].decision: must be one of ADD"),
        (lambda s: s["hostile_judge"][0].update(target="Lena lives in Linz"), "hostile_judge[0].target: is the text"),
        (lambda s: s["questions"][0].pop("answer"), "questions[0].answer: is missing"),
    ],
)
def test_what_is_missing_or_wrong_is_named_by_its_field(change: Callable[[dict[str, Any]], Any], message: str) -> None:
    """Each fault names where it is and what is expected there."""
    with pytest.raises(MalformedScenario) as caught:
        read(spoilt(change), TABLE)
    assert message in str(caught.value)


def test_a_folder_is_read_with_its_faults_by_file_and_line(tmp_path: Path) -> None:
    """Good scenarios are kept; bad lines and ids used twice are named; blank lines are nothing."""
    good = json.dumps(MOVES)
    (tmp_path / "a.jsonl").write_text(f"{good}\n\nnot json\n")
    (tmp_path / "b.jsonl").write_text(f"{good}\n{spoilt(lambda s: s.update(id=''))}\n")
    scenarios, faults = load(tmp_path, TABLE)
    assert [scenario.id for scenario in scenarios] == ["moves-01"]
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["a.jsonl:3", "is no JSON"],
        ["b.jsonl:1", "id"],
        ["b.jsonl:2", "id"],
    ]


# -- the hostile judge ------------------------------------------------------------------------------------------------


def candidate(text: str) -> Candidate:
    return Candidate(
        memory_id=text, revision_id=text, text=text, kind=Kind.STATE, subject="", predicate="", object="", valid_from=""
    )


async def test_the_hostile_judge_answers_every_question_alike() -> None:
    """Its target's number where it is shown, else one that was not; the rules judge where it has nothing to say."""
    stage = Stage()
    hostile = HostileJudge(stage, RulesJudge(TABLE))
    fact = Fact(text="Lena lives in Linz")
    shown = Question(fact=fact, candidates=(candidate("something"), candidate("Lena lives in Graz")))
    other = Question(fact=fact, candidates=(candidate("something"),))
    assert [v.operation for v in (await hostile.judge([shown], Calls())).verdicts] == [Operation.ADD]
    stage.hostile = (HostileDecision(exchange=1, decision=Operation.UPDATE, target="Lena lives in Graz"),)
    verdicts = (await hostile.judge([shown, other], Calls())).verdicts
    assert [(v.operation, v.target, v.text) for v in verdicts] == [
        (Operation.UPDATE, 1, "Lena lives in Linz"),
        (Operation.UPDATE, 1, "Lena lives in Linz"),
    ]
    assert len(other.candidates) == 1


# -- scoring ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "expected", "right"),
    [
        ("2025-09-08", "2025-09", True),
        ("2025-09-08", "2025", True),
        ("2025-09-08", "2025-W37", True),
        ("2025-W37", "2025-09", True),
        ("2025-W40", "2025-09", False),
        ("2025", "2025-09", False),
        ("2025", "2025-01", False),
        ("2025-09-08", "2025-09-08", True),
        ("2025-09-30T23:59:59Z", "2025-09", True),
        ("2025-10-01T00:00:00Z", "2025-09", False),
        ("2025-09-08", "2025-09-08T00:00:00Z", True),
        ("2025-09-09", "2025-09-08", False),
    ],
)
def test_dates_are_compared_to_the_granularity_given(stored: str, expected: str, right: bool) -> None:  # noqa: FBT001
    """The stored granule must lie within the expected one: more exact is right, less exact is not."""
    assert fits(When(stored).moment("UTC"), When(expected)) is right


def test_dates_that_are_not_expected_are_not_checked_and_unknown_ones_are_instants() -> None:
    """None expects nothing, nothing stored is no date, and an unknown start is when it was said."""
    said = Moment(at("2025-09-10T18:30"), Granularity.UNKNOWN)
    assert fits(None, None)
    assert fits(said, None)
    assert not fits(None, When("2025"))
    assert fits(said, When("2025-09-10"))
    assert not fits(said, When("2025-09-08"))


def test_a_value_may_begin_within_its_granule() -> None:
    """Where another value held until the third of May, "in May" begins then, and it is still May."""
    third = Moment(at("2025-05-03T08:00"), Granularity.MONTH)
    assert fits(third, When("2025-05"))
    assert not fits(third, When("2025-05-03"))


@pytest.mark.parametrize(
    ("as_of", "instant"),
    [
        (None, None),
        ("2023-06-01", "2023-06-01T23:59:59.999999"),
        ("2023", "2023-12-31T23:59:59.999999"),
        ("2025-06-20", "2025-06-20T08:00"),
        ("2025-06-20T07:00:00Z", "2025-06-20T07:00"),
        ("2026-01-01", "2026-01-01T23:59:59.999999"),
    ],
)
def test_as_of_a_date_means_with_what_happened_on_it(as_of: str | None, instant: str | None) -> None:
    """The end of the day, but not later than now on the day that is now."""
    now = at("2025-06-20T08:00")
    assert asked_at(When(as_of) if as_of else None, now) == (at(instant) if instant else None)


def entries(*words: str) -> list[Entry]:
    """Entries that hold; a leading minus marks those that did not at the time asked."""
    return [Entry(words=word.removeprefix("-"), valid=not word.startswith("-")) for word in words]


@pytest.mark.parametrize(
    ("answer", "unwanted", "returned", "fault"),
    [
        (["Linz"], [], ["lives in LINZ"], ""),
        (["Linz"], [], ["lives in Graz"], "not found"),
        (["Linz", "Anna"], [], ["Linz"], "['Anna'] not found"),
        (["Linz"], ["Graz"], ["Graz", "Linz"], "['Graz'] stands before"),
        (["Linz"], ["Graz"], ["-Graz", "Linz"], ""),
        (["Linz"], ["Graz"], ["Linz", "Graz"], ""),
        (["Linz"], ["Graz"], ["from Graz to Linz"], ""),
        (["Linz", "Anna"], ["Graz"], ["Linz", "Graz", "Anna"], "['Graz'] stands before"),
        (["Graz"], [], ["-Graz"], ""),
        ([], ["Graz"], ["-Graz", "Linz"], ""),
        ([], ["Graz"], ["Linz", "Graz"], "['Graz'] is said to hold"),
        ([], ["Graz"], [], ""),
    ],
)
def test_answers_are_judged_by_what_stands_before_them(
    answer: list[str], unwanted: list[str], returned: list[str], fault: str
) -> None:
    """Every string of the answer is needed; what is unwanted counts if it was valid and stands before the last one."""
    asked = Asked(text="Where?", as_of=None, answer=tuple(answer), unwanted=tuple(unwanted))
    found = fault_of(asked, entries(*returned))
    assert fault in found
    assert bool(found) is bool(fault)


def test_a_target_is_rightly_gone_when_it_is_history_or_contested() -> None:
    """Expected live: never; closed: rightly; in neither list: only if something later speaks against it."""

    def gone(change: Callable[[dict[str, Any]], Any]) -> bool:
        scenario = read(spoilt(change), TABLE)
        return rightly_superseded(scenario, 0, scenario.exchanges[0].facts[0], Matcher(TABLE))

    live = [{"subject": "Lena", "predicate": "lives_in", "object": "Graz"}]
    assert gone(lambda s: s["questions"].clear())
    assert not gone(lambda s: s.update(expect={"live": live}))
    assert gone(lambda s: s.update(expect={"live": [live[0] | {"valid_from": "2025-06"}]}))
    assert gone(lambda s: s.update(expect={}))
    assert not gone(lambda s: (s.update(expect={}), s["exchanges"][1].update(extraction=[])))


def test_the_baseline_knows_what_passed_before(tmp_path: Path) -> None:
    """A check that failed before or belongs to a new scenario is no regression; a lost memory is, with ideal facts."""

    def played(name: str, *failing: int, lost: int = 0) -> Played:
        checks = tuple(
            Check(id=f"{name}/live/{n}", kind=CheckKind.LIVE, passed=n not in failing, expected="x", found="y")
            for n in range(3)
        )
        retired = tuple(Retired(memory_id=str(n), text="t", why="w", found="f") for n in range(lost))
        return Played(scenario=name, theme="t", checks=checks, retired=retired)

    file = tmp_path / "baseline.json"
    baseline.write(file, {RULES: [played("a", 0, lost=1)], HOSTILE: [played("a")]})
    same: dict[Row, list[Played]] = {RULES: [played("a", 0, lost=1)], HOSTILE: [played("a"), played("new", 1)]}
    assert list(baseline.regressions(file, same)) == []
    console = Console(quiet=True)
    assert judge(same, file, console) == 0
    assert judge(same, tmp_path / "none.json", console) == 1
    worse: dict[Row, list[Played]] = {RULES: [played("a", 0, 1, lost=2)], HOSTILE: [played("a", lost=1)]}
    assert judge(worse, file, console) == 1
    assert [line.split(" passed")[0] for line in baseline.regressions(file, worse)] == [
        "rules only: a/live/1",
        "rules only: 2 memories wrongly retired, at most 1 may be",
        "ideal extraction + hostile judge: 1 memories wrongly retired, at most 0 may be",
    ]
