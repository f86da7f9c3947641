"""Where log lines go: ours to stderr, and a driver's own nowhere."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from twohop.cli.logs import log_to_stderr


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    logging.getLogger("neo4j").setLevel(logging.NOTSET)


def test_the_driver_s_own_warnings_stay_out(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """It would tell of its retries as plain text with what the server said; our own lines are told."""
    log_to_stderr()
    logging.getLogger("neo4j.pool").warning("a retry, in the words of the server")
    structlog.get_logger("twohop").warning("ours")
    assert "ours" in capsys.readouterr().err
    assert caplog.records == []
