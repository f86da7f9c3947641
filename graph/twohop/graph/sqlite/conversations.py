"""Reads of owners, sessions and messages."""

import json
from collections.abc import Iterable, Sequence

from twohop.graph.model import Message, Owner, Session
from twohop.graph.rows import message_of, owner_of, session_of
from twohop.graph.sqlite.axes import known
from twohop.graph.sqlite.database import Owned, listed


def owner(own: Owned) -> Owner | None:
    """The owner's counters."""
    row = own.one("SELECT * FROM owners WHERE partition = :partition")
    return None if row is None else owner_of(row)


def session(own: Owned, session_id: str) -> Session | None:
    """One session."""
    row = own.one("SELECT * FROM sessions WHERE partition = :partition AND id = :id", id=session_id)
    return None if row is None else session_of(row)


def unknown_sessions(own: Owned, session_ids: Iterable[str]) -> set[str]:
    """Those that the owner doesn't have yet."""
    wanted = set(session_ids)
    rows = own.all(
        "SELECT s.id FROM json_each(:ids) AS i CROSS JOIN sessions AS s ON s.partition = :partition AND s.id = i.value",
        ids=listed(wanted),
    )
    return wanted - {row["id"] for row in rows}


def speakers(own: Owned) -> dict[str, dict[str, int]]:
    """Session -> speaker -> number of messages."""
    found: dict[str, dict[str, int]] = {}
    for row in own.all("SELECT session, name, message_count FROM speakers WHERE partition = :partition"):
        found.setdefault(row["session"], {})[row["name"]] = row["message_count"]
    return found


def messages(own: Owned, ids: Sequence[str], known_at: int | None) -> list[Message]:
    """Messages in the order of the ids."""
    if own.kept is None or known_at is not None:
        return read(own, ids, known_at)
    found = own.kept.messages(ids, lambda missing: read(own, missing, None))
    return [found[one] for one in ids if one in found]


def read(own: Owned, ids: Sequence[str], known_at: int | None) -> list[Message]:
    """As `messages`, from the file."""
    rows = own.all(
        "SELECT m.* FROM json_each(:ids) AS i CROSS JOIN messages AS m ON m.partition = :partition AND m.id = i.value",
        known("m", known_at),
        "ORDER BY i.key",
        ids=listed(ids),
        known_at=known_at,
    )
    return [message_of(row) for row in rows]


def recent_messages(own: Owned, session_id: str, limit: int, before: int | None) -> list[Message]:
    """The end of a session, or of what stands before a position."""
    rows = own.all(
        "SELECT * FROM messages WHERE partition = :partition AND session = :session",
        "" if before is None else "AND position < :before",
        "ORDER BY position DESC LIMIT :limit",
        session=session_id,
        before=before,
        limit=max(limit, 0),
    )
    return [message_of(row) for row in reversed(rows)]


def windows(own: Owned, ids: Sequence[str], radius: int) -> dict[str, list[Message]]:
    """Each message with its neighbours; a message in several windows is read once."""
    centres = messages(own, ids, None)
    around = {
        (message.session, position): None
        for message in centres
        for position in range(message.position - radius, message.position + radius + 1)
        if position >= 0
    }
    if own.kept is None:
        found = {(message.session, message.position): message for message in placed(own, list(around))}
    else:
        found = own.kept.placed(around, lambda missing: placed(own, missing))
    return {
        message.id: [
            found[message.session, position]
            for position in range(message.position - radius, message.position + radius + 1)
            if (message.session, position) in found
        ]
        for message in centres
    }


def placed(own: Owned, places: Sequence[tuple[str, int]]) -> list[Message]:
    """The messages at these places of their sessions."""
    rows = own.all(
        "SELECT m.* FROM json_each(:places) AS i CROSS JOIN messages AS m",
        "ON m.partition = :partition AND m.session = i.value ->> 0 AND m.position = i.value ->> 1",
        places=json.dumps(places),
    )
    return [message_of(row) for row in rows]


def message_ids(own: Owned, limit: int, after: str) -> list[str]:
    """Ids in order."""
    rows = own.all(
        "SELECT id FROM messages WHERE partition = :partition AND id > :after ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [row["id"] for row in rows]
