"""`twohop agent`."""

from typing import Annotated

import typer

from twohop.cli.printing import Shape, fields
from twohop.client import AsyncMemory
from twohop.client.questions import Whose


async def show(
    memory: AsyncMemory,
    whose: Whose,
    *,
    version: Annotated[int, typer.Option(help="Which version, from 1. Default: the latest.")] = 0,
) -> Shape:
    """Show how memories of an agent's conversations are made."""
    return await memory.agent_config(version=version, **whose)


async def change(
    memory: AsyncMemory,
    whose: Whose,
    *,
    instructions: Annotated[
        str | None, typer.Option(help="Told to the model that extracts, after its own instructions.")
    ] = None,
    keep: Annotated[
        str | None, typer.Option(help="Only facts of these categories are kept, with commas: work,family.")
    ] = None,
    ignore: Annotated[str | None, typer.Option(help="Facts of these categories are dropped, with commas.")] = None,
    model: Annotated[str | None, typer.Option(help="The model to extract and judge with.")] = None,
    retention_days: Annotated[
        int | None, typer.Option(help="New memories expire after so many days; 0 = never.")
    ] = None,
    expected_version: Annotated[
        int | None, typer.Option(help="Fail unless this version is the latest. Default: the one there now.")
    ] = None,
) -> Shape:
    """Store a new version of an agent's configuration: what is given changes, the rest stays; '' empties."""
    now = await memory.agent_config(**whose)
    await memory.set_agent_config(
        instructions=now["instructions"] if instructions is None else instructions,
        keep_categories=now["keep_categories"] if keep is None else listed(keep),
        ignore_categories=now["ignore_categories"] if ignore is None else listed(ignore),
        model=(now["model"] or "") if model is None else model,
        retention_days=now["retention_days"] if retention_days is None else retention_days,
        expected_version=now["version"] if expected_version is None else expected_version,
        **whose,
    )
    return await memory.agent_config(**whose)


def show_config(one: Shape) -> None:
    """Everything that is configured."""
    days = one["retention_days"]
    fields(
        (
            ("version", str(one["version"]) if one["version"] else "none was set"),
            ("set", one["recorded_at"]),
            ("instructions", one["instructions"]),
            ("keeps only", ", ".join(one["keep_categories"])),
            ("ignores", ", ".join(one["ignore_categories"])),
            ("model", one["model"]),
            ("memories expire", f"after {days} days" if days else "never"),
        )
    )


def listed(text: str) -> list[str]:
    """The parts between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]
