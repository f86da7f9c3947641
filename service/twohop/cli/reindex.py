"""`twohop reindex`."""

import asyncio

from twohop.cli.connection import settings_of
from twohop.cli.failures import told
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import Shape, as_json, line
from twohop.cli.upkeep import DataDirOption, JsonOption, many, progress
from twohop.config import Settings
from twohop.errors import Misconfigured
from twohop.maintenance import open_stores
from twohop.memory.project import Projector
from twohop.memory.upkeep.reading import all_partitions
from twohop.memory.upkeep.reindex import Rebuildable
from twohop.memory.upkeep.reindex import reindex as rebuild


def reindex(*, data_dir: DataDirOption = None, json: JsonOption = False) -> None:
    """Build the index again from the ledger, with the embedder of the settings.

    One on a Qdrant server is built beside live traffic; one of this process needs its server stopped.
    """
    log_to_stderr(quiet=True)
    with told():
        done = asyncio.run(rebuilt(settings_of(data_dir), bar=not json))
    if json:
        as_json(done)
    else:
        line(f"The index holds {many(done['points'], 'point')}.")


async def rebuilt(settings: Settings, *, bar: bool) -> Shape:
    """Build it owner by owner; the number of its points.

    Raises:
        Misconfigured: there is none to build, or the stores can't be opened.
    """
    async with open_stores(settings, replace=True) as stores:
        ledger, index, projector = stores.ledger, stores.index, stores.projector
        if index is None or projector is None:
            raise Misconfigured("this deployment has no index to build: TWOHOP_INDEX__BACKEND is none")
        owners = len([one async for one in all_partitions(ledger)])
        with progress("Indexing owners", owners, shown=bar) as advance:
            if isinstance(index, Rebuildable):
                async for _ in rebuild(ledger, index, lambda other: Projector(ledger, other, stores.embedder)):
                    advance()
            else:
                async for partition in all_partitions(ledger):
                    await projector.project(partition)
                    advance()
        await projector.project()  # What was written meanwhile.
        return {"points": (await index.info()).points}
