"""Names to entities of one owner: exact name, then another name, both gated by type; never by similarity.

A person called Paris is not the place. A role ("Alice's brother") means the one entity that stands in it. Of two that
fit equally well none is taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from twohop.graph.model import Alias, Entity, digest
from twohop.memory.clock import Ids
from twohop.memory.names import normal
from twohop.memory.ports import Named
from twohop.memory.roles import Phrase, Role, fits, phrase
from twohop.memory.speech import USER


@dataclass(frozen=True, slots=True)
class Holder:
    """Who stands in a relation of an owner, and what the memories that say so are worded like."""

    entity_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds about the names of some facts.

    `by_name`: normal form -> entities that go by it. `holders`: (owner's id, role's predicate) -> who stands in it.
    `by_id`: the entities of those holders.
    """

    by_name: Mapping[str, Sequence[Entity]] = field(default_factory=dict)
    holders: Mapping[tuple[str, str], Sequence[Holder]] = field(default_factory=dict)
    by_id: Mapping[str, Entity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two entities that turned out to be one. `named`: the other's names become names of the one that is kept.

    `said`: a statement names both names.
    """

    kept_id: str
    merged_id: str
    reason: str
    named: bool
    said: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """Two stored entities that facts call one and that stay two, by a rule (`guard.RULES`)."""

    one_id: str
    other_id: str
    rule: str


class EntityBook:
    """Finds the entities of names, and makes new ones where none fits.

    `changed`: new entities, and known ones that were told something. `aliases` and `merges`: what the facts said about
    who is whom. `apart`: who was called one and stays two; without `merging` all stored ones do.
    """

    def __init__(
        self,
        partition: str,
        known: Known,
        ids: Ids,
        apart: Mapping[frozenset[str], Apart] = MappingProxyType({}),
        *,
        merging: bool = True,
    ) -> None:
        self._partition = partition
        self._ids = ids
        self._by_name: dict[str, list[Entity]] = {name: list(them) for name, them in known.by_name.items()}
        self._entities = dict(known.by_id)
        self._entities.update((one.id, one) for them in known.by_name.values() for one in them)
        self._stored = set(self._entities)
        self._holders = {pair: list(them) for pair, them in known.holders.items()}
        self._became: dict[str, str] = {}
        self._bound: dict[str, Entity] = {}
        self.changed: dict[str, Entity] = {}
        self.aliases: dict[tuple[str, str], Alias] = {}
        self.merges: list[Merge] = []
        self.apart = dict(apart)
        self._merging = merging

    # -- looking up -----------------------------------------------------------------------------------------------

    def entity(self, named: Named, hint: str = "") -> Entity:
        """The entity that a name means, told what is new about it; a new one if there is none.

        `hint`: the type that the relation makes likely; it only chooses between several of one name.
        """
        found = self.find(named.name, named.type, hint)
        if found is None:
            return self.make(named)
        said = phrase(named.name)
        if said is not None and said.role.lasting and phrase(found.name) is None:
            self.call(found, named.name)
        return self._told(found, named)

    def find(self, name: str, type_: str = "", hint: str = "") -> Entity | None:
        """The entity that a name means, or None: exact name, another name, role; None when two fit equally well."""
        form = normal(name)
        them = [self._one(entity) for entity in self._by_name.get(form, ())]
        them = [one for one in dict.fromkeys(them) if not (one.type and type_ and one.type != type_)]
        exact = [one for one in them if one.normal == form]
        if form in self._bound:
            return self._one(self._bound[form])
        said = phrase(name)
        standing = self._playing(said) if said is not None else []
        if (holder := self._holder(standing, type_)) is not None:
            return holder
        if exact:
            return self._only(exact, type_ or hint)
        if len(standing) > 1:
            return None
        return self._only(them, type_ or hint, guess=False)

    def _playing(self, said: Phrase) -> list[Entity]:
        """Who stands in a role, when its owner is known."""
        owner = self.find(said.owner)
        return [] if owner is None else self.standing(owner.id, said.role, said.word)

    def _holder(self, standing: Sequence[Entity], type_: str) -> Entity | None:
        """The one of those who stand in a role whom it means, or None: who has a name of their own comes first."""
        named = [one for one in standing if phrase(one.name) is None]
        one = (named or standing)[0] if len(named or standing) == 1 else None
        return None if one is None or (one.type and type_ and one.type != type_) else one

    def know(self, entity: Entity) -> None:
        """Take a stored entity in, so that its name means it."""
        self._entities.setdefault(entity.id, entity)
        self._stored.add(entity.id)
        them = self._by_name.setdefault(entity.normal, [])
        if entity.id not in {one.id for one in them}:
            them.append(self._entities[entity.id])

    def bind(self, name: str, entity: Entity) -> None:
        """Note whom a name means in these facts, whatever it meant before."""
        self._bound[normal(name)] = entity

    def standing(self, owner_id: str, role: Role, word: str) -> list[Entity]:
        """Who stands in the relation of a role, as far as what is told of them lets the word mean them."""
        texts: dict[str, list[str]] = {}
        for holder in self._holders.get((owner_id, role.predicate), ()):
            texts.setdefault(self._kept(holder.entity_id), []).append(holder.text)
        them = [(self._entities[one], " ".join(said)) for one, said in texts.items() if one in self._entities]
        return [one for one, text in them if fits(word, role, text, one.kinds)]

    def make(self, named: Named) -> Entity:
        """A new entity of that name."""
        name = normal(named.name)
        taken = {one.key for one in self._by_name.get(name, ())}
        key = digest(self._partition, name, named.type, "")
        entity_id = self._ids()
        entity = Entity(
            id=entity_id,
            partition=self._partition,
            # Where the name alone already means another one, only the id tells the two apart.
            key=key if key not in taken else digest(self._partition, name, named.type, entity_id),
            name=" ".join(named.name.split()),
            normal=name,
            type=named.type,
            named=named.proper,
            kinds=named.kinds,
        )
        self._by_name.setdefault(name, []).append(entity)
        self._entities[entity.id] = entity
        self.changed[entity.id] = entity
        return entity

    def by_id(self, entity_id: str) -> Entity:
        """An entity that is in the book."""
        return self._entities[entity_id]

    def stored(self, entity: Entity) -> bool:
        """Whether the ledger knows it."""
        return entity.id in self._stored

    def exactly(self, form: str) -> list[Entity]:
        """The entities whose own name has that normal form."""
        them = (self._one(entity) for entity in self._by_name.get(form, ()))
        return [one for one in dict.fromkeys(them) if one.normal == form]

    # -- what facts say about who is whom -------------------------------------------------------------------------

    def call(self, entity: Entity, name: str) -> None:
        """Note another name of an entity."""
        form = normal(name)
        if not form or form == entity.normal:
            return
        if entity.normal == USER:
            # The user has a name now; what they were called till then is another one.
            key = digest(self._partition, form, entity.type, "")
            taken = {one.key for one in self._by_name.get(form, ())}
            named = replace(
                entity,
                key=key if key not in taken else digest(self._partition, form, entity.type, entity.id),
                name=" ".join(name.split()),
                normal=form,
                named=True,
            )
            self._put(entity, named)
            self._by_name.setdefault(form, []).append(named)
            entity, name, form = named, entity.name, USER
        self.aliases[entity.id, form] = Alias(entity_id=entity.id, normal=form, name=" ".join(name.split()))
        known = self._by_name.setdefault(form, [])
        if entity not in known:
            known.append(entity)

    def stand(self, owner: Entity, predicate: str, other: Entity, text: str) -> None:
        """Note that a fact puts `other` into a relation of `owner`."""
        self._holders.setdefault((owner.id, predicate), []).append(Holder(other.id, text))

    def related(self, entity_id: str) -> bool:
        """Whether a relation of an entity leads to itself: two who stand in one can't have become it."""
        return any(
            self._kept(owner) == entity_id == self._kept(holder.entity_id)
            for (owner, _), them in self._holders.items()
            for holder in them
        )

    def two(self, one: Entity, other: Entity) -> bool:
        """Whether two entities must stay two, whatever facts call them."""
        if frozenset({one.id, other.id}) in self.apart:
            return True
        if self._merging or not (self.stored(one) and self.stored(other)):
            return False
        self.keep_apart(one, other, "many")
        return True

    def keep_apart(self, one: Entity, other: Entity, rule: str) -> None:
        """Note that two stored entities stay two although a fact calls them one."""
        self.apart[frozenset({one.id, other.id})] = Apart(one.id, other.id, rule)

    def merge(self, kept: Entity, merged: Entity, reason: str, *, named: bool, said: bool) -> None:
        """Note that two entities are one, from here on. `said`: see `Merge`."""
        self._became[merged.id] = kept.id
        self.changed.pop(merged.id, None)
        if self.stored(merged):
            self.merges.append(Merge(kept_id=kept.id, merged_id=merged.id, reason=reason, named=named, said=said))
        kinds = tuple(dict.fromkeys((*kept.kinds, *merged.kinds)))
        told = replace(kept, type=kept.type or merged.type, named=kept.named or merged.named, kinds=kinds)
        self._put(kept, told)
        if named:
            for name in (merged.name, *merged.aliases):
                self.call(self._entities[kept.id], name)
            for alias in [one for one in self.aliases.values() if one.entity_id == merged.id]:
                del self.aliases[alias.entity_id, alias.normal]
                self.call(self._entities[kept.id], alias.name)

    def _told(self, entity: Entity, named: Named) -> Entity:
        own_name = normal(named.name) == entity.normal
        told = replace(
            entity,
            type=entity.type or named.type,
            named=entity.named or (named.proper and own_name),
            kinds=tuple(dict.fromkeys((*entity.kinds, *named.kinds))),
        )
        self._put(entity, told)
        return told

    def _put(self, entity: Entity, told: Entity) -> None:
        if told == entity:
            return
        self._entities[told.id] = told
        self.changed[told.id] = told

    def _one(self, entity: Entity) -> Entity:
        """The entity as it stands after what the facts said."""
        return self._entities[self._kept(entity.id)]

    def _kept(self, entity_id: str) -> str:
        while entity_id in self._became:
            entity_id = self._became[entity_id]
        return entity_id

    def _bare(self, entity: Entity) -> bool:
        """Whether its name alone, without a discriminator, is its key."""
        return entity.key in {digest(self._partition, entity.normal, type_, "") for type_ in (entity.type, "")}

    def _only(self, them: Iterable[Entity], hint: str, *, guess: bool = True) -> Entity | None:
        """The one that is meant: the only one, the only one of the likely type, or (`guess`) who had the bare name."""
        fitting = list(dict.fromkeys(them))
        if len(fitting) > 1 and hint and (likely := [one for one in fitting if one.type in {hint, ""}]):
            fitting = likely
        if len(fitting) > 1 and guess:
            return next((one for one in fitting if self._bare(one)), fitting[0])
        return fitting[0] if len(fitting) == 1 else None
