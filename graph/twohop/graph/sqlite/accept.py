"""What makes an add durable before it is processed."""

from collections import Counter
from dataclasses import replace

from twohop.errors import Conflict
from twohop.graph.model import Job, Message, OutboxRow
from twohop.graph.rows import message_columns
from twohop.graph.sqlite import jobs, record, requests
from twohop.graph.sqlite.conversations import owner, recent_messages, session, unknown_sessions
from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.stamp import Stamp, advance, name_owner, queue
from twohop.graph.sqlite.statistics import add_words
from twohop.graph.store import WINDOW, Acceptance, Accepted


def accept(database: Database, now: int, holder: str, acceptance: Acceptance) -> Accepted:
    """Store messages, request and job, or find the job of an earlier call."""
    own = database.of(acceptance.scope.partition)
    if {acceptance.job.partition, *(message.partition for message in acceptance.messages)} != {own.partition}:
        raise ValueError("a message or the job belongs to another partition than the scope")
    earlier = requests.seen(own, acceptance.request)
    if earlier is not None:
        job, known = record.job(own, earlier["result"]), owner(own)
        if job is None or known is None:
            raise Conflict("the job of this request id is gone: take a new one")
        return Accepted(job=job, repeated=True, seq=known.seq, recorded_at=earlier["recorded_at"])
    by_session: dict[str, list[Message]] = {}
    for message in acceptance.messages:
        by_session.setdefault(message.session, []).append(message)
    begun = len(unknown_sessions(own, by_session))
    stamp = advance(own, now, messages=len(acceptance.messages), sessions=begun)
    name_owner(own, acceptance.scope)
    stored: dict[str, Message] = {}
    queued: list[OutboxRow] = []
    for name, messages in by_session.items():
        appended, rows = append(own, name, messages, stamp)
        stored.update((message.id, message) for message in appended)
        queued += rows
    job = jobs.add_job(own, acceptance.job, stamp.at, holder)
    if acceptance.summary is not None:
        queue_summary(own, acceptance.summary, acceptance.summary_after, stamp)
    add_words(own, acceptance.vocabulary, stamp)
    requests.remember(own, acceptance.request, acceptance.job.id, stamp.at)
    first = next((message.position for message in stored.values() if message.session == job.session), 0)
    return Accepted(
        job=job,
        repeated=False,
        seq=stamp.seq,
        recorded_at=stamp.at,
        owner=owner(own),
        session=session(own, job.session),
        messages=tuple(stored[message.id] for message in acceptance.messages),
        before=tuple(recent_messages(own, job.session, acceptance.recent, first)),
        queued=tuple(queued),
    )


def queue_summary(own: Owned, job: Job, after: int, stamp: Stamp) -> None:
    """Queue the summary's job once enough messages wait for it, and never a second one beside it."""
    found = session(own, job.session)
    if found is None or found.message_count - found.summarised_count < after:
        return
    if jobs.first(own, job.kind, job.session) is None:
        jobs.add_job(own, job, stamp.at)


def append(own: Owned, session_id: str, messages: list[Message], stamp: Stamp) -> tuple[list[Message], list[OutboxRow]]:
    """Put messages at the end of a session: how they are stored, and what the index must look at."""
    last = own.one(
        "SELECT MAX(position) AS position FROM messages WHERE partition = :partition AND session = :session",
        session=session_id,
    )
    start = 0 if last is None or last["position"] is None else last["position"] + 1
    own.change(
        "INSERT INTO sessions (partition, id, message_count, created_at, updated_at, summary_due_since)",
        "VALUES (:partition, :id, :count, :at, :at, :at)",
        "ON CONFLICT (partition, id) DO UPDATE SET message_count = message_count + :count, updated_at = :at,",
        "summary_due_since = COALESCE(summary_due_since, :at)",
        id=session_id,
        count=len(messages),
        at=stamp.at,
    )
    stored = [replace(message, position=start + i, recorded_at=stamp.at) for i, message in enumerate(messages)]
    own.insert("messages", [message_columns(one, position=one.position, stamp=stamp.at) for one in stored])
    names = Counter(message.name for message in messages if message.name)
    own.change_each(
        "INSERT INTO speakers (partition, session, name, message_count) VALUES (:partition, :session, :name, :count) "
        "ON CONFLICT (partition, session, name) DO UPDATE SET message_count = message_count + excluded.message_count",
        [{"session": session_id, "name": name, "count": count} for name, count in names.items()],
    )
    before = own.all(
        "SELECT id FROM messages WHERE partition = :partition AND session = :session",
        "AND position >= :first AND position < :start",
        session=session_id,
        first=start - WINDOW,
        start=start,
    )
    touched = [*(row["id"] for row in before), *(message.id for message in messages)]
    return stored, queue(own, "message", touched, stamp)
