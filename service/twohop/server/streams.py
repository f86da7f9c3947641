"""Streams end when the server drains, whoever still listens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from twohop.errors import ShuttingDown

T = TypeVar("T")


async def until(draining: asyncio.Event, source: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """What the source gives, until it ends.

    Raises:
        ShuttingDown: the server drains.
    """
    drains = asyncio.create_task(draining.wait())
    try:
        async with aclosing(source):
            while True:
                given = asyncio.ensure_future(anext(source, None))
                try:
                    await asyncio.wait({given, drains}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    if not given.done():
                        given.cancel()
                        await asyncio.wait({given})
                if given.cancelled():
                    raise ShuttingDown("this process is shutting down: ask another one, or again later")
                item = given.result()
                if item is None:
                    return
                yield item
    finally:
        drains.cancel()
