"""A client process: some of the writers, each with one add in flight, for a while. Prints what it was told."""

import argparse
import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from bench.soak.story import Crowd, request

from twohop.client.remote import RemoteCore
from twohop.errors import Conflict, Exhausted, TwohopError, Unavailable
from twohop.memory.api import AddRequest, AddResult
from twohop.wire.errors import code_of

CALL_SECONDS = 180.0
"""The deadline of an add. What a dead server left is taken up within half a minute; the rest is for slow machines."""

UNANSWERED = "no answer in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An add that a server answered; `seconds` is how long the caller waited, repeats included."""

    writer: int
    round: int
    job_id: str
    message_ids: tuple[str, ...]
    state: str
    seconds: float


@dataclass(slots=True)
class Told:
    """Everything that one process was told; `errors` by gRPC code and reason."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def to_json(self) -> str:
        """What `from_json` reads."""
        acknowledged = [asdict(one) for one in self.acknowledged]
        return json.dumps({"acknowledged": acknowledged, "errors": self.errors, "seconds": self.seconds})

    @classmethod
    def from_json(cls, text: str) -> "Told":
        """What a process printed."""
        values = json.loads(text)
        acknowledged = [
            Acknowledged(**{**one, "message_ids": tuple(one["message_ids"])}) for one in values["acknowledged"]
        ]
        return cls(acknowledged, Counter(values["errors"]), values["seconds"])


async def write(cores: Sequence[RemoteCore], crowd: Crowd, writer: int, until: float, told: Told) -> None:
    """Say one thing after another, at first to the writer's own server."""
    servers = deque(cores)
    servers.rotate(-(writer // crowd.owners))
    round_ = 0
    while (begun := time.monotonic()) < until:
        result = await add(servers, request(crowd, writer, round_), told)
        if result is not None:
            told.acknowledged.append(
                Acknowledged(
                    writer=writer,
                    round=round_,
                    job_id=result.job_id,
                    message_ids=result.message_ids,
                    state=result.state.value,
                    seconds=time.monotonic() - begun,
                )
            )
        round_ += 1


async def add(servers: deque[RemoteCore], wanted: AddRequest, told: Told) -> AddResult | None:
    """Ask until it is answered, the next server after each error that passes; None = it was refused for good."""
    give_up = time.monotonic() + CALL_SECONDS
    while time.monotonic() < give_up:
        try:
            async with asyncio.timeout(give_up - time.monotonic()):
                return await servers[0].add(wanted)
        except TimeoutError:
            told.errors[UNANSWERED] += 1
        except TwohopError as e:
            told.errors[f"{code_of(e).name} {e.reason}"] += 1
            if not isinstance(e, Conflict | Exhausted | Unavailable):
                return None
            servers.rotate(-1)
            await asyncio.sleep(getattr(e, "retry_after", 0.0))
    return None


async def main(targets: str, first: int, last: int, crowd: Crowd, seconds: float) -> Told:
    """Run the writers `first` to `last` (not included) of a crowd, on servers whose addresses commas part."""
    told = Told()
    cores = [RemoteCore(target) for target in targets.split(",")]
    begun = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            for writer in range(first, last):
                group.create_task(write(cores, crowd, writer, begun + seconds, told))
    finally:
        for core in cores:
            await core.close()
    told.seconds = time.monotonic() - begun
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets")
    for name in ("first", "last", "writers", "owners"):
        parser.add_argument(name, type=int)
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    print("begun", flush=True)
    crowd_ = Crowd(writers=given.writers, owners=given.owners)
    print(asyncio.run(main(given.targets, given.first, given.last, crowd_, given.seconds)).to_json())
