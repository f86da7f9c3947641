"""Phase 1 of an add: which messages are extracted at once, and which of the facts rest on something that was said."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from twohop.errors import ModelError
from twohop.graph.model import Message
from twohop.graph.store import Ledger
from twohop.memory.clock import Clock
from twohop.memory.ports import (
    INSTRUCTION,
    QUOTE_NOT_FOUND,
    RECALLED,
    Calls,
    Dropped,
    Extraction,
    ExtractionRequest,
    Extractor,
    Fact,
)
from twohop.memory.settings import WriteSettings
from twohop.memory.write.candidates import CandidateFinder
from twohop.memory.write.chunks import first_chunk
from twohop.memory.write.instructions import instructs
from twohop.memory.write.naming import NameResolver
from twohop.memory.write.payload import Payload
from twohop.memory.write.recalled import pasted, repeats
from twohop.memory.write.scene import Scene
from twohop.memory.write.snapshot import Snapshot


class Extracting:
    """Gives the facts of one chunk after the other."""

    def __init__(
        self, ledger: Ledger, names: NameResolver, finder: CandidateFinder, clock: Clock, settings: WriteSettings
    ) -> None:
        self._ledger = ledger
        self._names = names
        self._finder = finder
        self._clock = clock
        self._settings = settings

    def next(self, payload: Payload, scene: Scene, most: int) -> tuple[Payload, Sequence[Message]]:
        """The messages of the next chunk, at most `most`; those of facts that wait are as they were."""
        if payload.facts is not None:
            return payload, scene.messages[payload.done : payload.until]
        # One more than the most, to see whether a user's words follow the cut.
        ahead = scene.messages[payload.done : payload.done + most + 1]
        taken = first_chunk(ahead, most=most, characters=self._settings.chunk_chars)
        return replace(payload, until=payload.done + taken), ahead[:taken]

    async def extract(
        self, payload: Payload, scene: Scene, exchange: Sequence[Message], extractor: Extractor, calls: Calls
    ) -> Extraction:
        """Facts given by the caller or kept from an earlier try, else those of one extractor call that are founded.

        Raises:
            ModelError: the whole call failed.
        """
        told = await self.told(payload, scene, exchange, extractor, calls)
        return told if payload.facts is not None else await self._unrecalled(exchange[0].partition, told, exchange)

    async def told(
        self, payload: Payload, scene: Scene, exchange: Sequence[Message], extractor: Extractor, calls: Calls
    ) -> Extraction:
        """As `extract`, also with facts that only repeat memories which were pasted (see `may_be_recalled`)."""
        if payload.facts is not None:
            return self._names.understood(Extraction(facts=payload.facts, decider=payload.author), exchange)
        extraction = await extractor.extract(
            ExtractionRequest(
                exchange=exchange,
                recent=scene.recent(exchange, self._settings.recent_messages),
                summary=scene.summary,
                owner_is_agent=scene.owner_is_agent,
            ),
            calls,
        )
        return self._names.understood(grounded(extraction, exchange), exchange)

    async def _unrecalled(self, partition: str, extraction: Extraction, exchange: Sequence[Message]) -> Extraction:
        """Drop facts that only repeat memories which the caller pasted into a message."""
        lines = [pasted(fact, exchange) for fact in extraction.facts]
        suspects = [place for place, found in enumerate(lines) if found]
        if not suspects:
            return extraction
        facts, now = [extraction.facts[place] for place in suspects], self._clock()
        snapshot = Snapshot(self._ledger, partition)
        (resolved, _), near = await asyncio.gather(
            self._names.resolve(snapshot, partition, facts, exchange),
            self._finder.similar(partition, facts, exchange, now),
        )
        shown = await self._finder.find(snapshot, partition, resolved, near, now)
        known = {place for place, few in zip(suspects, shown, strict=True) if repeats(lines[place], few)}
        again = [
            Dropped(text=fact.text, reason=RECALLED, detail="the message repeats a memory that was pasted into it")
            for place, fact in enumerate(extraction.facts)
            if place in known
        ]
        kept = tuple(fact for place, fact in enumerate(extraction.facts) if place not in known)
        return replace(extraction, facts=kept, dropped=(*extraction.dropped, *again))


def may_be_recalled(extraction: Extraction, exchange: Sequence[Message]) -> bool:
    """Whether a fact rests on words that look like a pasted memory, which is for the owner's state to tell."""
    return any(pasted(fact, exchange) for fact in extraction.facts)


def lost(error: ModelError) -> Extraction:
    """What is left of a chunk that no try will extract: the record that it failed."""
    return Extraction(facts=(), decider="", dropped=(Dropped(text="", reason=error.reason, detail=error.message),))


def grounded(extraction: Extraction, exchange: Sequence[Message]) -> Extraction:
    """Drop facts that rest on nothing that was said, or on an instruction to forget, whoever extracted them."""
    kept: list[Fact] = []
    dropped = list(extraction.dropped)
    ids = {message.id for message in exchange}
    for fact in extraction.facts:
        if fact.quote:
            grounded_here = any(fact.quote in message.content for message in exchange)
        else:
            grounded_here = bool(ids & set(fact.sources))
        if not grounded_here or not fact.text.strip():
            dropped.append(Dropped(text=fact.text, reason=QUOTE_NOT_FOUND, detail="no message holds the quote"))
        elif instructs(fact, exchange):
            detail = "an instruction in a message changes nothing: ask for it through the API"
            dropped.append(Dropped(text=fact.text, reason=INSTRUCTION, detail=detail))
        else:
            kept.append(fact)
    return replace(extraction, facts=tuple(kept), dropped=tuple(dropped))
