"""Reads that come together go together: one statement and one round trip for all that are asked for in one turn.

A caller asks for what it needs with plain calls, side by side (`asyncio.gather`); whatever was asked of one owner by
the time the event loop has come round is one query. So the number of round trips is the number of steps that depend on
each other, not the number of questions.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from twohop.errors import TwohopError
from twohop.graph.deadline import UNTIL, answered_by, latest
from twohop.graph.neo4j.database import Database, Row, Transaction, rows_of
from twohop.graph.neo4j.guard import check
from twohop.graph.neo4j.stamp import PLANNED

T = TypeVar("T")

TURNS = 5
"""Of the event loop that a question waits for company: a task that is made by a task, that is made by one, asks later.

They cost microseconds; an answer that is read beside what is to be projected needs this many."""


@dataclass(frozen=True, slots=True)
class Look(Generic[T]):
    """One kind of question about an owner.

    `cypher` reads `q`, the values of one asking, and ends with `RETURN … AS x`, one row or none a question; every node
    that it names is bound to `$partition`. `$limit` is the value of that name, for a LIMIT, which takes no `q.limit`.
    `read` makes the answer from `x`, or from None when there was no row. A look that is `first` is answered before the
    others of its turn; one that `locks` holds the owner's lock while they are.
    """

    cypher: str
    read: Callable[[Any], T]
    first: bool = False
    locks: bool = False


def first(read: Callable[[Row], T]) -> Callable[[Any], T | None]:
    """Reads a row, or none."""
    return lambda x: None if x is None else read(x)


def every(read: Callable[[Row], T]) -> Callable[[Any], list[T]]:
    """Reads a list of rows."""
    return lambda x: [read(row) for row in x]


@dataclass(slots=True)
class Question:
    """A look with its values, where the answer goes, and by when (`twohop.graph.deadline`)."""

    look: Look[Any]
    values: dict[str, Any]
    answer: asyncio.Future[Any]
    until: float | None


class Reader:
    """Asks looks, those of one turn of the event loop together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, list[Question]] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def ask(self, partition: str, look: Look[T], **values: Any) -> T:
        """The look's answer for these values."""
        question = Question(look, values, asyncio.get_running_loop().create_future(), UNTIL.get())
        waiting = self._waiting.setdefault(partition, [])
        waiting.append(question)
        if len(waiting) == 1:
            self._send_soon(partition, TURNS)
        answer: T = await question.answer
        return answer

    def _send_soon(self, partition: str, turns: int) -> None:
        loop = asyncio.get_running_loop()
        if turns > 1:
            loop.call_soon(self._send_soon, partition, turns - 1)
        else:
            loop.call_soon(self._send, partition)

    def _send(self, partition: str) -> None:
        task = asyncio.create_task(self._answer(partition, self._waiting.pop(partition)))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _answer(self, partition: str, questions: Sequence[Question]) -> None:
        try:
            with answered_by(latest([one.until for one in questions])):
                found = await self._found(partition, [one for one in questions if not one.answer.done()])
        except BaseException as e:
            for question in questions:
                if not question.answer.done():
                    question.answer.set_exception(e)
            if not isinstance(e, TwohopError):
                raise
            return
        for question, x in found:
            if question.answer.done():  # Its caller has gone.
                continue
            try:
                question.answer.set_result(question.look.read(x))
            except Exception as e:  # noqa: BLE001  It is raised where the question was asked, and nowhere else.
                question.answer.set_exception(e)

    async def _found(self, partition: str, questions: Sequence[Question]) -> list[tuple[Question, Any]]:
        """Each question with its row's value."""
        if not questions:
            return []
        # The text must not hang on how many ask, or in which order: the database keeps a plan a text. Its parts are
        # answered one after the other, each from what is committed by then.
        by_look: dict[tuple[str, int], list[Question]] = {}
        for question in sorted(questions, key=lambda one: (not one.look.first, one.look.cypher)):
            limit = max(question.values.get("limit", 0), 0)
            by_look.setdefault((question.look.cypher, limit), []).append(question)
        parts: list[str] = []
        values: dict[str, Any] = {"partition": partition}
        for n, ((cypher, limit), them) in enumerate(by_look.items()):
            check(cypher)
            body = cypher.replace("$limit", f"$limit{n}")
            parts.append(f"UNWIND $q{n} AS q CALL (q) {{ {body} }} RETURN {n} AS part, q.i AS i, x")
            values[f"q{n}"] = [{**one.values, "i": i} for i, one in enumerate(them)]
            values[f"limit{n}"] = limit

        async def work(transaction: Transaction) -> list[Row]:
            return await rows_of(transaction, f"{PLANNED}\n" + "\nUNION ALL\n".join(parts), values)

        locks = any(one.look.locks for one in questions)
        rows = await self._database.read(work, locks=locks)
        groups = list(by_look.values())
        found = {(row["part"], row["i"]): row["x"] for row in rows}
        return [(one, found.get((n, i))) for n, them in enumerate(groups) for i, one in enumerate(them)]
