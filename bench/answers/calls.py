"""Calls to the model, each made once: what came back is kept in a file by the hash of what was asked."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twohop.errors import ModelOutputInvalid
from twohop.graph.model import digest
from twohop.llm.openai import ChatModel, Mode
from twohop.llm.prompts import Prompt
from twohop.llm.schemas import NotTheSchema, S, Tool, read_items
from twohop.vector.tokens import TokenCounter

TRIES = 2
"""The second try is told what was wrong with the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a call came back with: the tool's arguments, what it cost, and how long it took."""

    arguments: dict[str, Any]
    tokens_in: int
    tokens_out: int
    seconds: float


class Kept:
    """The replies of earlier runs, a line of JSON each."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._replies: dict[str, Reply] = {}
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if text and not text.endswith("\n"):
            # A run was killed while it wrote: what comes next begins a line of its own.
            self._append("\n")
        for line in text.splitlines():
            with suppress(ValueError):
                kept = json.loads(line)
                key = kept.pop("key")
                self._replies[key] = Reply(**kept)

    def get(self, key: str) -> Reply | None:
        """The reply, if it was ever given."""
        return self._replies.get(key)

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply."""
        self._replies[key] = reply
        self._append(json.dumps({"key": key, **asdict(reply)}, ensure_ascii=False) + "\n")

    def _append(self, text: str) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(text)


def key_of(model: str, mode: Mode, prompt: Prompt, tool: Tool[S]) -> str:
    """What tells a call from all others."""
    return digest(model, mode, prompt.system, prompt.user, tool.name, json.dumps(tool.schema, sort_keys=True))


class Caller:
    """Asks the model what was never asked before. `asked` counts those calls."""

    def __init__(self, model: ChatModel, mode: Mode, kept: Kept) -> None:
        self._model = model
        self._mode: Mode = mode
        self._kept = kept
        self._gates: dict[str, asyncio.Lock] = {}
        self.asked = 0

    async def call(self, prompt: Prompt, tool: Tool[S]) -> tuple[S, Reply]:
        """The one item of the reply.

        Raises:
            ModelUnavailable, ModelRejected: what came back so far is kept; run again later.
            ModelOutputInvalid: no reply could be read.
        """
        key = key_of(self._model.model, self._mode, prompt, tool)
        # Two systems may give the same answer at the same time, which is graded once.
        async with self._gates.setdefault(key, asyncio.Lock()):
            reply = self._kept.get(key)
            if reply is None:
                reply = await self._ask(prompt, tool)
                self._kept.put(key, reply)
        return read_items(reply.arguments, tool).valid[0], reply

    async def _ask(self, prompt: Prompt, tool: Tool[S]) -> Reply:
        until = asyncio.get_running_loop().time() + self._model.deadline
        defect, tokens_in, tokens_out = "", 0, 0
        began = time.perf_counter()
        for _ in range(TRIES):
            self.asked += 1
            told = prompt.again((defect,)) if defect else prompt
            completion = await self._model.complete(told, tool, until=until)
            tokens_in += completion.usage.tokens_in
            tokens_out += completion.usage.tokens_out
            defect = completion.defect
            if completion.arguments is not None:
                try:
                    items = read_items(completion.arguments, tool)
                except NotTheSchema as e:
                    defect = str(e)
                    continue
                if len(items.valid) == 1 and not items.broken:
                    seconds = time.perf_counter() - began
                    arguments = {tool.items: [items.valid[0].model_dump()]}
                    return Reply(arguments=arguments, tokens_in=tokens_in, tokens_out=tokens_out, seconds=seconds)
                defect = "; ".join(items.defects) or f"give exactly one of the {tool.items}"
        raise ModelOutputInvalid(f"the model's answer can't be used: {defect}")


def tokens_of(prompt: Prompt, tool: Tool[S], counter: TokenCounter) -> int:
    """About as many tokens as a prompt takes, its schema too."""
    return counter.count([prompt.system, prompt.user, json.dumps(tool.schema)])
