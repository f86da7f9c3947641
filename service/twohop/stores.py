"""Opening the stores that the settings name."""

from twohop.config import Settings
from twohop.vector.edge import EdgeIndex
from twohop.vector.embed import Embedder
from twohop.vector.sparse import ENCODER


async def open_index(settings: Settings, embedder: Embedder) -> EdgeIndex:
    """The index of the settings, for vectors of this embedder.

    Raises:
        EmbedderMismatch: it was built with another model, dimension or encoder.
        SchemaTooNew: a newer twohop wrote it.
    """
    return await EdgeIndex.open(
        settings.data_dir / "index", model=embedder.model, dimension=embedder.dimension, encoder=ENCODER
    )
