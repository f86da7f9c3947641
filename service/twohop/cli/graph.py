"""`twohop entities`, and under it `list`, `merge` and `split`."""

from typing import Annotated

import typer

from twohop.cli.options import Limit
from twohop.cli.printing import Shape, line, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose


async def entities(
    memory: AsyncMemory,
    whose: Whose,
    name: Annotated[str, typer.Argument(help="Only those whose names contain this.")] = "",
    *,
    limit: Limit = 100,
) -> Shape:
    """List the people, organisations, places and things that are known."""
    return await memory.entities(name, limit=limit, **whose)


async def merge(
    memory: AsyncMemory,
    whose: Whose,
    entity_id: Annotated[str, typer.Argument(help="The entity that stays.")],
    merged_id: Annotated[str, typer.Argument(help="The entity that becomes part of it.")],
    *,
    request_id: Annotated[str, typer.Option(help="The same id again does nothing and prints the same.")] = "",
) -> Shape:
    """Say that two entities are one. Reverting the decision takes it back."""
    return await memory.merge_entities(entity_id, merged_id, request_id=request_id, **whose)


async def split(
    memory: AsyncMemory,
    whose: Whose,
    entity_id: Annotated[str, typer.Argument(help="The entity that some memories are not about.")],
    memory_ids: Annotated[list[str], typer.Argument(help="Those memories.")],
    *,
    name: Annotated[str, typer.Option("--name", help="What the other one is called. Default: the same.")] = "",
    request_id: Annotated[str, typer.Option(help="The same id again does nothing and prints the same.")] = "",
) -> Shape:
    """Say that some memories are about another entity. Reverting the decision takes it back."""
    return await memory.split_entity(entity_id, memory_ids, name=name, request_id=request_id, **whose)


def show(result: Shape) -> None:
    """One entity a row."""
    rows = [
        (one["name"], one["type"], ", ".join(one["kinds"]), ", ".join(one["aliases"]), one["id"])
        for one in result["results"]
    ]
    table(("name", "type", "kinds", "also", "id"), rows, empty="Nobody and nothing is known.")


def show_changed(result: Shape) -> None:
    """The entity, and what to revert."""
    show({"results": [result["entity"]]})
    line(f"decision {result['decision']['id']}", "dim")
