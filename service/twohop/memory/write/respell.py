"""Ends and denials of something in another spelling: "no longer works Fridays", of what was noted as "Friday".

Only what is taken back is looked for like this, and only among the live memories of the same subject and predicate: a
wrong match would need two of them that differ in nothing but such letters, and then none is taken.
"""

import re
import unicodedata
from dataclasses import replace

from twohop.graph.model import Axes, Triple
from twohop.memory.names import normal
from twohop.memory.ports import Claim, Fact, Polarity
from twohop.memory.write.entities import EntityBook
from twohop.memory.write.snapshot import Reads

OWNER = re.compile(r"^(?:(?:his|her|my|our|your|their|its)|\S+(?:'s|s'))\s+(?=\S)")
"""Whose it is, at the head of a name: "Sem's Taylor guitar"."""

SHORTEST_PLURAL = 4
"""Letters from which a final s is taken for a plural."""

MOST = 64
"""Most memories of one (subject, predicate) that are looked at; more of one kind about one subject is a list."""


async def respelled(reads: Reads, partition: str, fact: Fact, book: EntityBook, at: int) -> Fact:
    """The fact with the object as the one live memory that it takes back has it; as it is when that is not plain."""
    if fact.polarity is Polarity.AFFIRMED or not fact.claims:
        return fact
    claim = fact.claims[0]
    subject = book.find(claim.subject)
    if subject is None:
        return fact
    known = None if claim.literal else book.find(claim.object)
    own = Triple(
        subject.id, claim.predicate, known.id if known else "", "" if known or not claim.literal else claim.object
    )
    if (known or claim.literal) and await reads.by_triple(partition, [own.key(partition)]):
        return fact
    found = await reads.by_subject(partition, [(subject.id, claim.predicate)], MOST)
    triples = [memory.revision.triples[0] for memory in found if memory.revision.live(at) and memory.revision.triples]
    ids = sorted({triple.object_id for triple in triples if triple.object_id})
    entities = await reads.entities(partition, ids, Axes())
    names = {entity.id: entity.name for entity in entities}
    wanted = folded(claim.object)
    meant = {
        (names.get(triple.object_id, triple.literal), bool(triple.literal))
        for triple in triples
        if triple.predicate == claim.predicate and folded(names.get(triple.object_id, triple.literal)) == wanted
    }
    if len(meant) != 1:
        return fact
    name, literal = meant.pop()
    for entity in entities:
        if entity.name == name:
            book.know(entity)
    same = Claim(subject=claim.subject, predicate=claim.predicate, object=name, literal=literal)
    return replace(fact, claims=(same, *fact.claims[1:]))


def folded(name: str) -> str:
    """A name without accents, plural endings, and whose it is."""
    bare = OWNER.sub("", normal(name))
    plain = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    return " ".join(
        word[:-1] if len(word) >= SHORTEST_PLURAL and word.endswith("s") and not word.endswith("ss") else word
        for word in plain.split()
    )
