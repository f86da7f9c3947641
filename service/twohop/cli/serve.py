"""`twohop serve`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from twohop.app import open_core
from twohop.cli.connection import settings_of
from twohop.cli.failures import told
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import line
from twohop.config import ServerSettings, Settings
from twohop.server import serve as serve_app


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback only.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 = a free one.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="The data directory. Default: TWOHOP_DATA_DIR, else your own.")
    ] = None,
) -> None:
    """Run the gRPC server until SIGTERM or Ctrl-C, then drain."""
    log_to_stderr()
    with told():
        settings = settings_of(data_dir)
        given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
        server = ServerSettings(**{**settings.server.model_dump(), **given})
        asyncio.run(run(settings.model_copy(update={"server": server})))


async def run(settings: Settings) -> None:
    """Open the stores and serve them."""

    def started(address: str) -> None:
        line(f"twohop serves {settings.data_dir} on {address}")

    async with open_core(settings) as app:
        await serve_app(app, settings, started=started)
