"""What an add is understood in: its own messages, the turns before them, the session and whose it is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from twohop.graph.model import Job, Message, Owner, Session
from twohop.graph.store import Accepted, Ledger
from twohop.memory.write.payload import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Read once a job. `before`: the messages of the session that stand right before the job's own, oldest first."""

    owner: Owner | None
    session: Session | None
    messages: Sequence[Message]
    before: Sequence[Message]

    @property
    def summary(self) -> str:
        """The session's rolling summary, or empty."""
        return self.session.summary if self.session else ""

    @property
    def owner_is_agent(self) -> bool:
        """Whether it is the agent's own memory, so that what it says is a source of facts about itself."""
        return self.owner is not None and not self.owner.scope.user_id and bool(self.owner.scope.agent_id)

    def recent(self, exchange: Sequence[Message], most: int) -> list[Message]:
        """The last messages before a chunk of the job."""
        said = [message for message in self.messages if message.position < exchange[0].position]
        return [*self.before, *said][-most:] if most else []


def scene_at(accepted: Accepted) -> Scene:
    """The scene of an add that was accepted just now."""
    return Scene(owner=accepted.owner, session=accepted.session, messages=accepted.messages, before=accepted.before)


async def scene_of(ledger: Ledger, job: Job, recent: int) -> Scene:
    """The scene of an accepted add, with up to `recent` messages before it."""
    payload = Payload.from_json(job.payload)
    first = payload.messages[:1]
    owner, session, said, windows = await asyncio.gather(
        ledger.owner(job.partition),
        ledger.session(job.partition, job.session),
        ledger.messages(job.partition, payload.messages),
        ledger.windows(job.partition, first, recent),
    )
    around = [message for them in windows.values() for message in them]
    before = [message for message in around if said and message.position < said[0].position]
    return Scene(owner=owner, session=session, messages=said, before=before)
