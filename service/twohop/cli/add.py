"""`twohop add`."""

import json
import sys
from typing import Annotated, Any

import typer

from twohop.cli.printing import Shape, line, table
from twohop.client import AsyncMemory
from twohop.client.questions import Whose
from twohop.errors import FieldViolation, InvalidInput


async def add(
    memory: AsyncMemory,
    whose: Whose,
    text: Annotated[str, typer.Argument(help="What was said; `-` or nothing = read it from stdin.")] = "-",
    *,
    name: Annotated[str, typer.Option(help='The speaker\'s name, which "I" stands for.')] = "",
    role: Annotated[str, typer.Option(help="user, assistant, system or tool.")] = "user",
    at: Annotated[str, typer.Option(help="When it was said: an ISO date or instant. Default: now.")] = "",
    time_zone: Annotated[str, typer.Option(help="IANA name of the zone in which it was said.")] = "",
    messages: Annotated[
        bool, typer.Option("--messages", help="The text is JSON: a list of messages, or one message a line.")
    ] = False,
    metadata: Annotated[str, typer.Option(help="A JSON object kept with every memory that this makes.")] = "",
    request_id: Annotated[str, typer.Option(help="The same id again does nothing and prints the same.")] = "",
    infer: Annotated[bool, typer.Option(help="--no-infer stores the messages and extracts nothing.")] = True,
    wait: Annotated[bool, typer.Option(help="--no-wait returns once the messages are durable.")] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be decided and write nothing.")] = False,
) -> Shape:
    """Remember what was said."""
    said = sys.stdin.read() if text == "-" else text
    turn = {"role": role, "content": said.rstrip("\n"), "name": name, "time_zone": time_zone, "observed_at": at or None}
    return await memory.add(
        parsed_messages(said) if messages else [turn],
        metadata=parsed_metadata(metadata),
        request_id=request_id,
        infer=infer,
        wait=wait,
        dry_run=dry_run,
        **whose,
    )


def show(result: Shape) -> None:
    """What was remembered, and what it replaced."""
    rows = [
        (
            one["event"],
            one["memory"],
            f"was: {one['previous_memory']}" if one["previous_memory"] not in {None, one["memory"]} else one["reason"],
        )
        for one in result["results"]
    ]
    table(("", "memory", ""), rows, empty="No facts were taken from it; the messages are kept.")
    line(f"{result['state']}, job {result['job_id']}" if result["job_id"] else "a dry run: nothing was written", "dim")
    if result["error"]:
        line(result["error"], "yellow")


def parsed_messages(text: str) -> list[Any]:
    """Messages as JSON: a list, or one object a line.

    Raises:
        InvalidInput: not JSON.
    """
    try:
        if text.lstrip().startswith("["):
            return list(json.loads(text))
        return [json.loads(row) for row in text.splitlines() if row.strip()]
    except json.JSONDecodeError as e:
        raise InvalidInput(FieldViolation("messages", f"are not JSON: {e}")) from e


def parsed_metadata(text: str) -> Shape:
    """A JSON object.

    Raises:
        InvalidInput: not one.
    """
    try:
        value = json.loads(text or "{}")
    except json.JSONDecodeError as e:
        raise InvalidInput(FieldViolation("metadata", f"is not JSON: {e}")) from e
    if not isinstance(value, dict):
        raise InvalidInput(FieldViolation("metadata", "is not a JSON object"))
    return value
