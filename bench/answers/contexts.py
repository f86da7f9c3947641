"""What a model is shown beside a question: twohop's rendered context, the nearest chunks, or the whole conversation."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from bench.answers.data import lines_of, written
from bench.locomo_data import Conversation

from twohop.client.remote import RemoteCore
from twohop.graph.model import Scope
from twohop.memory.api import RecallRequest
from twohop.vector.embed import Embedder
from twohop.vector.tokens import TokenCounter

CHUNK = 256
"""Tokens of a chunk, at most: whole turns of one session, as many as fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A text, its tokens, and the seconds that it took to find."""

    text: str
    tokens: int
    seconds: float


class Source(Protocol):
    """What finds the context of a question."""

    async def context(self, conversation: Conversation, question: str) -> Context:
        """The context, for a conversation that is known already."""
        ...


class Recalled:
    """twohop's own: what `Recall` renders within a budget of tokens."""

    def __init__(self, client: RemoteCore, tenant: str, budget: int) -> None:
        self._client = client
        self._tenant = tenant
        self._budget = budget

    async def context(self, conversation: Conversation, question: str) -> Context:
        """Ask for it over gRPC."""
        request = RecallRequest(
            scope=Scope(tenant=self._tenant, user_id=conversation.name), query=question, token_budget=self._budget
        )
        began = time.perf_counter()
        found = (await self._client.recall(request)).context
        seconds = time.perf_counter() - began
        if found is None:
            raise RuntimeError("the server rendered no context")
        return Context(text=found.text, tokens=found.tokens, seconds=seconds)


class Chunks:
    """Plain retrieval: the chunks with the nearest vectors, as many as the same budget holds, in the order told."""

    def __init__(self, embedder: Embedder, counter: TokenCounter, budget: int) -> None:
        self._embedder = embedder
        self._counter = counter
        self._budget = budget
        self._known: dict[str, tuple[list[str], list[int], np.ndarray[tuple[int, int], np.dtype[np.float32]]]] = {}

    async def context(self, conversation: Conversation, question: str) -> Context:
        """Compare the question with every chunk."""
        texts, sizes, vectors = await self._chunks(conversation)
        began = time.perf_counter()
        (query,) = await self._embedder.embed([question])
        taken: list[int] = []
        left = self._budget
        for place in np.argsort(-(vectors @ query), kind="stable").tolist():
            if sizes[place] <= left:
                taken.append(place)
                left -= sizes[place]
        text = "\n\n".join(texts[place] for place in sorted(taken))
        seconds = time.perf_counter() - began
        return Context(text=text, tokens=self._counter.count([text]), seconds=seconds)

    async def _chunks(
        self, conversation: Conversation
    ) -> tuple[list[str], list[int], np.ndarray[tuple[int, int], np.dtype[np.float32]]]:
        if conversation.name not in self._known:
            texts = list(chunks(conversation, self._counter))
            sizes = [self._counter.count([text]) for text in texts]
            self._known[conversation.name] = texts, sizes, np.asarray(await self._embedder.embed(texts))
        return self._known[conversation.name]


class Everything:
    """The whole conversation."""

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._known: dict[str, Context] = {}

    async def context(self, conversation: Conversation, question: str) -> Context:
        """The same for every question."""
        del question
        if conversation.name not in self._known:
            text = "\n\n".join(written(session, lines_of(session)) for session in conversation.sessions)
            self._known[conversation.name] = Context(text=text, tokens=self._counter.count([text]), seconds=0.0)
        return self._known[conversation.name]


def chunks(conversation: Conversation, counter: TokenCounter) -> Iterator[str]:
    """Turns that follow one another in a session, under its date; a turn that is longer stands alone."""
    for session in conversation.sessions:
        held: list[str] = []
        for line in lines_of(session):
            if held and counter.count([written(session, [*held, line])]) > CHUNK:
                yield written(session, held)
                held = []
            held.append(line)
        if held:
            yield written(session, held)
