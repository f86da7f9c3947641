"""The gRPC server: `Server` listens, `serve` runs one until the process is told to stop."""

from twohop.server.listener import Server, require_loopback, serve

__all__ = ["Server", "require_loopback", "serve"]
