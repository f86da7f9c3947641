"""A chat model behind any OpenAI-compatible server: one question, one JSON object or a typed error.

Prose is never parsed. In `tools` mode the answer is the forced tool call, in `json_schema` mode (for servers that
ignore tools, such as llama.cpp's) the whole content is one JSON object.
"""

import asyncio
import copy
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeAlias

import openai
import tenacity
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, ValidationError

from twohop.errors import Misconfigured, ModelContextExceeded, ModelDenied, ModelRejected, ModelUnavailable
from twohop.llm.prompts import Prompt
from twohop.llm.schemas import NotTheSchema, S, Tool, read_object
from twohop.memory.clock import Clock, system_clock
from twohop.memory.moment import micros
from twohop.memory.ports import Usage

Mode: TypeAlias = Literal["tools", "json_schema"]

RETRIED = frozenset({408, 409, 429})
"""Statuses below 500 that a later try can turn: request time-out, conflict, rate limit."""

BACKOFF_CAP = 8.0
"""Seconds; the openai client's own cap."""

TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error"})
"""Codes for a prompt beyond the model's context: OpenAI's (also vLLM's and LiteLLM's) and llama.cpp's."""

TOO_LARGE = 413
"""Content Too Large, RFC 9110 15.5.14."""

DENIED = {
    401: "check the API key (TWOHOP_LLM__API_KEY)",
    403: "this key may not use this model",
    404: "check the server and the model (TWOHOP_LLM__BASE_URL, TWOHOP_LLM__MODEL)",
}
"""Statuses that say nothing about the text but that this deployment's settings are wrong, and what to do."""


class CallShape(BaseModel):
    """A tool call, as far as it is read."""

    class Function(BaseModel):
        """The function's name and its arguments as JSON text."""

        name: str
        arguments: str

    function: Function


class ChoiceShape(BaseModel):
    """A choice, as far as it is read."""

    class Message(BaseModel):
        """What the model said."""

        content: str | None = None
        refusal: str | None = None
        tool_calls: list[CallShape] | None = None

    message: Message
    finish_reason: str | None = None


class ReplyShape(BaseModel):
    """A chat completion, as far as it is read. Usage is taken as it comes: a server without it still serves."""

    choices: list[ChoiceShape] = []
    usage: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What came back: the arguments, or None with the `defect` that a repair try can be told; and the tokens."""

    arguments: dict[str, Any] | None
    defect: str = ""
    usage: Usage = field(default_factory=Usage)


class ChatModel:
    """One model on one server. Close it when done.

    `timeout` bounds one HTTP request, from the first byte sent to the last received, `deadline` all requests for one
    question (retries, waits and the repair try), both in seconds. Connection errors, time-outs, HTTP 408, 409, 429 and
    5xx are tried again, at most `max_retries` times, after `backoff` seconds doubled each time (at most 8) and
    jittered, or after the server's Retry-After. A Retry-After above `retry_after_cap` seconds or beyond the deadline
    isn't waited for: the error carries it to the caller's own queue. `temperature` None leaves it to the server, and
    `tokens_field` is the newer name for servers that refuse `max_tokens`, as reasoning models' do.

    Raises:
        Misconfigured: the API key can't stand in an HTTP header.
    """

    def __init__(
        self,
        *,
        base_url: str = "",
        api_key: str = "",
        model: str = "gpt-4.1-nano",
        mode: Mode = "tools",
        timeout: float = 30.0,
        deadline: float = 90.0,
        max_retries: int = 2,
        max_tokens: int = 8_192,
        temperature: float | None = 0.0,
        tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens",
        backoff: float = 0.5,
        retry_after_cap: float = 20.0,
        jitter: Callable[[], float] = random.random,
        clock: Clock = system_clock,
    ) -> None:
        if not (api_key.isascii() and api_key.isprintable()):
            raise Misconfigured("the API key of the language model holds characters that HTTP can't send")
        self.model = model
        self.deadline = deadline
        self._mode = mode
        self._timeout = timeout
        self._max_retries = max_retries
        self._settings: dict[str, Any] = {tokens_field: max_tokens}
        if temperature is not None:
            self._settings["temperature"] = temperature
        self._backoff = backoff
        self._retry_after_cap = retry_after_cap
        self._jitter = jitter
        self._clock = clock
        # The client wants some key; servers without authentication ignore it.
        self._client = openai.AsyncOpenAI(
            base_url=base_url or None, api_key=api_key or "none", max_retries=0, timeout=timeout
        )

    def named(self, model: str) -> "ChatModel":
        """Another model on the same server, with these settings and connections: it is closed with this one."""
        other = copy.copy(self)
        other.model = model
        return other

    async def close(self) -> None:
        """Release connections."""
        await self._client.close()

    async def complete(self, prompt: Prompt, tool: Tool[S], *, until: float) -> Completion:
        """The arguments that the model calls the tool with, by the loop's time `until`.

        Raises:
            ModelUnavailable: connection, time-out, HTTP 408, 409, 429 or 5xx, also on the last try.
            ModelDenied: HTTP 401, 403 or 404.
            ModelRejected: another HTTP 4xx, a refusal or a content filter.
        """
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(passing),
            wait=self._wait,
            stop=lambda state: self._stop(state, until),
            reraise=True,
        )
        body: bytes = await retrying(self._request, prompt, tool, until)
        try:
            reply = ReplyShape.model_validate_json(body)
        except ValidationError:
            return Completion(arguments=None, defect="the server's reply is not a chat completion")
        usage = tokens(reply.usage)
        try:
            return Completion(arguments=self._arguments(reply, tool), usage=usage)
        except NotTheSchema as e:
            return Completion(arguments=None, defect=str(e), usage=usage)

    async def _request(self, prompt: Prompt, tool: Tool[S], until: float) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            # The client's own time-out is per read: a reply that drips in byte by byte would outlast it.
            async with asyncio.timeout_at(min(loop.time() + self._timeout, until)):
                reply = await self._client.chat.completions.with_raw_response.create(
                    model=self.model,
                    messages=messages(prompt),
                    extra_body={**self._settings, **self._form(tool)},
                )
                return reply.content
        except (TimeoutError, openai.APITimeoutError):
            raise ModelUnavailable("the model's server gave no whole answer in time") from None
        except openai.APIStatusError as e:
            raise self._refused(e) from None
        except openai.APIConnectionError:
            raise ModelUnavailable("the connection to the model's server failed") from None

    def _form(self, tool: Tool[S]) -> dict[str, Any]:
        """The part of the request that binds the answer to the schema."""
        if self._mode == "json_schema":
            schema = {"name": tool.name, "schema": tool.schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": schema}}
        function = {"name": tool.name, "description": tool.description, "parameters": tool.schema, "strict": True}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": tool.name}},
            "parallel_tool_calls": False,
        }

    def _arguments(self, reply: ReplyShape, tool: Tool[S]) -> dict[str, Any]:
        if not reply.choices:
            raise NotTheSchema("the reply holds no choice")
        choice = reply.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise ModelRejected("the model refused to answer")
        if choice.finish_reason == "length":
            raise NotTheSchema("the answer was cut off at the token limit; answer more briefly")
        if self._mode == "json_schema":
            return read_object(choice.message.content or "")
        calls = choice.message.tool_calls or []
        if [call.function.name for call in calls] != [tool.name]:
            raise NotTheSchema(f"the answer must be one call of the function {tool.name}")
        return read_object(calls[0].function.arguments)

    def _refused(self, error: openai.APIStatusError) -> ModelUnavailable | ModelRejected:
        status = error.status_code
        if status in RETRIED or status >= 500:  # noqa: PLR2004 - the class of server errors, RFC 9110 15.6
            wish = self._retry_after(error.response.headers.get("retry-after", ""))
            return ModelUnavailable(f"the model's server answered HTTP {status}", retry_after=wish)
        if error.code in TOO_LONG or error.type in TOO_LONG:
            return ModelContextExceeded("the text is longer than the model's context")
        if status == TOO_LARGE:
            return ModelContextExceeded("the text is longer than the model's server takes")
        said = f"the model's server refused the request with HTTP {status}"
        if status in DENIED:
            return ModelDenied(f"{said}: {DENIED[status]}")
        return ModelRejected(said)

    def _retry_after(self, header: str) -> float | None:
        """Seconds from a Retry-After header, which gives seconds or an HTTP date; None when it gives neither."""
        try:
            wish = float(header)
        except ValueError:
            try:
                wish = (micros(parsedate_to_datetime(header)) - self._clock()) / 1_000_000
            except (ValueError, TypeError):
                return None
        return max(0.0, wish) if math.isfinite(wish) else None

    def _wait(self, state: tenacity.RetryCallState) -> float:
        wish = wished(state)
        if wish is not None:
            return wish
        full = min(self._backoff * 2.0 ** (state.attempt_number - 1), BACKOFF_CAP)
        return full * (0.5 + self._jitter() / 2)

    def _stop(self, state: tenacity.RetryCallState, until: float) -> bool:
        too_long = (wished(state) or 0.0) > self._retry_after_cap
        late = asyncio.get_running_loop().time() + state.upcoming_sleep >= until
        return state.attempt_number > self._max_retries or too_long or late


def passing(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment."""
    return isinstance(error, ModelUnavailable) and not isinstance(error, ModelDenied)


def wished(state: tenacity.RetryCallState) -> float | None:
    """The server's Retry-After for the failed request, in seconds."""
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, ModelUnavailable) else None


def messages(prompt: Prompt) -> list[ChatCompletionMessageParam]:
    """The prompt as chat messages."""
    asked: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user},
    ]
    if prompt.repair:
        asked.append({"role": "user", "content": prompt.repair})
    return asked


def tokens(usage: Any) -> Usage:
    """The tokens of a reply's usage; 0 for what it doesn't tell."""
    return Usage(
        tokens_in=count(usage, "prompt_tokens"),
        tokens_out=count(usage, "completion_tokens"),
        tokens_cached=count(usage, "prompt_tokens_details", "cached_tokens"),
    )


def count(value: Any, *path: str) -> int:
    """The whole number at the path, or 0."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value if type(value) is int and value > 0 else 0
