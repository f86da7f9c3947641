"""A server that dies at a named step of an add goes on, when it is started again, as if it had never died."""

import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from ledger_state import State, state_of
from server_process import LINE_SECONDS, running
from twohop.client import Memory
from twohop.errors import Misconfigured, Unavailable
from twohop.memory.steps import Step, fault_point

Shape = dict[str, Any]

BEFORE = [
    {
        "role": "user",
        "name": "Alice",
        "content": "I work at Lumen Labs and I live in Lisbon with my dog Biscuit.",
        "observed_at": "2025-01-14",
    }
]
SAID = [
    {
        "role": "user",
        "name": "Alice",
        "content": "I moved to Porto last week. My sister Emma works at Northwind.",
        "observed_at": "2025-03-03",
    },
    {
        "role": "user",
        "name": "Alice",
        "content": "I no longer work at Lumen Labs; I joined Solstice on 5 May. My dog is called Biscuit.",
        "observed_at": "2025-05-12",
    },
]
"""Two chunks that add, supersede, end and repeat facts."""

QUESTION = "Where does Alice's sister work?"
CHUNK = "1"
FINAL = {"done", "partial", "failed", "cancelled"}

BEFORE_ACCEPT = {Step.RECEIVED, Step.ACCEPT_WRITTEN}
IN_SECOND_CHUNK = ("extracted:2", "commit_durable:2")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory in which the story's first exchange stands."""
    data_dir = tmp_path_factory.mktemp("begun") / "data"
    with running(data_dir) as server, Memory(server.address) as memory:
        memory.add(BEFORE, user_id="alice", run_id="first")
        assert server.stop() == 0
    return data_dir


@pytest.fixture(scope="module")
def undisturbed(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shape, list[str], State]:
    """What the story's second exchange leads to when nothing happens: the answer, what recall finds, the ledger."""
    data_dir = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(begun, data_dir)
    with running(data_dir, TWOHOP_WRITE__CHUNK=CHUNK) as server, Memory(server.address) as memory:
        added = told(tell(memory))
        found = found_by(memory)
        assert server.stop() == 0
    assert [result["event"] for result in added["results"]] == [
        "SUPERSEDE",
        "ADD",
        "ADD",
        "DELETE",
        "SUPERSEDE",
        "NOOP",
    ]
    return added, found, state_of(data_dir)


@pytest.mark.parametrize("fault", [*(str(step) for step in Step), *IN_SECOND_CHUNK])
def test_a_process_that_dies_at_a_step_loses_nothing(
    fault: str, begun: Path, undisturbed: tuple[Shape, list[str], State], tmp_path: Path
) -> None:
    """Dead before the accept there is nothing; dead after it the add goes on by itself; both end as if undisturbed."""
    data_dir = tmp_path / "data"
    shutil.copytree(begun, data_dir)
    with running(data_dir, TWOHOP_WRITE__CHUNK=CHUNK, TWOHOP_FAULT_POINT=fault) as server:
        with Memory(server.address) as memory, pytest.raises(Unavailable):
            tell(memory)
        assert server.ended() == -signal.SIGKILL

    left = state_of(data_dir)
    if fault in BEFORE_ACCEPT:
        assert left == state_of(begun)
    else:
        assert [row["content"] for row in left["messages"]] == [one["content"] for one in (*BEFORE, *SAID)]

    with running(data_dir, TWOHOP_WRITE__CHUNK=CHUNK) as server, Memory(server.address) as memory:
        added = finished(memory)
        assert (told(added), found_by(memory)) == undisturbed[:2]
        assert server.stop() == 0
    assert state_of(data_dir) == undisturbed[2]


def test_an_unknown_fault_point_is_refused() -> None:
    """A fault point that names no step, or no time, is refused with the steps that there are."""
    for setting in ("comitted", "committed:0", "committed:x", ":2"):
        with pytest.raises(Misconfigured, match=r"received, accept_written, .*, answered"):
            fault_point(setting)


def tell(memory: Memory) -> Shape:
    return memory.add(SAID, user_id="alice", run_id="second", request_id="the second exchange")


def finished(memory: Memory) -> Shape:
    """The same request again until its job is over: a repeated one starts nothing."""
    give_up = time.monotonic() + LINE_SECONDS
    while (added := tell(memory))["state"] not in FINAL or not added["indexed"]:
        assert time.monotonic() < give_up, f"the add is still {added['state']}: {added['error']}"
    return added


def told(added: Shape) -> Shape:
    """An answer without ids."""
    kept = ("memory", "event", "fact", "previous_memory", "decider", "reason", "refused", "valid_from", "valid_to")
    return {
        "state": added["state"],
        "results": [{name: result[name] for name in kept} for result in added["results"]],
        "relations": [(one["text"], one["valid_from"], one["valid_to"]) for one in added["relations"]],
    }


def found_by(memory: Memory) -> list[str]:
    """What recall answers, which needs the index."""
    return [result["memory"] for result in memory.search(QUESTION, user_id="alice", limit=3)["results"]]
