"""Ledgers with a bit of everything in them: made up from a seed, or remembered from the demo's conversations."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from ledger_rows import (
    ANN,
    P,
    Ticks,
    acceptance,
    decision,
    entity,
    evidence,
    job,
    key,
    relation,
    revision,
    summary,
)
from twohop.app import open_core
from twohop.config import LlmSettings, Settings
from twohop.graph.model import (
    AgentConfig,
    Alias,
    Effect,
    Entity,
    Granularity,
    JobKind,
    JobState,
    Kind,
    Mention,
    Metadata,
    Moment,
    Operation,
    Revision,
    Role,
    Scope,
    Triple,
)
from twohop.graph.store import Changes, JobUpdate, Ledger
from twohop.memory.api import AddRequest, NewMessage

DEMO = Path(__file__).parents[1] / "demo" / "conversation.json"

NAMES = ("Ann", "Bob", "Cleo", "zoë", "\ufffdx", "\U0001f600", "Ann Lee", "a" * 300 + "1", "a" * 300 + "0")
"""Some that sort by code point only, and two that are alike for longer than an index looks."""

PREDICATES = ("knows", "likes", "lives_in")
METADATA: tuple[Metadata, ...] = (
    {},
    {"n": 1},
    {"n": 1.0, "deep": {"b": [1, None], "a": "x"}},
    {"n": "1", "on": True},
    {"n": None, "quote": 'say "hi"', "ü": [1.5]},
)
AGENTS = ("", "x", "y")
BOT = Scope(agent_id="bot")


async def made_up(ledger: Ledger, clock: Ticks, seed: int) -> None:
    """Commits of every kind, by chance but for the seed: of one owner with many rows, and of two with few."""
    await Tale(ledger, clock, seed).tell()
    for user in ("bob", "cleo"):
        await ledger.accept(acceptance("m1", scope=Scope(user_id=user), job_id=f"job of {user}"))
    await ledger.accept(acceptance("m1", scope=Scope(user_id="bob", tenant="other")))


class Tale:
    """The made-up history of Ann."""

    def __init__(self, ledger: Ledger, clock: Ticks, seed: int) -> None:
        self._ledger = ledger
        self._clock = clock
        self._chance = random.Random(seed)
        self._messages: list[tuple[str, str, str]] = []
        self._current: dict[str, tuple[str, int]] = {}
        self._relations: dict[str, str] = {}
        self._entities: list[str] = []
        self._decisions: list[str] = []
        self._jobs: list[str] = []

    async def tell(self) -> None:
        for turn in range(24):
            self._clock.now += self._chance.randrange(-5, 50)
            if turn % 3 == 0:
                await self._say(turn)
            await self._remember(turn)
        await self._undo()
        await self._look_after()

    async def _say(self, turn: int) -> None:
        scope = Scope(user_id="ann", agent_id=self._chance.choice(AGENTS), run_id=self._chance.choice(("", "s1", "s2")))
        ids = [f"m{turn:02}{i}" for i in range(self._chance.randrange(1, 5))]
        told = acceptance(*ids, scope=scope, request=key(f"q{turn}"), name=self._chance.choice(("Ann", "Bob", "")))
        messages = tuple(
            replace(one, observed_at=self._chance.randrange(60), content=f"{one.id} says {self._chance.choice(NAMES)}")
            for one in told.messages
        )
        asked = replace(
            told.job, payload={"messages": ids}, state=self._chance.choice((JobState.PENDING, JobState.RUNNING))
        )
        await self._ledger.accept(replace(told, messages=messages, job=asked))
        self._jobs.append(told.job.id)
        self._messages += [(one, scope.agent_id, scope.run_id) for one in ids]

    async def _remember(self, turn: int) -> None:
        chance = self._chance
        people = self._people(turn)
        triples = [self._triple() for _ in range(chance.randrange(4))] if self._entities else []
        memory_id = f"y{chance.randrange(9)}"
        old, number = self._current.get(memory_id, ("", 0))
        revision_id = f"r{turn:02}"
        self._current[memory_id] = revision_id, number + 1
        message_id, agent_id, run_id = chance.choice(self._messages)
        retired = [one for one in self._relations if chance.random() < 0.2]
        for one in retired:
            del self._relations[one]
        related = tuple(
            replace(
                relation(
                    f"x{turn:02}{i}",
                    one.subject_id,
                    one.predicate,
                    one.object_id,
                    literal=one.literal,
                    support=tuple(chance.sample(sorted(self._current), min(len(self._current), 1 + i))),
                    valid=self._validity(),
                ),
                confidence=chance.choice((1.0, 0.25)),
            )
            for i, one in enumerate(triples)
        )
        self._relations |= {one.id: one.key for one in related}
        decided = replace(
            decision(
                f"d{turn:02}",
                job_id=chance.choice([*self._jobs, ""]),
                memory_id=memory_id,
                target_id=chance.choice(["", "y0", "y1"]),
                position=turn,
            ),
            effects=(Effect(memory_id, old, revision_id),),
            input={"turn": turn},
        )
        self._decisions.append(decided.id)
        await self._ledger.commit(
            Changes(
                partition=P,
                entities=people,
                aliases=tuple(self._alias() for _ in people) if self._entities else (),
                revisions=(self._revision(revision_id, memory_id, number + 1, triples, turn),),
                ended_revisions=(old,) if old else (),
                evidence=tuple(
                    replace(
                        evidence(memory_id, message_id, quote=quote, agent_id=agent_id, run_id=run_id),
                        decision_id=decided.id,
                    )
                    for quote in chance.sample(("", "b", "a"), 2)
                ),
                withdrawn=(chance.choice(self._decisions),) if chance.random() < 0.3 else (),
                mentions=tuple(self._mention(message_id) for _ in range(3)) if self._entities else (),
                relations=related,
                ended_relations=tuple(retired),
                decisions=(decided, replace(decided, id=f"{decided.id}b", position=0, memory_id="")),
                touched_messages=(message_id,),
                vocabulary={f"stem{turn}": f"Stem {turn}", chance.choice(NAMES): "same"},
                request=key(f"c{turn}", method="edit") if turn % 4 == 0 else None,
                request_result=memory_id if turn % 4 == 0 else "",
            )
        )

    def _people(self, turn: int) -> tuple[Entity, ...]:
        """One entity more, or an older one told something new."""
        name = self._chance.choice(NAMES)
        known = self._entities and self._chance.random() < 0.4
        id_ = self._chance.choice(self._entities) if known else f"e{turn:02}"
        if not known:
            self._entities.append(id_)
        return (entity(id_, name=name, kinds=(self._chance.choice(("dog", "city")),)),)

    def _triple(self) -> Triple:
        subject, end = self._chance.choice(self._entities), self._chance.choice([*self._entities, ""])
        return Triple(
            subject, self._chance.choice(PREDICATES), end, "" if end else self._chance.choice(("1999", "red"))
        )

    def _alias(self) -> Alias:
        name = self._chance.choice(NAMES)
        return Alias(entity_id=self._chance.choice(self._entities), normal=name.casefold(), name=name)

    def _mention(self, message_id: str) -> Mention:
        start = self._chance.randrange(3)
        return Mention(entity_id=self._chance.choice(self._entities), message_id=message_id, start=start, end=start + 3)

    def _validity(self) -> tuple[int, int | None]:
        start = self._chance.randrange(50)
        return start, self._chance.choice((None, start + 10))

    def _revision(self, id_: str, memory_id: str, number: int, triples: Sequence[Triple], turn: int) -> Revision:
        made = revision(
            id_,
            memory_id,
            number=number,
            triples=triples,
            valid=self._validity(),
            # At most one fact may fill a slot for good; the others of it are disputed.
            slot_key=f"slot{turn % 3}" if turn % 2 else "",
            text_hash=self._chance.choice(("", "h0", "h1")),
            kind=self._chance.choice((Kind.STATE, Kind.EVENT)),
            metadata=self._chance.choice(METADATA),
            categories=self._chance.choice(((), ("work",), ("home", "work"))),
            expires_at=self._chance.choice((None, 30)),
            disputed=bool(turn % 2) or self._chance.random() < 0.2,
        )
        until = self._chance.choice((None, Moment(9, Granularity.DAY, "Asia/Tokyo")))
        return replace(made, mirror_key=self._chance.choice(("", "slot1")), occurred_until=until, cues=("a", 'b"'))

    async def _undo(self) -> None:
        """Decisions that undo others, also one another; entities that end."""
        chain = ["d01", "u0", "u1", "u2"]
        for undone, id_ in (*pairwise(chain), ("d02", "w0"), ("d02", "w1"), ("d03", "v0"), ("v0", "v1")):
            self._clock.now += 1
            undoing = replace(decision(id_, memory_id="y1"), operation=Operation.REVERT, reverts=undone)
            await self._ledger.commit(Changes(partition=P, decisions=(undoing,)))
        gone, kept = self._entities[0], self._entities[1]
        moved = (await self._ledger.mentions(P, gone))[:2]
        await self._ledger.commit(
            Changes(
                partition=P,
                ended_entities=(gone,),
                ended_mentions=tuple(moved),
                mentions=tuple(replace(one, entity_id=kept) for one in moved),
                aliases=(Alias(entity_id=kept, normal="gone", name="Gone"),),
            )
        )

    async def _look_after(self) -> None:
        """What is kept beside memories: jobs, summaries, settings, means, what waits for the index."""
        await self._ledger.claim_jobs(2)
        for one, state in zip(self._jobs, (JobState.FAILED, JobState.DONE), strict=False):
            await self._ledger.update_job(P, JobUpdate(id=one, state=state, error="x", usage={"calls": 1}))
        await self._ledger.queue_job(replace(job("sum", payload={"messages": "m"}), kind=JobKind.SUMMARY, session="s1"))
        await self._ledger.set_session(ANN, "begun", {"a": 1})
        await self._ledger.set_session(ANN, "ü" * 250, {}, key("set", method="set"))
        if await self._ledger.session(P, "default"):
            await self._ledger.set_summary(P, summary("so far"))
        for version in range(3):
            await self._ledger.set_agent_config(BOT, AgentConfig(instructions=f"be {version}"))
        for name in ("message", "fact"):
            await self._ledger.set_mean(P, name, 1, 2, bytes(range(8)))
        await self._ledger.outbox_done(await self._ledger.outbox(2, P))


async def remembered(data_dir: Path) -> Scope:
    """A data directory that holds the demo's conversations, as the real core remembers them; whose they are."""
    story = json.loads(DEMO.read_text(encoding="utf-8"))
    settings = Settings(data_dir=data_dir, llm=LlmSettings(provider="rules"), synchronous="OFF")
    async with open_core(settings) as app:
        for told in story["sessions"]:
            at = int(datetime.fromisoformat(told["observed_at"]).timestamp()) * 1_000_000
            messages = tuple(
                NewMessage(role=Role(one["role"]), name=one["name"], content=one["content"], observed_at=at)
                for one in told["messages"]
            )
            scope = Scope(user_id=story["user_id"], run_id=told["run_id"])
            await app.core.add(AddRequest(scope=scope, messages=messages))
    return Scope(user_id=story["user_id"])
