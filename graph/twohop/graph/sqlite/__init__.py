"""The ledger in one SQLite file: the embedded system of record, owned by one process."""

from twohop.graph.sqlite.ledger import SqliteLedger

__all__ = ["SqliteLedger"]
