"""The ledger in Neo4j, for any number of processes."""

from twohop.graph.neo4j.ledger import Neo4jLedger

__all__ = ["Neo4jLedger"]
