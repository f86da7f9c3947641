"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# How long an example takes says more about the machine than about the code; every run tries the same examples.
settings.register_profile("twohop", deadline=None, derandomize=True)
settings.load_profile("twohop")

pytest_plugins = ["neo4j_server"]


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """The command line sets up the process's log; a test that runs it in this process must not decide for the next."""
    yield
    structlog.reset_defaults()
