"""`twohop reindex`."""

import asyncio
import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from twohop.app import open_core
from twohop.cli.connection import settings_of
from twohop.cli.failures import told
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import line
from twohop.config import Settings


def reindex(
    *,
    data_dir: Annotated[
        Path | None, typer.Option(help="The data directory. Default: TWOHOP_DATA_DIR, else your own.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")] = False,
) -> None:
    """Build the index again from the ledger, with the embedder of the settings. Stop the server first."""
    log_to_stderr(quiet=True)
    with told():
        settings = settings_of(data_dir)
        points = asyncio.run(run(settings))
        if json:
            line(jsonlib.dumps({"points": points}))
        else:
            line(f"the index of {settings.data_dir} holds {points} points")


async def run(settings: Settings) -> int:
    """Drop the index and fill a new one; the number of its points."""
    async with open_core(settings, drop_index=True) as app:
        return (await app.index.info()).points
