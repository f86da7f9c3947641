"""An OpenAI-compatible chat server on a real socket of this process that answers by a script, faults included."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from twohop.llm.schemas import DECIDE, REMEMBER

Answer: TypeAlias = Callable[["Exchange"], Awaitable[None]]
"""How the server answers one request."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request that came in, and the way to answer it. `open` is done when the server closes."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    writer: asyncio.StreamWriter
    closing: asyncio.Event

    async def send(self, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A whole response."""
        self.writer.write(head(status, len(body), headers or {}) + body)
        await self.writer.drain()

    @property
    def text(self) -> str:
        """Everything that the model is told."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


@dataclass
class ModelServer:
    """`requests` in the order in which they came; the last answer of the script is given to all further ones."""

    base_url: str
    requests: list[Exchange] = field(default_factory=list)


def head(status: int, length: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", "content-type: application/json", f"content-length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@asynccontextmanager
async def model_server(*script: Answer) -> AsyncIterator[ModelServer]:
    """A server that gives the answers of the script in turn."""
    closing = asyncio.Event()
    served = ModelServer("")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            tasks.add(task)
        try:
            while exchange := await received(reader, writer, closing):
                answer = script[min(len(served.requests), len(script) - 1)]
                served.requests.append(exchange)
                await answer(exchange)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # The client or the test is done with this connection.
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        served.base_url = f"http://127.0.0.1:{port}/v1"
        try:
            yield served
        finally:
            closing.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def received(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, closing: asyncio.Event
) -> Exchange | None:
    first = (await reader.readline()).decode()
    if not first:
        return None
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode().strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = json.loads(await reader.readexactly(int(headers["content-length"])))
    return Exchange(path=first.split()[1], headers=headers, body=body, writer=writer, closing=closing)


def completion(
    message: Mapping[str, Any], *, finish: str = "stop", usage: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A chat completion with one choice."""
    reply: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", **message}}],
    }
    return reply if usage is None else {**reply, "usage": usage}


def reply(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON, or with bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def answer(exchange: Exchange) -> None:
        await exchange.send(data, status=status, headers=headers)

    return answer


def refuse(status: int, *, headers: Mapping[str, str] | None = None, **error: str) -> Answer:
    """Answer with an HTTP error whose message repeats what was sent, key included, as careless servers do."""

    async def answer(exchange: Exchange) -> None:
        message = f"{exchange.headers['authorization']} {exchange.text}"
        body = json.dumps({"error": {"message": message, **error}}).encode()
        await exchange.send(body, status=status, headers=headers)

    return answer


def call(arguments: object, *, name: str = "", finish: str = "stop", usage: Mapping[str, Any] | None = None) -> Answer:
    """Answer in the mode that was asked for: the forced tool call, or the content of the schema's response format.

    `arguments` that are text go out as they are; `name` is another tool than the one asked for.
    """
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)

    async def answer(exchange: Exchange) -> None:
        message: dict[str, Any] = {"content": text}
        if "tools" in exchange.body:
            wanted = exchange.body["tool_choice"]["function"]["name"]
            function = {"name": name or wanted, "arguments": text}
            message = {"content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": function}]}
        await exchange.send(json.dumps(completion(message, finish=finish, usage=usage)).encode())

    return answer


def say(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> Answer:
    """Answer with plain content, whatever was asked for."""
    return reply(completion({"content": content, "refusal": refusal}, finish=finish))


async def stall(exchange: Exchange) -> None:
    """Say nothing until the server closes."""
    await exchange.closing.wait()


async def hang_up(exchange: Exchange) -> None:
    """Close the connection in the middle of the response."""
    exchange.writer.write(head(200, 1_000, {}) + b'{"choices": [')
    await exchange.writer.drain()
    exchange.writer.close()


def drip(seconds: float) -> Answer:
    """Send a byte every so often, for ever: each read is in time, the whole never is."""

    async def answer(exchange: Exchange) -> None:
        exchange.writer.write(head(200, 1_000_000, {}))
        while not exchange.closing.is_set():
            exchange.writer.write(b" ")
            await exchange.writer.drain()
            await asyncio.sleep(seconds)

    return answer


def asked_for(exchange: Exchange) -> str:
    """The name of the function or schema that the answer must fit."""
    body = exchange.body
    named: str = (body["tool_choice"]["function"] if "tools" in body else body["response_format"]["json_schema"])[
        "name"
    ]
    return named


def by_phase(*, extract: Sequence[Answer] = (), judge: Sequence[Answer] = ()) -> Answer:
    """Answer each phase by a script of its own, in turn; the last answer of each is given to all further requests."""
    scripts = {REMEMBER.name: list(extract), DECIDE.name: list(judge)}

    async def answer(exchange: Exchange) -> None:
        script = scripts[asked_for(exchange)]
        await (script.pop(0) if len(script) > 1 else script[0])(exchange)

    return answer


def facts(*items: Mapping[str, Any]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The arguments of an extraction; each item is completed to a whole fact."""
    return {"facts": [fact(**item) for item in items]}


def fact(**parts: Any) -> dict[str, Any]:
    """A whole fact as a model writes it, with the given parts."""
    return {
        "text": "Ana works at Acme",
        "kind": "state",
        "polarity": "affirmed",
        "correction": False,
        "cardinality": "one",
        "triples": [{"subject": "Ana", "predicate": "works_at", "object": "Acme", "literal": False}],
        "valid_from": None,
        "valid_to": None,
        "quote": "I work at Acme",
        "entities": [{"name": "Ana", "type": "person", "proper": True, "kinds": []}],
        "cues": ["job"],
        **parts,
    }


def decision(fact: int, operation: str = "ADD", target: int | None = None, **parts: Any) -> dict[str, Any]:
    """A whole decision as a model writes it."""
    return {"fact": fact, "operation": operation, "target": target, "text": None, "reason": "because", **parts}
