"""The folder of an Edge index: which of its shards is the current one, and what it was built with.

::

    index.json     model, dimension, encoder, format, and the name of the current shard's folder
    shard-…/       the current shard; others are leftovers of a rebuild that was cut short
    aside/         the last shard that couldn't be read
    open           there while a process has the index open: the boot that it runs in

A rebuilt shard becomes current by replacing `index.json`, so a crash at any moment leaves one whole index.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp

from twohop.errors import SchemaTooNew
from twohop.vector.checks import check_built
from twohop.vector.model import IndexInfo
from twohop.vector.payload import FORMAT

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`index.json`. `optimised`: points of the shard when it was last optimised."""

    model: str
    dimension: int
    encoder: str
    shard: str
    optimised: int = 0
    format: int = FORMAT

    def check(self, wanted: IndexInfo) -> None:
        """Refuse an index that other vectors were written to.

        Raises:
            EmbedderMismatch: it was built with another model, dimension or encoder.
        """
        check_built(IndexInfo(model=self.model, dimension=self.dimension, encoder=self.encoder), wanted)


class Folder:
    """The files around the shards."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self) -> Manifest | None:
        """What is there; None when nothing readable is.

        Raises:
            SchemaTooNew: a newer twohop wrote it.
        """
        try:
            fields = json.loads((self.path / "index.json").read_text(encoding="utf-8"))
            if fields["format"] > FORMAT:
                raise SchemaTooNew("the index was written by a newer twohop: upgrade, or open another data directory")
            manifest = Manifest(**fields)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None
        return manifest if manifest.format == FORMAT else None

    def write(self, manifest: Manifest) -> None:
        """Make a shard the current one, durably and at once."""
        draft = self.path / "index.json.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(manifest), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / "index.json")
        directory = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def new_shard(self) -> Path:
        """A name that no other rebuild, running or dead, writes to."""
        folder = Path(mkdtemp(prefix="shard-", dir=self.path))
        folder.rmdir()
        return folder

    def sweep(self, current: str) -> None:
        """Remove the shards that are not the current one."""
        for folder in self.path.glob("shard-*"):
            if folder.name != current:
                shutil.rmtree(folder, ignore_errors=True)

    def set_aside(self) -> None:
        """Move what can't be read out of the way, in place of what was moved there before."""
        old = [*self.path.glob("shard-*"), *self.path.glob("index.json")]
        if not old:
            return
        aside = self.path / "aside"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for each in old:
            each.rename(aside / each.name)

    def mark_open(self) -> bool:
        """Note that the index is open. True when the machine went down while it was.

        Edge's log survives the death of the process but is not synced at each write: the last of them may be lost.
        """
        mark, boot = self.path / "open", boot_id()
        went_down = mark.exists() and mark.read_text(encoding="utf-8") != boot
        mark.write_text(boot, encoding="utf-8")
        return went_down

    def mark_closed(self) -> None:
        """Note that everything is on disk."""
        (self.path / "open").unlink(missing_ok=True)


def boot_id() -> str:
    """What tells this boot of the machine from others; empty where the system doesn't say."""
    return BOOT_ID.read_text(encoding="utf-8").strip() if BOOT_ID.exists() else ""
