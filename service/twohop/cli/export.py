"""`twohop export` and `twohop import`."""

import asyncio
import gzip
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated, cast

import typer

from twohop.app import make_embedder
from twohop.cli.connection import settings_of
from twohop.cli.failures import told as failing
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import Shape, as_json, line
from twohop.cli.upkeep import (
    AgentOption,
    DataDirOption,
    JsonOption,
    RunOption,
    TenantOption,
    UserOption,
    many,
    one_owner,
    progress,
)
from twohop.config import Settings
from twohop.errors import FieldViolation, InvalidInput
from twohop.graph.model import Scope
from twohop.maintenance import built_with, open_deployment
from twohop.memory.upkeep.export import export as write_out
from twohop.memory.upkeep.export_file import check
from twohop.memory.upkeep.load import load
from twohop.memory.upkeep.reading import all_partitions

STANDARD = Path("-")
"""Names standard input or output."""


def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file; `-` is stdout, a name in .gz is compressed.")],
    *,
    user: UserOption = "",
    agent: AgentOption = "",
    run: RunOption = "",
    tenant: TenantOption = "",
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Write memories with their history to a file of JSON lines: all owners, or one."""
    log_to_stderr(quiet=True)
    with failing(), named_file(out):
        scope = one_owner(tenant, user, agent, run)
        done = asyncio.run(exported(settings_of(data_dir), out, scope, bar=not json))
    if out != STANDARD:
        if json:
            as_json(done)
        else:
            line(f"{many(done['owners'], 'owner')} with {many(done['rows'], 'row')} in {out}")


async def exported(settings: Settings, out: Path, scope: Scope | None, *, bar: bool) -> Shape:
    """Write owner by owner."""
    embedder = make_embedder(settings.embedder)
    try:
        async with open_deployment(settings) as deployment:
            ledger = deployment.ledger
            total = 1 if scope is not None else len([one async for one in all_partitions(ledger)])
            owners = rows = 0
            with writing(out) as file, progress("Exporting owners", total, shown=bar) as advance:
                async for one in write_out(ledger, file, scope=scope, embedder=built_with(embedder)):
                    owners, rows = owners + 1, rows + one.rows
                    advance()
            return {"owners": owners, "rows": rows, "file": str(out)}
    finally:
        await embedder.close()


def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote; `-` is stdin.")],
    *,
    data_dir: DataDirOption = None,
    json: JsonOption = False,
) -> None:
    """Put an export's owners into the ledger of the settings. Again it changes nothing; interrupted, run it again.

    Stop the servers of the ledger first: they would write between the rows of an owner.
    """
    log_to_stderr(quiet=True)
    with failing(), named_file(source):
        done = asyncio.run(imported(settings_of(data_dir), source, bar=not json))
    if json:
        as_json(done)
    else:
        line(f"{many(done['owners'], 'owner')} loaded, {many(done['new'], 'new row')}; the next start fills the index")


async def imported(settings: Settings, source: Path, *, bar: bool) -> Shape:
    """Load owner by owner, once the whole file is known to be whole."""
    embedder = make_embedder(settings.embedder)
    try:
        with reading(source) as file:
            total = check(file).owners
            async with open_deployment(settings, begin=True, alone=True) as deployment:
                owners = new = 0
                with progress("Importing owners", total, shown=bar) as advance:
                    async for one in load(deployment.ledger, file, embedder=built_with(embedder)):
                        owners, new = owners + 1, new + one.new
                        advance()
                return {"owners": owners, "new": new}
    finally:
        await embedder.close()


@contextmanager
def writing(out: Path) -> Iterator[IO[bytes]]:
    """The file, private to its user, which takes its name only when it is whole; or stdout."""
    if out == STANDARD:
        yield sys.stdout.buffer
        return
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as draft:
        path = Path(draft.name)
        try:
            if out.suffix == ".gz":
                with gzip.open(draft, "wb") as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield cast("IO[bytes]", draft)
            draft.flush()
            path.replace(out)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


@contextmanager
def reading(source: Path) -> Iterator[IO[bytes]]:
    """The file, unpacked, at its start; stdin is copied aside first, since it is read twice."""
    with ExitStack() as stack:
        if source == STANDARD:
            file: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.seek(0)
        else:
            file = stack.enter_context(source.open("rb"))
        if source.suffix == ".gz":
            file = cast("IO[bytes]", stack.enter_context(gzip.open(file, "rb")))
        yield file


@contextmanager
def named_file(path: Path) -> Iterator[None]:
    """What the system says about the file, as one line.

    Raises:
        InvalidInput: it can't be read or written.
    """
    try:
        yield
    except OSError as e:
        raise InvalidInput(FieldViolation(str(path), e.strerror or "can't be used")) from e
