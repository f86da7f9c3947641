"""Metrics over HTTP for a scraper on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from twohop.errors import Misconfigured

log = structlog.get_logger(__name__)

LOOPBACK = "127.0.0.1"
"""Nobody is asked for a key, so nobody else reaches it."""


@contextmanager
def exposed(registry: CollectorRegistry, port: int | None) -> Iterator[int]:
    """Serve the registry's metrics on loopback, in a thread; None = not at all. Gives the port (port 0 = a free one).

    Raises:
        Misconfigured: the port is taken.
    """
    if port is None:
        yield 0
        return
    try:
        server, thread = start_http_server(port, addr=LOOPBACK, registry=registry)
    except OSError as e:
        raise Misconfigured(
            f"metrics can't be served on {LOOPBACK}:{port}: set TWOHOP_SERVER__METRICS_PORT to a free port"
        ) from e
    try:
        log.info("metrics.served", address=f"{LOOPBACK}:{server.server_port}")
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
