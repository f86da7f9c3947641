"""Where a list goes on: the sort key of the last item, as text."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from twohop.errors import FieldViolation, InvalidPageToken
from twohop.graph.store import Page

T = TypeVar("T")


def page(found: Sequence[T], limit: int, key_of: Callable[[T], str]) -> Page[T]:
    """The page of a list of which one more than `limit` was asked for: that one says that there is more."""
    items = tuple(found[:limit])
    return Page(items, key_of(items[-1]) if items and len(found) > limit else "")


def key(*parts: str | int) -> str:
    """The parts of a sort key as one text."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def numbers(after: str) -> tuple[int, int]:
    """The two numbers of a key; (0, -1) stands before everything.

    Raises:
        InvalidPageToken: it is no such key.
    """
    match parts(after):
        case None:
            return 0, -1
        case [int(first), int(second)]:
            return first, second
        case _:
            raise malformed()


def texts(after: str) -> tuple[str, str]:
    """The two texts of a key; empty texts stand before everything.

    Raises:
        InvalidPageToken: it is no such key.
    """
    match parts(after):
        case None:
            return "", ""
        case [str(first), str(second)]:
            return first, second
        case _:
            raise malformed()


def triple(after: str) -> tuple[str, str, str]:
    """The three texts of a key; empty texts stand before everything.

    Raises:
        InvalidPageToken: it is no such key.
    """
    match parts(after):
        case None:
            return "", "", ""
        case [str(first), str(second), str(third)]:
            return first, second, third
        case _:
            raise malformed()


def mark(after: str) -> tuple[int, str]:
    """The number and the text of a key; (0, "") at the start.

    Raises:
        InvalidPageToken: it is no such key.
    """
    match parts(after):
        case None:
            return 0, ""
        case [int(first), str(second)]:
            return first, second
        case _:
            raise malformed()


def values(after: str, types: Sequence[str]) -> tuple[str | int, ...]:
    """The parts of a key by their types ("str" or "int"); nothing at the start.

    Raises:
        InvalidPageToken: it is no such key.
    """
    found = parts(after)
    if found is None:
        return ()
    if not isinstance(found, list) or [type(part).__name__ for part in found] != list(types):
        raise malformed()
    return tuple(found)


def parts(after: str) -> object:
    """What the key holds; None at the start."""
    if not after:
        return None
    try:
        found: object = json.loads(after)
    except ValueError as e:
        raise malformed() from e
    return found if found is not None else ""


def malformed() -> InvalidPageToken:
    """The key was not made by `key`."""
    return InvalidPageToken(FieldViolation("page_token", "not a token of this list: start again without it"))
