"""A server that is killed at any moment loses nothing it acknowledged and leaves nothing half-done."""

import os
import random
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server_process import ServerProcess, running
from twohop.client import Memory
from twohop.errors import TwohopError
from twohop.graph.datadir import read_owner

KILLS = int(os.environ.get("KILLS", "10"))
"""A kill takes about a second, most of it the next start; `make soak` runs 50."""


class Writer:
    """Adds one person after another until the server is gone; remembers which adds were acknowledged."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.answered = threading.Event()

    def write(self, server: ServerProcess, round_: int) -> threading.Thread:
        self.answered.clear()
        thread = threading.Thread(target=self._run, args=(server.address, round_))
        thread.start()
        return thread

    def _run(self, address: str, round_: int) -> None:
        with Memory(address) as memory:
            number = 0
            while True:
                number += 1
                fact = f"Person{round_}x{number} works at Firm{round_}x{number}"
                self.sent.add(fact)
                try:
                    added = memory.add(f"{fact}.", user_id="owner")
                except TwohopError:
                    return
                if added["state"] == "done":
                    self.acknowledged.add(fact)
                    self.answered.set()


@pytest.mark.timeout(480)
def test_kills_at_random_moments_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """After kills at random moments every acknowledged add is there whole, once, and nothing else half."""
    moments = random.Random(7)
    writer = Writer()
    data_dir = tmp_path / "data"
    for round_ in range(KILLS):
        with running(data_dir) as server:
            thread = writer.write(server, round_)
            if round_ % 2:  # Every other time it dies while it works on the first add already.
                writer.answered.wait(60)
            thread.join(moments.uniform(0.02, 0.3))
            server.kill()
            thread.join()
    assert len(writer.acknowledged) >= KILLS // 2
    assert read_owner(data_dir) is None
    with running(data_dir) as server, Memory(server.address) as memory:
        # What was accepted and not finished goes on meanwhile: one moment for both reads.
        now = datetime.now(UTC)
        kept = memory.get_all(user_id="owner", limit=10_000, known_at=now)["results"]
        texts = [result["memory"] for result in kept]
        assert writer.acknowledged <= set(texts) <= writer.sent
        assert len(texts) == len(set(texts))
        assert all(result["evidence"] for result in kept)
        relations = memory.relations(user_id="owner", limit=10_000, known_at=now)["results"]
        assert sorted(relation["text"] for relation in relations) == sorted(texts)
        last = max(writer.acknowledged)
        person, firm = last.split(" works at ")
        found = memory.search(f"Where does {person} work?", user_id="owner", limit=3)["results"]
        assert any(firm in result["memory"] for result in found)
        assert server.stop() == 0
