"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """The command line sets up the process's log; a test that runs it in this process must not decide for the next."""
    yield
    structlog.reset_defaults()
