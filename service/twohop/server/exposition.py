"""Metrics over HTTP for a scraper."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from twohop.errors import Misconfigured

log = structlog.get_logger(__name__)


@contextmanager
def exposed(registry: CollectorRegistry, host: str, port: int | None) -> Iterator[int]:
    """Serve the registry's metrics there, in a thread; port None = not at all, 0 = a free one. Gives the port.

    Raises:
        Misconfigured: the port is taken.
    """
    if port is None:
        yield 0
        return
    try:
        server, thread = start_http_server(port, addr=host, registry=registry)
    except OSError as e:
        raise Misconfigured(
            f"metrics can't be served on {host}:{port}: set TWOHOP_SERVER__METRICS_PORT to a free port"
        ) from e
    try:
        log.info("metrics.served", address=f"{host}:{server.server_port}")
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
