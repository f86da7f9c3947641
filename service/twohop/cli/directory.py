"""`twohop owners`, `twohop sessions` and `twohop session`."""

import json
from typing import Annotated

import typer

from twohop.cli.add import parsed_metadata
from twohop.cli.options import Limit
from twohop.cli.printing import Shape, day, fields, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose

SessionId = Annotated[str, typer.Argument(metavar="[ID]", help="The session's id. Default: that of --run, or default.")]


async def owners(memory: AsyncMemory, whose: Whose, *, limit: Limit = 100) -> Shape:
    """List the users, agents and runs of the tenant that have memories, or one of them, with what they have."""
    if any(whose.values()):
        return {"results": [await memory.owner(**whose)]}
    return await memory.owners(limit=limit)


async def sessions(memory: AsyncMemory, whose: Whose, *, limit: Limit = 100) -> Shape:
    """List an owner's conversations."""
    return await memory.sessions(limit=limit, **whose)


async def show(memory: AsyncMemory, whose: Whose, session_id: SessionId = "") -> Shape:
    """Show a conversation's counts, rolling summary and metadata."""
    return await memory.session(session_id, **whose)


async def set_metadata(
    memory: AsyncMemory,
    whose: Whose,
    session_id: SessionId = "",
    *,
    metadata: Annotated[str, typer.Option(help="A JSON object; it replaces the old one as a whole.")],
    request_id: Annotated[str, typer.Option(help="The same id again does nothing and prints the same.")] = "",
) -> Shape:
    """Replace a conversation's metadata."""
    return await memory.update_session(parsed_metadata(metadata), session_id=session_id, request_id=request_id, **whose)


def show_owners(result: Shape) -> None:
    """One owner a row."""
    rows = [
        (
            one["user_id"] or one["agent_id"] or one["run_id"],
            "user" if one["user_id"] else "agent" if one["agent_id"] else "run",
            *(str(one[name]) for name in ("messages", "memories", "sessions", "entities")),
            day(one["updated_at"]),
        )
        for one in result["results"]
    ]
    columns = ("id", "", "messages", "memories", "sessions", "entities", "changed")
    table(columns, rows, empty="Nobody has memories.")


def show_sessions(result: Shape) -> None:
    """One session a row."""
    rows = [
        (one["id"], str(one["messages"]), day(one["created_at"]), day(one["updated_at"]), one["summary"])
        for one in result["results"]
    ]
    table(("id", "messages", "begun", "changed", "summary"), rows, empty="No conversations.")


def show_session(one: Shape) -> None:
    """Everything about one session."""
    author = one["summary_author"]
    fields(
        (
            ("session", one["id"]),
            ("messages", str(one["messages"])),
            ("begun", one["created_at"]),
            ("changed", one["updated_at"]),
            ("summary", one["summary"]),
            ("written by", f"{author}, version {one['summary_version']}" if author else ""),
            ("metadata", json.dumps(one["metadata"], ensure_ascii=False)),
        )
    )
