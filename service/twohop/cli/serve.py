"""`twohop serve`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from twohop.cli.connection import settings_of
from twohop.cli.failures import told
from twohop.cli.logs import log_to_stderr
from twohop.config import ServerSettings, Settings
from twohop.garbage import long_lived


def serve_command(
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; loopback unless settings allow others.")
    ] = None,
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
    from twohop.app import open_core  # noqa: PLC0415  # The other commands start without loading stores and models.
    from twohop.server import require_loopback, serve  # noqa: PLC0415  # As above.

    require_loopback(settings.server)  # Before anything is opened for nothing.

    def started(address: str) -> None:
        print(f"twohop serves on {address}", flush=True)  # noqa: T201  # Read by whoever waits.

    with long_lived():
        async with open_core(settings) as app:
            await serve(app, settings, started=started)
