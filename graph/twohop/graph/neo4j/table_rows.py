"""Rows as they are stored, table by table: read in the order of their key, and put back."""

from collections.abc import Mapping, Sequence
from typing import Any

from twohop.errors import Conflict
from twohop.graph import keyset
from twohop.graph.model import FAR
from twohop.graph.neo4j.database import Database, Owned, Transaction
from twohop.graph.neo4j.look import Look, Reader
from twohop.graph.neo4j.properties import LABEL_OF, ORDERED, TYPE_OF, Properties, ordered, picked, properties, text_key
from twohop.graph.store import Page, Row
from twohop.graph.tables import TABLES, Value

FIRST: Mapping[str, Value] = {"str": "", "int": -FAR}
"""Type of a column of a key -> what stands before all of its values."""

BELOW: Mapping[str, tuple[str, str]] = {
    "entity_versions": ("Entity", "(p)-[:VERSION]->(n)"),
    "triples": ("Revision", "(p)-[:ASSERTS]->(n)"),
    "evidence": ("Memory", "(p)-[n:EVIDENCE]->()"),
    "mentions": ("Entity", "(p)-[n:MENTIONED_IN]->()"),
}
"""Table whose key begins with the id of another one's rows -> the label `p` of those, and the way from them."""


KEYED: Mapping[str, str] = {
    "sessions": "key",
    "speakers": "key",
    "vocabulary": "key",
    "aliases": "normal_key",
}
"""Table whose key holds texts of any length -> what is indexed in its place: it leads to the owner's rows."""


def page_of(table: str) -> Look[list[Row]]:
    """The look at a page of a table: rows behind `k0, k1, …`, or from the first on."""
    key = TABLES[table].key
    texts = ORDERED.get(table, ())
    names = [f"coalesce(n.{name}_order, n.{name})" if name in texts else f"n.{name}" for name in key]
    lead, row = "n", f"n {{.partition, {picked(table)}}}"
    if table in BELOW:
        # Led by the ids of what they hang from, which an index gives in order.
        label, way = BELOW[table]
        lead, names[0] = "p", "p.id"
        source = f"MATCH (p:{label} {{partition: $partition}}) WHERE p.id >= q.k0 MATCH {way}"
    elif table == "supports":
        lead, names = "n", ["n.id", "position"]
        row = "{partition: $partition, relation_id: n.id, position: position, memory_id: n.support[position]}"
        source = """
        MATCH ()-[n:RELATION {partition: $partition}]->() WHERE n.id >= q.k0
        UNWIND range(0, size(n.support) - 1) AS position
        WITH n, position
        """
    elif table in TYPE_OF:
        source = f"MATCH ()-[n:{TYPE_OF[table]} {{partition: $partition}}]->()"
    else:
        source = f"MATCH (n:{LABEL_OF[table]} {{partition: $partition}})"
    if key:
        keyed = f" AND n.{KEYED[table]} IS NOT NULL" if table in KEYED else ""
        order = ", ".join((f"{lead}.partition", *names))
        source = f"{source} WHERE {behind(names)}{keyed} WITH * ORDER BY {order} LIMIT $limit"
    return Look(f"{source} RETURN collect({row}) AS x", list[Row])


def behind(names: Sequence[str]) -> str:
    """The condition that a key stands behind another one; an index wants to hear of each of its parts.

    It has no OR, for which the database would look twice.
    """
    there = "".join(f" AND {name} IS NOT NULL" for name in names[1:])
    after = f"{names[-1]} > q.k{len(names) - 1}"
    for i, name in reversed(list(enumerate(names[:-1]))):
        after = f"CASE {name} WHEN q.k{i} THEN {after} ELSE {name} > q.k{i} END"
    return f"{names[0]} >= q.k0{there} AND CASE WHEN q.start THEN true ELSE {after} END"


PAGES = {table: page_of(table) for table in TABLES}


async def rows(reader: Reader, partition: str, table: str, limit: int, after: str) -> Page[Row]:
    """A page of a table in the order of its key; a table of one row an owner has one page."""
    key, columns = TABLES[table].key, TABLES[table].columns
    types = [columns[name] for name in key]
    bounds = keyset.values(after, types)
    values = {
        f"k{i}": ordered(value) if isinstance(value, str) else value
        for i, value in enumerate(bounds or [FIRST[type_] for type_ in types])
    }
    found = await reader.ask(partition, PAGES[table], start=not bounds, limit=limit + 1, **values)
    return keyset.page(found, limit, lambda row: keyset.key(*(row[name] for name in key)) if key else "")


STORED: Mapping[str, str] = {
    "owners": "MATCH (n:Owner {partition: $partition})",
    "sessions": "MATCH (n:Session {partition: $partition, key: row.key})",
    "speakers": "MATCH (n:Speaker {partition: $partition, key: row.key})",
    "agent_configs": "MATCH (n:AgentConfig {partition: $partition, version: row.version})",
    "messages": "MATCH (n:Message {partition: $partition, id: row.id})",
    "memories": "MATCH (n:Memory {partition: $partition, id: row.id})",
    "entities": "MATCH (n:Entity {partition: $partition, id: row.id})",
    "entity_versions": "MATCH (:Entity {partition: $partition, id: row.entity_id})-[:VERSION]->(n) "
    "WHERE n.recorded_at = row.recorded_at",
    "aliases": "MATCH (n:Alias {partition: $partition, normal_key: row.normal_key}) "
    "WHERE n.entity_id = row.entity_id AND n.recorded_at = row.recorded_at",
    "revisions": "MATCH (n:Revision {partition: $partition, id: row.id})",
    "triples": "MATCH (:Revision {partition: $partition, id: row.revision_id})-[:ASSERTS]->(n) "
    "WHERE n.position = row.position",
    "evidence": "MATCH (:Memory {partition: $partition, id: row.memory_id})-[n:EVIDENCE]->() "
    "WHERE n.message_id = row.message_id AND n.quote = row.quote AND n.recorded_at = row.recorded_at",
    "mentions": "MATCH ()-[n:MENTIONED_IN {partition: $partition, entity_id: row.entity_id}]->() "
    "WHERE n.message_at IS NOT NULL AND n.message_id = row.message_id AND n.span_start = row.span_start "
    "AND n.span_end = row.span_end AND n.recorded_at = row.recorded_at",
    "relations": "MATCH ()-[n:RELATION {partition: $partition, id: row.id}]->()",
    "supports": "MATCH ()-[r:RELATION {partition: $partition, id: row.relation_id}]->() "
    "WHERE row.position < size(r.support) WITH i, {partition: $partition, relation_id: r.id, position: row.position, "
    "memory_id: r.support[row.position]} AS n",
    "decisions": "MATCH (n:Decision {partition: $partition, recorded_at: row.recorded_at, ordinal: row.ordinal})",
    "jobs": "MATCH (n:Job {partition: $partition, id: row.id})",
    "requests": "MATCH (n:Request {tenant: $tenant, key: row.key})",
    "vocabulary": "MATCH (n:Word {partition: $partition, key: row.key})",
    "means": "MATCH (n:Mean {partition: $partition, name: row.name})",
    "outbox": "MATCH (n:Outbox {partition: $partition, kind: row.kind, id: row.id})",
}
"""Table -> what stands under the key of a `row`, as `n`."""

MADE: Mapping[str, str] = {
    **{table: f"CREATE (n:{label} {{partition: $partition}}) SET n += row" for table, label in LABEL_OF.items()},
    "requests": "CREATE (n:Request {tenant: $tenant}) SET n += row",
    "entity_versions": "MATCH (p:Entity {partition: $partition, id: row.entity_id}) "
    "CREATE (p)-[:VERSION]->(n:EntityVersion {partition: $partition}) SET n += row",
    "aliases": "MATCH (p:Entity {partition: $partition, id: row.entity_id}) "
    "CREATE (p)-[:ALIAS]->(n:Alias {partition: $partition}) SET n += row",
    "revisions": "MATCH (p:Memory {partition: $partition, id: row.memory_id}) "
    "CREATE (p)-[:REVISION]->(n:Revision {partition: $partition}) SET n += row",
    "triples": "MATCH (p:Revision {partition: $partition, id: row.revision_id}) "
    "CREATE (p)-[:ASSERTS]->(n:Triple {partition: $partition}) SET n += row",
    "evidence": "MATCH (p:Memory {partition: $partition, id: row.memory_id}) "
    "MATCH (g:Message {partition: $partition, id: row.message_id}) CREATE (p)-[n:EVIDENCE]->(g) SET n += row",
    "mentions": "MATCH (p:Entity {partition: $partition, id: row.entity_id}) "
    "MATCH (g:Message {partition: $partition, id: row.message_id}) CREATE (p)-[n:MENTIONED_IN]->(g) SET n += row",
    "supports": "MATCH (s)-[r:RELATION {partition: $partition, id: row.relation_id}]->() "
    "WHERE size(r.support) = row.start SET r.support = r.support + row.memory_ids "
    "WITH s, row UNWIND range(0, size(row.memory_ids) - 1) AS i "
    "MATCH (m:Memory {partition: $partition, id: row.memory_ids[i]}) "
    "CREATE (m)-[n:SUPPORTS {relation_id: row.relation_id, position: row.start + i}]->(s)",
}
"""Table -> how a new `row` is stored; nothing is when what it points at is not there."""

BETWEEN = (
    "MATCH (s:Entity {partition: $partition, id: row.subject_id}) "
    "MATCH (o:Entity {partition: $partition, id: row.object_id}) CREATE (s)-[n:RELATION]->(o) SET n += row"
)
TO_LITERAL = (
    "MATCH (s:Entity {partition: $partition, id: row.subject_id}) "
    "MERGE (o:Literal {partition: $partition, key: row.literal_key}) ON CREATE SET o.text = row.literal "
    "CREATE (s)-[n:RELATION]->(o) SET n += row, n.literal_key = NULL"
)


async def load(database: Database, partition: str, table: str, given: Sequence[Row]) -> int:
    """Store the rows that are not there, in one transaction; how many those were.

    Raises:
        Conflict: a row with the same key says something else, or one points at what is not there.
    """
    if any(row["partition"] != partition for row in given):
        raise ValueError("a row belongs to another partition than it is loaded into")

    async def work(transaction: Transaction) -> int:
        return await store(Owned(transaction, partition), table, given)

    return await database.write(work) if given else 0


async def store(own: Owned, table: str, given: Sequence[Row]) -> int:
    """Store rows in an open transaction; how many were new."""
    tenant = given[0].get("tenant", "")
    stored = [properties(table, own.partition, row) for row in given]
    found = await own.all(
        f"UNWIND range(0, size($rows) - 1) AS i WITH i, $rows[i] AS row {STORED[table]}",
        f"RETURN i, n {{.partition, {picked(table)}}} AS x",
        rows=stored,
        tenant=tenant,
    )
    there: dict[object, Row] = {key_of(table, row["x"]): row["x"] for row in found}
    new: list[Properties] = []
    for row, one in zip(given, stored, strict=True):
        plain = {"partition": own.partition, **{name: row[name] for name in TABLES[table].columns}}
        if there.setdefault(key_of(table, row), plain) != plain:
            raise Conflict(f"a row of {table} is stored with another content")
        if there[key_of(table, row)] is plain:
            new.append(one)
    made = 0
    for cypher, some in statements(table, new):
        [counted] = await own.all("UNWIND $rows AS row", cypher, "RETURN count(n) AS made", rows=some, tenant=tenant)
        made += counted["made"]
    if made != len(new):
        raise Conflict(f"a row of {table} points at one that is not there")
    return made


def key_of(table: str, row: Row) -> tuple[Any, ...]:
    """What tells a row of a table from the others."""
    return tuple(row[name] for name in TABLES[table].key)


def statements(table: str, new: Sequence[Properties]) -> list[tuple[str, list[Properties]]]:
    """What stores the rows: how, and which."""
    if table == "supports":
        return [(MADE[table], in_line(new))]
    if table != "relations":
        return [(MADE[table], list(new))]
    # Who supports it is told by `supports`.
    edges = [{**row, "support": []} for row in new]
    literals = [{**row, "literal_key": text_key(row["literal"])} for row in edges if "object_id" not in row]
    return [(BETWEEN, [row for row in edges if "object_id" in row]), (TO_LITERAL, literals)]


def in_line(supports: Sequence[Properties]) -> list[Properties]:
    """The supporters of each relation together, from a place on; they come in the order of their places."""
    lines: dict[str, Properties] = {}
    for row in supports:
        start: Properties = {"relation_id": row["relation_id"], "start": row["position"], "memory_ids": []}
        lines.setdefault(row["relation_id"], start)["memory_ids"].append(row["memory_id"])
    return list(lines.values())
