"""Makes a command of a question to the memory and a way to show its answer.

Every such command gets the same options: whose memory, where it is, and `--json`.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any, Concatenate

import typer
from typer.core import TyperGroup

from twohop.cli.connection import Reach
from twohop.cli.failures import told
from twohop.cli.logs import log_to_stderr
from twohop.cli.printing import Shape, as_json, as_json_line
from twohop.client import AsyncMemory
from twohop.client.questions import Whose

Ask = Callable[Concatenate[AsyncMemory, Whose, ...], Awaitable[Shape] | AsyncGenerator[Shape, None]]
"""What a command asks: one answer, or answers as they come."""


def reach(
    *,
    user: Annotated[str, typer.Option("--user", "-u", help="Whose memory: the user.")] = "",
    agent: Annotated[str, typer.Option("--agent", help="Whose memory: the agent; beside a user it narrows.")] = "",
    run: Annotated[str, typer.Option("--run", help="The conversation; beside a user or agent it narrows.")] = "",
    tenant: Annotated[str, typer.Option("--tenant", help="Whose users these are.")] = "",
    target: Annotated[
        str, typer.Option("--target", "-t", help="A server's host:port. Default: who has the data directory open.")
    ] = "",
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="The data directory. Default: TWOHOP_DATA_DIR, else your own.")
    ] = None,
) -> Reach:
    """Where the memory is, and whose: the options that every command has."""
    whose: Whose = {"user_id": user, "agent_id": agent, "run_id": run}
    return Reach(target=target, data_dir=data_dir, tenant=tenant, whose=whose)


def wants_json(*, json: Annotated[bool, typer.Option("--json", help="Print JSON with stable keys.")] = False) -> bool:
    """Whether a program reads the answer."""
    return json


class ListByDefault(TyperGroup):
    """A group that lists unless one of its other commands is named: "twohop entities bob"."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with `list` before those that name no command."""
        named = {*self.commands, "--help"}
        return super().parse_args(ctx, args if args and args[0] in named else ["list", *args])


def register(app: typer.Typer, ask: Ask, show: Callable[[Shape], None], *, name: str | None = None) -> None:
    """Add a command named after `ask`, with its own parameters after the memory and whose it is, and its docstring."""
    own = list(inspect.signature(ask).parameters.values())[2:]
    where = list(inspect.signature(reach).parameters.values())
    program = list(inspect.signature(wants_json).parameters.values())

    def command(**given: Any) -> None:
        log_to_stderr(quiet=True)
        place = reach(**{parameter.name: given.pop(parameter.name) for parameter in where})
        printed = wants_json(**{parameter.name: given.pop(parameter.name) for parameter in program})

        async def answered() -> Shape | None:
            async with place.memory() as memory:
                answer = ask(memory, place.whose, **given)
                if not isinstance(answer, AsyncGenerator):
                    return await answer
                async with aclosing(answer):
                    async for one in answer:
                        (as_json_line if printed else show)(one)
                return None

        with told():
            answer = asyncio.run(answered())
        if answer is not None:
            (as_json if printed else show)(answer)

    parameters = [*own, *where, *program]
    command.__doc__ = ask.__doc__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    vars(command)["__signature__"] = inspect.Signature(
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    app.command(name or getattr(ask, "__name__", None))(command)
