"""A world as the rows of a ledger: what adds of its facts leave there, without the work of deciding each.

A million memories are some eighteen million rows. That they are such as the service writes is shown by the ledger's own
verification, which a test runs over them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from bench.speed.world import AT_ONCE, DAY, JANUARY, TRIPLES, Saying, World

from twohop.graph.model import FAR, Granularity, Kind, Message, Moment, Role, Scope, Triple
from twohop.graph.model import digest as key_of
from twohop.graph.store import Row
from twohop.memory.names import normal
from twohop.memory.points import dense_text
from twohop.memory.write.resolve import hash_of
from twohop.vector.sparse import surfaces

SECOND = 1_000_000
PHRASES = ("works on", "manages", "knows", "visited")
PREDICATES = ("works_on", "manages", "knows", "visited")
MESSAGE, MEMORY, REVISION, DECISION, ENTITY, RELATION, JOB = range(7)
"""What an id is of."""

NEVER = {"valid_to": FAR, "valid_to_granularity": "", "valid_to_zone": ""}
USAGE = json.dumps(dict.fromkeys(("extract_calls", "judge_calls", "tokens_in", "tokens_out"), 0))


class Rows:
    """The rows of one owner that was told `count` facts, a session a day."""

    def __init__(self, scope: Scope, world: World, count: int) -> None:
        self.partition = scope.partition
        self._scope = scope
        self._world = world
        self._said = list(world.distinct(count))
        self._mark = int(self.partition[:7], 16)

    def tables(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Table after table, in the order in which a ledger takes them."""
        yield "owners", [self._owner()]
        yield "sessions", map(self._session, range(self._days))
        yield "speakers", map(self._speaker, range(self._days))
        yield "messages", (self._message_row(n) for n in range(len(self._said)))
        yield "memories", (self._row(id=self._id(MEMORY, n), created_at=self._at(n)) for n in range(len(self._said)))
        yield "entities", self._entities()
        yield "entity_versions", self._entity_versions()
        yield "revisions", (self._revision(n) for n in range(len(self._said)))
        yield "triples", (row for n in range(len(self._said)) for row in self._triple_rows(n))
        yield "evidence", (self._evidence(n) for n in range(len(self._said)))
        yield "mentions", (row for n in range(len(self._said)) for row in self._mentions(n))
        yield "relations", (row for n in range(len(self._said)) for row in self._relations(n))
        yield "supports", (row for n in range(len(self._said)) for row in self._supports(n))
        yield "decisions", (self._decision(n) for n in range(len(self._said)))
        yield "jobs", map(self._job, range(self._days))
        yield "vocabulary", self._vocabulary()

    def _row(self, **columns: Any) -> Row:
        return {"partition": self.partition, **columns}

    # -- places and times -----------------------------------------------------------------------------------------

    @property
    def _days(self) -> int:
        return -(-len(self._said) // AT_ONCE)

    def _on(self, day: int) -> range:
        return range(day * AT_ONCE, min((day + 1) * AT_ONCE, len(self._said)))

    def _at(self, n: int) -> int:
        """When a fact was recorded: a second after its message, and on the day on which it was said."""
        return JANUARY + n // AT_ONCE * DAY + SECOND

    def _id(self, kind: int, n: int) -> str:
        """A UUIDv7 of the day; nobody else's, whatever the owner."""
        milliseconds = (JANUARY + n // AT_ONCE * DAY) // 1_000 if kind != ENTITY else JANUARY // 1_000
        told = f"{milliseconds << 80 | 7 << 76 | kind << 64 | 0b10 << 62 | self._mark << 32 | n:032x}"
        return f"{told[:8]}-{told[8:12]}-{told[12:16]}-{told[16:20]}-{told[20:]}"

    @cached_property
    def _names(self) -> list[tuple[str, str, list[str]]]:
        """Every entity: name, type and kinds; people first, then teams, then places."""
        return [
            *((name, "person", list[str]()) for name in self._world.people),
            *((name, "organisation", ["team"]) for name in self._world.teams),
            *((name, "place", list[str]()) for name in self._world.places),
        ]

    def _ends(self, saying: Saying) -> tuple[int, int, int, int]:
        """The places of a saying's entities among all: who, team, whom, where."""
        people, teams = len(self._world.people), len(self._world.teams)
        return saying.one, people + saying.team, saying.other, people + teams + saying.place

    @cached_property
    def _first(self) -> dict[int, int]:
        """Entity -> the first fact that names it."""
        first: dict[int, int] = {}
        for n, saying in enumerate(self._said):
            for end in self._ends(saying):
                first.setdefault(end, n)
        return first

    def _triples(self, n: int) -> Iterator[tuple[str, Triple]]:
        """The triples of a fact, each with its sentence."""
        saying = self._said[n]
        one, *others = self._ends(saying)
        for which, other in zip((int(saying.manages), 2, 3), others, strict=True):
            text = f"{self._names[one][0]} {PHRASES[which]} {self._names[other][0]}"
            yield text, Triple(self._id(ENTITY, one), PREDICATES[which], self._id(ENTITY, other))

    # -- who spoke ------------------------------------------------------------------------------------------------

    def _owner(self) -> Row:
        return self._row(
            tenant=self._scope.tenant,
            user_id=self._scope.user_id,
            agent_id="",
            run_id="",
            seq=2 * self._days,
            state_seq=self._days,
            last_time=self._at(len(self._said) - 1),
            message_count=len(self._said),
            memory_count=len(self._said),
            session_count=self._days,
            entity_count=len(self._first),
        )

    def _session(self, day: int) -> Row:
        at = JANUARY + day * DAY
        return self._row(
            id=f"day-{day}",
            message_count=len(self._on(day)),
            created_at=at,
            updated_at=at,
            summary="",
            summary_version=0,
            summary_author="",
            summarised_count=0,
            summary_due_since=None,
            metadata="{}",
        )

    def _speaker(self, day: int) -> Row:
        return self._row(session=f"day-{day}", name="Ana", message_count=len(self._on(day)))

    def _message(self, n: int) -> Message:
        day, position = divmod(n, AT_ONCE)
        return Message(
            id=self._id(MESSAGE, n),
            partition=self.partition,
            session=f"day-{day}",
            role=Role.USER,
            name="Ana",
            content=f"{self._world.text(self._said[n])}.",
            observed_at=JANUARY + day * DAY,
            run_id=f"day-{day}",
            position=position,
            recorded_at=JANUARY + day * DAY,
        )

    def _message_row(self, n: int) -> Row:
        message = self._message(n)
        return self._row(
            id=message.id,
            session=message.session,
            position=message.position,
            role=message.role.value,
            name=message.name,
            content=message.content,
            observed_at=message.observed_at,
            time_zone=message.time_zone,
            agent_id=message.agent_id,
            run_id=message.run_id,
            recorded_at=message.recorded_at,
        )

    # -- what was said --------------------------------------------------------------------------------------------

    def _entities(self) -> Iterator[Row]:
        relations, messages = Counter[int](), Counter[int]()
        for saying in self._said:
            one, *others = self._ends(saying)
            messages.update((one, *others))
            relations[one] += TRIPLES
            relations.update(others)
        for entity, n in self._first.items():
            yield self._row(
                id=self._id(ENTITY, entity),
                relation_count=relations[entity],
                message_count=messages[entity],
                recorded_at=self._at(n),
            )

    def _entity_versions(self) -> Iterator[Row]:
        for entity, n in self._first.items():
            name, type_, kinds = self._names[entity]
            yield self._row(
                entity_id=self._id(ENTITY, entity),
                key=key_of(self.partition, normal(name), type_, ""),
                name=name,
                normal=normal(name),
                type=type_,
                named=1,
                kinds=json.dumps(kinds),
                recorded_at=self._at(n),
                superseded_at=None,
            )

    def _valid(self, n: int) -> dict[str, Any]:
        return {
            "valid_from": JANUARY + n // AT_ONCE * DAY,
            "valid_from_granularity": Granularity.UNKNOWN.value,
            "valid_from_zone": "UTC",
            **NEVER,
        }

    def _revision(self, n: int) -> Row:
        text, valid = self._world.text(self._said[n]), self._valid(n)
        begin = Moment(valid["valid_from"], Granularity.UNKNOWN)
        return self._row(
            id=self._id(REVISION, n),
            memory_id=self._id(MEMORY, n),
            number=1,
            text=text,
            kind=Kind.STATE.value,
            **valid,
            occurred_until=FAR,
            occurred_until_granularity="",
            occurred_until_zone="",
            operation="add",
            decider="user",
            reason="nothing known is near",
            decision_id=self._id(DECISION, n),
            slot_key="",
            mirror_key="",
            text_hash=hash_of(text, Kind.STATE, begin, stated=False),
            cues="[]",
            metadata="{}",
            categories="[]",
            pinned=0,
            expires_at=FAR,
            disputed=0,
            superseded_by="",
            supersedes="",
            recorded_at=self._at(n),
            superseded_at=None,
        )

    def _triple_rows(self, n: int) -> Iterator[Row]:
        for position, (_, triple) in enumerate(self._triples(n)):
            yield self._row(
                revision_id=self._id(REVISION, n), position=position, **self._told(triple), recorded_at=self._at(n)
            )

    def _told(self, triple: Triple) -> dict[str, Any]:
        return {
            "key": triple.key(self.partition),
            "subject_id": triple.subject_id,
            "predicate": triple.predicate,
            "object_id": triple.object_id,
            "literal": "",
        }

    def _evidence(self, n: int) -> Row:
        return self._row(
            memory_id=self._id(MEMORY, n),
            message_id=self._id(MESSAGE, n),
            quote="",
            agent_id="",
            run_id=f"day-{n // AT_ONCE}",
            decision_id=self._id(DECISION, n),
            recorded_at=self._at(n),
            superseded_at=None,
        )

    def _mentions(self, n: int) -> Iterator[Row]:
        text = self._world.text(self._said[n])
        for entity in self._ends(self._said[n]):
            name = self._names[entity][0]
            start = text.index(name)
            yield self._row(
                entity_id=self._id(ENTITY, entity),
                message_id=self._id(MESSAGE, n),
                span_start=start,
                span_end=start + len(name),
                message_at=self._at(n) - SECOND,
                recorded_at=self._at(n),
                superseded_at=None,
            )

    # -- what follows from it -------------------------------------------------------------------------------------

    def _relations(self, n: int) -> Iterator[Row]:
        for place, (text, triple) in enumerate(self._triples(n)):
            yield self._row(
                id=self._relation_id(n, place),
                **self._told(triple),
                text=text,
                **self._valid(n),
                confidence=1.0,
                recorded_at=self._at(n),
                superseded_at=None,
            )

    def _relation_id(self, n: int, place: int) -> str:
        return self._id(RELATION + 1 + place, n)

    def _supports(self, n: int) -> Iterator[Row]:
        for place in range(TRIPLES):
            yield self._row(relation_id=self._relation_id(n, place), position=0, memory_id=self._id(MEMORY, n))

    def _decision(self, n: int) -> Row:
        memory_id, revision_id = self._id(MEMORY, n), self._id(REVISION, n)
        return self._row(
            recorded_at=self._at(n),
            ordinal=n % AT_ONCE,
            id=self._id(DECISION, n),
            job_id=self._id(JOB, n // AT_ONCE * AT_ONCE),
            position=n % AT_ONCE,
            operation="add",
            decider="user",
            fact=self._world.text(self._said[n]),
            memory_id=memory_id,
            revision_id=revision_id,
            target_id="",
            reason="nothing known is near",
            refused="",
            rule="",
            status="",
            effects=json.dumps([[memory_id, "", revision_id]]),
            reverts="",
            input=self._input(n),
        )

    def _input(self, n: int) -> str:
        """What the decider was shown: as long as the service writes it, so that the ledger is as large."""
        fact = self._world.fact_of(self._said[n])
        told = {
            "text": fact.text,
            "kind": fact.kind.value,
            "claims": [[one.subject, one.predicate, one.object, False] for one in fact.claims],
            "entities": [[one.name, one.type, one.proper, list(one.kinds)] for one in fact.entities],
            "polarity": fact.polarity.value,
            "cardinality": fact.cardinality.value,
            "correction": False,
            "valid_from": None,
            "valid_to": None,
            "quote": "",
            "sources": [self._id(MESSAGE, n)],
            "cues": [],
            "categories": [],
        }
        shown = {"fact": told, "verdict": ["add", None, "", "nothing known is near"], "shown": [], "messages": []}
        return json.dumps({**shown, "metadata": {}, "expires_at": None, "cap": 10}, separators=(",", ":"))

    def _job(self, day: int) -> Row:
        messages = [self._id(MESSAGE, n) for n in self._on(day)]
        payload = {"messages": messages, "done": len(messages), "facts": None, "until": len(messages), "author": ""}
        at = JANUARY + day * DAY
        return self._row(
            id=self._id(JOB, day * AT_ONCE),
            kind="add",
            session=f"day-{day}",
            state="done",
            payload=json.dumps({**payload, "position": len(messages), "failed": False, "metadata": {}}),
            run=1,
            attempts=0,
            not_before=0,
            error="",
            usage=USAGE,
            created_at=at,
            updated_at=at + SECOND,
        )

    def _vocabulary(self) -> Iterator[Row]:
        """The stems of all words: of one message a day for the dates, and of every name."""
        stems: dict[str, str] = {}
        for day in range(self._days):
            stems |= surfaces(dense_text(self._message(day * AT_ONCE)))
        for phrase in PHRASES:
            stems |= surfaces(phrase)
        for entity in self._first:
            stems |= surfaces(self._names[entity][0])
        for stem, surface in sorted(stems.items()):
            yield self._row(stem=stem, surface=surface, seq=1)


def pages(rows: Iterable[Row], size: int) -> Iterator[Sequence[Row]]:
    """The rows, so many at a time."""
    page: list[Row] = []
    for row in rows:
        page.append(row)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
