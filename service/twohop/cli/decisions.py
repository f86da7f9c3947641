"""`twohop why`."""

from typing import Annotated

import typer

from twohop.cli.options import KnownAt, Limit
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
    known_at: KnownAt = "",
) -> Shape:
    """Show what an exchange led to, or why a memory is as it is: every decision with its reason."""
    then = known_at or None
    result = await memory.decisions(job_id=which, limit=limit, known_at=then, **whose)
    if result["results"] or not which:
        return result
    result = await memory.decisions(memory_id=which, limit=limit, known_at=then, **whose)
    if not result["results"]:
        await known_job(memory, whose, which)
    return result


def show(result: Shape) -> None:
    """One decision a row."""
    rows = [
        (
            one["event"],
            one["fact"],
            one["status"] or one["reason"],
            "; ".join(filter(None, (refused(one), undone(one), did(one)))),
            one["decider"],
            one["id"],
        )
        for one in result["results"]
    ]
    table(("event", "fact", "why", "", "decided by", "id"), rows, empty="Nothing was decided.")


async def known_job(memory: AsyncMemory, whose: Whose, which: str) -> None:
    """Raise `NotFound` unless there is a job of that id, which then took no facts."""
    try:
        await memory.job(which, **whose)
    except NotFound:
        raise NotFound("no such job or memory for this owner") from None


def refused(decision: Shape) -> str:
    """What a guardrail kept the judge from doing, and which one."""
    if not decision["refused"]:
        return ""
    return f"refused: {decision['refused']}" + (f" ({decision['rule']})" if decision["rule"] else "")


def undone(decision: Shape) -> str:
    """The decision that was undone."""
    return f"undid {decision['reverts']}" if decision["reverts"] else ""


def did(decision: Shape) -> str:
    """What it did to memories, in words."""
    done = [
        "began" if effect["before"] is None else "retracted" if effect["after"] is None else "changed"
        for effect in decision["effects"]
    ]
    return ", ".join(f"{done.count(word)} {word}" for word in dict.fromkeys(done))
