"""Embeddings from any server that speaks OpenAI's /v1/embeddings (OpenAI, vLLM, llama.cpp, Ollama, LiteLLM, …)."""

import math
from collections.abc import Sequence

import httpx
import numpy as np
import openai
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from twohop.errors import Misconfigured, ModelDenied, ModelRejected, ModelUnavailable

DENIED = frozenset({401, 403, 404})
"""Statuses that say nothing about the texts: the operator has to put the settings right."""

RETRIED = frozenset({408, 409, 429})
"""Statuses below 500 that a later try can turn: request time-out, conflict, rate limit."""

ADVICE = {
    401: "check the API key (TWOHOP_EMBEDDER__API_KEY)",
    403: "this key may not use this model",
    404: "check the server and the model (TWOHOP_EMBEDDER__BASE_URL, TWOHOP_EMBEDDER__MODEL)",
    413: "the texts are longer than the server takes",
}


class EmbeddingShape(BaseModel):
    """One vector of a reply, as far as it is read."""

    index: int
    embedding: list[float]


class ReplyShape(BaseModel):
    """A reply, as far as it is read."""

    data: list[EmbeddingShape]


class OpenAIEmbedder:
    """`Embedder` over a server. Close it when done.

    `dimension` is the length of the model's vectors. `timeout` bounds one HTTP request, in seconds. Connection errors,
    time-outs, HTTP 408, 409, 429 and 5xx are tried again by the client, at most `max_retries` times, after the
    server's Retry-After or a growing, jittered wait. `batch` texts go into one request; the requests of one call go
    one after another. Blank texts aren't sent.

    Raises:
        Misconfigured: the API key can't stand in an HTTP header.
    """

    centred = False
    dense_weight = 0.6
    fact_lexical_share = 0.3

    def __init__(
        self,
        *,
        model: str,
        dimension: int,
        base_url: str | None = None,
        api_key: str = "",
        timeout: float = 30.0,
        max_retries: int = 2,
        batch: int = 128,
    ) -> None:
        if not (api_key.isascii() and api_key.isprintable()):
            raise Misconfigured("the API key of the embedder holds characters that HTTP can't send")
        self.model = f"openai/{model}"
        self.dimension = dimension
        self._name = model
        self._batch = batch
        # The client wants some key; servers without authentication ignore it.
        self._client = openai.AsyncOpenAI(
            base_url=base_url or None, api_key=api_key or "none", max_retries=max_retries, timeout=timeout
        )

    async def close(self) -> None:
        """Release connections."""
        await self._client.close()

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimension); zeros for a blank text.

        Raises:
            ModelUnavailable: connection, time-out, HTTP 408, 409, 429 or 5xx, also on the last try.
            ModelDenied: HTTP 401, 403 or 404.
            ModelRejected: another HTTP 4xx, or vectors that are not what the index can hold.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        sent = [row for row, text in enumerate(texts) if text.strip()]
        for start in range(0, len(sent), self._batch):
            rows = sent[start : start + self._batch]
            vectors[rows] = self._read(await self._request([texts[row] for row in rows]), len(rows))
        return vectors

    async def _request(self, texts: list[str]) -> bytes:
        try:
            reply = await self._client.embeddings.with_raw_response.create(
                model=self._name, input=texts, encoding_format="float"
            )
        except openai.APITimeoutError:
            raise ModelUnavailable("the embedding server gave no answer in time") from None
        except openai.APIStatusError as e:
            raise refused(e) from None
        except openai.APIConnectionError:
            raise ModelUnavailable("the connection to the embedding server failed") from None
        return reply.content

    def _read(self, body: bytes, expected: int) -> NDArray[np.float32]:
        try:
            data = ReplyShape.model_validate_json(body).data
        except ValidationError:
            raise ModelRejected("the embedding server's reply is not a list of embeddings") from None
        ordered = sorted(data, key=lambda item: item.index)
        if [item.index for item in ordered] != list(range(expected)):
            raise ModelRejected("the embedding server didn't return one vector for each text")
        for item in ordered:
            if len(item.embedding) != self.dimension:
                raise ModelRejected(
                    f"the model's vectors have {len(item.embedding)} numbers, not {self.dimension}: "
                    "set TWOHOP_EMBEDDER__DIMENSION"
                )
        vectors = np.array([item.embedding for item in ordered], np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.all(np.isfinite(norms)) or not np.all(norms):
            raise ModelRejected("the embedding server returned a vector without a direction")
        unit: NDArray[np.float32] = vectors / norms
        return unit


def refused(error: openai.APIStatusError) -> ModelUnavailable | ModelRejected:
    """The error of a reply's status. It never repeats the reply: careless servers put the key into it."""
    status = error.status_code
    if status in RETRIED or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ModelUnavailable(
            f"the embedding server answered HTTP {status}",
            retry_after=seconds(error.response.headers.get("retry-after", "")),
        )
    advice = ADVICE.get(status, "")
    message = f"the embedding server refused the request with HTTP {status}{advice and f': {advice}'}"
    return ModelDenied(message) if status in DENIED else ModelRejected(message)


def seconds(header: str) -> float | None:
    """The wait that a Retry-After header asks for; None when it gives none or a date."""
    try:
        wish = float(header)
    except ValueError:
        return None
    return max(0.0, wish) if math.isfinite(wish) else None
