"""Waiting for several things: at once for what is at hand, together for the rest."""

import asyncio
from collections.abc import Sequence

import pytest

from twohop.memory.eager import side_by_side
from twohop.memory.together import Together


async def at_hand(value: int) -> int:
    return value


async def after(event: asyncio.Event, value: int) -> int:
    await event.wait()
    return value


async def test_results_come_in_order_whoever_waits() -> None:
    """Those that wait wait side by side, also within each other; what is at hand makes no task."""
    event = asyncio.Event()
    before = len(asyncio.all_tasks())
    assert await side_by_side(at_hand(1), at_hand(2)) == (1, 2)
    assert len(asyncio.all_tasks()) == before

    async def nested() -> tuple[int, int]:
        return await side_by_side(after(event, 3), at_hand(4))

    asyncio.get_running_loop().call_soon(event.set)
    assert await side_by_side(after(event, 1), at_hand(2), nested()) == (1, 2, (3, 4))


async def test_the_first_error_is_raised_and_ends_the_others() -> None:
    """Whether it comes at once or later, nothing is left running."""

    async def fails(event: asyncio.Event | None) -> int:
        if event is not None:
            await event.wait()
        raise ValueError("no")

    event, never = asyncio.Event(), asyncio.Event()
    before = asyncio.all_tasks()
    with pytest.raises(ValueError, match="no"):
        await side_by_side(after(never, 1), fails(None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    asyncio.get_running_loop().call_soon(event.set)
    with pytest.raises(ValueError, match="no"):
        await side_by_side(fails(event), after(event, 1))


async def test_who_is_cancelled_takes_along_what_waits() -> None:
    """At every depth, also before the parts had a turn of their own."""
    never = asyncio.Event()
    ended: list[str] = []

    async def waits(name: str) -> None:
        try:
            await never.wait()
        finally:
            ended.append(name)

    async def both(name: str) -> None:
        await side_by_side(waits(f"{name} one"), waits(f"{name} two"))

    async def all_of_them() -> None:
        await side_by_side(both("a"), both("b"))

    for turns in range(4):
        ended.clear()
        before = asyncio.all_tasks()
        task = asyncio.create_task(all_of_them())
        for _ in range(turns + 1):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert sorted(ended) == ["a one", "a two", "b one", "b two"]
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before


async def test_what_is_asked_meanwhile_goes_together() -> None:
    """The first goes alone, those that come while it is under way share the next go, each with its own result."""
    goes: list[Sequence[int]] = []
    begun, going = asyncio.Event(), asyncio.Event()

    async def work(items: Sequence[int]) -> list[int]:
        goes.append(items)
        begun.set()
        await going.wait()
        if 13 in items:
            raise ValueError("unlucky")
        return [item * 2 for item in items]

    together = Together(work)
    first = asyncio.create_task(together.ask(1))
    await begun.wait()
    rest = [asyncio.create_task(together.ask(item)) for item in (2, 3, 4)]
    await asyncio.sleep(0)
    rest[1].cancel()
    going.set()
    assert await first == 2
    assert (await rest[0], await rest[2]) == (4, 8)
    assert goes == [[1], [2, 3, 4]]
    with pytest.raises(ValueError, match="unlucky"):
        await together.ask(13)
    assert await together.ask(5) == 10
