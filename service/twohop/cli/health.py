"""`twohop health`: whether a server takes calls. Probes run it every few seconds, so it loads little."""

from typing import Annotated, Any

import grpc
import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc

from twohop.cli.failures import told
from twohop.config import Settings
from twohop.errors import Unavailable

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # Nothing is bound here.
"""Where a server that listens on every address is reached from its own machine."""


def health(
    *,
    target: Annotated[
        str, typer.Option("--target", "-t", help="A server's host:port. Default: the one of these settings.")
    ] = "",
    timeout: Annotated[float, typer.Option(min=0.1, help="Most seconds to wait.")] = 5.0,
) -> None:
    """Ask a server whether it takes calls. Exit code 0: it does; 4: it starts, drains or can't be reached."""
    with told():
        where = target or own()
        require_serving(where, timeout)
        typer.echo(f"{where} serves")


def own() -> str:
    """Where a server with the settings of the environment listens, as seen from its own machine."""
    server = Settings().server
    return f"{ANYWHERE.get(server.host, server.host)}:{server.port}"


def require_serving(target: str, timeout: float) -> None:
    """Raise `Unavailable` unless the server says within `timeout` seconds that it serves."""
    with grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            status = stub.Check(health_pb2.HealthCheckRequest(), timeout=timeout).status
        except grpc.RpcError as e:
            raise Unavailable(f"{target} does not answer") from e
    if status != health_pb2.HealthCheckResponse.SERVING:
        raise Unavailable(f"{target} does not serve now")


if __name__ == "__main__":
    typer.run(health)
