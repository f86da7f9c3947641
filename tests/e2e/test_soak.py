"""The soak's short form: writers in two client processes on one owner of a real server leave nothing wrong."""

import pytest
from bench.soak.check import RULES
from bench.soak.run import Report, soak


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return soak(tmp_path_factory.mktemp("soak"), seconds=3, writers=8)


def test_the_server_answers_every_writer(report: Report) -> None:
    """Eight writers on one owner get answers, each add with its own job."""
    assert report.acknowledged >= 8
    assert report.pending == 0


@pytest.mark.parametrize("rule", [*RULES, "verify"])
def test_concurrent_adds_leave_nothing_wrong(rule: str, report: Report) -> None:
    """Nothing acknowledged is lost, doubled or half linked, and errors are those that are documented."""
    assert report.findings[rule] == []
