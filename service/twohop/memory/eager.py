"""Waiting for several things side by side, without a task for those that are at hand.

Planning asks a snapshot for dozens of things, most of which it holds: `asyncio.gather` makes a task of each, which
costs more than the look. (Python 3.12 has such tasks of its own, `asyncio.eager_task_factory`; 3.11 has not.)
"""

import asyncio
from collections.abc import Coroutine, Generator, Iterable
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

    The first error is raised.
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
            waiting.append((place, asyncio.create_task(Resumed(one, first))))
    if error is not None:
        for _, task in waiting:
            task.cancel()
        raise error
    if waiting:
        found = await asyncio.gather(*(task for _, task in waiting))
        results.update((place, result) for (place, _), result in zip(waiting, found, strict=True))
    return [results[place] for place in range(len(results))]


class Resumed(Coroutine[Any, Any, A]):
    """The rest of a coroutine that has begun, and waits for something: a task of its own from here on."""

    def __init__(self, begun: Asked[A], awaited: Any) -> None:
        self._begun = begun
        self._awaited = awaited

    def send(self, value: Any) -> Any:
        """Go on; what it waits for already is told first."""
        awaited, self._awaited = self._awaited, None
        return self._begun.send(value) if awaited is None else awaited

    def throw(self, error: Any, *more: Any) -> Any:
        """End it; so does what it waits for, if no task has heard of that yet."""
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            awaited.cancel()
        return self._begun.throw(error, *more)

    def close(self) -> None:
        """Give it up."""
        self._begun.close()

    def __await__(self) -> Generator[Any, Any, A]:
        """Only a task runs it."""
        raise NotImplementedError
