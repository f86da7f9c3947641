"""Recall: the facts, messages and evidence paths that answer a question. No language model is called."""

import asyncio

from twohop.graph.model import Axes, Scope
from twohop.graph.store import Ledger
from twohop.memory.api import Path, RecallRequest, RecallResult
from twohop.memory.centring import Centring, Means
from twohop.memory.clock import Clock
from twohop.memory.predicates import PredicateTable
from twohop.memory.recall.inquiry import Inquiry, Parts, Start, names_asked
from twohop.memory.recall.kinds import Likeness
from twohop.memory.recall.lookup import Lookup
from twohop.memory.recall.paths import PathFinder
from twohop.memory.recall.question import understand
from twohop.memory.recall.view import View
from twohop.memory.recall.vocabulary import Vocabularies
from twohop.vector.embed import Embedder
from twohop.vector.index import Index
from twohop.vector.wordllama import WordLlamaEmbedder
from twohop.vector.words import WordVectors


class Recaller:
    """The read path over a ledger, an index and an embedder.

    With the index down, or `index` None, it answers from names, words and the graph; with the embedder down by words
    alone. `words`: word vectors to share (None = the embedder's, or its own).
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
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._embedder = embedder
        self._predicates = predicates
        self._clock = clock
        self._centring = Centring(ledger)
        self._paths = PathFinder(ledger, clock)
        if words is None:
            words = embedder.vectors if isinstance(embedder, WordLlamaEmbedder) else WordVectors()
        self._vocabularies = Vocabularies(ledger, words)
        self._like = Likeness(words)

    async def recall(self, request: RecallRequest) -> RecallResult:
        """What answers the question, best first.

        Raises:
            LedgerUnavailable: the system of record can't be reached.
        """
        partition = request.scope.partition
        question = understand(request.query)
        owner, behind, means, weights, known = await asyncio.gather(
            self._ledger.owner(partition),
            self._ledger.behind(partition),
            self._centring.means(partition),
            self._vocabularies.expand(partition, question.words),
            self._ledger.entities_named(partition, names_asked(question, request.scope), request.axes.known_at),
        )
        inquiry = Inquiry(
            request=request,
            question=question,
            view=View.of(request, question, owner, self._clock()),
            owner=owner,
            lookup=Lookup(self._index, self._embedder, means if self._embedder.centred else Means(), partition),
            start=Start(weights=weights, known=known, behind=behind),
            parts=Parts(
                ledger=self._ledger,
                predicates=self._predicates,
                dense_weight=self._embedder.dense_weight,
                fact_lexical_share=self._embedder.fact_lexical_share,
                like=self._like,
            ),
        )
        return await inquiry.answer()

    async def paths(
        self, scope: Scope, *, source: str, target: str, depth: int, limit: int, axes: Axes
    ) -> tuple[tuple[Path, ...], int, int]:
        """How two entities (ids or names) are connected: paths, shortest first; with read time and sequence.

        Raises:
            NotFound: one of them is no entity of this owner.
        """
        return await self._paths.find(scope, source=source, target=target, depth=depth, limit=limit, axes=axes)
