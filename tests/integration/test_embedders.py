"""Embedders: the default one beside its library, a real server over sockets with its faults, and the optional extra."""

import asyncio
import json
import math
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from model_server import Answer, Exchange, ModelServer, hang_up, model_server, reply, stall
from stories import ask, facts_in, tell
from twohop.app import open_core
from twohop.config import LlmSettings, Settings
from twohop.errors import Misconfigured, ModelDenied, ModelError, ModelRejected, ModelUnavailable
from twohop.graph.model import JobState
from twohop.vector.embed import Embedder
from twohop.vector.fastembed import BATCH, FastEmbedEmbedder
from twohop.vector.openai import OpenAIEmbedder
from twohop.vector.wordllama import WordLlamaEmbedder

KEY = "sk-very-secret"

BESIDE_THE_LIBRARY = """
import asyncio, logging, sys
from twohop.vector.wordllama import WordLlamaEmbedder
texts = ["Alice works at Acme", "naïve café 日本 🙂", "x" * 3000, "dog"]
ours = asyncio.run(WordLlamaEmbedder().embed(texts))
assert "wordllama" not in sys.modules and not logging.getLogger().handlers
from pathlib import Path
import numpy, wordllama
library = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
print(float(numpy.abs(library.embed(texts, norm=True) - ours).max()))
"""


def test_the_default_gives_what_its_library_gives() -> None:
    """The same vectors as `WordLlama.embed(norm=True)`, without the library's hold on the process's logging."""
    done = subprocess.run(
        [sys.executable, "-c", BESIDE_THE_LIBRARY],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert float(done.stdout) < 1e-6


async def test_the_default_embeds_few_texts_and_many_alike() -> None:
    """A blank text is zeros, and a batch that goes to the thread gives the same vectors as single calls."""
    embedder = WordLlamaEmbedder()
    texts = [f"note {number} on something that was said" for number in range(400)]

    many = await embedder.embed([*texts, " "])

    assert many.shape == (401, embedder.dimension)
    assert np.linalg.norm(many, axis=1) == pytest.approx([1.0] * 400 + [0.0], abs=1e-5)
    assert np.allclose(many[7], (await embedder.embed([texts[7]]))[0], atol=1e-6)
    assert (await embedder.embed([])).shape == (0, 256)
    await embedder.close()


def vectors(numbers: Callable[[str], list[float]], *, backwards: bool = False) -> Answer:
    """Answer with a vector for each text."""

    async def answer(exchange: Exchange) -> None:
        data = [{"index": i, "embedding": numbers(text)} for i, text in enumerate(exchange.body["input"])]
        await exchange.send(json.dumps({"object": "list", "data": data[::-1] if backwards else data}).encode())

    return answer


def of_length(text: str) -> list[float]:
    return [float(len(text)), 0.0, 1.0]


def refuse(status: int, **headers: str) -> Answer:
    """Answer with an HTTP error that repeats key and texts, as careless servers do."""

    async def answer(exchange: Exchange) -> None:
        message = f"{exchange.headers['authorization']} {exchange.body['input']}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await exchange.send(json.dumps({"error": {"message": message}}).encode(), status=status, headers=named)

    return answer


@asynccontextmanager
async def served(*script: Answer, **settings: Any) -> AsyncIterator[tuple[OpenAIEmbedder, ModelServer]]:
    defaults: dict[str, Any] = {"model": "small", "dimension": 3, "api_key": KEY, "max_retries": 0}
    async with model_server(*script) as server:
        embedder = OpenAIEmbedder(base_url=server.base_url, **defaults | settings)
        try:
            yield embedder, server
        finally:
            await embedder.close()


async def test_a_server_gives_unit_vectors_in_the_order_of_the_texts() -> None:
    """Batches go out one after another, vectors are matched by index, blank texts stay at home and are zeros."""
    texts = ["a", "bb", "", "ccc", "dddd", "  ", "eeeee"]
    async with served(vectors(of_length, backwards=True), batch=2) as (embedder, server):
        found = await embedder.embed(texts)

    expected = [np.array([len(t), 0, 1]) / math.hypot(len(t), 1) if t.strip() else np.zeros(3) for t in texts]
    assert np.allclose(found, expected, atol=1e-6)
    assert [request.body["input"] for request in server.requests] == [["a", "bb"], ["ccc", "dddd"], ["eeeee"]]
    assert {request.path for request in server.requests} == {"/v1/embeddings"}
    assert server.requests[0].body["model"] == "small"
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert embedder.model == "openai/small"


async def test_adds_and_recalls_go_by_an_embedder_over_http(tmp_path: Path) -> None:
    """Adds one after another and at once are planned and projected by it, and found."""

    def letters(text: str) -> list[float]:
        return [1.0 + text.count("a"), 1.0 + text.count("e"), 1.0 + len(text)]

    async with served(vectors(letters)) as (embedder, server):
        settings = Settings(data_dir=tmp_path, llm=LlmSettings(provider="rules"), synchronous="OFF")
        async with open_core(settings, embedder=embedder) as app:
            for day, firm in enumerate(("Acme", "Birch", "Cedar")):
                assert (await tell(app, f"Alice works_at {firm}", day=day)).state is JobState.DONE
            lines = ("Alice likes tea", "Alice likes opera", "Emma lives_in Porto")
            told = await asyncio.gather(*(tell(app, line, day=9) for line in lines))
            assert {one.state for one in told} == {JobState.DONE}
            assert "Alice works at Cedar" in facts_in(await ask(app, "Where does Alice work?"))
    assert server.requests


async def test_nothing_to_embed_asks_nobody() -> None:
    """Only blank texts: no request."""
    async with served(stall) as (embedder, server):
        assert (await embedder.embed(["", " "])).tolist() == [[0, 0, 0], [0, 0, 0]]

    assert server.requests == []


async def test_a_passing_fault_is_tried_again() -> None:
    """After 500, 429 and a lost connection the third try's answer counts."""
    now = {"retry_after_ms": "1"}
    async with served(refuse(500, **now), refuse(429, **now), vectors(of_length), max_retries=2) as (embedder, server):
        found = await embedder.embed(["a"])

    assert found[0] == pytest.approx([math.sqrt(0.5), 0, math.sqrt(0.5)])
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refuse(429, retry_after="7"), ModelUnavailable, "HTTP 429"),
        (refuse(503), ModelUnavailable, "HTTP 503"),
        (hang_up, ModelUnavailable, "connection"),
        (stall, ModelUnavailable, "in time"),
        (refuse(401), ModelDenied, "TWOHOP_EMBEDDER__API_KEY"),
        (refuse(404), ModelDenied, "TWOHOP_EMBEDDER__MODEL"),
        (refuse(400), ModelRejected, "HTTP 400"),
        (reply(b"Sorry, I can't do that."), ModelRejected, "not a list of embeddings"),
        (reply({"data": []}), ModelRejected, "one vector for each text"),
        (reply({"data": [{"index": 1, "embedding": [1, 2, 3]}]}), ModelRejected, "one vector for each text"),
        (vectors(lambda _: [1.0, 2.0]), ModelRejected, "TWOHOP_EMBEDDER__DIMENSION"),
        (vectors(lambda _: [0.0, 0.0, 0.0]), ModelRejected, "without a direction"),
        (vectors(lambda _: [math.nan, 0.0, 0.0]), ModelRejected, "embedding"),
    ],
)
async def test_a_failing_server_is_a_typed_error_without_secrets(
    answer: Answer, error: type[ModelError], says: str
) -> None:
    """Worth a retry or not, with what to look at; neither key nor texts stand in the error or its causes."""
    async with served(answer, timeout=0.3) as (embedder, _):
        with pytest.raises(error, match=says) as caught:
            await embedder.embed(["a private text"])

    written = "".join(traceback.format_exception(caught.value))
    assert KEY not in written
    assert "a private text" not in str(caught.value)


async def test_the_servers_wish_to_wait_is_passed_on() -> None:
    """Retry-After goes to the caller's own queue; a header that makes no sense is no wish."""
    for header, wish in (("7", 7.0), ("soon", None), ("inf", None)):
        async with served(refuse(429, retry_after=header)) as (embedder, _):
            with pytest.raises(ModelUnavailable) as caught:
                await embedder.embed(["a"])
        assert caught.value.retry_after == wish


def test_a_key_that_http_can_not_send_is_refused_at_once() -> None:
    """A pasted line break or letter of another script is found at the start, and not shown."""
    with pytest.raises(Misconfigured) as caught:
        OpenAIEmbedder(model="small", dimension=3, api_key=f"{KEY}\n")

    assert KEY not in str(caught.value)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for the optional embedder where it isn't installed names the extra."""
    monkeypatch.setitem(sys.modules, "fastembed", None)

    with pytest.raises(Misconfigured, match=r"twohop\[fastembed\]"):
        FastEmbedEmbedder(model="BAAI/bge-small-en-v1.5")


class TextEmbedding:
    """Stands in for the library's class, whose models would have to be downloaded. `padding`: of the batches so far."""

    padding: ClassVar[list[int]] = []

    def __init__(self, model_name: str, *, threads: int | None, specific_model_path: str | None) -> None:
        assert (threads, specific_model_path) == (None, None)  # Its own defaults.
        if model_name == "org/offline":
            raise OSError(model_name)

    @staticmethod
    def list_supported_models() -> list[dict[str, Any]]:
        return [{"model": "org/Small", "dim": 3}, {"model": "org/offline", "dim": 3}]

    def embed(self, texts: list[str], batch_size: int) -> list[Any]:
        batches = [texts[first : first + batch_size] for first in range(0, len(texts), batch_size)]
        self.padding.extend(len(max(batch, key=len)) * len(batch) - sum(map(len, batch)) for batch in batches)
        return [np.array(of_length(text)) for text in texts]


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("fastembed")
    module.TextEmbedding = TextEmbedding  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fastembed", module)


@pytest.mark.usefixtures("library")
async def test_the_extra_is_wired_through() -> None:
    """The model's own spelling and dimension are known before it is loaded; vectors come out as unit vectors."""
    embedder: Embedder = FastEmbedEmbedder(model="ORG/small")

    found = await embedder.embed(["bb", ""])

    assert (embedder.model, embedder.dimension, embedder.centred) == ("fastembed/org/Small", 3, False)
    assert found[0] == pytest.approx([2 / math.sqrt(5), 0, 1 / math.sqrt(5)])
    assert not found[1].any()
    await embedder.close()


@pytest.mark.usefixtures("library")
async def test_texts_of_one_length_share_a_batch() -> None:
    """A batch is padded to its longest text: one passage among facts costs its own batch, and no vector goes astray."""
    texts = ["a" * 2_000, *("bb" for _ in range(BATCH)), "c"]
    TextEmbedding.padding.clear()
    embedder = FastEmbedEmbedder(model="org/small")

    found = await embedder.embed(texts)

    assert found[:, 0] == pytest.approx([vector[0] / math.hypot(*vector) for vector in map(of_length, texts)])
    assert sum(TextEmbedding.padding) < BATCH * 2_000 / 8
    await embedder.close()


@pytest.mark.usefixtures("library")
async def test_models_of_the_extra_fail_with_what_to_do() -> None:
    """An unknown name is a wrong setting; a model that can't be fetched is worth a later try."""
    with pytest.raises(Misconfigured, match="TWOHOP_EMBEDDER__MODEL"):
        FastEmbedEmbedder(model="org/none")
    embedder = FastEmbedEmbedder(model="org/offline")

    with pytest.raises(ModelUnavailable, match="downloaded"):
        await embedder.embed(["a"])
    await embedder.close()


@pytest.mark.parametrize(
    ("make", "weights"),
    [
        (WordLlamaEmbedder, ("wordllama/256", True, 0.4, 0.5)),
        (lambda: OpenAIEmbedder(model="small", dimension=3), ("openai/small", False, 0.6, 0.3)),
    ],
)
async def test_embedders_say_how_their_scores_are_weighed(
    make: Callable[[], Embedder], weights: tuple[Any, ...]
) -> None:
    """Static word vectors are centred and lean on words; sentence embedders carry more of the ranking."""
    embedder = make()

    assert (embedder.model, embedder.centred, embedder.dense_weight, embedder.fact_lexical_share) == weights
    await embedder.close()
