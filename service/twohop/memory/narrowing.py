"""What an agent or a run beside the owner leaves visible of what has no evidence of its own."""

from collections.abc import Sequence

from twohop.graph.model import Narrowing, Scope
from twohop.graph.store import Ledger


async def of_scope(ledger: Ledger, scope: Scope, message_ids: Sequence[str]) -> bool:
    """Whether one of the messages is of the scope's agent and run; always, when the scope names the owner alone."""
    narrowing = scope.narrows
    if narrowing == Narrowing():
        return True
    return any(
        narrowing.agent_id in {"", message.agent_id} and narrowing.run_id in {"", message.run_id}
        for message in await ledger.messages(scope.partition, message_ids)
    )
