"""Rows for ledger tests: short to write, told apart by their ids."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from twohop.graph.model import (
    Alias,
    Decision,
    Entity,
    Evidence,
    Job,
    JobKind,
    JobState,
    Kind,
    Mention,
    Message,
    Metadata,
    Moment,
    Operation,
    Relation,
    Revision,
    Role,
    Scope,
    Triple,
    Validity,
)
from twohop.graph.store import Acceptance, Changes, Committed, JobUpdate, Ledger, RequestKey, SummaryUpdate

ANN = Scope(user_id="ann")
P = ANN.partition


class Ticks:
    """A clock that the test moves: microseconds."""

    def __init__(self, now: int = 1_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def message(
    id_: str, *, scope: Scope = ANN, name: str = "Ann", content: str = "hello", observed_at: int = 10
) -> Message:
    return Message(
        id=id_,
        partition=scope.partition,
        session=scope.session,
        role=Role.USER,
        name=name,
        content=content,
        observed_at=observed_at,
        time_zone="Europe/Lisbon",
        agent_id=scope.agent_id,
        run_id=scope.run_id,
    )


def job(id_: str, *, scope: Scope = ANN, state: JobState = JobState.PENDING, payload: Metadata | None = None) -> Job:
    return Job(id=id_, partition=scope.partition, kind=JobKind.ADD, state=state, payload=payload or {"ids": ["x"]})


def summary(
    text: str, *, version: int = 0, count: int = 1, session: str = "default", job: JobUpdate | None = None
) -> SummaryUpdate:
    return SummaryUpdate(
        session=session, text=text, author="extractive", count=count, expected_version=version, job=job
    )


def acceptance(
    *ids: str, scope: Scope = ANN, job_id: str = "", request: RequestKey | None = None, name: str = "Ann"
) -> Acceptance:
    messages = tuple(message(id_, scope=scope, name=name) for id_ in ids)
    job_id = job_id or "job-" + "-".join(ids)
    return Acceptance(scope=scope, messages=messages, job=job(job_id, scope=scope), request=request)


def revision(
    id_: str,
    memory_id: str,
    *,
    partition: str = P,
    number: int = 1,
    text: str = "",
    valid: tuple[int, int | None] = (0, None),
    triples: Sequence[Triple] = (),
    slot_key: str = "",
    text_hash: str = "",
    kind: Kind = Kind.STATE,
    metadata: Metadata | None = None,
    categories: tuple[str, ...] = (),
    expires_at: int | None = None,
    disputed: bool = False,
) -> Revision:
    start, end = valid
    return Revision(
        id=id_,
        memory_id=memory_id,
        partition=partition,
        number=number,
        text=text or f"text of {id_}",
        kind=kind,
        validity=Validity(Moment(start), None if end is None else Moment(end)),
        operation=Operation.ADD,
        decider="rules",
        triples=tuple(triples),
        slot_key=slot_key,
        text_hash=text_hash,
        metadata=metadata or {},
        categories=categories,
        expires_at=expires_at,
        disputed=disputed,
    )


def evidence(memory_id: str, message_id: str, *, quote: str = "", agent_id: str = "", run_id: str = "") -> Evidence:
    return Evidence(memory_id=memory_id, message_id=message_id, quote=quote, agent_id=agent_id, run_id=run_id)


def entity(id_: str, *, name: str = "", partition: str = P, kinds: tuple[str, ...] = ()) -> Entity:
    name = name or id_.title()
    return Entity(
        id=id_,
        partition=partition,
        key=f"key of {id_}",
        name=name,
        normal=name.casefold(),
        type="person",
        named=True,
        kinds=kinds,
    )


def relation(
    id_: str,
    subject: str,
    predicate: str,
    obj: str,
    *,
    partition: str = P,
    support: tuple[str, ...] = (),
    valid: tuple[int, int | None] = (0, None),
    literal: str = "",
) -> Relation:
    triple = Triple(subject, predicate, obj, literal)
    start, end = valid
    return Relation(
        id=id_,
        partition=partition,
        key=triple.key(partition),
        triple=triple,
        text=f"{subject} {predicate} {obj or literal}",
        validity=Validity(Moment(start), None if end is None else Moment(end)),
        support=support,
    )


def decision(
    id_: str, *, partition: str = P, job_id: str = "", memory_id: str = "", target_id: str = "", position: int = 0
) -> Decision:
    return Decision(
        id=id_,
        partition=partition,
        job_id=job_id,
        position=position,
        operation=Operation.ADD,
        decider="rules",
        memory_id=memory_id,
        target_id=target_id,
    )


def key(request_id: str, body: str = "body", tenant: str = "default", method: str = "add") -> RequestKey:
    return RequestKey(tenant=tenant, method=method, request_id=request_id, body_hash=body)


class HasId(Protocol):
    @property
    def id(self) -> str: ...


def ids(rows: Iterable[HasId]) -> list[str]:
    return [row.id for row in rows]


async def graph_of_ann(ledger: Ledger, scope: Scope = ANN, *, who: str = "ann") -> Committed:
    """`who` knows Bob: one message, one memory, two entities, one relation, whoever's partition it is."""
    p = scope.partition
    await ledger.accept(acceptance("m1", scope=scope, name=who))
    return await ledger.commit(
        Changes(
            partition=p,
            revisions=(
                revision(
                    "r1",
                    "a",
                    partition=p,
                    text=f"{who} knows bob",
                    triples=(Triple("ann", "knows", "bob"),),
                    slot_key="slot",
                    text_hash="hash",
                ),
            ),
            evidence=(evidence("a", "m1"),),
            entities=(entity("ann", partition=p, kinds=(who,)), entity("bob", partition=p)),
            aliases=(Alias(entity_id="bob", normal="bobby", name=f"Bobby of {who}"),),
            mentions=(Mention(entity_id="ann", message_id="m1", start=0, end=3),),
            relations=(relation("x1", "ann", "knows", "bob", partition=p, support=("a",)),),
            decisions=(decision("d1", partition=p, job_id="job-m1", memory_id="a"),),
            vocabulary={"know": f"knows {who}"},
            touched_messages=("m1",),
        )
    )
