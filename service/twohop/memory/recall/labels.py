"""Names that tell entities apart."""

from collections.abc import Iterable, Mapping

from twohop.graph.model import Entity
from twohop.memory.names import normal


def labels(entities: Iterable[Entity]) -> Mapping[str, str]:
    """Entity id -> its name; of those that share a name, with what they are, or else their number by age."""
    by_name: dict[str, list[Entity]] = {}
    for entity in {entity.id: entity for entity in entities}.values():
        by_name.setdefault(normal(entity.name), []).append(entity)
    found: dict[str, str] = {}
    for same in by_name.values():
        same.sort(key=lambda entity: (entity.recorded_at, entity.id))
        kinds = [entity.kinds[0] if entity.kinds else entity.type for entity in same]
        for number, (entity, kind) in enumerate(zip(same, kinds, strict=True), 1):
            if len(same) == 1:
                found[entity.id] = entity.name
            else:
                mark = kind if kind and kinds.count(kind) == 1 else f"{kind} {number}".strip()
                found[entity.id] = f"{entity.name} ({mark})"
    return found
