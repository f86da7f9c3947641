"""What an agent or a run beside the owner leaves visible."""

from collections.abc import Sequence
from dataclasses import replace

from twohop.graph.model import Evidence, Memory, Message, Narrowing, Scope
from twohop.graph.store import Ledger


def visible(said: Message | Evidence, narrowing: Narrowing) -> bool:
    """Whether a message, or what was quoted of it, is of the agent and the run."""
    return narrowing.agent_id in {"", said.agent_id} and narrowing.run_id in {"", said.run_id}


def trimmed(memory: Memory, narrowing: Narrowing) -> Memory:
    """A memory with the evidence alone that is of the agent and the run."""
    return replace(memory, evidence=tuple(row for row in memory.evidence if visible(row, narrowing)))


async def of_scope(ledger: Ledger, scope: Scope, message_ids: Sequence[str]) -> bool:
    """Whether one of the messages is of the scope's agent and run; always, when the scope names the owner alone."""
    narrowing = scope.narrows
    if narrowing == Narrowing():
        return True
    return any(visible(message, narrowing) for message in await ledger.messages(scope.partition, message_ids))
