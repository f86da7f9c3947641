"""A real server for a measurement, on stores of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.embedders import embedder

from twohop.app import open_core
from twohop.client.remote import RemoteCore
from twohop.config import LlmSettings, ServerSettings, Settings
from twohop.memory.ports import Extractor
from twohop.server import Server


@asynccontextmanager
async def service(folder: Path, extractor: Extractor | None, embedding: str) -> AsyncIterator[tuple[RemoteCore, str]]:
    """A server on a free port with the stores of the environment; and the embedder's id.

    `extractor` None = the rules. `embedding`: one of `embedders.NAMES`.
    """
    settings = Settings(data_dir=folder / "data", server=ServerSettings(port=0), llm=LlmSettings(provider="rules"))
    with embedder(embedding) as chosen:
        async with open_core(settings, extractor=extractor, embedder=chosen) as app:
            server = Server(app.core, settings)
            client = RemoteCore(f"127.0.0.1:{await server.start()}")
            try:
                yield client, app.embedder.model
            finally:
                await client.close()
                await server.stop()
