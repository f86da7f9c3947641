"""The rule that every statement on owner data obeys: each table it touches is bound to one owner.

Statements are our own text, so the rule is one of form, strict enough to be checked by reading them:

- a table that is read or changed is named after FROM, JOIN or UPDATE, alone or with `AS alias`, and its first condition
  (right after WHERE or ON) is `partition = :partition`, with the alias in front when there is one;
- no OR stands beside that condition (an OR belongs in parentheses);
- a row is inserted with `partition` as the first column and `:partition` as its value.

Idempotency records are unique in a tenant, so the `tenant` column will do for them; owners may be listed by it.
"""

import re
from functools import lru_cache

SCOPES = {
    "requests": ("tenant", "partition"),
    "owners": ("partition", "tenant"),
    **dict.fromkeys(
        (
            "sessions",
            "agent_configs",
            "speakers",
            "messages",
            "memories",
            "revisions",
            "entities",
            "entity_versions",
            "aliases",
            "triples",
            "evidence",
            "mentions",
            "relations",
            "supports",
            "decisions",
            "jobs",
            "outbox",
            "vocabulary",
            "means",
        ),
        ("partition",),
    ),
}
"""Every table of owner data -> the columns one of which bounds it; rows are inserted under the first."""

UPKEEP = ("place",)
"""Tables without an owner: no statement on owner data may name them."""

NAMED = re.compile(r"(?<![\w:])(" + "|".join((*SCOPES, *UPKEEP)) + r")(?![\w.])(?:\s+AS\s+(\w+))?", re.IGNORECASE)
GROUP = re.compile(r"\(([^()]*)\)")
INSERT = re.compile(r"INSERT(?: OR IGNORE)? INTO (\w+) \((\w+)")


class UnscopedStatement(RuntimeError):
    """A statement would touch owner data without being bound to one owner: a fault of ours, never of a caller."""


@lru_cache(maxsize=1024)
def check(sql: str) -> None:
    """Pass a statement that obeys the rule.

    Raises:
        UnscopedStatement: it does not.
    """
    text = inserted(sql)
    while True:
        # Innermost groups first: a subquery is judged on its own, then taken out of what is around it.
        judged, groups = GROUP.subn(lambda group: judge(group[1], sql), text)
        if not groups:
            break
        text = judged
    judge(text, sql)


def judge(clause: str, sql: str) -> str:
    """Check one clause without its subqueries; gives the empty text that takes its place."""
    for part in re.split(r"\bUNION(?: ALL)?\b", clause):
        for table, alias in NAMED.findall(part):
            if table.lower() in UPKEEP:
                raise UnscopedStatement(f"{table} is no owner's: {sql}")
            name = f"{alias}." if alias else ""
            scope = "|".join(SCOPES[table.lower()])
            bound = rf"\b(?:WHERE|ON)\s+{re.escape(name)}({scope})\s*=\s*:\1\b"
            named = rf"\b(?:FROM|JOIN|UPDATE)\s+{table}\b"
            if not re.search(bound, part) or not re.search(named, part) or re.search(r"\bOR\b", part):
                raise UnscopedStatement(f"{table} is not bound to one owner in: {sql}")
    return ""


def inserted(sql: str) -> str:
    """The statement without its checked INSERT head."""
    head = INSERT.match(sql)
    if head is None or head[1] not in SCOPES:
        return sql
    table, column = head.groups()
    scope = SCOPES[table][0]
    value = re.search(rf"(?:VALUES \(|SELECT ):{scope}\b", sql)
    if column != scope or value is None:
        raise UnscopedStatement(f"{table} is not bound to one owner in: {sql}")
    return sql[head.end() :]
