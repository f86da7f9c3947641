"""Reads folders of `*.jsonl` scenarios strictly: what is missing or wrong is named by file, line and field.

Keys that the format doesn't know are left alone, so that scenarios may carry notes and later additions.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from bench.truth.scenario import Asked, EndState, Exchange, Expected, HostileDecision, Scenario

from twohop.graph.model import Kind, Operation, Role
from twohop.memory.api import NewMessage
from twohop.memory.moment import When
from twohop.memory.ports import Cardinality, Claim, Fact, Named, Polarity
from twohop.memory.predicates import PredicateTable

E = TypeVar("E", bound=StrEnum)

JUDGED = (Operation.ADD, Operation.UPDATE, Operation.DELETE, Operation.NOOP)
"""What a judge can say."""

PLAIN_VALUE = re.compile(r"[$\u20ac\u00a3]?\d[\d.,:/-]*\s?(?:[%\u20ac$\u00a3]|[a-z]+(?: [a-z]+){0,2})?|\d{4}-W\d{2}")
"""An amount with its unit, or an ISO date: a value that names nothing. "3 kg", "$1,200", "2025-09-08"."""


class MalformedScenario(ValueError):
    """A scenario that can't be played; the message names the field and says why."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object with its place in the scenario, for messages."""

    place: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, place: str, value: Any) -> "Fields":
        """The object that stands there."""
        if not isinstance(value, dict):
            raise wrong(place, "must be an object")
        return cls(place, value)

    def at(self, key: str) -> str:
        """The place of a field."""
        return f"{self.place}.{key}" if self.place else key

    def text(self, key: str, default: str | None = None) -> str:
        """A string that isn't blank; with a default it may be missing or null."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value.strip():
            raise wrong(self.at(key), "must be a string that isn't blank" if key in self.values else "is missing")
        return value

    def one_of(self, key: str, kinds: type[E], default: E | None = None) -> E:
        """A member of an enumeration by its value."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        known = [kind.value for kind in kinds]
        if value not in known:
            raise wrong(self.at(key), f"must be one of {', '.join(known)}, not {value!r}")
        return kinds(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """A boolean."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise wrong(self.at(key), "must be true or false")
        return value

    def count(self, key: str) -> int | None:
        """A number from 0, or None when it is missing or null."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise wrong(self.at(key), "must be a whole number from 0")
        return value

    def when(self, key: str) -> When | None:
        """An ISO date prefix or instant, or None when it is missing or null."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            written = When(value)
            written.moment("UTC")
        except (ValueError, TypeError) as e:
            raise wrong(self.at(key), f"must be null or an ISO date such as 2025, 2025-09 or 2025-09-08: {e}") from e
        return written

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of strings that aren't blank."""
        values = self._list(key, required=required)
        for place, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                raise wrong(f"{self.at(key)}[{place}]", "must be a string that isn't blank")
        return tuple(values)

    def objects(self, key: str, *, required: bool = False) -> Iterator["Fields"]:
        """A list of objects."""
        for place, value in enumerate(self._list(key, required=required)):
            yield Fields.of(f"{self.at(key)}[{place}]", value)

    def _list(self, key: str, *, required: bool) -> Sequence[Any]:
        value = self.values.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            raise wrong(self.at(key), "must be a list" if key in self.values else "is missing")
        return value


def wrong(place: str, why: str) -> MalformedScenario:
    """The error of one field."""
    return MalformedScenario(f"{place}: {why}" if place else why)


def load(folder: Path, predicates: PredicateTable) -> tuple[list[Scenario], list[str]]:
    """The scenarios of a folder, by file name and line, and the first fault of each line that is none.

    A fault reads `file:line: field: why`. A folder without files is a fault too.
    """
    files = sorted(folder.glob("*.jsonl"))
    found: dict[str, Scenario] = {}
    faults = [] if files else [f"{folder}: holds no *.jsonl files"]
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            if not line.strip():
                continue
            try:
                scenario = read(line, predicates)
            except MalformedScenario as e:
                faults.append(f"{file.name}:{number}: {e}")
                continue
            if scenario.id in found:
                faults.append(f"{file.name}:{number}: id: {scenario.id!r} is the id of an earlier scenario")
            found.setdefault(scenario.id, scenario)
    return list(found.values()), faults


def read(line: str, predicates: PredicateTable) -> Scenario:
    """One scenario from its line.

    Raises:
        MalformedScenario: the field that is missing or wrong, and why.
    """
    try:
        fields = Fields.of("", json.loads(line))
    except json.JSONDecodeError as e:
        raise MalformedScenario(f"is no JSON: {e}") from e
    exchanges = tuple(read_exchange(one, predicates) for one in fields.objects("exchanges", required=True))
    if not exchanges:
        raise wrong("exchanges", "must hold at least one exchange")
    for place, (earlier, later) in enumerate(pairwise(exchanges), 1):
        if later.observed_at < earlier.observed_at:
            raise wrong(f"exchanges[{place}].observed_at", "lies before the exchange that it follows")
    expect = Fields.of("expect", fields.values.get("expect"))
    return Scenario(
        id=fields.text("id"),
        theme=fields.text("theme"),
        difficulty=fields.text("difficulty", ""),
        user_id=fields.text("user_id"),
        exchanges=exchanges,
        expect=EndState(
            live=tuple(read_expected(one) for one in expect.objects("live")),
            closed=tuple(read_expected(one) for one in expect.objects("closed")),
            absent=expect.texts("absent"),
            memory_count_max=expect.count("memory_count_max"),
        ),
        hostile=tuple(read_hostile(one, exchanges) for one in fields.objects("hostile_judge")),
        questions=tuple(
            Asked(
                text=one.text("q"),
                as_of=one.when("as_of"),
                answer=one.texts("answer", required=True),
                unwanted=one.texts("not"),
            )
            for one in fields.objects("questions")
        ),
        concurrent=fields.texts("concurrent"),
    )


def read_exchange(fields: Fields, predicates: PredicateTable) -> Exchange:
    """One exchange; the quotes of its extraction must stand in its messages."""
    said = fields.when("observed_at")
    if said is None:
        raise wrong(fields.at("observed_at"), "is missing")
    observed_at = said.moment("UTC").at
    messages = tuple(
        NewMessage(
            role=one.one_of("role", Role),
            name=one.text("name", ""),
            content=one.text("content"),
            observed_at=observed_at,
        )
        for one in fields.objects("messages", required=True)
    )
    if not messages:
        raise wrong(fields.at("messages"), "must hold at least one message")
    facts = []
    for one in fields.objects("extraction", required=True):
        fact = read_fact(one, predicates)
        if not any(fact.quote in message.content for message in messages):
            raise wrong(one.at("quote"), f"stands in no message of its exchange: {fact.quote!r}")
        facts.append(fact)
    return Exchange(observed_at=observed_at, messages=messages, facts=tuple(facts))


def read_fact(fields: Fields, predicates: PredicateTable) -> Fact:
    """One entry of an ideal extraction. Its entities, unless listed, are its subject and object."""
    subject, predicate, value = fields.text("subject"), fields.text("predicate"), fields.text("object")
    plain = predicates.object_type(predicate) == "literal" or bool(PLAIN_VALUE.fullmatch(value.strip()))
    literal = fields.flag("literal", default=plain)
    listed = tuple(read_named(one) for one in fields.objects("entities"))
    implied = (subject,) if literal else (subject, value)
    return Fact(
        text=fields.text("text"),
        kind=fields.one_of("kind", Kind),
        claims=(Claim(subject=subject, predicate=predicate, object=value, literal=literal),),
        entities=listed or tuple(Named(name=name, proper=name[:1].isupper()) for name in implied),
        polarity=fields.one_of("polarity", Polarity),
        cardinality=fields.one_of("cardinality", Cardinality, Cardinality.UNKNOWN),
        correction=fields.flag("correction", default=False),
        valid_from=fields.when("valid_from"),
        valid_to=fields.when("valid_to"),
        quote=fields.text("quote"),
        cues=fields.texts("cues"),
    )


def read_named(fields: Fields) -> Named:
    """An entity that an entry lists."""
    name = fields.text("name")
    return Named(
        name=name,
        type=fields.text("type", ""),
        proper=fields.flag("proper", default=name[:1].isupper()),
        kinds=fields.texts("kinds"),
    )


def read_expected(fields: Fields) -> Expected:
    """One entry of `live` or `closed`."""
    return Expected(
        subject=fields.text("subject"),
        predicate=fields.text("predicate"),
        object=fields.text("object"),
        valid_from=fields.when("valid_from"),
        valid_to=fields.when("valid_to"),
    )


def read_hostile(fields: Fields, exchanges: Sequence[Exchange]) -> HostileDecision:
    """One hostile decision; its target must have been extracted from an earlier exchange."""
    exchange = fields.count("exchange")
    if exchange is None or exchange >= len(exchanges):
        raise wrong(fields.at("exchange"), f"must be the place of an exchange, from 0 to {len(exchanges) - 1}")
    decision = fields.text("decision")
    known = {operation.name: operation for operation in JUDGED}
    if decision not in known:
        raise wrong(fields.at("decision"), f"must be one of {', '.join(known)}, not {decision!r}")
    target = fields.text("target")
    if not any(fact.text == target for earlier in exchanges[:exchange] for fact in earlier.facts):
        raise wrong(fields.at("target"), f"is the text of no extraction of an earlier exchange: {target!r}")
    return HostileDecision(exchange=exchange, decision=known[decision], target=target)
