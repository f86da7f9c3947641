"""`twohop update`, `delete`, `restore`, `pin`, `unpin`, `revert`, `conflicts` and `resolve`."""

from typing import Annotated, TypeAlias

import typer

from twohop.cli.add import parsed_metadata
from twohop.cli.options import AsOf, KnownAt, Limit
from twohop.cli.printing import Shape, lasting, line, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose

MemoryId: TypeAlias = Annotated[str, typer.Argument(help="The memory's id.")]
Etag: TypeAlias = Annotated[str, typer.Option(help="Refuse when the memory changed since this etag was read.")]
RequestId: TypeAlias = Annotated[str, typer.Option(help="The same id again does nothing and prints the same.")]


async def update(
    memory: AsyncMemory,
    whose: Whose,
    memory_id: MemoryId,
    text: Annotated[str, typer.Argument(help="The new text. Default: as it is.")] = "",
    *,
    kind: Annotated[str, typer.Option(help="state, event, preference, plan or attribute.")] = "",
    metadata: Annotated[str, typer.Option(help="A JSON object that replaces the metadata.")] = "",
    category: Annotated[list[str] | None, typer.Option(help="A label; repeat it. They replace the old ones.")] = None,
    expires_at: Annotated[
        str, typer.Option(help="When it stops being shown: an ISO date or instant, or `never`.")
    ] = "",
    etag: Etag = "",
    request_id: RequestId = "",
) -> Shape:
    """Change a memory: what is given is replaced."""
    return await memory.update(
        memory_id,
        text or None,
        kind=kind or None,
        metadata=parsed_metadata(metadata) if metadata else None,
        categories=category or None,
        expires_at=expires_at or None,
        etag=etag,
        request_id=request_id,
        **whose,
    )


async def delete(
    memory: AsyncMemory, whose: Whose, memory_id: MemoryId, *, etag: Etag = "", request_id: RequestId = ""
) -> Shape:
    """Close a memory; it stays in its history."""
    return await memory.delete(memory_id, etag=etag, request_id=request_id, **whose)


async def restore(
    memory: AsyncMemory, whose: Whose, memory_id: MemoryId, *, etag: Etag = "", request_id: RequestId = ""
) -> Shape:
    """Bring a closed, expired or retracted memory back."""
    return await memory.restore(memory_id, etag=etag, request_id=request_id, **whose)


async def pin(
    memory: AsyncMemory, whose: Whose, memory_id: MemoryId, *, etag: Etag = "", request_id: RequestId = ""
) -> Shape:
    """Pin a memory, so that nothing that is added closes or rewrites it."""
    return await memory.pin(memory_id, etag=etag, request_id=request_id, **whose)


async def unpin(
    memory: AsyncMemory, whose: Whose, memory_id: MemoryId, *, etag: Etag = "", request_id: RequestId = ""
) -> Shape:
    """Let what is added change a pinned memory again."""
    return await memory.unpin(memory_id, etag=etag, request_id=request_id, **whose)


async def revert(
    memory: AsyncMemory,
    whose: Whose,
    decision_id: Annotated[str, typer.Argument(help="The decision's id, as `twohop why` shows it.")],
    *,
    request_id: RequestId = "",
) -> Shape:
    """Undo a decision, with everything that hung on it."""
    return await memory.revert(decision_id, request_id=request_id, **whose)


async def conflicts(
    memory: AsyncMemory, whose: Whose, *, limit: Limit = 100, as_of: AsOf = "", known_at: KnownAt = ""
) -> Shape:
    """List facts that contradict what is kept and wait for `twohop resolve`."""
    return await memory.conflicts(limit=limit, as_of=as_of or None, known_at=known_at or None, **whose)


async def resolve(
    memory: AsyncMemory,
    whose: Whose,
    memory_id: Annotated[str, typer.Argument(help="The disputed memory's id.")],
    resolution: Annotated[str, typer.Argument(help="accept, reject or keep_both.")],
    *,
    request_id: RequestId = "",
) -> Shape:
    """Settle a conflict: let the disputed fact in, take it back, or keep both."""
    return await memory.resolve(memory_id, resolution, request_id=request_id, **whose)


def show_changed(result: Shape) -> None:
    """What was decided, and the memories as they are now."""
    decision = result["decision"]
    line(f"{decision['event']}: {decision['reason']}  [{decision['id']}]", "dim")
    rows = [(one["id"], one["memory"], lasting(one)) for one in result["results"]]
    table(("id", "memory", "true"), rows, empty="What it had begun is taken back.")


def show_conflicts(result: Shape) -> None:
    """One disputed memory a row."""
    rows = [
        (one["id"], one["memory"], "; ".join(kept["memory"] for kept in one["contradicts"]), one["reason"])
        for one in result["results"]
    ]
    table(("id", "disputed", "contradicts", "why"), rows, empty="Nothing is disputed.")
