"""`twohop recall` and `twohop paths`."""

from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing
from typing import Annotated

import typer

from twohop.cli.options import AsOf, Closed, Depth, KnownAt, Limit
from twohop.cli.printing import Shape, dated, day, line, path
from twohop.client import AsyncMemory, shapes
from twohop.client.questions import Asked, Whose


def recall(
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
    runs: Annotated[list[str] | None, typer.Option("--in-run", help="Only what one of these runs said.")] = None,
    min_score: Annotated[float | None, typer.Option(help="Leave out results that score less.")] = None,
    render: Annotated[bool, typer.Option("--render", help="Give text for a prompt.")] = False,
    tokens: Annotated[int, typer.Option(help="Most tokens of that text.")] = 1_000,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each result stands where it stands.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds, then what was found by then.")] = None,
    stream: Annotated[bool, typer.Option("--stream", help="Show parts of the answer as they are found.")] = False,
) -> Awaitable[Shape] | AsyncGenerator[Shape, None]:
    """Answer a question from memory, with the facts that prove it."""
    asked: Asked = {
        "limit": limit,
        "depth": depth,
        "filters": {"run_ids": runs or ()},
        "as_of": as_of or None,
        "known_at": known_at or None,
        "include_closed": closed,
        "include_messages": messages,
        "min_score": min_score,
        "token_budget": tokens if render else None,
        "explain": explain,
        "timeout": timeout,
        **whose,
    }
    return parts(memory, query, asked) if stream else memory.search(query, **asked)


async def parts(memory: AsyncMemory, query: str, asked: Asked) -> AsyncGenerator[Shape, None]:
    """The answer as it is found."""
    async with aclosing(memory.recall_stream(query, **asked)) as found:
        async for part in found:
            yield shapes.part(part)


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
    """Text for a prompt, if it was asked for; else numbered results with dates and sources, and what proves them."""
    if not result.get("final", True):
        show_part(result)
        return
    if context := result["context"]:
        line(context["text"])
        line(f"{context['tokens']} tokens ({context['tokenizer']})", "dim")
    if not context or any(one["explanation"] for one in result["results"]):
        show_results(result["results"])
        show_proofs(result["paths"])
    if result["degradations"]:
        line(f"without: {', '.join(result['degradations'])}", "yellow")


def show_part(part: Shape) -> None:
    """What is new in a part of an answer."""
    if part["results"]:
        line("first hits", "bold")
        show_results(part["results"])
    show_proofs(part["paths"])
    line("")


def show_results(results: Sequence[Shape]) -> None:
    """Numbered results with dates, sources and, when asked for, what gave them their places."""
    for place, one in enumerate(results, 1):
        if one["type"] == "memory":
            line(f"{place:>2}. {dated(one)}")
        else:
            line(f"{place:>2}. {speaker(one)}, {day(one['valid_from'])}: {one['memory']}")
        for source in one["sources"]:
            line(f"      {speaker(source)}, {day(source['observed_at'])}: {source['content']}", "dim")
        if one["explanation"]:
            line(f"      {one['explanation']['text']}", "cyan")
    if not results:
        line("Nothing is remembered about that.", "dim")


def show_proofs(paths: Sequence[Shape]) -> None:
    """The chains of facts with what they lead to."""
    for one in paths:
        line(f"because (answer: {one['answer']})" if one["answer"] else "because", "bold")
        path(one, "  ")


def show_paths(result: Shape) -> None:
    """The chains, numbered, and who is meant where several share a name."""
    for name in ("sources", "targets"):
        if len(result[name]) > 1:
            line(f"{name}: {', '.join(one['label'] for one in result[name])}", "dim")
    for place, one in enumerate(result["results"], 1):
        line(f"path {place}", "bold")
        path(one, "  ")
    if not result["results"]:
        line("Not connected within the depth.", "dim")
    if result["degradations"]:
        line(f"there may be more; without: {', '.join(result['degradations'])}", "yellow")


def speaker(message: Shape) -> str:
    """Who said it."""
    return str(message["name"] or message["role"])
