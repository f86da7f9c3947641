"""What the commands that look after stores share: whose rows, the bar on long work, findings as they are shown."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from twohop.cli.printing import table
from twohop.errors import FieldViolation, InvalidInput, NotFound
from twohop.graph.model import Scope
from twohop.graph.store import Ledger
from twohop.memory.upkeep.findings import REMEDIES, Finding
from twohop.memory.upkeep.reading import all_partitions, whose

DataDirOption: TypeAlias = Annotated[
    Path | None, typer.Option("--data-dir", help="The data directory. Default: TWOHOP_DATA_DIR, else your own.")
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")]
UserOption: TypeAlias = Annotated[str, typer.Option("--user", "-u", help="Only this user's memory.")]
AgentOption: TypeAlias = Annotated[str, typer.Option("--agent", help="Only this agent's memory.")]
RunOption: TypeAlias = Annotated[str, typer.Option("--run", help="Only this run's memory.")]
TenantOption: TypeAlias = Annotated[str, typer.Option("--tenant", help="Whose user, agent or run that is.")]

Bar: TypeAlias = Any
"""Moves the bar on by one owner."""


def one_owner(tenant: str, user: str, agent: str, run: str) -> Scope | None:
    """The owner that a command is about; None = all of them.

    Raises:
        InvalidInput: a tenant without one of its owners, or several owners.
    """
    named = [one for one in (user, agent, run) if one]
    if not named and not tenant:
        return None
    if len(named) != 1:
        raise InvalidInput(FieldViolation("owner", "give one of --user, --agent and --run, or nothing for all owners"))
    return Scope(tenant=tenant or "default", user_id=user, agent_id=agent, run_id=run)


async def partitions(ledger: Ledger, scope: Scope | None) -> Sequence[str]:
    """The partitions of the owner, or of all of them.

    Raises:
        NotFound: nothing is stored for the owner.
    """
    if scope is not None:
        if await ledger.owner(scope.partition) is None:
            raise NotFound("nothing is stored for this owner")
        return [scope.partition]
    return [partition async for partition in all_partitions(ledger)]


@contextmanager
def progress(what: str, total: int | None, *, shown: bool) -> Iterator[Bar]:
    """A bar on a terminal's stderr, moved on by calling what this gives; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    visible = shown and sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=not visible, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


async def told(ledger: Ledger, findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Findings as JSON, with whose they are and what to do."""
    owners = {partition: await whose(ledger, partition) for partition in {one.partition for one in findings}}
    return [
        {
            "flaw": one.flaw.value,
            "owner": owners[one.partition],
            "partition": one.partition,
            "table": one.table,
            "id": one.id,
            "detail": one.detail,
            "remedy": REMEDIES[one.flaw],
        }
        for one in findings
    ]


def show_findings(found: Sequence[dict[str, str]], *, empty: str) -> None:
    """One finding a row."""
    columns = ("flaw", "owner", "where", "id", "what is wrong", "what to do")
    names = ("flaw", "owner", "table", "id", "detail", "remedy")
    table(columns, [[one[name] for name in names] for one in found], empty=empty)


def many(number: int, one: str) -> str:
    """A number of things: "1 owner", "2 owners"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"
