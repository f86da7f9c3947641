"""`twohop list`, `twohop get` and `twohop history`."""

from typing import Annotated

import typer

from twohop.cli.options import AsOf, Closed, KnownAt, Limit
from twohop.cli.printing import Shape, day, fields, lasting, line, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose


async def list_memories(
    memory: AsyncMemory,
    whose: Whose,
    *,
    limit: Limit = 100,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    closed: Closed = False,
) -> Shape:
    """List memories, newest first."""
    return await memory.get_all(
        limit=limit, as_of=as_of or None, known_at=known_at or None, include_closed=closed, **whose
    )


async def get(
    memory: AsyncMemory,
    whose: Whose,
    memory_id: Annotated[str, typer.Argument(help="The memory's id.")],
    *,
    as_of: AsOf = "",
    known_at: KnownAt = "",
) -> Shape:
    """Show one memory with its evidence."""
    return await memory.get(memory_id, as_of=as_of or None, known_at=known_at or None, **whose)


async def history(
    memory: AsyncMemory,
    whose: Whose,
    memory_id: Annotated[str, typer.Argument(help="The memory's id.")],
    *,
    as_of: AsOf = "",
    known_at: KnownAt = "",
) -> Shape:
    """Show every version of a memory, oldest first, with who made it and why."""
    return {"results": await memory.history(memory_id, as_of=as_of or None, known_at=known_at or None, **whose)}


def show_list(result: Shape) -> None:
    """One memory a row."""
    rows = [(one["id"], one["memory"], lasting(one)) for one in result["results"]]
    table(("id", "memory", "true"), rows, empty="Nothing is remembered.")


def show_memory(one: Shape) -> None:
    """Everything about one memory."""
    fields(
        (
            ("memory", one["memory"]),
            ("kind", one["kind"]),
            ("true", lasting(one)),
            ("remembered", one["created_at"]),
            ("changed", one["updated_at"]),
            ("took the place of", one["supersedes"]),
            ("replaced by", one["superseded_by"]),
            ("labels", ", ".join(one["categories"])),
            ("expires", one["expires_at"]),
            ("pinned", "yes" if one["pinned"] else None),
            ("disputed", "yes: see `twohop conflicts`" if one["disputed"] else None),
        )
    )
    for row in one["evidence"]:
        line(f"said: {row['quote'] or '(the whole message)'}  [{row['message_id']}]", "dim")


def show_history(result: Shape) -> None:
    """One version a row."""
    rows = [
        (
            str(one["number"]),
            one["event"],
            one["memory"],
            lasting(one),
            day(one["recorded_at"]),
            one["decider"],
            one["reason"],
        )
        for one in result["results"]
    ]
    table(("", "event", "memory", "true", "known since", "by", "why"), rows, empty="No versions.")
