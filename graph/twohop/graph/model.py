"""The nouns of the ledger: what is stored, with its validity on two time axes.

World time says when something held; system time says when twohop knew it. Both are integer microseconds since the
Unix epoch, UTC. Rows are append-only: a change ends the old row in system time (`superseded_at`) and adds a new one.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

Metadata: TypeAlias = Mapping[str, Any]

FAR = 2**62
"""The instant that stands for an open end wherever a number is needed (SQL, index payloads)."""


class OwnerKind(StrEnum):
    """Whose memory it is."""

    USER = "user"
    AGENT = "agent"
    RUN = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who a call is about. The owner is the user if given, else the agent, else the run; the others narrow.

    `tenant` is never empty here (`default` stands for none). At least one of the three ids is set.
    """

    tenant: str = "default"
    user_id: str = ""
    agent_id: str = ""
    run_id: str = ""

    @property
    def owner(self) -> tuple[OwnerKind, str]:
        """The owner as (kind, id)."""
        if self.user_id:
            return OwnerKind.USER, self.user_id
        if self.agent_id:
            return OwnerKind.AGENT, self.agent_id
        return OwnerKind.RUN, self.run_id

    @property
    def partition(self) -> str:
        """The one key of the owner's data in every store: 32 hex digits, a hash over length-prefixed parts.

        It bounds entity identity and every traversal: two users' "Bob" are never one node.
        """
        return digest(self.tenant, *self.owner)

    @property
    def session(self) -> str:
        """The session that messages of this scope belong to."""
        return self.run_id or "default"

    @property
    def narrows(self) -> "Narrowing":
        """What agent and run beside the owner leave visible."""
        kind, _ = self.owner
        return Narrowing(
            agent_id=self.agent_id if kind is OwnerKind.USER else "",
            run_id=self.run_id if kind is not OwnerKind.RUN else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """A memory is visible under an agent or a run when a message of it is evidence for the memory; empty = all."""

    agent_id: str = ""
    run_id: str = ""


@lru_cache(maxsize=16_384)
def digest(*parts: str) -> str:
    """A 128-bit hash (32 hex digits) over length-prefixed parts, so that no two lists of parts collide by joining.

    Cached, since planning asks for the key of one triple dozens of times.
    """
    h = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode()
        h.update(len(data).to_bytes(8, "big"))
        h.update(data)
    return h.hexdigest()


class Granularity(StrEnum):
    """How exactly a moment is known. For display and for reasoning about "unknown"; comparisons are on instants."""

    UNKNOWN = "unknown"
    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in world time: the first instant of its granule in `time_zone` (IANA name)."""

    at: int
    granularity: Granularity = Granularity.INSTANT
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Validity:
    """When something held in the world: `valid_from <= t < valid_to`; no `valid_to` = still holds.

    An event is true from when it happened on; its length is `Revision.occurred_until`.
    """

    valid_from: Moment
    valid_to: Moment | None = None

    def holds(self, at: int) -> bool:
        """Whether it held at the instant `at`."""
        return self.valid_from.at <= at and (self.valid_to is None or at < self.valid_to.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """The state that a read asks for.

    `as_of`: world time; None = any time (closed facts too). `known_at`: system time; None = what is known now.
    """

    as_of: int | None = None
    known_at: int | None = None


class Role(StrEnum):
    """Who speaks a message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn. `position` counts from 0 in its session; `name` is the speaker as written, or empty."""

    id: str
    partition: str
    session: str
    role: Role
    name: str
    content: str
    observed_at: int
    time_zone: str = "UTC"
    agent_id: str = ""
    run_id: str = ""
    position: int = 0
    recorded_at: int = 0


class Kind(StrEnum):
    """What sort of fact a memory is."""

    STATE = "state"
    EVENT = "event"
    PREFERENCE = "preference"
    PLAN = "plan"
    ATTRIBUTE = "attribute"


class Operation(StrEnum):
    """What a decision did with a fact.

    ADD, UPDATE, DELETE, NOOP are the judge's; SUPERSEDE, INSERT (a back-dated value of a slot) and RETRACT (it never
    held: ended in system time only) say how the timeline settled them; DISPUTE keeps a fact that can't be settled;
    DROP and FAIL record a fact that was not kept, and why. RESTORE, REVERT, RESOLVE, MERGE and SPLIT are a caller's
    (MERGE also the code's, when a fact gives an entity another one's name).
    """

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"
    NOOP = "noop"
    SUPERSEDE = "supersede"
    INSERT = "insert"
    RETRACT = "retract"
    DISPUTE = "dispute"
    DROP = "drop"
    FAIL = "fail"
    RESTORE = "restore"
    REVERT = "revert"
    RESOLVE = "resolve"
    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A message that a memory rests on, with the quoted span (empty = the whole message).

    `decision_id` is the decision that linked them; when it is reverted, the link ends in system time. `observed_at`:
    when the message was said, as the ledger knows (0 in what is yet to be stored).
    """

    memory_id: str
    message_id: str
    quote: str = ""
    agent_id: str = ""
    run_id: str = ""
    decision_id: str = ""
    recorded_at: int = 0
    observed_at: int = 0


@dataclass(frozen=True, slots=True)
class Triple:
    """`(subject)-[predicate]->(object)`, resolved: entity ids, or a `literal` in place of the object entity."""

    subject_id: str
    predicate: str
    object_id: str = ""
    literal: str = ""

    def key(self, partition: str) -> str:
        """What makes two assertions the same relation."""
        return digest(partition, self.subject_id, self.predicate, self.object_id, self.literal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of a memory: everything that can change about it, on both time axes.

    `triples[0]`, if any, is the fact's own subject, predicate and object. `slot_key` is set when that predicate holds
    one value at a time for its subject, `mirror_key` too when it says the same from the object's side (a marriage is
    the one of both). `disputed` facts are kept and listed, but are not live and not walked.
    `superseded_by` is the memory that took its place, `supersedes` the one whose place it took.
    """

    id: str
    memory_id: str
    partition: str
    number: int
    text: str
    kind: Kind
    validity: Validity
    operation: Operation
    decider: str
    reason: str = ""
    decision_id: str = ""
    triples: tuple[Triple, ...] = ()
    slot_key: str = ""
    mirror_key: str = ""
    text_hash: str = ""
    cues: tuple[str, ...] = ()
    occurred_until: Moment | None = None
    metadata: Metadata = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    pinned: bool = False
    expires_at: int | None = None
    disputed: bool = False
    superseded_by: str = ""
    supersedes: str = ""
    recorded_at: int = 0
    superseded_at: int | None = None

    def live(self, at: int) -> bool:
        """Whether it is true at the world time `at`: holds, not disputed, not expired."""
        return self.validity.holds(at) and not self.disputed and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A memory as seen at some `Axes`: its revision visible there and its evidence known there.

    Evidence is in the order in which it was linked; that of one commit in the order of message ids and quotes.
    """

    id: str
    partition: str
    created_at: int
    revision: Revision
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, organisation, place or thing of one owner.

    `named` = it has a proper name ("Acme"), unlike a phrase ("new job"). `kinds` are the common words for what it is
    (dog, city), lower case. `key` is unique: hash(partition, normal form, type, discriminator).
    """

    id: str
    partition: str
    key: str
    name: str
    normal: str
    type: str = ""
    named: bool = False
    kinds: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    recorded_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of an entity: `normal` is what look-ups compare, `name` what is shown."""

    entity_id: str
    normal: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entity named in a message (`start`, `end` = character span, both 0 when only the fact named it)."""

    entity_id: str
    message_id: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """An assertion between two entities (or an entity and a literal) with the memories that support it.

    It holds as long as a live memory supports it. Each version is a row of its own, like a revision.
    """

    id: str
    partition: str
    key: str
    triple: Triple
    text: str
    validity: Validity
    support: tuple[str, ...]
    confidence: float = 1.0
    recorded_at: int = 0
    superseded_at: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision did to one memory: the ids of its revisions before (empty = it began) and after (= retracted)."""

    memory_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one fact of one add (or by a caller), by whom and why.

    `target_id` is the older memory it touched, `refused` the judge's operation when a guardrail overruled it (the one
    named by `rule`), `status` a typed failure (an error's reason) for FAIL and DROP, else empty. `fact` is the fact's
    text, `effects` are the memories that it changed, `reverts` the decision that a REVERT undid. `input` is what it was
    made from, as JSON: with the messages, enough to make the same decision again.
    """

    id: str
    partition: str
    job_id: str
    position: int
    operation: Operation
    decider: str
    fact: str = ""
    memory_id: str = ""
    revision_id: str = ""
    target_id: str = ""
    reason: str = ""
    refused: str = ""
    rule: str = ""
    status: str = ""
    effects: tuple[Effect, ...] = ()
    reverts: str = ""
    input: Metadata = field(default_factory=dict)
    recorded_at: int = 0


class JobKind(StrEnum):
    """What a job is for: remembering an exchange, or refreshing a session's rolling summary."""

    ADD = "add"
    SUMMARY = "summary"


class JobState(StrEnum):
    """Where a job stands. DONE, PARTIAL, FAILED and CANCELLED are final."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in {JobState.PENDING, JobState.RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Durable work for a session.

    `payload` is JSON: of an add the message ids and, once extracted, the facts that still wait for a decision. `run`
    counts how often it was started: what an older run still writes is refused. `attempts` counts the tries that failed
    and are to be repeated, from `not_before` on.
    """

    id: str
    partition: str
    kind: JobKind
    state: JobState
    payload: Metadata
    session: str = "default"
    run: int = 0
    attempts: int = 0
    not_before: int = 0
    error: str = ""
    usage: Metadata = field(default_factory=dict)
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedJob:
    """A job and whose it is."""

    scope: Scope
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An owner's counters. `seq` counts every write (the consistency token); `state_seq` those that change memories."""

    partition: str
    scope: Scope
    seq: int
    state_seq: int
    last_time: int
    message_count: int
    memory_count: int
    session_count: int = 0
    entity_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session's exact look-up: counts, times and rolling summary.

    `summary_author` is a model's id, or `extractive` for sentences picked without one. The summary covers the first
    `summarised_count` messages.
    """

    partition: str
    id: str
    message_count: int
    created_at: int
    updated_at: int
    summary: str = ""
    summary_version: int = 0
    summary_author: str = ""
    summarised_count: int = 0
    metadata: Metadata = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfig:
    """How memories of an agent's conversations are made, in one of its versions; every version is kept.

    `instructions` are added to the extractor's. Only facts of `keep_categories` are kept (empty = all), those of
    `ignore_categories` are dropped; letter case makes no difference. `model` extracts and judges in place of the
    deployment's (empty = that one). New memories expire `retention_days` after they are recorded (0 = never).
    `version` counts from 1; 0 = none was ever set.
    """

    instructions: str = ""
    keep_categories: tuple[str, ...] = ()
    ignore_categories: tuple[str, ...] = ()
    model: str = ""
    retention_days: int = 0
    version: int = 0
    recorded_at: int = 0


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A key that means "look again": the projector reads the row's current state. `seq` is the owner's at writing.

    `attempts` counts the tries to project it that failed.
    """

    partition: str
    kind: str
    id: str
    seq: int
    attempts: int = 0
