"""Looks at owners, sessions and messages."""

from twohop.graph.neo4j.look import Look
from twohop.graph.rows import message_of

MESSAGES = Look(
    """
    UNWIND range(0, size(q.ids) - 1) AS place
    MATCH (m:Message {partition: $partition, id: q.ids[place]})
    WHERE q.known_at IS NULL OR m.recorded_at <= q.known_at
    WITH m ORDER BY place
    RETURN collect(m {.*}) AS x
    """,
    lambda rows: [message_of(row) for row in rows or ()],
)
"""Messages in the order of `ids`."""
