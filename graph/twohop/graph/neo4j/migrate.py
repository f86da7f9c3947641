"""Brings a database to this program's schema, one process at a time; the others wait for it.

Schema commands have transactions of their own in Neo4j, so what guards them is a lease on the node that holds the
version. A process that dies at it leaves a step half done, which the next one does again when the lease is over.
"""

import asyncio
from uuid import uuid4

import structlog

from twohop.errors import LedgerUnavailable, Misconfigured, SchemaTooNew, StaleRead
from twohop.graph.neo4j.database import Database
from twohop.graph.neo4j.schema import STEPS, unique

OLDEST = (5, 26)
"""The first version of Neo4j whose Cypher is ours."""

LEASE_MS = 60_000
"""For which a process may work on the schema without saying so again. A step over much data may take longer: then
another one does the same step too, which changes nothing, since every command can be run again."""

POLL_SECONDS = 0.2
AWAIT_INDEXES_SECONDS = 300
GIVE_UP_SECONDS = 600.0

CLAIM = """
MERGE (s:Schema {id: 'twohop'})
ON CREATE SET s.version = 0, s.leased_until = 0
SET s.version = s.version
WITH s, s.version < $steps AND (s.leased_until <= timestamp() OR s.holder = $holder) AS mine
FOREACH (_ IN CASE WHEN mine THEN [1] ELSE [] END |
  SET s.holder = $holder, s.leased_until = timestamp() + $lease)
RETURN s.version AS version, mine
"""

STEPPED = """
MATCH (s:Schema {id: 'twohop'}) WHERE s.holder = $holder
SET s.version = $version, s.leased_until = 0
RETURN s.version AS version
"""

log = structlog.get_logger(__name__)


async def check_version(database: Database) -> None:
    """Refuse a server that is too old.

    Raises:
        Misconfigured: it is.
    """
    rows = await database.maintain("CALL dbms.components() YIELD name, versions RETURN name, versions")
    kernel = next((row for row in rows if row["name"] == "Neo4j Kernel"), None)
    if kernel is None:
        return  # Another server that speaks Bolt says its own name; what it can't do it will say.
    version = kernel["versions"][0]
    if tuple(int(part) for part in version.split("-")[0].split(".")[:2]) < OLDEST:
        raise Misconfigured(f"Neo4j {version} is too old: twohop needs 5.26 or later")


async def migrate(database: Database) -> None:
    """Run the missing steps, or wait for the process that does.

    Raises:
        SchemaTooNew: a newer twohop wrote the database.
        LedgerUnavailable: another process holds the schema and does not get on with it.
    """
    await database.define(unique("schema_key", "Schema", "id"))
    holder = uuid4().hex
    until = asyncio.get_running_loop().time() + GIVE_UP_SECONDS
    while True:
        try:
            claimed = (await database.maintain(CLAIM, steps=len(STEPS), holder=holder, lease=LEASE_MS))[0]
        except StaleRead:  # Two processes made the node at once.
            continue
        version = claimed["version"]
        if version > len(STEPS):
            raise SchemaTooNew(
                f"the ledger has schema version {version} and this twohop knows versions up to {len(STEPS)}: "
                "upgrade twohop, or open another database"
            )
        if version == len(STEPS):
            return
        if claimed["mine"]:
            await step(database, version)
            await database.maintain(STEPPED, holder=holder, version=version + 1)
        elif asyncio.get_running_loop().time() > until:
            raise LedgerUnavailable("another process has been working on the database's schema for too long")
        else:
            await asyncio.sleep(POLL_SECONDS)


async def step(database: Database, version: int) -> None:
    """Run one step, and wait until its indexes answer."""
    log.info("ledger.migrates", version=version + 1)
    for command in STEPS[version]:
        await database.define(command)
    await database.define("CALL db.awaitIndexes($seconds)", seconds=AWAIT_INDEXES_SECONDS)
