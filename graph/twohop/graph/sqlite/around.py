"""One step over the graph: relations of entities, the memories behind them, and the entities that they lead to."""

from collections.abc import Sequence

from twohop.graph.model import Axes, Narrowing, Relation
from twohop.graph.sqlite.database import Owned
from twohop.graph.sqlite.entities import degrees, entities
from twohop.graph.sqlite.memories import memories
from twohop.graph.sqlite.relations import relations, relations_of
from twohop.graph.store import Surroundings


def around(
    own: Owned,
    axes: Axes,
    entity_ids: Sequence[str],
    memory_ids: Sequence[str],
    limit: int,
    hot: Sequence[str],
    through: int | None,
    narrowing: Narrowing | None,
) -> Surroundings:
    """All of it from one snapshot of the file."""
    asked = list(dict.fromkeys(entity_ids))
    if through is not None:
        counts = degrees(own, asked)
        asked = [one for one in asked if counts.get(one, (0, 0))[0] <= through]
    found = expanded(own, asked, axes, limit, hot)
    support = [one for few in found.values() for relation in few for one in relation.support]
    seen = {m.id: m for m in memories(own, list(dict.fromkeys((*memory_ids, *support))), axes, narrowing)}
    triples = [relation.triple for few in found.values() for relation in few]
    triples += [triple for memory in seen.values() for triple in memory.revision.triples]
    ends = {end for triple in triples for end in (triple.subject_id, triple.object_id) if end}
    named = list(dict.fromkeys((*entity_ids, *sorted(ends))))
    return Surroundings(
        relations=found,
        memories=seen,
        entities={entity.id: entity for entity in entities(own, named, Axes(known_at=axes.known_at))},
        degrees=degrees(own, named),
    )


def expanded(
    own: Owned, entity_ids: Sequence[str], axes: Axes, limit: int, hot: Sequence[str]
) -> dict[str, list[Relation]]:
    """The newest relations of each entity; a busy one doesn't lose those that fit the question."""
    found = relations_of(own, entity_ids, axes, limit) if limit > 0 else {}
    full = {one for one, few in found.items() if len(few) == limit}
    for relation in relations(own, hot, axes) if full and hot else ():
        for end in {relation.triple.subject_id, relation.triple.object_id} & full:
            if all(relation.id != other.id for other in found[end]):
                found[end].append(relation)
    return found
