"""The owner's counters: every write moves them, and every commit gets its instant from them."""

from dataclasses import dataclass

from twohop.graph.model import OutboxRow, Scope
from twohop.graph.sqlite.database import Owned, listed


@dataclass(frozen=True, slots=True)
class Stamp:
    """The owner's counters after this write; `at` is the one instant of everything that it records."""

    seq: int
    state_seq: int
    at: int


def advance(
    own: Owned,
    now: int,
    *,
    changes_state: bool = False,
    messages: int = 0,
    memories: int = 0,
    sessions: int = 0,
    entities: int = 0,
) -> Stamp:
    """Move the owner's counters. Its time is strictly increasing, whatever the clock does."""
    row = own.all(
        "INSERT INTO owners (partition, tenant, user_id, agent_id, run_id, seq, state_seq, last_time,",
        "message_count, memory_count, session_count, entity_count)",
        "VALUES (:partition, '', '', '', '', 1, :state, :now, :messages, :memories, :sessions, :entities)",
        "ON CONFLICT (partition) DO UPDATE SET seq = seq + 1, state_seq = state_seq + :state,",
        "last_time = MAX(:now, last_time + 1), message_count = message_count + :messages,",
        "memory_count = memory_count + :memories, session_count = session_count + :sessions,",
        "entity_count = entity_count + :entities RETURNING seq, state_seq, last_time",
        state=int(changes_state),
        now=now,
        messages=messages,
        memories=memories,
        sessions=sessions,
        entities=entities,
    )[0]
    return Stamp(row["seq"], row["state_seq"], row["last_time"])


def name_owner(own: Owned, scope: Scope) -> None:
    """Note whose partition it is: the tenant and the one id that owns it."""
    kind, owner_id = scope.owner
    own.change(
        "UPDATE owners SET tenant = :tenant, user_id = :user_id, agent_id = :agent_id, run_id = :run_id",
        "WHERE partition = :partition AND tenant = ''",
        tenant=scope.tenant,
        **{f"{one}_id": owner_id if one == kind else "" for one in ("user", "agent", "run")},
    )


def queue(own: Owned, kind: str, ids: list[str], stamp: Stamp) -> list[OutboxRow]:
    """Ask the projector to look again; a row that already waits keeps its place and takes the new sequence."""
    own.change_each(
        "INSERT INTO outbox (partition, kind, id, seq, queued_at) VALUES (:partition, :kind, :id, :seq, :at) "
        "ON CONFLICT (partition, kind, id) DO UPDATE SET seq = excluded.seq, attempts = 0, parked = 0",
        [{"kind": kind, "id": id_, "seq": stamp.seq, "at": stamp.at} for id_ in dict.fromkeys(ids)],
    )
    return [OutboxRow(own.partition, kind, id_, stamp.seq) for id_ in dict.fromkeys(ids)]


def queue_messages(own: Owned, ids: list[str], stamp: Stamp) -> list[OutboxRow]:
    """As `queue`, for those of the messages that the owner has."""
    rows = own.all(
        "SELECT m.id FROM json_each(:ids) AS i CROSS JOIN messages AS m ON m.partition = :partition AND m.id = i.value",
        ids=listed(ids),
    )
    return queue(own, "message", [row["id"] for row in rows], stamp)
