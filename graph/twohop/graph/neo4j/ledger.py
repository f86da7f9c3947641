"""`Neo4jLedger`: the ledger's contract on a Neo4j database."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import structlog

from twohop.errors import LedgerUnavailable, StaleRead, TwohopError
from twohop.graph.model import AgentConfig, Job, JobKind, JobState, Metadata, OutboxRow, Scope, Session
from twohop.graph.neo4j import claims, jobs, outbox, sessions, summaries, vocabulary
from twohop.graph.neo4j.accept import accept
from twohop.graph.neo4j.clock import SharedClock
from twohop.graph.neo4j.commit import commit
from twohop.graph.neo4j.database import POOL, Database, Row, rows_of
from twohop.graph.neo4j.migrate import check_version, migrate
from twohop.graph.neo4j.processes import Place
from twohop.graph.neo4j.reads import Reads
from twohop.graph.neo4j.recount import recount
from twohop.graph.neo4j.writes import Owning, Writes
from twohop.graph.rows import job_of
from twohop.graph.statement import Ran, unheard
from twohop.graph.store import (
    Acceptance,
    Accepted,
    Changes,
    Committed,
    JobUpdate,
    Outdated,
    Reached,
    RequestKey,
    Run,
    SummaryUpdate,
    unwatched,
)

OWNERS_A_STEP = 256
"""Owners looked up at a time by work over all of them."""

TRIES = 5
"""Of a write that is not planned on anything and lost against one of another process."""

log = structlog.get_logger(__name__)


class Neo4jLedger(Reads):
    """Implements `twohop.graph.store.Ledger` in a Neo4j 5.26 or later, community edition, beside other processes.

    Every write is one transaction under the owner's lock, durable when it returns; a read sees everything that this
    process was told of before it began.
    """

    def __init__(self, database: Database, writes: Writes, clock: SharedClock) -> None:
        super().__init__(database)
        self._writes = writes
        self._clock = clock
        self._place = Place(writes)

    @classmethod
    async def open(
        cls,
        uri: str,
        *,
        user: str,
        password: str,
        database: str,
        clock: Callable[[], int] | None = None,
        pool: int = POOL,
        wait_seconds: float = 60.0,
        reached: Reached = unwatched,
        ran: Ran = unheard,
    ) -> Self:
        """The ledger in a database, brought to this program's schema when needed.

        `clock` gives microseconds since the epoch; None = the database's own clock, which all processes share.
        `wait_seconds`: how long a database that is still starting is waited for. `reached` is told of the moments
        around the transactions of `accept` and `commit`, `ran` of every statement.

        Raises:
            Misconfigured: no such address, user, password or database, or a server that is too old.
            SchemaTooNew: a newer twohop wrote the database.
            LedgerUnavailable: it did not answer in time.
        """
        opened = Database.connect(uri, user=user, password=password, database=database, pool=pool, ran=ran)
        try:
            await opened.wait(wait_seconds)
            await check_version(opened)
            await migrate(opened)
            shared = SharedClock(clock)
            await shared.compare(opened)
        except BaseException:
            await opened.close()
            raise
        return cls(opened, Writes(opened, clock, reached), shared)

    async def close(self) -> None:
        """Finish running writes, give to others what this process holds, and release the connections."""
        await self._writes.finish()
        try:
            await self._writes.maintain(claims.LET_JOBS_GO)
            while (await self._writes.maintain(claims.LET_ROWS_GO, limit=outbox.REFILLED_AT_ONCE))[0]["rows"]:
                pass
            await self._place.leave()
        except LedgerUnavailable as e:
            log.warning("ledger.left", what="leases end by themselves", reason=e.message)
        await self._database.close()

    def now(self) -> int:
        """The time, as compared with the database's at the last `renew`."""
        return self._clock()

    # Writes.

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """Store messages, request id and job."""
        return await self._writes.told("accept", acceptance.scope.partition, lambda own: accept(own, acceptance))

    async def commit(self, changes: Changes) -> Committed:
        """Apply changes, or nothing."""
        return await self._writes.told("commit", changes.partition, lambda own: commit(own, changes))

    async def commit_all(self, changes: Sequence[Changes]) -> list[Committed]:
        """Apply commits of one owner in order, or nothing."""
        if not changes:
            return []

        async def all_of_them(own: Owning) -> list[Committed]:
            return [await commit(own, one) for one in changes]

        return await self._writes.told("commit", changes[0].partition, all_of_them)

    async def set_session(
        self, scope: Scope, session: str, metadata: Metadata, request: RequestKey | None = None
    ) -> Session:
        """Replace a session's metadata."""
        return await self._writes.of(scope.partition, sessions.set_session, scope, session, metadata, request)

    async def set_agent_config(
        self, scope: Scope, config: AgentConfig, expected_version: int | None = None, request: RequestKey | None = None
    ) -> int:
        """Store the next version of an agent's configuration."""
        for tries_left in reversed(range(TRIES)):
            try:
                return await self._writes.of(
                    scope.partition, sessions.set_agent_config, scope, config, expected_version, request
                )
            except StaleRead:  # Another process took the version: see what stands there now.
                if not tries_left:
                    raise
        raise AssertionError("the last try ends it")

    async def update_job(self, partition: str, update: JobUpdate) -> None:
        """Write a job's state."""
        await self._writes.of(partition, jobs.update, update)

    async def set_summary(self, partition: str, update: SummaryUpdate) -> None:
        """Replace a session's rolling summary."""
        await self._writes.of(partition, summaries.set_summary, update)

    async def set_mean(self, partition: str, name: str, version: int, count: int, mean: bytes) -> None:
        """Store a list's mean, and ask for its points in transactions short enough for others to write between them."""
        if await self._writes.of(partition, vocabulary.set_mean, name, version, count, mean):
            await self._ask_on(partition, name)

    # Jobs.

    async def queue_job(self, job: Job) -> bool:
        """Queue a job of which one is enough."""
        return await self._writes.of(job.partition, jobs.queue_job, job)

    async def cancel_job(self, partition: str, job_id: str, request: RequestKey | None = None) -> Job:
        """End a job."""
        return await self._writes.of(partition, jobs.cancel, job_id, request)

    async def replay_job(self, partition: str, job_id: str, request: RequestKey | None = None) -> Job:
        """Queue a job again."""
        return await self._writes.of(partition, jobs.replay, job_id, request)

    async def claim_jobs(
        self, limit: int, *, kind: JobKind = JobKind.ADD, per_owner: int = 1_000, after: str = ""
    ) -> list[Job]:
        """Take due jobs of all owners, one an owner in each round."""
        claimed: list[Job] = []
        wanted = {"kind": kind.value, "per_owner": per_owner}
        while left := limit - len(claimed):
            try:
                due = await self._over_all(claims.DUE, **wanted, after=after, limit=left)
                turns = [row["partition"] for row in due]
                if not turns:
                    break
                owners = [{"partition": partition} for partition in sorted(turns)]
                started = await self._writes.maintain(claims.CLAIM, owners=owners, **wanted)
            except TwohopError:
                if not claimed:
                    raise
                break  # The caller has to know of what runs in its name already.
            by_owner = {row["partition"]: job_of(row["job"]) for row in started}
            claimed += [by_owner[partition] for partition in turns if partition in by_owner]
        return claimed

    async def release_jobs(self, runs: Sequence[Run] = ()) -> int:
        """Put back what nobody works on."""
        working = claims.named(runs)
        abandoned = await self._over_all(claims.ABANDONED, runs=working)
        if not abandoned:
            return 0
        owners = [{"partition": partition} for partition in sorted(row["partition"] for row in abandoned)]
        return int((await self._writes.maintain(claims.RELEASE, owners=owners, runs=working))[0]["released"])

    async def renew(self, runs: Sequence[Run]) -> None:
        """Hold the place and the jobs for another lease."""
        # None waits for another: what locks the places or an owner's jobs costs one of the two leases at most.
        for done in await asyncio.gather(
            self._place.renew(),
            self._writes.beat(claims.RENEW, runs=claims.named(runs)),
            self._clock.compare(self._database),
            return_exceptions=True,
        ):
            if isinstance(done, BaseException):
                raise done

    async def prune(self, outdated: Outdated, limit: int) -> int:
        """Remove what is outdated."""
        gone = await self._writes.maintain(claims.PRUNE_REQUESTS, before=outdated.requests, limit=limit)
        pruned = int(gone[0]["gone"])
        for state in (*claims.FINISHED, JobState.FAILED):
            before = outdated.dead_letters if state is JobState.FAILED else outdated.jobs
            found = await self._over_all(claims.OUTDATED, state=state.value, before=before, limit=limit)
            by_owner: dict[str, list[str]] = {}
            for row in found:
                by_owner.setdefault(row["partition"], []).append(row["id"])
            if by_owner:
                owners = [{"partition": partition, "ids": by_owner[partition]} for partition in sorted(by_owner)]
                gone = await self._writes.maintain(claims.PRUNE_JOBS, owners=owners, state=state.value, before=before)
                pruned += int(gone[0]["gone"])
        return pruned

    async def unsummarised(self, before: int, limit: int) -> list[tuple[str, str]]:
        """Sessions that wait for a summary."""
        rows = await self._over_all(summaries.UNSUMMARISED, before=before, limit=limit)
        return [(row["partition"], row["id"]) for row in rows]

    # Outbox, processes.

    async def outbox(self, limit: int, partition: str | None = None) -> list[OutboxRow]:
        """The oldest waiting rows that are this process's, or nobody's any more."""
        oldest = outbox.OLDEST if partition is None else outbox.OLDEST_OF_OWNER
        rows = await self._over_all(oldest, partition=partition, limit=limit)
        if not rows and partition is None and await self._asked_on():
            rows = await self._over_all(oldest, partition=partition, limit=limit)
        waiting = [outbox.outbox_row(row) for row in rows]
        wanted = [one for one, row in zip(waiting, rows, strict=True) if not row["held"]]
        if not wanted:
            return waiting
        taken = await self._writes.maintain(outbox.TAKE, owners=outbox.of_each_owner(wanted))
        now = {(one.partition, one.kind, one.id): one for one in map(outbox.outbox_row, taken)}
        lost = {(one.partition, one.kind, one.id) for one in wanted} - now.keys()
        return [now.get(key, one) for one in waiting if (key := (one.partition, one.kind, one.id)) not in lost]

    async def _asked_on(self) -> bool:
        """Ask for what a process that died left unasked when it took a mean; whether there was anything."""
        unasked = await self._over_all(vocabulary.UNFINISHED, limit=OWNERS_A_STEP)
        for one in unasked:
            await self._ask_on(one["partition"], one["name"])
        return bool(unasked)

    async def _ask_on(self, partition: str, name: str) -> None:
        while await self._writes.of(partition, vocabulary.ask_on, name):
            pass

    async def outbox_done(self, rows: Sequence[OutboxRow]) -> None:
        """Remove projected rows."""
        if rows:
            await self._writes.maintain(outbox.DONE, owners=outbox.of_each_owner(rows))

    async def outbox_failed(self, rows: Sequence[OutboxRow], park_after: int) -> None:
        """Count a failed try, and park what failed too often."""
        if rows:
            await self._writes.maintain(outbox.FAILED, owners=outbox.of_each_owner(rows), park_after=park_after)

    async def outbox_unpark(self) -> int:
        """Let parked rows wait again."""
        unparked = 0
        while found := await self._over_all(outbox.PARKED, limit=outbox.REFILLED_AT_ONCE):
            parked = [outbox.outbox_row({**row, "attempts": 0}) for row in found]
            rows = await self._writes.maintain(outbox.UNPARK, owners=outbox.of_each_owner(parked))
            unparked += rows[0]["unparked"]
        return unparked

    async def outbox_refill(self, partition: str | None = None) -> int:
        """Ask for everything to be projected, in transactions short enough for others to write between them."""
        if partition is not None:
            return await self._refill(partition)
        rows, after = 0, ""
        while found := await self.partitions(OWNERS_A_STEP, after):
            for one in found:
                rows += await self._refill(one)
            after = found[-1]
        await self._place.filled()
        return rows

    async def _refill(self, partition: str) -> int:
        if await self.owner(partition) is None:
            return 0  # An agent that was configured and never spoke to.
        rows = 0
        for kind in outbox.EVERYTHING:
            after, more = "", True
            while more:
                queued, after = await self._writes.of(partition, outbox.refill, kind, after)
                rows, more = rows + queued, bool(after)
        return rows

    async def outbox_add(self, partition: str, ids: Mapping[str, Sequence[str]]) -> None:
        """Ask for some points to be projected."""
        await self._writes.of(partition, outbox.add, ids)

    async def recount(self, partition: str) -> int:
        """Set counters to what is stored."""
        return await self._writes.of(partition, recount)

    async def enter(self, index: str | None, *, exclusive: bool) -> bool:
        """Take this process's place beside the others."""
        return await self._place.enter(index, exclusive=exclusive)

    async def _over_all(self, cypher: str, **values: object) -> list[Row]:
        """A read over all owners, by the ledger's clock: job queue and outbox, nothing that a caller sees."""
        return await self._database.read(
            lambda transaction: rows_of(transaction, cypher, {**self._writes.known(), **values})
        )
