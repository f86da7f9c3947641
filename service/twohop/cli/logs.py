"""Where a command's log lines go: stderr, so that stdout holds results only."""

import logging
import sys

import structlog


def log_to_stderr(*, quiet: bool = False) -> None:
    """Log to stderr: readable in a terminal, JSON lines elsewhere. `quiet` leaves out all below a warning."""
    # The driver tells of its retries on stderr, in the server's words; what comes of them is told here.
    logging.getLogger("neo4j").setLevel(logging.CRITICAL)
    terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
