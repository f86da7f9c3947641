"""An Edge index on disk: the current shard in its folder, and the swap to an optimised copy of it."""

import shutil
from dataclasses import replace
from itertools import islice
from pathlib import Path

import structlog

from twohop.vector.edge_folder import Folder, Manifest
from twohop.vector.edge_shard import Shard
from twohop.vector.memory import Memory
from twohop.vector.model import IndexInfo

REPLAYED = 256
"""Points that are brought over at a time, so that searches get in between."""

log = structlog.get_logger(__name__)


class Store:
    """What the owning thread holds. `fresh`: the ledger has to fill it, since it is new, was unreadable or lost writes.

    Raises:
        EmbedderMismatch: the index was built with another model, dimension or encoder.
        SchemaTooNew: a newer twohop wrote it.
    """

    def __init__(self, path: Path, wanted: IndexInfo, memory: Memory) -> None:
        self._folder = Folder(path)
        self._memory = memory
        self._incoming: Shard | None = None
        built = self._folder.read()
        shard = None
        if built is not None:
            built.check(wanted)
            shard = self._loaded(built)
        if built is None or shard is None:
            built, shard = self._begun(wanted)
        self.manifest = built
        self.shard = shard
        self._folder.sweep(built.shard)
        self.fresh = self._folder.mark_open() or shard.points() == 0

    def unoptimised(self) -> int:
        """Points that came since the shard was last optimised."""
        return self.shard.points() - self.manifest.optimised

    def copy(self) -> Path:
        """A copy of the shard that may be optimised; from now on the shard notes what changes."""
        self.shard.flush()
        self.shard.touched = set()
        copy = self._folder.new_shard()
        shutil.copytree(self._folder.path / self.manifest.shard, copy)
        return copy

    def adopt(self, copy: Path) -> bool:
        """Bring some of what changed into the copy. When nothing is left make it the current shard and return True."""
        if self._incoming is None:
            self._incoming = Shard.load(copy, self._memory)
        incoming, touched = self._incoming, self.shard.touched or set()
        batch = set(islice(touched, REPLAYED))
        incoming.overwrite(batch, self.shard.read(batch))
        touched -= batch
        if touched:
            return False
        incoming.flush()
        self.manifest = replace(self.manifest, shard=copy.name, optimised=incoming.points())
        self._folder.write(self.manifest)
        self.shard.close()
        self.shard, self._incoming = incoming, None
        self._folder.sweep(copy.name)
        return True

    def give_up(self) -> None:
        """Forget a copy that isn't the current shard."""
        self.shard.touched = None
        if self._incoming is not None:
            self._incoming.close()
            self._incoming = None
        self._folder.sweep(self.manifest.shard)

    def close(self) -> None:
        """Put everything on disk and release it."""
        self.shard.flush()
        self.shard.close()
        self._folder.mark_closed()

    def _loaded(self, built: Manifest) -> Shard | None:
        try:
            return Shard.load(self._folder.path / built.shard, self._memory)
        except BaseException:  # noqa: BLE001 - Edge raises bare exceptions, and panics that are no Exception
            log.warning("index_unreadable", consequence="it is built again from the ledger")
            return None

    def _begun(self, wanted: IndexInfo) -> tuple[Manifest, Shard]:
        self._folder.set_aside()
        place = self._folder.new_shard()
        shard = Shard.create(place, wanted.dimension, self._memory)
        manifest = Manifest(model=wanted.model, dimension=wanted.dimension, encoder=wanted.encoder, shard=place.name)
        self._folder.write(manifest)
        return manifest, shard
