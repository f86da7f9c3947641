"""`twohop recall` and `twohop paths`."""

from typing import Annotated

import typer

from twohop.cli.options import AsOf, Closed, Depth, KnownAt, Limit
from twohop.cli.printing import Shape, dated, day, line, path
from twohop.client import AsyncMemory
from twohop.client.questions import Whose


async def recall(
    memory: AsyncMemory,
    whose: Whose,
    query: Annotated[str, typer.Argument(help="The question.")],
    *,
    limit: Limit = 10,
    depth: Depth = 3,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    closed: Closed = False,
    messages: Annotated[bool, typer.Option(help="--no-messages leaves out messages as results.")] = True,
) -> Shape:
    """Answer a question from memory, with the facts that prove it."""
    return await memory.search(
        query,
        limit=limit,
        depth=depth,
        as_of=as_of or None,
        known_at=known_at or None,
        include_closed=closed,
        include_messages=messages,
        **whose,
    )


async def paths(
    memory: AsyncMemory,
    whose: Whose,
    start: Annotated[str, typer.Argument(metavar="FROM", help="An entity: its name or id.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="The other: its name or id.")],
    *,
    limit: Limit = 10,
    depth: Depth = 3,
    as_of: AsOf = "",
    known_at: KnownAt = "",
) -> Shape:
    """Show how two entities are connected."""
    return await memory.paths(
        start, end, limit=limit, depth=depth, as_of=as_of or None, known_at=known_at or None, **whose
    )


def show_recalled(result: Shape) -> None:
    """Numbered results with dates and sources, then the paths that prove them."""
    for place, one in enumerate(result["results"], 1):
        if one["type"] == "memory":
            line(f"{place:>2}. {dated(one)}")
        else:
            line(f"{place:>2}. {speaker(one)}, {day(one['valid_from'])}: {one['memory']}")
        for source in one["sources"]:
            line(f"      {speaker(source)}, {day(source['observed_at'])}: {source['content']}", "dim")
    if not result["results"]:
        line("Nothing is remembered about that.", "dim")
    for one in result["paths"]:
        line(f"because (answer: {one['answer']})" if one["answer"] else "because", "bold")
        path(one, "  ")
    if result["degradations"]:
        line(f"without: {', '.join(result['degradations'])}", "yellow")


def show_paths(result: Shape) -> None:
    """The chains, numbered."""
    for place, one in enumerate(result["results"], 1):
        line(f"path {place}", "bold")
        path(one, "  ")
    if not result["results"]:
        line("Not connected within the depth.", "dim")


def speaker(message: Shape) -> str:
    """Who said it."""
    return str(message["name"] or message["role"])
