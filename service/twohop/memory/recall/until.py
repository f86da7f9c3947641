"""Work that ends when its caller's deadline comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TooLate(Exception):
    """The deadline came first."""


@asynccontextmanager
async def until(deadline: float | None) -> AsyncIterator[None]:
    """What is done inside is cancelled at the deadline, on the event loop's clock; None = it may take for ever.

    Raises:
        TooLate: it was.
    """
    limit = asyncio.timeout_at(deadline)
    try:
        async with limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise TooLate from None
        raise  # Somebody's own.
