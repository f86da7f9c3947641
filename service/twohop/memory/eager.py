"""Waiting for several things side by side, without a task for those that are at hand.

Planning asks a snapshot for dozens of things, most of which it holds: `asyncio.gather` makes a task of each, which
costs more than the look. (Python 3.12 has such tasks of its own, `asyncio.eager_task_factory`; 3.11 has not.)
"""

import asyncio
from collections.abc import Coroutine, Generator, Iterable
from types import coroutine
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")

Asked = Coroutine[Any, Any, A]


@overload
async def side_by_side(one: Asked[A], two: Asked[B], /) -> tuple[A, B]: ...
@overload
async def side_by_side(one: Asked[A], two: Asked[B], three: Asked[C], /) -> tuple[A, B, C]: ...
@overload
async def side_by_side(one: Asked[A], two: Asked[B], three: Asked[C], four: Asked[D], /) -> tuple[A, B, C, D]: ...
@overload
async def side_by_side(
    one: Asked[A], two: Asked[B], three: Asked[C], four: Asked[D], five: Asked[E], /
) -> tuple[A, B, C, D, E]: ...
async def side_by_side(*asked: Asked[Any]) -> tuple[Any, ...]:
    """The results in their order, as `each` gives them."""
    return tuple(await each(asked))


async def each(asked: Iterable[Asked[A]]) -> list[A]:
    """The results in their order. Each begins at once, and those that have to wait go on together.

    The first error is raised; what others do then goes on, as with `asyncio.gather`.
    """
    results: dict[int, A] = {}
    waiting: list[tuple[int, asyncio.Task[A]]] = []
    error: Exception | None = None
    for place, one in enumerate(asked):
        try:
            first = one.send(None)
        except StopIteration as e:
            results[place] = e.value
        except Exception as e:  # noqa: BLE001  Raised below, once the others have begun too.
            error = error or e
        else:
            waiting.append((place, asyncio.create_task(resumed(one, first))))
    if error is not None:
        raise error
    if waiting:
        found = await asyncio.gather(*(task for _, task in waiting))
        results.update((place, result) for (place, _), result in zip(waiting, found, strict=True))
    return [results[place] for place in range(len(results))]


@coroutine
def resumed(begun: Asked[A], awaited: Any) -> Generator[Any, Any, A]:
    """The rest of a coroutine that has begun, and waits for something."""
    while True:
        try:
            try:
                value = yield awaited
            except BaseException as e:  # noqa: BLE001  It is the coroutine's to take.
                awaited = begun.throw(e)
            else:
                awaited = begun.send(value)
        except StopIteration as e:
            result: A = e.value
            return result
