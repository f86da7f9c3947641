"""A client process: some of the writers, each with one add in flight, for a while. Prints what it was told."""

import argparse
import asyncio
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from bench.soak.story import request, said

from twohop.client.remote import RemoteCore
from twohop.errors import Exhausted, TwohopError, Unavailable
from twohop.wire.errors import code_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An add that the server answered; `seconds` is how long the caller waited."""

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

    @classmethod
    def from_json(cls, text: str) -> "Told":
        """What a process printed."""
        values = json.loads(text)
        acknowledged = [
            Acknowledged(**{**one, "message_ids": tuple(one["message_ids"])}) for one in values["acknowledged"]
        ]
        return cls(acknowledged, Counter(values["errors"]), values["seconds"])


async def write(core: RemoteCore, writer: int, writers: int, until: float, told: Told) -> None:
    """Say one thing after another."""
    round_ = 0
    while (begun := time.monotonic()) < until:
        try:
            result = await core.add(request(said(writer, writers, round_), writer))
        except TwohopError as e:
            told.errors[f"{code_of(e).name} {e.reason}"] += 1
            if isinstance(e, Exhausted | Unavailable):
                await asyncio.sleep(e.retry_after)
        else:
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


async def main(target: str, first: int, last: int, writers: int, seconds: float) -> Told:
    """Run the writers `first` to `last` (not included) of `writers`."""
    told = Told()
    core = RemoteCore(target)
    begun = time.monotonic()
    try:
        async with asyncio.TaskGroup() as group:
            for writer in range(first, last):
                group.create_task(write(core, writer, writers, begun + seconds, told))
    finally:
        await core.close()
    told.seconds = time.monotonic() - begun
    return told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    for name in ("first", "last", "writers"):
        parser.add_argument(name, type=int)
    parser.add_argument("seconds", type=float)
    print(json.dumps(asdict(asyncio.run(main(**vars(parser.parse_args()))))))
