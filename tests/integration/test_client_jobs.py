"""Jobs through the clients: every kind of client lists, watches, cancels and replays alike."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from serving import serving, settings_for
from twohop.client import AsyncMemory, Memory
from twohop.client.questions import Whose
from twohop.errors import Conflict, InvalidInput, NotFound

TOLD: Whose = {"user_id": "alice"}
KEYS = {
    "job_id", "kind", "state", "session", "attempts", "next_attempt_at", "error", "created_at", "updated_at",
    "message_ids", "usage", "user_id", "agent_id", "run_id",
}  # fmt: skip


@pytest.mark.parametrize("place", ["local", "grpc"])
async def test_jobs_are_listed_watched_and_steered(place: str, tmp_path: Path) -> None:
    """In this process and over a server: of an owner or a tenant, by state; watched to the end; final ones stay."""
    async with serving(tmp_path / "served") as served:
        own = AsyncMemory(settings=settings_for(tmp_path / "own"))
        async with AsyncMemory(served.address) if place == "grpc" else own as memory:
            added = await memory.add("Alice works at Acme.", **TOLD)
            await memory.add("Bob likes tea.", user_id="bob")
            mine, everyone = await memory.jobs(**TOLD), await memory.jobs()
            assert [(one["job_id"], one["user_id"]) for one in mine["results"]] == [(added["job_id"], "alice")]
            assert set(mine["results"][0]) == KEYS
            assert [one["user_id"] for one in everyone["results"]] == ["bob", "alice"]
            assert (await memory.jobs(states=["failed"]))["results"] == []
            watched = [change async for change in memory.watch_job(added["job_id"], **TOLD)]
            assert watched == [await memory.job(added["job_id"], **TOLD)]
            assert (watched[0]["state"], watched[0]["results"]) == ("done", added["results"])
            assert (await memory.cancel_job(added["job_id"], **TOLD))["state"] == "done"
            with pytest.raises(Conflict):
                await memory.replay_job(added["job_id"], **TOLD)
            with pytest.raises(NotFound):
                await memory.cancel_job(added["job_id"], user_id="bob")
            with pytest.raises(InvalidInput):
                await memory.jobs(states=["lost"])


async def test_a_run_beside_the_owner_sees_its_own_jobs(tmp_path: Path) -> None:
    """Under another run of the same user a job is neither listed nor shown, cancelled or replayed."""
    async with AsyncMemory(settings=settings_for(tmp_path / "own")) as memory:
        monday = (await memory.add("Alice works at Acme.", user_id="alice", run_id="monday"))["job_id"]
        tuesday = (await memory.add("Alice likes tea.", user_id="alice", run_id="tuesday"))["job_id"]
        listed = await memory.jobs(user_id="alice", run_id="monday")
        assert [one["job_id"] for one in listed["results"]] == [monday]
        for steer in (memory.job, memory.cancel_job, memory.replay_job):
            with pytest.raises(NotFound):
                await steer(tuesday, user_id="alice", run_id="monday")
        assert (await memory.cancel_job(monday, user_id="alice", run_id="monday"))["state"] == "done"


async def test_a_blocking_client_watches_too(tmp_path: Path) -> None:
    """The loop over a job's changes ends with the job, and leaving it early leaves nothing behind."""
    async with serving(tmp_path / "served") as served:

        def watch() -> tuple[list[Any], list[Any]]:
            with Memory(served.address) as memory:
                job_id = memory.add("Alice works at Acme.", **TOLD)["job_id"]
                changes = memory.watch_job(job_id, **TOLD)
                first = [next(changes)]
                changes.close()
                return first, list(memory.watch_job(job_id, **TOLD))

        first, all_ = await asyncio.to_thread(watch)
        assert first == all_
        assert [change["state"] for change in all_] == ["done"]
