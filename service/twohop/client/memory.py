"""The client for programs without asyncio: `AsyncMemory` on an event loop of its own."""

import asyncio
import functools
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

from twohop.client.memory_async import AsyncMemory
from twohop.client.questions import Asked, Whose
from twohop.config import Settings
from twohop.errors import ShuttingDown
from twohop.memory.api import RecallPart

P = ParamSpec("P")
T = TypeVar("T")


class EventLoop:
    """An event loop in a thread of its own, so that callers may themselves be inside a running loop (a notebook)."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="twohop-client", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result. Interrupting the wait cancels it."""
        if not self._thread.is_alive():
            coroutine.close()
            raise ShuttingDown("this client is closed")
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def end(self, last: Coroutine[Any, Any, None]) -> None:
        """Run a last coroutine, then stop the loop and its thread."""
        if threading.current_thread() is self._thread:
            # The client was collected in its own thread, which can't wait for itself.
            task = self._loop.create_task(last)
            task.add_done_callback(lambda _: self._loop.stop())
            return
        try:
            self.run(last)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


def blocking(
    method: Callable[Concatenate[AsyncMemory, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate["Memory", P], T]:
    """The method of `AsyncMemory` as one of `Memory`."""

    @functools.wraps(method)
    def call(self: "Memory", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.run(method(self.asynchronous, *args, **kwargs))

    return call


class Memory:
    """Remembers what is said and recalls what answers a question; see `AsyncMemory`, which it drives.

    `Memory()` opens the stores of the settings in this process, `Memory("host:port")` speaks to a server. It opens at
    the first call. Safe to use from several threads, and inside a running event loop (whose thread it blocks). Close
    it, or use `with`; what is left open is closed when it is collected, and ends with the process: every add that
    returned is durable by then.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        data_dir: str | Path | None = None,
        api_key: str | None = None,
        tls: object = None,
        tenant: str = "",
        settings: Settings | None = None,
    ) -> None:
        self.asynchronous = AsyncMemory(
            target, data_dir=data_dir, api_key=api_key, tls=tls, tenant=tenant, settings=settings
        )
        self._loop = EventLoop()
        self._end = weakref.finalize(self, end, self._loop, self.asynchronous)
        # At exit the interpreter has ended its executors first, so nothing could be closed; what was added is durable.
        self._end.atexit = False

    def __enter__(self) -> Self:
        self.run(self.asynchronous.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Finish running adds and close the stores, or the connection. A second time does nothing."""
        self._end()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine of `asynchronous`, run on this client's loop."""
        return self._loop.run(coroutine)

    def watch_job(self, job_id: str, **whose: Unpack[Whose]) -> Generator[dict[str, Any], None, None]:
        """As `AsyncMemory.watch_job`; leaving the loop early ends the watching."""
        return self._following(self.asynchronous.watch_job(job_id, **whose))

    def recall_stream(self, query: str, **asked: Unpack[Asked]) -> Generator[RecallPart, None, None]:
        """As `AsyncMemory.recall_stream`; leaving the loop early ends the work."""
        return self._following(self.asynchronous.recall_stream(query, **asked))

    def _following(self, source: AsyncGenerator[T, None]) -> Generator[T, None, None]:
        """What the source gives, as it comes."""

        async def following() -> T | None:
            return await anext(source, None)

        try:
            while (given := self.run(following())) is not None:
                yield given
        finally:
            self.run(source.aclose())

    add = blocking(AsyncMemory.add)
    job = blocking(AsyncMemory.job)
    jobs = blocking(AsyncMemory.jobs)
    cancel_job = blocking(AsyncMemory.cancel_job)
    replay_job = blocking(AsyncMemory.replay_job)
    recall = blocking(AsyncMemory.recall)
    search = blocking(AsyncMemory.search)
    get = blocking(AsyncMemory.get)
    get_all = blocking(AsyncMemory.get_all)
    update = blocking(AsyncMemory.update)
    delete = blocking(AsyncMemory.delete)
    restore = blocking(AsyncMemory.restore)
    pin = blocking(AsyncMemory.pin)
    unpin = blocking(AsyncMemory.unpin)
    revert = blocking(AsyncMemory.revert)
    conflicts = blocking(AsyncMemory.conflicts)
    resolve = blocking(AsyncMemory.resolve)
    history = blocking(AsyncMemory.history)
    decisions = blocking(AsyncMemory.decisions)
    entities = blocking(AsyncMemory.entities)
    merge_entities = blocking(AsyncMemory.merge_entities)
    split_entity = blocking(AsyncMemory.split_entity)
    relations = blocking(AsyncMemory.relations)
    paths = blocking(AsyncMemory.paths)
    owner = blocking(AsyncMemory.owner)
    owners = blocking(AsyncMemory.owners)
    session = blocking(AsyncMemory.session)
    sessions = blocking(AsyncMemory.sessions)
    update_session = blocking(AsyncMemory.update_session)
    agent_config = blocking(AsyncMemory.agent_config)
    set_agent_config = blocking(AsyncMemory.set_agent_config)


def end(loop: EventLoop, memory: AsyncMemory) -> None:
    """Close the memory on its loop, and end the loop."""
    loop.end(memory.close())
