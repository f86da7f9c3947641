"""The listening server and its life: start, serve, drain."""

import asyncio
import ipaddress
import signal
from collections.abc import Callable

import grpc
import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from twohop.app import App
from twohop.config import ServerSettings, Settings
from twohop.errors import Misconfigured
from twohop.memory.api import Core
from twohop.memory.clock import Ids, uuid7
from twohop.server.adding import Adding
from twohop.server.directory_service import DirectoryService
from twohop.server.exposition import exposed
from twohop.server.graph_service import GraphService
from twohop.server.interceptors import Codec, ConcurrencyLimit, Deadline, ErrorBoundary
from twohop.server.memory_service import MemoryService
from twohop.v1 import (
    directory_service_pb2,
    directory_service_pb2_grpc,
    graph_service_pb2,
    graph_service_pb2_grpc,
    memory_service_pb2,
    memory_service_pb2_grpc,
)

log = structlog.get_logger(__name__)

SERVICES = (
    memory_service_pb2.DESCRIPTOR.services_by_name["MemoryService"].full_name,
    graph_service_pb2.DESCRIPTOR.services_by_name["GraphService"].full_name,
    directory_service_pb2.DESCRIPTOR.services_by_name["DirectoryService"].full_name,
)
LEAST_REQUEST_BYTES = 16 * 2**20
BYTES_PER_CHARACTER = 8
"""A request may be far larger than its limits allow, so that the one who sends it is told which limit it breaks."""

LEAST_PING_MS = 20_000
"""Clients may ask this often whether the server is still there, also during a long add."""

BACKSTOP = 8
"""gRPC's own limit of calls, as a multiple of ours. It refuses health checks too, so it lies far behind."""


class Server:
    """Serves a core over gRPC: on loopback only unless the settings say otherwise, since nobody is asked for a key."""

    def __init__(self, core: Core, settings: Settings, *, ids: Ids = uuid7) -> None:
        self._settings = settings
        self._boundary = ErrorBoundary(ids)
        self._adding = Adding(core, ids)
        self._health = health.aio.HealthServicer()
        self._draining = asyncio.Event()
        most, streams = settings.server.max_concurrent_calls, settings.server.max_concurrent_streams
        self._grpc = grpc.aio.server(
            interceptors=[self._boundary, ConcurrencyLimit(most, streams), Deadline(), Codec()],
            maximum_concurrent_rpcs=BACKSTOP * (most + streams),
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_send_message_length", -1),
                ("grpc.http2.min_ping_interval_without_data_ms", LEAST_PING_MS),
                (
                    "grpc.max_receive_message_length",
                    max(LEAST_REQUEST_BYTES, BYTES_PER_CHARACTER * settings.limits.request_chars),
                ),
            ],
        )
        memory_service_pb2_grpc.add_MemoryServiceServicer_to_server(
            MemoryService(core, settings.limits, self._adding, self._boundary, self._draining), self._grpc
        )
        graph_service_pb2_grpc.add_GraphServiceServicer_to_server(GraphService(core, settings.limits), self._grpc)
        directory_service_pb2_grpc.add_DirectoryServiceServicer_to_server(DirectoryService(core), self._grpc)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), self._grpc)

    async def start(self) -> int:
        """Listen.

        Returns:
            The port; the system's choice when the settings say 0.

        Raises:
            Misconfigured: the address is beyond loopback, or taken.
        """
        require_loopback(self._settings.server)
        host, wanted = self._settings.server.host, self._settings.server.port
        try:
            port = self._grpc.add_insecure_port(address(host, wanted))
        except RuntimeError as e:
            raise Misconfigured(f"{address(host, wanted)} can't be listened on: is another server there?") from e
        await self._grpc.start()
        if not loopback(host):
            log.warning(
                "server.insecure_bind",
                address=address(host, port),
                meaning="nobody is asked for a key: whoever reaches this address reads and writes every memory",
            )
        for service in ("", *SERVICES):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        return port

    async def stop(self) -> None:
        """Take no more calls, let those that run finish within the drain time of the settings, and end the rest."""
        self._draining.set()
        await self._health.enter_graceful_shutdown()
        await self._grpc.stop(self._settings.server.drain_seconds)
        await self._adding.drain()


async def serve(app: App, settings: Settings, *, started: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then drain. `started` gets the address once it is listened on.

    Raises:
        Misconfigured: the address is beyond loopback, or taken.
    """
    server = Server(app.core, settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        where = address(settings.server.host, await server.start())
        with exposed(app.metrics.registry, settings.server.host, settings.server.metrics_port):
            if app.data_dir is not None:
                app.data_dir.publish(where)
            started(where)
            await stop.wait()
            log.info("server.draining", seconds=settings.server.drain_seconds)
            await server.stop()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def require_loopback(server: ServerSettings) -> None:
    """Raise `Misconfigured` if others than this machine reach the host and the settings don't say that they may."""
    if not (server.insecure_bind or loopback(server.host)):
        raise Misconfigured(
            f"without authentication the server listens on loopback only, not on {server.host!r}: "
            "set TWOHOP_SERVER__HOST to 127.0.0.1, or TWOHOP_SERVER__INSECURE_BIND to true if only trusted callers "
            "reach the port"
        )


def loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def address(host: str, port: int) -> str:
    """Host and port as gRPC writes them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
