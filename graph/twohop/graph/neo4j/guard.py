"""The rule that every Cypher statement on owner data obeys: whatever it names is bound to one owner.

Statements are our own text, so the rule is one of form, strict enough to be checked by reading them:

- a node pattern with a label says `partition: $partition` first among its properties;
- a relationship pattern outside a pattern that holds such a node, or a variable, says so too;
- what has no label, no such property and no variable is only ever reached from one of those, and relationships never
  join nodes of two owners.

Idempotency records are unique in a tenant, so theirs is `tenant: $tenant`; owners may be listed by it.
"""

import re
from functools import lru_cache

from twohop.graph.neo4j.schema import LABELS

SCOPES = {**dict.fromkeys(LABELS, ("partition",)), "Request": ("tenant",), "Owner": ("partition", "tenant")}
"""Every label of owner data -> the properties one of which bounds it."""

NODE = re.compile(r"\((?P<name>\w*)(?P<labels>(?::\w+)+)\s*(?P<properties>\{[^}]*\})?")
EDGE = re.compile(r"\[(?P<name>\w*)(?P<types>:[\w|]+)\s*(?P<properties>\{[^}]*\})?")
CLAUSE = re.compile(
    r"\b(?:MATCH|MERGE|CREATE)\b(.*?)(?=\b(?:MATCH|MERGE|CREATE|WITH|WHERE|RETURN|SET|DELETE|ON|UNWIND|"
    r"CALL|FOREACH|OPTIONAL|DETACH|REMOVE|ORDER|UNION)\b|[{}]\s*$|$)",
    re.DOTALL,
)
STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|//[^\n]*")


class UnscopedStatement(RuntimeError):
    """A statement would touch owner data without being bound to one owner: a fault of ours, never of a caller."""


@lru_cache(maxsize=2048)
def check(cypher: str) -> None:
    """Pass a statement that obeys the rule.

    Raises:
        UnscopedStatement: it does not.
    """
    text = STRING.sub("", cypher)
    for node in NODE.finditer(text):
        for label in node["labels"].strip(":").split(":"):
            if label in SCOPES and not bound(node["properties"], SCOPES[label]):
                raise UnscopedStatement(f"(:{label}) is not bound to one owner in: {cypher}")
    for clause in CLAUSE.finditer(text):
        for pattern in clause[1].split(","):
            anchored = re.search(r"\(\w", pattern) or re.search(r"\$(?:partition|tenant)\b", pattern)
            if EDGE.search(pattern) and not anchored:
                raise UnscopedStatement(f"a relationship is not bound to one owner in: {cypher}")


def bound(properties: str | None, scopes: tuple[str, ...]) -> bool:
    """Whether the first property is the owner's."""
    return properties is not None and any(re.match(rf"\{{\s*{scope}:\s*\${scope}\b", properties) for scope in scopes)
