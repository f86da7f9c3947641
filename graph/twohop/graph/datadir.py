"""The data directory: made private to its user, and owned by one process at a time."""

import errno
import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

from twohop.errors import DataDirHeld, DataDirUnusable, StorageFull

LOCK = "twohop.lock"
"""The file whose lock is the ownership, and whose text says who owns it. It is never removed: a removed file could be
locked by two processes, one on the old inode and one on the new."""

INSTANCE = "instance"
"""The file that holds the directory's own id."""

PAUSE = 0.001
"""Seconds before a lock is tried again when only a look at it (`read_owner`) was in the way: a look takes less."""

TRIES = 1_000
"""How often it is tried: a process that looks can be stopped in the middle of it, for longer than this it can't be
told from an owner."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who owns a data directory: its process id, and where it serves (empty until it does)."""

    pid: int
    address: str


class DataDir:
    """A data directory that this process owns, until `release` or its end, however it ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path) -> Self:
        """Own the directory, made with mode 0700 if it isn't there.

        Raises:
            DataDirHeld: another process owns it; the error has its address.
            DataDirUnusable: not a directory, or not writable for this process.
            StorageFull: no room for the lock file.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as e:
            raise refused(path, e) from e
        try:
            take(path, descriptor)
            directory = cls(path, descriptor)
            directory.publish("")
        except BaseException as e:
            os.close(descriptor)
            if isinstance(e, OSError):
                raise refused(path, e) from e
            raise
        return directory

    def publish(self, address: str) -> None:
        """Tell other processes where this one serves."""
        if self._descriptor is None:
            raise RuntimeError("the data directory was released")
        text = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))

    def instance(self) -> str:
        """What tells this directory from every other one, whatever its path: made when it is first asked for."""
        name = self.path / INSTANCE
        if not name.exists():
            draft = self.path / f"{INSTANCE}.new"
            draft.write_text(uuid4().hex, encoding="ascii")
            draft.replace(name)
        return name.read_text(encoding="ascii")

    def release(self) -> None:
        """Give the directory up; a second call does nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            try:
                os.ftruncate(descriptor, 0)
            finally:
                os.close(descriptor)


def read_owner(path: Path) -> Held | None:
    """Who owns the directory now; None when nobody does, whatever a killed process left behind."""
    try:
        descriptor = os.open(path / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if attempt(descriptor, fcntl.LOCK_SH) else owner_of(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def take(path: Path, descriptor: int) -> None:
    """Lock the file, or say who has it.

    Raises:
        DataDirHeld: another process has it.
    """
    if not lock(descriptor):
        held = owner_of(descriptor)
        at = f" at {held.address}" if held.address else ""
        raise DataDirHeld(
            f"{path} is in use by process {held.pid or 'unknown'}{at}: "
            "talk to it, stop it, or use another data directory",
            address=held.address,
        )


def lock(descriptor: int) -> bool:
    """Take the exclusive lock; False when another process has it."""
    for _ in range(TRIES):
        if attempt(descriptor, fcntl.LOCK_EX):
            return True
        if not attempt(descriptor, fcntl.LOCK_SH):
            return False
        # Only shared locks stand in the way, and those are looks. Ours would be one more.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(PAUSE)
    return False


def attempt(descriptor: int, kind: int) -> bool:
    """Take a lock if it can be had at once."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def owner_of(descriptor: int) -> Held:
    """What the lock file says; nothing known while its owner is writing it."""
    try:
        found = json.loads(os.pread(descriptor, 4096, 0))
        return Held(pid=int(found["pid"]), address=str(found["address"]))
    except (ValueError, KeyError, TypeError):
        return Held(pid=0, address="")


def refused(path: Path, error: OSError) -> DataDirUnusable | StorageFull:
    """Why the directory can't be used, and what to do."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return StorageFull("the disk that holds the data directory is full: free some space")
        case errno.EEXIST | errno.ENOTDIR | errno.EISDIR:
            return DataDirUnusable(f"{path} is not a directory: give another data directory")
        case errno.EROFS:
            return DataDirUnusable(f"{path} is on a read-only file system: give a data directory that can be written")
        case errno.EACCES | errno.EPERM:
            return DataDirUnusable(f"{path} can't be written by this user: fix its permissions, or give another one")
        case _:
            return DataDirUnusable(f"{path} can't be used as the data directory ({error.strerror})")
