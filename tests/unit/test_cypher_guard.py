"""The rule that binds every Cypher statement to one owner."""

import importlib
import pkgutil

import pytest

from twohop.graph import neo4j
from twohop.graph.neo4j.guard import SCOPES, UnscopedStatement, check
from twohop.graph.neo4j.look import Look

FINE = [
    "RETURN 1",
    "MATCH (m:Message {partition: $partition, id: $id}) RETURN m",
    "MATCH (m:Message { partition: $partition, id: coalesce($id, 'x') })<-[e:EVIDENCE]-(o) RETURN o",
    "MATCH ()-[r:RELATION {partition: $partition, id: $id}]->() RETURN r",
    "MATCH (a:Memory {partition: $partition}), (b:Message {partition: $partition}) CREATE (a)-[:EVIDENCE]->(b)",
    "MATCH (m:Memory {partition: $partition}) MATCH (m)-[:REVISION]->(r)-->(t) RETURN count(t), size(m.id)",
    "MATCH (m:Memory {partition: $partition}) WITH m ORDER BY m.id LIMIT 3 MATCH (m)-[:REVISION]->(r) RETURN r",
    "MATCH (m:Memory {partition: $partition}) WITH collect(m) AS all UNWIND all AS one MATCH (one)-->(r) RETURN r",
    "MATCH (m:Memory {partition: $partition}) WITH *, 1 AS n MATCH (m)-->(r) RETURN r",
    "MATCH (m:Memory {partition: $partition}) RETURN COLLECT { MATCH (m)-[:REVISION]->(r) RETURN r.id } AS x",
    "MATCH (m:Memory {partition: $partition}) WHERE EXISTS { (m)-[:EVIDENCE]->() } RETURN m {.id, n: 1} AS x",
    "MATCH (m:Memory {partition: $partition}) RETURN [(m)-[:REVISION]->(r) WHERE r.n > 1 | r.id] AS x",
    "MATCH (m:Memory {partition: $partition}) CALL (m) { MATCH (m)-->(r) RETURN r } MATCH (r)-->(t) RETURN t",
    "CALL (q) { MATCH (a:Alias {partition: $partition}) RETURN a UNION MATCH (a:Job {partition: $partition}) RETURN a}",
    "CALL (q) { MATCH (a:Alias {partition: $partition}) RETURN a } MATCH (a)<--(e) RETURN e",
    "MERGE (o:Owner {partition: $partition}) SET o.seq = o.seq + 1 WITH o WHERE o.x STARTS WITH 'x' MATCH (o) RETURN o",
    "MATCH (r:Request {tenant: $tenant, key: $key}) RETURN r",
    "MATCH (o:Owner {tenant: $tenant}) RETURN o",
    "MATCH (m:Message {partition: $partition}) WHERE m.text = 'MATCH (n:Memory)' RETURN m // MATCH (n)",
    "MATCH (s:Memory|Message {partition: $partition}) RETURN s",
]

REFUSED = [
    "MATCH (n) RETURN n",
    "match(n) return n",
    "MATCH (m:Message) RETURN m",
    "MATCH (m:Message {id: $id}) RETURN m",
    "MATCH (m:Message {id: $id, partition: $partition}) RETURN m",
    "MATCH (m:Message {partition: $other}) RETURN m",
    "MATCH (m:Message {partition: q.partition}) RETURN m",
    "MATCH (m:Message {partition: $partitions}) RETURN m",
    "MATCH (m:Message {partition: 'x'}) RETURN m",
    "MATCH (m:Message) WHERE m.partition = $partition RETURN m",
    "MATCH (m:Message WHERE m.partition = $partition) RETURN m",
    "MATCH (m:Message $values) RETURN m",
    "MATCH (m:`Message`) RETURN m",
    "MATCH (m:$(label) {partition: $partition}) RETURN m",
    "MATCH (m:Message {tenant: $tenant}) RETURN m",
    "MATCH (s:Other|Message) RETURN s",
    "MATCH (p:Process {id: $id}) RETURN p",
    "MATCH (m:Message {partition: $partition}), (n:Memory) RETURN m, n",
    "MATCH (m:Message {partition: $partition}), (n) RETURN m, n",
    "MATCH (m:Message {partition: $partition})<-[:EVIDENCE]-(n:Memory) RETURN n",
    "MATCH (a)-[r:RELATION]->(b) RETURN r",
    "MATCH ()-[r]->() RETURN r",
    "MATCH ()-->() RETURN 1",
    "MATCH ()-[r:RELATION {id: $id}]->() RETURN r",
    "MATCH ()-[r:RELATION WHERE r.partition = $partition]->() RETURN r",
    "MATCH (m:Memory {partition: $partition})-[:SUPPORTS*1..3]->(e) RETURN e",
    "MATCH (m:Memory {partition: $partition})-[*]->(e) RETURN e",
    "MATCH (m:Memory {partition: $partition})-[:SUPPORTS]->+(e) RETURN e",
    "MATCH (m:Memory {partition: $partition}) MATCH ((m)-[:SUPPORTS]->(e)){1,3} RETURN e",
    "MATCH (m:Memory {partition: $partition}) WITH m.id AS id MATCH (m)-->(r) RETURN r",
    "MATCH (m:Memory {partition: $partition}) WITH count(m) AS n MATCH (m) RETURN m",
    "MATCH (m:Memory {partition: $partition}) CALL { MATCH (m)-->(r) RETURN r } RETURN r",
    "MATCH (m:Memory {partition: $partition}) CALL (q) { MATCH (m)-->(r) RETURN r } RETURN r",
    "MATCH (m:Memory {partition: $partition}) CALL (m) { MATCH (m)-->(r) RETURN r.id AS id } MATCH (r) RETURN r",
    "MATCH (a:Alias {partition: $partition}) RETURN a UNION MATCH (a) RETURN a",
    "MATCH (m:Memory {partition: $partition}) WHERE EXISTS { MATCH (o)-->(p) } RETURN m",
    "MATCH (m:Memory {partition: $partition}) WHERE EXISTS { (m)-->(o) } MATCH (o) RETURN o",
    "MATCH (m:Memory {partition: $partition}) RETURN COLLECT { MATCH (r:Revision) RETURN r } AS x",
    "MATCH (m:Memory {partition: $partition}) RETURN [(o)-->(p) | p] AS x",
    "MATCH (m WHERE m:Memory AND m.id = $id) RETURN m",
    "MATCH (m IS Memory) RETURN m",
    "MATCH (IS Memory) RETURN 1 AS x",
    "MATCH (a:Memory {partition: $partition}) WITH a MATCH (m WHERE m.id = a.id) DETACH DELETE m",
    "MATCH (a:Memory {partition: $partition}) MATCH (m)-[r IS SUPPORTS]->(e) RETURN e",
    "RETURN count{(m IS Memory)} AS x",
    "MATCH p=ANY(m) RETURN m",
    "CREATE (m:Message)",
    "MERGE (m:Message {id: $id})",
    "UNWIND $rows AS row CREATE (m:Message {partition: row.partition})",
    "MATCH (o:Owner {tenant: $partition}) RETURN o",
    "CALL db.index.fulltext.queryNodes('x', 'y') YIELD node RETURN node",
    "MATCH (m:Memory {partition: $partition}) RETURN m }",
]


@pytest.mark.parametrize("cypher", FINE)
def test_bound_statements_pass(cypher: str) -> None:
    """A statement that only reaches what is bound to the owner passes."""
    check(cypher)


@pytest.mark.parametrize("cypher", REFUSED)
def test_unbound_statements_are_refused(cypher: str) -> None:
    """A statement that could reach something of another owner is refused."""
    with pytest.raises(UnscopedStatement):
        check(cypher)


@pytest.mark.parametrize("label", SCOPES)
def test_every_label_of_owner_data_is_guarded(label: str) -> None:
    """No label of owner data can be read, changed or emptied whole."""
    for cypher in ("MATCH (n:{}) RETURN n", "match (:{}) detach delete n", "MERGE (n:{} {{id: 1}})", "CREATE (n :{})"):
        with pytest.raises(UnscopedStatement):
            check(cypher.format(label))


def looks() -> list[tuple[str, Look[object]]]:
    """Every look that a module of the backend holds, by name."""
    modules = [importlib.import_module(f"{neo4j.__name__}.{m.name}") for m in pkgutil.iter_modules(neo4j.__path__)]
    held = {f"{module.__name__}.{name}": value for module in modules for name, value in vars(module).items()}
    held |= {f"{name}.{key}": one for name, all_ in held.items() if isinstance(all_, dict) for key, one in all_.items()}
    return [(name, value) for name, value in held.items() if isinstance(value, Look)]


def test_every_look_is_bound() -> None:
    """What the backend asks about an owner obeys the rule, and a look of another form would be noticed."""
    found = looks()
    assert len(found) > 40
    for _, look in found:
        check(look.cypher)
        assert "$partition" in look.cypher
