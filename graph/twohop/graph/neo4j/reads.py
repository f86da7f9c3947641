"""What is read from a Neo4j ledger: each method is one look, and those asked side by side are one round trip."""

from collections.abc import Sequence

from twohop.graph.model import Message
from twohop.graph.neo4j import conversations
from twohop.graph.neo4j.look import Reader


class Reads:
    """The reading half of `twohop.graph.store.Ledger`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def messages(self, partition: str, ids: Sequence[str], known_at: int | None = None) -> list[Message]:
        """Messages by id."""
        return await self._reader.ask(partition, conversations.MESSAGES, ids=list(ids), known_at=known_at)
