"""What a request must satisfy before anything is written. One pass collects every violation."""

import json
import math
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import AgentConfig, Metadata, Scope
from twohop.memory.api import AddRequest, Depth, Edit, PathsRequest, RecallRequest
from twohop.memory.categories import folded
from twohop.memory.moment import FIRST_YEAR, LAST_YEAR, micros, zone_of
from twohop.memory.ports import Fact, Named
from twohop.memory.settings import Limits

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
EDITABLE = ("text", "kind", "metadata", "categories", "expires_at")
ARMS = ("", "vector", "vector+bm25")
MOST_VERSIONS = 2**31 - 1
"""Versions are 32-bit numbers on the wire."""

EARLIEST = micros(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
LATEST = micros(datetime(LAST_YEAR, 1, 1, tzinfo=UTC))


class Check:
    """Collects violations; `done` raises them together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.violations: list[FieldViolation] = []

    def done(self) -> None:
        """Raise what was found, if anything."""
        if self.violations:
            raise InvalidInput(*self.violations)

    def fail(self, field: str, description: str) -> None:
        """Note one violation."""
        self.violations.append(FieldViolation(field, description))

    def text(self, field: str, value: str, limit: int, *, blank: bool = False) -> None:
        """Plain text: not blank, at most `limit` characters, valid Unicode, no control characters but tab, newline."""
        if not blank and not value.strip():
            self.fail(field, "must not be blank")
        elif len(value) > limit:
            self.fail(field, f"has {len(value)} characters, at most {limit} are taken")
        elif SURROGATE.search(value):
            self.fail(field, "is not valid Unicode (it holds lone surrogates)")
        elif CONTROL.search(value):
            self.fail(field, "holds control characters; only tab and line breaks are taken")

    def id(self, field: str, value: str, *, empty: bool = True) -> None:
        """An opaque id of the caller's: no line breaks, within the limit."""
        if not value:
            if not empty:
                self.fail(field, "must be given")
            return
        self.text(field, value, self.limits.id_chars)
        if "\n" in value or "\t" in value:
            self.fail(field, "must not hold line breaks or tabs")

    def uuid(self, field: str, value: str) -> None:
        """An id of ours: a UUID."""
        try:
            uuid.UUID(value)
        except ValueError:
            self.fail(field, "is not an id of this service (a UUID is expected)")

    def owner_or_tenant(self, scope: Scope) -> None:
        """Ids in their form; none of an owner stands for all owners of the tenant."""
        for field in ("tenant", "user_id", "agent_id", "run_id"):
            self.id(f"scope.{field}", getattr(scope, field))

    def scope(self, scope: Scope) -> None:
        """At least one of the owner ids."""
        self.owner_or_tenant(scope)
        if not (scope.user_id.strip() or scope.agent_id.strip() or scope.run_id.strip()):
            self.fail("scope", "give at least one of user_id, agent_id and run_id")

    def instant(self, field: str, at: int | None) -> None:
        """Microseconds within the years that calendars know."""
        if at is not None and not EARLIEST < at < LATEST:
            self.fail(field, "is out of range")

    def metadata(self, field: str, value: Mapping[str, Any]) -> None:
        """Small, shallow JSON."""
        try:
            size = len(json.dumps(value, ensure_ascii=False).encode())
        except (TypeError, ValueError, UnicodeEncodeError):
            self.fail(field, "is not JSON")
            return
        if size > self.limits.metadata_bytes:
            self.fail(field, f"has {size} bytes as JSON, at most {self.limits.metadata_bytes} are taken")
        if depth(value) > self.limits.metadata_depth:
            self.fail(field, f"is nested deeper than {self.limits.metadata_depth}")

    def between(self, field: str, value: int, low: int, high: int) -> None:
        """An integer in a closed range."""
        if not low <= value <= high:
            self.fail(field, f"is {value}, must be {low} to {high}")

    def fact(self, field: str, fact: Fact) -> None:
        """A caller-given fact."""
        self.text(f"{field}.text", fact.text, self.limits.fact_chars)
        self.text(f"{field}.quote", fact.quote, self.limits.message_chars, blank=True)
        limits = self.limits
        for place in self.at_most(f"{field}.claims", fact.claims, limits.fact_claims):
            for part in ("subject", "predicate", "object"):
                self.text(f"{field}.claims[{place}].{part}", getattr(fact.claims[place], part), limits.fact_chars)
        for place in self.at_most(f"{field}.entities", fact.entities, limits.fact_entities):
            self.named(f"{field}.entities[{place}]", fact.entities[place])
        for name, most in (
            ("sources", limits.fact_sources),
            ("cues", limits.fact_labels),
            ("categories", limits.fact_labels),
        ):
            self.labels(f"{field}.{name}", getattr(fact, name), most)
        for part in ("valid_from", "valid_to"):
            when = getattr(fact, part)
            if when is not None:
                try:
                    when.moment("UTC")
                except ValueError:
                    self.fail(f"{field}.{part}", "is not an ISO date prefix (2021, 2025-09, 2025-09-08) or instant")

    def named(self, field: str, named: Named) -> None:
        """An entity of a caller-given fact."""
        self.text(f"{field}.name", named.name, self.limits.fact_chars)
        self.text(f"{field}.type", named.type, self.limits.category_chars, blank=True)
        self.labels(f"{field}.kinds", named.kinds, self.limits.fact_labels)

    def labels(self, field: str, values: Sequence[str], most: int) -> None:
        """A few short words."""
        for place in self.at_most(field, values, most):
            self.text(f"{field}[{place}]", values[place], self.limits.id_chars)

    def at_most(self, field: str, values: Sequence[object], most: int) -> range:
        """No more values than are taken; the places of those that are worth a look."""
        if len(values) > most:
            self.fail(field, f"holds {len(values)}, at most {most} are taken")
        return range(min(len(values), most))

    def grounds(self, field: str, fact: Fact, said: Sequence[str]) -> None:
        """A caller-given quote stands in a message of its request."""
        if fact.quote and not any(fact.quote in content for content in said):
            self.fail(f"{field}.quote", "stands in no message of this request")


def depth(value: object) -> int:
    """How deep JSON nests; a scalar is 0."""
    children: Iterable[object] = ()
    if isinstance(value, Mapping):
        children = value.values()
    elif isinstance(value, list | tuple):
        children = value
    else:
        return 0
    return 1 + max((depth(child) for child in children), default=0)


def check_add(request: AddRequest, limits: Limits) -> None:
    """Raise `InvalidInput` unless the add can be accepted."""
    check = Check(limits)
    check.scope(request.scope)
    check.id("request_id", request.request_id)
    check.metadata("metadata", request.metadata)
    if not request.messages:
        check.fail("messages", "give at least one message")
    if len(request.messages) > limits.messages:
        check.fail("messages", f"has {len(request.messages)} messages, at most {limits.messages} are taken")
    if sum(len(message.content) for message in request.messages) > limits.request_chars:
        check.fail("messages", f"hold more than {limits.request_chars} characters together")
    for place, message in enumerate(request.messages[: limits.messages]):
        field = f"messages[{place}]"
        check.text(f"{field}.content", message.content, limits.message_chars)
        check.id(f"{field}.name", message.name)
        check.instant(f"{field}.observed_at", message.observed_at)
        try:
            zone_of(message.time_zone)
        except ValueError as e:
            check.fail(f"{field}.time_zone", str(e))
    for place, fact in enumerate((request.facts or ())[: limits.facts]):
        check.fact(f"facts[{place}]", fact)
        check.grounds(f"facts[{place}]", fact, [message.content for message in request.messages])
    if request.facts is not None and len(request.facts) > limits.facts:
        check.fail("facts", f"has {len(request.facts)} facts, at most {limits.facts} are taken")
    check.done()


def check_recall(request: RecallRequest, limits: Limits) -> None:
    """Raise `InvalidInput` unless the question can be served."""
    check = Check(limits)
    check.scope(request.scope)
    check.text("query", request.query, limits.query_chars)
    check.between("limit", request.limit, 1, limits.recall_limit)
    check.between("depth", request.depth, 0, Depth.MAX)
    check.instant("as_of", request.axes.as_of)
    check.instant("known_at", request.axes.known_at)
    runs = request.where.run_ids
    for place in check.at_most("filter.run_ids", runs, limits.filter_runs):
        check.id(f"filter.run_ids[{place}]", runs[place], empty=False)
    if request.min_score is not None and not math.isfinite(request.min_score):
        check.fail("min_score", "must be a finite number")
    if request.token_budget is not None:
        check.between("render.token_budget", request.token_budget, 1, limits.context_tokens)
    if request.arms not in ARMS:
        check.fail("arms", f"is {request.arms!r}, must be one of {', '.join(arm for arm in ARMS if arm)}")
    check.done()


def check_paths(request: PathsRequest, limits: Limits) -> None:
    """Raise `InvalidInput` unless paths can be looked for."""
    check = Check(limits)
    check.scope(request.scope)
    check.text("source", request.source, limits.fact_chars)
    check.text("target", request.target, limits.fact_chars)
    check.between("depth", request.depth, 1, Depth.MAX)
    check.between("limit", request.limit, 1, limits.recall_limit)
    check.instant("as_of", request.axes.as_of)
    check.instant("known_at", request.axes.known_at)
    check.done()


def check_edit(scope: Scope, memory_id: str, edit: Edit, request_id: str, limits: Limits) -> None:
    """Raise `InvalidInput` unless the edit can be made."""
    check = Check(limits)
    check.scope(scope)
    check.uuid("memory_id", memory_id)
    check.id("request_id", request_id)
    if not edit.mask:
        check.fail("update_mask", f"name at least one of {', '.join(EDITABLE)}")
    for name in edit.mask:
        if name not in EDITABLE:
            check.fail("update_mask", f"{name!r} can't be changed; {', '.join(EDITABLE)} can")
    if "text" in edit.mask:
        check.text("memory.text", edit.text, limits.fact_chars)
    check.metadata("memory.metadata", edit.metadata)
    for place, category in enumerate(edit.categories):
        check.id(f"memory.categories[{place}]", category, empty=False)
    check.instant("memory.expires_at", edit.expires_at)
    check.done()


def check_change(scope: Scope, field: str, value: str, request_id: str, limits: Limits) -> None:
    """Raise `InvalidInput` unless scope, id and request id of a change are well formed."""
    check = Check(limits)
    check.scope(scope)
    check.uuid(field, value)
    check.id("request_id", request_id)
    check.done()


def check_session(scope: Scope, session_id: str, limits: Limits, *, metadata: Metadata, request_id: str) -> None:
    """Raise `InvalidInput` unless the session can be asked for, or get this metadata."""
    check = Check(limits)
    check.scope(scope)
    check.id("session_id", session_id)
    check.metadata("metadata", metadata)
    check.id("request_id", request_id)
    check.done()


def check_agent(scope: Scope, limits: Limits, *, version: int | None, field: str) -> Check:
    """What is wrong with a question about an agent's configuration; the caller adds to it and raises it."""
    check = Check(limits)
    for name in ("tenant", "agent_id"):
        check.id(f"scope.{name}", getattr(scope, name), empty=False)
    for name in ("user_id", "run_id"):
        if getattr(scope, name):
            check.fail(f"scope.{name}", "must be empty: a configuration is the agent's, whoever it speaks with")
    if version is not None:
        check.between(field, version, 0, MOST_VERSIONS)
    return check


def check_config(check: Check, config: AgentConfig, *, models: bool) -> None:
    """Raise `InvalidInput` unless the configuration can be followed; `models`: whether a model can be named."""
    limits = check.limits
    check.text("config.instructions", config.instructions, limits.instruction_chars, blank=True)
    kept = {folded(category) for category in config.keep_categories}
    for name in ("keep_categories", "ignore_categories"):
        categories: tuple[str, ...] = getattr(config, name)
        if len(categories) > limits.categories:
            check.fail(f"config.{name}", f"holds {len(categories)}, at most {limits.categories} are taken")
        for place, category in enumerate(categories[: limits.categories]):
            check.text(f"config.{name}[{place}]", category, limits.category_chars)
            if name == "ignore_categories" and folded(category) in kept:
                check.fail(f"config.{name}[{place}]", "is kept too: name it in one of the two lists")
    check.id("config.model", config.model)
    if config.model and not models:
        check.fail(
            "config.model", "can't be followed: this deployment has no language model (see TWOHOP_LLM__BASE_URL)"
        )
    check.between("config.retention_days", config.retention_days, 0, limits.retention_days)
    check.done()


def check_id(scope: Scope, field: str, value: str, limits: Limits) -> None:
    """Raise `InvalidInput` unless scope and id are well formed."""
    check = Check(limits)
    check.scope(scope)
    check.uuid(field, value)
    check.done()
