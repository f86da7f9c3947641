"""A TCP proxy in front of a real server, for tests of connections that refuse, reset, stall or are slow.

::

    async with proxy(port_of_the_server) as between:
        ...                  # clients connect to between.port
        between.hang()          # connections are taken, and nothing comes or goes
        between.reset()         # every connection is reset, new ones too
        between.cut()           # every connection is reset, new ones are served
        await between.refuse()  # nobody listens
        await between.serve()   # as at the start
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from typing import Any

LOOPBACK = "127.0.0.1"
READ = 65_536
LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a socket send RST."""


class Mode(Enum):
    """What becomes of connections."""

    SERVE = auto()
    HANG = auto()
    RESET = auto()


class Proxy:
    """Listens on `port` of loopback and passes bytes on to a server, until told otherwise.

    `target` None = no server stands behind it: connections that would be served are reset. `delay`: seconds that each
    piece waits on its way, both ways.
    """

    def __init__(self, target: int | None) -> None:
        self.target = target
        self.delay = 0.0
        self.port = 0
        self.accepted = 0
        self._mode = Mode.SERVE
        self._flowing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    async def serve(self) -> None:
        """Pass everything on. Connections that hung go on where they stopped."""
        self._mode = Mode.SERVE
        self._flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, LOOPBACK, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Reset every connection and stop listening: new ones are refused."""
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def reset(self) -> None:
        """Reset every connection, and new ones as soon as they are made."""
        self._mode = Mode.RESET
        self._flowing.set()
        self.cut()

    def hang(self) -> None:
        """Take connections and let nothing through: a network that loses every packet."""
        self._mode = Mode.HANG
        self._flowing.clear()

    def cut(self) -> None:
        """Reset the connections there are; what becomes of new ones stays as it is."""
        for writer in self._writers:
            abort(writer)

    async def close(self) -> None:
        """Reset and stop everything."""
        await self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        try:
            await self._flowing.wait()
            if self._mode is Mode.RESET or self.target is None:
                abort(writer)
                return
            await self._join(reader, writer, self.target)
        except OSError:
            abort(writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
        to_server, server = await asyncio.open_connection(LOOPBACK, target)
        self._writers.add(server)
        try:
            await first(self._pass(reader, server), self._pass(to_server, writer))
        finally:
            self._writers.discard(server)
            server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(READ):
            await self._flowing.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(piece)
            await writer.drain()


def abort(writer: asyncio.StreamWriter) -> None:
    """Close the connection with a reset."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


async def first(*ways: Awaitable[None]) -> None:
    """Wait until one way has ended, and end the other."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def proxy(target: int | None) -> AsyncIterator[Proxy]:
    """A proxy that serves, and is closed at the end."""
    between = Proxy(target)
    await between.serve()
    try:
        yield between
    finally:
        await between.close()


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        port: int = taken.getsockname()[1]
        return port
