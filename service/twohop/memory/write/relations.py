"""Relations follow from memories: an assertion holds exactly as long as a live memory supports it.

Nothing edits a relation. After a plan touched memories, the assertions that these make or made are derived again from
all current memories that assert the same triple, and the difference to the stored versions is written.
"""

from collections.abc import Iterable, Mapping, Sequence

from twohop.graph.model import FAR, Entity, Moment, Relation, Revision, Triple, Validity
from twohop.memory.clock import Ids
from twohop.memory.predicates import PredicateTable


def derive(
    partition: str,
    triple: Triple,
    supporters: Iterable[Revision],
    text: str,
    ids: Ids,
) -> list[Relation]:
    """The relation versions that these revisions support: one for each stretch of time that their intervals cover."""
    stretches: list[tuple[Validity, list[str]]] = []
    holding = [revision for revision in supporters if not revision.disputed]
    for revision in sorted(holding, key=lambda r: (r.validity.valid_from.at, r.memory_id)):
        validity = until_it_expires(revision)
        if stretches and validity.valid_from.at <= end_of(stretches[-1][0]):
            joined, support = stretches[-1]
            later = max(joined, validity, key=end_of)
            stretches[-1] = (Validity(joined.valid_from, later.valid_to), [*support, revision.memory_id])
        else:
            stretches.append((validity, [revision.memory_id]))
    return [
        Relation(
            id=ids(),
            partition=partition,
            key=triple.key(partition),
            triple=triple,
            text=text,
            validity=validity,
            support=tuple(dict.fromkeys(support)),
        )
        for validity, support in stretches
    ]


def until_it_expires(revision: Revision) -> Validity:
    """How long a memory supports its relations: what has expired is not live."""
    validity, expires = revision.validity, revision.expires_at
    if expires is None or end_of(validity) <= expires:
        return validity
    start = validity.valid_from
    return Validity(start, Moment(max(expires, start.at), time_zone=start.time_zone))


def end_of(validity: Validity) -> int:
    """The end as a number."""
    return validity.valid_to.at if validity.valid_to else FAR


def difference(stored: Sequence[Relation], wanted: Sequence[Relation]) -> tuple[list[Relation], list[str]]:
    """What to add, and the ids of stored versions to end, so that the wanted ones stand."""

    def same(a: Relation) -> tuple[str, Validity, frozenset[str]]:
        return a.key, a.validity, frozenset(a.support)

    have = {same(relation): relation.id for relation in stored}
    want = {same(relation): relation for relation in wanted}
    return (
        [relation for what, relation in want.items() if what not in have],
        [relation_id for what, relation_id in have.items() if what not in want],
    )


def sentence(triple: Triple, entities: Mapping[str, Entity], predicates: PredicateTable) -> str:
    """The triple in words: "Alice works at Acme"."""
    subject = entities[triple.subject_id].name
    end = entities[triple.object_id].name if triple.object_id else triple.literal
    return f"{subject} {predicates.phrase(triple.predicate)} {end}"
