"""The client's life: how it opens, closes, ends with its process, and what it refuses to be."""

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clients import MODES, driven
from serving import serving, settings_for
from twohop import errors
from twohop.client import AsyncMemory, Memory


async def test_tenants_are_apart(tmp_path: Path) -> None:
    """Two clients of two tenants with one user id share nothing."""
    async with serving(tmp_path / "data") as served:
        one, two = AsyncMemory(served.address, tenant="one"), AsyncMemory(served.address, tenant="two")
        await one.add("x", user_id="u", facts=["Alice works at Acme"])
        assert (await two.get_all(user_id="u"))["results"] == []
        assert len((await one.get_all(user_id="u"))["results"]) == 1
        await one.close()
        await two.close()


async def test_a_running_loop_is_no_obstacle(tmp_path: Path) -> None:
    """The blocking client works where a loop is running already, as in a notebook."""
    with Memory(settings=settings_for(tmp_path / "data")) as memory:
        memory.add("x", user_id="u", facts=["Alice works at Acme"])
        assert len(memory.get_all(user_id="u")["results"]) == 1


@pytest.mark.parametrize("mode", MODES)
async def test_a_closed_client_says_so(mode: str, tmp_path: Path) -> None:
    """After close every call is refused, and a second close does nothing."""
    async with driven(mode, tmp_path / "data") as memory:
        await memory.get_all(user_id="u")
        await memory.close()
        with pytest.raises(errors.ShuttingDown, match="closed"):
            await memory.search("x", user_id="u")


def test_a_forgotten_client_is_closed(tmp_path: Path) -> None:
    """A client that is dropped without close gives its data directory up, with everything it added."""
    memory = Memory(settings=settings_for(tmp_path / "data"))
    memory.add("x", user_id="u", facts=["Alice works at Acme"])
    del memory
    gc.collect()
    with Memory(settings=settings_for(tmp_path / "data")) as again:
        assert len(again.get_all(user_id="u")["results"]) == 1


def test_a_client_collected_in_its_own_thread_is_closed(tmp_path: Path) -> None:
    """A client in a cycle may be collected by its own loop's thread, and still gives its directory up."""
    memory: Any = Memory(settings=settings_for(tmp_path / "data"))
    memory.add("x", user_id="u", facts=["Alice works at Acme"])
    memory.itself, thread, run = memory, memory._loop._thread, memory._loop.run

    async def collect() -> None:
        gc.collect()

    del memory
    run(collect())
    thread.join(30)
    with Memory(settings=settings_for(tmp_path / "data")) as again:
        assert len(again.get_all(user_id="u")["results"]) == 1


def test_a_script_may_end_without_close(tmp_path: Path) -> None:
    """A process that ends with its client open ends cleanly and silently, and what it added is there."""
    script = (
        "import sys; from twohop.client import Memory; memory = Memory(data_dir=sys.argv[1]);"
        "memory.add('x', user_id='u', facts=['Alice works at Acme'])"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TWOHOP_LLM__PROVIDER": "rules"}
    command = [sys.executable, "-c", script, str(tmp_path / "data")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    with Memory(settings=settings_for(tmp_path / "data")) as again:
        assert len(again.get_all(user_id="u")["results"]) == 1


def test_a_held_directory_names_its_owner(tmp_path: Path) -> None:
    """A second embedded client on one directory is refused."""
    with Memory(settings=settings_for(tmp_path / "data")), pytest.raises(errors.DataDirHeld):
        Memory(settings=settings_for(tmp_path / "data")).get_all(user_id="u")


def test_nobody_listens() -> None:
    """A server that isn't there is Unavailable, and the error has the address."""
    with Memory("127.0.0.1:1") as memory, pytest.raises(errors.Unavailable, match=r"127\.0\.0\.1:1"):
        memory.get_all(user_id="u")


@pytest.mark.parametrize("arguments", [{"api_key": "k"}, {"tls": True}])
def test_keys_and_tls_are_not_served_yet(arguments: dict[str, Any]) -> None:
    """What this version can't honour is refused, not ignored."""
    with pytest.raises(errors.NotServed):
        AsyncMemory("127.0.0.1:1", **arguments)


def test_a_target_and_a_directory_are_one_too_many(tmp_path: Path) -> None:
    """A client is remote or embedded, not both."""
    with pytest.raises(errors.Misconfigured):
        AsyncMemory("127.0.0.1:1", data_dir=tmp_path)
