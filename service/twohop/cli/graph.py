"""`twohop entities`."""

from typing import Annotated

import typer

from twohop.cli.options import Limit
from twohop.cli.printing import Shape, table
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


def show(result: Shape) -> None:
    """One entity a row."""
    rows = [
        (one["name"], one["type"], ", ".join(one["kinds"]), ", ".join(one["aliases"]), one["id"])
        for one in result["results"]
    ]
    table(("name", "type", "kinds", "also", "id"), rows, empty="Nobody and nothing is known.")
