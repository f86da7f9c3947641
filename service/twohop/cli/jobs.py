"""`twohop jobs`: `list`, `watch`, `cancel` and `replay`."""

from collections.abc import AsyncGenerator
from typing import Annotated, TypeAlias

import typer

from twohop.cli.options import Limit
from twohop.cli.printing import Shape, line, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose

JobId: TypeAlias = Annotated[str, typer.Argument(metavar="JOB_ID", help="The job's id.")]
RequestId: TypeAlias = Annotated[str, typer.Option(help="The same id again does nothing and prints the same.")]


async def list_jobs(
    memory: AsyncMemory,
    whose: Whose,
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only these: pending, running, done, partial, failed, cancelled. Can be repeated."),
    ] = None,
    limit: Limit = 100,
) -> Shape:
    """List jobs, newest first: of an owner, or without one of the whole tenant. `--state failed`: the dead letters."""
    return await memory.jobs(states=state or (), limit=limit, **whose)


async def watch(memory: AsyncMemory, whose: Whose, job_id: JobId) -> AsyncGenerator[Shape, None]:
    """Show a job whenever it changes, until it is final; with `--json` one line each."""
    async for change in memory.watch_job(job_id, **whose):
        yield change


async def cancel(memory: AsyncMemory, whose: Whose, job_id: JobId, *, request_id: RequestId = "") -> Shape:
    """End a job. What it committed stays, and so do its messages."""
    return await memory.cancel_job(job_id, request_id=request_id, **whose)


async def replay(memory: AsyncMemory, whose: Whose, job_id: JobId, *, request_id: RequestId = "") -> Shape:
    """Queue a failed or cancelled job again, from where it stopped."""
    return await memory.replay_job(job_id, request_id=request_id, **whose)


def show_list(result: Shape) -> None:
    """One job a row."""
    rows = [
        (
            one["job_id"],
            one["kind"],
            one["state"],
            one["user_id"] or one["agent_id"] or one["run_id"],
            one["session"],
            str(one["attempts"] or ""),
            one["next_attempt_at"],
            one["error"],
        )
        for one in result["results"]
    ]
    columns = ("id", "kind", "state", "whose", "session", "tries", "next", "why")
    table(columns, rows, empty="No jobs.")


def show(one: Shape) -> None:
    """Where a job stands, on one line."""
    facts = f", {len(one['results'])} decided" if one["results"] else ""
    line(f"{one['state']}, job {one['job_id']}{facts}{': ' if one['error'] else ''}{one['error']}")
