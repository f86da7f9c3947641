"""Owners never see each other's data: every method, asked by one owner with everything that it knows of the others."""

import itertools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask

from serving import Served, serving
from twohop.errors import InvalidInput, NotFound
from twohop.v1 import directory_service_pb2, fact_pb2, graph_service_pb2, memory_pb2, memory_service_pb2
from twohop.v1 import directory_service_pb2 as directory_pb
from twohop.v1 import graph_service_pb2 as graph_pb
from twohop.v1 import memory_service_pb2 as pb
from twohop.v1.message_pb2 import NewMessage
from twohop.v1.scope_pb2 import Scope, View
from twohop.wire.errors import unpack_error

pytestmark = pytest.mark.asyncio(loop_scope="module")

METHODS = [
    method.full_name
    for module in (memory_service_pb2, graph_service_pb2, directory_service_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]


@dataclass
class Owner:
    """One Bob, and everything about him that nobody else may see."""

    scope: Scope
    firm: str
    memories: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    entities: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    disputed: str = ""
    job: str = ""
    token: str = ""
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> list[str]:
        return [self.firm, self.job, self.disputed, *self.decisions, *self.memories, *self.messages, *self.entities]


@dataclass(frozen=True)
class World:
    served: Served
    owners: list[Owner]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with serving(tmp_path_factory.mktemp("isolation") / "data") as served:
        pairs = itertools.product(("north", "south"), ("bob", "other"))
        owners = [
            Owner(Scope(tenant=tenant, user_id=user), f"Firm{tenant.title()}{user.title()}") for tenant, user in pairs
        ]
        for owner in owners:
            await settle(served, owner)
        yield World(served, owners)


def about(owner: Owner, firm: str = "") -> pb.AddMemoriesRequest:
    """Bob's job and taste, given as facts, so that memories, entities and relations are there for certain."""
    firm = firm or owner.firm

    def fact(predicate: str, value: str) -> fact_pb2.Fact:
        return fact_pb2.Fact(
            text=f"Bob {predicate.replace('_', ' ')} {value}",
            claims=[fact_pb2.Claim(subject="Bob", predicate=predicate, object=value)],
            entities=[
                fact_pb2.NamedEntity(name="Bob", type="person", proper=True),
                fact_pb2.NamedEntity(name=value, type="organisation", proper=True),
            ],
            sources=["0"],
        )

    said = f"Bob works at {firm} and likes {owner.firm}Coffee."
    return pb.AddMemoriesRequest(
        scope=owner.scope,
        messages=[NewMessage(role="ROLE_USER", name="Bob", content=said)],
        facts=fact_pb2.GivenFacts(facts=[fact("works_at", firm), fact("likes", f"{owner.firm}Coffee")]),
    )


async def settle(served: Served, owner: Owner) -> None:
    await served.memory.AddMemories(
        pb.AddMemoriesRequest(scope=owner.scope, messages=[NewMessage(role="ROLE_USER", content="Good morning.")])
    )
    added = await served.memory.AddMemories(about(owner))
    owner.job, owner.token = added.job.id, added.consistency_token
    owner.memories = [outcome.memory.id for outcome in added.job.outcomes]
    owner.messages = list(added.job.message_ids)
    owner.decisions = [outcome.decision.id for outcome in added.job.outcomes]
    await served.memory.PinMemory(pb.PinMemoryRequest(scope=owner.scope, memory_id=owner.memories[0]))
    for other in ("Else", "Other"):
        dispute = await served.memory.AddMemories(about(owner, f"{owner.firm}{other}"))
        owner.disputed = dispute.job.outcomes[0].memory.id
    listed = await served.graph.ListEntities(graph_pb.ListEntitiesRequest(scope=owner.scope))
    owner.entities = [entity.id for entity in listed.entities]
    await served.directory.UpdateSession(
        directory_pb.UpdateSessionRequest(scope=owner.scope, session_id=f"session of {owner.firm}")
    )
    await served.directory.SetAgentConfig(
        directory_pb.SetAgentConfigRequest(
            scope=Scope(tenant=owner.scope.tenant, agent_id=owner.firm),
            config=directory_pb.AgentConfig(instructions=f"Of {owner.firm}."),
        )
    )
    for name, page in (
        ("ListMemories", served.memory.ListMemories(pb.ListMemoriesRequest(scope=owner.scope, page_size=1))),
        ("ListJobs", served.memory.ListJobs(pb.ListJobsRequest(scope=owner.scope, page_size=1))),
        ("ListDecisions", served.memory.ListDecisions(pb.ListDecisionsRequest(scope=owner.scope, page_size=1))),
        ("ListConflicts", served.memory.ListConflicts(pb.ListConflictsRequest(scope=owner.scope, page_size=1))),
        ("ListEntities", served.graph.ListEntities(graph_pb.ListEntitiesRequest(scope=owner.scope, page_size=1))),
        (
            "ListSessions",
            served.directory.ListSessions(directory_pb.ListSessionsRequest(scope=owner.scope, page_size=1)),
        ),
        ("ListRelations", served.graph.ListRelations(graph_pb.ListRelationsRequest(scope=owner.scope, page_size=1))),
    ):
        owner.pages[name] = (await page).next_page_token
    assert len(owner.memories) == 2
    assert len(owner.entities) == 5
    assert all(owner.pages.values())


@dataclass(frozen=True)
class Asking:
    """One owner, another one, and what came back."""

    served: Served
    me: Owner
    them: Owner
    seen: list[str]

    async def sees(self, call: Any) -> Any:
        answer = await call
        self.seen.append(json_format.MessageToJson(answer))
        return answer

    async def is_refused(self, call: Callable[[str], Any], theirs: str, kind: type[Exception] = NotFound) -> None:
        """Their id gives the error that an id which nobody has gives."""
        texts = []
        for value in (theirs, str(uuid.uuid4())):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call(value)
            error = unpack_error(caught.value, "server")
            assert isinstance(error, kind)
            texts.append(str(error).replace(value, "…"))
        self.seen.append(texts[0])
        if kind is NotFound:
            assert texts[0] == texts[1]


async def add(a: Asking) -> None:
    """The same words about a Bob join nothing of theirs; their messages are no sources."""
    request = about(a.me)
    request.facts.facts[0].sources[:] = a.them.messages
    await a.sees(a.served.memory.AddMemories(request))
    await a.sees(a.served.memory.AddMemories(about(a.me)))


async def batch(a: Asking) -> None:
    """Neither through a batch."""
    request = about(a.me)
    request.facts.facts[0].sources[:] = a.them.messages
    await a.sees(a.served.memory.BatchAddMemories(pb.BatchAddMemoriesRequest(scope=a.me.scope, requests=[request])))


async def job(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.GetJob(pb.GetJobRequest(scope=a.me.scope, job_id=value)), a.them.job
    )
    request = pb.GetJobRequest(scope=a.me.scope, job_id=a.me.job)
    request.view.at_least = a.them.token
    await a.is_refused(lambda _: a.served.memory.GetJob(request), a.them.token, InvalidInput)


async def watch_job(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.WatchJob(pb.WatchJobRequest(scope=a.me.scope, job_id=value)).read(), a.them.job
    )


async def list_jobs(a: Asking) -> None:
    """An owner sees its jobs, a tenant those of its owners, each with its owner; neither sees another tenant's."""

    def listing(scope: Scope, **fields: Any) -> Any:
        return a.served.memory.ListJobs(pb.ListJobsRequest(scope=scope, **fields))

    assert {job.scope.user_id for job in (await a.sees(listing(a.me.scope))).jobs} == {a.me.scope.user_id}
    await a.is_refused(lambda _: listing(a.me.scope, page_token=a.them.pages["ListJobs"]), "", InvalidInput)
    tenant = Scope(tenant=a.me.scope.tenant)
    theirs = [job for job in (await listing(tenant, page_size=1_000)).jobs if job.job.id == a.them.job]
    assert [job.scope.user_id for job in theirs] == (
        [a.them.scope.user_id] if a.them.scope.tenant == a.me.scope.tenant else []
    )


async def cancel_job(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.CancelJob(pb.CancelJobRequest(scope=a.me.scope, job_id=value)), a.them.job
    )


async def replay_job(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.ReplayJob(pb.ReplayJobRequest(scope=a.me.scope, job_id=value)), a.them.job
    )


def queries(a: Asking) -> tuple[str, ...]:
    return "Bob", a.them.firm, f"Where does Bob of {a.them.firm} work?"


async def recall(a: Asking) -> None:
    for query in queries(a):
        for depth in (0, 3):
            await a.sees(
                a.served.memory.Recall(
                    pb.RecallRequest(scope=a.me.scope, query=query, depth=depth, limit=100, include_closed=True)
                )
            )
    await a.sees(
        a.served.memory.Recall(
            pb.RecallRequest(
                scope=a.me.scope, query="Bob", filter=memory_pb2.Filter(entity_ids=a.them.entities), limit=100
            )
        )
    )


async def recall_stream(a: Asking) -> None:
    for query in queries(a):
        asked = pb.RecallRequest(scope=a.me.scope, query=query, limit=100, include_closed=True, explain=True)
        asked.render.token_budget = 1_000
        async for part in a.served.memory.RecallStream(pb.RecallStreamRequest(scope=a.me.scope, recall=asked)):
            a.seen.append(json_format.MessageToJson(part))


async def get_memory(a: Asking) -> None:
    for memory_id in a.them.memories:
        await a.is_refused(
            lambda value: a.served.memory.GetMemory(pb.GetMemoryRequest(scope=a.me.scope, memory_id=value)), memory_id
        )


async def list_memories(a: Asking) -> None:
    def listing(**fields: Any) -> Any:
        return a.served.memory.ListMemories(pb.ListMemoriesRequest(scope=a.me.scope, include_closed=True, **fields))

    await a.sees(listing())
    await a.sees(listing(filter=memory_pb2.Filter(entity_ids=a.them.entities)))
    await a.is_refused(lambda _: listing(page_token=a.them.pages["ListMemories"]), "", InvalidInput)
    await a.is_refused(lambda _: listing(view=View(at_least=a.them.token)), "", InvalidInput)


async def get_messages(a: Asking) -> None:
    answer = await a.sees(
        a.served.memory.BatchGetMessages(
            pb.BatchGetMessagesRequest(scope=a.me.scope, message_ids=[*a.them.messages, *a.me.messages])
        )
    )
    assert [message.id for message in answer.messages] == a.me.messages


async def update(a: Asking) -> None:
    def change(value: str) -> Any:
        return a.served.memory.UpdateMemory(
            pb.UpdateMemoryRequest(
                scope=a.me.scope,
                memory_id=value,
                memory=memory_pb2.MemoryEdit(text="Bob was overwritten"),
                update_mask=FieldMask(paths=["text"]),
            )
        )

    await a.is_refused(change, a.them.memories[0])


async def delete(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.DeleteMemory(pb.DeleteMemoryRequest(scope=a.me.scope, memory_id=value)),
        a.them.memories[0],
    )


async def restore(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.RestoreMemory(pb.RestoreMemoryRequest(scope=a.me.scope, memory_id=value)),
        a.them.memories[0],
    )


async def pin(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.PinMemory(pb.PinMemoryRequest(scope=a.me.scope, memory_id=value)),
        a.them.memories[0],
    )


async def revert(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.RevertDecision(pb.RevertDecisionRequest(scope=a.me.scope, decision_id=value)),
        a.them.decisions[0],
    )


async def revisions(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.memory.ListMemoryRevisions(
            pb.ListMemoryRevisionsRequest(scope=a.me.scope, memory_id=value)
        ),
        a.them.memories[0],
    )


async def decisions(a: Asking) -> None:
    def listing(**fields: Any) -> Any:
        return a.served.memory.ListDecisions(pb.ListDecisionsRequest(scope=a.me.scope, **fields))

    await a.sees(listing())
    assert not (await a.sees(listing(job_id=a.them.job))).decisions
    assert not (await a.sees(listing(memory_id=a.them.memories[0]))).decisions
    await a.is_refused(lambda _: listing(page_token=a.them.pages["ListDecisions"]), "", InvalidInput)


async def conflicts(a: Asking) -> None:
    def listing(**fields: Any) -> Any:
        return a.served.memory.ListConflicts(pb.ListConflictsRequest(scope=a.me.scope, **fields))

    assert (await a.sees(listing())).conflicts
    await a.is_refused(lambda _: listing(page_token=a.them.pages["ListConflicts"]), "", InvalidInput)


async def resolve(a: Asking) -> None:
    def settle(value: str) -> Any:
        return a.served.memory.ResolveConflict(
            pb.ResolveConflictRequest(scope=a.me.scope, memory_id=value, resolution=pb.RESOLUTION_ACCEPT)
        )

    await a.is_refused(settle, a.them.disputed)


async def list_entities(a: Asking) -> None:
    def listing(**fields: Any) -> Any:
        return a.served.graph.ListEntities(graph_pb.ListEntitiesRequest(scope=a.me.scope, **fields))

    await a.sees(listing())
    bobs = [entity for entity in (await a.sees(listing(name="bob"))).entities if entity.name == "Bob"]
    assert [entity.id in a.me.entities for entity in bobs] == [True]
    assert not (await a.sees(listing(name=a.them.firm))).entities
    await a.is_refused(lambda _: listing(page_token=a.them.pages["ListEntities"]), "", InvalidInput)


async def get_entity(a: Asking) -> None:
    for entity_id in a.them.entities:
        await a.is_refused(
            lambda value: a.served.graph.GetEntity(graph_pb.GetEntityRequest(scope=a.me.scope, entity_id=value)),
            entity_id,
        )


async def get_entities(a: Asking) -> None:
    answer = await a.sees(
        a.served.graph.BatchGetEntities(
            graph_pb.BatchGetEntitiesRequest(scope=a.me.scope, entity_ids=[*a.them.entities, *a.me.entities])
        )
    )
    assert [entity.id for entity in answer.entities] == a.me.entities


async def relations(a: Asking) -> None:
    def listing(**fields: Any) -> Any:
        return a.served.graph.ListRelations(graph_pb.ListRelationsRequest(scope=a.me.scope, **fields))

    assert len((await a.sees(listing(include_closed=True))).relations) == len(a.me.memories)
    for entity_id in a.them.entities:
        assert not (await a.sees(listing(entity_id=entity_id))).relations
    await a.is_refused(lambda _: listing(page_token=a.them.pages["ListRelations"]), "", InvalidInput)


async def paths(a: Asking) -> None:
    def between(source: str, target: str) -> Any:
        return a.served.graph.FindPaths(graph_pb.FindPathsRequest(scope=a.me.scope, source=source, target=target))

    assert (await a.sees(between("Bob", a.me.firm))).paths
    await a.is_refused(lambda value: between("Bob", value), a.them.firm)
    for entity_id in a.them.entities:
        await a.is_refused(lambda value: between("Bob", value), entity_id)


async def get_owner(a: Asking) -> None:
    """Counts are one's own; who never wrote looks like nobody."""
    owner = (await a.sees(a.served.directory.GetOwner(directory_pb.GetOwnerRequest(scope=a.me.scope)))).owner
    assert owner.scope == a.me.scope
    for tenant, user in ((a.me.scope.tenant, "stranger"), ("elsewhere", a.them.scope.user_id)):
        request = directory_pb.GetOwnerRequest(scope=Scope(tenant=tenant, user_id=user))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await a.served.directory.GetOwner(request)
        assert isinstance(unpack_error(caught.value, "server"), NotFound)


async def list_owners(a: Asking) -> None:
    """A tenant's owners, of no other tenant."""

    def listing(tenant: str, **fields: Any) -> Any:
        return a.served.directory.ListOwners(directory_pb.ListOwnersRequest(scope=Scope(tenant=tenant), **fields))

    mine, theirs = a.me.scope.tenant, a.them.scope.tenant
    owners = (await a.sees(listing(mine))).owners
    assert {owner.scope.tenant for owner in owners} == {mine}
    if mine != theirs:
        token = (await listing(theirs, page_size=1)).next_page_token
        await a.is_refused(lambda _: listing(mine, page_token=token), "", InvalidInput)


async def get_session(a: Asking) -> None:
    await a.is_refused(
        lambda value: a.served.directory.GetSession(directory_pb.GetSessionRequest(scope=a.me.scope, session_id=value)),
        f"session of {a.them.firm}",
    )


async def list_sessions(a: Asking) -> None:
    def listing(**fields: Any) -> Any:
        return a.served.directory.ListSessions(directory_pb.ListSessionsRequest(scope=a.me.scope, **fields))

    assert f"session of {a.me.firm}" in [one.id for one in (await a.sees(listing())).sessions]
    await a.is_refused(lambda _: listing(page_token=a.them.pages["ListSessions"]), "", InvalidInput)


async def update_session(a: Asking) -> None:
    """A session of the same id is one's own."""
    request = directory_pb.UpdateSessionRequest(scope=a.me.scope, session_id=f"session of {a.them.firm} (mine)")
    request.metadata["mine"] = True
    answer = await a.served.directory.UpdateSession(request)
    assert answer.session.message_count == 0


async def config_of(a: Asking, tenant: str) -> Any:
    scope = Scope(tenant=tenant, agent_id=a.them.firm)
    return await a.served.directory.GetAgentConfig(directory_pb.GetAgentConfigRequest(scope=scope))


async def get_config(a: Asking) -> None:
    """An agent of the same name in another tenant is another agent."""
    assert (await a.sees(config_of(a, f"{a.me.firm} reads"))).version == 0


async def set_config(a: Asking) -> None:
    """It is configured apart."""
    scope = Scope(tenant=f"{a.me.firm} writes", agent_id=a.them.firm)
    config = directory_pb.AgentConfig(instructions="Mine.")
    await a.sees(a.served.directory.SetAgentConfig(directory_pb.SetAgentConfigRequest(scope=scope, config=config)))
    assert (await config_of(a, a.them.scope.tenant)).config.instructions == f"Of {a.them.firm}."


async def merge(a: Asking) -> None:
    """Neither end of a merge can be theirs."""

    def merging(entity_id: str, merged_id: str) -> Any:
        return a.served.graph.MergeEntities(
            graph_pb.MergeEntitiesRequest(scope=a.me.scope, entity_id=entity_id, merged_id=merged_id)
        )

    for entity_id in a.them.entities:
        await a.is_refused(lambda value: merging(value, a.me.entities[0]), entity_id)
        await a.is_refused(lambda value: merging(a.me.entities[0], value), entity_id)


async def split(a: Asking) -> None:
    """Neither the entity nor the memories can be theirs."""

    def splitting(entity_id: str, memory_id: str) -> Any:
        return a.served.graph.SplitEntity(
            graph_pb.SplitEntityRequest(scope=a.me.scope, entity_id=entity_id, memory_ids=[memory_id])
        )

    await a.is_refused(lambda value: splitting(value, a.me.memories[0]), a.them.entities[0])
    await a.is_refused(lambda value: splitting(a.me.entities[0], value), a.them.memories[0])


PROBES: dict[str, Callable[[Asking], Awaitable[None]]] = {
    "twohop.v1.MemoryService.AddMemories": add,
    "twohop.v1.MemoryService.BatchAddMemories": batch,
    "twohop.v1.MemoryService.GetJob": job,
    "twohop.v1.MemoryService.WatchJob": watch_job,
    "twohop.v1.MemoryService.ListJobs": list_jobs,
    "twohop.v1.MemoryService.CancelJob": cancel_job,
    "twohop.v1.MemoryService.ReplayJob": replay_job,
    "twohop.v1.MemoryService.Recall": recall,
    "twohop.v1.MemoryService.RecallStream": recall_stream,
    "twohop.v1.MemoryService.GetMemory": get_memory,
    "twohop.v1.MemoryService.ListMemories": list_memories,
    "twohop.v1.MemoryService.BatchGetMessages": get_messages,
    "twohop.v1.MemoryService.UpdateMemory": update,
    "twohop.v1.MemoryService.DeleteMemory": delete,
    "twohop.v1.MemoryService.RestoreMemory": restore,
    "twohop.v1.MemoryService.PinMemory": pin,
    "twohop.v1.MemoryService.RevertDecision": revert,
    "twohop.v1.MemoryService.ListMemoryRevisions": revisions,
    "twohop.v1.MemoryService.ListDecisions": decisions,
    "twohop.v1.MemoryService.ListConflicts": conflicts,
    "twohop.v1.MemoryService.ResolveConflict": resolve,
    "twohop.v1.GraphService.ListEntities": list_entities,
    "twohop.v1.GraphService.GetEntity": get_entity,
    "twohop.v1.GraphService.BatchGetEntities": get_entities,
    "twohop.v1.GraphService.ListRelations": relations,
    "twohop.v1.GraphService.FindPaths": paths,
    "twohop.v1.DirectoryService.GetOwner": get_owner,
    "twohop.v1.DirectoryService.ListOwners": list_owners,
    "twohop.v1.DirectoryService.GetSession": get_session,
    "twohop.v1.DirectoryService.ListSessions": list_sessions,
    "twohop.v1.DirectoryService.UpdateSession": update_session,
    "twohop.v1.DirectoryService.GetAgentConfig": get_config,
    "twohop.v1.DirectoryService.SetAgentConfig": set_config,
    "twohop.v1.GraphService.MergeEntities": merge,
    "twohop.v1.GraphService.SplitEntity": split,
}


async def everything(served: Served, owner: Owner) -> list[Any]:
    """All that an owner has, to see that nobody else changed it."""
    return [
        (await served.memory.ListMemories(pb.ListMemoriesRequest(scope=owner.scope, include_closed=True))).memories,
        (await served.memory.ListDecisions(pb.ListDecisionsRequest(scope=owner.scope))).decisions,
        (await served.memory.ListJobs(pb.ListJobsRequest(scope=owner.scope, page_size=1_000))).jobs,
        (await served.graph.ListEntities(graph_pb.ListEntitiesRequest(scope=owner.scope))).entities,
        (await served.graph.ListRelations(graph_pb.ListRelationsRequest(scope=owner.scope))).relations,
        (await served.directory.GetOwner(directory_pb.GetOwnerRequest(scope=owner.scope))).owner,
        (await served.directory.ListSessions(directory_pb.ListSessionsRequest(scope=owner.scope))).sessions,
    ]


@pytest.mark.parametrize("method", METHODS)
async def test_no_method_shows_or_changes_another_owners_data(method: str, world: World) -> None:
    """Whatever an owner asks, with whatever ids of the others, it sees and changes its own data only."""
    assert method in PROBES, f"{method} is new: write a probe for it"
    for me, them in itertools.permutations(world.owners, 2):
        before = await everything(world.served, them)
        asking = Asking(world.served, me, them, [])
        await PROBES[method](asking)
        for text in asking.seen:
            assert not [secret for secret in them.secrets if secret in text]
        assert await everything(world.served, them) == before


async def test_every_read_has_a_view_and_every_write_a_request_id() -> None:
    """Reads can ask for a state, and mutations can be repeated; a batch's adds have request ids of their own.

    Exact look-ups and jobs show what is known now.
    """
    for module in (memory_service_pb2, graph_service_pb2, directory_service_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                fields = set(method.input_type.fields_by_name)
                reads_by_key = service.name == "DirectoryService" and method.name.startswith(("Get", "List"))
                others = {"BatchAddMemories", "RecallStream", "WatchJob", "ListJobs"}
                assert fields & {"view", "request_id"} or method.name in others or reads_by_key


async def test_every_request_says_whose_memory_it_is_about() -> None:
    """Each method's request has a scope, so that no call is without an owner."""
    for module in (memory_service_pb2, graph_service_pb2, directory_service_pb2):
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                scope = method.input_type.fields_by_name["scope"]
                assert scope.message_type.full_name == "twohop.v1.Scope"
