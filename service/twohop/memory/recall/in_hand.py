"""The messages that a recall has read, with what is known of their words."""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet

from twohop.graph.model import Memory
from twohop.graph.store import Ledger
from twohop.memory.recall.turns import Rarity, Turn, Turns
from twohop.memory.recall.view import View, sources


class InHand:
    """Reads messages as the view sees them, and keeps them. `rarity`: of words in the texts weighed."""

    def __init__(self, ledger: Ledger, view: View, turns: Turns) -> None:
        self._ledger = ledger
        self._made = turns
        self._view = view
        self._texts: dict[str, set[str]] = {}
        self.turns: dict[str, Turn] = {}
        self.rarity = Rarity(())

    async def read(self, message_ids: Iterable[str]) -> None:
        """Read messages, with what stands before them."""
        fresh = [one for one in dict.fromkeys(message_ids) if one not in self.turns]
        if fresh:
            found = self._made.of(await self._ledger.windows(self._view.partition, fresh, 1))
            self.turns.update((one, turn) for one, turn in found.items() if self._view.sees_message(turn.message))

    def weigh(self, memories: Iterable[Memory], words: Callable[[Memory], Collection[str]]) -> None:
        """Take the messages read so far, each with the facts taken from it, as the texts that words are rare in."""
        self._texts = {one: set(turn.stems) for one, turn in self.turns.items()}
        for memory in memories:
            for one in sources(memory):
                if one in self._texts:
                    self._texts[one].update(words(memory))
        self.rarity = Rarity(self._texts.values())

    def stems(self, message_id: str) -> AbstractSet[str]:
        """The stems of a message and of the facts taken from it, as far as they were weighed."""
        return self._texts.get(message_id) or self.turns[message_id].stems
