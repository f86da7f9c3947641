"""Rolling summaries of sessions."""

from twohop.errors import NotFound, StaleRead
from twohop.graph.sqlite import conversations
from twohop.graph.sqlite.database import Database
from twohop.graph.sqlite.jobs import set_job
from twohop.graph.sqlite.stamp import advance
from twohop.graph.store import SummaryUpdate


def set_summary(database: Database, now: int, partition: str, update: SummaryUpdate) -> None:
    """Replace a session's summary.

    Raises:
        NotFound: the owner has no such session.
        StaleRead: the summary has another version than expected.
    """
    own = database.of(partition)
    session = conversations.session(own, update.session)
    if session is None:
        raise NotFound("no such session for this owner")
    if session.summary_version != update.expected_version:
        raise StaleRead("the summary was replaced since it was read: read it again")
    stamp = advance(own, now)
    own.change(
        "UPDATE sessions SET summary = :summary, summary_version = summary_version + 1, summary_author = :author,",
        "summarised_count = :count, summary_due_since = CASE WHEN message_count > :count THEN :at END",
        "WHERE partition = :partition AND id = :id",
        id=update.session,
        summary=update.text,
        author=update.author,
        count=update.count,
        at=stamp.at,
    )
    if update.job is not None:
        set_job(own, update.job, stamp.at)


def unsummarised(database: Database, before: int, limit: int) -> list[tuple[str, str]]:
    """Sessions whose messages have waited long enough."""
    rows = database.maintain(
        "SELECT s.partition, s.id FROM sessions AS s WHERE s.summary_due_since IS NOT NULL "
        "AND s.summary_due_since <= :before AND NOT EXISTS (SELECT 1 FROM jobs AS j WHERE j.kind = 'summary' "
        "AND j.partition = s.partition AND j.session = s.id AND j.state IN ('pending', 'running')) "
        "ORDER BY s.summary_due_since, s.partition, s.id LIMIT :limit",
        before=before,
        limit=limit,
    )
    return [(row["partition"], row["id"]) for row in rows]
