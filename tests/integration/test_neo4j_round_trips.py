"""How many statements the writes of an add take: each is a round trip to the database."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from neo4j import AsyncManagedTransaction

from ledger_rows import P, acceptance, entity, evidence, key, relation, revision
from ledgers import empty
from neo4j_server import Neo4jServer
from twohop.graph.model import JobState, Mention, Triple
from twohop.graph.neo4j import Neo4jLedger
from twohop.graph.store import Changes, JobUpdate


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of every statement that is sent."""
    sent: list[str] = []
    run = AsyncManagedTransaction.run

    async def counted(self: AsyncManagedTransaction, query: str, *args: Any, **kwargs: Any) -> Any:
        sent.append(query)
        return await run(self, query, *args, **kwargs)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(AsyncManagedTransaction, "run", counted)
    return sent


@pytest.fixture
async def ledger(neo4j_server: Neo4jServer) -> AsyncIterator[Neo4jLedger]:
    await asyncio.to_thread(empty, neo4j_server)
    opened = await Neo4jLedger.open(
        neo4j_server.uri, user=neo4j_server.user, password=neo4j_server.password, database="neo4j"
    )
    yield opened
    await opened.close()


async def test_each_write_of_an_add_is_one_statement(ledger: Neo4jLedger, statements: list[str]) -> None:
    """An acceptance, a commit, the look at the outbox and its clearing are a round trip each, and of constant texts."""
    texts: list[set[str]] = []
    for name in ("one", "two"):
        statements.clear()
        await ledger.accept(acceptance(f"m-{name}", request=key(name)))
        assert len(statements) == 1
        a, b = f"{name}-a", f"{name}-b"
        await ledger.commit(
            Changes(
                partition=P,
                expected_state=len(texts),
                revisions=(revision(f"r-{name}", f"y-{name}", triples=(Triple(a, "knows", b),), slot_key=name),),
                evidence=(evidence(f"y-{name}", f"m-{name}"),),
                entities=(entity(a), entity(b)),
                mentions=(Mention(entity_id=a, message_id=f"m-{name}", start=0, end=3),),
                relations=(relation(f"x-{name}", a, "knows", b, support=(f"y-{name}",)),),
                touched_messages=(f"m-{name}",),
                job=JobUpdate(id=f"job-m-{name}", state=JobState.DONE),
            )
        )
        assert len(statements) == 2
        rows = await ledger.outbox(99, P)
        assert len(statements) == 3
        await ledger.outbox_done(rows)
        assert len(statements) == 4
        texts.append(set(statements))
    assert texts[0] == texts[1], "the database keeps a plan a text"
