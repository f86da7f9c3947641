"""How long each conversation is in tokens: what a prompt with all of it would cost, for comparison with an add."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from twohop.graph.model import Job, Message
from twohop.graph.store import Ledger
from twohop.memory.ports import Usage
from twohop.vector.tokens import TokenCounter

SESSIONS = 10_000
"""Sessions whose count is kept, about 300 bytes each; another one is counted again from its first message."""

PAGE = 500
"""Messages that are read at once."""

INLINE_CHARACTERS = 20_000
"""So much text is counted on the event loop (1 ms, measured at 18 MB/s); more goes to a thread."""


class Conversations:
    """A running count of each session's tokens, so that an add counts only its own messages."""

    def __init__(self, ledger: Ledger, counter: TokenCounter) -> None:
        self._ledger = ledger
        self._counter = counter
        self._counts: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    async def usage(self, job: Job, said: Sequence[Message]) -> Usage:
        """What the job has used so far, with the tokens of its whole conversation, which are counted once."""
        usage = Usage(**job.usage)
        if not usage.tokens_full_context:
            usage += Usage(tokens_full_context=await self.tokens(said))
        return usage

    async def tokens(self, said: Sequence[Message]) -> int:
        """Tokens of the texts of all messages of the session up to and with those `said`, one after the other."""
        if not said:
            return 0
        first, last = said[0], said[-1]
        key = (last.partition, last.session)
        upto, tokens = self._counts.get(key, (-1, 0))
        if last.position < upto:
            return tokens - await self._between(last, last.position, upto)
        if upto < first.position:
            tokens += await self._between(first, upto, first.position - 1)
        tokens += await self._count([message.content for message in said if message.position > upto])
        self._counts[key] = (last.position, tokens)
        self._counts.move_to_end(key)
        while len(self._counts) > SESSIONS:
            self._counts.popitem(last=False)
        return tokens

    async def _between(self, message: Message, after: int, upto: int) -> int:
        """Tokens of the session's messages at positions in (after, upto]."""
        tokens = 0
        while upto > after:
            page = await self._ledger.recent_messages(
                message.partition, message.session, min(PAGE, upto - after), before=upto + 1
            )
            texts = [one.content for one in page if one.position > after]
            if not texts:
                break
            tokens += await self._count(texts)
            upto = page[0].position - 1
        return tokens

    async def _count(self, texts: list[str]) -> int:
        if sum(map(len, texts)) <= INLINE_CHARACTERS:
            return self._counter.count(texts)
        return await asyncio.to_thread(self._counter.count, texts)
