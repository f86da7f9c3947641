"""Writes of the rolling summaries of sessions."""

from twohop.errors import NotFound, StaleRead
from twohop.graph.neo4j import jobs
from twohop.graph.neo4j.properties import text_key
from twohop.graph.neo4j.stamp import ADVANCE
from twohop.graph.neo4j.writes import Owning
from twohop.graph.store import SummaryUpdate

SET_SUMMARY = f"""
MATCH (s:Session {{partition: $partition, key: $key}})
WITH count(*) AS there WHERE there = 1
{ADVANCE}
MATCH (s:Session {{partition: $partition, key: $key}})
WITH at, s, s.summary_version AS version
SET s.summary = $summary, s.summary_version = version + 1, s.summary_author = $author, s.summarised_count = $count,
  s.summary_due_since = CASE WHEN s.message_count > $count THEN at END
WITH at, version
{jobs.SET_JOB}
RETURN version, moved
"""


async def set_summary(own: Owning, update: SummaryUpdate) -> None:
    """Replace a session's summary.

    Raises:
        NotFound: the owner has no such session.
        StaleRead: the summary has another version than expected.
    """
    row = await own.one(
        SET_SUMMARY,
        key=text_key(update.session),
        summary=update.text,
        author=update.author,
        count=update.count,
        jobs=jobs.setting(update.job),
    )
    if row is None:
        raise NotFound("no such session for this owner")
    if row["version"] != update.expected_version:
        raise StaleRead("the summary was replaced since it was read: read it again")
    if update.job is not None and not row["moved"]:
        await jobs.lost(own, update.job)


UNSUMMARISED = f"""
MATCH (s:Session) WHERE s.summary_due_since <= $before
  AND NOT EXISTS {{
    MATCH (w:Job {{partition: s.partition, kind: 'summary', session_key: s.key}}) WHERE w.state IN {jobs.UNFINISHED}
  }}
RETURN s.partition AS partition, s.id AS id
ORDER BY s.summary_due_since, s.partition, s.id LIMIT $limit
"""
"""Sessions of all owners whose messages have waited long enough, the longest first."""
