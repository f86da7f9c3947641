"""How a command ends when it fails: one line on stderr and an exit code that scripts can rely on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from pydantic import ValidationError

from twohop import errors
from twohop.errors import TwohopError

FAILED: Final = 1
EXIT_CODES: Final[dict[type[TwohopError], int]] = {
    errors.InvalidInput: 2,
    errors.NotServed: 2,
    errors.NotFound: 3,
    errors.Unavailable: 4,
    errors.Exhausted: 4,
    errors.DeadlineExceeded: 4,
    errors.DataDirHeld: 4,
    TwohopError: FAILED,
}


@contextmanager
def told() -> Iterator[None]:
    """Say in one line what went wrong, and exit with its code."""
    try:
        yield
    except TwohopError as e:
        say(e.message)
        raise typer.Exit(next(EXIT_CODES[kind] for kind in type(e).__mro__ if kind in EXIT_CODES)) from None
    except ValidationError as e:
        problems = (f"{'.'.join(str(part) for part in p['loc'])}: {p['msg']}" for p in e.errors(include_url=False))
        say(f"invalid settings: {'; '.join(problems)}")
        raise typer.Exit(EXIT_CODES[errors.InvalidInput]) from None


def say(problem: str) -> None:
    """One line on stderr."""
    print(f"twohop: {' '.join(problem.split())}", file=sys.stderr)  # noqa: T201  # The command line's own output.
