"""What fits into a prompt: how much of a question's evidence a rendered context of so many tokens holds.

A turn is held when a line of the context cites it: its own, or that of a fact which rests on it. Beside it stands the
stricter figure: turns whose own words are in the text, whole.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.locomo_data import Conversation, Question
from bench.scoring import TOGETHER, Scored, row, rows
from rich.console import Console
from rich.table import Table

from twohop.client.remote import RemoteCore
from twohop.graph.model import Scope
from twohop.memory.api import RecallRequest, RenderedContext
from twohop.memory.recall.wording import clean
from twohop.vector.tokens import TokenCounter

BUDGETS = (500, 1_000, 2_000)
"""Tokens of a context."""

CITED, WORDED = "context", "context, own words"
"""Names in the table: evidence that is cited, and evidence whose own words are there."""


@dataclass(slots=True)
class Contexts:
    """What was measured. `tokens`: of each context, by budget; `conversation`: those of the whole conversation."""

    scores: dict[str, list[Scored]] = field(default_factory=lambda: {CITED: [], WORDED: []})
    tokens: dict[int, list[int]] = field(default_factory=lambda: {budget: [] for budget in BUDGETS})
    conversation: list[int] = field(default_factory=list)
    _counter: TokenCounter = field(default_factory=TokenCounter)
    _whole: dict[str, int] = field(default_factory=dict)

    async def ask(
        self,
        client: RemoteCore,
        scope: Scope,
        conversation: Conversation,
        question: Question,
        turn_of: Mapping[str, str],
    ) -> None:
        """One question, once for each budget."""
        shares: dict[str, list[float]] = {CITED: [], WORDED: []}
        content = {turn.id: turn.content for session in conversation.sessions for turn in session.turns}
        for budget in BUDGETS:
            result = await client.recall(RecallRequest(scope=scope, query=question.text, token_budget=budget))
            if result.context is None:
                raise RuntimeError("an answer came without the context that was asked for")
            self.tokens[budget].append(result.context.tokens)
            held = {one.removeprefix(f"{conversation.name}/") for one in cited(result.context, turn_of)}
            worded = {turn for turn in question.evidence if clean(content[turn]) in result.context.text}
            shares[CITED].append(share(held, question.evidence))
            shares[WORDED].append(share(worded, question.evidence))
        for name, found in shares.items():
            self.scores[name].append(Scored(question.category, tuple(found)))
        self.conversation.append(self._tokens_of(conversation))

    def _tokens_of(self, conversation: Conversation) -> int:
        """Tokens of the conversation as it would be put into a prompt: dated sessions of turns by name."""
        if conversation.name not in self._whole:
            lines = [
                line
                for session in conversation.sessions
                for line in (
                    f"{session.observed_at:%-d %B %Y}",
                    *(f"{turn.speaker}: {turn.content}" for turn in session.turns),
                )
            ]
            self._whole[conversation.name] = self._counter.count(["\n".join(lines)])
        return self._whole[conversation.name]

    def rows(self, embedder: str, split: str) -> Iterator[dict[str, object]]:
        """The figures; `k` is the budget."""
        for name, scores in self.scores.items():
            yield from rows(name, embedder, split, scores, cuts=BUDGETS)
        asked = len(self.conversation)
        whole = mean(self.conversation)
        yield row(CITED, embedder, split, TOGETHER, "conversation_tokens", None, whole, asked)
        for budget, tokens in self.tokens.items():
            yield row(CITED, embedder, split, TOGETHER, "tokens", budget, mean(tokens), asked)
            saved = [100 * (1 - few / all_) for few, all_ in zip(tokens, self.conversation, strict=True)]
            yield row(CITED, embedder, split, TOGETHER, "tokens_saved", budget, mean(saved), asked)


def cited(context: RenderedContext, turn_of: Mapping[str, str]) -> set[str]:
    """The turns that a context cites."""
    return {turn_of[one] for citation in context.citations for one in citation.message_ids if one in turn_of}


def share(found: Collection[str], evidence: Collection[str]) -> float:
    """How much of the evidence was found."""
    return len(set(found) & set(evidence)) / len(evidence)


def mean(values: Sequence[float]) -> float:
    """The mean."""
    return sum(values) / len(values)


def show_contexts(found: Sequence[Mapping[str, object]], console: Console) -> None:
    """The table."""
    cells = {(r["system"], r["metric"], r["k"]): r["value"] for r in found if r["category"] == TOGETHER}
    table = Table(title="Evidence in a rendered context of at most so many tokens, recall / all, in %")
    table.add_column("")
    for budget in BUDGETS:
        table.add_column(f"{budget:,}", justify="right")
    for name in (CITED, WORDED):
        values = [f"{cells[name, 'recall', budget]:.1f} / {cells[name, 'all', budget]:.1f}" for budget in BUDGETS]
        table.add_row(name, *values)
    table.add_row("tokens a question", *(f"{cells[CITED, 'tokens', budget]:,.0f}" for budget in BUDGETS))
    table.add_row("fewer than the conversation", *(f"{cells[CITED, 'tokens_saved', b]:.1f} %" for b in BUDGETS))
    console.print(table)
    whole = cells[CITED, "conversation_tokens", None]
    console.print(f"A conversation has {whole:,.0f} tokens ({TokenCounter.name}), weighted by its questions.")
