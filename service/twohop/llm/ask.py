"""One question to a model, with one repair try: the better of the two answers counts. Each answer is one call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from twohop.errors import ModelError, ModelOutputInvalid
from twohop.llm.openai import ChatModel, Completion
from twohop.llm.prompts import Prompt
from twohop.llm.schemas import Items, NotTheSchema, S, Tool, read_items
from twohop.memory.ports import Calls, Phase

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """What an answer amounts to: its value, how many of its parts can be used, and what is wrong with the others."""

    value: T
    usable: int
    defects: tuple[str, ...] = ()


async def ask(
    model: ChatModel, prompt: Prompt, tool: Tool[S], read: Callable[[Items[S]], Reading[T]], calls: Calls, phase: Phase
) -> T:
    """The model's answer as `read` makes it of the items. `calls` bounds the calls and is told what they cost.

    An answer with defects is asked for once more, told what was wrong, if a call is left. If that one is worse or
    doesn't come, the first counts with what is usable of it. `read` raises `NotTheSchema` for items of which nothing
    can be used.

    Raises:
        ModelUnavailable: the server can't be reached within the model's deadline.
        ModelRejected: the server or the model refused.
        ModelOutputInvalid: neither answer could be read.
        ModelCallsSpent: not even the first call may be made.
    """
    until = asyncio.get_running_loop().time() + model.deadline
    calls.begin(phase)
    completion = await model.complete(prompt, tool, until=until)
    calls.cost(completion.usage)
    first = reading(completion, tool, read)
    if isinstance(first, Reading) and (not first.defects or not calls.left):
        return first.value
    if not calls.left:
        raise ModelOutputInvalid(f"the model's answer can't be used, and no call is left for a repair try: {first}")
    calls.begin(Phase.REPAIR)
    try:
        completion = await model.complete(
            prompt.again(first.defects if isinstance(first, Reading) else (first,)), tool, until=until
        )
    except ModelError:
        if isinstance(first, Reading) and first.usable:
            return first.value
        raise
    calls.cost(completion.usage)
    second = reading(completion, tool, read)
    if isinstance(second, Reading) and not (isinstance(first, Reading) and first.usable > second.usable):
        return second.value
    if isinstance(first, Reading):
        return first.value
    why = second if isinstance(second, str) else first
    raise ModelOutputInvalid(f"the model's answer can't be used, also after a repair try: {why}")


def reading(completion: Completion, tool: Tool[S], read: Callable[[Items[S]], Reading[T]]) -> Reading[T] | str:
    """What the completion amounts to, or the reason why nothing of it can be used."""
    if completion.arguments is None:
        return completion.defect
    try:
        return read(read_items(completion.arguments, tool))
    except NotTheSchema as e:
        return str(e)
