"""Adds of one owner that wait for one another, decided one after the other and committed as one.

Each is decided on the state that those before it will have led to (`ahead`), so that it comes out as if they had been
committed one at a time; but names, meanings and the commit, with its fsync, are asked for once. Whatever doesn't go
that way (a call to a model, a merge of entities, somebody else's commit in between) is left to each add's own turn.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from twohop.errors import ModelError
from twohop.graph.model import Job, JobState
from twohop.graph.store import NOW, Changes, Ledger, Reached, unwatched
from twohop.memory.clock import Clock
from twohop.memory.gates import Gates
from twohop.memory.ports import Calls
from twohop.memory.settings import WriteSettings
from twohop.memory.steps import Step
from twohop.memory.write.ahead import Ahead, Beyond
from twohop.memory.write.answer import Trace
from twohop.memory.write.candidates import CandidateFinder, Similar
from twohop.memory.write.conversation import Conversations
from twohop.memory.write.decide import Decider, Found, Work, finished
from twohop.memory.write.extracting import Extracting, lost, may_be_recalled
from twohop.memory.write.guidance import Agents
from twohop.memory.write.naming import NameResolver
from twohop.memory.write.payload import Payload
from twohop.memory.write.resolve import said_at
from twohop.memory.write.scene import Scene
from twohop.memory.write.snapshot import Snapshot

MOST = 64
"""Adds of one commit: bounds how long the first of them waits for the last, and what a refused commit costs."""

FACTS = 256
"""Facts of one commit, but for those of its first add: some 200 ms of planning, in turns with other tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An add of a line, and what is taken down of what it writes."""

    job: Job
    scene: Scene
    trace: Trace = field(default_factory=Trace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An add's commit, and the state of its job after it."""

    work: Work
    changes: Changes
    state: JobState


class LineWorker:
    """Works on several adds of one owner at once."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        agents: Agents,
        extracting: Extracting,
        finder: CandidateFinder,
        decider: Decider,
        names: NameResolver,
        conversations: Conversations,
        gates: Gates,
        clock: Clock,
        settings: WriteSettings,
        step: Reached = unwatched,
    ) -> None:
        self._ledger = ledger
        self._agents = agents
        self._extracting = extracting
        self._finder = finder
        self._decider = decider
        self._names = names
        self._conversations = conversations
        self._gates = gates
        self._clock = clock
        self._settings = settings
        self._step = step

    async def work(self, line: Sequence[Member]) -> list[JobState]:
        """The final states of the first of these adds, as many as could be committed together; may be none.

        The first of each session is RUNNING, the others are PENDING right behind it. What is left of them goes its own
        way.

        Raises:
            TwohopError: the ledger did not take them; nothing was written.
        """
        works = await self._extracted(line[:MOST])
        if not works or (len(works) == 1 and not works[0].guidance.judges_at_once):
            # One that waits for a model waits for nobody else here.
            return []
        partition = works[0].job.partition
        async with self._gates.owner(partition):
            snapshot = Snapshot(self._ledger, partition)
            names = sorted({name for work in works for name in self._names.names(work.extraction.facts)})
            told = [(work.extraction.facts, work.exchange) for work in works]
            _, _, similar = await asyncio.gather(
                snapshot.begin(),
                snapshot.entities_named(partition, names),
                self._finder.similar_each(partition, told, self._clock()),
            )
            foreseen = await self._foreseen(works, snapshot, similar)
            self._step(Step.CANDIDATES)
            planned = await self._planned(works, Ahead(snapshot), similar, foreseen)
            if planned:
                self._step(Step.JUDGED)
                self._step(Step.PLANNED)
            done = await self._ledger.commit_all([one.changes for one in planned]) if planned else []
            for one, committed in zip(planned, done, strict=True):
                self._decider.committed(one.work, one.changes, committed)
        return [one.state for one in planned]

    async def _extracted(self, line: Sequence[Member]) -> list[Work]:
        """The adds up to the first whose facts are not at hand, or that is not one chunk."""
        works: list[Work] = []
        facts = 0
        for member in line:
            work = await self._extract(member)
            if work is None or (works and facts + len(work.extraction.facts) > FACTS):
                break
            facts += len(work.extraction.facts)
            works.append(work)
        if works:
            self._step(Step.EXTRACTED)
        return works

    async def _extract(self, member: Member) -> Work | None:
        job, guidance = await self._agents.guidance(member.job, member.scene)
        payload = Payload.from_json(job.payload)
        if payload.done or (payload.facts is None and not guidance.extracts_at_once):
            return None
        payload, exchange = self._extracting.next(payload, member.scene, self._settings.chunk)
        if payload.until < len(payload.messages):
            return None
        calls = Calls(self._settings.calls)
        try:
            extraction = await self._extracting.told(payload, member.scene, exchange, guidance.extractor, calls)
        except ModelError as e:
            extraction = lost(e)
        if payload.facts is None and may_be_recalled(extraction, exchange):
            return None
        return Work(
            job=job,
            guidance=guidance,
            payload=payload,
            exchange=exchange,
            extraction=extraction,
            calls=calls,
            usage=await self._conversations.usage(job, member.scene.messages),
            trace=member.trace,
        )

    async def _foreseen(self, works: Sequence[Work], snapshot: Snapshot, similar: Similar) -> dict[int, Found]:
        """By place, what several adds meet in the snapshot, read for all of them at once.

        Only of those whose names mean the same later on, unless those before them say something of these very names.
        """
        if len(works) == 1:
            return {}
        plain = [n for n, work in enumerate(works) if self._names.by_names_alone(work.extraction.facts)]
        near = {one for few in similar.stored for scores in few for one in scores}
        _, found = await asyncio.gather(
            snapshot.memories(works[0].job.partition, sorted(near), NOW),
            asyncio.gather(*(self._decider.candidates_on(snapshot, works[n], similar.stored[n]) for n in plain)),
        )
        return {n: one for n, one in zip(plain, found, strict=True) if not (one.book.merges or one.book.apart)}

    async def _planned(
        self, works: Sequence[Work], ahead: Ahead, similar: Similar, foreseen: Mapping[int, Found]
    ) -> list[Planned]:
        """Commits of the adds up to the first that has to be decided on its own."""
        planned: list[Planned] = []
        for place, work in enumerate(works):
            try:
                one = await self._plan(work, ahead, similar, place, foreseen.get(place))
                if one is None:
                    break
                planned.append(one)
                if work is not works[-1]:
                    await ahead.take(one.changes, {message.id: message.observed_at for message in work.exchange})
            except Beyond:
                break
            await asyncio.sleep(0)  # Others have their turn.
        return planned

    async def _plan(
        self, work: Work, ahead: Ahead, similar: Similar, place: int, foreseen: Found | None
    ) -> Planned | None:
        facts, now = work.extraction.facts, self._clock()
        said = [replace(at, at=max(now, at.at)) for at in (said_at(fact, work.exchange) for fact in facts)]
        near = await self._finder.similar_ahead(ahead, work.job.partition, similar, place, facts, said)
        known = None if ahead.names(self._names.names(facts)) else foreseen
        found = await self._decider.candidates_on(ahead, work, near, known)
        asked = [number for number, few in enumerate(found.shown) if few]
        if asked and not work.guidance.judges_at_once:
            return None
        given, error = await self._decider.opinions(work, found.shown, range(len(facts)))
        if error is not None:
            return None
        changes, after = await self._decider.plan(work, [given[number] for number in range(len(facts))], found)
        state = finished(after)
        return Planned(work=work, changes=changes, state=state) if state.final else None
