"""From places to results: the texts, sources, paths and entities that a caller is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from twohop.graph.model import Entity, Message
from twohop.graph.store import Ledger
from twohop.memory.api import Explanation, Item, Path, RecallResult
from twohop.memory.recall.neighbourhood import Neighbourhood
from twohop.memory.recall.places import Place
from twohop.memory.recall.turns import Turn
from twohop.memory.recall.view import View, sources


class Renderer:
    """Fills places with what the ledger holds."""

    def __init__(self, ledger: Ledger, view: View, turns: Mapping[str, Turn], near: Neighbourhood) -> None:
        self._ledger = ledger
        self._view = view
        self._turns = turns
        self._near = near

    def result(
        self,
        places: Sequence[Place],
        paths: Sequence[Path],
        proven: Mapping[str, Path],
        messages: Mapping[str, Message],
        *,
        gate: float,
        asked_time: tuple[int, int | None] | None,
        degradations: Sequence[str],
        seq: int,
        explain: Callable[[Place], Explanation] | None = None,
    ) -> RecallResult:
        """The answer. `proven`: evidence paths by the message that they lead to; `messages`: the places' `sources`."""
        shown = list(paths)
        items = self.items(places, shown, proven, messages)
        if explain is not None:
            items = [replace(item, explanation=explain(place)) for item, place in zip(items, places, strict=True)]
        return RecallResult(
            items=tuple(items),
            paths=tuple(shown),
            entities=self.entities(items, shown),
            gate=gate,
            degradations=tuple(degradations),
            read_time=self._view.read_time,
            seq=seq,
            asked_time=asked_time,
        )

    def items(
        self, places: Sequence[Place], shown: list[Path], proven: Mapping[str, Path], messages: Mapping[str, Message]
    ) -> list[Item]:
        """The places filled; paths that prove them join those that are `shown`."""
        items: list[Item] = []
        for place in places:
            path = place.path
            ids = (place.message_id,) if place.memory is None else sources(place.memory)
            if path is None and (proof := self._proof(place, proven)) is not None:
                if proof not in shown:
                    shown.append(proof)
                path = shown.index(proof)
            items.append(
                Item(
                    scores=place.scores,
                    memory=place.memory,
                    message=messages[place.message_id] if place.memory is None else None,
                    sources=tuple(messages[one] for one in ids if one in messages) if place.memory else (),
                    path=path,
                )
            )
        return items

    def _proof(self, place: Place, proven: Mapping[str, Path]) -> Path | None:
        """The path that led to a place: to its message, or over its fact."""
        if place.memory is None:
            return proven.get(place.message_id)
        paths = (proven[one] for one in sources(place.memory) if one in proven)
        return next((path for path in paths if any(step.memory.id == place.memory.id for step in path.steps)), None)

    async def sources(self, places: Sequence[Place]) -> dict[str, Message]:
        """The messages of the places and behind them, those of them that the view sees."""
        found = {one: turn.message for one, turn in self._turns.items()}
        behind = [one for place in places if place.memory is not None for one in sources(place.memory)]
        fresh = [one for one in dict.fromkeys(behind) if one not in found]
        if fresh:
            read = await self._ledger.messages(self._view.partition, fresh, self._view.axes.known_at)
            found.update((message.id, message) for message in read if self._view.sees_message(message))
        return found

    def entities(self, items: Sequence[Item], paths: Sequence[Path]) -> tuple[Entity, ...]:
        """The entities that the answer is about, in the order in which it names them."""
        ends: dict[str, None] = {}
        for path in paths:
            for step in path.steps:
                ends.update(dict.fromkeys(filter(None, (step.source.id, step.target.id if step.target else ""))))
        for item in items:
            for triple in item.memory.revision.triples if item.memory else ():
                ends.update(dict.fromkeys(filter(None, (triple.subject_id, triple.object_id))))
        return tuple(self._near.entities[end] for end in ends if end in self._near.entities)
