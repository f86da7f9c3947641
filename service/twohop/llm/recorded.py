"""Extractions that were made earlier, replayed through the extractor's port in place of a model's output.

Evaluations and tests use it: what follows extraction then runs on real facts, the same ones each time, with no model.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from twohop.graph.model import Message, digest
from twohop.memory.ports import Calls, Extraction, ExtractionRequest, Fact, Immediate

K = TypeVar("K", bound=Hashable)

Replay: TypeAlias = Callable[[Sequence[Message]], Iterable[Fact]]
"""The facts recorded for an exchange; their `sources` are ids of its messages."""


class RecordedExtractor(Immediate):
    """An `Extractor` that gives what `replay` gives for the exchange. No calls, no tokens."""

    def __init__(self, replay: Replay, *, decider: str = "recorded") -> None:
        self._replay = replay
        self._decider = decider

    async def extract(self, request: ExtractionRequest, _: Calls) -> Extraction:
        """The recorded facts, in their order."""
        return Extraction(facts=tuple(self._replay(request.exchange)), decider=self._decider)


def content_key(message: Message) -> str:
    """What tells a message by who says what: the key of recordings made before the message had an id."""
    return digest(message.name, message.content)


def replay(recorded: Mapping[K, Sequence[Fact]], key: Callable[[Message], K]) -> Replay:
    """Facts by the key of their message, such as `content_key` or `lambda m: (m.session, m.position)`.

    A fact with neither quote nor sources gets its message as its source. A message without a recording has no facts.
    """

    def facts(exchange: Sequence[Message]) -> Iterable[Fact]:
        for message in exchange:
            for fact in recorded.get(key(message), ()):
                yield fact if fact.quote or fact.sources else replace(fact, sources=(message.id,))

    return facts
