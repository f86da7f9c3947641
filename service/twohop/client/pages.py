"""Listings read to their end."""

from collections.abc import Awaitable, Callable
from typing import Any

from twohop.errors import FieldViolation, InvalidInput
from twohop.memory.api import Listing

PAGE = 200
"""Items asked for at a time while a listing is read to its end."""


async def read_pages(page: Callable[[int, str], Awaitable[Listing[Any]]], limit: int | None = None) -> list[Any]:
    """Up to `limit` items (None = all) of a listing.

    Raises:
        InvalidInput: the limit is less than 1.
    """
    if limit is not None and limit < 1:
        raise InvalidInput(FieldViolation("limit", f"is {limit}, must be at least 1"))
    items: list[Any] = []
    token = ""
    while limit is None or len(items) < limit:
        found = await page(PAGE if limit is None else min(PAGE, limit - len(items)), token)
        items.extend(found.items)
        token = found.next_page_token
        if not token:
            break
    return items
