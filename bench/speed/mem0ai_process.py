"""mem0ai as its users run it on one machine, measured in an environment of its own: it imports nothing of twohop.

Reads a task from standard input (JSON: `texts`, `questions`, `seconds`, `checkpoints`, `folder`), and writes a line of
JSON at every checkpoint. Configured: adds without inference (`infer=False`), so that no model is called; Qdrant's local
mode on disk; wordllama's 256-dimensional vectors, which twohop uses too; history in SQLite; no telemetry. All else as
it comes.
"""

import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

USER = "big"


def main() -> None:
    """Add until the time is over; search at every checkpoint on the way, and at the end."""
    task = json.load(sys.stdin)
    folder = Path(task["folder"])
    os.environ |= {"MEM0_TELEMETRY": "False", "MEM0_DIR": str(folder / "home"), "OPENAI_API_KEY": "none"}
    logging.disable()
    memory = opened(folder)
    checkpoints = set(task["checkpoints"])
    adding, count = 0.0, 0
    for text in task["texts"]:
        began = time.perf_counter()
        memory.add(text, user_id=USER, infer=False)
        adding += time.perf_counter() - began
        count += 1
        if count in checkpoints:
            tell(memory, count, adding, task["questions"])
            checkpoints.discard(count)
        if adding > task["seconds"]:
            break
    if count not in task["checkpoints"]:
        tell(memory, count, adding, task["questions"])


def opened(folder: Path) -> Any:
    """A memory on this folder."""
    # Imported after the environment is set, which mem0 reads at import.
    import wordllama  # noqa: PLC0415
    from mem0 import Memory  # noqa: PLC0415  # pyright: ignore[reportMissingImports]
    from mem0.embeddings.base import EmbeddingBase  # noqa: PLC0415  # pyright: ignore[reportMissingImports]
    from mem0.utils.factory import EmbedderFactory  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    # Its tokenizer lies in its wheel, where only the cache is looked for.
    package = Path(wordllama.__file__).parent
    vectors = wordllama.WordLlama.load(dim=256, cache_dir=package, disable_download=True)

    class Embedder(EmbeddingBase):  # type: ignore[misc]
        """The vectors that twohop has by default."""

        def embed(self, text: str, memory_action: str | None = None) -> list[float]:
            del memory_action
            found: list[float] = vectors.embed([text], norm=True)[0].tolist()
            return found

    # The slot for embedders that callers bring along; the class that stands there needs LangChain for nothing else.
    sys.modules[__name__].__dict__["Embedder"] = Embedder
    EmbedderFactory.provider_to_class["langchain"] = f"{__name__}.Embedder"
    store = {"collection_name": "bench", "path": str(folder / "qdrant"), "embedding_model_dims": 256, "on_disk": True}
    return Memory.from_config(
        {
            "embedder": {"provider": "langchain", "config": {"embedding_dims": 256}},
            "vector_store": {"provider": "qdrant", "config": store},
            "history_db_path": str(folder / "history.db"),
        }
    )


def tell(memory: Any, count: int, adding: float, questions: list[str]) -> None:
    """Search, and say how everything stands."""
    seconds: list[float] = []
    for question in questions:
        began = time.perf_counter()
        memory.search(question, filters={"user_id": USER}, top_k=10)
        seconds.append(time.perf_counter() - began)
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    anonymous = [int(line.split()[1]) / 1_024 for line in lines if line.startswith("RssAnon:")]
    told = {"memories": count, "adding_seconds": adding, "search_seconds": seconds, "memory_mib": anonymous}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
