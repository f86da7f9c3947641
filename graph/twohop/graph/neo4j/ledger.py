"""`Neo4jLedger`: the ledger's contract on a Neo4j database."""

from twohop.graph.neo4j.reads import Reads


class Neo4jLedger(Reads):
    """Implements `twohop.graph.store.Ledger` in a Neo4j 5.26 or later, community edition, beside other processes."""
