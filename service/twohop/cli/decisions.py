"""`twohop why`."""

from typing import Annotated

import typer

from twohop.cli.options import Limit
from twohop.cli.printing import Shape, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose
from twohop.errors import NotFound


async def why(
    memory: AsyncMemory,
    whose: Whose,
    which: Annotated[str, typer.Argument(metavar="[ID]", help="A job's or a memory's id. Default: everything.")] = "",
    *,
    limit: Limit = 100,
) -> Shape:
    """Show what an exchange led to, or why a memory is as it is: every decision with its reason."""
    result = await memory.decisions(job_id=which, limit=limit, **whose)
    if result["results"] or not which:
        return result
    result = await memory.decisions(memory_id=which, limit=limit, **whose)
    if not result["results"]:
        await known_job(memory, whose, which)
    return result


def show(result: Shape) -> None:
    """One decision a row."""
    rows = [
        (one["event"], one["fact"], one["status"] or one["reason"], refused(one), one["decider"])
        for one in result["results"]
    ]
    table(("event", "fact", "why", "", "decided by"), rows, empty="Nothing was decided.")


async def known_job(memory: AsyncMemory, whose: Whose, which: str) -> None:
    """Raise `NotFound` unless there is a job of that id, which then took no facts."""
    try:
        await memory.job(which, **whose)
    except NotFound:
        raise NotFound("no such job or memory for this owner") from None


def refused(decision: Shape) -> str:
    """What a guardrail kept the judge from doing."""
    return f"refused: {decision['refused']}" if decision["refused"] else ""
