"""A made-up world put into a ledger as the write path would leave it, but for its decisions.

The write path itself takes minutes for a large world. A test tells a small one both ways and compares.
"""

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.synthetic.relations import Kind
from bench.synthetic.world import MIDDLE, Fact, World

from twohop.graph.model import (
    Entity,
    Evidence,
    Granularity,
    Job,
    JobKind,
    JobState,
    Mention,
    Message,
    Moment,
    Operation,
    Relation,
    Revision,
    Role,
    Scope,
    Triple,
    Validity,
    digest,
)
from twohop.graph.store import Acceptance, Changes, Ledger
from twohop.memory.names import normal
from twohop.memory.points import message_vocabulary, revision_vocabulary
from twohop.memory.ports import Claim, Named
from twohop.memory.ports import Fact as Told
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.relations import sentence
from twohop.memory.write.resolve import hash_of, joined, mirror_of, slot_of

AT_ONCE = 100
"""Facts of one session and one commit."""

CUES = 6
SPEAKER = "Iris"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What the extractor is taken to have given beside the facts."""

    cues: bool = True
    kinds: bool = True

    @property
    def without(self) -> str:
        """What was left out, for a row's split."""
        return "".join(f", no {what}" for what in ("cues", "kinds") if not getattr(self, what))


@dataclass(slots=True)
class Stored:
    """A fact that is in the ledger: its current revision and relation."""

    revision: Revision
    relation: Relation


class WorldLoader:
    """Puts one world into the ledger of one owner."""

    def __init__(self, ledger: Ledger, scope: Scope, world: World, seed: int, extraction: Extraction) -> None:
        self._ledger = ledger
        self._scope = scope
        self._partition = scope.partition
        self._world = world
        self._chance = random.Random(f"ids/{seed}")
        self._extraction = extraction
        self._made_ids = 0
        self._predicates = PredicateTable.default()
        self._entities: dict[str, Entity] = {}
        self._by_id: dict[str, Entity] = {}
        self._stored: dict[int, Stored] = {}

    async def load(self) -> None:
        """All facts, in the order in which they are told."""
        for number, places in enumerate(sessions(self._world)):
            await self._remember(places, await self._say(places, f"session-{number}"))

    async def _say(self, places: Sequence[int], session: str) -> tuple[Message, ...]:
        scope = replace(self._scope, run_id=session)
        messages = tuple(
            Message(
                id=self._id(),
                partition=self._partition,
                session=scope.session,
                role=Role.USER,
                name=SPEAKER,
                content=f"{self._world.facts[place].text}.",
                observed_at=self._world.facts[place].told_at,
                run_id=scope.run_id,
            )
            for place in places
        )
        job = Job(id=self._id(), partition=self._partition, kind=JobKind.ADD, state=JobState.DONE, payload={})
        accepted = await self._ledger.accept(
            Acceptance(scope=scope, messages=messages, job=job, vocabulary=message_vocabulary(messages))
        )
        return accepted.messages

    async def _remember(self, places: Sequence[int], messages: Sequence[Message]) -> None:
        entities: dict[str, Entity] = {}
        revisions: list[Revision] = []
        relations: list[Relation] = []
        evidence: list[Evidence] = []
        mentions: list[Mention] = []
        ended: list[Stored] = []
        for place, message in zip(places, messages, strict=True):
            fact = self._world.facts[place]
            told = extracted(fact, self._world.kinds, self._predicates, self._extraction)
            ends = [self._entity(named, entities) for named in told.entities]
            made = [self._made(told, message)]
            if fact.replaces is not None:
                old = self._stored[fact.replaces]
                ended.append(old)
                made = self._exchanged(old, made[0])
            self._stored[place] = made[0]
            revisions += (one.revision for one in made)
            relations += (one.relation for one in made)
            evidence.append(
                Evidence(memory_id=made[0].revision.memory_id, message_id=message.id, run_id=message.run_id)
            )
            mentions += (mention(entity, message) for entity in ends)
        await self._ledger.commit(
            Changes(
                partition=self._partition,
                revisions=tuple(revisions),
                ended_revisions=tuple(one.revision.id for one in ended),
                evidence=tuple(evidence),
                entities=tuple(entities.values()),
                mentions=tuple(mentions),
                relations=tuple(relations),
                ended_relations=tuple(one.relation.id for one in ended),
                touched_messages=tuple(message.id for message in messages),
                vocabulary=revision_vocabulary(revisions),
            )
        )

    def _made(self, told: Told, message: Message) -> Stored:
        [claim] = told.claims
        subject = self._entities[normal(claim.subject)]
        partition = self._partition
        if claim.literal:
            triple = Triple(subject.id, claim.predicate, literal=claim.object)
        else:
            end = self._entities[normal(claim.object)]
            triple = joined(subject.id, claim.predicate, end.id, self._predicates)
        validity = Validity(Moment(message.observed_at, Granularity.UNKNOWN))
        revision = Revision(
            id=self._id(),
            memory_id=self._id(),
            partition=partition,
            number=1,
            text=told.text,
            kind=told.kind,
            validity=validity,
            operation=Operation.ADD,
            decider="synthetic",
            triples=(triple,),
            slot_key=slot_of(partition, told, triple, self._predicates),
            mirror_key=mirror_of(partition, triple, self._predicates, plan=False),
            text_hash=hash_of(told.text, told.kind, validity.valid_from, stated=False),
            cues=told.cues,
        )
        return Stored(revision, self._relation(revision))

    def _exchanged(self, old: Stored, new: Stored) -> list[Stored]:
        """The newer value, and the older one as it stands once the newer one holds."""
        begins = replace(new.revision, operation=Operation.SUPERSEDE, supersedes=old.revision.memory_id)
        ends = replace(
            old.revision,
            id=self._id(),
            number=old.revision.number + 1,
            operation=Operation.SUPERSEDE,
            validity=Validity(old.revision.validity.valid_from, new.revision.validity.valid_from),
            superseded_by=new.revision.memory_id,
        )
        return [Stored(begins, new.relation), Stored(ends, self._relation(ends))]

    def _entity(self, named: Named, fresh: dict[str, Entity]) -> Entity:
        name = normal(named.name)
        if name not in self._entities:
            made = Entity(
                id=self._id(),
                partition=self._partition,
                key=digest(self._partition, name, named.type, ""),
                name=named.name,
                normal=name,
                type=named.type,
                named=named.proper,
                kinds=named.kinds,
            )
            fresh[name] = self._entities[name] = self._by_id[made.id] = made
        return self._entities[name]

    def _relation(self, revision: Revision) -> Relation:
        [triple] = revision.triples
        return Relation(
            id=self._id(),
            partition=self._partition,
            key=triple.key(self._partition),
            triple=triple,
            text=sentence(triple, self._by_id, self._predicates),
            validity=revision.validity,
            support=(revision.memory_id,),
        )

    def _id(self) -> str:
        """The next id: later ones are greater, as those of the write path are."""
        self._made_ids += 1
        return str(uuid.UUID(int=self._made_ids << 80 | self._chance.getrandbits(80), version=4))


def sessions(world: World) -> Iterator[list[int]]:
    """The places of facts that are told together; no fact together with the one that it replaces."""
    begun = next((place for place, fact in enumerate(world.facts) if fact.told_at >= MIDDLE), len(world.facts))
    for first, beyond in ((0, begun), (begun, len(world.facts))):
        for start in range(first, beyond, AT_ONCE):
            yield list(range(start, min(start + AT_ONCE, beyond)))


def extracted(fact: Fact, kinds: Mapping[str, Kind], table: PredicateTable, extraction: Extraction) -> Told:
    """The fact as an extracting model gives it: under its canonical predicate, with cues and kinds."""
    relation = fact.relation
    literal = relation.object.type == "literal"
    names = (fact.subject,) if literal else (fact.subject, fact.object)
    cues = table.cues(relation.predicate) or relation.cues
    return Told(
        text=fact.text,
        claims=(
            table.directed(
                Claim(subject=fact.subject, predicate=relation.predicate, object=fact.object, literal=literal)
            ),
        ),
        entities=tuple(
            Named(
                name=name,
                type=kinds[name].type,
                proper=True,
                kinds=kinds[name].words if extraction.kinds else (),
            )
            for name in names
        ),
        cues=cues[:CUES] if extraction.cues else (),
    )


def mention(entity: Entity, message: Message) -> Mention:
    """Where a message names an entity."""
    start = message.content.find(entity.name)
    return Mention(entity_id=entity.id, message_id=message.id, start=start, end=start + len(entity.name))
