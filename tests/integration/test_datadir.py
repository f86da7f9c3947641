"""One owner a data directory."""

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from twohop.errors import DataDirHeld, DataDirUnusable, StorageFull
from twohop.graph.datadir import LOCK, DataDir, Held, read_owner, refused

HOLDS = """
    import sys, signal
    from pathlib import Path
    from twohop.graph.datadir import DataDir
    held = DataDir.acquire(Path(sys.argv[1]))
    held.publish("127.0.0.1:4711")
    print("held", flush=True)
    signal.pause()
"""


def holder(path: Path) -> "subprocess.Popen[str]":
    """Another process that owns the directory and serves."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDS), str(path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_directory_is_made_private(tmp_path: Path) -> None:
    """A missing directory is made, with its parents, readable for its user alone."""
    path = tmp_path / "a" / "b"
    directory = DataDir.acquire(path)

    assert directory.path == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((path / LOCK).stat().st_mode) == 0o600
    directory.release()


def test_the_lock_says_who_has_it(tmp_path: Path) -> None:
    """The owner's process id is known at once, its address once it serves, and nobody after release."""
    assert read_owner(tmp_path) is None
    directory = DataDir.acquire(tmp_path)
    assert read_owner(tmp_path) == Held(pid=os.getpid(), address="")
    directory.publish("a very long host name indeed:50051")
    directory.publish("[::1]:1")
    assert read_owner(tmp_path) == Held(pid=os.getpid(), address="[::1]:1")
    assert json.loads((tmp_path / LOCK).read_text()) == {"pid": os.getpid(), "address": "[::1]:1"}
    directory.release()
    assert read_owner(tmp_path) is None
    with pytest.raises(RuntimeError):
        directory.publish("too late")


def test_a_second_owner_is_refused(tmp_path: Path) -> None:
    """Whoever comes second, in this process too, hears where the owner serves; after release it may have it."""
    first = DataDir.acquire(tmp_path)
    first.publish("127.0.0.1:9")
    with pytest.raises(DataDirHeld, match=r"127\.0\.0\.1:9") as refusal:
        DataDir.acquire(tmp_path)
    assert refusal.value.address == "127.0.0.1:9"
    first.release()
    first.release()
    DataDir.acquire(tmp_path).release()


def test_another_process_holds_it_until_it_dies(tmp_path: Path) -> None:
    """The lock is the process's: killed with -9 it owns nothing, though its file still names it."""
    process = holder(tmp_path)
    try:
        assert read_owner(tmp_path) == Held(pid=process.pid, address="127.0.0.1:4711")
        with pytest.raises(DataDirHeld, match=str(process.pid)) as refusal:
            DataDir.acquire(tmp_path)
        assert refusal.value.address == "127.0.0.1:4711"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    assert "4711" in (tmp_path / LOCK).read_text()
    assert read_owner(tmp_path) is None
    directory = DataDir.acquire(tmp_path)
    assert read_owner(tmp_path) == Held(pid=os.getpid(), address="")
    directory.release()


def test_looking_does_not_get_in_the_way(tmp_path: Path) -> None:
    """However many look who owns it, one that wants it gets it."""
    with ThreadPoolExecutor(4) as threads:
        looks = [threads.submit(read_owner, tmp_path) for _ in range(200)]
        for _ in range(40):
            DataDir.acquire(tmp_path).release()
        assert all(look.result() in {None, Held(os.getpid(), ""), Held(0, "")} for look in looks)


def test_of_many_at_once_one_gets_it(tmp_path: Path) -> None:
    """Concurrent tries have one winner."""

    def attempt(_: int) -> DataDir | None:
        try:
            return DataDir.acquire(tmp_path)
        except DataDirHeld:
            return None

    with ThreadPoolExecutor(8) as threads:
        won = [directory for directory in threads.map(attempt, range(64)) if directory is not None]
    assert len(won) == 1
    won[0].release()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"pid": "x", "address": ""}', b"\xff\xfe"])
def test_a_lock_file_that_can_not_be_read_is_still_a_lock(tmp_path: Path, content: bytes) -> None:
    """What the file says is for people; that it is locked is what counts."""
    directory = DataDir.acquire(tmp_path)
    (tmp_path / LOCK).write_bytes(content)
    assert read_owner(tmp_path) == Held(pid=0, address="")
    with pytest.raises(DataDirHeld, match="unknown"):
        DataDir.acquire(tmp_path)
    directory.release()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """A file where the directory, its parent or its lock should be is told as such."""
    (tmp_path / "file").touch()
    (tmp_path / "locked" / LOCK).mkdir(parents=True)
    for path in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "locked"):
        with pytest.raises(DataDirUnusable, match="not a directory"):
            DataDir.acquire(path)
        assert read_owner(path) is None


def test_a_file_system_that_takes_no_directories_is_refused() -> None:
    """Where nothing can be made the error names the path and what to do."""
    with pytest.raises(DataDirUnusable, match=r"/proc/twohop .*data directory"):
        DataDir.acquire(Path("/proc/twohop"))


@pytest.mark.parametrize(
    ("number", "error", "says"),
    [
        ("EROFS", DataDirUnusable, "read-only"),
        ("EACCES", DataDirUnusable, "permissions"),
        ("EPERM", DataDirUnusable, "permissions"),
        ("ENOSPC", StorageFull, "full"),
        ("EDQUOT", StorageFull, "full"),
        ("ENOLCK", DataDirUnusable, "can't be used"),
    ],
)
def test_each_refusal_of_the_system_says_what_to_do(number: str, error: type[Exception], says: str) -> None:
    """What the operating system refuses becomes an error that says what to do about it."""
    code = getattr(__import__("errno"), number)
    told = refused(Path("/data"), OSError(code, os.strerror(code)))
    assert isinstance(told, error)
    assert says in str(told)
