"""Recall: the facts, messages and evidence paths that answer a question. No language model is called."""

import asyncio
from collections.abc import AsyncGenerator

from twohop.graph.store import Ledger
from twohop.memory.api import PathsRequest, PathsResult, RecallPart, RecallRequest, RecallResult
from twohop.memory.centring import Centring, Means
from twohop.memory.clock import Clock
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.case import Case, Parts, Start
from twohop.memory.recall.facts import FactWords
from twohop.memory.recall.inquiry import Inquiry
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.named import names_asked
from twohop.memory.recall.nouns import Nouns
from twohop.memory.recall.paths import PathFinder
from twohop.memory.recall.phrases import PhraseVectors
from twohop.memory.recall.question import understand
from twohop.memory.recall.turns import Turns
from twohop.memory.recall.view import View
from twohop.memory.recall.vocabulary import Vocabularies
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.tokens import TokenCounter
from twohop.vector.wordllama import WordLlamaEmbedder
from twohop.vector.words import WordVectors


class Recaller:
    """The read path over a ledger, an index and an embedder.

    With the index down, or `index` None, it answers from names, words and the graph; with the embedder down by words
    alone. `words`: word vectors to share (None = the embedder's, or its own); `counter`: the same.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        index: Index | None,
        embedder: Embedder,
        predicates: PredicateTable,
        clock: Clock,
        words: WordVectors | None = None,
        counter: TokenCounter | None = None,
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._embedder = embedder
        self._clock = clock
        self._centring = Centring(ledger)
        self._paths = PathFinder(ledger, clock)
        if words is None:
            words = embedder.vectors if isinstance(embedder, WordLlamaEmbedder) else WordVectors()
        self._counter = counter or TokenCounter()
        self._vocabularies = Vocabularies(ledger, words)
        self._like = Likeness(words)
        self._nouns = Nouns(words)
        self._words = FactWords(predicates)
        self._phrases = PhraseVectors()
        self._turns = Turns()

    async def recall(self, request: RecallRequest) -> RecallResult:
        """What answers the question, best first.

        Raises:
            LedgerUnavailable: the system of record can't be reached.
        """
        return await (await self._begin(request)).answer()

    async def stream(self, request: RecallRequest) -> AsyncGenerator[RecallPart, None]:
        """The same answer in parts. Closing it, or cancelling who waits for it, ends the work.

        Raises:
            LedgerUnavailable: the system of record can't be reached.
        """
        parts: asyncio.Queue[RecallPart | None] = asyncio.Queue()

        async def work() -> None:
            try:
                inquiry = await self._begin(request)
                parts.put_nowait(RecallPart(final=await inquiry.answer(parts.put_nowait)))
            finally:
                parts.put_nowait(None)

        working = asyncio.create_task(work())
        try:
            while (part := await parts.get()) is not None:
                yield part
            await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _begin(self, request: RecallRequest) -> Inquiry:
        partition = request.scope.partition
        question = understand(request.query)
        owner, behind, means, weights, known = await asyncio.gather(
            self._ledger.owner(partition),
            self._ledger.behind(partition),
            self._centring.means(partition),
            self._vocabularies.expand(partition, question.words),
            self._ledger.entities_named(partition, names_asked(question, request.scope), request.axes.known_at),
        )
        case = Case(
            request=request,
            question=question,
            view=View.of(request, question, owner, self._clock()),
            owner=owner,
            lookup=Lookup(self._index, self._embedder, means if self._embedder.centred else Means(), partition),
            start=Start(weights=weights, known=known, behind=behind),
            parts=Parts(
                ledger=self._ledger,
                words=self._words,
                dense_weight=self._embedder.dense_weight,
                fact_lexical_share=self._embedder.fact_lexical_share,
                like=self._like,
                nouns=self._nouns,
                phrases=self._phrases,
                turns=self._turns,
                counter=self._counter,
            ),
        )
        return Inquiry(case)

    async def paths(self, request: PathsRequest) -> PathsResult:
        """How two entities are connected.

        Raises:
            NotFound: one of them is no entity of this owner.
        """
        return await self._paths.find(request)
