"""Who the facts of an exchange are about: names resolved together, with what the ledger knows of them."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Message
from twohop.memory.clock import Ids
from twohop.memory.ports import Extraction, Fact
from twohop.memory.predicates import PredicateTable
from twohop.memory.write.acquaint import by_names_alone, names_asked
from twohop.memory.write.claims import understood
from twohop.memory.write.entities import EntityBook
from twohop.memory.write.resolve import ResolvedFact, resolve
from twohop.memory.write.respell import respelled
from twohop.memory.write.sameness import identified
from twohop.memory.write.snapshot import Reads


class NameResolver:
    """Resolves facts against one owner's entities as they are now. Writes nothing: what is new is in the book.

    `cap`: how many memories an add may destroy.
    """

    def __init__(self, predicates: PredicateTable, ids: Ids, cap: int) -> None:
        self._predicates = predicates
        self._ids = ids
        self._cap = cap

    def understood(self, extraction: Extraction, exchange: Sequence[Message]) -> Extraction:
        """The extraction with facts whose claims resolve without knowing who spoke."""
        facts = tuple(understood(fact, exchange, self._predicates) for fact in extraction.facts)
        return replace(extraction, facts=facts)

    def names(self, facts: Sequence[Fact]) -> set[str]:
        """The names (normal forms) that resolving the facts (understood ones) asks for first."""
        return names_asked(facts, self._predicates)

    def by_names_alone(self, facts: Sequence[Fact]) -> bool:
        """Whether resolving the facts (understood ones) asks for nothing but the entities that go by their names.

        That is so unless two of those turn out to be one.
        """
        return by_names_alone(facts, self._predicates)

    async def resolve(
        self, reads: Reads, partition: str, facts: Sequence[Fact], exchange: Sequence[Message]
    ) -> tuple[list[ResolvedFact], EntityBook]:
        """The facts (understood ones) made ready, in their places, and the entities that they bring."""
        said_at = exchange[-1].observed_at
        book = await identified(
            reads, partition, facts, exchange, predicates=self._predicates, ids=self._ids, cap=self._cap
        )
        told = [await respelled(reads, partition, fact, book, said_at) for fact in facts]
        resolved = [resolve(place, fact, exchange, book, self._predicates) for place, fact in enumerate(told)]
        return resolved, book
