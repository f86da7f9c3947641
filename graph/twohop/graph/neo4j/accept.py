"""What makes an add durable before it is processed: one statement."""

from collections import Counter
from dataclasses import replace
from typing import Any

from twohop.errors import Conflict
from twohop.graph.model import Message, OutboxRow
from twohop.graph.neo4j import requests
from twohop.graph.neo4j.jobs import QUEUE_SUMMARY, START_JOB, find, starting
from twohop.graph.neo4j.properties import properties, text_key
from twohop.graph.neo4j.stamp import ADVANCE, LATER, NAME, PLANNED, named, queue
from twohop.graph.neo4j.vocabulary import ADD_WORDS, words
from twohop.graph.neo4j.writes import Owning, Unwritten
from twohop.graph.rows import job_of, message_columns, message_of, owner_of, session_of
from twohop.graph.store import WINDOW, Acceptance, Accepted

PLACED = {"position": None}
"""Left out of a message's row until its place is known, for two may not stand at one."""

APPEND = """
CALL (at) {
  UNWIND $sessions AS q
  MERGE (s:Session {partition: $partition, key: q.session.key})
  ON CREATE SET s += q.session, s.created_at = at
  WITH q, s, at
  CALL (q) {
    OPTIONAL MATCH (m:Message {partition: $partition, session_key: q.session.key})
    WHERE m.position >= 0
    WITH m ORDER BY m.position DESC LIMIT 1
    RETURN coalesce(m.position + 1, 0) AS start
  }
  SET s.message_count = s.message_count + size(q.messages), s.updated_at = at,
    s.summary_due_since = coalesce(s.summary_due_since, at)
  WITH q, s, at, start
  CALL (q, start) {
    MATCH (m:Message {partition: $partition, session_key: q.session.key})
    WHERE m.position >= start - $window AND m.position < start
    RETURN collect(m.id) AS before
  }
  CALL (q, at, start) {
    UNWIND range(0, size(q.messages) - 1) AS i
    WITH q.messages[i] AS row, at, start + i AS position
    CREATE (m:Message {partition: $partition, id: row.id})
    SET m += row, m.position = position, m.recorded_at = at
  }
  CALL (q) {
    UNWIND q.speakers AS row
    MERGE (p:Speaker {partition: $partition, key: row.key})
    ON CREATE SET p += row, p.message_count = 0
    SET p.message_count = p.message_count + row.message_count
  }
  RETURN sum(CASE WHEN s.created_at = at THEN 1 ELSE 0 END) AS begun,
    collect(before + [message IN q.messages | message.id]) AS changed
}
WITH o, now, at, begun, reduce(ids = [], some IN changed | ids + some) AS changed
SET o.session_count = o.session_count + begun, o.message_count = o.message_count + $count
"""

TOLD = """
CALL (o) {
  UNWIND $ids AS id
  MATCH (m:Message {partition: $partition, id: id})
  RETURN collect(m {.id, .position}) AS places
}
CALL (places) {
  OPTIONAL MATCH (s:Session {partition: $partition, key: $session_key})
  RETURN properties(s) AS session
}
CALL (places) {
  WITH reduce(first = null, place IN places |
    CASE WHEN first IS NULL OR place.position < first THEN place.position ELSE first END) AS first
  MATCH (m:Message {partition: $partition, session_key: $session_key})
  WHERE m.position >= first - $recent AND m.position < first
  WITH m ORDER BY m.position
  RETURN collect(properties(m)) AS before
}
"""
"""What stands there now: the places of the job's messages, its session, and what was said before them."""

ACCEPT = "\n".join(
    (
        PLANNED,
        ADVANCE,
        requests.TAKE,
        "WITH o, now, at WHERE repeated = 0",
        NAME,
        "WITH o, now, at",
        APPEND,
        "WITH o, now, at, changed",
        START_JOB,
        QUEUE_SUMMARY,
        ADD_WORDS,
        queue("message", "changed"),
        TOLD,
        "RETURN o.seq AS seq, at, job, properties(o) AS owner, session, places, before, changed",
    )
)


async def accept(own: Owning, acceptance: Acceptance) -> Accepted:
    """Store messages, request and job, or find the job of an earlier call."""
    if {acceptance.job.partition, *(message.partition for message in acceptance.messages)} != {own.partition}:
        raise ValueError("a message or the job belongs to another partition than the scope")
    by_session: dict[str, list[Message]] = {}
    for message in acceptance.messages:
        by_session.setdefault(message.session, []).append(message)
    row = await own.one(
        ACCEPT,
        **requests.taking(acceptance.request, acceptance.job.id),
        named=named(acceptance.scope),
        sessions=[appending(own.partition, name, messages) for name, messages in by_session.items()],
        window=WINDOW,
        count=len(acceptance.messages),
        job=starting(acceptance.job),
        summaries=[] if acceptance.summary is None else [starting(acceptance.summary)],
        summary_after=acceptance.summary_after,
        words=words(own.partition, acceptance.vocabulary),
        ids=[message.id for message in acceptance.messages],
        session_key=text_key(acceptance.job.session),
        recent=acceptance.recent,
    )
    if row is None:
        raise Unwritten(await repeated(own, acceptance))
    place = {one["id"]: one["position"] for one in row["places"]}
    return Accepted(
        job=job_of(row["job"]),
        repeated=False,
        seq=row["seq"],
        recorded_at=row["at"],
        owner=owner_of(row["owner"]),
        session=None if row["session"] is None else session_of(row["session"]),
        messages=tuple(
            replace(message, position=place[message.id], recorded_at=row["at"]) for message in acceptance.messages
        ),
        before=tuple(message_of(one) for one in row["before"]),
        queued=tuple(OutboxRow(own.partition, "message", one, row["seq"]) for one in row["changed"]),
    )


async def repeated(own: Owning, acceptance: Acceptance) -> Accepted:
    """The job of an earlier call, in a transaction that has moved the owner's sequence by one."""
    earlier = await requests.seen(own, acceptance.request)
    job = None if earlier is None else await find(own, earlier["result"])
    known = await own.one("MATCH (o:Owner {partition: $partition}) RETURN o.seq - 1 AS seq")
    if earlier is None or job is None or known is None:
        raise Conflict("the job of this request id is gone: take a new one")
    return Accepted(job=job, repeated=True, seq=known["seq"], recorded_at=earlier["recorded_at"])


def appending(partition: str, session: str, messages: list[Message]) -> dict[str, Any]:
    """A session's new messages, and its own row if it begins with them."""
    names = Counter(message.name for message in messages if message.name)
    return {
        "session": new_session(partition, session),
        "messages": [
            properties("messages", partition, {**message_columns(message, position=LATER, stamp=LATER), **PLACED})
            for message in messages
        ],
        "speakers": [
            properties("speakers", partition, {"session": session, "name": name, "message_count": count})
            for name, count in names.items()
        ],
    }


def new_session(partition: str, session: str) -> dict[str, Any]:
    """The properties of a session that begins; its times come with the stamp."""
    return properties(
        "sessions",
        partition,
        {
            "id": session,
            "message_count": 0,
            "created_at": LATER,
            "updated_at": LATER,
            "summary": "",
            "summary_version": 0,
            "summary_author": "",
            "summarised_count": 0,
            "metadata": "{}",
        },
    )
