"""Writes of the statistics that recall keeps: the vocabulary and the means of vectors."""

from collections.abc import Mapping

from twohop.graph.sqlite.database import Database, Owned
from twohop.graph.sqlite.outbox import queue_all
from twohop.graph.sqlite.stamp import Stamp, advance

LISTS = {"message": ("message",), "fact": ("memory", "relation")}
"""List of vectors -> the kinds of points in it."""


def add_words(own: Owned, words: Mapping[str, str], stamp: Stamp) -> None:
    """Add stems with the write's sequence as their mark; known ones keep their surface form."""
    own.change_each(
        "INSERT OR IGNORE INTO vocabulary (partition, stem, surface, seq) VALUES (:partition, :stem, :surface, :seq)",
        [{"stem": stem, "surface": surface, "seq": stamp.seq} for stem, surface in words.items()],
    )


def set_mean(database: Database, now: int, partition: str, name: str, version: int, count: int, mean: bytes) -> None:
    """Store a newer mean and ask for every point of its list to be projected again."""
    own = database.of(partition)
    if not own.change(
        "INSERT INTO means (partition, name, version, count, mean)",
        "VALUES (:partition, :name, :version, :count, :mean) ON CONFLICT (partition, name)",
        "DO UPDATE SET version = excluded.version, count = excluded.count, mean = excluded.mean",
        "WHERE means.version < excluded.version",
        name=name,
        version=version,
        count=count,
        mean=mean,
    ):
        return
    stamp = advance(own, now)
    for kind in LISTS.get(name, ()):
        queue_all(own, kind, stamp)
