"""What callers pass as plain Python values, turned into the core's requests. Everything odd is refused by its name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import Axes, JobState, Kind, Role
from twohop.memory.api import Filter, NewMessage, Resolution
from twohop.memory.moment import When, micros
from twohop.memory.ports import Cardinality, Claim, Fact, Named, Polarity

Time: TypeAlias = datetime | str | None
"""A datetime (naive = UTC), or ISO text: an instant, or a date whose first instant is meant."""

NEVER = "never"
"""In place of a time: takes an expiry back."""

Messages: TypeAlias = str | Mapping[str, Any] | Iterable[Mapping[str, Any]]
Facts: TypeAlias = Sequence[Fact | str | Mapping[str, Any]]
E = TypeVar("E", bound=StrEnum)

MESSAGE_KEYS = frozenset({"role", "content", "name", "observed_at", "time_zone"})
CLAIM_KEYS = tuple(Claim.__slots__)
FACT_KEYS = frozenset((*Fact.__slots__, *CLAIM_KEYS))
FILTER_KEYS = frozenset(Filter.__slots__)


def new_messages(messages: Messages) -> tuple[NewMessage, ...]:
    """The turns: a text (said by the user), one message or several.

    Raises:
        InvalidInput: not of that form.
    """
    if isinstance(messages, str):
        return (NewMessage(role=Role.USER, content=messages),)
    several = [messages] if isinstance(messages, Mapping) else messages
    return tuple(_message(message, f"messages[{place}]") for place, message in enumerate(several))


def given_facts(facts: Facts) -> tuple[Fact, ...]:
    """Facts that the caller gives: `Fact`s, sentences, or mappings with the fields of `Fact`.

    A mapping may hold its own claim flat: `{"text": …, "subject": …, "predicate": …, "object": …}`.

    Raises:
        InvalidInput: not of that form.
    """
    return tuple(_fact(fact, f"facts[{place}]") for place, fact in enumerate(facts))


def filter_of(filters: Filter | Mapping[str, Any] | None) -> Filter:
    """What to leave in: a `Filter`, or a mapping with its fields (times as in `Time`).

    Raises:
        InvalidInput: not of that form.
    """
    if filters is None:
        return Filter()
    if isinstance(filters, Filter):
        return filters
    _known("filters", filters, FILTER_KEYS)
    return Filter(
        kinds=tuple(_member("filters.kinds", Kind, kind) for kind in filters.get("kinds", ())),
        categories=tuple(filters.get("categories", ())),
        entity_ids=tuple(filters.get("entity_ids", ())),
        metadata=dict(filters.get("metadata", {})),
        observed_from=instant_of("filters.observed_from", filters.get("observed_from")),
        observed_to=instant_of("filters.observed_to", filters.get("observed_to")),
        run_ids=tuple(filters.get("run_ids", ())),
    )


def kind_of(kind: Kind | str | None) -> Kind | None:
    """A kind by its name.

    Raises:
        InvalidInput: no such kind.
    """
    return None if kind is None else _member("kind", Kind, kind)


def states_of(states: Sequence[JobState | str]) -> tuple[JobState, ...]:
    """States of jobs by their names.

    Raises:
        InvalidInput: no such state.
    """
    return tuple(_member(f"states[{place}]", JobState, state) for place, state in enumerate(states))


def instant_of(field: str, time: Time, time_zone: str = "UTC") -> int | None:
    """Microseconds since the epoch.

    Raises:
        InvalidInput: not a time.
    """
    if time is None:
        return None
    if isinstance(time, datetime):
        return micros(time if time.tzinfo else time.replace(tzinfo=UTC))
    try:
        return When(time).moment(time_zone).at
    except (ValueError, TypeError) as e:
        problem = "is not a time: give a datetime or ISO text such as 2025-09-08 or 2025-09-08T10:00:00Z"
        raise InvalidInput(FieldViolation(field, problem)) from e


def axes_of(as_of: Time, known_at: Time) -> Axes:
    """The state that a read asks for."""
    return Axes(as_of=instant_of("as_of", as_of), known_at=instant_of("known_at", known_at))


def expiry_of(time: Time) -> int | None:
    """When a memory expires, microseconds; None = never.

    Raises:
        InvalidInput: neither a time nor `never`.
    """
    return None if time == NEVER else instant_of("expires_at", time)


def resolution_of(resolution: Resolution | str) -> Resolution:
    """How a conflict is settled, by its name.

    Raises:
        InvalidInput: no such resolution.
    """
    return _member("resolution", Resolution, resolution)


def _message(message: Any, field: str) -> NewMessage:
    if not isinstance(message, Mapping):
        raise InvalidInput(FieldViolation(field, "is not a mapping with `role` and `content`"))
    _known(field, message, MESSAGE_KEYS)
    time_zone = message.get("time_zone") or "UTC"
    return NewMessage(
        role=_member(f"{field}.role", Role, message.get("role", "")),
        content=_text(f"{field}.content", message.get("content")),
        name=_text(f"{field}.name", message.get("name") or ""),
        observed_at=instant_of(f"{field}.observed_at", message.get("observed_at"), time_zone),
        time_zone=_text(f"{field}.time_zone", time_zone),
    )


def _fact(fact: Any, field: str) -> Fact:
    if isinstance(fact, Fact):
        return fact
    if isinstance(fact, str):
        return Fact(text=fact)
    if not isinstance(fact, Mapping):
        raise InvalidInput(FieldViolation(field, "is neither a text nor a mapping with `text`"))
    _known(field, fact, FACT_KEYS)
    claims = [_claim(claim, f"{field}.claims[{place}]") for place, claim in enumerate(fact.get("claims", ()))]
    if "subject" in fact:
        claims.insert(0, _claim({part: fact[part] for part in CLAIM_KEYS if part in fact}, field))
    return Fact(
        text=_text(f"{field}.text", fact.get("text")),
        kind=_member(f"{field}.kind", Kind, fact.get("kind", Kind.STATE)),
        claims=tuple(claims),
        entities=tuple(_named(entity, f"{field}.entities[{n}]") for n, entity in enumerate(fact.get("entities", ()))),
        polarity=_member(f"{field}.polarity", Polarity, fact.get("polarity", Polarity.AFFIRMED)),
        cardinality=_member(f"{field}.cardinality", Cardinality, fact.get("cardinality", Cardinality.UNKNOWN)),
        correction=bool(fact.get("correction", False)),
        valid_from=_when(f"{field}.valid_from", fact.get("valid_from")),
        valid_to=_when(f"{field}.valid_to", fact.get("valid_to")),
        quote=_text(f"{field}.quote", fact.get("quote") or ""),
        sources=tuple(str(source) for source in fact.get("sources", ())),
        cues=tuple(fact.get("cues", ())),
        categories=tuple(fact.get("categories", ())),
    )


def _claim(claim: Any, field: str) -> Claim:
    if isinstance(claim, Claim):
        return claim
    if isinstance(claim, Mapping):
        _known(field, claim, frozenset(CLAIM_KEYS))
        parts, literal = [claim.get(part) for part in CLAIM_KEYS[:3]], bool(claim.get("literal", False))
    else:
        parts, literal = list(claim) if isinstance(claim, list | tuple) else [], False
    if len(parts) != len(CLAIM_KEYS) - 1:
        raise InvalidInput(FieldViolation(field, "is not a triple of subject, predicate and object"))
    subject, predicate, value = (_text(field, part) for part in parts)
    return Claim(subject=subject, predicate=predicate, object=value, literal=literal)


def _named(entity: Any, field: str) -> Named:
    if isinstance(entity, Named):
        return entity
    if isinstance(entity, str):
        return Named(name=entity)
    if not isinstance(entity, Mapping):
        raise InvalidInput(FieldViolation(field, "is neither a name nor a mapping with `name`"))
    _known(field, entity, frozenset(Named.__slots__))
    return Named(
        name=_text(f"{field}.name", entity.get("name")),
        type=_text(f"{field}.type", entity.get("type") or ""),
        proper=bool(entity.get("proper", False)),
        kinds=tuple(entity.get("kinds", ())),
    )


def _when(field: str, value: Any) -> When | None:
    if isinstance(value, When):
        return value
    return When(_text(field, value)) if value else None


def _member(field: str, members: type[E], value: Any) -> E:
    try:
        return members(value)
    except ValueError as e:
        names = ", ".join(member.value for member in members)
        raise InvalidInput(FieldViolation(field, f"is {value!r}, must be one of {names}")) from e


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidInput(FieldViolation(field, "is not a text"))
    return value


def _known(field: str, value: Mapping[str, Any], keys: frozenset[str]) -> None:
    for key in value:
        if key not in keys:
            raise InvalidInput(FieldViolation(f"{field}.{key}", f"is not known; {', '.join(sorted(keys))} are"))
