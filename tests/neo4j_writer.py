"""One of several processes that write to the same owners of one Neo4j; says on standard output what came of it."""

import asyncio
import json
import sys
from typing import Any

from ledger_rows import acceptance, key, revision
from twohop.errors import StaleRead, TwohopError
from twohop.graph.model import Scope
from twohop.graph.neo4j import Neo4jLedger
from twohop.graph.store import Changes

POLL_SECONDS = 0.01


async def compete(ledger: Neo4jLedger, me: str, owner: int, rounds: int, told: dict[str, Any]) -> None:
    """In each round every process accepts the same request and then commits on the state after the round before."""
    scope = Scope(user_id=f"owner-{owner}")
    p = scope.partition
    for n in range(rounds):
        name = f"{owner}-{n}"
        accepted = await ledger.accept(
            acceptance(f"{name}-{me}", scope=scope, job_id=f"job-{name}-{me}", request=key(name))
        )
        told["accepted"][name] = accepted.job.id
        if not accepted.repeated:
            told["stamps"].append((name, accepted.recorded_at))
        made = revision(f"r-{name}", f"m-{name}", partition=p, slot_key=f"slot-{name}")
        try:
            done = await ledger.commit(Changes(partition=p, expected_state=n, revisions=(made,)))
        except StaleRead as e:
            told["errors"].append(type(e).__name__)
            while (await state(ledger, p)) <= n:  # noqa: ASYNC110  # Another process moves it.
                await asyncio.sleep(POLL_SECONDS)
        else:
            told["committed"].append(name)
            told["stamps"].append((name, done.recorded_at))


async def state(ledger: Neo4jLedger, partition: str) -> int:
    known = await ledger.owner(partition)
    return 0 if known is None else known.state_seq


async def main(me: str, uri: str, user: str, password: str, owners: str, rounds: str) -> None:
    ledger = await Neo4jLedger.open(uri, user=user, password=password, database="neo4j")
    told: dict[str, Any] = {"accepted": {}, "committed": [], "stamps": [], "errors": []}
    try:
        await asyncio.gather(*(compete(ledger, me, owner, int(rounds), told) for owner in range(int(owners))))
    except TwohopError as e:
        told["errors"].append(f"{type(e).__name__}: {e}")
    await ledger.close()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
